//! What lies over the programme: nothing, the built-in card of a screen that was taken down, a name plate, or the test card.
//! Each but the first came by an order and ends by itself, whoever forgot it; nothing of it comes from a programme, and
//! while it lies there nothing of the programme counts as played.

use std::time::{Duration, Instant as Moment};

use anteroom_content::clock::SECOND_MS;
use anteroom_content::theme::Colours;
use anteroom_content::wire::Cover;
use bevy::prelude::*;

use super::card;
use super::director::{Desk, Direction};
use super::layout::Layout;
use super::mark::Mark;
use super::pace::Pace;
use super::paint::{region, repaint};
use super::test_card::{self, TestFacts};
use crate::bridge::{Covering, FromStage};

/// How high it lies: over captions and everything else, and what pulses on a test card over that.
const OVERLAY_HEIGHT: i32 = i32::MAX - 1;
const PULSE_HEIGHT: i32 = i32::MAX;
/// How long the sync flash of a test card is lit at the beginning of each second, in microseconds: three frames of a film.
const FLASH_US: i64 = 120_000;
const SECOND_US: i64 = SECOND_MS * 1_000;

/// What lies over the programme.
#[derive(Default, Resource)]
pub(super) struct Overlay {
    told: Covering,
    /// When the name plate or the test card goes by itself.
    until: Option<Moment>,
    /// What lies there now.
    cover: Option<Cover>,
    /// Frames presented before that came: the agent hears of it when there are more.
    unsaid: Option<u64>,
    root: Option<Entity>,
    pulse_root: Option<Entity>,
    painted: Vec<Mark>,
    pulsing: Vec<Mark>,
    meter: Meter,
    /// Of the theme it was painted in.
    colours: Colours,
}

/// Counts how many frames are presented in a second of the network's time.
#[derive(Debug, Default)]
struct Meter {
    /// The second that runs, and frames presented before it.
    began: Option<(i64, u64)>,
    /// Frames in the second before.
    last: Option<u64>,
}

impl Meter {
    fn read(&mut self, time_us: i64, frames: u64) -> Option<u64> {
        let second = time_us.div_euclid(SECOND_US);
        match self.began {
            Some((began, _)) if began == second => {}
            Some((began, before)) => {
                self.last = (began + 1 == second).then(|| frames.saturating_sub(before));
                self.began = Some((second, frames));
            }
            None => self.began = Some((second, frames)),
        }
        // The first second was joined on its way, and a clock that stands has none.
        self.last
    }
}

impl Overlay {
    /// The agent says what is to lie there.
    pub(super) fn tell(&mut self, covering: Covering) {
        self.until = covering.while_ms.map(|(_, ms)| Moment::now() + Duration::from_millis(ms));
        self.told = covering;
    }

    /// Something lies over the programme.
    pub(super) const fn lies(&self) -> bool {
        self.cover.is_some()
    }

    /// What is to lie there now.
    fn wanted(&self) -> Option<Cover> {
        let is_over = self.until.is_none_or(|until| until <= Moment::now());
        let for_a_while = self.told.while_ms.filter(|_| !is_over).map(|(cover, _)| cover);
        for_a_while.or_else(|| self.told.is_down.then_some(Cover::TakenDown))
    }
}

pub(super) fn add(app: &mut App) {
    app.init_resource::<Overlay>()
        .add_systems(Startup, raise)
        .add_systems(First, say)
        .add_systems(Update, (dress, hasten).chain().after(Direction));
}

fn raise(mut commands: Commands, mut overlay: ResMut<Overlay>) {
    overlay.root = Some(commands.spawn(region(OVERLAY_HEIGHT)).id());
    overlay.pulse_root = Some(commands.spawn(region(PULSE_HEIGHT)).id());
}

/// Tells the agent what the frame before this one showed over the programme.
fn say(mut overlay: ResMut<Overlay>, desk: Desk) {
    if overlay.unsaid.is_some_and(|frames| desk.glass.frames() > frames) {
        overlay.unsaid = None;
        let at = desk.clock.at(desk.glass.presented_at());
        desk.outbox.tell(FromStage::Covered { cover: overlay.cover, at });
    }
}

