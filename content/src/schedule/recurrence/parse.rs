//! From text to rule: the door. What passes here is valid, in order, and can fire.

use jiff::civil::{Date, Time, Weekday};

use super::never;
use super::rule::{ByDay, Ends, Frequency, INTERVAL_MAX, LIST_MAX, Recurrence, TEXT_BYTES_MAX, Until};
use super::{BadRecurrence, OCCURRENCES_MAX};

/// How much of a text is told back to its writer.
const TOLD_CHARS_MAX: usize = 40;

impl Recurrence {
    /// Parses a rule with or without its prefix `RRULE:`, in upper or lower case.
    ///
    /// # Errors
    /// [`BadRecurrence`] names the part that is wrong or does not run here, and says what to write instead.
    pub fn parse(text: &str) -> Result<Self, BadRecurrence> {
        if text.len() > TEXT_BYTES_MAX {
            return Err(BadRecurrence::TooLong { bytes: text.len() });
        }
        let text = text.trim().to_ascii_uppercase();
        let text = text.strip_prefix("RRULE:").unwrap_or(&text);
        if text.is_empty() {
            return Err(BadRecurrence::Empty);
        }
        let mut parts = Parts::default();
        for part in text.split(';') {
            let (name, value) = part.split_once('=').ok_or_else(|| BadRecurrence::NotAPart { text: told(part) })?;
            parts.take(name, value)?;
        }
        let rule = parts.rule()?;
        match never::why(&rule) {
            Some(why) => Err(BadRecurrence::NeverFires { why }),
            None => Ok(rule),
        }
    }
}

/// The parts as they come, each at most once.
#[derive(Default)]
struct Parts {
    frequency: Option<Frequency>,
    interval: Option<u16>,
    by_month: Option<Vec<i8>>,
    by_month_day: Option<Vec<i8>>,
    by_day: Option<Vec<ByDay>>,
    by_set_pos: Option<Vec<i16>>,
    week_start: Option<Weekday>,
    count: Option<u16>,
    until: Option<Until>,
}

impl Parts {
    fn take(&mut self, name: &str, value: &str) -> Result<(), BadRecurrence> {
        match name {
            "FREQ" => once(&mut self.frequency, "FREQ", frequency(value)?),
            "INTERVAL" => once(&mut self.interval, "INTERVAL", interval(value)?),
            "COUNT" => once(&mut self.count, "COUNT", count(value)?),
            "UNTIL" => once(&mut self.until, "UNTIL", until(value).ok_or_else(|| bad("UNTIL", value))?),
            "WKST" => once(&mut self.week_start, "WKST", weekday(value).ok_or_else(|| bad("WKST", value))?),
            "BYMONTH" => once(&mut self.by_month, "BYMONTH", list("BYMONTH", value, month)?),
            "BYMONTHDAY" => once(&mut self.by_month_day, "BYMONTHDAY", list("BYMONTHDAY", value, month_day)?),
            "BYDAY" => once(&mut self.by_day, "BYDAY", list("BYDAY", value, by_day)?),
            "BYSETPOS" => once(&mut self.by_set_pos, "BYSETPOS", list("BYSETPOS", value, set_pos)?),
            _ => Err(BadRecurrence::Unsupported { part: told(name) }),
        }
    }

    fn rule(self) -> Result<Recurrence, BadRecurrence> {
        let frequency = self.frequency.ok_or(BadRecurrence::NoFrequency)?;
        let ends = match (self.count, self.until) {
            (Some(_), Some(_)) => return Err(BadRecurrence::CountAndUntil),
            (Some(count), None) => Ends::After(count),
            (None, Some(until)) => Ends::Until(until),
            (None, None) => Ends::Never,
        };
        let mut rule = Recurrence {
            frequency,
            interval: self.interval.unwrap_or(1),
            by_month: self.by_month.unwrap_or_default(),
            by_month_day: self.by_month_day.unwrap_or_default(),
            by_day: self.by_day.unwrap_or_default(),
            by_set_pos: self.by_set_pos.unwrap_or_default(),
            week_start: self.week_start.unwrap_or(Weekday::Monday),
            ends,
        };
        let counted = rule.by_day.iter().find(|day| day.nth.is_some());
        if let (Frequency::Daily | Frequency::Weekly, Some(day)) = (frequency, counted) {
            return Err(BadRecurrence::OrdinalNotAllowed { day: day.to_string(), frequency });
        }
        if frequency == Frequency::Weekly && !rule.by_month_day.is_empty() {
            return Err(BadRecurrence::MonthDayWeekly);
        }
        let chooses_from = [rule.by_month.len(), rule.by_month_day.len(), rule.by_day.len()];
        if !rule.by_set_pos.is_empty() && chooses_from.iter().all(|entries| *entries == 0) {
            return Err(BadRecurrence::SetPosAlone);
        }
        put_in_order(&mut rule);
        Ok(rule)
    }
}

