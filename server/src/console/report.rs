//! Plays and opens over some days: totals per item and per screen, and the same as a file for spreadsheets.

use askama::Template;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Deserialize;

use super::desk::Desk;
use super::fault::Fault;
use super::fields::Asked;
use super::frame::{Page, show, show_again};
use super::moment;
use super::said::Said;
use super::visitor::Staff;
use crate::reports::{self, Lit, PlaysReport, ReportError};

/// The most days of one report (RELIABILITY §0.3).
const DAYS_MAX: i32 = 400;
/// Days of a report nobody asked for in particular: a week.
const DAYS_BEFORE: i32 = 6;

#[derive(Template)]
#[template(path = "report.html")]
struct ReportPage {
    page: Page,
    from: Date,
    to: Date,
    report: PlaysReport,
    problems: Vec<Said>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    clippy::unused_self,
    reason = "templates call methods, and hand their fields on by reference"
)]
impl ReportPage {
    /// `97 %` of plays that ended as planned.
    fn share(&self, complete: &u64, plays: &u64) -> String {
        if *plays == 0 { "–".to_owned() } else { format!("{} %", complete.saturating_mul(100) / plays) }
    }

    fn time(&self, ms: &u64) -> String {
        moment::length(i64::try_from(*ms).unwrap_or(i64::MAX))
    }

    /// `98 %` of the time for which the power of displays was known, or that nobody knows.
    fn lit(&self, lit: &Lit) -> String {
        lit.percent().map_or_else(|| self.page.word("lit-unknown"), |percent| format!("{percent} %"))
    }

    fn lit_all(&self) -> String {
        self.lit(&self.report.by_item.iter().fold(Lit::default(), |sum, total| sum.and(total.lit)))
    }

    fn opens(&self, opens: &u64) -> String {
        reports::opens_told(*opens)
    }

    fn plays(&self) -> u64 {
        self.report.by_item.iter().map(|total| total.plays).sum()
    }

    fn complete(&self) -> u64 {
        self.report.by_item.iter().map(|total| total.complete).sum()
    }

    fn shown_ms(&self) -> u64 {
        self.report.by_item.iter().map(|total| total.shown_ms).sum()
    }
}

#[derive(Default, Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
}

impl Which {
    fn days(&self, today: Date) -> (Date, Date) {
        let to = self.to.parse().unwrap_or(today);
        let from = self.from.parse().unwrap_or_else(|_| to.saturating_sub(DAYS_BEFORE.days()));
        (from, to)
    }
}

async fn report(desk: &Desk, from: Date, to: Date) -> Result<Result<PlaysReport, Said>, Fault> {
    if from.saturating_add(DAYS_MAX.days()) < to {
        return Ok(Err(Said::bad("bad-report-long").put("count", DAYS_MAX)));
    }
    match reports::plays(&desk.house, from, to).await {
        Ok(report) => Ok(Ok(report)),
        Err(ReportError::Backwards { .. }) => Ok(Err(Said::bad("bad-report-dates"))),
        Err(error @ (ReportError::Db(_) | ReportError::Programme(_) | ReportError::TimeZone(_))) => {
            Err(fault_of(error))
        }
    }
}

async fn today(desk: &Desk) -> Result<Date, Fault> {
    reports::today(&desk.house).await.map_err(fault_of)
}

pub(super) fn fault_of(error: ReportError) -> Fault {
    match error {
        ReportError::Db(error) => error.into(),
        ReportError::Programme(error) => error.into(),
        ReportError::Backwards { .. } | ReportError::TimeZone(_) => Fault::internal(error),
    }
}

/// The page.
pub(super) async fn look(
    State(desk): State<Desk>,
    staff: Staff,
    Asked(which): Asked<Which>,
) -> Result<Response, Fault> {
    let (from, to) = which.days(today(&desk).await?);
    match report(&desk, from, to).await? {
        Ok(report) => show(&ReportPage { page: staff.page(), from, to, report, problems: Vec::new() }),
        Err(said) => {
            let report = PlaysReport::default();
            show_again(&ReportPage { page: staff.page(), from, to, report, problems: vec![said] })
        }
    }
}

/// The file.
pub(super) async fn csv(State(desk): State<Desk>, staff: Staff, Asked(which): Asked<Which>) -> Result<Response, Fault> {
    let (from, to) = which.days(today(&desk).await?);
    let Ok(report) = report(&desk, from, to).await? else { return Err(Fault::bad_form()) };
    let name = format!("attachment; filename=\"anteroom-plays-{from}-{to}.csv\"");
    let headers = [(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((headers, reports::csv(&report, staff.visitor.language)).into_response())
}
