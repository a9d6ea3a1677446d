//! What orders documents.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What orders manifests, and assignments: the epoch first, then the version. Nobody who holds one goes back behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Rank {
    /// Raised by the root key alone.
    pub epoch: u32,
    /// One server-wide counter.
    pub version: u64,
}

impl Rank {
    /// A rank.
    #[must_use]
    pub const fn new(epoch: u32, version: u64) -> Self {
        Self { epoch, version }
    }
}

impl fmt::Display for Rank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "version {} of epoch {}", self.version, self.epoch)
    }
}
