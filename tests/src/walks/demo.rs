//! `make demo`'s server: a player of its own, paired by itself, going on where it was.

use std::process::{Command, Stdio};
use std::time::Duration;

use crate::harness::{Outcome, program, until};

#[test]
fn the_demo_pairs_its_own_player_stops_cleanly_and_goes_on() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let media = program("anteroom")?.with_file_name("demo-media");
    for round in 1..=2 {
        let any = "127.0.0.1:0";
        let mut demo = Command::new(program("anteroom")?)
            .args(["demo", "--console", any, "--phone", any, "--link", any, "--data"])
            .arg(&data)
            .arg("--media")
            .arg(&media)
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let playing = until("the demo's player to show an item", Duration::from_mins(5), || {
            let status = Command::new(program("anteroom-player")?)
                .args(["status", "--json", "--state"])
                .arg(data.join("player"))
                .output()?;
            let status: serde_json::Value = serde_json::from_slice(&status.stdout)?;
            Ok(status["connected"] == true && status["item"].is_string())
        });
        let done = Command::new("kill").args(["-INT", &demo.id().to_string()]).status()?;
        assert!(done.success());
        until("the demo to stop", Duration::from_secs(15), || Ok(demo.try_wait()?.is_some()))?;
        assert!(demo.wait()?.success(), "round {round}: it stops cleanly");
        playing?;
    }
    Ok(())
}
