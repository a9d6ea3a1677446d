//! The test card: edges one pixel wide at the very border, grid and circles, greys and colours, lines of type with the distance
//! from which each can be read, a code, and a flash at every second of the network's time.

use super::area::Area;
use super::ink::{CHALK, COAL, Ink, WHITE};
use super::ladder::{LADDER, Step};
use super::layout::{LEAST_DISTANCE_PER_CHARACTER, Layout, Shape, Sight};
use super::mark::{Mark, Style};
use super::paint::side_of;
use super::typeset::{Weight, width};
use crate::bridge::NamePlate;

/// Second words: no theme changes a test card.
const QUIET: Ink = Ink::fixed(190, 216, 219);
/// What stands out.
const WARM: Ink = Ink::fixed(242, 208, 146);
/// Behind everything: a grey that shows both what is too dark and what is too bright.
const GROUND: Ink = Ink::fixed(38, 38, 38);
/// Lines of the grid.
const LINE: Ink = Ink::fixed(255, 255, 255).thin(70);
/// Circles.
const CIRCLE: Ink = Ink::fixed(255, 255, 255).thin(150);
/// Steps of grey; the first and the last few are near each other, to be told apart on a screen that is set well.
const GREYS: [u8; 13] = [0, 8, 16, 32, 64, 96, 128, 160, 192, 224, 240, 248, 255];
/// The colours that every screen mixes.
const COLOURS: [Ink; 8] = [
    Ink::fixed(255, 255, 255),
    Ink::fixed(255, 255, 0),
    Ink::fixed(0, 255, 255),
    Ink::fixed(0, 255, 0),
    Ink::fixed(255, 0, 255),
    Ink::fixed(255, 0, 0),
    Ink::fixed(0, 0, 255),
    Ink::fixed(0, 0, 0),
];
/// What is read on the ruler.
const SAMPLE: &str = "请按顺序候诊 Please wait 0368";
/// What the code holds on a box without a programme.
const NO_ADDRESS: &str = "ANTEROOM";

/// What a test card tells of its screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TestFacts {
    pub(super) plate: NamePlate,
    pub(super) sight: Sight,
    /// What the code opens.
    pub(super) address: Option<String>,
}

/// Where things stand.
struct Parts {
    name: Area,
    size: Area,
    ruler: Area,
    code: Area,
    flash: Area,
    colours: Area,
    greys: Area,
}

impl Parts {
    fn of(layout: &Layout) -> Self {
        let gap = layout.gap;
        if layout.shape == Shape::Ribbon {
            let inner = layout.glass.inset((layout.glass.h / 12).max(2));
            let (flash, rest) = inner.split_left(inner.h);
            let (rest, code) = rest.split_right(inner.h);
            let (words, bars) = rest.inset_by(gap, 0).split_right(rest.w / 4);
            let (colours, greys) = bars.inset_by(gap, 0).split_top(bars.h / 2);
            let (name, size) = words.split_left(words.w * 2 / 3);
            return Self { name, size, ruler: Area::default(), code, flash, colours, greys };
        }
        let inner = layout.glass.inset_by(layout.glass.w / 20, layout.glass.h / 20).inset(gap / 2);
        let (upper, bars) = inner.split_bottom(inner.h / 6);
        let (colours, greys) = bars.split_top(bars.h / 2);
        let (head, middle) = upper.split_top(layout.title().line() + layout.small().line() + gap);
        let (name, rest) = head.split_top(layout.title().line());
        let (size, _) = rest.split_top(layout.small().line());
        let middle = Area::new(middle.x, middle.y, middle.w, middle.h - gap);
        let (ruler, code, flash) = if layout.glass.h > layout.glass.w {
            let (ruler, below) = middle.split_bottom(middle.w * 2 / 5);
            let (code, flash) = below.split_left(below.w * 3 / 5);
            (ruler, code, flash)
        } else {
            let (ruler, beside) = middle.split_right((middle.w / 4).min(middle.h));
            let (code, flash) = beside.split_top(beside.h * 3 / 5);
            (ruler, code, flash)
        };
        let square = |area: Area| {
            let least = area.w.min(area.h);
            area.centred(least, least)
        };
        Self { name, size, ruler, code: square(code), flash: square(flash.inset(gap)), colours, greys }
    }
}

/// Lines around an area, inside it.
fn edges(area: Area, ink: Ink, px: i32) -> [Mark; 4] {
    let (top, _) = area.split_top(px);
    let (_, bottom) = area.split_bottom(px);
    let (left, _) = area.split_left(px);
    let (_, right) = area.split_right(px);
    [top, bottom, left, right].map(|edge| Mark::plate(edge, ink, 0))
}

