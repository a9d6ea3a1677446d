//! Taking an item off the air: at once, and past every draft. Only taking away is immediate.

use anteroom_content::clock::Instant;
use anteroom_content::id::ItemId;
use anteroom_content::programme::{Part, Show};
use anteroom_content::timeline::{Cue, Showing, Timeline};

use super::PublishError;
use super::release::{Release, Takeover, release, stored, timeline};
use crate::db::publications;
use crate::state::State;

/// The most showings looked at up to the takeover; it lies at the end of the running one.
const CUES_MAX: usize = 100;

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
            let timeline = timeline(state, &told.zone, now).await?;
            releases.push(Release::new(told.zone, show, clinic, takeover(&timeline, item, now)));
        }
    }
    let zones = releases.len();
    if zones > 0 {
        release(state, "recall", by, None, releases).await?;
    }
    Ok(zones)
}

/// At once while the item is on the air; else where the running item ends, which it is not.
fn takeover(timeline: &Timeline, item: &ItemId, now: Instant) -> Takeover {
    let boundary = timeline.handover(now);
    let is_on = |cue: &Cue| matches!(&cue.showing, Showing::Item { item: on, .. } if on == item);
    let is_near = timeline.zone_cues(now, boundary.max(now.plus_ms(1)), CUES_MAX).iter().any(is_on);
    Takeover::at(timeline, if is_near { now } else { boundary })
}

/// A show part without some items; none when it has none of them.
pub(super) fn without(part: &Part, items: &[ItemId]) -> Result<Option<Part>, PublishError> {
    let mut show: Show = serde_json::from_slice(&part.bytes)?;
    let count = |show: &Show| show.items.len() + show.evergreen.as_ref().map_or(0, |set| set.turns.len());
    let before = count(&show);
    show.items.retain(|item| !items.contains(&item.id));
    if let Some(set) = &mut show.evergreen {
        set.turns.retain(|turn| !items.contains(&turn.item.id));
    }
    if count(&show) == before { Ok(None) } else { Ok(Some(Part::of(&show)?)) }
}
