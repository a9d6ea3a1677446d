//! The disk of a server, as far as its books go.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::bug::Bug;
use super::machine::{Machine, Refusal, Rows, commit};
use crate::clock::Instant;
use crate::id::BoxId;
use crate::manifest::Envelope;
use crate::play::books::{Books, Entry, Evidence, HourKey, HourTotal, Kept, LogKey, Page, Span, Standing};
use crate::play::{Batch, Play, chain_start};

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
    pub(super) asides: Vec<(BoxId, String)>,
}

/// What a process keeps in memory where a bug has it so.
#[derive(Debug, Default)]
struct Memory {
    logs: BTreeMap<u64, Standing>,
    now_ms: i64,
    /// With which play the batch in hand begins, by log.
    first_seqs: BTreeMap<u64, u64>,
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

    /// Tells bugs that ask what time it is and with which play the first batch in hand of each log begins.
    pub(super) fn tell(&self, now: Instant, first_seqs: impl Iterator<Item = (u64, u64)>) {
        let mut memory = self.memory.lock().unwrap();
        (memory.now_ms, memory.first_seqs) = (now.0, first_seqs.collect());
    }

    pub(super) fn has(&self, bug: Bug) -> bool {
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
    saved: Option<BookRows>,
    /// The disk was full: the engine took everything back by itself.
    is_gone: bool,
}

impl BookChange {
    async fn touch(&mut self) -> Result<(), Refusal> {
        let written = self.disk.machine.write().await;
        // A full disk ends the whole transaction, most of the time.
        self.is_gone |= written == Err(Refusal::Full) && self.disk.machine.mood().chance.hits(700);
        if self.is_gone { written.and(Err(Refusal::Missing("transaction"))) } else { written }
    }

    fn move_to(&mut self, log_epoch: u64, now: Standing) {
        if self.disk.has(Bug::WatermarkInMemory) {
            self.disk.memory.lock().unwrap().logs.insert(log_epoch, now);
        }
        self.rows.logs.insert(log_epoch, now);
    }

    fn add_batch(&mut self, kept: &Kept<'_>) {
        let batch: Batch = serde_json::from_str(&kept.envelope.body).unwrap();
        let read = batch.plays.into_iter().map(|text| (serde_json::from_str::<Play>(&text).unwrap(), text));
        let plays = read.filter(|(play, _)| play.seq >= kept.span.first_seq).collect();
        let (log_epoch, envelope) = (kept.log.log_epoch, kept.envelope.clone());
        self.rows.batches.push(Arc::new(BatchRow { log_epoch, span: kept.span, at: kept.at, envelope, plays }));
    }

    fn add_hour(&mut self, key: &HourKey, total: HourTotal) {
        let add = |rows: &mut BookRows| {
            rows.hours.entry(key.clone()).or_default().add(&total);
        };
        add(&mut self.rows);
        if self.disk.has(Bug::TotalsOutside) {
            self.disk.rows.lock().unwrap().force(add);
        }
    }

    fn standing(&mut self, log: LogKey<'_>) -> Standing {
        let log_epoch = log.log_epoch;
        let new = Standing { seq: 0, chain: Some(chain_start(log.box_id, log_epoch)) };
        let mut standing = *self.rows.logs.entry(log_epoch).or_insert(new);
        if self.disk.has(Bug::StandingBeforeGroup) {
            standing = self.disk.rows.lock().unwrap().live().logs.get(&log_epoch).copied().unwrap_or(new);
        }
        let memory = self.disk.memory.lock().unwrap();
        if self.disk.has(Bug::WatermarkInMemory) {
            standing = memory.logs.get(&log_epoch).copied().unwrap_or(new);
        }
        let Some(first_seq) = memory.first_seqs.get(&log_epoch) else { return standing };
        let holds = |batch: &&Arc<BatchRow>| {
            batch.log_epoch == log_epoch && (batch.span.first_seq..=batch.span.last_seq).contains(first_seq)
        };
        let is_late = self.rows.batches.iter().find(holds).is_some_and(|batch| memory.now_ms - batch.at.0 > WINDOW_MS);
        let is_hole = *first_seq > standing.seq + 1;
        if (self.disk.has(Bug::DedupeByTime) && is_late && *first_seq <= standing.seq)
            || (self.disk.has(Bug::GapSkipped) && is_hole)
        {
            standing = Standing { seq: first_seq - 1, chain: None };
        }
        standing
    }
}

impl Books for BookDisk {
    type Error = Refusal;
    type Entry = BookChange;

