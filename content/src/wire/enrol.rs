//! Enrolment: the words of a box that has no certificate yet, and the code both sides compute.
//!
//! 1. box → [`Commit`]: a hash over its nonce and keys. 2. server → [`Challenge`]: its nonce. 3. box → [`Reveal`].
//! 4. Both compute [`code`]. Whoever sits in between would need a second pair of certificates, keys and nonces with the
//!    same code, and had to choose before seeing the other side's nonce: no grinding. 5. An operator types what the box
//!    shows; server → [`Verdict`]. Or it was given a provisioning file, and both prove to each other what stands in it
//!    ([`super::voucher`]).

use serde::{Deserialize, Serialize};

use super::voucher::VoucherWord;
use crate::id::{BoxId, ContentHash, PairCode};
use crate::trust::SignedCharter;

/// How long a code holds, in seconds.
pub const CODE_SECS: u64 = 600;
/// How many wrong codes an operator may type before pairing rests for [`CODE_SECS`].
pub const TRIES_MAX: u32 = 5;

/// The box binds itself before it has seen anything of the server's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commit {
    /// [`Reveal::commitment`] of what it will reveal.
    pub commitment: ContentHash,
}

/// The server's part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// 32 random bytes.
    pub nonce: ContentHash,
    /// Whom the box will believe afterwards: the code vouches for its root.
    pub charter: SignedCharter,
}

/// The box's part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reveal {
    /// 32 random bytes.
    pub nonce: ContentHash,
    /// Its certificate request, PEM: proves the P-256 key it will connect with.
    pub request_pem: String,
    /// The Ed25519 key it will sign plays with, 64 hexadecimal digits.
    pub signing_key: String,
    /// What a person sees of it: host name, address, resolution.
    pub description: String,
    /// It was given a provisioning file: no code has to be typed where this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voucher: Option<VoucherWord>,
}

impl Reveal {
    /// What the box commits to.
    #[must_use]
    pub fn commitment(&self) -> ContentHash {
        hash_all(&[b"anteroom commit", self.nonce.as_bytes(), self.request_pem.as_bytes(), self.signing_key.as_bytes()])
    }
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// Welcome.
    Accepted {
        /// The box's name from now on.
        #[serde(rename = "box")]
        box_id: BoxId,
        /// Its certificate, PEM.
        certificate_pem: String,
        /// That the server knows the voucher, too: [`super::Voucher::proof`] of [`super::Side::Server`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        proof: Option<ContentHash>,
    },
    /// Nobody typed the code in time: draw a new one.
    Expired,
    /// Too many boxes wait already, or what the box sent makes no sense.
    Refused {
        /// In words.
        text: String,
    },
}

/// The code: eight letters over everything both sides have seen. `server_certificate` is the DER certificate of the TLS
/// connection, as each side saw it.
#[must_use]
pub fn code(server_certificate: &[u8], challenge: &Challenge, reveal: &Reveal) -> PairCode {
    PairCode::from_entropy(transcript(server_certificate, challenge, reveal).as_bytes())
}

/// All of what both sides have seen, in one hash; what proofs of a voucher are made over.
#[must_use]
pub fn transcript(server_certificate: &[u8], challenge: &Challenge, reveal: &Reveal) -> ContentHash {
    hash_all(&[
        b"anteroom code",
        server_certificate,
        challenge.nonce.as_bytes(),
        challenge.charter.body.as_bytes(),
        reveal.commitment().as_bytes(),
    ])
}

fn hash_all(fields: &[&[u8]]) -> ContentHash {
    let mut hasher = blake3::Hasher::new();
    for field in fields {
        // The length goes in first, so that no two lists of fields make the same bytes.
        hasher.update(&u64::try_from(field.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(field);
    }
    ContentHash::from_bytes(*hasher.finalize().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_in_between_gives_the_two_sides_different_codes() {
        let reveal = Reveal {
            nonce: ContentHash::of(b"box"),
            request_pem: "request".into(),
            signing_key: "key".into(),
            description: "a box".into(),
            voucher: None,
        };
        let charter = SignedCharter { body: "charter".into(), signatures: Vec::new() };
        let challenge = Challenge { nonce: ContentHash::of(b"server"), charter };
        let shown = code(b"certificate", &challenge, &reveal);
        assert_eq!(shown, code(b"certificate", &challenge, &reveal));
        assert_ne!(shown, code(b"certificate of another", &challenge, &reveal));
        let other_key = Reveal { signing_key: "another".into(), ..reveal.clone() };
        assert_ne!(shown, code(b"certificate", &challenge, &other_key));
        let charter = SignedCharter { body: "charter of another root".into(), signatures: Vec::new() };
        assert_ne!(shown, code(b"certificate", &Challenge { charter, ..challenge.clone() }, &reveal));
        assert_ne!(reveal.commitment(), other_key.commitment());
    }
}
