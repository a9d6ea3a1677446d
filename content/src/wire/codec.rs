//! Frames: a big-endian `u32` length and that much JSON.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The largest frame, in bytes. Whatever is larger goes by transfer.
pub const FRAME_BYTES_MAX: usize = 64 * 1024;

/// A frame of no bytes: says only that whoever says it is still there. Skipped by whoever hears it.
pub const EMPTY_FRAME: [u8; 4] = [0; 4];

/// Why a frame is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadFrame {
    /// Longer than a frame may be.
    #[error("a frame of {0} bytes is over the limit of {FRAME_BYTES_MAX}")]
    TooLong(usize),
    /// Not the JSON it should be.
    #[error("a frame cannot be read: {0}")]
    Unreadable(String),
}

/// Writes a message as one frame.
///
/// # Errors
/// [`BadFrame`] when it is too long or cannot be written.
pub fn encode<T: Serialize>(message: &T) -> Result<Vec<u8>, BadFrame> {
    let mut frame = vec![0; 4];
    serde_json::to_writer(&mut frame, message).map_err(|error| BadFrame::Unreadable(error.to_string()))?;
    let length = frame.len() - 4;
    if length > FRAME_BYTES_MAX {
        return Err(BadFrame::TooLong(length));
    }
    let prefix = u32::try_from(length).map_err(|_| BadFrame::TooLong(length))?;
    if let Some(head) = frame.first_chunk_mut::<4>() {
        *head = prefix.to_be_bytes();
    }
    Ok(frame)
}

/// Reads a frame's length from its first four bytes, before anything is stored.
///
/// # Errors
/// [`BadFrame::TooLong`] when it is over the limit.
pub fn frame_length(head: [u8; 4]) -> Result<usize, BadFrame> {
    let length = usize::try_from(u32::from_be_bytes(head)).unwrap_or(usize::MAX);
    if length > FRAME_BYTES_MAX { Err(BadFrame::TooLong(length)) } else { Ok(length) }
}

/// Reads a frame's body.
///
/// # Errors
/// [`BadFrame::Unreadable`] when it is not such a message.
pub fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, BadFrame> {
    serde_json::from_slice(body).map_err(|error| BadFrame::Unreadable(error.to_string()))
}
