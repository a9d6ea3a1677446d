//! A change to a clinic as a form: 停诊, 替诊, 改诊, 加诊.

use anteroom_content::clinic::{Change, Half, Override};
use anteroom_content::clock::Instant;
use anteroom_content::id::{DoctorId, OverrideId};
use jiff::civil::Date;
use serde::Deserialize;

use super::fields::{both, clean};
use super::said::Said;

/// The longest room, in characters.
const ROOM_CHARS_MAX: usize = 20;

/// The fields of a change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(super) struct ClinicForm {
    /// Whose clinic.
    #[serde(default)]
    pub(super) doctor: String,
    /// Which day.
    #[serde(default)]
    pub(super) date: String,
    /// `morning`, `afternoon`, `evening`; nothing is the whole day.
    #[serde(default)]
    pub(super) half: String,
    /// `stopped`, `substituted`, `moved`, `added`.
    #[serde(default)]
    pub(super) change: String,
    /// Who sits instead.
    #[serde(default)]
    pub(super) substitute: String,
    /// The other day.
    #[serde(default)]
    pub(super) to: String,
    /// Another room.
    #[serde(default)]
    pub(super) room: String,
    /// Why.
    #[serde(default)]
    pub(super) reason_zh: String,
    /// Why, in English.
    #[serde(default)]
    pub(super) reason_en: String,
    /// The person saw the clash and means it.
    #[serde(default)]
    pub(super) anyway: String,
}

/// A half of a day as it stands in forms.
pub(super) const fn half_word(half: Half) -> &'static str {
    match half {
        Half::Morning => "morning",
        Half::Afternoon => "afternoon",
        Half::Evening => "evening",
    }
}

impl ClinicForm {
    /// The change, or everything that is wrong with the form.
    pub(super) fn read(&self, id: OverrideId, now: Instant) -> Result<Override, Vec<Said>> {
        let mut problems = Vec::new();
        let doctor = DoctorId::parse(&self.doctor).ok();
        if doctor.is_none() {
            problems.push(Said::bad("bad-clinic-doctor"));
        }
        let date: Option<Date> = self.date.trim().parse().ok();
        if date.is_none() {
            problems.push(Said::bad("bad-clinic-date"));
        }
        let half = Half::ALL.into_iter().find(|half| half_word(*half) == self.half);
        if half.is_none() && !self.half.is_empty() {
            problems.push(Said::bad("bad-clinic-half"));
        }
        let change = self.change(date).map_err(|said| problems.push(said)).ok();
        if matches!(change, Some(Change::Added { .. })) && half.is_none() {
            problems.push(Said::bad("bad-clinic-half"));
        }
        match (doctor, date, change) {
            (Some(doctor), Some(date), Some(change)) if problems.is_empty() => {
                let reason = both(&self.reason_zh, &self.reason_en);
                Ok(Override { id, doctor, date, half, change, reason, made_at: now })
            }
            _ => Err(problems),
        }
    }

    fn change(&self, date: Option<Date>) -> Result<Change, Said> {
        match self.change.as_str() {
            "stopped" => Ok(Change::Stopped { substitute: None }),
            "substituted" => match DoctorId::parse(&self.substitute) {
                Ok(substitute) if self.substitute != self.doctor => {
                    Ok(Change::Stopped { substitute: Some(substitute) })
                }
                Ok(_) | Err(_) => Err(Said::bad("bad-clinic-substitute")),
            },
            "moved" => match self.to.trim().parse::<Date>() {
                Ok(to) if Some(to) != date => Ok(Change::Moved { to }),
                Ok(_) | Err(_) => Err(Said::bad("bad-clinic-to")),
            },
            "added" => {
                let room: String = clean(&self.room).chars().take(ROOM_CHARS_MAX).collect();
                Ok(Change::Added { room: (!room.is_empty()).then_some(room) })
            }
            _ => Err(Said::bad("bad-clinic-change")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(change: &str) -> ClinicForm {
        ClinicForm {
            doctor: "D01".into(),
            date: "2026-11-25".into(),
            half: "morning".into(),
            change: change.into(),
            ..ClinicForm::default()
        }
    }

    fn told(form: &ClinicForm) -> Result<Change, Vec<String>> {
        let read = form.read(OverrideId::parse("o-1").expect("name"), Instant(0));
        read.map(|change| change.change).map_err(|all| all.into_iter().map(|said| said.key).collect())
    }

    #[test]
    fn the_four_changes_are_read() {
        assert_eq!(told(&form("stopped")), Ok(Change::Stopped { substitute: None }));
        let substituted = ClinicForm { substitute: "D02".into(), ..form("substituted") };
        assert_eq!(told(&substituted), Ok(Change::Stopped { substitute: DoctorId::parse("D02").ok() }));
        let moved = ClinicForm { to: "2026-11-26".into(), ..form("moved") };
        assert_eq!(told(&moved), Ok(Change::Moved { to: jiff::civil::date(2026, 11, 26) }));
        let added = ClinicForm { room: "A305".into(), ..form("added") };
        assert_eq!(told(&added), Ok(Change::Added { room: Some("A305".into()) }));
    }

    #[test]
    fn each_mistake_is_told() {
        let check = |form: ClinicForm, key: &str| assert_eq!(told(&form), Err(vec![key.to_owned()]));
        check(form(""), "bad-clinic-change");
        check(ClinicForm { substitute: "D01".into(), ..form("substituted") }, "bad-clinic-substitute");
        check(ClinicForm { to: "2026-11-25".into(), ..form("moved") }, "bad-clinic-to");
        check(ClinicForm { half: String::new(), ..form("added") }, "bad-clinic-half");
        check(ClinicForm { doctor: String::new(), ..form("stopped") }, "bad-clinic-doctor");
        check(ClinicForm { date: "25.11.".into(), ..form("stopped") }, "bad-clinic-date");
    }
}
