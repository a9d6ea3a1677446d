//! The link's life: pair, converse, come back after a loss with a wait that spreads a hospital's boxes.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant as Tick};

use anteroom_content::clock::Instant;
use anteroom_content::manifest::Manifest;
use anteroom_content::text::Text;
use anteroom_content::wire::{CLOSE_STOPPING, Carrier, Refusal, TroubleKind, Versions, Voucher, comeback};
use tokio::sync::watch;

use super::connect::{Unreached, connect, judge};
use super::dialogue::{self, End};
use super::enrolment::{self, Attempt, Failed};
use super::frames::Broken;
use super::line::{Line, Lost};
use super::tls::{Purpose, when_paired};
use super::way::Way;
use crate::agent::chance;
use crate::agent::events::{Event, EventSender, LinkEvent, stop_asked};
use crate::agent::limits::{
    BUSY_WAIT_MAX, LINK_LONG, REFUSED_WAIT, UDP_LOOK_CAP, VERDICT_AFTER_HANDSHAKE, VERSION_WAIT,
};
use crate::agent::playlog::Scribe;
use crate::agent::store::{Files, Identity, Store};
use crate::agent::time::{BoxClock, Learned};

/// What the link works with.
#[derive(Debug, Clone)]
pub struct Link {
    /// The server, `HOST:PORT`.
    pub server: String,
    /// What stands in the provisioning file.
    pub voucher: Option<Voucher>,
    /// What is known of the way there.
    pub way: Arc<Way>,
    /// What an operator sees of this box.
    pub host: String,
    /// A random number of this start of the agent.
    pub boot: u64,
    /// The disciplined clock.
    pub clock: Arc<BoxClock>,
    /// The database.
    pub store: Store,
    /// The files.
    pub files: Files,
    /// The files of the evergreen set.
    pub evergreen: Files,
    /// The log.
    pub scribe: Scribe,
    /// The way to the desk.
    pub events: EventSender,
    /// The manifest whose things are to be fetched.
    pub wanted: watch::Receiver<Option<Manifest>>,
    /// Bytes still to be fetched.
    pub fetch_left_bytes: Arc<AtomicU64>,
    /// The agent ends.
    pub stop: watch::Receiver<bool>,
}

/// When to connect again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    AtOnce,
    /// With a wait that grows while nothing works.
    Later,
    /// With everybody else who lost the server, and spread like them.
    WithAll,
    After(Duration),
    Never,
}

/// What decides how long to wait.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Patience {
    /// Tries in a row that came to nothing.
    failures: u32,
    /// The window over which boxes come back, in milliseconds, as the server said last; 0 before it has.
    pub(super) window_ms: u64,
}

impl Patience {
    fn wait(self, next: Next, chance: u64) -> Option<Duration> {
        let wait_ms = match next {
            Next::AtOnce => 0,
            Next::Later => comeback::wait_ms(self.window_ms, self.failures, chance),
            Next::WithAll => comeback::lost_again_ms(self.window_ms, self.failures, chance),
            Next::After(wait) => return Some(wait),
            Next::Never => return None,
        };
        Some(Duration::from_millis(wait_ms))
    }
}

/// Runs the link until the agent ends.
pub async fn run(link: Link) {
    let mut patience = Patience::default();
    let mut stop = link.stop.clone();
    loop {
        let next = tokio::select! {
            next = live_once(&link, &mut patience) => next,
            // A conversation says farewell by itself; whatever else is going on is dropped.
            () = stopped(&mut stop) => return,
        };
        let Some(wait) = patience.wait(next, chance::number()) else { return };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = stop_asked(&mut stop) => return,
        }
    }
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    stop_asked(stop).await;
    tokio::time::sleep(FAREWELL).await;
}

/// A conversation that is told to stop has so long to say so to the server.
pub(super) const FAREWELL: Duration = Duration::from_millis(300);

async fn live_once(link: &Link, patience: &mut Patience) -> Next {
    match link.store.identity().await {
        Ok(Some(identity)) => converse(link, &identity, patience).await,
        Ok(None) => pair(link, patience).await,
        Err(error) => {
            tracing::error!(reason = %error, "who this box is cannot be read");
            patience.failures = patience.failures.saturating_add(1);
            Next::Later
        }
    }
}

