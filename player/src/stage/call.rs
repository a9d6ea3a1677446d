//! Queue calls (叫号): who is called to which room. A call takes the clock's place, or on a ribbon a part of the line, for a few
//! seconds; it lies on nothing of the programme, and the programme goes on beside it. What lies over the programme lies over
//! it, too.

use std::collections::VecDeque;
use std::time::{Duration, Instant as Moment};

use anteroom_content::call::{CALL_STANDS_LEAST_MS, CALL_STANDS_MS, CALLS_WAITING_MAX, Call};
use bevy::prelude::*;

use super::area::Area;
use super::card::largest;
use super::director::Desk;
use super::dress::Scenery;
use super::ink::{NIGHT, PINE, SAND};
use super::ladder::Step;
use super::layout::{Layout, Shape};
use super::mark::{Mark, Style};
use super::pace::Pace;
use super::paint::{region, repaint};
use super::typeset::{Weight, width};
use super::{rail, strip};

/// How high it lies: over acts, which reach over the rail when a zone is closed, and below all that lies over the programme.
const CALL_HEIGHT: i32 = i32::MAX - 3;
/// The most of a ribbon's width that a call takes, in hundredths: the rest is for what stands there.
const RIBBON_SHARE: i32 = 45;
/// Glass of less height is nearly a ribbon, in pixels.
const LOW_PX: i32 = 130;
/// As far as words shrink: to the end of the ladder.
const ALL_STEPS: usize = 27;
const HEADINGS: [&str; 2] = ["叫号  Now calling", "叫号"];

/// Who is called, and who after that.
#[derive(Default, Resource)]
pub(super) struct Calls {
    standing: Option<Standing>,
    waiting: VecDeque<Call>,
    root: Option<Entity>,
    painted: Vec<Mark>,
}

#[derive(Debug)]
struct Standing {
    call: Call,
    since: Moment,
}

impl Standing {
    /// When it goes: sooner where others wait.
    fn until(&self, others_wait: bool) -> Moment {
        let ms = if others_wait { CALL_STANDS_LEAST_MS } else { CALL_STANDS_MS };
        self.since + Duration::from_millis(ms)
    }
}

impl Calls {
    /// Somebody is called. Who is called again is not shown twice; the newer words count.
    pub(super) fn tell(&mut self, call: Call, now: Moment) {
        if let Some(standing) = self.standing.as_mut().filter(|standing| standing.call.is_for_whom(&call)) {
            // Whoever is called over and over does not hold up those who wait.
            let since = if self.waiting.is_empty() { now } else { standing.since };
            *standing = Standing { call, since };
        } else if let Some(waiting) = self.waiting.iter_mut().find(|waiting| waiting.is_for_whom(&call)) {
            *waiting = call;
        } else {
            if self.waiting.len() >= CALLS_WAITING_MAX {
                self.waiting.pop_front();
                tracing::warn!("more queue calls than can be shown: the oldest that waits is left out");
            }
            self.waiting.push_back(call);
        }
    }

    /// Who is called at `now`, and when that ends.
    fn at(&mut self, now: Moment) -> Option<(&Call, Moment)> {
        let others_wait = !self.waiting.is_empty();
        if self.standing.as_ref().is_none_or(|standing| standing.until(others_wait) <= now) {
            self.standing = self.waiting.pop_front().map(|call| Standing { call, since: now });
        }
        let others_wait = !self.waiting.is_empty();
        self.standing.as_ref().map(|standing| (&standing.call, standing.until(others_wait)))
    }

    fn forget(&mut self) {
        self.standing = None;
        self.waiting.clear();
    }
}

pub(super) fn add(app: &mut App) {
    app.init_resource::<Calls>().add_systems(Startup, raise);
}

fn raise(mut commands: Commands, mut calls: ResMut<Calls>) {
    calls.root = Some(commands.spawn(region(CALL_HEIGHT)).id());
}

