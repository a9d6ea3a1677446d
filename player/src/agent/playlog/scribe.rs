//! The scribe: the one task that writes the log. What the disk refuses is kept in memory and tried again; a full disk
//! gets the ballast.

use std::time::{Duration, Instant as Tick};

use anteroom_content::clock::Clock as _;
use anteroom_content::id::{BoxId, ItemId, ScreenId};
use anteroom_content::play::LogMark;
use anteroom_content::wire::TroubleKind;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot, watch};

use super::{Diary, Place};
use crate::agent::events::{Event, EventSender};
use crate::agent::limits::{PLAYLOG_WORDS_MAX, PLAYS_KEEP_MS, PRUNE_EVERY};
use crate::agent::store::{Ballast, LogState, Step, Store, StoreError};
use crate::agent::time::BoxClock;
use crate::bridge::{Ended, Shown};

/// Changes kept in memory while the disk refuses them; beyond it the oldest are lost, and people are told.
const UNWRITTEN_MAX: usize = 2_000;
/// How often the scribe looks around itself when nothing happens.
const LOOK_AROUND: Duration = Duration::from_secs(1);

/// What the scribe is told.
#[derive(Debug)]
pub enum Word {
    /// An item's first frame was presented.
    Shown(Place, Shown),
    /// An item's last frame was presented.
    Ended(ScreenId, Ended),
    /// Frames go on, with this item.
    Frames(ScreenId, Option<ItemId>),
    /// The stage of a screen fell.
    StageFell(ScreenId),
    /// Write to the log of this box from now on; answers when it is found or begun.
    UseLog(BoxId, oneshot::Sender<()>),
    /// The server holds plays of this log that are not in it: the log lost some, and a new one begins.
    LogLost,
    /// The server holds everything up to here.
    Acked(LogMark),
    /// Everything open ends now; answers when that is on the disk.
    Interrupt(oneshot::Sender<()>),
}

/// How others reach the scribe.
#[derive(Debug, Clone)]
pub struct Scribe {
    words: mpsc::Sender<(Tick, Word)>,
    state: watch::Receiver<Option<LogState>>,
}

impl Scribe {
    /// Starts the scribe with what is on the disk.
    ///
    /// # Errors
    /// [`StoreError`] when the log cannot be read.
    pub async fn start(
        store: Store,
        ballast: Ballast,
        clock: Arc<BoxClock>,
        events: EventSender,
    ) -> Result<Self, StoreError> {
        let diary = Diary::wake(store.open_plays().await?, store.last_plays().await?);
        let (words, inbox) = mpsc::channel(PLAYLOG_WORDS_MAX);
        let (told, state) = watch::channel(None);
        let pen =
            Pen { store, ballast, clock, events, diary, log: None, unwritten: Vec::new(), told, pruned: Tick::now() };
        tokio::spawn(pen.run(inbox));
        Ok(Self { words, state })
    }

    /// Tells the scribe; never waits. Full means a disk that has hung for half an hour.
    pub fn tell(&self, word: Word) {
        if let Err(error) = self.words.try_send((Tick::now(), word)) {
            tracing::error!(reason = %error, "the play log does not keep up: a word for it is lost");
        }
    }

    /// Ends everything open and waits until that is on the disk.
    pub async fn interrupt(&self) {
        let (done, is_done) = oneshot::channel();
        self.tell(Word::Interrupt(done));
        let _ = is_done.await;
    }

    /// Writes to the log of this box from now on.
    pub async fn use_log(&self, box_id: &BoxId) {
        let (done, is_done) = oneshot::channel();
        self.tell(Word::UseLog(box_id.clone(), done));
        let _ = is_done.await;
    }

    /// Where the log stands, as it changes; none before the box was paired.
    pub fn state(&self) -> watch::Receiver<Option<LogState>> {
        self.state.clone()
    }
}

struct Pen {
    store: Store,
    ballast: Ballast,
    clock: Arc<BoxClock>,
    events: EventSender,
    diary: Diary,
    log: Option<(BoxId, u64)>,
    unwritten: Vec<Step>,
    told: watch::Sender<Option<LogState>>,
    pruned: Tick,
}

