//! Remote hands over the players' door: what is taken down is told whenever a box comes, orders are answered or are not, and a
//! box of a release without hands is told neither.

use anteroom_content::id::ScreenId;
use anteroom_content::wire::{Answer, Command, Hello, IDENTIFY_MS, Order, Outcome, ToPlayer, ToServer, WhyNot};

use super::booth::{Talk, once};
use super::house::{House, screen};
use crate::hands::{Fate, Scope, give, put_back, take_down};
use crate::state::tests::NOW;

fn scope(text: &str) -> Scope {
    text.parse().expect("a scope")
}

fn down(screens: &[&str]) -> ToPlayer {
    ToPlayer::TakenDown { screens: screens.iter().map(|name| screen(name)).collect() }
}

async fn order(talk: &mut Talk) -> Order {
    match talk.next().await {
        ToPlayer::Order(order) => order,
        word => panic!("an order was due: {word:?}"),
    }
}

fn fate(house: &House, at: &ScreenId) -> Option<Fate> {
    house.state.hands.orders.of(at).first().map(|given| given.fate(NOW))
}

#[tokio::test]
async fn what_is_taken_down_is_told_at_once_and_again_to_whoever_comes() {
    let house = House::open().await;
    let this = house.hung("box-1", "a-1").await;
    let (mut talk, _) = this.talk(&house).await;
    take_down(&house.state, &scope("site:h"), "anna", "wrong").await.expect("taken");
    assert_eq!(talk.next().await, down(&["a-1"]), "its own screens alone");
    talk.connection.close(0u32.into(), b"the cable");

    let (mut talk, _) = this.talk(&house).await;
    assert_eq!(talk.next().await, down(&["a-1"]), "a box that comes is told");
    put_back(&house.state, &scope("site:h"), "ben").await.expect("put back");
    assert_eq!(talk.next().await, down(&[]));
    talk.connection.close(0u32.into(), b"the cable");

    // One that slept while it was put back holds it still, and says so.
    let mut talk = this.greet(&house, Hello { holds_taken_down: true, ..this.hello() }).await;
    assert!(matches!(talk.next().await, ToPlayer::Welcome { .. }));
    talk.assigned(&house).await;
    assert_eq!(talk.next().await, down(&[]));
    house.close().await;
}

#[tokio::test]
async fn an_order_is_done_or_refused_by_the_box_that_lights_the_screen() {
    let house = House::open().await;
    let (at, other) = (screen("a-1"), screen("b-1"));
    let identify = Command::Identify { for_ms: IDENTIFY_MS };
    assert_eq!(give(&house.state, &at, identify, "Anna"), Fate::Away, "nobody lights it");
    let this = house.hung("box-1", "a-1").await;
    let (mut talk, _) = this.talk(&house).await;
    once("its place", &house.state, |state| state.fleet.box_of(&screen("a-1"))).await;

    assert_eq!(give(&house.state, &at, identify, "Anna"), Fate::Waiting);
    let asked = order(&mut talk).await;
    assert_eq!((&asked.screen, asked.command), (&at, identify));
    assert!(asked.until > NOW);
    let answer =
        |screen: &ScreenId, outcome| ToServer::Answer(Answer { id: asked.id, screen: screen.clone(), outcome });
    let done = || Outcome::Done { at: NOW, log: vec!["not asked for".into()] };
    talk.say(&answer(&other, done())).await;
    talk.say(&answer(&at, done())).await;
    once("an answer", &house.state, |_| fate(&house, &at).filter(|fate| *fate == Fate::Done(0))).await;
    assert_eq!(fate(&house, &other), None, "a box speaks for its own glass alone");
    assert_eq!(house.state.hands.orders.log_of(&at), None, "nobody asked for a log");

    give(&house.state, &at, Command::Log, "Anna");
    let asked = order(&mut talk).await;
    let log = vec!["INFO \u{1b}[31mred".to_owned(), "x".repeat(5_000)];
    let outcome = Outcome::Done { at: NOW, log };
    talk.say(&ToServer::Answer(Answer { id: asked.id, screen: at.clone(), outcome })).await;
    let log = once("a log", &house.state, |state| state.hands.orders.log_of(&screen("a-1"))).await.1;
    assert_eq!((log[0].as_str(), log[1].len()), ("INFO [31mred", 400), "fit for a page");

    give(&house.state, &at, Command::RestartStage, "Anna");
    let asked = order(&mut talk).await;
    let outcome = Outcome::Refused { why: WhyNot::NoStage };
    talk.say(&ToServer::Answer(Answer { id: asked.id, screen: at.clone(), outcome })).await;
    once("a refusal", &house.state, |_| fate(&house, &at).filter(|fate| *fate == Fate::Refused(WhyNot::NoStage))).await;
    house.close().await;
}

#[tokio::test]
async fn a_box_of_a_release_without_hands_is_told_nothing_of_them_and_people_are_told_that() {
    let house = House::open().await;
    let this = house.hung("box-1", "a-1").await;
    let mut talk = this.greet(&house, Hello { link_version: 2, ..this.hello() }).await;
    assert!(matches!(talk.next().await, ToPlayer::Welcome { link_version: 2, .. }));
    talk.assigned(&house).await;
    once("its place", &house.state, |state| state.fleet.box_of(&screen("a-1"))).await;
    assert_eq!(give(&house.state, &screen("a-1"), Command::Log, "Anna"), Fate::TooOld);
    take_down(&house.state, &scope("screen:a-1"), "anna", "").await.expect("taken");
    assert!(house.state.fleet.tell(&this.id, ToPlayer::Unknown));
    assert_eq!(talk.next().await, ToPlayer::Unknown, "nothing came in between");
    house.close().await;
}
