//! Random rules as plain numbers, for the tests that hold two readings of the same rule against each other.

use std::fmt::Write as _;

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, ToSpan};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{Recurrence, Series};

pub(super) const CASES: u32 = 10_000;
const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Period {
    Day,
    Week,
    Month,
    Year,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Open,
    Count(u16),
    /// So many days after the start.
    Days(u16),
}

/// A rule before it is a rule. Weekdays are (which, 0 is each; weekday, 0 is Monday).
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) period: Period,
    pub(super) interval: u16,
    pub(super) months: Vec<i8>,
    pub(super) month_days: Vec<i8>,
    pub(super) weekdays: Vec<(i8, usize)>,
    pub(super) positions: Vec<i16>,
    pub(super) week_start: usize,
    pub(super) end: End,
    pub(super) start: Date,
}

impl Draft {
    pub(super) fn text(&self) -> String {
        let word = match self.period {
            Period::Day => "DAILY",
            Period::Week => "WEEKLY",
            Period::Month => "MONTHLY",
            Period::Year => "YEARLY",
        };
        let mut text = format!("FREQ={word};INTERVAL={};WKST={}", self.interval, WEEKDAYS[self.week_start]);
        let weekdays = self.weekdays.iter().map(|(nth, day)| match nth {
            0 => WEEKDAYS[*day].to_owned(),
            nth => format!("{nth}{}", WEEKDAYS[*day]),
        });
        let lists = [
            ("BYMONTH", self.months.iter().map(ToString::to_string).collect::<Vec<_>>()),
            ("BYMONTHDAY", self.month_days.iter().map(ToString::to_string).collect()),
            ("BYDAY", weekdays.collect()),
            ("BYSETPOS", self.positions.iter().map(ToString::to_string).collect()),
        ];
        for (part, entries) in lists.into_iter().filter(|(_, entries)| !entries.is_empty()) {
            write!(text, ";{part}={}", entries.join(",")).expect("a string takes text");
        }
        match self.end {
            End::Open => {}
            End::Count(count) => write!(text, ";COUNT={count}").expect("a string takes text"),
            End::Days(_) => {
                write!(text, ";UNTIL={}", self.until().strftime("%Y%m%dT%H%M%SZ")).expect("a string takes text");
            }
        }
        text
    }

    pub(super) fn start_wall(&self) -> DateTime {
        self.start.at(9, 30, 0, 0)
    }

    /// The last wall time, where the end is one.
    pub(super) fn until(&self) -> DateTime {
        let days = if let End::Days(days) = self.end { i64::from(days) } else { 0 };
        self.start_wall().saturating_add(SignedDuration::from_hours(24 * days))
    }

    /// The last date worth a look: far enough for a few periods.
    pub(super) fn horizon(&self) -> Date {
        let days = match self.period {
            Period::Day => 70,
            Period::Week => 130,
            Period::Month => 420,
            Period::Year => 1_500,
        };
        self.start.saturating_add(days.days())
    }

    /// The series; none when the rule can never fire, the one refusal that a draft may earn.
    pub(super) fn series(&self) -> Option<Series> {
        match Recurrence::parse(&self.text()) {
            Ok(rule) => Some(Series::new(self.start_wall(), Some(rule), vec![], vec![]).expect("a valid series")),
            Err(super::BadRecurrence::NeverFires { .. }) => None,
            Err(other) => unreachable!("{}: {other}", self.text()),
        }
    }
}

/// A list that is often empty.
fn few<T: std::fmt::Debug + Clone + 'static>(
    entry: impl Strategy<Value = T> + 'static,
    most: usize,
) -> BoxedStrategy<Vec<T>> {
    prop_oneof![3 => Just(Vec::new()), 2 => vec(entry, 1..=most)].boxed()
}

fn month_day() -> impl Strategy<Value = i8> {
    prop_oneof![3 => 1..=31_i8, 1 => 28..=31_i8, 2 => -31..=-1_i8]
}

fn position() -> impl Strategy<Value = i16> {
    prop_oneof![6 => prop_oneof![1..=5_i16, -5..=-1_i16], 1 => prop_oneof![1..=60_i16, -60..=-1_i16]]
}

fn nth(period: Period) -> BoxedStrategy<i8> {
    match period {
        Period::Day | Period::Week => Just(0).boxed(),
        Period::Month => prop_oneof![2 => Just(0), 3 => 1..=5_i8, 2 => -5..=-1_i8].boxed(),
        Period::Year => {
            prop_oneof![2 => Just(0), 3 => 1..=5_i8, 2 => -5..=-1_i8, 1 => -53..=-1_i8, 1 => 1..=53_i8].boxed()
        }
    }
}

pub(super) fn draft() -> impl Strategy<Value = Draft> {
    let period = prop_oneof![Just(Period::Day), Just(Period::Week), Just(Period::Month), Just(Period::Year)];
    period.prop_flat_map(|period| {
        let interval = prop_oneof![3 => Just(1_u16), 2 => 2..=4_u16, 1 => 5..=14_u16];
        let month_days = if period == Period::Week { Just(Vec::new()).boxed() } else { few(month_day(), 4) };
        let lists = (few(1..=12_i8, 4), month_days, few((nth(period), 0..7_usize), 4), few(position(), 3));
        let end = prop_oneof![3 => Just(End::Open), 1 => (1..=20_u16).prop_map(End::Count), 1 => (0..=900_u16).prop_map(End::Days)];
        // From 1996, so that leap days come soon and often.
        let start = (0..=12_000_i64).prop_map(|days| {
            jiff::civil::date(1996, 1, 1).saturating_add(SignedDuration::from_hours(24 * days))
        });
        (interval, lists, 0..7_usize, end, start).prop_map(move |(interval, lists, week_start, end, start)| {
            let (months, month_days, weekdays, mut positions) = lists;
            if months.is_empty() && month_days.is_empty() && weekdays.is_empty() {
                positions.clear();
            }
            Draft { period, interval, months, month_days, weekdays, positions, week_start, end, start }
        })
    })
}
