//! The roll call: which boxes were heard, written down every few seconds, many in one transaction.

use super::limits::{ROLL_CALL_AT_ONCE, ROLL_CALL_EVERY};
use crate::db::{DbResult, boxes};
use crate::fleet::Heard;
use crate::state::State;

/// Writes down what is noted, again and again, for ever.
pub(super) async fn keep(state: &State) {
    let mut every = tokio::time::interval(ROLL_CALL_EVERY);
    loop {
        every.tick().await;
        write_down(state).await;
    }
}

/// Writes down what is noted now.
pub(super) async fn write_down(state: &State) {
    let noted = state.fleet.roll.take();
    for boxes in noted.chunks(ROLL_CALL_AT_ONCE) {
        if let Err(error) = write(state, boxes).await {
            // They are heard again, and noted again.
            tracing::error!(reason = %error, boxes.count = boxes.len(), "it was not noted that boxes were heard");
        }
    }
}

async fn write(state: &State, noted: &[(anteroom_content::id::BoxId, Heard)]) -> DbResult<()> {
    let mut tx = state.db.begin().await?;
    for (box_id, heard) in noted {
        boxes::note_seen(&mut tx, box_id, heard.at, &heard.player_version, heard.manifest_version).await?;
    }
    tx.commit().await
}
