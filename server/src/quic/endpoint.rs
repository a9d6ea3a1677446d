//! The listening side.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};

use quinn_proto::{EndpointConfig, ServerConfig, VarInt};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::connection::Connection;
use super::driver::Driver;
use super::line::Work;
use super::socket::Socket;

/// Connections whose handshake is over and that nobody has taken yet; more wait in the driver.
const ARRIVALS_MAX: usize = 1_024;

/// Somebody who would begin a handshake.
#[derive(Debug, Clone, Copy)]
pub struct Caller {
    /// From where.
    pub address: SocketAddr,
    /// It has shown that it is there (QUIC Retry).
    pub is_proven: bool,
    /// It may be asked to show it.
    pub may_prove: bool,
    /// Handshakes going on.
    pub half_open: usize,
    /// Connections at all, those with handshakes included.
    pub open: usize,
}

/// What becomes of a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Its handshake begins.
    Accept,
    /// It must show first that it is where it says.
    Retry,
    /// It is told to go away.
    Refuse,
}

/// Judges callers, before anything is kept of them; and answers what needs an answer at once.
pub trait Doorkeeper: Send + 'static {
    /// What becomes of one.
    fn judge(&mut self, caller: &Caller) -> Verdict;

    /// The answer to a datagram of a connection that was heard at a moment; none where there is nothing to say. It goes out with
    /// the connection's next packet, and may be lost.
    fn answer(&mut self, _datagram: &[u8], _heard_at: Instant) -> Option<Vec<u8>> {
        None
    }
}

/// How an endpoint behaves.
pub struct Settings {
    /// The protocol's own settings.
    pub endpoint: EndpointConfig,
    /// Those of every connection.
    pub server: ServerConfig,
    /// A handshake that takes longer has failed.
    pub handshake_max: Duration,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings").field("handshake_max", &self.handshake_max).finish_non_exhaustive()
    }
}

/// A socket on which connections come in. Dropped, it forgets them all; see [`Endpoint::close`].
#[derive(Debug)]
pub struct Endpoint {
    work: Arc<Work>,
    arrivals: mpsc::Receiver<Connection>,
    address: SocketAddr,
    driver: JoinHandle<()>,
}

impl Endpoint {
    /// Opens it on a bound socket.
    ///
    /// # Errors
    /// When the socket cannot be used.
    pub fn open(settings: Settings, socket: UdpSocket, doorkeeper: impl Doorkeeper) -> io::Result<Self> {
        let socket = Socket::of(socket)?;
        let address = socket.address()?;
        let work = Arc::new(Work::default());
        let (arrived, arrivals) = mpsc::channel(ARRIVALS_MAX);
        let driver = Driver::new(settings, socket, Box::new(doorkeeper), Arc::clone(&work), arrived);
        let driver = tokio::spawn(async move {
            if let Err(error) = driver.run().await {
                tracing::error!(reason = %error, "the players' socket does not work any more");
            }
        });
        Ok(Self { work, arrivals, address, driver })
    }

    /// Where it listens.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// The next connection whose handshake is over; none when the endpoint does not work any more.
    pub async fn accept(&mut self) -> Option<Connection> {
        self.arrivals.recv().await
    }

    /// Closes all connections, and lets nobody in from now on.
    pub fn close(&self, code: VarInt, reason: &[u8]) {
        self.work.close(code, reason);
    }

    /// Waits until every connection has heard that it was closed, or is taken to have.
    pub async fn wait_idle(mut self) {
        self.arrivals.close();
        // Those who came meanwhile are closed as they are dropped.
        while self.arrivals.recv().await.is_some() {}
        // Whatever ended it, it has ended.
        let _ = (&mut self.driver).await;
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.driver.abort();
    }
}
