//! Brings the files of the evergreen set to their own place: copied where the programme has them, fetched where it has not.

use std::sync::atomic::Ordering;
use std::time::Duration;

use anteroom_content::id::ContentHash;
use anteroom_content::programme::Show;

use super::provision::{Short, fetch_files, open_bulk};
use super::run::Link;
use super::transfer::FetchError;
use crate::agent::store::{EvergreenFolder, Identity};

/// Brings what is missing, as far as it comes.
pub(super) async fn fetch_evergreen(link: &Link, identity: &Identity, show: &Show) -> Result<(), Short> {
    let set = show.evergreen.clone().map(|set| set.bounded().files()).unwrap_or_default();
    let (into, from, wanted) = (link.evergreen.clone(), link.files.clone(), set.clone());
    let copied = tokio::task::spawn_blocking(move || {
        let mut missing = Vec::new();
        for (hash, size_bytes) in wanted {
            if !into.holds(&hash) && !EvergreenFolder::copy(&into, &from, hash, size_bytes)? {
                missing.push((hash, size_bytes));
            }
        }
        Ok(missing)
    });
    let missing = copied.await.map_err(|_| FetchError::GivenUp)?.map_err(FetchError::File)?;
    let fetched = fetch_missing(link, identity, &missing).await;
    let here: Vec<_> = set.into_iter().map(|(hash, _)| hash).filter(|hash| link.evergreen.holds(hash)).collect();
    link.evergreen.sync_names(&here).map_err(FetchError::from)?;
    fetched
}

async fn fetch_missing(link: &Link, identity: &Identity, missing: &[(ContentHash, u64)]) -> Result<(), Short> {
    if missing.is_empty() {
        return Ok(());
    }
    let left = missing.iter().map(|(hash, size_bytes)| link.evergreen.missing_bytes(hash, *size_bytes)).sum();
    link.fetch_left_bytes.store(left, Ordering::Relaxed);
    tracing::info!(files.count = missing.len(), files.bytes = left, "fetching the evergreen set");
    let bulk = open_bulk(link, identity).await?;
    let fetched = fetch_files(link, &bulk, &link.evergreen, missing).await;
    bulk.end(b"done", Duration::from_millis(100)).await;
    // What is missing at the server holds no programme up.
    link.fetch_left_bytes.store(0, Ordering::Relaxed);
    Ok(fetched?)
}
