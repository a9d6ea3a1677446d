//! The link against a small server in the same process.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use anteroom_content::clock::{Clock as _, Instant};
use anteroom_content::id::{ContentHash, ScreenId};
use anteroom_content::play::LogMark;
use anteroom_content::wire::{Carrier, PictureFormat, PictureHead, Refusal, ToPlayer, ToServer};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio::sync::{mpsc, watch};

use super::fake::FakeServer;
use super::transfer::{FetchError, fetch};
use super::way::Way;
use super::{Link, run, tls};
use crate::agent::events::{self, Event, LinkEvent, Picture};
use crate::agent::limits::TIME_BORN;
use crate::agent::playlog::Scribe;
use crate::agent::store::{Files, Store};
use crate::agent::time::BoxClock;

/// A link and the other end of its queue.
struct Bench {
    server: FakeServer,
    link: Link,
    events: mpsc::Receiver<Event>,
    stop: watch::Sender<bool>,
    _wanted: watch::Sender<Option<anteroom_content::manifest::Manifest>>,
}

impl Bench {
    async fn build(folder: &Path) -> Self {
        Self::with_clock(folder, BoxClock::fixed(Instant(1_800_000_000_000))).await
    }

    async fn with_clock(folder: &Path, clock: BoxClock) -> Self {
        let server = FakeServer::start();
        let store = Store::open(folder).await.unwrap();
        let clock = Arc::new(clock);
        let (sender, events) = events::channel();
        let scribe = Scribe::start(store.clone(), Arc::clone(&clock), sender.clone()).await.unwrap();
        let (wanted, to_fetch) = watch::channel(None);
        let (stop, stopped) = watch::channel(false);
        let link = Link {
            server: server.address.to_string(),
            voucher: None,
            way: Arc::default(),
            host: "bench".into(),
            boot: 1,
            clock,
            store,
            files: Files::open(folder.join("files")).unwrap(),
            evergreen: Files::open(folder.join("evergreen")).unwrap(),
            scribe,
            events: sender,
            wanted: to_fetch,
            fetch_left_bytes: Arc::new(AtomicU64::new(0)),
            stop: stopped,
        };
        Self { server, link, events, stop, _wanted: wanted }
    }

    async fn next(&mut self) -> LinkEvent {
        loop {
            match self.events.recv().await.unwrap() {
                Event::Link(event) => return event,
                Event::Trouble(trouble) => tracing::info!(trouble.text = %trouble.text, "trouble"),
                other => panic!("not about the link: {other:?}"),
            }
        }
    }

    /// The next event that `pick` likes.
    async fn until<T>(&mut self, mut pick: impl FnMut(LinkEvent) -> Option<T>) -> T {
        loop {
            if let Some(found) = pick(self.next().await) {
                return found;
            }
        }
    }
}

#[tokio::test]
async fn a_box_shows_the_code_the_server_computed_and_talks_once_it_was_typed() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::build(folder.path()).await;
    tokio::spawn(run(bench.link.clone()));
    let pairing = bench.server.pairings.recv().await.unwrap();
    assert!(pairing.reveal.description.starts_with("bench"));
    let LinkEvent::Code(shown, Carrier::Udp) = bench.next().await else { panic!("no code") };
    assert_eq!(shown, pairing.code);

    // Nobody typed it in time: another code, by another key.
    drop(pairing.decide);
    let LinkEvent::Code(second, _) = bench.next().await else { panic!("no second code") };
    assert_ne!(second, shown);
    assert_eq!(bench.server.pair("box-7").await, second);

    let LinkEvent::Paired(identity) = bench.next().await else { panic!("not paired") };
    assert_eq!(identity.box_id.as_str(), "box-7");
    let talk = bench.server.talks.recv().await.unwrap();
    assert_eq!((talk.hello.boot, talk.hello.manifest_version, talk.hello.oldest_seq), (1, 0, 1));
    bench.until(|event| matches!(event, LinkEvent::Connected(..)).then_some(())).await;
    let kept = bench.link.store.identity().await.unwrap().unwrap();
    assert_eq!(kept.certificate_pem, identity.certificate_pem);
    bench.stop.send_replace(true);
    talk.connection.closed().await;
}

/// The certificate a box came with.
fn shown_by(talk: &super::fake::Talk) -> Vec<u8> {
    let shown = talk.connection.peer_identity().unwrap().downcast::<Vec<CertificateDer<'_>>>().unwrap();
    shown[0].to_vec()
}

