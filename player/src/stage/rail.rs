//! The rail: clock and date, whose house this is, what class of content stands there, and the code that takes it along.

use anteroom_content::clock::{Instant, Offsets};
use anteroom_content::item::Class;
use anteroom_content::text::Text;

use super::area::Area;
use super::entry::weekday;
use super::ink::{CHALK, CLAY, LAGOON, MIST, NIGHT, PINE, SAND, SLATE, TEAL, WHITE};
use super::layout::{Layout, Shape};
use super::logo::Sign;
use super::mark::{Mark, Style};
use super::paint::side_of;
use super::typeset::width;

/// What the item's code is for.
const SCAN: &str = "扫码看大字版";
const SCAN_ENGLISH: &str = "Scan to read on your phone";

/// A logo stands where there is so many times its height for clock and date, too.
const SIGN_ROOM: i32 = 3;

/// What the rail tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RailFacts {
    pub(super) site: Text,
    /// Stands beside its name.
    pub(super) logo: Option<Sign>,
    pub(super) zone: Text,
    pub(super) face: ClockFace,
    /// The item on the glass; none for a card of the house.
    pub(super) class: Option<Class>,
    /// What the item's code opens, and the same to type.
    pub(super) address: String,
    pub(super) short_code: String,
}

/// What a clock on the wall shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ClockFace {
    pub(super) time: String,
    pub(super) date: Text,
}

impl ClockFace {
    /// The clock of a place at an instant.
    pub(super) fn at(offsets: &Offsets, at: Instant) -> Self {
        let local = offsets.local(at);
        let (zh, en) = weekday(local.weekday());
        Self {
            time: format!("{:02}:{:02}", local.hour(), local.minute()),
            date: Text {
                zh: format!("{}月{}日 {zh}", local.month(), local.day()),
                en: format!("{en}, {} {}", local.day(), month(local.month())),
            },
        }
    }
}

fn month(number: i8) -> &'static str {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    usize::try_from(number - 1).ok().and_then(|n| MONTHS.get(n)).copied().unwrap_or_default()
}

/// Where a call stands, in the place of the clock: what must stay is the class of the content, and the code.
pub(super) fn call_room(layout: &Layout) -> Area {
    let (rail, bottom, right) = match layout.shape {
        Shape::Landscape => (layout.rail, column_parts(layout).0.bottom(), layout.rail.right()),
        Shape::Portrait => {
            let (left, _) = row_parts(layout);
            (layout.rail, left.bottom() - layout.small().line() - layout.gap / 2, left.right() - layout.gap)
        }
        Shape::Ribbon | Shape::Board => return Area::default(),
    };
    Area::new(rail.x, rail.y, right - rail.x, bottom - rail.y)
}

/// The marks of the rail.
pub(super) fn rail(layout: &Layout, facts: &RailFacts) -> Vec<Mark> {
    match layout.shape {
        Shape::Landscape => column(layout, facts),
        Shape::Portrait => row(layout, facts),
        Shape::Ribbon | Shape::Board => Vec::new(),
    }
}

/// Where clock, class label and code card stand in a column.
fn column_parts(layout: &Layout) -> (Area, Area, Area) {
    let inner = layout.rail.inset_by(layout.gap * 3 / 2, layout.gap);
    let (upper, card) = inner.split_bottom(inner.h * 57 / 100);
    let (upper, label) = upper.split_bottom(layout.small().line() + layout.gap);
    (upper, label, card)
}

fn column(layout: &Layout, facts: &RailFacts) -> Vec<Mark> {
    let mut marks = vec![Mark::plate(layout.rail, TEAL, 0)];
    let (upper, label, card) = column_parts(layout);
    if layout.call.is_empty() {
        marks.extend(clock(layout, facts, upper));
    }
    marks.extend(class_label(layout, facts, label));
    marks.extend(code_card(layout, facts, card));
    marks
}

/// Whose house this is, the time and the day, as far as the area goes.
fn clock(layout: &Layout, facts: &RailFacts, area: Area) -> Vec<Mark> {
    let lines = [
        (Style::plain(layout.body, WHITE).strong().shrinking(5), &facts.site.zh),
        (Style::plain(layout.body.up(6), SAND).strong().shrinking(4), &facts.face.time),
        (Style::plain(layout.body, WHITE).shrinking(3), &facts.face.date.zh),
        (Style::plain(layout.small(), MIST).shrinking(3), &facts.face.date.en),
        (Style::plain(layout.small(), MIST).shrinking(3), &facts.zone.zh),
    ];
    let (mut marks, mut rest, is_named) = sign(layout, facts, area);
    for (style, text) in lines.into_iter().skip(usize::from(is_named)) {
        let (mark, below) = style.flow_line(text, rest);
        rest = below;
        marks.extend(mark);
    }
    marks
}

