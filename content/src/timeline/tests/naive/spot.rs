//! What the oracle plans: spots one after another, each with what was decided when it was put in.

use super::super::*;

/// One stretch of the day.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot {
    pub(super) since: Instant,
    pub(super) until: Instant,
    /// When it was put in, before anything was spread over it.
    pub(super) put_at: Instant,
    pub(super) what: What,
    pub(super) by: By,
    /// Which of the list, of the campaign or of the pool it was.
    pub(super) place: usize,
    /// The longest it may be made.
    pub(super) most_ms: i64,
    /// How much of it the floor counts as air.
    pub(super) air_ms: i64,
}

/// What is on the glass; items by their place in the programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Item(usize),
    Card,
    Closed,
}

/// Who put it there, by place among the rules and campaigns that hold here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Rule(usize),
    Campaign(usize),
    Floor,
    Nobody,
}

/// An item as a list, a campaign or the pool would show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Play {
    pub(super) item: usize,
    pub(super) dwell_ms: i64,
    pub(super) least_ms: i64,
    pub(super) most_ms: i64,
}

/// What is to go in next.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pick {
    pub(super) play: Play,
    pub(super) until: Instant,
    pub(super) by: By,
    pub(super) place: usize,
}

impl Spot {
    pub(super) const fn item(&self) -> Option<usize> {
        match self.what {
            What::Item(item) => Some(item),
            What::Card | What::Closed => None,
        }
    }

    pub(super) const fn length_ms(&self) -> i64 {
        self.until.ms_since(self.since)
    }

    /// The milliseconds of it that lie between two instants.
    pub(super) fn within(&self, from: Instant, to: Instant) -> i64 {
        self.until.min(to).ms_since(self.since.max(from)).max(0)
    }
}
