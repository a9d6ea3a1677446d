//! What a date is: its kind, the weekday whose plan it follows, and why.

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

use crate::schedule::calendar::SpecialDay;
use crate::text::Text;

/// What a date is to rules. Every date is exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// Monday to Friday, unless something else is said.
    Workday,
    /// Saturday and Sunday, unless something else is said.
    RestDay,
    /// A holiday: rest, whatever its weekday.
    Holiday,
    /// A weekend that is worked (调休).
    MakeupDay,
    /// The site is closed.
    Closure,
}

impl DayKind {
    /// Every kind, the most ordinary first.
    pub const ALL: [Self; 5] = [Self::Workday, Self::RestDay, Self::Holiday, Self::MakeupDay, Self::Closure];

    /// What a weekday is when nothing is said of it.
    #[must_use]
    pub const fn of_weekday(day: Weekday) -> Self {
        match day {
            Weekday::Monday | Weekday::Tuesday | Weekday::Wednesday | Weekday::Thursday | Weekday::Friday => {
                Self::Workday
            }
            Weekday::Saturday | Weekday::Sunday => Self::RestDay,
        }
    }

    /// People come to work.
    #[must_use]
    pub const fn is_worked(self) -> bool {
        match self {
            Self::Workday | Self::MakeupDay => true,
            Self::RestDay | Self::Holiday | Self::Closure => false,
        }
    }

    /// Its name for people.
    #[must_use]
    pub fn name(self) -> Text {
        match self {
            Self::Workday => Text::new("工作日", "workday"),
            Self::RestDay => Text::new("休息日", "rest day"),
            Self::Holiday => Text::new("法定节假日", "holiday"),
            Self::MakeupDay => Text::new("调休上班日", "make-up workday"),
            Self::Closure => Text::new("停业日", "closed"),
        }
    }

    const fn bit(self) -> u8 {
        match self {
            Self::Workday => 1,
            Self::RestDay => 1 << 1,
            Self::Holiday => 1 << 2,
            Self::MakeupDay => 1 << 3,
            Self::Closure => 1 << 4,
        }
    }
}

/// A set of day kinds. Written as a list of names; all of them where nothing is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Vec<DayKind>", into = "Vec<DayKind>")]
pub struct DayKinds(u8);

impl DayKinds {
    /// Any day.
    pub const ALL: Self = Self(0b1_1111);
    /// Days on which people work: plain workdays and make-up days.
    pub const WORKED: Self = Self(DayKind::Workday.bit() | DayKind::MakeupDay.bit());

    /// Holds `kind`.
    #[must_use]
    pub const fn holds(self, kind: DayKind) -> bool {
        self.0 & kind.bit() != 0
    }

    /// Holds every kind.
    #[must_use]
    pub const fn is_all(&self) -> bool {
        self.0 == Self::ALL.0
    }

    /// Holds none: no day falls on it.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0 == 0
    }

    /// The kinds it holds, in the order of [`DayKind::ALL`].
    pub fn kinds(self) -> impl Iterator<Item = DayKind> {
        DayKind::ALL.into_iter().filter(move |kind| self.holds(*kind))
    }
}

impl Default for DayKinds {
    fn default() -> Self {
        Self::ALL
    }
}

impl FromIterator<DayKind> for DayKinds {
    fn from_iter<I: IntoIterator<Item = DayKind>>(kinds: I) -> Self {
        Self(kinds.into_iter().fold(0, |bits, kind| bits | kind.bit()))
    }
}

impl From<Vec<DayKind>> for DayKinds {
    fn from(kinds: Vec<DayKind>) -> Self {
        kinds.into_iter().collect()
    }
}

impl From<DayKinds> for Vec<DayKind> {
    fn from(kinds: DayKinds) -> Self {
        kinds.kinds().collect()
    }
}

/// A date as a calendar sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day<'a> {
    /// Which.
    pub date: Date,
    /// What it is to rules.
    pub kind: DayKind,
    /// The weekday whose plan it follows: its own, or another's.
    pub weekday: Weekday,
    /// The special day it is, if it is one.
    pub special: Option<&'a SpecialDay>,
    /// The official notice of its year has been loaded; otherwise an ordinary weekday is a guess.
    pub is_published: bool,
}

impl Day<'_> {
    /// Why it is what it is, in one line for people.
    #[must_use]
    pub fn why(&self) -> Text {
        let Some(special) = self.special else { return self.why_ordinary() };
        let kind = special.kind.name();
        let place = if special.site.is_some() { Text::new("（本院区）", " (this site)") } else { Text::default() };
        let said = |name: &str, colon: &str, kind: &str, place: &str| {
            if name.is_empty() { format!("{kind}{place}") } else { format!("{name}{colon}{kind}{place}") }
        };
        let english = if special.name.en.is_empty() { &special.name.zh } else { &special.name.en };
        Text { zh: said(&special.name.zh, "：", &kind.zh, &place.zh), en: said(english, ": ", &kind.en, &place.en) }
    }

    fn why_ordinary(&self) -> Text {
        let (weekday, kind) = (weekday_name(self.weekday), self.kind.name());
        let (zh, en) = (format!("{}，{}", weekday.zh, kind.zh), format!("{}, {}", weekday.en, kind.en));
        if self.is_published {
            return Text { zh, en };
        }
        let year = self.date.year();
        Text {
            zh: format!("{zh}（尚未导入国务院 {year} 年放假通知，按星期推算）"),
            en: format!("{en} ({year}: State Council notice not loaded; weekday rules used)"),
        }
    }
}

/// The name of a weekday for people.
#[must_use]
pub fn weekday_name(day: Weekday) -> Text {
    match day {
        Weekday::Monday => Text::new("周一", "Monday"),
        Weekday::Tuesday => Text::new("周二", "Tuesday"),
        Weekday::Wednesday => Text::new("周三", "Wednesday"),
        Weekday::Thursday => Text::new("周四", "Thursday"),
        Weekday::Friday => Text::new("周五", "Friday"),
        Weekday::Saturday => Text::new("周六", "Saturday"),
        Weekday::Sunday => Text::new("周日", "Sunday"),
    }
}
