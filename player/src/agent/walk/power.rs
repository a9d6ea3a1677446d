//! The power plan with a display made of a socket: it goes dark when the zone closes and lights up when it opens, and people go before
//! the plan.

use anteroom_content::power::{Lamp, PowerPlan};
use anteroom_content::wire::{Answer, Command, Order, Outcome, TroubleKind, WhyNot};

use super::*;
use crate::agent::display::fake::{Fake, Manner};

/// From the moment at which a zone closes or opens until its display has said that it is dark or lit, and the server has heard it.
const SWITCHED_WITHIN_MS: i64 = 5_000;
/// Opening and closing, in minutes after midnight.
const HOURS: OpenHours = OpenHours { from_min: 450, to_min: 1_050 };

/// A programme by whose clocks it will be so many minutes after midnight at an instant.
fn clocks(mut show: Show, minute: u16, at: Instant) -> Show {
    let wall_secs = at.0.div_euclid(1_000).rem_euclid(86_400);
    let offset_secs = i64::from(minute) * 60 - wall_secs;
    show.offsets = Offsets::fixed("Asia/Shanghai", i32::try_from(offset_secs).unwrap());
    show.zone.open = [Some(HOURS); 7];
    show.zone.power = Some(PowerPlan { on_before_min: 0, off_after_min: 0 });
    show
}

async fn until_lamp(talk: &mut Talk, lamp: Lamp) -> Instant {
    loop {
        if let ToServer::Beat(beat) = talk.hear.next().await.unwrap()
            && beat.screens.first().is_some_and(|screen| screen.lamp == Some(lamp))
        {
            return System.now();
        }
    }
}

async fn order(talk: &mut Talk, id: u64, lamp: Lamp) -> Outcome {
    let (now, screen) = (System.now(), ScreenId::parse("Z1-1").unwrap());
    let command = Command::Power { lamp, for_today: now.plus_ms(3_600_000) };
    talk.say(ToPlayer::Order(Order { id, screen, until: now.plus_ms(60_000), command })).await;
    loop {
        if let ToServer::Answer(Answer { id: of, outcome, .. }) = talk.next().await
            && of == id
        {
            return outcome;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_display_goes_dark_when_its_zone_closes_and_lights_up_when_it_opens_and_people_go_before_that() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = FakeServer::start();
    server.set_time(System.now());
    let fake = Fake::start(Manner::Obeys, true);
    let control = || format!("lg:{}", fake.socket.display()).parse::<Control>().unwrap();
    let agent = Running::start_before(&server, folder.path(), "", Systemd::default(), control());
    agent.until(|status| status.code.is_some()).await;
    server.pair("box-7").await;
    let mut talk = server.talks.recv().await.unwrap();

    let second = |ms: i64| Instant((System.now().0 / 1_000 + 1) * 1_000).plus_ms(ms);
    let closes = second(12_000);
    let picture = server.keep(b"a picture");
    supply_show(&server, &mut talk, &clocks(show(picture), HOURS.to_min, closes), 4).await;
    agent.until(|status| status.manifest_version == 4).await;
    assert!(fake.said().iter().all(|told| told != "ka 01 00"), "never off while the zone is open");
    let took_ms = until_lamp(&mut talk, Lamp::Dark).await.ms_since(closes);
    println!("dark {took_ms} ms after the zone closed");
    assert!((0..SWITCHED_WITHIN_MS).contains(&took_ms), "{took_ms} ms");

    let outcome = order(&mut talk, 1, Lamp::Lit).await;
    assert!(matches!(outcome, Outcome::Done { .. }), "{outcome:?}");
    until_lamp(&mut talk, Lamp::Lit).await;
    agent.stop().await;
    let agent = Running::start_before(&server, folder.path(), "", Systemd::default(), control());
    let mut talk = server.talks.recv().await.unwrap();
    until_lamp(&mut talk, Lamp::Lit).await;
    order(&mut talk, 2, Lamp::Dark).await;
    until_lamp(&mut talk, Lamp::Dark).await;
    fake.becomes(Manner::Lies);
    order(&mut talk, 3, Lamp::Lit).await;
    let told = alive::told_of(&mut talk, TroubleKind::Display).await;
    assert!(told.text.contains("stays dark"), "{}", told.text);
    agent.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_display_lights_up_when_its_zone_opens_and_a_box_without_a_way_to_it_refuses() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = FakeServer::start();
    server.set_time(System.now());
    let fake = Fake::start(Manner::Obeys, true);
    let control = format!("lg:{}", fake.socket.display()).parse().unwrap();
    let agent = Running::start_before(&server, folder.path(), "", Systemd::default(), control);
    agent.until(|status| status.code.is_some()).await;
    server.pair("box-7").await;
    let mut talk = server.talks.recv().await.unwrap();
    let opens = Instant((System.now().0 / 1_000 + 20) * 1_000);
    let picture = server.keep(b"a picture");
    supply_show(&server, &mut talk, &clocks(show(picture), HOURS.from_min, opens), 4).await;
    until_lamp(&mut talk, Lamp::Dark).await;
    let took_ms = until_lamp(&mut talk, Lamp::Lit).await.ms_since(opens);
    println!("lit {took_ms} ms after the zone opened");
    assert!((0..SWITCHED_WITHIN_MS).contains(&took_ms), "{took_ms} ms");
    agent.stop().await;

    let agent = Running::start(&server, folder.path(), "");
    let mut talk = server.talks.recv().await.unwrap();
    assert_eq!(order(&mut talk, 1, Lamp::Dark).await, Outcome::Refused { why: WhyNot::NoDisplay });
    agent.stop().await;
}
