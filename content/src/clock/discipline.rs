//! Discipline: what another machine's clock shows, told from questions and answers over a network and carried on by a clock
//! of one's own that never jumps. Pure: ticks and answers go in, a course comes out.
//!
//! An answer that came back quickly is worth more than a slow one: it cannot be wrong by more than half the time it took.
//! The offsets of the quick ones lie on a line, whose slope is how much faster the other clock runs.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// Answers kept: at one in a quarter of a minute, the last four minutes.
pub const PROBES_KEPT: usize = 16;
/// The most a clock's rate is believed to be off, in parts of a thousand million: worse is no crystal but a fault.
pub const RATE_MAX_PPB: i64 = 300_000;
/// What a rate that is not known yet may be off by: crystals of common machines, and how fast a server's clock is slewed.
const RATE_UNKNOWN_PPB: i64 = 50_000;
/// What a rate told from minutes of answers may be off by: a clock that warms up, or is slewed anew.
const RATE_KNOWN_PPB: i64 = 10_000;
/// A rate is told from answers that lie at least so far apart, in microseconds.
const RATE_SPAN_MIN_US: i64 = 60_000_000;
/// And from so many of them.
const RATE_PROBES_MIN: usize = 5;
/// An answer so far from the course, beyond what its own way explains, contradicts it, in microseconds.
const CONTRADICTION_US: i64 = 2_000;
/// So many contradictions in a row mean that the other clock was set.
const CONTRADICTIONS_MAX: usize = 3;
/// An answer that took so much longer than the quickest one counts half, in microseconds.
const SLOWER_COUNTS_HALF_US: i64 = 100;

/// A question and its answer. Ticks are microseconds of the asker's clock that never jumps; times are microseconds since
/// 1970-01-01 UTC as the other side had them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Probe {
    /// Tick at which it was asked.
    pub asked_tick_us: i64,
    /// The other side's time when it heard the question.
    pub heard_us: i64,
    /// The other side's time when it answered.
    pub told_us: i64,
    /// Tick at which the answer came.
    pub came_tick_us: i64,
}

impl Probe {
    /// How long question and answer were on their way, in microseconds; never negative.
    #[must_use]
    pub const fn round_us(&self) -> i64 {
        let away = self.came_tick_us.saturating_sub(self.asked_tick_us);
        let there = self.told_us.saturating_sub(self.heard_us);
        let round = away.saturating_sub(there);
        if round > 0 { round } else { 0 }
    }

    /// Time less tick, if both ways took as long.
    #[must_use]
    pub const fn offset_us(&self) -> i64 {
        let forth = self.heard_us.saturating_sub(self.asked_tick_us);
        let back = self.told_us.saturating_sub(self.came_tick_us);
        // The mean of two numbers that are near each other, without leaving the numbers.
        forth.saturating_add(back.saturating_sub(forth) / 2)
    }

    const fn middle_tick_us(&self) -> i64 {
        self.asked_tick_us + (self.came_tick_us - self.asked_tick_us) / 2
    }
}

/// Time as a line over ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Course {
    /// At this tick,
    pub tick_us: i64,
    /// it was this time,
    pub time_us: i64,
    /// and time runs so much faster than ticks, in parts of a thousand million.
    pub rate_ppb: i64,
}

impl Course {
    /// The time at a tick.
    #[must_use]
    pub fn at(&self, tick_us: i64) -> i64 {
        let passed = tick_us.saturating_sub(self.tick_us);
        let gained = i128::from(passed) * i128::from(self.rate_ppb) / 1_000_000_000;
        self.time_us.saturating_add(passed).saturating_add(i64::try_from(gained).unwrap_or(0))
    }
}

/// The course of another machine's clock, from the answers it gave.
#[derive(Debug, Clone, Default)]
pub struct Discipline {
    probes: VecDeque<Probe>,
    course: Option<Course>,
    /// Those that contradict the course, one after another.
    doubted: Vec<Probe>,
}

