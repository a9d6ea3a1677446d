//! One player: dials, says hello, checks what it is told, answers, beats, and sends plays. It has no glass: what it is told
//! is on it at once.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anteroom_content::clock::{Clock as _, System};
use anteroom_content::manifest::{Assignment, Envelope, Manifest};
use anteroom_content::play::LogMark;
use anteroom_content::trust::Document;
use anteroom_content::wire::time::{TIME_EVERY_SECS, TimeAsked, TimeTold, from_datagram, to_datagram};
use anteroom_content::wire::{Beat, Held, Hello, LINK_OLDEST, LINK_VERSION, Refusal, ScreenBeat, ToPlayer, ToServer};
use anyhow::Context as _;
use quinn::{Connection, SendStream};
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval_at};

use super::frames::{Frames, say, say_bytes};
use super::identity::Identity;
use super::plays::{Glass, Log, Sealed, span_ms};
use super::shared::Shared;
use crate::harness::Outcome;

/// Orders that may wait for one player.
pub(super) const ORDERS_MAX: usize = 4;
/// How often a player dials before it is given up.
const TRIES_MAX: u32 = 200;
/// A dial that takes longer has failed.
const DIAL_MAX: Duration = Duration::from_secs(20);
/// A word that is due and takes longer will not come.
const WORD_MAX: Duration = Duration::from_mins(1);
/// The longest wait before a failed dial is tried again, in milliseconds; the shortest is none.
const AGAIN_MS: u32 = 500;

/// What a player is told to do.
#[derive(Debug, Clone)]
pub(super) enum Order {
    /// Dial, and go on dialling whenever the link breaks.
    Dial,
    /// Hang up, and stay away until the next order.
    HangUp,
    /// Beat so often from now on.
    Beat(Duration),
    /// Write so many batches of so many plays, and send them one after another.
    Plays {
        /// How many batches.
        batches: u32,
        /// How many plays in each.
        plays: u64,
    },
}

/// One player.
pub(super) struct Player {
    n: usize,
    identity: Identity,
    shared: Arc<Shared>,
    orders: mpsc::Receiver<Order>,
    log: Log,
    /// Batches that are not acknowledged yet.
    waiting: VecDeque<Sealed>,
    acked_seq: u64,
    manifest_version: u64,
    glass: Option<Glass>,
    beat_every: Option<Duration>,
}

/// A link that stands.
struct Link {
    connection: Connection,
    speak: SendStream,
    hear: Frames,
}

impl Player {
    /// A player that waits for orders.
    pub(super) fn new(
        n: usize,
        identity: Identity,
        shared: Arc<Shared>,
        orders: mpsc::Receiver<Order>,
        epoch: u64,
    ) -> Self {
        let log = Log::begin(&identity.box_id, epoch);
        Self {
            n,
            identity,
            shared,
            orders,
            log,
            waiting: VecDeque::new(),
            acked_seq: 0,
            manifest_version: 0,
            glass: None,
            beat_every: None,
        }
    }

    /// Does what it is told until there is nobody left to tell it.
    pub(super) async fn run(mut self) {
        while let Some(order) = self.orders.recv().await {
            match order {
                Order::Dial => self.stay_linked().await,
                Order::Beat(every) => self.beat_every = Some(every),
                Order::HangUp | Order::Plays { .. } => {}
            }
        }
    }

    async fn stay_linked(&mut self) {
        for _ in 0..TRIES_MAX {
            let link = match self.connect().await {
                Ok(link) => link,
                Err(error) => {
                    self.shared.note(&error, |facts| facts.failed += 1);
                    wait_a_little().await;
                    continue;
                }
            };
            let ended = self.converse(link).await;
            self.shared.facts().online -= 1;
            match ended {
                Ok(()) => return,
                Err(error) => self.shared.note(&error, |facts| facts.broken += 1),
            }
        }
    }

    /// Dials until the manifest is in hand.
    async fn connect(&mut self) -> Outcome<Link> {
        let shared = Arc::clone(&self.shared);
        let _turn = shared.dialling.acquire().await?;
        let began = Instant::now();
        let connecting = shared.dial.dial(self.n, &self.identity)?;
        let connection = tokio::time::timeout(DIAL_MAX, connecting).await.context("the dial took too long")??;
        let (speak, hear) = connection.open_bi().await?;
        let mut link = Link { connection, speak, hear: Frames::of(hear) };
        say(&mut link.speak, &ToServer::Hello(hello(self.log.mark, self.acked_seq + 1, self.manifest_version))).await?;
        tokio::time::timeout(WORD_MAX, self.be_welcomed(&mut link)).await.context("no manifest came")??;
        let mut facts = shared.facts();
        facts.online += 1;
        facts.dials.push((began.elapsed(), self.manifest_version));
        Ok(link)
    }

