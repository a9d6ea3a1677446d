//! What every zone plays, signed anew: nothing changes on the glass, but the signature is by the key in use, of the epoch
//! in force, and above whatever boxes have seen.

use anteroom_content::manifest::Manifest;

use super::PublishError;
use super::release::{Release, manifest_of, release};
use crate::assign;
use crate::db::{boxes, publications};
use crate::state::State;

/// What was signed anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resigned {
    /// How many zones.
    pub zones: usize,
    /// How many boxes were given their place anew.
    pub boxes: usize,
    /// The number they got.
    pub version: u64,
}

/// Signs what every zone plays, and where every box hangs, anew.
///
/// # Errors
/// [`PublishError`] when a programme cannot be read or written.
pub async fn resign(state: &State, by: &str) -> Result<Resigned, PublishError> {
    let _one_at_a_time = state.publishing.lock().await;
    let mut releases = Vec::new();
    for told in publications::current(&state.db).await? {
        releases.push(Release::again(told.zone, manifest_of(&told.envelope)?));
    }
    let zones = releases.len();
    let version = release(state, "resign", by, None, releases).await?;
    let mut tx = state.db.begin().await?;
    boxes::raise_assignments(&mut tx, version).await?;
    tx.commit().await?;
    let paired = boxes::boxes(&state.db).await?;
    for (this, _) in &paired {
        // A box that is unpaired at this moment needs no place.
        let _ = assign::tell(state, &this.id).await;
    }
    Ok(Resigned { zones, boxes: paired.len(), version })
}

/// The same, when something a zone plays is not signed by the key in use or is of another epoch.
///
/// # Errors
/// [`PublishError`].
pub async fn resign_if_due(state: &State, by: &str) -> Result<Option<Resigned>, PublishError> {
    let key = state.keys.publish.verifying_key();
    let is_due = publications::current(&state.db).await?.iter().any(|told| {
        !told.envelope.open::<Manifest>(&key).is_ok_and(|manifest| manifest.epoch == state.keys.charter.epoch)
    });
    if is_due { resign(state, by).await.map(Some) } else { Ok(None) }
}