impl Discipline {
    /// Takes an answer in. What is impossible, such as an answer before its question, is left out.
    pub fn learn(&mut self, probe: Probe) {
        let is_backwards = self.probes.back().is_some_and(|last| probe.came_tick_us < last.came_tick_us);
        if probe.came_tick_us < probe.asked_tick_us || probe.told_us < probe.heard_us || is_backwards {
            return;
        }
        if self.contradicts(&probe) {
            self.doubted.push(probe);
            if self.doubted.len() < CONTRADICTIONS_MAX {
                return;
            }
            // The other clock was set, or this machine slept: what was learnt before is of no use.
            (self.probes, self.course) = (std::mem::take(&mut self.doubted).into(), None);
        } else {
            self.doubted.clear();
            self.probes.push_back(probe);
        }
        while self.probes.len() > PROBES_KEPT {
            self.probes.pop_front();
        }
        self.course = self.fit();
    }

    fn contradicts(&self, probe: &Probe) -> bool {
        let Some(course) = self.course else { return false };
        let at = probe.middle_tick_us();
        let off = probe.offset_us().saturating_add(at).saturating_sub(course.at(at));
        // The slower it came and the longer nothing was heard, the more may be explained.
        let explained =
            (probe.round_us() / 2).saturating_add(drift_us(at.saturating_sub(course.tick_us), self.doubt_ppb()));
        off.saturating_abs() > explained.saturating_add(CONTRADICTION_US)
    }

    fn doubt_ppb(&self) -> i64 {
        if self.knows_rate() { RATE_KNOWN_PPB } else { RATE_MAX_PPB }
    }

    /// Time over ticks, once there was an answer.
    #[must_use]
    pub const fn course(&self) -> Option<Course> {
        self.course
    }

    /// By how much the course may be wrong at a tick, in microseconds: half of the quickest way, and what a clock of unknown rate
    /// may have drifted since.
    #[must_use]
    pub fn error_us(&self, tick_us: i64) -> Option<i64> {
        let quickest = self.quickest()?;
        let rate_ppb = if self.knows_rate() { RATE_KNOWN_PPB } else { RATE_UNKNOWN_PPB };
        let last = self.probes.back().map_or(tick_us, |last| last.came_tick_us);
        Some((quickest.round_us() / 2).saturating_add(drift_us(tick_us.saturating_sub(last), rate_ppb)))
    }

    fn quickest(&self) -> Option<&Probe> {
        // Of equals the newest.
        self.probes.iter().rev().min_by_key(|probe| probe.round_us())
    }

    fn knows_rate(&self) -> bool {
        let (Some(first), Some(last)) = (self.probes.front(), self.probes.back()) else { return false };
        self.probes.len() >= RATE_PROBES_MIN && last.came_tick_us - first.came_tick_us >= RATE_SPAN_MIN_US
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "differences of minutes in microseconds are exact in 53 bits"
    )]
    fn fit(&self) -> Option<Course> {
        let quickest = *self.quickest()?;
        let origin_tick = quickest.middle_tick_us();
        let origin_offset = quickest.offset_us();
        if !self.knows_rate() {
            let rate_ppb = self.course.map_or(0, |course| course.rate_ppb);
            return Some(Course { tick_us: origin_tick, time_us: origin_tick + origin_offset, rate_ppb });
        }
        // Weighted least squares around the quickest answer, so that the numbers stay small.
        let best_round = quickest.round_us();
        let (mut w, mut x, mut y, mut xx, mut xy) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for probe in &self.probes {
            let slower = (probe.round_us() - best_round) as f64 / SLOWER_COUNTS_HALF_US as f64;
            let weight = 1.0 / slower.mul_add(slower, 1.0);
            let at = (probe.middle_tick_us() - origin_tick) as f64;
            let off = (probe.offset_us() - origin_offset) as f64;
            w += weight;
            x += weight * at;
            y += weight * off;
            xx += weight * at * at;
            xy += weight * at * off;
        }
        let spread = w.mul_add(xx, -(x * x));
        let slope = if spread > 0.0 { w.mul_add(xy, -(x * y)) / spread } else { 0.0 };
        let most = RATE_MAX_PPB as f64 / 1e9;
        let slope = slope.clamp(-most, most);
        let level = (y - slope * x) / w;
        Some(Course {
            tick_us: origin_tick,
            time_us: origin_tick + origin_offset + level.round() as i64,
            rate_ppb: (slope * 1e9).round() as i64,
        })
    }
}

