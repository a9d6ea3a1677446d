//! Vouchers: what a provisioning file lets a box be paired by, without a person who types its code. Both sides hold a secret that never
//! travels; each proves that it knows it, over the very bytes the code is made of, so that nobody in between can use either proof.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::id::ContentHash;
use crate::manifest::{from_hex, to_hex};

/// How long a voucher holds, in milliseconds: from the office to the wall.
pub const VOUCHER_MS: i64 = 30 * 24 * 3_600_000;

/// Which voucher, as both sides name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VoucherId([u8; 8]);

/// Which voucher, and its secret: `1122334455667788.` and 64 more hexadecimal digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Voucher {
    /// Which.
    pub id: VoucherId,
    secret: [u8; 32],
}

/// What is no voucher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a voucher is 16 hexadecimal digits, a dot and 64 more")]
pub struct NoVoucher;

/// Who proves something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The box, to be let in.
    Box,
    /// The server, to be believed.
    Server,
}

/// What a box says of its voucher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoucherWord {
    /// Which.
    pub id: VoucherId,
    /// [`Voucher::proof`] of [`Side::Box`].
    pub proof: ContentHash,
}

impl VoucherId {
    /// Of these bytes.
    #[must_use]
    pub const fn of(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for VoucherId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl FromStr for VoucherId {
    type Err = NoVoucher;

    fn from_str(text: &str) -> Result<Self, NoVoucher> {
        from_hex(text).map(Self).ok_or(NoVoucher)
    }
}

impl TryFrom<String> for VoucherId {
    type Error = NoVoucher;

    fn try_from(text: String) -> Result<Self, NoVoucher> {
        text.parse()
    }
}

impl From<VoucherId> for String {
    fn from(id: VoucherId) -> Self {
        id.to_string()
    }
}

impl Voucher {
    /// Of a secret nobody guesses.
    #[must_use]
    pub const fn new(id: VoucherId, secret: [u8; 32]) -> Self {
        Self { id, secret }
    }

    /// What one side proves, over [`super::enrol::transcript`]: worth nothing in another conversation, and nothing from the other side.
    #[must_use]
    pub fn proof(&self, side: Side, transcript: &ContentHash) -> ContentHash {
        let label: &[u8] = match side {
            Side::Box => b"anteroom voucher box",
            Side::Server => b"anteroom voucher server",
        };
        let mut hasher = blake3::Hasher::new_keyed(&self.secret);
        hasher.update(label).update(transcript.as_bytes());
        ContentHash::from_bytes(*hasher.finalize().as_bytes())
    }

    /// Whether a proof is the one that side would give; takes as long for every wrong one.
    #[must_use]
    pub fn is_proven(&self, side: Side, transcript: &ContentHash, proof: &ContentHash) -> bool {
        let due = blake3::Hash::from_bytes(*self.proof(side, transcript).as_bytes());
        due == blake3::Hash::from_bytes(*proof.as_bytes())
    }

    /// As it stands in a provisioning file: a secret, to be written nowhere else.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{}.{}", self.id, to_hex(&self.secret))
    }
}

/// The secret is never said.
impl fmt::Debug for Voucher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Voucher({})", self.id)
    }
}

impl FromStr for Voucher {
    type Err = NoVoucher;

    fn from_str(text: &str) -> Result<Self, NoVoucher> {
        let (id, secret) = text.trim().split_once('.').ok_or(NoVoucher)?;
        Ok(Self { id: id.parse()?, secret: from_hex(secret).ok_or(NoVoucher)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voucher_is_read_as_it_was_written_and_says_its_secret_nowhere_else() {
        let voucher = Voucher::new(VoucherId::of([0x11; 8]), [7; 32]);
        assert_eq!(voucher.reveal().parse(), Ok(voucher.clone()));
        assert_eq!(format!("{voucher:?}"), "Voucher(1111111111111111)");
        for text in ["", "11", "1111111111111111", "1111111111111111.07", &voucher.reveal()[1..]] {
            assert_eq!(text.parse::<Voucher>(), Err(NoVoucher), "{text}");
        }
    }

    #[test]
    fn a_proof_holds_for_one_side_one_conversation_and_one_secret() {
        let voucher = Voucher::new(VoucherId::of([0x11; 8]), [7; 32]);
        let [this, other] = [ContentHash::of(b"this"), ContentHash::of(b"other")];
        let proof = voucher.proof(Side::Box, &this);
        assert!(voucher.is_proven(Side::Box, &this, &proof));
        assert!(!voucher.is_proven(Side::Server, &this, &proof), "an echo is no proof");
        assert!(!voucher.is_proven(Side::Box, &other, &proof), "nor is what was heard elsewhere");
        assert!(!Voucher::new(voucher.id, [8; 32]).is_proven(Side::Box, &this, &proof));
    }
}
