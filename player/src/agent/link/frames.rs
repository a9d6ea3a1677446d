//! Frames on a line. Reading may be given up and taken up again at any moment.

use std::time::Duration;

use anteroom_content::wire::{BadFrame, EMPTY_FRAME, decode, encode, frame_length};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::line::{Hear, Lost, Speak};
use crate::agent::limits::{ANSWER_TIMEOUT, CHUNK_BYTES_MAX};

/// Why the conversation cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The line is gone, or one direction of it.
    #[error("the line is gone: {0}")]
    Lost(#[from] Lost),
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
    stream: Hear,
    waiting: Vec<u8>,
}

impl FrameReader {
    /// A reader of a stream.
    pub fn of(stream: impl Into<Hear>) -> Self {
        Self { stream: stream.into(), waiting: Vec::new() }
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
            if !self.stream.read_into(&mut self.waiting, CHUNK_BYTES_MAX).await? {
                return Err(Broken::HungUp);
            }
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
    pub fn into_rest(self) -> (Vec<u8>, Hear) {
        (self.waiting, self.stream)
    }

    fn take(&mut self) -> Result<Option<Vec<u8>>, BadFrame> {
        while self.waiting.starts_with(&EMPTY_FRAME) {
            self.waiting.drain(..EMPTY_FRAME.len());
        }
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
pub async fn say<T: Serialize>(stream: &mut Speak, message: &T) -> Result<(), Broken> {
    say_frame(stream, &encode(message)?).await
}

/// Writes bytes that are a frame already, within [`ANSWER_TIMEOUT`].
///
/// # Errors
/// [`Broken`].
pub async fn say_frame(stream: &mut Speak, frame: &[u8]) -> Result<(), Broken> {
    let written = tokio::time::timeout(ANSWER_TIMEOUT, stream.write_all(frame)).await;
    Ok(written.map_err(|_| Broken::Silent(ANSWER_TIMEOUT))??)
}
