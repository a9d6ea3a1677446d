//! What a box tells of a manifest's way to the glass, what goes first, and what it does when its server stops.

use anteroom_content::clinic::Department;
use anteroom_content::clock::MINUTE_MS;
use anteroom_content::id::ContentHash;
use anteroom_content::wire::{Delivery, ObstacleKind, Step};

use super::*;

/// A clinic part of one department.
fn clinics(name: &str) -> Timetable {
    let department = Department { id: "01".parse().unwrap(), name: text(name) };
    Timetable { departments: vec![department], ..Timetable::default() }
}

/// The next word of how far a manifest is.
async fn delivery(talk: &mut Talk, version: u64) -> Delivery {
    loop {
        if let ToServer::Delivery(delivery) = talk.next().await
            && delivery.version == version
        {
            return delivery;
        }
    }
}

async fn applied(talk: &mut Talk, wanted: u64) {
    loop {
        if let ToServer::Applied { version, .. } = talk.next().await
            && version == wanted
        {
            return;
        }
    }
}

fn shown(delivery: &Delivery) -> (Step, u64, Option<ObstacleKind>) {
    let [screen] = delivery.screens.as_slice() else { panic!("one screen: {delivery:?}") };
    assert_eq!(screen.screen.as_str(), "Z1-1");
    (screen.step, screen.left_bytes, screen.obstacle.as_ref().map(|obstacle| obstacle.kind))
}

async fn until_there(path: &Path) {
    while !path.exists() {
        tokio::time::sleep(POLL).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clinic_is_on_the_glass_while_the_files_of_its_show_are_still_fetched() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = FakeServer::start();
    server.set_time(System.now());
    // Says what each manifest's programme is on the glass, as a stage does, and marks when the clinic came.
    let script = r#"told '"manifest_version":4'
        frame '{"type":"applied","manifest_version":4,"at":5}'
        told 'stopped'; touch clinic-told
        told '"manifest_version":6'; frame '{"type":"applied","manifest_version":6,"at":6}'"#;
    let agent = Running::start(&server, folder.path(), script);
    server.pair("box-7").await;
    let mut talk = server.talks.recv().await.unwrap();
    let before = show(server.keep(b"a picture"));
    supply_parts(&server, &mut talk, (&before, &clinics("open")), 4, System.now()).await;
    applied(&mut talk, 4).await;

    // A large picture comes slowly, and a clinic is cancelled meanwhile.
    let large = server.keep(&vec![7; 600_000]);
    server.hold(Some(large.0));
    let after = show(large);
    let at = System.now();
    supply_parts(&server, &mut talk, (&after, &clinics("open")), 5, at).await;
    let (step, left_bytes, obstacle) = shown(&delivery(&mut talk, 5).await);
    assert_eq!((step, obstacle), (Step::Told, None));
    assert!((1..=600_000).contains(&left_bytes), "{left_bytes}");
    supply_parts(&server, &mut talk, (&after, &clinics("stopped")), 6, at).await;
    until_there(&folder.path().join("clinic-told")).await;
    assert!(agent.status().await.fetch_left_bytes > 0, "the picture is still on its way");
    assert_eq!(shown(&delivery(&mut talk, 6).await).0, Step::Told);

    server.hold(None);
    applied(&mut talk, 6).await;
    let parts = |hash: ContentHash| server.fetches().iter().filter(|fetch| fetch.hash == hash).count();
    let show_part = |show: &Show| ContentHash::of(&serde_json::to_vec(show).unwrap());
    assert_eq!((parts(show_part(&before)), parts(show_part(&after))), (1, 1), "a clinic change sends no show again");
    agent.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_box_says_why_a_manifest_is_not_on_its_glass() {
    let folder = tempfile::tempdir().unwrap();
    let (mut server, agent, mut talk) = paired(folder.path(), "").await;
    let missing = (ContentHash::of(b"nobody has it"), 12 << 20);
    supply_show(&server, &mut talk, &show(missing), 4).await;
    let mut told = shown(&delivery(&mut talk, 4).await);
    while told.2.is_none() {
        told = shown(&delivery(&mut talk, 4).await);
    }
    assert_eq!(told, (Step::Told, 12 << 20, Some(ObstacleKind::Missing)));

    let newer = Show { engine: ENGINE + 1, ..show(server.keep(b"a picture")) };
    supply_show(&server, &mut talk, &newer, 5).await;
    let mut told = shown(&delivery(&mut talk, 5).await);
    while told.2.is_none() {
        told = shown(&delivery(&mut talk, 5).await);
    }
    assert_eq!((told.0, told.2), (Step::Told, Some(ObstacleKind::Engine)));

    // Complete, and due in a minute: nothing is wrong.
    let later = System.now().plus_ms(MINUTE_MS);
    let good = show(server.keep(b"a picture"));
    supply_parts(&server, &mut talk, (&good, &Timetable::default()), 6, later).await;
    let mut told = delivery(&mut talk, 6).await;
    while shown(&told).0 != Step::Fetched {
        told = delivery(&mut talk, 6).await;
    }
    assert_eq!(shown(&told).2, Some(ObstacleKind::NotYet));
    assert_eq!(told.screens[0].obstacle.as_ref().unwrap().until, Some(later));
    // A clinic change of a show that is still to come does not say that the show is there.
    supply_parts(&server, &mut talk, (&good, &clinics("stopped")), 7, later).await;
    let mut told = delivery(&mut talk, 7).await;
    while shown(&told).0 != Step::Fetched {
        told = delivery(&mut talk, 7).await;
    }
    assert_eq!(shown(&told).2, Some(ObstacleKind::NotYet));

    // A word that is not believed is told with the number it gives itself.
    let stolen = std::mem::replace(&mut server.publish, ed25519_dalek::SigningKey::from_bytes(&[66; 32]));
    supply_show(&server, &mut talk, &good, 8).await;
    assert_eq!(shown(&delivery(&mut talk, 8).await).2, Some(ObstacleKind::Refused));
    server.publish = stolen;

    // Said anew to a server that may have forgotten it.
    talk.connection.close(0u32.into(), b"come back");
    let mut talk = server.talks.recv().await.unwrap();
    assert_eq!(shown(&delivery(&mut talk, 8).await).2, Some(ObstacleKind::Refused));
    agent.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_box_whose_server_stops_plays_on_and_comes_back_within_the_window() {
    let folder = tempfile::tempdir().unwrap();
    let (mut server, agent, mut talk) = paired(folder.path(), "").await;
    supply(&server, &mut talk, b"a picture", 4).await;
    let frames = agent.until(|status| status.manifest_version == 4).await.frames;
    for _ in 0..2 {
        talk.say(ToPlayer::Stopping { return_within_ms: 1_000 }).await;
        // It leaves by itself: the server need not cut it off.
        talk.connection.closed().await;
        let stopped = std::time::Instant::now();
        talk = server.talks.recv().await.unwrap();
        assert!(stopped.elapsed().as_millis() < 2_000, "a small network is back in a moment: {:?}", stopped.elapsed());
    }
    let starts = std::fs::read_to_string(folder.path().join("starts")).unwrap().lines().count();
    // The size of the glass is learnt from the programme: a stage before that one, and none after it.
    assert!(starts <= 2, "the stage went on: {starts}");
    agent.until(|status| status.frames > frames).await;
    agent.stop().await;
}
