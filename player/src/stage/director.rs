//! The director: hears the agent, asks the engine what is due, and brings acts to the glass and off it.

use std::time::{Duration, Instant as Moment};

use anteroom_content::clock::{Instant, SECOND_MS};
use anteroom_content::id::ContentHash;
use bevy::app::AppExit;
use bevy::ecs::system::SystemParam;
use bevy::prelude::*;

use super::call::Calls;
use super::cast::{Act, Cast, Face};
use super::clockwork::Clockwork;
use super::dress::{Fitted, Scenery, backdrop};
use super::files::{Delivery, Files};
use super::film::{Film, Reel};
use super::glance::{Glances, SETTLED, gist_of_frame};
use super::glass::Glass;
use super::imprint;
use super::look::{Look, Looks};
use super::movie::Fed;
use super::overlay::{Overlay, cover};
use super::pace::Pace;
use super::paint::{Covers, frame, framed, placed, region};
use super::picture::Pictures;
use super::pipe::{Inbox, Outbox, Word};
use super::report::Report;
use super::sound::Sound;
use super::told::{Due, Ground, Scene, Told};
use crate::bridge::{FromStage, ToStage};

/// How long before its time the next act is made ready, in milliseconds.
const AHEAD_MS: i64 = 12_000;
/// How long a glass that was told nothing stays dark before it says something by itself.
const DARK_MAX: Duration = Duration::from_secs(3);
/// How high acts lie above rail and strip.
const ACTS_HEIGHT: i32 = 10;
/// Words taken from the pipe in one frame.
const WORDS_A_FRAME_MAX: usize = 16;

/// What the engine said last: it is asked again when that ends or anything changes.
#[derive(Debug, Resource)]
struct LastCue {
    due: Due,
    serial: u64,
    started: Moment,
}

/// What most of the director's steps need.
#[derive(SystemParam)]
pub(super) struct Desk<'w> {
    pub(super) told: ResMut<'w, Told>,
    pub(super) clock: ResMut<'w, Clockwork>,
    pub(super) cast: ResMut<'w, Cast>,
    pub(super) files: ResMut<'w, Files>,
    pub(super) glass: ResMut<'w, Glass>,
    pub(super) report: ResMut<'w, Report>,
    pub(super) outbox: Res<'w, Outbox>,
}

pub(super) fn add(app: &mut App, files: Files) {
    let due = Due { scene: Scene::Dark, since: Instant(i64::MIN), until: Instant(i64::MAX) };
    app.init_resource::<Told>()
        .init_resource::<Cast>()
        .init_resource::<Pictures>()
        .insert_resource(files)
        .insert_resource(LastCue { due, serial: 0, started: Moment::now() })
        .add_systems(Update, (hear, cover, receive, conduct, roll).chain().in_set(Direction));
}

/// The director's part of a frame; what follows paints what it decided.
#[derive(Debug, Clone, PartialEq, Eq, Hash, SystemSet)]
pub(super) struct Direction;

fn hear(
    mut inbox: ResMut<Inbox>,
    mut desk: Desk,
    mut looks: ResMut<Looks>,
    (mut overlay, mut calls, mut sound): (ResMut<Overlay>, ResMut<Calls>, ResMut<Sound>),
    mut exit: MessageWriter<AppExit>,
) {
    for _ in 0..WORDS_A_FRAME_MAX {
        let Some(word) = inbox.take() else { return };
        match word {
            Word::Told(ToStage::Cover(covering)) => overlay.tell(*covering),
            Word::Told(ToStage::Call(call)) => calls.tell(call, Moment::now()),
            Word::Told(ToStage::Hush { percent, until }) => sound.hush(percent, until),
            Word::Told(message) => obey(message, &mut desk, &mut looks, &mut exit),
            Word::Ended => {
                tracing::info!("the agent is gone: the stage ends");
                exit.write(AppExit::Success);
                return;
            }
            Word::Broken(error) => {
                tracing::error!("the agent cannot be understood any more: {error}");
                exit.write(AppExit::error());
                return;
            }
        }
    }
}