/// Lets the next one be called, and divides the glass for it.
pub(super) fn turn(
    mut commands: Commands,
    mut calls: ResMut<Calls>,
    mut scenery: ResMut<Scenery>,
    mut desk: Desk,
    mut pace: ResMut<Pace>,
    mut images: ResMut<Assets<Image>>,
) {
    let now = Moment::now();
    if desk.told.stand().is_none() {
        // A box without a place is nobody's waiting room.
        calls.forget();
    }
    // On a ribbon there is no room for both: who is called comes first.
    let base = scenery.base();
    let room = if base.shape == Shape::Ribbon { scenery.bare() } else { base };
    let (layout, marks) = match calls.at(now) {
        None => (base, Vec::new()),
        Some((call, until)) => {
            let left_us = i64::try_from(until.saturating_duration_since(now).as_micros()).unwrap_or(i64::MAX);
            pace.due_us = pace.due_us.min(left_us);
            let layout = beside(room, call);
            (layout, marks(&layout, call))
        }
    };
    scenery.divide(layout);
    if calls.painted != marks
        && let Some(root) = calls.root
    {
        repaint(&mut commands, &mut images, root, (&marks, &layout.colours));
        calls.painted = marks;
        desk.glass.is_stale = true;
    }
}

/// The same glass with room for a call; as it was where the call cannot be said on it, which only the smallest ribbons are too small for.
pub(super) fn beside(layout: Layout, call: &Call) -> Layout {
    let divided = divided(layout, call);
    let is_low = layout.shape == Shape::Ribbon || layout.glass.h < LOW_PX;
    if is_low && !is_said(&marks(&divided, call)) { layout } else { divided }
}

/// No word is missing or cut short.
fn is_said(marks: &[Mark]) -> bool {
    marks.iter().all(|mark| match mark {
        Mark::Words { setting, .. } => {
            !setting.lines.is_empty() && setting.lines.iter().all(|line| !line.is_empty() && !line.contains('…'))
        }
        Mark::Plate { .. } | Mark::Arc { .. } | Mark::Ring { .. } | Mark::Picture { .. } | Mark::Code { .. } => true,
    })
}

fn divided(layout: Layout, call: &Call) -> Layout {
    match layout.shape {
        Shape::Landscape | Shape::Portrait => Layout { call: rail::call_room(&layout), ..layout },
        Shape::Board => Layout { call: strip::call_room(&layout), ..layout },
        Shape::Ribbon => {
            let wanted = width(&call.sentence().zh, layout.body, Weight::Bold) + 2 * layout.gap;
            let (call, rest) = layout.glass.split_left(wanted.min(layout.glass.w * RIBBON_SHARE / 100));
            let or_empty = |area: Area| if area.is_empty() { area } else { rest };
            let (content, strip) = (or_empty(layout.content), or_empty(layout.strip));
            Layout { glass: rest, content, strip, call, ..layout }
        }
    }
}

/// The marks of a call in its room.
pub(super) fn marks(layout: &Layout, call: &Call) -> Vec<Mark> {
    let room = layout.call;
    if room.is_empty() {
        return Vec::new();
    }
    let mut marks = vec![Mark::plate(room, SAND, 0)];
    let strong = |ink, area: Area| Style::plain(as_high_as(area), ink).strong().shrinking(ALL_STEPS);
    if layout.shape == Shape::Ribbon {
        let inner = room.inset_by(layout.gap, 0);
        marks.push(strong(NIGHT, inner).set(&call.sentence().zh, inner));
        return marks;
    }
    let inner = room.inset_by(layout.gap, layout.gap / 2);
    let place = call.place();
    let (head, rest) = inner.split_top(layout.small().line().min(inner.h / 6));
    let (rest, english) = rest.split_bottom(layout.small().line().min(inner.h / 6));
    let (number, rest) = rest.split_top(rest.h * 52 / 100);
    let (name, where_to) = rest.split_top(if call.name.is_empty() { 0 } else { rest.h * 2 / 5 });
    let quiet = Style::plain(layout.small(), PINE).strong().centred().shrinking(ALL_STEPS);
    marks.extend(that_fits(&HEADINGS, head).map(|text| quiet.line(text, head)));
    marks.push(in_one_line(&call.number, NIGHT, number));
    if !call.name.is_empty() {
        marks.push(in_one_line(&call.name, NIGHT, name));
    }
    let to = format!("到 {}", place.zh);
    marks.push(if largest(&to, where_to) >= layout.body {
        in_one_line(&to, PINE, where_to)
    } else {
        strong(PINE, where_to).centred().set(&to, where_to)
    });
    let please = [format!("Please go to {}", place.en), place.en];
    let please = please.each_ref().map(String::as_str);
    marks.extend(that_fits(&please, english).map(|text| quiet.line(text, english)));
    marks
}

