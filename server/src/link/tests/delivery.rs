//! What a box tells of its way to the glass, in the server's memory and on its disk; what goes first while a large file is
//! under way; and how a server stops.

use std::collections::HashMap;
use std::time::{Duration, Instant as Tick};

use anteroom_content::clinic::{Change, ClinicKind, Department, Doctor, Half, Override, Sitting, Weeks};
use anteroom_content::id::{DoctorId, OverrideId};
use anteroom_content::text::Text;
use anteroom_content::wire::{
    ALPN_BULK, CLOSE_STOPPING, Delivery, Fetch, Found, Obstacle, ObstacleKind, ScreenDelivery, Step, ToPlayer, ToServer,
};
use quinn::Connection;

use super::super::roll_call;
use super::booth::{once, soon};
use super::frames::{Frames, say};
use super::house::{House, screen};
use crate::assign;
use crate::db::{clinics, deliveries, places};
use crate::delivery::{Board, HowFar, Listed, Question, survey};
use crate::fleet::Fleet;
use crate::publish::{publish, refresh_clinics};
use crate::state::State;
use crate::state::tests::NOW;

/// A clinic change may take so long to a box that fetches a large file: what it may take to the glass, for a server in
/// which nothing is optimised.
const PUSH_MAX: Duration = Duration::from_secs(1);

fn delivery(version: u64, names: &[&str]) -> Delivery {
    let screen = |name: &&str| ScreenDelivery {
        screen: screen(name),
        step: Step::Told,
        since: NOW,
        left_bytes: 12 << 20,
        obstacle: Some(Obstacle::new(ObstacleKind::Disk, "full\u{7} disk")),
    };
    Delivery { version, screens: names.iter().map(screen).collect() }
}

async fn how_far(state: &State, fleet: &Fleet) -> HashMap<String, HowFar> {
    let ground = Board::default().look(state).await.expect("read");
    let found = survey(&ground, fleet, &Question { listed: Listed::Everybody, ..Question::default() }, |_| false);
    found.lines.iter().map(|line| (line.screen.id.to_string(), line.standing.how_far)).collect()
}

#[tokio::test]
async fn how_far_a_box_is_is_known_at_once_and_after_the_server_was_away() {
    let house = House::open().await;
    let published = publish(&house.state, "editor").await.expect("published");
    let this = house.hung("box-1", "a-1").await;
    let (mut talk, _) = this.talk(&house).await;
    assert_eq!(how_far(&house.state, &house.state.fleet).await["a-1"], HowFar::Told);
    talk.say(&ToServer::Delivery(delivery(published.version, &["a-1", "b-1"]))).await;
    let heard = once("how far it is", &house.state, |state| state.fleet.seen()[0].delivery.clone()).await;
    assert_eq!(heard.screens.len(), 1, "a box speaks for its own glass alone");
    assert_eq!(heard.screens[0].obstacle.as_ref().map(|obstacle| obstacle.text.as_str()), Some("full disk"));
    roll_call::write_down(&house.state).await;
    assert_eq!(how_far(&house.state, &house.state.fleet).await["a-1"], HowFar::HeldUp);
    let after = how_far(&house.state, &Fleet::default()).await;
    assert_eq!((after["a-1"], after["b-1"]), (HowFar::Offline, HowFar::Unlit));
    let kept = deliveries::on_their_way(&house.state.db).await.expect("asked");
    assert_eq!(kept[&screen("a-1")].0, published.version);

    talk.say(&ToServer::Applied { version: published.version, at: NOW }).await;
    once("it is on the glass", &house.state, |state| state.fleet.seen()[0].applied).await;
    roll_call::write_down(&house.state).await;
    assert!(
        deliveries::on_their_way(&house.state.db).await.expect("asked").is_empty(),
        "what has arrived leaves no row"
    );
    let after = how_far(&house.state, &Fleet::default()).await;
    assert_eq!(after["a-1"], HowFar::Shown, "a server that was away knows what its boxes showed");
    house.close().await;
}

