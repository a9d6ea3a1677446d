//! Trust on a live link: charters, revocation, two machines with one identity, a server that knows less than its boxes.

use anteroom_content::play::LogMark;
use anteroom_content::trust::{Rank, SignedCharter};
use anteroom_content::wire::{ALPN_BULK, ALPN_CONTROL, Held, Hello, Refusal, ToPlayer, TroubleKind};

use super::booth::{Talk, TestBox, fetch, once, soon};
use super::house::House;
use crate::assign;
use crate::db::{boxes, facts, publications};
use crate::publish::{publish, resign};
use crate::restored::{self, VERSION_LEAP_MAX};
use crate::state::tests::NOW;

async fn troubles(house: &House) -> Vec<String> {
    let told = boxes::troubles(&house.state.db, NOW, 10).await.expect("asked");
    told.into_iter().filter(|trouble| trouble.kind == TroubleKind::Trust).map(|trouble| trouble.words).collect()
}

/// Welcomed with this much held; what comes next is not read yet.
async fn welcomed(this: &TestBox, house: &House, held: Held) -> (Talk, LogMark) {
    let mut talk = this.greet(house, Hello { held, ..this.hello() }).await;
    match talk.next().await {
        ToPlayer::Welcome { acked, .. } => (talk, acked),
        word => panic!("a welcome was due: {word:?}"),
    }
}

#[tokio::test]
async fn a_box_hears_the_charter_it_has_not_got_before_anything_that_is_signed() {
    let house = House::open().await;
    publish(&house.state, "editor").await.expect("published");
    let this = house.hung("box-1", "a-1").await;
    let (mut talk, _) = welcomed(&this, &house, Held::default()).await;
    let charter: SignedCharter = match talk.next().await {
        ToPlayer::Charter(charter) => charter,
        word => panic!("a charter was due: {word:?}"),
    };
    assert_eq!(charter.read().as_ref(), Ok(&house.state.keys.charter));
    let assignment = talk.assigned(&house).await;
    assert_eq!((assignment.epoch, talk.manifest(&house).await.epoch), (1, 1));
    house.close().await;
}

#[tokio::test]
async fn revoke_live() {
    let house = House::open().await;
    let picture = vec![7; 400_000];
    let file = house.show_picture("a", &picture).await;
    publish(&house.state, "editor").await.expect("published");
    let (this, other) = (house.hung("box-1", "a-1").await, house.hung("box-2", "a-2").await);
    let (mut talk, _) = this.talk(&house).await;
    talk.manifest(&house).await;
    let (_other_talk, _) = other.talk(&house).await;
    let bulk = this.dial(house.address, ALPN_BULK).await.expect("connected");
    let other_bulk = other.dial(house.address, ALPN_BULK).await.expect("connected");
    for connection in [&bulk, &other_bulk] {
        assert_eq!(fetch(connection, file, 399_000).await.1.len(), 1_000);
    }
    assign::unpair(&house.state, &this.id).await.expect("unpaired");
    let ended = soon("the files' end", bulk.closed()).await;
    assert!(ended.to_string().contains("unpaired"), "{ended}");
    assert_eq!(talk.next().await, ToPlayer::Refused(Refusal::Unpaired));
    talk.connection.close(0u32.into(), b"heard");
    assert_eq!(fetch(&other_bulk, file, 399_000).await.1.len(), 1_000, "the others notice nothing");
    // One that is replaced is believed no more either.
    let spare = house.paired("box-3").await;
    assign::replace(&house.state, &other.id, &spare.id).await.expect("replaced");
    soon("the files' end", other_bulk.closed()).await;
    house.close().await;
}