    async fn be_welcomed(&mut self, link: &mut Link) -> Outcome<()> {
        loop {
            match link.hear.next::<ToPlayer>().await? {
                ToPlayer::Welcome { acked, .. } => {
                    anyhow::ensure!(acked.seq >= self.acked_seq, "the server lost plays it had acknowledged");
                    self.acked_seq = acked.seq;
                }
                ToPlayer::Manifest(envelope) => {
                    self.manifest_version = self.manifest(&envelope)?.version;
                    return self.answer(link).await;
                }
                word => self.take(&word)?,
            }
        }
    }

    /// Takes a manifest in; its signature is checked when it is this player's turn.
    fn manifest(&self, envelope: &Envelope) -> Outcome<Manifest> {
        let manifest: Manifest = serde_json::from_str(&envelope.body)?;
        let turn = u64::try_from(self.n)?.wrapping_add(manifest.version);
        if turn.is_multiple_of(self.shared.manners.check_one_in) { self.opened(envelope) } else { Ok(manifest) }
    }

    /// Believes what the publish key signed.
    fn opened<T: Document>(&self, envelope: &Envelope) -> Outcome<T> {
        envelope.open(&self.identity.publish_key).inspect_err(|_| self.shared.facts().forged += 1).map_err(Into::into)
    }

    async fn answer(&self, link: &mut Link) -> Outcome<()> {
        if !self.shared.manners.answers {
            return Ok(());
        }
        say(&mut link.speak, &ToServer::Applied { version: self.manifest_version, at: System.now() }).await
    }

    /// Takes in a word that needs no answer.
    fn take(&mut self, word: &ToPlayer) -> Outcome<()> {
        match word {
            ToPlayer::Assigned(envelope) => {
                let assignment: Assignment = self.opened(envelope)?;
                let screen = assignment.screens.into_iter().next();
                self.glass = screen.map(|screen| Glass { zone: assignment.zone, screen });
            }
            ToPlayer::Refused(Refusal::Busy { retry_after_ms }) => {
                anyhow::bail!("the server is busy and says to come back after {retry_after_ms} ms")
            }
            ToPlayer::Refused(refusal) => anyhow::bail!("refused: {refusal:?}"),
            ToPlayer::Stopping { .. } => anyhow::bail!("the server stops"),
            ToPlayer::Acked(mark) => self.acked_seq = self.acked_seq.max(mark.seq),
            ToPlayer::Welcome { .. }
            | ToPlayer::Charter(_)
            | ToPlayer::Certificate { .. }
            | ToPlayer::Manifest(_)
            | ToPlayer::Look { .. }
            | ToPlayer::TakenDown { .. }
            | ToPlayer::Order(_)
            | ToPlayer::Called { .. }
            | ToPlayer::Unknown => {}
        }
        Ok(())
    }

    /// Holds the link until it breaks or is to be hung up.
    async fn converse(&mut self, mut link: Link) -> Outcome<()> {
        // What a broken link left unacknowledged goes first.
        self.send(&mut link).await?;
        let mut beat: Option<tokio::time::Interval> = None;
        let mut ask = self.shared.manners.ask_time.then(|| spread(self.n, Duration::from_secs(TIME_EVERY_SECS)));
        let began = Instant::now();
        loop {
            if let (None, Some(every)) = (&beat, self.beat_every) {
                beat = Some(spread(self.n, every));
            }
            tokio::select! {
                word = link.hear.next::<ToPlayer>() => self.heard(&mut link, word?).await?,
                order = self.orders.recv() => match order {
                    Some(Order::HangUp) | None => {
                        link.connection.close(0_u32.into(), b"hung up");
                        return Ok(());
                    }
                    Some(Order::Beat(every)) => self.beat_every = Some(every),
                    Some(Order::Plays { batches, plays }) => self.play(&mut link, batches, plays).await?,
                    Some(Order::Dial) => {}
                },
                () = tick(&mut beat) => say(&mut link.speak, &ToServer::Beat(self.beat())).await?,
                () = tick(&mut ask) => {
                    let tick_us = i64::try_from(began.elapsed().as_micros())?;
                    link.connection.send_datagram(to_datagram(&TimeAsked { tick_us }).into())?;
                }
                told = link.connection.read_datagram(), if ask.is_some() => {
                    from_datagram::<TimeTold>(&told?).context("no answer of time")?;
                    self.shared.facts().times_told += 1;
                }
            }
        }
    }

