//! Boxes whose UDP is blocked: the same words over TLS on TCP, the same limits, and nobody else pays for them.

use std::sync::Arc;

use anteroom_content::id::ContentHash;
use anteroom_content::manifest::{Assignment, Manifest};
use anteroom_content::wire::{
    ALPN_BULK, ALPN_CONTROL, ALPN_ENROL, Carrier, Fetch, Found, PictureFormat, PictureHead, Refusal, SERVER_NAME,
    ToPlayer, ToServer, encode, frame_length,
};
use rustls::pki_types::ServerName;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::super::limits::TCP_HALF_OPEN_MAX;
use super::booth::{TestBox, once, open, soon, tls};
use super::house::{House, screen, zone};
use crate::assign;
use crate::publish::publish;
use crate::state::tests::NOW;

/// A connection over TCP, from the box's side.
struct OverTcp(TlsStream<TcpStream>);

impl OverTcp {
    async fn dial(house: &House, alpn: &[u8], identity: Option<(&str, &rcgen::KeyPair)>) -> std::io::Result<Self> {
        let socket = TcpStream::connect(house.address_tcp).await?;
        let name = ServerName::try_from(SERVER_NAME).expect("a name");
        let connector = TlsConnector::from(Arc::new(tls(alpn, identity)));
        soon("a handshake", connector.connect(name, socket)).await.map(Self)
    }

    /// The conversation of a paired box, up to its assignment.
    async fn talk(house: &House, this: &TestBox) -> (Self, Assignment) {
        let mut talk = Self::dial(house, ALPN_CONTROL, this.identity()).await.expect("connected");
        talk.say(&ToServer::Hello(this.hello())).await;
        let welcome = talk.hear().await;
        assert!(matches!(welcome, ToPlayer::Welcome { .. }), "{welcome:?}");
        let ToPlayer::Assigned(envelope) = talk.hear().await else { panic!("no assignment") };
        (talk, open(house, &envelope))
    }

    async fn say<T: Serialize>(&mut self, word: &T) {
        self.write(&encode(word).expect("a frame")).await;
    }

    async fn write(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.expect("said");
        self.0.flush().await.expect("gone out");
    }

    /// The next frame that says something.
    async fn hear<T: DeserializeOwned>(&mut self) -> T {
        soon("a word", async {
            loop {
                let mut head = [0; 4];
                self.0.read_exact(&mut head).await.expect("a frame");
                let mut body = vec![0; frame_length(head).expect("not too long")];
                self.0.read_exact(&mut body).await.expect("all of it");
                if !body.is_empty() {
                    return serde_json::from_slice(&body).expect("a word");
                }
            }
        })
        .await
    }

    async fn manifest(&mut self, house: &House) -> Manifest {
        let ToPlayer::Manifest(envelope) = self.hear().await else { panic!("no manifest") };
        open(house, &envelope)
    }

    async fn fetch(&mut self, hash: ContentHash, from_byte: u64) -> (Option<u64>, Vec<u8>) {
        self.say(&Fetch { hash, from_byte }).await;
        let found: Found = self.hear().await;
        let left = found.size_bytes.unwrap_or(0).saturating_sub(from_byte);
        let mut bytes = vec![0; usize::try_from(left).expect("small")];
        soon("the bytes", self.0.read_exact(&mut bytes)).await.expect("all of it");
        (found.size_bytes, bytes)
    }

    /// Waits for the end.
    async fn ends(&mut self) {
        let mut rest = Vec::new();
        // It may end without a farewell of TLS; what was said before has been heard.
        let _ = soon("the end", self.0.read_to_end(&mut rest)).await;
        assert!(rest.iter().all(|byte| *byte == 0), "only empty frames: {rest:?}");
    }
}

