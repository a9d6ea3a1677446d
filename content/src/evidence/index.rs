//! The index: what the server vouches for.

use serde::{Deserialize, Serialize};

use crate::clock::Instant;
use crate::id::ContentHash;
use crate::trust::{Document, Purpose};

/// The form of bundles this code writes and reads.
pub const FORMAT: u32 = 1;

/// The server's word for all the lines before it: what no box signs (holes, times of arrival, which lines there are).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// When the bundle was made.
    pub made_at: Instant,
    /// The charter that was in force.
    pub charter_version: u64,
    /// How many lines stand before it.
    pub lines: u64,
    /// The hash of those lines, their line breaks included.
    pub hash: ContentHash,
    /// Plays that were asked for and counted.
    pub plays: u64,
}

impl Document for Index {
    const PURPOSE: Purpose = Purpose::Evidence;
}
