//! Times for people: dates with their weekday, ages, lengths; by the wall clocks of a site, or of the house where a page
//! is about no site in particular.

use anteroom_content::clock::{DAY_MS, HOUR_MS, Instant, MINUTE_MS, SECOND_MS};
use anteroom_content::place::Site;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::words::Words;

/// The time zone of pages that are about no site in particular.
pub(super) const HOUSE_ZONE: &str = "Asia/Shanghai";

/// The time zone of the house.
pub(super) fn of_house() -> TimeZone {
    TimeZone::get(HOUSE_ZONE).unwrap_or(TimeZone::UTC)
}

/// The time zone of a site; of the house while there is none.
pub(super) fn of_site(site: Option<&Site>) -> TimeZone {
    site.and_then(|site| TimeZone::get(&site.time_zone).ok()).unwrap_or_else(of_house)
}

fn local(time_zone: &TimeZone, at: Instant) -> jiff::Zoned {
    Timestamp::from_millisecond(at.0).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(time_zone.clone())
}

/// The date it is there.
pub(super) fn today(time_zone: &TimeZone, now: Instant) -> Date {
    local(time_zone, now).date()
}

/// The first instant of a date there.
pub(super) fn midnight(time_zone: &TimeZone, date: Date) -> Instant {
    Instant(date.to_zoned(time_zone.clone()).map_or(0, |zoned| zoned.timestamp().as_millisecond()))
}

/// `2026-11-22 周日`.
pub(super) fn day(words: &Words, date: Date) -> String {
    let weekday = words.get(&format!("weekday-{}", date.weekday().to_monday_one_offset()));
    format!("{date} {weekday}")
}

/// `2026-11-22 周日 14:05`.
pub(super) fn stamp(words: &Words, time_zone: &TimeZone, at: Instant) -> String {
    let zoned = local(time_zone, at);
    format!("{} {}", day(words, zoned.date()), zoned.strftime("%H:%M"))
}

/// `2026-11-22T14:05`, as forms have it.
pub(super) fn field(time_zone: &TimeZone, at: Instant) -> String {
    local(time_zone, at).strftime("%Y-%m-%dT%H:%M").to_string()
}

/// `14:05:09`.
pub(super) fn clock(time_zone: &TimeZone, at: Instant) -> String {
    local(time_zone, at).strftime("%H:%M:%S").to_string()
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
    fn a_day_starts_at_the_midnight_of_its_own_zone() {
        let date = jiff::civil::date(2026, 11, 22);
        for name in [HOUSE_ZONE, "Asia/Urumqi", "America/New_York"] {
            let there = TimeZone::get(name).expect("known");
            let midnight = midnight(&there, date);
            assert_eq!(today(&there, midnight), date, "{name}");
            assert_eq!(today(&there, midnight.plus_ms(-1)), date.yesterday().expect("a day"), "{name}");
        }
    }
}
