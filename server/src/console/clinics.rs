//! Clinics of a day, and what is different: entered in one short form, on every screen and phone within a second.

use anteroom_content::clinic::{Change, Clinic, Department, Doctor, Half, Override, Standing, Timetable};
use anteroom_content::clock::Instant;
use anteroom_content::id::OverrideId;
use anteroom_content::place::Site;
use anteroom_content::text::Text;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::clinic_form::{ClinicForm, half_word};
use super::desk::Desk;
use super::fault::Fault;
use super::fields::{Asked, Fields, Named, new_name};
use super::frame::{Page, show, show_again};
use super::moment;
use super::said::Said;
use super::visitor::Staff;
use crate::db::{clinics, places};
use crate::publish;

struct Line {
    doctor: Doctor,
    half: Half,
    room: String,
    standing: String,
    is_held: bool,
    is_plain: bool,
}

struct Changed {
    id: OverrideId,
    doctor: Text,
    words: String,
    reason: Text,
}

#[derive(Template)]
#[template(path = "clinics.html")]
struct ClinicsPage {
    page: Page,
    date: Date,
    day: String,
    today: Date,
    tomorrow: Date,
    departments: Vec<(Department, Vec<Line>)>,
    changed: Vec<Changed>,
    doctors: Vec<(Department, Vec<Doctor>)>,
    halves: Vec<(&'static str, Text)>,
    form: ClinicForm,
    /// The room in which the substitute sits already.
    clash: Option<String>,
    problems: Vec<Said>,
}

#[derive(Default, Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    date: String,
    #[serde(default)]
    doctor: String,
    #[serde(default)]
    half: String,
}

/// The clinics, and the calendar they are looked at by.
struct Office {
    timetable: Timetable,
    site: Option<Site>,
    today: Date,
}

impl Office {
    /// Reads the clinics, those of `date` among them. It is today what it is at the site of `doctor`; at that of the first
    /// doctor while none is chosen.
    async fn read(desk: &Desk, now: Instant, date: Option<Date>, doctor: &str) -> Result<Self, Fault> {
        // Nowhere is it still an earlier day than this.
        let earliest = moment::today(&TimeZone::UTC, now).yesterday().unwrap_or(Date::MIN);
        let from = date.map_or(earliest, |date| date.min(earliest));
        let timetable = clinics::timetable(&desk.house.db, &from.to_string()).await?;
        let chosen = timetable.doctors.iter().find(|known| known.id.as_str() == doctor);
        let at = chosen.or(timetable.doctors.first()).map(|doctor| &doctor.site);
        let sites = places::places(&desk.house.db).await?.sites;
        let site = sites.into_iter().find(|site| Some(&site.id) == at);
        let today = moment::today(&moment::of_site(site.as_ref()), now);
        Ok(Self { timetable, site, today })
    }
}

fn page(
    office: &Office,
    staff: &Staff,
    date: Date,
    form: ClinicForm,
    clash: Option<String>,
    problems: Vec<Said>,
) -> ClinicsPage {
    let page = staff.page().at_site(office.site.as_ref());
    let Office { timetable, today, .. } = office;
    let clinics = timetable.clinics(date);
    let departments = timetable.departments.iter().filter_map(|department| {
        let lines = clinics.iter().filter(|clinic| clinic.doctor.department == department.id);
        let lines: Vec<_> = lines.map(|clinic| line(clinic, &page)).collect();
        (!lines.is_empty()).then(|| (department.clone(), lines))
    });
    let departments = departments.collect();
    let doctors = timetable.departments.iter().map(|department| {
        let doctors = timetable.doctors.iter().filter(|doctor| doctor.department == department.id);
        (department.clone(), doctors.cloned().collect())
    });
    let changed = timetable.overrides.iter().filter(|change| change.date == date);
    let changed = changed.map(|change| told(change, timetable, &page)).collect();
    ClinicsPage {
        date,
        day: moment::day(page.words, date),
        today: *today,
        tomorrow: today.tomorrow().unwrap_or(*today),
        departments,
        changed,
        doctors: doctors.collect(),
        halves: Half::ALL.into_iter().map(|half| (half_word(half), half.name())).collect(),
        form,
        clash,
        problems,
        page,
    }
}

fn line(clinic: &Clinic<'_>, page: &Page) -> Line {
    let name = |doctor: &Doctor| page.text(&doctor.name);
    let standing = match clinic.standing {
        Standing::Held => page.words.get("clinic-held"),
        Standing::Added => page.words.get("clinic-added"),
        Standing::Substituting(absent) => page.words.say("clinic-substituting").put("name", name(absent)).to_string(),
        Standing::Stopped(None) => page.words.get("clinic-stopped"),
        Standing::Stopped(Some(other)) => page.words.say("clinic-substituted").put("name", name(other)).to_string(),
        Standing::Moved(to) => page.words.say("clinic-moved").put("date", moment::day(page.words, to)).to_string(),
    };
    Line {
        doctor: clinic.doctor.clone(),
        half: clinic.half,
        room: clinic.room.to_owned(),
        standing,
        is_held: clinic.standing.is_held(),
        is_plain: clinic.standing == Standing::Held,
    }
}

