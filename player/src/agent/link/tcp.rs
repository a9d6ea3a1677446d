//! TLS over TCP, in place of QUIC: one connection is one stream, and what would be a further stream is a further connection.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use anteroom_content::wire::{ALPN_BULK, IDLE_SECS, KEEP_ALIVE_SECS, SERVER_NAME};
use rustix::net::sockopt;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead as _, AsyncWrite as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::agent::limits::{CONNECT_TIMEOUT, TCP_CHUNK_BYTES, TCP_PROBES_MAX};

/// Whoever waits for a word and hears not a byte for so long is alone.
const IDLE: Duration = Duration::from_secs(IDLE_SECS);

/// A connection.
#[derive(Debug, Clone)]
pub struct TcpLine(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    wire: Mutex<Wire>,
    config: Arc<ClientConfig>,
    address: SocketAddr,
    local_ip: Option<IpAddr>,
    certificate: Option<Vec<u8>>,
    /// Held while an exchange goes on.
    turn: Arc<Semaphore>,
    /// It carries one exchange after another: that one ends does not end it.
    is_for_files: bool,
}

#[derive(Debug)]
struct Wire {
    stream: TlsStream<TcpStream>,
    is_over: bool,
}

impl TcpLine {
    /// Dials, within [`CONNECT_TIMEOUT`].
    ///
    /// # Errors
    /// Of the socket, or of TLS inside.
    pub async fn dial(address: SocketAddr, config: &Arc<ClientConfig>) -> io::Result<Self> {
        tokio::time::timeout(CONNECT_TIMEOUT, Self::dial_patiently(address, config))
            .await
            .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
    }

    async fn dial_patiently(address: SocketAddr, config: &Arc<ClientConfig>) -> io::Result<Self> {
        let socket = TcpStream::connect(address).await?;
        prepare(&socket)?;
        let local_ip = socket.local_addr().ok().map(|local| local.ip());
        let name = ServerName::try_from(SERVER_NAME).map_err(io::Error::other)?;
        let stream = TlsConnector::from(Arc::clone(config)).connect(name, socket).await?;
        let (_, session) = stream.get_ref();
        let chain = session.peer_certificates().unwrap_or_default();
        let certificate = chain.first().map(|certificate| certificate.as_ref().to_vec());
        Ok(Self(Arc::new(Shared {
            wire: Mutex::new(Wire { stream, is_over: false }),
            is_for_files: config.alpn_protocols.iter().any(|name| name == ALPN_BULK),
            config: Arc::clone(config),
            address,
            local_ip,
            certificate,
            turn: Arc::new(Semaphore::new(1)),
        })))
    }

    /// Where the server is.
    pub fn remote_address(&self) -> SocketAddr {
        self.0.address
    }

    /// The box's own address.
    pub fn local_ip(&self) -> Option<IpAddr> {
        self.0.local_ip
    }

    /// What the server showed, DER.
    pub fn server_certificate(&self) -> Option<Vec<u8>> {
        self.0.certificate.clone()
    }

    /// It is of no more use.
    pub fn is_over(&self) -> bool {
        self.0.wire().is_over
    }

    /// Ends it: the server hears the end behind what was said.
    pub fn end(&self) {
        self.0.end();
    }

    /// Begins an exchange: on this connection if there is room, on a further one if a conversation has it.
    ///
    /// # Errors
    /// When no further connection can be had.
    pub async fn open(&self) -> io::Result<(TcpSpeak, TcpHear)> {
        if self.0.is_for_files {
            let turn = Arc::clone(&self.0.turn).acquire_owned().await.map_err(io::Error::other)?;
            return Ok(self.halves(turn));
        }
        match Arc::clone(&self.0.turn).try_acquire_owned() {
            Ok(turn) => Ok(self.halves(turn)),
            Err(_) => self.further().await,
        }
    }

    /// Begins an exchange in which the server says nothing.
    ///
    /// # Errors
    /// When no further connection can be had.
    pub async fn open_to_bring(&self) -> io::Result<TcpSpeak> {
        let (speak, mut hear) = self.further().await?;
        hear.ends_after(0);
        Ok(TcpSpeak { is_last: true, ..speak })
    }

    async fn further(&self) -> io::Result<(TcpSpeak, TcpHear)> {
        let mut config = (*self.0.config).clone();
        config.alpn_protocols = vec![ALPN_BULK.to_vec()];
        let line = Self::dial(self.0.address, &Arc::new(config)).await?;
        let turn = Arc::clone(&line.0.turn).acquire_owned().await.map_err(io::Error::other)?;
        Ok(line.halves(turn))
    }

    fn halves(&self, turn: OwnedSemaphorePermit) -> (TcpSpeak, TcpHear) {
        let turn = Arc::new(turn);
        let speak = TcpSpeak { shared: Arc::clone(&self.0), is_last: !self.0.is_for_files, _turn: Arc::clone(&turn) };
        let hear = TcpHear { shared: Arc::clone(&self.0), heard_at: Instant::now(), left: None, _turn: turn };
        (speak, hear)
    }
}

