//! The desk's round: hears one event after another until the agent stops.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant as Tick};

use anteroom_content::clinic::Timetable;
use anteroom_content::clock::discipline::Course;
use anteroom_content::clock::{Clock as _, Instant};
use anteroom_content::evergreen::Pinned;
use anteroom_content::id::{ContentHash, ItemId, PairCode};
use anteroom_content::manifest::{Assignment, Manifest};
use anteroom_content::shelf::EditionRow;
use anteroom_content::text::Text;
use anteroom_content::trust::Trust;
use anteroom_content::wire::{BEAT_SECS, Carrier, Rung, ToServer};
use tokio::sync::{mpsc, watch};

use super::blame::Suspects;
use super::delivery::OnItsWay;
use super::hands::Hands;
use super::looks::Looks;
use super::power::Power;
use super::report::Troubles;
use crate::agent::breaker::Breaker;
use crate::agent::display::Keeper;
use crate::agent::events::{Ask, Event, EventSender, LinkEvent, StageEvent, stop_asked};
use crate::agent::journal::Journal;
use crate::agent::limits::{FLOOR_EVERY, STOP_MAX, TICK};
use crate::agent::playlog::Scribe;
use crate::agent::pulse::Pulse;
use crate::agent::run::Leave;
use crate::agent::store::{EvergreenFolder, Files, Identity, Store, StoreError};
use crate::agent::supervise::Size;
use crate::agent::systemd::Systemd;
use crate::agent::time::BoxClock;
use crate::bridge::{StageEdition, StageSteps, ToStage};

/// What the desk works with.
#[derive(Debug)]
pub struct DeskRooms {
    /// The server's address, for people.
    pub server: String,
    /// The size the installer gave; none means the screen's own.
    pub size: Option<Size>,
    /// The output it draws on, by its name; none where the machine has one.
    pub output: Option<String>,
    /// The folder for pictures of the glass.
    pub looks: PathBuf,
    /// The disciplined clock.
    pub clock: Arc<BoxClock>,
    /// The database.
    pub store: Store,
    /// The files.
    pub files: Files,
    /// The evergreen set's own place.
    pub evergreen: EvergreenFolder,
    /// The log.
    pub scribe: Scribe,
    /// The manifest whose things are to be fetched.
    pub wanted: watch::Sender<Option<Manifest>>,
    /// Bytes still to be fetched.
    pub fetch_left_bytes: Arc<AtomicU64>,
    /// The size of the glass.
    pub glass: watch::Sender<Size>,
    /// The way to this very desk, for work that is done beside it.
    pub events: EventSender,
    /// Who watches the agent.
    pub systemd: Systemd,
    /// The newest lines of the log.
    pub journal: Journal,
    /// The way to start the player anew.
    pub leave: Leave,
    /// Whoever keeps the display; none where it is left alone.
    pub display: Option<Keeper>,
    /// The display is dark because that is wanted: frames may stand still.
    pub dark: watch::Sender<bool>,
}

/// What the box knows.
#[derive(Debug)]
pub struct Desk {
    pub(super) rooms: DeskRooms,
    pub(super) identity: Option<Identity>,
    /// Whom and what it believes.
    pub(super) trust: Trust,
    /// Days for which nobody has said that the programme still holds, as they were told last.
    pub(super) stale_days: i64,
    pub(super) assignment: Option<Assignment>,
    pub(super) rows: Vec<EditionRow>,
    pub(super) editions: Vec<StageEdition>,
    pub(super) clinic: Option<Timetable>,
    /// The evergreen set, as far as its files are here.
    pub(super) pinned: Option<Pinned>,
    /// Where the newest manifest is.
    pub(super) on_its_way: OnItsWay,
    pub(super) quarantined: Vec<ContentHash>,
    /// Files that were found damaged and have not come again.
    pub(super) damaged: Vec<ContentHash>,
    /// Stops crash loops.
    pub(super) breaker: Breaker,
    /// Crashes with a file on the glass.
    pub(super) file_falls: Suspects,
    /// Findings of a stage with a file on its glass.
    pub(super) file_amiss: Suspects,
    pub(super) stage: Option<mpsc::Sender<ToStage>>,
    pub(super) outbox: Option<mpsc::Sender<ToServer>>,
    /// What carries the enrolment or the conversation; the last one, until nobody is reached.
    pub(super) carrier: Option<Carrier>,
    pub(super) looks: Looks,
    pub(super) troubles: Troubles,
    pub(super) code: Option<PairCode>,
    pub(super) words: Text,
    pub(super) glass: Glass,
    /// Whether the stage is seen to.
    pub(super) pulse: Pulse,
    /// The pulse beat when it was looked at last.
    pub(super) is_well: bool,
    pub(super) hands: Hands,
    pub(super) power: Power,
}

