//! Writing a bundle.

use ed25519_dalek::SigningKey;

use super::index::Index;
use super::line::{BatchLine, Line, TotalLine};
use super::question::{Head, Sums};
use crate::clock::Instant;
use crate::id::ContentHash;
use crate::manifest::Envelope;
use crate::play::Play;

/// Writes the lines of a bundle one after another; what becomes of them is for the caller.
pub struct Scribe {
    head: Head,
    hash: blake3::Hasher,
    lines: u64,
    sums: Sums,
}

impl Scribe {
    /// Begins a bundle: the scribe, and its first line.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn begin(head: Head) -> Result<(Self, String), serde_json::Error> {
        let mut scribe = Self { head: head.clone(), hash: blake3::Hasher::new(), lines: 0, sums: Sums::default() };
        let first = scribe.line(&Line::Head(head))?;
        Ok((scribe, first))
    }

    /// Writes a line, with its line break.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn line(&mut self, line: &Line) -> Result<String, serde_json::Error> {
        let mut text = serde_json::to_string(line)?;
        text.push('\n');
        self.hash.update(text.as_bytes());
        self.lines += 1;
        Ok(text)
    }

    /// Writes a batch, whose new plays are counted.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn batch(&mut self, batch: BatchLine, fresh: &[Play]) -> Result<String, serde_json::Error> {
        for play in fresh {
            self.sums.add(&self.head, play, batch.received_at);
        }
        self.line(&Line::Batch(batch))
    }

    /// Writes the totals and the index, signed: the last lines.
    ///
    /// # Errors
    /// When they cannot be written as JSON.
    pub fn finish(
        mut self,
        made_at: Instant,
        charter_version: u64,
        key: &SigningKey,
    ) -> Result<String, serde_json::Error> {
        let mut text = String::new();
        for ((screen, item, item_version), sum) in std::mem::take(&mut self.sums.sums) {
            self.sums.sums.insert((screen.clone(), item.clone(), item_version), sum);
            text.push_str(&self.line(&Line::Total(TotalLine { screen, item, item_version, sum }))?);
        }
        let index = Index {
            made_at,
            charter_version,
            lines: self.lines,
            hash: ContentHash::from_bytes(*self.hash.finalize().as_bytes()),
            plays: self.sums.sums.values().map(|sum| sum.plays).sum(),
        };
        text.push_str(&self.line(&Line::Index(Envelope::seal(&index, key)?))?);
        Ok(text)
    }
}
