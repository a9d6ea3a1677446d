//! Taking an item off the air: at once, and past every draft. Only taking away is immediate.

use anteroom_content::id::ItemId;
use anteroom_content::programme::{Part, Show};

use super::PublishError;
use super::release::{Release, release, stored};
use crate::db::publications;
use crate::state::State;

/// Takes an item out of every programme that has it, now. Tells how many zones those were.
///
/// # Errors
/// [`PublishError`] when a programme cannot be read or written.
pub async fn recall(state: &State, item: &ItemId, by: &str) -> Result<usize, PublishError> {
    let _one_at_a_time = state.publishing.lock().await;
    let now = state.now();
    let mut releases = Vec::new();
    for told in publications::current(&state.db).await? {
        let part = stored(state, told.show).await?;
        if let Some(show) = without(&part, std::slice::from_ref(item))? {
            let clinic = stored(state, told.clinic).await?;
            releases.push(Release { zone: told.zone, show, clinic, effective_at: now });
        }
    }
    let zones = releases.len();
    if zones > 0 {
        release(state, "recall", by, None, releases).await?;
    }
    Ok(zones)
}

/// A show part without some items; none when it has none of them.
pub(super) fn without(part: &Part, items: &[ItemId]) -> Result<Option<Part>, PublishError> {
    let mut show: Show = serde_json::from_slice(&part.bytes)?;
    let count = show.items.len();
    show.items.retain(|item| !items.contains(&item.id));
    if show.items.len() == count { Ok(None) } else { Ok(Some(Part::of(&show)?)) }
}