#[tokio::test]
async fn what_a_box_showed_on_one_wall_says_nothing_of_another() {
    let house = House::open().await;
    let published = publish(&house.state, "editor").await.expect("published");
    let this = house.hung("box-1", "a-1").await;
    let (mut talk, _) = this.talk(&house).await;
    talk.manifest(&house).await;
    talk.say(&ToServer::Applied { version: published.version + 7, at: NOW }).await;
    once("it is on the glass", &house.state, |state| state.fleet.seen()[0].applied).await;
    roll_call::write_down(&house.state).await;
    assert_eq!(how_far(&house.state, &house.state.fleet).await["a-1"], HowFar::Shown);

    assign::detach(&house.state, &screen("a-1")).await.expect("detached");
    talk.assigned(&house).await;
    assign::attach(&house.state, &this.id, &screen("b-1")).await.expect("attached");
    talk.assigned(&house).await;
    talk.manifest(&house).await;
    assert_eq!(how_far(&house.state, &house.state.fleet).await["b-1"], HowFar::Told);
    roll_call::write_down(&house.state).await;
    assert_eq!(how_far(&house.state, &Fleet::default()).await["b-1"], HowFar::Offline, "on the disk as well");
    house.close().await;
}

/// Zone `a` shows the clinics of a department whose doctor sits every day.
async fn with_clinics(house: &House) {
    let db = &house.state.db;
    let all = places::places(db).await.expect("read");
    let mut zone = all.zones.into_iter().find(|zone| zone.id.as_str() == "a").expect("there");
    let department = Department { id: "01".parse().expect("a name"), name: Text::new("内科", "Medicine") };
    zone.departments = vec![department.id.clone()];
    places::save_zone(db, &zone).await.expect("saved");
    clinics::save_department(db, &department, 1).await.expect("saved");
    let sitting = |weekday| Sitting { weekday, half: Half::Morning, weeks: Weeks::Every };
    let doctor = Doctor {
        id: "D1".parse().expect("a name"),
        site: zone.site.clone(),
        department: department.id,
        name: Text::new("王医生", "Dr Wang"),
        title: Text::default(),
        field: Text::default(),
        room: "201".to_owned(),
        kind: ClinicKind::Expert,
        quota: 20,
        sittings: (1..=7).map(sitting).collect(),
    };
    clinics::save_doctor(db, &doctor, 1).await.expect("saved");
}

async fn cancel(house: &House, n: i8) {
    let cancelled = Override {
        id: OverrideId::parse(&format!("cancelled-{n}")).expect("a name"),
        doctor: DoctorId::parse("D1").expect("a name"),
        date: jiff::civil::date(2026, 11, n),
        half: None,
        change: Change::Stopped { substitute: None },
        reason: Text::default(),
        made_at: NOW,
    };
    clinics::add_override(&house.state.db, &cancelled, "office").await.expect("added");
    assert_eq!(refresh_clinics(&house.state, "office").await.expect("told"), 1, "one zone shows the clinic");
}

