//! The form of special days: a span of dates, what they are, what people call them, and where. Saved days reach the clinics
//! at once; rules follow with the next publication.

use anteroom_content::id::SiteId;
use anteroom_content::schedule::calendar::SPECIAL_NAME_CHARS_MAX;
use anteroom_content::schedule::calendar::import::EVENT_DAYS_MAX;
use anteroom_content::schedule::{SpecialDay, SpecialKind};
use anteroom_content::text::Text;
use axum::extract::State;
use axum::response::Response;
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Deserialize;

use super::calendar::page;
use super::desk::Desk;
use super::fault::Fault;
use super::fields::{Fields, both, is_title};
use super::frame::show_again;
use super::said::Said;
use super::visitor::Staff;
use crate::db::{calendar, places};
use crate::publish;

/// What a day may be made, in the order of the form.
pub(super) const KINDS: [SpecialKind; 11] = [
    SpecialKind::Holiday,
    SpecialKind::Makeup,
    SpecialKind::Follows(1),
    SpecialKind::Follows(2),
    SpecialKind::Follows(3),
    SpecialKind::Follows(4),
    SpecialKind::Follows(5),
    SpecialKind::Follows(6),
    SpecialKind::Follows(7),
    SpecialKind::ExpertsOff,
    SpecialKind::Closed,
];

/// The fields.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(super) struct CalendarForm {
    /// First day.
    #[serde(default)]
    pub(super) first: String,
    /// Last day; empty is the first one.
    #[serde(default)]
    pub(super) last: String,
    /// What they are.
    #[serde(default)]
    pub(super) kind: String,
    /// Their name.
    #[serde(default)]
    pub(super) name_zh: String,
    /// Their name in English.
    #[serde(default)]
    pub(super) name_en: String,
    /// Where; empty is every site.
    #[serde(default)]
    pub(super) site: String,
    /// The year and site that are looked at, to come back to.
    #[serde(default)]
    pub(super) back: String,
}

/// Where and when: what both saving and removing need.
struct Span {
    first: Date,
    last: Date,
    site: Option<SiteId>,
}

impl CalendarForm {
    /// The form of days that are held, or of plain days.
    pub(super) fn of(first: Date, last: Date, day: Option<&SpecialDay>, site: &str) -> Self {
        Self {
            first: first.to_string(),
            last: last.max(first).to_string(),
            kind: kind_word(day.map_or(SpecialKind::Holiday, |day| day.kind)).to_owned(),
            name_zh: day.map(|day| day.name.zh.clone()).unwrap_or_default(),
            name_en: day.map(|day| day.name.en.clone()).unwrap_or_default(),
            site: site.to_owned(),
            back: String::new(),
        }
    }

    fn span(&self, sites: &[SiteId]) -> Result<Span, Vec<Said>> {
        let mut problems = Vec::new();
        let first: Option<Date> = self.first.trim().parse().ok();
        let last = if self.last.trim().is_empty() { first } else { self.last.trim().parse().ok() };
        let days = first.zip(last).map(|(first, last)| i64::from((last - first).get_days()) + 1);
        match days.map(usize::try_from) {
            Some(Ok(1..=EVENT_DAYS_MAX)) => {}
            Some(Ok(1..)) => problems.push(Said::bad("bad-calendar-long").put("count", EVENT_DAYS_MAX)),
            Some(Ok(0) | Err(_)) | None => problems.push(Said::bad("bad-calendar-dates")),
        }
        let site = match self.site.as_str() {
            "" => Some(None),
            id => sites.iter().find(|site| site.as_str() == id).cloned().map(Some),
        };
        if site.is_none() {
            problems.push(Said::bad("bad-calendar-site"));
        }
        match (first, last, site) {
            (Some(first), Some(last), Some(site)) if problems.is_empty() => Ok(Span { first, last, site }),
            _ => Err(problems),
        }
    }

    fn read(&self, sites: &[SiteId]) -> Result<Vec<SpecialDay>, Vec<Said>> {
        let (span, mut problems) = match self.span(sites) {
            Ok(span) => (Some(span), Vec::new()),
            Err(problems) => (None, problems),
        };
        let kind = KINDS.into_iter().find(|kind| kind_word(*kind) == self.kind);
        if kind.is_none() {
            problems.push(Said::bad("bad-calendar-kind"));
        }
        let name = both(&self.name_zh, &self.name_en);
        let fits = |text: &str| text.chars().count() <= SPECIAL_NAME_CHARS_MAX && !text.contains('\n');
        if !is_title(&name.zh) || !fits(&name.zh) || !fits(&name.en) {
            problems.push(Said::bad("bad-calendar-name").put("count", SPECIAL_NAME_CHARS_MAX));
        }
        match (span, kind) {
            (Some(span), Some(kind)) if problems.is_empty() => Ok(span.days(kind, &name)),
            _ => Err(problems),
        }
    }

    /// Where the page goes on: the year of the days, at the site that was looked at.
    fn way_back(&self, first: Date) -> String {
        let site = SiteId::parse(&self.back).map(|site| format!("&site={site}")).unwrap_or_default();
        format!("/calendar?year={}{site}", first.year())
    }
}

impl Span {
    fn days(&self, kind: SpecialKind, name: &Text) -> Vec<SpecialDay> {
        let dates = self.first.series(1.day()).take(EVENT_DAYS_MAX).take_while(|date| *date <= self.last);
        dates.map(|date| SpecialDay { date, kind, name: name.clone(), site: self.site.clone() }).collect()
    }

