//! The desk: every packet finds its connection here, and every connection its turn.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use quinn_proto::{ConnectionError, ConnectionHandle, DatagramEvent, Event, Incoming};
use quinn_udp::RecvMeta;

use super::alarms::Alarms;
use super::endpoint::{Caller, Doorkeeper, Verdict};
use super::line::{Line, LineState, Work};
use super::socket::Socket;

/// Calls to the socket a connection may make in its turn; a file waits its turn between others.
const SENDS_AT_ONCE: usize = 4;

/// What a datagram is looked up in.
pub(super) struct Desk {
    endpoint: quinn_proto::Endpoint,
    pub(super) lines: Vec<Option<Arc<Line>>>,
    pub(super) open: usize,
    half_open: usize,
    pub(super) alarms: Alarms,
    /// One buffer to send from, for all.
    room: Vec<u8>,
}

/// What became of a connection's turn.
#[derive(Debug, Default)]
pub(super) struct Turn {
    /// It is not done.
    pub(super) goes_on: bool,
    /// Its handshake is over now.
    pub(super) has_arrived: bool,
}

/// A packet to somebody who is no connection.
pub(super) type Answer = (quinn_proto::Transmit, Vec<u8>);

impl Desk {
    pub(super) fn of(endpoint: quinn_proto::Endpoint) -> Self {
        Self { endpoint, lines: Vec::new(), open: 0, half_open: 0, alarms: Alarms::default(), room: Vec::new() }
    }

    pub(super) fn line(&self, key: usize) -> Option<Arc<Line>> {
        self.lines.get(key)?.clone()
    }

    /// Takes in what came from one sender.
    pub(super) fn take_in(
        &mut self,
        now: Instant,
        meta: &RecvMeta,
        bytes: &[u8],
        turns: &mut VecDeque<usize>,
        callers: &mut Vec<Incoming>,
        answers: &mut Vec<Answer>,
    ) {
        let mut data = BytesMut::from(bytes);
        let ecn = meta.ecn.and_then(|ecn| quinn_proto::EcnCodepoint::from_bits(ecn as u8));
        while !data.is_empty() {
            let packet = data.split_to(meta.stride.clamp(1, data.len()));
            let mut answer = Vec::new();
            match self.endpoint.handle(now, meta.addr, meta.dst_ip, ecn, packet, &mut answer) {
                Some(DatagramEvent::ConnectionEvent(ConnectionHandle(key), event)) => {
                    let Some(line) = self.line(key) else { continue };
                    let mut state = line.lock();
                    state.proto.handle_event(event);
                    if state.put_in_line() {
                        turns.push_back(key);
                    }
                }
                Some(DatagramEvent::NewConnection(caller)) => callers.push(caller),
                Some(DatagramEvent::Response(transmit)) => answers.push((transmit, answer)),
                None => {}
            }
        }
    }

    /// Lets a caller in, or not; the place of whoever came in.
    pub(super) fn let_in(
        &mut self,
        now: Instant,
        incoming: Incoming,
        (is_closing, handshake_max): (bool, Duration),
        doorkeeper: &mut dyn Doorkeeper,
        socket: &Socket,
        work: &Arc<Work>,
    ) -> Option<usize> {
        let caller = Caller {
            address: incoming.remote_address(),
            is_proven: incoming.remote_address_validated(),
            may_prove: incoming.may_retry(),
            half_open: self.half_open,
            open: self.open,
        };
        let mut answer = Vec::new();
        let verdict = if is_closing { Verdict::Refuse } else { doorkeeper.judge(&caller) };
        let transmit = match verdict {
            Verdict::Accept => match self.endpoint.accept(incoming, now, &mut answer, None) {
                Ok((ConnectionHandle(key), proto)) => {
                    let line = Line::new(key, Arc::clone(work), proto, now + handshake_max);
                    line.lock().put_in_line();
                    return Some(self.enter(key, line));
                }
                Err(error) => {
                    tracing::warn!(link.from = %caller.address, reason = %error.cause, "a handshake failed");
                    error.response
                }
            },
            Verdict::Retry => match self.endpoint.retry(incoming, &mut answer) {
                Ok(transmit) => Some(transmit),
                Err(error) => Some(self.endpoint.refuse(error.into_incoming(), &mut answer)),
            },
            Verdict::Refuse => Some(self.endpoint.refuse(incoming, &mut answer)),
        };
        if let Some(transmit) = transmit {
            socket.send_or_drop(&transmit, &answer);
        }
        None
    }

