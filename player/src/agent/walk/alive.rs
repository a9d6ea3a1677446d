//! What keeps the box from staying dark or hanging unnoticed, with a stage made of shell and a socket in systemd's place.

use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use anteroom_content::id::ContentHash;
use anteroom_content::wire::TroubleKind;

use super::*;
use crate::agent::systemd::test_socket;

/// What systemd hears next; it waits for a minute at the most.
async fn heard(socket: &UnixDatagram) -> String {
    let socket = socket.try_clone().unwrap();
    socket.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    tokio::task::spawn_blocking(move || {
        let mut word = [0; 512];
        let length = socket.recv(&mut word).expect("systemd hears nothing");
        String::from_utf8_lossy(&word[..length]).into_owned()
    })
    .await
    .unwrap()
}

async fn until_heard(socket: &UnixDatagram, wanted: &str) {
    while heard(socket).await != wanted {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn systemd_hears_that_the_agent_is_ready_lives_and_stops() {
    let folder = tempfile::tempdir().unwrap();
    let server = FakeServer::start();
    let (name, socket) = test_socket("agent");
    let systemd = Systemd::at(&name, Some(Duration::from_secs(4))).unwrap();
    let agent = Running::start_watched(&server, folder.path(), "until [ -e fall ]; do frames; done; exit 101", systemd);
    assert_eq!(heard(&socket).await, "READY=1");
    until_heard(&socket, "WATCHDOG=1").await;
    until_heard(&socket, &format!("STATUS=waits to be paired; not connected to {}", server.address)).await;
    // A stage that falls is started again, which is all that can be done: signs go on.
    agent.until(|status| status.frames > 3).await;
    let starts = || std::fs::read_to_string(folder.path().join("starts")).unwrap().lines().count();
    std::fs::write(folder.path().join("fall"), "").unwrap();
    while starts() < 3 {
        until_heard(&socket, "WATCHDOG=1").await;
    }
    agent.stop().await;
    until_heard(&socket, "STOPPING=1").await;
}

/// A server, a box of it with a programme, and what they say to each other; its stage does as the script says.
async fn placed(folder: &Path, script: &str) -> (FakeServer, Running, Talk) {
    let (server, agent, mut talk) = paired(folder, script).await;
    supply(&server, &mut talk, b"a picture", 4).await;
    (server, agent, talk)
}

pub(super) async fn told_of(talk: &mut Talk, kind: TroubleKind) -> Trouble {
    loop {
        let told = trouble(talk).await;
        if told.kind == kind {
            return told;
        }
    }
}

async fn until_there(path: &Path) {
    while !path.exists() {
        tokio::time::sleep(POLL).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stage_that_falls_over_its_programme_gets_the_card_alone_and_a_new_programme_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let script = r#"told '"type":"stand"'
        if grep -aq '"editions":\[\]' told.$$; then touch safe; else frames; exit 101; fi
        told '"manifest_version":5'; touch tried"#;
    let (server, agent, mut talk) = placed(folder.path(), script).await;
    let told = told_of(&mut talk, TroubleKind::Glass).await;
    assert!(
        told.text.starts_with("the stage falls again and again: the built-in card is shown for 60 s"),
        "{}",
        told.text
    );
    until_there(&folder.path().join("safe")).await;
    let starts = std::fs::read_to_string(folder.path().join("starts")).unwrap().lines().count();
    assert!((6..=8).contains(&starts), "five falls, and perhaps one for another size of the glass: {starts}");
    assert!(agent.status().await.stands_in);
    assert!(!folder.path().join("tried").exists(), "the programme is not tried before its time");
    supply(&server, &mut talk, b"another picture", 5).await;
    until_there(&folder.path().join("tried")).await;
    assert!(!agent.status().await.stands_in);
    agent.stop().await;
}

/// A stage shows one file and crashes, until a file is put away: which, and why. What it says in between is `says`.
async fn put_away(shown: ContentHash, says: &str) -> (Option<ContentHash>, String) {
    let folder = tempfile::tempdir().unwrap();
    let script = format!(
        r#"told Z1-1
        if grep -aq '"quarantined":\[\]' told.$$; then
            frame '{{"type":"shown","item":"washing","item_version":1,"file":"{shown}","manifest_version":4,"planned_at":5,"planned_ms":60000,"at":5}}'
            {says}
            frames; kill -SEGV $$
        fi
        touch calm"#
    );
    let (_server, agent, mut talk) = placed(folder.path(), &script).await;
    let told = told_of(&mut talk, TroubleKind::File).await;
    until_there(&folder.path().join("calm")).await;
    agent.stop().await;
    (told.file, told.text)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_over_whose_opening_the_stage_falls_each_time_is_put_away_and_not_the_one_on_the_glass() {
    let (bad, good) = (ContentHash::of(b"a bad movie"), ContentHash::of(b"a picture"));
    let opens = format!(r#"frame '{{"type":"opens","file":"{bad}"}}'"#);
    let told = put_away(good, &opens).await;
    assert_eq!(told, (Some(bad), "the stage fell 3 times while it was opened".to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_with_which_the_stage_falls_each_time_is_put_away_and_not_one_that_was_opened_once_meanwhile() {
    let (bad, good) = (ContentHash::of(b"a bad movie"), ContentHash::of(b"a picture"));
    let opens = format!(r#"[ -e once ] || {{ touch once; frame '{{"type":"opens","file":"{good}"}}'; }}"#);
    let told = put_away(bad, &opens).await;
    assert_eq!(told, (Some(bad), "the stage fell 3 times while it was on the glass".to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_with_which_two_stages_saw_a_black_glass_is_put_away() {
    let folder = tempfile::tempdir().unwrap();
    let file = ContentHash::of(b"a movie nobody can show");
    let script = format!(
        r#"told Z1-1
        if grep -aq '"quarantined":\[\]' told.$$; then
            frame '{{"type":"amiss","sort":"flat","file":"{file}","text":"the glass is black"}}'; exit 75
        fi
        touch calm"#
    );
    let (_server, agent, mut talk) = placed(folder.path(), &script).await;
    let told = told_of(&mut talk, TroubleKind::Glass).await;
    assert_eq!((told.file, told.text.as_str()), (Some(file), "the glass is black"));
    let told = told_of(&mut talk, TroubleKind::File).await;
    assert_eq!(told.file, Some(file));
    assert!(told.text.starts_with("the glass is black, 2 times with this file"), "{}", told.text);
    until_there(&folder.path().join("calm")).await;
    agent.stop().await;
}
