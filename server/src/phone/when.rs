//! Dates and times as people say them.

use anteroom_content::clock::{Instant, Offsets};
use jiff::civil::Date;

use super::frame::Frame;

/// A day: `11月25日 周三`, `Wed 25 Nov`.
pub(super) fn day(frame: &Frame, date: Date) -> String {
    let weekday = frame.say(&format!("phone-weekday-{}", date.weekday().to_monday_one_offset()));
    let month = frame.say(&format!("phone-month-{}", date.month()));
    frame.say_with_all("phone-day", &[("day", &date.day().to_string()), ("month", &month), ("weekday", &weekday)])
}

/// A date with its year: `2026年11月25日`, `25 Nov 2026`.
pub(super) fn date(frame: &Frame, date: Date) -> String {
    let month = frame.say(&format!("phone-month-{}", date.month()));
    let (day, year) = (date.day().to_string(), date.year().to_string());
    frame.say_with_all("phone-date", &[("day", &day), ("month", &month), ("year", &year)])
}

/// The time on the wall: `14:32`.
pub(super) fn time(offsets: &Offsets, at: Instant) -> String {
    let local = offsets.local(at);
    format!("{:02}:{:02}", local.hour(), local.minute())
}

/// Minutes after midnight as a time: `08:00`.
pub(super) fn minutes(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// A length: `1:05`.
pub(super) fn length(ms: u32) -> String {
    format!("{}:{:02}", ms / 60_000, ms / 1_000 % 60)
}
