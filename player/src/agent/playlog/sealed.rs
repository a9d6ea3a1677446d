//! Batches: plays in the text that entered the chain, signed by the box, small enough for one frame.

use anteroom_content::manifest::Envelope;
use anteroom_content::play::{BATCH_BYTES_MAX, Batch};
use anteroom_content::wire::{ToServer, encode};

use crate::agent::store::{Identity, Store, StoreError};

/// The next batch after `seq` as a frame, and its last number; none when there is nothing to send.
///
/// # Errors
/// [`StoreError`] when the log cannot be read, or one play alone is over the limit.
pub async fn next_batch(
    store: &Store,
    identity: &Identity,
    log_epoch: u64,
    seq: u64,
) -> Result<Option<(Vec<u8>, u64)>, StoreError> {
    let (chain_before, mut plays) = store.plays_after(log_epoch, seq).await?;
    let mut bytes = 0;
    let fitting = plays.iter().take_while(|play| {
        bytes += play.len();
        bytes <= BATCH_BYTES_MAX
    });
    plays.truncate(fitting.count());
    while !plays.is_empty() {
        let last = seq + u64::try_from(plays.len()).unwrap_or(u64::MAX);
        let box_id = identity.box_id.clone();
        let batch = Batch { box_id, log_epoch, first_seq: seq + 1, chain_before, plays: plays.clone() };
        let sealed = Envelope::seal(&batch, &identity.signing_key).map_err(|e| StoreError::damaged("a batch", e))?;
        if let Ok(frame) = encode(&ToServer::Plays(sealed)) {
            return Ok(Some((frame, last)));
        }
        // Quotation marks grow when they are wrapped twice; fewer plays always fit.
        plays.truncate(plays.len() / 2);
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::time::Instant as Tick;

    use anteroom_content::clock::Instant;
    use anteroom_content::play::{Ending, LogMark};

    use super::super::diary::tests::{place, shown};
    use super::*;
    use crate::agent::playlog::Diary;
    use crate::agent::store::Step;
    use crate::agent::store::testing::an_identity;
    use crate::bridge::Ended;

    async fn log_of(store: &Store, identity: &Identity, plays: i64) {
        store.begin_log(&identity.box_id, 5, Instant(0)).await.unwrap();
        let mut diary = Diary::default();
        for n in 0..plays {
            let mut steps: Vec<Step> = diary.shown(&place(), &shown("a", n * 10_000), Tick::now());
            let ended = Ended { planned_at: Instant(n * 10_000), shown_ms: 10_000, ending: Ending::Complete };
            steps.extend(diary.ended(&place().screen, &ended));
            store.write_plays(5, &steps, Instant(n * 10_000)).await.unwrap();
        }
    }

    fn read(frame: &[u8]) -> Batch {
        let ToServer::Plays(envelope) = anteroom_content::wire::decode(&frame[4..]).unwrap() else {
            panic!("no plays")
        };
        envelope.open(&an_identity("box-1").signing_key.verifying_key()).unwrap()
    }

    #[tokio::test]
    async fn a_long_log_leaves_in_frames_that_fit_and_chains_through_pruning() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let identity = an_identity("box-1");
        log_of(&store, &identity, 300).await;
        assert_eq!(store.log_state(5).await.unwrap().mark, LogMark { log_epoch: 5, seq: 300 });

        let mut chain = anteroom_content::play::chain_start(&identity.box_id, 5);
        let mut seq = 0;
        while let Some((frame, last)) = next_batch(&store, &identity, 5, seq).await.unwrap() {
            let batch = read(&frame);
            assert_eq!((batch.first_seq, batch.chain_before), (seq + 1, chain));
            let (plays, after) = batch.read().unwrap();
            assert_eq!(plays.last().unwrap().seq, last);
            (chain, seq) = (after, last);
        }
        assert_eq!(seq, 300);

        store.acknowledge(LogMark { log_epoch: 5, seq: 200 }).await.unwrap();
        assert_eq!(store.prune_plays(5, Instant(150 * 10_000)).await.unwrap(), 150);
        let state = store.log_state(5).await.unwrap();
        assert_eq!((state.oldest_seq, state.waiting()), (151, 100));
        let (frame, _) = next_batch(&store, &identity, 5, 150).await.unwrap().unwrap();
        read(&frame).read().unwrap();
        assert!(next_batch(&store, &identity, 5, 100).await.is_err(), "what is gone is not made up");
    }
}
