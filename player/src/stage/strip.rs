//! The strip: today's clinics along the lower edge, on a board of their own, or in the one line of a ribbon.

use super::area::Area;
use super::entry::{Entry, EntryPage};
use super::ink::{CHALK, DEEP, Ink, MIST, NIGHT, RED, SAND, TEAL, WHITE};
use super::layout::{Layout, Shape};
use super::mark::{Mark, Style};
use super::paint::side_of;

/// What the strip tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StripFacts {
    pub(super) page: EntryPage,
    /// What its code opens, and the same to type.
    pub(super) address: String,
    pub(super) short_code: String,
    /// The time, for shapes without a rail.
    pub(super) time: String,
}

/// How many sizes the type of a board grows at the most.
const GROWTH_MAX: usize = 5;
/// Said where nobody sits for a week.
const NOBODY: &str = "近期没有门诊安排，请到导诊台咨询";
const NOBODY_ENGLISH: &str = "No clinics this week: please ask at the desk";

/// Where the parts of a strip lie.
struct Parts {
    heading: Area,
    entries: Area,
    code: Area,
    columns: i32,
    rows: i32,
}

impl Parts {
    fn of(layout: &Layout) -> Self {
        let em = layout.body.px();
        let is_ribbon = layout.shape == Shape::Ribbon;
        let inner = layout.strip.inset_by(layout.gap, if is_ribbon { 0 } else { layout.gap });
        let (heading, entries, code) = match layout.shape {
            Shape::Landscape => {
                let (heading, rest) = inner.split_left(em * 5);
                let (entries, code) = rest.split_right(layout.strip.h + em * 5);
                // The white around a code is its margin: the plate may fill the strip.
                let code = Area::new(code.x, layout.strip.y, code.w, layout.strip.h).inset_by(0, layout.gap / 4);
                (heading, entries, code)
            }
            Shape::Portrait => {
                let (rest, code) = inner.split_right((inner.w / 4).min(inner.h * 3 / 4));
                let (heading, entries) = rest.split_top((em * 5 / 2).min(inner.h * 2 / 5));
                (heading, entries, code)
            }
            Shape::Board => {
                let (head, entries) = inner.split_top((em * 6).min(inner.h / 3));
                let (heading, code) = head.split_right(inner.w / 2);
                (heading, entries, code)
            }
            Shape::Ribbon => {
                // Who is called has taken the heading's room.
                let heading_w = if layout.call.is_empty() { em * 7 / 2 } else { 0 };
                let (heading, rest) = inner.split_left(heading_w);
                let (entries, code) = rest.split_right(em * 5);
                (heading, entries, code)
            }
        };
        let entry_h = if layout.shape == Shape::Ribbon { inner.h } else { entry_height(layout) };
        let entry_w = if layout.shape == Shape::Ribbon { em * 15 } else { em * 17 / 2 };
        let columns = (entries.w / entry_w.max(1)).max(1);
        let rows = ((entries.h + layout.gap) / (entry_h + layout.gap).max(1)).max(1);
        Self { heading, entries, code, columns, rows }
    }

    fn cell(&self, layout: &Layout, n: usize) -> Area {
        let n = i32::try_from(n).unwrap_or(0);
        let (column, row) = (n % self.columns, n / self.columns);
        let gap = layout.gap / 2;
        let w = self.entries.w / self.columns;
        let h = self.entries.h / self.rows;
        Area::new(self.entries.x + column * w, self.entries.y + row * h, w, h)
            .inset_by(gap, if self.rows > 1 { gap / 2 } else { 0 })
    }
}

fn entry_height(layout: &Layout) -> i32 {
    let third = if layout.shape == Shape::Board { layout.small().lower(2).line() } else { 0 };
    layout.body.line() + layout.small().line() + third + layout.gap
}

/// Where a call stands on a board, in the place of its heading.
pub(super) fn call_room(layout: &Layout) -> Area {
    let strip = layout.strip;
    Area::new(strip.x, strip.y, strip.w / 2 - layout.gap, Parts::of(layout).heading.bottom() - strip.y)
}

/// How many clinics a page of the strip holds.
pub(super) fn per_page(layout: &Layout) -> usize {
    let parts = Parts::of(layout);
    usize::try_from(parts.columns * parts.rows).unwrap_or(1).max(1)
}