impl Shared {
    /// A poisoned lock only says that a thread ended while it held it; rustls goes on where it was.
    fn wire(&self) -> MutexGuard<'_, Wire> {
        self.wire.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self) {
        self.shut();
        self.wire().is_over = true;
    }

    /// Says that nothing more is said.
    fn shut(&self) {
        // What does not go out at once goes with the socket.
        let _ = Pin::new(&mut self.wire().stream).poll_shutdown(&mut Context::from_waker(Waker::noop()));
    }

    /// Notes that an end, or an error, is the end of the whole connection.
    fn judge<T>(&self, outcome: io::Result<T>) -> io::Result<T> {
        if outcome.is_err() {
            self.wire().is_over = true;
        }
        outcome
    }

    fn poll_write(&self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let mut wire = self.wire();
        if wire.is_over {
            return Poll::Ready(Err(io::ErrorKind::NotConnected.into()));
        }
        Pin::new(&mut wire.stream).poll_write(cx, bytes)
    }

    /// Puts what came behind `into`; false at the end.
    fn poll_read_into(&self, cx: &mut Context<'_>, into: &mut Vec<u8>, bytes_max: usize) -> Poll<io::Result<bool>> {
        let mut wire = self.wire();
        if wire.is_over {
            return Poll::Ready(Err(io::ErrorKind::NotConnected.into()));
        }
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
        let read = std::future::poll_fn(|cx| self.poll_read_into(cx, into, bytes_max));
        let read = timeout_at(deadline, read).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?;
        let has_come = self.judge(read)?;
        if !has_come {
            self.wire().is_over = true;
        }
        Ok(has_come)
    }
}

/// What the box says.
#[derive(Debug)]
pub struct TcpSpeak {
    shared: Arc<Shared>,
    /// Nothing is said on this connection afterwards.
    is_last: bool,
    _turn: Arc<OwnedSemaphorePermit>,
}

impl TcpSpeak {
    /// Hands all of it over, and has it go out.
    ///
    /// # Errors
    /// Of the socket.
    pub async fn write_all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let written = std::future::poll_fn(|cx| self.shared.poll_write(cx, bytes)).await;
            bytes = bytes.get(self.shared.judge(written)?..).unwrap_or_default();
        }
        let flushed = std::future::poll_fn(|cx| Pin::new(&mut self.shared.wire().stream).poll_flush(cx)).await;
        self.shared.judge(flushed)
    }

    /// The end of a conversation is the end of what is said; an exchange ends where its length says.
    pub fn finish(&self) {
        if self.is_last {
            self.shared.shut();
        }
    }

    /// Waits until the server hangs up, which it does when it has all of it.
    pub async fn stopped(&self) {
        let mut drain = Vec::new();
        while let Ok(true) = self.shared.read_by(&mut drain, TCP_CHUNK_BYTES, Instant::now() + IDLE).await {
            drain.clear();
        }
    }
}

/// What the server says.
#[derive(Debug)]
pub struct TcpHear {
    shared: Arc<Shared>,
    heard_at: Instant,
    left: Option<u64>,
    _turn: Arc<OwnedSemaphorePermit>,
}

impl TcpHear {
    /// Puts what came behind `into`; false at the end.
    ///
    /// # Errors
    /// Of the socket.
    pub async fn read_into(&mut self, into: &mut Vec<u8>, bytes_max: usize) -> io::Result<bool> {
        let left = self.left.map_or(usize::MAX, |left| usize::try_from(left).unwrap_or(usize::MAX));
        if left == 0 {
            return Ok(false);
        }
        let before = into.len();
        let has_come = self.shared.read_by(into, bytes_max.min(left), self.heard_at + IDLE).await?;
        self.heard_at = Instant::now();
        let count = u64::try_from(into.len() - before).unwrap_or(u64::MAX);
        self.left = self.left.map(|left| left.saturating_sub(count));
        Ok(has_come)
    }

    /// The end comes after so many bytes more.
    pub fn ends_after(&mut self, bytes: u64) {
        self.left = Some(bytes);
    }
}

impl Drop for TcpHear {
    fn drop(&mut self) {
        // What is still to come would be taken for the next answer.
        if self.shared.is_for_files && self.left != Some(0) {
            self.shared.end();
        }
    }
}

/// The kernel asks a silent server whether it is there.
fn prepare(socket: &TcpStream) -> io::Result<()> {
    let keep_alive = Duration::from_secs(KEEP_ALIVE_SECS);
    sockopt::set_tcp_nodelay(socket, true)?;
    sockopt::set_socket_keepalive(socket, true)?;
    sockopt::set_tcp_keepidle(socket, keep_alive)?;
    sockopt::set_tcp_keepintvl(socket, keep_alive)?;
    sockopt::set_tcp_keepcnt(socket, TCP_PROBES_MAX)?;
    sockopt::set_tcp_user_timeout(socket, u32::try_from(IDLE.as_millis()).unwrap_or(u32::MAX))?;
    Ok(())
}
