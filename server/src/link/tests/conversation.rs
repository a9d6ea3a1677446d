//! What a paired box hears, and what the server makes of what it says.

use anteroom_content::id::{ContentHash, ItemId};
use anteroom_content::manifest::Envelope;
use anteroom_content::play::{Batch, Ending, LogMark, Play};
use anteroom_content::wire::{
    Beat, Hello, PictureFormat, PictureHead, Refusal, ScreenBeat, ToPlayer, ToServer, Trouble, TroubleKind,
};

use super::super::limits::CLOSE_REPLACED;
use super::booth::{Talk, TestBox, once};
use super::frames::say;
use super::house::{House, screen, zone};
use crate::assign;
use crate::db::boxes;
use crate::db::ledger::asked;
use crate::publish::publish;
use crate::state::tests::NOW;

#[tokio::test]
async fn a_publication_reaches_the_boxes_of_its_zone_at_once_and_the_others_not() {
    let house = House::open().await;
    publish(&house.state, "editor").await.expect("published");
    let (first, second) = (house.hung("box-1", "a-1").await, house.hung("box-2", "b-1").await);
    let (mut one, assignment) = first.talk(&house).await;
    assert_eq!((&assignment.zone, assignment.screens), (&zone("a"), vec![screen("a-1")]));
    let before = one.manifest(&house).await;
    assert_eq!(before.zone, zone("a"), "a box that comes is told what its zone plays");
    let (mut two, _) = second.talk(&house).await;
    assert_eq!(two.manifest(&house).await.zone, zone("b"));

    house.show_picture("a", b"a picture").await;
    let published = publish(&house.state, "editor").await.expect("published");
    let manifest = one.manifest(&house).await;
    assert_eq!((manifest.version, manifest.zone), (published.version, zone("a")));
    assert!(house.state.fleet.tell(&second.id, ToPlayer::Unknown));
    assert_eq!(two.next().await, ToPlayer::Unknown, "nothing came to the other zone in between");
    house.close().await;
}

#[tokio::test]
async fn screens_are_attached_taken_and_handed_over_while_boxes_listen() {
    let house = House::open().await;
    publish(&house.state, "editor").await.expect("published");
    let (old, new) = (house.paired("box-1").await, house.paired("box-2").await);
    let (mut one, spare) = old.talk(&house).await;
    assert!(spare.screens.is_empty());
    let (mut two, _) = new.talk(&house).await;

    assign::attach(&house.state, &old.id, &screen("a-1")).await.expect("attached");
    let told = one.assigned(&house).await;
    assert_eq!((told.zone, told.screens), (zone("a"), vec![screen("a-1")]));
    assert!(told.version > spare.version);
    assert_eq!(one.manifest(&house).await.zone, zone("a"));
    let other_zone = assign::attach(&house.state, &old.id, &screen("b-1")).await;
    assert!(matches!(other_zone, Err(assign::AssignError::OtherZone { .. })));
    let taken = assign::attach(&house.state, &new.id, &screen("a-1")).await;
    assert!(matches!(taken, Err(assign::AssignError::Taken { .. })));

    assign::replace(&house.state, &old.id, &new.id).await.expect("replaced");
    assert_eq!(one.next().await, ToPlayer::Refused(Refusal::Unpaired));
    one.connection.close(0u32.into(), b"heard");
    let over = two.assigned(&house).await;
    assert_eq!(over.screens, [screen("a-1")]);
    assert_eq!(two.manifest(&house).await.zone, zone("a"));
    assert!(house.state.fleet.look(&screen("a-1"), 640), "somebody lights it");
    assert_eq!(two.next().await, ToPlayer::Look { screen: screen("a-1"), width_max: 640 });

    assign::detach(&house.state, &screen("a-1")).await.expect("detached");
    let dark = two.assigned(&house).await;
    assert!(dark.screens.is_empty() && dark.version > over.version, "a version never goes back");
    assert!(!house.state.fleet.look(&screen("a-1"), 640));
    house.close().await;
}

#[tokio::test]
async fn of_two_connections_with_one_identity_the_newer_stays() {
    let house = House::open().await;
    let mut this = house.hung("box-1", "a-1").await;
    let (mut talk, _) = this.talk(&house).await;
    // The same agent comes back before its first connection is noticed to be gone, then another machine.
    for boot in [1, 2] {
        this.boot = boot;
        let (newer, _) = this.talk(&house).await;
        assert_eq!(talk.closed().await.0, u64::from(CLOSE_REPLACED));
        talk = newer;
        assert!(house.state.fleet.tell(&this.id, ToPlayer::Unknown), "the newer one is told");
        assert_eq!(talk.next().await, ToPlayer::Unknown);
    }
    house.close().await;
}

fn batch(this: &TestBox, seqs: std::ops::RangeInclusive<u64>) -> Envelope {
    let play = |seq| Play {
        seq,
        screen: screen("a-1"),
        zone: zone("a"),
        item: ItemId::parse("of-a").expect("name"),
        item_version: 1,
        file: None,
        manifest_version: 1,
        planned_at: NOW,
        planned_ms: 15_000,
        started_at: NOW,
        shown_ms: 15_000,
        ending: Ending::Complete,
        proof: None,
        is_evergreen: false,
    };
    let batch = Batch {
        box_id: this.id.clone(),
        log_epoch: 9,
        first_seq: *seqs.start(),
        chain_before: this.chain_start(),
        plays: seqs.map(|seq| serde_json::to_string(&play(seq)).expect("json")).collect(),
    };
    Envelope::seal(&batch, &this.signing_key).expect("sealed")
}