#[tokio::test]
async fn a_box_whose_udp_is_blocked_hears_and_says_the_same_over_tcp() {
    let house = House::open().await;
    publish(&house.state, "editor").await.expect("published");
    let this = house.hung("box-1", "a-1").await;
    let (mut talk, assignment) = OverTcp::talk(&house, &this).await;
    assert_eq!((&assignment.zone, assignment.screens), (&zone("a"), vec![screen("a-1")]));
    assert_eq!(talk.manifest(&house).await.zone, zone("a"));
    assert_eq!(house.state.fleet.seen()[0].carrier, Carrier::Tcp, "people are told");

    house.show_picture("a", b"a picture").await;
    let published = publish(&house.state, "editor").await.expect("published");
    assert_eq!(talk.manifest(&house).await.version, published.version, "a publication is pushed");
    talk.write(&anteroom_content::wire::EMPTY_FRAME).await;
    talk.say(&ToServer::Applied { version: published.version, at: NOW }).await;
    let applied = once("an application", &house.state, |state| state.fleet.seen()[0].applied).await;
    assert_eq!(applied, (published.version, NOW));
    talk.0.shutdown().await.expect("left");
    once("a farewell", &house.state, |state| state.fleet.seen().is_empty().then_some(())).await;
    talk.ends().await;
    house.close().await;
}

#[tokio::test]
async fn files_and_pictures_go_over_a_further_connection_one_after_another() {
    let house = House::open().await;
    let picture: Vec<u8> = (0..400_000_u32).map(|n| n.to_le_bytes()[0] ^ n.to_le_bytes()[1]).collect();
    let file = house.show_picture("a", &picture).await;
    publish(&house.state, "editor").await.expect("published");
    let this = house.hung("box-1", "a-1").await;
    let (mut talk, _) = OverTcp::talk(&house, &this).await;
    let show = talk.manifest(&house).await.show;

    let mut bulk = OverTcp::dial(&house, ALPN_BULK, this.identity()).await.expect("connected");
    assert_eq!(ContentHash::of(&bulk.fetch(show.hash, 0).await.1), show.hash);
    assert_eq!(bulk.fetch(file, 0).await, (Some(400_000), picture.clone()));
    assert_eq!(bulk.fetch(ContentHash::of(b"nothing"), 0).await, (None, Vec::new()));
    assert_eq!(bulk.fetch(file, 399_990).await, (Some(400_000), picture[399_990..].to_vec()));
    assert_eq!(bulk.fetch(file, u64::MAX).await, (Some(400_000), Vec::new()), "nothing is left");

    let jpeg = [&[0xff, 0xd8, 0xff][..], &vec![7; 100_000]].concat();
    let size_bytes = u64::try_from(jpeg.len()).expect("small");
    let head = |name| PictureHead { screen: screen(name), at: NOW, format: PictureFormat::Jpeg, size_bytes };
    bulk.say(&head("a-1")).await;
    bulk.write(&jpeg).await;
    let kept = once("a picture", &house.state, |state| state.fleet.picture(&screen("a-1"))).await;
    assert_eq!(*kept.bytes, *jpeg);
    assert_eq!(bulk.fetch(file, 399_990).await.0, Some(400_000), "and it goes on");
    bulk.say(&head("b-1")).await;
    bulk.ends().await;
    assert!(house.state.fleet.picture(&screen("b-1")).is_none(), "a box speaks for its own glass alone");
    house.close().await;
}

#[tokio::test]
async fn the_newer_conversation_has_the_place_whichever_way_it_comes() {
    let house = House::open().await;
    let this = house.hung("box-1", "a-1").await;
    let carrier = |house: &House| house.state.fleet.seen()[0].carrier;
    let (mut blocked, _) = OverTcp::talk(&house, &this).await;
    let (back, _) = this.talk(&house).await;
    blocked.ends().await;
    assert_eq!(carrier(&house), Carrier::Udp);
    let (_blocked, _) = OverTcp::talk(&house, &this).await;
    back.closed().await;
    assert_eq!(carrier(&house), Carrier::Tcp);
    house.close().await;
}

#[tokio::test]
async fn an_unpaired_box_loses_both_connections_over_tcp_at_once() {
    let house = House::open().await;
    let this = house.hung("box-1", "a-1").await;
    let (mut talk, _) = OverTcp::talk(&house, &this).await;
    let mut bulk = OverTcp::dial(&house, ALPN_BULK, this.identity()).await.expect("connected");
    assert_eq!(bulk.fetch(ContentHash::of(b"x"), 0).await.0, None, "it may ask");
    assign::unpair(&house.state, &this.id).await.expect("unpaired");
    assert_eq!(talk.hear::<ToPlayer>().await, ToPlayer::Refused(Refusal::Unpaired));
    talk.ends().await;
    bulk.ends().await;
    house.close().await;
}

