//! The scrub: every file on the disk is read against its name once a week, in small steps. A damaged one is removed and
//! fetched again before anybody wants to show it.

use std::time::Duration;

use tokio::sync::watch;

use super::events::{Event, EventSender, stop_asked};
use super::limits::SCRUB_STEP_MIN;
use super::store::{FileError, Files};

/// Scrubs until the agent stops.
pub async fn run(files: Files, every: Duration, events: EventSender, mut stop: watch::Receiver<bool>) {
    tokio::select! {
        () = scrub_for_ever(&files, every, &events) => {}
        () = stop_asked(&mut stop) => {}
    }
}

async fn scrub_for_ever(files: &Files, every: Duration, events: &EventSender) {
    loop {
        let listed = files.clone();
        let all = tokio::task::spawn_blocking(move || listed.all()).await;
        let all = all.unwrap_or_else(|_| Ok(Vec::new())).unwrap_or_else(|error| {
            tracing::warn!(reason = %error, "the files cannot be listed; the scrub waits");
            Vec::new()
        });
        let rest = step(every, all.len());
        for hash in all {
            tokio::time::sleep(rest).await;
            let files = files.clone();
            let checked = tokio::task::spawn_blocking(move || files.check(&hash)).await;
            match checked {
                Ok(Err(FileError::WrongBytes { hash })) => {
                    events.send(Event::Damaged(hash)).await;
                }
                // A file that was swept meanwhile is nobody's any more.
                Ok(Err(error)) if !error.is_missing() => {
                    tracing::warn!(reason = %error, "a file cannot be checked");
                }
                Ok(Ok(()) | Err(_)) | Err(_) => {}
            }
        }
        tokio::time::sleep(rest).await;
    }
}

/// The rest between two files, so that a round is done in time, or takes longer where there are very many files.
fn step(every: Duration, files: usize) -> Duration {
    let steps = u32::try_from(files).unwrap_or(u32::MAX).saturating_add(1);
    (every / steps).max(SCRUB_STEP_MIN.min(every))
}

#[cfg(test)]
mod tests {
    use anteroom_content::id::ContentHash;

    use super::*;
    use crate::agent::events;
    use crate::agent::limits::SCRUB_EVERY;

    #[test]
    fn a_round_takes_a_week_and_never_hurries() {
        assert_eq!(step(SCRUB_EVERY, 0), SCRUB_EVERY);
        assert_eq!(step(SCRUB_EVERY, 6), SCRUB_EVERY / 7);
        assert_eq!(step(SCRUB_EVERY, usize::MAX), SCRUB_STEP_MIN);
    }

    #[tokio::test]
    async fn a_flipped_byte_is_found_within_a_round_and_nothing_else_is_touched() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::open(folder.path().join("files")).unwrap();
        let kept: Vec<ContentHash> = (0..5_u8)
            .map(|n| {
                let (bytes, hash) = (vec![n; 10_000], ContentHash::of(&vec![n; 10_000]));
                let mut partial = files.begin(hash, 10_000).unwrap();
                partial.write(&bytes).unwrap();
                partial.finish().unwrap();
                hash
            })
            .collect();
        let path = files.path(&kept[3]);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[5_000] ^= 1;
        std::fs::write(&path, bytes).unwrap();

        let (events, mut inbox) = events::channel();
        let (stop, stopped) = watch::channel(false);
        let scrub = tokio::spawn(run(files.clone(), Duration::from_millis(10), events, stopped));
        let found = inbox.recv().await.unwrap();
        assert!(matches!(found, Event::Damaged(hash) if hash == kept[3]));
        let left: Vec<bool> = kept.iter().map(|hash| files.holds(hash)).collect();
        assert_eq!(left, [true, true, true, false, true]);
        stop.send_replace(true);
        scrub.await.unwrap();
    }
}
