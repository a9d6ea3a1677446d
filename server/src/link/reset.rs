//! What is left of a connection when the server falls: boxes that still speak to it are told at once that it is gone (QUIC's
//! stateless reset), and do not wait for a minute in vain.

use std::time::Duration;

use quinn_proto::crypto::{CryptoError, HmacKey};
use quinn_proto::{ConnectionId, ConnectionIdGenerator};

use crate::trust::Keys;

/// Bytes of a connection's name.
const NAME_BYTES: usize = 8;

/// Signs the word that a connection is gone; the same after a restart.
pub(super) struct ResetKey([u8; 32]);

impl ResetKey {
    /// From the key that boxes believe already.
    pub(super) fn of(keys: &Keys) -> Self {
        Self(blake3::derive_key("anteroom 2026-11 stateless reset", &keys.publish.to_bytes()))
    }
}

impl HmacKey for ResetKey {
    fn sign(&self, data: &[u8], signature_out: &mut [u8]) {
        blake3::Hasher::new_keyed(&self.0).update(data).finalize_xof().fill(signature_out);
    }

    fn signature_len(&self) -> usize {
        blake3::OUT_LEN
    }

    fn verify(&self, data: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
        let given: [u8; blake3::OUT_LEN] = signature.try_into().map_err(|_| CryptoError)?;
        // Hashes are compared in a time that tells nothing.
        if blake3::keyed_hash(&self.0, data) == given { Ok(()) } else { Err(CryptoError) }
    }
}

/// Names for connections that nobody can guess. Those quinn-proto makes by itself are not known again after a restart, and packets
/// with them are thrown away in silence.
#[derive(Debug, Clone)]
pub(super) struct Names {
    key: [u8; 32],
    count: u64,
}

impl Names {
    /// Draws where they begin.
    ///
    /// # Errors
    /// When there is no chance to draw from.
    pub(super) fn draw() -> Result<Self, std::io::Error> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(std::io::Error::other)?;
        Ok(Self { key, count: 0 })
    }
}

impl ConnectionIdGenerator for Names {
    fn generate_cid(&mut self) -> ConnectionId {
        self.count += 1;
        let hash = blake3::keyed_hash(&self.key, &self.count.to_be_bytes());
        ConnectionId::new(hash.as_bytes().get(..NAME_BYTES).unwrap_or_default())
    }

    fn cid_len(&self) -> usize {
        NAME_BYTES
    }

    fn cid_lifetime(&self) -> Option<Duration> {
        None
    }
}
