//! Glances: now and then the stage looks at its own glass, and holds what it sees against what it gave to the graphics card. What is
//! amiss and stays so is told, and the stage ends: its successor begins with new drivers, and the agent sees whether a file is to blame.
//!
//! Two glances a second or two apart every twenty seconds. A glance has the whole frame copied (8 MB at 1080p), beside the
//! drawing, and looks at five thousand of its points: 2 ms of the stage's own time in a debug build (lavapipe on two busy cores).

use std::time::{Duration, Instant as Moment};

use anteroom_content::id::ContentHash;
use bevy::app::AppExit;
use bevy::prelude::*;
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};
use bevy::window::{Monitor, PrimaryMonitor};

use super::area::Area;
use super::boot::{Display, StageOptions};
use super::cast::{Act, Cast, Face};
use super::clockwork::Clockwork;
use super::dress::Scenery;
use super::film::Reel;
use super::gist::Gist;
use super::glass::Glass;
use super::look::take_looks;
use super::overlay::Overlay;
use super::pace::Pace;
use super::pipe::Outbox;
use super::told::{Scene, Told};
use super::verdict::{Due, Glance, Suspicion};
use crate::bridge::{Amiss, EXIT_AMISS, FromStage};

/// From one glance to the one that is held against it.
const PAIR_GAP: Duration = Duration::from_millis(1_500);
/// What was suspected is looked at again after this part of the usual time.
const AGAIN_PART: u32 = 4;
/// A glance waits for an act that has stood for so long: nothing fades any more.
pub(super) const SETTLED: Duration = Duration::from_secs(1);
/// A frame that has not come back by then says nothing any more about what was due.
const BACK_MAX: Duration = Duration::from_secs(10);
/// Of a movie the upper part is looked at, for captions stand in the lower one: so many fifths.
const MOVIE_FIFTHS: u32 = 3;
/// Bytes of a pixel that was read back.
const PIXEL: usize = 4;

/// Between glances.
#[derive(Debug, Resource)]
pub(super) struct Glances {
    every: Duration,
    next: Moment,
    /// The next frame of the movie on the glass is wanted as a gist.
    pub(super) wants_frame: bool,
    first: Option<Glance>,
    suspicion: Suspicion,
    /// Over a whole display, whose size is not ours to choose.
    is_fullscreen: bool,
    /// The sizes of glass and screen that were looked at last.
    size_told: Option<((u32, u32), Option<(u32, u32)>)>,
}

/// A glance whose frame is on its way back from the graphics card.
#[derive(Component)]
pub(super) struct Glancing {
    scene: Scene,
    due: Due,
    place: Area,
    file: Option<ContentHash>,
    asked: Moment,
}

pub(super) fn add(app: &mut App, options: &StageOptions) {
    app.insert_resource(Glances {
        every: options.glance_every,
        next: Moment::now() + options.glance_every,
        wants_frame: false,
        first: None,
        suspicion: Suspicion::default(),
        is_fullscreen: options.display == Display::Fullscreen,
        size_told: None,
    })
    .add_systems(PostUpdate, (glance, hurry).chain().after(take_looks));
}

