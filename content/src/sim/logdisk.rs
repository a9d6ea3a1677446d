//! The disk of a box, as far as its log goes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::bug::Bug;
use super::machine::{Machine, Refusal, Rows, commit};
use crate::clock::Instant;
use crate::id::{BoxId, ContentHash, ItemId, ScreenId};
use crate::play::{Ack, LogMark, LogState, LogStore, LogWork, OpenPlay, PLAYS_KEEP_MS, Play, Tail, chain_start};

/// A log.
#[derive(Debug, Clone)]
pub(super) struct LogRow {
    pub(super) log_epoch: u64,
    box_id: BoxId,
    acked_seq: u64,
    pruned_seq: u64,
    pruned_chain: ContentHash,
}

/// A play.
#[derive(Debug)]
pub(super) struct PlayRow {
    pub(super) body: String,
    chain: ContentHash,
    pub(super) ended_at: Instant,
}

/// The rows.
#[derive(Debug, Clone, Default)]
pub(super) struct LogRows {
    pub(super) logs: Vec<LogRow>,
    pub(super) plays: BTreeMap<(u64, u64), Arc<PlayRow>>,
    pub(super) open: BTreeMap<ScreenId, OpenPlay>,
    last: BTreeMap<ScreenId, (ItemId, Instant)>,
    acks: BTreeMap<(u64, u64), Instant>,
}

impl LogRows {
    fn log(&self, log_epoch: u64) -> Result<&LogRow, Refusal> {
        self.logs.iter().find(|log| log.log_epoch == log_epoch).ok_or(Refusal::Missing("log"))
    }

    fn log_mut(&mut self, log_epoch: u64) -> Result<&mut LogRow, Refusal> {
        self.logs.iter_mut().find(|log| log.log_epoch == log_epoch).ok_or(Refusal::Missing("log"))
    }

    pub(super) fn state(&self, log_epoch: u64) -> Result<LogState, Refusal> {
        let log = self.log(log_epoch)?;
        let last = self.plays.range((log_epoch, 0)..=(log_epoch, u64::MAX)).next_back();
        let seq = last.map_or(log.pruned_seq, |((_, seq), _)| *seq);
        Ok(LogState { mark: LogMark { log_epoch, seq }, oldest_seq: log.pruned_seq + 1, acked_seq: log.acked_seq })
    }

    fn chain_at(&self, mark: LogMark) -> Result<ContentHash, Refusal> {
        let log = self.log(mark.log_epoch)?;
        let play = self.plays.get(&(mark.log_epoch, mark.seq)).map(|play| play.chain);
        play.or((log.pruned_seq == mark.seq).then_some(log.pruned_chain)).ok_or(Refusal::Missing("chain value"))
    }

    fn drop_plays(&mut self, upto: LogMark) -> Result<u64, Refusal> {
        let Some(play) = self.plays.get(&(upto.log_epoch, upto.seq)) else { return Ok(0) };
        let chain = play.chain;
        let log = self.log_mut(upto.log_epoch)?;
        (log.pruned_seq, log.pruned_chain) = (upto.seq, chain);
        let before = self.plays.len();
        self.plays.retain(|(epoch, seq), _| *epoch != upto.log_epoch || *seq > upto.seq);
        self.acks.retain(|(epoch, seq), _| *epoch != upto.log_epoch || *seq >= upto.seq);
        Ok(u64::try_from(before - self.plays.len()).unwrap())
    }
}

/// What a process keeps in memory where a bug has it so.
#[derive(Debug, Default)]
struct Memory {
    log_epoch: Option<u64>,
    chain: Option<ContentHash>,
    now_ms: i64,
}

/// A handle on the disk.
#[derive(Debug, Clone)]
pub(super) struct LogDisk {
    pub(super) machine: Machine,
    pub(super) rows: Arc<Mutex<Rows<LogRows>>>,
    memory: Arc<Mutex<Memory>>,
    bug: Option<Bug>,
}