fn obey(message: ToStage, desk: &mut Desk, looks: &mut Looks, exit: &mut MessageWriter<AppExit>) {
    match message {
        ToStage::Stand(stand) => {
            // What could not be shown may have been fetched anew; what the agent knows to be bad, it says.
            desk.files.bad.clear();
            desk.told.stand_on(Ground::Stand(stand));
        }
        ToStage::Clinic(timetable) => desk.told.change_clinic(*timetable),
        ToStage::Clock(course) => desk.clock.follow(course),
        ToStage::Waiting(waiting) => desk.told.stand_on(Ground::Waiting(waiting)),
        ToStage::Look { token, file, width_max } => {
            looks.ask(Look { token, file, width_max }, &desk.outbox, desk.clock.now());
            return;
        }
        // What lies over the programme or stands beside it is no ground of it, and neither is how loud it is.
        ToStage::Cover(_) | ToStage::Call(_) | ToStage::Hush { .. } => return,
        ToStage::Leave => {
            desk.report.interrupt(&desk.outbox);
            exit.write(AppExit::Success);
        }
    }
    desk.told.serial += 1;
}

/// Hands what the files thread has done to the acts that wait for it.
fn receive(mut desk: Desk, mut pictures: ResMut<Pictures>, mut images: ResMut<Assets<Image>>) {
    while let Some(delivery) = desk.files.take() {
        match delivery {
            Delivery::Picture { hash, picture: Ok(picture) } => pictures.keep(&mut images, hash, picture),
            Delivery::Picture { hash, picture: Err(error) } | Delivery::Movie { hash, movie: Err(error), .. } => {
                fail(&mut desk, hash, &error.to_string());
            }
            Delivery::Movie { ticket, movie: Ok(opened), .. } => {
                if let Some((decoder, is_hardware)) = opened.decoder().filter(|known| desk.report.decodes(known)) {
                    desk.outbox.tell(FromStage::Decodes { decoder, is_hardware });
                }
                let mut opened = Some(opened);
                for act in desk.cast.acts() {
                    if let Face::Movie { ticket: waits_for, movie, .. } = &mut act.face
                        && *waits_for == ticket
                        && movie.is_none()
                    {
                        *movie = opened.take();
                    }
                }
                if let Some(unwanted) = opened {
                    desk.files.close(unwanted);
                }
            }
        }
    }
}

fn fail(desk: &mut Desk, hash: ContentHash, problem: &str) {
    if desk.files.bad.insert(hash) {
        tracing::error!(file.hash = %hash, "a file cannot be shown: {problem}");
        desk.outbox.tell(FromStage::Fault { file: Some(hash), text: problem.to_owned() });
    }
    let Desk { cast, files, glass, .. } = desk;
    for act in cast.acts().filter(|act| act.file() == Some(hash)) {
        act.fall_back(files);
        glass.is_stale = true;
    }
}

/// Asks the engine and brings what is due to the glass.
fn conduct(
    mut commands: Commands,
    mut desk: Desk,
    mut last: ResMut<LastCue>,
    mut pace: ResMut<Pace>,
    mut pictures: ResMut<Pictures>,
    scenery: Res<Scenery>,
    mut films: ResMut<Assets<Film>>,
) {
    // What is due is judged by the time at which the frame that is drawn now will be seen.
    let seen_us = desk.clock.seen_us();
    let now = Instant(seen_us.div_euclid(1_000));
    if last.serial != desk.told.serial || now >= last.due.until || now < last.due.since {
        (last.due, last.serial) = (desk.told.due(now), desk.told.serial);
    }
    let mut due = last.due.clone();
    if due.scene == Scene::Dark && last.started.elapsed() > DARK_MAX {
        due.scene = Scene::Fallback;
    }
    make_ready(&mut desk, &scenery, &mut pictures, &due, now);
    if let Some(act) = choose(&mut desk.cast, now) {
        raise(&mut commands, &mut desk, &scenery, &mut films, act);
    }
    let is_over = is_faded(desk.cast.on_glass.as_ref());
    if let Some(faded) = desk.cast.leaving.take_if(|_| is_over) {
        faded.dismiss(&mut commands, &desk.files);
    }
    let on_glass = desk.cast.on_glass.as_ref();
    pace.is_moving = desk.cast.coming.is_some() || !is_faded(on_glass) || desk.report.is_waiting();
    // Clocks, pages of the strip and heartbeats turn with the second.
    let second_us = SECOND_MS * 1_000 - seen_us.rem_euclid(SECOND_MS * 1_000);
    let until_us = due.until.0.saturating_mul(1_000).saturating_sub(seen_us);
    pace.due_us = until_us.min(second_us);
}