/// How far clocks may part in a span, one of them so much faster; never negative.
fn drift_us(span_us: i64, rate_ppb: i64) -> i64 {
    i64::try_from(i128::from(span_us.max(0)) * i128::from(rate_ppb) / 1_000_000_000).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EPOCH_US: i64 = 1_800_000_000_000_000;

    /// A far clock that runs `ppm` fast, asked every 16 s over ways that take `forth` and `back` microseconds.
    fn asked(discipline: &mut Discipline, from_s: i64, count: i64, ppm: i64, ways: impl Fn(i64) -> (i64, i64)) {
        let far = |tick: i64| EPOCH_US + tick + tick * ppm / 1_000_000;
        for n in 0..count {
            let (forth, back) = ways(n);
            let asked = (from_s + n * 16) * 1_000_000;
            let heard = far(asked + forth);
            let probe = Probe {
                asked_tick_us: asked,
                heard_us: heard,
                told_us: heard + 5,
                came_tick_us: asked + forth + 5 + back,
            };
            discipline.learn(probe);
        }
    }

    fn off_us(discipline: &Discipline, tick: i64, ppm: i64) -> i64 {
        discipline.course().expect("answers came").at(tick) - (EPOCH_US + tick + tick * ppm / 1_000_000)
    }

    #[test]
    fn one_answer_is_enough_to_begin_with_and_its_error_is_half_its_way() {
        let mut discipline = Discipline::default();
        assert_eq!((discipline.course(), discipline.error_us(0)), (None, None));
        asked(&mut discipline, 10, 1, 0, |_| (100, 300));
        assert_eq!(off_us(&discipline, 11_000_000, 0).abs(), 100, "the ways differ by 200 µs, and nobody can know");
        assert!(discipline.error_us(10_000_405).expect("known") >= 200);
    }

    #[test]
    fn a_clock_that_runs_fast_is_followed_through_a_noisy_network_and_for_minutes_of_silence() {
        let noise = |n: i64| {
            [(90, 95), (4_000, 120), (110, 9_000), (80, 85), (700, 650), (95, 100), (30_000, 90)]
                [usize::try_from(n % 7).expect("small")]
        };
        for ppm in [-120, -20, 0, 37, 250] {
            let mut discipline = Discipline::default();
            asked(&mut discipline, 0, 40, ppm, noise);
            let now = 40 * 16_000_000;
            assert!(off_us(&discipline, now, ppm).abs() < 60, "{ppm} ppm: {} µs", off_us(&discipline, now, ppm));
            let later = now + 300_000_000;
            assert!(
                off_us(&discipline, later, ppm).abs() < 400,
                "{ppm} ppm after 5 min: {} µs",
                off_us(&discipline, later, ppm)
            );
        }
    }

    #[test]
    fn a_clock_that_was_set_is_believed_at_its_third_word_and_one_strange_answer_is_not() {
        let mut discipline = Discipline::default();
        asked(&mut discipline, 0, 12, 0, |_| (100, 100));
        let strange = Probe {
            asked_tick_us: 200_000_000,
            heard_us: EPOCH_US + 900_000_100,
            told_us: EPOCH_US + 900_000_100,
            came_tick_us: 200_000_200,
        };
        discipline.learn(strange);
        assert!(off_us(&discipline, 200_000_000, 0).abs() < 10);
        asked(&mut discipline, 208, 1, 0, |_| (100, 100));
        let set = |tick: i64| Probe {
            asked_tick_us: tick,
            heard_us: EPOCH_US + tick + 500_100,
            told_us: EPOCH_US + tick + 500_100,
            came_tick_us: tick + 200,
        };
        discipline.learn(set(224_000_000));
        discipline.learn(set(240_000_000));
        assert!(off_us(&discipline, 240_000_000, 0).abs() < 10);
        discipline.learn(set(256_000_000));
        assert!((off_us(&discipline, 256_000_000, 0) - 500_000).abs() < 10);
    }

    #[test]
    fn impossible_answers_are_left_out() {
        let mut discipline = Discipline::default();
        discipline.learn(Probe { asked_tick_us: 10, heard_us: 5, told_us: 5, came_tick_us: 9 });
        discipline.learn(Probe { asked_tick_us: 10, heard_us: 5, told_us: 4, came_tick_us: 19 });
        discipline.learn(Probe {
            asked_tick_us: i64::MIN,
            heard_us: i64::MAX,
            told_us: i64::MAX,
            came_tick_us: i64::MIN,
        });
        assert!(discipline.course().is_none_or(|course| course.at(i64::MAX) > 0));
    }
}
