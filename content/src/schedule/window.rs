//! Windows: on which days and between which wall times a rule is on the air. Half-open; a window over midnight belongs
//! to the day it starts on.

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

use crate::clock::{Instant, Offsets};

/// A set of weekdays; bit 0 is Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Weekdays(pub u8);

impl Weekdays {
    /// Monday to Sunday.
    pub const ALL: Self = Self(0b111_1111);
    /// Monday to Friday.
    pub const WORKDAYS: Self = Self(0b001_1111);

    /// Holds `day`.
    #[must_use]
    pub fn holds(self, day: Weekday) -> bool {
        self.0 & (1 << day.to_monday_zero_offset()) != 0
    }
}

/// Dates, weekdays and wall times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// First date, inclusive; none is for ever.
    #[serde(default)]
    pub first: Option<Date>,
    /// Last date, inclusive; none is for ever.
    #[serde(default)]
    pub last: Option<Date>,
    /// On which weekdays it starts.
    pub days: Weekdays,
    /// First minute after local midnight, 0 to 1439.
    pub from_min: u16,
    /// First minute after the end, up to 1440; at or below `from_min` it lies on the next day.
    pub to_min: u16,
}

impl Window {
    /// All day, every day.
    pub const ALWAYS: Self = Self { first: None, last: None, days: Weekdays::ALL, from_min: 0, to_min: 1440 };

    /// The span that starts on `date`, if one does.
    #[must_use]
    pub fn span(&self, date: Date, offsets: &Offsets) -> Option<(Instant, Instant)> {
        let falls_on = self.days.holds(date.weekday())
            && self.first.is_none_or(|first| date >= first)
            && self.last.is_none_or(|last| date <= last);
        if !falls_on {
            return None;
        }
        let from = i32::from(self.from_min);
        let to = i32::from(self.to_min) + if self.to_min <= self.from_min { 1440 } else { 0 };
        Some((offsets.instant(date, from), offsets.instant(date, to)))
    }
}
