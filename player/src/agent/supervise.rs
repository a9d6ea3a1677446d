//! Keeps a stage on the glass: starts it, listens to it, ends it when its frames stand still, starts it again.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant as Tick};

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::events::{Event, EventSender, Fall, FallCause, StageEvent, stop_asked};
use super::limits::{
    FALL_WAIT_CAP, FALLS_FREE, FALLS_WINDOW, FRAMES_STILL_MAX, LOG_LINE_BYTES_MAX, STAGE_LEAVE, STAGE_START_MAX,
    STAGE_WORDS_MAX,
};
use super::seat::Seat;
use super::systemd::VARIABLES;
use crate::bridge::{EXIT_AMISS, EXIT_NIGHT, FromStage, ToStage, pipe};
pub(super) use crate::stage::Display;

/// How a stage is started.
#[derive(Debug, Clone)]
pub struct StageCommand {
    /// The program: this very binary, unless a test brings its own.
    pub program: PathBuf,
    /// Where it draws.
    pub display: Display,
    /// Frames a second.
    pub frame_rate: u32,
    /// The output it draws on, by its name; none where the machine has one.
    pub output: Option<String>,
}

/// The size of the glass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Width in pixels.
    pub width_px: u32,
    /// Height in pixels.
    pub height_px: u32,
}

impl StageCommand {
    fn arguments(&self, size: Size) -> Vec<OsString> {
        let display = match self.display {
            Display::Headless => "--headless",
            Display::Window => "--window",
            Display::Fullscreen => "--fullscreen",
        };
        let size = format!("{}x{}", size.width_px, size.height_px);
        let rate = self.frame_rate.to_string();
        let output = self.output.iter().flat_map(|output| ["--output", output.as_str()]);
        ["stage", display, "--size", &size, "--frame-rate", &rate]
            .into_iter()
            .chain(output)
            .map(OsString::from)
            .collect()
    }
}

/// Runs stages, one after another, until `stop`. A change of `size` starts the stage anew. While the display is `dark` because that is
/// wanted, frames may stand still: some display servers take none then.
pub async fn run(
    command: StageCommand,
    mut size: watch::Receiver<Size>,
    dark: watch::Receiver<bool>,
    events: EventSender,
    mut stop: watch::Receiver<bool>,
) {
    let mut falls = VecDeque::new();
    let seat = Seat::of(command.display, |name| std::env::var_os(name));
    loop {
        let now = *size.borrow_and_update();
        let mut fall = match Life::start(&command, now) {
            Ok(life) => life.live(&events, &mut size, &dark, &mut stop).await,
            Err(error) => Fall { text: format!("the stage cannot be started: {error}"), cause: FallCause::Outside },
        };
        let is_asked = fall.cause == FallCause::Asked;
        let is_seated = is_asked || seat.is_there().await;
        if !is_seated {
            fall = unseated(&fall, &seat);
        }
        if !is_asked {
            tracing::error!(reason = %fall.text, "the stage fell");
        }
        events.send(Event::Stage(StageEvent::Fell(fall))).await;
        if *stop.borrow() {
            return;
        }
        let wait = async {
            if !is_seated {
                seat.comes_back(FALL_WAIT_CAP).await;
            } else if !is_asked {
                tokio::time::sleep(wait_after(&mut falls, Tick::now())).await;
            }
        };
        tokio::select! {
            () = wait => {}
            () = stop_asked(&mut stop) => return,
        }
    }
}

/// The same fall, where nobody answers at the display.
fn unseated(fall: &Fall, seat: &Seat) -> Fall {
    let path = seat.path().unwrap_or(Path::new("the display")).display();
    let text = format!("nobody answers at {path}: is the display server running? ({})", fall.text);
    Fall { text, cause: FallCause::NoDisplay }
}

/// At once for the first falls of a minute, then longer and longer.
fn wait_after(falls: &mut VecDeque<Tick>, now: Tick) -> Duration {
    falls.push_back(now);
    falls.retain(|fall| now.duration_since(*fall) < FALLS_WINDOW);
    let beyond = u32::try_from(falls.len().saturating_sub(FALLS_FREE)).unwrap_or(u32::MAX);
    if beyond == 0 { Duration::ZERO } else { Duration::from_secs(1 << (beyond - 1).min(5)).min(FALL_WAIT_CAP) }
}

/// One stage, from its start to its end.
struct Life {
    child: Child,
    tell: mpsc::Sender<ToStage>,
    heard: mpsc::Receiver<FromStage>,
    /// The pipes; they end with the stage.
    pipes: JoinSet<()>,
}