    async fn heard(&mut self, link: &mut Link, word: ToPlayer) -> Outcome<()> {
        let ToPlayer::Manifest(envelope) = word else { return self.take(&word) };
        let at = Instant::now();
        let size_bytes = envelope.body.len() + envelope.signature.len();
        let manifest = self.manifest(&envelope)?;
        if manifest.version > self.manifest_version {
            self.manifest_version = manifest.version;
            self.shared.facts().receipts.push((manifest.version, at, size_bytes));
        }
        self.answer(link).await
    }

    fn beat(&self) -> Beat {
        let screens = self.glass.iter().map(|glass| ScreenBeat {
            screen: glass.screen.clone(),
            item: None,
            frames: 0,
            steps: None,
            cover: None,
            rung: None,
            volume: None,
            lamp: None,
        });
        Beat {
            at: System.now(),
            manifest_version: self.manifest_version,
            screens: screens.collect(),
            plays_waiting: self.log.mark.seq - self.acked_seq,
            fetch_left_bytes: 0,
        }
    }

    async fn play(&mut self, link: &mut Link, batches: u32, plays: u64) -> Outcome<()> {
        self.write(batches, plays)?;
        self.shared.facts().written += 1;
        let ready = Arc::clone(&self.shared);
        ready.plays_ready.acquire().await?.forget();
        self.send(link).await
    }

    fn write(&mut self, batches: u32, plays: u64) -> Outcome<()> {
        let glass = self.glass.clone().context("a player without a screen")?;
        let from = System.now().plus_ms(-span_ms(plays * u64::from(batches)));
        for n in 0..u64::from(batches) {
            let who = (&self.identity.box_id, &self.identity.signing_key);
            self.waiting.push_back(self.log.seal(who, &glass, from.plus_ms(span_ms(n * plays)), plays)?);
        }
        Ok(())
    }

    /// Waits for an acknowledgement, beating meanwhile: whoever says nothing does not notice that nobody is there.
    async fn be_acknowledged(&mut self, link: &mut Link, last_seq: u64) -> Outcome<()> {
        let ends_at = tokio::time::Instant::now() + WORD_MAX;
        let mut beat = self.beat_every.map(|every| spread(self.n, every));
        while self.acked_seq < last_seq {
            tokio::select! {
                word = link.hear.next::<ToPlayer>() => self.heard(link, word?).await?,
                () = tick(&mut beat) => say(&mut link.speak, &ToServer::Beat(self.beat())).await?,
                () = tokio::time::sleep_until(ends_at) => anyhow::bail!("no acknowledgement came"),
            }
        }
        Ok(())
    }

    /// Sends what waits, one batch after the acknowledgement of the one before.
    async fn send(&mut self, link: &mut Link) -> Outcome<()> {
        let shared = Arc::clone(&self.shared);
        while let Some(batch) = self.waiting.front() {
            let (last_seq, plays) = (batch.last_seq, batch.plays);
            let turn = shared.in_flight.acquire().await?;
            let sent = Instant::now();
            if self.acked_seq < last_seq {
                say_bytes(&mut link.speak, &batch.frame).await?;
            }
            self.be_acknowledged(link, last_seq).await?;
            drop(turn);
            self.waiting.pop_front();
            let mut facts = shared.facts();
            facts.acks.push((sent.elapsed(), plays));
            facts.last_ack = Some(Instant::now());
        }
        Ok(())
    }
}

/// The first word of a box of a rehearsal.
pub(super) fn hello(log: LogMark, oldest_seq: u64, manifest_version: u64) -> Hello {
    Hello {
        link_version: LINK_VERSION,
        link_oldest: LINK_OLDEST,
        player_version: "fleet".to_owned(),
        boot: log.log_epoch,
        log,
        oldest_seq,
        clock: System.now(),
        manifest_version,
        // Like a paired box: the charter came with its identity.
        held: Held { charter_version: 1, epoch: 1, ..Held::default() },
        holds_taken_down: false,
    }
}

/// Full jitter, so that those who were turned away do not come back together.
async fn wait_a_little() {
    let mut chance = [0; 4];
    let _ = getrandom::fill(&mut chance);
    let wait_ms = u32::from_le_bytes(chance) % AGAIN_MS;
    tokio::time::sleep(Duration::from_millis(u64::from(wait_ms))).await;
}

/// Beats of thousands of players fall evenly into their time.
fn spread(n: usize, every: Duration) -> tokio::time::Interval {
    let share = u32::try_from(n % 1_000).unwrap_or(0);
    let mut beat = interval_at(tokio::time::Instant::now() + every * share / 1_000, every);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    beat
}

async fn tick(beat: &mut Option<tokio::time::Interval>) {
    match beat {
        Some(beat) => drop(beat.tick().await),
        None => std::future::pending().await,
    }
}
