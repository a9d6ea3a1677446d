//! A player: the real agent with its real stage, headless, in a folder of its own.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anteroom_content::wire::Carrier;

use super::{Glass, Hospital, Outcome, blind, program, until, until_some};

/// How long a stage may take to draw on a busy machine with a software renderer.
const PICTURE_LIMIT: Duration = Duration::from_secs(40);

/// How long a play of a stage without a glass may take to end.
const LAST_PLAY_LIMIT: Duration = Duration::from_secs(30);

/// A running player.
pub struct Player {
    folder: PathBuf,
    size: (u32, u32),
    server: SocketAddr,
    stage: Option<PathBuf>,
    network: Option<String>,
    /// The display its window opens on; without one, it draws in memory.
    display: Option<String>,
    /// What its processes find in their environment besides.
    variables: Vec<(String, String)>,
    agent: Option<Child>,
}

/// What a player says of itself.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Status {
    /// The code on its glass, while it waits for one.
    #[serde(default)]
    pub code: Option<String>,
    /// Connected to its server.
    pub connected: bool,
    /// What carries that, or carried it last.
    #[serde(default)]
    pub carrier: Option<Carrier>,
    /// Files still to be fetched, in bytes.
    #[serde(default)]
    pub fetch_left_bytes: u64,
    /// The manifest in force.
    #[serde(default)]
    pub manifest_version: u64,
    /// Plays that the server has not acknowledged.
    #[serde(default)]
    pub plays_waiting: u64,
    /// The box's name, once it is paired.
    #[serde(default, rename = "box")]
    pub box_id: Option<String>,
    /// Plays that have ended, in the log.
    #[serde(default)]
    pub plays_logged: u64,
    /// Frames presented since the stage started.
    #[serde(default)]
    pub frames: u64,
    /// The item on the glass.
    #[serde(default)]
    pub item: Option<String>,
    /// The last item that was on the glass, and since when.
    #[serde(default)]
    pub last_item: Option<(String, i64)>,
    /// What stands in on the glass, if something does.
    #[serde(default)]
    pub rung: Option<String>,
    /// The last thing that went wrong.
    #[serde(default)]
    pub last_trouble: Option<String>,
}

impl Status {
    /// It has a certificate.
    #[must_use]
    pub const fn is_paired(&self) -> bool {
        self.box_id.is_some()
    }
}

impl Player {
    /// Starts a player of a hospital with a glass of `size` pixels.
    pub fn start(hospital: &Hospital, name: &str, size: (u32, u32)) -> Outcome<Self> {
        let mut player = Self::at_rest(hospital, name, size)?;
        player.wake()?;
        Ok(player)
    }

    /// A player that does not run yet.
    ///
    /// # Errors
    /// When the hospital has no door for it.
    pub fn at_rest(hospital: &Hospital, name: &str, size: (u32, u32)) -> Outcome<Self> {
        Ok(Self {
            folder: hospital.player_folder(name),
            size,
            server: hospital.link()?,
            stage: None,
            network: None,
            display: None,
            variables: Vec::new(),
            agent: None,
        })
    }

    /// The same, running.
    ///
    /// # Errors
    /// When it does not start.
    pub fn awake(mut self) -> Outcome<Self> {
        self.wake()?;
        Ok(self)
    }

    /// Starts it again with a window on a display, without a reel.
    ///
    /// # Errors
    /// When it does not start.
    pub fn move_to_display(&mut self, name: &str) -> Outcome<()> {
        self.kill_agent()?;
        self.display = Some(name.to_owned());
        self.variables.clear();
        self.wake()
    }

    /// Its stage keeps every frame; [`Player::reel`] says where.
    #[must_use]
    pub fn keeping_a_reel(self) -> Self {
        let reel = self.reel().display().to_string();
        self.with("ANTEROOM_STAGE_REEL", &reel)
    }

    /// Its processes find a variable in their environment.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Where its stage keeps every frame, if it does.
    #[must_use]
    pub fn reel(&self) -> PathBuf {
        self.folder.join("reel")
    }

