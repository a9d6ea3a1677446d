//! The driver: hears, lets speak, rings, and begins again.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use quinn_proto::{ConnectionError, VarInt};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use super::connection::Connection;
use super::desk::Desk;
use super::endpoint::{Doorkeeper, Settings};
use super::line::Work;
use super::socket::Socket;

/// Batches taken in before somebody speaks: hearing is cheap, and what is not heard in time is lost and said again.
const BATCHES_AT_ONCE: usize = 32;
/// Connections that may speak before the socket is heard again: their answers come while the others wait.
const SPEAK_AT_ONCE: usize = 64;
/// Alarms rung before the socket is heard again.
const ALARMS_AT_ONCE: usize = 256;
/// Everything one socket carries.
pub(super) struct Driver {
    socket: Socket,
    desk: Desk,
    handshake_max: Duration,
    doorkeeper: Box<dyn Doorkeeper>,
    work: Arc<Work>,
    /// Connections in their turn.
    turns: VecDeque<usize>,
    arrived: mpsc::Sender<Connection>,
    /// Arrivals nobody has taken.
    waiting: VecDeque<Connection>,
    is_closing: bool,
}

impl Driver {
    pub(super) fn new(
        settings: Settings,
        socket: Socket,
        doorkeeper: Box<dyn Doorkeeper>,
        work: Arc<Work>,
        arrived: mpsc::Sender<Connection>,
    ) -> Self {
        let Settings { endpoint, server, handshake_max } = settings;
        let endpoint = quinn_proto::Endpoint::new(Arc::new(endpoint), Some(Arc::new(server)), socket.may_probe(), None);
        let desk = Desk::of(endpoint);
        Self {
            socket,
            desk,
            handshake_max,
            doorkeeper,
            work,
            turns: VecDeque::new(),
            arrived,
            waiting: VecDeque::new(),
            is_closing: false,
        }
    }

    /// Goes around until all connections were closed, or the socket fails.
    pub(super) async fn run(mut self) -> io::Result<()> {
        loop {
            let now = Instant::now();
            let has_heard = self.hear(now)?;
            if self.socket.send_kept() {
                self.work.take(&mut self.turns);
                self.speak(now);
            }
            let has_rung = self.ring(now);
            self.hand_over();
            if let Some((code, reason)) = self.work.take_closing() {
                self.close(now, code, &reason);
            }
            if self.is_closing && self.desk.open == 0 {
                return Ok(());
            }
            if has_heard || has_rung || (self.socket.has_room() && !self.turns.is_empty()) {
                tokio::task::yield_now().await;
            } else {
                let arrived = (!self.waiting.is_empty()).then_some(&self.arrived);
                wait(&self.socket, &self.work, self.desk.alarms.next(), arrived).await?;
            }
        }
    }

    /// Takes in what has come; whoever it concerns gets a turn.
    fn hear(&mut self, now: Instant) -> io::Result<bool> {
        let Self { socket, desk, turns, .. } = self;
        let (mut callers, mut answers) = (Vec::new(), Vec::new());
        let mut has_heard = false;
        for _ in 0..BATCHES_AT_ONCE {
            let has_come =
                socket.receive(|meta, bytes| desk.take_in(now, meta, bytes, turns, &mut callers, &mut answers))?;
            if !has_come {
                break;
            }
            has_heard = true;
            for (transmit, bytes) in answers.drain(..) {
                socket.send_or_drop(&transmit, &bytes);
            }
            for caller in callers.drain(..) {
                let key = desk.let_in(
                    now,
                    caller,
                    (self.is_closing, self.handshake_max),
                    &mut *self.doorkeeper,
                    socket,
                    &self.work,
                );
                turns.extend(key);
            }
        }
        Ok(has_heard)
    }

    /// Lets those speak whose turn it is.
    fn speak(&mut self, now: Instant) {
        for _ in 0..self.turns.len().min(SPEAK_AT_ONCE) {
            if !self.socket.has_room() {
                return;
            }
            let Some(key) = self.turns.pop_front() else { return };
            let Some(line) = self.desk.line(key) else { continue };
            let turn = self.desk.drive(now, key, &line, &mut self.socket, &mut *self.doorkeeper);
            if turn.goes_on {
                self.turns.push_back(key);
            }
            if turn.has_arrived {
                self.waiting.push_back(Connection::over(line));
            }
        }
    }

    /// Rings what is due.
    fn ring(&mut self, now: Instant) -> bool {
        let mut has_rung = false;
        for _ in 0..ALARMS_AT_ONCE {
            let Some((at, key)) = self.desk.alarms.take_due(now) else { break };
            has_rung = true;
            let Some(line) = self.desk.line(key) else { continue };
            let mut state = line.lock();
            if state.alarm != Some(at) {
                // Overtaken by an earlier one, or of a connection that had this place before.
                continue;
            }
            state.alarm = None;
            if state.shaking_until.is_some_and(|until| until <= now) {
                tracing::debug!(link.from = %state.proto.remote_address(), "a handshake was not finished in time");
                self.desk.end_handshake(&mut state);
                state.proto.close(now, VarInt::from_u32(0), (&b"the handshake took too long"[..]).into());
                state.lose(ConnectionError::TimedOut);
            }
            state.proto.handle_timeout(now);
            if state.put_in_line() {
                self.turns.push_back(key);
            }
        }
        has_rung
    }

    /// Hands connections over whose handshakes are over.
    fn hand_over(&mut self) {
        while let Some(connection) = self.waiting.pop_front() {
            match self.arrived.try_send(connection) {
                Ok(()) => {}
                Err(TrySendError::Full(connection)) => return self.waiting.push_front(connection),
                // Nobody wants connections any more: it is closed as it is dropped.
                Err(TrySendError::Closed(connection)) => drop(connection),
            }
        }
    }

    fn close(&mut self, now: Instant, code: VarInt, reason: &[u8]) {
        self.is_closing = true;
        for (key, line) in self.desk.lines.iter().enumerate() {
            let Some(line) = line else { continue };
            let mut state = line.lock();
            if state.lost.is_none() {
                state.proto.close(now, code, reason.to_vec().into());
                state.lose(ConnectionError::LocallyClosed);
            }
            if state.put_in_line() {
                self.turns.push_back(key);
            }
        }
    }
}

/// Waits until there is something to do: also for room among the arrivals, where some wait for it.
async fn wait(
    socket: &Socket,
    work: &Work,
    alarm: Option<Instant>,
    arrived: Option<&mpsc::Sender<Connection>>,
) -> io::Result<()> {
    let rings = async {
        match alarm {
            Some(at) => tokio::time::sleep_until(at.into()).await,
            None => std::future::pending().await,
        }
    };
    let has_room = async {
        match arrived {
            Some(arrived) => drop(arrived.reserve().await),
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        ready = socket.ready() => ready,
        () = work.rung() => Ok(()),
        () = rings => Ok(()),
        () = has_room => Ok(()),
    }
}

impl Drop for Driver {
    /// Whoever waits for a connection must not wait for ever, however this ended.
    fn drop(&mut self) {
        for line in self.desk.lines.iter().flatten() {
            line.lock().lose(ConnectionError::Reset);
        }
    }
}
