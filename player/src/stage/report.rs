//! The report: what was really on the glass, since when and for how long, told from presented frames.

use std::time::{Duration, Instant as Moment};

use anteroom_content::clock::Instant;
use anteroom_content::play::{Ending, Print};
use anteroom_content::wire::Rung;
use bevy::prelude::*;

use super::cast::{Act, Cast};
use super::clockwork::Clockwork;
use super::glass::{Adapter, Glass};
use super::pipe::Outbox;
use super::step::Step;
use super::told::{Scene, Told};
use crate::bridge::{Ended, FromStage, Shown, tick};

/// How often the frames are told.
const FRAMES_EVERY: Duration = Duration::from_secs(1);
/// A showing that ended so near to its planned end ended as planned, in milliseconds.
const END_TOLERANCE_MS: i64 = 300;

/// What was told and what waits for a presented frame.
#[derive(Default, Resource)]
pub(super) struct Report {
    is_ready: bool,
    /// Frames presented so far.
    frames: u64,
    showing: Option<Showing>,
    applied: Option<u64>,
    frames_told: Option<Moment>,
    /// Tick at which the frame that is drawn now was begun.
    begun_us: Option<i64>,
    step: Step,
    decoder: Option<(String, bool)>,
    /// Something lies over the programme.
    is_covered: bool,
    /// A scene that was covered for a moment: what comes of it after is no play.
    spoiled: Option<Scene>,
}

/// An item on the glass.
struct Showing {
    scene: Scene,
    shown: Shown,
    until: Instant,
    /// Frames presented before it came.
    frames_before: u64,
    /// When its first frame was presented.
    since: Option<Moment>,
    /// How it looked.
    print: Option<Print>,
}

impl Report {
    /// An act comes to the glass: what stood there ends.
    pub(super) fn raise(&mut self, act: &Act, now: Instant, frames: u64, outbox: &Outbox) {
        if act.is_stand_in {
            self.end(now, outbox);
            return;
        }
        if self.showing.as_ref().is_some_and(|showing| showing.scene == act.due.scene) {
            return;
        }
        self.end(now, outbox);
        if self.is_covered {
            self.spoiled = Some(act.due.scene.clone());
        }
        if self.spoiled.as_ref() == Some(&act.due.scene) {
            return;
        }
        self.spoiled = None;
        let Some(item) = &act.item else { return };
        let planned_ms = u32::try_from(act.due.until.ms_since(act.due.since)).unwrap_or(u32::MAX);
        let shown = Shown {
            item: item.id.clone(),
            item_version: item.version,
            file: act.file(),
            manifest_version: act.manifest_version,
            planned_at: act.due.since,
            planned_ms,
            at: now,
            is_evergreen: matches!(act.due.scene, Scene::Evergreen { .. }),
        };
        let (scene, until) = (act.due.scene.clone(), act.due.until);
        self.step.due(act.due.since.0.saturating_mul(1_000), 0);
        self.showing = Some(Showing { scene, shown, until, frames_before: frames, since: None, print: None });
    }

    /// Something lies over the programme from now on: what stood there is not seen any more.
    pub(super) fn cover(&mut self, now: Instant, outbox: &Outbox) {
        self.is_covered = true;
        self.spoiled = self.showing.as_ref().map(|showing| showing.scene.clone());
        self.end(now, outbox);
    }

    /// The programme is to be seen again, in the midst of a scene that nobody saw the beginning of.
    pub(super) fn uncover(&mut self, due: Scene) {
        self.is_covered = false;
        self.spoiled = Some(due);
    }

    /// A frame of a movie that began at `since` is drawn now; it was due so long after that, and so many were left out.
    pub(super) fn draws(&mut self, since: Instant, due_us: i64, skipped: u32) {
        self.step.due(since.0.saturating_mul(1_000).saturating_add(due_us), skipped);
    }

    /// So it looked, if it is still what stands there.
    pub(super) fn imprint(&mut self, scene: &Scene, print: Option<Print>) {
        if let Some(showing) = self.showing.as_mut().filter(|showing| showing.scene == *scene) {
            showing.print = print;
        }
    }

    /// Nobody knows yet how it looks.
    pub(super) fn lacks_print(&self, scene: &Scene) -> bool {
        self.showing.as_ref().is_some_and(|showing| showing.scene == *scene && showing.print.is_none())
    }

    /// Movies are decoded so from now on; says whether that is news.
    pub(super) fn decodes(&mut self, decoder: &(String, bool)) -> bool {
        self.decoder.replace(decoder.clone()).as_ref() != Some(decoder)
    }

    /// The stage was told to leave.
    pub(super) fn interrupt(&mut self, outbox: &Outbox) {
        if let Some(showing) = self.showing.take() {
            showing.end(Ending::Interrupted, self.frames, outbox);
        }
    }