    /// Starts a player without a glass that knows its server at `server`, in a network namespace of this machine or in none.
    ///
    /// # Errors
    /// When it does not start.
    pub fn blind(hospital: &Hospital, name: &str, server: SocketAddr, network: Option<&str>) -> Outcome<Self> {
        Self::blind_at_rest(hospital, name, server, network)?.awake()
    }

    /// The same, not running yet.
    ///
    /// # Errors
    /// When its stage cannot be written.
    pub fn blind_at_rest(hospital: &Hospital, name: &str, server: SocketAddr, network: Option<&str>) -> Outcome<Self> {
        let stage = Some(blind::stage(&hospital.player_folder(name))?);
        let network = network.map(str::to_owned);
        let mut player = Self::at_rest(hospital, name, (640, 360))?;
        (player.server, player.stage, player.network) = (server, stage, network);
        Ok(player)
    }

    /// Its blind stage begins no further play, or plays on.
    ///
    /// # Errors
    /// When it has none.
    pub fn pause(&self, is_paused: bool) -> Outcome<()> {
        let stage = self.stage.as_ref().ok_or_else(|| anyhow::anyhow!("a real stage plays what is due"))?;
        let pause = stage.with_extension("sh.pause");
        if is_paused { Ok(std::fs::write(pause, "")?) } else { Ok(std::fs::remove_file(pause)?) }
    }

    /// Its blind stage begins no further play, and the last one has ended.
    ///
    /// # Errors
    /// When it has no such stage, or goes on.
    pub fn rest(&self) -> Outcome<()> {
        self.pause(true)?;
        let before = self.status()?.frames;
        // With every frame it says what has ended before: the first may have been on its way, the next one ends a play.
        until("the last play to end", LAST_PLAY_LIMIT, || Ok(self.status()?.frames >= before + 3)).map(drop)
    }

    /// Its agent has ended by itself; its stage is waited for.
    ///
    /// # Errors
    /// When the kernel does not tell.
    pub fn has_died(&mut self) -> Outcome<bool> {
        let Some(agent) = &mut self.agent else { return Ok(true) };
        if agent.try_wait()?.is_none() {
            return Ok(false);
        }
        self.agent = None;
        Ok(true)
    }

