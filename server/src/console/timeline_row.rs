//! A zone's row on the timeline: where the blocks of its rules lie, which lie under others, and which level is on the air.

use std::collections::HashMap;

use anteroom_content::clock::Offsets;
use anteroom_content::id::{CampaignId, PlaylistId, RuleId};
use anteroom_content::manifest::to_hex;
use anteroom_content::place::{Screen, Zone};
use anteroom_content::playlist::Playlist;
use anteroom_content::programme::Part;
use anteroom_content::schedule::wheel::open_hours;
use anteroom_content::schedule::{Calendar, Campaign, Hours, Level, Occurrence, Rule, Window};
use anteroom_content::text::Text;
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::moment::wall;
use super::rule_form::level_word;

/// Minutes of a day.
const DAY_MIN: i32 = 1_440;
/// How high the band of levels over a row is, with the space under it.
const BAND_PX: usize = 12;
/// How high the lane of a rule is.
const LANE_PX: usize = 32;
/// How high the lane of a campaign is.
const BAR_PX: usize = 20;
/// How many hexadecimal digits of a rule's hash tell its versions apart.
const VERSION_CHARS: usize = 16;

/// The dates a timeline shows, by the clocks of a site.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    /// The first one.
    pub(super) first: Date,
    /// How many.
    pub(super) days: i32,
}

/// From and to, in minutes after the first midnight of the span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) from: i32,
    pub(super) to: i32,
}

/// What became of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Planned,
    Moved,
    Dropped,
}

/// An occurrence of a rule.
pub(super) struct Block {
    pub(super) rule: RuleId,
    pub(super) name: Text,
    pub(super) level: Level,
    pub(super) occurrence: Occurrence,
    pub(super) fate: Fate,
    /// Which state of the rule was seen.
    pub(super) version: String,
    /// In how many zones the rule holds.
    pub(super) zones: usize,
    /// The time zone whose clocks it goes by, where they are not the site's.
    pub(super) clocks: Option<String>,
    /// How far those clocks are ahead of the site's, in minutes.
    pub(super) ahead_min: i32,
    pub(super) at: Stretch,
    /// Where a higher level is on the air instead.
    pub(super) beaten: Vec<Stretch>,
    lane: usize,
}

/// A campaign's window.
pub(super) struct Bar {
    pub(super) campaign: CampaignId,
    pub(super) name: Text,
    pub(super) at: Stretch,
    lane: usize,
}

/// A zone.
pub(super) struct Row {
    pub(super) zone: Zone,
    pub(super) screens: Vec<Screen>,
    pub(super) blocks: Vec<Block>,
    pub(super) bars: Vec<Bar>,
    /// While the zone is closed.
    pub(super) closed: Vec<Stretch>,
    /// The highest level while it is open.
    pub(super) top: Vec<(Stretch, Level)>,
    lanes: usize,
    bar_lanes: usize,
}

/// What rows are drawn from: the draft.
pub(super) struct Drawn<'a> {
    pub(super) rules: &'a [Rule],
    pub(super) campaigns: &'a [Campaign],
    pub(super) names: &'a HashMap<PlaylistId, Text>,
    pub(super) zones: &'a HashMap<RuleId, usize>,
    /// Of the site.
    pub(super) calendar: &'a Calendar,
    pub(super) clocks: &'a Offsets,
    /// The clocks windows may name.
    pub(super) others: &'a [Offsets],
    pub(super) span: Span,
}

impl Span {
    /// Its dates.
    pub(super) fn dates(self) -> impl Iterator<Item = Date> {
        (0..self.days).filter_map(move |day| self.first.checked_add(day.days()).ok())
    }

    /// How many minutes it has.
    pub(super) const fn minutes(self) -> i32 {
        self.days * DAY_MIN
    }

    fn minute(self, date: Date, minute: i32) -> i32 {
        (date - self.first).get_days() * DAY_MIN + minute
    }

    /// What of it is seen; none when nothing is.
    fn seen(self, at: Stretch) -> Option<Stretch> {
        let seen = Stretch { from: at.from.max(0), to: at.to.min(self.minutes()) };
        (seen.from < seen.to).then_some(seen)
    }

    /// Where a minute lies, for the geometry of a picture: `33.333%`.
    pub(super) fn percent(self, minute: i32) -> String {
        format!("{:.3}%", f64::from(minute) * 100.0 / f64::from(self.minutes()))
    }

    /// Where an occurrence lies by the site's clocks.
    fn stretch(self, window: &Window, one: &Occurrence, drawn: &Drawn<'_>) -> Stretch {
        let other = window.time_zone.as_deref().filter(|name| *name != drawn.clocks.zone);
        let other = other.and_then(|name| drawn.others.iter().find(|offsets| offsets.zone == name));
        if let Some(other) = other {
            let (from, to) = one.hours.span(one.date, other);
            let minute = |at| {
                let local = drawn.clocks.local(at);
                self.minute(local.date(), i32::from(local.hour()) * 60 + i32::from(local.minute()))
            };
            return Stretch { from: minute(from), to: minute(to) };
        }
        let from = self.minute(one.date, i32::from(one.hours.from_min));
        Stretch { from, to: from + i32::try_from(one.hours.minutes()).unwrap_or(DAY_MIN) }
    }
}

