//! Notices (通知): written by one person, let onto the glass by another, ended by anybody on duty; on every screen of their places
//! within a second, either way.

use anteroom_content::clock::Instant;
use anteroom_content::id::NoticeId;
use anteroom_content::notice::{NOTICE_EN_CHARS_MAX, NOTICE_STANDS_MAX_MS, NOTICE_ZH_CHARS_MAX, NOTICES_MAX, Notice};
use anteroom_content::place::{Site, Zone};
use anteroom_content::text::Text;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::desk::Desk;
use super::fault::Fault;
use super::fields::{Fields, Filled, Named, clean, new_name};
use super::frame::{Page, show, show_again};
use super::moment;
use super::said::Said;
use super::visitor::Staff;
use crate::db::accounts;
use crate::db::notices::{self, NoticeRecord};
use crate::db::places::{self, Places};
use crate::db::take_downs::Scope;
use crate::publish;

/// Notices looked through for those that are over.
const LISTED_MAX: u32 = 100;
/// Those that are over, on the page.
const OVER_LISTED_MAX: usize = 20;

/// The fields of a notice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Form {
    zh: String,
    en: String,
    from: String,
    until: String,
    places: Vec<String>,
}

struct Line {
    id: NoticeId,
    text: Text,
    from: Instant,
    until: Instant,
    places: Vec<Text>,
    maker: String,
    approver: Option<String>,
    ender: Option<String>,
    is_own: bool,
    is_on: bool,
}

#[derive(Template)]
#[template(path = "notices.html")]
struct NoticesPage {
    page: Page,
    waiting: Vec<Line>,
    standing: Vec<Line>,
    over: Vec<Line>,
    sites: Vec<(Site, Vec<Zone>)>,
    form: Form,
    problems: Vec<Said>,
}

impl NoticesPage {
    fn chosen(&self, kind: &str, id: &str) -> bool {
        self.form.places.iter().any(|place| place.split_once(':') == Some((kind, id)))
    }
}

fn name_of(place: &Scope, places: &Places) -> Text {
    let known = match place {
        Scope::Zone(id) => places.zone(id).map(|zone| zone.name.clone()),
        Scope::Site(id) => places.sites.iter().find(|site| site.id == *id).map(|site| site.name.clone()),
        Scope::Screen(_) => None,
    };
    known.unwrap_or_else(|| Text::new(place.name(), ""))
}

async fn page(desk: &Desk, staff: &Staff, form: Form, problems: Vec<Said>) -> Result<NoticesPage, Fault> {
    let db = &desk.house.db;
    let (places, people) = (places::places(db).await?, accounts::accounts(db).await?);
    let now = staff.visitor.now;
    let person = |id: &String| {
        let known = people.iter().find(|account| account.id == *id);
        known.map_or_else(|| id.clone(), |account| account.display_name.clone())
    };
    let line = |one: &NoticeRecord| Line {
        id: one.notice.id.clone(),
        text: one.notice.text.clone(),
        from: one.notice.from,
        until: one.notice.until,
        places: one.places.iter().map(|place| name_of(place, &places)).collect(),
        maker: person(&one.made_by),
        approver: one.approved_by.as_ref().map(person),
        ender: one.ended_by.as_ref().map(person),
        is_own: one.made_by == staff.account.id,
        is_on: one.notice.holds(now),
    };
    let (open, newest) = (notices::open(db, now).await?, notices::newest(db, LISTED_MAX).await?);
    let waiting = open.iter().filter(|one| one.waits(now)).map(line).collect();
    let standing = open.iter().filter(|one| one.stands(now)).map(line).collect();
    let over =
        newest.iter().filter(|one| !one.waits(now) && !one.stands(now)).map(line).take(OVER_LISTED_MAX).collect();
    let sites = places.sites.iter().map(|site| {
        let zones = places.zones.iter().filter(|zone| zone.site == site.id);
        (site.clone(), zones.cloned().collect())
    });
    let page = staff.page().at_site(places.sites.first());
    Ok(NoticesPage { page, waiting, standing, over, sites: sites.collect(), form, problems })
}

/// The notices, and a form for another one.
pub(super) async fn look(State(desk): State<Desk>, staff: Staff) -> Result<Response, Fault> {
    let zone = time_zone(&places::places(&desk.house.db).await?, &[]);
    let now = staff.visitor.now;
    let local = |at: Instant| moment::field(&zone, at);
    // Until the evening of the day, or of the next one when it is late.
    let evening = moment::midnight(&zone, moment::today(&zone, now.plus_ms(6 * 3_600_000))).plus_ms(18 * 3_600_000);
    let form = Form { from: local(now), until: local(evening), ..Form::default() };
    show(&page(&desk, &staff, form, Vec::new()).await?)
}

/// The wall clocks by which the times of some places are meant.
fn time_zone(places: &Places, scopes: &[Scope]) -> TimeZone {
    let site = scopes.iter().find_map(|scope| match scope {
        Scope::Zone(id) => places.zone(id).and_then(|zone| places.site_of(zone)),
        Scope::Site(id) => places.sites.iter().find(|site| site.id == *id),
        Scope::Screen(_) => None,
    });
    moment::of_site(site.or(places.sites.first()))
}

fn instant(text: &str, zone: &TimeZone) -> Option<Instant> {
    let local: DateTime = text.trim().parse().ok()?;
    Some(Instant(local.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond()))
}

