//! The scribe: the one task that writes the log, with the pen of [`anteroom_content::play`].

use std::sync::Arc;
use std::time::{Duration, Instant as Started};

use anteroom_content::clock::Clock as _;
use anteroom_content::id::BoxId;
use anteroom_content::play::{LogMark, LogState, Moment, Notice, Pen, Tick, Word};
use anteroom_content::wire::TroubleKind;
use tokio::sync::{mpsc, oneshot, watch};

use crate::agent::events::{Event, EventSender};
use crate::agent::limits::PLAYLOG_WORDS_MAX;
use crate::agent::store::{Store, StoreError};
use crate::agent::time::BoxClock;

/// How often the scribe looks around itself when nothing happens.
const LOOK_AROUND: Duration = Duration::from_secs(1);

/// A word, when it was said, and who waits until it is done.
type Said = (Tick, Word, Option<oneshot::Sender<()>>);

/// How others reach the scribe.
#[derive(Debug, Clone)]
pub struct Scribe {
    started: Started,
    words: mpsc::Sender<Said>,
    state: watch::Receiver<Option<LogState>>,
}

impl Scribe {
    /// Starts the scribe with what is on the disk.
    ///
    /// # Errors
    /// [`StoreError`] when the log cannot be read.
    pub async fn start(store: Store, clock: Arc<BoxClock>, events: EventSender) -> Result<Self, StoreError> {
        let started = Started::now();
        let pen = Pen::wake(store, Tick::ZERO, crate::agent::chance::number).await?;
        let (words, inbox) = mpsc::channel(PLAYLOG_WORDS_MAX);
        let (told, state) = watch::channel(None);
        tokio::spawn(Room { started, clock, events, pen, told }.run(inbox));
        Ok(Self { started, words, state })
    }

    /// Tells the scribe; never waits. Full means a disk that has hung for half an hour.
    pub fn tell(&self, word: Word) {
        self.say(word, None);
    }

    /// Ends everything open and waits until that is on the disk.
    pub async fn interrupt(&self) {
        self.ask(Word::Interrupt).await;
    }

    /// Writes to the log of this box from now on.
    pub async fn use_log(&self, box_id: &BoxId) {
        self.ask(Word::UseLog(box_id.clone())).await;
    }

    /// The server holds a log further than was said: if it is so, a new one begins, as soon as the disk lets it.
    pub async fn log_lost(&self, held: LogMark) {
        self.ask(Word::LogLost(held)).await;
    }

    /// Where the log stands, as it changes; none before the box was paired, and while a lost log has no successor.
    pub fn state(&self) -> watch::Receiver<Option<LogState>> {
        self.state.clone()
    }

    fn say(&self, word: Word, done: Option<oneshot::Sender<()>>) {
        if let Err(error) = self.words.try_send((self.started.elapsed(), word, done)) {
            tracing::error!(reason = %error, "the play log does not keep up: a word for it is lost");
        }
    }

    async fn ask(&self, word: Word) {
        let (done, is_done) = oneshot::channel();
        self.say(word, Some(done));
        let _ = is_done.await;
    }
}

struct Room {
    started: Started,
    clock: Arc<BoxClock>,
    events: EventSender,
    pen: Pen<Store>,
    told: watch::Sender<Option<LogState>>,
}

impl Room {
    async fn run(mut self, mut inbox: mpsc::Receiver<Said>) {
        loop {
            let mut done = None;
            match tokio::time::timeout(LOOK_AROUND, inbox.recv()).await {
                Ok(Some((tick, word, waiting))) => {
                    self.pen.hear(self.moment(tick), word).await;
                    done = waiting;
                }
                Ok(None) => return,
                Err(_) => self.pen.look_around(self.moment(self.started.elapsed())).await,
            }
            for notice in self.pen.take_notices() {
                self.tell_people(&notice);
            }
            let state = self.pen.state();
            self.told.send_if_modified(|told| std::mem::replace(told, state) != state);
            if let Some(done) = done {
                let _ = done.send(());
            }
        }
    }

    fn moment(&self, tick: Tick) -> Moment {
        Moment { tick, at: self.clock.now(), is_known: self.clock.is_known() }
    }

