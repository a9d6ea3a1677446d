//! The conversation of a paired box: one loop that hears the server, passes on what the desk says, and sends plays.

use std::time::Instant as Tick;

use anteroom_content::clock::Clock as _;
use anteroom_content::id::ScreenId;
use anteroom_content::play::{LogMark, LogState, Welcomed};
use anteroom_content::wire::{
    Carrier, Held, Hello, LINK_OLDEST, LINK_VERSION, PICTURE_BYTES_MAX, PictureFormat, PictureHead, Refusal, ToPlayer,
    ToServer, TroubleKind,
};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use super::frames::{Broken, FrameReader, say};
use super::line::{Line, Speak};
use super::provision::provide;
use super::renewal::{self, Asked, when_expired};
use super::run::{Link, Patience};
use super::sender::PlaySender;
use super::timing;
use super::way::look_for_udp;
use crate::agent::events::{Event, LinkEvent, Look, stop_asked};
use crate::agent::limits::{LOOK_TIMEOUT, LOOKS_MAX, MOVE_MAX, OUTBOX_MAX, RENEW_LOOK_EVERY, TICK};
use crate::agent::playlog::Word;
use crate::agent::store::Identity;

/// How a conversation ended.
#[derive(Debug)]
pub enum End {
    /// The server does not want to go on.
    Refused(Refusal),
    /// The log begins anew, and so must the conversation.
    LogLost,
    /// The conversation goes on over another line, which the server has answered on.
    Moved(Line),
    /// The box has a certificate that holds, and comes back with it.
    Renewed,
    /// The server stops on purpose.
    Stopping,
    /// The agent ends.
    Stopped,
}

/// Holds a conversation until it ends.
///
/// # Errors
/// [`Broken`] when it breaks instead of ending.
pub async fn hold(link: &Link, identity: &Identity, connection: &Line, patience: &mut Patience) -> Result<End, Broken> {
    let (mut speak, hear) = connection.open_bi().await?;
    let mut hear = FrameReader::of(hear);
    let mut log_state = link.scribe.state();
    link.scribe.use_log(&identity.box_id).await;
    let log = log_state.borrow_and_update().ok_or(Broken::NoLog)?;

    let asked = Tick::now();
    let hello = hello(link, &log).await;
    say(&mut speak, &ToServer::Hello(hello)).await?;
    let (held, hold_plays_ms) = match hear.answer().await? {
        ToPlayer::Welcome { server_time, acked, link_version, return_within_ms, hold_plays_ms } => {
            tracing::debug!(
                link.version = link_version,
                window.ms = return_within_ms,
                hold.ms = hold_plays_ms,
                "welcomed"
            );
            patience.window_ms = return_within_ms;
            link.learn_time(server_time, asked).await;
            (acked, hold_plays_ms)
        }
        ToPlayer::Stopping { return_within_ms } => {
            patience.window_ms = return_within_ms;
            return Ok(End::Stopping);
        }
        ToPlayer::Refused(Refusal::Expired) => {
            return when_expired(link, identity, &mut speak, &mut hear).await.map(|()| End::Renewed);
        }
        ToPlayer::Refused(refusal) => return Ok(End::Refused(refusal)),
        ToPlayer::Charter(_)
        | ToPlayer::Certificate { .. }
        | ToPlayer::Assigned(_)
        | ToPlayer::Manifest(_)
        | ToPlayer::Acked(_)
        | ToPlayer::Look { .. }
        | ToPlayer::TakenDown { .. }
        | ToPlayer::Order(_)
        | ToPlayer::Called { .. }
        | ToPlayer::Unknown => return Err(Broken::OutOfTurn("a welcome was due")),
    };
    let (sending, ours) = match Welcomed::with(&log, held, hold_plays_ms) {
        Welcomed::GoOn { sending, held } => (sending, held),
        Welcomed::LogLost => {
            tracing::error!(log.here = log.mark.seq, log.server = held.seq, "the server holds plays this log has lost");
            link.scribe.log_lost(held).await;
            return Ok(End::LogLost);
        }
    };
    if let Some(held) = ours {
        link.scribe.tell(Word::Acked(held));
    }
    let sender = PlaySender { sending, started: Tick::now() };
    let (tasks, looks) = (JoinSet::new(), JoinSet::new());
    Dialogue { link, identity, connection, speak, sender, asked: None, tasks, looks, patience }.run(hear).await
}