impl Form {
    fn filled(filled: &Filled) -> Self {
        Self {
            zh: filled.one("zh"),
            en: filled.one("en"),
            from: filled.one("from"),
            until: filled.one("until"),
            places: filled.all("place"),
        }
    }

    /// The notice and its places, or everything that is wrong with the form.
    fn read(&self, id: NoticeId, places: &Places, now: Instant) -> Result<(Notice, Vec<Scope>), Vec<Said>> {
        let mut problems = Vec::new();
        let one_line = |text: &str| clean(text).split_whitespace().collect::<Vec<_>>().join(" ");
        let (zh, en) = (one_line(&self.zh), one_line(&self.en));
        if zh.is_empty() || zh.chars().count() > NOTICE_ZH_CHARS_MAX {
            problems.push(Said::bad("bad-notice-zh").put("count", NOTICE_ZH_CHARS_MAX).of("zh"));
        }
        if en.is_empty() || en.chars().count() > NOTICE_EN_CHARS_MAX {
            problems.push(Said::bad("bad-notice-en").put("count", NOTICE_EN_CHARS_MAX).of("en"));
        }
        let is_known = |scope: &Scope| match scope {
            Scope::Zone(id) => places.zone(id).is_some(),
            Scope::Site(id) => places.sites.iter().any(|site| site.id == *id),
            Scope::Screen(_) => false,
        };
        let mut scopes: Vec<Scope> =
            self.places.iter().filter_map(|place| place.parse().ok()).filter(is_known).collect();
        scopes.dedup();
        if scopes.is_empty() {
            problems.push(Said::bad("bad-notice-places").of("place"));
        }
        let zone = time_zone(places, &scopes);
        let (from, until) = (instant(&self.from, &zone), instant(&self.until, &zone));
        match (from, until) {
            (Some(from), Some(until)) if from < until && until > now => {
                if until.ms_since(from.max(now)) > NOTICE_STANDS_MAX_MS {
                    problems
                        .push(Said::bad("bad-notice-long").put("count", NOTICE_STANDS_MAX_MS / 86_400_000).of("until"));
                }
            }
            _ => problems.push(Said::bad("bad-notice-when").of("until")),
        }
        match (from, until) {
            (Some(from), Some(until)) if problems.is_empty() => {
                Ok((Notice { id, text: Text { zh, en }, from, until }, scopes))
            }
            _ => Err(problems),
        }
    }
}

/// A zone that would have too many at one time.
fn crowded(notice: &Notice, scopes: &[Scope], all: &[NoticeRecord], places: &Places, now: Instant) -> Option<Text> {
    let new = NoticeRecord {
        notice: notice.clone(),
        places: scopes.to_vec(),
        made_by: String::new(),
        made_at: now,
        approved_by: None,
        ended_by: None,
        ended_at: None,
    };
    let meets = |one: &&NoticeRecord| {
        (one.stands(now) || one.waits(now)) && one.notice.from < notice.until && notice.from < one.notice.until
    };
    let zones = places.zones.iter().filter(|zone| new.is_for(zone));
    let mut full = zones.filter(|zone| all.iter().filter(meets).filter(|one| one.is_for(zone)).count() >= NOTICES_MAX);
    full.next().map(|zone| zone.name.clone())
}

/// Enters a notice; somebody else lets it on.
pub(super) async fn add(
    State(desk): State<Desk>,
    staff: Staff,
    Fields(filled): Fields<Filled>,
) -> Result<Response, Fault> {
    let (form, now) = (Form::filled(&filled), staff.visitor.now);
    let id = NoticeId::parse(&new_name("n")?).map_err(Fault::internal)?;
    let places = places::places(&desk.house.db).await?;
    let (notice, scopes) = match form.read(id, &places, now) {
        Ok(read) => read,
        Err(problems) => return show_again(&page(&desk, &staff, form, problems).await?),
    };
    let all = notices::open(&desk.house.db, now).await?;
    if let Some(zone) = crowded(&notice, &scopes, &all, &places, now) {
        let problems = vec![Said::bad("bad-notice-many").put("count", NOTICES_MAX).put_text("zone", zone)];
        return show_again(&page(&desk, &staff, form, problems).await?);
    }
    notices::add(&desk.house.db, &notice, &scopes, &staff.account.id, now).await?;
    desk.note(&staff.account, "notice.add", notice.id.as_str(), &notice.text.zh).await?;
    Ok(Said::new("said-notice-waits").at("/notices"))
}

/// Lets a notice on that somebody else wrote.
pub(super) async fn approve(
    State(desk): State<Desk>,
    staff: Staff,
    Named(id): Named<NoticeId>,
) -> Result<Response, Fault> {
    if !notices::approve(&desk.house.db, &id, &staff.account.id, staff.visitor.now).await? {
        return Err(Fault::changed());
    }
    desk.note(&staff.account, "notice.approve", id.as_str(), "").await?;
    let zones = publish::refresh_clinics(&desk.house, &staff.account.id).await?;
    Ok(Said::new("said-notice-on").put("count", zones).at("/notices"))
}

/// Ends a notice before its time.
pub(super) async fn end(State(desk): State<Desk>, staff: Staff, Named(id): Named<NoticeId>) -> Result<Response, Fault> {
    if !notices::end(&desk.house.db, &id, &staff.account.id, staff.visitor.now).await? {
        return Err(Fault::changed());
    }
    desk.note(&staff.account, "notice.end", id.as_str(), "").await?;
    let zones = publish::refresh_clinics(&desk.house, &staff.account.id).await?;
    Ok(Said::new("said-notice-ended").put("count", zones).at("/notices"))
}