impl Block {
    /// Its distance from the top of its row.
    pub(super) const fn y(&self) -> usize {
        BAND_PX + self.lane * LANE_PX
    }

    /// Its level as a style's word.
    pub(super) const fn look(&self) -> &'static str {
        level_word(self.level)
    }

    /// `08:00–10:00`.
    pub(super) fn hours(&self) -> String {
        hours_in_words(self.occurrence.hours)
    }

    /// Above its whole length something else is on the air.
    pub(super) fn is_beaten(&self) -> bool {
        matches!(self.beaten.as_slice(), [one] if one.from <= self.at.from && one.to >= self.at.to)
    }
}

/// `08:00–10:00`.
pub(super) fn hours_in_words(hours: Hours) -> String {
    format!("{}–{}", wall(hours.from_min), wall(hours.to_min))
}

/// Which state of a rule somebody has seen.
pub(super) fn version_of(rule: &Rule) -> Result<String, serde_json::Error> {
    let mut version = to_hex(Part::of(rule)?.hash.as_bytes());
    version.truncate(VERSION_CHARS);
    Ok(version)
}

/// What people call a rule: its own name, or its playlist's.
pub(super) fn name_of(rule: &Rule, playlists: &[Playlist]) -> Text {
    let names = playlists.iter().map(|list| (list.id.clone(), list.name.clone())).collect();
    named(rule, &names)
}

fn named(rule: &Rule, names: &HashMap<PlaylistId, Text>) -> Text {
    if !rule.name.zh.is_empty() {
        return rule.name.clone();
    }
    names.get(&rule.playlist).cloned().unwrap_or_else(|| Text::new(rule.id.as_str(), ""))
}

impl Row {
    /// The row of a zone.
    ///
    /// # Errors
    /// When a rule cannot be written down.
    pub(super) fn of(
        drawn: &Drawn<'_>,
        zone: &Zone,
        screens: Vec<Screen>,
        holds: impl Fn(&anteroom_content::schedule::Target) -> bool,
    ) -> Result<Self, serde_json::Error> {
        let mut row = Self {
            zone: zone.clone(),
            screens,
            blocks: Vec::new(),
            bars: Vec::new(),
            closed: closed(drawn, zone),
            top: Vec::new(),
            lanes: 0,
            bar_lanes: 0,
        };
        for rule in drawn.rules.iter().filter(|rule| holds(&rule.target)) {
            row.add_rule(drawn, rule)?;
        }
        for campaign in drawn.campaigns.iter().filter(|campaign| holds(&campaign.target)) {
            row.add_campaign(drawn, campaign);
        }
        row.stack();
        row.weigh(drawn.span);
        Ok(row)
    }

    fn add_rule(&mut self, drawn: &Drawn<'_>, rule: &Rule) -> Result<(), serde_json::Error> {
        let version = version_of(rule)?;
        let (window, span) = (&rule.window, drawn.span);
        let clocks = window.time_zone.clone().filter(|zone| *zone != drawn.clocks.zone);
        let mut add = |occurrence: Occurrence, fate| {
            let at = span.stretch(window, &occurrence, drawn);
            if span.seen(at).is_some() {
                self.blocks.push(Block {
                    rule: rule.id.clone(),
                    name: named(rule, drawn.names),
                    level: rule.level,
                    fate,
                    version: version.clone(),
                    zones: drawn.zones.get(&rule.id).copied().unwrap_or_default(),
                    clocks: clocks.clone(),
                    ahead_min: span.minute(occurrence.date, i32::from(occurrence.hours.from_min)) - at.from,
                    occurrence,
                    at,
                    beaten: Vec::new(),
                    lane: 0,
                });
            }
        };
        // One over midnight began the day before; by other clocks, perhaps the day before that.
        for date in (-2..=span.days).filter_map(|day| span.first.checked_add(day.days()).ok()) {
            for one in window.occurrences(date, drawn.calendar) {
                let is_moved = window.changes.iter().any(|change| change.on == one.on);
                add(one, if is_moved { Fate::Moved } else { Fate::Planned });
            }
        }
        for change in window.changes.iter().filter(|change| change.to.is_none()) {
            let hours = window.hours(change.on, drawn.calendar);
            if let Some(hours) = hours.filter(|_| window.is_planned(change.on, drawn.calendar)) {
                add(Occurrence { on: change.on, date: change.on, hours }, Fate::Dropped);
            }
        }
        Ok(())
    }

    /// A campaign's occurrences that follow each other without a gap are one bar.
    fn add_campaign(&mut self, drawn: &Drawn<'_>, campaign: &Campaign) {
        let mut bars: Vec<Stretch> = Vec::new();
        for date in (-2..=drawn.span.days).filter_map(|day| drawn.span.first.checked_add(day.days()).ok()) {
            let occurrences = campaign.window.occurrences(date, drawn.calendar).into_iter();
            bars.extend(occurrences.map(|one| drawn.span.stretch(&campaign.window, &one, drawn)));
        }
        let bars = joined(bars).into_iter().filter_map(|at| drawn.span.seen(at));
        self.bars.extend(bars.map(|at| Bar {
            campaign: campaign.id.clone(),
            name: campaign.name.clone(),
            at,
            lane: 0,
        }));
    }

