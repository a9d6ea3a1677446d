//! The manifest: the signed word of what a zone plays. A player obeys the highest (epoch, version) it has ever seen.

use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::clock::Instant;
use crate::id::{BoxId, ContentHash, ScreenId, ZoneId};
use crate::schedule::Carry;
use crate::trust::{Document, PublicKey, Purpose, Rank};

/// Signed bytes. What was signed is never written again: the body travels as the text that was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// The document, JSON as text.
    pub body: String,
    /// Ed25519 over the purpose and the body, 128 hexadecimal digits.
    pub signature: String,
}

/// Why an envelope is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    /// The signature is not by the key, or for another kind of document.
    #[error("the signature is not by the key that should have signed it")]
    Signature,
    /// The body is not the document it should be.
    #[error("the signed document cannot be read: {0}")]
    Document(String),
}

impl Envelope {
    /// Writes a document down and signs it for its purpose.
    ///
    /// # Errors
    /// When a value cannot be written as JSON.
    pub fn seal<T: Document>(document: &T, key: &SigningKey) -> Result<Self, serde_json::Error> {
        Ok(Self::seal_body(T::PURPOSE, serde_json::to_string(document)?, key))
    }

    /// Signs a text for a purpose, whatever it says.
    #[must_use]
    pub fn seal_body(purpose: Purpose, body: String, key: &SigningKey) -> Self {
        let signature = to_hex(&key.sign(&purpose.signed_bytes(&body)).to_bytes());
        Self { body, signature }
    }

    /// Checks the signature, then reads the document.
    ///
    /// # Errors
    /// [`Distrust`] when the signature is not by `key` and for this kind of document, or the body is not such a document.
    pub fn open<T: Document>(&self, key: &VerifyingKey) -> Result<T, Distrust> {
        if !PublicKey::from(*key).has_signed(T::PURPOSE, &self.body, &self.signature) {
            return Err(Distrust::Signature);
        }
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
    pub const fn rank(&self) -> Rank {
        Rank::new(self.epoch, self.version)
    }
}

/// Which screens a box drives, and where they hang. Signed by the publish key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// Which box.
    #[serde(rename = "box")]
    pub box_id: BoxId,
    /// Raised by the root key alone.
    pub epoch: u32,
    /// Raised by every change.
    pub version: u64,
    /// The zone of its screens.
    pub zone: ZoneId,
    /// What it drives; none means that the box is spare.
    pub screens: Vec<ScreenId>,
}

impl Assignment {
    /// What orders assignments: a player never goes back.
    #[must_use]
    pub const fn rank(&self) -> Rank {
        Rank::new(self.epoch, self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assignment() -> Assignment {
        let (box_id, zone) = (BoxId::parse("b1").expect("name"), ZoneId::parse("z1").expect("name"));
        Assignment { box_id, epoch: 1, version: 2, zone, screens: Vec::new() }
    }

    #[test]
    fn a_flipped_letter_or_another_key_is_not_believed() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let sealed = Envelope::seal(&assignment(), &key).expect("sealed");
        assert_eq!(sealed.open(&key.verifying_key()), Ok(assignment()));

        let refused = |envelope: &Envelope, key: VerifyingKey| {
            assert_eq!(envelope.open::<Assignment>(&key), Err(Distrust::Signature));
        };
        let flipped = Envelope { body: sealed.body.replace('2', "4"), ..sealed.clone() };
        refused(&flipped, key.verifying_key());
        refused(&sealed, SigningKey::from_bytes(&[8; 32]).verifying_key());
        refused(&Envelope { signature: "é".repeat(64), ..sealed }, key.verifying_key());
    }

    #[test]
    fn a_signature_for_one_kind_of_document_is_worth_nothing_for_another() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let body = serde_json::to_string(&assignment()).expect("written");
        for purpose in Purpose::ALL {
            let sealed = Envelope::seal_body(purpose, body.clone(), &key);
            let is_believed = sealed.open::<Assignment>(&key.verifying_key()).is_ok();
            assert_eq!(is_believed, purpose == Purpose::Assignment, "{purpose}");
        }
    }

    #[test]
    fn what_a_signature_is_over_stays_what_it_was() {
        assert_eq!(Purpose::Manifest.signed_bytes("{}"), b"anteroom/1 manifest\n{}");
        assert_eq!(Purpose::AlertTemplate.signed_bytes("{}"), b"anteroom/1 alert-template\n{}");
        let sealed = Envelope::seal(&assignment(), &SigningKey::from_bytes(&[7; 32])).expect("sealed");
        assert_eq!(sealed.body, r#"{"box":"b1","epoch":1,"version":2,"zone":"z1","screens":[]}"#);
    }
}