/// Asks for a frame when it is time, and what ought to be in it is known.
pub(super) fn glance(
    mut commands: Commands,
    mut glances: ResMut<Glances>,
    mut cast: ResMut<Cast>,
    mut glass: ResMut<Glass>,
    (on_the_way, others): (Query<(Entity, &Glancing)>, Query<(), (With<Screenshot>, Without<Glancing>)>),
    monitors: Query<&Monitor, With<PrimaryMonitor>>,
    (scenery, overlay, told, clock, outbox): (Res<Scenery>, Res<Overlay>, Res<Told>, Res<Clockwork>, Res<Outbox>),
) {
    if overlay.lies() {
        // What a person put over the programme is not what the programme ought to show.
        return glances.rest();
    }
    if let Some((entity, glancing)) = on_the_way.iter().next() {
        if glancing.asked.elapsed() > BACK_MAX {
            // The renderer still names the entity when the frame comes after all, and takes it away itself.
            commands.entity(entity).remove::<Glancing>();
            glances.rest();
        }
        return;
    }
    // Two askers of one frame get it only once.
    if Moment::now() < glances.next || !others.is_empty() {
        return;
    }
    let is = (glass.width_px, glass.height_px);
    let screen =
        told.stand().and_then(|stand| stand.screen_at(clock.now())).map(|screen| (screen.width_px, screen.height_px));
    if glances.is_fullscreen && glances.size_told.replace((is, screen)) != Some((is, screen)) {
        let monitor = monitors.single().ok().map(|monitor| (monitor.physical_width, monitor.physical_height));
        if let Some(text) = wrong_size(is, monitor, screen) {
            outbox.tell(FromStage::Amiss { sort: Amiss::Size, file: None, text });
        }
    }
    let is_settled = settled(&cast).is_some();
    let Some(act) = cast.on_glass.as_mut().filter(|_| is_settled) else { return };
    let whole = Area::new(0, 0, side(glass.width_px), side(glass.height_px));
    let is_movie = matches!(act.face, Face::Movie { .. });
    let Some((due, place)) = due(act, scenery.layout.content, whole) else {
        glances.wants_frame = is_movie;
        return;
    };
    glances.wants_frame = false;
    let glancing = Glancing { scene: act.due.scene.clone(), due, place, file: act.file(), asked: Moment::now() };
    commands.spawn((glass.screenshot(), glancing)).observe(see);
    glass.is_stale = true;
}

/// What ought to be on the glass, and where; none while that is not known.
fn due(act: &mut Act, content: Area, whole: Area) -> Option<(Due, Area)> {
    match &mut act.face {
        Face::Words => Some((Due::words(&act.due.scene), whole)),
        Face::Picture { image, .. } => {
            let still = image.as_ref()?;
            Some((Due::Picture(still.gist.clone()?), content.fitted(still.width, still.height)))
        }
        Face::Movie { reel, .. } => {
            let Reel { width, height, gist, .. } = reel.as_mut()?;
            let place = content.fitted(*width, *height);
            let upper = Area::new(place.x, place.y, place.w, place.h * side(MOVIE_FIFTHS) / 5);
            Some((Due::Frame(gist.take()?), upper))
        }
    }
}

/// The gist of a movie's frame, as far as glances look at it.
pub(super) fn gist_of_frame(luma: &[u8], width: u32, height: u32) -> Option<Gist> {
    let point = |x: u32, y: u32| luma.get(y as usize * width as usize + x as usize).copied();
    Gist::of(width, height * MOVIE_FIFTHS / 5, point)
}

/// A frame on its way back comes by further frames.
fn hurry(on_the_way: Query<(), With<Glancing>>, mut pace: ResMut<Pace>) {
    pace.is_moving |= !on_the_way.is_empty();
}

fn see(
    captured: On<ScreenshotCaptured>,
    glancing: Query<&Glancing>,
    mut glances: ResMut<Glances>,
    outbox: Res<Outbox>,
    mut exit: MessageWriter<AppExit>,
) {
    let begun = Moment::now();
    let Ok(glancing) = glancing.get(captured.entity) else { return };
    let Some(seen) = gist_of(&captured.image, glancing.place) else { return glances.rest() };
    let (scene, due) = (glancing.scene.clone(), glancing.due.clone());
    let glance = Glance { scene, due, seen };
    tracing::debug!(
        glance.spread = glance.seen.spread,
        glance.back_us = glancing.asked.elapsed().as_micros(),
        glance.looking_us = begun.elapsed().as_micros(),
        "a glance"
    );
    let Some(first) = glances.first.take() else {
        glances.first = Some(glance);
        glances.next = Moment::now() + PAIR_GAP;
        return;
    };
    let found = glances.suspicion.judge(&first, &glance);
    glances.rest();
    if let Some(sort) = found {
        let what = match sort {
            Amiss::Still => "the glass stands still while a movie goes on",
            Amiss::Flat | Amiss::Size | Amiss::Words | Amiss::Card => "the glass is one colour where a picture is due",
        };
        tracing::error!("{what}; the stage ends, so that another one begins anew");
        outbox.tell(FromStage::Amiss { sort, file: glancing.file, text: what.to_owned() });
        exit.write(AppExit::from_code(EXIT_AMISS));
    }
}

