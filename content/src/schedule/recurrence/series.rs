//! A series: a written start, a rule, more dates and exceptions; its occurrences in order, and any date of it at once.

use std::fmt;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};
use serde::{Deserialize, Serialize};

use super::rule::Recurrence;
use super::walk::{Occurrences, Stop};
use crate::id::RuleId;

/// The most occurrences one walk gives, and the most COUNT may ask for: 27 years of every day.
pub const OCCURRENCES_MAX: u16 = 10_000;
/// How many years after its start a series is looked at: after 400 years the calendar comes round to the same
/// weekdays and leap days, so what has not fallen by then is not worth the search.
pub const YEARS_MAX: i16 = 400;
/// The most additional dates, and the most exceptions: three a day for a year.
pub const EXTRA_MAX: usize = 1_100;

/// Why dates do not make a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSeries {
    /// More additional dates or exceptions than a series keeps.
    #[error("{given} additional dates or exceptions, at most {EXTRA_MAX} are kept: write a rule for them")]
    TooMany {
        /// How many.
        given: usize,
    },
    /// Parts of a second.
    #[error("`{wall}` has parts of a second: occurrences begin on whole seconds")]
    NotWholeSeconds {
        /// The time.
        wall: DateTime,
    },
}

/// Occurrences in local wall time. One is known by its series and its *original* local start ([`OccurrenceId`]), so an
/// exception names a local start and goes on holding when the rule, the end or the other dates are edited; see
/// [`Series::with_start`] for what happens when the start itself moves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Series {
    start: DateTime,
    recurrence: Option<Recurrence>,
    /// RDATE, in order.
    also: Vec<DateTime>,
    /// EXDATE, in order.
    except: Vec<DateTime>,
}

/// A series as it is written down.
#[derive(Serialize, Deserialize)]
struct Written {
    start: DateTime,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    recurrence: Option<Recurrence>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    also: Vec<DateTime>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    except: Vec<DateTime>,
}

impl TryFrom<Written> for Series {
    type Error = BadSeries;
    fn try_from(written: Written) -> Result<Self, BadSeries> {
        Self::new(written.start, written.recurrence, written.also, written.except)
    }
}

impl From<Series> for Written {
    fn from(series: Series) -> Self {
        Self { start: series.start, recurrence: series.recurrence, also: series.also, except: series.except }
    }
}

/// An occurrence's name for ever: the rule that puts it on the air, and the local start it had when the series was
/// expanded, wherever it has been moved since.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OccurrenceId {
    /// The rule that holds the series.
    pub rule: RuleId,
    /// Its original local start.
    pub start: DateTime,
}

impl fmt::Display for OccurrenceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.rule, self.start)
    }
}

impl Series {
    /// A series. A start without a rule is one occurrence. Lists are put in order, duplicates dropped.
    ///
    /// # Errors
    /// [`BadSeries`] when a list is too long or a time has parts of a second.
    pub fn new(
        start: DateTime,
        recurrence: Option<Recurrence>,
        mut also: Vec<DateTime>,
        mut except: Vec<DateTime>,
    ) -> Result<Self, BadSeries> {
        let given = also.len().max(except.len());
        if given > EXTRA_MAX {
            return Err(BadSeries::TooMany { given });
        }
        let walls = also.iter().chain(&except).chain([&start]);
        if let Some(wall) = walls.copied().find(|wall| wall.subsec_nanosecond() != 0) {
            return Err(BadSeries::NotWholeSeconds { wall });
        }
        for list in [&mut also, &mut except] {
            list.sort_unstable();
            list.dedup();
        }
        Ok(Self { start, recurrence, also, except })
    }

    /// Its written start, DTSTART.
    #[must_use]
    pub const fn start(&self) -> DateTime {
        self.start
    }

    /// Its rule.
    #[must_use]
    pub const fn recurrence(&self) -> Option<&Recurrence> {
        self.recurrence.as_ref()
    }

    /// Its additional occurrences, RDATE, in order.
    #[must_use]
    pub fn also(&self) -> &[DateTime] {
        &self.also
    }

    /// The local starts that are left out, EXDATE, in order.
    #[must_use]
    pub fn except(&self) -> &[DateTime] {
        &self.except
    }

    /// The same series with another rule. Exceptions stay as they are: one that names no occurrence now holds again
    /// when a later rule brings its start back.
    #[must_use]
    pub fn with_recurrence(self, recurrence: Option<Recurrence>) -> Self {
        Self { recurrence, ..self }
    }

    /// The same series with another start. Exceptions and additional dates at the old time of day follow to the new
    /// one on their own dates, so a date that was left out stays left out when the series moves from 08:00 to 09:00.
    #[must_use]
    pub fn with_start(mut self, start: DateTime) -> Self {
        let old = self.start.time();
        for wall in self.also.iter_mut().chain(&mut self.except).filter(|wall| wall.time() == old) {
            *wall = wall.date().to_datetime(start.time());
        }
        for list in [&mut self.also, &mut self.except] {
            list.sort_unstable();
            list.dedup();
        }
        Self { start, ..self }
    }

    /// Its occurrences in order, from the first.
    #[must_use]
    pub fn occurrences(&self) -> Occurrences<'_> {
        self.occurrences_from(DateTime::MIN)
    }

    /// Its occurrences in order, from the first that is not before `from`; periods before it are jumped over unless
    /// COUNT must be counted.
    #[must_use]
    pub fn occurrences_from(&self, from: DateTime) -> Occurrences<'_> {
        Occurrences::new(self, from, DateTime::MAX)
    }

    /// The dates between `first` and `last`, both included, on which occurrences begin; in order, each once.
    #[must_use]
    pub fn dates_between(&self, first: Date, last: Date) -> Vec<Date> {
        let until = last.to_datetime(Time::MAX);
        let mut dates: Vec<Date> = Vec::new();
        let mut from = first.to_datetime(Time::MIN);
        loop {
            let mut walk = Occurrences::new(self, from, until);
            let mut last_given = None;
            for wall in walk.by_ref() {
                last_given = Some(wall);
                dates.push(wall.date());
            }
            // A range may hold more than one walk gives: the next walk begins after it.
            match (walk.stopped(), last_given) {
                (Some(Stop::Occurrences), Some(given)) => from = given.saturating_add(1.second()),
                (Some(_) | None, _) => break,
            }
        }
        dates.dedup();
        dates
    }

    /// Says whether an occurrence begins on `date`.
    #[must_use]
    pub fn falls_on(&self, date: Date) -> bool {
        Occurrences::new(self, date.to_datetime(Time::MIN), date.to_datetime(Time::MAX)).next().is_some()
    }
}
