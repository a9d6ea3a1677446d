//! The box's clock: the machine's until the server's is known, and never below the floor. A leap is told to people.
//!
//! What the server says in its welcome is good to a tenth of a second; its answers to datagrams discipline the clock to a small
//! part of a frame, and are carried on over ticks, which nobody can set.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant as Tick};

use anteroom_content::clock::discipline::{Course, Discipline, Probe};
use anteroom_content::clock::{Clock, Instant};
use rustls::pki_types::UnixTime;
use rustls::time_provider::TimeProvider;

use super::limits::{LEAP_MAX_MS, TIME_BORN, WELCOME_TIME_ERROR_MS};
use crate::bridge::tick;

/// The disciplined clock.
pub struct BoxClock {
    wall: Box<dyn Clock>,
    started_us: i64,
    state: Mutex<State>,
}

#[derive(Debug, Clone)]
struct State {
    floor: Instant,
    /// Time over ticks, as it was believed last.
    known: Option<Course>,
    /// The server's answers.
    discipline: Discipline,
}

/// What came of hearing the server's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Learned {
    /// The clock follows the server's.
    Followed,
    /// The machine's clock had stopped; the clock follows the server's, which is so many milliseconds away.
    Leapt(i64),
    /// The server's clock is so many milliseconds away from a machine's clock that looks sound: people must look.
    Doubted(i64),
}

impl std::fmt::Debug for BoxClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BoxClock").field("state", &self.state).finish_non_exhaustive()
    }
}

impl BoxClock {
    /// A clock over the machine's, with the floor that was kept.
    pub fn new(wall: Box<dyn Clock>, floor: Option<Instant>) -> Self {
        let floor = floor.map_or(TIME_BORN, |floor| floor.max(TIME_BORN));
        let state = State { floor, known: None, discipline: Discipline::default() };
        Self { wall, started_us: tick::now_us(), state: Mutex::new(state) }
    }

    /// A clock that stands, for tests.
    #[cfg(test)]
    pub fn fixed(at: Instant) -> Self {
        Self::new(Box::new(anteroom_content::clock::Fixed::at(at)), None)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hears the server's time, which stood so at some moment since `asked`. A clock that may be right is left alone: the
    /// way of a welcome is no ruler for milliseconds.
    pub fn learn(&self, server_time: Instant, asked: Tick) -> Learned {
        let (now_us, tick_us) = (self.now_us(), tick::now_us());
        let took_ms = ms(asked.elapsed());
        // A millisecond either way is how both clocks are read; a disciplined one knows better than a welcome does.
        let slack_ms = if self.error_us().is_some() { WELCOME_TIME_ERROR_MS } else { 1 };
        let off_ms = Instant(now_us.div_euclid(1_000)).ms_since(server_time);
        let may_be_right = (-slack_ms..=took_ms + slack_ms).contains(&off_ms);
        // The server read its own clock about half-way between question and answer.
        let here_us = if may_be_right { now_us } else { server_time.plus_ms(took_ms / 2).0.saturating_mul(1_000) };
        let held = self.state().known;
        let rate_ppb = held.filter(|_| may_be_right).map_or(0, |course| course.rate_ppb);
        let course = Course { tick_us, time_us: here_us, rate_ppb };
        let learned = self.believe(course, tick_us);
        let mut state = self.state();
        if !matches!(learned, Learned::Doubted(_)) {
            state.floor = state.floor.max(server_time);
            if !may_be_right {
                state.discipline = Discipline::default();
            }
        }
        learned
    }

    /// Hears the server's answer to a datagram.
    pub fn follow(&self, probe: Probe) -> Learned {
        let course = {
            let mut state = self.state();
            state.discipline.learn(probe);
            state.discipline.course()
        };
        course.map_or(Learned::Followed, |course| self.believe(course, probe.came_tick_us))
    }

    /// Goes by a course from now on, unless it leads where no sound clock can be.
    fn believe(&self, course: Course, tick_us: i64) -> Learned {
        let (wall, now) = (self.wall.now(), self.now());
        let mut state = self.state();
        let here = Instant(course.at(tick_us).div_euclid(1_000));
        let leap_ms = here.ms_since(now);
        let is_leap = leap_ms.abs() > LEAP_MAX_MS;
        // A machine's clock below the floor has lost its battery: anything is better than that.
        let machine_is_sound = wall >= state.floor || state.known.is_some();
        if here < state.floor.plus_ms(-WELCOME_TIME_ERROR_MS) || (is_leap && machine_is_sound) {
            return Learned::Doubted(leap_ms);
        }
        state.known = Some(course);
        if is_leap { Learned::Leapt(leap_ms) } else { Learned::Followed }
    }

    /// Raises the floor to a moment that was signed by somebody trusted.
    pub fn raise_floor(&self, at: Instant) {
        let mut state = self.state();
        state.floor = state.floor.max(at);
    }

    /// The time is known from the server.
    pub fn is_known(&self) -> bool {
        self.state().known.is_some()
    }

    /// Neither the server nor the machine can tell the time.
    pub fn is_guessing(&self) -> bool {
        let state = self.state();
        state.known.is_none() && self.wall.now() < state.floor
    }

    /// By how much it may be wrong, in microseconds; none while the server has answered no datagram.
    pub fn error_us(&self) -> Option<i64> {
        self.state().discipline.error_us(tick::now_us())
    }

    /// How it runs, as long as nothing more is heard.
    pub fn course(&self) -> Course {
        let known = self.state().known;
        known.unwrap_or_else(|| Course { tick_us: tick::now_us(), time_us: self.now_us(), rate_ppb: 0 })
    }
}

impl Clock for BoxClock {
    fn now(&self) -> Instant {
        Instant(self.now_us().div_euclid(1_000))
    }