#[tokio::test]
async fn clone_detected() {
    let house = House::open().await;
    let this = house.hung("box-1", "a-1").await;
    let mut copy = TestBox::new(this.id.clone());
    copy.boot = 2;
    let hello = |of: &TestBox, log_epoch| Hello { log: LogMark { log_epoch, seq: 0 }, ..of.hello() };
    let connect = async |boot_of: &TestBox, log_epoch| {
        // The copy has the key and the certificate of the first; only its boot number is its own.
        let connection = this.dial(house.address, ALPN_CONTROL).await.expect("connected");
        let (speak, hear) = connection.open_bi().await.expect("a stream");
        let mut talk = Talk { connection, speak, hear: super::frames::Frames::of(hear) };
        talk.say(&anteroom_content::wire::ToServer::Hello(hello(boot_of, log_epoch))).await;
        let word = talk.next().await;
        assert!(matches!(word, ToPlayer::Welcome { .. }), "{word:?}");
        talk.assigned(&house).await;
        talk
    };
    let first = connect(&this, 9).await;
    let second = connect(&copy, 10).await;
    assert!(first.closed().await.1.contains("newer connection"), "the newer one wins");
    assert_eq!(troubles(&house).await, Vec::<String>::new(), "a box that was switched off and on looks the same");
    let third = connect(&this, 9).await;
    assert!(second.closed().await.1.contains("newer connection"));
    let told = troubles(&house).await;
    assert!(told.len() == 1 && told[0].contains("two machines"), "{told:?}");
    assert_eq!(house.state.fleet.seen().len(), 1);
    drop(third);
    once("a farewell", &house.state, |state| state.fleet.seen().is_empty().then_some(())).await;
    house.close().await;
}

#[tokio::test]
async fn a_server_restored_from_a_backup_goes_on_above_what_its_boxes_hold_and_says_so() {
    let house = House::open().await;
    publish(&house.state, "editor").await.expect("published");
    let this = house.hung("box-1", "a-1").await;
    let held = Held { charter_version: 1, epoch: 1, manifest: Rank::new(1, 500), assignment: Rank::new(1, 90) };
    let (mut talk, _) = welcomed(&this, &house, held).await;
    talk.assigned(&house).await;
    assert_eq!(facts::version(&house.state.db).await.expect("asked"), 500);
    let told = troubles(&house).await;
    assert!(told.len() == 1 && told[0].contains("older backup") && told[0].contains("trust resign"), "{told:?}");

    let resigned = resign(&house.state, "operator").await.expect("signed");
    assert_eq!((resigned.version, resigned.zones, resigned.boxes), (501, 2, 1));
    let manifest = loop {
        match talk.next().await {
            ToPlayer::Manifest(_) | ToPlayer::Assigned(_) => {}
            word => panic!("not now: {word:?}"),
        }
        let newest = publications::current(&house.state.db).await.expect("asked");
        if newest.iter().all(|zone| zone.version == 501) {
            break newest;
        }
    };
    assert_eq!(manifest.len(), 2);
    assert_eq!(assign::sealed(&house.state, &this.id).await.expect("sealed").0.version, 501);
    house.close().await;
}

#[tokio::test]
async fn numbers_that_were_run_up_and_charters_of_the_future_ask_for_the_root_key() {
    let house = House::open().await;
    let this = house.paired("box-1").await;
    let run_up = Rank::new(1, VERSION_LEAP_MAX + 1);
    let held = Held { charter_version: 1, epoch: 1, manifest: run_up, ..Held::default() };
    let (talk, _) = welcomed(&this, &house, held).await;
    talk.connection.close(0u32.into(), b"heard");
    assert_eq!(facts::version(&house.state.db).await.expect("asked"), 0, "not followed that far");
    assert!(troubles(&house).await[0].contains("no backup is that old"));

    let held = Held { charter_version: 4, epoch: 3, manifest: Rank::new(3, 2), ..Held::default() };
    let (talk, _) = welcomed(&this, &house, held).await;
    talk.connection.close(0u32.into(), b"heard");
    assert!(troubles(&house).await[0].contains("trust rotate publish"));
    assert_eq!(restored::seen(&house.state.db).await.expect("asked"), (4, 3));
    house.close().await;
}
