//! Before publishing: which screens would show something else and when, and what looks wrong with it.

use anteroom_content::clock::{DAY_MS, Instant, Offsets};
use anteroom_content::place::{Screen, Site, Zone};
use anteroom_content::timeline::{Cue, Difference, Showing, Timeline, Trouble};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::desk::Desk;
use super::fault::Fault;
use super::fields::Asked;
use super::frame::{Page, show};
use super::glass::{Now, told};
use super::problem_lines::ProblemLines;
use super::visitor::Staff;
use crate::db::places::Places;
use crate::publish::{self, ScreenOutlook, Spell, ZoneOutlook};

/// Zones told one by one; what lies beyond is counted.
const ZONES_MAX: usize = 60;
/// Spells told of screens that change alike: a day has twelve at most, and a week that needs more is read another way.
const SPELLS_MAX: usize = 24;
/// The most stretches told on a page beside each spell's first, all zones together: more makes a page nobody can scroll.
const STRETCHES_MAX: usize = 2_000;

/// A stretch in which something else would be shown; none is nothing at all.
struct Stretch {
    from: Instant,
    to: Instant,
    before: Option<Now>,
    after: Option<Now>,
}

/// Hours on end in which something else would be shown.
struct Hours {
    from: Instant,
    to: Instant,
    changes: usize,
    changed_ms: i64,
    /// An example.
    first: Option<Stretch>,
    /// What comes after it.
    rest: Vec<Stretch>,
    /// How many more there are.
    left_out: usize,
}

/// Screens that would change alike.
struct Alike {
    screens: Vec<Screen>,
    changed_ms: i64,
    hours: Vec<Hours>,
    /// How many more spells there are.
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
    problems: ProblemLines,
    lines: Vec<Line>,
    /// How many more zones would change.
    left_out: usize,
    screens: usize,
}

#[expect(
    clippy::ref_option,
    clippy::trivially_copy_pass_by_ref,
    clippy::unused_self,
    reason = "templates call methods by reference"
)]
impl OutlookPage {
    /// `11-25 14:05:09`, by the zone's clocks.
    fn wall(&self, line: &Line, at: &Instant) -> String {
        line.clocks.local(*at).strftime("%m-%d %H:%M:%S").to_string()
    }

    /// `14:05:09`; the date stands above.
    fn clock(&self, line: &Line, at: &Instant) -> String {
        line.clocks.local(*at).strftime("%H:%M:%S").to_string()
    }

    /// `11-25 14:00–18:00`.
    fn hours(&self, line: &Line, hours: &Hours) -> String {
        let (from, to) = (line.clocks.local(hours.from), line.clocks.local(hours.to));
        let end = if to.date() == from.date() { to.strftime("%H:%M").to_string() } else { "24:00".to_owned() };
        format!("{}–{end}", from.strftime("%m-%d %H:%M"))
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
    let places = &outlook.draft.places;
    let mut room = STRETCHES_MAX;
    let lines = outlook.zones.iter().take(ZONES_MAX).filter_map(|zone| line(&page, places, zone, &mut room));
    show(&OutlookPage {
        problems: ProblemLines::of(&page, &outlook.draft, &outlook.problems),
        lines: lines.collect(),
        left_out: outlook.zones.len().saturating_sub(ZONES_MAX),
        screens: outlook.zones.iter().map(|zone| zone.screens.len()).sum(),
        page,
        is_week,
    })
}

fn line(page: &Page, places: &Places, outlook: &ZoneOutlook, room: &mut usize) -> Option<Line> {
    let zone = places.zone(&outlook.zone)?.clone();
    let coming = outlook.coming()?;
    let mut groups: Vec<(&ScreenOutlook, Alike)> = Vec::new();
    for one in &outlook.screens {
        let Some(screen) = places.screen(&one.screen).cloned() else { continue };
        let is_alike = |(other, _): &&mut (&ScreenOutlook, Alike)| other.spells == one.spells;
        match groups.iter_mut().find(is_alike) {
            Some((_, group)) => group.screens.push(screen),
            None => groups.push((one, alike(outlook, one, screen, room))),
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

fn alike(outlook: &ZoneOutlook, one: &ScreenOutlook, screen: Screen, room: &mut usize) -> Alike {
    Alike {
        screens: vec![screen],
        changed_ms: one.changed_ms,
        hours: one.spells.iter().take(SPELLS_MAX).map(|spell| hours(outlook, spell, room)).collect(),
        left_out: one.spells.len().saturating_sub(SPELLS_MAX),
    }
}

fn hours(outlook: &ZoneOutlook, spell: &Spell, room: &mut usize) -> Hours {
    let now = |timeline: &Timeline, showing: &Option<Showing>, (since, until)| {
        showing.clone().map(|showing| told(timeline, Cue { showing, since, until, why: None }))
    };
    let stretch = |found: &Difference| Stretch {
        from: found.from,
        to: found.to,
        before: now(&outlook.before, &found.before, (found.from, found.to)),
        after: now(&outlook.after, &found.after, (found.from, found.to)),
    };
    let mut stretches = spell.first.iter().map(stretch);
    let first = stretches.next();
    let rest: Vec<Stretch> = stretches.take(*room).collect();
    *room -= rest.len();
    Hours {
        from: spell.from,
        to: spell.to,
        changes: spell.changes,
        changed_ms: spell.changed_ms,
        first,
        left_out: spell.changes.saturating_sub(1 + rest.len()),
        rest,
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
