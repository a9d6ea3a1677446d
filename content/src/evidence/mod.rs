//! Evidence for a stranger: plays in one file that is checked offline, with the root's public key and nothing else.
//!
//! A **bundle** is text, a JSON document a line ([`Line`]), in this order: the question ([`Head`]); every charter, the oldest
//! first; of each box its key and certificate, and of each of its logs, in the order of numbers, the batches exactly as the
//! box signed them, with what is missing said in its place; the manifests the plays name; totals; and last the [`Index`],
//! which the server signs over all the lines before it, for this purpose alone.
//!
//! What the box proves and what only the server says is kept apart: a [`Verdict`] tells both. [`Scribe`] writes a bundle,
//! [`Verifier`] reads one, line by line, with a limit on everything; neither touches a file.

mod certificate;
mod charters;
mod fault;
mod index;
mod line;
mod logs;
mod question;
mod say;
mod scribe;
#[cfg(test)]
mod tests;
mod verdict;
mod verifier;

pub use certificate::{BadCertificate, Certified, certified, plays_key_uri};
pub use fault::{BadBatchLine, BadIndex, Fault};
pub use index::{FORMAT, Index};
pub use line::{Aside, BatchLine, BoxLine, GapLine, Line, LogLine, Spared, TotalLine};
pub use question::{Head, Sum, SumKey};
pub use scribe::Scribe;
pub use verdict::{AsideTold, BoxVerdict, LogVerdict, Verdict, Vouching};
pub use verifier::{BOXES_MAX, LINE_BYTES_MAX, LINES_MAX, MANIFESTS_MAX, TOTALS_MAX, Verifier};
