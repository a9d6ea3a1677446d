//! Imprints: every item is looked at once while it stands, and how it looked goes into its play, a second after it came: nothing fades
//! any more, and a person has begun to read. Of what stands still one frame is read back (8 MB at 1080p). A movie would stumble over
//! that, on a machine that draws in software: its print is of the frame that is drawn just then.

use std::time::{Duration, Instant as Moment};

use anteroom_content::play::Print;
use bevy::prelude::*;
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};

use super::area::Area;
use super::cast::{Act, Cast, Face};
use super::dress::Scenery;
use super::glance::{look_at, settled};
use super::glass::Glass;
use super::overlay::Overlay;
use super::pace::Pace;
use super::report::Report;
use super::told::Scene;

/// A frame that has not come back by then is waited for no longer.
const BACK_MAX: Duration = Duration::from_secs(10);

/// Which scene was looked at last.
#[derive(Debug, Default, Resource)]
struct Imprints(Option<Scene>);

/// A frame on its way back from the graphics card, for a print.
#[derive(Component)]
struct Imprinting {
    scene: Scene,
    place: Area,
    at_ms: u32,
    asked: Moment,
}

pub(super) fn add(app: &mut App) {
    app.init_resource::<Imprints>().add_systems(PostUpdate, (imprint, hurry).chain().after(super::glance::glance));
}

/// Asks for a frame of an item that stands still for long enough and was not looked at yet.
fn imprint(
    mut commands: Commands,
    mut imprints: ResMut<Imprints>,
    mut glass: ResMut<Glass>,
    (cast, scenery, overlay): (Res<Cast>, Res<Scenery>, Res<Overlay>),
    others: Query<(), With<Screenshot>>,
) {
    // Two askers of one frame get it only once; and what lies over the programme is not how the item looks.
    if overlay.lies() || !others.is_empty() {
        return;
    }
    let Some(act) = settled(&cast).filter(|act| act.item.is_some() && !act.is_stand_in) else { return };
    let (Some(place), Some(raised)) = (place(act, scenery.layout.content), act.raised) else { return };
    if imprints.0.as_ref() == Some(&act.due.scene) {
        return;
    }
    imprints.0 = Some(act.due.scene.clone());
    let at_ms = u32::try_from(raised.elapsed().as_millis()).unwrap_or(u32::MAX);
    let imprinting = Imprinting { scene: act.due.scene.clone(), place, at_ms, asked: Moment::now() };
    commands.spawn((glass.screenshot(), imprinting)).observe(take);
    glass.is_stale = true;
}

/// Of a frame of a movie that is drawn now, so far into it.
pub(super) fn of_frame(luma: &[u8], (width, height): (u32, u32), position_us: i64) -> Option<Print> {
    let at_ms = u32::try_from(position_us / 1_000).unwrap_or(0);
    let point = |x: u32, y: u32| luma.get(y as usize * width as usize + x as usize).copied();
    Print::of(width, height, at_ms, point)
}

/// Where the item is that stands still: a picture without the ground around it, a card with it.
fn place(act: &Act, content: Area) -> Option<Area> {
    match &act.face {
        Face::Words => Some(content),
        Face::Picture { image, .. } => image.as_ref().map(|still| content.fitted(still.width, still.height)),
        Face::Movie { .. } => None,
    }
}

/// A frame on its way back comes by further frames.
fn hurry(on_the_way: Query<&Imprinting>, mut pace: ResMut<Pace>) {
    pace.is_moving |= on_the_way.iter().any(|imprinting| imprinting.asked.elapsed() < BACK_MAX);
}

fn take(captured: On<ScreenshotCaptured>, imprinting: Query<&Imprinting>, mut report: ResMut<Report>) {
    let Ok(Imprinting { scene, place, at_ms, .. }) = imprinting.get(captured.entity) else { return };
    let print = look_at(&captured.image, *place, |width, height, grey| Print::of(width, height, *at_ms, grey));
    report.imprint(scene, print);
}
