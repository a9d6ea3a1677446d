//! The timeline: what the rules of the draft put on the air in every zone, over a day or a week, to be seen and dragged.

use std::collections::HashMap;

use anteroom_content::clock::Offsets;
use anteroom_content::id::RuleId;
use anteroom_content::place::{Site, Zone};
use anteroom_content::schedule::{Campaign, DayKind, Level, Rule};
use anteroom_content::text::Text;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Deserialize;

use super::calendar::look_of;
use super::desk::Desk;
use super::fault::Fault;
use super::fields::Asked;
use super::frame::{Page, show};
use super::moment;
use super::rule_form::level_word;
use super::timeline_row::{Block, Drawn, Fate, Row, Span};
use super::visitor::Staff;
use crate::db::places::{self, Places};
use crate::db::{calendar, campaigns, playlists};

/// Zones on one page: as many as a person looks through, and a page that is drawn at once.
const ZONES_MAX: usize = 24;
/// A block is too narrow for words when so many of them fill the page.
const NARROW: i32 = 18;
/// There is room for words where so many such places fill the page.
const ROOMY: i32 = 8;
/// The years a date field may name.
const YEARS: std::ops::RangeInclusive<i16> = 1950..=2999;

/// A day or hour along the top.
struct Mark {
    /// Where it stands.
    x: String,
    label: String,
    /// How the day looks, and what it is; in a week.
    day: Option<(&'static str, String)>,
}

struct Part {
    site: Site,
    marks: Vec<Mark>,
    /// What the day is; in a day's view.
    day: Option<(&'static str, Text)>,
    rows: Vec<Row>,
    /// Where now is, when it is in sight.
    now: Option<String>,
}

#[derive(Template)]
#[template(path = "timeline.html")]
struct TimelinePage {
    page: Page,
    parts: Vec<Part>,
    sites: Vec<Site>,
    /// The site chosen; empty for all.
    site: String,
    date: Date,
    title: String,
    view: &'static str,
    span: Span,
    previous: Option<Date>,
    next: Option<Date>,
    today: Date,
    number: usize,
    has_more: bool,
    levels: Vec<(&'static str, Text)>,
    has_rules: bool,
    /// The address of this very view, to come back to.
    here: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, clippy::unused_self, reason = "templates call methods by reference")]
impl TimelinePage {
    fn x(&self, minute: &i32) -> String {
        self.span.percent(*minute)
    }

    fn width(&self, from: &i32, to: &i32) -> String {
        self.span.percent(to - from)
    }

    /// Where the words of a block stand: in it, beside it when it is too narrow for them, or nowhere when there is no room.
    fn words_of(&self, row: &Row, block: &Block) -> &'static str {
        let whole = self.span.minutes();
        if (block.at.to - block.at.from).saturating_mul(NARROW) >= whole {
            "in"
        } else if self.free_min(row, block).saturating_mul(ROOMY) >= whole {
            "beside"
        } else {
            "nowhere"
        }
    }

    /// How wide the room beside a block is.
    fn free(&self, row: &Row, block: &Block) -> String {
        self.span.percent(self.free_min(row, block))
    }

    fn free_min(&self, row: &Row, block: &Block) -> i32 {
        row.free_after(block).min(self.span.minutes() - block.at.to)
    }

    /// What a block says to who hovers over it or hears it.
    fn said(&self, block: &Block) -> String {
        let words = self.page.words;
        let level = block.level.name();
        let mut said = format!(
            "{} · {} · {} {}",
            block.name.in_language(self.page.language),
            level.in_language(self.page.language),
            moment::day(words, block.occurrence.date),
            block.hours()
        );
        let note = match block.fate {
            Fate::Planned => None,
            Fate::Moved => Some(words.say("block-moved").put("date", block.occurrence.on.to_string()).to_string()),
            Fate::Dropped => Some(words.get("block-dropped")),
        };
        let beaten = (!block.beaten.is_empty()).then(|| words.get("block-beaten"));
        let clocks = block.clocks.as_deref().map(|zone| words.say("change-clocks").put("zone", zone).to_string());
        for note in [clocks, note, beaten].into_iter().flatten() {
            said.push_str(" · ");
            said.push_str(&note);
        }
        said
    }

    fn is_dropped(&self, block: &Block) -> bool {
        block.fate == Fate::Dropped
    }

    fn look(&self, level: &Level) -> &'static str {
        level_word(*level)
    }
}

#[derive(Default, Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    date: String,
    #[serde(default)]
    view: String,
    #[serde(default)]
    site: String,
    #[serde(default)]
    page: usize,
}

