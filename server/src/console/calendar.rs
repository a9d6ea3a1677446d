//! The calendar: a year at a glance, its special days as a list, and the form that changes them.

use std::collections::BTreeSet;

use anteroom_content::id::SiteId;
use anteroom_content::place::Site;
use anteroom_content::schedule::{Calendar, Day, DayKind, SpecialDay, SpecialKind};
use anteroom_content::text::Text;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Deserialize;

use super::calendar_form::{CalendarForm, KINDS, kind_word};
use super::desk::Desk;
use super::fault::Fault;
use super::fields::Asked;
use super::frame::{Page, show};
use super::moment;
use super::said::Said;
use super::visitor::Staff;
use crate::db::calendar::{self, Notice};
use crate::db::places;
use crate::words::Words;

/// The years a page is drawn of: those a date field knows, and no more work than a year can be.
const YEARS: std::ops::RangeInclusive<i16> = 1950..=2999;

/// A day in the year's view.
struct Cell {
    date: Date,
    number: i8,
    /// How it looks: `workday`, `rest`, `holiday`, `makeup`, `closed`.
    look: &'static str,
    /// The letter that says so without colour; empty on plain days.
    mark: String,
    why: Text,
    is_today: bool,
    is_special: bool,
    /// Seen from the calendar of all: some site has a day of its own.
    differs: bool,
}

struct Month {
    name: String,
    /// Seven cells a week, Monday first.
    weeks: Vec<Vec<Option<Cell>>>,
}

/// Special days of one kind, name and site that follow each other.
struct Run {
    first: Date,
    last: Date,
    days: i64,
    look: &'static str,
    kind: Text,
    name: Text,
    /// None is every site.
    site: Option<(SiteId, Text)>,
}

#[derive(Template)]
#[template(path = "calendar.html")]
pub(super) struct CalendarPage {
    page: Page,
    year: i16,
    /// The site looked at; empty for the general calendar.
    site: String,
    sites: Vec<Site>,
    notice: Option<Notice>,
    months: Vec<Month>,
    weekdays: [u8; 7],
    runs: Vec<Run>,
    form: CalendarForm,
    kinds: Vec<(&'static str, Text)>,
    problems: Vec<Said>,
}

/// What is looked at: a year, a site, and perhaps days to change.
#[derive(Default, Deserialize)]
pub(super) struct Which {
    year: Option<i16>,
    #[serde(default)]
    site: String,
    #[serde(default)]
    first: String,
    #[serde(default)]
    last: String,
    /// The site of the days to change, when it is another than the one looked at.
    #[serde(default)]
    of: String,
}

/// The page of a year.
pub(super) async fn look(
    State(desk): State<Desk>,
    staff: Staff,
    Asked(which): Asked<Which>,
) -> Result<Response, Fault> {
    let first: Option<Date> = which.first.parse().ok();
    let year = first.map(Date::year).or(which.year);
    let form = match first {
        Some(first) => {
            let held = calendar::calendar(&desk.house.db, &first.to_string()).await?;
            let site = SiteId::parse(&which.of).ok();
            let day = held.days().iter().find(|day| day.date == first && day.site == site);
            CalendarForm::of(first, which.last.parse().unwrap_or(first), day, &which.of)
        }
        None => CalendarForm { site: which.site.clone(), kind: "holiday".to_owned(), ..CalendarForm::default() },
    };
    show(&page(&desk, &staff, year, &which.site, form, Vec::new()).await?)
}

/// The page of a year with a form and what is wrong with it.
pub(super) async fn page(
    desk: &Desk,
    staff: &Staff,
    year: Option<i16>,
    site: &str,
    form: CalendarForm,
    problems: Vec<Said>,
) -> Result<CalendarPage, Fault> {
    let page = staff.page();
    let today = moment::today(&moment::of_house(), page.now);
    let year = year.filter(|year| YEARS.contains(year)).unwrap_or(today.year());
    let sites = places::places(&desk.house.db).await?.sites;
    let chosen = sites.iter().find(|one| one.id.as_str() == site).map(|one| one.id.clone());
    let all = calendar::calendar(&desk.house.db, &format!("{year:04}-01-01")).await?;
    let notice = calendar::notices(&desk.house.db).await?.into_iter().find(|notice| notice.year == year);
    let seen = chosen.as_ref().map_or_else(|| all.clone(), |site| all.of_site(site));
    let own: BTreeSet<Date> = seen.days().iter().filter(|day| day.site.is_some()).map(|day| day.date).collect();
    let months = (1..=12).map(|month| {
        let dates = Date::new(year, month, 1).ok().into_iter().flat_map(|first| first.series(1.day()));
        let dates = dates.take_while(|date| date.month() == month);
        let cells = dates.map(|date| Cell {
            differs: chosen.is_none() && own.contains(&date),
            ..cell(&seen.day(date), today, page.words)
        });
        Month { name: page.words.get(&format!("month-{month}")), weeks: weeks(cells.collect()) }
    });
    let months = months.collect();
    Ok(CalendarPage {
        year,
        site: chosen.as_ref().map(ToString::to_string).unwrap_or_default(),
        runs: runs(&seen, year, &sites),
        sites,
        notice,
        months,
        weekdays: [1, 2, 3, 4, 5, 6, 7],
        form,
        kinds: KINDS.into_iter().map(|kind| (kind_word(kind), as_choice(kind.name()))).collect(),
        problems,
        page,
    })
}

/// A name as it stands alone: in English with a capital letter.
fn as_choice(mut name: Text) -> Text {
    if let Some(first) = name.en.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    name
}

/// Puts the days of a month into weeks that begin on Monday.
fn weeks(days: Vec<Cell>) -> Vec<Vec<Option<Cell>>> {
    let mut weeks: Vec<Vec<Option<Cell>>> = Vec::new();
    for day in days {
        let weekday = usize::try_from(day.date.weekday().to_monday_zero_offset()).unwrap_or_default();
        if weekday == 0 || weeks.is_empty() {
            weeks.push((0..7).map(|_| None).collect());
        }
        if let Some(place) = weeks.last_mut().and_then(|week| week.get_mut(weekday)) {
            *place = Some(day);
        }
    }
    weeks
}

fn cell(day: &Day<'_>, today: Date, words: &Words) -> Cell {
    Cell {
        date: day.date,
        number: day.date.day(),
        look: look_of(day.kind),
        mark: day.special.map(|special| mark(special.kind, words)).unwrap_or_default(),
        why: day.why(),
        is_today: day.date == today,
        is_special: day.special.is_some(),
        differs: false,
    }
}

/// How a kind of day looks: the word of its style.
pub(super) const fn look_of(kind: DayKind) -> &'static str {
    match kind {
        DayKind::Workday => "workday",
        DayKind::RestDay => "rest",
        DayKind::Holiday => "holiday",
        DayKind::MakeupDay => "makeup",
        DayKind::Closure => "closed",
    }
}

