//! Times for people: dates with their weekday, ages, lengths; in the house's own time zone.

use anteroom_content::clock::{DAY_MS, HOUR_MS, Instant, MINUTE_MS, SECOND_MS};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::words::Words;

/// The time zone of the console's own pages.
pub(super) const HOUSE_ZONE: &str = "Asia/Shanghai";

fn local(at: Instant) -> jiff::Zoned {
    let zone = TimeZone::get(HOUSE_ZONE).unwrap_or(TimeZone::UTC);
    Timestamp::from_millisecond(at.0).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone)
}

/// The date it is in the house.
pub(super) fn today(now: Instant) -> Date {
    local(now).date()
}

/// The first instant of a date in the house.
pub(super) fn midnight(date: Date) -> Instant {
    let zone = TimeZone::get(HOUSE_ZONE).unwrap_or(TimeZone::UTC);
    Instant(date.to_zoned(zone).map_or(0, |zoned| zoned.timestamp().as_millisecond()))
}

/// `2026-11-22 周日`.
pub(super) fn day(words: &Words, date: Date) -> String {
    let weekday = words.get(&format!("weekday-{}", date.weekday().to_monday_one_offset()));
    format!("{date} {weekday}")
}

/// `2026-11-22 周日 14:05`.
pub(super) fn stamp(words: &Words, at: Instant) -> String {
    let zoned = local(at);
    format!("{} {}", day(words, zoned.date()), zoned.strftime("%H:%M"))
}

/// `14:05:09`.
pub(super) fn clock(at: Instant) -> String {
    local(at).strftime("%H:%M:%S").to_string()
}

/// How long ago, in the largest unit that says something.
pub(super) fn ago(words: &Words, ms: i64) -> String {
    let (key, count) = match ms {
        ms if ms < 5 * SECOND_MS => return words.get("ago-now"),
        ms if ms < MINUTE_MS => ("ago-seconds", ms / SECOND_MS),
        ms if ms < HOUR_MS => ("ago-minutes", ms / MINUTE_MS),
        ms if ms < DAY_MS => ("ago-hours", ms / HOUR_MS),
        ms => ("ago-days", ms / DAY_MS),
    };
    words.say(key).put("count", count).to_string()
}

/// `1:05` or `1:02:05`.
pub(super) fn length(ms: i64) -> String {
    let secs = ms.max(0) / SECOND_MS;
    let (hours, minutes, secs) = (secs / 3600, secs / 60 % 60, secs % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{secs:02}") } else { format!("{minutes}:{secs:02}") }
}

/// Minutes after midnight as `HH:MM`.
pub(super) fn wall(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// Reads `HH:MM`, `24:00` included.
pub(super) fn read_wall(text: &str) -> Option<u16> {
    let (hours, minutes) = text.trim().split_once(':')?;
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.get(..2)?.parse().ok()?);
    let minute = hours.checked_mul(60)?.checked_add(minutes)?;
    (minutes < 60 && minute <= 1440).then_some(minute)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wall_times_are_read_as_they_are_written() {
        for minute in [0, 7 * 60 + 30, 1439, 1440] {
            assert_eq!(read_wall(&wall(minute)), Some(minute));
        }
        for text in ["", "7", "24:01", "12:60", "aa:bb", "99999:00"] {
            assert_eq!(read_wall(text), None, "{text}");
        }
        assert_eq!(length(3_725_000), "1:02:05");
    }

    #[test]
    fn a_day_of_the_house_starts_at_its_own_midnight() {
        let date = jiff::civil::date(2026, 11, 22);
        assert_eq!(today(midnight(date)), date);
        assert_eq!(today(midnight(date).plus_ms(-1)), date.yesterday().expect("a day"));
    }
}
