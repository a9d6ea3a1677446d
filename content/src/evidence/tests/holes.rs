//! What is missing is said in its place, and what is said wrongly is refused.

use super::house::{EPOCH, Entry, House, NOW, check};
use crate::evidence::{Aside, BadBatchLine, BatchLine, Fault, GapLine, Line, LogLine, Spared};
use crate::play::Batch;

/// The log of box 1 with these lines in it.
fn log(house: &House, lines: Vec<Entry>) -> Vec<Entry> {
    let begin =
        vec![Entry::Line(house.boxes[0].line()), Entry::Line(Line::Log(LogLine { log_epoch: EPOCH, held_seq: 9 }))];
    [begin, lines].concat()
}

fn aside(house: &House, batch: &Batch, reason: &str) -> Entry {
    let Entry::Batch(BatchLine { first_seq, received_at, envelope, .. }, _) = house.boxes[0].seal(batch) else {
        panic!("a batch")
    };
    Entry::Line(Line::Aside(Aside { first_seq, received_at, reason: reason.to_owned(), envelope }))
}

fn gap(first_seq: u64, last_seq: u64) -> Entry {
    Entry::Line(Line::Gap(GapLine { first_seq, last_seq, noticed_at: NOW }))
}

fn spared(first_seq: u64, last_seq: u64, is_lost: bool) -> Entry {
    Entry::Line(Line::Spared(Spared { first_seq, last_seq, is_lost }))
}

#[test]
fn gaps_and_what_was_not_counted_are_told_as_such() {
    let house = House::new();
    let one = &house.boxes[0];
    let mut damaged = one.batch(5, 6);
    damaged.plays[0] = "{".to_owned();
    let mut after = one.batch(7, 7);
    after.chain_before =
        damaged.plays.iter().fold(damaged.chain_before, |chain, play| crate::play::chain_next(&chain, play));
    let lines = vec![
        one.seal(&one.batch(1, 2)),
        gap(3, 4),
        aside(&house, &damaged, "play 5 cannot be read"),
        one.seal(&after),
        spared(8, 8, true),
        gap(9, 9),
    ];
    let verdict = check(&house.bundle(&log(&house, lines)), house.root()).expect("believed");
    let told = &verdict.boxes[0].logs[0];
    assert_eq!(told.gaps.iter().map(|span| (span.first_seq, span.last_seq)).collect::<Vec<_>>(), [(3, 4), (9, 9)]);
    assert_eq!(told.asides.iter().map(|one| (one.first_seq, one.last_seq)).collect::<Vec<_>>(), [(5, 6)]);
    assert_eq!((told.plays, told.lost.len(), told.spared.len()), (3, 1, 0));
}

#[test]
fn a_second_story_is_told_and_changes_nothing() {
    let house = House::new();
    let one = &house.boxes[0];
    let mut other = one.batch(1, 2);
    other.plays[0] = other.plays[0].replace("10000", "9000");
    let lines = vec![
        one.seal(&one.batch(1, 2)),
        aside(&house, &other, "other plays under numbers that are held already"),
        one.seal(&one.batch(3, 4)),
    ];
    let verdict = check(&house.bundle(&log(&house, lines)), house.root()).expect("believed");
    let told = &verdict.boxes[0].logs[0];
    assert!(told.asides.len() == 1 && told.asides[0].is_second_story);
    assert_eq!(verdict.plays(), 4);
}

#[test]
fn a_log_may_begin_in_the_middle_and_an_overlapping_batch_is_counted_once() {
    let house = House::new();
    let one = &house.boxes[0];
    let Entry::Batch(mut line, plays) = one.seal(&one.batch(3, 6)) else { panic!("a batch") };
    line.first_seq = 5;
    let fresh = plays.into_iter().filter(|play| play.seq >= 5).collect();
    let lines = vec![one.seal(&one.batch(3, 4)), Entry::Batch(line, fresh)];
    let verdict = check(&house.bundle(&log(&house, lines)), house.root()).expect("believed");
    assert_eq!(verdict.plays(), 4);
}

#[test]
fn a_hole_that_does_not_fit_or_hides_a_play_is_refused() {
    let house = House::new();
    let one = &house.boxes[0];
    let refused = |lines| check(&house.bundle(&log(&house, lines)), house.root()).expect_err("does not fit");
    let overlapping = refused(vec![one.seal(&one.batch(1, 2)), gap(2, 4)]);
    assert!(matches!(&overlapping, Fault::Batch { why: BadBatchLine::Plays(_), .. }), "{overlapping}");
    let apart = refused(vec![one.seal(&one.batch(1, 2)), gap(4, 5)]);
    assert!(matches!(&apart, Fault::Missing { first_seq: 3, last_seq: 3, .. }), "{apart}");
    let backwards = refused(vec![spared(1, 0, false)]);
    assert!(matches!(&backwards, Fault::Batch { .. }), "{backwards}");
    let counts = refused(vec![one.seal(&one.batch(1, 2)), aside(&house, &one.batch(3, 4), "not to my liking")]);
    assert!(matches!(&counts, Fault::Batch { first_seq: 3, why: BadBatchLine::Plays(_), .. }), "{counts}");
    let twice = refused(vec![one.seal(&one.batch(1, 2)), one.seal(&one.batch(1, 2))]);
    assert!(matches!(&twice, Fault::Batch { first_seq: 1, why: BadBatchLine::Plays(_), .. }), "{twice}");
    let lonely = check(&house.bundle(&[gap(1, 2)]), house.root()).expect_err("no log");
    assert!(matches!(lonely, Fault::Misplaced { .. }), "{lonely}");
}
