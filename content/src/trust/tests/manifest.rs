//! Manifests.

use super::super::{Charter, Rank, STALE_MS};
use super::*;

fn judge(trust: &Trust, manifest: &Manifest, seed: u8) -> Result<Heard<Manifest>, Refused> {
    trust.accept_manifest(&zone("z1"), &sealed(manifest, seed))
}

fn old(held: (u32, u64), found: (u32, u64)) -> Refused {
    let rank = |(epoch, version)| Rank::new(epoch, version);
    Refused::Old { purpose: Purpose::Manifest, held: rank(held), found: rank(found) }
}

#[test]
fn manifest_rollback_is_refused() {
    let trust = with_manifest(trust(), &manifest(1, 7), PUBLISH);
    for version in [0, 1, 6] {
        assert_eq!(judge(&trust, &manifest(1, version), PUBLISH), Err(old((1, 7), (1, version))));
    }
    assert_eq!(judge(&trust, &manifest(1, 8), PUBLISH), Ok(Heard::New(manifest(1, 8))));
}

#[test]
fn manifest_rollback_of_the_epoch_is_refused() {
    let trust = recovered(with_manifest(trust(), &manifest(1, 7), PUBLISH));
    let past = Refused::PastEpoch { purpose: Purpose::Manifest, charter: 2, found: 1 };
    assert_eq!(judge(&trust, &manifest(1, 8), NEXT_PUBLISH), Err(past));
}

#[test]
fn manifest_freeze_repeats_are_known_and_older_ones_refused() {
    let mut trust = with_manifest(trust(), &manifest(1, 7), PUBLISH);
    assert_eq!(judge(&trust, &manifest(1, 7), PUBLISH), Ok(Heard::Again(manifest(1, 7))));
    let twin = Manifest { show: part(b"another show"), ..manifest(1, 7) };
    let twofold = Refused::Twofold { purpose: Purpose::Manifest, rank: Rank::new(1, 7) };
    assert_eq!(judge(&trust, &twin, PUBLISH), Err(twofold));

    // Old words for ever: refused each time, and after a day it is told that nothing new was heard.
    let (later, z1) = (NOW.plus_ms(STALE_MS + 1), zone("z1"));
    assert!(judge(&trust, &manifest(1, 6), PUBLISH).is_err());
    assert_eq!(trust.stale_ms(&z1, NOW.plus_ms(STALE_MS)), None);
    assert_eq!(trust.stale_ms(&z1, later), Some(STALE_MS + 1));
    assert_eq!(trust.stale_ms(&zone("z2"), later), None, "nothing was ever heard of it");
    trust.raise_manifest(&z1, Rank::new(1, 7), &sealed(&manifest(1, 7), PUBLISH), later);
    assert_eq!(trust.stale_ms(&z1, later), None, "repeated by whoever may say so");
    trust.raise_manifest(&z1, Rank::new(1, 6), &sealed(&manifest(1, 6), PUBLISH), later.plus_ms(STALE_MS));
    assert!(trust.stale_ms(&z1, later.plus_ms(STALE_MS + 1)).is_some(), "an older one confirms nothing");
}

#[test]
fn manifest_expired_is_nothing_a_box_knows_it_plays_on_and_says_so() {
    let trust = with_manifest(trust(), &manifest(1, 7), PUBLISH);
    let months_later = Manifest { issued_at: NOW, ..manifest(1, 8) };
    assert_eq!(judge(&trust, &months_later, PUBLISH), Ok(Heard::New(months_later)));
    assert_eq!(trust.stale_ms(&zone("z1"), NOW.plus_ms(90 * STALE_MS)), Some(90 * STALE_MS));
}

#[test]
fn manifest_mix_and_match_with_another_zone_is_refused() {
    let trust = trust();
    let other = Manifest { zone: zone("z2"), ..manifest(1, 9) };
    let refused = Refused::OtherZone { wanted: zone("z1"), found: zone("z2") };
    assert_eq!(judge(&trust, &other, PUBLISH), Err(refused));
    let swapped = Envelope { body: sealed(&manifest(1, 9), PUBLISH).body, ..sealed(&other, PUBLISH) };
    not_signed(Purpose::Manifest, &trust.accept_manifest(&zone("z1"), &swapped));
}

