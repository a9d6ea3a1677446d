//! The manifest: the signed word of what a zone plays. A player obeys the highest (epoch, version) it has ever seen.

use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::clock::Instant;
use crate::id::{BoxId, ContentHash, ScreenId, ZoneId};
use crate::schedule::Carry;

/// Signed bytes. What was signed is never written again: the body travels as the text that was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// The document, JSON as text.
    pub body: String,
    /// Ed25519 over the body, 128 hexadecimal digits.
    pub signature: String,
}

/// Why an envelope is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    /// The signature is not by the key.
    #[error("the signature is not by the publish key")]
    Signature,
    /// The body is not the document it should be.
    #[error("the signed document cannot be read: {0}")]
    Document(String),
}

impl Envelope {
    /// Writes a document down and signs it.
    ///
    /// # Errors
    /// When a value cannot be written as JSON.
    pub fn seal<T: Serialize>(document: &T, key: &SigningKey) -> Result<Self, serde_json::Error> {
        let body = serde_json::to_string(document)?;
        let signature = to_hex(&key.sign(body.as_bytes()).to_bytes());
        Ok(Self { body, signature })
    }

    /// Checks the signature, then reads the document.
    ///
    /// # Errors
    /// [`Distrust`] when the signature is not by `key` or the body is not such a document.
    pub fn open<T: for<'de> Deserialize<'de>>(&self, key: &VerifyingKey) -> Result<T, Distrust> {
        let bytes = from_hex::<64>(&self.signature).ok_or(Distrust::Signature)?;
        key.verify(self.body.as_bytes(), &Signature::from_bytes(&bytes)).map_err(|_| Distrust::Signature)?;
        serde_json::from_str(&self.body).map_err(|error| Distrust::Document(error.to_string()))
    }
}

/// Writes bytes as hexadecimal digits.
#[must_use]
pub fn to_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Reads exactly `N` bytes of hexadecimal digits.
#[must_use]
pub fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != N * 2 || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; N];
    for (n, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * n..2 * n + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// A part a manifest names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartRef {
    /// Its hash.
    pub hash: ContentHash,
    /// Its size.
    pub size_bytes: u64,
}

/// What a zone plays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Raised by the root key alone.
    pub epoch: u32,
    /// One server-wide counter.
    pub version: u64,
    /// For whom.
    pub zone: ZoneId,
    /// When it was signed.
    pub issued_at: Instant,
    /// From when the show part holds; the clinic part holds at once.
    pub effective_at: Instant,
    /// Where the zone's day stood then.
    #[serde(default)]
    pub carry: Carry,
    /// Rules, playlists, items.
    pub show: PartRef,
    /// The clinic timetable.
    pub clinic: PartRef,
}

impl Manifest {
    /// What orders manifests: a player never goes back.
    #[must_use]
    pub const fn rank(&self) -> (u32, u64) {
        (self.epoch, self.version)
    }
}

/// Which screens a box drives, and where they hang. Signed by the publish key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// Which box.
    #[serde(rename = "box")]
    pub box_id: BoxId,
    /// Raised by every change.
    pub version: u64,
    /// The zone of its screens.
    pub zone: ZoneId,
    /// What it drives; none means that the box is spare.
    pub screens: Vec<ScreenId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flipped_letter_or_another_key_is_not_believed() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let sealed = Envelope::seal(&vec![1, 2, 3], &key).expect("sealed");
        assert_eq!(sealed.open::<Vec<u8>>(&key.verifying_key()), Ok(vec![1, 2, 3]));

        let flipped = Envelope { body: sealed.body.replace('2', "4"), ..sealed.clone() };
        assert_eq!(flipped.open::<Vec<u8>>(&key.verifying_key()), Err(Distrust::Signature));
        let stranger = SigningKey::from_bytes(&[8; 32]).verifying_key();
        assert_eq!(sealed.open::<Vec<u8>>(&stranger), Err(Distrust::Signature));
        let cut = Envelope { signature: "é".repeat(64), ..sealed };
        assert_eq!(cut.open::<Vec<u8>>(&key.verifying_key()), Err(Distrust::Signature));
    }
}
