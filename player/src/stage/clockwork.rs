//! The stage's clock: what the agent says of the time, carried on over ticks that nobody can set. A correction is not jumped to
//! but neared, a little faster or slower than the clock runs, so that a movie keeps moving and nobody sees a seam.

use std::time::Instant as Moment;

use anteroom_content::clock::discipline::Course;
use anteroom_content::clock::{Clock, Instant, System};
use bevy::prelude::Resource;

use crate::bridge::tick;

/// How fast a correction is neared, in millionths: two frames more or fewer in a hundred are not seen.
const SLEW_PPM: i64 = 20_000;
/// A larger correction than this is jumped to, in microseconds: nearing it would take minutes.
const JUMP_US: i64 = 1_000_000;
/// A frame is never begun earlier than this before it is due, in microseconds, however long drawing takes.
const LEAD_MAX_US: i64 = 25_000;
/// How much one frame counts in how long drawing takes: a sixteenth.
const LEAD_SHARE: i64 = 16;

/// The disciplined clock, as the glass goes by it.
#[derive(Debug, Clone, Copy, Resource)]
pub(super) struct Clockwork {
    course: Course,
    /// By so much it was ahead of the course,
    ahead_us: i64,
    /// at this tick.
    since_us: i64,
    /// Somebody has said what time it is.
    is_told: bool,
    /// How long it takes from the beginning of a frame until it is presented, in microseconds.
    lead_us: i64,
}

impl Clockwork {
    /// Goes by the machine's wall clock, until it is told better.
    pub(super) fn new(clock: System) -> Self {
        let tick_us = tick::now_us();
        let course = Course { tick_us, time_us: clock.now_us(), rate_ppb: 0 };
        Self { course, ahead_us: 0, since_us: tick_us, is_told: false, lead_us: 0 }
    }

    /// Goes by a course from now on.
    pub(super) fn follow(&mut self, course: Course) {
        let tick_us = tick::now_us();
        let ahead_us = self.us_at(tick_us).saturating_sub(course.at(tick_us));
        let is_far = ahead_us.saturating_abs() > JUMP_US || !self.is_told;
        let ahead_us = if is_far { 0 } else { ahead_us };
        *self = Self { course, ahead_us, since_us: tick_us, is_told: true, lead_us: self.lead_us };
    }

    /// The disciplined time now.
    pub(super) fn now(&self) -> Instant {
        Instant(self.now_us().div_euclid(1_000))
    }

    /// The same, in microseconds since 1970-01-01 UTC.
    pub(super) fn now_us(&self) -> i64 {
        self.us_at(tick::now_us())
    }

    /// When what is drawn now will be seen, in microseconds since 1970-01-01 UTC.
    pub(super) fn seen_us(&self) -> i64 {
        self.now_us().saturating_add(self.lead_us)
    }

    /// The disciplined time at a moment of the clock that never jumps.
    pub(super) fn at(&self, moment: Moment) -> Instant {
        Instant(self.us_at(tick::of(moment)).div_euclid(1_000))
    }

    /// The disciplined time at a tick, in microseconds.
    pub(super) fn us_at(&self, tick_us: i64) -> i64 {
        let neared = tick_us.saturating_sub(self.since_us).max(0).saturating_mul(SLEW_PPM) / 1_000_000;
        let left = (self.ahead_us.saturating_abs() - neared).max(0);
        self.course.at(tick_us).saturating_add(left * self.ahead_us.signum())
    }

    /// A frame took so long from its beginning until it was presented.
    pub(super) fn note_drawing(&mut self, took_us: i64) {
        let took_us = took_us.clamp(0, LEAD_MAX_US);
        self.lead_us += (took_us - self.lead_us) / LEAD_SHARE;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(time_us: i64) -> Clockwork {
        let mut clock = Clockwork::new(System);
        let tick_us = tick::now_us();
        clock.follow(Course { tick_us, time_us, rate_ppb: 0 });
        clock
    }

    #[test]
    fn the_first_word_is_believed_at_once_and_a_correction_is_neared_without_a_jump_or_a_step_back() {
        let clock = told(50_000_000);
        let tick_us = clock.since_us;
        assert!((50_000_000..51_000_000).contains(&clock.now_us()), "the wall clock is forgotten");
        for off_us in [-400_000, -90_000, 90_000, 999_000] {
            let mut set = clock;
            set.follow(Course { tick_us, time_us: 50_000_000 + off_us, rate_ppb: 0 });
            let start = set.since_us;
            let mut before = set.us_at(start);
            assert!((before - clock.us_at(start)).abs() < 1_000, "no jump");
            for passed in (0..60_000_000).step_by(40_000) {
                let at = set.us_at(start + passed);
                let moved = at - before;
                assert!(passed == 0 || (39_000..=41_000).contains(&moved), "{off_us}: {moved} µs in a frame of 40 ms");
                before = at;
            }
            let later = start + 60_000_000;
            assert_eq!(set.us_at(later), 50_000_000 + off_us + later - tick_us, "after a minute it is there");
        }
        let mut leapt = clock;
        leapt.follow(Course { tick_us, time_us: 52_000_000, rate_ppb: 0 });
        assert!(leapt.now_us() >= 52_000_000);
    }

    #[test]
    fn it_learns_how_long_drawing_takes_and_one_slow_frame_changes_little() {
        let mut clock = told(0);
        (0..200).for_each(|_| clock.note_drawing(8_000));
        assert!((7_900..=8_000).contains(&clock.lead_us));
        clock.note_drawing(500_000);
        assert!(clock.lead_us < 9_200);
    }
}
