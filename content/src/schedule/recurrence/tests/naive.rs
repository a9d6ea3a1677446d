//! A naive reader of the RFC's table: every day from the start's period on, one after another, asked whether the rule
//! takes it. It shares no code with the fast one, not even the calendar.

use proptest::prelude::*;

use super::random::{CASES, Draft, End, Period, draft};

/// A day of the calendar; its number counts from the first day of the year 1, which was a Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Day {
    year: i32,
    month: i32,
    date: i32,
    number: i32,
}

fn is_leap(year: i32) -> bool {
    year % 400 == 0 || (year % 4 == 0 && year % 100 != 0)
}

fn days_in(year: i32, month: i32) -> i32 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl Day {
    fn of(year: i32, month: i32, day: i32) -> Self {
        let before = year - 1;
        let years = before * 365 + before / 4 - before / 100 + before / 400;
        let months: i32 = (1..month).map(|month| days_in(year, month)).sum();
        Self { year, month, date: day, number: years + months + day - 1 }
    }

    fn next(self) -> Self {
        let number = self.number + 1;
        if self.date < days_in(self.year, self.month) {
            Self { date: self.date + 1, number, ..self }
        } else if self.month < 12 {
            Self { date: 1, month: self.month + 1, number, ..self }
        } else {
            Self { year: self.year + 1, month: 1, date: 1, number }
        }
    }

    fn weekday(self) -> i32 {
        self.number % 7
    }

    fn day_of_year(self) -> i32 {
        (1..self.month).map(|month| days_in(self.year, month)).sum::<i32>() + self.date
    }
}

/// Which period of the rule a day is in; the start's is 0.
fn period(draft: &Draft, start: Day, day: Day) -> i32 {
    let week_start = i32::try_from(draft.week_start).expect("few");
    let week = |day: Day| (day.number - week_start).div_euclid(7);
    match draft.period {
        Period::Day => day.number - start.number,
        Period::Week => week(day) - week(start),
        Period::Month => (day.year - start.year) * 12 + day.month - start.month,
        Period::Year => day.year - start.year,
    }
}

/// The table of RFC 5545, 3.3.10, and what DTSTART fills in.
fn takes(draft: &Draft, start: Day, day: Day) -> bool {
    let month_is_named = draft.months.iter().any(|month| i32::from(*month) == day.month);
    if !draft.months.is_empty() && !month_is_named {
        return false;
    }
    let length = days_in(day.year, day.month);
    let month_day_fits = draft.month_days.iter().any(|named| match i32::from(*named) {
        named @ 1.. => named == day.date,
        named => length + named + 1 == day.date,
    });
    if !draft.month_days.is_empty() && !month_day_fits {
        return false;
    }
    let weekday_fits = draft.weekdays.iter().any(|(nth, weekday)| {
        i32::try_from(*weekday) == Ok(day.weekday()) && (*nth == 0 || is_nth(draft, day, i32::from(*nth)))
    });
    if !draft.weekdays.is_empty() && !weekday_fits {
        return false;
    }
    let (no_day, no_weekday) = (draft.month_days.is_empty(), draft.weekdays.is_empty());
    match draft.period {
        Period::Day => true,
        Period::Week => !no_weekday || day.weekday() == start.weekday(),
        Period::Month => !(no_day && no_weekday) || day.date == start.date,
        Period::Year => {
            let is_any_month = !draft.months.is_empty() || (no_day && !no_weekday);
            (is_any_month || day.month == start.month) && (!(no_day && no_weekday) || day.date == start.date)
        }
    }
}

/// Counts the same weekday through the month, or through the year where the rule names no months.
fn is_nth(draft: &Draft, day: Day, nth: i32) -> bool {
    let in_year = draft.period == Period::Year && draft.months.is_empty();
    let (at, length) = if in_year {
        (day.day_of_year(), if is_leap(day.year) { 366 } else { 365 })
    } else {
        (day.date, days_in(day.year, day.month))
    };
    if nth > 0 {
        let earlier = (1..at).filter(|other| (at - other) % 7 == 0).count();
        i32::try_from(earlier + 1) == Ok(nth)
    } else {
        let later = (at + 1..=length).filter(|other| (other - at) % 7 == 0).count();
        i32::try_from(later + 1) == Ok(-nth)
    }
}

/// What BYSETPOS leaves of a period.
fn chosen(draft: &Draft, days: &[Day]) -> Vec<Day> {
    if draft.positions.is_empty() {
        return days.to_vec();
    }
    let length = i32::try_from(days.len()).expect("few");
    let wanted: Vec<i32> = draft.positions.iter().map(|pos| i32::from(*pos)).collect();
    let is_wanted = |n: i32| wanted.contains(&n) || wanted.contains(&(n - length - 1));
    (1..).zip(days).filter(|(n, _)| is_wanted(*n)).map(|(_, day)| *day).collect()
}

/// The dates of a draft from its start to its horizon.
pub(super) fn dates(draft: &Draft) -> Vec<String> {
    let of = |date: jiff::civil::Date| Day::of(date.year().into(), date.month().into(), date.day().into());
    let (start, horizon) = (of(draft.start), of(draft.horizon()));
    let mut day = match draft.period {
        Period::Day => start,
        Period::Week => of(draft.start.saturating_sub(jiff::SignedDuration::from_hours(24 * 6))),
        Period::Month => Day::of(start.year, start.month, 1),
        Period::Year => Day::of(start.year, 1, 1),
    };
    let last = if let End::Days(days) = draft.end { start.number + i32::from(days) } else { i32::MAX };
    let most = if let End::Count(count) = draft.end { usize::from(count) } else { usize::MAX };
    let (mut dates, mut counted) = (Vec::new(), 0);
    let mut in_period = Vec::new();
    let mut current = period(draft, start, day);
    loop {
        let number = period(draft, start, day);
        if number != current {
            for day in chosen(draft, &in_period) {
                let is_due = day.number >= start.number && day.number <= last && counted < most;
                counted += usize::from(is_due);
                if is_due && day.number <= horizon.number {
                    dates.push(format!("{:04}-{:02}-{:02}", day.year, day.month, day.date));
                }
            }
            in_period.clear();
            current = number;
            if day.number > horizon.number {
                return dates;
            }
        }
        if number >= 0 && number % i32::from(draft.interval) == 0 && takes(draft, start, day) {
            in_period.push(day);
        }
        day = day.next();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, ..ProptestConfig::default() })]

    #[test]
    fn the_fast_reading_and_the_naive_one_agree(draft in draft()) {
        let naive = dates(&draft);
        let until = draft.horizon();
        let fast: Vec<_> = draft.series().map_or_else(Vec::new, |series| {
            let walls = series.occurrences().take_while(|wall| wall.date() <= until);
            walls.map(|wall| wall.date().to_string()).collect()
        });
        prop_assert_eq!(fast, naive, "{} from {}", draft.text(), draft.start);
    }
}

#[test]
fn the_naive_calendar_is_the_calendar() {
    let mut day = Day::of(1896, 1, 1);
    let mut date = jiff::civil::date(1896, 1, 1);
    for _ in 0..90_000 {
        let shown = (i32::from(date.year()), i32::from(date.month()), i32::from(date.day()));
        assert_eq!((day.year, day.month, day.date), shown);
        assert_eq!(day.weekday(), i32::from(date.weekday().to_monday_zero_offset()));
        day = day.next();
        date = date.tomorrow().expect("not the end of time");
    }
}
