//! What the stage is told, and what it says.

use std::time::Instant as Tick;

use anteroom_content::clinic::Timetable;
use anteroom_content::clock::discipline::Course;
use anteroom_content::clock::{Clock as _, Instant};
use anteroom_content::text::Text;
use anteroom_content::wire::{Carrier, ToServer, Trouble, TroubleKind};
use tokio::sync::{mpsc, oneshot};

use super::round::{Desk, Glass};
use crate::agent::events::{Fall, FallCause, Look};
use crate::agent::limits::CLOCK_STEP_US;
use crate::agent::playlog::{Place, Signs, Word};
use crate::agent::supervise::Size;
use crate::bridge::{FromStage, Shown, Stand, ToStage, Waiting, tick};

/// The size of the glass before the box knows its screen.
const SIZE_UNKNOWN: Size = Size { width_px: 1_280, height_px: 720 };
/// Frame counts after the stage was told of a clinic until the clinic is surely on the glass.
const COUNTS_UNTIL_SEEN: u8 = 2;

impl Desk {
    pub(super) fn stage_started(&mut self, tell: mpsc::Sender<ToStage>) {
        self.stage = Some(tell);
        self.pulse.stage_started(Tick::now());
        self.glass.course = None;
        self.tell_clock();
        self.cover_new_stage();
        self.hush_new_stage();
        self.tell_stage();
    }

    /// Tells the stage what to show from now on.
    pub(super) fn tell_stage(&mut self) {
        let stand = self.stand();
        let word = match stand {
            Some(stand) => ToStage::Stand(Box::new(stand)),
            None => ToStage::Waiting(Waiting {
                code: self.code,
                server: self.rooms.server.clone(),
                text: self.words.clone(),
                blocked_port: self.blocked_port(),
            }),
        };
        self.tell(word);
    }

    /// The port on which a firewall swallows UDP, while the box is in touch all the same.
    fn blocked_port(&self) -> Option<u16> {
        let port = self.rooms.server.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        port.filter(|_| self.carrier == Some(Carrier::Tcp))
    }

    fn stand(&self) -> Option<Stand> {
        let screen = self.screen()?.clone();
        let editions = self.standing_editions(&screen);
        (!editions.is_empty()).then(|| Stand {
            screen,
            // A stage that keeps falling gets the built-in card, and nothing that might be the reason.
            editions: if self.breaker.is_safe() { Vec::new() } else { editions },
            // Clinics that cannot be read keep no programme off the glass.
            clinic: self.clinic.clone().unwrap_or_default(),
            files: self.files_folder(),
            quarantined: self.quarantined.clone(),
            evergreen: if self.breaker.is_safe() { None } else { self.stage_evergreen() },
        })
    }

    /// The stage is to end; another one is started.
    pub(super) fn tell_stage_to_leave(&mut self) {
        self.tell(ToStage::Leave);
    }

    pub(super) fn tell(&mut self, word: ToStage) {
        let Some(stage) = &self.stage else { return };
        if stage.try_send(word).is_err() {
            // A stage that does not read is ended soon, and its successor is told everything anew.
            tracing::warn!("the stage does not hear");
        }
    }

    /// Says why there is no programme; only seen while there is none.
    pub(super) fn say(&mut self, words: Text) {
        self.words = words;
        if self.stand().is_none() {
            self.tell_stage();
        }
    }

    pub(super) fn clinic_changed(&mut self, clinic: Timetable) {
        if self.clinic.as_ref() == Some(&clinic) {
            return;
        }
        let had_none = self.clinic.is_none();
        self.clinic = Some(clinic.clone());
        if had_none { self.tell_stage() } else { self.tell(ToStage::Clinic(Box::new(clinic))) }
    }

    pub(super) fn tell_clock(&mut self) {
        let (course, tick_us) = (self.rooms.clock.course(), tick::now_us());
        let off_us = |told: Course| told.at(tick_us).saturating_sub(course.at(tick_us)).saturating_abs();
        if self.stage.is_some() && self.glass.course.is_none_or(|told| off_us(told) >= CLOCK_STEP_US) {
            self.glass.course = Some(course);
            self.tell(ToStage::Clock(course));
        }
    }

    /// The glass gets the installer's size, or the screen's own.
    pub fn resize(&mut self) {
        let standing = self.screen().map(|id| self.standing_editions(id)).unwrap_or_default();
        let own = self.screen().and_then(|id| standing.iter().find_map(|edition| edition.show.screen(id)));
        let own = own.map(|screen| Size { width_px: screen.width_px, height_px: screen.height_px });
        let held = *self.rooms.glass.borrow();
        // A box that loses its place keeps its glass as it is: nothing is gained by starting the stage anew.
        let size = self.rooms.size.or(own).unwrap_or(if held.width_px == 0 { SIZE_UNKNOWN } else { held });
        self.rooms.glass.send_if_modified(|held| std::mem::replace(held, size) != size);
    }

    pub(super) fn look(&mut self, ending: &str, width_max: Option<u32>, answer: oneshot::Sender<Look>) {
        let Some((token, file)) = self.looks.ask(ending, answer) else { return };
        let asked = self.stage.as_ref().map(|stage| stage.try_send(ToStage::Look { token, file, width_max }));
        if !matches!(asked, Some(Ok(()))) {
            self.looks.fail(token, "no stage is running at the moment");
        }
    }

