//! What a bundle proves.

use std::collections::BTreeMap;

use super::index::Index;
use super::question::{Head, Sum, SumKey};
use crate::clock::Instant;
use crate::id::BoxId;
use crate::play::books::Span;

/// What a bundle that was believed proves, and what only the server says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What was asked.
    pub head: Head,
    /// The server's word for the whole.
    pub index: Index,
    /// How many charters lead from the root to the newest one.
    pub charters: usize,
    /// The boxes.
    pub boxes: Vec<BoxVerdict>,
    /// Totals, added up from the plays themselves.
    pub totals: BTreeMap<SumKey, Sum>,
    /// Plays whose clock cannot have been right: signed, and not counted.
    pub time_unproven: u64,
    /// Manifests that plays name and that are here, signed.
    pub manifests: u64,
    /// Plays that name a manifest which is not here.
    pub without_manifest: u64,
}

/// What is proven of a box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoxVerdict {
    /// Which.
    pub box_id: BoxId,
    /// Who vouches for its key.
    pub vouching: Vouching,
    /// Since when the server does not believe it any more.
    pub unpaired_at: Option<Instant>,
    /// Its logs.
    pub logs: Vec<LogVerdict>,
}

/// Who vouches for the key of a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vouching {
    /// Its certificate, by a device authority that the charter names.
    Certificate {
        /// When it runs out.
        until: Instant,
        /// The newest charter still names the authority.
        is_authority_current: bool,
    },
    /// The server alone, by signing the index.
    Server,
}

/// What is proven of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogVerdict {
    /// Which.
    pub log_epoch: u64,
    /// The first and the last play the bundle speaks of.
    pub span: Option<Span>,
    /// Batches that are signed and chained.
    pub batches: u64,
    /// Plays in them.
    pub plays: u64,
    /// Of those, plays that were asked for and counted.
    pub asked: u64,
    /// Plays the box no longer had.
    pub gaps: Vec<Span>,
    /// Signed by the box and not counted.
    pub asides: Vec<AsideTold>,
    /// Plays that are left out because nothing among them was asked for.
    pub spared: Vec<Span>,
    /// Plays of which the server says that they came and could not be kept.
    pub lost: Vec<Span>,
}

/// Something the box signed that was not counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsideTold {
    /// The first play it is about.
    pub first_seq: u64,
    /// The last.
    pub last_seq: u64,
    /// Why it was not counted.
    pub reason: String,
    /// It tells numbers anew that are told otherwise already: the box has two histories.
    pub is_second_story: bool,
}

impl Verdict {
    /// Plays that were asked for and counted.
    #[must_use]
    pub fn plays(&self) -> u64 {
        self.totals.values().map(|sum| sum.plays).sum()
    }

    /// Batches that are signed and chained.
    #[must_use]
    pub fn batches(&self) -> u64 {
        self.logs().map(|log| log.batches).sum()
    }

    /// Every log.
    pub fn logs(&self) -> impl Iterator<Item = &LogVerdict> {
        self.boxes.iter().flat_map(|one| &one.logs)
    }
}
