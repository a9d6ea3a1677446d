//! Charters.

use super::super::{AUTHORITIES_MAX, Charter, KEYS_MAX, KeySignature, SignedCharter};
use super::*;

fn next() -> Charter {
    Charter { version: 2, issued_at: NOW.plus_ms(1), ..charter() }
}

fn old(held: &Charter, found: &Charter) -> Refused {
    Refused::Old { purpose: Purpose::Charter, held: held.rank(), found: found.rank() }
}

#[test]
fn charter_first_is_taken_when_the_root_it_names_has_signed_it() {
    let fresh = Trust::default();
    assert_eq!(fresh.accept_charter(&signed(&charter(), &[ROOT])), Ok(Heard::New(charter())));
    assert_eq!(fresh.accept_charter(&signed(&charter(), &[STRANGER])), Err(Refused::NamedRoot));
    assert_eq!(fresh.accept_charter(&signed(&charter(), &[])), Err(Refused::NamedRoot));
}

#[test]
fn charter_first_of_a_box_of_before_must_name_the_key_it_was_paired_with() {
    let before = Trust::paired_with(public(&key(PUBLISH)));
    assert_eq!(before.accept_charter(&signed(&charter(), &[ROOT])), Ok(Heard::New(charter())));
    let other = Charter { publish: vec![public(&key(NEXT_PUBLISH))], ..charter() };
    assert_eq!(before.accept_charter(&signed(&other, &[ROOT])), Err(Refused::OtherPublishKey));
}

#[test]
fn charter_rollback_is_refused() {
    let mut trust = trust();
    let first = charter();
    trust.raise_charter(Charter { version: 3, epoch: 2, ..charter() });
    let held = trust.charter().expect("held").clone();
    assert_eq!(trust.accept_charter(&signed(&first, &[ROOT])), Err(old(&held, &first)));
    // A higher version with a lower epoch would bring the keys of then back.
    let back = Charter { version: 9, epoch: 1, ..charter() };
    assert_eq!(trust.accept_charter(&signed(&back, &[ROOT])), Err(old(&held, &back)));
    trust.raise_charter(back);
    assert_eq!(trust.charter(), Some(&held));
}

#[test]
fn charter_freeze_is_the_same_word_again_and_changes_nothing() {
    let trust = trust();
    assert_eq!(trust.accept_charter(&signed(&charter(), &[ROOT])), Ok(Heard::Again(charter())));
    let twin = Charter { alert: vec![], ..charter() };
    let refused = Refused::Twofold { purpose: Purpose::Charter, rank: charter().rank() };
    assert_eq!(trust.accept_charter(&signed(&twin, &[ROOT])), Err(refused));
}

#[test]
fn charter_mix_and_match_of_signatures_is_refused() {
    let trust = trust();
    let of_first = signed(&charter(), &[ROOT]).signatures;
    let mixed = SignedCharter { signatures: of_first, ..signed(&next(), &[]) };
    assert_eq!(trust.accept_charter(&mixed), Err(Refused::HeldRoot));
    // The root's signature under another key's name.
    let mut renamed = signed(&next(), &[STRANGER]);
    renamed.signatures[0].key = public(&key(ROOT));
    assert_eq!(trust.accept_charter(&renamed), Err(Refused::HeldRoot));
}

#[test]
fn charter_fast_forward_needs_the_root_key() {
    let trust = trust();
    let far = Charter { version: u64::MAX, epoch: u32::MAX, ..charter() };
    for seed in [PUBLISH, ALERT, STRANGER] {
        assert_eq!(trust.accept_charter(&signed(&far, &[seed])), Err(Refused::HeldRoot), "{seed}");
    }
}

#[test]
fn charter_arbitrary_install_by_publish_or_alert_key_is_refused() {
    let trust = trust();
    for seed in [PUBLISH, ALERT] {
        let own = Charter { root: public(&key(seed)), publish: vec![public(&key(STRANGER))], ..next() };
        assert_eq!(trust.accept_charter(&signed(&own, &[seed])), Err(Refused::HeldRoot), "{seed}");
    }
    // A signature the root gave for another purpose.
    let elsewhere = Envelope::seal_body(Purpose::Manifest, signed(&next(), &[]).body, &key(ROOT));
    let signatures = vec![KeySignature { key: public(&key(ROOT)), signature: elsewhere.signature }];
    assert_eq!(trust.accept_charter(&SignedCharter { body: elsewhere.body, signatures }), Err(Refused::HeldRoot));
}

