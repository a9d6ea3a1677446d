//! One period of a rule at a time, each reachable by its number: the RFC's table of what BYMONTH, BYMONTHDAY, BYDAY and
//! BYSETPOS add to a day, a week, a month or a year, and what they take away.

use jiff::SignedDuration;
use jiff::civil::{Date, Weekday};

use super::rule::{ByDay, Frequency, Recurrence};

/// A rule with the date that gives its first period and whatever the rule leaves open.
pub(super) struct Expansion<'a> {
    rule: &'a Recurrence,
    start: Date,
}

/// Where a day lies in the span that its weekday is counted in.
#[derive(Clone, Copy)]
struct Place {
    weekday: i8,
    /// From 1.
    day: i16,
    days: i16,
}

impl<'a> Expansion<'a> {
    pub(super) fn new(rule: &'a Recurrence, start: Date) -> Self {
        Self { rule, start }
    }

    /// The first date of period `n`; none after the last date there is.
    pub(super) fn opens(&self, n: i64) -> Option<Date> {
        let periods = n.checked_mul(i64::from(self.rule.interval))?;
        match self.rule.frequency {
            Frequency::Daily => plus_days(self.start, periods),
            Frequency::Weekly => plus_days(self.week_of_start()?, periods.checked_mul(7)?),
            Frequency::Monthly => {
                let months = months_of(self.start).checked_add(periods)?;
                let month = i8::try_from(months.rem_euclid(12)).ok()?;
                Date::new(i16::try_from(months.div_euclid(12)).ok()?, month + 1, 1).ok()
            }
            Frequency::Yearly => {
                let year = i64::from(self.start.year()).checked_add(periods)?;
                Date::new(i16::try_from(year).ok()?, 1, 1).ok()
            }
        }
    }

    /// The number of the last period that opens on or before `date`; 0 for dates before the first one.
    pub(super) fn reaching(&self, date: Date) -> i64 {
        let periods = match self.rule.frequency {
            Frequency::Daily => days_since(date, self.start),
            Frequency::Weekly => self.week_of_start().map_or(0, |week| days_since(date, week).div_euclid(7)),
            Frequency::Monthly => months_of(date) - months_of(self.start),
            Frequency::Yearly => i64::from(date.year()) - i64::from(self.start.year()),
        };
        periods.div_euclid(i64::from(self.rule.interval)).max(0)
    }

    /// The dates of period `n`, in order; they may lie before the start. None after the last date there is.
    pub(super) fn dates(&self, n: i64) -> Option<Vec<Date>> {
        let opens = self.opens(n)?;
        let mut dates = Vec::new();
        match self.rule.frequency {
            Frequency::Daily => dates.extend(self.takes_day(opens).then_some(opens)),
            Frequency::Weekly => {
                let week = (0..7).filter_map(|days| plus_days(opens, days));
                dates.extend(week.filter(|date| self.takes_day_of_week(*date)));
            }
            Frequency::Monthly => {
                if self.takes_month(opens.month()) {
                    self.month(opens, None, &mut dates);
                }
            }
            Frequency::Yearly => self.year(opens, &mut dates),
        }
        if self.rule.by_set_pos.is_empty() { Some(dates) } else { Some(self.chosen(&dates)) }
    }

    fn week_of_start(&self) -> Option<Date> {
        let into = self.start.weekday().since(self.rule.week_start);
        plus_days(self.start, -i64::from(into))
    }

    fn takes_month(&self, month: i8) -> bool {
        self.rule.by_month.is_empty() || self.rule.by_month.contains(&month)
    }

    fn takes_day(&self, date: Date) -> bool {
        let days = date.days_in_month();
        self.takes_month(date.month())
            && (self.rule.by_month_day.is_empty() || self.names_month_day(date.day(), days))
            && (self.rule.by_day.is_empty() || self.names_weekday(date.weekday()))
    }

    fn takes_day_of_week(&self, date: Date) -> bool {
        let weekday = date.weekday();
        let is_named =
            if self.rule.by_day.is_empty() { weekday == self.start.weekday() } else { self.names_weekday(weekday) };
        is_named && self.takes_month(date.month())
    }

    fn names_weekday(&self, weekday: Weekday) -> bool {
        self.rule.by_day.iter().any(|day| day.weekday == weekday)
    }

    fn names_month_day(&self, day: i8, days: i8) -> bool {
        self.rule.by_month_day.iter().any(|named| *named == day || *named == day - days - 1)
    }

    /// The days of a year. Weekdays are counted within the month where the rule names months, else within the year.
    fn year(&self, opens: Date, dates: &mut Vec<Date>) {
        let counts_in_months = !self.rule.by_month.is_empty();
        let is_any_month = self.rule.by_month_day.is_empty() && !self.rule.by_day.is_empty();
        for month in 1..=12 {
            let is_named = if counts_in_months {
                self.rule.by_month.contains(&month)
            } else {
                is_any_month || month == self.start.month()
            };
            let first = Date::new(opens.year(), month, 1).ok().filter(|_| is_named);
            let Some(first) = first else { continue };
            let in_year = (!counts_in_months).then(|| (first.day_of_year() - 1, first.days_in_year()));
            self.month(first, in_year, dates);
        }
    }

    /// The days of the month that begins at `first`. `in_year` is how many days of the year lie before it and how many
    /// the year has, where weekdays are counted within the year.
    fn month(&self, first: Date, in_year: Option<(i16, i16)>, dates: &mut Vec<Date>) {
        let days = first.days_in_month();
        let opens_on = first.weekday().to_monday_zero_offset();
        for day in 1..=days {
            let is_open = self.rule.by_month_day.is_empty();
            let is_day = match (is_open, self.rule.by_day.is_empty()) {
                (true, true) => day == self.start.day(),
                (true, false) => true,
                (false, _) => self.names_month_day(day, days),
            };
            let weekday = (opens_on + day - 1) % 7;
            let place = match in_year {
                None => Place { weekday, day: i16::from(day), days: i16::from(days) },
                Some((before, days)) => Place { weekday, day: before + i16::from(day), days },
            };
            if is_day && (self.rule.by_day.is_empty() || self.rule.by_day.iter().any(|named| place.is(*named))) {
                dates.extend(Date::new(first.year(), first.month(), day).ok());
            }
        }
    }

    /// What BYSETPOS leaves of a period's dates.
    fn chosen(&self, dates: &[Date]) -> Vec<Date> {
        let is_chosen = |n: usize| {
            let from_front = i64::try_from(n + 1).unwrap_or(i64::MAX);
            let from_back = i64::try_from(dates.len() - n).unwrap_or(i64::MAX);
            self.rule.by_set_pos.iter().any(|pos| i64::from(*pos) == from_front || -i64::from(*pos) == from_back)
        };
        dates.iter().enumerate().filter(|(n, _)| is_chosen(*n)).map(|(_, date)| *date).collect()
    }
}

impl Place {
    fn is(self, named: ByDay) -> bool {
        let from_front = (self.day - 1) / 7 + 1;
        let from_back = (self.days - self.day) / 7 + 1;
        named.weekday.to_monday_zero_offset() == self.weekday
            && named.nth.is_none_or(|nth| i16::from(nth) == from_front || -i16::from(nth) == from_back)
    }
}

fn months_of(date: Date) -> i64 {
    i64::from(date.year()) * 12 + i64::from(date.month()) - 1
}

fn days_since(date: Date, earlier: Date) -> i64 {
    date.duration_since(earlier).as_hours() / 24
}

fn plus_days(date: Date, days: i64) -> Option<Date> {
    date.checked_add(SignedDuration::from_secs(days.checked_mul(86_400)?)).ok()
}