impl Glances {
    /// Until the next pair.
    pub(super) fn rest(&mut self) {
        let rest = if self.suspicion.is_there() { self.every / AGAIN_PART } else { self.every };
        (self.next, self.first, self.wants_frame) = (Moment::now() + rest, None, false);
    }
}

/// A window of another size than its display, or a display of another size than the screen has in the console: drawn all the
/// same, and told.
fn wrong_size(is: (u32, u32), monitor: Option<(u32, u32)>, screen: Option<(u32, u32)>) -> Option<String> {
    // A monitor that hangs upright tells its sides as they were made.
    if let Some(monitor) = monitor.filter(|monitor| ![is, (is.1, is.0)].contains(monitor)) {
        return Some(format!("the window is {}×{} pixels on a display of {}×{}", is.0, is.1, monitor.0, monitor.1));
    }
    screen.filter(|screen| *screen != is).map(|screen| {
        let (what, whose) = (format!("{}×{}", is.0, is.1), format!("{}×{}", screen.0, screen.1));
        format!("the display shows {what} pixels, and its screen has {whose} in the console: put one of them right")
    })
}

/// What is on the glass and has stood for a while, alone.
pub(super) fn settled(cast: &Cast) -> Option<&Act> {
    let act = cast.on_glass.as_ref().filter(|_| cast.leaving.is_none())?;
    act.raised.is_some_and(|at| at.elapsed() > SETTLED).then_some(act)
}

fn gist_of(image: &Image, place: Area) -> Option<Gist> {
    look_at(image, place, |width, height, grey| Gist::of(width, height, grey))
}

/// Looks at a part of a frame that was read back: `see` gets its size and how bright each of its pixels is.
pub(super) fn look_at<T>(
    image: &Image,
    place: Area,
    see: impl FnOnce(u32, u32, &dyn Fn(u32, u32) -> Option<u8>) -> Option<T>,
) -> Option<T> {
    let bytes = image.data.as_ref()?;
    let (width, height) = (side(image.width()), side(image.height()));
    // Where the frame has another size than what was drawn, nothing is where it should be.
    if place.x < 0 || place.y < 0 || place.x + place.w > width || place.y + place.h > height {
        return None;
    }
    let stride = image.width() as usize;
    let (left, top) = (usize::try_from(place.x).ok()?, usize::try_from(place.y).ok()?);
    see(u32::try_from(place.w).ok()?, u32::try_from(place.h).ok()?, &|x, y| {
        let at = ((top + y as usize) * stride + left + x as usize) * PIXEL;
        // Whichever order the colours come in.
        let colours = bytes.get(at..at + 3)?.iter().map(|value| u16::from(*value)).sum::<u16>();
        u8::try_from(colours / 3).ok()
    })
}

fn side(px: u32) -> i32 {
    i32::try_from(px).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_told_only_where_it_is_wrong() {
        let (wide, upright, small) = ((1_920, 1_080), (1_080, 1_920), (1_280, 720));
        assert_eq!(wrong_size(wide, Some(wide), Some(wide)), None);
        assert_eq!(wrong_size(upright, Some(wide), Some(upright)), None, "turned by the display server");
        assert_eq!(wrong_size(wide, Some(wide), None), None, "a box without a place");
        assert!(
            wrong_size(small, Some(wide), None)
                .unwrap()
                .contains("window is 1280×720 pixels on a display of 1920×1080")
        );
        assert!(
            wrong_size(wide, Some(wide), Some(upright))
                .unwrap()
                .contains("shows 1920×1080 pixels, and its screen has 1080×1920")
        );
    }
}
