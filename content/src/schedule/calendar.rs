//! The calendar: days that are not what their weekday says. Holidays, make-up workdays (调休), days that follow another.

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

use crate::text::Text;

/// The special days of a site.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Calendar {
    /// In any order; the last one of a date wins.
    pub days: Vec<SpecialDay>,
}

/// A day that is not what its weekday says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecialDay {
    /// Which day.
    pub date: Date,
    /// In what way.
    pub kind: SpecialKind,
    /// What people call it.
    pub name: Text,
}

/// In what way a day is special.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpecialKind {
    /// Expert clinics are cancelled; emergency runs as always.
    ExpertsOff,
    /// No clinic at all.
    Closed,
    /// Worked and scheduled like another weekday, 1 is Monday to 7 Sunday.
    Follows(u8),
}

impl Calendar {
    /// The special day `date` is, if it is one.
    #[must_use]
    pub fn special(&self, date: Date) -> Option<&SpecialDay> {
        self.days.iter().rev().find(|day| day.date == date)
    }

    /// The weekday whose plan `date` follows: its own, or another's on a make-up day.
    #[must_use]
    pub fn working_weekday(&self, date: Date) -> Weekday {
        match self.special(date).map(|day| day.kind) {
            Some(SpecialKind::Follows(number)) => i8::try_from(number)
                .ok()
                .and_then(|n| Weekday::from_monday_one_offset(n).ok())
                .unwrap_or(date.weekday()),
            Some(SpecialKind::ExpertsOff | SpecialKind::Closed) | None => date.weekday(),
        }
    }
}

/// What kind of day a date is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// 工作日.
    Workday,
    /// 休息日.
    RestDay,
    /// 法定节假日.
    Holiday,
    /// 调休上班日.
    MakeupDay,
    /// 停业日.
    Closure,
}

/// A set of kinds of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DayKinds(pub u8);

impl DayKinds {
    /// Every kind.
    pub const ALL: Self = Self(0b1_1111);

    /// Holds `kind`.
    #[must_use]
    pub fn holds(self, kind: DayKind) -> bool {
        self.0 & (1 << kind as u8) != 0
    }
}

impl Default for DayKinds {
    fn default() -> Self {
        Self::ALL
    }
}

/// A day, by the calendar.
#[derive(Debug, Clone, Copy)]
pub struct Day {
    /// Its kind.
    pub kind: DayKind,
    /// The weekday whose plan it follows.
    pub weekday: Weekday,
}

impl Calendar {
    /// What `date` is.
    #[must_use]
    pub fn day(&self, date: Date) -> Day {
        let is_weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        Day { kind: if is_weekend { DayKind::RestDay } else { DayKind::Workday }, weekday: self.working_weekday(date) }
    }
}
