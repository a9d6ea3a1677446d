//! The box's clock: the machine's until the server's is known, and never below the floor. A leap is told to people.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant as Tick};

use anteroom_content::clock::{Clock, Instant};
use rustls::pki_types::UnixTime;
use rustls::time_provider::TimeProvider;

use super::limits::{LEAP_MAX_MS, TIME_BORN};

/// The disciplined clock.
pub struct BoxClock {
    wall: Box<dyn Clock>,
    started: Tick,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy)]
struct State {
    floor: Instant,
    /// A moment that was believed, and when on the clock that never jumps.
    known: Option<(Tick, Instant)>,
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
        Self { wall, started: Tick::now(), state: Mutex::new(State { floor, known: None }) }
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
    /// way of an answer is no ruler for milliseconds, and machines that share a time server agree better without it.
    pub fn learn(&self, server_time: Instant, asked: Tick) -> Learned {
        let (wall, now, tick) = (self.wall.now(), self.now(), Tick::now());
        let mut state = self.state();
        let took_ms = ms(tick.duration_since(asked));
        let may_be_right = (-1..=took_ms + 1).contains(&now.ms_since(server_time));
        // A millisecond either way is how both clocks are read. The server read its own about half-way between question and answer.
        let here = if may_be_right { now } else { server_time.plus_ms(took_ms / 2) };
        let leap_ms = here.ms_since(now);
        let is_leap = leap_ms.abs() > LEAP_MAX_MS;
        // A machine's clock below the floor has lost its battery: anything is better than that.
        let machine_is_sound = wall >= state.floor || state.known.is_some();
        if here < state.floor || (is_leap && machine_is_sound) {
            return Learned::Doubted(leap_ms);
        }
        state.known = Some((tick, here));
        state.floor = state.floor.max(server_time);
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
        let state = *self.state();
        state.known.is_none() && self.wall.now() < state.floor
    }

    /// What to add to the machine's wall clock.
    pub fn offset_ms(&self) -> i64 {
        self.now().ms_since(self.wall.now())
    }
}

impl Clock for BoxClock {
    fn now(&self) -> Instant {
        let state = *self.state();
        if let Some((tick, at)) = state.known {
            return at.plus_ms(ms(tick.elapsed()));
        }
        let wall = self.wall.now();
        if wall >= state.floor { wall } else { state.floor.plus_ms(ms(self.started.elapsed())) }
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
        assert!(near(fresh.now(), NOW) && near(Instant(fresh.offset_ms()), NOW));
    }

    #[test]
    fn a_clock_that_may_be_right_is_left_alone_and_another_is_set_between_question_and_answer() {
        let asked = Tick::now().checked_sub(Duration::from_millis(400)).unwrap();
        for (server_time, offset_ms) in
            [(NOW, 0), (NOW.plus_ms(-399), 0), (NOW.plus_ms(-900), -700), (NOW.plus_ms(800), 1_000)]
        {
            let clock = clock(NOW, None);
            assert_eq!(clock.learn(server_time, asked), Learned::Followed);
            assert!((clock.offset_ms() - offset_ms).abs() < 100, "{server_time:?}: {} ms", clock.offset_ms());
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
}
