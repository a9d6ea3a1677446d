//! Batches: plays in the text that entered the chain, signed by the box, small enough for one frame.

use ed25519_dalek::SigningKey;

use super::{BATCH_BYTES_MAX, BATCH_PLAYS_MAX, Batch, LogMark, LogStore};
use crate::id::BoxId;
use crate::manifest::Envelope;
use crate::wire::{ToServer, encode};

/// The next batch after `after` as a frame, and its last number; none when there is nothing to send.
///
/// # Errors
/// When the log cannot be read.
pub async fn next_batch<S: LogStore>(
    store: &S,
    box_id: &BoxId,
    key: &SigningKey,
    after: LogMark,
) -> Result<Option<(Vec<u8>, u64)>, S::Error> {
    let LogMark { log_epoch, seq } = after;
    let tail = store.plays_after(log_epoch, seq, BATCH_PLAYS_MAX).await?;
    let mut plays = tail.plays;
    let mut bytes = 0;
    let fitting = plays.iter().take_while(|play| {
        bytes += play.len();
        bytes <= BATCH_BYTES_MAX
    });
    plays.truncate(fitting.count());
    while !plays.is_empty() {
        let last = seq + u64::try_from(plays.len()).unwrap_or(u64::MAX);
        let (box_id, chain_before) = (box_id.clone(), tail.chain_before);
        let batch = Batch { box_id, log_epoch, first_seq: seq + 1, chain_before, plays: plays.clone() };
        let sealed = Envelope::seal(&batch, key).ok().map(ToServer::Plays);
        if let Some(frame) = sealed.and_then(|sealed| encode(&sealed).ok()) {
            return Ok(Some((frame, last)));
        }
        // Quotation marks grow when they are wrapped twice; fewer plays always fit.
        plays.truncate(plays.len() / 2);
    }
    Ok(None)
}
