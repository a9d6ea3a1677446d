//! What is sent in one conversation: the log from where the server stands, a few batches ahead of their acknowledgement,
//! and again what was not acknowledged in time. A play waits for others to share a batch with, as long as the server lets it.

use std::collections::VecDeque;
use std::time::Duration;

use super::{LogMark, LogState, Tick};

/// Batches sent ahead of their acknowledgement.
pub const BATCHES_AHEAD_MAX: usize = 4;
/// A batch without an acknowledgement for so long is sent again.
pub const ACK_TIMEOUT: Duration = Duration::from_secs(30);
/// So many plays leave at once, however long the server lets plays wait for company.
pub const BATCH_DUE_PLAYS: u64 = 50;
/// The longest that plays wait for company, whatever a server says.
pub const HOLD_MAX: Duration = Duration::from_mins(1);
/// How many boxes the longest wait is meant for: more plays of each share a signature, an envelope and a row of the books.
const HOLD_BOXES: u64 = 32_800;
/// A log that could not be read is read again after so long.
const READ_REST: Duration = Duration::from_secs(30);

/// How long the boxes of a network of so many let plays wait for company, in milliseconds: hardly at all in a hospital, so
/// that its report is as new as its screens, and a minute in the largest network, whose books take a batch as a whole.
#[must_use]
pub fn hold_ms(boxes: usize) -> u64 {
    let boxes = u64::try_from(boxes).unwrap_or(u64::MAX).min(HOLD_BOXES);
    let hold_max_ms = u64::try_from(HOLD_MAX.as_millis()).unwrap_or(u64::MAX);
    boxes * hold_max_ms / HOLD_BOXES
}

/// What a welcome means for the log.
#[derive(Debug)]
pub enum Welcomed {
    /// The log goes on from what the server holds.
    GoOn {
        /// What is to be sent.
        sending: Sending,
        /// What the server holds of this log.
        held: Option<LogMark>,
    },
    /// The server holds plays of this log that are not in it: the log lost some, and a new one must begin.
    LogLost,
}

impl Welcomed {
    /// Hears what the server holds, and how long it lets plays wait for company, in milliseconds.
    #[must_use]
    pub fn with(log: &LogState, held: LogMark, wait_ms: u64) -> Self {
        let is_ours = held.log_epoch == log.mark.log_epoch;
        if is_ours && held.seq > log.mark.seq {
            return Self::LogLost;
        }
        let wait = Duration::from_millis(wait_ms).min(HOLD_MAX);
        Self::GoOn { sending: Sending::from(log, held, wait), held: is_ours.then_some(held) }
    }
}

/// Where sending stands in one conversation.
#[derive(Debug)]
pub struct Sending {
    log_epoch: u64,
    acked_seq: u64,
    sent_seq: u64,
    ahead: VecDeque<(u64, Tick)>,
    /// How long plays wait for company.
    wait: Duration,
    /// When the last batch left.
    left: Option<Tick>,
    /// The log could not be read then; sending rests for a while.
    failed: Option<Tick>,
}

impl Sending {
    /// Goes on from what the server holds of this log, whatever it once said: it may have been restored.
    #[must_use]
    pub fn from(log: &LogState, acked: LogMark, wait: Duration) -> Self {
        let held = if acked.log_epoch == log.mark.log_epoch { acked.seq } else { 0 };
        let from = held.max(log.oldest_seq.saturating_sub(1));
        let (log_epoch, ahead) = (log.mark.log_epoch, VecDeque::new());
        Self { log_epoch, acked_seq: held, sent_seq: from, ahead, wait, left: None, failed: None }
    }

    /// The server holds everything up to `mark`; tells whether that is about this log.
    pub fn acked(&mut self, mark: LogMark) -> bool {
        if mark.log_epoch != self.log_epoch {
            return false;
        }
        self.acked_seq = mark.seq;
        self.sent_seq = self.sent_seq.max(mark.seq);
        self.ahead.retain(|(last, _)| *last > mark.seq);
        true
    }

