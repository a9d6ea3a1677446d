//! The demo's player: started beside the server, and paired by the code on its glass like any other.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anteroom_content::id::ScreenId;
use anyhow::Context as _;
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::serve::Ready;
use crate::state::State;
use crate::{assign, pairing};

/// The waiting-room screen the demo's player lights: 1920 × 1080, open day and night.
const SCREEN: &str = "Z04-1";
/// How often the player is asked for its code.
const ASK_AGAIN: Duration = Duration::from_millis(500);
/// How long a player may take to stop.
const STOP_LIMIT: Duration = Duration::from_secs(5);

/// What the player says of itself.
#[derive(serde::Deserialize)]
struct Status {
    #[serde(default)]
    code: Option<String>,
    #[serde(default, rename = "box")]
    box_id: Option<String>,
}

/// Starts the player, pairs it where it is new, and ends it when the server stops.
pub fn start_player(state: State, ready: Ready, mut stop: watch::Receiver<bool>) -> JoinHandle<anyhow::Result<()>> {
    tokio::spawn(async move {
        let folder = state.data.join("player");
        let program = program()?;
        let mut player = spawn(&program, &folder, &ready)?;
        let paired = async {
            if let Err(error) = pair(&state, &program, &folder).await {
                tracing::error!(why = format!("{error:#}"), "the demo's player could not be paired");
            }
            std::future::pending::<()>().await;
        };
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => {}
            ended = player.wait() => anyhow::bail!("the demo's player ended by itself ({})", ended?),
            () = paired => {}
        }
        end(player).await
    })
}

/// The player's program lies beside this one.
fn program() -> anyhow::Result<PathBuf> {
    let beside = std::env::current_exe()?.with_file_name("anteroom-player");
    anyhow::ensure!(beside.is_file(), "{} is not there: build it, or use --no-player", beside.display());
    Ok(beside)
}

fn spawn(program: &Path, folder: &Path, ready: &Ready) -> anyhow::Result<Child> {
    let has_display = ["WAYLAND_DISPLAY", "DISPLAY"].iter().any(|name| std::env::var_os(name).is_some());
    let mut command = Command::new(program);
    command.args(["run", "--server", &ready.link, "--state"]).arg(folder).args(["--size", "1920x1080"]);
    if has_display {
        command.arg("--window");
    } else {
        command.arg("--headless");
        println_once("no display: the player draws without a window; its live picture is in the console");
    }
    command.stdin(Stdio::null()).kill_on_drop(true).spawn().context("the demo's player cannot be started")
}

#[expect(clippy::print_stdout, reason = "said to the person who started the demo")]
fn println_once(words: &str) {
    println!("{words}");
}

async fn pair(state: &State, program: &Path, folder: &Path) -> anyhow::Result<()> {
    let mut again = tokio::time::interval(ASK_AGAIN);
    loop {
        again.tick().await;
        let said = Command::new(program).args(["status", "--json", "--state"]).arg(folder).output().await?;
        // The player needs a moment until it answers at all.
        let Ok(status) = serde_json::from_slice::<Status>(&said.stdout) else { continue };
        if status.box_id.is_some() {
            return Ok(());
        }
        let Some(code) = status.code else { continue };
        let box_id = pairing::claim(state, &code, "demo").await?;
        assign::attach(state, &box_id, &ScreenId::parse(SCREEN)?).await?;
        return Ok(());
    }
}

async fn end(mut player: Child) -> anyhow::Result<()> {
    if let Some(pid) = player.id().and_then(|pid| i32::try_from(pid).ok()).and_then(rustix::process::Pid::from_raw) {
        rustix::process::kill_process(pid, rustix::process::Signal::TERM)?;
    }
    if tokio::time::timeout(STOP_LIMIT, player.wait()).await.is_err() {
        player.kill().await?;
    }
    Ok(())
}
