//! Frames on the pipe between agent and stage: a big-endian `u32` length and that much JSON, for both halves: the
//! stage reads and writes in threads of its own, the agent in tasks.

use std::io::{ErrorKind, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::BRIDGE_FRAME_BYTES_MAX;

/// Why a frame does not pass.
#[derive(Debug, thiserror::Error)]
pub enum BadPipe {
    /// Longer than a frame may be.
    #[error("a frame of {0} bytes is over the pipe's limit of {BRIDGE_FRAME_BYTES_MAX}")]
    TooLong(usize),
    /// Not the JSON it should be.
    #[error("a frame on the pipe cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// The pipe broke.
    #[error("the pipe broke: {0}")]
    Broken(#[from] std::io::Error),
}

/// Writes a message as one frame.
///
/// # Errors
/// [`BadPipe`] when it is too long or cannot be written as JSON.
pub fn to_frame<T: Serialize>(message: &T) -> Result<Vec<u8>, BadPipe> {
    let mut frame = vec![0; 4];
    serde_json::to_writer(&mut frame, message)?;
    let length = frame.len() - 4;
    let prefix = u32::try_from(length).map_err(|_| BadPipe::TooLong(length))?;
    if length > BRIDGE_FRAME_BYTES_MAX {
        return Err(BadPipe::TooLong(length));
    }
    if let Some(head) = frame.first_chunk_mut::<4>() {
        *head = prefix.to_be_bytes();
    }
    Ok(frame)
}

fn body_length(head: [u8; 4]) -> Result<usize, BadPipe> {
    let length = usize::try_from(u32::from_be_bytes(head)).unwrap_or(usize::MAX);
    if length > BRIDGE_FRAME_BYTES_MAX { Err(BadPipe::TooLong(length)) } else { Ok(length) }
}

/// Writes one message and flushes it; blocks.
///
/// # Errors
/// [`BadPipe`].
pub fn write<T: Serialize>(pipe: &mut impl Write, message: &T) -> Result<(), BadPipe> {
    pipe.write_all(&to_frame(message)?)?;
    Ok(pipe.flush()?)
}

/// Reads one message; blocks. None when the other side has ended between two frames.
///
/// # Errors
/// [`BadPipe`].
pub fn read<T: DeserializeOwned>(pipe: &mut impl Read) -> Result<Option<T>, BadPipe> {
    let mut head = [0; 4];
    match pipe.read_exact(&mut head) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    let mut body = vec![0; body_length(head)?];
    pipe.read_exact(&mut body)?;
    Ok(Some(serde_json::from_slice(&body)?))
}

/// Writes one message from a task.
///
/// # Errors
/// [`BadPipe`].
pub async fn tell<T: Serialize>(pipe: &mut (impl AsyncWrite + Unpin), message: &T) -> Result<(), BadPipe> {
    pipe.write_all(&to_frame(message)?).await?;
    Ok(pipe.flush().await?)
}

/// Reads one message in a task; not to be cancelled half-way. None when the other side has ended between two frames.
///
/// # Errors
/// [`BadPipe`].
pub async fn hear<T: DeserializeOwned>(pipe: &mut (impl AsyncRead + Unpin)) -> Result<Option<T>, BadPipe> {
    let mut head = [0; 4];
    match pipe.read_exact(&mut head).await {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    let mut body = vec![0; body_length(head)?];
    pipe.read_exact(&mut body).await?;
    Ok(Some(serde_json::from_slice(&body)?))
}

#[cfg(test)]
mod tests {
    use anteroom_content::clock::discipline::Course;

    use super::*;
    use crate::bridge::{FromStage, ToStage};

    #[test]
    fn what_goes_in_comes_out_and_a_clean_end_is_no_error() {
        let mut pipe = Vec::new();
        let course = Course { tick_us: -7, time_us: 8, rate_ppb: 9 };
        write(&mut pipe, &ToStage::Clock(course)).unwrap();
        write(&mut pipe, &ToStage::Leave).unwrap();
        let mut pipe = pipe.as_slice();
        assert!(matches!(read(&mut pipe).unwrap(), Some(ToStage::Clock(read)) if read == course));
        assert!(matches!(read(&mut pipe).unwrap(), Some(ToStage::Leave)));
        assert!(read::<ToStage>(&mut pipe).unwrap().is_none());
    }

    #[test]
    fn a_cut_a_rubbish_and_an_oversized_frame_are_refused() {
        assert!(matches!(read::<FromStage>(&mut [0, 0, 0, 9, b'{'].as_slice()), Err(BadPipe::Broken(_))));
        assert!(matches!(read::<FromStage>(&mut [0, 0, 0, 1, b'{'].as_slice()), Err(BadPipe::Unreadable(_))));
        assert!(matches!(read::<FromStage>(&mut [0xff; 8].as_slice()), Err(BadPipe::TooLong(_))));
    }
}
