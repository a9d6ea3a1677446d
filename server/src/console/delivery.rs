//! How far publications have come: the sentence, and every screen that does not show its revision yet, with why and what to
//! do. Answered from memory, in a network of thousands as well.

use std::collections::HashSet;
use std::sync::Arc;

use anteroom_content::id::{ScreenId, SiteId, ZoneId};
use anteroom_content::place::Site;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::desk::Desk;
use super::fault::Fault;
use super::fields::{Asked, clean};
use super::frame::{Page, show};
use super::hands::{DownLine, downs};
use super::moment;
use super::visitor::Staff;
use crate::db::deliveries;
use crate::delivery::{HowFar, Line, Listed, Question, Sum, Wording, survey};

/// Screens on a page.
const LINES_MAX: usize = 50;
/// Letters of a search.
const SEARCH_CHARS_MAX: usize = 60;
/// Width of a bar, in the units of its drawing.
const BAR_WIDTH: usize = 1_000;

/// A part of a bar: its word, where it begins, how wide it is.
pub(super) type Part = (&'static str, usize, usize);

/// The sentence and the bar of what is asked about.
pub(super) struct Progress {
    pub(super) words: String,
    pub(super) bar: Vec<Part>,
    /// Where its screens are listed.
    pub(super) path: String,
}

struct Row {
    id: String,
    name: String,
    zone: String,
    site: String,
    word: &'static str,
    how_far: String,
    since: String,
    why: String,
    box_says: String,
    advice: String,
    shows: u64,
}

#[derive(Template)]
#[template(path = "delivery.html")]
struct DeliveryPage {
    page: Page,
    which: Which,
    progress: Progress,
    behind: String,
    total: usize,
    behind_count: usize,
    counts: Vec<(&'static str, usize)>,
    rows: Vec<Row>,
    sites: Vec<Arc<Site>>,
    zone_name: String,
    has_more: bool,
    downs: Vec<DownLine>,
}

/// What is asked, as it stands in the address.
#[derive(Default, Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    publication: String,
    #[serde(default)]
    zone: String,
    #[serde(default)]
    site: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    page: usize,
}

impl Which {
    /// The address with another state and page.
    fn path(&self, state: &str, page: usize) -> String {
        let mut path = format!("/delivery?state={state}&page={page}");
        for (name, value) in
            [("publication", &self.publication), ("zone", &self.zone), ("site", &self.site), ("q", &self.q)]
        {
            if !value.is_empty() {
                path.extend(["&", name, "="]);
                path.extend(value.bytes().map(in_address));
            }
        }
        path
    }

    async fn question(&self, desk: &Desk) -> Result<Question, Fault> {
        let publication = match self.publication.trim().parse::<u64>() {
            Ok(version) => Some((version, zones_of(desk, version).await?)),
            Err(_) if self.publication.is_empty() => None,
            Err(_) => return Err(Fault::not_found()),
        };
        let named = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Ok(Question {
            publication,
            zone: named(&self.zone).map(|id| ZoneId::parse(&id)).transpose().map_err(|_| Fault::not_found())?,
            site: named(&self.site).map(|id| SiteId::parse(&id)).transpose().map_err(|_| Fault::not_found())?,
            ..Question::default()
        })
    }
}

async fn zones_of(desk: &Desk, version: u64) -> Result<HashSet<ZoneId>, Fault> {
    Ok(deliveries::zones_of(&desk.house.db, version).await?.into_iter().collect())
}

/// A byte as it stands in an address.
fn in_address(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }
}

impl DeliveryPage {
    fn to_state(&self, word: &str) -> String {
        self.which.path(word, 0)
    }

    fn here(&self) -> String {
        self.which.path(&self.which.state, self.which.page)
    }

    fn before(&self) -> String {
        self.which.path(&self.which.state, self.which.page.saturating_sub(1))
    }

    fn after(&self) -> String {
        self.which.path(&self.which.state, self.which.page.saturating_add(1))
    }

    fn state_name(&self, word: &str) -> String {
        self.page.word(&format!("delivery-{word}"))
    }
}

