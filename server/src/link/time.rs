//! The network's time: what boxes discipline their clocks by. It is the machine's wall clock, but never jumps while the server
//! runs: whoever sets the wall clock has every screen follow slowly, and all of them alike. A wall clock that was wrong by more
//! than a little is followed at once: there is no step to keep with a wrong clock.

use std::sync::Arc;
use std::time::Instant as Tick;

use anteroom_content::clock::Clock;
use anteroom_content::clock::discipline::Course;

/// How fast it nears the wall clock, in parts of a thousand million: no eye and no player notices 0.1 ms a second.
const SLEW_MAX_PPB: i64 = 100_000;
/// Over so long a difference is spread, in microseconds, if the slew allows.
const SLEW_OVER_US: i64 = 60_000_000;
/// A larger difference than this is no drift, in microseconds.
const LEAP_US: i64 = 10_000_000;
/// How often it looks at the wall clock, in microseconds.
const LOOK_EVERY_US: i64 = 1_000_000;

/// The network's time.
pub(super) struct NetworkTime {
    wall: Arc<dyn Clock>,
    born: Tick,
    course: Course,
}

impl std::fmt::Debug for NetworkTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NetworkTime").field("course", &self.course).finish_non_exhaustive()
    }
}

impl NetworkTime {
    /// Begins at the wall clock's time.
    pub(super) fn over(wall: Arc<dyn Clock>) -> Self {
        let course = Course { tick_us: 0, time_us: wall.now_us(), rate_ppb: 0 };
        Self { wall, born: Tick::now(), course }
    }

    /// The time now, in microseconds since 1970-01-01 UTC.
    pub(super) fn now(&mut self) -> i64 {
        let tick_us = self.tick_us(Tick::now());
        self.follow(tick_us);
        self.course.at(tick_us)
    }

    /// The time at a moment that is not long ago.
    pub(super) fn at(&self, moment: Tick) -> i64 {
        self.course.at(self.tick_us(moment))
    }

    fn tick_us(&self, moment: Tick) -> i64 {
        i64::try_from(moment.saturating_duration_since(self.born).as_micros()).unwrap_or(i64::MAX)
    }

    fn follow(&mut self, tick_us: i64) {
        if tick_us.saturating_sub(self.course.tick_us) >= LOOK_EVERY_US {
            self.course = nearer(self.course, tick_us, self.wall.now_us());
        }
    }
}

/// The course from a tick on, at which the wall clock shows `wall_us`.
fn nearer(course: Course, tick_us: i64, wall_us: i64) -> Course {
    let time_us = course.at(tick_us);
    let off_us = wall_us.saturating_sub(time_us);
    if off_us.abs() > LEAP_US {
        tracing::error!(
            clock.off_us = off_us,
            "the machine's clock was set far from where it was; the network follows it at once"
        );
        return Course { tick_us, time_us: wall_us, rate_ppb: 0 };
    }
    let wanted_ppb = i128::from(off_us) * 1_000_000_000 / i128::from(SLEW_OVER_US);
    let rate_ppb = i64::try_from(wanted_ppb).unwrap_or(0).clamp(-SLEW_MAX_PPB, SLEW_MAX_PPB);
    Course { tick_us, time_us, rate_ppb }
}

#[cfg(test)]
mod tests {
    use anteroom_content::clock::{Fixed, Instant};

    use super::*;

    #[test]
    fn a_wall_clock_that_is_set_is_followed_without_a_jump_and_one_that_was_wrong_at_once() {
        let started = Course { tick_us: 0, time_us: 5_000_000_000, rate_ppb: 0 };
        // Two seconds later somebody set the wall clock back by half a second.
        let set = nearer(started, 2_000_000, 5_001_500_000);
        assert_eq!((set.at(2_000_000), set.rate_ppb), (5_002_000_000, -SLEW_MAX_PPB));
        let mut course = set;
        for second in 3..12_000 {
            let before = course.at(second * 1_000_000);
            course = nearer(course, second * 1_000_000, 4_999_500_000 + second * 1_000_000);
            assert_eq!(course.at(second * 1_000_000), before, "no jump at second {second}");
        }
        let off = course.at(12_000_000_000) - (4_999_500_000 + 12_000_000_000);
        assert!(off.abs() < 1_000, "{off} µs are left after three hours");
        let leapt = nearer(course, 12_000_000_000, 99_000_000_000);
        assert_eq!((leapt.at(12_000_000_000), leapt.rate_ppb), (99_000_000_000, 0));
    }

    #[test]
    fn it_goes_on_while_the_wall_clock_stands() {
        let mut time = NetworkTime::over(Arc::new(Fixed::at(Instant(7_000))));
        let first = time.now();
        assert!((7_000_000..7_900_000).contains(&first));
        while time.now() <= first {}
        assert!(time.at(Tick::now()) > first);
    }
}
