//! The link's life: pair, converse, come back after a loss with a wait that spreads a hospital's boxes.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant as Tick};

use anteroom_content::clock::Instant;
use anteroom_content::manifest::Manifest;
use anteroom_content::text::Text;
use anteroom_content::wire::{Carrier, Refusal, TroubleKind};
use tokio::sync::watch;

use super::connect::{Unreached, connect, judge};
use super::dialogue::{self, End};
use super::enrolment::{self, Attempt, Failed};
use super::frames::Broken;
use super::line::Line;
use super::tls::{Purpose, when_paired};
use super::way::Way;
use crate::agent::chance;
use crate::agent::events::{Event, EventSender, LinkEvent, stop_asked};
use crate::agent::limits::{
    BUSY_WAIT_MAX, RECONNECT_BASE, RECONNECT_CAP, RECONNECT_DOUBLINGS_MAX, REFUSED_WAIT, UDP_LOOK_CAP,
};
use crate::agent::playlog::Scribe;
use crate::agent::store::{Files, Identity, Store};
use crate::agent::time::{BoxClock, Learned};

/// What the link works with.
#[derive(Debug, Clone)]
pub struct Link {
    /// The server, `HOST:PORT`.
    pub server: String,
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
    After(Duration),
    Never,
}

/// Runs the link until the agent ends.
pub async fn run(link: Link) {
    let mut failures = 0;
    let mut stop = link.stop.clone();
    loop {
        let next = tokio::select! {
            next = live_once(&link, &mut failures) => next,
            // A conversation says farewell by itself; whatever else is going on is dropped.
            () = stopped(&mut stop) => return,
        };
        let wait = match next {
            Next::AtOnce => Duration::ZERO,
            Next::Later => full_jitter(failures, chance::number()),
            Next::After(wait) => wait,
            Next::Never => return,
        };
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

/// Anything from nothing to the base doubled for each failure, so that boxes that lost a server together come back apart.
fn full_jitter(failures: u32, chance: u64) -> Duration {
    let doubled = RECONNECT_BASE.saturating_mul(1 << failures.min(RECONNECT_DOUBLINGS_MAX));
    let longest_ms = u64::try_from(doubled.min(RECONNECT_CAP).as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(chance % longest_ms.saturating_add(1))
}

async fn live_once(link: &Link, failures: &mut u32) -> Next {
    match link.store.identity().await {
        Ok(Some(identity)) => converse(link, &identity, failures).await,
        Ok(None) => pair(link, failures).await,
        Err(error) => {
            tracing::error!(reason = %error, "who this box is cannot be read");
            *failures += 1;
            Next::Later
        }
    }
}

async fn pair(link: &Link, failures: &mut u32) -> Next {
    match enrolment::attempt(link).await {
        Ok(Attempt::Paired(identity)) => {
            tracing::info!(box.id = %identity.box_id, "the box is paired");
            *failures = 0;
            link.events.send(Event::Link(LinkEvent::Paired(identity))).await;
            Next::AtOnce
        }
        Ok(Attempt::Expired) => {
            tracing::info!("the code ran out; a new one is drawn");
            *failures = 0;
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
            *failures += 1;
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

async fn converse(link: &Link, identity: &Identity, failures: &mut u32) -> Next {
    let connected = async {
        let pass = when_paired(identity, &link.clock, Purpose::Control)?;
        connect(&link.server, &link.way, &pass).await
    };
    let mut line = match connected.await {
        Ok(line) => line,
        Err(error) => return unreached(link, failures, &error).await,
    };
    let (mut started, mut ended) = hold(link, identity, &line).await;
    while let Ok(End::Moved(newer)) = ended {
        line = newer;
        (started, ended) = hold(link, identity, &line).await;
    }
    match ended {
        // Taken care of above.
        Ok(End::Moved(_)) => Next::AtOnce,
        Ok(End::Stopped) => Next::Never,
        // Not at once: a disk on which no log can be begun would have the box call without a pause.
        Ok(End::LogLost) => Next::Later,
        Ok(End::Renewed) => Next::AtOnce,
        Ok(End::Refused(refusal)) => refused(link, failures, refusal).await,
        Err(Broken::Lost(lost)) if started.elapsed() < RECONNECT_BASE => {
            // A server that does not believe the box's certificate says so only after the handshake.
            unreached(link, failures, &judge(line.remote_address(), &lost)).await
        }
        Err(error) => {
            let was_long = started.elapsed() > RECONNECT_CAP;
            *failures = if was_long { 0 } else { *failures + 1 };
            tracing::warn!(server = %link.server, reason = %error, "the link broke; connecting again");
            Next::Later
        }
    }
}

/// Holds one conversation, and tells when it began and how it ended.
async fn hold(link: &Link, identity: &Identity, line: &Line) -> (Tick, Result<End, Broken>) {
    let started = Tick::now();
    let ended = dialogue::hold(link, identity, line).await;
    if line.carrier() == Carrier::Udp && started.elapsed() > UDP_LOOK_CAP {
        link.way.note_lasting();
    }
    link.events.send(Event::Link(LinkEvent::Lost)).await;
    line.end(b"bye", FAREWELL).await;
    (started, ended)
}

async fn unreached(link: &Link, failures: &mut u32, error: &Unreached) -> Next {
    *failures += 1;
    tracing::warn!(server = %link.server, reason = %error, "no link; what is on the disk plays on");
    link.events.send(Event::Link(LinkEvent::Unreached(error.words()))).await;
    Next::Later
}

async fn refused(link: &Link, failures: &mut u32, refusal: Refusal) -> Next {
    *failures += 1;
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
        Refusal::Confused { text } => {
            tracing::error!(reason = %text, "the server makes no sense of this box");
            Next::Later
        }
        // Out of turn: it is the answer to a hello.
        Refusal::Expired | Refusal::Other => Next::Later,
    }
}

impl Link {
    /// What an operator sees of this box.
    pub fn description(&self, address: Option<IpAddr>) -> String {
        address.map_or_else(|| self.host.clone(), |address| format!("{}, {address}", self.host))
    }

    /// The server's clock stood so at some moment since `asked`.
    pub async fn learn_time(&self, server_time: Instant, asked: Tick) {
        let text = match self.clock.learn(server_time, asked) {
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
        if self.clock.is_known()
            && let Err(error) = self.store.raise_time_floor(server_time).await
        {
            tracing::error!(reason = %error, "the time floor cannot be kept");
        }
        self.events.send(Event::Link(LinkEvent::TimeLearned)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_from_nothing_to_half_a_minute_and_no_further() {
        for (failures, longest_ms) in [(0, 500), (1, 1_000), (3, 4_000), (6, 30_000), (u32::MAX, 30_000)] {
            let longest = Duration::from_millis(longest_ms);
            assert_eq!(full_jitter(failures, longest_ms), longest, "{failures}");
            assert!(full_jitter(failures, u64::MAX) <= longest);
            assert_eq!(full_jitter(failures, 0), Duration::ZERO);
        }
    }
}
