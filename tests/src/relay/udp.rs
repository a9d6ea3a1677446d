//! Packets: each with its own fate and its own time.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

use super::chance::Chance;
use super::weather::{Tally, Weather};
use crate::harness::Outcome;

/// The largest packet.
const PACKET_BYTES_MAX: usize = 65_536;
/// Packets on their way at one time; more are lost, as in a router.
const ON_THE_WAY_MAX: usize = 8_192;
/// Players at one time.
const FLOWS_MAX: usize = 1_024;
/// A slow line keeps no more than so much; more is lost, as in a router.
const BACKLOG_MAX: Duration = Duration::from_secs(1);
/// How much later a packet comes that is overtaken.
const OVERTAKEN: Duration = Duration::from_millis(30);
/// With nothing on its way the relay looks so far ahead.
const LONG: Duration = Duration::from_hours(1);

/// A packet that is on its way; the earliest is the greatest.
struct Packet {
    due: Reverse<(Instant, u64)>,
    bytes: Vec<u8>,
    socket: Arc<UdpSocket>,
    to: SocketAddr,
}

impl PartialEq for Packet {
    fn eq(&self, other: &Self) -> bool {
        self.due == other.due
    }
}

impl Eq for Packet {}

impl PartialOrd for Packet {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Packet {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.due.cmp(&other.due)
    }
}

/// One direction of the line.
struct Direction {
    chance: Chance,
    /// When a slow line has carried what it was given.
    free_at: Instant,
}

impl Direction {
    /// When a packet of so many bytes arrives, once for each time it does.
    fn fate(&mut self, weather: &Weather, bytes: usize) -> Vec<Instant> {
        let now = Instant::now();
        if weather.swallows_udp || self.chance.happens(weather.loss_percent) {
            return Vec::new();
        }
        let mut leaves = now;
        let micros = u64::try_from(bytes).unwrap_or(u64::MAX).saturating_mul(1_000_000);
        if let Some(share) = micros.checked_div(weather.bytes_a_sec) {
            if self.free_at.saturating_duration_since(now) > BACKLOG_MAX {
                return Vec::new();
            }
            self.free_at = self.free_at.max(now) + Duration::from_micros(share);
            leaves = self.free_at;
        }
        let copies = 1 + usize::from(self.chance.happens(weather.double_percent));
        let mut arrivals = Vec::with_capacity(copies);
        for _ in 0..copies {
            let mut due = leaves + weather.delay() + self.chance.up_to(weather.jitter());
            if self.chance.happens(weather.reorder_percent) {
                due += OVERTAKEN;
            }
            arrivals.push(due);
        }
        arrivals
    }
}

/// A player, and the socket from which the server hears it.
struct Flow {
    socket: Arc<UdpSocket>,
    reader: JoinHandle<()>,
}

