//! The fallback: TLS over TCP on the link's port, for boxes whose firewall swallows UDP. It has a doorkeeper of its own, so
//! that nobody who comes this way takes the place of boxes that come the other.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant as Tick};

use anteroom_content::wire::{ALPN_BULK, IDLE_SECS, KEEP_ALIVE_SECS};
use rustix::net::sockopt;
use rustls::pki_types::CertificateDer;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_rustls::TlsAcceptor;

use super::admission::Bucket;
use super::endpoint::{LinkError, tls};
use super::limits::{
    ACCEPT_REST, HANDSHAKE_MAX, LINK_WINDOW_BYTES, TCP_HALF_OPEN_MAX, TCP_HANDSHAKES_A_SEC, TCP_HANDSHAKES_AT_ONCE,
    TCP_LINKS_MAX, TCP_PROBES_MAX,
};
use super::line::Line;
use super::tcp::TcpLine;
use crate::state::State;

/// The listener and its doorkeeper.
pub(super) struct Fallback {
    listener: TcpListener,
    acceptor: TlsAcceptor,
    half_open: Arc<Semaphore>,
    links: Arc<Semaphore>,
    bucket: Bucket,
}

/// Somebody who was let in, and may begin a handshake.
pub(super) struct Caller {
    stream: TcpStream,
    acceptor: TlsAcceptor,
    /// Where it comes from.
    pub(super) from: SocketAddr,
    half_open: OwnedSemaphorePermit,
    link: OwnedSemaphorePermit,
}

/// A handshake that is over.
pub(super) struct Shaken {
    /// The line.
    pub(super) line: Line,
    /// What the box wants to speak.
    pub(super) protocol: Vec<u8>,
    /// What it showed.
    pub(super) certificate: Option<CertificateDer<'static>>,
    /// Held as long as the line is.
    pub(super) place: OwnedSemaphorePermit,
}

impl Fallback {
    /// Opens the door on a bound listener.
    pub(super) fn open(state: &State, listener: TcpListener) -> Result<Self, LinkError> {
        prepare(&listener)?;
        tracing::info!(link.address = %listener.local_addr()?, "the players' door is open over TCP, too");
        Ok(Self {
            listener,
            acceptor: TlsAcceptor::from(Arc::new(tls(state)?)),
            half_open: Arc::new(Semaphore::new(TCP_HALF_OPEN_MAX)),
            links: Arc::new(Semaphore::new(TCP_LINKS_MAX)),
            bucket: Bucket::full(TCP_HANDSHAKES_AT_ONCE, TCP_HANDSHAKES_A_SEC, Tick::now()),
        })
    }

    /// The next caller who is let in; whoever is not is hung up on, which costs nothing more. Where there is no fallback
    /// nobody ever comes.
    pub(super) async fn next(fallback: Option<&mut Self>) -> Caller {
        let Some(this) = fallback else { return std::future::pending().await };
        loop {
            match this.listener.accept().await {
                Ok((stream, from)) => {
                    if let Some(caller) = this.judge(stream, from) {
                        return caller;
                    }
                }
                Err(error) => {
                    // No file left, most likely: to ask again at once would keep a processor busy.
                    tracing::error!(reason = %error, "a caller over TCP could not be let in");
                    tokio::time::sleep(ACCEPT_REST).await;
                }
            }
        }
    }

    fn judge(&mut self, stream: TcpStream, from: SocketAddr) -> Option<Caller> {
        let link = Arc::clone(&self.links).try_acquire_owned().ok()?;
        let half_open = Arc::clone(&self.half_open).try_acquire_owned().ok()?;
        let acceptor = self.acceptor.clone();
        self.bucket.take(Tick::now()).then_some(Caller { stream, acceptor, from, half_open, link })
    }
}

impl Caller {
    /// Ends the handshake; none when it failed or was not finished in time.
    pub(super) async fn shake(self, stop: watch::Receiver<bool>) -> Option<Shaken> {
        let Self { stream, acceptor, from, half_open, link } = self;
        let stream = match tokio::time::timeout(HANDSHAKE_MAX, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => {
                tracing::warn!(link.from = %from, reason = %error, "a handshake over TCP failed");
                return None;
            }
            Err(_) => {
                tracing::debug!(link.from = %from, "a handshake over TCP was not finished in time");
                return None;
            }
        };
        drop(half_open);
        let (_, session) = stream.get_ref();
        let protocol = session.alpn_protocol().unwrap_or_default().to_vec();
        let certificate =
            session.peer_certificates().and_then(|chain| chain.first()).map(|found| found.clone().into_owned());
        let line = TcpLine::on(stream.into(), from, protocol == ALPN_BULK, stop);
        Some(Shaken { line: Line::Tcp(line), protocol, certificate, place: link })
    }
}

/// What every accepted socket takes over from its listener: the kernel asks silent boxes whether they are there, and keeps no
/// more for one that does not read than QUIC would.
fn prepare(listener: &TcpListener) -> std::io::Result<()> {
    let (idle, keep_alive) = (Duration::from_secs(IDLE_SECS), Duration::from_secs(KEEP_ALIVE_SECS));
    let window = usize::try_from(LINK_WINDOW_BYTES).unwrap_or(usize::MAX);
    sockopt::set_tcp_nodelay(listener, true)?;
    sockopt::set_socket_keepalive(listener, true)?;
    sockopt::set_tcp_keepidle(listener, keep_alive)?;
    sockopt::set_tcp_keepintvl(listener, keep_alive)?;
    sockopt::set_tcp_keepcnt(listener, TCP_PROBES_MAX)?;
    sockopt::set_tcp_user_timeout(listener, u32::try_from(idle.as_millis()).unwrap_or(u32::MAX))?;
    sockopt::set_socket_send_buffer_size(listener, window)?;
    sockopt::set_socket_recv_buffer_size(listener, window)?;
    Ok(())
}
