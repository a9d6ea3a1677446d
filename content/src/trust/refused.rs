//! Why a document is refused. What is in force stays in force.

use super::purpose::Purpose;
use super::rank::Rank;
use crate::id::{BoxId, ContentHash, ZoneId};
use crate::wire::{Trouble, TroubleKind};

/// Why a document is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Nobody has told yet whose word counts.
    #[error("a {0} came before any charter: nobody has said yet whose word counts")]
    NoCharter(Purpose),
    /// Signed by nobody, by a stranger, or by a key that may sign other things.
    #[error("a {0} is not signed by a key that may sign it")]
    Signature(Purpose),
    /// Not signed by the root that is held.
    #[error("a charter is not signed by the root key this box holds")]
    HeldRoot,
    /// Not signed by the root it names.
    #[error("a charter is not signed by the root key it names")]
    NamedRoot,
    /// The first charter does not name the key the box was paired with.
    #[error("the first charter does not name the publish key this box was paired with")]
    OtherPublishKey,
    /// Signed, and not the document it should be.
    #[error("a {purpose} cannot be read: {why}")]
    Unreadable {
        /// What it should be.
        purpose: Purpose,
        /// In what way.
        why: String,
    },
    /// Behind one that was seen.
    #[error("an old {purpose} came: {found} after {held}")]
    Old {
        /// What came.
        purpose: Purpose,
        /// The highest ever seen.
        held: Rank,
        /// What came.
        found: Rank,
    },
    /// Another document of the very rank of the one that is held.
    #[error("two different {purpose}s call themselves {rank}")]
    Twofold {
        /// What came.
        purpose: Purpose,
        /// The rank of both.
        rank: Rank,
    },
    /// Of an epoch that is over.
    #[error(
        "a {purpose} of epoch {found} came, and the charter's epoch is {charter}: the keys of then are not believed"
    )]
    PastEpoch {
        /// What came.
        purpose: Purpose,
        /// The charter's.
        charter: u32,
        /// Its own.
        found: u32,
    },
    /// Of an epoch no charter has begun: a publish key cannot do that.
    #[error("a {purpose} calls itself of epoch {found}, and the root key has only begun {charter}")]
    FutureEpoch {
        /// What came.
        purpose: Purpose,
        /// The charter's.
        charter: u32,
        /// Its own.
        found: u32,
    },
    /// For another zone.
    #[error("a manifest of zone `{found}` came to a box of zone `{wanted}`")]
    OtherZone {
        /// Where the box hangs.
        wanted: ZoneId,
        /// Whom it is for.
        found: ZoneId,
    },
    /// For another box.
    #[error("an assignment of box `{found}` came to box `{wanted}`")]
    OtherBox {
        /// Who this is.
        wanted: BoxId,
        /// Whom it is for.
        found: BoxId,
    },
    /// Other bytes than the manifest names.
    #[error("part {hash} is not what the manifest names: {why}")]
    Part {
        /// As the manifest names it.
        hash: ContentHash,
        /// In what way.
        why: String,
    },
}

impl Refused {
    /// For the server and its operators.
    #[must_use]
    pub fn trouble(&self) -> Trouble {
        let file = match self {
            Self::Part { hash, .. } => Some(*hash),
            Self::NoCharter(_)
            | Self::Signature(_)
            | Self::HeldRoot
            | Self::NamedRoot
            | Self::OtherPublishKey
            | Self::Unreadable { .. }
            | Self::Old { .. }
            | Self::Twofold { .. }
            | Self::PastEpoch { .. }
            | Self::FutureEpoch { .. }
            | Self::OtherZone { .. }
            | Self::OtherBox { .. } => None,
        };
        Trouble { kind: TroubleKind::Trust, file, text: format!("{self}; what is in force stays") }
    }
}