fn told(change: &Override, timetable: &Timetable, page: &Page) -> Changed {
    let half = change.half.map_or_else(|| page.words.get("whole-day"), |half| page.text(half.name()));
    let what = match &change.change {
        Change::Stopped { substitute: None } => page.words.get("clinic-stopped"),
        Change::Stopped { substitute: Some(id) } => {
            let name = timetable.doctor(id).map_or_else(|| id.to_string(), |other| page.text(&other.name));
            page.words.say("clinic-substituted").put("name", name).to_string()
        }
        Change::Moved { to } => page.words.say("clinic-moved").put("date", moment::day(page.words, *to)).to_string(),
        Change::Added { room } => {
            format!("{} {}", page.words.get("clinic-added"), room.as_deref().unwrap_or_default())
        }
    };
    let doctor = timetable.doctor(&change.doctor);
    Changed {
        id: change.id.clone(),
        doctor: doctor.map_or_else(|| Text::new(change.doctor.as_str(), ""), |doctor| doctor.name.clone()),
        words: format!("{half} · {what}"),
        reason: change.reason.clone(),
    }
}

/// The page of a date, perhaps with a clinic chosen.
pub(super) async fn look(
    State(desk): State<Desk>,
    staff: Staff,
    Asked(which): Asked<Which>,
) -> Result<Response, Fault> {
    let date = which.date.parse().ok();
    let office = Office::read(&desk, staff.visitor.now, date, &which.doctor).await?;
    let date = date.unwrap_or(office.today);
    let form = ClinicForm {
        doctor: which.doctor,
        half: which.half,
        date: date.to_string(),
        change: "stopped".to_owned(),
        ..ClinicForm::default()
    };
    show(&page(&office, &staff, date, form, None, Vec::new()))
}

/// Enters a change; it is on every screen that shows the clinic when the next page is drawn.
pub(super) async fn enter(
    State(desk): State<Desk>,
    staff: Staff,
    Fields(form): Fields<ClinicForm>,
) -> Result<Response, Fault> {
    let date = form.date.trim().parse().ok();
    let office = Office::read(&desk, staff.visitor.now, date, &form.doctor).await?;
    let date = date.unwrap_or(office.today);
    let id = OverrideId::parse(&new_name("o")?).map_err(Fault::internal)?;
    let change = match form.read(id, staff.visitor.now) {
        Ok(change) => change,
        Err(problems) => return show_again(&page(&office, &staff, date, form, None, problems)),
    };
    let timetable = &office.timetable;
    let mut problems = Vec::new();
    if date < office.today {
        problems.push(Said::bad("bad-clinic-past"));
    }
    let is_doctor = |id: &anteroom_content::id::DoctorId| timetable.doctor(id).is_some();
    let substitute = match &change.change {
        Change::Stopped { substitute } => substitute.as_ref(),
        Change::Moved { .. } | Change::Added { .. } => None,
    };
    if !is_doctor(&change.doctor) || substitute.is_some_and(|id| !is_doctor(id)) {
        problems.push(Said::bad("bad-clinic-doctor"));
    }
    if !problems.is_empty() {
        return show_again(&page(&office, &staff, date, form, None, problems));
    }
    if form.anyway.is_empty()
        && let Some(clash) = timetable.clash(&change)
    {
        return show_again(&page(&office, &staff, date, form, Some(clash.room), Vec::new()));
    }
    clinics::add_override(&desk.house.db, &change, &staff.account.id).await?;
    desk.note(&staff.account, "clinic.change", change.doctor.as_str(), &format!("{date} {}", form.change)).await?;
    on_glass(&desk, &staff, Some(date)).await
}

/// Takes a change back.
pub(super) async fn withdraw(
    State(desk): State<Desk>,
    staff: Staff,
    Named(id): Named<OverrideId>,
    Fields(which): Fields<Which>,
) -> Result<Response, Fault> {
    if !clinics::withdraw_override(&desk.house.db, &id, staff.visitor.now).await? {
        return Err(Fault::changed());
    }
    desk.note(&staff.account, "clinic.withdraw", id.as_str(), "").await?;
    on_glass(&desk, &staff, which.date.parse().ok()).await
}

async fn on_glass(desk: &Desk, staff: &Staff, date: Option<Date>) -> Result<Response, Fault> {
    let zones = publish::refresh_clinics(&desk.house, &staff.account.id).await?;
    let said =
        if zones > 0 { Said::new("said-clinic-told").put("count", zones) } else { Said::new("said-clinic-kept") };
    Ok(said.at(&date.map_or_else(|| "/clinics".to_owned(), |date| format!("/clinics?date={date}"))))
}