/// The hospital's logo, what is left of the area below it, and whether its name is said: the logo stands beside the name, in place of it
/// where it most likely holds it, or over it where the name would be cut short; nowhere without room for it.
fn sign(layout: &Layout, facts: &RailFacts, area: Area) -> (Vec<Mark>, Area, bool) {
    let high = Sign::height(layout);
    let room_for = |lines: i32| area.h >= high * lines;
    let Some(sign) = facts.logo.as_ref().filter(|_| room_for(SIGN_ROOM)) else { return (Vec::new(), area, false) };
    let (line, below) = area.split_top(high);
    let (_, below) = below.split_top(layout.gap / 2);
    let picture = |area| Mark::Picture { area, image: sign.image.clone() };
    let (place, beside) = line.split_left(sign.width_at(high).min(line.w / 3));
    if sign.is_name() {
        let fitted = line.fitted(sign.width, sign.height);
        return (vec![picture(Area::new(line.x, fitted.y, fitted.w, fitted.h))], below, true);
    }
    let logo = picture(place.fitted(sign.width, sign.height));
    let (_, beside) = beside.split_left(layout.gap / 2);
    let name = Style::plain(layout.body, WHITE).strong().shrinking(5);
    if width(&facts.site.zh, name.least, name.weight) <= beside.w {
        return (vec![logo, name.line(&facts.site.zh, beside)], below, true);
    }
    if room_for(SIGN_ROOM + 1) { (vec![logo], below, false) } else { (Vec::new(), area, false) }
}

/// Says what sort of content stands beside it. An advertisement says so in sand, outside the medium itself.
fn class_label(layout: &Layout, facts: &RailFacts, area: Area) -> Vec<Mark> {
    let Some(class) = facts.class else { return Vec::new() };
    let name = class.name();
    let both = format!("{}  {}", name.zh, name.en);
    let (ground, ink) = if class == Class::Advertisement { (CLAY, NIGHT) } else { (LAGOON, WHITE) };
    let height = layout.small().line();
    let plate = area.centred(area.w, height.min(area.h));
    let words = Style::plain(layout.small().lower(1), ink).strong().centred().shrinking(3);
    let inner = plate.inset_by(layout.gap / 2, 0);
    let text = if width(&both, words.least, words.weight) <= inner.w { &both } else { &name.zh };
    vec![Mark::plate(plate, ground, plate.h / 2), words.line(text, inner)]
}

/// The code on its white card, with what it is for.
fn code_card(layout: &Layout, facts: &RailFacts, area: Area) -> Vec<Mark> {
    let (say, say_small, code_step) = (layout.body.lower(1), layout.small().lower(1), layout.lead());
    let words_h = say.line() + say_small.line() + code_step.line();
    let margin = layout.gap / 2;
    let room = Area::new(area.x, area.y, area.w, area.h - words_h - 2 * margin);
    let side = side_of(&facts.address, room).unwrap_or(0);
    let height = side + words_h + 2 * margin;
    let card = Area::new(area.x, area.bottom() - height, area.w, height);
    let (code, words) = card.inset_by(margin, margin).split_top(side);
    let (first, rest) = words.split_top(say.line());
    let (second, third) = rest.split_top(say_small.line());
    vec![
        Mark::plate(card, CHALK, layout.gap),
        Mark::Code { area: code, address: facts.address.clone() },
        Style::plain(say, NIGHT).strong().centred().shrinking(3).line(SCAN, first),
        Style::plain(say_small, SLATE).centred().shrinking(4).line(SCAN_ENGLISH, second),
        Style::plain(code_step, PINE).strong().centred().shrinking(4).line(&facts.short_code, third),
    ]
}

/// What is left of the code's card in a row, and where that stands.
fn row_parts(layout: &Layout) -> (Area, Area) {
    let inner = layout.rail.inset_by(layout.gap * 3 / 2, layout.gap);
    inner.split_right(inner.w * 56 / 100)
}

/// Portrait: the clock at the left, the card at the right.
fn row(layout: &Layout, facts: &RailFacts) -> Vec<Mark> {
    let mut marks = vec![Mark::plate(layout.rail, TEAL, 0)];
    let margin = layout.gap / 2;
    let (left, card) = row_parts(layout);
    let room = card.inset(margin);
    let side = side_of(&facts.address, Area::new(0, 0, room.w * 3 / 5, room.h)).unwrap_or(0);
    let plate = card.centred(card.w, side + 2 * margin);
    let (words, code) = plate.inset(margin).split_right(side);
    marks.push(Mark::plate(plate, CHALK, layout.gap));
    marks.push(Mark::Code { area: code, address: facts.address.clone() });
    marks.extend(beside_code(layout, facts, words.inset_by(layout.gap / 2, 0)));
    if !layout.call.is_empty() {
        let (_, label) = left.split_bottom(layout.small().line());
        marks.extend(class_label(layout, facts, Area::new(label.x, label.y, label.w - layout.gap, label.h)));
        return marks;
    }
    let left = Area::new(left.x, plate.y, left.w - layout.gap, plate.h);
    let (upper, label) = left.split_bottom(layout.small().line() + margin);
    marks.extend(clock(layout, facts, upper));
    marks.extend(class_label(layout, facts, label));
    marks
}

fn beside_code(layout: &Layout, facts: &RailFacts, area: Area) -> Vec<Mark> {
    let (upper, lower) = area.split_bottom(layout.title().line());
    let (first, rest) = Style::plain(layout.lead(), NIGHT).strong().shrinking(5).flow_line(SCAN, upper);
    let (second, _) = Style::plain(layout.small(), SLATE).shrinking(5).flow(SCAN_ENGLISH, rest);
    let code = Style::plain(layout.title(), PINE).strong().shrinking(9).line(&facts.short_code, lower);
    first.into_iter().chain(second).chain([code]).collect()
}
