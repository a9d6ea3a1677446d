//! The table a stranger can read: what was measured of each, and ours as a multiple of each other's.

use super::rounds::Taken;
use super::sides::Side;
use crate::peers::{median, ratio};
use crate::reel::Switches;

/// What our player promises on a software renderer (DESIGN T9): its first picture, in milliseconds.
const PICTURE_MAX_MS: f64 = 2_500.0;

/// What stands above the table.
#[derive(Debug)]
pub(super) struct Heading {
    pub(super) size: (u32, u32),
    pub(super) fps: u32,
    pub(super) rounds: u16,
    pub(super) load: String,
}

/// One who played, each time.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) side: Side,
    pub(super) name: String,
    pub(super) taken: Vec<Taken>,
}

impl Column {
    fn figures(&self, of: impl Fn(&Taken) -> f64) -> Vec<f64> {
        let mut figures: Vec<f64> = self.taken.iter().map(of).collect();
        figures.sort_by(f64::total_cmp);
        figures
    }

    fn sum(&self, of: impl Fn(&Switches) -> usize) -> usize {
        self.taken.iter().map(|taken| of(&taken.switches)).sum()
    }

    fn most(&self, of: impl Fn(&Switches) -> i64) -> i64 {
        self.taken.iter().map(|taken| of(&taken.switches)).max().unwrap_or(0)
    }
}

/// Tells the table, line by line.
pub(super) fn print(heading: &Heading, columns: &[Column], tell: &mut impl FnMut(&str)) {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let ((width, height), fps) = (heading.size, heading.fps);
    tell("");
    tell(&format!(
        "Two 720p{fps} movies in turn on a display of {width}×{height} without a graphics card, {cores} cores, load {} at the start, \
         {} rounds in turn: the median, the least and the most; × is ours over theirs, so less is better. The first picture is \
         what a camera in front of the display sees first, 120 times a second; processor time and memory are of all processes of \
         each, memory as PSS. Ours and the page show a strip of clinics, a code and a clock besides.",
        heading.load, heading.rounds
    ));
    tell("");
    let names = columns.iter().map(|column| column.name.clone());
    let against = columns.iter().skip(1).map(|column| format!("× {}", column.name));
    let names: Vec<String> = names.chain(against).collect();
    tell(&format!("| what | {} |", names.join(" | ")));
    tell(&format!("|---|{}", "---|".repeat(names.len())));
    measured(columns, "T9 start of the process → first picture, ms", &|taken| taken.picture.as_secs_f64() * 1e3, tell);
    measured(columns, "T12 processor time, % of a core", &|taken| taken.percent, tell);
    measured(columns, "T12 the display's processor time for it, % of a core", &|taken| taken.display_percent, tell);
    measured(columns, "memory, MiB", &|taken| kib(taken.memory_kib) / 1_024.0, tell);
    counted(columns, "T12 frames that were due", &|column| column.sum(|s| s.due).to_string(), tell);
    let missing = |column: &Column| {
        format!("{} / {}", column.sum(|s| s.missing_first + s.missing_last), column.sum(|s| s.missing_within))
    };
    counted(columns, "T12 of them missing, at a switch / within", &missing, tell);
    let repeated = |column: &Column| {
        let at = column.sum(|s| s.repeated_at_switch);
        format!("{at} / {}", column.sum(|s| s.repeated) - at)
    };
    counted(columns, "frames that stood too long, at a switch / within", &repeated, tell);
    let black = |column: &Column| format!("{} of {}", column.sum(|s| s.black), column.sum(|s| s.sights));
    counted(columns, "black sights", &black, tell);
    let gap = |column: &Column| {
        let us = column.most(|s| s.gap_max_us);
        format!("{}.{}", us / 1_000, us % 1_000 / 100)
    };
    counted(columns, "the longest gap at a switch, ms", &gap, tell);
    tell("");
    verdicts(columns, tell);
}

fn measured(columns: &[Column], what: &str, of: &dyn Fn(&Taken) -> f64, tell: &mut impl FnMut(&str)) {
    let figures: Vec<Vec<f64>> = columns.iter().map(|column| column.figures(of)).collect();
    let cell = |figures: &Vec<f64>| match (median(figures.clone()), figures.first(), figures.last()) {
        (Some(middle), Some(least), Some(most)) => format!("{middle:.0} ({least:.0}–{most:.0})"),
        _ => "–".to_owned(),
    };
    let ours = figures.first().cloned().and_then(median);
    let against = figures.iter().skip(1).map(|theirs| {
        ratio(ours, median(theirs.clone())).map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}"))
    });
    let cells: Vec<String> = figures.iter().map(cell).chain(against).collect();
    tell(&format!("| {what} | {} |", cells.join(" | ")));
}

fn counted(columns: &[Column], what: &str, of: &dyn Fn(&Column) -> String, tell: &mut impl FnMut(&str)) {
    let against = columns.iter().skip(1).map(|_| String::new());
    let cells: Vec<String> = columns.iter().map(of).chain(against).collect();
    tell(&format!("| {what} | {} |", cells.join(" | ")));
}

fn verdicts(columns: &[Column], tell: &mut impl FnMut(&str)) {
    let of = |side: Side| columns.iter().find(|column| column.side == side);
    let Some(ours) = of(Side::Ours) else { return };
    let picture = |column: &Column| median(column.figures(|taken| taken.picture.as_secs_f64() * 1e3));
    let reached = |is_reached: bool| if is_reached { "reached" } else { "not reached" };
    let first = picture(ours).unwrap_or(f64::INFINITY);
    tell(&format!(
        "T9 first picture within {PICTURE_MAX_MS:.0} ms: {first:.0} ms, {}",
        reached(first <= PICTURE_MAX_MS)
    ));
    if let Some(over) = of(Side::Kiosk).and_then(|kiosk| ratio(Some(first), picture(kiosk))) {
        tell(&format!("T9 no later than the kiosk page: {over:.2} of its time, {}", reached(over <= 1.0)));
    }
    let lost = ours.sum(|s| s.missing_first + s.missing_last + s.missing_within);
    let due = ours.sum(|s| s.due);
    tell(&format!("T12 no frame missing: {lost} of {due}, {}", reached(lost == 0 && due > 0)));
}

/// A count as a figure.
#[expect(clippy::cast_precision_loss, reason = "memory in KiB is exact in 53 bits")]
const fn kib(count: u64) -> f64 {
    count as f64
}
