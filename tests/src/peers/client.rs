//! One client of a peer: dials with a certificate of its own, subscribes, shows that it lives, and checks what it is sent.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anteroom_content::wire::KEEP_ALIVE_SECS;
use anyhow::Context as _;
use ed25519_dalek::{Signature, SigningKey, VerifyingKey};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{MissedTickBehavior, interval_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::authority::{Authority, Badge, server_name};
use super::nats;
use super::tongue::{Tongue, Word};
use crate::harness::Outcome;

/// How often a client dials before it is given up.
const TRIES_MAX: u32 = 20;
/// A dial that takes longer has failed.
const DIAL_MAX: Duration = Duration::from_secs(30);
/// The wait before a failed dial is tried again.
const AGAIN: Duration = Duration::from_millis(200);
/// How much is read at once, in bytes: a message, and one buffer for each of thousands of clients.
const READ_BYTES: usize = 4 * 1024;
/// Source addresses, 127.0.1.1 and on: one address has fewer ports than there are clients.
const SOURCES: usize = 16;
/// A message's signature, in bytes.
const SIGNATURE_BYTES: usize = 64;

/// What all clients have in common.
pub(super) struct Shared {
    pub(super) tongue: Tongue,
    pub(super) address: SocketAddr,
    pub(super) authority: Authority,
    pub(super) verifying_key: VerifyingKey,
    /// How many may be dialling at one time.
    pub(super) dialling: Semaphore,
    pub(super) facts: Mutex<Facts>,
}

/// What happened since it was last asked.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// How long each dial took until messages could come.
    pub(super) dials: Vec<Duration>,
    /// Dials that failed.
    pub(super) failed: usize,
    /// Clients that were given up.
    pub(super) lost: usize,
    /// Why the last of them failed.
    pub(super) last_failure: String,
    /// When a message was there.
    pub(super) receipts: Vec<Instant>,
    /// Connections that broke.
    pub(super) broken: usize,
    /// Signatures that were wrong.
    pub(super) forged: usize,
}

/// A connection that stands.
pub(super) struct Link {
    stream: TlsStream<TcpStream>,
    read: Vec<u8>,
}

impl Shared {
    /// What happened; a thread that ended in between does no harm.
    pub(super) fn facts(&self) -> MutexGuard<'_, Facts> {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Dials, and stays until the connection breaks.
pub(super) async fn live(shared: Arc<Shared>, n: usize, badge: Arc<Badge>) {
    let Some(mut link) = dial(&shared, n, &badge).await else { return };
    let ended = stay(&shared, n, &mut link).await;
    let mut facts = shared.facts();
    facts.broken += 1;
    facts.last_failure = format!("{:#}", ended.err().unwrap_or_else(|| anyhow::anyhow!("it ended")));
}

async fn dial(shared: &Shared, n: usize, badge: &Badge) -> Option<Link> {
    let _turn = shared.dialling.acquire().await.ok()?;
    for _ in 0..TRIES_MAX {
        let began = Instant::now();
        let dialled = tokio::time::timeout(DIAL_MAX, join(shared, n, badge)).await;
        match dialled.context("the dial took too long").and_then(|link| link) {
            Ok(link) => {
                shared.facts().dials.push(began.elapsed());
                return Some(link);
            }
            Err(error) => {
                let mut facts = shared.facts();
                facts.failed += 1;
                facts.last_failure = format!("{error:#}");
            }
        }
        tokio::time::timeout(AGAIN, std::future::pending::<()>()).await.ok();
    }
    shared.facts().lost += 1;
    None
}

async fn join(shared: &Shared, n: usize, badge: &Badge) -> Outcome<Link> {
    let mut link = connect(shared, n, badge).await?;
    link.ask(shared.tongue, &shared.tongue.subscribe()).await?;
    Ok(link)
}

/// Connects, and is greeted.
///
/// # Errors
/// When the server refuses or the line breaks.
pub(super) async fn connect(shared: &Shared, n: usize, badge: &Badge) -> Outcome<Link> {
    let config = shared.authority.config(badge)?;
    let socket = TcpSocket::new_v4()?;
    let source = u8::try_from(n % SOURCES + 1)?;
    socket.bind((Ipv4Addr::new(127, 0, 1, source), 0).into())?;
    let mut tcp = socket.connect(shared.address).await?;
    tcp.set_nodelay(true)?;
    if shared.tongue == Tongue::Nats {
        be_told(&mut tcp).await?;
    }
    let stream = TlsConnector::from(config).connect(server_name()?, tcp).await?;
    let mut link = Link { stream, read: Vec::new() };
    link.ask(shared.tongue, &shared.tongue.greet(n)).await?;
    Ok(link)
}

/// A NATS server describes itself before TLS begins.
async fn be_told(tcp: &mut TcpStream) -> Outcome<()> {
    let mut line = Vec::new();
    while !line.ends_with(b"\r\n") {
        anyhow::ensure!(line.len() < nats::LINE_BYTES_MAX, "the server does not end its first line");
        anyhow::ensure!(tcp.read_buf(&mut line).await? > 0, "the server hung up");
    }
    Ok(())
}

async fn stay(shared: &Shared, n: usize, link: &mut Link) -> Outcome<()> {
    let every = Duration::from_secs(KEEP_ALIVE_SECS);
    let share = u32::try_from(n % 1_000)?;
    let mut alive = interval_at(tokio::time::Instant::now() + every * share / 1_000, every);
    alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            word = link.next(shared.tongue) => match word? {
                Word::Message(payload) => take(shared, &payload),
                Word::Asked => link.say(shared.tongue.pong()).await?,
                Word::Refused(why) => anyhow::bail!("refused: {why}"),
                Word::Greeted | Word::Subscribed | Word::Alive | Word::Other => {}
            },
            _ = alive.tick() => link.say(shared.tongue.ping()).await?,
        }
    }
}

