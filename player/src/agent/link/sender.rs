//! Sends the log from where the server stands, a few batches ahead of their acknowledgement, and again what was not
//! acknowledged in time.

use std::collections::VecDeque;
use std::time::Instant as Tick;

use anteroom_content::play::LogMark;
use quinn::SendStream;

use super::frames::{Broken, say_frame};
use crate::agent::limits::{ACK_TIMEOUT, BATCHES_AHEAD_MAX};
use crate::agent::playlog::next_batch;
use crate::agent::store::{Identity, LogState, Store};

/// Where sending stands in one conversation.
#[derive(Debug)]
pub struct PlaySender {
    log_epoch: u64,
    acked_seq: u64,
    sent_seq: u64,
    ahead: VecDeque<(u64, Tick)>,
    /// The log cannot be read; sending rests until the next conversation.
    is_stuck: bool,
}

impl PlaySender {
    /// Goes on from what the server holds of this log, whatever it once said: it may have been restored.
    pub fn from(log: &LogState, acked: LogMark) -> Self {
        let held = if acked.log_epoch == log.mark.log_epoch { acked.seq } else { 0 };
        let from = held.max(log.oldest_seq.saturating_sub(1));
        Self { log_epoch: log.mark.log_epoch, acked_seq: held, sent_seq: from, ahead: VecDeque::new(), is_stuck: false }
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

    /// Sends what there is to send.
    ///
    /// # Errors
    /// [`Broken`] when the conversation is.
    pub async fn pump(
        &mut self,
        store: &Store,
        identity: &Identity,
        log: &LogState,
        speak: &mut SendStream,
    ) -> Result<(), Broken> {
        if log.mark.log_epoch != self.log_epoch {
            *self = Self::from(log, LogMark { log_epoch: log.mark.log_epoch, seq: 0 });
        }
        if self.ahead.front().is_some_and(|(_, sent)| sent.elapsed() > ACK_TIMEOUT) {
            tracing::warn!(log.acked = self.acked_seq, "no acknowledgement came; plays are sent again");
            self.ahead.clear();
            self.sent_seq = self.acked_seq.max(log.oldest_seq.saturating_sub(1));
        }
        while !self.is_stuck && self.ahead.len() < BATCHES_AHEAD_MAX && self.sent_seq < log.mark.seq {
            match next_batch(store, identity, self.log_epoch, self.sent_seq).await {
                Ok(Some((frame, last))) => {
                    say_frame(speak, &frame).await?;
                    self.ahead.push_back((last, Tick::now()));
                    self.sent_seq = last;
                }
                Ok(None) => break,
                Err(error) => {
                    tracing::error!(reason = %error, "the play log cannot be read; plays wait");
                    self.is_stuck = true;
                }
            }
        }
        Ok(())
    }
}
