//! Entries of the strip: a clinic in the words a patient reads.

use anteroom_content::clinic::{Clinic, Half, Standing, Timetable, strip_page};
use anteroom_content::clock::{Instant, Offsets};
use anteroom_content::text::Text;
use jiff::civil::{Date, Weekday};

/// A clinic in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// Who.
    pub(super) name: String,
    /// Professional title.
    pub(super) title: String,
    pub(super) department: String,
    pub(super) room: String,
    /// Morning, afternoon or evening.
    pub(super) half: String,
    /// The same in English.
    pub(super) english: String,
    /// What is different today; none when nothing is.
    pub(super) tag: Option<Tag>,
}

/// What is different about a clinic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag {
    /// One or two words.
    pub(super) word: &'static str,
    /// What a patient should know beside it; may be empty.
    pub(super) more: String,
    /// Nobody is there: stands out.
    pub(super) is_stopped: bool,
}

/// A page of the strip in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EntryPage {
    /// Of which day.
    pub(super) heading: Text,
    pub(super) entries: Vec<Entry>,
    /// Which page, from 0.
    pub(super) page: usize,
    pub(super) pages: usize,
}

impl EntryPage {
    /// The page at `at`, so many entries a page.
    pub(super) fn at(timetable: &Timetable, offsets: &Offsets, at: Instant, per_page: usize) -> Self {
        let page = strip_page(timetable, offsets, at, per_page);
        let today = offsets.date(at);
        let date = page.clinics.first().map_or(today, |clinic| clinic.date);
        Self {
            heading: heading(date, today),
            entries: page.clinics.iter().map(|clinic| Entry::of(clinic, timetable)).collect(),
            page: page.page,
            pages: page.pages,
        }
    }
}

impl Entry {
    /// Department, room and half-day.
    pub(super) fn place(&self) -> String {
        joined(&[&self.department, &self.room, &self.half], "  ")
    }

    /// All that goes into one line; of a clinic that is not held, what must be known.
    pub(super) fn in_one_line(&self) -> String {
        match &self.tag {
            Some(tag) if tag.is_stopped && !tag.more.is_empty() => joined(&[&self.name, &self.half, &tag.more], " "),
            Some(tag) if tag.is_stopped => joined(&[&self.name, &self.department, &self.half], " "),
            Some(_) => joined(&[&self.name, &self.department, &self.room, &self.half], " "),
            None => joined(&[&self.name, &self.title, &self.department, &self.room, &self.half], " "),
        }
    }

    fn of(clinic: &Clinic<'_>, timetable: &Timetable) -> Self {
        let doctor = clinic.doctor;
        let department = timetable.departments.iter().find(|d| d.id == doctor.department).map(|d| &d.name);
        let (department_zh, department_en) = department.map_or(("", ""), |name| (name.zh.as_str(), name.en.as_str()));
        let half = clinic.half.name();
        let tag = tag(&clinic.standing);
        let english_tag = match clinic.standing {
            Standing::Held | Standing::Added | Standing::Substituting(_) => "",
            Standing::Stopped(_) => "Cancelled",
            Standing::Moved(_) => "Moved",
        };
        let english = [english_tag, doctor.name.en.as_str(), department_en, english_half(clinic.half)];
        Self {
            name: doctor.name.zh.clone(),
            title: doctor.title.zh.clone(),
            department: department_zh.to_owned(),
            room: clinic.room.to_owned(),
            half: half.zh,
            english: joined(&english, ", "),
            tag,
        }
    }
}

fn tag(standing: &Standing<'_>) -> Option<Tag> {
    let plain = |word, more| Some(Tag { word, more, is_stopped: false });
    match standing {
        Standing::Held => None,
        Standing::Added => plain("加诊", String::new()),
        Standing::Substituting(absent) => plain("替诊", format!("替{}", absent.name.zh)),
        Standing::Stopped(None) => Some(Tag { word: "停诊", more: String::new(), is_stopped: true }),
        Standing::Stopped(Some(doctor)) => {
            Some(Tag { word: "停诊", more: format!("由{}替诊", doctor.name.zh), is_stopped: true })
        }
        Standing::Moved(to) => {
            Some(Tag { word: "改诊", more: format!("改到{}月{}日", to.month(), to.day()), is_stopped: true })
        }
    }
}

const fn english_half(half: Half) -> &'static str {
    match half {
        Half::Morning => "a.m.",
        Half::Afternoon => "p.m.",
        Half::Evening => "evening",
    }
}

