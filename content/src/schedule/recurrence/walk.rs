//! Walking a series: what its rule gives, more dates and exceptions, in order, and never without an end.

use std::collections::VecDeque;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};

use super::expand::Expansion;
use super::rule::Ends;
use super::series::{OCCURRENCES_MAX, Series, YEARS_MAX};

/// The limit at which a walk stopped although the series goes on, or may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// It gave [`OCCURRENCES_MAX`] occurrences.
    Occurrences,
    /// It looked [`YEARS_MAX`] years past the start.
    Years,
}

/// The occurrences of a series in order, each once.
pub struct Occurrences<'a> {
    ruled: Ruled<'a>,
    also: &'a [DateTime],
    except: &'a [DateTime],
    given: u16,
    stopped: Option<Stop>,
}

impl<'a> Occurrences<'a> {
    /// A walk from `from` to `until`, both included; it does not look beyond.
    pub(super) fn new(series: &'a Series, from: DateTime, until: DateTime) -> Self {
        let also = series.also();
        let (earlier, last) = (also.partition_point(|wall| *wall < from), also.partition_point(|wall| *wall <= until));
        Self {
            ruled: Ruled::new(series, from, until),
            also: also.get(earlier..last).unwrap_or_default(),
            except: series.except(),
            given: 0,
            stopped: None,
        }
    }

    /// The limit that ended the walk, once it has ended; none when the series itself was over.
    #[must_use]
    pub const fn stopped(&self) -> Option<Stop> {
        self.stopped
    }

    fn earliest(&mut self) -> Option<DateTime> {
        let ruled = self.ruled.peek();
        let also = self.also.first().copied();
        let next = match (ruled, also) {
            (Some(ruled), Some(also)) => ruled.min(also),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => return None,
        };
        if ruled == Some(next) {
            self.ruled.waiting.pop_front();
        }
        if also == Some(next) {
            self.also = self.also.get(1..).unwrap_or_default();
        }
        Some(next)
    }
}

impl Iterator for Occurrences<'_> {
    type Item = DateTime;

    fn next(&mut self) -> Option<DateTime> {
        loop {
            let Some(next) = self.earliest() else {
                self.stopped = self.stopped.or(self.ruled.is_past_horizon.then_some(Stop::Years));
                return None;
            };
            if self.except.binary_search(&next).is_ok() {
                continue;
            }
            if self.given == OCCURRENCES_MAX {
                self.stopped = Some(Stop::Occurrences);
                return None;
            }
            self.given += 1;
            return Some(next);
        }
    }
}

/// What the rule gives, a period at a time.
struct Ruled<'a> {
    expansion: Option<Expansion<'a>>,
    start: DateTime,
    from: DateTime,
    /// The last wall time that is wanted, or that the rule allows.
    until: DateTime,
    /// How many the rule may still give, where it counts them.
    left: Option<u16>,
    /// The last date that is looked at.
    horizon: Date,
    period: i64,
    waiting: VecDeque<DateTime>,
    is_past_horizon: bool,
}

impl<'a> Ruled<'a> {
    fn new(series: &'a Series, from: DateTime, until: DateTime) -> Self {
        let start = series.start();
        let rule = series.recurrence();
        let left = rule.and_then(|rule| match rule.ends() {
            Ends::After(count) => Some(count),
            Ends::Never | Ends::Until(_) => None,
        });
        let expansion = rule.map(|rule| Expansion::new(rule, start.date()));
        // What is counted is counted from the start; everything else is jumped over.
        let is_jumped = left.is_none() && from > start;
        let period = expansion.as_ref().filter(|_| is_jumped).map_or(0, |expansion| expansion.reaching(from.date()));
        let alone = (rule.is_none() && (from..=until).contains(&start)).then_some(start);
        Self {
            expansion,
            start,
            from: from.max(start),
            until: rule.and_then(super::Recurrence::last_wall).map_or(until, |last| last.min(until)),
            left,
            horizon: start.date().saturating_add(YEARS_MAX.years()),
            period,
            waiting: alone.into_iter().collect(),
            is_past_horizon: false,
        }
    }

    /// The next wall time, left in place.
    fn peek(&mut self) -> Option<DateTime> {
        while self.waiting.is_empty() {
            self.fill()?;
        }
        self.waiting.front().copied()
    }

    /// Expands one period; none when there is no further one.
    fn fill(&mut self) -> Option<()> {
        let expansion = self.expansion.as_ref()?;
        let opens = expansion.opens(self.period);
        let is_over = self.left == Some(0) || opens.is_some_and(|opens| opens > self.until.date());
        self.is_past_horizon = !is_over && opens.is_none_or(|opens| opens > self.horizon);
        let dates = if is_over || self.is_past_horizon { None } else { expansion.dates(self.period) };
        let Some(dates) = dates else {
            self.expansion = None;
            return None;
        };
        self.period += 1;
        for date in dates {
            let wall = date.to_datetime(self.start.time());
            if wall < self.start || wall > self.until {
                continue;
            }
            match &mut self.left {
                Some(0) => break,
                Some(left) => *left -= 1,
                None => {}
            }
            if wall >= self.from {
                self.waiting.push_back(wall);
            }
        }
        Some(())
    }
}