    async fn enter(&self) -> Result<BookChange, Refusal> {
        self.machine.read().await?;
        Ok(BookChange { disk: self.clone(), rows: self.copy(), saved: None, is_gone: false })
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

    async fn hold(&mut self, logs: &[LogKey<'_>]) -> Result<Vec<Standing>, Refusal> {
        let mut standings = Vec::new();
        for log in logs {
            self.touch().await?;
            standings.push(self.standing(*log));
        }
        Ok(standings)
    }

    async fn forget(&mut self, log: LogKey<'_>) -> Result<(), Refusal> {
        self.touch().await?;
        self.rows.logs.remove(&log.log_epoch);
        Ok(())
    }

    async fn write(&mut self, page: &Page<'_>) -> Result<(), Refusal> {
        // Each row may be the last before the power fails or the disk does.
        for kept in &page.batches {
            self.touch().await?;
            self.add_batch(kept);
        }
        for (key, total) in &page.hours {
            self.touch().await?;
            self.add_hour(key, *total);
        }
        for (log, standing) in &page.standings {
            self.touch().await?;
            self.move_to(log.log_epoch, *standing);
        }
        Ok(())
    }

    async fn batch_with(&mut self, _box_id: &BoxId, log_epoch: u64, seq: u64) -> Result<Option<Envelope>, Refusal> {
        self.disk.machine.read().await?;
        let holds = |row: &&Arc<BatchRow>| {
            row.log_epoch == log_epoch && (row.span.first_seq..=row.span.last_seq).contains(&seq)
        };
        Ok(self.rows.batches.iter().find(holds).map(|row| row.envelope.clone()))
    }

    async fn put_aside(&mut self, evidence: &Evidence<'_>) -> Result<bool, Refusal> {
        self.touch().await?;
        self.rows.asides.push((evidence.box_id.clone(), evidence.reason.to_owned()));
        Ok(true)
    }

    async fn add_gap(&mut self, _box_id: &BoxId, log_epoch: u64, span: Span, _at: Instant) -> Result<(), Refusal> {
        self.touch().await?;
        self.rows.gaps.push((log_epoch, span));
        Ok(())
    }

    async fn save(&mut self) -> Result<(), Refusal> {
        self.disk.machine.read().await?;
        let is_kept = self.disk.has(Bug::NeighboursLost) && self.saved.is_some();
        if !is_kept {
            self.saved = Some(self.rows.clone());
        }
        Ok(())
    }

    async fn keep_saved(&mut self) -> Result<(), Refusal> {
        self.disk.machine.read().await
    }

    async fn back_to_saved(&mut self) -> Result<(), Refusal> {
        self.disk.machine.risk().await;
        if self.is_gone {
            return Err(Refusal::Missing("transaction"));
        }
        let mut saved = self.saved.clone().ok_or(Refusal::Missing("savepoint"))?;
        if self.disk.has(Bug::HoursStay) {
            saved.hours = std::mem::take(&mut self.rows.hours);
        }
        self.rows = saved;
        Ok(())
    }

    async fn commit(self) -> Result<(), Refusal> {
        if self.is_gone {
            return Err(Refusal::Missing("transaction"));
        }
        let is_synced = !self.disk.has(Bug::AckBeforeSync);
        commit(&self.disk.machine, &self.disk.rows, self.rows, is_synced).await
    }
}