    pub(super) async fn stage_said(&mut self, message: FromStage) {
        match message {
            FromStage::Ready { adapter } => {
                tracing::info!(stage.adapter = %adapter, "the first frame is on the glass");
                self.glass.adapter = Some(adapter);
                self.stage_is_back();
            }
            FromStage::Decodes { decoder, is_hardware } => {
                tracing::info!(movie.decoder = %decoder, movie.by_hardware = is_hardware, "movies are decoded");
                self.glass.decoder = Some((decoder, is_hardware));
            }
            FromStage::Shown(shown) => self.item_shown(shown),
            FromStage::Ended(ended) => {
                self.glass.file = None;
                if let Some(screen) = self.screen().cloned() {
                    self.rooms.scribe.tell(Word::Ended(screen, ended));
                }
            }
            FromStage::Frames { count, item, steps, rung } => {
                self.glass.rung = rung;
                self.glass.frames = count;
                self.pulse.frames(count, Tick::now());
                self.glass.steps = steps;
                self.glass.item.clone_from(&item);
                if let Some(screen) = self.screen().cloned() {
                    let signs = Signs { frames: count, lit: self.is_lit() };
                    self.rooms.scribe.tell(Word::Frames(screen, item, signs));
                }
                self.count_clinic();
            }
            FromStage::Covered { cover, at } => self.covered(cover, at),
            FromStage::Applied { manifest_version, at } => self.applied(manifest_version, at),
            FromStage::Looked { token, at, problem } => self.looks.answer(token, at, problem),
            FromStage::Fault { file: Some(hash), text } => self.file_failed(hash, text),
            FromStage::Opens { file } => self.glass.opening = Some((file, Tick::now())),
            FromStage::Opened { .. } => self.glass.opening = None,
            FromStage::Heard { percent } => self.glass.volume = Some(percent).filter(|percent| *percent > 0),
            FromStage::Mute { text } => self.tell_trouble(Trouble { kind: TroubleKind::Sound, file: None, text }),
            FromStage::Amiss { sort, file, text } => self.glass_amiss(sort, file, text).await,
            FromStage::Fault { file: None, text } => {
                self.tell_trouble(Trouble { kind: TroubleKind::Stage, file: None, text });
            }
        }
    }

    fn item_shown(&mut self, shown: Shown) {
        self.glass.item = Some(shown.item.clone());
        self.glass.last_item = Some((shown.item.clone(), shown.at));
        self.glass.file = shown.file;
        if let (Some(screen), Some(zone)) = (self.screen().cloned(), self.zone()) {
            self.rooms.scribe.tell(Word::Shown(Place { screen, zone }, shown));
        }
    }

    /// The stage does not say when a clinic is on the glass; frames that were counted after it was told do.
    fn count_clinic(&mut self) {
        let Some((version, counts)) = self.glass.clinic_told else { return };
        if counts + 1 < COUNTS_UNTIL_SEEN {
            self.glass.clinic_told = Some((version, counts + 1));
        } else {
            self.applied(version, self.rooms.clock.now());
        }
    }

    fn applied(&mut self, version: u64, at: Instant) {
        if self.glass.clinic_told.is_some_and(|(told, _)| told <= version) {
            self.glass.clinic_told = None;
        }
        if self.glass.applied.is_none_or(|(held, _)| held < version) {
            tracing::info!(manifest.version = version, "the manifest is on the glass");
            self.glass.applied = Some((version, at));
            self.on_its_way.applied(version, at);
            self.tell_server(ToServer::Applied { version, at });
        }
    }

    pub(super) async fn stage_fell(&mut self, fall: &Fall) {
        self.stage = None;
        self.pulse.stage_fell(Tick::now());
        self.looks.fail_all("the stage fell while it drew");
        if let Some(screen) = self.screen().cloned() {
            self.rooms.scribe.tell(Word::StageFell(screen));
        }
        let glass = std::mem::take(&mut self.glass);
        self.glass = Glass {
            last_item: glass.last_item,
            applied: glass.applied,
            clinic_told: glass.clinic_told,
            ..Glass::default()
        };
        if fall.cause == FallCause::Asked || (fall.cause == FallCause::Outside && self.hands.is_restarting()) {
            return;
        }
        // A stage that has presented nothing may well have fallen over the display.
        let opening = glass.opening.map(|(file, _)| file).filter(|_| glass.frames > 0);
        // Whoever saw something amiss has told it already.
        if fall.cause != FallCause::Amiss {
            let text = format!("the stage fell and is started again: {}", fall.text);
            let file = opening.or(glass.file).filter(|_| fall.cause != FallCause::NoDisplay);
            self.tell_trouble(Trouble { kind: TroubleKind::Stage, file, text });
        }
        // Memory may run out over what is opened, and then the kernel ends the stage.
        let opened = opening.filter(|_| matches!(fall.cause, FallCause::Crash | FallCause::Outside));
        let shown = glass.file.filter(|file| fall.cause == FallCause::Crash && opened != Some(*file));
        let opened = opened.map(|file| (file, "opened"));
        let suspects: Vec<_> = opened.into_iter().chain(shown.map(|file| (file, "on the glass"))).collect();
        self.blame(&suspects).await;
        // No card is seen without a display either.
        if fall.cause != FallCause::NoDisplay {
            self.break_loop();
        }
    }
}
