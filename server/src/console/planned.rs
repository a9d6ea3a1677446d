//! A day, planned and played: screen by screen and item by item, and the same as a file for spreadsheets.

use anteroom_content::id::{SiteId, ZoneId};
use anteroom_content::place::{Site, Zone};
use askama::Template;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use jiff::civil::Date;
use serde::Deserialize;

use super::desk::Desk;
use super::fault::Fault;
use super::fields::Asked;
use super::frame::{Page, show};
use super::moment;
use super::visitor::Staff;
use crate::db::places::{Places, places};
use crate::reports::{self, PlannedReport, ReportError, Whose};

/// What a site's value in the form begins with; the name of a zone cannot hold a colon.
const SITE: &str = "site:";

#[derive(Template)]
#[template(path = "planned.html")]
struct PlannedPage {
    page: Page,
    date: Date,
    place: String,
    sites: Vec<(Site, Vec<Zone>)>,
    report: PlannedReport,
    downs: Vec<String>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    clippy::unused_self,
    reason = "templates call methods, and hand their fields on by reference"
)]
impl PlannedPage {
    /// `97.3 %` of what was planned.
    fn delivery(&self, planned: &u64, played: &u64) -> String {
        match reports::delivery_permille(*planned, *played) {
            Some(permille) => format!("{}.{} %", permille / 10, permille % 10),
            None => "–".to_owned(),
        }
    }

    fn time(&self, ms: &u64) -> String {
        moment::length(i64::try_from(*ms).unwrap_or(i64::MAX))
    }

    fn planned(&self) -> u64 {
        self.report.sums().0
    }

    fn played(&self) -> u64 {
        self.report.sums().1
    }

    fn is_chosen(&self, kind: &str, id: &str) -> bool {
        self.place.strip_prefix(kind) == Some(id)
    }
}

#[derive(Default, Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    date: String,
    #[serde(default)]
    place: String,
}

impl Which {
    /// The day, and whose screens; the first zone of the house where none was chosen.
    fn read(&self, today: Date, places: &Places) -> (Date, Option<Whose>) {
        let date = self.date.parse().unwrap_or(today);
        let whose = match self.place.strip_prefix(SITE) {
            Some(site) => SiteId::parse(site).ok().map(Whose::Site),
            None => ZoneId::parse(&self.place).ok().map(Whose::Zone),
        };
        (date, whose.or_else(|| places.zones.first().map(|zone| Whose::Zone(zone.id.clone()))))
    }
}

async fn report(desk: &Desk, which: &Which, today: Date) -> Result<(Date, Option<Whose>, PlannedReport), Fault> {
    let places = places(&desk.house.db).await?;
    let (date, whose) = which.read(today, &places);
    let Some(whose) = whose else { return Ok((date, None, PlannedReport::default())) };
    match reports::planned(&desk.house, date, &whose).await {
        Ok(report) => Ok((date, Some(whose), report)),
        Err(ReportError::Db(error)) => Err(error.into()),
        Err(ReportError::Programme(error)) => Err(error.into()),
        Err(error @ (ReportError::TimeZone(_) | ReportError::Backwards { .. })) => Err(Fault::internal(error)),
    }
}

/// The page.
pub(super) async fn look(
    State(desk): State<Desk>,
    staff: Staff,
    Asked(which): Asked<Which>,
) -> Result<Response, Fault> {
    let (date, whose, report) = report(&desk, &which, moment::today(&moment::of_house(), staff.visitor.now)).await?;
    let places = places(&desk.house.db).await?;
    let zones = |site: &Site| places.zones.iter().filter(|zone| zone.site == site.id).cloned().collect();
    let sites = places.sites.iter().map(|site| (site.clone(), zones(site))).collect();
    let place = match whose {
        Some(Whose::Site(site)) => format!("{SITE}{site}"),
        Some(Whose::Zone(zone)) => zone.to_string(),
        None => String::new(),
    };
    let page = staff.page();
    let names = desk.names().await?;
    let downs = report.downs.iter().map(|one| {
        let until = one.until.map_or_else(|| page.word("planned-down-now"), |until| page.when(&until));
        let by = names.get(&one.account).cloned().unwrap_or_else(|| one.account.clone());
        let span = page.t("planned-down-span").put("from", page.when(&one.from)).put("until", until).put("by", by);
        [one.scope.name().to_owned(), span.to_string(), one.reason.clone()]
            .join(" · ")
            .trim_end_matches(" · ")
            .to_owned()
    });
    show(&PlannedPage { downs: downs.collect(), page, date, place, sites, report })
}

/// The file.
pub(super) async fn csv(State(desk): State<Desk>, staff: Staff, Asked(which): Asked<Which>) -> Result<Response, Fault> {
    let (date, _, report) = report(&desk, &which, moment::today(&moment::of_house(), staff.visitor.now)).await?;
    let name = format!("attachment; filename=\"anteroom-planned-{date}.csv\"");
    let headers = [(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((headers, reports::planned_csv(&report, staff.visitor.language)).into_response())
}