async fn hello(link: &Link, log: &LogState) -> Hello {
    // A store that fails says nothing of what it holds; the desk refuses what is old all the same.
    let held = link.store.held().await.unwrap_or_else(|error| {
        tracing::error!(reason = %error, "the server is not told what this box holds");
        Held::default()
    });
    Hello {
        held,
        holds_taken_down: link.store.taken_down().await.map_or(true, |screens| !screens.is_empty()),
        link_version: LINK_VERSION,
        link_oldest: LINK_OLDEST,
        player_version: env!("CARGO_PKG_VERSION").to_owned(),
        boot: link.boot,
        log: log.mark,
        oldest_seq: log.oldest_seq,
        clock: link.clock.now(),
        manifest_version: link.wanted.borrow().as_ref().map_or(0, |manifest| manifest.version),
    }
}

struct Dialogue<'a> {
    link: &'a Link,
    identity: &'a Identity,
    connection: &'a Line,
    speak: Speak,
    sender: PlaySender,
    /// The key for which a certificate was asked.
    asked: Option<Asked>,
    /// The fetcher and the timekeeper; they end with the conversation.
    tasks: JoinSet<()>,
    /// Pictures on their way, likewise.
    looks: JoinSet<()>,
    patience: &'a mut Patience,
}

impl Dialogue<'_> {
    async fn run(mut self, mut hear: FrameReader) -> Result<End, Broken> {
        let (outbox, mut outgoing) = mpsc::channel(OUTBOX_MAX);
        self.link.events.send(Event::Link(LinkEvent::Connected(outbox, self.connection.carrier()))).await;
        self.tasks.spawn(provide(self.link.clone(), self.identity.clone(), self.connection.clone()));
        if let Some(connection) = self.connection.datagrams() {
            self.tasks.spawn(timing::keep(self.link.clone(), connection.clone()));
        }
        let (mut log_state, mut stop) = (self.link.scribe.state(), self.link.stop.clone());
        let (link, identity, carrier) = (self.link, self.identity, self.connection.carrier());
        let mut way_back = std::pin::pin!(async move {
            match carrier {
                Carrier::Tcp => look_for_udp(link, identity).await,
                Carrier::Udp => std::future::pending().await,
            }
        });
        let mut tick = tokio::time::interval(TICK);
        let mut renewal = tokio::time::interval(RENEW_LOOK_EVERY);
        loop {
            tokio::select! {
                heard = hear.next::<ToPlayer>() => if let Some(end) = self.hear(heard?).await { return Ok(end) },
                Some(message) = outgoing.recv() => say(&mut self.speak, &message).await?,
                changed = log_state.changed() => if changed.is_err() { return Ok(End::Stopped) },
                _ = tick.tick() => {},
                _ = renewal.tick() => self.look_at_certificate().await?,
                () = stop_asked(&mut stop) => return Ok(End::Stopped),
                newer = &mut way_back => return self.move_to(newer, outgoing, hear).await,
                Some(_) = self.tasks.join_next() => {},
                Some(_) = self.looks.join_next() => {},
            }
            let log = *log_state.borrow_and_update();
            if let Some(log) = log {
                self.sender.pump(&self.link.store, self.identity, &log, &mut self.speak).await?;
            }
        }
    }

    /// Leaves for another line without losing a word: says what is still to be said, and hears what the server had said.
    async fn move_to(
        mut self,
        newer: Line,
        mut outgoing: mpsc::Receiver<ToServer>,
        mut hear: FrameReader,
    ) -> Result<End, Broken> {
        tracing::info!(server = %self.link.server, "the server answers over UDP again; the link moves back");
        self.link.way.note(false);
        outgoing.close();
        while let Some(message) = outgoing.recv().await {
            say(&mut self.speak, &message).await?;
        }
        self.speak.finish();
        let heard_out = async {
            while let Ok(message) = hear.next::<ToPlayer>().await {
                if let Some(end) = self.hear(message).await {
                    return Some(end);
                }
            }
            None
        };
        let end = tokio::time::timeout(MOVE_MAX, heard_out).await.ok().flatten();
        Ok(end.unwrap_or(End::Moved(newer)))
    }

    async fn hear(&mut self, message: ToPlayer) -> Option<End> {
        match message {
            ToPlayer::Charter(signed) => self.pass(LinkEvent::Charter(signed)).await,
            ToPlayer::Certificate { pem } => self.renewed(&pem).await,
            ToPlayer::Assigned(envelope) => self.pass(LinkEvent::Assigned(envelope)).await,
            ToPlayer::Manifest(envelope) => self.pass(LinkEvent::Manifest(envelope)).await,
            ToPlayer::Acked(mark) => self.acked(mark),
            ToPlayer::Look { screen, width_max } => self.look(screen, width_max).await,
            ToPlayer::TakenDown { screens } => self.pass(LinkEvent::TakenDown(screens)).await,
            ToPlayer::Order(order) => self.pass(LinkEvent::Order(order)).await,
            ToPlayer::Called { call, until } => self.pass(LinkEvent::Called(call, until)).await,
            ToPlayer::Refused(refusal) => return Some(End::Refused(refusal)),
            ToPlayer::Stopping { return_within_ms } => {
                self.patience.window_ms = return_within_ms;
                return Some(End::Stopping);
            }
            ToPlayer::Welcome { .. } | ToPlayer::Unknown => tracing::debug!("a word that is not for now is skipped"),
        }
        None
    }

    async fn pass(&self, event: LinkEvent) {
        self.link.events.send(Event::Link(event)).await;
    }

    /// Asks for a new certificate when it is time. The authorities may have changed since the conversation began.
    async fn look_at_certificate(&mut self) -> Result<(), Broken> {
        let identity = self.link.store.identity().await.ok().flatten();
        if !identity.is_some_and(|identity| renewal::is_due(&identity, self.link.clock.now())) {
            return Ok(());
        }
        match renewal::ask() {
            Ok((asked, word)) => {
                self.asked = Some(asked);
                say(&mut self.speak, &word).await
            }
            Err(error) => {
                tracing::error!(reason = %error, "no certificate can be asked for");
                Ok(())
            }
        }
    }

    async fn renewed(&mut self, pem: &str) {
        let Some(asked) = self.asked.take() else {
            tracing::warn!("a certificate came that nobody asked for");
            return;
        };
        if let Err(error) = renewal::take(self.link, self.identity, asked, pem).await {
            tracing::error!(reason = %error, "the old certificate stays in use");
            let text = format!("the box's certificate cannot be renewed: {error}");
            self.link.events.say(Event::trouble(TroubleKind::Trust, &text));
        }
    }

    fn acked(&mut self, mark: LogMark) {
        if self.sender.sending.acked(mark) {
            self.link.scribe.tell(Word::Acked(mark));
        }
    }

    async fn look(&mut self, screen: ScreenId, width_max: u32) {
        if self.looks.len() >= LOOKS_MAX {
            tracing::warn!(screen.id = %screen, "too many pictures are asked for at once; this one is not taken");
            return;
        }
        let (answer, answered) = oneshot::channel();
        self.pass(LinkEvent::Look { screen: screen.clone(), width_max, answer }).await;
        let connection = self.connection.clone();
        self.looks.spawn(async move {
            if let Err(error) = send_picture(&connection, screen, answered).await {
                tracing::warn!(reason = %error, "a picture of the glass was not sent");
            }
        });
    }
}