impl LogDisk {
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

    pub(super) fn tell_time(&self, now: Instant) {
        self.memory.lock().unwrap().now_ms = now.0;
    }

    fn has(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }

    async fn commit(&self, rows: LogRows) -> Result<(), Refusal> {
        commit(&self.machine, &self.rows, rows, !self.has(Bug::LogNotSynced)).await
    }

    fn copy(&self) -> LogRows {
        self.rows.lock().unwrap().live().clone()
    }
}

/// Changes that hold together or not at all.
pub(super) struct LogChange {
    disk: LogDisk,
    rows: LogRows,
}

impl LogStore for LogDisk {
    type Error = Refusal;
    type Work = LogChange;

    async fn enter(&self) -> Result<LogChange, Refusal> {
        self.machine.read().await?;
        Ok(LogChange { disk: self.clone(), rows: self.copy() })
    }

    async fn log_epoch(&self, box_id: &BoxId) -> Result<Option<u64>, Refusal> {
        self.machine.read().await?;
        if self.has(Bug::LogEpochInMemory) {
            return Ok(self.memory.lock().unwrap().log_epoch);
        }
        Ok(self.copy().logs.iter().rfind(|log| log.box_id == *box_id).map(|log| log.log_epoch))
    }

    async fn begin_log(&self, box_id: &BoxId, log_epoch: u64, _at: Instant) -> Result<(), Refusal> {
        let mut rows = self.copy();
        let pruned_chain = chain_start(box_id, log_epoch);
        rows.logs.push(LogRow { log_epoch, box_id: box_id.clone(), acked_seq: 0, pruned_seq: 0, pruned_chain });
        self.memory.lock().unwrap().log_epoch = Some(log_epoch);
        self.commit(rows).await
    }

    async fn log_state(&self, log_epoch: u64) -> Result<LogState, Refusal> {
        self.machine.read().await?;
        self.rows.lock().unwrap().live().state(log_epoch)
    }

    async fn open_plays(&self) -> Result<Vec<OpenPlay>, Refusal> {
        self.machine.read().await?;
        Ok(self.copy().open.into_values().collect())
    }

    async fn last_plays(&self) -> Result<Vec<(ScreenId, ItemId, Instant)>, Refusal> {
        self.machine.read().await?;
        if self.has(Bug::LastPlayForgotten) {
            return Ok(Vec::new());
        }
        Ok(self.copy().last.into_iter().map(|(screen, (item, at))| (screen, item, at)).collect())
    }

    async fn plays_after(&self, log_epoch: u64, seq: u64, count_max: usize) -> Result<Tail, Refusal> {
        self.machine.read().await?;
        let rows = self.rows.lock().unwrap();
        let plays = rows.live().plays.range((log_epoch, seq + 1)..=(log_epoch, u64::MAX)).take(count_max);
        let plays = plays.map(|(_, play)| play.body.clone()).collect();
        Ok(Tail { chain_before: rows.live().chain_at(LogMark { log_epoch, seq })?, plays })
    }

    fn is_full(error: &Refusal) -> bool {
        *error == Refusal::Full
    }

    async fn make_room(&self) -> bool {
        self.machine.risk().await;
        let mut mood = self.machine.mood();
        let had = std::mem::take(&mut mood.has_reserve);
        mood.is_full &= !had;
        had
    }

    async fn reserve_room(&self) {
        self.machine.risk().await;
        let mut mood = self.machine.mood();
        mood.has_reserve = !mood.is_full;
    }
}

impl LogWork for LogChange {
    type Error = Refusal;

    async fn state(&mut self, log_epoch: u64) -> Result<LogState, Refusal> {
        self.disk.machine.read().await?;
        self.rows.state(log_epoch)
    }

