//! The day of a screen as it will really play: hour by hour, with what put each thing there, and totals by class and item.

use std::collections::BTreeMap;

use anteroom_content::clock::{Instant, Offsets};
use anteroom_content::id::{ItemId, ScreenId};
use anteroom_content::place::{Screen, Site, Zone};
use anteroom_content::text::Text;
use anteroom_content::timeline::Timeline;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;

use super::desk::Desk;
use super::fault::Fault;
use super::fields::{Asked, Named};
use super::frame::{Page, show};
use super::glass::{Now, What, told};
use super::moment;
use super::visitor::Staff;
use crate::db::{calendar, places};
use crate::publish;

/// The most showings of a day that are told: one every five seconds, and the seconds between them.
const CUES_MAX: usize = 20_000;
/// The years a date field may name.
const YEARS: std::ops::RangeInclusive<i16> = 1950..=2999;

/// Which hours are told line by line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    One(i8),
    All,
}

struct Line {
    now: Now,
    /// How long it lasts on this day.
    ms: i64,
    class: Option<Text>,
    item: Option<ItemId>,
}

struct Hour {
    number: i8,
    plays: usize,
    /// What filled it, the longest first, with thousandths of the hour.
    shares: Vec<(Text, i64)>,
    /// Empty where the hour is told as a sum alone.
    lines: Vec<Line>,
    is_open: bool,
}

struct Total {
    name: Text,
    item: Option<ItemId>,
    class: Option<Text>,
    plays: usize,
    ms: i64,
}

#[derive(Template)]
#[template(path = "screen_day.html")]
struct DayPage {
    page: Page,
    screen: Screen,
    zone: Zone,
    site: Option<Site>,
    date: Date,
    day: String,
    kind: Text,
    look: &'static str,
    previous: Option<Date>,
    next: Option<Date>,
    is_past: bool,
    is_all: bool,
    hours: Vec<Hour>,
    classes: Vec<Total>,
    items: Vec<Total>,
    clocks: Offsets,
}

#[expect(clippy::trivially_copy_pass_by_ref, clippy::unused_self, reason = "templates call methods by reference")]
impl DayPage {
    /// `14:05:09`, by the zone's clocks.
    fn wall(&self, at: &Instant) -> String {
        self.clocks.local(*at).strftime("%H:%M:%S").to_string()
    }

    fn share(&self, permille: &i64) -> String {
        format!("{}%", (permille + 5) / 10)
    }

    fn hour(&self, number: &i8) -> String {
        format!("{number:02}:00")
    }
}

#[derive(Default, Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    date: String,
    /// An hour, or `all`.
    #[serde(default)]
    hour: String,
}

/// The page of a day.
pub(super) async fn look(
    State(desk): State<Desk>,
    staff: Staff,
    Named(id): Named<ScreenId>,
    Asked(which): Asked<Which>,
) -> Result<Response, Fault> {
    let page = staff.page();
    let places = places::places(&desk.house.db).await?;
    let screen = places.screen(&id).ok_or_else(Fault::not_found)?.clone();
    let zone = places.zone(&screen.zone).ok_or_else(Fault::not_found)?.clone();
    let site = places.site_of(&zone).cloned();
    let time_zone = site.as_ref().map_or(moment::HOUSE_ZONE, |site| site.time_zone.as_str());
    let clocks = Offsets::of_zone(time_zone, page.now).map_err(Fault::internal)?;
    let today = clocks.date(page.now);
    let asked = which.date.parse().ok().filter(|date: &Date| YEARS.contains(&date.year()));
    let date = asked.unwrap_or(today);
    let (from, to) = (clocks.instant(date, 0), clocks.instant(date, 1440));
    let timeline = publish::timeline(&desk.house, &zone.id, from).await?;
    let lines = lines_of(&timeline, &id, from, to);
    let open = match which.hour.as_str() {
        "all" => Some(Open::All),
        hour => hour.parse().ok().map(Open::One),
    };
    let open = open.unwrap_or_else(|| Open::One(first_hour(&lines, &clocks, (date == today).then_some(page.now))));
    let held = calendar::calendar(&desk.house.db, &date.to_string()).await?;
    let day = held.day_at(&zone.site, date);
    let totals = Totals::of(&lines);
    show(&DayPage {
        day: moment::day(page.words, date),
        kind: day.why(),
        look: super::calendar::look_of(day.kind),
        previous: date.yesterday().ok(),
        next: date.tomorrow().ok(),
        is_past: date < today,
        is_all: open == Open::All,
        hours: hours_of(lines, &clocks, open),
        classes: totals.classes,
        items: totals.items,
        page,
        screen,
        zone,
        site,
        date,
        clocks,
    })
}

