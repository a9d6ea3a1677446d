//! Time: one instant for database, wire and API, and the only reader of the wall clock in the workspace.

pub mod discipline;

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

/// A second, in the unit of [`Instant`].
pub const SECOND_MS: i64 = 1_000;
/// A minute, in the unit of [`Instant`].
pub const MINUTE_MS: i64 = 60 * SECOND_MS;
/// An hour, in the unit of [`Instant`].
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
/// A day of 24 hours, in the unit of [`Instant`].
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// A moment: milliseconds since 1970-01-01 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(pub i64);

impl Instant {
    /// The moment so many milliseconds later (or earlier); stops at the ends of time.
    #[must_use]
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to here; negative when `earlier` is later.
    #[must_use]
    pub const fn ms_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The hour that holds this moment, as hours since 1970-01-01 UTC: the unit of totals and counters.
    #[must_use]
    pub const fn hour(self) -> i64 {
        self.0.div_euclid(HOUR_MS)
    }
}

/// Who is asked for the time. Nothing else in the workspace asks the operating system.
pub trait Clock: Send + Sync {
    /// The moment it is.
    fn now(&self) -> Instant;

    /// The same in microseconds since 1970-01-01 UTC, as finely as the clock is read.
    fn now_us(&self) -> i64 {
        self.now().0.saturating_mul(1_000)
    }
}

/// The wall clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct System;

impl Clock for System {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks")]
    fn now(&self) -> Instant {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Instant(since.map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX)))
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks")]
    fn now_us(&self) -> i64 {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        since.map_or(0, |d| i64::try_from(d.as_micros()).unwrap_or(i64::MAX))
    }
}

/// A clock that stands until it is moved: for tests, simulations and previews.
#[derive(Debug, Default)]
pub struct Fixed(AtomicI64);

impl Fixed {
    /// A clock that shows `at`.
    #[must_use]
    pub const fn at(at: Instant) -> Self {
        Self(AtomicI64::new(at.0))
    }

    /// Moves the clock.
    pub fn set(&self, at: Instant) {
        self.0.store(at.0, Ordering::SeqCst);
    }
}

impl Clock for Fixed {
    fn now(&self) -> Instant {
        Instant(self.0.load(Ordering::SeqCst))
    }
}

/// How a place's wall clocks stand against UTC, for the span a programme may live: computed by the server from the
/// time-zone database and carried to the player, so that an old box agrees with a new one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offsets {
    /// IANA name, for people.
    pub zone: String,
    /// From each instant on, local time is UTC plus so many seconds; in order, the first reaching back for ever.
    pub steps: Vec<(Instant, i32)>,
}

/// The most offset changes carried: two years of a zone with four changes a year, twice over.
pub const OFFSET_STEPS_MAX: usize = 16;

impl Offsets {
    /// A place whose clocks never change.
    #[must_use]
    pub fn fixed(zone: &str, offset_secs: i32) -> Self {
        Self { zone: zone.to_owned(), steps: vec![(Instant(i64::MIN), offset_secs)] }
    }

    /// Reads the offsets of an IANA zone from a year before `around` to two years after it.
    ///
    /// # Errors
    /// [`UnknownZone`] when the bundled database has no such zone.
    pub fn of_zone(zone: &str, around: Instant) -> Result<Self, UnknownZone> {
        let unknown = || UnknownZone(zone.to_owned());
        let tz = jiff::tz::TimeZone::get(zone).map_err(|_| unknown())?;
        let from = jiff::Timestamp::from_millisecond(around.plus_ms(-366 * DAY_MS).0).map_err(|_| unknown())?;
        let until = around.plus_ms(731 * DAY_MS);
        let mut steps = vec![(Instant(i64::MIN), tz.to_offset(from).seconds())];
        for change in tz.following(from).take(OFFSET_STEPS_MAX - 1) {
            let at = Instant(change.timestamp().as_millisecond());
            if at > until {
                break;
            }
            steps.push((at, change.offset().seconds()));
        }
        Ok(Self { zone: zone.to_owned(), steps })
    }

    fn secs_at(&self, at: Instant) -> i32 {
        self.steps.iter().rev().find(|(from, _)| *from <= at).or(self.steps.first()).map_or(0, |(_, secs)| *secs)
    }

