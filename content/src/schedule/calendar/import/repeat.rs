//! Repetition of an all-day event: the simple ones (every day, week or year, with an end) are unrolled, others refused.

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};

use crate::schedule::calendar::import::event::{plain_date, shown};
use crate::schedule::calendar::import::lines::Line;
use crate::schedule::calendar::import::{DAYS_MAX, ImportError};

/// How far a repetition goes.
#[derive(Clone, Copy)]
enum End {
    Count(usize),
    Until(Date),
}

/// The first days of an event that starts on `first` and repeats by `line`.
pub(super) fn starts(line: &Line, first: Date) -> Result<Vec<Date>, ImportError> {
    let refuse = |what: &str| ImportError::Unsupported { line: line.number, what: format!("RRULE {}", shown(what)) };
    let (mut every, mut end) = ("", None);
    for part in line.value.trim().split(';') {
        match part.split_once('=') {
            Some(("FREQ", frequency)) => every = frequency,
            Some(("COUNT", count)) if end.is_none() => {
                let count = count.parse().ok().filter(|count| (1..=DAYS_MAX).contains(count));
                end = Some(End::Count(count.ok_or_else(|| refuse(part))?));
            }
            Some(("UNTIL", until)) if end.is_none() => {
                let until = until.get(..8).and_then(plain_date);
                end = Some(End::Until(until.ok_or_else(|| refuse(part))?));
            }
            // At an interval of one the first day of the week has no influence.
            Some(("INTERVAL", "1") | ("WKST", _)) => {}
            Some(("BYDAY", day)) if day == letters(first.weekday()) => {}
            Some(("BYMONTH", month)) if month.parse() == Ok(first.month()) => {}
            Some(("BYMONTHDAY", day)) if day.parse() == Ok(first.day()) => {}
            Some(_) | None => return Err(refuse(part)),
        }
    }
    // Words that only repeat what the start says are harmless where they cannot thin the series out.
    let is_said_again = |name: &str| line.value.contains(name);
    let dates: Box<dyn Iterator<Item = Date>> = match every {
        "DAILY" if !is_said_again("BY") => Box::new(first.series(1.day())),
        "WEEKLY" if !is_said_again("BYMONTH") => Box::new(first.series(1.week())),
        "YEARLY" if !is_said_again("BYDAY") => Box::new(
            (first.year()..=Date::MAX.year()).filter_map(move |year| Date::new(year, first.month(), first.day()).ok()),
        ),
        other => return Err(refuse(&format!("FREQ={other}"))),
    };
    // One more than may be held, so that a series without measure is told and not cut.
    let dates = dates.take(DAYS_MAX + 1);
    match end {
        Some(End::Count(count)) => Ok(dates.take(count).collect()),
        Some(End::Until(until)) => Ok(dates.take_while(|date| *date <= until).collect()),
        None => Err(refuse("without COUNT or UNTIL")),
    }
}

const fn letters(day: Weekday) -> &'static str {
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
