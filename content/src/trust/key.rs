//! Public keys, parsed once at the door.

use std::fmt;

use ed25519_dalek::{Signature, VerifyingKey};
use serde::{Deserialize, Serialize};

use super::purpose::Purpose;
use crate::manifest::{from_hex, to_hex};

/// Why a text is not a public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key is 64 hexadecimal digits of an Ed25519 public key")]
pub struct BadKey;

/// An Ed25519 public key; 64 hexadecimal digits on every disk and wire.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Parses a key.
    ///
    /// # Errors
    /// [`BadKey`].
    pub fn parse(text: &str) -> Result<Self, BadKey> {
        let bytes = from_hex::<32>(text).ok_or(BadKey)?;
        VerifyingKey::from_bytes(&bytes).map(Self).map_err(|_| BadKey)
    }

    /// The key itself.
    #[must_use]
    pub const fn key(&self) -> &VerifyingKey {
        &self.0
    }

    /// The first eight digits: enough for people to tell keys apart.
    #[must_use]
    pub fn short(&self) -> String {
        self.to_string().chars().take(8).collect()
    }

    /// The key signed `body` as a document of this purpose. `signature` is 128 hexadecimal digits.
    #[must_use]
    pub fn has_signed(&self, purpose: Purpose, body: &str, signature: &str) -> bool {
        let Some(bytes) = from_hex::<64>(signature) else { return false };
        // The strict way also refuses keys under which signatures fit more than one text.
        self.0.verify_strict(&purpose.signed_bytes(body), &Signature::from_bytes(&bytes)).is_ok()
    }
}

impl From<VerifyingKey> for PublicKey {
    fn from(key: VerifyingKey) -> Self {
        Self(key)
    }
}

impl TryFrom<String> for PublicKey {
    type Error = BadKey;
    fn try_from(text: String) -> Result<Self, BadKey> {
        Self::parse(&text)
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        key.to_string()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(self.0.as_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.short())
    }
}