/// The page.
pub(super) async fn look(
    State(desk): State<Desk>,
    staff: Staff,
    Asked(which): Asked<Which>,
) -> Result<Response, Fault> {
    let page = staff.page();
    let today = moment::today(&moment::of_house(), page.now);
    let asked = which.date.parse().ok().filter(|date: &Date| YEARS.contains(&date.year()));
    let date = asked.unwrap_or(today);
    let (view, span) = if which.view == "week" {
        let monday = date.checked_sub(i64::from(date.weekday().to_monday_zero_offset()).days()).unwrap_or(date);
        ("week", Span { first: monday, days: 7 })
    } else {
        ("day", Span { first: date, days: 1 })
    };
    let places = places::places(&desk.house.db).await?;
    let site = places.sites.iter().find(|one| one.id.as_str() == which.site).map(|site| site.id.clone());
    let mut zones: Vec<&Zone> =
        places.zones.iter().filter(|zone| site.as_ref().is_none_or(|site| zone.site == *site)).collect();
    zones.sort_by_key(|zone| (&zone.site, &zone.building, &zone.id));
    let first = which.page.saturating_mul(ZONES_MAX);
    let has_more = zones.len() > first.saturating_add(ZONES_MAX);
    let zones: Vec<&Zone> = zones.into_iter().skip(first).take(ZONES_MAX).collect();
    let draft = Draft::read(&desk, &places, span).await?;
    let mut parts: Vec<Part> = Vec::new();
    for here in zones.chunk_by(|a, b| a.site == b.site) {
        parts.extend(draft.part(&page, &places, here, span)?);
    }
    let step = |days: i32| date.checked_add(days.days()).ok();
    let site = site.map(|site| site.to_string()).unwrap_or_default();
    show(&TimelinePage {
        title: title(&page, span),
        previous: step(-span.days),
        next: step(span.days),
        here: format!("/timeline?view={view}&date={date}&site={site}&page={}", which.page),
        levels: Level::EDITABLE.into_iter().rev().map(|level| (level_word(level), level.name())).collect(),
        has_rules: !draft.rules.is_empty(),
        sites: places.sites.clone(),
        number: which.page,
        page,
        parts,
        site,
        date,
        view,
        span,
        today,
        has_more,
    })
}

fn title(page: &Page, span: Span) -> String {
    match span.dates().last() {
        Some(last) if last != span.first => format!("{} – {last}", span.first),
        Some(_) | None => moment::day(page.words, span.first),
    }
}

/// What the console holds, read once for a page.
struct Draft {
    rules: Vec<Rule>,
    campaigns: Vec<Campaign>,
    names: HashMap<anteroom_content::id::PlaylistId, Text>,
    zones: HashMap<RuleId, usize>,
    calendar: anteroom_content::schedule::Calendar,
    others: Vec<Offsets>,
}

impl Draft {
    async fn read(desk: &Desk, places: &Places, span: Span) -> Result<Self, Fault> {
        let db = &desk.house.db;
        let (rules, campaigns) = (playlists::rules(db).await?, campaigns::campaigns(db).await?);
        let lists = playlists::playlists(db).await?;
        let windows = rules.iter().map(|rule| &rule.window).chain(campaigns.iter().map(|one| &one.window));
        let mut clocks: Vec<&str> = windows.filter_map(|window| window.time_zone.as_deref()).collect();
        clocks.sort_unstable();
        clocks.dedup();
        let now = desk.house.now();
        let others = clocks.into_iter().filter_map(|zone| Offsets::of_zone(zone, now).ok()).collect();
        let holds = |rule: &Rule| {
            let here = |zone: &&Zone| places.site_of(zone).is_some_and(|site| rule.target.holds(zone, site));
            places.zones.iter().filter(here).count()
        };
        // A window over midnight began before, and a weekday may follow another week's: two weeks are enough of the past.
        let from = span.first.checked_sub(14.days()).unwrap_or(span.first);
        Ok(Self {
            zones: rules.iter().map(|rule| (rule.id.clone(), holds(rule))).collect(),
            names: lists.into_iter().map(|list| (list.id, list.name)).collect(),
            calendar: calendar::calendar(db, &from.to_string()).await?,
            rules,
            campaigns,
            others,
        })
    }

    /// The zones of one site.
    fn part(&self, page: &Page, places: &Places, zones: &[&Zone], span: Span) -> Result<Option<Part>, Fault> {
        let Some(site) = zones.first().and_then(|zone| places.site_of(zone)) else { return Ok(None) };
        let clocks = Offsets::of_zone(&site.time_zone, page.now).map_err(Fault::internal)?;
        let calendar = self.calendar.of_site(&site.id);
        let drawn = Drawn {
            rules: &self.rules,
            campaigns: &self.campaigns,
            names: &self.names,
            zones: &self.zones,
            calendar: &calendar,
            clocks: &clocks,
            others: &self.others,
            span,
        };
        let mut rows = Vec::new();
        for zone in zones {
            let screens = places.screens_of(&zone.id).cloned().collect();
            let row = Row::of(&drawn, zone, screens, |target| target.holds(zone, site)).map_err(Fault::internal)?;
            rows.push(row);
        }
        let local = clocks.local(page.now);
        let minute =
            (local.date() - span.first).get_days() * 1_440 + i32::from(local.hour()) * 60 + i32::from(local.minute());
        let day = calendar.day(span.first);
        Ok(Some(Part {
            marks: marks(page, &calendar, span),
            day: (span.days == 1).then(|| (look_of(day.kind), day.why())),
            now: (0..span.minutes()).contains(&minute).then(|| span.percent(minute)),
            site: site.clone(),
            rows,
        }))
    }
}

fn marks(page: &Page, calendar: &anteroom_content::schedule::Calendar, span: Span) -> Vec<Mark> {
    if span.days == 1 {
        let hour = |hour: i32| Mark { x: span.percent(hour * 60), label: format!("{hour:02}:00"), day: None };
        return (0..24).step_by(2).map(hour).collect();
    }
    let mark = |(n, date): (i32, Date)| {
        let day = calendar.day(date);
        let kind = match (day.kind, day.special) {
            (DayKind::Workday | DayKind::RestDay, None) => String::new(),
            (kind, _) => kind.name().in_language(page.language).to_owned(),
        };
        let weekday = page.words.get(&format!("weekday-{}", date.weekday().to_monday_one_offset()));
        Mark {
            x: span.percent(n * 1_440),
            label: format!("{weekday} {}", date.strftime("%m-%d")),
            day: Some((look_of(day.kind), kind)),
        }
    };
    (0..).zip(span.dates()).map(mark).collect()
}
