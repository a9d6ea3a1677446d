//! The rule as a value: what it repeats, how often, until when, and its canonical text.

use std::fmt;

use jiff::civil::{Date, DateTime, Weekday};
use serde::{Deserialize, Serialize};

use super::BadRecurrence;

/// The longest text of a rule: every list full, and nothing else fits in a rule.
pub const TEXT_BYTES_MAX: usize = 2_048;
/// The most entries of one list: every day of a month, counted from both ends.
pub const LIST_MAX: usize = 62;
/// The longest interval: ten thousand days are 27 years, longer than a screen lives.
pub const INTERVAL_MAX: u16 = 10_000;

/// How long a period of the rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Frequency {
    /// A day.
    Daily,
    /// A week, from the rule's own first weekday.
    Weekly,
    /// A month of the calendar.
    Monthly,
    /// A year of the calendar.
    Yearly,
}

impl Frequency {
    /// Its word in a rule's text.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Daily => "DAILY",
            Self::Weekly => "WEEKLY",
            Self::Monthly => "MONTHLY",
            Self::Yearly => "YEARLY",
        }
    }
}

/// A weekday, or the n-th of them in the month or year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ByDay {
    /// Which one, from the front (1 is the first) or from the back (-1 is the last); none is each of them.
    pub nth: Option<i8>,
    /// The weekday.
    pub weekday: Weekday,
}

/// The last moment at which a rule may fire, itself included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Until {
    /// The whole of a local date.
    Date(Date),
    /// A local wall time.
    Local(DateTime),
    /// A moment, written as UTC. Without a time zone at hand it is read like a wall time.
    Utc(DateTime),
}

/// When a rule is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ends {
    /// It goes on.
    Never,
    /// After so many occurrences of the rule; exceptions count, additional dates do not.
    After(u16),
    /// After a date or time.
    Until(Until),
}

/// A recurrence rule of RFC 5545: FREQ, INTERVAL, BYMONTH, BYMONTHDAY, BYDAY, BYSETPOS, WKST, COUNT and UNTIL. One that
/// exists can fire. Lists are in order and without duplicates, so equal rules have equal texts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Recurrence {
    pub(super) frequency: Frequency,
    pub(super) interval: u16,
    pub(super) by_month: Vec<i8>,
    pub(super) by_month_day: Vec<i8>,
    pub(super) by_day: Vec<ByDay>,
    pub(super) by_set_pos: Vec<i16>,
    pub(super) week_start: Weekday,
    pub(super) ends: Ends,
}

impl Recurrence {
    /// How long a period is.
    #[must_use]
    pub const fn frequency(&self) -> Frequency {
        self.frequency
    }

    /// Every how many periods; at least 1.
    #[must_use]
    pub const fn interval(&self) -> u16 {
        self.interval
    }

    /// The weekdays it names.
    #[must_use]
    pub fn by_day(&self) -> &[ByDay] {
        &self.by_day
    }

    /// The first day of its weeks: Monday unless the rule says otherwise, whatever a person's language or country.
    #[must_use]
    pub const fn week_start(&self) -> Weekday {
        self.week_start
    }

    /// When it is over.
    #[must_use]
    pub const fn ends(&self) -> Ends {
        self.ends
    }

    /// The same rule with another end.
    #[must_use]
    pub fn ending(mut self, ends: Ends) -> Self {
        self.ends = ends;
        self
    }

    /// The last wall time at which it may fire, where UNTIL names one.
    pub(super) fn last_wall(&self) -> Option<DateTime> {
        match self.ends {
            Ends::Until(Until::Date(date)) => Some(date.to_datetime(jiff::civil::Time::MAX)),
            Ends::Until(Until::Local(wall) | Until::Utc(wall)) => Some(wall),
            Ends::Never | Ends::After(_) => None,
        }
    }
}

/// The two letters of a weekday.
pub(super) const fn letters(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "MO",
        Weekday::Tuesday => "TU",
        Weekday::Wednesday => "WE",
        Weekday::Thursday => "TH",
        Weekday::Friday => "FR",
        Weekday::Saturday => "SA",
        Weekday::Sunday => "SU",
    }
}

impl fmt::Display for ByDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(nth) = self.nth {
            write!(f, "{nth}")?;
        }
        f.write_str(letters(self.weekday))
    }
}

impl fmt::Display for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Date(date) => write!(f, "{}", date.strftime("%Y%m%d")),
            Self::Local(wall) => write!(f, "{}", wall.strftime("%Y%m%dT%H%M%S")),
            Self::Utc(wall) => write!(f, "{}", wall.strftime("%Y%m%dT%H%M%SZ")),
        }
    }
}

impl fmt::Display for Recurrence {
    /// The canonical text, without the prefix `RRULE:`; what is left out has its default.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FREQ={}", self.frequency.word())?;
        if self.interval != 1 {
            write!(f, ";INTERVAL={}", self.interval)?;
        }
        list(f, "BYMONTH", &self.by_month)?;
        list(f, "BYMONTHDAY", &self.by_month_day)?;
        list(f, "BYDAY", &self.by_day)?;
        list(f, "BYSETPOS", &self.by_set_pos)?;
        if self.week_start != Weekday::Monday {
            write!(f, ";WKST={}", letters(self.week_start))?;
        }
        match self.ends {
            Ends::Never => Ok(()),
            Ends::After(count) => write!(f, ";COUNT={count}"),
            Ends::Until(until) => write!(f, ";UNTIL={until}"),
        }
    }
}

fn list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, part: &str, entries: &[T]) -> fmt::Result {
    for (n, entry) in entries.iter().enumerate() {
        if n == 0 {
            write!(f, ";{part}={entry}")?;
        } else {
            write!(f, ",{entry}")?;
        }
    }
    Ok(())
}

impl std::str::FromStr for Recurrence {
    type Err = BadRecurrence;
    fn from_str(text: &str) -> Result<Self, BadRecurrence> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Recurrence {
    type Error = BadRecurrence;
    fn try_from(text: String) -> Result<Self, BadRecurrence> {
        Self::parse(&text)
    }
}

impl From<Recurrence> for String {
    fn from(rule: Recurrence) -> Self {
        rule.to_string()
    }
}
