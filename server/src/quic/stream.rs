//! The two ends of a stream.

use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use quinn_proto::{FinishError, ReadableError, StreamId, VarInt};

use super::errors::{ReadError, WriteError};
use super::line::Line;

/// The end that speaks. Dropped, it finishes the stream.
#[derive(Debug)]
pub struct SendStream {
    line: Arc<Line>,
    id: StreamId,
}

impl SendStream {
    pub(super) fn over(line: Arc<Line>, id: StreamId) -> Self {
        Self { line, id }
    }

    /// Writes as much of `bytes` as there is room for.
    pub fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize, WriteError>> {
        let mut state = self.line.lock();
        if let Some(reason) = &state.lost {
            return Poll::Ready(Err(reason.clone().into()));
        }
        match state.proto.send_stream(self.id).write(bytes) {
            Ok(count) => {
                self.line.list(&mut state);
                Poll::Ready(Ok(count))
            }
            Err(quinn_proto::WriteError::Blocked) => {
                state.wait_writable(self.id, cx.waker());
                // The other side is told that it is waited for.
                self.line.list(&mut state);
                Poll::Pending
            }
            Err(quinn_proto::WriteError::Stopped(code)) => Poll::Ready(Err(WriteError::Stopped(code))),
            Err(quinn_proto::WriteError::ClosedStream) => Poll::Ready(Err(WriteError::Closed)),
        }
    }

    /// Writes all of `bytes`.
    ///
    /// # Errors
    /// [`WriteError`] when the other side cannot or will not hear it; a part may have been written.
    pub async fn write_all(&mut self, mut bytes: &[u8]) -> Result<(), WriteError> {
        while !bytes.is_empty() {
            let count = std::future::poll_fn(|cx| self.poll_write(cx, bytes)).await?;
            bytes = bytes.get(count..).unwrap_or_default();
        }
        Ok(())
    }

