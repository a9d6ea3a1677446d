//! A box's line and its two directions, whatever carries them: QUIC, or TLS over TCP where UDP is blocked. Behind this seam
//! nobody knows which it is.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll};

use anteroom_content::wire::Carrier;
use bytes::{Buf as _, Bytes};
use tokio::time::Interval;

use super::limits::KEEP_ALIVE;
use super::tcp::{TcpHear, TcpLine, TcpSpeak};
use crate::quic::{Connection, ConnectionError, ReadError, RecvStream, SendStream, WriteError};

/// Why a line, or one direction of it, is of no more use.
#[derive(Debug, thiserror::Error)]
pub(super) enum Lost {
    #[error(transparent)]
    Connection(#[from] ConnectionError),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Write(#[from] WriteError),
    #[error("more came than may come")]
    TooMuch,
    #[error(transparent)]
    Tcp(#[from] io::Error),
}

/// A connection.
#[derive(Debug)]
pub(super) enum Line {
    /// Many streams.
    Quic(Connection),
    /// One stream; the box opens a further connection where it would open a further stream.
    Tcp(Arc<TcpLine>),
}

/// When a box is to hear that the server is still here: over TCP, where the transport does not see to it. Over QUIC never.
#[derive(Debug)]
pub(super) struct Pulse(Option<Box<Interval>>);

impl Pulse {
    pub(super) fn of(line: &Line) -> Self {
        Self(match line {
            Line::Quic(_) => None,
            Line::Tcp(_) => Some(Box::new(tokio::time::interval(KEEP_ALIVE))),
        })
    }

    /// Waits until it is time.
    pub(super) async fn beat(&mut self) {
        match &mut self.0 {
            Some(interval) => drop(interval.tick().await),
            None => std::future::pending().await,
        }
    }
}

/// The direction to the box.
#[derive(Debug)]
pub(super) enum Speak {
    Quic(SendStream),
    Tcp(TcpSpeak),
}

/// The direction from the box.
#[derive(Debug)]
pub(super) enum Hear {
    Quic(RecvStream),
    Tcp(TcpHear),
}

impl From<SendStream> for Speak {
    fn from(stream: SendStream) -> Self {
        Self::Quic(stream)
    }
}

impl From<RecvStream> for Hear {
    fn from(stream: RecvStream) -> Self {
        Self::Quic(stream)
    }
}

impl Line {
    pub(super) const fn carrier(&self) -> Carrier {
        match self {
            Self::Quic(_) => Carrier::Udp,
            Self::Tcp(_) => Carrier::Tcp,
        }
    }

    pub(super) fn remote_address(&self) -> SocketAddr {
        match self {
            Self::Quic(connection) => connection.remote_address(),
            Self::Tcp(line) => line.remote_address(),
        }
    }

    /// The next stream, or exchange, of the box.
    pub(super) async fn accept_bi(&self) -> Result<(Speak, Hear), Lost> {
        match self {
            Self::Quic(connection) => {
                let (speak, hear) = connection.accept_bi().await?;
                Ok((speak.into(), hear.into()))
            }
            Self::Tcp(line) => {
                // A box over TCP pays for its own wait; the others keep no room for it.
                let (speak, hear) = Box::pin(line.accept()).await?;
                Ok((Speak::Tcp(speak), Hear::Tcp(hear)))
            }
        }
    }

    /// The next one-way stream of the box; over TCP none ever comes.
    pub(super) async fn accept_uni(&self) -> Result<Hear, Lost> {
        match self {
            Self::Quic(connection) => Ok(connection.accept_uni().await?.into()),
            Self::Tcp(_) => std::future::pending().await,
        }
    }

    /// Waits until the other side is gone. What it says meanwhile is not heard.
    pub(super) async fn closed(&self) -> Lost {
        match self {
            Self::Quic(connection) => connection.closed().await.into(),
            Self::Tcp(line) => Box::pin(line.drained()).await.into(),
        }
    }

    /// Ends it. Code and words are told over QUIC alone.
    pub(super) fn close(&self, code: u32, words: &[u8]) {
        match self {
            Self::Quic(connection) => connection.close(code.into(), words),
            Self::Tcp(line) => line.close(),
        }
    }

    /// Lets so many bytes be on their way at one time.
    pub(super) fn set_send_window(&self, bytes: u64) {
        match self {
            Self::Quic(connection) => connection.set_send_window(bytes),
            Self::Tcp(line) => line.set_send_window(bytes),
        }
    }
}

impl Speak {
    /// Hands bytes over, as many as there is room for.
    pub(super) fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize, Lost>> {
        match self {
            Self::Quic(stream) => stream.poll_write(cx, bytes).map_err(Lost::from),
            Self::Tcp(speak) => speak.line().poll_write(cx, bytes).map_err(Lost::from),
        }
    }

    /// Hands as much of a chunk over as there is room for, and takes that from it; QUIC keeps it as it is until the box has it.
    pub(super) fn poll_write_chunk(&mut self, cx: &mut Context<'_>, chunk: &mut Bytes) -> Poll<Result<(), Lost>> {
        match self {
            Self::Quic(stream) => stream.poll_write_chunk(cx, chunk).map_err(Lost::from),
            Self::Tcp(speak) => {
                while !chunk.is_empty() {
                    let count = std::task::ready!(speak.line().poll_write(cx, chunk))?;
                    chunk.advance(count.min(chunk.len()));
                }
                Poll::Ready(Ok(()))
            }
        }
    }

    /// Has what was handed over go out; QUIC sees to that by itself.
    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Lost>> {
        match self {
            Self::Quic(_) => Poll::Ready(Ok(())),
            Self::Tcp(speak) => speak.line().poll_flush(cx).map_err(Lost::from),
        }
    }

    /// Hands all of it over, and has it go out.
    pub(super) async fn write_all(&mut self, mut bytes: &[u8]) -> Result<(), Lost> {
        while !bytes.is_empty() {
            let count = std::future::poll_fn(|cx| self.poll_write(cx, bytes)).await?;
            bytes = bytes.get(count..).unwrap_or_default();
        }
        std::future::poll_fn(|cx| self.poll_flush(cx)).await
    }

    /// Hands a chunk over, which QUIC keeps as it is until the box has it.
    pub(super) async fn write_chunk(&mut self, chunk: Bytes) -> Result<(), Lost> {
        match self {
            Self::Quic(stream) => Ok(stream.write_chunk(chunk).await?),
            Self::Tcp(_) => self.write_all(&chunk).await,
        }
    }

    /// Lets what is said elsewhere on the connection go first, or after this: more is sooner. Over TCP nothing else is said.
    pub(super) fn set_priority(&mut self, priority: i32) {
        match self {
            // A stream that is gone tells so at the next byte.
            Self::Quic(stream) => drop(stream.set_priority(priority)),
            Self::Tcp(_) => {}
        }
    }

    /// Says no more.
    pub(super) fn finish(&mut self) {
        match self {
            // A stream that is gone needs no end.
            Self::Quic(stream) => drop(stream.finish()),
            Self::Tcp(speak) => speak.finish(),
        }
    }

    /// Breaks off in the middle.
    pub(super) fn reset(&mut self, code: u32) {
        match self {
            Self::Quic(stream) => drop(stream.reset(code.into())),
            Self::Tcp(speak) => speak.line().close(),
        }
    }
}

impl Hear {
    /// Puts what came behind `into`, at most `bytes_max` of it; false at the end.
    pub(super) async fn read_into(&mut self, into: &mut Vec<u8>, bytes_max: usize) -> Result<bool, Lost> {
        match self {
            Self::Quic(stream) => {
                let chunk = stream.read_chunk(bytes_max).await?;
                into.extend_from_slice(chunk.as_deref().unwrap_or_default());
                Ok(chunk.is_some())
            }
            Self::Tcp(hear) => Ok(Box::pin(hear.read_into(into, bytes_max)).await?),
        }
    }

    /// The end comes after so many bytes more. Over QUIC the stream tells its end itself.
    pub(super) fn ends_after(&mut self, bytes: u64) {
        match self {
            Self::Quic(_) => {}
            Self::Tcp(hear) => hear.ends_after(bytes),
        }
    }

    /// All that comes until the end.
    pub(super) async fn read_to_end(&mut self, bytes_max: usize) -> Result<Vec<u8>, Lost> {
        let mut bytes = Vec::new();
        loop {
            let room = bytes_max + 1 - bytes.len();
            if !self.read_into(&mut bytes, room).await? {
                return Ok(bytes);
            }
            if bytes.len() > bytes_max {
                return Err(Lost::TooMuch);
            }
        }
    }

    /// Wants to hear no more.
    pub(super) fn stop(&mut self, code: u32) {
        match self {
            Self::Quic(stream) => drop(stream.stop(code.into())),
            Self::Tcp(hear) => hear.stop(),
        }
    }
}
