//! The lines of a bundle.

use serde::{Deserialize, Serialize};

use super::question::{Head, Sum};
use crate::clock::Instant;
use crate::id::{BoxId, ItemId, ScreenId};
use crate::manifest::Envelope;
use crate::trust::{PublicKey, SignedCharter};

/// A line: `{"batch":{…}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// What was asked; the first line.
    Head(Head),
    /// A charter as the root key signed it.
    Charter(SignedCharter),
    /// A box. Logs that follow are its own.
    Box(BoxLine),
    /// A log of that box. Batches and holes that follow are of it.
    Log(LogLine),
    /// A batch as it came.
    Batch(BatchLine),
    /// Signed by the box, and not counted.
    Aside(Aside),
    /// Plays the box no longer had when they were due.
    Gap(GapLine),
    /// Plays that are held and not here.
    Spared(Spared),
    /// A manifest plays name, as it was signed.
    Manifest(Envelope),
    /// A total of what was asked for.
    Total(TotalLine),
    /// The index, signed by a publish key; the last line.
    Index(Envelope),
}

/// A box, and what vouches for its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoxLine {
    /// Which.
    #[serde(rename = "box")]
    pub box_id: BoxId,
    /// The key it signs plays with.
    pub signing_key: PublicKey,
    /// When it was paired.
    pub enrolled_at: Instant,
    /// Since when it is not believed any more.
    #[serde(default)]
    pub unpaired_at: Option<Instant>,
    /// Its certificate, PEM, which names the key; none when it was paired before certificates did.
    #[serde(default)]
    pub certificate: Option<String>,
}

/// A log of a box.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// Which.
    pub log_epoch: u64,
    /// Up to which play the server holds it.
    pub held_seq: u64,
}

/// A batch as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchLine {
    /// The first play that was new in it.
    pub first_seq: u64,
    /// Its last play.
    pub last_seq: u64,
    /// When the server took it, by the server's clock.
    pub received_at: Instant,
    /// What the box signed.
    pub envelope: Envelope,
}

/// Signed by the box, and not counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aside {
    /// The first play it is about.
    pub first_seq: u64,
    /// When it came.
    pub received_at: Instant,
    /// Why it was not counted.
    pub reason: String,
    /// What the box signed.
    pub envelope: Envelope,
}

/// Plays the box no longer had when they were due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GapLine {
    /// The first.
    pub first_seq: u64,
    /// The last.
    pub last_seq: u64,
    /// When that was noticed.
    pub noticed_at: Instant,
}

/// Plays that are held and not here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spared {
    /// The first.
    pub first_seq: u64,
    /// The last.
    pub last_seq: u64,
    /// They came, could not be counted, and were too many to keep. Otherwise nothing among them was asked for.
    #[serde(default)]
    pub is_lost: bool,
}

/// A total of what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotalLine {
    /// On which screen.
    pub screen: ScreenId,
    /// What.
    pub item: ItemId,
    /// In which version.
    pub item_version: u32,
    /// How much.
    #[serde(flatten)]
    pub sum: Sum,
}