/// The letter of a special day: what it is can be seen without its colour.
fn mark(kind: SpecialKind, words: &Words) -> String {
    match kind {
        SpecialKind::Holiday => words.get("mark-holiday"),
        SpecialKind::ExpertsOff => words.get("mark-experts-off"),
        SpecialKind::Makeup => words.get("mark-makeup"),
        SpecialKind::Closed => words.get("mark-closed"),
        SpecialKind::Follows(number) => match kind.follows() {
            Some(_) => words.get(&format!("mark-follows-{number}")),
            None => String::new(),
        },
    }
}

fn runs(calendar: &Calendar, year: i16, sites: &[Site]) -> Vec<Run> {
    // In the calendar of all sites, days of one site stand between those of another.
    let mut days: Vec<&SpecialDay> = calendar.days().iter().filter(|day| day.date.year() == year).collect();
    days.sort_by_key(|day| (&day.site, day.date));
    let follows = |a: &&SpecialDay, b: &&SpecialDay| {
        a.date.tomorrow().is_ok_and(|next| next == b.date) && (a.kind, &a.name, &a.site) == (b.kind, &b.name, &b.site)
    };
    let name_of = |id: &SiteId| sites.iter().find(|site| site.id == *id).map(|site| site.name.clone());
    let run = |days: &[&SpecialDay]| {
        let (first, last) = (days.first()?, days.last()?);
        Some(Run {
            first: first.date,
            last: last.date,
            days: i64::try_from(days.len()).unwrap_or_default(),
            look: look_of(first.kind.day_kind(first.date)),
            kind: first.kind.name(),
            name: first.name.clone(),
            site: first.site.clone().map(|id| (id.clone(), name_of(&id).unwrap_or_else(|| Text::new(id.as_str(), "")))),
        })
    };
    let mut runs: Vec<Run> = days.chunk_by(follows).filter_map(run).collect();
    runs.sort_by_key(|run| run.first);
    runs
}
