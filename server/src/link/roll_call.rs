//! The roll call: which boxes were heard and how far they are, written down every few seconds, many in one transaction; and
//! how many boxes there are.

use std::time::Instant as Tick;

use anteroom_content::id::BoxId;
use anteroom_content::wire::Delivery;

use super::limits::{COUNT_EVERY, ROLL_CALL_AT_ONCE, ROLL_CALL_EVERY};
use crate::db::deliveries::{self, BoxStand};
use crate::db::{DbResult, Tx};
use crate::fleet::Heard;
use crate::state::State;

/// Learns what was written down by a server before this one.
pub(super) async fn begin(state: &State) {
    count(state).await;
    match deliveries::boxes_on_their_way(&state.db).await {
        Ok(boxes) => state.fleet.deliveries.remember(boxes),
        // What stays behind is overwritten when its box says something of it.
        Err(error) => tracing::error!(reason = %error, "it was not read which boxes were on their way"),
    }
}

/// Writes down what is noted, again and again, for ever.
pub(super) async fn keep(state: &State) {
    let mut every = tokio::time::interval(ROLL_CALL_EVERY);
    let mut counted_at = Tick::now();
    loop {
        every.tick().await;
        write_down(state).await;
        if counted_at.elapsed() >= COUNT_EVERY {
            counted_at = Tick::now();
            count(state).await;
        }
    }
}

async fn count(state: &State) {
    match deliveries::paired_count(&state.db).await {
        Ok(count) => state.fleet.note_paired(count),
        Err(error) => tracing::error!(reason = %error, "the boxes were not counted"),
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
    let mut told = state.fleet.deliveries.take();
    while !told.is_empty() {
        let rest = told.split_off(told.len().min(ROLL_CALL_AT_ONCE));
        if let Err(error) = write_deliveries(state, &told).await {
            tracing::error!(reason = %error, boxes.count = told.len(), "it was not noted how far boxes are; tried again");
            state.fleet.deliveries.give_back(told);
        }
        told = rest;
    }
}

async fn write(state: &State, noted: &[(BoxId, Heard)]) -> DbResult<()> {
    let stand = |(box_id, heard): &(BoxId, Heard)| BoxStand {
        box_id: box_id.clone(),
        last_seen_at: Some(heard.at),
        applied: heard.applied,
        link_version: heard.link_version,
    };
    let stands: Vec<_> = noted.iter().map(stand).collect();
    let seen: Vec<_> = stands
        .iter()
        .zip(noted)
        .map(|(stand, (_, heard))| (stand, &*heard.player_version, heard.manifest_version))
        .collect();
    let mut tx = state.db.begin().await?;
    deliveries::note_seen(&mut tx, &seen).await?;
    tx.commit().await
}

async fn write_deliveries(state: &State, told: &[(BoxId, Option<Box<Delivery>>)]) -> DbResult<()> {
    let mut tx: Tx<'_> = state.db.begin().await?;
    for (box_id, delivery) in told {
        deliveries::keep(&mut tx, box_id, delivery.as_deref()).await?;
    }
    tx.commit().await
}