    /// Something waits for a presented frame.
    pub(super) fn is_waiting(&self) -> bool {
        !self.is_ready || self.showing.as_ref().is_some_and(|showing| showing.since.is_none())
    }

    fn end(&mut self, now: Instant, outbox: &Outbox) {
        if let Some(showing) = self.showing.take() {
            let is_complete = now.ms_since(showing.until) >= -END_TOLERANCE_MS;
            showing.end(if is_complete { Ending::Complete } else { Ending::Preempted }, self.frames, outbox);
        }
    }
}

impl Showing {
    fn end(self, ending: Ending, frames: u64, outbox: &Outbox) {
        // What was never presented was never shown.
        let Some(since) = self.since else { return };
        let shown_ms = u32::try_from(since.elapsed().as_millis()).unwrap_or(u32::MAX);
        let frames = u32::try_from(frames.saturating_sub(self.frames_before)).unwrap_or(u32::MAX);
        let (planned_at, print) = (self.shown.planned_at, self.print);
        outbox.tell(FromStage::Ended(Ended { planned_at, shown_ms, ending, frames, print }));
    }
}

pub(super) fn add(app: &mut App) {
    app.init_resource::<Report>().add_systems(First, (note_drawn, tell, begin).chain());
}

/// Learns from the frame before this one how long drawing takes, and how late what it showed came to the glass.
fn note_drawn(mut report: ResMut<Report>, glass: Res<Glass>, mut clock: ResMut<Clockwork>) {
    let Some(begun_us) = report.begun_us.take().filter(|_| glass.was_drawn) else { return };
    let presented_us = tick::of(glass.presented_at());
    clock.note_drawing(presented_us.saturating_sub(begun_us));
    report.step.presented(clock.us_at(presented_us), presented_us);
}

fn begin(mut report: ResMut<Report>) {
    report.begun_us = Some(tick::now_us());
}

/// Tells what the frame before this one showed.
fn tell(
    mut report: ResMut<Report>,
    glass: Res<Glass>,
    clock: Res<Clockwork>,
    cast: Res<Cast>,
    told: Res<Told>,
    outbox: Res<Outbox>,
    adapter: Option<Res<Adapter>>,
) {
    let frames = glass.frames();
    report.frames = frames;
    let Some(adapter) = adapter.filter(|_| frames > 0) else { return };
    if !report.is_ready {
        report.is_ready = true;
        outbox.tell(FromStage::Ready { adapter: adapter.0.clone() });
    }
    let on_glass = cast.on_glass.as_ref();
    if let Some(showing) = &mut report.showing {
        if let Some(act) = on_glass.filter(|act| act.due.scene == showing.scene) {
            showing.until = act.due.until;
        }
        if showing.since.is_none() && frames > showing.frames_before {
            let presented = glass.presented_at();
            showing.since = Some(presented);
            showing.shown.at = clock.at(presented);
            outbox.tell(FromStage::Shown(showing.shown.clone()));
        }
    }
    tell_applied(&mut report, &glass, &clock, on_glass, &told, &outbox);
    if report.frames_told.is_none_or(|told| told.elapsed() >= FRAMES_EVERY) {
        report.frames_told = Some(Moment::now());
        let seen = on_glass.filter(|_| !report.is_covered);
        let item = seen.and_then(|act| act.item.as_ref()).map(|item| item.id.clone());
        let steps = report.step.steps(tick::now_us());
        let rung = seen.and_then(|act| rung_of(&act.due.scene));
        outbox.tell(FromStage::Frames { count: frames, item, steps, rung });
    }
}

/// What stands in for a programme.
const fn rung_of(scene: &Scene) -> Option<Rung> {
    match scene {
        Scene::Evergreen { .. } => Some(Rung::Evergreen),
        Scene::Fallback => Some(Rung::Card),
        Scene::Dark | Scene::Waiting | Scene::Item { .. } | Scene::Strip | Scene::Closed => None,
    }
}

/// A manifest's programme is on the glass when what it says is due stands there.
fn tell_applied(
    report: &mut Report,
    glass: &Glass,
    clock: &Clockwork,
    on_glass: Option<&Act>,
    told: &Told,
    outbox: &Outbox,
) {
    if report.is_covered {
        return;
    }
    let now = clock.now();
    let version = told.stand().and_then(|stand| stand.edition(now)).map(|edition| edition.manifest_version);
    // What stands in has come with no manifest that is in force.
    let is_new = |version: &u64| *version > 0 && report.applied != Some(*version);
    let Some(version) = version.filter(is_new) else { return };
    let Some(act) = on_glass.filter(|act| !act.is_stand_in && act.due.scene == told.due(now).scene) else { return };
    if act.raised.is_some_and(|raised| raised <= glass.presented_at()) {
        report.applied = Some(version);
        outbox.tell(FromStage::Applied { manifest_version: version, at: clock.at(glass.presented_at()) });
    }
}