#[derive(Debug, thiserror::Error)]
enum NoPicture {
    #[error("the stage has none: {0}")]
    Stage(String),
    #[error("it did not come in time")]
    Late,
    #[error("its file fails: {0}")]
    File(#[from] std::io::Error),
    #[error("it has {0} bytes; at most {PICTURE_BYTES_MAX} are sent")]
    TooLarge(usize),
    #[error(transparent)]
    Broken(#[from] Broken),
}

async fn send_picture(connection: &Line, screen: ScreenId, answered: oneshot::Receiver<Look>) -> Result<(), NoPicture> {
    let look = tokio::time::timeout(LOOK_TIMEOUT, answered).await;
    let picture = look.ok().and_then(Result::ok).ok_or(NoPicture::Late)?.map_err(NoPicture::Stage)?;
    let bytes = tokio::fs::read(&picture.file).await;
    let _ = tokio::fs::remove_file(&picture.file).await;
    let bytes = bytes?;
    if bytes.len() > PICTURE_BYTES_MAX {
        return Err(NoPicture::TooLarge(bytes.len()));
    }
    let size_bytes = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let head = PictureHead { screen, at: picture.at, format: PictureFormat::Jpeg, size_bytes };
    let mut stream = connection.open_uni().await.map_err(Broken::from)?;
    say(&mut stream, &head).await?;
    stream.write_all(&bytes).await.map_err(Broken::from)?;
    stream.finish();
    // The stream is not dropped before the other side has all of it.
    let _ = tokio::time::timeout(LOOK_TIMEOUT, stream.stopped()).await;
    Ok(())
}