impl Pen {
    async fn run(mut self, mut inbox: mpsc::Receiver<(Tick, Word)>) {
        loop {
            match tokio::time::timeout(LOOK_AROUND, inbox.recv()).await {
                Ok(Some((tick, word))) => self.hear(tick, word).await,
                Ok(None) => return,
                Err(_) => self.look_around().await,
            }
        }
    }

    async fn hear(&mut self, tick: Tick, word: Word) {
        match word {
            Word::Shown(place, shown) => {
                let steps = self.diary.shown(&place, &shown, tick);
                self.write(steps).await;
            }
            Word::Ended(screen, ended) => {
                let steps = self.diary.ended(&screen, &ended);
                self.write(steps).await;
            }
            Word::Frames(screen, item) => {
                let steps = self.diary.seen(&screen, item.as_ref(), tick);
                self.write(steps).await;
                self.look_around().await;
            }
            Word::StageFell(screen) => {
                let steps = self.diary.stage_fell(&screen);
                self.write(steps).await;
            }
            Word::UseLog(box_id, done) => {
                self.use_log(box_id, tick).await;
                let _ = done.send(());
            }
            Word::LogLost => {
                if let Some((box_id, _)) = self.log.take() {
                    let begun = self.begin_log(box_id).await;
                    self.report(begun);
                    self.tell_state().await;
                }
            }
            Word::Acked(mark) => {
                let done = self.store.acknowledge(mark).await;
                self.report(done);
                self.tell_state().await;
            }
            Word::Interrupt(done) => {
                let steps = self.diary.interrupt(tick);
                self.write(steps).await;
                let _ = done.send(());
            }
        }
    }

    async fn use_log(&mut self, box_id: BoxId, tick: Tick) {
        match &self.log {
            Some((used, _)) if *used == box_id => return,
            // What the box showed under another name belongs to that name's log.
            Some(_) => {
                let steps = self.diary.interrupt(tick);
                self.write(steps).await;
            }
            None => {}
        }
        let used = match self.store.log_epoch(&box_id).await {
            Ok(Some(log_epoch)) => {
                self.log = Some((box_id, log_epoch));
                Ok(())
            }
            Ok(None) => self.begin_log(box_id).await,
            Err(error) => Err(error),
        };
        self.report(used);
        self.tell_state().await;
    }

    async fn begin_log(&mut self, box_id: BoxId) -> Result<(), StoreError> {
        // 63 bits, and never nought: the number stands in signed columns on the other side too.
        let log_epoch = (crate::agent::chance::number() >> 1).max(1);
        self.store.begin_log(&box_id, log_epoch, self.clock.now()).await?;
        tracing::info!(box.id = %box_id, log.epoch = log_epoch, "a new log of plays begins");
        self.log = Some((box_id, log_epoch));
        Ok(())
    }

