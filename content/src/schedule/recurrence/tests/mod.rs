//! Tests of recurrence: others' vectors and our own, a naive reader of the RFC's table, another crate, and the clocks.

mod agree;
mod icalrecur;
mod listing;
mod naive;
mod other_crate;
mod parse;
mod random;
mod rivals;
mod vectors;
mod words;
mod zones;

use jiff::civil::{Date, DateTime};

use super::{BadRecurrence, Recurrence, Series};

/// A series without additions and exceptions; for rules a test knows to be valid.
fn series(start: &str, rule: &str) -> Series {
    Series::new(wall(start), Some(rule.parse().expect("a valid rule")), vec![], vec![]).expect("a valid series")
}

/// The first so many dates of a rule.
fn dates(start: &str, rule: &str, most: usize) -> Vec<String> {
    series(start, rule).occurrences().take(most).map(|wall| wall.date().to_string()).collect()
}

fn wall(text: &str) -> DateTime {
    text.parse().or_else(|_| text.parse::<Date>().map(DateTime::from)).expect("a wall time")
}
