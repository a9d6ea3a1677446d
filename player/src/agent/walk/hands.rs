//! Remote hands with a stage made of shell: orders are obeyed once by the screen they name, and what was taken down stays so.

use anteroom_content::wire::{Answer, Command, Cover, IDENTIFY_MS, Order, Outcome, WhyNot};

use super::*;

const IDENTIFY: Command = Command::Identify { for_ms: IDENTIFY_MS };

fn order(id: u64, screen: &str, until: Instant, command: Command) -> ToPlayer {
    ToPlayer::Order(Order { id, screen: ScreenId::parse(screen).unwrap(), until, command })
}

async fn answer(talk: &mut Talk) -> (u64, Outcome) {
    loop {
        if let ToServer::Answer(Answer { id, outcome, .. }) = talk.next().await {
            return (id, outcome);
        }
    }
}

async fn covered_by(talk: &mut Talk, cover: Option<Cover>) {
    loop {
        if let ToServer::Beat(beat) = talk.hear.next().await.unwrap()
            && beat.screens.first().is_some_and(|screen| screen.cover == cover)
        {
            return;
        }
    }
}

fn down(screens: &[&str]) -> ToPlayer {
    ToPlayer::TakenDown { screens: screens.iter().map(|name| ScreenId::parse(name).unwrap()).collect() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_is_obeyed_once_by_the_screen_it_names_and_what_is_down_stays_down() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = FakeServer::start();
    server.set_time(System.now());
    let script = r#"told Z1-1
        told '"while_ms":."identify"'; frame '{"type":"covered","cover":"identify","at":5}'
        told '"is_down":true'; frame '{"type":"covered","cover":"taken_down","at":6}'"#;
    let agent = Running::start(&server, folder.path(), script);
    agent.until(|status| status.code.is_some()).await;
    server.pair("box-7").await;
    let mut talk = server.talks.recv().await.unwrap();
    assert!(!talk.hello.holds_taken_down);
    supply(&server, &mut talk, b"a picture", 4).await;
    agent.until(|status| status.manifest_version == 4).await;

    let soon = System.now().plus_ms(60_000);
    for (id, screen, until, why) in
        [(1, "Z9-9", soon, WhyNot::OtherScreen), (2, "Z1-1", System.now().plus_ms(-1_000), WhyNot::Late)]
    {
        talk.say(order(id, screen, until, IDENTIFY)).await;
        assert_eq!(answer(&mut talk).await, (id, Outcome::Refused { why }));
    }
    talk.say(order(3, "Z1-1", soon, IDENTIFY)).await;
    let (id, outcome) = answer(&mut talk).await;
    assert!(id == 3 && matches!(outcome, Outcome::Done { .. }), "{outcome:?}");
    talk.say(order(3, "Z1-1", soon, IDENTIFY)).await;
    talk.say(order(4, "Z1-1", soon, Command::Log)).await;
    assert_eq!(answer(&mut talk).await.0, 4, "an order that was heard before is not obeyed again");
    talk.say(down(&["Z1-1", "Z1-2"])).await;
    covered_by(&mut talk, Some(Cover::TakenDown)).await;
    agent.stop().await;

    let script = r#"told '"is_down":true'; frame '{"type":"covered","cover":"taken_down","at":7}'
        told '"is_down":false'; frame '{"type":"covered","cover":null,"at":8}'"#;
    let agent = Running::start(&server, folder.path(), script);
    let mut talk = server.talks.recv().await.unwrap();
    assert!(talk.hello.holds_taken_down, "its disk says so");
    covered_by(&mut talk, Some(Cover::TakenDown)).await;
    talk.say(down(&[])).await;
    covered_by(&mut talk, None).await;
    agent.stop().await;
}

async fn heard_at(talk: &mut Talk, volume: u8) {
    loop {
        if let ToServer::Beat(beat) = talk.hear.next().await.unwrap()
            && beat.screens.first().is_some_and(|screen| screen.volume == Some(volume))
        {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_screen_that_was_turned_down_stays_so_over_a_restart_of_its_box_until_the_day_ends() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = FakeServer::start();
    server.set_time(System.now());
    let script = r#"told Z1-1; told '"hush","percent":20,'; frame '{"type":"heard","percent":20}'
        frame '{"type":"mute","text":"the sound device fails"}'"#;
    let agent = Running::start(&server, folder.path(), script);
    agent.until(|status| status.code.is_some()).await;
    server.pair("box-7").await;
    let mut talk = server.talks.recv().await.unwrap();
    supply(&server, &mut talk, b"a picture", 4).await;
    agent.until(|status| status.manifest_version == 4).await;
    let soon = System.now().plus_ms(60_000);
    let turn_down = |percent| Command::Volume { percent, for_today: System.now().plus_ms(3_600_000) };
    talk.say(order(1, "Z9-9", soon, turn_down(20))).await;
    assert_eq!(answer(&mut talk).await, (1, Outcome::Refused { why: WhyNot::OtherScreen }));
    talk.say(order(2, "Z1-1", soon, turn_down(20))).await;
    assert!(matches!(answer(&mut talk).await, (2, Outcome::Done { .. })));
    let trouble = alive::told_of(&mut talk, anteroom_content::wire::TroubleKind::Sound).await;
    assert_eq!(trouble.text, "the sound device fails");
    heard_at(&mut talk, 20).await;
    agent.stop().await;

    let agent = Running::start(&server, folder.path(), script);
    let mut talk = server.talks.recv().await.unwrap();
    heard_at(&mut talk, 20).await;
    agent.stop().await;
}