/// On a board with room to spare type grows: an empty wall helps nobody who sits far away.
fn roomy(layout: Layout, page: &EntryPage) -> Layout {
    if layout.shape != Shape::Board || page.pages > 1 {
        return layout;
    }
    let larger = (1..=GROWTH_MAX).rev().map(|steps| layout.in_type(layout.body.up(steps)));
    let mut fitting = larger.filter(|larger| per_page(larger) >= page.entries.len().max(1));
    fitting.next().unwrap_or(layout)
}

/// The marks of the strip.
pub(super) fn strip(layout: &Layout, facts: &StripFacts) -> Vec<Mark> {
    if layout.strip.is_empty() {
        return Vec::new();
    }
    let layout = &roomy(*layout, &facts.page);
    let parts = Parts::of(layout);
    let mut marks = vec![Mark::plate(layout.strip, DEEP, 0)];
    if layout.shape == Shape::Ribbon {
        let word = facts.page.heading.zh.trim_end_matches("门诊");
        let style = Style::plain(layout.body, SAND).strong().shrinking(4);
        if layout.call.is_empty() {
            marks.push(style.line(word, parts.heading));
        }
        marks.push(style.right().line(&facts.short_code, parts.code));
    } else {
        if layout.shape != Shape::Board || layout.call.is_empty() {
            marks.extend(heading(layout, facts, parts.heading));
        }
        marks.extend(code(layout, facts, parts.code));
    }
    if facts.page.entries.is_empty() {
        let style = Style::plain(layout.body, WHITE).shrinking(4);
        let (upper, lower) = parts.entries.split_top(parts.entries.h / 2);
        if layout.shape == Shape::Ribbon {
            marks.push(style.line(NOBODY, parts.entries));
        } else {
            marks.push(style.set(NOBODY, upper));
            marks.push(Style::plain(layout.small(), MIST).shrinking(4).set(NOBODY_ENGLISH, lower));
        }
    }
    for (n, entry) in facts.page.entries.iter().enumerate() {
        let cell = parts.cell(layout, n);
        marks.extend(if layout.shape == Shape::Ribbon {
            one_line(layout, entry, cell)
        } else {
            plate(layout, entry, cell)
        });
    }
    marks
}

fn heading(layout: &Layout, facts: &StripFacts, area: Area) -> Vec<Mark> {
    let mut rest = area;
    let mut marks = Vec::new();
    let mut flow = |style: Style, text: &str| {
        let (mark, below) = style.flow(text, rest);
        rest = below;
        marks.extend(mark);
    };
    if layout.shape == Shape::Board {
        flow(
            Style::plain(layout.title(), SAND).strong().shrinking(4),
            &format!("{}  {}", facts.page.heading.zh, facts.time),
        );
    } else {
        flow(Style::plain(layout.lead(), SAND).strong().shrinking(4), &facts.page.heading.zh);
    }
    flow(Style::plain(layout.small().lower(1), MIST).shrinking(3), &facts.page.heading.en);
    if facts.page.pages > 1 {
        flow(Style::plain(layout.small().lower(1), MIST), &format!("{} / {}", facts.page.page + 1, facts.page.pages));
    }
    marks
}

/// Portrait: the code above its words.
fn code_above(layout: &Layout, facts: &StripFacts, area: Area) -> Vec<Mark> {
    let (say, say_code) = (layout.small(), layout.body);
    let (upper, words) = area.split_bottom(say.line() + say_code.line());
    let side = side_of(&facts.address, upper).unwrap_or(0);
    let plate = upper.centred(side, side);
    let (first, second) = words.split_top(say.line());
    vec![
        Mark::plate(plate, CHALK, layout.gap / 2),
        Mark::Code { area: plate, address: facts.address.clone() },
        Style::plain(say, WHITE).strong().centred().shrinking(5).line("扫码看门诊", first),
        Style::plain(say_code, SAND).strong().centred().shrinking(6).line(&facts.short_code, second),
    ]
}

fn code(layout: &Layout, facts: &StripFacts, area: Area) -> Vec<Mark> {
    if layout.shape == Shape::Portrait {
        return code_above(layout, facts, area);
    }
    let side = side_of(&facts.address, area).unwrap_or(0);
    let (words, plate) = area.split_right(side);
    let plate = plate.centred(side, side);
    let words = Area::new(words.x, plate.y, words.w - layout.gap, plate.h);
    let mut marks =
        vec![Mark::plate(plate, CHALK, layout.gap / 2), Mark::Code { area: plate, address: facts.address.clone() }];
    let steps = [layout.body.lower(1), layout.small().lower(1), layout.lead()];
    let total: i32 = steps.iter().map(|step| step.line()).sum();
    let mut rest = words.centred(words.w, total.min(words.h));
    let mut flow = |style: Style, text: &str| {
        let (mark, below) = style.right().flow(text, rest);
        rest = below;
        marks.extend(mark);
    };
    flow(Style::plain(steps[0], WHITE).strong().shrinking(4), "扫码看门诊");
    flow(Style::plain(steps[1], MIST).shrinking(4), "Clinic times");
    flow(Style::plain(steps[2], SAND).strong().shrinking(6), &facts.short_code);
    marks
}

