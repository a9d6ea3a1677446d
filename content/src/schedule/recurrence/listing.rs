//! A rule run for people at a command line: from texts to a list of occurrences, or to the name of what is wrong.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use serde::Serialize;

use super::local::{is_skipped, timestamp};
use super::series::{BadSeries, Series};
use super::walk::Stop;
use super::{BadRecurrence, Recurrence};
use crate::clock::{Instant, UnknownZone};
use crate::text::Text;

/// The most occurrences of one list: nobody reads further, and three years of days are in it.
pub const LISTED_MAX: usize = 1_100;

/// What is to be listed, as it was typed. Times are local; a date alone means midnight for the start, and the start's
/// time of day for additions and exceptions.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// The rule.
    pub rule: &'a str,
    /// The start.
    pub start: &'a str,
    /// The IANA name of the time zone.
    pub zone: &'a str,
    /// Additional starts.
    pub also: &'a [String],
    /// Starts that are left out.
    pub except: &'a [String],
    /// How many occurrences at most.
    pub count: usize,
}

/// Why nothing is listed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The rule.
    #[error(transparent)]
    Rule(#[from] BadRecurrence),
    /// The dates.
    #[error(transparent)]
    Series(#[from] BadSeries),
    /// The zone.
    #[error(transparent)]
    Zone(#[from] UnknownZone),
    /// A time.
    #[error("`{text}` is not a local time: write 2026-11-25T08:00, or 2026-11-25; the zone stands apart")]
    Time {
        /// What was typed.
        text: String,
    },
    /// How many.
    #[error("{count} occurrences cannot be listed: ask for 1 to {LISTED_MAX}")]
    Count {
        /// What was asked for.
        count: usize,
    },
}

/// One occurrence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Its local start as the series has it; with the series it is the occurrence's name.
    pub start: DateTime,
    /// The moment, as local time with offset and zone.
    pub local: String,
    /// The offset then, east of UTC.
    pub offset_secs: i32,
    /// The moment, as UTC.
    pub utc: String,
    /// The moment.
    pub at: Instant,
    /// Clocks go forward over the local start, so the moment of the change is meant.
    pub is_skipped: bool,
}

/// Why a list is shorter than its series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// There are more than were asked for.
    Count,
    /// No further years are looked at.
    Years,
}

/// Occurrences, and what their reader should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listing {
    /// The rule's canonical text.
    pub rule: Recurrence,
    /// The rule in words.
    pub said: Text,
    /// In order.
    pub occurrences: Vec<Listed>,
    /// What cut the list; none when the series is over.
    pub cut: Option<Cut>,
    /// The written start is not among the rule's dates, so it is no occurrence.
    pub is_start_left_out: bool,
    /// Exceptions that leave nothing out.
    pub idle: Vec<DateTime>,
}

/// Lists occurrences.
///
/// # Errors
/// [`Refusal`] names what cannot be run, and says what to write instead.
pub fn list(ask: &Ask<'_>) -> Result<Listing, Refusal> {
    if ask.count == 0 || ask.count > LISTED_MAX {
        return Err(Refusal::Count { count: ask.count });
    }
    let rule = Recurrence::parse(ask.rule)?;
    let zone = TimeZone::get(ask.zone).map_err(|_| UnknownZone(ask.zone.to_owned()))?;
    let start = wall(ask.start, Time::midnight())?;
    let walls =
        |texts: &[String]| -> Result<Vec<_>, Refusal> { texts.iter().map(|text| wall(text, start.time())).collect() };
    let (also, except) = (walls(ask.also)?, walls(ask.except)?);
    let whole = Series::new(start, Some(rule.in_zone(&zone)), also.clone(), vec![])?;
    let series = Series::new(start, Some(rule.in_zone(&zone)), also, except)?;
    let mut walk = series.occurrences();
    let occurrences: Vec<_> = walk.by_ref().take(ask.count).map(|wall| listed(&zone, wall)).collect();
    let cut = match (walk.next(), walk.stopped()) {
        (Some(_), _) | (None, Some(Stop::Occurrences)) => Some(Cut::Count),
        (None, Some(Stop::Years)) => Some(Cut::Years),
        (None, None) => None,
    };
    let begins = |wall: DateTime| whole.occurrences_from(wall).next() == Some(wall);
    let idle = series.except().iter().copied().filter(|wall| !begins(*wall)).collect();
    let is_start_left_out = !begins(start);
    Ok(Listing { said: rule.say(), rule, occurrences, cut, is_start_left_out, idle })
}

/// Reads a local time. An offset or a zone in it is refused rather than passed over.
fn wall(text: &str, time_of_date: Time) -> Result<DateTime, Refusal> {
    let is_local = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b':' | b'T' | b't' | b' '));
    let is_date = !text.contains([':', 'T', 't', ' ']);
    let wall = if is_date {
        text.parse::<Date>().ok().map(|date| date.to_datetime(time_of_date))
    } else {
        text.parse::<DateTime>().ok()
    };
    wall.filter(|_| is_local).ok_or_else(|| Refusal::Time { text: text.chars().take(40).collect() })
}

fn listed(zone: &TimeZone, start: DateTime) -> Listed {
    let moment = timestamp(zone, start);
    let zoned = moment.to_zoned(zone.clone());
    Listed {
        start,
        local: zoned.to_string(),
        offset_secs: zoned.offset().seconds(),
        utc: moment.to_string(),
        at: Instant(moment.as_millisecond()),
        is_skipped: is_skipped(zone, start),
    }
}
