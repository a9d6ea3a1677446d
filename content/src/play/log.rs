//! The log on disk. A number is given when a play ends, in the work that writes it, so that the log has no gap; the chain
//! value stands beside each play. A play may go when the server has been known to hold it for two weeks.

use serde::{Deserialize, Serialize};

use super::{LogMark, Play, Proof, chain_next};
use crate::clock::{DAY_MS, Instant};
use crate::id::{BoxId, ContentHash, ItemId, ScreenId, ZoneId};

/// Plays are kept so long after the server was heard to hold them, so that a server restored from a backup can ask again.
/// Counted from the acknowledgement, not from the play: a box that was cut off for three weeks is acknowledged an hour
/// before the backup that knows nothing of it is brought back.
pub const PLAYS_KEEP_MS: i64 = 14 * DAY_MS;
/// Plays dropped in one go, so that the log is never held up.
const PLAYS_DROPPED_MAX: u64 = 5_000;

/// A play that began and has not ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenPlay {
    /// On which screen.
    pub screen: ScreenId,
    /// In which zone.
    pub zone: ZoneId,
    /// What.
    pub item: ItemId,
    /// In which version.
    pub item_version: u32,
    /// The file on the glass.
    pub file: Option<ContentHash>,
    /// By which manifest.
    pub manifest_version: u64,
    /// When the plan let it begin.
    pub planned_at: Instant,
    /// How long the plan lets it stand.
    pub planned_ms: u32,
    /// When its first frame was presented.
    pub started_at: Instant,
    /// How long stages that are gone had it on the glass.
    pub shown_ms: u32,
    /// How long the stage that runs has had it on the glass, as last noted.
    pub noted_ms: u32,
    /// What proves it, of stages that are gone.
    #[serde(default)]
    pub proof: Proof,
    /// What proves it, of the stage that runs, as last noted.
    #[serde(default)]
    pub noted: Proof,
}

/// One change of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A play begins, or more is known about one that has begun.
    Keep(OpenPlay),
    /// A play ends.
    Close {
        /// Which.
        play: OpenPlay,
        /// How long it was on the glass in all.
        shown_ms: u32,
        /// What proves it in all.
        proof: Proof,
        /// How.
        ending: super::Ending,
    },
}

/// Where the log stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogState {
    /// The log and its highest play.
    pub mark: LogMark,
    /// The oldest play still held; one above the highest when there is none.
    pub oldest_seq: u64,
    /// The highest play the server was heard to hold.
    pub acked_seq: u64,
}

impl LogState {
    /// Plays not acknowledged yet.
    #[must_use]
    pub const fn waiting(&self) -> u64 {
        self.mark.seq.saturating_sub(self.acked_seq)
    }
}

/// Plays in the text that entered the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tail {
    /// The chain value before the first of them.
    pub chain_before: ContentHash,
    /// The plays.
    pub plays: Vec<String>,
}

/// When the server was known to hold a log, and up to where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ack {
    /// Up to where.
    pub seq: u64,
    /// When it was noted.
    pub at: Instant,
}

/// Where the log is kept.
pub trait LogStore: Sync {
    /// Why it cannot be read or written.
    type Error: Send;
    /// Changes that hold together or not at all.
    type Work: LogWork<Error = Self::Error>;

    /// Begins a work.
    fn enter(&self) -> impl Future<Output = Result<Self::Work, Self::Error>> + Send;

    /// The log a box writes to: its youngest; none before its first.
    fn log_epoch(&self, box_id: &BoxId) -> impl Future<Output = Result<Option<u64>, Self::Error>> + Send;

    /// Begins a log.
    fn begin_log(
        &self,
        box_id: &BoxId,
        log_epoch: u64,
        at: Instant,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Where a log stands.
    fn log_state(&self, log_epoch: u64) -> impl Future<Output = Result<LogState, Self::Error>> + Send;

    /// Plays that were open when the box went down.
    fn open_plays(&self) -> impl Future<Output = Result<Vec<OpenPlay>, Self::Error>> + Send;

    /// The showing of each screen that ended last.
    fn last_plays(&self) -> impl Future<Output = Result<Vec<(ScreenId, ItemId, Instant)>, Self::Error>> + Send;

    /// At most `count_max` plays after `seq`; an error when the chain value before them is gone.
    fn plays_after(
        &self,
        log_epoch: u64,
        seq: u64,
        count_max: usize,
    ) -> impl Future<Output = Result<Tail, Self::Error>> + Send;

    /// It failed because the disk has no room.
    fn is_full(error: &Self::Error) -> bool;

    /// Gives up space that was set aside for the log; tells whether there was any.
    fn make_room(&self) -> impl Future<Output = bool> + Send;

    /// Sets space aside for the log, if there is room and none is set aside yet.
    fn reserve_room(&self) -> impl Future<Output = ()> + Send;
}

/// Changes that hold together or not at all: dropped without [`LogWork::commit`], they were never made.
pub trait LogWork: Send {
    /// Why the log cannot be read or written.
    type Error: Send;

