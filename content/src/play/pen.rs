//! The pen: the one hand that writes the log. What the disk refuses is kept in memory and tried again; a full disk gives
//! up the space that was set aside.

use std::time::Duration;

use super::log::acknowledge;
use super::{Diary, Ended, LogMark, LogState, LogStore, Place, Shown, Signs, Step, Tick, drop_old, write};
use crate::clock::Instant;
use crate::id::{BoxId, ItemId, ScreenId};

/// Changes kept in memory while the disk refuses them; beyond it the oldest are lost, and people are told.
pub const UNWRITTEN_MAX: usize = 2_000;
/// How often old plays are looked for.
const DROP_EVERY: Duration = Duration::from_hours(1);

/// What the pen is told.
#[derive(Debug)]
pub enum Word {
    /// An item's first frame was presented.
    Shown(Place, Shown),
    /// An item's last frame was presented.
    Ended(ScreenId, Ended),
    /// Frames go on, with this item.
    Frames(ScreenId, Option<ItemId>, Signs),
    /// The stage of a screen fell.
    StageFell(ScreenId),
    /// Write to the log of this box from now on; it is found or begun.
    UseLog(BoxId),
    /// The server holds a log up to here, further than the box said: if that is so, it lost plays, and a new one begins.
    LogLost(LogMark),
    /// The server holds everything up to here.
    Acked(LogMark),
    /// Everything open ends now.
    Interrupt,
}

/// What time it is for the pen.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// By a clock that never jumps.
    pub tick: Tick,
    /// By the box's clock.
    pub at: Instant,
    /// The box's clock was set by the server; only then is anything dropped for its age.
    pub is_known: bool,
}

/// What came of it, for people.
#[derive(Debug)]
pub enum Notice<E> {
    /// A new log begins.
    LogBegan {
        /// Whose.
        box_id: BoxId,
        /// Which.
        log_epoch: u64,
    },
    /// The disk is full; what was set aside for the log was given up.
    RoomMade,
    /// The log cannot be read or written; it is tried again.
    Refused(E),
    /// The disk refuses plays for too long: so many of the oldest changes are lost.
    Lost(usize),
    /// So many plays of long ago are gone from the box.
    Dropped(u64),
}

/// The hand that writes.
pub struct Pen<S: LogStore> {
    store: S,
    chance: Box<dyn FnMut() -> u64 + Send>,
    diary: Diary,
    box_id: Option<BoxId>,
    /// The log of that box; none while the disk keeps it from being found or begun.
    log: Option<u64>,
    /// A log in which plays are missing: nothing more goes into it, for its numbers are taken.
    lost: Option<u64>,
    unwritten: Vec<Step>,
    /// A write failed: of which log, with how many changes, and the log's highest play before it.
    unsure: Option<(LogMark, usize)>,
    state: Option<LogState>,
    /// The state could not be read since it changed.
    is_stale: bool,
    looked: Tick,
    heard: Option<Tick>,
    notices: Vec<Notice<S::Error>>,
}

