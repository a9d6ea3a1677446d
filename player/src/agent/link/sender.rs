//! Sends what [`Sending`] says is due.

use std::time::Instant as Started;

use anteroom_content::play::{LogState, Sending, next_batch};

use super::frames::{Broken, say_frame};
use super::line::Speak;
use crate::agent::store::{Identity, Store};

/// The sender of one conversation.
#[derive(Debug)]
pub struct PlaySender {
    /// Where sending stands.
    pub sending: Sending,
    /// When the conversation began.
    pub started: Started,
}

impl PlaySender {
    /// Sends what there is to send.
    ///
    /// # Errors
    /// [`Broken`] when the conversation is.
    pub async fn pump(
        &mut self,
        store: &Store,
        identity: &Identity,
        log: &LogState,
        speak: &mut Speak,
    ) -> Result<(), Broken> {
        if self.sending.look(log, self.started.elapsed()) {
            tracing::warn!(log.acked = self.sending.acked_seq(), "no acknowledgement came; plays are sent again");
        }
        while let Some(after) = self.sending.due(log, self.started.elapsed()) {
            match next_batch(store, &identity.box_id, &identity.signing_key, after).await {
                Ok(Some((frame, last))) => {
                    say_frame(speak, &frame).await?;
                    self.sending.sent(last, self.started.elapsed());
                }
                Ok(None) => break,
                Err(error) => {
                    tracing::error!(reason = %error, "the play log cannot be read; plays wait");
                    self.sending.rest(self.started.elapsed());
                }
            }
        }
        Ok(())
    }
}