fn heading(date: Date, today: Date) -> Text {
    if date == today {
        return Text::new("今日门诊", "Clinics today");
    }
    let (zh, en) = weekday(date.weekday());
    if today.tomorrow().is_ok_and(|tomorrow| tomorrow == date) {
        return Text { zh: "明日门诊".into(), en: format!("Clinics on {en}") };
    }
    Text { zh: format!("{zh}门诊"), en: format!("Clinics on {en}") }
}

/// A weekday in both languages.
pub(super) const fn weekday(day: Weekday) -> (&'static str, &'static str) {
    match day {
        Weekday::Monday => ("星期一", "Monday"),
        Weekday::Tuesday => ("星期二", "Tuesday"),
        Weekday::Wednesday => ("星期三", "Wednesday"),
        Weekday::Thursday => ("星期四", "Thursday"),
        Weekday::Friday => ("星期五", "Friday"),
        Weekday::Saturday => ("星期六", "Saturday"),
        Weekday::Sunday => ("星期日", "Sunday"),
    }
}

fn joined(words: &[&str], with: &str) -> String {
    let filled: Vec<&str> = words.iter().copied().filter(|word| !word.is_empty()).collect();
    filled.join(with)
}

#[cfg(test)]
mod tests {
    use anteroom_content::clinic::{Change, ClinicKind, Department, Doctor, Override, Sitting, Weeks};
    use anteroom_content::clock::MINUTE_MS;
    use anteroom_content::id::{DepartmentId, DoctorId, OverrideId, SiteId};

    use super::*;

    fn timetable(change: Option<Change>) -> Timetable {
        let department = DepartmentId::parse("03.04").expect("name");
        let doctor = |id: &str, zh: &str, en: &str, sits: bool| Doctor {
            id: DoctorId::parse(id).expect("name"),
            site: SiteId::parse("QLZX").expect("name"),
            department: department.clone(),
            name: Text::new(zh, en),
            title: Text::new("主任医师", "Chief physician"),
            field: Text::default(),
            room: "A302".into(),
            kind: ClinicKind::Expert,
            quota: 25,
            sittings: (1..=7)
                .filter(|_| sits)
                .map(|weekday| Sitting { weekday, half: Half::Morning, weeks: Weeks::Every })
                .collect(),
        };
        Timetable {
            departments: vec![Department { id: department.clone(), name: Text::new("心血管内科", "Cardiology") }],
            doctors: vec![doctor("D01", "王大明", "Wang Daming", true), doctor("D02", "李静", "Li Jing", false)],
            overrides: change
                .map(|change| Override {
                    id: OverrideId::parse("o1").expect("name"),
                    doctor: DoctorId::parse("D01").expect("name"),
                    date: jiff::civil::date(2026, 11, 25),
                    half: None,
                    change,
                    reason: Text::default(),
                    made_at: Instant(0),
                })
                .into_iter()
                .collect(),
            calendar: anteroom_content::schedule::Calendar::default(),
            notices: Vec::new(),
        }
    }

    fn told(change: Option<Change>, minute: i64) -> (String, Vec<String>) {
        let offsets = Offsets::fixed("Asia/Shanghai", 8 * 3_600);
        let at = offsets.instant(jiff::civil::date(2026, 11, 25), 0).plus_ms(minute * MINUTE_MS);
        let page = EntryPage::at(&timetable(change), &offsets, at, 9);
        let line = |entry: &Entry| {
            let word = entry.tag.as_ref().map_or(String::new(), |tag| format!("[{}]", tag.word));
            format!("{word}{}", entry.in_one_line())
        };
        (page.heading.zh, page.entries.iter().map(line).collect())
    }

    #[test]
    fn a_patient_reads_who_sits_where_and_what_is_different_today() {
        let stopped = |substitute: Option<&str>| Change::Stopped {
            substitute: substitute.map(|id| DoctorId::parse(id).expect("name")),
        };
        let today = "今日门诊".to_owned();
        assert_eq!(told(None, 600), (today.clone(), vec!["王大明 主任医师 心血管内科 A302 上午".to_owned()]));
        assert_eq!(told(Some(stopped(None)), 600), (today.clone(), vec!["[停诊]王大明 心血管内科 上午".to_owned()]));
        let both = ["[停诊]王大明 上午 由李静替诊", "[替诊]李静 心血管内科 A302 上午"].map(ToOwned::to_owned).to_vec();
        assert_eq!(told(Some(stopped(Some("D02"))), 600), (today, both));
        let moved = Change::Moved { to: jiff::civil::date(2026, 11, 27) };
        assert_eq!(told(Some(moved), 600).1, ["[改诊]王大明 上午 改到11月27日"]);
    }

    #[test]
    fn when_the_last_clinic_is_over_the_next_day_is_told_as_such() {
        assert_eq!(told(None, 13 * 60).0, "明日门诊");
    }
}