/// Covers and uncovers; a part of the director's work, before it asks the engine.
pub(super) fn cover(mut overlay: ResMut<Overlay>, mut desk: Desk) {
    desk.told.set_down(overlay.told.is_down);
    let wanted = overlay.wanted();
    if wanted == overlay.cover {
        return;
    }
    let now = desk.clock.now();
    let Desk { told, report, outbox, glass, .. } = &mut desk;
    match (overlay.cover, wanted) {
        (None, Some(_)) => report.cover(now, outbox),
        (Some(_), None) => report.uncover(told.due(now).scene),
        (None, None) | (Some(_), Some(_)) => {}
    }
    overlay.cover = wanted;
    overlay.unsaid = Some(glass.frames());
    overlay.meter = Meter::default();
    glass.is_stale = true;
}

fn dress(mut commands: Commands, mut overlay: ResMut<Overlay>, mut desk: Desk, mut images: ResMut<Assets<Image>>) {
    let Desk { told, clock, glass, .. } = &mut desk;
    let sight = told.sight(clock.now(), glass.width_px, glass.height_px);
    let layout = Layout::of(&sight).whole();
    let Overlay { told: covering, cover, root, pulse_root, painted, pulsing, meter, colours, .. } = &mut *overlay;
    let plate = &covering.plate;
    let (marks, pulse) = match cover {
        None | Some(Cover::Other) => (Vec::new(), Vec::new()),
        Some(Cover::TakenDown) => (card::fallback(&layout), Vec::new()),
        Some(Cover::Identify) => (card::name_plate(&layout, plate), Vec::new()),
        Some(Cover::TestCard) => {
            let stand = told.stand().and_then(|stand| Some((stand.show(clock.now())?, stand.screen_at(clock.now())?)));
            let facts = TestFacts {
                plate: plate.clone(),
                sight,
                address: stand.map(|(show, screen)| show.item_address(screen)),
            };
            let seen_us = clock.seen_us();
            let is_lit = seen_us.rem_euclid(SECOND_US) < FLASH_US;
            let frames = meter.read(seen_us, glass.frames());
            (test_card::still(&layout, &facts), test_card::pulse(&layout, is_lit, frames))
        }
    };
    let is_dyed = *colours != layout.colours;
    *colours = layout.colours;
    for (root, held, marks) in [(root, painted, marks), (pulse_root, pulsing, pulse)] {
        if (is_dyed || *held != marks)
            && let Some(root) = *root
        {
            repaint(&mut commands, &mut images, root, (&marks, colours));
            *held = marks;
            glass.is_stale = true;
        }
    }
}

/// Wakes the stage when something is to come or to go.
fn hasten(mut overlay: ResMut<Overlay>, mut desk: Desk, mut pace: ResMut<Pace>) {
    pace.is_moving |= overlay.unsaid.is_some();
    if overlay.cover == Some(Cover::TestCard) {
        // Every frame is drawn, so that those that come can be counted.
        pace.is_moving = true;
        desk.glass.is_stale = true;
    }
    if let Some(until) = overlay.until {
        let left_us = i64::try_from(until.saturating_duration_since(Moment::now()).as_micros()).unwrap_or(i64::MAX);
        pace.due_us = pace.due_us.min(left_us);
        if left_us == 0 {
            overlay.until = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_ordered_goes_by_itself_and_what_was_taken_down_stays() {
        let mut overlay = Overlay::default();
        assert_eq!(overlay.wanted(), None);
        let told = |is_down, ms| Covering { is_down, while_ms: Some((Cover::Identify, ms)), ..Covering::default() };
        overlay.tell(told(true, 60_000));
        assert_eq!(overlay.wanted(), Some(Cover::Identify), "an installer finds a screen that is down");
        overlay.tell(told(true, 0));
        assert_eq!(overlay.wanted(), Some(Cover::TakenDown));
        overlay.tell(told(false, 0));
        assert_eq!(overlay.wanted(), None);
        overlay.tell(Covering { is_down: true, ..Covering::default() });
        assert_eq!(overlay.wanted(), Some(Cover::TakenDown));
    }

    #[test]
    fn a_whole_second_is_measured_and_a_clock_that_stands_has_none() {
        let mut meter = Meter::default();
        assert_eq!(meter.read(500_000, 10), None);
        assert_eq!(meter.read(1_010_000, 25), Some(15), "joined on its way");
        assert_eq!(meter.read(1_990_000, 54), Some(15));
        assert_eq!(meter.read(2_010_000, 55), Some(30));
        assert_eq!(meter.read(9_000_000, 99), None, "a jump is no second");
        let mut standing = Meter::default();
        assert_eq!([standing.read(7, 1), standing.read(7, 90)], [None, None]);
    }
}
