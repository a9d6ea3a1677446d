//! Batches: plays in the text that was hashed, chained, and small enough for one frame.

use serde::{Deserialize, Serialize};

use super::Proof;
use crate::clock::Instant;
use crate::id::{BoxId, ContentHash, ItemId, ScreenId, ZoneId};

/// One showing, from its first presented frame to its last. Self-contained: it keeps its meaning when the item,
/// the screen or the rule it names is long gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Play {
    /// Number within the log: 1, 2, 3 … without a gap.
    pub seq: u64,
    /// On which screen.
    pub screen: ScreenId,
    /// In which zone.
    pub zone: ZoneId,
    /// What.
    pub item: ItemId,
    /// In which version.
    pub item_version: u32,
    /// The file on the glass; none for a card set in type.
    #[serde(default)]
    pub file: Option<ContentHash>,
    /// By which manifest.
    pub manifest_version: u64,
    /// When the plan let it begin: with the screen, what makes this showing this showing.
    pub planned_at: Instant,
    /// How long the plan let it stand, in milliseconds.
    pub planned_ms: u32,
    /// When its first frame was presented.
    pub started_at: Instant,
    /// How long it was on the glass, by a clock that never jumps, in milliseconds.
    pub shown_ms: u32,
    /// How it ended.
    pub ending: Ending,
    /// What proves it besides; none of a play that a player of before there were proofs logged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
}

/// How a showing ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The plan said so.
    Complete,
    /// The programme changed: expiry, recall, an insert.
    Preempted,
    /// The stage or the box failed or was switched off while it stood.
    Interrupted,
}

/// Where a box stands in its log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LogMark {
    /// Which log: a random number, drawn anew when a log is lost.
    pub log_epoch: u64,
    /// The highest number without a gap below it; 0 before the first.
    pub seq: u64,
}

/// Plays in the bytes that were hashed: a JSON line each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Whose log.
    #[serde(rename = "box")]
    pub box_id: BoxId,
    /// Which log of that box.
    pub log_epoch: u64,
    /// Number of the first play.
    pub first_seq: u64,
    /// Chain value before the first play.
    pub chain_before: ContentHash,
    /// The plays, each in the text that entered the chain.
    pub plays: Vec<String>,
}

/// The most plays in a batch.
pub const BATCH_PLAYS_MAX: usize = 500;
/// The most bytes of plays in a batch: what fits a control frame with its envelope.
pub const BATCH_BYTES_MAX: usize = 40 * 1024;

/// The chain value before the first play of a log.
#[must_use]
pub fn chain_start(box_id: &BoxId, log_epoch: u64) -> ContentHash {
    ContentHash::of(format!("anteroom log {box_id} {log_epoch}").as_bytes())
}

/// The chain value after a play.
#[must_use]
pub fn chain_next(before: &ContentHash, play: &str) -> ContentHash {
    let mut bytes = Vec::with_capacity(32 + play.len());
    bytes.extend_from_slice(before.as_bytes());
    bytes.extend_from_slice(play.as_bytes());
    ContentHash::of(&bytes)
}

/// Why a batch cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadBatch {
    /// Nothing in it, or more than the limit.
    #[error("a batch holds 1 to {BATCH_PLAYS_MAX} plays, this one {0}")]
    Size(usize),
    /// A play that cannot be read.
    #[error("play {seq} cannot be read: {why}")]
    Play {
        /// Which number it should have had.
        seq: u64,
        /// What is wrong with it.
        why: String,
    },
    /// A play whose number is not the next.
    #[error("play {found} stands where {wanted} should")]
    Order {
        /// The number it has.
        found: u64,
        /// The number that was due.
        wanted: u64,
    },
}

impl Batch {
    /// Reads the plays and the chain value after the last of them.
    ///
    /// # Errors
    /// [`BadBatch`] when the size, a play or the order is wrong.
    pub fn read(&self) -> Result<(Vec<Play>, ContentHash), BadBatch> {
        if !(1..=BATCH_PLAYS_MAX).contains(&self.plays.len()) {
            return Err(BadBatch::Size(self.plays.len()));
        }
        let mut chain = self.chain_before;
        let mut plays = Vec::with_capacity(self.plays.len());
        for (wanted, text) in (self.first_seq..).zip(&self.plays) {
            let play: Play =
                serde_json::from_str(text).map_err(|error| BadBatch::Play { seq: wanted, why: error.to_string() })?;
            if play.seq != wanted {
                return Err(BadBatch::Order { found: play.seq, wanted });
            }
            chain = chain_next(&chain, text);
            plays.push(play);
        }
        Ok((plays, chain))
    }
}
