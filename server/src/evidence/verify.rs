//! Reading a bundle from a file, in bounded memory; everything else is [`anteroom_content::evidence`].

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;

use anteroom_content::evidence::{Fault, LINE_BYTES_MAX, Verdict, Verifier};
use anteroom_content::trust::PublicKey;
use anyhow::Context as _;

/// What of the file is held at once beside a line.
const BUFFER_BYTES: usize = 256 * 1024;

/// Reads a bundle: what it proves, or why it proves nothing.
///
/// # Errors
/// When the file cannot be read.
pub(super) fn verify(bundle: &Path, root: PublicKey) -> anyhow::Result<Result<Verdict, Fault>> {
    let unread = || format!("cannot read {}", bundle.display());
    let mut reader = BufReader::with_capacity(BUFFER_BYTES, File::open(bundle).with_context(unread)?);
    let mut verifier = Verifier::new(root);
    let mut line = Vec::new();
    // One byte more than a line may have shows that it is too long, and no more is read of it.
    let limit = u64::try_from(LINE_BYTES_MAX + 1).unwrap_or(u64::MAX);
    loop {
        line.clear();
        let count = reader.by_ref().take(limit).read_until(b'\n', &mut line).with_context(unread)?;
        if count == 0 {
            return Ok(verifier.finish());
        }
        if let Err(fault) = verifier.take(&line) {
            return Ok(Err(fault));
        }
    }
}