    async fn look_around(&mut self) {
        let steps = self.diary.close_stale(self.clock.now());
        self.write(steps).await;
        let Some((_, log_epoch)) = self.log else { return };
        if self.pruned.elapsed() < PRUNE_EVERY {
            return;
        }
        self.pruned = Tick::now();
        match self.store.prune_plays(log_epoch, self.clock.now().plus_ms(-PLAYS_KEEP_MS)).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(plays.count = count, "plays of long ago are gone from the box"),
            Err(error) => self.report(Err(error)),
        }
        let ballast = self.ballast.clone();
        // A disk that was full may have room again.
        let _ = tokio::task::spawn_blocking(move || ballast.take()).await;
    }

    async fn write(&mut self, steps: Vec<Step>) {
        self.unwritten.extend(steps);
        if self.unwritten.is_empty() {
            return;
        }
        let Some((_, log_epoch)) = self.log else { return };
        let mut written = self.store.write_plays(log_epoch, &self.unwritten, self.clock.now()).await;
        if written.as_ref().is_err_and(StoreError::is_disk_full) && self.ballast.drop_overboard() {
            tracing::error!("the disk is full; the ballast went overboard so that plays are still logged");
            self.events.say(Event::trouble(TroubleKind::Disk, "the disk is full; plays are logged in reserved space"));
            written = self.store.write_plays(log_epoch, &self.unwritten, self.clock.now()).await;
        }
        if written.is_ok() {
            self.unwritten.clear();
            self.tell_state().await;
        } else if self.unwritten.len() > UNWRITTEN_MAX {
            let lost = self.unwritten.len() - UNWRITTEN_MAX;
            self.unwritten.drain(..lost);
            tracing::error!(steps.count = lost, "the disk refuses plays for too long; the oldest are lost");
        }
        self.report(written);
    }

    fn report(&self, result: Result<(), StoreError>) {
        let Err(error) = result else { return };
        tracing::error!(reason = %error, "the play log cannot be written; what is shown goes on");
        self.events.say(Event::trouble(TroubleKind::Disk, &format!("the play log cannot be written: {error}")));
    }

    async fn tell_state(&self) {
        let Some((_, log_epoch)) = self.log else { return };
        match self.store.log_state(log_epoch).await {
            Ok(state) => {
                self.told.send_replace(Some(state));
            }
            Err(error) => self.report(Err(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use anteroom_content::clock::Instant;
    use anteroom_content::play::Ending;

    use super::super::diary::tests::{place, shown};
    use super::*;
    use crate::agent::events;

    async fn scribe_of(folder: &std::path::Path) -> (Scribe, Store) {
        let store = Store::open(folder).await.unwrap();
        let clock = Arc::new(BoxClock::fixed(Instant(1_800_000_000_000)));
        let (events, _) = events::channel();
        let scribe = Scribe::start(store.clone(), Ballast::of(folder), clock, events).await.unwrap();
        scribe.use_log(&BoxId::parse("box-1").unwrap()).await;
        (scribe, store)
    }

    #[tokio::test]
    async fn a_play_begun_by_a_killed_agent_is_ended_by_the_next_and_stands_once_in_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let planned = 1_800_000_000_000;
        let (scribe, store) = scribe_of(folder.path()).await;
        scribe.tell(Word::Shown(place(), shown("a", planned)));
        let mut state = scribe.state();
        state.wait_for(Option::is_some).await.unwrap();
        while store.open_plays().await.unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        drop(scribe);
        store.close().await;

        let (scribe, store) = scribe_of(folder.path()).await;
        scribe.tell(Word::Shown(place(), shown("a", planned)));
        let ended = Ended { planned_at: Instant(planned), shown_ms: 5_000, ending: Ending::Complete };
        scribe.tell(Word::Ended(place().screen, ended));
        let mut state = scribe.state();
        let state = state.wait_for(|state| state.is_some_and(|state| state.mark.seq == 1)).await.unwrap().unwrap();
        scribe.interrupt().await;
        let (_, plays) = store.plays_after(state.mark.log_epoch, 0).await.unwrap();
        assert_eq!(plays.len(), 1);
        assert!(plays[0].contains("\"shown_ms\":5000") && plays[0].contains("\"ending\":\"complete\""), "{}", plays[0]);
    }

    #[tokio::test]
    async fn a_full_disk_delays_plays_and_loses_none() {
        let folder = tempfile::tempdir().unwrap();
        let (scribe, store) = scribe_of(folder.path()).await;
        let mut state = scribe.state();
        store.allow_pages(1).await;
        let planned = 1_800_000_000_000;
        for n in 0..40 {
            let planned = planned + n * 10_000;
            scribe.tell(Word::Shown(place(), shown("a", planned)));
            let ended = Ended { planned_at: Instant(planned), shown_ms: 10_000, ending: Ending::Complete };
            scribe.tell(Word::Ended(place().screen, ended));
        }
        scribe.interrupt().await;
        let written = state.borrow_and_update().unwrap().mark.seq;
        assert!(written < 40, "the disk was not full");
        store.allow_pages(1 << 20).await;
        scribe.interrupt().await;
        assert_eq!(state.borrow().unwrap().mark.seq, 40);
    }

    #[tokio::test]
    async fn a_lost_log_begins_anew_under_another_number() {
        let folder = tempfile::tempdir().unwrap();
        let (scribe, _store) = scribe_of(folder.path()).await;
        let mut state = scribe.state();
        let first = state.wait_for(Option::is_some).await.unwrap().unwrap().mark.log_epoch;
        scribe.tell(Word::LogLost);
        state.wait_for(|state| state.is_some_and(|state| state.mark.log_epoch != first)).await.unwrap();
    }
}