/// An entry on a plate: who, then where and when, then the same in English.
fn plate(layout: &Layout, entry: &Entry, area: Area) -> Vec<Mark> {
    let is_stopped = entry.tag.as_ref().is_some_and(|tag| tag.is_stopped);
    let (ground, second) = if is_stopped { (RED, WHITE) } else { (TEAL, MIST) };
    let mut marks = vec![Mark::plate(area, ground, layout.gap / 2)];
    let inner = area.inset_by(layout.gap * 2 / 3, layout.gap / 3);
    let lines = [layout.body, layout.small(), layout.small().lower(2)];
    let fits = |n: usize| lines.iter().take(n).map(|step| step.line()).sum::<i32>() <= inner.h;
    // On the lowest strips there is room for the name alone.
    let count = (2..=3).rev().find(|n| fits(*n)).unwrap_or(1);
    let total: i32 = lines.iter().take(count).map(|step| step.line()).sum();
    let inner = inner.centred(inner.w, total.min(inner.h));
    let (first, rest) = inner.split_top(layout.body.line());
    let (second_line, third) = rest.split_top(layout.small().line());
    marks.extend(name_line(layout, entry, first, ground));
    let place = match &entry.tag {
        Some(tag) if !tag.more.is_empty() && count < 3 => format!("{}  {}", tag.more, entry.place()),
        Some(_) | None => entry.place(),
    };
    if count >= 2 {
        let ink = if is_stopped { WHITE } else { SAND };
        marks.push(Style::plain(layout.small(), ink).shrinking(4).line(&place, second_line));
    }
    if count == 3 {
        let more = entry.tag.as_ref().map(|tag| tag.more.as_str()).filter(|more| !more.is_empty());
        marks.push(
            Style::plain(layout.small().lower(2), second).shrinking(3).line(more.unwrap_or(&entry.english), third),
        );
    }
    marks
}

fn name_line(layout: &Layout, entry: &Entry, area: Area, ground: Ink) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut area = area;
    if let Some(tag) = &entry.tag {
        let (rest, place) = area.split_right(layout.body.px() * 9 / 4);
        area = Area::new(rest.x, rest.y, rest.w - layout.gap / 2, rest.h);
        let (back, ink) = if tag.is_stopped { (WHITE, RED) } else { (SAND, NIGHT) };
        let badge = place.centred(place.w, layout.body.px() * 9 / 8);
        marks.push(Mark::plate(badge, back, layout.gap / 3));
        marks.push(Style::plain(layout.body.lower(1), ink).strong().centred().shrinking(3).line(tag.word, place));
    }
    let name = Style::plain(layout.body, WHITE).strong().shrinking(3);
    let name_w =
        (super::typeset::width(&entry.name, layout.body, super::typeset::Weight::Bold) + layout.gap / 2).min(area.w);
    let (left, right) = area.split_left(name_w);
    marks.push(name.line(&entry.name, left));
    let title_ink = if ground == RED { WHITE } else { MIST };
    if right.w > layout.small().px() * 2 {
        marks.push(Style::plain(layout.small(), title_ink).shrinking(3).line(&entry.title, right));
    }
    marks
}

fn one_line(layout: &Layout, entry: &Entry, area: Area) -> Vec<Mark> {
    let mut words = area;
    let mut marks = Vec::new();
    if let Some(tag) = &entry.tag {
        let (place, rest) = area.split_left(layout.body.px() * 9 / 4);
        let (back, ink) = if tag.is_stopped { (RED, WHITE) } else { (SAND, NIGHT) };
        marks.push(Mark::plate(place, back, layout.gap / 3));
        marks.push(Style::plain(layout.body, ink).strong().centred().shrinking(3).line(tag.word, place));
        words = Area::new(rest.x + layout.gap / 2, rest.y, rest.w - layout.gap / 2, rest.h);
    }
    marks.push(Style::plain(layout.body, WHITE).shrinking(6).line(&entry.in_one_line(), words));
    marks
}
