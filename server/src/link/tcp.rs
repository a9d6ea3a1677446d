//! One TLS connection over TCP, in place of a QUIC stream: shared by whoever speaks, hears and ends it.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use anteroom_content::wire::IDLE_SECS;
use rustix::net::sockopt;
use tokio::io::{AsyncRead as _, AsyncWrite as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsStream;

use super::limits::TCP_CHUNK_BYTES;

/// Who waits for a word and hears not a byte for so long is alone.
const IDLE: Duration = Duration::from_secs(IDLE_SECS);

/// A connection.
#[derive(Debug)]
pub(super) struct TcpLine {
    wire: Mutex<Wire>,
    from: SocketAddr,
    /// Held while an exchange goes on: there is one stream, and the next exchange waits for it.
    turn: Arc<Semaphore>,
    /// It carries one exchange after another: that one ends does not end it.
    is_for_files: bool,
    /// The server stops.
    stop: watch::Receiver<bool>,
}

#[derive(Debug)]
struct Wire {
    stream: TlsStream<TcpStream>,
    /// What came of the next exchange while it was waited for.
    ahead: Vec<u8>,
    is_closed: bool,
}

impl TcpLine {
    /// On a stream whose handshake is over.
    pub(super) fn on(
        stream: TlsStream<TcpStream>,
        from: SocketAddr,
        is_for_files: bool,
        stop: watch::Receiver<bool>,
    ) -> Arc<Self> {
        let wire = Mutex::new(Wire { stream, ahead: Vec::new(), is_closed: false });
        Arc::new(Self { wire, from, turn: Arc::new(Semaphore::new(1)), is_for_files, stop })
    }

    /// A poisoned lock only says that a thread ended while it held it; rustls goes on where it was.
    fn wire(&self) -> MutexGuard<'_, Wire> {
        self.wire.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) const fn remote_address(&self) -> SocketAddr {
        self.from
    }

    /// The next exchange: when the one before is over and the first bytes have come.
    pub(super) async fn accept(self: &Arc<Self>) -> io::Result<(TcpSpeak, TcpHear)> {
        let turn = Arc::clone(&self.turn).acquire_owned().await.map_err(io::Error::other)?;
        let turn = Arc::new(turn);
        let mut ahead = Vec::new();
        if !self.read_by(&mut ahead, TCP_CHUNK_BYTES, Instant::now() + IDLE).await? {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.wire().ahead = ahead;
        let speak = TcpSpeak { line: Arc::clone(self), _turn: Arc::clone(&turn) };
        let hear = TcpHear { line: Arc::clone(self), heard_at: Instant::now(), left: None, _turn: turn };
        Ok((speak, hear))
    }

    /// Reads until the other side is gone.
    pub(super) async fn drained(&self) -> io::Error {
        let mut drain = Vec::new();
        loop {
            match self.read_by(&mut drain, TCP_CHUNK_BYTES, Instant::now() + 2 * IDLE).await {
                Ok(true) => drain.clear(),
                Ok(false) => return io::ErrorKind::ConnectionAborted.into(),
                // Who is not due to say anything may be silent for as long as he likes: the kernel asks whether he is there.
                Err(error) if error.kind() == io::ErrorKind::TimedOut => {}
                Err(error) => return error,
            }
        }
    }

    /// Ends it at once. The other side hears the end behind what was said, as far as that has gone out.
    pub(super) fn close(&self) {
        self.shut();
        self.wire().is_closed = true;
    }

    /// Says that nothing more is said.
    fn shut(&self) {
        // What does not go out at once goes with the socket.
        let _ = Pin::new(&mut self.wire().stream).poll_shutdown(&mut Context::from_waker(Waker::noop()));
    }

    pub(super) fn set_send_window(&self, bytes: u64) {
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        if let Err(error) = sockopt::set_socket_send_buffer_size(self.wire().stream.get_ref().0, bytes) {
            tracing::debug!(reason = %error, "the send buffer stays as it is");
        }
    }

    pub(super) fn poll_write(&self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let mut wire = self.wire();
        if wire.is_closed {
            return Poll::Ready(Err(io::ErrorKind::NotConnected.into()));
        }
        Pin::new(&mut wire.stream).poll_write(cx, bytes)
    }

    pub(super) fn poll_flush(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire().stream).poll_flush(cx)
    }

    /// Puts what came behind `into`; false at the end.
    fn poll_read_into(&self, cx: &mut Context<'_>, into: &mut Vec<u8>, bytes_max: usize) -> Poll<io::Result<bool>> {
        let mut wire = self.wire();
        if wire.is_closed {
            return Poll::Ready(Err(io::ErrorKind::NotConnected.into()));
        }
        if !wire.ahead.is_empty() {
            let count = bytes_max.min(wire.ahead.len());
            into.extend(wire.ahead.drain(..count));
            if wire.ahead.is_empty() {
                wire.ahead = Vec::new();
            }
            return Poll::Ready(Ok(true));
        }
        // On the stack: a line that waits keeps no buffer.
        let mut chunk = [0; TCP_CHUNK_BYTES];
        let mut chunk = ReadBuf::new(chunk.get_mut(..bytes_max.min(TCP_CHUNK_BYTES)).unwrap_or_default());
        match ready!(Pin::new(&mut wire.stream).poll_read(cx, &mut chunk)) {
            Ok(()) => {
                into.extend_from_slice(chunk.filled());
                Poll::Ready(Ok(!chunk.filled().is_empty()))
            }
            // Whoever fell said no farewell. What was cut short is seen by the lengths in what came.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Poll::Ready(Ok(false)),
            Err(error) => Poll::Ready(Err(error)),
        }
    }

    async fn read_by(&self, into: &mut Vec<u8>, bytes_max: usize, deadline: Instant) -> io::Result<bool> {
        let mut stop = self.stop.clone();
        let read = std::future::poll_fn(|cx| self.poll_read_into(cx, into, bytes_max));
        tokio::select! {
            biased;
            read = timeout_at(deadline, read) => read.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?,
            _ = stop.wait_for(|stop| *stop) => Err(io::Error::other("the server stops")),
        }
    }
}