fn is_faded(act: Option<&Act>) -> bool {
    act.is_none_or(|act| act.raised.is_none_or(|raised| raised.elapsed() > act.fade))
}

/// Keeps the due act and the next one in the wings, and asks for what they lack.
fn make_ready(desk: &mut Desk, scenery: &Scenery, pictures: &mut Pictures, due: &Due, now: Instant) {
    let Desk { told, clock, cast, files, .. } = desk;
    let (content, shape) = (scenery.layout.content, scenery.layout.shape);
    let stands = cast.on_glass.as_mut().is_some_and(|act| {
        let is_it = act.due.scene == due.scene;
        if is_it {
            act.due.until = due.until;
        }
        is_it && !act.is_stand_in
    });
    if stands {
        drop_act(&mut cast.coming, files);
    } else if cast.coming.as_ref().is_none_or(|act| act.due.scene != due.scene) {
        drop_act(&mut cast.coming, files);
        let prepared = cast.next.take_if(|act| act.due.scene == due.scene);
        let act = prepared.unwrap_or_else(|| cast.prepare(due.clone(), told, content, shape, files));
        cast.coming = Some(act);
    }
    if due.until.ms_since(now) <= AHEAD_MS {
        let after = told.due(due.until);
        let is_known = cast.next.as_ref().is_some_and(|act| act.due.scene == after.scene);
        if !is_known && matches!(after.scene, Scene::Item { .. } | Scene::Evergreen { .. }) {
            drop_act(&mut cast.next, files);
            let act = cast.prepare(after, told, content, shape, files);
            cast.next = Some(act);
        }
    } else {
        drop_act(&mut cast.next, files);
    }
    let Cast { coming, next, .. } = &mut **cast;
    for act in [coming, next].into_iter().flatten() {
        act.load(told, content, clock, files, pictures);
    }
}

fn drop_act(act: &mut Option<Act>, files: &Files) {
    if let Some(Act { face: Face::Movie { movie: Some(movie), .. }, .. }) = act.take() {
        files.close(movie);
    }
}

/// The act that goes to the glass now, if one does.
fn choose(cast: &mut Cast, now: Instant) -> Option<Act> {
    let coming = cast.coming.as_ref()?;
    if coming.is_ready() {
        return cast.coming.take();
    }
    let stands_in = cast.on_glass.as_ref().is_some_and(|act| act.due.scene == coming.due.scene);
    let is_needed = cast.on_glass.is_none() || coming.is_late(now);
    (is_needed && !stands_in && coming.is_late(now)).then(|| coming.stand_in())
}