async fn pair(link: &Link, patience: &mut Patience) -> Next {
    match enrolment::attempt(link).await {
        Ok(Attempt::Paired(identity)) => {
            tracing::info!(box.id = %identity.box_id, "the box is paired");
            patience.failures = 0;
            link.events.send(Event::Link(LinkEvent::Paired(identity))).await;
            Next::AtOnce
        }
        Ok(Attempt::Expired) => {
            tracing::info!("the code ran out; a new one is drawn");
            patience.failures = 0;
            Next::AtOnce
        }
        Ok(Attempt::Refused(text)) => {
            tracing::warn!(reason = %text, "the server refuses to pair the box for now");
            let zh = format!("服务器暂不接受配对：{text}");
            let words = Text::new(&zh, &format!("The server does not pair this box for now: {text}"));
            link.events.send(Event::Link(LinkEvent::Unreached(words))).await;
            Next::After(REFUSED_WAIT)
        }
        Err(error) => {
            patience.failures = patience.failures.saturating_add(1);
            tracing::warn!(server = %link.server, reason = %error, "pairing came to nothing; trying again");
            let words = match &error {
                Failed::Unreached(unreached) => unreached.words(),
                Failed::Broken(_) | Failed::Keys(_) | Failed::Unusable(_) | Failed::Store(_) => {
                    Text::new("配对中断，正在重试。", "Pairing was cut off; trying again.")
                }
            };
            link.events.send(Event::Link(LinkEvent::Unreached(words))).await;
            Next::Later
        }
    }
}

async fn converse(link: &Link, identity: &Identity, patience: &mut Patience) -> Next {
    let connected = async {
        let pass = when_paired(identity, &link.clock, Purpose::Control)?;
        connect(&link.server, &link.way, &pass).await
    };
    let mut connection = match connected.await {
        Ok(connection) => connection,
        Err(error) => return unreached(link, patience, &error).await,
    };
    let (mut started, mut ended) = hold(link, identity, &connection, patience).await;
    while let Ok(End::Moved(newer)) = ended {
        connection = newer;
        (started, ended) = hold(link, identity, &connection, patience).await;
    }
    match ended {
        Ok(End::Stopped) => Next::Never,
        // Not at once: a disk on which no log can be begun would have the box call without a pause.
        Ok(End::LogLost) => Next::Later,
        // A move was taken care of above.
        Ok(End::Renewed | End::Moved(_)) => Next::AtOnce,
        Ok(End::Stopping) => stopping(link, patience),
        Ok(End::Refused(refusal)) => refused(link, patience, refusal).await,
        Err(Broken::Lost(lost)) if is_stopping(&lost) => stopping(link, patience),
        Err(Broken::Lost(lost)) if started.elapsed() < VERDICT_AFTER_HANDSHAKE => {
            // A server that does not believe the box's certificate says so only after the handshake.
            unreached(link, patience, &judge(connection.remote_address(), &lost)).await
        }
        Err(error) => {
            let was_long = started.elapsed() > LINK_LONG;
            patience.failures = if was_long { 0 } else { patience.failures.saturating_add(1) };
            tracing::warn!(server = %link.server, reason = %error, "the link broke; connecting again");
            Next::WithAll
        }
    }
}

/// Holds one conversation, and tells when it began and how it ended.
async fn hold(
    link: &Link,
    identity: &Identity,
    connection: &Line,
    patience: &mut Patience,
) -> (Tick, Result<End, Broken>) {
    let started = Tick::now();
    let ended = dialogue::hold(link, identity, connection, patience).await;
    if connection.carrier() == Carrier::Udp && started.elapsed() > UDP_LOOK_CAP {
        link.way.note_lasting();
    }
    link.events.send(Event::Link(LinkEvent::Lost)).await;
    connection.end(b"bye", FAREWELL).await;
    (started, ended)
}

/// A server that stops closes its connections with a code of its own, whether its word came through before or not.
fn is_stopping(lost: &Lost) -> bool {
    let (Lost::Connection(error)
    | Lost::Read(quinn::ReadError::ConnectionLost(error))
    | Lost::Write(quinn::WriteError::ConnectionLost(error))) = lost
    else {
        return false;
    };
    matches!(error, quinn::ConnectionError::ApplicationClosed(close) if close.error_code == CLOSE_STOPPING.into())
}

/// Nothing went wrong: what is on the disk plays on, and the box comes back when the server is there again.
fn stopping(link: &Link, patience: &mut Patience) -> Next {
    patience.failures = 0;
    tracing::info!(server = %link.server, window.ms = patience.window_ms, "the server stops; coming back within the window");
    Next::WithAll
}

