//! When connections want to be looked at again: a heap in which an entry that is out of date is thrown away when it rings.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;

/// What is set. A connection has one entry that counts, which it knows itself, and a few that were overtaken.
#[derive(Debug, Default)]
pub(super) struct Alarms(BinaryHeap<Reverse<(Instant, usize)>>);

impl Alarms {
    /// Rings for a connection at a time.
    pub(super) fn set(&mut self, at: Instant, key: usize) {
        self.0.push(Reverse((at, key)));
    }

    /// When the next one rings, if any is set.
    pub(super) fn next(&self) -> Option<Instant> {
        self.0.peek().map(|Reverse((at, _))| *at)
    }

    /// One that is due.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<(Instant, usize)> {
        if self.next()? > now {
            return None;
        }
        self.0.pop().map(|Reverse(entry)| entry)
    }
}
