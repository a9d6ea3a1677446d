//! Whom a box believes: the charter that names the keys, and the rules by which documents are accepted or refused.
//!
//! The **root key** lies offline. It signs the [`Charter`], which names everybody else: the **publish keys** (manifests and
//! assignments), the **alert keys** (alert templates and nothing else) and the **device authorities** (certificates). The
//! charter carries the **epoch**: every manifest and assignment must be of the charter's epoch, so that only the root can
//! raise it. Within an epoch versions rise; a [`Trust`] never goes back. Whoever steals a publish key can run the versions
//! up, and no further: a new epoch with a new key starts below nothing.
//!
//! Nothing here expires: a box without its server plays on for months. What is old is told instead ([`Trust::stale_ms`]).

mod charter;
mod key;
mod part;
mod purpose;
mod rank;
mod refused;
mod state;
#[cfg(test)]
mod tests;

pub use charter::{
    AUTHORITIES_MAX, AUTHORITY_BYTES_MAX, Charter, KEYS_MAX, KeySignature, SIGNATURES_MAX, SignedCharter,
};
pub use key::{BadKey, PublicKey};
pub use part::{accept_clinic, accept_show, check_zone};
pub use purpose::{Document, Purpose};
pub use rank::Rank;
pub use refused::Refused;
pub use state::{Heard, STALE_MS, Trust};
