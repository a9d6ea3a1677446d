//! From template and overrides to the clinics of a day.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::clinic::{Change, ClinicKind, Department, Doctor, Half, Override};
use crate::id::{DepartmentId, DoctorId};
use crate::notice::Notice;
use crate::schedule::{Calendar, DayKind};

/// Everything the clinics of a zone follow from, and its notices: the clinic part of its programme, which holds at once.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Timetable {
    /// The departments in the order the strip shows them.
    pub departments: Vec<Department>,
    /// Their doctors.
    pub doctors: Vec<Doctor>,
    /// What is different, in the order it was entered.
    #[serde(default)]
    pub overrides: Vec<Override>,
    /// Days that are not what their weekday says, of every site a doctor may sit at.
    #[serde(default)]
    pub calendar: Calendar,
    /// Notices of the zone, in the order they are told; a part without any says nothing of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Notice>,
}

/// One doctor's half-day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clinic<'a> {
    /// Whose.
    pub doctor: &'a Doctor,
    /// Which day.
    pub date: Date,
    /// Which half.
    pub half: Half,
    /// Where.
    pub room: &'a str,
    /// Whether it is held.
    pub standing: Standing<'a>,
}

/// Whether a clinic is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing<'a> {
    /// As planned.
    Held,
    /// 加诊.
    Added,
    /// 替诊: this doctor sits for another.
    Substituting(&'a Doctor),
    /// 停诊, perhaps with somebody else in the chair.
    Stopped(Option<&'a Doctor>),
    /// 改诊 to another day.
    Moved(Date),
}

impl Standing<'_> {
    /// A patient who comes will find the doctor there.
    #[must_use]
    pub const fn is_held(&self) -> bool {
        match self {
            Self::Held | Self::Added | Self::Substituting(_) => true,
            Self::Stopped(_) | Self::Moved(_) => false,
        }
    }
}

/// A substitute who already sits elsewhere that half-day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// Who was asked to sit in two rooms.
    pub doctor: DoctorId,
    /// Where the doctor sits already.
    pub room: String,
}

impl Timetable {
    /// The part that concerns some departments; notices are a zone's own.
    #[must_use]
    pub fn of_departments(&self, wanted: &[DepartmentId]) -> Self {
        let doctors: Vec<_> = self.doctors.iter().filter(|d| wanted.contains(&d.department)).cloned().collect();
        let concerns = |o: &Override| {
            let is_ours = |id: &DoctorId| doctors.iter().any(|d| d.id == *id);
            is_ours(&o.doctor) || matches!(&o.change, Change::Stopped { substitute: Some(s) } if is_ours(s))
        };
        Self {
            departments: wanted
                .iter()
                .filter_map(|id| self.departments.iter().find(|d| d.id == *id))
                .cloned()
                .collect(),
            overrides: self.overrides.iter().filter(|o| concerns(o)).cloned().collect(),
            doctors,
            calendar: self.calendar.clone(),
            notices: Vec::new(),
        }
    }

    /// The doctor with a code.
    #[must_use]
    pub fn doctor(&self, id: &DoctorId) -> Option<&Doctor> {
        self.doctors.iter().find(|doctor| doctor.id == *id)
    }