#[tokio::test]
async fn strangers_over_tcp_get_as_far_as_over_quic() {
    let house = House::open().await;
    for alpn in [ALPN_CONTROL, ALPN_BULK] {
        OverTcp::dial(&house, alpn, None).await.expect("TLS does not ask").ends().await;
    }
    assert!(OverTcp::dial(&house, b"h2", None).await.is_err(), "an unknown protocol");
    let this = house.hung("box-1", "a-1").await;
    for nonsense in [70_000_u32.to_be_bytes().to_vec(), [&3_u32.to_be_bytes()[..], b"abc"].concat()] {
        let (mut talk, _) = OverTcp::talk(&house, &this).await;
        talk.write(&nonsense).await;
        let word = talk.hear::<ToPlayer>().await;
        assert!(matches!(word, ToPlayer::Refused(Refusal::Confused { .. })), "{word:?}");
    }
    let mut enrolling = OverTcp::dial(&house, ALPN_ENROL, None).await.expect("anybody may");
    enrolling.write(&20_000_u32.to_be_bytes()).await;
    enrolling.ends().await;
    house.close().await;
}

#[tokio::test]
async fn half_handshakes_over_tcp_keep_no_box_out_that_comes_over_quic() {
    let house = House::open().await;
    let mut mute = Vec::new();
    for _ in 0..TCP_HALF_OPEN_MAX {
        mute.push(TcpStream::connect(house.address_tcp).await.expect("connected"));
    }
    let mut one_more = TcpStream::connect(house.address_tcp).await.expect("the kernel takes it");
    let hung_up = soon("it is hung up on", one_more.read(&mut [0; 8])).await;
    assert!(!matches!(hung_up, Ok(1..)), "no place is left for another half-open one: {hung_up:?}");

    let this = house.hung("box-1", "a-1").await;
    let (_talk, _) = this.talk(&house).await;
    drop(mute);
    let other = house.hung("box-2", "b-1").await;
    soon("a place to become free", async {
        while OverTcp::dial(&house, ALPN_BULK, other.identity()).await.is_err() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(house.state.fleet.count(), 1);
    house.close().await;
}

#[tokio::test]
async fn a_box_over_tcp_that_does_not_read_is_dropped_and_costs_a_bounded_room() {
    let house = House::open().await;
    let (deaf, other) = (house.hung("box-1", "a-1").await, house.hung("box-2", "b-1").await);
    let (_deaf, _) = OverTcp::talk(&house, &deaf).await;
    let (mut hears, _) = other.talk(&house).await;
    let word = ToPlayer::Certificate { pem: "x".repeat(60_000) };
    let (mut told, mut bytes_taken) = (true, 0);
    while told {
        told = house.state.fleet.tell(&deaf.id, word.clone());
        bytes_taken += 60_000;
        // The queue, the kernel's two buffers, TLS: what comes on top is not taken.
        assert!(bytes_taken < 16 * 1024 * 1024, "there is no end to what is kept for it");
        assert!(house.state.fleet.tell(&other.id, ToPlayer::Unknown));
        assert_eq!(hears.next().await, ToPlayer::Unknown, "the other box hears every word");
    }
    once("it to be gone", &house.state, |state| (state.fleet.count() == 1).then_some(())).await;
    house.close().await;
}

#[tokio::test]
async fn a_box_over_tcp_hears_that_the_server_stops_before_its_line_is_shut() {
    let house = House::open().await;
    let this = house.hung("box-1", "a-1").await;
    let (mut talk, _) = OverTcp::talk(&house, &this).await;
    let stopped = tokio::spawn(house.stop());
    let last: ToPlayer = talk.hear().await;
    assert!(matches!(last, ToPlayer::Stopping { return_within_ms: 1_000 }), "{last:?}");
    talk.ends().await;
    soon("the server stops", stopped).await.expect("no panic");
}