/// The first of some sayings that fits into a line; on the smallest glasses none does.
fn that_fits<'a>(texts: &[&'a str], area: Area) -> Option<&'a str> {
    texts.iter().copied().find(|text| width(text, Step::at_most(0.0), Weight::Bold) <= area.w)
}

fn in_one_line(text: &str, ink: super::ink::Ink, area: Area) -> Mark {
    Style::plain(largest(text, area), ink).strong().centred().shrinking(ALL_STEPS).line(text, area)
}

#[expect(clippy::cast_precision_loss, reason = "no glass has 16 million pixels a side")]
fn as_high_as(area: Area) -> Step {
    Step::at_most(area.h as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(number: &str, room: &str) -> Call {
        Call::parse(number, "", room, false).expect("a call")
    }

    fn called(calls: &mut Calls, at: Moment) -> Option<String> {
        calls.at(at).map(|(call, _)| format!("{}→{}", call.number, call.room))
    }

    #[test]
    fn a_call_stands_for_a_while_and_others_wait_behind_it_for_less() {
        let (mut calls, start) = (Calls::default(), Moment::now());
        let after = |ms| start + Duration::from_millis(ms);
        assert_eq!(called(&mut calls, start), None);
        calls.tell(call("A1", "3"), start);
        assert_eq!(called(&mut calls, start).as_deref(), Some("A1→3"));
        assert_eq!(called(&mut calls, after(CALL_STANDS_MS - 1)).as_deref(), Some("A1→3"));
        calls.tell(call("A2", "4"), after(1_000));
        calls.tell(call("A2", "5"), after(1_500));
        assert_eq!(called(&mut calls, after(CALL_STANDS_LEAST_MS - 1)).as_deref(), Some("A1→3"));
        assert_eq!(called(&mut calls, after(CALL_STANDS_LEAST_MS)).as_deref(), Some("A2→5"), "the newest of both");
        assert_eq!(called(&mut calls, after(CALL_STANDS_LEAST_MS + CALL_STANDS_MS)), None);
    }

    #[test]
    fn whoever_is_called_again_stays_but_holds_nobody_up_and_too_many_are_bounded() {
        let (mut calls, start) = (Calls::default(), Moment::now());
        let after = |ms| start + Duration::from_millis(ms);
        calls.tell(call("A1", "3"), start);
        called(&mut calls, start);
        calls.tell(call("A1", "3"), after(10_000));
        assert_eq!(called(&mut calls, after(CALL_STANDS_MS)).as_deref(), Some("A1→3"), "as long again");
        calls.tell(call("B1", "1"), after(10_000));
        for ms in (10_000..10_000 + CALL_STANDS_LEAST_MS).step_by(500) {
            calls.tell(call("A1", "9"), after(ms));
        }
        assert_eq!(called(&mut calls, after(10_000 + CALL_STANDS_LEAST_MS)).as_deref(), Some("B1→1"));
        for n in 0..CALLS_WAITING_MAX + 2 {
            calls.tell(call(&format!("C{n}"), "1"), after(10_000));
        }
        assert_eq!(calls.waiting.len(), CALLS_WAITING_MAX);
        assert_eq!(called(&mut calls, after(60_000)).as_deref(), Some("C2→1"), "the oldest are left out");
        calls.forget();
        assert_eq!(called(&mut calls, after(60_000)), None);
    }
}