    /// The clinics of a day by half, department order and doctor, cancelled ones among them.
    #[must_use]
    pub fn clinics(&self, date: Date) -> Vec<Clinic<'_>> {
        let mut clinics = Vec::new();
        for half in Half::ALL {
            for department in &self.departments {
                let of_department = self.doctors.iter().filter(|d| d.department == department.id);
                clinics.extend(of_department.filter_map(|doctor| self.clinic(doctor, date, half)));
            }
        }
        clinics
    }

    fn clinic<'a>(&'a self, doctor: &'a Doctor, date: Date, half: Half) -> Option<Clinic<'a>> {
        let clinic = |room, standing| Some(Clinic { doctor, date, half, room, standing });
        if let Some(change) = self.change_for(&doctor.id, date, half) {
            match change {
                Change::Added { room } => return clinic(room.as_deref().unwrap_or(&doctor.room), Standing::Added),
                Change::Stopped { substitute } if self.is_planned(doctor, date, half) => {
                    let substitute = substitute.as_ref().and_then(|id| self.doctor(id));
                    return clinic(&doctor.room, Standing::Stopped(substitute));
                }
                Change::Moved { to } if self.is_planned(doctor, date, half) => {
                    return clinic(&doctor.room, Standing::Moved(*to));
                }
                Change::Stopped { .. } | Change::Moved { .. } => {}
            }
        }
        if self.is_planned(doctor, date, half) || self.is_moved_here(doctor, date, half) {
            return clinic(&doctor.room, Standing::Held);
        }
        let absent = self.stands_in_for(&doctor.id, date, half)?;
        clinic(&absent.room, Standing::Substituting(absent))
    }

    /// By template and calendar alone, before any override.
    #[must_use]
    pub fn is_planned(&self, doctor: &Doctor, date: Date, half: Half) -> bool {
        let is_expert = match doctor.kind {
            ClinicKind::Expert | ClinicKind::Specialty | ClinicKind::Premium => true,
            ClinicKind::General => false,
        };
        let day = self.calendar.day_at(&doctor.site, date);
        match day.kind {
            DayKind::Closure => return false,
            DayKind::Holiday if is_expert => return false,
            DayKind::Holiday | DayKind::Workday | DayKind::RestDay | DayKind::MakeupDay => {}
        }
        let weekday = day.weekday;
        doctor.sittings.iter().any(|sitting| sitting.half == half && sitting.falls_on(date, weekday))
    }

    fn change_for(&self, doctor: &DoctorId, date: Date, half: Half) -> Option<&Change> {
        let applies = |o: &&Override| o.doctor == *doctor && o.date == date && o.half.is_none_or(|h| h == half);
        self.overrides.iter().rev().find(applies).map(|o| &o.change)
    }

    fn is_moved_here(&self, doctor: &Doctor, date: Date, half: Half) -> bool {
        self.overrides.iter().any(|o| {
            o.doctor == doctor.id
                && o.half.is_none_or(|h| h == half)
                && matches!(o.change, Change::Moved { to } if to == date)
                && self.is_planned(doctor, o.date, half)
                && matches!(self.change_for(&doctor.id, o.date, half), Some(Change::Moved { to }) if *to == date)
        })
    }

    fn stands_in_for(&self, substitute: &DoctorId, date: Date, half: Half) -> Option<&Doctor> {
        self.doctors.iter().find(|absent| {
            absent.id != *substitute
                && self.is_planned(absent, date, half)
                && matches!(self.change_for(&absent.id, date, half),
                    Some(Change::Stopped { substitute: Some(s) }) if s == substitute)
        })
    }

    /// The clash an override would make: its substitute already sits that half-day.
    #[must_use]
    pub fn clash(&self, change: &Override) -> Option<Clash> {
        let Change::Stopped { substitute: Some(substitute) } = &change.change else { return None };
        let doctor = self.doctor(substitute)?;
        let halves = Half::ALL.into_iter().filter(|half| change.half.is_none_or(|h| h == *half));
        let absent = self.doctor(&change.doctor)?;
        halves
            .filter(|half| self.is_planned(absent, change.date, *half))
            .filter_map(|half| self.clinic(doctor, change.date, half))
            .find(|clinic| matches!(clinic.standing, Standing::Held | Standing::Added))
            .map(|clinic| Clash { doctor: substitute.clone(), room: clinic.room.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::clinic::{Sitting, Weeks};
    use crate::clock::Instant;
    use crate::id::{OverrideId, SiteId};
    use crate::schedule::{SpecialDay, SpecialKind};
    use crate::text::Text;

    const WEDNESDAY: Date = date(2026, 11, 25);

    fn doctor(id: &str, room: &str, kind: ClinicKind, sittings: &[(u8, Half)]) -> Doctor {
        Doctor {
            id: DoctorId::parse(id).expect("name"),
            site: SiteId::parse("QLZX").expect("name"),
            department: DepartmentId::parse("03.04").expect("name"),
            name: Text::new(id, id),
            title: Text::new("主任医师", "Chief physician"),
            field: Text::default(),
            room: room.into(),
            kind,
            quota: 25,
            sittings: sittings.iter().map(|&(weekday, half)| Sitting { weekday, half, weeks: Weeks::Every }).collect(),
        }
    }

    fn timetable(overrides: Vec<Override>) -> Timetable {
        Timetable {
            departments: vec![Department {
                id: DepartmentId::parse("03.04").expect("name"),
                name: Text::new("心血管内科", "Cardiology"),
            }],
            doctors: vec![
                doctor(
                    "D01",
                    "A302",
                    ClinicKind::Expert,
                    &[(1, Half::Morning), (3, Half::Morning), (5, Half::Afternoon)],
                ),
                doctor("D02", "A303", ClinicKind::Expert, &[(2, Half::Morning), (3, Half::Morning)]),
                doctor(
                    "D03",
                    "A304",
                    ClinicKind::General,
                    &[(3, Half::Morning), (3, Half::Afternoon), (4, Half::Morning)],
                ),
            ],
            overrides,
            calendar: Calendar::default(),
            notices: Vec::new(),
        }
    }

    fn over(doctor: &str, half: Option<Half>, change: Change) -> Override {
        Override {
            id: OverrideId::parse("o1").expect("name"),
            doctor: DoctorId::parse(doctor).expect("name"),
            date: WEDNESDAY,
            half,
            change,
            reason: Text::default(),
            made_at: Instant(0),
        }
    }

    fn told(timetable: &Timetable, date: Date) -> Vec<String> {
        let word = |c: &Clinic<'_>| match c.standing {
            Standing::Held => format!("{} {} {:?}", c.doctor.id, c.room, c.half),
            Standing::Added => format!("{} {} {:?} added", c.doctor.id, c.room, c.half),
            Standing::Substituting(d) => format!("{} {} {:?} for {}", c.doctor.id, c.room, c.half, d.id),
            Standing::Stopped(None) => format!("{} {:?} stopped", c.doctor.id, c.half),
            Standing::Stopped(Some(d)) => format!("{} {:?} stopped, {} sits", c.doctor.id, c.half, d.id),
            Standing::Moved(to) => format!("{} {:?} moved to {to}", c.doctor.id, c.half),
        };
        timetable.clinics(date).iter().map(word).collect()
    }

    #[test]
    fn a_cancelled_clinic_is_stopped_and_its_substitute_sits() {
        let stop = over("D01", Some(Half::Morning), Change::Stopped { substitute: DoctorId::parse("D03").ok() });
        let plain = timetable(vec![]);
        assert_eq!(
            told(&plain, WEDNESDAY),
            ["D01 A302 Morning", "D02 A303 Morning", "D03 A304 Morning", "D03 A304 Afternoon"]
        );
        assert_eq!(plain.clash(&stop).map(|c| c.room), Some("A304".into()), "D03 already sits that morning");
        assert_eq!(told(&timetable(vec![stop]), WEDNESDAY)[0], "D01 Morning stopped, D03 sits");
    }

    #[test]
    fn a_substitute_who_was_free_sits_in_the_other_room() {
        let mut table = timetable(vec![over("D01", None, Change::Stopped { substitute: DoctorId::parse("D04").ok() })]);
        table.doctors.push(doctor("D04", "A999", ClinicKind::Expert, &[]));
        assert!(told(&table, WEDNESDAY).contains(&"D04 A302 Morning for D01".to_owned()));
    }

    #[test]
    fn a_moved_clinic_is_held_on_the_other_day_and_the_latest_word_wins() {
        let thursday = WEDNESDAY.tomorrow().expect("a day");
        let moved = over("D01", None, Change::Moved { to: thursday });
        let table = timetable(vec![over("D01", None, Change::Stopped { substitute: None }), moved]);
        assert_eq!(told(&table, WEDNESDAY)[0], "D01 Morning moved to 2026-11-26");
        assert!(told(&table, thursday).contains(&"D01 A302 Morning".to_owned()));
    }

    fn special(date: Date, kind: SpecialKind, site: Option<&str>) -> SpecialDay {
        SpecialDay { date, kind, name: Text::default(), site: site.map(|site| SiteId::parse(site).expect("name")) }
    }

    #[test]
    fn experts_rest_on_a_holiday_and_a_make_up_saturday_follows_its_weekday() {
        let mut table = timetable(vec![]);
        let saturday = date(2026, 11, 28);
        for rest in [SpecialKind::ExpertsOff, SpecialKind::Holiday] {
            let days = vec![special(WEDNESDAY, rest, None), special(saturday, SpecialKind::Follows(4), None)];
            table.calendar = Calendar::new(days, vec![]);
            assert_eq!(told(&table, WEDNESDAY), ["D03 A304 Morning", "D03 A304 Afternoon"]);
            assert_eq!(told(&table, saturday), ["D03 A304 Morning"]);
        }
        table.calendar = Calendar::new(vec![special(saturday, SpecialKind::Makeup, None)], vec![]);
        assert!(told(&table, saturday).is_empty(), "a make-up day has the timetable of its own weekday");
    }

    #[test]
    fn a_site_that_is_closed_cancels_the_clinics_of_its_own_doctors_alone() {
        let mut table = timetable(vec![]);
        table.doctors[0].site = SiteId::parse("YB").expect("name");
        table.calendar = Calendar::new(vec![special(WEDNESDAY, SpecialKind::Closed, Some("QLZX"))], vec![]);
        assert_eq!(told(&table, WEDNESDAY), ["D01 A302 Morning"]);
    }
}