/// What the screen shows between two instants; nothing before its first programme.
fn lines_of(timeline: &Timeline, screen: &ScreenId, from: Instant, to: Instant) -> Vec<Line> {
    let Some((begin, _)) = timeline.shows().next() else { return Vec::new() };
    let from = from.max(begin);
    let cues = timeline.cues(screen, from, to, CUES_MAX);
    let line = |mut now: Now| {
        now.since = now.since.max(from);
        now.until = now.until.min(to);
        let item = match &now.title {
            What::Item(item, ..) => Some(item.clone()),
            What::Strip | What::Closed | What::Fallback => None,
        };
        let class = item
            .as_ref()
            .and_then(|id| timeline.shows().rev().find_map(|(_, show)| show.item(id).map(|item| item.class.name())));
        Line { ms: now.until.ms_since(now.since), now, class, item }
    };
    cues.into_iter().map(|cue| line(told(timeline, cue))).collect()
}

/// The hour a page begins with: the one it is, or the first in which something is shown.
fn first_hour(lines: &[Line], clocks: &Offsets, now: Option<Instant>) -> i8 {
    let first = lines.iter().find(|line| line.now.title != What::Closed).map(|line| line.now.since);
    now.or(first).map_or(0, |at| clocks.local(at).hour())
}

/// What stands there when it is no item.
fn name_of(what: &What) -> Text {
    match what {
        What::Item(_, title, _) => title.clone(),
        What::Strip => Text::new("门诊时间", "Clinic times"),
        What::Closed => Text::new("未开放", "Closed"),
        What::Fallback => Text::new("内置卡片", "Built-in card"),
    }
}

/// An hour while its lines come in.
#[derive(Default)]
struct Gathered {
    plays: usize,
    /// How long each class was on the air, in milliseconds.
    shares: BTreeMap<(String, String), i64>,
    lines: Vec<Line>,
}

/// Puts lines into the hours in which they begin; what goes on into the next hours counts there too.
fn hours_of(lines: Vec<Line>, clocks: &Offsets, open: Open) -> Vec<Hour> {
    let mut hours: BTreeMap<i8, Gathered> = BTreeMap::new();
    for line in lines {
        let name = line.class.clone().unwrap_or_else(|| name_of(&line.now.title));
        let mut at = line.now.since;
        while at < line.now.until {
            let local = clocks.local(at);
            let end = clocks.instant(local.date(), (i32::from(local.hour()) + 1) * 60).max(at.plus_ms(1));
            let end = end.min(line.now.until);
            let hour = hours.entry(local.hour()).or_default();
            *hour.shares.entry((name.zh.clone(), name.en.clone())).or_default() += end.ms_since(at);
            at = end;
        }
        let hour = hours.entry(clocks.local(line.now.since).hour()).or_default();
        hour.plays += usize::from(line.item.is_some());
        hour.lines.push(line);
    }
    let hour = |(number, Gathered { plays, shares, lines }): (i8, Gathered)| {
        let whole: i64 = shares.values().sum::<i64>().max(1);
        let share = |((zh, en), ms): ((String, String), i64)| (Text { zh, en }, ms * 1_000 / whole);
        let mut shares: Vec<_> = shares.into_iter().map(share).collect();
        shares.sort_by_key(|(_, permille)| std::cmp::Reverse(*permille));
        let is_open = open == Open::All || open == Open::One(number);
        Hour { number, plays, shares, lines: if is_open { lines } else { Vec::new() }, is_open }
    };
    hours.into_iter().map(hour).collect()
}

struct Totals {
    classes: Vec<Total>,
    items: Vec<Total>,
}

impl Totals {
    fn of(lines: &[Line]) -> Self {
        let (mut classes, mut items): (Vec<Total>, Vec<Total>) = (Vec::new(), Vec::new());
        for line in lines {
            let ms = line.ms;
            let name = name_of(&line.now.title);
            let class = line.class.clone().unwrap_or_else(|| name.clone());
            add(&mut classes, Total { name: class, item: None, class: None, plays: 1, ms });
            if line.item.is_some() {
                add(&mut items, Total { name, item: line.item.clone(), class: line.class.clone(), plays: 1, ms });
            }
        }
        for totals in [&mut classes, &mut items] {
            totals.sort_by_key(|total| std::cmp::Reverse(total.ms));
        }
        Self { classes, items }
    }
}

fn add(totals: &mut Vec<Total>, one: Total) {
    let is_same = |total: &&mut Total| match (&total.item, &one.item) {
        (Some(a), Some(b)) => a == b,
        (None, None) => total.name == one.name,
        (Some(_), None) | (None, Some(_)) => false,
    };
    match totals.iter_mut().find(is_same) {
        Some(total) => {
            total.plays += 1;
            total.ms += one.ms;
        }
        None => totals.push(one),
    }
}
