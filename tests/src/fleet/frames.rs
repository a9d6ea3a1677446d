//! Frames on a QUIC stream, as a player reads and writes them.

use std::time::Duration;

use anteroom_content::wire::{decode, encode, frame_length};
use anyhow::Context as _;
use quinn::{RecvStream, SendStream};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::harness::Outcome;

/// How much is read at once, in bytes: one frame.
const CHUNK_BYTES: usize = 64 * 1024;
/// A word that takes longer to write has no reader.
const WRITE_MAX: Duration = Duration::from_mins(1);

/// Reads frames.
pub(super) struct Frames {
    stream: RecvStream,
    waiting: Vec<u8>,
}

impl Frames {
    /// Of a stream.
    pub(super) fn of(stream: RecvStream) -> Self {
        Self { stream, waiting: Vec::new() }
    }

    /// The next frame, which may be given up and taken up again.
    ///
    /// # Errors
    /// When the stream ends or what comes is no such message.
    pub(super) async fn next<T: DeserializeOwned>(&mut self) -> Outcome<T> {
        loop {
            if let Some(head) = self.waiting.first_chunk::<4>() {
                let end = 4 + frame_length(*head)?;
                if self.waiting.len() >= end {
                    let message = decode(self.waiting.get(4..end).unwrap_or_default())?;
                    self.waiting.drain(..end);
                    if self.waiting.is_empty() {
                        // Thousands of players wait for the next word with no buffer at all.
                        self.waiting = Vec::new();
                    }
                    return Ok(message);
                }
            }
            let chunk = self.stream.read_chunk(CHUNK_BYTES, true).await?.context("the server hung up")?;
            self.waiting.extend_from_slice(&chunk.bytes);
        }
    }
}

/// Writes one message.
///
/// # Errors
/// When the stream is gone or nobody reads.
pub(super) async fn say<T: Serialize>(stream: &mut SendStream, message: &T) -> Outcome<()> {
    say_bytes(stream, &encode(message)?).await
}

/// Writes bytes.
///
/// # Errors
/// When the stream is gone or nobody reads.
pub(super) async fn say_bytes(stream: &mut SendStream, bytes: &[u8]) -> Outcome<()> {
    Ok(tokio::time::timeout(WRITE_MAX, stream.write_all(bytes)).await.context("the server does not read")??)
}