    /// Takes as much of `chunk` as there is room for; what was taken is kept as it is until the other side has it, and not
    /// copied. `chunk` is empty when all of it was.
    pub fn poll_write_chunk(&mut self, cx: &mut Context<'_>, chunk: &mut Bytes) -> Poll<Result<(), WriteError>> {
        let mut state = self.line.lock();
        if let Some(reason) = &state.lost {
            return Poll::Ready(Err(reason.clone().into()));
        }
        while !chunk.is_empty() {
            match state.proto.send_stream(self.id).write_chunks(std::slice::from_mut(chunk)) {
                Ok(_) => self.line.list(&mut state),
                Err(quinn_proto::WriteError::Blocked) => {
                    state.wait_writable(self.id, cx.waker());
                    // The other side is told that it is waited for.
                    self.line.list(&mut state);
                    return Poll::Pending;
                }
                Err(quinn_proto::WriteError::Stopped(code)) => return Poll::Ready(Err(WriteError::Stopped(code))),
                Err(quinn_proto::WriteError::ClosedStream) => return Poll::Ready(Err(WriteError::Closed)),
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Writes a chunk that is kept as it is until the other side has it, and not copied.
    ///
    /// # Errors
    /// As [`SendStream::write_all`].
    pub async fn write_chunk(&mut self, mut chunk: Bytes) -> Result<(), WriteError> {
        std::future::poll_fn(|cx| self.poll_write_chunk(cx, &mut chunk)).await
    }

    /// Whose bytes leave first: those of the stream with the highest number that has any. It is 0 until something else is
    /// said.
    ///
    /// # Errors
    /// [`WriteError::Closed`] when it has ended already.
    pub fn set_priority(&mut self, priority: i32) -> Result<(), WriteError> {
        self.line.lock().proto.send_stream(self.id).set_priority(priority).map_err(|_| WriteError::Closed)
    }

    /// Says that no more comes. What was written is still delivered.
    ///
    /// # Errors
    /// [`WriteError`] when it was finished already, or the other side does not want it.
    pub fn finish(&mut self) -> Result<(), WriteError> {
        let mut state = self.line.lock();
        match state.proto.send_stream(self.id).finish() {
            Ok(()) => {
                self.line.list(&mut state);
                Ok(())
            }
            Err(FinishError::Stopped(code)) => Err(WriteError::Stopped(code)),
            Err(FinishError::ClosedStream) => Err(WriteError::Closed),
        }
    }

    /// Gives the stream up: what was not heard yet will not be said.
    ///
    /// # Errors
    /// [`WriteError::Closed`] when it has ended already.
    pub fn reset(&mut self, code: VarInt) -> Result<(), WriteError> {
        let mut state = self.line.lock();
        state.proto.send_stream(self.id).reset(code).map_err(|_| WriteError::Closed)?;
        self.line.list(&mut state);
        Ok(())
    }
}

impl Drop for SendStream {
    fn drop(&mut self) {
        let mut state = self.line.lock();
        state.forget_writer(self.id);
        if state.lost.is_some() {
            return;
        }
        match state.proto.send_stream(self.id).finish() {
            Ok(()) => self.line.list(&mut state),
            Err(FinishError::Stopped(code)) => {
                if state.proto.send_stream(self.id).reset(code).is_ok() {
                    self.line.list(&mut state);
                }
            }
            // It was finished or given up by hand.
            Err(FinishError::ClosedStream) => {}
        }
    }
}

/// The end that hears. Dropped before its end, it tells the other side that no more is wanted.
#[derive(Debug)]
pub struct RecvStream {
    line: Arc<Line>,
    id: StreamId,
    is_read: bool,
}

impl RecvStream {
    pub(super) fn over(line: Arc<Line>, id: StreamId) -> Self {
        Self { line, id, is_read: false }
    }

    /// The next bytes in their order, at most so many; none at the end.
    ///
    /// # Errors
    /// [`ReadError`] when the other side gave the stream up, or is gone.
    pub async fn read_chunk(&mut self, bytes_max: usize) -> Result<Option<Bytes>, ReadError> {
        std::future::poll_fn(|cx| self.poll_chunk(cx, bytes_max)).await
    }

    fn poll_chunk(&mut self, cx: &mut Context<'_>, bytes_max: usize) -> Poll<Result<Option<Bytes>, ReadError>> {
        if self.is_read {
            return Poll::Ready(Ok(None));
        }
        let mut state = self.line.lock();
        let mut stream = state.proto.recv_stream(self.id);
        let mut chunks = match stream.read(true) {
            Ok(chunks) => chunks,
            Err(ReadableError::ClosedStream | ReadableError::IllegalOrderedRead) => {
                return Poll::Ready(Err(ReadError::Closed));
            }
        };
        let read = chunks.next(bytes_max);
        if chunks.finalize().should_transmit() {
            self.line.list(&mut state);
        }
        match read {
            Ok(Some(chunk)) => Poll::Ready(Ok(Some(chunk.bytes))),
            Ok(None) => {
                self.is_read = true;
                Poll::Ready(Ok(None))
            }
            Err(quinn_proto::ReadError::Reset(code)) => {
                self.is_read = true;
                Poll::Ready(Err(ReadError::Reset(code)))
            }
            Err(quinn_proto::ReadError::Blocked) => {
                if let Some(reason) = &state.lost {
                    return Poll::Ready(Err(reason.clone().into()));
                }
                state.wait_readable(self.id, cx.waker());
                Poll::Pending
            }
        }
    }

    /// All that comes up to the end.
    ///
    /// # Errors
    /// [`ReadError`]; [`ReadError::TooLong`] as soon as more than `bytes_max` have come.
    pub async fn read_to_end(&mut self, bytes_max: usize) -> Result<Vec<u8>, ReadError> {
        let mut all = Vec::new();
        while let Some(bytes) = self.read_chunk(usize::MAX).await? {
            if all.len() + bytes.len() > bytes_max {
                return Err(ReadError::TooLong(bytes_max));
            }
            all.extend_from_slice(&bytes);
        }
        Ok(all)
    }

    /// Tells the other side that no more is wanted.
    ///
    /// # Errors
    /// [`ReadError::Closed`] when it has ended already.
    pub fn stop(&mut self, code: VarInt) -> Result<(), ReadError> {
        let mut state = self.line.lock();
        state.proto.recv_stream(self.id).stop(code).map_err(|_| ReadError::Closed)?;
        self.is_read = true;
        self.line.list(&mut state);
        Ok(())
    }
}

impl Drop for RecvStream {
    fn drop(&mut self) {
        let mut state = self.line.lock();
        state.forget_reader(self.id);
        if self.is_read || state.lost.is_some() {
            return;
        }
        if state.proto.recv_stream(self.id).stop(VarInt::from_u32(0)).is_ok() {
            self.line.list(&mut state);
        }
    }
}
