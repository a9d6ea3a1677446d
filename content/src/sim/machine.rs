//! A machine: its power, the mood of its disk, and how its rows survive. A process that dies hangs in its call for ever
//! and is dropped there, as a killed one is.

use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use super::chance::Chance;

/// Why a disk refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// An input/output error.
    Io,
    /// No room.
    Full,
    /// What was asked for is not there.
    Missing(&'static str),
}

/// How a machine fares.
#[derive(Debug)]
pub(super) struct Mood {
    pub(super) chance: Chance,
    /// Dies at so many more calls.
    pub(super) fuse: Option<u32>,
    /// Has died and was not started again.
    pub(super) is_dead: bool,
    /// Calls in a thousand that fail and do nothing.
    pub(super) io: u32,
    /// Syncs in a thousand that fail.
    pub(super) sync: u32,
    /// Commits in a thousand that hold, and report that they do not.
    pub(super) unsure: u32,
    /// The disk has no room.
    pub(super) is_full: bool,
    /// Space is set aside.
    pub(super) has_reserve: bool,
}

/// A handle on a machine.
#[derive(Debug, Clone)]
pub(super) struct Machine(Arc<Mutex<Mood>>);

impl Machine {
    pub(super) fn new(chance: Chance) -> Self {
        let mood =
            Mood { chance, fuse: None, is_dead: false, io: 0, sync: 0, unsure: 0, is_full: false, has_reserve: true };
        Self(Arc::new(Mutex::new(mood)))
    }

    pub(super) fn mood(&self) -> MutexGuard<'_, Mood> {
        self.0.lock().unwrap()
    }

    /// A place where the process may die.
    fn burns_out(&self) -> bool {
        let mut mood = self.mood();
        match mood.fuse {
            Some(0) => {
                mood.is_dead = true;
                mood.fuse = None;
                true
            }
            Some(left) => {
                mood.fuse = Some(left - 1);
                mood.is_dead
            }
            None => mood.is_dead,
        }
    }

    /// A place where the process may die: then this never returns.
    pub(super) async fn risk(&self) {
        if self.burns_out() {
            std::future::pending::<()>().await;
        }
    }

    /// A call that reads.
    pub(super) async fn read(&self) -> Result<(), Refusal> {
        self.risk().await;
        let mut mood = self.mood();
        let rate = mood.io;
        if mood.chance.hits(rate) { Err(Refusal::Io) } else { Ok(()) }
    }

    /// A call that writes.
    pub(super) async fn write(&self) -> Result<(), Refusal> {
        self.read().await?;
        if self.mood().is_full { Err(Refusal::Full) } else { Ok(()) }
    }

    /// The same for calls that cannot hang: a dead process gets an error from every call, and is dropped by its owner.
    pub(super) fn call(&self) -> Result<(), Refusal> {
        if self.burns_out() {
            return Err(Refusal::Io);
        }
        let mut mood = self.mood();
        let rate = mood.io;
        if mood.chance.hits(rate) { Err(Refusal::Io) } else { Ok(()) }
    }

    pub(super) fn syncs(&self) -> Result<(), Refusal> {
        let mut mood = self.mood();
        let rate = mood.sync;
        if mood.chance.hits(rate) { Err(Refusal::Io) } else { Ok(()) }
    }
}

/// Runs a process until it is done; none when it died on the way.
pub(super) fn run<F: Future>(process: F) -> Option<F::Output> {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(process).poll(&mut context) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

/// Rows under a write-ahead log with checksums: a transaction is there whole or not at all, and surely there once synced.
#[derive(Debug, Clone)]
pub(super) struct Rows<T> {
    live: Arc<T>,
    durable: Arc<T>,
    /// Written and not synced: after a crash it may be found, whole or torn.
    afloat: Option<Arc<T>>,
    /// Raised by every change of what is durable.
    pub(super) turn: u64,
}

impl<T: Clone + Default> Default for Rows<T> {
    fn default() -> Self {
        Self::holding(T::default())
    }
}

impl<T: Clone> Rows<T> {
    pub(super) fn holding(rows: T) -> Self {
        let rows = Arc::new(rows);
        Self { live: Arc::clone(&rows), durable: rows, afloat: None, turn: 1 }
    }

    /// What the process sees.
    pub(super) fn live(&self) -> &T {
        &self.live
    }

    /// What a crash leaves at the least.
    pub(super) fn durable(&self) -> &T {
        &self.durable
    }

    fn settle(&mut self, rows: Arc<T>) {
        self.live = Arc::clone(&rows);
        self.durable = rows;
        self.afloat = None;
        self.turn += 1;
    }

    /// Changes what is durable beside every transaction.
    pub(super) fn force(&mut self, change: impl Fn(&mut T)) {
        let mut rows = (*self.durable).clone();
        change(&mut rows);
        self.settle(Arc::new(rows));
    }

    /// Another disk is put in.
    pub(super) fn replace(&mut self, rows: T) {
        self.settle(Arc::new(rows));
    }

    /// The power fails: what was afloat is found or not.
    pub(super) fn crash(&mut self, chance: &mut Chance) {
        let rows = match self.afloat.take() {
            Some(afloat) if chance.hits(500) => afloat,
            _ => Arc::clone(&self.durable),
        };
        self.settle(rows);
    }
}

/// Commits `rows`; `is_synced` false is a store that lies about it.
pub(super) async fn commit<T: Clone>(
    machine: &Machine,
    store: &Mutex<Rows<T>>,
    rows: T,
    is_synced: bool,
) -> Result<(), Refusal> {
    machine.write().await?;
    let rows = Arc::new(rows);
    store.lock().unwrap().afloat = Some(Arc::clone(&rows));
    machine.risk().await;
    if !is_synced {
        store.lock().unwrap().live = rows;
        return Ok(());
    }
    machine.syncs()?;
    store.lock().unwrap().settle(rows);
    machine.risk().await;
    let mut mood = machine.mood();
    let rate = mood.unsure;
    if mood.chance.hits(rate) { Err(Refusal::Io) } else { Ok(()) }
}
