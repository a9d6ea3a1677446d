//! Windows: on which days and between which wall times something is on the air. Half-open; a window over midnight belongs
//! to the day it starts on. A day has at most one occurrence, so its date is the occurrence's name through every edit.

use jiff::civil::{Date, DateTime, Weekday};
use serde::{Deserialize, Serialize};

use super::{Calendar, DayKinds, Recurrence, Series};
use crate::clinic::Weeks;
use crate::clock::{Instant, Offsets};

/// The most single days a window may add, drop or move.
pub const CHANGES_MAX: usize = 400;

/// A set of weekdays; bit 0 is Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Weekdays(pub u8);

impl Weekdays {
    /// Monday to Sunday.
    pub const ALL: Self = Self(0b111_1111);
    /// Monday to Friday.
    pub const WORKDAYS: Self = Self(0b001_1111);

    /// Holds `day`.
    #[must_use]
    pub fn holds(self, day: Weekday) -> bool {
        self.0 & (1 << day.to_monday_zero_offset()) != 0
    }
}

impl Default for Weekdays {
    fn default() -> Self {
        Self::ALL
    }
}

/// Which weekday a day counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CountsAs {
    /// Its own.
    #[default]
    Itself,
    /// The one whose timetable it follows: on a make-up day (调休) the one it makes up for.
    ItsTimetable,
}

/// Wall times of a day, half-open, in minutes after local midnight; at or below `from_min` the end lies on the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Hours {
    /// First minute, 0 to 1439.
    pub from_min: u16,
    /// First minute after the end, 1 to 1440.
    pub to_min: u16,
}

/// Other wall times on some days of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct HoursOn {
    /// On these weekdays …
    #[serde(default)]
    pub days: Weekdays,
    /// … of these kinds.
    #[serde(default)]
    pub kinds: DayKinds,
    /// The times; `None` is not on the air.
    pub hours: Option<Hours>,
}

/// What became of one occurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Change {
    /// The date on which it would have started: its name.
    pub on: Date,
    /// Where it went; `None` is dropped.
    #[serde(default)]
    pub to: Option<Moved>,
}

/// Where an occurrence was moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Moved {
    /// The date it starts on now.
    pub date: Date,
    /// Its times there.
    pub hours: Hours,
}

/// An occurrence where it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Occurrence {
    /// Its name: the date on which it starts by the plan.
    pub on: Date,
    /// The date it starts on.
    pub date: Date,
    /// Its times there.
    pub hours: Hours,
}

/// Dates, weekdays and wall times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// First date, inclusive; none is for ever.
    #[serde(default)]
    pub first: Option<Date>,
    /// Last date, inclusive; none is for ever.
    #[serde(default)]
    pub last: Option<Date>,
    /// On which weekdays it starts.
    #[serde(default)]
    pub days: Weekdays,
    /// Which weekday a make-up day counts as.
    #[serde(default)]
    pub counts_as: CountsAs,
    /// In which weeks it starts (单双周), by the ISO week number.
    #[serde(default)]
    pub weeks: Weeks,
    /// On which kinds of day it starts.
    #[serde(default)]
    pub kinds: DayKinds,
    /// On which dates it starts, by a rule of RFC 5545 that begins on the first date; needs one.
    #[serde(default)]
    pub recurrence: Option<Recurrence>,
    /// First minute after local midnight, 0 to 1439.
    pub from_min: u16,
    /// First minute after the end, up to 1440; at or below `from_min` it lies on the next day.
    pub to_min: u16,
    /// Other times on some days; the first that fits wins.
    #[serde(default)]
    pub hours_on: Vec<HoursOn>,
    /// Dates on which it starts although nothing above says so.
    #[serde(default)]
    pub also: Vec<Date>,
    /// Occurrences that were dropped or moved.
    #[serde(default)]
    pub changes: Vec<Change>,
    /// IANA time zone of its wall times, where they are not the place's own.
    #[serde(default)]
    pub time_zone: Option<String>,
}

impl Window {
    /// All day, every day.
    pub const ALWAYS: Self = Self {
        first: None,
        last: None,
        days: Weekdays::ALL,
        counts_as: CountsAs::Itself,
        weeks: Weeks::Every,
        kinds: DayKinds::ALL,
        recurrence: None,
        from_min: 0,
        to_min: 1440,
        hours_on: Vec::new(),
        also: Vec::new(),
        changes: Vec::new(),
        time_zone: None,
    };