/// What is on the glass, as the stage says.
#[derive(Debug, Default)]
pub(super) struct Glass {
    pub(super) frames: u64,
    pub(super) item: Option<ItemId>,
    pub(super) last_item: Option<(ItemId, Instant)>,
    pub(super) file: Option<ContentHash>,
    pub(super) applied: Option<(u64, Instant)>,
    /// A manifest that changed nothing but the clinics, and how often frames were counted since the stage was told.
    pub(super) clinic_told: Option<(u64, u8)>,
    /// The clock as the stage was told last.
    pub(super) course: Option<Course>,
    /// The file that is being opened, and since when.
    pub(super) opening: Option<(ContentHash, Tick)>,
    /// What draws.
    pub(super) adapter: Option<String>,
    /// What decodes movies, and whether that is hardware.
    pub(super) decoder: Option<(String, bool)>,
    /// How the stage keeps step, as it said last.
    pub(super) steps: Option<StageSteps>,
    /// What stands in on it, as the stage said last.
    pub(super) rung: Option<Rung>,
    /// How loud it is, in percent, while something is heard.
    pub(super) volume: Option<u8>,
}

impl Desk {
    /// Wakes up with what is on the disk.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read.
    pub async fn wake(rooms: DeskRooms) -> Result<Self, StoreError> {
        let looks = Looks::in_folder(&rooms.looks)
            .map_err(|error| StoreError::Folder { folder: rooms.looks.clone(), error })?;
        let mut desk = Self {
            identity: rooms.store.identity().await?,
            trust: Trust::default(),
            stale_days: 0,
            damaged: Vec::new(),
            assignment: None,
            rows: Vec::new(),
            editions: Vec::new(),
            clinic: None,
            pinned: None,
            on_its_way: OnItsWay::default(),
            quarantined: rooms.store.quarantined().await?,
            breaker: Breaker::new(),
            file_falls: Suspects::default(),
            file_amiss: Suspects::default(),
            stage: None,
            outbox: None,
            carrier: None,
            looks,
            troubles: Troubles::default(),
            code: None,
            words: Text::new("正在连接服务器……", "Looking for the server …"),
            glass: Glass::default(),
            pulse: Pulse::new(Tick::now()),
            is_well: true,
            hands: Hands::wake(rooms.store.taken_down().await?),
            power: Power::default(),
            rooms,
        };
        if let Some(identity) = &desk.identity {
            desk.rooms.scribe.use_log(&identity.box_id).await;
            desk.trust = desk.rooms.store.trust(identity.publish_key).await?;
        }
        desk.recall_assignment().await?;
        desk.recall_hush().await?;
        desk.recall_power().await?;
        Ok(desk)
    }

