//! Doctors and when they sit, week after week.

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

use crate::id::{DepartmentId, DoctorId, SiteId};
use crate::text::Text;

/// A department of the catalogue (诊疗科目).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Department {
    /// Catalogue code, such as `03.04`.
    pub id: DepartmentId,
    /// Its name.
    pub name: Text,
}

/// A half of a clinic day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Half {
    /// 上午.
    Morning,
    /// 下午.
    Afternoon,
    /// 晚上.
    Evening,
}

impl Half {
    /// The halves of a day in their order.
    pub const ALL: [Self; 3] = [Self::Morning, Self::Afternoon, Self::Evening];

    /// First and last minute (half-open) after local midnight.
    #[must_use]
    pub const fn minutes(self) -> (u16, u16) {
        match self {
            Self::Morning => (8 * 60, 12 * 60),
            Self::Afternoon => (13 * 60 + 30, 17 * 60 + 30),
            Self::Evening => (18 * 60, 20 * 60 + 30),
        }
    }

    /// Its name for people.
    #[must_use]
    pub fn name(self) -> Text {
        match self {
            Self::Morning => Text::new("上午", "Morning"),
            Self::Afternoon => Text::new("下午", "Afternoon"),
            Self::Evening => Text::new("晚上", "Evening"),
        }
    }
}

/// What sort of clinic it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClinicKind {
    /// 专家.
    Expert,
    /// 专病.
    Specialty,
    /// 普通.
    General,
    /// 特需.
    Premium,
}

impl ClinicKind {
    /// Its name for people.
    #[must_use]
    pub fn name(self) -> Text {
        match self {
            Self::Expert => Text::new("专家", "Expert"),
            Self::Specialty => Text::new("专病", "Specialty"),
            Self::General => Text::new("普通", "General"),
            Self::Premium => Text::new("特需", "Premium"),
        }
    }
}

/// In which weeks a doctor sits (单双周), by the ISO week number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weeks {
    /// Every week.
    #[default]
    Every,
    /// 单周.
    Odd,
    /// 双周.
    Even,
}

impl Weeks {
    /// Holds the week of `date`.
    #[must_use]
    pub fn hold(self, date: Date) -> bool {
        let is_odd = date.iso_week_date().week() % 2 == 1;
        match self {
            Self::Every => true,
            Self::Odd => is_odd,
            Self::Even => !is_odd,
        }
    }
}

/// One half-day a doctor sits every week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sitting {
    /// 1 is Monday to 7 Sunday.
    pub weekday: u8,
    /// Which half of it.
    pub half: Half,
    /// In which weeks.
    #[serde(default)]
    pub weeks: Weeks,
}

impl Sitting {
    /// Falls on `date`, which works like `weekday`.
    #[must_use]
    pub fn falls_on(&self, date: Date, weekday: Weekday) -> bool {
        i8::try_from(self.weekday) == Ok(weekday.to_monday_one_offset()) && self.weeks.hold(date)
    }
}

/// A doctor as the strip and the clinic page name him: name, title, department, room, times; never praise (L-16).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doctor {
    /// The hospital's own code.
    pub id: DoctorId,
    /// The hospital.
    pub site: SiteId,
    /// The department.
    pub department: DepartmentId,
    /// Full name.
    pub name: Text,
    /// Professional title (职称).
    pub title: Text,
    /// A narrower field, such as 儿童近视; may be empty.
    #[serde(default)]
    pub field: Text,
    /// Consulting room.
    pub room: String,
    /// What sort of clinic.
    pub kind: ClinicKind,
    /// Patients a half-day.
    pub quota: u16,
    /// The weekly template.
    pub sittings: Vec<Sitting>,
}