    fn now_us(&self) -> i64 {
        let (known, floor) = {
            let state = self.state();
            (state.known, state.floor)
        };
        let tick_us = tick::now_us();
        if let Some(course) = known {
            return course.at(tick_us);
        }
        let (wall_us, floor_us) = (self.wall.now_us(), floor.0.saturating_mul(1_000));
        if wall_us >= floor_us { wall_us } else { floor_us.saturating_add(tick_us - self.started_us) }
    }
}

/// Certificates are judged by this clock too.
#[derive(Debug)]
pub struct CertificateTime(pub Arc<BoxClock>);

impl TimeProvider for CertificateTime {
    fn current_time(&self) -> Option<UnixTime> {
        let since = Duration::from_millis(u64::try_from(self.0.now().0).ok()?);
        Some(UnixTime::since_unix_epoch(since))
    }
}

fn ms(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use anteroom_content::clock::{DAY_MS, Fixed};

    use super::*;

    const NOW: Instant = Instant(1_800_000_000_000);

    fn clock(wall: Instant, floor: Option<Instant>) -> BoxClock {
        BoxClock::new(Box::new(Fixed::at(wall)), floor)
    }

    fn near(given: Instant, wanted: Instant) -> bool {
        given.ms_since(wanted).abs() < 5_000
    }

    #[test]
    fn a_box_whose_clock_says_1970_stands_on_the_floor_and_then_on_the_server() {
        let fresh = clock(Instant(0), None);
        assert!(fresh.is_guessing() && near(fresh.now(), TIME_BORN));
        let old = clock(Instant(0), Some(NOW));
        assert!(near(old.now(), NOW));
        assert_eq!(old.learn(NOW.plus_ms(DAY_MS), Tick::now()), Learned::Followed);
        assert!(near(old.now(), NOW.plus_ms(DAY_MS)));
        assert!(matches!(fresh.learn(NOW, Tick::now()), Learned::Leapt(_)));
        assert!(near(fresh.now(), NOW) && near(Instant(fresh.course().time_us / 1_000), NOW));
    }

    #[test]
    fn a_clock_that_may_be_right_is_left_alone_and_another_is_set_between_question_and_answer() {
        let asked = Tick::now().checked_sub(Duration::from_millis(400)).unwrap();
        for (server_time, offset_ms) in
            [(NOW, 0), (NOW.plus_ms(-399), 0), (NOW.plus_ms(-900), -700), (NOW.plus_ms(800), 1_000)]
        {
            let clock = clock(NOW, None);
            assert_eq!(clock.learn(server_time, asked), Learned::Followed);
            let off_ms = clock.now().ms_since(NOW);
            assert!((off_ms - offset_ms).abs() < 100, "{server_time:?}: {off_ms} ms");
        }
    }

    #[test]
    fn a_leap_of_a_sound_clock_is_doubted_and_time_never_falls_below_the_floor() {
        let sound = clock(NOW, Some(NOW.plus_ms(-DAY_MS)));
        assert!(matches!(sound.learn(NOW.plus_ms(31 * DAY_MS), Tick::now()), Learned::Doubted(_)));
        assert!(near(sound.now(), NOW));
        assert_eq!(sound.learn(NOW.plus_ms(700), Tick::now()), Learned::Followed);
        assert!(matches!(sound.learn(NOW.plus_ms(-2 * DAY_MS), Tick::now()), Learned::Doubted(_)));
    }

    /// The server's answer, its clock so far from this machine's, over ways of a tenth of a millisecond.
    fn answer(clock: &BoxClock, off_us: i64) -> Learned {
        let came_tick_us = tick::now_us();
        let heard_us = NOW.0 * 1_000 + off_us;
        clock.follow(Probe { asked_tick_us: came_tick_us - 200, heard_us, told_us: heard_us, came_tick_us })
    }

    #[test]
    fn answers_set_the_clock_to_a_part_of_a_frame_and_a_welcome_does_not_undo_that() {
        let clock = clock(NOW, None);
        assert_eq!(clock.learn(NOW, Tick::now()), Learned::Followed);
        assert_eq!(clock.error_us(), None);
        assert_eq!(answer(&clock, 40_300), Learned::Followed);
        let off_us = |clock: &BoxClock| clock.now_us() - NOW.0 * 1_000;
        let error_us = clock.error_us().unwrap();
        assert!((40_300..60_000).contains(&off_us(&clock)) && (100..200).contains(&error_us), "{}", off_us(&clock));
        assert_eq!(clock.learn(NOW.plus_ms(-300), Tick::now()), Learned::Followed);
        assert!(off_us(&clock) >= 40_300, "a welcome is no ruler");
        assert_eq!(clock.learn(NOW.plus_ms(9_000), Tick::now()), Learned::Followed);
        assert!(off_us(&clock) >= 8_900_000 && clock.error_us().is_none(), "but a server that was set is believed");
    }

    #[test]
    fn answers_cannot_lead_a_sound_clock_a_month_away_nor_below_the_floor() {
        let clock = clock(NOW, Some(NOW.plus_ms(-DAY_MS)));
        assert_eq!(clock.learn(NOW, Tick::now()), Learned::Followed);
        assert!(matches!(answer(&clock, 40 * DAY_MS * 1_000), Learned::Doubted(_)));
        assert!(near(clock.now(), NOW));
    }
}
