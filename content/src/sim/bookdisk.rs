//! The disk of a server, as far as its books go.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::bug::Bug;
use super::machine::{Machine, Refusal, Rows, commit};
use crate::clock::Instant;
use crate::id::{BoxId, ContentHash};
use crate::manifest::Envelope;
use crate::play::books::{Books, Entry, Evidence, HourKey, HourTotal, Reach, Span, Standing};
use crate::play::{Batch, Play};

/// How long a server with that bug knows a repetition.
const WINDOW_MS: i64 = 5_000;

/// A batch that was kept.
#[derive(Debug)]
pub(super) struct BatchRow {
    pub(super) log_epoch: u64,
    pub(super) span: Span,
    pub(super) at: Instant,
    pub(super) envelope: Envelope,
    /// What was new in it, read once for those who check.
    pub(super) plays: Vec<(Play, String)>,
}

/// The rows.
#[derive(Debug, Clone, Default)]
pub(super) struct BookRows {
    pub(super) logs: BTreeMap<u64, Standing>,
    pub(super) batches: Vec<Arc<BatchRow>>,
    pub(super) hours: BTreeMap<HourKey, HourTotal>,
    pub(super) gaps: Vec<(u64, Span)>,
    pub(super) asides: Vec<String>,
}

/// What a process keeps in memory where a bug has it so.
#[derive(Debug, Default)]
struct Memory {
    logs: BTreeMap<u64, Standing>,
    now_ms: i64,
    first_seq: u64,
}

/// A handle on the disk.
#[derive(Debug, Clone)]
pub(super) struct BookDisk {
    pub(super) machine: Machine,
    pub(super) rows: Arc<Mutex<Rows<BookRows>>>,
    memory: Arc<Mutex<Memory>>,
    bug: Option<Bug>,
}

impl BookDisk {
    pub(super) fn new(machine: Machine, bug: Option<Bug>) -> Self {
        Self { machine, rows: Arc::default(), memory: Arc::default(), bug }
    }

    /// The process died.
    pub(super) fn crash(&self) {
        *self.memory.lock().unwrap() = Memory::default();
        let mut mood = self.machine.mood();
        mood.is_dead = false;
        mood.fuse = None;
        self.rows.lock().unwrap().crash(&mut mood.chance);
    }

    /// Tells bugs that ask what time it is and with which play the batch in hand begins.
    pub(super) fn tell(&self, now: Instant, first_seq: u64) {
        let mut memory = self.memory.lock().unwrap();
        (memory.now_ms, memory.first_seq) = (now.0, first_seq);
    }

    fn has(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }

    fn copy(&self) -> BookRows {
        self.rows.lock().unwrap().live().clone()
    }
}

/// Changes that hold together or not at all.
pub(super) struct BookChange {
    disk: BookDisk,
    rows: BookRows,
}

impl Books for BookDisk {
    type Error = Refusal;
    type Entry = BookChange;

    async fn enter(&self) -> Result<BookChange, Refusal> {
        self.machine.read().await?;
        Ok(BookChange { disk: self.clone(), rows: self.copy() })
    }

    async fn held(&self, _box_id: &BoxId, log_epoch: u64) -> Result<Option<Standing>, Refusal> {
        self.machine.read().await?;
        if self.has(Bug::WatermarkInMemory) {
            return Ok(self.memory.lock().unwrap().logs.get(&log_epoch).copied());
        }
        Ok(self.rows.lock().unwrap().live().logs.get(&log_epoch).copied())
    }
}

impl Entry for BookChange {
    type Error = Refusal;

