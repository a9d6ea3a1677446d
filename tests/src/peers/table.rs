//! The table a stranger can read: what was measured of each server, and ours as a multiple of each peer's.

use std::time::Duration;

use super::peer::{Side, Taken};
use crate::fleet::kernel;
use crate::harness::Outcome;

/// What stands above the table.
#[derive(Debug)]
pub(super) struct Heading {
    /// Connections to each server.
    pub(super) players: usize,
    /// The machine's load when the run began.
    pub(super) load: String,
    /// What arithmetic alone costs for a handshake.
    pub(super) floor: Duration,
}

/// What was measured of one server.
#[derive(Debug)]
pub(super) struct Column {
    /// What it is called, with its version.
    pub(super) name: String,
    pid: u32,
    before_kib: u64,
    idle_kib: u64,
    pushed_kib: u64,
    /// Its connections were made, part after part.
    pub(super) dials: Vec<Taken>,
    /// Its share of a core while nobody said anything, in per cent.
    pub(super) idle_percent: f64,
    /// Everybody was told something, the first time first.
    pub(super) pushes: Vec<Taken>,
    /// Packets the kernel had no room for; none over TCP, which waits.
    pub(super) dropped: u64,
}

/// A row: what it is, its unit, how many digits after the point, and each server's figure.
struct Row {
    what: &'static str,
    unit: &'static str,
    digits: usize,
    figures: Vec<Option<f64>>,
}

impl Column {
    /// Of a server that nobody is connected to.
    ///
    /// # Errors
    /// When its process is gone.
    pub(super) fn begin(side: &dyn Side) -> Outcome<Self> {
        Ok(Self {
            name: side.name(),
            pid: side.pid(),
            before_kib: kernel::resident_kib(side.pid())?,
            idle_kib: 0,
            pushed_kib: 0,
            dials: Vec::new(),
            idle_percent: 0.0,
            pushes: Vec::new(),
            dropped: 0,
        })
    }

    /// Everybody is connected.
    pub(super) fn note_idle_memory(&mut self) -> Outcome<()> {
        self.idle_kib = kernel::resident_kib(self.pid)?;
        Ok(())
    }

    /// Everybody was told everything.
    pub(super) fn note_pushed_memory(&mut self) -> Outcome<()> {
        self.pushed_kib = kernel::resident_kib(self.pid)?;
        Ok(())
    }

    fn connections(&self) -> usize {
        self.dials.iter().map(|taken| taken.told.count).sum()
    }

    fn kib_each(&self, kib: u64) -> Option<f64> {
        Some(number(kib.saturating_sub(self.before_kib)) / number(u64::try_from(self.connections().max(1)).ok()?))
    }

    fn over_dials(&self, of: impl Fn(&Taken) -> f64) -> Option<f64> {
        median(self.dials.iter().map(of).collect())
    }

    /// The first time is told apart: pages are touched that were not there before.
    fn over_pushes(&self, of: impl Fn(&Taken) -> f64) -> Option<f64> {
        median(self.pushes.iter().skip(1).map(of).collect())
    }
}

/// Tells the table, line by line.
pub(super) fn print(heading: &Heading, columns: &[Column], tell: &mut impl FnMut(&str)) {
    let Some(ours) = columns.first() else { return };
    let floor_us = heading.floor.as_secs_f64() * 1e6;
    tell("");
    tell(&format!(
        "{} connections to each server at the same time, certificates on both sides (P-256, TLS 1.3, AES-128), load {} at \
         the start; medians; × is ours over theirs, so less is better. The clients run on the same cores, so waits include \
         them; the server's processor time is its own.",
        heading.players, heading.load
    ));
    tell("");
    let names = columns.iter().map(|column| column.name.clone());
    let against = columns.iter().skip(1).map(|column| format!("× {}", column.name));
    let names: Vec<String> = names.chain(against).collect();
    tell(&format!("| what | {} |", names.join(" | ")));
    tell(&format!("|---|{}", "---|".repeat(names.len())));
    for row in rows(columns) {
        tell(&row.line());
    }
    tell("");
    let handshake = ours.over_dials(|taken| taken.used.micros_each(taken.told.count)).unwrap_or_default();
    tell(&format!(
        "T3: arithmetic alone takes {floor_us:.0} µs for a handshake; ours takes {:.2} times that, hello, welcome and the \
         manifest in hand included.",
        handshake / floor_us.max(1.0)
    ));
    let size = ours.pushes.first().map_or(0, |taken| taken.size_bytes);
    tell(&format!("T2: our manifest has {size} bytes; {} packets were dropped.", ours.dropped));
}

