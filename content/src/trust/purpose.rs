//! What a signature is for: part of what is signed, so that it is worth nothing for any other kind of document.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::manifest::{Assignment, Manifest};
use crate::play::Batch;

/// The kinds of documents that are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// A charter: signed by the root key.
    Charter,
    /// A manifest: signed by a publish key.
    Manifest,
    /// An assignment: signed by a publish key.
    Assignment,
    /// An alert template: signed by an alert key.
    AlertTemplate,
    /// A batch of plays: signed by the key of its box.
    Plays,
    /// The index of a bundle of evidence: signed by a publish key.
    Evidence,
}

impl Purpose {
    /// Every one.
    pub const ALL: [Self; 6] =
        [Self::Charter, Self::Manifest, Self::Assignment, Self::AlertTemplate, Self::Plays, Self::Evidence];

    /// Its name in what is signed: never changed, or what was signed before would not be believed any more.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Charter => "charter",
            Self::Manifest => "manifest",
            Self::Assignment => "assignment",
            Self::AlertTemplate => "alert-template",
            Self::Plays => "plays",
            Self::Evidence => "evidence",
        }
    }

    /// The bytes a signature of this purpose is over.
    #[must_use]
    pub fn signed_bytes(self, body: &str) -> Vec<u8> {
        // A name holds no line break, so no two pairs of purpose and body make the same bytes.
        format!("anteroom/1 {}\n{body}", self.name()).into_bytes()
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Charter => "charter",
            Self::Manifest => "manifest",
            Self::Assignment => "assignment",
            Self::AlertTemplate => "alert template",
            Self::Plays => "batch of plays",
            Self::Evidence => "bundle of evidence",
        })
    }
}

/// A document that is signed for one purpose alone.
pub trait Document: Serialize + DeserializeOwned {
    /// Which.
    const PURPOSE: Purpose;
}

impl Document for Manifest {
    const PURPOSE: Purpose = Purpose::Manifest;
}

impl Document for Assignment {
    const PURPOSE: Purpose = Purpose::Assignment;
}

impl Document for Batch {
    const PURPOSE: Purpose = Purpose::Plays;
}
