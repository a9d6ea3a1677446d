//! The soak: a stage that changes items thousands of times, and what becomes of its memory, handles and punctuality.

use std::time::{Duration, Instant};

use anteroom_content::item::Face;
use serde_json::Value;

use super::{STANDING_TIME_MS, Set, Stage, kept_movie, kept_picture};
use crate::harness::{Colour, Outcome};
use crate::reel::Numbered;

/// How long each item stands by the stage's own clock, in milliseconds.
const DWELL_MS: u32 = 1_000;
/// The glass.
const SIZE: (u32, u32) = (320, 180);
/// An item that comes so much later than planned is late, in milliseconds of real time.
const LATE_MS: i64 = 250;
/// How often memory and handles are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// What is measured before so much of the soak is over is warming up.
const WARM_UP: f64 = 0.25;

/// What is asked of a soak.
#[derive(Debug, Clone, Copy)]
pub struct Soak {
    /// Changes of items.
    pub switches: u64,
    /// So many times faster than life.
    pub pace: u32,
}

/// What was seen.
#[derive(Debug, Clone, Default)]
pub struct Soaked {
    /// Items that came to the glass.
    pub shown: u64,
    /// Of them late.
    pub late: u64,
    /// The latest, in milliseconds of real time.
    pub latest_ms: i64,
    /// Files that could not be shown.
    pub faults: Vec<String>,
    /// How long it took.
    pub took: Duration,
    /// Memory after warming up and at the end, in KiB.
    pub memory_kib: (u64, u64),
    /// By how much memory grew, in MiB an hour of real time: a line through all looks after warming up.
    pub growth_mib_an_hour: f64,
    /// The most open handles in the first half after warming up, and in the second.
    pub handles: (usize, usize),
    /// The most threads, likewise.
    pub threads: (usize, usize),
}

#[derive(Debug, Clone, Copy)]
struct Look {
    at: Duration,
    memory_kib: u64,
    handles: usize,
    threads: usize,
}

impl Soak {
    /// Runs it.
    ///
    /// # Errors
    /// When the stage fails.
    pub fn run(&self, mut told: impl FnMut(&Soaked)) -> Outcome<Soaked> {
        let mut stage = Stage::start(SIZE)?;
        let faces = faces(&stage)?;
        stage.set_clock(STANDING_TIME_MS, (i64::from(self.pace) - 1) * 1_000_000_000)?;
        stage.set(&Set::in_turn(SIZE, &faces, DWELL_MS)?)?;
        let started = Instant::now();
        let mut looks: Vec<Look> = Vec::new();
        let mut soaked = Soaked::default();
        while soaked.shown < self.switches {
            soaked.hear(&stage.hear()?, self.pace);
            if looks.last().is_none_or(|look| started.elapsed() >= look.at + LOOK_EVERY) {
                looks.push(look(stage.pid(), started.elapsed())?);
                soaked.sum_up(&looks);
                told(&soaked);
            }
        }
        soaked.took = started.elapsed();
        Ok(soaked)
    }
}

impl Soaked {
    fn hear(&mut self, word: &Value, pace: u32) {
        match word.get("type").and_then(Value::as_str) {
            Some("shown") => {
                let number = |name: &str| word.get(name).and_then(Value::as_i64).unwrap_or(0);
                let late_ms = (number("at") - number("planned_at")) / i64::from(pace.max(1));
                // The first one is joined wherever it is.
                if self.shown > 0 {
                    self.late += u64::from(late_ms > LATE_MS);
                    self.latest_ms = self.latest_ms.max(late_ms);
                }
                self.shown += 1;
            }
            Some("fault") => self.faults.push(word.to_string()),
            _ => {}
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "memory in KiB is exact in 53 bits")]
    fn sum_up(&mut self, looks: &[Look]) {
        let Some(last) = looks.last() else { return };
        self.took = last.at;
        let warm: Vec<_> =
            looks.iter().filter(|look| look.at.as_secs_f64() >= last.at.as_secs_f64() * WARM_UP).collect();
        let Some(first) = warm.first() else { return };
        self.memory_kib = (first.memory_kib, last.memory_kib);
        // A movie that is open has some of both: what counts is the most there ever are.
        let (early, late) = warm.split_at(warm.len() / 2);
        let most = |looks: &[&Look], of: fn(&Look) -> usize| looks.iter().map(|look| of(look)).max().unwrap_or(0);
        self.handles = (most(early, |look| look.handles), most(late, |look| look.handles));
        self.threads = (most(early, |look| look.threads), most(late, |look| look.threads));
        let n = warm.len() as f64;
        let mean = |of: &dyn Fn(&Look) -> f64| warm.iter().map(|look| of(look)).sum::<f64>() / n;
        let (t, m) = (mean(&|look| look.at.as_secs_f64()), mean(&|look| look.memory_kib as f64));
        let spread: f64 = warm.iter().map(|look| (look.at.as_secs_f64() - t).powi(2)).sum();
        let grown: f64 = warm.iter().map(|look| (look.at.as_secs_f64() - t) * (look.memory_kib as f64 - m)).sum();
        self.growth_mib_an_hour = if spread > 0.0 { grown / spread * 3_600.0 / 1_024.0 } else { 0.0 };
    }
}

/// Two pictures, a movie and words.
fn faces(stage: &Stage) -> Outcome<Vec<Face>> {
    let (files, size) = (stage.files(), (640, 360));
    let workplace = tempfile::tempdir()?;
    let movie = Numbered { clip: 5, frames: 10, fps: 10, size: (640, 360) }.make(workplace.path())?;
    Ok(vec![
        kept_picture(&files, &Colour::BLUE.png(640, 360)?, size)?,
        kept_movie(&files, &std::fs::read(movie)?, size, DWELL_MS)?,
        Face::Card,
        kept_picture(&files, &Colour::GREEN.png(640, 360)?, size)?,
    ])
}

fn look(pid: u32, at: Duration) -> Outcome<Look> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let number = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
    };
    let handles = std::fs::read_dir(format!("/proc/{pid}/fd"))?.count();
    let threads = usize::try_from(number("Threads:"))?;
    Ok(Look { at, memory_kib: number("VmRSS:"), handles, threads })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_a_line_through_the_looks_after_warming_up() {
        let look = |second: u64| Look {
            at: Duration::from_secs(second),
            memory_kib: if second < 25 { 40_000 + second * 1_000 } else { 65_000 + second * 2 },
            handles: 40,
            threads: 12,
        };
        let mut soaked = Soaked::default();
        soaked.sum_up(&(0..=100).map(look).collect::<Vec<_>>());
        assert!((soaked.growth_mib_an_hour - 7_200.0 / 1_024.0).abs() < 0.001, "{soaked:?}");
        assert_eq!(soaked.memory_kib, (65_050, 65_200));
    }
}