/// Fetches a file and reads it as fast as it comes, or with a rest behind every piece; tells the bytes of every piece.
async fn download(connection: Connection, fetch: Fetch, rest: Duration, read: tokio::sync::watch::Sender<usize>) {
    let (mut speak, hear) = connection.open_bi().await.expect("a stream");
    say(&mut speak, &fetch).await.expect("asked");
    let mut hear = Frames::of(hear);
    let found: Found = hear.due(1_024).await.expect("an answer");
    assert!(found.size_bytes.is_some(), "the box may have it");
    let (_, mut stream) = hear.into_rest();
    while let Ok(Some(chunk)) = stream.read_chunk(64 * 1024, true).await {
        read.send_modify(|bytes| *bytes += chunk.bytes.len());
        tokio::time::sleep(rest).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clinic_change_does_not_wait_for_a_large_file_on_either_connection() {
    const FILE_BYTES: usize = 96 << 20;
    const CHANGES: usize = 3;
    let house = House::open().await;
    with_clinics(&house).await;
    let hash = house.show_picture("a", &vec![7; FILE_BYTES]).await;
    publish(&house.state, "editor").await.expect("published");
    let this = house.hung("box-1", "a-1").await;
    let (mut talk, _) = this.talk(&house).await;
    let before = talk.manifest(&house).await;
    let bulk = soon("a connection", this.dial(house.address, ALPN_BULK)).await.expect("connected");
    let fetch = Fetch { hash, from_byte: 0 };
    let mut day = 1;
    let mut changes = Vec::new();
    for (way, connection, rest_ms) in [
        ("on a connection of its own", &bulk, 0),
        ("beside the conversation", &talk.connection.clone(), 0),
        ("on a connection of its own, to a slow box", &bulk, 20),
        ("beside the conversation, to a slow box", &talk.connection.clone(), 20),
    ] {
        let (read, mut bytes) = tokio::sync::watch::channel(0);
        let under_way = tokio::spawn(download(connection.clone(), fetch, Duration::from_millis(rest_ms), read));
        let mut fastest = Duration::MAX;
        for _ in 0..CHANGES {
            let so_far = *bytes.borrow_and_update();
            let came = soon("more of the file", bytes.wait_for(|read| *read > so_far + 128 * 1024)).await;
            assert!(came.is_ok(), "the file is under way when a clinic is cancelled");
            let begun = Tick::now();
            cancel(&house, day).await;
            day += 1;
            changes.push(talk.manifest(&house).await);
            fastest = fastest.min(begun.elapsed());
        }
        assert!(!under_way.is_finished(), "the file was under way all the time");
        under_way.abort();
        eprintln!("a clinic change beside a file {way}: {fastest:?}, its commit included");
        // The fastest of a few: a busy machine says nothing of what waits for what.
        assert!(fastest < PUSH_MAX, "{way}: {fastest:?}");
    }
    for change in &changes {
        assert_eq!((change.show, change.effective_at), (before.show, before.effective_at), "the show is not told anew");
    }
    house.close().await;
}

#[tokio::test]
async fn a_server_that_stops_says_so_to_every_box_and_when_to_come_back() {
    let house = House::open().await;
    let mut talks = Vec::new();
    for name in ["box-1", "box-2", "box-3"] {
        talks.push(house.paired(name).await.talk(&house).await.0);
    }
    let begun = Tick::now();
    let stopped = tokio::spawn(house.stop());
    for talk in &mut talks {
        assert_eq!(talk.next().await, ToPlayer::Stopping { return_within_ms: 1_000 });
        talk.connection.close(0u32.into(), b"heard");
    }
    soon("the server stops", stopped).await.expect("no panic");
    assert!(begun.elapsed() < super::super::limits::FAREWELL_MAX, "who has heard it is not waited for");

    let house = House::open().await;
    let (talk, _) = house.paired("box-1").await.talk(&house).await;
    let stopped = tokio::spawn(house.stop());
    // A box that does not leave is cut off with the code that says the same.
    assert_eq!(talk.closed().await.0, u64::from(CLOSE_STOPPING));
    soon("the server stops", stopped).await.expect("no panic");
}

#[tokio::test]
async fn the_window_is_for_all_boxes_that_are_paired_however_few_have_come() {
    let house = House::open().await;
    // Who is welcomed finds a door that has counted its boxes.
    let _first = house.paired("box-0").await.talk(&house).await;
    let this = house.paired("box-1").await;
    house.state.fleet.note_paired(32_800);
    let mut talk = this.greet(&house, this.hello()).await;
    let welcome = talk.next().await;
    assert!(matches!(welcome, ToPlayer::Welcome { return_within_ms: 120_000, link_version: 3, .. }), "{welcome:?}");
    house.close().await;
}