    fn tell_people(&self, notice: &Notice<StoreError>) {
        match notice {
            Notice::LogBegan { box_id, log_epoch } => {
                tracing::info!(box.id = %box_id, log.epoch = log_epoch, "a new log of plays begins");
            }
            Notice::RoomMade => {
                tracing::error!("the disk is full; the ballast went overboard so that plays are still logged");
                let text = "the disk is full; plays are logged in reserved space";
                self.events.say(Event::trouble(TroubleKind::Disk, text));
            }
            Notice::Refused(error) => {
                tracing::error!(reason = %error, "the play log cannot be written; what is shown goes on");
                let text = format!("the play log cannot be written: {error}");
                self.events.say(Event::trouble(TroubleKind::Disk, &text));
            }
            Notice::Lost(count) => {
                tracing::error!(steps.count = count, "the disk refuses plays for too long; the oldest are lost");
            }
            Notice::Dropped(count) => {
                tracing::info!(plays.count = count, "plays of long ago are gone from the box");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use anteroom_content::clock::{DAY_MS, Instant};
    use anteroom_content::id::{ItemId, ScreenId, ZoneId};
    use anteroom_content::manifest::Envelope;
    use anteroom_content::play::{
        Batch, Ended, Ending, LogStore as _, PLAYS_KEEP_MS, Place, Shown, acknowledge, chain_start, drop_old,
        next_batch,
    };
    use anteroom_content::wire::{ToServer, decode};

    use super::*;
    use crate::agent::events;
    use crate::agent::store::testing::an_identity;

    fn place() -> Place {
        Place { screen: ScreenId::parse("Z1-1").unwrap(), zone: ZoneId::parse("Z1").unwrap() }
    }

    fn shown(item: &str, planned_at: i64) -> Shown {
        Shown {
            item: ItemId::parse(item).unwrap(),
            item_version: 1,
            file: None,
            manifest_version: 1,
            planned_at: Instant(planned_at),
            planned_ms: 10_000,
            at: Instant(planned_at + 20),
        }
    }

    async fn scribe_of(folder: &std::path::Path) -> (Scribe, Store) {
        let store = Store::open(folder).await.unwrap();
        let clock = Arc::new(BoxClock::fixed(Instant(1_800_000_000_000)));
        let (events, _) = events::channel();
        let scribe = Scribe::start(store.clone(), clock, events).await.unwrap();
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
        let ended =
            Ended { planned_at: Instant(planned), shown_ms: 5_000, ending: Ending::Complete, frames: 0, print: None };
        scribe.tell(Word::Ended(place().screen, ended));
        let mut state = scribe.state();
        let state = state.wait_for(|state| state.is_some_and(|state| state.mark.seq == 1)).await.unwrap().unwrap();
        scribe.interrupt().await;
        let plays = store.plays_after(state.mark.log_epoch, 0, 10).await.unwrap().plays;
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
            let ended = Ended {
                planned_at: Instant(planned),
                shown_ms: 10_000,
                ending: Ending::Complete,
                frames: 0,
                print: None,
            };
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
        scribe.log_lost(LogMark { log_epoch: first, seq: 0 }).await;
        assert_eq!(state.borrow().unwrap().mark.log_epoch, first, "it has all the server holds");
        scribe.log_lost(LogMark { log_epoch: first, seq: 7 }).await;
        state.wait_for(|state| state.is_some_and(|state| state.mark.log_epoch != first)).await.unwrap();
    }

    fn read(frame: &[u8]) -> Batch {
        let ToServer::Plays(envelope): ToServer = decode(&frame[4..]).unwrap() else { panic!("no plays") };
        let envelope: Envelope = envelope;
        envelope.open(&an_identity("box-1").signing_key.verifying_key()).unwrap()
    }

    #[tokio::test]
    async fn a_long_log_leaves_in_frames_that_fit_and_chains_through_dropping() {
        let folder = tempfile::tempdir().unwrap();
        let (scribe, store) = scribe_of(folder.path()).await;
        let identity = an_identity("box-1");
        let mut state = scribe.state();
        let log_epoch = state.wait_for(Option::is_some).await.unwrap().unwrap().mark.log_epoch;
        for n in 0..300 {
            scribe.tell(Word::Shown(place(), shown("a", n * 10_000)));
            let ended = Ended {
                planned_at: Instant(n * 10_000),
                shown_ms: 10_000,
                ending: Ending::Complete,
                frames: 0,
                print: None,
            };
            scribe.ask(Word::Ended(place().screen, ended)).await;
        }
        let mut mark = LogMark { log_epoch, seq: 0 };
        let mut chain = chain_start(&identity.box_id, log_epoch);
        let (id, key) = (&identity.box_id, &identity.signing_key);
        while let Some((frame, last)) = next_batch(&store, id, key, mark).await.unwrap() {
            let batch = read(&frame);
            assert_eq!((batch.first_seq, batch.chain_before), (mark.seq + 1, chain));
            let (plays, after) = batch.read().unwrap();
            assert_eq!(plays.last().unwrap().seq, last);
            (chain, mark.seq) = (after, last);
        }
        assert_eq!(mark.seq, 300);

        let held = |seq| LogMark { log_epoch, seq };
        let now = Instant(1_800_000_000_000);
        acknowledge(&store, held(150)).await.unwrap();
        assert_eq!(drop_old(&store, log_epoch, now).await.unwrap(), 0, "just noted");
        acknowledge(&store, held(200)).await.unwrap();
        assert_eq!(drop_old(&store, log_epoch, now.plus_ms(DAY_MS)).await.unwrap(), 0, "too young");
        assert_eq!(drop_old(&store, log_epoch, now.plus_ms(PLAYS_KEEP_MS)).await.unwrap(), 150);
        let state = store.log_state(log_epoch).await.unwrap();
        assert_eq!((state.oldest_seq, state.waiting()), (151, 100));
        let (frame, _) = next_batch(&store, id, key, held(150)).await.unwrap().unwrap();
        read(&frame).read().unwrap();
        assert!(next_batch(&store, id, key, held(100)).await.is_err(), "what is gone is not made up");

        // The server was restored: what it no longer holds waits two weeks from its next word on.
        acknowledge(&store, held(160)).await.unwrap();
        assert_eq!(drop_old(&store, log_epoch, now.plus_ms(2 * PLAYS_KEEP_MS)).await.unwrap(), 0);
    }
}