#[test]
fn manifest_ranks_of_one_zone_say_nothing_about_another() {
    let trust = with_manifest(trust(), &manifest(1, 7), PUBLISH);
    let other = Manifest { zone: zone("z2"), ..manifest(1, 3) };
    assert_eq!(trust.accept_manifest(&zone("z2"), &sealed(&other, PUBLISH)), Ok(Heard::New(other)));
}

#[test]
fn manifest_fast_forward_ends_with_the_epoch() {
    let stolen = with_manifest(trust(), &manifest(1, u64::MAX), PUBLISH);
    assert_eq!(judge(&stolen, &manifest(1, 8), PUBLISH), Err(old((1, u64::MAX), (1, 8))));
    let trust = recovered(stolen);
    not_signed(Purpose::Manifest, &judge(&trust, &manifest(1, u64::MAX), PUBLISH));
    not_signed(Purpose::Manifest, &judge(&trust, &manifest(2, u64::MAX), PUBLISH));
    assert_eq!(judge(&trust, &manifest(2, 8), NEXT_PUBLISH), Ok(Heard::New(manifest(2, 8))));
}

#[test]
fn manifest_fast_forward_of_the_epoch_is_beyond_a_publish_key() {
    let future = Refused::FutureEpoch { purpose: Purpose::Manifest, charter: 1, found: 2 };
    assert_eq!(judge(&trust(), &manifest(2, 1), PUBLISH), Err(future));
}

#[test]
fn manifest_arbitrary_install_is_refused() {
    let trust = trust();
    for seed in [STRANGER, ALERT, ROOT, NEXT_PUBLISH] {
        not_signed(Purpose::Manifest, &judge(&trust, &manifest(1, 1), seed));
    }
    assert_eq!(judge(&Trust::default(), &manifest(1, 1), PUBLISH), Err(Refused::NoCharter(Purpose::Manifest)));
    let body = sealed(&manifest(1, 1), PUBLISH).body;
    for purpose in Purpose::ALL.into_iter().filter(|purpose| *purpose != Purpose::Manifest) {
        let disguised = Envelope::seal_body(purpose, body.clone(), &key(PUBLISH));
        not_signed(Purpose::Manifest, &trust.accept_manifest(&zone("z1"), &disguised));
    }
}

#[test]
fn manifest_unsigned_or_garbage_is_refused() {
    let trust = trust();
    for spoilt in spoilt(&sealed(&manifest(1, 1), PUBLISH)) {
        not_signed(Purpose::Manifest, &trust.accept_manifest(&zone("z1"), &spoilt));
    }
    for body in ["", "{}", "null", r#"{"epoch":-1}"#] {
        let garbage = Envelope::seal_body(Purpose::Manifest, body.to_owned(), &key(PUBLISH));
        let given = trust.accept_manifest(&zone("z1"), &garbage);
        assert!(matches!(given, Err(Refused::Unreadable { purpose: Purpose::Manifest, .. })), "{body}");
    }
}

#[test]
fn manifest_key_rotation_with_the_old_key_still_named_takes_both() {
    let mut trust = trust();
    let publish = vec![public(&key(NEXT_PUBLISH)), public(&key(PUBLISH))];
    trust.raise_charter(Charter { version: 2, publish, ..charter() });
    for seed in [PUBLISH, NEXT_PUBLISH] {
        assert_eq!(judge(&trust, &manifest(1, 1), seed), Ok(Heard::New(manifest(1, 1))));
    }
}

#[test]
fn manifest_key_rotation_without_the_old_key_ends_it() {
    let mut trust = trust();
    trust.raise_charter(Charter { version: 2, publish: vec![public(&key(NEXT_PUBLISH))], ..charter() });
    not_signed(Purpose::Manifest, &judge(&trust, &manifest(1, 1), PUBLISH));
    assert_eq!(judge(&trust, &manifest(1, 1), NEXT_PUBLISH), Ok(Heard::New(manifest(1, 1))));
}
