//! What is sent in one conversation: the log from where the server stands, a few batches ahead of their
//! acknowledgement, and again what was not acknowledged in time.

use std::collections::VecDeque;
use std::time::Duration;

use super::{LogMark, LogState, Tick};

/// Batches sent ahead of their acknowledgement.
pub const BATCHES_AHEAD_MAX: usize = 4;
/// A batch without an acknowledgement for so long is sent again.
pub const ACK_TIMEOUT: Duration = Duration::from_secs(30);
/// A log that could not be read is read again after so long.
const READ_REST: Duration = Duration::from_secs(30);

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
    /// Hears what the server holds.
    #[must_use]
    pub fn with(log: &LogState, held: LogMark) -> Self {
        let is_ours = held.log_epoch == log.mark.log_epoch;
        if is_ours && held.seq > log.mark.seq {
            return Self::LogLost;
        }
        Self::GoOn { sending: Sending::from(log, held), held: is_ours.then_some(held) }
    }
}

/// Where sending stands in one conversation.
#[derive(Debug)]
pub struct Sending {
    log_epoch: u64,
    acked_seq: u64,
    sent_seq: u64,
    ahead: VecDeque<(u64, Tick)>,
    /// The log could not be read then; sending rests for a while.
    failed: Option<Tick>,
}

impl Sending {
    /// Goes on from what the server holds of this log, whatever it once said: it may have been restored.
    #[must_use]
    pub fn from(log: &LogState, acked: LogMark) -> Self {
        let held = if acked.log_epoch == log.mark.log_epoch { acked.seq } else { 0 };
        let from = held.max(log.oldest_seq.saturating_sub(1));
        Self { log_epoch: log.mark.log_epoch, acked_seq: held, sent_seq: from, ahead: VecDeque::new(), failed: None }
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
            *self = Self::from(log, LogMark { log_epoch: log.mark.log_epoch, seq: 0 });
        }
        let is_late = self.ahead.front().is_some_and(|(_, sent)| tick.saturating_sub(*sent) > ACK_TIMEOUT);
        if is_late {
            self.ahead.clear();
            self.sent_seq = self.acked_seq.max(log.oldest_seq.saturating_sub(1));
        }
        is_late
    }

    /// After which play the next batch begins, if there is one to send.
    #[must_use]
    pub fn due(&self, log: &LogState, tick: Tick) -> Option<LogMark> {
        let is_resting = self.failed.is_some_and(|failed| tick.saturating_sub(failed) < READ_REST);
        let may_send = !is_resting && self.ahead.len() < BATCHES_AHEAD_MAX && self.sent_seq < log.mark.seq;
        may_send.then_some(LogMark { log_epoch: self.log_epoch, seq: self.sent_seq })
    }

    /// A batch up to `last` was sent.
    pub fn sent(&mut self, last: u64, tick: Tick) {
        self.ahead.push_back((last, tick));
        self.sent_seq = last;
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