    /// Puts what overlaps into lanes, the most urgent uppermost.
    fn stack(&mut self) {
        self.blocks.sort_by_key(|block| (std::cmp::Reverse(block.level), block.at.from, block.rule.clone()));
        let mut lanes: Vec<Vec<Stretch>> = Vec::new();
        for block in &mut self.blocks {
            block.lane = free_lane(&mut lanes, block.at);
        }
        self.lanes = lanes.len();
        let mut lanes: Vec<Vec<Stretch>> = Vec::new();
        for bar in &mut self.bars {
            bar.lane = free_lane(&mut lanes, bar.at);
        }
        self.bar_lanes = lanes.len();
    }

    /// Finds the highest level of every stretch, and what lies under it.
    fn weigh(&mut self, span: Span) {
        let alive = || self.blocks.iter().filter(|block| block.fate != Fate::Dropped);
        let mut edges: Vec<i32> =
            alive().map(|block| block.at).chain(self.closed.iter().copied()).flat_map(|at| [at.from, at.to]).collect();
        edges.extend([0, span.minutes()]);
        edges.retain(|edge| (0..=span.minutes()).contains(edge));
        edges.sort_unstable();
        edges.dedup();
        let mut top: Vec<(Stretch, Level)> = Vec::new();
        for (from, to) in edges.iter().copied().zip(edges.iter().copied().skip(1)) {
            if self.closed.iter().any(|at| at.from <= from && from < at.to) {
                continue;
            }
            let here = alive().filter(|block| block.at.from <= from && from < block.at.to);
            let Some(level) = here.map(|block| block.level).max() else { continue };
            match top.last_mut().filter(|(last, highest)| last.to == from && *highest == level) {
                Some((last, _)) => last.to = to,
                None => top.push((Stretch { from, to }, level)),
            }
        }
        for block in self.blocks.iter_mut().filter(|block| block.fate != Fate::Dropped) {
            let over = top.iter().filter(|(_, level)| *level > block.level).map(|(at, _)| *at);
            let over = over.map(|at| Stretch { from: at.from.max(block.at.from), to: at.to.min(block.at.to) });
            block.beaten = joined(over.filter(|at| at.from < at.to).collect());
        }
        self.top = top;
    }

    /// How many minutes after a block its lane is free.
    pub(super) fn free_after(&self, block: &Block) -> i32 {
        let later = self.blocks.iter().filter(|other| other.lane == block.lane && other.at.from >= block.at.to);
        later.map(|other| other.at.from - block.at.to).min().unwrap_or(i32::MAX)
    }

    /// How high it is.
    pub(super) const fn height(&self) -> usize {
        let rules = if self.lanes == 0 { 1 } else { self.lanes };
        BAND_PX + rules * LANE_PX + self.bar_lanes * BAR_PX + 4
    }

    /// The distance of a bar from the top.
    pub(super) const fn bar_y(&self, bar: &Bar) -> usize {
        let rules = if self.lanes == 0 { 1 } else { self.lanes };
        BAND_PX + rules * LANE_PX + bar.lane * BAR_PX
    }
}

fn free_lane(lanes: &mut Vec<Vec<Stretch>>, at: Stretch) -> usize {
    let is_free = |lane: &Vec<Stretch>| lane.iter().all(|other| other.to <= at.from || other.from >= at.to);
    let n = lanes.iter().position(is_free).unwrap_or(lanes.len());
    if n == lanes.len() {
        lanes.push(Vec::new());
    }
    if let Some(lane) = lanes.get_mut(n) {
        lane.push(at);
    }
    n
}

fn joined(mut stretches: Vec<Stretch>) -> Vec<Stretch> {
    stretches.sort_unstable_by_key(|at| (at.from, at.to));
    let mut joined: Vec<Stretch> = Vec::new();
    for at in stretches {
        match joined.last_mut().filter(|last| last.to >= at.from) {
            Some(last) => last.to = last.to.max(at.to),
            None => joined.push(at),
        }
    }
    joined
}

fn closed(drawn: &Drawn<'_>, zone: &Zone) -> Vec<Stretch> {
    let span = drawn.span;
    let dates = (-1..span.days).filter_map(|day| span.first.checked_add(day.days()).ok());
    let open = dates.filter_map(|date| {
        let open = open_hours(zone, drawn.calendar, date)?;
        let hours = Hours { from_min: open.from_min, to_min: open.to_min };
        let from = span.minute(date, i32::from(hours.from_min));
        Some(Stretch { from, to: from + i32::try_from(hours.minutes()).unwrap_or(DAY_MIN) })
    });
    let mut closed = Vec::new();
    let mut from = 0;
    for open in joined(open.collect()) {
        closed.extend(span.seen(Stretch { from, to: open.from }));
        from = open.to;
    }
    closed.extend(span.seen(Stretch { from, to: span.minutes() }));
    closed
}