    async fn hold(&mut self, _box_id: &BoxId, log_epoch: u64, start: &ContentHash) -> Result<Standing, Refusal> {
        self.disk.machine.write().await?;
        let new = Standing { seq: 0, chain: Some(*start) };
        let mut standing = *self.rows.logs.entry(log_epoch).or_insert(new);
        let memory = self.disk.memory.lock().unwrap();
        if self.disk.has(Bug::WatermarkInMemory) {
            standing = memory.logs.get(&log_epoch).copied().unwrap_or(new);
        }
        let holds = |batch: &&Arc<BatchRow>| {
            batch.log_epoch == log_epoch && (batch.span.first_seq..=batch.span.last_seq).contains(&memory.first_seq)
        };
        let is_late = self.rows.batches.iter().find(holds).is_some_and(|batch| memory.now_ms - batch.at.0 > WINDOW_MS);
        let is_hole = memory.first_seq > standing.seq + 1;
        if (self.disk.has(Bug::DedupeByTime) && is_late && memory.first_seq <= standing.seq)
            || (self.disk.has(Bug::GapSkipped) && is_hole)
        {
            standing = Standing { seq: memory.first_seq - 1, chain: None };
        }
        Ok(standing)
    }

    async fn move_to(&mut self, _box_id: &BoxId, log_epoch: u64, now: Standing) -> Result<(), Refusal> {
        self.disk.machine.write().await?;
        if self.disk.has(Bug::WatermarkInMemory) {
            self.disk.memory.lock().unwrap().logs.insert(log_epoch, now);
        }
        self.rows.logs.insert(log_epoch, now);
        Ok(())
    }

    async fn add_batch(
        &mut self,
        _box_id: &BoxId,
        log_epoch: u64,
        span: Span,
        envelope: &Envelope,
        at: Instant,
    ) -> Result<(), Refusal> {
        self.disk.machine.write().await?;
        let batch: Batch = serde_json::from_str(&envelope.body).unwrap();
        let read = batch.plays.into_iter().map(|text| (serde_json::from_str::<Play>(&text).unwrap(), text));
        let plays = read.filter(|(play, _)| play.seq >= span.first_seq).collect();
        let row = BatchRow { log_epoch, span, at, envelope: envelope.clone(), plays };
        self.rows.batches.push(Arc::new(row));
        Ok(())
    }

    async fn add_reach(&mut self, _: &BoxId, _: u64, _: u64, _: &[Reach]) -> Result<(), Refusal> {
        Ok(())
    }

    async fn batch_with(&mut self, _box_id: &BoxId, log_epoch: u64, seq: u64) -> Result<Option<Envelope>, Refusal> {
        self.disk.machine.read().await?;
        let holds = |row: &&Arc<BatchRow>| {
            row.log_epoch == log_epoch && (row.span.first_seq..=row.span.last_seq).contains(&seq)
        };
        Ok(self.rows.batches.iter().find(holds).map(|row| row.envelope.clone()))
    }

    async fn add_hour(&mut self, key: &HourKey, total: HourTotal) -> Result<(), Refusal> {
        self.disk.machine.write().await?;
        let add = |rows: &mut BookRows| {
            let sum = rows.hours.entry(key.clone()).or_default();
            sum.plays += total.plays;
            sum.complete += total.complete;
            sum.shown_ms += total.shown_ms;
            sum.planned_ms += total.planned_ms;
        };
        add(&mut self.rows);
        if self.disk.has(Bug::TotalsOutside) {
            self.disk.rows.lock().unwrap().force(add);
        }
        Ok(())
    }

    async fn put_aside(&mut self, evidence: &Evidence<'_>) -> Result<bool, Refusal> {
        self.disk.machine.write().await?;
        self.rows.asides.push(evidence.reason.to_owned());
        Ok(true)
    }

    async fn add_gap(&mut self, _box_id: &BoxId, log_epoch: u64, span: Span, _at: Instant) -> Result<(), Refusal> {
        self.disk.machine.write().await?;
        self.rows.gaps.push((log_epoch, span));
        Ok(())
    }

    async fn commit(self) -> Result<(), Refusal> {
        let is_synced = !self.disk.has(Bug::AckBeforeSync);
        commit(&self.disk.machine, &self.disk.rows, self.rows, is_synced).await
    }
}
