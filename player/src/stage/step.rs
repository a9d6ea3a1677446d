//! Step: how late frames come to the glass, told from presented frames.

use std::collections::VecDeque;

use crate::bridge::StageSteps;

/// Over so long lateness is told, in microseconds.
const WINDOW_US: i64 = 10_000_000;
/// The most frames looked at: ten seconds of the fastest movie.
const FRAMES_MAX: usize = 1_200;
/// Frames that are so late were not late but moved, as when the clock was set: they say nothing of how steps are kept.
const LATE_MAX_US: i64 = 5_000_000;

/// How a screen keeps step.
#[derive(Debug, Default)]
pub(super) struct Step {
    /// When what is drawn now was due, in microseconds since 1970-01-01 UTC.
    due_us: Option<i64>,
    /// When, by tick, and how late.
    late: VecDeque<(i64, i64)>,
    skipped: u64,
}

impl Step {
    /// What is drawn now was due then, and so many frames were left out before it.
    pub(super) fn due(&mut self, due_us: i64, skipped: u32) {
        self.due_us = Some(due_us);
        self.skipped = self.skipped.saturating_add(u64::from(skipped));
    }

    /// It was presented at a time; and by tick.
    pub(super) fn presented(&mut self, time_us: i64, tick_us: i64) {
        let Some(due_us) = self.due_us.take() else { return };
        let late_us = time_us.saturating_sub(due_us);
        if late_us.saturating_abs() > LATE_MAX_US {
            return;
        }
        if self.late.len() >= FRAMES_MAX {
            self.late.pop_front();
        }
        self.late.push_back((tick_us, late_us));
    }

    /// How it was in the last seconds; none while nothing moved.
    pub(super) fn steps(&mut self, tick_us: i64) -> Option<StageSteps> {
        while self.late.front().is_some_and(|(at, _)| tick_us.saturating_sub(*at) > WINDOW_US) {
            self.late.pop_front();
        }
        // Too early is as bad as too late.
        let mut late: Vec<u64> = self.late.iter().map(|(_, late)| late.unsigned_abs()).collect();
        late.sort_unstable();
        let late_p95_us = late.get((late.len() * 95 / 100).min(late.len().checked_sub(1)?)).copied()?;
        Some(StageSteps { late_p95_us, skipped: self.skipped })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lateness_is_told_of_the_last_seconds_and_a_clock_that_was_set_is_not_lateness() {
        let mut step = Step::default();
        assert_eq!(step.steps(0), None);
        for n in 0..100 {
            step.due(n * 40_000, u32::from(n == 7));
            step.presented(n * 40_000 + if n >= 94 { 9_000 } else { 1_000 }, n * 40_000);
        }
        step.presented(1, 1);
        assert_eq!(step.steps(4_000_000), Some(StageSteps { late_p95_us: 9_000, skipped: 1 }));
        step.due(0, 0);
        step.presented(3_600_000_000, 4_000_000);
        assert_eq!(step.steps(4_000_000), Some(StageSteps { late_p95_us: 9_000, skipped: 1 }));
        assert_eq!(step.steps(60_000_000), None, "nothing moves any more");
    }
}
