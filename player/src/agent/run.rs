//! Opens the rooms of the agent, and closes them in order when it stops.

use std::fs::{self, File, TryLockError};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use anteroom_content::clock::System;
use anteroom_content::id::ContentHash;
use anteroom_content::wire::{TroubleKind, Voucher};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use super::desk::{Desk, DeskRooms};
use super::display::{Control, Keeper, Tempo};
use super::events::{self, Event, EventSender, stop_asked};
use super::journal::Journal;
use super::limits::{RESTART_AFTER, SCRUB_EVERY};
use super::link::{self, Link};
use super::playlog::Scribe;
use super::store::{Ballast, EvergreenFolder, FileError, Files, Store, StoreError};
use super::supervise::{self, Size, StageCommand};
use super::systemd::Systemd;
use super::time::BoxClock;
use super::{chance, door, lamp, scrub};

/// How the agent runs.
#[derive(Debug)]
pub struct Options {
    /// The server, `HOST:PORT`.
    pub server: String,
    /// The state folder.
    pub state: PathBuf,
    /// The size of the glass; none means the screen's own.
    pub size: Option<Size>,
    /// How stages are started.
    pub stage: StageCommand,
    /// Who started the agent and watches it.
    pub systemd: Systemd,
    /// Where the newest lines of the log are kept.
    pub journal: Journal,
    /// How the display is switched.
    pub display: Control,
    /// The output of the machine it draws on, by its name; none where the machine has one.
    pub output: Option<String>,
    /// What stands in the provisioning file.
    pub voucher: Option<Voucher>,
}

/// Why the agent ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It was asked to, by a signal.
    Stopped,
    /// It is to be started anew.
    Again,
}

/// The way to start the agent anew; clones are the same one.
#[derive(Debug, Clone)]
pub struct Leave {
    stop: watch::Sender<bool>,
    is_again: Arc<AtomicBool>,
}

impl Leave {
    fn new() -> (Self, watch::Receiver<bool>) {
        let (stop, stopped) = watch::channel(false);
        (Self { stop, is_again: Arc::default() }, stopped)
    }

    /// Ends the agent in a moment, to be started anew: the server is told first.
    pub fn for_good_reason(&self) {
        self.is_again.store(true, Ordering::SeqCst);
        let stop = self.stop.clone();
        tokio::spawn(async move {
            tokio::time::sleep(RESTART_AFTER).await;
            stop.send_replace(true);
        });
    }

    /// Ends the agent when whoever started it asks for that.
    async fn when_asked(self, mut asked_to_stop: watch::Receiver<bool>) {
        stop_asked(&mut asked_to_stop).await;
        self.stop.send_replace(true);
    }

    fn ended(&self) -> Ended {
        if self.is_again.load(Ordering::SeqCst) { Ended::Again } else { Ended::Stopped }
    }
}

