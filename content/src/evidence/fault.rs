//! Why a bundle proves nothing: which box, which batch, what is wrong.

use std::fmt;

use super::certificate::BadCertificate;
use super::question::SumKey;
use crate::id::BoxId;
use crate::trust::Refused;

/// Why a bundle is not believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A line is longer than any may be.
    TooLong {
        /// Which line, from 1 on.
        line: u64,
    },
    /// There are more of them than a bundle may hold.
    TooMany(&'static str),
    /// It ends before its index.
    Truncated {
        /// How many whole lines there are.
        lines: u64,
    },
    /// Something stands behind the index.
    Trailing,
    /// A line is none.
    Unreadable {
        /// Which.
        line: u64,
        /// In what way.
        why: String,
    },
    /// It is of a form that is not known here.
    Format(u32),
    /// A line stands where it must not.
    Misplaced {
        /// Which.
        line: u64,
    },
    /// No charter names the root key that was given.
    Root {
        /// Its first digits.
        root: String,
    },
    /// A charter does not follow from the one before it.
    Charter {
        /// Version of the one before it; 0 for the first.
        held: u64,
        /// Why.
        why: Refused,
    },
    /// A box's certificate does not vouch for its key.
    Certificate {
        /// Which box.
        box_id: BoxId,
        /// Why.
        why: BadCertificate,
    },
    /// A batch is not what it should be.
    Batch {
        /// Whose.
        box_id: BoxId,
        /// Of which log.
        log_epoch: u64,
        /// Its first play.
        first_seq: u64,
        /// What is wrong with it.
        why: BadBatchLine,
    },
    /// Plays of a log are neither there nor said to be missing.
    Missing {
        /// Whose.
        box_id: BoxId,
        /// Of which log.
        log_epoch: u64,
        /// The first that is missing.
        first_seq: u64,
        /// The last.
        last_seq: u64,
    },
    /// A manifest is not signed by a publish key of its epoch.
    Manifest {
        /// On which line.
        line: u64,
    },
    /// A total is not what the plays add up to.
    Total(SumKey),
    /// The index does not vouch for the lines.
    Index(BadIndex),
}

/// What is wrong with a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadBatchLine {
    /// It is not signed by the box's key.
    Signature,
    /// The box signed it, and it is no batch.
    Document(String),
    /// It is another box's, or of another log.
    OtherLog,
    /// It does not follow from the play before it.
    Chain,
    /// Its plays are not those the line says, or cannot be read.
    Plays(String),
    /// It came after the box's certificate had run out.
    Expired,
}

/// What is wrong with the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadIndex {
    /// No publish key of the newest charter has signed it as an index.
    Signature,
    /// It is signed, and no index.
    Unreadable,
    /// It is of another charter.
    OtherCharter,
    /// It is of other lines.
    OtherLines,
    /// It counts other plays.
    OtherPlays,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say().en)
    }
}

impl std::error::Error for Fault {}
