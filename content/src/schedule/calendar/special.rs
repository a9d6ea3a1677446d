//! Special days: days that are not what their weekday says.

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

use crate::id::SiteId;
use crate::schedule::calendar::{DayKind, weekday_name};
use crate::text::Text;

/// The longest name of a special day, in characters; it stands in one line of a calendar.
pub const SPECIAL_NAME_CHARS_MAX: usize = 60;

/// A day that is not what its weekday says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecialDay {
    /// Which day.
    pub date: Date,
    /// In what way.
    pub kind: SpecialKind,
    /// What people call it.
    pub name: Text,
    /// Where alone; none is every site. A site's own day goes before a general one of the same date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteId>,
}

/// In what way a day is special.
///
/// To clinics `ExpertsOff` and `Holiday` are the same: experts rest, general clinics and emergency keep their template. To
/// rules both are [`DayKind::Holiday`]. They differ in whose word they are: the hospital's own, or the State Council's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpecialKind {
    /// A holiday of the hospital's own: expert clinics are cancelled; emergency runs as always.
    ExpertsOff,
    /// No clinic at all.
    Closed,
    /// Worked and scheduled like another weekday, 1 is Monday to 7 Sunday.
    Follows(u8),
    /// A statutory holiday: a rest day, whatever its weekday; emergency runs as always.
    Holiday,
    /// A make-up workday (调休): worked, by the timetable of its own weekday.
    Makeup,
}

impl SpecialKind {
    /// The weekday it follows, when it follows one that exists.
    #[must_use]
    pub fn follows(self) -> Option<Weekday> {
        match self {
            Self::Follows(number) => {
                i8::try_from(number).ok().and_then(|number| Weekday::from_monday_one_offset(number).ok())
            }
            Self::ExpertsOff | Self::Closed | Self::Holiday | Self::Makeup => None,
        }
    }

    /// What a date of this kind is to rules. A weekend that follows a weekday is a make-up day; a weekday that follows a
    /// weekend is rest.
    #[must_use]
    pub fn day_kind(self, date: Date) -> DayKind {
        match self {
            Self::ExpertsOff | Self::Holiday => DayKind::Holiday,
            Self::Closed => DayKind::Closure,
            Self::Makeup => DayKind::MakeupDay,
            Self::Follows(_) => {
                let own = DayKind::of_weekday(date.weekday());
                match (own, self.follows().map_or(own, DayKind::of_weekday)) {
                    (DayKind::RestDay, DayKind::Workday) => DayKind::MakeupDay,
                    (_, followed) => followed,
                }
            }
        }
    }

    /// Its name for people.
    #[must_use]
    pub fn name(self) -> Text {
        match self {
            Self::ExpertsOff => Text::new("节假日（专家停诊）", "holiday (expert clinics off)"),
            Self::Closed => Text::new("停业日", "closed"),
            Self::Holiday => Text::new("法定节假日", "statutory holiday"),
            Self::Makeup => Text::new("调休上班日", "make-up workday"),
            Self::Follows(_) => self.follows().map_or_else(
                || Text::new("按本日星期", "its own weekday"),
                |day| {
                    let name = weekday_name(day);
                    Text { zh: format!("按{}安排", name.zh), en: format!("follows {}", name.en) }
                },
            ),
        }
    }
}