/// Why the agent cannot run.
#[derive(Debug, thiserror::Error)]
pub enum Unable {
    /// Another agent has the folder.
    #[error("another agent runs on the state folder `{}`: stop it first, or choose another folder", .0.display())]
    Taken(PathBuf),
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file folder cannot be opened.
    #[error(transparent)]
    Files(#[from] FileError),
    /// The door cannot be opened.
    #[error("the socket in `{}` cannot be made: {error}", .folder.display())]
    Door {
        /// In which folder.
        folder: PathBuf,
        /// Why.
        error: std::io::Error,
    },
}

/// How long the log may take to close when the agent stops.
const CLOSE_MAX: Duration = Duration::from_millis(500);

/// Runs the agent until `asked_to_stop`, or until it is to be started anew.
///
/// # Errors
/// [`Unable`] when it cannot start.
pub async fn run(options: Options, asked_to_stop: watch::Receiver<bool>) -> Result<Ended, Unable> {
    let (leave, stop) = Leave::new();
    let follow = tokio::spawn(leave.clone().when_asked(asked_to_stop));
    let _lock = take_folder(&options.state)?;
    let store = Store::open(&options.state).await?;
    let files = Files::open(options.state.join("files"))?;
    let evergreen = EvergreenFolder::open(&options.state)?;
    let clock = clock_of(&store).await?;
    let (events, inbox) = events::channel();
    let scribe = Scribe::start(store.clone(), Arc::clone(&clock), events.clone()).await?;
    let refuse_door = |error| Unable::Door { folder: options.state.clone(), error };
    let door = door::open(&options.state).map_err(refuse_door)?;

    let (wanted, to_fetch) = watch::channel(None);
    let (glass, size) = watch::channel(Size { width_px: 0, height_px: 0 });
    let (dark, is_dark) = watch::channel(false);
    let display = keeper_of(&options.display, options.output.as_ref(), &events);
    let fetch_left_bytes = Arc::new(AtomicU64::new(0));
    let mut desk = Desk::wake(DeskRooms {
        server: options.server.clone(),
        size: options.size,
        output: options.output.clone(),
        looks: options.state.join("looks"),
        clock: Arc::clone(&clock),
        store: store.clone(),
        files: files.clone(),
        evergreen: evergreen.clone(),
        scribe: scribe.clone(),
        wanted,
        fetch_left_bytes: Arc::clone(&fetch_left_bytes),
        glass,
        events: events.clone(),
        systemd: options.systemd,
        journal: options.journal,
        leave: leave.clone(),
        display,
        dark,
    })
    .await?;
    desk.resize();
    let link = Link {
        host: description(options.size, options.output.as_deref()),
        server: options.server,
        voucher: options.voucher,
        way: Arc::default(),
        boot: chance::number(),
        clock,
        store: store.clone(),
        files: files.clone(),
        evergreen: evergreen.files().clone(),
        scribe: scribe.clone(),
        events: events.clone(),
        wanted: to_fetch,
        fetch_left_bytes,
        stop: stop.clone(),
    };
    let mut tasks = JoinSet::new();
    tasks.spawn(supervise::run(options.stage, size, is_dark, events.clone(), stop.clone()));
    tasks.spawn(door::run(door, events.clone()));
    for place in [&files, evergreen.files()] {
        tasks.spawn(scrub::run(place.clone(), SCRUB_EVERY, events.clone(), stop.clone()));
    }
    let link = tokio::spawn(link::run(link));
    check_disk(store.ballast().clone(), files_to_check(&desk, &files, &evergreen), events);

    desk.run(inbox, stop).await;
    close(&scribe, link, &store).await;
    let _ = fs::remove_file(door::path(&options.state));
    follow.abort();
    tracing::info!("the agent has stopped");
    Ok(leave.ended())
}

/// Ends what still runs, each within its time.
async fn close(scribe: &Scribe, link: JoinHandle<()>, store: &Store) {
    let _ = tokio::time::timeout(CLOSE_MAX, scribe.interrupt()).await;
    let _ = tokio::time::timeout(CLOSE_MAX, link).await;
    let _ = tokio::time::timeout(CLOSE_MAX, store.close()).await;
}

/// Whoever keeps the display; none where it is left alone.
fn keeper_of(control: &Control, output: Option<&String>, events: &EventSender) -> Option<Keeper> {
    let display = control.display()?;
    tracing::info!(display.control = %control, "the display is switched");
    let (events, output) = (events.clone(), output.cloned());
    let is_lit = move || lamp::is_lit(output.as_deref());
    Keeper::start(display, Tempo::USUAL, is_lit, move |word| events.say(Event::Display(word)))
        .inspect_err(
            |error| tracing::error!(reason = %error, "the display cannot be switched: there is no thread for it"),
        )
        .ok()
}

/// The box's clock, above the floor that is kept.
async fn clock_of(store: &Store) -> Result<Arc<BoxClock>, StoreError> {
    let clock = BoxClock::new(Box::new(System), store.time_floor().await?);
    if clock.is_guessing() {
        tracing::warn!(
            "the machine's clock is behind the last known time; it is not believed until the server is heard"
        );
    }
    Ok(Arc::new(clock))
}

/// Makes the folder if need be, keeps strangers out of it, and keeps a second agent out of it.
fn take_folder(folder: &Path) -> Result<File, Unable> {
    let refuse = |error| StoreError::Folder { folder: folder.to_owned(), error };
    fs::create_dir_all(folder).map_err(refuse)?;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).map_err(refuse)?;
    let lock = File::create(folder.join("agent.lock")).map_err(refuse)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(Unable::Taken(folder.to_owned())),
        Err(TryLockError::Error(error)) => Err(refuse(error).into()),
    }
}

/// What an operator sees of this box: its host name and its glass.
fn description(size: Option<Size>, output: Option<&str>) -> String {
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = if host.trim().is_empty() { "player" } else { host.trim() };
    let host = output.map_or_else(|| host.to_owned(), |output| format!("{host} {output}"));
    size.map_or_else(|| host.clone(), |size| format!("{host}, {}×{}", size.width_px, size.height_px))
}

/// Every file that the desk names, with the folder it lies in.
fn files_to_check(desk: &Desk, files: &Files, evergreen: &EvergreenFolder) -> Vec<(Files, ContentHash)> {
    let programme = desk.files().into_iter().map(|hash| (files.clone(), hash));
    programme.chain(desk.evergreen_files().into_iter().map(|hash| (evergreen.files().clone(), hash))).collect()
}

/// In a thread of its own: takes the ballast, then reads every file once against its name.
fn check_disk(ballast: Ballast, files: Vec<(Files, ContentHash)>, events: EventSender) {
    tokio::task::spawn_blocking(move || {
        if let Err(error) = ballast.take() {
            tracing::error!(reason = %error, "no space can be set aside for the play log");
            let text = format!("no space can be set aside for the play log: {error}");
            events.say(Event::trouble(TroubleKind::Disk, &text));
        }
        for (files, hash) in files {
            match files.check(&hash) {
                Ok(()) => {}
                Err(FileError::WrongBytes { hash }) => events.say(Event::Damaged(hash)),
                Err(error @ (FileError::Disk { .. } | FileError::TooLong { .. })) => {
                    tracing::warn!(reason = %error, "a file cannot be checked");
                }
            }
        }
    });
}
