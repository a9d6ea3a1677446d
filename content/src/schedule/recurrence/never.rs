//! Rules that can never fire, found by running them through every kind of year there is.

use jiff::civil::{Date, date};

use super::Never;
use super::expand::Expansion;
use super::rule::{Ends, Frequency, Recurrence};

/// Twenty-eight years in a row without a missing leap day hold every kind of year: leap or not, on each first weekday.
const FIRST_YEAR: i16 = 2_000;
const YEARS: i16 = 28;

/// Why `rule` never fires, whatever its start; none when it does.
pub(super) fn why(rule: &Recurrence) -> Option<Never> {
    let each = Recurrence { interval: 1, ends: Ends::Never, ..rule.clone() };
    if fires(&each) {
        return None;
    }
    let whole = Recurrence { by_set_pos: Vec::new(), ..each };
    if fires(&whole) {
        return Some(Never::Position);
    }
    let any_weekday = Recurrence { by_day: Vec::new(), ..whole };
    Some(if fires(&any_weekday) { Never::Weekday } else { Never::MonthDay })
}

fn fires(rule: &Recurrence) -> bool {
    let last = Date::new(FIRST_YEAR + YEARS - 1, 12, 31).unwrap_or(Date::MAX);
    starts(rule).any(|start| {
        let expansion = Expansion::new(rule, start);
        (0..=expansion.reaching(last)).any(|n| expansion.dates(n).is_some_and(|dates| !dates.is_empty()))
    })
}

/// Starts that differ in what a rule may leave open: the month. On the first of a month nothing else is missed, as
/// every month has a first, and every weekday that a week leaves open exists.
fn starts(rule: &Recurrence) -> impl Iterator<Item = Date> + use<> {
    let months = match rule.frequency {
        Frequency::Yearly if rule.by_month.is_empty() => 12,
        Frequency::Daily | Frequency::Weekly | Frequency::Monthly | Frequency::Yearly => 1,
    };
    (1..=months).filter_map(|month| date(FIRST_YEAR, 1, 1).with().month(month).build().ok())
}