    /// Looks at the log and the clock; tells whether plays are sent again because no acknowledgement came.
    pub fn look(&mut self, log: &LogState, tick: Tick) -> bool {
        if log.mark.log_epoch != self.log_epoch {
            *self = Self::from(log, LogMark { log_epoch: log.mark.log_epoch, seq: 0 }, self.wait);
        }
        let is_late = self.ahead.front().is_some_and(|(_, sent)| tick.saturating_sub(*sent) > ACK_TIMEOUT);
        if is_late {
            self.ahead.clear();
            self.sent_seq = self.acked_seq.max(log.oldest_seq.saturating_sub(1));
            self.left = None;
        }
        is_late
    }

    /// After which play the next batch begins, if there is one to send.
    #[must_use]
    pub fn due(&self, log: &LogState, tick: Tick) -> Option<LogMark> {
        let is_resting = self.failed.is_some_and(|failed| tick.saturating_sub(failed) < READ_REST);
        let waiting = log.mark.seq.saturating_sub(self.sent_seq);
        let is_due = waiting >= BATCH_DUE_PLAYS || self.left.is_none_or(|left| tick.saturating_sub(left) >= self.wait);
        let may_send = !is_resting && self.ahead.len() < BATCHES_AHEAD_MAX && waiting > 0 && is_due;
        may_send.then_some(LogMark { log_epoch: self.log_epoch, seq: self.sent_seq })
    }

    /// A batch up to `last` was sent.
    pub fn sent(&mut self, last: u64, tick: Tick) {
        self.ahead.push_back((last, tick));
        self.sent_seq = last;
        self.left = Some(tick);
    }

    /// The log cannot be read: nothing more is sent for a while. A conversation may last for weeks, a disk's fault a moment.
    pub const fn rest(&mut self, tick: Tick) {
        self.failed = Some(tick);
    }

    /// Up to where the server holds the log.
    #[must_use]
    pub const fn acked_seq(&self) -> u64 {
        self.acked_seq
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(seq: u64) -> LogState {
        LogState { mark: LogMark { log_epoch: 1, seq }, oldest_seq: 1, acked_seq: 0 }
    }

    fn at(seconds: u64) -> Tick {
        Tick::from_secs(seconds)
    }

    fn sending(hold_ms: u64) -> Sending {
        let Welcomed::GoOn { sending, .. } = Welcomed::with(&log(0), LogMark { log_epoch: 1, seq: 0 }, hold_ms) else {
            panic!("the log is whole")
        };
        sending
    }

    #[test]
    fn the_larger_the_network_the_longer_a_play_waits_for_company_and_never_over_a_minute() {
        for (boxes, hold) in [(0, 0), (1, 1), (100, 182), (3_280, 6_000), (32_800, 60_000), (usize::MAX, 60_000)] {
            assert_eq!(hold_ms(boxes), hold, "{boxes} boxes");
        }
    }

    #[test]
    fn a_first_play_leaves_at_once_the_next_ones_together_and_fifty_at_once() {
        let mut sending = sending(60_000);
        assert!(sending.due(&log(0), at(0)).is_none(), "nothing was played");
        assert!(sending.due(&log(1), at(9)).is_some(), "nobody knows yet when the last batch left");
        sending.sent(1, at(9));
        assert!(sending.acked(LogMark { log_epoch: 1, seq: 1 }));
        assert!(sending.due(&log(6), at(68)).is_none(), "company is waited for");
        assert!(sending.due(&log(6), at(69)).is_some(), "not longer than that");
        assert!(sending.due(&log(51), at(20)).is_some(), "fifty are enough");
        assert!(sending.due(&log(50), at(20)).is_none());
    }

    #[test]
    fn what_is_sent_again_waits_for_nobody_and_an_odd_server_holds_nothing_up_for_ever() {
        let mut sending = sending(u64::MAX);
        sending.sent(3, at(0));
        assert!(sending.due(&log(4), at(30)).is_none());
        assert!(sending.look(&log(4), at(31)), "no acknowledgement came");
        assert_eq!(sending.due(&log(4), at(31)).map(|after| after.seq), Some(0));
        sending.sent(4, at(31));
        assert!(sending.acked(LogMark { log_epoch: 1, seq: 4 }));
        assert!(sending.due(&log(5), at(91)).is_some(), "a minute is the most");
    }
}