#[tokio::test]
async fn a_certificate_that_runs_out_soon_is_renewed_and_used_from_the_next_connection_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::build(folder.path()).await;
    bench.server.shorten_certificates();
    tokio::spawn(run(bench.link.clone()));
    bench.server.pair("box-7").await;
    let mut talk = bench.server.talks.recv().await.unwrap();
    let before = shown_by(&talk);
    let ToServer::Renew { request_pem } = talk.next().await else { panic!("no renewal was asked for") };
    let pem = bench.server.sign(&request_pem);
    talk.say(ToPlayer::Certificate { pem: "-----BEGIN".into() }).await;
    talk.connection.close(0u32.into(), b"come back");

    let mut talk = bench.server.talks.recv().await.unwrap();
    assert_eq!(shown_by(&talk), before, "what is of no use is not kept");
    let ToServer::Renew { request_pem } = talk.next().await else { panic!("no renewal was asked for") };
    let renewed = bench.server.sign(&request_pem);
    assert_ne!(renewed, pem);
    talk.say(ToPlayer::Certificate { pem: renewed.clone() }).await;
    while bench.link.store.identity().await.unwrap().unwrap().certificate_pem != renewed {
        tokio::task::yield_now().await;
    }
    talk.connection.close(0u32.into(), b"come back");
    let talk = bench.server.talks.recv().await.unwrap();
    assert_eq!(shown_by(&talk), CertificateDer::from_pem_slice(renewed.as_bytes()).unwrap().to_vec());
}

#[tokio::test]
async fn a_box_that_comes_too_late_renews_its_certificate_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::build(folder.path()).await;
    bench.server.expire_next();
    tokio::spawn(run(bench.link.clone()));
    bench.server.pair("box-7").await;
    let identity = bench.until(|event| if let LinkEvent::Paired(found) = event { Some(found) } else { None }).await;
    let talk = bench.server.talks.recv().await.unwrap();
    let kept = bench.link.store.identity().await.unwrap().unwrap();
    assert_ne!((&kept.key_pem, &kept.certificate_pem), (&identity.key_pem, &identity.certificate_pem));
    assert_eq!(shown_by(&talk), CertificateDer::from_pem_slice(kept.certificate_pem.as_bytes()).unwrap().to_vec());
    assert_eq!((talk.hello.held.charter_version, talk.hello.held.epoch), (1, 1));
}

#[tokio::test]
async fn a_server_of_another_authority_is_not_spoken_to() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::build(folder.path()).await;
    let stranger = FakeServer::start();
    tokio::spawn(run(bench.link.clone()));
    bench.server.pair("box-7").await;
    let identity = bench.until(|event| if let LinkEvent::Paired(found) = event { Some(found) } else { None }).await;
    let pass = tls::when_paired(&identity, &bench.link.clock, tls::Purpose::Control).unwrap();
    let error = super::connect::connect(&stranger.address.to_string(), &Way::default(), &pass).await.unwrap_err();
    assert!(matches!(error, super::connect::Unreached::Stranger { .. }), "{error}");
    assert!(super::connect::connect(&bench.server.address.to_string(), &Way::default(), &pass).await.is_ok());
}

#[tokio::test]
async fn an_unpaired_box_forgets_who_it_was_and_shows_a_code_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::build(folder.path()).await;
    tokio::spawn(run(bench.link.clone()));
    bench.server.pair("box-7").await;
    let mut talk = bench.server.talks.recv().await.unwrap();
    let first_log = talk.hello.log.log_epoch;
    talk.say(ToPlayer::Refused(Refusal::Unpaired)).await;
    bench.until(|event| matches!(event, LinkEvent::Unpaired).then_some(())).await;
    bench.server.pair("box-8").await;
    let talk = bench.server.talks.recv().await.unwrap();
    assert_ne!(talk.hello.log.log_epoch, first_log, "another box keeps another log");
}

#[tokio::test]
async fn a_dead_clock_follows_the_server_and_a_lost_log_begins_anew() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::with_clock(folder.path(), BoxClock::fixed(Instant(0))).await;
    assert!(bench.link.clock.now().ms_since(TIME_BORN) < 60_000);
    tokio::spawn(run(bench.link.clone()));
    bench.server.set_time(Instant(1_900_000_000_000));
    bench.server.pair("box-7").await;
    let talk = bench.server.talks.recv().await.unwrap();
    bench.until(|event| matches!(event, LinkEvent::Connected(..)).then_some(())).await;
    assert!((bench.link.clock.now().0 - 1_900_000_000_000).abs() < 60_000);
    assert_eq!(bench.link.store.time_floor().await.unwrap(), Some(Instant(1_900_000_000_000)));

    // A server that holds more of this log than the box does: the box has lost plays and must not number them again.
    bench.server.set_acked(LogMark { log_epoch: talk.hello.log.log_epoch, seq: 12 });
    talk.connection.close(0u32.into(), b"come back");
    let again = bench.server.talks.recv().await.unwrap();
    let anew = bench.server.talks.recv().await.unwrap();
    assert_eq!(again.hello.log.log_epoch, talk.hello.log.log_epoch);
    assert_ne!(anew.hello.log.log_epoch, talk.hello.log.log_epoch);
}