fn raise(commands: &mut Commands, desk: &mut Desk, scenery: &Scenery, films: &mut Assets<Film>, mut act: Act) {
    let Desk { told, cast, files, glass, report, outbox, clock } = desk;
    cast.height = cast.height.checked_add(1).unwrap_or(0);
    let content = scenery.layout.content;
    let height = ACTS_HEIGHT + cast.height;
    let (frame, root) = match act.due.scene {
        Scene::Item { .. } | Scene::Evergreen { .. } => {
            let root = commands.spawn((framed(content), Fitted::Ground)).id();
            let seen = (frame(content), GlobalZIndex(height), Fitted::Frame);
            (commands.spawn(seen).add_child(root).id(), root)
        }
        Scene::Dark | Scene::Waiting | Scene::Strip | Scene::Closed | Scene::Fallback => {
            let root = commands.spawn(region(height)).id();
            (root, root)
        }
    };
    match &act.face {
        Face::Words => {}
        Face::Picture { image, .. } => {
            if let Some(still) = image {
                let node = ImageNode::new(still.image.clone());
                let place = placed(content.fitted(still.width, still.height));
                commands.entity(root).with_children(|parent| {
                    parent.spawn(backdrop(content, &scenery.layout.colours));
                    parent.spawn((node, place, Covers(Color::WHITE), Fitted::Medium(still.width, still.height)));
                });
            }
        }
        Face::Movie { reel, .. } => {
            if let Some(reel) = reel {
                let place = content.fitted(reel.width, reel.height);
                let film = reel.node(films);
                commands.entity(root).with_children(|parent| {
                    if place != content {
                        parent.spawn(backdrop(content, &scenery.layout.colours));
                    }
                    parent.spawn((film, placed(place), Fitted::Medium(reel.width, reel.height)));
                });
            }
        }
    }
    // A programme that came after it was made ready may go on with it.
    if let Some(version) = told.stand().and_then(|stand| stand.manifest_of(&act.due.scene, clock.now())) {
        act.manifest_version = version;
    }
    (act.root, act.frame) = (Some(root), Some(frame));
    act.raised = Some(Moment::now());
    act.follow(cast.on_glass.as_ref());
    report.raise(&act, clock.now(), glass.frames(), outbox);
    glass.is_stale = true;
    if let Some(left) = cast.leaving.take() {
        left.dismiss(commands, files);
    }
    cast.leaving = cast.on_glass.replace(act);
}

/// Lets movies run: loads the frames that are due when the next picture is seen.
fn roll(mut desk: Desk, mut images: ResMut<Assets<Image>>, mut pace: ResMut<Pace>, glances: Res<Glances>) {
    let seen_us = desk.clock.seen_us();
    let mut broken = Vec::new();
    let Desk { cast, glass, report, .. } = &mut desk;
    let Cast { on_glass, coming, next, .. } = &mut **cast;
    for (act, is_on_glass) in [(on_glass, true), (coming, false), (next, false)] {
        let Some(act) = act else { continue };
        let position_us = act.position_us(seen_us);
        let Face::Movie { hash, movie: Some(movie), reel, .. } = &mut act.face else { continue };
        if !is_on_glass && reel.is_some() {
            continue;
        }
        match movie.frame_at(position_us) {
            Ok(Fed { frame: Some((frame, due_us)), skipped }) => match reel {
                Some(reel) => {
                    let is_settled = is_on_glass && act.raised.is_some_and(|at| at.elapsed() > SETTLED);
                    if is_settled && report.lacks_print(&act.due.scene) {
                        let size = (frame.width, frame.height);
                        report.imprint(&act.due.scene, imprint::of_frame(&frame.luma, size, position_us));
                    }
                    if is_on_glass && glances.wants_frame {
                        reel.gist = gist_of_frame(&frame.luma, frame.width, frame.height);
                    }
                    if reel.show(&mut images, frame) {
                        glass.is_stale |= is_on_glass;
                        report.draws(act.due.since, due_us, skipped);
                    } else {
                        broken.push((*hash, "its frames change their size".to_owned()));
                    }
                }
                None => *reel = Some(Reel::load(&mut images, frame)),
            },
            Ok(Fed { frame: None, .. }) => {}
            Err(error) => broken.push((*hash, error.to_string())),
        }
        if is_on_glass && let Some(next_us) = movie.next_in_us(position_us) {
            pace.due_us = pace.due_us.min(next_us);
        }
    }
    for (hash, problem) in broken {
        fail(&mut desk, hash, &problem);
    }
}