/// The page; it asks for itself every few seconds.
pub(super) async fn look(
    State(desk): State<Desk>,
    staff: Staff,
    Asked(mut which): Asked<Which>,
) -> Result<Response, Fault> {
    which.q = clean(&which.q).chars().take(SEARCH_CHARS_MAX).collect();
    let how_far = HowFar::ALL.into_iter().find(|how_far| how_far.word() == which.state);
    let listed = how_far.map_or(Listed::Behind, Listed::Only);
    let question = Question { listed, word: which.q.to_lowercase(), ..which.question(&desk).await? };
    let ground = desk.grounds.look(&desk.house).await?;
    let page = staff.page();
    let found = survey(&ground, &desk.house.fleet, &question, |_| false);
    let version = question.publication.as_ref().map(|(version, _)| *version);
    let wording = Wording::new(page.words, &page.time_zone, page.now);
    let mut lines = found.lines.iter().skip(which.page.saturating_mul(LINES_MAX));
    let rows = lines.by_ref().take(LINES_MAX).map(|line| row(&page, line)).collect();
    let has_more = lines.next().is_some();
    let zone = question.zone.as_ref().and_then(|id| ground.zones.iter().find(|zone| zone.id == *id));
    show(&DeliveryPage {
        progress: Progress { words: wording.sum(&found.sum, version), bar: bar(&found.sum), path: which.path("", 0) },
        behind: wording.behind(&found.sum, version),
        total: found.sum.total(),
        behind_count: found.sum.behind(),
        counts: HowFar::ALL.into_iter().map(|how_far| (how_far.word(), found.sum.count(how_far))).collect(),
        zone_name: zone.map(|zone| page.text(&zone.name)).unwrap_or_default(),
        sites: ground.sites.clone(),
        downs: downs(&desk).await?,
        rows,
        has_more,
        which,
        page,
    })
}

fn row(page: &Page, line: &Line<'_>) -> Row {
    let time_zone = moment::of_site(line.zone.site.as_deref());
    let (wording, standing) = (Wording::new(page.words, &time_zone, page.now), &line.standing);
    Row {
        id: line.screen.id.to_string(),
        name: page.text(&line.screen.name),
        zone: page.text(&line.zone.name),
        site: line.zone.site.as_ref().map(|site| page.text(&site.name)).unwrap_or_default(),
        word: standing.how_far.word(),
        how_far: wording.how_far(standing),
        since: standing.since.map(|since| wording.time(since)).unwrap_or_default(),
        why: wording.why(standing),
        box_says: wording.box_says(standing).to_owned(),
        advice: wording.advice(standing),
        shows: standing.shows,
    }
}

/// The parts of a bar, shown ones first; whoever is there has at least a sliver.
fn bar(sum: &Sum) -> Vec<Part> {
    let total = sum.total().max(1);
    let mut begin = 0;
    let mut parts = Vec::new();
    for how_far in HowFar::ALL.into_iter().rev().filter(|how_far| sum.count(*how_far) > 0) {
        let width = (sum.count(how_far) * BAR_WIDTH / total).max(BAR_WIDTH / 200);
        parts.push((how_far.word(), begin, width));
        begin += width;
    }
    parts
}

/// How far a publication has come; none where it told no screen anything.
pub(super) async fn of_publication(desk: &Desk, page: &Page, version: u64) -> Result<Option<Progress>, Fault> {
    let which = Which { publication: version.to_string(), ..Which::default() };
    let question = Question { listed: Listed::Nobody, ..which.question(desk).await? };
    let ground = desk.grounds.look(&desk.house).await?;
    let sum = survey(&ground, &desk.house.fleet, &question, |_| false).sum;
    let wording = Wording::new(page.words, &page.time_zone, page.now);
    Ok((sum.total() > 0).then(|| Progress {
        words: wording.sum(&sum, Some(version)),
        bar: bar(&sum),
        path: which.path("", 0),
    }))
}

/// How far one screen of a zone is, and why, in a line; empty where the zone was never told anything.
pub(super) async fn of_screen(desk: &Desk, page: &Page, zone: &ZoneId, screen: &ScreenId) -> Result<String, Fault> {
    let ground = desk.grounds.look(&desk.house).await?;
    let question = Question { zone: Some(zone.clone()), listed: Listed::Everybody, ..Question::default() };
    let found = survey(&ground, &desk.house.fleet, &question, |_| false);
    let Some(line) = found.lines.iter().find(|line| line.screen.id == *screen) else { return Ok(String::new()) };
    let row = row(page, line);
    let parts = [format!("#{} {}", line.version, row.how_far), row.since, row.why];
    Ok(parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · "))
}
