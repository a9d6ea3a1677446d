//! The charter: who may sign what, from now on. Signed by the root key, and by both when the root itself changes.

use ed25519_dalek::{Signer, SigningKey};
use serde::{Deserialize, Serialize};

use super::key::PublicKey;
use super::purpose::{Document, Purpose};
use super::rank::Rank;
use super::refused::Refused;
use crate::clock::Instant;
use crate::manifest::to_hex;

/// Keys of one kind a charter may name: the one in use, and some of the past or of a second server.
pub const KEYS_MAX: usize = 8;
/// Device authorities a charter may name: the one in use and the one before it.
pub const AUTHORITIES_MAX: usize = 2;
/// The largest certificate of an authority, in bytes of PEM.
pub const AUTHORITY_BYTES_MAX: usize = 8 * 1024;
/// Signatures a charter may carry: the old root's and the new root's, with room for a third hand.
pub const SIGNATURES_MAX: usize = 4;

/// Who may sign what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charter {
    /// Raised by every charter.
    pub version: u64,
    /// The epoch of manifests and assignments; raised when what was signed before must not count any more.
    pub epoch: u32,
    /// When it was signed.
    pub issued_at: Instant,
    /// The root key: this charter's, and what the next one must be signed by.
    pub root: PublicKey,
    /// Whose manifests and assignments count.
    pub publish: Vec<PublicKey>,
    /// Whose alert templates count.
    pub alert: Vec<PublicKey>,
    /// Certificates of the device authorities, PEM, the one in use first.
    pub authorities: Vec<String>,
}

impl Document for Charter {
    const PURPOSE: Purpose = Purpose::Charter;
}

impl Charter {
    /// What orders charters: the version alone, told with its epoch.
    #[must_use]
    pub const fn rank(&self) -> Rank {
        Rank::new(self.epoch, self.version)
    }

    /// Every authority, one PEM text after another.
    #[must_use]
    pub fn authorities_pem(&self) -> String {
        self.authorities.iter().flat_map(|pem| [pem.trim_end(), "\n"]).collect()
    }

    fn problem(&self) -> Option<&'static str> {
        let has_room = |keys: &[PublicKey]| keys.len() <= KEYS_MAX;
        let are_short = self.authorities.iter().all(|pem| pem.len() <= AUTHORITY_BYTES_MAX);
        if self.publish.is_empty() || self.authorities.is_empty() {
            // A box that took it could never hear of another one.
            Some("it names no publish key or no device authority")
        } else if !(has_room(&self.publish) && has_room(&self.alert) && self.authorities.len() <= AUTHORITIES_MAX) {
            Some("it names too many keys or authorities")
        } else if !are_short {
            Some("a certificate in it is too long")
        } else if self.publish.contains(&self.root) || self.alert.iter().any(|key| self.publish.contains(key)) {
            Some("one key is given two offices")
        } else {
            None
        }
    }
}

/// A charter in the bytes that were signed, with the signatures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedCharter {
    /// The charter, JSON as text.
    pub body: String,
    /// By whom it is signed.
    pub signatures: Vec<KeySignature>,
}

/// One signature of several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeySignature {
    /// By which key.
    pub key: PublicKey,
    /// 128 hexadecimal digits.
    pub signature: String,
}

impl SignedCharter {
    /// Writes a charter down and signs it with each key.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn seal(charter: &Charter, keys: &[&SigningKey]) -> Result<Self, serde_json::Error> {
        let body = serde_json::to_string(charter)?;
        let bytes = Purpose::Charter.signed_bytes(&body);
        let signatures = keys
            .iter()
            .map(|key| KeySignature {
                key: key.verifying_key().into(),
                signature: to_hex(&key.sign(&bytes).to_bytes()),
            })
            .collect();
        Ok(Self { body, signatures })
    }

    /// The key's signature is among them, and good.
    #[must_use]
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        let own = self.signatures.iter().take(SIGNATURES_MAX).filter(|signed| signed.key == *key);
        own.into_iter().any(|signed| key.has_signed(Purpose::Charter, &self.body, &signed.signature))
    }

    /// Reads the charter and sees that the root it names has signed it. Whether that root is to be believed is for
    /// [`super::Trust`] to say, or for people who compare a code.
    ///
    /// # Errors
    /// [`Refused::Unreadable`] and [`Refused::NamedRoot`].
    pub fn read(&self) -> Result<Charter, Refused> {
        let unreadable = |why: String| Refused::Unreadable { purpose: Purpose::Charter, why };
        let charter: Charter = serde_json::from_str(&self.body).map_err(|error| unreadable(error.to_string()))?;
        if let Some(problem) = charter.problem() {
            return Err(unreadable(problem.to_owned()));
        }
        if self.is_signed_by(&charter.root) { Ok(charter) } else { Err(Refused::NamedRoot) }
    }
}