    /// Where a log stands.
    fn state(&mut self, log_epoch: u64) -> impl Future<Output = Result<LogState, Self::Error>> + Send;

    /// The chain value after the highest play.
    fn chain(&mut self, log_epoch: u64) -> impl Future<Output = Result<ContentHash, Self::Error>> + Send;

    /// Keeps an open play in place of the screen's other one.
    fn keep_open(&mut self, play: &OpenPlay) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Adds a play with the chain value after it, in place of the screen's open one; it is the screen's last from now on.
    fn add_play(
        &mut self,
        log_epoch: u64,
        play: &Play,
        body: &str,
        chain: &ContentHash,
        at: Instant,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// The server holds everything up to `mark`.
    fn set_acked(&mut self, mark: LogMark) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// What was noted of the server's holding, in the order of numbers.
    fn acks(&mut self, log_epoch: u64) -> impl Future<Output = Result<Vec<Ack>, Self::Error>> + Send;

    /// Notes what the server holds.
    fn add_ack(&mut self, log_epoch: u64, ack: Ack) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Forgets notes above a number.
    fn drop_acks_after(&mut self, mark: LogMark) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Drops plays up to a number, and the notes below it; the chain goes on from there. Tells how many.
    fn drop_plays(&mut self, upto: LogMark) -> impl Future<Output = Result<u64, Self::Error>> + Send;

    /// Drops plays of every other log that ended before `before`: no server asks for them any more. Tells how many.
    fn drop_other_logs(
        &mut self,
        log_epoch: u64,
        before: Instant,
    ) -> impl Future<Output = Result<u64, Self::Error>> + Send;

    /// Makes the changes last: on disk when this returns.
    fn commit(self) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// Writes changes of the log, all or none. They are on the disk when this returns.
///
/// # Errors
/// When the log cannot be written; then nothing of it may be relied on.
pub async fn write<S: LogStore>(store: &S, log_epoch: u64, steps: &[Step], at: Instant) -> Result<(), S::Error> {
    let mut work = store.enter().await?;
    for step in steps {
        match step {
            Step::Keep(play) => work.keep_open(play).await?,
            Step::Close { play, shown_ms, proof, ending } => {
                let seq = work.state(log_epoch).await?.mark.seq + 1;
                let play = ended(seq, play, (*shown_ms, *proof), *ending);
                // A play holds numbers, names and text: it can always be written as JSON.
                let Ok(body) = serde_json::to_string(&play) else { continue };
                let chain = chain_next(&work.chain(log_epoch).await?, &body);
                work.add_play(log_epoch, &play, &body, &chain, at).await?;
            }
        }
    }
    work.commit().await
}

fn ended(seq: u64, play: &OpenPlay, (shown_ms, proof): (u32, Proof), ending: super::Ending) -> Play {
    Play {
        seq,
        screen: play.screen.clone(),
        zone: play.zone.clone(),
        item: play.item.clone(),
        item_version: play.item_version,
        file: play.file,
        manifest_version: play.manifest_version,
        planned_at: play.planned_at,
        planned_ms: play.planned_ms,
        started_at: play.started_at,
        shown_ms,
        ending,
        proof: Some(proof),
    }
}

/// The server holds everything up to `mark`; this may also be less than it once said.
///
/// # Errors
/// When the log cannot be written.
pub async fn acknowledge<S: LogStore>(store: &S, mark: LogMark) -> Result<(), S::Error> {
    let mut work = store.enter().await?;
    work.set_acked(mark).await?;
    work.drop_acks_after(mark).await?;
    work.commit().await
}

/// Drops plays the server has been known to hold for [`PLAYS_KEEP_MS`], and those of logs of the past that are as old.
/// Tells how many. `now` must be known: a clock that guesses would drop what is to be kept.
///
/// # Errors
/// When the log cannot be read or written.
pub async fn drop_old<S: LogStore>(store: &S, log_epoch: u64, now: Instant) -> Result<u64, S::Error> {
    let mut work = store.enter().await?;
    let state = work.state(log_epoch).await?;
    let acks = work.acks(log_epoch).await?;
    let noted_seq = acks.last().map_or(state.oldest_seq.saturating_sub(1), |ack| ack.seq);
    let held_seq = state.acked_seq.min(state.mark.seq);
    if held_seq > noted_seq {
        work.add_ack(log_epoch, Ack { seq: held_seq, at: now }).await?;
    }
    let mut count = 0;
    let due = acks.iter().filter(|ack| now.ms_since(ack.at) >= PLAYS_KEEP_MS).map(|ack| ack.seq).max();
    if let Some(due) = due {
        let seq = due.min(state.oldest_seq.saturating_sub(1) + PLAYS_DROPPED_MAX);
        count += work.drop_plays(LogMark { log_epoch, seq }).await?;
    }
    count += work.drop_other_logs(log_epoch, now.plus_ms(-PLAYS_KEEP_MS)).await?;
    work.commit().await?;
    Ok(count)
}