    async fn chain(&mut self, log_epoch: u64) -> Result<ContentHash, Refusal> {
        self.disk.machine.read().await?;
        if self.disk.has(Bug::ChainInMemory) {
            let start = self.rows.log(log_epoch)?.pruned_chain;
            return Ok(self.disk.memory.lock().unwrap().chain.unwrap_or(start));
        }
        let mark = self.rows.state(log_epoch)?.mark;
        self.rows.chain_at(mark)
    }

    async fn keep_open(&mut self, play: &OpenPlay) -> Result<(), Refusal> {
        self.disk.machine.write().await?;
        self.rows.open.insert(play.screen.clone(), play.clone());
        Ok(())
    }

    async fn add_play(
        &mut self,
        log_epoch: u64,
        play: &Play,
        body: &str,
        chain: &ContentHash,
        at: Instant,
    ) -> Result<(), Refusal> {
        self.disk.machine.write().await?;
        if self.disk.has(Bug::ChainInMemory) {
            self.disk.memory.lock().unwrap().chain = Some(*chain);
        }
        let row = PlayRow { body: body.to_owned(), chain: *chain, ended_at: at };
        if self.rows.plays.insert((log_epoch, play.seq), Arc::new(row)).is_some() {
            return Err(Refusal::Missing("a free number"));
        }
        self.rows.open.remove(&play.screen);
        self.rows.last.insert(play.screen.clone(), (play.item.clone(), play.planned_at));
        Ok(())
    }

    async fn set_acked(&mut self, mark: LogMark) -> Result<(), Refusal> {
        self.disk.machine.write().await?;
        self.rows.log_mut(mark.log_epoch)?.acked_seq = mark.seq;
        let now = Instant(self.disk.memory.lock().unwrap().now_ms);
        let is_old = |play: &PlayRow| now.ms_since(play.ended_at) >= PLAYS_KEEP_MS;
        if self.disk.has(Bug::DropOnAck) {
            self.rows.drop_plays(mark)?;
        } else if self.disk.has(Bug::DropByAgeOfPlay) {
            let plays = self.rows.plays.range((mark.log_epoch, 0)..=(mark.log_epoch, mark.seq));
            let old = plays.filter(|(_, play)| is_old(play)).map(|((_, seq), _)| *seq).max();
            if let Some(seq) = old {
                self.rows.drop_plays(LogMark { seq, ..mark })?;
            }
        }
        Ok(())
    }

    async fn acks(&mut self, log_epoch: u64) -> Result<Vec<Ack>, Refusal> {
        self.disk.machine.read().await?;
        let acks = self.rows.acks.range((log_epoch, 0)..=(log_epoch, u64::MAX));
        Ok(acks.map(|((_, seq), at)| Ack { seq: *seq, at: *at }).collect())
    }

    async fn add_ack(&mut self, log_epoch: u64, ack: Ack) -> Result<(), Refusal> {
        self.disk.machine.write().await?;
        self.rows.acks.insert((log_epoch, ack.seq), ack.at);
        Ok(())
    }

    async fn drop_acks_after(&mut self, mark: LogMark) -> Result<(), Refusal> {
        self.disk.machine.write().await?;
        self.rows.acks.retain(|(epoch, seq), _| *epoch != mark.log_epoch || *seq <= mark.seq);
        Ok(())
    }

    async fn drop_plays(&mut self, upto: LogMark) -> Result<u64, Refusal> {
        self.disk.machine.write().await?;
        self.rows.drop_plays(upto)
    }

    async fn drop_other_logs(&mut self, log_epoch: u64, before: Instant) -> Result<u64, Refusal> {
        self.disk.machine.write().await?;
        let count = self.rows.plays.len();
        self.rows.plays.retain(|(epoch, _), play| *epoch == log_epoch || play.ended_at >= before);
        Ok(u64::try_from(count - self.rows.plays.len()).unwrap())
    }

    async fn commit(self) -> Result<(), Refusal> {
        self.disk.commit(self.rows).await
    }
}
