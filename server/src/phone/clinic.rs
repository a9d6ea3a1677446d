//! The clinic page: who sits when and where in this zone's departments, what is cancelled first; and the way to the
//! hospital's own booking. No health education stands here (DOMAIN §0.2b).

use anteroom_content::clinic::{Clinic, Standing, Timetable};
use anteroom_content::clock::{DAY_MS, Offsets};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;

use super::door::Door;
use super::frame::{Frame, PhoneError};
use super::reader::Reader;
use super::start;
use super::visit::Visit;
use super::when;
use crate::db::clinics;
use crate::db::scans::Step;

/// Days shown: today and a week ahead.
const DAYS: usize = 8;
/// How long ago the day may be from which a clinic was moved to one of these.
const MOVED_BACK_MS: i64 = 31 * DAY_MS;
/// Days that stand open; the others open with a tap.
const DAYS_OPEN: usize = 2;

#[derive(Template)]
#[template(path = "phone/clinic.html")]
struct ClinicPage {
    frame: Frame,
    title: String,
    as_of: String,
    departments: Vec<String>,
    days: Vec<Day>,
    booking: Option<Booking>,
    refresh: String,
}

struct Day {
    name: String,
    special: String,
    is_open: bool,
    /// How many clinics, and how many of them are not held.
    count: String,
    stops: Option<String>,
    /// What a day without clinics says.
    none: String,
    clinics: Vec<Row>,
}

struct Row {
    is_held: bool,
    doctor: String,
    title: String,
    department: String,
    when: String,
    room: String,
    kind: String,
    /// A word for what is different, and what to know about it.
    change: Option<(String, String)>,
}

/// The hospital's own booking page.
struct Booking {
    address: String,
    host: String,
}

/// Shows the clinics of a screen's zone.
pub(super) async fn show(
    State(door): State<Door>,
    Path(code): Path<String>,
    reader: Reader,
) -> Result<Response, PhoneError> {
    let Some(visit) = Visit::by_code(&door.house, &code).await? else { return start::unknown_code(&reader) };
    // Overrides of days gone by are read too: a clinic that was moved to today stands in one of them.
    let from = visit.offsets.date(visit.now.plus_ms(-MOVED_BACK_MS)).to_string();
    let timetable = clinics::timetable(&door.house.db, &from).await?.of_departments(&visit.zone.departments);
    if reader.counts {
        door.opens.note(visit.scan(Step::Clinic, None));
    }
    let frame = Frame::of_visit(&reader, &visit, "c");
    let page = page_of(frame, &visit, &timetable);
    page.frame.respond(StatusCode::OK, &page)
}

fn page_of(frame: Frame, visit: &Visit, timetable: &Timetable) -> ClinicPage {
    let today = visit.offsets.date(visit.now);
    let dates = std::iter::successors(Some(today), |date| date.tomorrow().ok()).take(DAYS);
    let has_clinics = !timetable.doctors.is_empty();
    let days = dates.enumerate().filter(|_| has_clinics).map(|(n, date)| day(&frame, visit, timetable, n, date));
    let departments = timetable.departments.iter().map(|d| d.name.in_language(frame.language).to_owned());
    ClinicPage {
        title: frame.say("phone-clinic-title"),
        as_of: frame.say_with("phone-clinic-as-of", "time", &when::time(&visit.offsets, visit.now)),
        departments: departments.collect(),
        days: days.collect(),
        booking: visit.site.booking_url.as_deref().and_then(booking),
        refresh: frame.link(&format!("/c/{}", visit.screen.short_code), None),
        frame,
    }
}

fn day(frame: &Frame, visit: &Visit, timetable: &Timetable, n: usize, date: Date) -> Day {
    let planned = timetable.clinics(date);
    let mut ahead: Vec<&Clinic<'_>> = planned.iter().filter(|clinic| !is_over(&visit.offsets, clinic, visit)).collect();
    // What is not held comes first: it saves somebody a way.
    ahead.sort_by_key(|clinic| clinic.standing.is_held());
    let stops = ahead.iter().filter(|clinic| !clinic.standing.is_held()).count();
    let name = when::day(frame, date);
    let special =
        timetable.calendar.special_at(&visit.site.id, date).map(|day| day.name.in_language(frame.language).to_owned());
    let none = if planned.is_empty() { "phone-clinic-none" } else { "phone-clinic-over" };
    Day {
        name: match n {
            0 => format!("{} {name}", frame.say("phone-clinic-today")),
            1 => format!("{} {name}", frame.say("phone-clinic-tomorrow")),
            _ => name,
        },
        special: special.unwrap_or_default(),
        is_open: n < DAYS_OPEN,
        count: frame.say_with("phone-clinic-count", "count", &(ahead.len() - stops).to_string()),
        stops: (stops > 0).then(|| frame.say_with("phone-clinic-stops", "count", &stops.to_string())),
        none: frame.say(none),
        clinics: ahead.into_iter().map(|clinic| row(frame, timetable, clinic)).collect(),
    }
}

fn is_over(offsets: &Offsets, clinic: &Clinic<'_>, visit: &Visit) -> bool {
    offsets.instant(clinic.date, i32::from(clinic.half.minutes().1)) <= visit.now
}

fn row(frame: &Frame, timetable: &Timetable, clinic: &Clinic<'_>) -> Row {
    let doctor = clinic.doctor;
    let words = |text: &anteroom_content::text::Text| text.in_language(frame.language).to_owned();
    // Where there is one department, it stands above the days already.
    let named = timetable.departments.iter().filter(|_| timetable.departments.len() > 1);
    let department = named.into_iter().find(|d| d.id == doctor.department).map(|d| words(&d.name));
    let field = Some(words(&doctor.field)).filter(|field| !field.is_empty());
    let (from, to) = clinic.half.minutes();
    let change = match clinic.standing {
        Standing::Held => None,
        Standing::Added => Some(("phone-clinic-added", String::new())),
        Standing::Substituting(absent) => {
            Some(("phone-clinic-substituting", frame.say_with("phone-clinic-for", "doctor", &words(&absent.name))))
        }
        Standing::Stopped(None) => Some(("phone-clinic-stopped", String::new())),
        Standing::Stopped(Some(other)) => {
            Some(("phone-clinic-stopped", frame.say_with("phone-clinic-substitute", "doctor", &words(&other.name))))
        }
        Standing::Moved(to) => {
            Some(("phone-clinic-moved", frame.say_with("phone-clinic-moved-to", "day", &when::day(frame, to))))
        }
    };
    Row {
        is_held: clinic.standing.is_held(),
        doctor: words(&doctor.name),
        title: words(&doctor.title),
        department: [department, field].into_iter().flatten().collect::<Vec<_>>().join(" · "),
        when: format!("{} {}–{}", words(&clinic.half.name()), when::minutes(from), when::minutes(to)),
        room: frame.say_with("phone-clinic-room", "room", clinic.room),
        kind: words(&doctor.kind.name()),
        change: change.map(|(word, detail)| (frame.say(word), detail)),
    }
}

/// An address of the web alone, with the host a patient is told before the tap.
fn booking(address: &str) -> Option<Booking> {
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"))?;
    let host = rest.split(['/', '?', '#']).next().filter(|host| !host.is_empty() && !host.contains('@'))?;
    Some(Booking { address: address.to_owned(), host: host.to_owned() })
}
