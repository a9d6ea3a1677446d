//! What batches change in the books, gathered, so that many of them are written together.

use std::collections::BTreeMap;

use super::reach::{Reach, reach};
use super::totals::add_up;
use super::{HourKey, HourTotal, Span, Standing};
use crate::clock::Instant;
use crate::id::BoxId;
use crate::manifest::Envelope;
use crate::play::Play;

/// Names a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogKey<'a> {
    /// Whose.
    pub box_id: &'a BoxId,
    /// Which of that box.
    pub log_epoch: u64,
}

/// A batch to be kept as it came.
#[derive(Debug)]
pub struct Kept<'a> {
    /// Of which log.
    pub log: LogKey<'a>,
    /// What was new in it.
    pub span: Span,
    /// As it came.
    pub envelope: &'a Envelope,
    /// When.
    pub at: Instant,
    /// When it was on which screens, so that a moment's play is found at once.
    pub reach: Vec<Reach>,
}

/// What batches change in the books.
#[derive(Debug, Default)]
pub struct Page<'a> {
    /// The batches, those of a log in its order.
    pub batches: Vec<Kept<'a>>,
    /// What they add to hourly totals, in the order of their keys, so that two writers never wait for each other crosswise.
    pub hours: BTreeMap<HourKey, HourTotal>,
    /// Where their logs stand now.
    pub standings: BTreeMap<LogKey<'a>, Standing>,
}

impl<'a> Page<'a> {
    /// Moves a log and changes nothing else.
    #[must_use]
    pub fn moving(log: LogKey<'a>, now: Standing) -> Self {
        Self { standings: BTreeMap::from([(log, now)]), ..Self::default() }
    }

    /// Adds a batch: its new plays, and where the log stands behind them. Tells why some of them are not counted, if any.
    pub(super) fn add(
        &mut self,
        (log, span): (LogKey<'a>, Span),
        plays: Vec<Play>,
        after: Standing,
        (envelope, at): (&'a Envelope, Instant),
    ) -> Option<String> {
        let reach = reach(&plays, at);
        let unproven = add_up(&mut self.hours, plays, at);
        self.batches.push(Kept { log, span, envelope, at, reach });
        self.standings.insert(log, after);
        unproven
    }
}
