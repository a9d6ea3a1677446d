//! The engine: what a screen shows at an instant is a function of its programme alone. No other code decides.
//!
//! A zone's time is cut at every instant where the rules on the air could change: opening and closing, the ends of
//! windows, the dates of items, and the moment a programme takes over. Between two cuts the playlists of the highest
//! level rotate, and the position follows from the clock.

use crate::clock::{DAY_MS, Instant};
use crate::id::{ItemId, RuleId, ScreenId};
use crate::item::Item;
use crate::place::Role;
use crate::playlist::{Playlist, dwell_ms};
use crate::programme::Show;
use crate::schedule::{Airtime, Level, Rotation, Rule};

/// A programme with the instant from which it holds.
#[derive(Debug, Clone, Copy)]
pub struct Edition<'a> {
    /// From here on.
    pub effective_at: Instant,
    /// What holds.
    pub show: &'a Show,
}

/// What a screen shows, since when, until when, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cue {
    /// What is on the glass.
    pub showing: Showing,
    /// Its first millisecond, also when that lies before this player was started.
    pub since: Instant,
    /// The first millisecond after it.
    pub until: Instant,
    /// The rule and level that won; none when no rule was heard.
    pub why: Option<Why>,
}

/// What is on the glass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Showing {
    /// An item in a version.
    Item {
        /// Which.
        item: ItemId,
        /// In which version.
        version: u32,
    },
    /// Clinic times over the whole glass: a strip screen.
    Strip,
    /// The zone is closed.
    Closed,
    /// Open, but nothing may be shown: the card compiled into the player.
    Fallback,
}

/// The rule that won.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// Which rule.
    pub rule: RuleId,
    /// At which level.
    pub level: Level,
}

/// The cue of `screen` at `at`, where each edition takes over from the ones before it.
#[must_use]
pub fn cue_of(editions: &[Edition<'_>], screen: &ScreenId, at: Instant) -> Option<Cue> {
    let in_force = editions.iter().filter(|edition| edition.effective_at <= at).max_by_key(|e| e.effective_at);
    let edition = in_force.or_else(|| editions.iter().min_by_key(|e| e.effective_at))?;
    let next = editions.iter().map(|e| e.effective_at).filter(|from| *from > at).min();
    let mut cue = cue(*edition, screen, at)?;
    cue.until = next.map_or(cue.until, |next| cue.until.min(next));
    Some(cue)
}

/// The cue of `screen` at `at` in one programme; none when the programme does not know the screen.
#[must_use]
pub fn cue(edition: Edition<'_>, screen: &ScreenId, at: Instant) -> Option<Cue> {
    let show = edition.show;
    let screen = show.screen(screen)?;
    let span = Span::around(edition, at);
    let over_span = |showing| Cue { showing, since: span.from, until: span.to, why: None };
    if !is_open(show, at) {
        return Some(over_span(Showing::Closed));
    }
    if screen.role == Role::Strip {
        return Some(over_span(Showing::Strip));
    }
    let on_air = OnAir::at(show, at);
    let Some(level) = on_air.level else { return Some(over_span(Showing::Fallback)) };
    let rotation = Rotation::of(&on_air.lists);
    let Some(placed) = rotation.at(span.from, span.to, at) else { return Some(over_span(Showing::Fallback)) };
    let Some(turn) = rotation.turn(placed.turn) else { return Some(over_span(Showing::Fallback)) };
    Some(Cue {
        showing: Showing::Item { item: turn.what.id.clone(), version: turn.what.version },
        since: placed.since,
        until: placed.until,
        why: Some(Why { rule: turn.rule.clone(), level }),
    })
}

/// The cues of `screen` from `from` on, one after another, up to `to` and at most `cues_max`.
#[must_use]
pub fn cues(edition: Edition<'_>, screen: &ScreenId, from: Instant, to: Instant, cues_max: usize) -> Vec<Cue> {
    let mut cues = Vec::new();
    let mut at = from;
    while at < to && cues.len() < cues_max {
        let Some(cue) = cue(edition, screen, at) else { break };
        // A cue always ends after the instant it was asked for; the step guards the loop against that ever being wrong.
        at = cue.until.max(at.plus_ms(1));
        cues.push(cue);
    }
    cues
}

/// Where a new programme takes over when it is published at `at`: at the next item boundary of the one before it, or at
/// once when no item is on the air in any of the zone's full screens.
#[must_use]
pub fn handover(editions: &[Edition<'_>], at: Instant) -> Instant {
    let Some(latest) = editions.iter().max_by_key(|edition| edition.effective_at) else { return at };
    let Some(screen) = latest.show.screens.iter().find(|screen| screen.role == Role::Full) else { return at };
    match cue_of(editions, &screen.id, at) {
        Some(Cue { showing: Showing::Item { .. }, until, .. }) => until,
        Some(_) | None => at,
    }
}

fn is_open(show: &Show, at: Instant) -> bool {
    let date = show.offsets.date(at);
    let hours = show.zone.open.get(usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0));
    hours.copied().flatten().is_some_and(|hours| {
        at >= show.offsets.instant(date, i32::from(hours.from_min))
            && at < show.offsets.instant(date, i32::from(hours.to_min))
    })
}

/// The rules of the highest level that have something to show, as lists of turns.
struct OnAir<'a> {
    level: Option<Level>,
    lists: Vec<Vec<Airtime<'a, &'a Item>>>,
}