impl Drop for Flow {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

struct Carrier {
    front: Arc<UdpSocket>,
    server: SocketAddr,
    flows: HashMap<SocketAddr, Flow>,
    on_the_way: BinaryHeap<Packet>,
    there: Direction,
    back: Direction,
    count: u64,
    answers: mpsc::Sender<(SocketAddr, Vec<u8>)>,
    tally: Arc<Tally>,
}

/// Carries packets until nobody can change the weather any more.
pub(super) async fn carry(
    socket: std::net::UdpSocket,
    server: SocketAddr,
    seed: u64,
    mut weather: watch::Receiver<Weather>,
    mut moves: mpsc::Receiver<()>,
    tally: Arc<Tally>,
) -> Outcome<()> {
    let front = Arc::new(UdpSocket::from_std(socket)?);
    let (answers, mut answered) = mpsc::channel(ON_THE_WAY_MAX);
    let direction = |n| Direction { chance: Chance::of(seed, n), free_at: Instant::now() };
    let mut this = Carrier {
        front: Arc::clone(&front),
        server,
        flows: HashMap::new(),
        on_the_way: BinaryHeap::new(),
        there: direction(1),
        back: direction(2),
        count: 0,
        answers,
        tally,
    };
    let mut packet = vec![0; PACKET_BYTES_MAX];
    loop {
        let next = this.on_the_way.peek().map_or_else(|| Instant::now() + LONG, |packet| packet.due.0.0);
        tokio::select! {
            changed = weather.changed() => if changed.is_err() { return Ok(()) },
            Some(()) = moves.recv() => this.move_all().await?,
            received = front.recv_from(&mut packet) => {
                // A player that went away is told about by an error on the next packet.
                let Ok((length, from)) = received else { continue };
                let bytes = packet.get(..length).unwrap_or_default().to_vec();
                let now = weather.borrow().clone();
                this.carry_there(&now, from, &bytes).await?;
            }
            Some((player, bytes)) = answered.recv() => {
                let now = weather.borrow().clone();
                this.carry_back(&now, player, &bytes);
            }
            () = sleep_until(next) => this.deliver().await,
        }
    }
}

impl Carrier {
    async fn carry_there(&mut self, weather: &Weather, from: SocketAddr, bytes: &[u8]) -> Outcome<()> {
        if !self.flows.contains_key(&from) {
            if self.flows.len() >= FLOWS_MAX {
                self.tally.note_lost();
                return Ok(());
            }
            let flow = self.flow(from).await?;
            self.flows.insert(from, flow);
        }
        let Some(socket) = self.flows.get(&from).map(|flow| Arc::clone(&flow.socket)) else { return Ok(()) };
        let arrivals = self.there.fate(weather, bytes.len());
        self.send(arrivals, bytes, &socket, self.server);
        Ok(())
    }

    fn carry_back(&mut self, weather: &Weather, player: SocketAddr, bytes: &[u8]) {
        let arrivals = self.back.fate(weather, bytes.len());
        let front = Arc::clone(&self.front);
        self.send(arrivals, bytes, &front, player);
    }

    fn send(&mut self, arrivals: Vec<Instant>, bytes: &[u8], socket: &Arc<UdpSocket>, to: SocketAddr) {
        if arrivals.is_empty() || self.on_the_way.len() >= ON_THE_WAY_MAX {
            self.tally.note_lost();
            return;
        }
        for due in arrivals {
            self.count += 1;
            let due = Reverse((due, self.count));
            self.on_the_way.push(Packet { due, bytes: bytes.to_vec(), socket: Arc::clone(socket), to });
        }
    }

    async fn deliver(&mut self) {
        let now = Instant::now();
        while self.on_the_way.peek().is_some_and(|packet| packet.due.0.0 <= now) {
            let Some(packet) = self.on_the_way.pop() else { return };
            // Nobody there any more: lost, like others.
            match packet.socket.send_to(&packet.bytes, packet.to).await {
                Ok(_) => self.tally.note_passed(),
                Err(_) => self.tally.note_lost(),
            }
        }
    }

    /// A socket of its own for a player, and somebody who listens on it.
    async fn flow(&self, player: SocketAddr) -> Outcome<Flow> {
        let any: SocketAddr = if self.server.is_ipv4() { ([0, 0, 0, 0], 0).into() } else { ([0_u16; 8], 0).into() };
        let socket = Arc::new(UdpSocket::bind(any).await?);
        self.tally.note_address();
        let (heard, answers) = (Arc::clone(&socket), self.answers.clone());
        let reader = tokio::spawn(async move {
            let mut packet = vec![0; PACKET_BYTES_MAX];
            loop {
                let Ok((length, _)) = heard.recv_from(&mut packet).await else { continue };
                let bytes = packet.get(..length).unwrap_or_default().to_vec();
                if answers.send((player, bytes)).await.is_err() {
                    return;
                }
            }
        });
        Ok(Flow { socket, reader })
    }

    async fn move_all(&mut self) -> Outcome<()> {
        let players: Vec<_> = self.flows.keys().copied().collect();
        for player in players {
            let flow = self.flow(player).await?;
            self.flows.insert(player, flow);
        }
        Ok(())
    }
}