    fn enter(&mut self, key: usize, line: Line) -> usize {
        if self.lines.len() <= key {
            self.lines.resize(key + 1, None);
        }
        if let Some(place) = self.lines.get_mut(key) {
            *place = Some(Arc::new(line));
        }
        self.open += 1;
        self.half_open += 1;
        key
    }

    /// Has a connection say what it has to say.
    pub(super) fn drive(
        &mut self,
        now: Instant,
        key: usize,
        line: &Line,
        socket: &mut Socket,
        doorkeeper: &mut dyn Doorkeeper,
    ) -> Turn {
        let mut state = line.lock();
        state.leave_line();
        let mut turn = Turn::default();
        let (mut sends, mut is_drained) = (0, false);
        loop {
            while sends < SENDS_AT_ONCE && socket.has_room() {
                self.room.clear();
                let sent = state.proto.poll_transmit(now, socket.segments_max(), &mut self.room);
                let Some(transmit) = sent else { break };
                socket.send(transmit, &self.room);
                sends += 1;
            }
            let mut has_news = false;
            while let Some(event) = state.proto.poll_endpoint_events() {
                is_drained |= event.is_drained();
                if let Some(news) = self.endpoint.handle_event(ConnectionHandle(key), event) {
                    state.proto.handle_event(news);
                    has_news = true;
                }
            }
            turn.has_arrived |= self.tell(&mut state);
            has_news |= answer(&mut state, now, doorkeeper);
            if !has_news || sends >= SENDS_AT_ONCE || !socket.has_room() {
                break;
            }
        }
        if is_drained {
            state.lose(ConnectionError::TimedOut);
            self.end_handshake(&mut state);
            self.leave(key);
        } else {
            self.set_alarm(key, &mut state);
            turn.goes_on = (sends >= SENDS_AT_ONCE || !socket.has_room()) && state.put_in_line();
        }
        turn
    }

    /// Passes on what the protocol tells; says whether the handshake is over now.
    fn tell(&mut self, state: &mut LineState) -> bool {
        let mut has_arrived = false;
        while let Some(event) = state.proto.poll() {
            if let Event::ConnectionLost { reason } = &event
                && state.shaking_until.is_some()
            {
                tracing::warn!(link.from = %state.proto.remote_address(), reason = %reason, "a handshake failed");
                self.end_handshake(state);
            }
            if state.tell(event) {
                self.end_handshake(state);
                has_arrived = true;
            }
        }
        has_arrived
    }

    pub(super) fn end_handshake(&mut self, state: &mut LineState) {
        if state.shaking_until.take().is_some() {
            self.half_open -= 1;
        }
    }

    /// A connection is over, and its place is free.
    fn leave(&mut self, key: usize) {
        if self.lines.get_mut(key).and_then(Option::take).is_some() {
            self.open -= 1;
        }
    }

    /// Sees to it that an alarm rings no later than the connection wants one.
    fn set_alarm(&mut self, key: usize, state: &mut LineState) {
        let wanted = [state.proto.poll_timeout(), state.shaking_until].into_iter().flatten().min();
        let Some(wanted) = wanted else { return };
        if state.alarm.is_none_or(|set| set > wanted) {
            state.alarm = Some(wanted);
            self.alarms.set(wanted, key);
        }
    }
}

/// Answers the datagrams a connection brought; says whether there is anything to send for it.
fn answer(state: &mut LineState, heard_at: Instant, doorkeeper: &mut dyn Doorkeeper) -> bool {
    if !std::mem::take(&mut state.has_datagrams) {
        return false;
    }
    let mut has_answered = false;
    while let Some(datagram) = state.proto.datagrams().recv() {
        let Some(answer) = doorkeeper.answer(&datagram, heard_at) else { continue };
        // The other side may take none, or smaller ones: then it goes without.
        has_answered |= state.proto.datagrams().send(answer.into(), true).is_ok();
    }
    has_answered
}
