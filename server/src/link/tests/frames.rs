//! Frames as a box reads and writes them, on the streams of quinn: the server's own side is not asked to understand itself.

use anteroom_content::wire::{decode, encode, frame_length};
use quinn::{RecvStream, SendStream};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Why a frame was not read or written.
pub(super) type Fault = Box<dyn std::error::Error + Send + Sync>;

/// Reads frames; may be given up and taken up again.
pub(super) struct Frames {
    stream: RecvStream,
    waiting: Vec<u8>,
}

impl Frames {
    pub(super) fn of(stream: RecvStream) -> Self {
        Self { stream, waiting: Vec::new() }
    }

    /// The next message; none at the end of the stream.
    pub(super) async fn next<T: DeserializeOwned>(&mut self, bytes_max: usize) -> Result<Option<T>, Fault> {
        loop {
            if let Some(head) = self.waiting.first_chunk::<4>() {
                let length = frame_length(*head)?;
                assert!(length <= bytes_max, "a frame of {length} bytes");
                if self.waiting.len() >= 4 + length {
                    let rest = self.waiting.split_off(4 + length);
                    let frame = std::mem::replace(&mut self.waiting, rest);
                    return Ok(Some(decode(&frame[4..])?));
                }
            }
            match self.stream.read_chunk(bytes_max, true).await? {
                Some(chunk) => self.waiting.extend_from_slice(&chunk.bytes),
                None if self.waiting.is_empty() => return Ok(None),
                None => return Err("the stream ended in the middle of a word".into()),
            }
        }
    }

    /// The message that is due now.
    pub(super) async fn due<T: DeserializeOwned>(&mut self, bytes_max: usize) -> Result<T, Fault> {
        self.next(bytes_max).await?.ok_or_else(|| "the stream ended where a word was due".into())
    }

    /// The bytes behind the last frame: those that have come, and the stream with the others.
    pub(super) fn into_rest(self) -> (Vec<u8>, RecvStream) {
        (self.waiting, self.stream)
    }
}

/// Writes one message.
pub(super) async fn say<T: Serialize>(stream: &mut SendStream, message: &T) -> Result<(), Fault> {
    Ok(stream.write_all(&encode(message)?).await?)
}
