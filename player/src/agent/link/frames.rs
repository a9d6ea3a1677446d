//! Frames on a QUIC stream. Reading may be given up and taken up again at any moment.

use std::time::Duration;

use anteroom_content::wire::{BadFrame, decode, encode, frame_length};
use quinn::{RecvStream, SendStream};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::agent::limits::{ANSWER_TIMEOUT, CHUNK_BYTES_MAX};

/// Why the conversation cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The connection is gone.
    #[error("the connection is gone: {0}")]
    Connection(#[from] quinn::ConnectionError),
    /// A stream could not be read.
    #[error("the server's words cannot be heard: {0}")]
    Read(#[from] quinn::ReadError),
    /// A stream could not be written.
    #[error("the server does not hear: {0}")]
    Write(#[from] quinn::WriteError),
    /// A frame makes no sense.
    #[error(transparent)]
    Frame(#[from] BadFrame),
    /// The stream ended where a frame was due.
    #[error("the server hung up")]
    HungUp,
    /// Nothing came.
    #[error("the server did not answer within {} s", .0.as_secs())]
    Silent(Duration),
    /// A certificate could not be renewed.
    #[error("the box's certificate cannot be renewed: {0}")]
    Certificate(String),
    /// There is no log to speak of.
    #[error("the play log cannot be opened")]
    NoLog,
    /// An answer that was not due.
    #[error("the server said something else than was due: {0}")]
    OutOfTurn(&'static str),
}

/// Reads frames from a stream.
#[derive(Debug)]
pub struct FrameReader {
    stream: RecvStream,
    waiting: Vec<u8>,
}

impl FrameReader {
    /// A reader of a stream.
    pub fn of(stream: RecvStream) -> Self {
        Self { stream, waiting: Vec::new() }
    }

    /// The next frame. May be dropped at any moment: nothing that was read is lost.
    ///
    /// # Errors
    /// [`Broken`].
    pub async fn next<T: DeserializeOwned>(&mut self) -> Result<T, Broken> {
        loop {
            if let Some(frame) = self.take()? {
                return Ok(decode(&frame)?);
            }
            let chunk = self.stream.read_chunk(CHUNK_BYTES_MAX, true).await?.ok_or(Broken::HungUp)?;
            self.waiting.extend_from_slice(&chunk.bytes);
        }
    }

    /// The next frame, within [`ANSWER_TIMEOUT`].
    ///
    /// # Errors
    /// [`Broken`].
    pub async fn answer<T: DeserializeOwned>(&mut self) -> Result<T, Broken> {
        tokio::time::timeout(ANSWER_TIMEOUT, self.next()).await.map_err(|_| Broken::Silent(ANSWER_TIMEOUT))?
    }

    /// What was read beyond the last frame, and the stream.
    pub fn into_rest(self) -> (Vec<u8>, RecvStream) {
        (self.waiting, self.stream)
    }

    fn take(&mut self) -> Result<Option<Vec<u8>>, BadFrame> {
        let Some(head) = self.waiting.first_chunk::<4>() else { return Ok(None) };
        let end = 4 + frame_length(*head)?;
        if self.waiting.len() < end {
            return Ok(None);
        }
        let rest = self.waiting.split_off(end);
        let mut frame = std::mem::replace(&mut self.waiting, rest);
        frame.drain(..4);
        Ok(Some(frame))
    }
}

/// Writes one message, within [`ANSWER_TIMEOUT`].
///
/// # Errors
/// [`Broken`].
pub async fn say<T: Serialize>(stream: &mut SendStream, message: &T) -> Result<(), Broken> {
    say_frame(stream, &encode(message)?).await
}

/// Writes bytes that are a frame already, within [`ANSWER_TIMEOUT`].
///
/// # Errors
/// [`Broken`].
pub async fn say_frame(stream: &mut SendStream, frame: &[u8]) -> Result<(), Broken> {
    let written = tokio::time::timeout(ANSWER_TIMEOUT, stream.write_all(frame)).await;
    Ok(written.map_err(|_| Broken::Silent(ANSWER_TIMEOUT))??)
}
