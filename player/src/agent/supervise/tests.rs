//! A supervisor over stages made of shell: those that fall, stand still, leave, or end for the night.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::*;
use crate::agent::events;

const SIZE: Size = Size { width_px: 320, height_px: 180 };

/// A stage made of shell: what it prints must be frames.
fn shell_stage(folder: &Path, script: &str) -> StageCommand {
    let program = folder.join("stage.sh");
    let frame =
        r#"frame() { printf "\\000\\000\\$(printf %03o $((${#1} / 256)))\\$(printf %03o $((${#1} % 256)))%s" "$1"; }"#;
    std::fs::write(&program, format!("#!/bin/sh\n{frame}\n{script}\n")).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    StageCommand { program, display: Display::Headless, frame_rate: 30, output: None }
}

async fn next(events: &mut mpsc::Receiver<Event>) -> StageEvent {
    match events.recv().await {
        Some(Event::Stage(event)) => event,
        other => panic!("not about the stage: {other:?}"),
    }
}

#[tokio::test]
async fn a_stage_that_dies_is_started_again_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let command = shell_stage(folder.path(), r#"frame '{"type":"ready","adapter":"shell"}'; exit 101"#);
    let (sender, mut events) = events::channel();
    let (_size, size) = watch::channel(SIZE);
    let (stop, stopped) = watch::channel(false);
    let supervisor = tokio::spawn(run(command, size, watch::channel(false).1, sender, stopped));
    for _ in 0..2 {
        assert!(matches!(next(&mut events).await, StageEvent::Started(_)));
        assert!(matches!(next(&mut events).await, StageEvent::Said(FromStage::Ready { .. })));
        let StageEvent::Fell(fall) = next(&mut events).await else { panic!("it did not fall") };
        assert_eq!(fall.cause, FallCause::Crash);
    }
    stop.send_replace(true);
    while events.recv().await.is_some() {}
    supervisor.await.unwrap();
}

#[tokio::test]
async fn a_stage_whose_frames_stand_still_is_ended_and_one_that_is_asked_leaves() {
    let folder = tempfile::tempdir().unwrap();
    let script =
        r#"frame '{"type":"ready","adapter":"shell"}'; frame '{"type":"frames","count":1,"item":null}'; exec sleep 60"#;
    let command = shell_stage(folder.path(), script);
    let (sender, mut events) = events::channel();
    let (new_size, size) = watch::channel(SIZE);
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(run(command, size, watch::channel(false).1, sender, stopped));
    let started = Tick::now();
    let fall = loop {
        if let StageEvent::Fell(fall) = next(&mut events).await {
            break fall;
        }
    };
    assert_eq!(fall.cause, FallCause::Still, "no file is blamed for a display that takes no frame");
    assert!(started.elapsed() >= FRAMES_STILL_MAX);
    assert!(matches!(next(&mut events).await, StageEvent::Started(_)));
    new_size.send_replace(Size { width_px: 180, height_px: 320 });
    let fall = loop {
        if let StageEvent::Fell(fall) = next(&mut events).await {
            break fall;
        }
    };
    assert_eq!(fall.cause, FallCause::Asked);
    stop.send_replace(true);
}

#[tokio::test]
async fn a_stage_that_ends_for_the_night_is_followed_at_once_and_one_that_saw_something_amiss_too() {
    let folder = tempfile::tempdir().unwrap();
    let script = "if [ -e night ]; then exec sleep 60; else touch night; exit 76; fi";
    for (script, cause) in [(script.to_owned(), FallCause::Asked), (script.replace("76", "75"), FallCause::Amiss)] {
        let script = format!("cd {}\n{script}", folder.path().display());
        let (sender, mut events) = events::channel();
        let (_size, size) = watch::channel(SIZE);
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(run(shell_stage(folder.path(), &script), size, watch::channel(false).1, sender, stopped));
        assert!(matches!(next(&mut events).await, StageEvent::Started(_)));
        let StageEvent::Fell(fall) = next(&mut events).await else { panic!("it did not fall") };
        assert_eq!(fall.cause, cause);
        assert!(matches!(next(&mut events).await, StageEvent::Started(_)));
        stop.send_replace(true);
        while events.recv().await.is_some() {}
        std::fs::remove_file(folder.path().join("night")).unwrap();
    }
}

#[test]
fn only_a_stage_that_keeps_falling_is_waited_for() {
    let (mut falls, now) = (VecDeque::new(), Tick::now());
    let waits: Vec<_> = (0..6).map(|_| wait_after(&mut falls, now).as_secs()).collect();
    assert_eq!(waits, [0, 0, 0, 1, 2, 4]);
    assert_eq!(wait_after(&mut falls, now + FALLS_WINDOW).as_secs(), 0);
}
