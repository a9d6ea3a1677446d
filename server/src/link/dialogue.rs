//! The conversation with one paired box: one loop that hears it, tells it what the fleet has for it, and hands out files.

use std::sync::Arc;
use std::time::Instant as Tick;

use anteroom_content::clock::Instant;
use anteroom_content::id::{ScreenId, ZoneId};
use anteroom_content::manifest::{Assignment, Envelope};
use anteroom_content::play::LogMark;
use anteroom_content::wire::{
    Beat, Delivery, EMPTY_FRAME, FRAME_BYTES_MAX, Hello, Refusal, ToPlayer, ToServer, Trouble,
};
use tokio::task::JoinSet;

use super::frames::{Broken, Frames};
use super::greeting::{busy, refuse, say_last};
use super::legible::legible;
use super::limits::{
    CLOCK_OFF_MAX_MS, CLOSE_CONFUSED, CLOSE_DONE, CLOSE_REFUSED, CLOSE_REPLACED, CLOSE_STOPPING, CONFIRM_EVERY,
    NOTE_SEEN_EVERY, RENEWALS_MAX, TRANSFERS_MAX, TROUBLE_CHARS_MAX, VERSION_CHARS_MAX,
};
use super::line::{Line, Pulse};
use super::renew::{self, NoCertificate};
use super::voice::{Call, Voice};
use super::{picture, transfer};
use crate::assign::{self, AssignError};
use crate::db::arrivals::Arrival;
use crate::db::boxes::{self, PairedBox};
use crate::fleet::{Frame, Heard, Mouth};
use crate::ledger::{self, LedgerError};
use crate::publish;
use crate::state::State;
use crate::{restored, twins};

mod orders;

/// How a conversation ended.
#[derive(Debug)]
enum End {
    /// The box left.
    Left,
    /// The box was told why the server will not go on.
    Refused,
    /// A newer connection of the box is here, or it let words pile up.
    Replaced,
    /// The server stops, and the box was told so.
    Stopping,
}

/// Holds the conversation until it ends.
pub(super) async fn converse(
    state: &State,
    connection: &Line,
    (voice, hear): (Arc<Voice>, Frames),
    (hello, link_version): (Box<Hello>, u32),
    arrival: Box<Arrival>,
) {
    let Arrival { paired, assignment_version, screens, held_seq } = *arrival;
    let mut dialogue = Dialogue {
        state,
        connection,
        mouth: voice.clone(),
        voice,
        player_version: legible(&hello.player_version, VERSION_CHARS_MAX).into(),
        link_version,
        manifest_version: hello.manifest_version,
        applied: None,
        noted_at: Tick::now(),
        assigned_version: 0,
        screens: Vec::new(),
        told_down: if hello.holds_taken_down { None } else { Some(Vec::new()) },
        renewals: 0,
        transfers: JoinSet::new(),
        paired: Box::new(paired),
    };
    tracing::info!(
        r#box.id = %dialogue.paired.id, link.from = %connection.remote_address(), link.carrier = ?connection.carrier(),
        player.version = &*dialogue.player_version, link.version = link_version,
        manifest.version = hello.manifest_version, "a box is connected"
    );
    let ended = match Box::pin(dialogue.welcome(hello, held_seq, assignment_version, screens)).await {
        Ok(None) => dialogue.run(hear).await,
        Ok(Some(end)) => Ok(end),
        Err(error) => Err(error),
    };
    Box::pin(dialogue.farewell(ended)).await;
}

struct Dialogue<'a> {
    state: &'a State,
    connection: &'a Line,
    paired: Box<PairedBox>,
    voice: Arc<Voice>,
    /// The same, as the fleet knows it.
    mouth: Arc<dyn Mouth>,
    player_version: Arc<str>,
    /// The version of the messages that is spoken.
    link_version: u32,
    manifest_version: u64,
    /// What is on its glass, as far as it has said.
    applied: Option<(u64, Instant)>,
    noted_at: Tick,
    assigned_version: u64,
    screens: Vec<ScreenId>,
    /// Which of them are taken down, as the box was told last; none where that is not known.
    told_down: Option<Vec<ScreenId>>,
    renewals: u32,
    transfers: JoinSet<()>,
}