    /// What wall clocks show at `at`.
    #[must_use]
    pub fn local(&self, at: Instant) -> DateTime {
        let wall_ms = at.0.saturating_add(i64::from(self.secs_at(at)) * SECOND_MS);
        jiff::Timestamp::from_millisecond(wall_ms)
            .map_or(DateTime::ZERO, |wall| jiff::tz::TimeZone::UTC.to_datetime(wall))
    }

    /// The local date at `at`.
    #[must_use]
    pub fn date(&self, at: Instant) -> Date {
        self.local(at).date()
    }

    /// The moment wall clocks show `minute` minutes after midnight of `date` (1440 is the next midnight). A time that is
    /// skipped when clocks go forward means the moment of the change; one that comes twice means the first.
    #[must_use]
    pub fn instant(&self, date: Date, minute: i32) -> Instant {
        let midnight = date.to_datetime(jiff::civil::Time::midnight());
        let wall_ms = jiff::tz::TimeZone::UTC.to_timestamp(midnight).map_or(0, jiff::Timestamp::as_millisecond)
            + i64::from(minute) * MINUTE_MS;
        // The offset in force just before the change is tried first, so a doubled hour means its first pass.
        let mut earlier_secs = None;
        for (n, (from, secs)) in self.steps.iter().enumerate() {
            let at = Instant(wall_ms.saturating_sub(i64::from(*secs) * SECOND_MS));
            let until = self.steps.get(n + 1).map_or(Instant(i64::MAX), |(next, _)| *next);
            if at < *from && earlier_secs.is_some() {
                return *from;
            }
            if at < until {
                return at;
            }
            earlier_secs = Some(*secs);
        }
        Instant(wall_ms)
    }
}

/// A time zone the bundled database does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no time zone `{0}`: use an IANA name such as `Asia/Shanghai`")]
pub struct UnknownZone(pub String);

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const NOV_2026: Instant = Instant(1_795_000_000_000);

    #[test]
    fn a_wall_time_and_its_moment_agree_in_shanghai() {
        let offsets = Offsets::of_zone("Asia/Shanghai", NOV_2026).expect("known zone");
        let at = offsets.instant(date(2026, 11, 25), 8 * 60);
        assert_eq!(offsets.local(at), date(2026, 11, 25).at(8, 0, 0, 0));
        assert_eq!(offsets.instant(date(2026, 11, 25), 1440), offsets.instant(date(2026, 11, 26), 0));
    }

    #[test]
    fn every_wall_minute_of_a_zone_with_summer_time_has_the_moment_jiff_gives() {
        let offsets = Offsets::of_zone("Europe/Berlin", NOV_2026).expect("known zone");
        let tz = jiff::tz::TimeZone::get("Europe/Berlin").expect("known zone");
        for day in [date(2027, 3, 27), date(2027, 3, 28), date(2027, 10, 30), date(2027, 10, 31)] {
            for minute in 0..1440_i32 {
                let wall = day.at(i8::try_from(minute / 60).unwrap(), i8::try_from(minute % 60).unwrap(), 0, 0);
                let given = offsets.instant(day, minute);
                let ambiguous = tz.to_ambiguous_timestamp(wall);
                let wanted = if ambiguous.offset().is_gap_like() { None } else { ambiguous.earlier().ok() };
                if let Some(wanted) = wanted {
                    assert_eq!(given.0, wanted.as_millisecond(), "{wall}");
                }
            }
        }
    }

    trait GapLike {
        fn is_gap_like(&self) -> bool;
    }
    impl GapLike for jiff::tz::AmbiguousOffset {
        fn is_gap_like(&self) -> bool {
            matches!(self, Self::Gap { .. })
        }
    }

    #[test]
    fn a_skipped_hour_means_the_moment_of_the_change() {
        let offsets = Offsets::of_zone("Europe/Berlin", NOV_2026).expect("known zone");
        let change = offsets.instant(date(2027, 3, 28), 3 * 60);
        assert_eq!(offsets.instant(date(2027, 3, 28), 2 * 60 + 30), change);
        assert!(Offsets::of_zone("Moon/Tycho", NOV_2026).is_err());
    }
}