/// What the server says.
#[derive(Debug)]
pub(super) struct TcpSpeak {
    line: Arc<TcpLine>,
    _turn: Arc<OwnedSemaphorePermit>,
}

impl TcpSpeak {
    pub(super) fn line(&self) -> &TcpLine {
        &self.line
    }

    /// The end of a conversation is the end of what is said; an exchange ends where its length says.
    pub(super) fn finish(&self) {
        if !self.line.is_for_files {
            self.line.shut();
        }
    }
}

/// What the box says.
#[derive(Debug)]
pub(super) struct TcpHear {
    line: Arc<TcpLine>,
    heard_at: Instant,
    left: Option<u64>,
    _turn: Arc<OwnedSemaphorePermit>,
}

impl TcpHear {
    pub(super) async fn read_into(&mut self, into: &mut Vec<u8>, bytes_max: usize) -> io::Result<bool> {
        let left = self.left.map_or(usize::MAX, |left| usize::try_from(left).unwrap_or(usize::MAX));
        if left == 0 {
            return Ok(false);
        }
        let before = into.len();
        let has_come = self.line.read_by(into, bytes_max.min(left), self.heard_at + IDLE).await?;
        self.heard_at = Instant::now();
        let count = u64::try_from(into.len() - before).unwrap_or(u64::MAX);
        self.left = self.left.map(|left| left.saturating_sub(count));
        Ok(has_come)
    }

    pub(super) fn ends_after(&mut self, bytes: u64) {
        self.left = Some(bytes);
    }

    /// What is still to come would be taken for the next exchange.
    pub(super) fn stop(&self) {
        self.line.close();
    }
}
