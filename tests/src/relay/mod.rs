//! A bad network: a relay between a player and its server that delays, loses, doubles and swallows packets, as chance from
//! one seed has it, and changes the address the server sees. UDP and TCP on one port.

mod chance;
mod stream;
mod udp;
mod weather;

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::{mpsc, watch};

pub use weather::{Tally, Weather};

use crate::harness::Outcome;

/// Orders that may wait.
const ORDERS_MAX: usize = 16;
/// How often the kernel is asked for a port that is free for UDP and for TCP.
const ANY_PORT_TRIES: usize = 16;

/// A running relay; it ends when it is dropped.
pub struct Relay {
    /// Where players connect.
    pub address: SocketAddr,
    weather: watch::Sender<Weather>,
    tally: Arc<Tally>,
    moves: mpsc::Sender<()>,
    thread: Option<JoinHandle<()>>,
}

impl Relay {
    /// Opens a relay on `listen` (port 0: any) that leads to `server`.
    ///
    /// # Errors
    /// When no port can be had.
    pub fn open(listen: SocketAddr, server: SocketAddr, seed: u64, weather: Weather) -> Outcome<Self> {
        let (socket, listener) = take_port(listen)?;
        let address = socket.local_addr()?;
        let (change, current) = watch::channel(weather);
        let (moves, orders) = mpsc::channel(ORDERS_MAX);
        let tally = Arc::new(Tally::default());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let shared = Arc::clone(&tally);
        let thread = std::thread::Builder::new().name("relay".to_owned()).spawn(move || {
            let packets = udp::carry(socket, server, seed, current.clone(), orders, shared);
            let streams = stream::carry(listener, server, current);
            if let Err(error) = runtime.block_on(async { tokio::try_join!(packets, streams) }) {
                eprintln!("the relay ended: {error:#}");
            }
        })?;
        Ok(Self { address, weather: change, tally, moves, thread: Some(thread) })
    }

    /// Before a server on this machine.
    ///
    /// # Errors
    /// When no port can be had.
    pub fn before(server: SocketAddr, seed: u64, weather: Weather) -> Outcome<Self> {
        Self::open(SocketAddr::from(([127, 0, 0, 1], 0)), server, seed, weather)
    }

    /// Changes the weather; what is on its way already arrives as it was sent.
    pub fn set(&self, weather: Weather) {
        self.weather.send_replace(weather);
    }

    /// From now on the server sees every player at another address, as when a router forgets its table.
    ///
    /// # Errors
    /// When the relay has ended.
    pub fn change_address(&self) -> Outcome<()> {
        Ok(self.moves.blocking_send(())?)
    }

    /// What was carried so far.
    #[must_use]
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Waits until the relay ends, which it does for an error alone.
    pub fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        // Its loops end when nobody can change the weather any more.
        let (nobody, _) = watch::channel(Weather::default());
        drop(std::mem::replace(&mut self.weather, nobody));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn take_port(listen: SocketAddr) -> Outcome<(std::net::UdpSocket, std::net::TcpListener)> {
    let mut last = None;
    for _ in 0..ANY_PORT_TRIES {
        let socket = std::net::UdpSocket::bind(listen)?;
        match std::net::TcpListener::bind(socket.local_addr()?) {
            Ok(listener) => {
                socket.set_nonblocking(true)?;
                listener.set_nonblocking(true)?;
                return Ok((socket, listener));
            }
            // Free for UDP alone: the kernel is asked for another one.
            Err(error) => last = Some(error),
        }
    }
    Err(last.map_or_else(|| anyhow::anyhow!("no port"), Into::into))
}
