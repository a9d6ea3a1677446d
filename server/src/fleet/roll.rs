//! When boxes were heard last: gathered here, and written down many at a time, for a commit waits for the disk.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use anteroom_content::clock::Instant;
use anteroom_content::id::BoxId;

use super::lock;

/// What is noted of a box that was heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// When.
    pub at: Instant,
    /// Version of its player.
    pub player_version: Arc<str>,
    /// The manifest it has.
    pub manifest_version: u64,
    /// The manifest on its glass and since when, as far as it has said in this conversation.
    pub applied: Option<(u64, Instant)>,
    /// The version of the messages it speaks.
    pub link_version: u32,
}

/// Boxes that were heard and not written down yet: each once, so no more than there are.
#[derive(Debug, Default)]
pub struct Roll(Mutex<HashMap<BoxId, Heard>>);

impl Roll {
    /// Notes that a box was heard.
    pub fn note(&self, box_id: &BoxId, heard: Heard) {
        lock(&self.0).insert(box_id.clone(), heard);
    }

    /// Takes everything that was noted.
    #[must_use]
    pub fn take(&self) -> Vec<(BoxId, Heard)> {
        // In the order of their names, so that two writers never wait for each other crosswise.
        let mut noted: Vec<_> = std::mem::take(&mut *lock(&self.0)).into_iter().collect();
        noted.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        noted
    }
}