fn geometry(layout: &Layout) -> Vec<Mark> {
    let glass = layout.glass;
    let mut marks = vec![Mark::plate(glass, GROUND, 0)];
    let cell = (glass.w.min(glass.h) / 9).max(8);
    let (centre_x, centre_y) = (glass.w / 2, glass.h / 2);
    for x in (centre_x % cell..glass.w).step_by(usize::try_from(cell).unwrap_or(8)) {
        marks.push(Mark::plate(Area::new(x, 0, 1, glass.h), LINE, 0));
    }
    for y in (centre_y % cell..glass.h).step_by(usize::try_from(cell).unwrap_or(8)) {
        marks.push(Mark::plate(Area::new(0, y, glass.w, 1), LINE, 0));
    }
    let ring = |area: Area| Mark::Ring { area, ink: CIRCLE, width: 2 };
    let side = glass.w.min(glass.h) * 9 / 10;
    marks.push(ring(glass.centred(side, side)));
    if layout.shape != Shape::Ribbon {
        let small = 2 * cell;
        for (x, y) in [(0, 0), (glass.w - small, 0), (0, glass.h - small), (glass.w - small, glass.h - small)] {
            marks.push(ring(Area::new(x, y, small, small)));
        }
        // What an old television cuts off lies outside of the first, and of the second on a bad one.
        marks.extend(edges(glass.inset_by(glass.w / 40, glass.h / 40), LINE, 1));
        marks.extend(edges(glass.inset_by(glass.w / 20, glass.h / 20), LINE, 1));
    }
    marks.extend(edges(glass, WHITE, 1));
    marks
}

fn bars(area: Area, inks: &[Ink]) -> Vec<Mark> {
    let count = i32::try_from(inks.len()).unwrap_or(1).max(1);
    let bar = |n: i32, ink: &Ink| {
        let (from, to) = (area.w * n / count, area.w * (n + 1) / count);
        Mark::plate(Area::new(area.x + from, area.y, to - from, area.h), *ink, 0)
    };
    (0..).zip(inks).map(|(n, ink)| bar(n, ink)).collect()
}

/// From how far type of a size can just be read, in millimetres.
#[expect(clippy::cast_precision_loss, reason = "sizes of screens are small numbers")]
#[expect(clippy::cast_possible_truncation, reason = "no wall of metres is read from a thousand kilometres")]
fn reach_mm(sight: &Sight, step: Step) -> i64 {
    let px_per_mm = sight.width_px as f32 / sight.width_mm.max(1) as f32;
    (step.px() as f32 / px_per_mm * LEAST_DISTANCE_PER_CHARACTER) as i64
}

/// Lines of type from large to small, each with the distance from which it can just be read. What can be read from the
/// nearest seats is white.
fn ruler(layout: &Layout, sight: &Sight, area: Area) -> Vec<Mark> {
    let say = Style::plain(layout.small().lower(1), QUIET).shrinking(5);
    let (mark, mut rest) = say.flow_line("站在所标距离，应能读出该行 From there, you should read it", area);
    let mut marks: Vec<Mark> = mark.into_iter().collect();
    let largest = layout.body.up(2);
    for px in LADDER.iter().rev() {
        let step = Step::at_most(f32::from(*px));
        let reach_mm = reach_mm(sight, step);
        let text = format!("{}.{} m  {SAMPLE}", reach_mm / 1_000, reach_mm % 1_000 / 100);
        if step > largest || width(&text, step, Weight::Regular) > rest.w {
            continue;
        }
        let ink = if reach_mm >= i64::from(sight.distance_cm) * 10 { WHITE } else { QUIET };
        let style = Style { least: step, ..Style::plain(step, ink) };
        let (mark, below) = style.flow_line(&text, rest);
        if mark.is_none() {
            break;
        }
        marks.extend(mark);
        rest = below;
    }
    marks
}

/// What stands.
pub(super) fn still(layout: &Layout, facts: &TestFacts) -> Vec<Mark> {
    let parts = Parts::of(layout);
    let TestFacts { plate, sight, address } = facts;
    let mut marks = geometry(layout);
    let name = [plate.number.as_str(), plate.name.zh.as_str(), plate.zone.zh.as_str()];
    let name = name.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join("  ");
    let step = if layout.shape == Shape::Ribbon { layout.body } else { layout.title() };
    marks.push(Style::plain(step, WHITE).strong().shrinking(9).line(&name, parts.name));
    marks.extend(ruler(layout, sight, parts.ruler));
    marks.extend(bars(parts.colours, &COLOURS));
    marks.extend(bars(parts.greys, &GREYS.map(|grey| Ink::fixed(grey, grey, grey))));
    let address = address.as_deref().unwrap_or(NO_ADDRESS);
    if let Some(side) = side_of(address, parts.code) {
        let code = parts.code.centred(side, side);
        marks.extend([Mark::plate(code, CHALK, 0), Mark::Code { area: code, address: address.to_owned() }]);
    }
    marks
}

/// What changes while it stands: the flash, and what was measured.
pub(super) fn pulse(layout: &Layout, is_lit: bool, frames: Option<u64>) -> Vec<Mark> {
    let parts = Parts::of(layout);
    let frames = frames.map_or_else(|| "–".to_owned(), |frames| frames.to_string());
    let size = format!("{} × {}  {frames} fps", layout.glass.w, layout.glass.h);
    let step = if layout.shape == Shape::Ribbon { layout.body } else { layout.small() };
    vec![
        Mark::plate(parts.flash, if is_lit { WHITE } else { COAL }, parts.flash.w / 2),
        Mark::Ring { area: parts.flash, ink: WHITE, width: 2 },
        Style::plain(step, WARM).strong().shrinking(9).line(&size, parts.size),
    ]
}
