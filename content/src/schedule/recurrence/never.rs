//! Rules that can never fire, found by running them through every kind of month and year there is.

use jiff::civil::Date;

use super::Never;
use super::expand::Expansion;
use super::rule::{Ends, Frequency, Recurrence};

/// A leap year and another one for each weekday that a year begins on: every year has the days of one of these.
const KINDS_OF_YEAR: [i16; 14] = [2000, 2001, 2002, 2003, 2004, 2005, 2006, 2008, 2009, 2010, 2012, 2016, 2020, 2024];

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
    let chooses_within = |days: usize| {
        let reaches = |pos: &i16| usize::from(pos.unsigned_abs()) <= days;
        rule.by_set_pos.is_empty() || rule.by_set_pos.iter().any(reaches)
    };
    match rule.frequency {
        // A day fires where its month would; there is one of it to choose from.
        Frequency::Daily if rule.by_month_day.is_empty() => chooses_within(1),
        Frequency::Daily => {
            let months = Recurrence { frequency: Frequency::Monthly, by_set_pos: Vec::new(), ..rule.clone() };
            chooses_within(1) && fires_in_a_year(&months)
        }
        // Every month holds whole weeks, so a week holds as many days as it names.
        Frequency::Weekly => chooses_within(rule.by_day.len().max(1)),
        Frequency::Monthly | Frequency::Yearly => fires_in_a_year(rule),
    }
}

/// Runs a rule by months or years through every kind of year.
fn fires_in_a_year(rule: &Recurrence) -> bool {
    let starts = KINDS_OF_YEAR.iter().flat_map(|year| months_left_open(rule).map(|month| Date::new(*year, month, 1)));
    starts.flatten().any(|start| {
        let expansion = Expansion::new(rule, start);
        let last = start.last_of_year();
        (0..=expansion.reaching(last)).any(|n| expansion.dates(n).is_some_and(|dates| !dates.is_empty()))
    })
}

/// The months a start may fill in. Of its days the first is enough, as every month has it.
fn months_left_open(rule: &Recurrence) -> std::ops::RangeInclusive<i8> {
    match rule.frequency {
        Frequency::Yearly if rule.by_month.is_empty() && !rule.by_month_day.is_empty() => 1..=12,
        Frequency::Daily | Frequency::Weekly | Frequency::Monthly | Frequency::Yearly => 1..=1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kinds_of_year_are_all_different() {
        let kinds = KINDS_OF_YEAR.map(|year| {
            let first = jiff::civil::date(year, 1, 1);
            (first.in_leap_year(), first.weekday().to_monday_zero_offset())
        });
        assert_eq!(kinds.into_iter().collect::<std::collections::HashSet<_>>().len(), 14);
    }
}
