//! Whoever should not be here: sent away or dropped, and the boxes of the house notice nothing.

use anteroom_content::clock::DAY_MS;
use anteroom_content::wire::{ALPN_BULK, ALPN_CONTROL, Refusal, ToPlayer, ToServer};
use quinn::ConnectionError;

use super::super::limits::{CLOSE_CONFUSED, CLOSE_REFUSED};
use super::booth::{dial, fetch, soon};
use super::house::{House, screen};
use crate::assign;
use crate::state::tests::NOW;
use crate::trust::Keys;

/// How a connection ended that nothing was said on.
async fn end_of(dialled: Result<quinn::Connection, ConnectionError>) -> ConnectionError {
    match dialled {
        Ok(connection) => soon("the end", connection.closed()).await,
        Err(error) => error,
    }
}

fn is_tls(error: &ConnectionError) -> bool {
    // QUIC carries TLS alerts as codes from 0x100 on.
    let code = |code: quinn::TransportErrorCode| (0x100..0x200).contains(&u64::from(code));
    match error {
        ConnectionError::ConnectionClosed(closed) => code(closed.error_code),
        ConnectionError::TransportError(error) => code(error.code),
        _ => false,
    }
}

#[tokio::test]
async fn a_certificate_of_another_authority_is_refused() {
    let house = House::open().await;
    let elsewhere = tempfile::tempdir().expect("a folder");
    let other = Keys::load_or_make(elsewhere.path(), NOW).expect("keys");
    let mut this = house.paired("box-1").await;
    this.certificate_pem = Some(
        other.sign_box(&this.request_pem(), (&this.id, &this.signing_key.verifying_key()), NOW).expect("signed").pem,
    );
    let ended = end_of(soon("an answer", this.dial(house.address, ALPN_CONTROL)).await).await;
    assert!(is_tls(&ended), "{ended}");
    house.close().await;
}

#[tokio::test]
async fn a_box_whose_certificate_ran_out_half_a_year_ago_by_the_servers_clock_must_be_paired_again() {
    let house = House::open().await;
    let this = house.paired("box-1").await;
    house.clock.set(NOW.plus_ms(7 * 366 * DAY_MS));
    let mut talk = this.greet(&house, this.hello()).await;
    assert_eq!(talk.next().await, ToPlayer::Refused(Refusal::Unpaired));
    talk.connection.close(0u32.into(), b"heard");
    house.close().await;
}

#[tokio::test]
async fn without_a_certificate_there_is_nothing_but_enrolment() {
    let house = House::open().await;
    for alpn in [ALPN_CONTROL, ALPN_BULK] {
        let ended = end_of(soon("an answer", dial(house.address, alpn, None)).await).await;
        let ConnectionError::ApplicationClosed(closed) = ended else { panic!("{ended}") };
        assert_eq!(closed.error_code, CLOSE_REFUSED.into());
    }
    let ended = end_of(soon("an answer", dial(house.address, b"h3", None)).await).await;
    assert!(is_tls(&ended), "an unknown protocol: {ended}");
    house.close().await;
}

#[tokio::test]
async fn a_box_is_unpaired_in_the_middle_of_a_word_and_stays_outside() {
    let house = House::open().await;
    let this = house.hung("box-1", "a-1").await;
    let (mut talk, _) = this.talk(&house).await;
    let bulk = this.dial(house.address, ALPN_BULK).await.expect("connected");
    let part = anteroom_content::id::ContentHash::of(b"x");
    assert_eq!(fetch(&bulk, part, 0).await.0, None, "it may ask");
    assign::unpair(&house.state, &this.id).await.expect("unpaired");
    assert_eq!(talk.next().await, ToPlayer::Refused(Refusal::Unpaired));
    talk.connection.close(0u32.into(), b"heard");
    let mut again = this.greet(&house, this.hello()).await;
    assert_eq!(again.next().await, ToPlayer::Refused(Refusal::Unpaired));
    again.connection.close(0u32.into(), b"heard");
    let ended = end_of(this.dial(house.address, ALPN_BULK).await).await;
    assert!(matches!(ended, ConnectionError::ApplicationClosed(_)), "{ended}");
    assert!(matches!(assign::attach(&house.state, &this.id, &screen("a-1")).await, Err(assign::AssignError::NoBox(_))));
    house.close().await;
}

#[tokio::test]
async fn garbage_and_half_handshakes_disturb_nobody() {
    let house = House::open().await;
    let this = house.hung("box-1", "a-1").await;
    let (_talk, _) = this.talk(&house).await;
    let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    let mut seed = 1_u64;
    for length in (0..1_400).step_by(7) {
        let noise: Vec<u8> = (0..length)
            .map(|_| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                seed.to_be_bytes()[0]
            })
            .collect();
        socket.send_to(&noise, house.address).await.expect("sent");
        // The same, dressed as the first packet of a QUIC connection.
        let dressed: Vec<u8> = [0xc0, 0, 0, 0, 1, 8].into_iter().chain(noise).chain([0; 1_200]).take(1_200).collect();
        socket.send_to(&dressed, house.address).await.expect("sent");
    }
    // Callers that begin a handshake and say nothing more.
    for _ in 0..20 {
        let dialled = dial(house.address, ALPN_CONTROL, None);
        let _ = tokio::time::timeout(std::time::Duration::ZERO, dialled).await;
    }
    let other = house.hung("box-2", "b-1").await;
    let (_talk, assignment) = other.talk(&house).await;
    assert_eq!(assignment.screens, [screen("b-1")]);
    assert_eq!(house.state.fleet.seen().len(), 2);
    house.close().await;
}

#[tokio::test]
async fn a_box_that_makes_no_sense_is_told_so() {
    let house = House::open().await;
    let this = house.hung("box-1", "a-1").await;
    let too_long = 70_000_u32.to_be_bytes().to_vec();
    let no_json = [&3_u32.to_be_bytes()[..], b"abc"].concat();
    let half = [&36_u32.to_be_bytes()[..], br#"{"type":"applied","version":"eleven"}"#].concat();
    for nonsense in [too_long, no_json, half] {
        let (mut talk, _) = this.talk(&house).await;
        talk.speak.write_all(&nonsense).await.expect("sent");
        let word = talk.next().await;
        assert!(matches!(word, ToPlayer::Refused(Refusal::Confused { .. })), "{word:?}");
        talk.connection.close(0u32.into(), b"heard");
    }
    let mut mute = this.greet(&house, this.hello()).await;
    mute.say(&ToServer::Hello(this.hello())).await;
    assert_eq!(mute.closed().await.0, u64::from(CLOSE_CONFUSED), "one that does not hang up is hung up on");
    let (mut talk, _) = this.talk(&house).await;
    let newer = br#"{"type":"sing","song":"of a newer box"}"#;
    let framed = [&u32::try_from(newer.len()).expect("small").to_be_bytes()[..], newer].concat();
    talk.speak.write_all(&framed).await.expect("sent");
    assert!(house.state.fleet.tell(&this.id, ToPlayer::Unknown), "it is still connected");
    assert_eq!(talk.next().await, ToPlayer::Unknown, "an unknown word is skipped");
    house.close().await;
}
