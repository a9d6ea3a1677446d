//! Playlists: items in an order, each with the time it stands.

use serde::{Deserialize, Serialize};

use crate::id::{ItemId, PlaylistId};
use crate::item::{DWELL_MAX_MS, DWELL_MIN_MS, Face, Item};
use crate::text::{Text, reading_time_ms};

/// The most turns a playlist may hold.
pub const TURNS_MAX: usize = 200;

/// Items in an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Playlist {
    /// Its name in URLs and files.
    pub id: PlaylistId,
    /// Its name.
    pub name: Text,
    /// What plays, in this order, then from the start again.
    pub turns: Vec<Turn>,
}

/// One place in a playlist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// What is shown.
    pub item: ItemId,
    /// How long it stands; `None` is the item's own time. A movie always stands for its own length.
    #[serde(default)]
    pub dwell_ms: Option<u32>,
}

/// How long `item` stands in a turn that asks for `asked_ms`.
#[must_use]
pub fn dwell_ms(item: &Item, asked_ms: Option<u32>) -> u32 {
    let natural = match &item.face {
        Face::Movie { duration_ms, .. } => return (*duration_ms).clamp(DWELL_MIN_MS, DWELL_MAX_MS),
        Face::Picture { .. } => 15_000,
        Face::Card => reading_time_ms(&item.title.zh) + reading_time_ms(&item.body.zh) - 2_000,
    };
    asked_ms.unwrap_or(natural).clamp(DWELL_MIN_MS, DWELL_MAX_MS)
}