impl<S: LogStore> Pen<S> {
    /// Wakes up with what is on the disk. `chance` draws the names of new logs.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn wake(store: S, tick: Tick, chance: impl FnMut() -> u64 + Send + 'static) -> Result<Self, S::Error> {
        let diary = Diary::wake(store.open_plays().await?, store.last_plays().await?);
        Ok(Self {
            store,
            chance: Box::new(chance),
            diary,
            box_id: None,
            log: None,
            lost: None,
            unwritten: Vec::new(),
            unsure: None,
            state: None,
            is_stale: false,
            looked: tick,
            heard: None,
            notices: Vec::new(),
        })
    }

    /// Where the log stands; none before it is used.
    pub const fn state(&self) -> Option<LogState> {
        self.state
    }

    /// What people should hear, once.
    pub fn take_notices(&mut self) -> Vec<Notice<S::Error>> {
        std::mem::take(&mut self.notices)
    }

    /// Hears a word and writes what follows from it.
    pub async fn hear(&mut self, now: Moment, word: Word) {
        match word {
            Word::Shown(place, shown) => {
                let steps = self.diary.shown(&place, &shown, now.tick);
                self.write(steps, now).await;
            }
            Word::Ended(screen, ended) => {
                let steps = self.diary.ended(&screen, &ended, now.tick);
                self.write(steps, now).await;
            }
            Word::Frames(screen, item, signs) => {
                let steps = self.diary.seen(&screen, item.as_ref(), signs, now.tick);
                self.write(steps, now).await;
                self.look_around(now).await;
            }
            Word::StageFell(screen) => {
                let steps = self.diary.stage_fell(&screen);
                self.write(steps, now).await;
            }
            Word::UseLog(box_id) => self.use_log(box_id, now).await,
            Word::LogLost(held) => self.log_lost(held, now).await,
            Word::Acked(mark) => {
                self.heard = Some(now.tick);
                let done = acknowledge(&self.store, mark).await;
                self.report(done);
                self.read_state().await;
            }
            Word::Interrupt => {
                let steps = self.diary.interrupt(now.tick);
                self.write(steps, now).await;
            }
        }
    }

    /// Looks around: plays nobody ended, changes that wait for the disk, plays that may go.
    pub async fn look_around(&mut self, now: Moment) {
        self.find_log(now).await;
        let steps = self.diary.close_stale(now.at);
        self.write(steps, now).await;
        if self.is_stale {
            self.read_state().await;
        }
        let Some(log_epoch) = self.log else { return };
        if now.tick.saturating_sub(self.looked) < DROP_EVERY {
            return;
        }
        self.looked = now.tick;
        // A server that was not heard lately may have been restored and not know yet what it once held.
        let is_heard = self.heard.is_some_and(|heard| now.tick.saturating_sub(heard) < DROP_EVERY);
        if now.is_known && is_heard {
            match drop_old(&self.store, log_epoch, now.at).await {
                Ok(0) => {}
                Ok(count) => self.notices.push(Notice::Dropped(count)),
                Err(error) => self.notices.push(Notice::Refused(error)),
            }
            self.read_state().await;
        }
        // A disk that was full may have room again.
        self.store.reserve_room().await;
    }

    async fn use_log(&mut self, box_id: BoxId, now: Moment) {
        if self.box_id.as_ref() != Some(&box_id) {
            if self.log.is_some() {
                // What the box showed under another name belongs to that name's log.
                let steps = self.diary.interrupt(now.tick);
                self.write(steps, now).await;
            }
            (self.box_id, self.log, self.lost, self.state) = (Some(box_id), None, None, None);
        }
        self.find_log(now).await;
    }

    async fn log_lost(&mut self, held: LogMark, now: Moment) {
        if self.log == Some(held.log_epoch) {
            // What the box said may have been older than its disk: whoever gave up a log that lost nothing would lose it.
            self.read_state().await;
            if self.is_stale || self.state.is_some_and(|state| state.mark.seq >= held.seq) {
                return;
            }
            (self.log, self.lost, self.state) = (None, Some(held.log_epoch), None);
        }
        self.find_log(now).await;
    }

    /// Finds or begins the log to write to, unless there is one.
    async fn find_log(&mut self, now: Moment) {
        let (None, Some(box_id)) = (self.log, self.box_id.clone()) else { return };
        let found = match self.store.log_epoch(&box_id).await {
            Ok(Some(log_epoch)) if self.lost != Some(log_epoch) => {
                self.log = Some(log_epoch);
                Ok(())
            }
            Ok(_) => self.begin_log(box_id, now).await,
            Err(error) => Err(error),
        };
        self.report(found);
        self.read_state().await;
    }

    async fn begin_log(&mut self, box_id: BoxId, now: Moment) -> Result<(), S::Error> {
        // 63 bits, and never nought: the number stands in signed columns on the other side too.
        let log_epoch = ((self.chance)() >> 1).max(1);
        self.store.begin_log(&box_id, log_epoch, now.at).await?;
        self.notices.push(Notice::LogBegan { box_id, log_epoch });
        self.log = Some(log_epoch);
        Ok(())
    }

    async fn write(&mut self, steps: Vec<Step>, now: Moment) {
        self.unwritten.extend(steps);
        if self.unwritten.is_empty() {
            return;
        }
        let mut written = Ok(());
        if let Some(log_epoch) = self.log {
            written = self.try_to_write(log_epoch, now).await;
            if written.as_ref().is_err_and(S::is_full) && self.store.make_room().await {
                self.notices.push(Notice::RoomMade);
                written = self.try_to_write(log_epoch, now).await;
            }
        }
        if self.unwritten.len() > UNWRITTEN_MAX {
            let lost = self.unwritten.len() - UNWRITTEN_MAX;
            self.unwritten.drain(..lost);
            self.unsure = self.unsure.map(|(before, count)| (before, count.saturating_sub(lost)));
            self.notices.push(Notice::Lost(lost));
        }
        self.report(written);
    }

    async fn try_to_write(&mut self, log_epoch: u64, now: Moment) -> Result<(), S::Error> {
        if let Some((before, count)) = self.unsure {
            // A commit may fail and hold all the same. It holds whole or not at all, so the numbers tell.
            let found = self.store.log_state(before.log_epoch).await?.mark;
            if found.seq > before.seq {
                self.unwritten.drain(..count);
            }
            self.unsure = None;
        }
        let before = self.store.log_state(log_epoch).await?.mark;
        if let Err(error) = write(&self.store, log_epoch, &self.unwritten, now.at).await {
            self.unsure = Some((before, self.unwritten.len()));
            return Err(error);
        }
        self.unwritten.clear();
        self.read_state().await;
        Ok(())
    }

    fn report(&mut self, result: Result<(), S::Error>) {
        if let Err(error) = result {
            self.notices.push(Notice::Refused(error));
        }
    }

    async fn read_state(&mut self) {
        let Some(log_epoch) = self.log else { return };
        match self.store.log_state(log_epoch).await {
            Ok(state) => (self.state, self.is_stale) = (Some(state), false),
            Err(error) => {
                self.is_stale = true;
                self.notices.push(Notice::Refused(error));
            }
        }
    }
}
