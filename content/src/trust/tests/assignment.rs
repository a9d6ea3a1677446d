//! Assignments.

use super::super::{Charter, Rank};
use super::*;

fn judge(trust: &Trust, assignment: &Assignment, seed: u8) -> Result<Heard<Assignment>, Refused> {
    trust.accept_assignment(&this_box(), &sealed(assignment, seed))
}

fn old(held: Rank, found: Rank) -> Refused {
    Refused::Old { purpose: Purpose::Assignment, held, found }
}

#[test]
fn assignment_rollback_is_refused() {
    let trust = with_assignment(trust(), &assignment(1, 7), PUBLISH);
    assert_eq!(judge(&trust, &assignment(1, 6), PUBLISH), Err(old(Rank::new(1, 7), Rank::new(1, 6))));
    assert_eq!(judge(&trust, &assignment(1, 8), PUBLISH), Ok(Heard::New(assignment(1, 8))));
}

#[test]
fn assignment_freeze_repeats_are_known_and_older_ones_refused() {
    let trust = with_assignment(trust(), &assignment(1, 7), PUBLISH);
    assert_eq!(judge(&trust, &assignment(1, 7), PUBLISH), Ok(Heard::Again(assignment(1, 7))));
    let twin = Assignment { zone: zone("z2"), ..assignment(1, 7) };
    let twofold = Refused::Twofold { purpose: Purpose::Assignment, rank: Rank::new(1, 7) };
    assert_eq!(judge(&trust, &twin, PUBLISH), Err(twofold));
}

#[test]
fn assignment_mix_and_match_with_another_box_is_refused() {
    let trust = trust();
    let other_box = BoxId::parse("box-2").expect("name");
    let other = Assignment { box_id: other_box.clone(), ..assignment(1, 9) };
    let refused = Refused::OtherBox { wanted: this_box(), found: other_box };
    assert_eq!(judge(&trust, &other, PUBLISH), Err(refused));
    let swapped = Envelope { body: sealed(&assignment(1, 9), PUBLISH).body, ..sealed(&other, PUBLISH) };
    not_signed(Purpose::Assignment, &trust.accept_assignment(&this_box(), &swapped));
}

#[test]
fn assignment_fast_forward_ends_with_the_epoch() {
    let stolen = with_assignment(trust(), &assignment(1, u64::MAX), PUBLISH);
    assert!(judge(&stolen, &assignment(1, 8), PUBLISH).is_err());
    let trust = recovered(stolen);
    not_signed(Purpose::Assignment, &judge(&trust, &assignment(2, u64::MAX), PUBLISH));
    assert_eq!(judge(&trust, &assignment(2, 8), NEXT_PUBLISH), Ok(Heard::New(assignment(2, 8))));
}

#[test]
fn assignment_of_another_epoch_is_refused() {
    let future = Refused::FutureEpoch { purpose: Purpose::Assignment, charter: 1, found: 2 };
    assert_eq!(judge(&trust(), &assignment(2, 1), PUBLISH), Err(future));
    let past = Refused::PastEpoch { purpose: Purpose::Assignment, charter: 2, found: 1 };
    assert_eq!(judge(&recovered(trust()), &assignment(1, 9), NEXT_PUBLISH), Err(past));
}

#[test]
fn assignment_arbitrary_install_is_refused() {
    let trust = trust();
    for seed in [STRANGER, ALERT, ROOT, NEXT_PUBLISH] {
        not_signed(Purpose::Assignment, &judge(&trust, &assignment(1, 1), seed));
    }
    assert_eq!(judge(&Trust::default(), &assignment(1, 1), PUBLISH), Err(Refused::NoCharter(Purpose::Assignment)));
    let disguised = Envelope::seal_body(Purpose::Manifest, sealed(&assignment(1, 1), PUBLISH).body, &key(PUBLISH));
    not_signed(Purpose::Assignment, &trust.accept_assignment(&this_box(), &disguised));
}

#[test]
fn assignment_unsigned_or_garbage_is_refused() {
    let trust = trust();
    for spoilt in spoilt(&sealed(&assignment(1, 1), PUBLISH)) {
        not_signed(Purpose::Assignment, &trust.accept_assignment(&this_box(), &spoilt));
    }
    let garbage = Envelope::seal_body(Purpose::Assignment, "[]".to_owned(), &key(PUBLISH));
    let given = trust.accept_assignment(&this_box(), &garbage);
    assert!(matches!(given, Err(Refused::Unreadable { purpose: Purpose::Assignment, .. })));
}

#[test]
fn assignment_key_rotation_with_and_without_the_old_key() {
    let (old, new) = (public(&key(PUBLISH)), public(&key(NEXT_PUBLISH)));
    let under = |publish| Trust::under(Charter { version: 2, publish, ..charter() });
    assert!(judge(&under(vec![new, old]), &assignment(1, 1), PUBLISH).is_ok());
    not_signed(Purpose::Assignment, &judge(&under(vec![new]), &assignment(1, 1), PUBLISH));
    assert!(judge(&under(vec![new]), &assignment(1, 1), NEXT_PUBLISH).is_ok());
}
