//! Those who behave badly while the others work: slow boxes that say hello and then never listen, and hostile ones that say what
//! no box says. Nobody else may notice.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use anteroom_content::clock::{Clock as _, System};
use anteroom_content::wire::{FRAME_BYTES_MAX, ToPlayer, ToServer};
use ed25519_dalek::SigningKey;
use tokio::net::UdpSocket;

use super::frames::{Frames, say, say_bytes};
use super::identity::Identity;
use super::player::hello;
use super::plays::{Glass, Log};
use super::shared::Shared;
use crate::harness::Outcome;

/// How long a hostile one rests between two deeds: all of them together are a nuisance, not a flood.
const REST: Duration = Duration::from_millis(100);
/// How long it waits to be turned away.
const TURN_MAX: Duration = Duration::from_secs(10);
/// Packets of noise in a deed, and their size in bytes.
const NOISE: (usize, usize) = (32, 1_200);

/// What a hostile one does; it goes round.
#[derive(Debug, Clone, Copy)]
enum Deed {
    /// Packets that are none.
    Noise,
    /// A call that is given up in the middle of its handshake.
    HalfACall,
    /// A frame that says it is longer than any.
    Endless,
    /// A frame that holds no word.
    Rubbish,
    /// Plays that another key signed.
    Forgery,
}

const DEEDS: [Deed; 5] = [Deed::Noise, Deed::HalfACall, Deed::Endless, Deed::Rubbish, Deed::Forgery];

/// They go on until this is dropped.
pub(super) struct Troublemakers {
    tally: Arc<Tally>,
}

#[derive(Default)]
struct Tally {
    is_over: AtomicBool,
    slow: AtomicUsize,
    deeds: AtomicUsize,
    turned_away: AtomicUsize,
}

impl Troublemakers {
    /// Has them begin, inside a runtime: `slow` of the boxes, and the rest hostile.
    pub(super) fn begin(boxes: Vec<Identity>, slow: usize, shared: &Arc<Shared>, server: SocketAddr) -> Self {
        let tally = Arc::new(Tally::default());
        for (n, identity) in boxes.into_iter().enumerate() {
            let (shared, tally) = (Arc::clone(shared), Arc::clone(&tally));
            if n < slow {
                tokio::spawn(async move { never_listen(n, &identity, &shared, &tally).await });
            } else {
                tokio::spawn(async move { go_round(n, &identity, &shared, &tally, server).await });
            }
        }
        Self { tally }
    }

    /// How many slow ones were let in, how many deeds were done, and how often that ended with the door.
    pub(super) fn count(&self) -> (usize, usize, usize) {
        let Tally { slow, deeds, turned_away, .. } = &*self.tally;
        (slow.load(Ordering::SeqCst), deeds.load(Ordering::SeqCst), turned_away.load(Ordering::SeqCst))
    }
}

impl Drop for Troublemakers {
    fn drop(&mut self) {
        self.tally.is_over.store(true, Ordering::SeqCst);
    }
}

/// Says hello, and leaves everything it is told where it is.
async fn never_listen(n: usize, identity: &Identity, shared: &Shared, tally: &Tally) {
    while !tally.is_over.load(Ordering::SeqCst) {
        if let Ok((connection, _speak, _hear)) = enter(n, identity, shared).await {
            tally.slow.fetch_add(1, Ordering::SeqCst);
            // Whoever is told too much without reading it may be sent away; then it comes again.
            connection.closed().await;
        }
        tokio::time::sleep(REST).await;
    }
}

async fn enter(
    n: usize,
    identity: &Identity,
    shared: &Shared,
) -> Outcome<(quinn::Connection, quinn::SendStream, Frames)> {
    let connection = tokio::time::timeout(TURN_MAX, shared.dial.dial(n, identity)?).await??;
    let (mut speak, hear) = connection.open_bi().await?;
    let log = Log::begin(&identity.box_id, 1);
    say(&mut speak, &ToServer::Hello(hello(log.mark, 1, 0))).await?;
    Ok((connection, speak, Frames::of(hear)))
}

async fn go_round(n: usize, identity: &Identity, shared: &Shared, tally: &Tally, server: SocketAddr) {
    for deed in DEEDS.into_iter().cycle().skip(n % DEEDS.len()) {
        if tally.is_over.load(Ordering::SeqCst) {
            return;
        }
        tally.deeds.fetch_add(1, Ordering::SeqCst);
        let done = tokio::time::timeout(TURN_MAX, harm(deed, n, identity, shared, server)).await;
        if matches!(done, Ok(Ok(true))) {
            tally.turned_away.fetch_add(1, Ordering::SeqCst);
        }
        tokio::time::sleep(REST).await;
    }
}

/// Does it; tells whether the server ended the conversation over it.
async fn harm(deed: Deed, n: usize, identity: &Identity, shared: &Shared, server: SocketAddr) -> Outcome<bool> {
    let bytes: Vec<u8> = match deed {
        Deed::Noise => {
            let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            let (packets, size) = NOISE;
            let mut packet = vec![0; size];
            for _ in 0..packets {
                getrandom::fill(&mut packet).map_err(|error| anyhow::anyhow!("no chance to be had: {error}"))?;
                socket.send_to(&packet, server).await?;
            }
            return Ok(false);
        }
        Deed::HalfACall => {
            drop(shared.dial.dial(n, identity)?);
            return Ok(false);
        }
        Deed::Endless => u32::try_from(FRAME_BYTES_MAX + 1)?.to_be_bytes().to_vec(),
        Deed::Rubbish => b"\0\0\0\x05{\"a\":".to_vec(),
        Deed::Forgery => {
            let glass = Glass { zone: "Z".parse()?, screen: "Z-1".parse()? };
            let key = SigningKey::from_bytes(&[9; 32]);
            Log::begin(&identity.box_id, 1).seal((&identity.box_id, &key), &glass, System.now(), 1)?.frame
        }
    };
    let (connection, mut speak, mut hear) = enter(n, identity, shared).await?;
    say_bytes(&mut speak, &bytes).await?;
    // It hears the server out: a welcome may be on its way, and then the end.
    while hear.next::<ToPlayer>().await.is_ok() {}
    connection.closed().await;
    Ok(true)
}
