//! Demo dates: offsets from the day of the first run, on the wall clocks of the demo's sites.

use anteroom_content::clock::Instant;
use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::DemoDataError;

/// The wall clocks of every demo site.
const TIME_ZONE: &str = "Asia/Shanghai";

/// A date that follows from the day of the first run: first `on` or `next`, then `weekday`, then `in_days`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoDate {
    /// This very date.
    #[serde(default)]
    pub on: Option<Date>,
    /// The first day, from the first run on, with this month and day: `MM-DD`.
    #[serde(default)]
    pub next: Option<String>,
    /// The first such weekday after that; 1 is Monday to 7 Sunday.
    #[serde(default)]
    pub weekday: Option<i8>,
    /// So many days later.
    #[serde(default)]
    pub in_days: i32,
}

impl DemoDate {
    /// The date it is, when the first run is on `first_run`.
    ///
    /// # Errors
    /// [`DemoDataError::NoSuchDate`] for a month, day or weekday that does not exist.
    pub fn resolve(&self, first_run: Date) -> Result<Date, DemoDataError> {
        let wrong = || DemoDataError::NoSuchDate(format!("{self:?}"));
        let mut date = self.on.unwrap_or(first_run);
        if let Some(month_day) = &self.next {
            let this_year: Date = format!("{:04}-{month_day}", date.year()).parse().map_err(|_| wrong())?;
            date = if this_year < date { this_year.checked_add(1.year()).map_err(|_| wrong())? } else { this_year };
        }
        if let Some(number) = self.weekday {
            let weekday = Weekday::from_monday_one_offset(number).map_err(|_| wrong())?;
            date = date.nth_weekday(1, weekday).map_err(|_| wrong())?;
        }
        date.checked_add(self.in_days.days()).map_err(|_| wrong())
    }
}

/// The date on the demo's wall clocks at `at`.
///
/// # Errors
/// [`DemoDataError::NoSuchDate`] far outside of any calendar.
pub fn date_of(at: Instant) -> Result<Date, DemoDataError> {
    let wrong = || DemoDataError::NoSuchDate(at.0.to_string());
    let zone = TimeZone::get(TIME_ZONE).map_err(|_| wrong())?;
    Ok(jiff::Timestamp::from_millisecond(at.0).map_err(|_| wrong())?.to_zoned(zone).date())
}

/// The first instant of a date.
pub(super) fn midnight(date: Date) -> Result<Instant, DemoDataError> {
    let zoned = date.in_tz(TIME_ZONE).map_err(|_| DemoDataError::NoSuchDate(date.to_string()))?;
    Ok(Instant(zoned.timestamp().as_millisecond()))
}