/// Sorts the lists and drops duplicates: from the front of the period first, then from its back.
fn put_in_order(rule: &mut Recurrence) {
    rule.by_month.sort_unstable();
    rule.by_month.dedup();
    rule.by_month_day.sort_unstable_by_key(|day| (*day < 0, *day));
    rule.by_month_day.dedup();
    rule.by_set_pos.sort_unstable_by_key(|pos| (*pos < 0, *pos));
    rule.by_set_pos.dedup();
    rule.by_day.sort_unstable_by_key(|day| {
        let nth = day.nth.unwrap_or(0);
        (nth < 0, nth, day.weekday.to_monday_zero_offset())
    });
    rule.by_day.dedup();
}

fn told(text: &str) -> String {
    text.chars().take(TOLD_CHARS_MAX).collect()
}

fn bad(part: &'static str, value: &str) -> BadRecurrence {
    BadRecurrence::BadValue { part, value: told(value) }
}

fn once<T>(place: &mut Option<T>, part: &'static str, value: T) -> Result<(), BadRecurrence> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(BadRecurrence::Duplicate { part }),
    }
}

fn list<T>(
    part: &'static str,
    value: &str,
    entry: fn(&str) -> Result<T, BadRecurrence>,
) -> Result<Vec<T>, BadRecurrence> {
    let entries = value.split(',').count();
    if entries > LIST_MAX {
        return Err(BadRecurrence::TooMany { part, entries });
    }
    value.split(',').map(entry).collect()
}

fn frequency(value: &str) -> Result<Frequency, BadRecurrence> {
    match value {
        "DAILY" => Ok(Frequency::Daily),
        "WEEKLY" => Ok(Frequency::Weekly),
        "MONTHLY" => Ok(Frequency::Monthly),
        "YEARLY" => Ok(Frequency::Yearly),
        _ => Err(BadRecurrence::Unsupported { part: told(&format!("FREQ={value}")) }),
    }
}

/// A whole number without a sign.
fn number(part: &'static str, value: &str, most: u16) -> Result<u16, BadRecurrence> {
    let digits = value.bytes().all(|b| b.is_ascii_digit());
    let number = value.parse::<u16>().ok().filter(|number| digits && *number <= most);
    number.ok_or_else(|| bad(part, value))
}

fn interval(value: &str) -> Result<u16, BadRecurrence> {
    match number("INTERVAL", value, INTERVAL_MAX)? {
        0 => Err(BadRecurrence::IntervalZero),
        interval => Ok(interval),
    }
}

fn count(value: &str) -> Result<u16, BadRecurrence> {
    match number("COUNT", value, OCCURRENCES_MAX)? {
        0 => Err(BadRecurrence::CountZero),
        count => Ok(count),
    }
}

fn month(value: &str) -> Result<i8, BadRecurrence> {
    let month = number("BYMONTH", value, 12)?;
    i8::try_from(month).ok().filter(|month| *month > 0).ok_or_else(|| bad("BYMONTH", value))
}

fn month_day(value: &str) -> Result<i8, BadRecurrence> {
    let day = value.parse::<i8>().ok().filter(|day| *day != 0 && (-31..=31).contains(day));
    day.ok_or_else(|| bad("BYMONTHDAY", value))
}

fn set_pos(value: &str) -> Result<i16, BadRecurrence> {
    let pos = value.parse::<i16>().ok().filter(|pos| *pos != 0 && (-366..=366).contains(pos));
    pos.ok_or_else(|| bad("BYSETPOS", value))
}

fn by_day(value: &str) -> Result<ByDay, BadRecurrence> {
    let day = || {
        let (nth, day) = value.split_at_checked(value.len().checked_sub(2)?)?;
        let nth = if nth.is_empty() { None } else { Some(nth.parse::<i8>().ok()?) };
        Some(ByDay { nth, weekday: weekday(day)? })
    };
    match day() {
        Some(ByDay { nth: Some(0), .. }) => Err(BadRecurrence::OrdinalZero { day: told(value) }),
        Some(day) if day.nth.is_none_or(|nth| (-53..=53).contains(&nth)) => Ok(day),
        Some(_) | None => Err(bad("BYDAY", value)),
    }
}

fn weekday(value: &str) -> Option<Weekday> {
    match value {
        "MO" => Some(Weekday::Monday),
        "TU" => Some(Weekday::Tuesday),
        "WE" => Some(Weekday::Wednesday),
        "TH" => Some(Weekday::Thursday),
        "FR" => Some(Weekday::Friday),
        "SA" => Some(Weekday::Saturday),
        "SU" => Some(Weekday::Sunday),
        _ => None,
    }
}

fn until(value: &str) -> Option<Until> {
    let Some((date, time)) = value.split_once('T') else {
        return basic_date(value).map(Until::Date);
    };
    let (time, is_utc) = time.strip_suffix('Z').map_or((time, false), |time| (time, true));
    let wall = basic_date(date)?.to_datetime(basic_time(time)?);
    Some(if is_utc { Until::Utc(wall) } else { Until::Local(wall) })
}

fn basic_date(text: &str) -> Option<Date> {
    if text.len() != 8 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (year, month, day) = (text.get(..4)?, text.get(4..6)?, text.get(6..)?);
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

fn basic_time(text: &str) -> Option<Time> {
    if text.len() != 6 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (hour, minute, second) = (text.get(..2)?, text.get(2..4)?, text.get(4..)?);
    Time::new(hour.parse().ok()?, minute.parse().ok()?, second.parse().ok()?, 0).ok()
}