    fn words(&self) -> String {
        if self.first == self.last { self.first.to_string() } else { format!("{} – {}", self.first, self.last) }
    }
}

/// A kind as it stands in forms.
pub(super) const fn kind_word(kind: SpecialKind) -> &'static str {
    match kind {
        SpecialKind::Holiday => "holiday",
        SpecialKind::Makeup => "makeup",
        SpecialKind::ExpertsOff => "experts-off",
        SpecialKind::Closed => "closed",
        SpecialKind::Follows(number) => match number {
            1 => "follows-1",
            2 => "follows-2",
            3 => "follows-3",
            4 => "follows-4",
            5 => "follows-5",
            6 => "follows-6",
            _ => "follows-7",
        },
    }
}

async fn sites(desk: &Desk) -> Result<Vec<SiteId>, Fault> {
    Ok(places::places(&desk.house.db).await?.sites.into_iter().map(|site| site.id).collect())
}

async fn again(desk: &Desk, staff: &Staff, form: CalendarForm, problems: Vec<Said>) -> Result<Response, Fault> {
    let year = form.first.trim().parse::<Date>().ok().map(Date::year);
    let back = form.back.clone();
    show_again(&page(desk, staff, year, &back, form, problems).await?)
}

/// Adds or changes the days of a span.
pub(super) async fn save(
    State(desk): State<Desk>,
    staff: Staff,
    Fields(form): Fields<CalendarForm>,
) -> Result<Response, Fault> {
    let days = match form.read(&sites(&desk).await?) {
        Ok(days) => days,
        Err(problems) => return again(&desk, &staff, form, problems).await,
    };
    calendar::save_days(&desk.house.db, &days).await?;
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return Err(Fault::bad_form()) };
    let span = Span { first: first.date, last: last.date, site: first.site.clone() };
    desk.note(&staff.account, "calendar.save", &span.words(), &detail(first)).await?;
    told(&desk, &staff, "said-calendar-saved", &form.way_back(span.first)).await
}

/// Makes the days of a span plain days again, at one site or in general.
pub(super) async fn remove(
    State(desk): State<Desk>,
    staff: Staff,
    Fields(form): Fields<CalendarForm>,
) -> Result<Response, Fault> {
    let span = match form.span(&sites(&desk).await?) {
        Ok(span) => span,
        Err(problems) => return again(&desk, &staff, form, problems).await,
    };
    if calendar::remove_days(&desk.house.db, span.first, span.last, span.site.as_ref()).await? == 0 {
        return Err(Fault::changed());
    }
    let site = span.site.as_ref().map(ToString::to_string).unwrap_or_default();
    desk.note(&staff.account, "calendar.remove", &span.words(), &site).await?;
    told(&desk, &staff, "said-calendar-removed", &form.way_back(span.first)).await
}

fn detail(day: &SpecialDay) -> String {
    let site = day.site.as_ref().map(|site| format!(" {site}")).unwrap_or_default();
    format!("{} {}{site}", kind_word(day.kind), day.name.zh)
}

/// Clinics follow at once; the saying tells of how many zones.
pub(super) async fn told(desk: &Desk, staff: &Staff, key: &str, place: &str) -> Result<Response, Fault> {
    let zones = publish::refresh_clinics(&desk.house, &staff.account.id).await?;
    Ok(Said::new(key).put("count", zones).at(place))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn form() -> CalendarForm {
        CalendarForm {
            first: "2031-02-01".into(),
            last: "2031-02-03".into(),
            kind: "follows-4".into(),
            name_zh: "调休".into(),
            name_en: "Make-up".into(),
            site: "QLZX".into(),
            back: String::new(),
        }
    }

    fn sites() -> Vec<SiteId> {
        vec![SiteId::parse("QLZX").expect("name")]
    }

    #[test]
    fn a_span_of_days_survives_its_form() {
        let days = form().read(&sites()).expect("well formed");
        assert_eq!(days.iter().map(|day| day.date.day()).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(CalendarForm::of(days[0].date, days[2].date, Some(&days[0]), "QLZX"), form());
        for kind in KINDS {
            let form = CalendarForm { kind: kind_word(kind).into(), ..form() };
            assert_eq!(form.read(&sites()).expect("well formed")[0].kind, kind);
        }
        let alone = CalendarForm { last: String::new(), site: String::new(), ..form() };
        let days = alone.read(&sites()).expect("well formed");
        assert_eq!((days.len(), days[0].date, &days[0].site), (1, date(2031, 2, 1), &None));
    }

    #[test]
    fn each_mistake_is_told() {
        let check = |change: &dyn Fn(&mut CalendarForm), key: &str| {
            let mut form = form();
            change(&mut form);
            let told: Vec<_> = form.read(&sites()).expect_err(key).into_iter().map(|said| said.key).collect();
            assert_eq!(told, [key]);
        };
        check(&|f| f.first = "heute".into(), "bad-calendar-dates");
        check(&|f| f.first.clear(), "bad-calendar-dates");
        check(&|f| f.last = "2031-01-31".into(), "bad-calendar-dates");
        check(&|f| f.last = "2032-02-02".into(), "bad-calendar-long");
        check(&|f| f.kind = "birthday".into(), "bad-calendar-kind");
        check(&|f| f.name_zh.clear(), "bad-calendar-name");
        check(&|f| f.name_zh = "长".repeat(61), "bad-calendar-name");
        check(&|f| f.name_en = "x".repeat(61), "bad-calendar-name");
        check(&|f| f.site = "moon".into(), "bad-calendar-site");
    }
}