    /// An occurrence starts on `date` by the plan, before single days were changed.
    #[must_use]
    pub fn is_planned(&self, date: Date, calendar: &Calendar) -> bool {
        if self.first.is_some_and(|first| date < first) || self.last.is_some_and(|last| date > last) {
            return false;
        }
        if self.also.contains(&date) {
            return true;
        }
        if !self.recurs_on(date) {
            return false;
        }
        if self.days == Weekdays::ALL && self.weeks == Weeks::Every && self.kinds == DayKinds::ALL {
            return true;
        }
        let day = calendar.day(date);
        let weekday = match self.counts_as {
            CountsAs::Itself => date.weekday(),
            CountsAs::ItsTimetable => day.weekday,
        };
        self.days.holds(weekday) && self.weeks.hold(date) && self.kinds.holds(day.kind)
    }

    /// The rule of RFC 5545 takes `date`, where there is one.
    pub(super) fn recurs_on(&self, date: Date) -> bool {
        if self.recurrence.is_none() {
            return true;
        }
        let Some(start) = self.start() else { return false };
        let series = Series::new(start, self.recurrence.clone(), Vec::new(), Vec::new());
        series.is_ok_and(|series| series.falls_on(date))
    }

    /// Where its recurrence starts, by wall time.
    pub(super) fn start(&self) -> Option<DateTime> {
        let minute = |min: u16, per: u16| i8::try_from(min / per).unwrap_or(0);
        Some(self.first?.at(minute(self.from_min.min(1439), 60), minute(self.from_min % 60, 1), 0, 0))
    }

    /// The times of an occurrence that starts on `date` by the plan; none when it is not on the air that day.
    #[must_use]
    pub fn hours(&self, date: Date, calendar: &Calendar) -> Option<Hours> {
        if !self.hours_on.is_empty() {
            let day = calendar.day(date);
            let weekday = match self.counts_as {
                CountsAs::Itself => date.weekday(),
                CountsAs::ItsTimetable => day.weekday,
            };
            let fits = |on: &&HoursOn| on.days.holds(weekday) && on.kinds.holds(day.kind);
            if let Some(other) = self.hours_on.iter().find(fits) {
                return other.hours;
            }
        }
        Some(Hours { from_min: self.from_min, to_min: self.to_min })
    }

    /// The occurrences that start on `date`: the planned one, and those that were moved there.
    #[must_use]
    pub fn occurrences(&self, date: Date, calendar: &Calendar) -> Vec<Occurrence> {
        let mut found = Vec::new();
        let is_changed = self.changes.iter().any(|change| change.on == date);
        if !is_changed && self.is_planned(date, calendar) {
            found.extend(self.hours(date, calendar).map(|hours| Occurrence { on: date, date, hours }));
        }
        for change in &self.changes {
            if let Some(to) = change.to.filter(|to| to.date == date && self.is_planned(change.on, calendar)) {
                found.push(Occurrence { on: change.on, date, hours: to.hours });
            }
        }
        found
    }

    /// The spans of the occurrences that start on `date`.
    #[must_use]
    pub fn spans(&self, date: Date, calendar: &Calendar, offsets: &Offsets) -> Vec<(Instant, Instant)> {
        let occurrences = self.occurrences(date, calendar).into_iter();
        occurrences.map(|one| one.hours.span(one.date, offsets)).filter(|(from, to)| from < to).collect()
    }

    /// Minutes of the occurrences that start on `date`, by wall time.
    #[must_use]
    pub fn minutes(&self, date: Date, calendar: &Calendar) -> u32 {
        self.occurrences(date, calendar).iter().map(|one| one.hours.minutes()).sum()
    }
}

impl Hours {
    /// How many minutes by wall time.
    #[must_use]
    pub fn minutes(self) -> u32 {
        let over = if self.to_min <= self.from_min { 1440 } else { 0 };
        u32::from(self.to_min) + over - u32::from(self.from_min)
    }

    /// From when until when, starting on `date`.
    #[must_use]
    pub fn span(self, date: Date, offsets: &Offsets) -> (Instant, Instant) {
        let from = i32::from(self.from_min);
        let to = i32::from(self.to_min) + if self.to_min <= self.from_min { 1440 } else { 0 };
        (offsets.instant(date, from), offsets.instant(date, to))
    }
}