impl Life {
    fn start(command: &StageCommand, size: Size) -> std::io::Result<Self> {
        // A group of its own: Ctrl-C in a terminal reaches the agent, and the agent ends the stage in good order.
        let mut program = Command::new(&command.program);
        // The agent alone speaks to whoever watches over it.
        for name in VARIABLES {
            program.env_remove(name);
        }
        let mut child = program
            .args(command.arguments(size))
            // Decoder threads come and go; with an arena each, the allocator keeps what every one of them once needed.
            .env("MALLOC_ARENA_MAX", "2")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let (tell, words) = mpsc::channel(STAGE_WORDS_MAX);
        let (hear, heard) = mpsc::channel(STAGE_WORDS_MAX);
        let mut pipes = JoinSet::new();
        if let (Some(stdin), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        {
            pipes.spawn(write_words(stdin, words));
            pipes.spawn(read_words(stdout, hear));
            pipes.spawn(pass_log_on(stderr));
        }
        tracing::info!(
            stage.pid = child.id(),
            stage.width_px = size.width_px,
            stage.height_px = size.height_px,
            "the stage starts"
        );
        Ok(Self { child, tell, heard, pipes })
    }

    async fn live(
        mut self,
        events: &EventSender,
        size: &mut watch::Receiver<Size>,
        dark: &watch::Receiver<bool>,
        stop: &mut watch::Receiver<bool>,
    ) -> Fall {
        events.send(Event::Stage(StageEvent::Started(self.tell.clone()))).await;
        let mut deadline = Tick::now() + STAGE_START_MAX;
        let mut frames = 0;
        loop {
            tokio::select! {
                heard = self.heard.recv() => match heard {
                    Some(message) => {
                        match &message {
                            FromStage::Frames { count, .. } if *count > frames => {
                                frames = *count;
                                deadline = Tick::now() + FRAMES_STILL_MAX;
                            }
                            FromStage::Ready { .. } => deadline = Tick::now() + FRAMES_STILL_MAX,
                            FromStage::Frames { .. } | FromStage::Shown(_) | FromStage::Ended(_)
                            | FromStage::Applied { .. } | FromStage::Looked { .. } | FromStage::Fault { .. }
                            | FromStage::Decodes { .. } | FromStage::Amiss { .. }
                            | FromStage::Opens { .. } | FromStage::Opened { .. } | FromStage::Covered { .. }
                            | FromStage::Heard { .. } | FromStage::Mute { .. } => {}
                        }
                        events.send(Event::Stage(StageEvent::Said(message))).await;
                    }
                    None => return self.judge().await,
                },
                () = tokio::time::sleep_until(deadline.into()) => {
                    if *dark.borrow() {
                        deadline = Tick::now() + FRAMES_STILL_MAX;
                        continue;
                    }
                    self.kill().await;
                    return Fall { text: "its frames stood still".into(), cause: FallCause::Still };
                }
                changed = size.changed() => if changed.is_ok() { return self.leave(events, "another size").await },
                () = stop_asked(stop) => return self.leave(events, "the agent stops").await,
            }
        }
    }

    /// Its pipe has ended: it is dead, or as good as dead.
    async fn judge(mut self) -> Fall {
        match tokio::time::timeout(STAGE_LEAVE, self.child.wait()).await {
            Ok(Ok(status)) if status.code() == Some(i32::from(EXIT_NIGHT)) => {
                tracing::info!("the stage has ended for the night; another one takes its place");
                Fall { text: "a new stage for a new day".into(), cause: FallCause::Asked }
            }
            Ok(Ok(status)) => Fall { text: format!("it ended: {status}"), cause: cause_of(status) },
            Ok(Err(error)) => Fall { text: error.to_string(), cause: FallCause::Outside },
            Err(_) => {
                self.kill().await;
                Fall { text: "it fell silent".into(), cause: FallCause::Crash }
            }
        }
    }

    /// Asks it to leave, hears what it still has to say, and ends it if it stays.
    async fn leave(mut self, events: &EventSender, text: &str) -> Fall {
        let _ = self.tell.try_send(ToStage::Leave);
        let farewell = async {
            while let Some(message) = self.heard.recv().await {
                events.send(Event::Stage(StageEvent::Said(message))).await;
            }
        };
        let _ = tokio::time::timeout(STAGE_LEAVE, farewell).await;
        self.kill().await;
        Fall { text: text.to_owned(), cause: FallCause::Asked }
    }

    async fn kill(&mut self) {
        // It may be gone already; all that matters is that it is gone afterwards.
        let _ = self.child.kill().await;
        self.pipes.abort_all();
    }
}

fn cause_of(status: ExitStatus) -> FallCause {
    // SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE and SIGSEGV are its own doing; a panic ends with 101.
    match (status.signal(), status.code()) {
        (Some(4 | 5 | 6 | 7 | 8 | 11), _) | (None, Some(101)) => FallCause::Crash,
        (None, Some(code)) if code == i32::from(EXIT_AMISS) => FallCause::Amiss,
        (Some(_) | None, _) => FallCause::Outside,
    }
}

async fn write_words(mut stdin: ChildStdin, mut words: mpsc::Receiver<ToStage>) {
    while let Some(word) = words.recv().await {
        if let Err(error) = pipe::tell(&mut stdin, &word).await {
            tracing::debug!(reason = %error, "the stage does not hear");
            return;
        }
    }
}

async fn read_words(stdout: ChildStdout, hear: mpsc::Sender<FromStage>) {
    let mut stdout = BufReader::new(stdout);
    loop {
        match pipe::hear(&mut stdout).await {
            Ok(Some(message)) => {
                if hear.send(message).await.is_err() {
                    return;
                }
            }
            Ok(None) => return,
            Err(error) => {
                tracing::warn!(reason = %error, "the stage cannot be understood");
                return;
            }
        }
    }
}

/// The stage writes its log to standard error: each line goes into ours, long ones in pieces.
async fn pass_log_on(stderr: ChildStderr) {
    let mut stderr = BufReader::new(stderr);
    let mut line = Vec::new();
    loop {
        line.clear();
        match (&mut stderr).take(LOG_LINE_BYTES_MAX).read_until(b'\n', &mut line).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {
                let text = String::from_utf8_lossy(&line);
                let text = text.trim_end();
                if !text.is_empty() {
                    tracing::info!(target: "stage", "{text}");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
