//! Fetches one file or part: asks from the byte where it stopped, hashes while it writes.

use std::sync::atomic::{AtomicU64, Ordering};

use anteroom_content::id::ContentHash;
use anteroom_content::wire::{Fetch, Found};

use super::frames::{Broken, FrameReader, say};
use super::line::{Hear, Line, Lost};
use crate::agent::limits::{CHUNK_BYTES_MAX, FILE_BYTES_MAX, TRANSFER_STALL, WRITE_BYTES};
use crate::agent::store::{FileError, Files, Partial};

/// Why a file did not come.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The conversation broke.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// The folder refuses it.
    #[error(transparent)]
    File(#[from] FileError),
    /// The server has no such file for this box.
    #[error("the server has no file {0} for this box")]
    Missing(ContentHash),
    /// The server's file is of another size than was signed.
    #[error("file {hash} should have {wanted} bytes and has {found}")]
    OtherSize {
        /// Which.
        hash: ContentHash,
        /// As signed.
        wanted: u64,
        /// As the server says.
        found: u64,
    },
    /// The agent is ending.
    #[error("the write was given up")]
    GivenUp,
}

impl From<Lost> for FetchError {
    fn from(error: Lost) -> Self {
        Self::Broken(error.into())
    }
}

/// Fetches a file unless it is there. `left_bytes` sinks as bytes arrive.
///
/// # Errors
/// [`FetchError`]; what has arrived stays for the next attempt.
pub async fn fetch(
    line: &Line,
    files: &Files,
    (hash, size_bytes): (ContentHash, u64),
    left_bytes: &AtomicU64,
) -> Result<(), FetchError> {
    if files.holds(&hash) {
        return Ok(());
    }
    if size_bytes > FILE_BYTES_MAX {
        return Err(FileError::TooLong { hash, size_bytes: FILE_BYTES_MAX }.into());
    }
    let opened = files.clone();
    let mut partial = on_disk(move || opened.begin(hash, size_bytes)).await??;
    if partial.length() < size_bytes {
        let (mut speak, hear) = line.open_bi().await?;
        say(&mut speak, &Fetch { hash, from_byte: partial.length() }).await?;
        speak.finish();
        let mut hear = FrameReader::of(hear);
        let found: Found = hear.answer().await?;
        let (first, mut stream) = hear.into_rest();
        let left = found.size_bytes.unwrap_or(0).saturating_sub(partial.length());
        stream.ends_after(left.saturating_sub(u64::try_from(first.len()).unwrap_or(u64::MAX)));
        let found = found.size_bytes.ok_or(FetchError::Missing(hash))?;
        if found != size_bytes {
            return Err(FetchError::OtherSize { hash, wanted: size_bytes, found });
        }
        partial = receive(partial, first, stream, left_bytes).await?;
    }
    if partial.length() < size_bytes {
        return Err(Broken::HungUp.into());
    }
    on_disk(move || partial.finish()).await??;
    Ok(())
}

async fn receive(
    mut partial: Partial,
    mut gathered: Vec<u8>,
    mut stream: Hear,
    left_bytes: &AtomicU64,
) -> Result<Partial, FetchError> {
    loop {
        let read = tokio::time::timeout(TRANSFER_STALL, stream.read_into(&mut gathered, CHUNK_BYTES_MAX)).await;
        let is_end = match read {
            Ok(Ok(has_come)) => !has_come,
            // What has come is kept: the next attempt goes on from there.
            Ok(Err(error)) => {
                write(partial, gathered, left_bytes).await?;
                return Err(Broken::from(error).into());
            }
            Err(_) => {
                write(partial, gathered, left_bytes).await?;
                return Err(Broken::Silent(TRANSFER_STALL).into());
            }
        };
        if is_end || gathered.len() >= WRITE_BYTES {
            partial = write(partial, std::mem::take(&mut gathered), left_bytes).await?;
        }
        if is_end {
            return Ok(partial);
        }
    }
}

async fn write(mut partial: Partial, bytes: Vec<u8>, left_bytes: &AtomicU64) -> Result<Partial, FetchError> {
    let count = u64::try_from(bytes.len()).unwrap_or(0);
    let partial = on_disk(move || partial.write(&bytes).map(|()| partial)).await??;
    let _ = left_bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| Some(left.saturating_sub(count)));
    Ok(partial)
}

/// Runs what waits for the disk where it holds nobody up.
async fn on_disk<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, FetchError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| FetchError::GivenUp)
}