async fn unreached(link: &Link, patience: &mut Patience, error: &Unreached) -> Next {
    patience.failures = patience.failures.saturating_add(1);
    tracing::warn!(server = %link.server, reason = %error, "no link; what is on the disk plays on");
    link.events.send(Event::Link(LinkEvent::Unreached(error.words()))).await;
    Next::Later
}

async fn refused(link: &Link, patience: &mut Patience, refusal: Refusal) -> Next {
    patience.failures = patience.failures.saturating_add(1);
    match refusal {
        Refusal::Unpaired => {
            tracing::warn!("the server does not know this box any more; it must be paired again");
            if let Err(error) = link.store.forget_identity().await {
                tracing::error!(reason = %error, "the identity cannot be forgotten");
                return Next::Later;
            }
            link.events.send(Event::Link(LinkEvent::Unpaired)).await;
            Next::AtOnce
        }
        Refusal::Busy { retry_after_ms } => {
            let longest = Duration::from_millis(retry_after_ms).min(BUSY_WAIT_MAX);
            tracing::info!(wait.ms = retry_after_ms, "the server is busy; coming back later");
            // Not all at the same moment: up to a quarter longer.
            let extra_ms = chance::number() % (u64::try_from(longest.as_millis()).unwrap_or(0) / 4 + 1);
            Next::After(longest + Duration::from_millis(extra_ms))
        }
        Refusal::Version(server) => {
            other_version(link, server).await;
            Next::After(VERSION_WAIT)
        }
        Refusal::Confused { text } => {
            tracing::error!(reason = %text, "the server makes no sense of this box");
            Next::Later
        }
        // Out of turn: it is the answer to a hello.
        Refusal::Expired | Refusal::Other => Next::Later,
    }
}

async fn other_version(link: &Link, server: Versions) {
    let Versions { oldest, newest } = server;
    tracing::error!(
        server.oldest = oldest,
        server.newest = newest,
        "server and player are too far apart; update one of them"
    );
    let words = Text::new(
        "服务器与播放器版本相差太远：请升级其中较旧的一方。已有节目照常播放。",
        "Server and player are too far apart: update the older of the two. What is here plays on.",
    );
    link.events.send(Event::Link(LinkEvent::Unreached(words))).await;
}

impl Link {
    /// What an operator sees of this box.
    pub fn description(&self, address: Option<IpAddr>) -> String {
        address.map_or_else(|| self.host.clone(), |address| format!("{}, {address}", self.host))
    }

    /// The server's clock stood so at some moment since `asked`.
    pub async fn learn_time(&self, server_time: Instant, asked: Tick) {
        self.take_time(self.clock.learn(server_time, asked));
        if self.clock.is_known()
            && let Err(error) = self.store.raise_time_floor(server_time).await
        {
            tracing::error!(reason = %error, "the time floor cannot be kept");
        }
        self.events.send(Event::Link(LinkEvent::TimeLearned)).await;
    }

    /// Tells people what came of hearing the server's time, where they must know.
    pub fn take_time(&self, learned: Learned) {
        let text = match learned {
            Learned::Followed => None,
            Learned::Leapt(ms) => {
                Some(format!("the box's clock had stopped; it now follows the server's, {ms} ms away"))
            }
            Learned::Doubted(ms) => Some(format!(
                "box and server disagree about the time by {ms} ms; the box keeps its own until somebody sets one of them right"
            )),
        };
        if let Some(text) = text {
            tracing::error!(reason = %text, "the clocks are far apart");
            self.events.say(Event::trouble(TroubleKind::Clock, &text));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_and_a_loss_wait_for_the_window_and_a_server_that_does_not_answer_for_longer_each_time() {
        let wait = |failures, next| {
            let patience = Patience { failures, window_ms: 120_000 };
            patience.wait(next, u64::MAX).map(|wait| wait.as_secs())
        };
        assert_eq!(wait(0, Next::WithAll), Some(120));
        assert_eq!(wait(1, Next::WithAll), Some(120), "a second loss is no reason to hurry");
        assert_eq!((wait(1, Next::Later), wait(2, Next::Later), wait(20, Next::Later)), (Some(2), Some(4), Some(300)));
        assert_eq!((wait(9, Next::AtOnce), wait(0, Next::Never)), (Some(0), None));
        let small = Patience::default().wait(Next::WithAll, u64::MAX);
        assert!(
            small.is_some_and(|wait| wait <= Duration::from_secs(1)),
            "nobody has said yet how large the network is"
        );
    }
}