#[test]
fn charter_root_rotation_needs_both_roots() {
    let trust = trust();
    let rotated = Charter { root: public(&key(NEXT_ROOT)), ..next() };
    assert_eq!(trust.accept_charter(&signed(&rotated, &[ROOT])), Err(Refused::NamedRoot));
    assert_eq!(trust.accept_charter(&signed(&rotated, &[NEXT_ROOT])), Err(Refused::HeldRoot));
    assert_eq!(trust.accept_charter(&signed(&rotated, &[ROOT, ROOT])), Err(Refused::NamedRoot));
    for both in [[ROOT, NEXT_ROOT], [NEXT_ROOT, ROOT]] {
        assert_eq!(trust.accept_charter(&signed(&rotated, &both)), Ok(Heard::New(rotated.clone())));
    }
}

#[test]
fn charter_old_root_signs_nothing_after_the_rotation() {
    let mut trust = trust();
    let rotated = Charter { root: public(&key(NEXT_ROOT)), ..next() };
    trust.raise_charter(rotated.clone());
    let after = Charter { version: 3, ..rotated };
    assert_eq!(trust.accept_charter(&signed(&after, &[ROOT])), Err(Refused::HeldRoot));
    assert_eq!(trust.accept_charter(&signed(&after, &[NEXT_ROOT])), Ok(Heard::New(after)));
}

#[test]
fn charter_box_that_missed_rotations_follows_them_one_by_one_and_not_at_a_leap() {
    let mut trust = trust();
    let second = Charter { version: 2, root: public(&key(NEXT_ROOT)), ..charter() };
    let third = Charter { version: 3, root: public(&key(STRANGER)), ..charter() };
    let (to_second, to_third) = (signed(&second, &[ROOT, NEXT_ROOT]), signed(&third, &[NEXT_ROOT, STRANGER]));
    assert_eq!(trust.accept_charter(&to_third), Err(Refused::HeldRoot));
    for charter in [&to_second, &to_third] {
        let Ok(Heard::New(heard)) = trust.accept_charter(charter) else { panic!("refused") };
        trust.raise_charter(heard);
    }
    assert_eq!(trust.charter(), Some(&third));
}

#[test]
fn charter_unsigned_or_garbage_is_refused() {
    let trust = trust();
    assert_eq!(trust.accept_charter(&signed(&next(), &[])), Err(Refused::HeldRoot));
    let many: Vec<u8> = vec![STRANGER, PUBLISH, ALERT, NEXT_ROOT, ROOT];
    assert_eq!(trust.accept_charter(&signed(&next(), &many)), Err(Refused::HeldRoot), "behind the limit of signatures");
    for body in ["", "{}", "null", "[1]", "\u{0}"] {
        let garbage = Envelope::seal_body(Purpose::Charter, body.to_owned(), &key(ROOT));
        let signatures = vec![KeySignature { key: public(&key(ROOT)), signature: garbage.signature }];
        let given = trust.accept_charter(&SignedCharter { body: garbage.body, signatures });
        assert!(matches!(given, Err(Refused::Unreadable { purpose: Purpose::Charter, .. })), "{body}: {given:?}");
    }
}

#[test]
fn charter_that_would_lock_a_box_out_or_gives_one_key_two_offices_is_refused() {
    let trust = trust();
    let many = |n: usize| (0..n).map(|n| public(&key(100 + u8::try_from(n).expect("few")))).collect::<Vec<_>>();
    let pem = charter().authorities[0].clone();
    let spoilt = [
        Charter { publish: vec![], ..next() },
        Charter { authorities: vec![], ..next() },
        Charter { publish: many(KEYS_MAX + 1), ..next() },
        Charter { alert: many(KEYS_MAX + 1), ..next() },
        Charter { authorities: vec![pem.clone(); AUTHORITIES_MAX + 1], ..next() },
        Charter { authorities: vec![pem.repeat(1_000)], ..next() },
        Charter { alert: vec![public(&key(PUBLISH))], ..next() },
        Charter { publish: vec![public(&key(ROOT))], ..next() },
    ];
    for charter in spoilt {
        let given = trust.accept_charter(&signed(&charter, &[ROOT]));
        assert!(matches!(given, Err(Refused::Unreadable { .. })), "{given:?}");
    }
    let most = Charter { publish: many(KEYS_MAX), authorities: vec![pem; AUTHORITIES_MAX], ..next() };
    assert!(trust.accept_charter(&signed(&most, &[ROOT])).is_ok());
}