/// Believes what was signed, as our players do.
fn take(shared: &Shared, payload: &[u8]) {
    let at = Instant::now();
    let is_believed = is_signed(&shared.verifying_key, payload);
    let mut facts = shared.facts();
    facts.receipts.push(at);
    facts.forged += usize::from(!is_believed);
}

fn is_signed(key: &VerifyingKey, payload: &[u8]) -> bool {
    payload
        .split_first_chunk::<SIGNATURE_BYTES>()
        .is_some_and(|(signature, body)| key.verify_strict(body, &Signature::from_bytes(signature)).is_ok())
}

/// A signed message of so many bytes, the signature included.
pub(super) fn message(key: &SigningKey, size_bytes: usize) -> Vec<u8> {
    use ed25519_dalek::Signer as _;
    let body: Vec<u8> = (b'a'..=b'z').cycle().take(size_bytes.saturating_sub(SIGNATURE_BYTES)).collect();
    let mut payload = key.sign(&body).to_bytes().to_vec();
    payload.extend(body);
    payload
}

impl Link {
    /// Writes.
    ///
    /// # Errors
    /// When the line is cut.
    pub(super) async fn say(&mut self, words: &[u8]) -> Outcome<()> {
        self.stream.write_all(words).await?;
        Ok(self.stream.flush().await?)
    }

    /// Writes, and waits until the server has taken it.
    async fn ask(&mut self, tongue: Tongue, words: &[u8]) -> Outcome<()> {
        self.say(words).await?;
        loop {
            match self.next(tongue).await? {
                Word::Greeted | Word::Subscribed | Word::Alive => return Ok(()),
                Word::Refused(why) => anyhow::bail!("refused: {why}"),
                Word::Message(_) | Word::Asked | Word::Other => {}
            }
        }
    }

    /// The next word; may be given up and taken up again.
    async fn next(&mut self, tongue: Tongue) -> Outcome<Word> {
        loop {
            if let Some(word) = tongue.next(&mut self.read)? {
                if self.read.is_empty() {
                    // Thousands wait for the next word with no buffer at all.
                    self.read = Vec::new();
                }
                return Ok(word);
            }
            self.read.reserve(READ_BYTES);
            anyhow::ensure!(self.stream.read_buf(&mut self.read).await? > 0, "the server hung up");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_as_long_as_asked_and_believed_only_untouched() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let mut payload = message(&key, 2_048);
        assert_eq!(payload.len(), 2_048);
        assert!(is_signed(&key.verifying_key(), &payload));
        payload[100] ^= 1;
        assert!(!is_signed(&key.verifying_key(), &payload));
        assert!(!is_signed(&key.verifying_key(), b"short"));
    }
}