impl<'a> OnAir<'a> {
    fn at(show: &'a Show, at: Instant) -> Self {
        let mut on_air = Self { level: None, lists: Vec::new() };
        let mut rules: Vec<&Rule> = show.rules.iter().filter(|rule| is_on(show, rule, at)).collect();
        rules.sort_by(|a, b| b.level.cmp(&a.level).then_with(|| a.id.cmp(&b.id)));
        for rule in rules {
            if on_air.level.is_some_and(|level| rule.level < level) {
                break;
            }
            let Some(playlist) = show.playlists.iter().find(|p| p.id == rule.playlist) else { continue };
            let turns = turns(show, rule, playlist, at);
            if !turns.is_empty() {
                on_air.level = Some(rule.level);
                on_air.lists.push(turns);
            }
        }
        on_air
    }
}

fn turns<'a>(show: &'a Show, rule: &'a Rule, playlist: &Playlist, at: Instant) -> Vec<Airtime<'a, &'a Item>> {
    let airtime = |turn: &crate::playlist::Turn| {
        let item = show.item(&turn.item).filter(|item| item.is_current(at))?;
        let dwell_ms = dwell_ms(item, turn.dwell_ms);
        Some(Airtime { rule: &rule.id, what: item, dwell_ms, is_still: item.face.is_still() })
    };
    playlist.turns.iter().filter_map(airtime).collect()
}

fn is_on(show: &Show, rule: &Rule, at: Instant) -> bool {
    if !rule.target.holds(&show.zone) {
        return false;
    }
    let today = show.offsets.date(at);
    // A window over midnight that started yesterday may still be open.
    [today.yesterday().ok(), Some(today)]
        .into_iter()
        .flatten()
        .filter_map(|date| rule.window.span(date, &show.offsets))
        .any(|(from, to)| from <= at && at < to)
}

/// A stretch of time in which nothing about the rules changes.
struct Span {
    from: Instant,
    to: Instant,
}

impl Span {
    fn around(edition: Edition<'_>, at: Instant) -> Self {
        let mut span = Self { from: at.plus_ms(-2 * DAY_MS), to: at.plus_ms(2 * DAY_MS) };
        span.cut_days(edition.show, at);
        for item in &edition.show.items {
            span.cut(item.ends_at(), at);
            if let Some(from) = item.valid_from {
                span.cut(from, at);
            }
        }
        span.cut(edition.effective_at, at);
        span
    }

    fn cut_days(&mut self, show: &Show, at: Instant) {
        let today = show.offsets.date(at);
        let days = [today.yesterday().ok(), Some(today), today.tomorrow().ok()];
        for date in days.into_iter().flatten() {
            // Every zone's day ends at midnight, so that the order of a day never depends on the day before.
            self.cut(show.offsets.instant(date, 0), at);
            let hours = show.zone.open.get(usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0));
            if let Some(hours) = hours.copied().flatten() {
                self.cut(show.offsets.instant(date, i32::from(hours.from_min)), at);
                self.cut(show.offsets.instant(date, i32::from(hours.to_min)), at);
            }
            for rule in show.rules.iter().filter(|rule| rule.target.holds(&show.zone)) {
                if let Some((from, to)) = rule.window.span(date, &show.offsets) {
                    self.cut(from, at);
                    self.cut(to, at);
                }
            }
        }
    }

    fn cut(&mut self, edge: Instant, at: Instant) {
        if edge <= at {
            self.from = self.from.max(edge);
        } else {
            self.to = self.to.min(edge);
        }
    }
}

#[cfg(test)]
mod tests;
