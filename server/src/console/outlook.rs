//! Before publishing: which screens would show something else and when, and what looks wrong with it.

use anteroom_content::clock::{DAY_MS, Instant, Offsets};
use anteroom_content::place::{Screen, Site, Zone};
use anteroom_content::schedule::problem::Found;
use anteroom_content::text::Text;
use anteroom_content::timeline::{Cue, Showing, Timeline, Trouble};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::desk::Desk;
use super::fault::Fault;
use super::fields::Asked;
use super::frame::{Page, show};
use super::glass::{Now, told};
use super::visitor::Staff;
use crate::db::places::{self, Places};
use crate::publish::{self, Outlook, ScreenOutlook, ZoneOutlook};

/// The stretches of a screen that are told; what lies beyond is counted.
const STRETCHES_MAX: usize = 30;

/// A stretch in which something else would be shown; none is nothing at all.
struct Stretch {
    from: Instant,
    to: Instant,
    before: Option<Now>,
    after: Option<Now>,
}

/// Screens that would change alike.
struct Alike {
    screens: Vec<Screen>,
    changed_ms: i64,
    stretches: Vec<Stretch>,
    left_out: usize,
}

struct Line {
    zone: Zone,
    site: Option<Site>,
    takeover: Instant,
    clocks: Offsets,
    troubles: Vec<String>,
    troubles_left_out: usize,
    groups: Vec<Alike>,
}

#[derive(Template)]
#[template(path = "outlook.html")]
struct OutlookPage {
    page: Page,
    is_week: bool,
    is_blocked: bool,
    /// What must be put right, then what is worth knowing.
    problems: Vec<Told>,
    lines: Vec<Line>,
    screens: usize,
}

struct Told {
    words: Text,
    is_error: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, clippy::unused_self, reason = "templates call methods by reference")]
impl OutlookPage {
    /// `11-25 14:05:09`, by the zone's clocks.
    fn wall(&self, line: &Line, at: &Instant) -> String {
        line.clocks.local(*at).strftime("%m-%d %H:%M:%S").to_string()
    }

    fn shown(&self, now: &Option<Now>) -> String {
        now.as_ref().map_or_else(|| "—".to_owned(), |now| self.page.showing(now))
    }
}

#[derive(Default, Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    span: String,
}

/// The page; the page of publishing asks for a part of it.
pub(super) async fn look(
    State(desk): State<Desk>,
    staff: Staff,
    Asked(which): Asked<Which>,
) -> Result<Response, Fault> {
    let page = staff.page();
    let is_week = which.span == "week";
    let outlook = publish::outlook(&desk.house, if is_week { 7 * DAY_MS } else { DAY_MS }).await?;
    let places = places::places(&desk.house.db).await?;
    let lines: Vec<Line> = outlook.zones.iter().filter_map(|zone| line(&page, &places, zone)).collect();
    show(&OutlookPage {
        is_blocked: outlook.is_blocked(),
        problems: problems(&outlook),
        screens: lines.iter().flat_map(|line| &line.groups).map(|group| group.screens.len()).sum(),
        page,
        is_week,
        lines,
    })
}

fn problems(outlook: &Outlook) -> Vec<Told> {
    let told = |found: &Found| Told { words: found.say(), is_error: found.problem.is_error() };
    outlook.problems.iter().map(told).collect()
}

fn line(page: &Page, places: &Places, outlook: &ZoneOutlook) -> Option<Line> {
    let zone = places.zone(&outlook.zone)?.clone();
    let coming = outlook.coming()?;
    let mut groups: Vec<(&ScreenOutlook, Alike)> = Vec::new();
    for one in &outlook.screens {
        let Some(screen) = places.screen(&one.screen).cloned() else { continue };
        let is_alike = |(other, _): &&mut (&ScreenOutlook, Alike)| other.differences == one.differences;
        match groups.iter_mut().find(is_alike) {
            Some((_, group)) => group.screens.push(screen),
            None => groups.push((one, alike(outlook, one, screen))),
        }
    }
    Some(Line {
        site: places.site_of(&zone).cloned(),
        takeover: outlook.takeover,
        clocks: coming.offsets.clone(),
        troubles: outlook.troubles.iter().map(|trouble| in_words(page, outlook, trouble)).collect(),
        troubles_left_out: outlook.troubles_left_out,
        groups: groups.into_iter().map(|(_, group)| group).collect(),
        zone,
    })
}

fn alike(outlook: &ZoneOutlook, one: &ScreenOutlook, screen: Screen) -> Alike {
    let now = |timeline: &Timeline, showing: &Option<Showing>, (since, until)| {
        showing.clone().map(|showing| told(timeline, Cue { showing, since, until, why: None }))
    };
    let stretch = |found: &anteroom_content::timeline::Difference| Stretch {
        from: found.from,
        to: found.to,
        before: now(&outlook.before, &found.before, (found.from, found.to)),
        after: now(&outlook.after, &found.after, (found.from, found.to)),
    };
    Alike {
        screens: vec![screen],
        changed_ms: one.changed_ms,
        stretches: one.differences.iter().take(STRETCHES_MAX).map(stretch).collect(),
        left_out: one.differences.len().saturating_sub(STRETCHES_MAX) + one.differences_left_out,
    }
}

fn in_words(page: &Page, outlook: &ZoneOutlook, trouble: &Trouble) -> String {
    let show = outlook.coming();
    let wall =
        |at: &Instant| show.map(|show| show.offsets.local(*at).strftime("%m-%d %H:%M").to_string()).unwrap_or_default();
    match trouble {
        Trouble::Short(forecast) => {
            let name = show.and_then(|show| show.campaigns.iter().find(|one| one.id == forecast.campaign));
            let name = name.map_or_else(|| forecast.campaign.to_string(), |one| page.text(&one.name));
            let said = page.t("trouble-short").put("name", name);
            said.put("planned", forecast.planned).put("promised", forecast.promised).to_string()
        }
        Trouble::Empty { from, to } => page.t("trouble-empty").put("from", wall(from)).put("to", wall(to)).to_string(),
        Trouble::Ends { item, at } => {
            let title = show.and_then(|show| show.item(item)).map(|item| page.text(&item.title));
            let title = title.unwrap_or_else(|| item.to_string());
            page.t("trouble-ends").put("name", title).put("at", wall(at)).to_string()
        }
    }
}
