//! A bundle of a small house, believed; and every way in which somebody might bend it, each refused with its reason.

mod bent;
mod holes;
mod house;
mod random;

use super::Vouching;
use house::{House, check};

#[test]
fn a_bundle_proves_its_plays_from_the_root_key_alone() {
    let house = House::new();
    let verdict = check(&house.bundle(&house.batches()), house.root()).expect("believed");
    assert_eq!((verdict.plays(), verdict.batches()), (11, 6));
    assert_eq!((verdict.manifests, verdict.without_manifest, verdict.time_unproven), (1, 0, 0));
    assert_eq!(verdict.boxes.len(), 2);
    assert!(verdict.boxes.iter().all(|one| matches!(one.vouching, Vouching::Certificate { .. })));
    assert_eq!(
        verdict.totals.values().map(|sum| (sum.plays, sum.shown_ms)).collect::<Vec<_>>(),
        [(3, 30_000), (3, 30_000), (5, 50_000)]
    );
    let log = &verdict.boxes[0].logs[0];
    assert_eq!((log.plays, log.asked, log.spared.len(), log.gaps.len()), (6, 6, 0, 0));
}

#[test]
fn a_filtered_bundle_proves_what_it_holds_and_says_what_it_leaves_out() {
    let house = House::new();
    // Batches of box 1 hold two plays: odd ones of screen s1, even ones of s2. The middle one is left out.
    let bundle = house.bundle_of(&["s1"], &[], |box_id, batch| box_id == "box-1" && batch.first_seq != 3);
    let verdict = check(&bundle, house.root()).expect("believed");
    assert_eq!((verdict.plays(), verdict.batches()), (2, 2));
    let log = &verdict.boxes[0].logs[0];
    assert_eq!(log.spared.iter().map(|span| (span.first_seq, span.last_seq)).collect::<Vec<_>>(), [(3, 4)]);
    assert_eq!((log.plays, log.asked), (4, 2), "whole batches are signed, and both screens are in them");
}

#[test]
fn a_box_without_a_certificate_is_vouched_for_by_the_server_and_told_apart() {
    let mut house = House::new();
    house.boxes[1].certificate = None;
    let verdict = check(&house.bundle(&house.batches()), house.root()).expect("believed");
    assert_eq!(verdict.boxes[1].vouching, Vouching::Server);
    assert!(matches!(verdict.boxes[0].vouching, Vouching::Certificate { is_authority_current: true, .. }));
}

#[test]
fn a_bundle_is_believed_across_charters_and_roots() {
    let mut house = House::new();
    let first_root = house.root();
    house.rotate();
    let bundle = house.bundle(&house.batches());
    let verdict = check(&bundle, first_root).expect("the old root names the new one");
    assert_eq!(verdict.charters, 2);
    assert!(matches!(verdict.boxes[0].vouching, Vouching::Certificate { is_authority_current: false, .. }));
    assert_ne!(first_root, house.root());
    let refused = check(&bundle, house.root()).expect_err("the new root does not vouch for the old authority");
    assert!(refused.to_string().contains("not signed by a device authority"), "{refused}");
}
