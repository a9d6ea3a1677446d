//! What one connection keeps, shared by the driver and by those who use it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Instant;

use quinn_proto::{ConnectionError, Dir, Event, StreamEvent, StreamId, VarInt};
use tokio::sync::Notify;

/// Connections that have something to say or to be told, and the bell of the driver.
#[derive(Debug, Default)]
pub(super) struct Work {
    listed: Mutex<Vec<usize>>,
    closing: Mutex<Option<(VarInt, Vec<u8>)>>,
    bell: Notify,
}

/// A poisoned lock only says that a thread ended while it held it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Work {
    /// Lists a connection, which remembers that it is listed: none is twice.
    fn list(&self, key: usize) {
        let mut listed = lock(&self.listed);
        let is_first = listed.is_empty();
        listed.push(key);
        drop(listed);
        if is_first {
            self.bell.notify_one();
        }
    }

    /// Takes all that are listed, behind those in `into`.
    pub(super) fn take(&self, into: &mut std::collections::VecDeque<usize>) {
        into.extend(lock(&self.listed).drain(..));
    }

    /// Has all connections closed, and no new one let in.
    pub(super) fn close(&self, code: VarInt, reason: &[u8]) {
        *lock(&self.closing) = Some((code, reason.to_vec()));
        self.bell.notify_one();
    }

    /// With what all connections are to be closed, once.
    pub(super) fn take_closing(&self) -> Option<(VarInt, Vec<u8>)> {
        lock(&self.closing).take()
    }

    /// Waits until something was listed.
    pub(super) async fn rung(&self) {
        self.bell.notified().await;
    }
}

/// One connection.
#[derive(Debug)]
pub(super) struct Line {
    key: usize,
    work: Arc<Work>,
    state: Mutex<LineState>,
}

/// What is behind its lock.
pub(super) struct LineState {
    pub(super) proto: quinn_proto::Connection,
    /// Waits for the driver already.
    is_listed: bool,
    /// Until when its handshake must be over, while it is not.
    pub(super) shaking_until: Option<Instant>,
    /// The alarm of the driver that counts.
    pub(super) alarm: Option<Instant>,
    /// Why it is gone.
    pub(super) lost: Option<ConnectionError>,
    accepting_bi: Option<Waker>,
    accepting_uni: Option<Waker>,
    /// Those who wait to read or write, by stream; few.
    readers: Vec<(StreamId, Waker)>,
    writers: Vec<(StreamId, Waker)>,
    /// Those who wait for its end; few.
    mourners: Vec<Waker>,
    /// Datagrams came that nobody has looked at.
    pub(super) has_datagrams: bool,
}

impl std::fmt::Debug for LineState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LineState").field("lost", &self.lost).finish_non_exhaustive()
    }
}

impl Line {
    pub(super) fn new(key: usize, work: Arc<Work>, proto: quinn_proto::Connection, shaking_until: Instant) -> Self {
        let state = LineState {
            proto,
            is_listed: false,
            shaking_until: Some(shaking_until),
            alarm: None,
            lost: None,
            accepting_bi: None,
            accepting_uni: None,
            readers: Vec::new(),
            writers: Vec::new(),
            mourners: Vec::new(),
            has_datagrams: false,
        };
        Self { key, work, state: Mutex::new(state) }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, LineState> {
        lock(&self.state)
    }

    /// Has the driver look at the connection.
    pub(super) fn list(&self, state: &mut LineState) {
        if !std::mem::replace(&mut state.is_listed, true) {
            self.work.list(self.key);
        }
    }
}

/// Keeps one waker for each stream.
fn wait(waiting: &mut Vec<(StreamId, Waker)>, id: StreamId, waker: &Waker) {
    match waiting.iter_mut().find(|(waits, _)| *waits == id) {
        Some((_, kept)) => kept.clone_from(waker),
        None => waiting.push((id, waker.clone())),
    }
}

fn wake(waiting: &mut Vec<(StreamId, Waker)>, id: StreamId) {
    if let Some(at) = waiting.iter().position(|(waits, _)| *waits == id) {
        waiting.swap_remove(at).1.wake();
    }
}

impl LineState {
    /// The driver looks at it now, or puts it in line itself: says whether it was not in line before.
    pub(super) fn put_in_line(&mut self) -> bool {
        !std::mem::replace(&mut self.is_listed, true)
    }

    /// The driver has it in hand.
    pub(super) fn leave_line(&mut self) {
        self.is_listed = false;
    }

    /// Wakes `waker` when a stream was opened by the other side.
    pub(super) fn wait_opened(&mut self, dir: Dir, waker: &Waker) {
        let place = if dir == Dir::Bi { &mut self.accepting_bi } else { &mut self.accepting_uni };
        *place = Some(waker.clone());
    }

    /// Wakes `waker` when there is something to read.
    pub(super) fn wait_readable(&mut self, id: StreamId, waker: &Waker) {
        wait(&mut self.readers, id, waker);
    }

    /// Wakes `waker` when there is room to write.
    pub(super) fn wait_writable(&mut self, id: StreamId, waker: &Waker) {
        wait(&mut self.writers, id, waker);
    }

    /// Wakes `waker` when the connection is gone.
    pub(super) fn wait_lost(&mut self, waker: &Waker) {
        if !self.mourners.iter().any(|kept| kept.will_wake(waker)) {
            self.mourners.push(waker.clone());
        }
    }

    /// Nobody reads a stream any more.
    pub(super) fn forget_reader(&mut self, id: StreamId) {
        self.readers.retain(|(waits, _)| *waits != id);
    }

    /// Nobody writes a stream any more.
    pub(super) fn forget_writer(&mut self, id: StreamId) {
        self.writers.retain(|(waits, _)| *waits != id);
    }

    /// The connection is gone, and whoever waits hears of it.
    pub(super) fn lose(&mut self, reason: ConnectionError) {
        self.lost.get_or_insert(reason);
        let streams =
            [&mut self.readers, &mut self.writers].into_iter().flat_map(std::mem::take).map(|(_, waker)| waker);
        let others = [self.accepting_bi.take(), self.accepting_uni.take()].into_iter().flatten();
        for waker in streams.chain(others).chain(std::mem::take(&mut self.mourners)) {
            waker.wake();
        }
    }

    /// Passes what the protocol tells on; says whether the handshake is over.
    pub(super) fn tell(&mut self, event: Event) -> bool {
        match event {
            Event::Connected => return true,
            Event::ConnectionLost { reason } => self.lose(reason),
            Event::Stream(StreamEvent::Opened { dir: Dir::Bi }) => {
                self.accepting_bi.take().into_iter().for_each(Waker::wake);
            }
            Event::Stream(StreamEvent::Opened { dir: Dir::Uni }) => {
                self.accepting_uni.take().into_iter().for_each(Waker::wake);
            }
            Event::Stream(StreamEvent::Readable { id }) => wake(&mut self.readers, id),
            Event::Stream(StreamEvent::Writable { id } | StreamEvent::Stopped { id, .. }) => {
                wake(&mut self.writers, id);
            }
            Event::Stream(StreamEvent::Finished { .. } | StreamEvent::Available { .. })
            | Event::HandshakeDataReady
            | Event::DatagramsUnblocked => {}
            Event::DatagramReceived => self.has_datagrams = true,
        }
        false
    }
}