#[tokio::test]
async fn a_cut_file_is_fetched_from_where_it_stopped_and_a_wrong_one_never_arrives() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::build(folder.path()).await;
    tokio::spawn(run(bench.link.clone()));
    bench.server.pair("box-7").await;
    let identity = bench.until(|event| if let LinkEvent::Paired(found) = event { Some(found) } else { None }).await;
    let pass = tls::when_paired(&identity, &bench.link.clock, tls::Purpose::Bulk).unwrap();
    let bulk = super::connect::connect(&bench.link.server, &bench.link.way, &pass).await.unwrap();

    let bytes: Vec<u8> = (0..700_000u32).map(|n| (n % 251) as u8).collect();
    let file = bench.server.keep(&bytes);
    bench.server.cut_next_after(300_000);
    let left = AtomicU64::new(file.1);
    assert!(fetch(&bulk, &bench.link.files, file, &left).await.is_err());
    assert!(!bench.link.files.holds(&file.0));
    fetch(&bulk, &bench.link.files, file, &left).await.unwrap();
    assert_eq!(bench.server.fetches().last().unwrap().from_byte, 300_000);
    assert_eq!(left.into_inner(), 0);
    assert_eq!(bench.link.files.read(&file.0).unwrap(), bytes);

    let left = AtomicU64::new(0);
    let nobody = ContentHash::of(b"nobody has this");
    assert!(matches!(fetch(&bulk, &bench.link.files, (nobody, 5), &left).await, Err(FetchError::Missing(_))));
    let (hash, _) = bench.server.keep(b"twelve bytes");
    let lied = fetch(&bulk, &bench.link.files, (hash, 11), &left).await;
    assert!(matches!(lied, Err(FetchError::OtherSize { wanted: 11, found: 12, .. })));
}

#[tokio::test]
async fn a_picture_of_the_glass_is_sent_when_it_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::build(folder.path()).await;
    tokio::spawn(run(bench.link.clone()));
    bench.server.pair("box-7").await;
    let mut talk = bench.server.talks.recv().await.unwrap();
    let screen = ScreenId::parse("Z1-1").unwrap();
    talk.say(ToPlayer::Look { screen: screen.clone(), width_max: 320 }).await;
    let answer = bench
        .until(|event| match event {
            LinkEvent::Look { width_max: 320, answer, .. } => Some(answer),
            _ => None,
        })
        .await;
    let file = folder.path().join("glass.jpg");
    std::fs::write(&file, b"what is on the glass").unwrap();
    answer.send(Ok(Picture { file: file.clone(), at: Instant(5) })).unwrap();
    let (head, bytes) = talk.picture().await;
    assert_eq!((head.screen, head.at, bytes.as_slice()), (screen, Instant(5), b"what is on the glass".as_slice()));
    assert!(!file.exists(), "the picture is not left behind");
}

#[tokio::test]
async fn what_would_be_a_further_stream_is_a_further_connection_over_tcp() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::build(folder.path()).await;
    tokio::spawn(run(bench.link.clone()));
    bench.server.pair("box-7").await;
    let identity = bench.until(|event| if let LinkEvent::Paired(found) = event { Some(found) } else { None }).await;
    let server = bench.server.address_tcp.to_string();
    let pass = |purpose| tls::when_paired(&identity, &bench.link.clock, purpose).unwrap();
    let talk = super::connect::over_tcp(&server, &pass(tls::Purpose::Control)).await.unwrap();
    assert_eq!(talk.carrier(), Carrier::Tcp);
    let (_speak, _hear) = talk.open_bi().await.unwrap();

    let bytes: Vec<u8> = (0..300_000u32).map(|n| (n % 251) as u8).collect();
    let (one, two) = (bench.server.keep(&bytes), bench.server.keep(b"twelve bytes"));
    let left = AtomicU64::new(0);
    fetch(&talk, &bench.link.files, one, &left).await.unwrap();
    assert_eq!(bench.link.files.read(&one.0).unwrap(), bytes);
    assert!(!talk.is_over(), "the conversation has its own connection");

    let screen = ScreenId::parse("Z1-1").unwrap();
    let head = PictureHead { screen, at: Instant(5), format: PictureFormat::Jpeg, size_bytes: 100_000 };
    let mut glass = talk.open_uni().await.unwrap();
    super::frames::say(&mut glass, &head).await.unwrap();
    glass.write_all(&vec![7; 100_000]).await.unwrap();
    glass.finish();
    glass.stopped().await;
    assert_eq!(bench.server.pictures.recv().await.unwrap(), (head, vec![7; 100_000]));

    // Files go one after another over one connection, and what is missing does no harm; another size ends it.
    let bulk = super::connect::over_tcp(&server, &pass(tls::Purpose::Bulk)).await.unwrap();
    let nobody = ContentHash::of(b"nobody has this");
    assert!(matches!(fetch(&bulk, &bench.link.files, (nobody, 5), &left).await, Err(FetchError::Missing(_))));
    fetch(&bulk, &bench.link.files, two, &left).await.unwrap();
    assert!(!bulk.is_over());
    let (other, _) = bench.server.keep(&bytes[1..]);
    let lied = fetch(&bulk, &bench.link.files, (other, 11), &left).await;
    assert!(matches!(lied, Err(FetchError::OtherSize { wanted: 11, found: 299_999, .. })));
    assert!(bulk.is_over(), "what is still to come would be taken for the next answer");
}
