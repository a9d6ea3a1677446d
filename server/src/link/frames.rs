//! Frames on a line, with a limit that is checked before anything is kept. Reading may be given up and taken up
//! again at any moment.

use anteroom_content::wire::{BadFrame, EMPTY_FRAME, decode, encode, frame_length};
use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::limits::{CHUNK_BYTES, WORD_MAX, WRITE_MAX};
use super::line::{Hear, Lost, Speak};

/// Why a conversation cannot go on.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    #[error("the line is gone: {0}")]
    Lost(#[from] Lost),
    #[error(transparent)]
    Frame(#[from] BadFrame),
    #[error("a frame of {length} bytes where at most {bytes_max} may come")]
    TooLong { length: usize, bytes_max: usize },
    #[error("the stream ended in the middle of a word")]
    Cut,
    #[error("a word was due and did not come")]
    Silent,
    #[error("the box does not read")]
    Deaf,
    #[error("{0}")]
    Confused(String),
}

impl Broken {
    /// The box said something no box should: it is told so.
    pub(super) fn is_nonsense(&self) -> bool {
        match self {
            Self::Frame(_) | Self::TooLong { .. } | Self::Confused(_) => true,
            Self::Lost(_) | Self::Cut | Self::Silent | Self::Deaf => false,
        }
    }
}

/// Reads frames from a stream.
#[derive(Debug)]
pub(super) struct Frames {
    stream: Hear,
    waiting: Vec<u8>,
}

impl Frames {
    pub(super) fn of(stream: impl Into<Hear>) -> Self {
        Self { stream: stream.into(), waiting: Vec::new() }
    }

    /// The next message; none at the end of the stream.
    pub(super) async fn next<T: DeserializeOwned>(&mut self, bytes_max: usize) -> Result<Option<T>, Broken> {
        loop {
            if let Some(frame) = self.take(bytes_max)? {
                return Ok(Some(decode(&frame)?));
            }
            match self.stream.read_into(&mut self.waiting, CHUNK_BYTES).await? {
                true => {}
                false if self.waiting.is_empty() => return Ok(None),
                false => return Err(Broken::Cut),
            }
        }
    }

    /// The message that is due now.
    pub(super) async fn due<T: DeserializeOwned>(&mut self, bytes_max: usize) -> Result<T, Broken> {
        let heard = tokio::time::timeout(WORD_MAX, self.next(bytes_max)).await.map_err(|_| Broken::Silent)?;
        heard?.ok_or(Broken::Cut)
    }

    /// The bytes behind the last frame: those that have come, and the stream with the others.
    pub(super) fn into_rest(self) -> (Vec<u8>, Hear) {
        (self.waiting, self.stream)
    }

    fn take(&mut self, bytes_max: usize) -> Result<Option<Vec<u8>>, Broken> {
        while self.waiting.starts_with(&EMPTY_FRAME) {
            self.waiting.drain(..EMPTY_FRAME.len());
        }
        let Some(head) = self.waiting.first_chunk::<4>() else { return Ok(None) };
        let length = frame_length(*head)?;
        if length > bytes_max {
            return Err(Broken::TooLong { length, bytes_max });
        }
        if self.waiting.len() < 4 + length {
            return Ok(None);
        }
        let rest = self.waiting.split_off(4 + length);
        let mut frame = std::mem::replace(&mut self.waiting, rest);
        frame.drain(..4);
        Ok(Some(frame))
    }
}

/// Writes one message.
pub(super) async fn say<T: Serialize>(stream: &mut Speak, message: &T) -> Result<(), Broken> {
    say_bytes(stream, &encode(message)?).await
}

/// Writes a chunk, as long as the other side reads.
pub(super) async fn say_chunk(stream: &mut Speak, chunk: Bytes) -> Result<(), Broken> {
    tokio::time::timeout(WRITE_MAX, stream.write_chunk(chunk)).await.map_err(|_| Broken::Deaf)??;
    Ok(())
}

/// Writes bytes, as long as the other side reads.
pub(super) async fn say_bytes(stream: &mut Speak, bytes: &[u8]) -> Result<(), Broken> {
    tokio::time::timeout(WRITE_MAX, stream.write_all(bytes)).await.map_err(|_| Broken::Deaf)??;
    Ok(())
}