fn rows(columns: &[Column]) -> Vec<Row> {
    let row = |what, unit, digits, of: &dyn Fn(&Column) -> Option<f64>| Row {
        what,
        unit,
        digits,
        figures: columns.iter().map(of).collect(),
    };
    let ms = |us: u64| number(us) / 1e3;
    let each = |taken: &Taken| taken.used.micros_each(taken.told.count);
    let whole = |taken: &Taken| taken.whole.micros_each(taken.told.count);
    let first = |column: &Column| column.pushes.first().map(each);
    vec![
        row("T1 memory for each connection, idle", "KiB", 1, &|c| c.kib_each(c.idle_kib)),
        row("T1 memory for each connection, after the pushes", "KiB", 1, &|c| c.kib_each(c.pushed_kib)),
        row("T2 processor time for each message, from the first delivery on", "µs", 1, &|c| c.over_pushes(each)),
        row("T2 the same with making, signing and keeping it", "µs", 1, &|c| c.over_pushes(whole)),
        row("T2 the first push", "µs", 1, &first),
        row("T2 size of the message", "bytes", 0, &|c| c.over_pushes(|t| number(t.size_bytes as u64))),
        row("T2 half have heard after", "ms", 0, &|c| c.over_pushes(|t| ms(t.told.p50_us))),
        row("T2 99 of 100 have heard after", "ms", 0, &|c| c.over_pushes(|t| ms(t.told.p99_us))),
        row("T2 the last has heard after", "ms", 0, &|c| c.over_pushes(|t| ms(t.told.last_us))),
        row("T3 processor time for each handshake", "µs", 0, &|c| c.over_dials(each)),
        row("T3 connections made", "a second", 0, &|c| {
            c.over_dials(|t| number(t.told.count as u64) * 1e6 / number(t.told.wall_us.max(1)))
        }),
        row("T5 idle with signs of life every 20 s", "% of a core", 1, &|c| Some(c.idle_percent)),
    ]
}

impl Row {
    fn line(&self) -> String {
        let digits = self.digits;
        let cell = |figure: Option<f64>| figure.map_or_else(|| "–".to_owned(), |figure| format!("{figure:.digits$}"));
        let figures = self.figures.iter().map(|figure| cell(*figure));
        let ours = self.figures.first().copied().flatten();
        let over = self.figures.iter().skip(1).map(|theirs| match ratio(ours, *theirs) {
            Some(ratio) => format!("{ratio:.2}"),
            None => "–".to_owned(),
        });
        let cells: Vec<String> = figures.chain(over).collect();
        format!("| {}, {} | {} |", self.what, self.unit, cells.join(" | "))
    }
}

/// Ours over theirs; none where either is not known or theirs is nothing.
pub(crate) fn ratio(ours: Option<f64>, theirs: Option<f64>) -> Option<f64> {
    Some(ours? / theirs.filter(|theirs| *theirs > 0.0)?)
}

/// The one in the middle, or the mean of the two; none of nothing.
pub(crate) fn median(mut figures: Vec<f64>) -> Option<f64> {
    figures.sort_by(f64::total_cmp);
    let (above, below) = (figures.get(figures.len() / 2)?, figures.get(figures.len().saturating_sub(1) / 2)?);
    Some(f64::midpoint(*above, *below))
}

/// A count as a figure.
#[expect(clippy::cast_precision_loss, reason = "what is counted here is far below 2⁵²")]
pub(super) fn number(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        let check = |given: &[f64], expected: Option<f64>| assert_eq!(median(given.to_vec()), expected, "{given:?}");
        check(&[], None);
        check(&[3.0], Some(3.0));
        check(&[9.0, 1.0, 2.0], Some(2.0));
        check(&[4.0, 1.0, 9.0, 2.0], Some(3.0));
    }

    #[test]
    fn a_row_tells_ours_over_theirs_and_leaves_out_what_is_not_known() {
        let row = Row { what: "T0 x", unit: "µs", digits: 1, figures: vec![Some(5.0), Some(10.0), None, Some(0.0)] };
        assert_eq!(row.line(), "| T0 x, µs | 5.0 | 10.0 | – | 0.0 | 0.50 | – | – |");
        assert_eq!(ratio(None, Some(1.0)), None);
    }
}