    /// Hears events until the agent stops and the stage has left.
    pub async fn run(mut self, mut events: mpsc::Receiver<Event>, mut stop: watch::Receiver<bool>) {
        let mut tick = tokio::time::interval(TICK);
        let mut beat = tokio::time::interval(Duration::from_secs(BEAT_SECS));
        let mut floor = tokio::time::interval(FLOOR_EVERY);
        let mut end: Option<Tick> = None;
        self.rooms.systemd.ready();
        loop {
            let last_moment = end.unwrap_or_else(|| Tick::now() + FLOOR_EVERY);
            tokio::select! {
                event = events.recv() => {
                    let Some(event) = event else { return };
                    let has_left = matches!(event, Event::Stage(StageEvent::Fell(_)));
                    self.hear(event).await;
                    if end.is_some() && has_left {
                        return;
                    }
                }
                _ = tick.tick() => self.look_around().await,
                _ = beat.tick() => self.beat(),
                _ = floor.tick() => {
                    self.keep_floor().await;
                    self.look_for_silence();
                }
                () = stop_asked(&mut stop), if end.is_none() => {
                    self.rooms.systemd.stopping();
                    end = Some(Tick::now() + STOP_MAX / 2);
                }
                () = tokio::time::sleep_until(last_moment.into()), if end.is_some() => return,
            }
        }
    }

    async fn hear(&mut self, event: Event) {
        match event {
            Event::Stage(StageEvent::Started(tell)) => self.stage_started(tell),
            Event::Stage(StageEvent::Said(message)) => self.stage_said(message).await,
            Event::Stage(StageEvent::Fell(fall)) => self.stage_fell(&fall).await,
            Event::Link(event) => self.link_event(event).await,
            Event::Trouble(trouble) => self.tell_trouble(trouble),
            Event::Damaged(hash) => self.file_damaged(hash),
            Event::Useless(hash, text) => self.quarantine(hash, text).await,
            Event::Display(word) => self.display_said(word),
            Event::Asked(Ask::Status(answer)) => {
                let _ = answer.send(Box::new(self.status()));
            }
            Event::Asked(Ask::Snapshot(answer)) => self.look("png", None, answer),
        }
    }

    async fn link_event(&mut self, event: LinkEvent) {
        match event {
            LinkEvent::Unreached(words) => {
                self.code = None;
                self.carrier = None;
                self.say(words);
            }
            LinkEvent::Code(code, carrier) => self.show_code(code, carrier),
            LinkEvent::Paired(identity) => self.paired(*identity).await,
            LinkEvent::Unpaired => self.unpaired(),
            LinkEvent::Connected(outbox, carrier) => self.connected(outbox, carrier),
            LinkEvent::Lost => self.outbox = None,
            LinkEvent::TimeLearned => self.tell_clock(),
            LinkEvent::Charter(signed) => self.charter_came(&signed).await,
            LinkEvent::Assigned(envelope) => self.assigned(&envelope).await,
            LinkEvent::Manifest(envelope) => self.manifest_came(&envelope).await,
            LinkEvent::ClinicArrived(manifest) => self.clinic_arrived(&manifest).await,
            LinkEvent::FilesArrived(manifest) => self.files_arrived(&manifest).await,
            LinkEvent::EvergreenArrived(manifest) => self.evergreen_arrived(&manifest),
            LinkEvent::HeldUp { version, obstacle } => self.on_its_way.held_up(version, obstacle),
            LinkEvent::Flows { version } => self.on_its_way.flows(version),
            LinkEvent::TakenDown(screens) => self.taken_down(screens).await,
            LinkEvent::Order(order) => self.order(&order).await,
            LinkEvent::Called(call, until) => self.called(&call, until),
            LinkEvent::Look { screen, width_max, answer } => {
                if self.screen() == Some(&screen) {
                    self.look("jpg", Some(width_max), answer);
                } else {
                    let _ = answer.send(Err(format!("this box does not drive screen `{screen}`")));
                }
            }
        }
    }

    async fn look_around(&mut self) {
        self.looks.expire();
        self.let_go();
        self.keep_power();
        self.tell_clock();
        self.tell_delivery();
        self.look_for_loops().await;
        self.give_signs();
    }

    async fn keep_floor(&mut self) {
        if self.rooms.clock.is_known() {
            let kept = self.rooms.store.raise_time_floor(self.rooms.clock.now()).await;
            self.report(kept);
        }
    }
}
