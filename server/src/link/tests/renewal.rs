//! Certificates that run out: renewed in time, renewed too late, and what a box may do in between.

use anteroom_content::clock::DAY_MS;
use anteroom_content::wire::{ALPN_BULK, Refusal, ToPlayer, ToServer};

use super::super::limits::RENEWALS_MAX;
use super::booth::{Talk, TestBox, soon};
use super::house::House;
use crate::assign;
use crate::state::tests::NOW;

/// When every certificate of today has run out, and not long ago.
const JUST_LATE_MS: i64 = (5 * 365 + 20) * DAY_MS;

/// The box with a new key and the certificate it was sent.
async fn renewed(this: &TestBox, talk: &mut Talk) -> TestBox {
    let mut next = TestBox::new(this.id.clone());
    talk.say(&ToServer::Renew { request_pem: next.request_pem() }).await;
    match talk.next().await {
        ToPlayer::Certificate { pem } => next.certificate_pem = Some(pem),
        word => panic!("a certificate was due: {word:?}"),
    }
    next
}

async fn is_sent_away(house: &House, this: &TestBox) -> bool {
    let mut talk = this.greet(house, this.hello()).await;
    let is_away = talk.next().await == ToPlayer::Refused(Refusal::Unpaired);
    talk.connection.close(0u32.into(), b"heard");
    is_away
}

#[tokio::test]
async fn a_certificate_is_renewed_in_time_and_the_old_one_holds_until_the_new_one_was_used() {
    let house = House::open().await;
    let this = house.hung("box-1", "a-1").await;
    let (mut talk, _) = this.talk(&house).await;
    let next = renewed(&this, &mut talk).await;
    let third = renewed(&this, &mut talk).await;
    let (_still, _) = this.talk(&house).await;
    assert!(is_sent_away(&house, &next).await, "never used, and another one took its place");
    let (_talk, assignment) = third.talk(&house).await;
    assert_eq!(assignment.screens.len(), 1, "it is the same box");
    assert!(is_sent_away(&house, &this).await, "the old one is over");
    let (_again, _) = third.talk(&house).await;
    house.close().await;
}

#[tokio::test]
async fn a_box_that_comes_too_late_may_renew_its_certificate_and_nothing_else() {
    let house = House::open().await;
    let this = house.hung("box-1", "a-1").await;
    house.clock.set(NOW.plus_ms(JUST_LATE_MS));
    let bulk = this.dial(house.address, ALPN_BULK).await.expect("connected");
    let ended = soon("the end", bulk.closed()).await;
    assert!(ended.to_string().contains("the certificate ran out"), "{ended}");

    let mut talk = this.greet(&house, this.hello()).await;
    assert_eq!(talk.next().await, ToPlayer::Refused(Refusal::Expired));
    talk.say(&ToServer::Applied { version: 7, at: NOW }).await;
    talk.closed().await;
    assert!(house.state.fleet.seen().is_empty(), "it was never let in");

    let mut talk = this.greet(&house, this.hello()).await;
    assert_eq!(talk.next().await, ToPlayer::Refused(Refusal::Expired));
    let next = renewed(&this, &mut talk).await;
    talk.connection.close(0u32.into(), b"heard");
    let (_talk, assignment) = next.talk(&house).await;
    assert_eq!(assignment.screens.len(), 1);
    house.close().await;
}

#[tokio::test]
async fn an_unpaired_box_renews_nothing() {
    let house = House::open().await;
    let this = house.hung("box-1", "a-1").await;
    assign::unpair(&house.state, &this.id).await.expect("unpaired");
    house.clock.set(NOW.plus_ms(JUST_LATE_MS));
    assert!(is_sent_away(&house, &this).await);
    house.close().await;
}

#[tokio::test]
async fn a_box_that_asks_for_certificates_without_end_is_hung_up_on() {
    let house = House::open().await;
    let this = house.hung("box-1", "a-1").await;
    let (mut talk, _) = this.talk(&house).await;
    for _ in 0..RENEWALS_MAX {
        renewed(&this, &mut talk).await;
    }
    talk.say(&ToServer::Renew { request_pem: this.request_pem() }).await;
    let word = talk.next().await;
    assert!(matches!(word, ToPlayer::Refused(Refusal::Confused { .. })), "{word:?}");
    let (mut talk, _) = this.talk(&house).await;
    talk.say(&ToServer::Renew { request_pem: "-----BEGIN".into() }).await;
    let word = talk.next().await;
    assert!(matches!(word, ToPlayer::Refused(Refusal::Confused { .. })), "{word:?}");
    house.close().await;
}