impl Dialogue<'_> {
    /// Answers the hello.
    async fn welcome(
        &mut self,
        hello: Box<Hello>,
        held_seq: u64,
        assignment_version: u64,
        screens: Vec<(ScreenId, ZoneId)>,
    ) -> Result<Option<End>, Broken> {
        self.check_clock(&hello);
        twins::notice(self.state, &self.paired, hello.boot).await;
        if let Err(error) = restored::notice(self.state, &self.paired, &hello.held).await {
            return self.refuse_busy(&error).await.map(Some);
        }
        self.note_seen();
        let acked = match self.resume(&hello, held_seq).await {
            Ok(acked) => acked,
            Err(error) => return self.refuse_plays(&error).await.map(Some),
        };
        let (server_time, link_version) = (self.state.now(), self.link_version);
        let (return_within_ms, hold_plays_ms) = (self.state.fleet.return_within_ms(), self.state.fleet.hold_plays_ms());
        let welcome = ToPlayer::Welcome { server_time, acked, link_version, return_within_ms, hold_plays_ms };
        self.voice.say(&welcome).await?;
        for charter in self.state.keys.charters_after(hello.held.charter_version) {
            self.voice.say(&ToPlayer::Charter(charter.clone())).await?;
        }
        match assign::seal(self.state, &self.paired.id, assignment_version, screens) {
            Ok((assignment, envelope)) => self.settle(assignment, envelope).await,
            Err(error) => self.refuse_busy(&error).await.map(Some),
        }
    }

    /// Up to where the box's plays are held. Where its oldest comes right behind that, nothing is missing, and the books
    /// need not be opened again.
    async fn resume(&self, hello: &Hello, held_seq: u64) -> Result<LogMark, LedgerError> {
        let LogMark { log_epoch, seq } = hello.log;
        if hello.oldest_seq <= held_seq + 1 && i64::try_from(seq).is_ok_and(|seq| seq < i64::MAX) {
            return Ok(LogMark { log_epoch, seq: held_seq });
        }
        ledger::resume(self.state, &self.paired, hello.log, hello.oldest_seq).await
    }

    async fn run(&mut self, mut hear: Frames) -> Result<End, Broken> {
        let mut confirm = tokio::time::interval(CONFIRM_EVERY);
        confirm.reset();
        let mut pulse = Pulse::of(self.connection);
        loop {
            tokio::select! {
                call = self.voice.called() => match call? {
                    Call::Word(word) => if let Some(end) = Box::pin(self.tell(word)).await? { return Ok(end) },
                    Call::End => return Ok(End::Replaced),
                },
                heard = hear.next::<ToServer>(FRAME_BYTES_MAX) => match heard? {
                    Some(word) => if let Some(end) = Box::pin(self.hear(word)).await? { return Ok(end) },
                    None => return Ok(End::Left),
                },
                stream = self.connection.accept_bi(), if self.transfers.len() < TRANSFERS_MAX => {
                    let (speak, hear) = stream?;
                    self.transfers.spawn(transfer::answer(self.state.clone(), self.paired.id.clone(), speak, hear));
                }
                stream = self.connection.accept_uni(), if self.transfers.len() < TRANSFERS_MAX => {
                    let (state, box_id, screens) = (self.state.clone(), self.paired.id.clone(), self.screens.clone());
                    self.transfers.spawn(picture::take(state, box_id, screens, stream?));
                }
                () = pulse.beat() => self.voice.say_frame(Frame::from_static(&EMPTY_FRAME)).await?,
                _ = confirm.tick() => if let Some(end) = Box::pin(self.confirm()).await? { return Ok(end) },
                Some(_) = self.transfers.join_next(), if !self.transfers.is_empty() => {}
            }
        }
    }

    /// Passes a word of the fleet on.
    async fn tell(&mut self, word: ToPlayer) -> Result<Option<End>, Broken> {
        match word {
            // Whoever changed the screens may have been overtaken: the database says how they are now.
            ToPlayer::Assigned(_) => self.confirm().await,
            ToPlayer::TakenDown { .. } => self.tell_down().await.map(|()| None),
            ToPlayer::Refused(refusal) => self.refuse(refusal).await.map(Some),
            stopping @ ToPlayer::Stopping { .. } => Box::pin(self.stop(&stopping)).await.map(Some),
            word @ (ToPlayer::Welcome { .. }
            | ToPlayer::Charter(_)
            | ToPlayer::Certificate { .. }
            | ToPlayer::Manifest(_)
            | ToPlayer::Acked(_)
            | ToPlayer::Look { .. }
            | ToPlayer::Order(_)
            | ToPlayer::Called { .. }
            | ToPlayer::Unknown) => self.voice.say(&word).await.map(|()| None),
        }
    }

    /// Tells the box how its screens are now, by the database.
    async fn confirm(&mut self) -> Result<Option<End>, Broken> {
        match assign::sealed(self.state, &self.paired.id).await {
            Ok((assignment, envelope)) => self.settle(assignment, envelope).await,
            Err(AssignError::NoBox(_)) => self.refuse(Refusal::Unpaired).await.map(Some),
            Err(error) => self.refuse_busy(&error).await.map(Some),
        }
    }

    /// Tells the box its screens and what their zone plays. The fleet knows where the box hangs before the manifest is
    /// read, so a publication in between reaches the box one way or the other.
    async fn settle(&mut self, assignment: Assignment, envelope: Envelope) -> Result<Option<End>, Broken> {
        if assignment.version < self.assigned_version {
            return Ok(None);
        }
        self.assigned_version = assignment.version;
        let zone = (!assignment.screens.is_empty()).then_some(assignment.zone);
        if self.screens != assignment.screens {
            self.applied = None;
        }
        self.screens.clone_from(&assignment.screens);
        self.state.fleet.place(&self.paired.id, zone.clone(), assignment.screens);
        self.voice.say(&ToPlayer::Assigned(envelope)).await?;
        self.tell_down().await?;
        let Some(zone) = zone else { return Ok(None) };
        match publish::told(self.state, &zone).await {
            Ok(Some(manifest)) => self.voice.say_frame(manifest).await.map(|()| None),
            Ok(None) => Ok(None),
            Err(error) => self.refuse_busy(&error).await.map(Some),
        }
    }

    /// Takes a word of the box in.
    async fn hear(&mut self, word: ToServer) -> Result<Option<End>, Broken> {
        match word {
            ToServer::Beat(beat) => self.heard_beat(beat),
            ToServer::Applied { version, at } => {
                self.state.fleet.applied(&self.paired.id, version, at);
                self.manifest_version = version;
                self.applied = Some((version, at));
                self.note_seen();
            }
            ToServer::Delivery(delivery) => self.heard_delivery(delivery),
            ToServer::Plays(envelope) => return self.heard_plays(&envelope).await,
            ToServer::Trouble(trouble) => self.heard_trouble(trouble).await,
            ToServer::Renew { request_pem } => return self.heard_renew(&request_pem).await,
            ToServer::Answer(answer) => self.heard_answer(answer),
            ToServer::Hello(_) => return Err(Broken::Confused("a second hello".to_owned())),
            ToServer::Unknown => tracing::debug!(r#box.id = %self.paired.id, "a word of a newer box was skipped"),
        }
        Ok(None)
    }

    fn heard_beat(&mut self, mut beat: Beat) {
        // A box speaks for its own glass alone.
        beat.screens.retain(|screen| self.screens.contains(&screen.screen));
        self.manifest_version = beat.manifest_version;
        self.state.fleet.heard(&self.paired.id, self.state.now(), beat);
        if self.noted_at.elapsed() > NOTE_SEEN_EVERY {
            self.note_seen();
        }
    }

    fn heard_delivery(&mut self, mut delivery: Delivery) {
        // A box speaks for its own glass alone.
        delivery.screens.retain(|screen| self.screens.contains(&screen.screen));
        delivery.screens.truncate(self.screens.len());
        for obstacle in delivery.screens.iter_mut().filter_map(|screen| screen.obstacle.as_mut()) {
            obstacle.text = legible(&obstacle.text, TROUBLE_CHARS_MAX);
        }
        if !delivery.screens.is_empty() {
            self.state.fleet.delivery(&self.paired.id, delivery);
        }
    }

    async fn heard_plays(&mut self, envelope: &Envelope) -> Result<Option<End>, Broken> {
        match ledger::receive(self.state, &self.paired, envelope).await {
            Ok(held) => self.voice.say(&ToPlayer::Acked(held)).await.map(|()| None),
            Err(LedgerError::Ahead { held }) => {
                tracing::warn!(r#box.id = %self.paired.id, log.held = held.seq, "plays came ahead of others; asked again");
                self.voice.say(&ToPlayer::Acked(held)).await.map(|()| None)
            }
            Err(error) => self.refuse_plays(&error).await.map(Some),
        }
    }

    async fn heard_renew(&mut self, request_pem: &str) -> Result<Option<End>, Broken> {
        self.renewals += 1;
        if self.renewals > RENEWALS_MAX {
            return Err(Broken::Confused("too many certificates are asked for".to_owned()));
        }
        match renew::sign(self.state, &self.paired, request_pem).await {
            Ok(word) => self.voice.say(&word).await.map(|()| None),
            Err(NoCertificate::Broken(error)) => Err(error),
            Err(NoCertificate::Keys(error)) => Err(Broken::Confused(error.to_string())),
            Err(NoCertificate::Db(error)) => self.refuse_busy(&error).await.map(Some),
        }
    }

    async fn heard_trouble(&mut self, trouble: Trouble) {
        let trouble = Trouble { text: legible(&trouble.text, TROUBLE_CHARS_MAX), ..trouble };
        let file = trouble.file.map(|hash| hash.to_hex());
        tracing::warn!(
            r#box.id = %self.paired.id, trouble.kind = ?trouble.kind, file.hash = file, trouble.text, "a box has trouble"
        );
        match boxes::note_trouble(&self.state.db, &self.paired.id, &trouble, self.state.now()).await {
            Ok(true) => {}
            Ok(false) => tracing::warn!(r#box.id = %self.paired.id, "a box tells too many troubles; not all are kept"),
            Err(error) => tracing::error!(r#box.id = %self.paired.id, reason = %error, "a trouble was not kept"),
        }
    }

    fn check_clock(&self, hello: &Hello) {
        let off_ms = hello.clock.ms_since(self.state.now());
        if off_ms.saturating_abs() > CLOCK_OFF_MAX_MS {
            tracing::warn!(r#box.id = %self.paired.id, clock.off_ms = off_ms, "the clock of a box is wrong; it is told the time");
        }
    }

    fn note_seen(&mut self) {
        self.noted_at = Tick::now();
        let player_version = Arc::clone(&self.player_version);
        let heard = Heard {
            at: self.state.now(),
            player_version,
            manifest_version: self.manifest_version,
            applied: self.applied,
            link_version: self.link_version,
        };
        self.state.fleet.roll.note(&self.paired.id, heard);
    }

    async fn refuse_plays(&mut self, error: &LedgerError) -> Result<End, Broken> {
        match error {
            LedgerError::Db(_) | LedgerError::Closed => self.refuse_busy(error).await,
            LedgerError::Forged | LedgerError::OtherBox | LedgerError::Nonsense(_) | LedgerError::Ahead { .. } => {
                tracing::error!(r#box.id = %self.paired.id, reason = %error, "plays of a box were refused: look at the box");
                self.refuse(Refusal::Confused { text: error.to_string() }).await
            }
        }
    }

    async fn refuse_busy(&mut self, error: &(dyn std::fmt::Display + Sync)) -> Result<End, Broken> {
        tracing::error!(r#box.id = %self.paired.id, reason = %error, "a box was sent away for a while");
        self.refuse(busy()).await
    }

    /// Says that the server stops, and waits until the box has heard it.
    async fn stop(&mut self, stopping: &ToPlayer) -> Result<End, Broken> {
        // A box of the first version knows no such word; it learns the same from the code of the close.
        say_last(self.connection, &self.voice, stopping).await?;
        Ok(End::Stopping)
    }

    async fn refuse(&mut self, refusal: Refusal) -> Result<End, Broken> {
        // From here on it counts as gone, however long it takes to hear that.
        self.leave_fleet();
        refuse(self.connection, &self.voice, refusal).await?;
        Ok(End::Refused)
    }

    fn leave_fleet(&mut self) {
        self.mouth.end();
        self.state.fleet.disconnect(&self.paired.id, &self.mouth);
    }

    async fn farewell(mut self, ended: Result<End, Broken>) {
        self.transfers.abort_all();
        self.leave_fleet();
        let box_id = &self.paired.id;
        let (code, words) = match ended {
            Ok(End::Left) => (CLOSE_DONE, "left"),
            Ok(End::Refused) => (CLOSE_REFUSED, "refused"),
            Ok(End::Replaced) => (CLOSE_REPLACED, "replaced by a newer connection, or too slow to listen"),
            Ok(End::Stopping) => (CLOSE_STOPPING, "the server stops"),
            Err(error) if error.is_nonsense() => {
                tracing::warn!(r#box.id = %box_id, reason = %error, "a box makes no sense");
                let refusal = Refusal::Confused { text: error.to_string() };
                let _ = refuse(self.connection, &self.voice, refusal).await;
                (CLOSE_CONFUSED, "confused")
            }
            Err(error) => {
                tracing::debug!(r#box.id = %box_id, reason = %error, "a link broke");
                (CLOSE_DONE, "broken")
            }
        };
        tracing::info!(r#box.id = %box_id, link.end = words, "a box is gone");
        self.connection.close(code, words.as_bytes());
        self.note_seen();
    }
}