async fn send(talk: &mut Talk, envelope: Envelope) -> ToPlayer {
    talk.say(&ToServer::Plays(envelope)).await;
    talk.next().await
}

#[tokio::test]
async fn plays_are_acknowledged_once_held_and_a_box_that_returns_goes_on_from_there() {
    let house = House::open().await;
    let this = house.hung("box-1", "a-1").await;
    let held = |seq| LogMark { log_epoch: 9, seq };
    let (mut talk, _) = this.talk(&house).await;
    assert_eq!(send(&mut talk, batch(&this, 1..=3)).await, ToPlayer::Acked(held(3)));
    assert_eq!(send(&mut talk, batch(&this, 1..=3)).await, ToPlayer::Acked(held(3)));
    assert_eq!(send(&mut talk, batch(&this, 7..=8)).await, ToPlayer::Acked(held(3)), "4 to 6 must come first");
    talk.connection.close(0u32.into(), b"the cable");
    let dead_clock = anteroom_content::clock::Instant(0);
    let hello = Hello { log: held(8), clock: dead_clock, ..this.hello() };
    let mut talk = this.greet(&house, hello).await;
    let welcome = talk.next().await;
    assert!(matches!(welcome, ToPlayer::Welcome { server_time: NOW, acked, .. } if acked == held(3)), "{welcome:?}");
    talk.assigned(&house).await;
    assert_eq!(asked::total(&house.state.db).await, (3, 3, 45_000));

    let stranger = TestBox { signing_key: ed25519_dalek::SigningKey::from_bytes(&[1; 32]), ..house.paired("x").await };
    let forged = batch(&TestBox { id: this.id.clone(), ..stranger }, 4..=4);
    let answer = send(&mut talk, forged).await;
    assert!(matches!(answer, ToPlayer::Refused(Refusal::Confused { .. })), "{answer:?}");
    assert_eq!(asked::total(&house.state.db).await.0, 3);
    house.close().await;
}

#[tokio::test]
async fn a_heartbeat_an_application_and_a_trouble_are_known_to_the_house() {
    let house = House::open().await;
    let this = house.hung("box-1", "a-1").await;
    let (mut talk, _) = this.talk(&house).await;
    let lit = |name| ScreenBeat {
        screen: screen(name),
        item: None,
        frames: 7,
        steps: None,
        cover: None,
        rung: None,
        volume: None,
        lamp: None,
    };
    let screens = vec![lit("a-1"), lit("b-1")];
    let beat = Beat { at: NOW, manifest_version: 4, screens, plays_waiting: 2, fetch_left_bytes: 0 };
    talk.say(&ToServer::Beat(beat)).await;
    let (_, heard) = once("a beat", &house.state, |state| state.fleet.seen()[0].beat.clone()).await;
    assert_eq!(heard.screens, [lit("a-1")], "a box speaks for its own glass alone");
    talk.say(&ToServer::Applied { version: 5, at: NOW }).await;
    let applied = once("an application", &house.state, |state| state.fleet.seen()[0].applied).await;
    assert_eq!(applied, (5, NOW));
    let text = "disk\u{7} full".to_owned();
    let trouble = Trouble { kind: TroubleKind::Disk, file: Some(ContentHash::of(b"a movie")), text };
    talk.say(&ToServer::Trouble(trouble.clone())).await;
    talk.say(&ToServer::Trouble(trouble)).await;
    talk.speak.finish().expect("finished");
    once("a farewell", &house.state, |state| state.fleet.seen().is_empty().then_some(())).await;
    let troubles = boxes::troubles(&house.state.db, NOW, 10).await.expect("asked");
    assert_eq!(troubles.len(), 1, "{troubles:?}");
    assert_eq!((troubles[0].kind, troubles[0].words.as_str()), (TroubleKind::Disk, "disk full"));
    house.close().await;
}

#[tokio::test]
async fn a_picture_is_taken_from_the_box_that_lights_the_glass_and_from_no_other() {
    let house = House::open().await;
    let this = house.hung("box-1", "a-1").await;
    let (talk, _) = this.talk(&house).await;
    let jpeg = [&[0xff, 0xd8, 0xff][..], &vec![7; 100_000]].concat();
    let send = |screen, bytes: Vec<u8>, size_bytes: usize| {
        let connection = talk.connection.clone();
        async move {
            let size_bytes = u64::try_from(size_bytes).expect("small");
            let head = PictureHead { screen, at: NOW, format: PictureFormat::Jpeg, size_bytes };
            let mut stream = connection.open_uni().await.expect("a stream");
            say(&mut stream, &head).await.expect("said");
            // A server that has heard enough may hang up in the middle.
            let _ = stream.write_all(&bytes).await;
            let _ = stream.finish();
            let _ = stream.stopped().await;
        }
    };
    send(screen("b-1"), jpeg.clone(), jpeg.len()).await;
    send(screen("a-1"), jpeg.clone(), usize::MAX >> 1).await;
    send(screen("a-1"), jpeg.clone(), jpeg.len() + 1).await;
    send(screen("a-1"), b"<html>".to_vec(), 6).await;
    send(screen("a-1"), jpeg.clone(), jpeg.len()).await;
    let picture = once("a picture", &house.state, |state| state.fleet.picture(&screen("a-1"))).await;
    assert_eq!(*picture.bytes, *jpeg);
    assert!(house.state.fleet.picture(&screen("b-1")).is_none());
    house.close().await;
}