    /// Starts the agent again in the same folder.
    pub fn wake(&mut self) -> Outcome<()> {
        std::fs::create_dir_all(&self.folder)?;
        let log = std::fs::File::options().create(true).append(true).open(self.folder.join("player.log"))?;
        let mut command = match &self.network {
            None => Command::new(program("anteroom-player")?),
            Some(network) => {
                let mut command = Command::new("ip");
                command.args(["netns", "exec", network]).arg(program("anteroom-player")?);
                command
            }
        };
        if let Some(stage) = &self.stage {
            command.env("ANTEROOM_PLAYER_STAGE_COMMAND", stage);
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        if let Some(display) = &self.display {
            command.env("DISPLAY", display);
        }
        let glass = if self.display.is_some() { "--window" } else { "--headless" };
        let child = command
            .args(["run", glass, "--server", &self.server.to_string(), "--state"])
            .arg(&self.folder)
            .args(["--size", &format!("{}x{}", self.size.0, self.size.1)])
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        self.agent = Some(child);
        Ok(())
    }

    /// What it says of itself.
    pub fn status(&self) -> Outcome<Status> {
        let said = Command::new(program("anteroom-player")?)
            .args(["status", "--json", "--state"])
            .arg(&self.folder)
            .output()?;
        anyhow::ensure!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr).trim());
        Ok(serde_json::from_slice(&said.stdout)?)
    }

    /// What the doctor finds: everything, and whether nothing is bad.
    ///
    /// # Errors
    /// When it finds no server to look for.
    pub fn doctor(&self) -> Outcome<(serde_json::Value, bool)> {
        let said = Command::new(program("anteroom-player")?)
            .args(["doctor", "--json", "--state"])
            .arg(&self.folder)
            .output()?;
        let report = serde_json::from_slice(&said.stdout)
            .map_err(|_| anyhow::anyhow!("{}", String::from_utf8_lossy(&said.stderr).trim().to_owned()))?;
        Ok((report, said.status.success()))
    }

    /// The pairing code on its glass, once there is one.
    pub fn code(&self) -> Outcome<String> {
        until_some("a pairing code", PICTURE_LIMIT, || Ok(self.status()?.code)).map(|(code, _)| code)
    }

    /// What is on its glass now.
    pub fn glass(&self) -> Outcome<Glass> {
        let file = self.folder.join(format!("glass-{:?}.png", std::thread::current().id()));
        let said = Command::new(program("anteroom-player")?)
            .args(["snapshot", "--state"])
            .arg(&self.folder)
            .arg(&file)
            .output()?;
        anyhow::ensure!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr).trim());
        Ok(Glass(image::open(&file)?.to_rgb8()))
    }

    /// Waits until its glass is as `look` wants it, and tells how long that took.
    pub fn shows(&self, what: &str, limit: Duration, look: impl Fn(&Glass) -> bool) -> Outcome<Duration> {
        until(what, limit, || Ok(look(&self.glass()?))).map_err(|error| {
            error.context(format!(
                "{:?}\n—— what player {} said ——\n{}",
                self.status(),
                self.folder.display(),
                self.log_tail()
            ))
        })
    }

    /// The stage's process.
    pub fn stage_pid(&self) -> Outcome<u32> {
        let agent = self.agent.as_ref().ok_or_else(|| anyhow::anyhow!("the agent does not run"))?.id();
        let children = std::fs::read_to_string(format!("/proc/{agent}/task/{agent}/children")).unwrap_or_default();
        let mut found: Vec<u32> = children.split_whitespace().filter_map(|pid| pid.parse().ok()).collect();
        // A child belongs to the thread that started it, which need not be the first.
        if let Ok(threads) = std::fs::read_dir(format!("/proc/{agent}/task")) {
            for thread in threads.flatten() {
                let list = std::fs::read_to_string(thread.path().join("children")).unwrap_or_default();
                found.extend(list.split_whitespace().filter_map(|pid| pid.parse::<u32>().ok()));
            }
        }
        found.first().copied().ok_or_else(|| anyhow::anyhow!("no stage runs"))
    }

    /// Ends the stage as a fault of the graphics would: kill −9.
    pub fn kill_stage(&self) -> Outcome<()> {
        let pid = self.stage_pid()?;
        let done = Command::new("kill").args(["-9", &pid.to_string()]).status()?;
        anyhow::ensure!(done.success(), "the stage could not be killed");
        Ok(())
    }

    /// Ends the agent as the power would: kill −9. The stage ends by itself.
    pub fn kill_agent(&mut self) -> Outcome<()> {
        let stage = self.stage_pid().ok();
        if let Some(mut agent) = self.agent.take() {
            agent.kill()?;
            agent.wait()?;
        }
        if let Some(stage) = stage {
            until("the stage to end with its agent", Duration::from_secs(10), || {
                Ok(!std::path::Path::new(&format!("/proc/{stage}/stat")).exists() || is_dead(stage))
            })?;
        }
        Ok(())
    }

    /// The agent's process.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.agent.as_ref().map(Child::id)
    }

    /// What the player has said so far.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("player.log")).unwrap_or_default()
    }

    fn log_tail(&self) -> String {
        let log = self.log();
        let mut tail: Vec<_> = log.lines().rev().take(60).collect();
        tail.reverse();
        tail.join("\n")
    }

    /// The folder of its state.
    #[must_use]
    pub fn folder(&self) -> &std::path::Path {
        &self.folder
    }
}

/// Ended, but not yet asked for by its parent.
fn is_dead(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| stat.contains(") Z "))
}

impl Drop for Player {
    fn drop(&mut self) {
        // What cannot be ended any more has ended.
        let _ = self.kill_agent();
        if std::thread::panicking() {
            eprintln!("—— what player {} said ——\n{}", self.folder.display(), self.log_tail());
        }
    }
}
