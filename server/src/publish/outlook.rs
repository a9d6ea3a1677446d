//! The outlook: what publishing would do, screen by screen, and what looks wrong with it.

use std::collections::BTreeSet;
use std::sync::Arc;

use anteroom_content::clock::{DAY_MS, HOUR_MS, Instant, Offsets, SECOND_MS};
use anteroom_content::id::{ItemId, ScreenId, ZoneId};
use anteroom_content::place::Role;
use anteroom_content::programme::Show;
use anteroom_content::schedule::problem::{self, Found, Items, Written};
use anteroom_content::timeline::{
    Difference, Edition, Timeline, Trouble, differences, empty_stretches, endings, shortfalls,
};

use super::release::{Takeover, preview_of};
use super::{Draft, PublishError, compose, draft, editions};
use crate::db::{items, publications};
use crate::state::State;

/// The longest span that is looked at: a week of every screen is more than anybody reads.
const SPAN_MS_MAX: i64 = 7 * DAY_MS;
/// The most stretches told of one screen; what lies beyond is counted.
const DIFFERENCES_MAX: usize = 200;
/// The most stretches told of one spell, so that a week of a screen stays as short as a page; what lies beyond is counted.
const SPELL_TOLD_MAX: usize = 12;
/// The most troubles told of one zone; what lies beyond is counted.
const TROUBLES_MAX: usize = 50;
/// Items that end within a fortnight are told: long enough to have them reviewed again.
const ENDING_MS: i64 = 14 * DAY_MS;
/// Promises are looked at so many days far: a month of every zone is composed in seconds.
const FORECAST_DAYS: usize = 31;

/// What publishing would do.
#[derive(Debug)]
pub struct Outlook {
    /// From here on it was looked at: the moment it was asked.
    pub from: Instant,
    /// Up to here.
    pub to: Instant,
    /// Zones whose programme would change.
    pub zones: Vec<ZoneOutlook>,
    /// What is wrong with the draft, or worth knowing; errors first.
    pub problems: Vec<Found>,
    /// What was looked at, so that what is told can be called by its name.
    pub draft: Draft,
}

/// What it would do in one zone.
#[derive(Debug)]
pub struct ZoneOutlook {
    /// Which.
    pub zone: ZoneId,
    /// When the new programme would take over.
    pub takeover: Instant,
    /// As things are; it knows no screen where nothing was published yet.
    pub before: Arc<Timeline>,
    /// As they would be.
    pub after: Arc<Timeline>,
    /// Its full screens, those that come or go among them.
    pub screens: Vec<ScreenOutlook>,
    /// What looks wrong with the coming programme.
    pub troubles: Vec<Trouble>,
    /// How many more troubles there are.
    pub troubles_left_out: usize,
}

/// What it would do on one screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScreenOutlook {
    /// Which.
    pub screen: ScreenId,
    /// Stretches in which it would show something else, in order.
    pub differences: Vec<Difference>,
    /// How many more there are.
    pub differences_left_out: usize,
    /// The same by hours on end, with none left out: what people read first.
    pub spells: Vec<Spell>,
    /// How long it would show something else in all, in milliseconds.
    pub changed_ms: i64,
}

/// Hours on end, of one date by the zone's clocks, in each of which a screen would show something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spell {
    /// Its first hour begins.
    pub from: Instant,
    /// Its last hour ends.
    pub to: Instant,
    /// How many stretches differ in it.
    pub changes: usize,
    /// How long they are in all, in milliseconds.
    pub changed_ms: i64,
    /// The first of them, in order; at least one.
    pub first: Vec<Difference>,
}

impl Outlook {
    /// Something must be put right before anything can be published.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.problems.iter().any(|found| found.problem.is_error())
    }

    /// The outlook of one zone; none when its programme would stay as it is.
    #[must_use]
    pub fn zone(&self, id: &ZoneId) -> Option<&ZoneOutlook> {
        self.zones.iter().find(|zone| zone.zone == *id)
    }
}

impl ZoneOutlook {
    /// The programme that would be published.
    #[must_use]
    pub fn coming(&self) -> Option<&Arc<Show>> {
        self.after.shows().next_back().map(|(_, show)| show)
    }
}

/// What publishing now would do within `span_ms` from now, at most a week.
///
/// # Errors
/// [`PublishError`] when the draft cannot be read or composed.
pub async fn outlook(state: &State, span_ms: i64) -> Result<Outlook, PublishError> {
    let now = state.now();
    let to = now.plus_ms(span_ms.clamp(0, SPAN_MS_MAX));
    let draft = draft(state).await?;
    let parts = compose(&draft, &state.phone_address, now)?;
    let changed = preview_of(&parts, &publications::current(&state.db).await?).zones;
    let mut coming = Vec::with_capacity(changed.len());
    for zone in parts.into_iter().filter(|zone| changed.contains(&zone.zone)) {
        let published = editions(state, &zone.zone, now).await?;
        coming.push(Coming { zone: zone.zone, show: Arc::new(zone.show), published });
    }
    let problems = problems(state, &draft).await?;
    // Composing days is work for a processor: the pages of others must not wait for it.
    let zones =
        tokio::task::spawn_blocking(move || coming.into_iter().map(|zone| zone.look(now, to)).collect()).await?;
    Ok(Outlook { from: now, to, zones, problems, draft })
}

/// What is wrong with a draft today, or worth knowing; errors first.
pub async fn problems(state: &State, draft: &Draft) -> Result<Vec<Found>, PublishError> {
    let known: BTreeSet<ItemId> = items::items(&state.db).await?.into_iter().map(|record| record.item.id).collect();
    let approved: BTreeSet<ItemId> = draft.items.iter().map(|item| item.id.clone()).collect();
    let now = state.now();
    let offsets = match draft.places.sites.first() {
        Some(site) => Offsets::of_zone(&site.time_zone, now)?,
        None => Offsets::fixed("UTC", 0),
    };
    let written = Written {
        rules: &draft.rules,
        playlists: &draft.playlists,
        campaigns: &draft.campaigns,
        zones: &draft.places.zones,
        buildings: &draft.places.buildings,
        sites: &draft.places.sites,
        networks: &draft.places.networks,
        items: Some(Items { known: &known, approved: &approved }),
        calendar: &draft.timetable.calendar,
    };
    Ok(problem::problems(written, offsets.date(now)))
}

/// A zone's coming programme, with those it was told.
struct Coming {
    zone: ZoneId,
    show: Arc<Show>,
    published: Vec<Edition>,
}

impl Coming {
    fn look(self, now: Instant, to: Instant) -> ZoneOutlook {
        let before = Timeline::new(self.published.iter().cloned());
        let Takeover { at, carry } = Takeover::at(&before, before.handover(now));
        let edition = Edition { effective_at: at, show: self.show.clone(), carry: Arc::new(carry) };
        let after = Timeline::new(self.published.into_iter().chain([edition]));
        let mut troubles = empty_stretches(&after, at, to.max(at));
        troubles.extend(shortfalls(&after, at, FORECAST_DAYS));
        troubles.extend(endings(&after, now.plus_ms(ENDING_MS)));
        let troubles_left_out = troubles.len().saturating_sub(TROUBLES_MAX);
        troubles.truncate(TROUBLES_MAX);
        let screens = full_screens(&before, &after);
        let clocks = &self.show.offsets;
        let screens = screens.iter().map(|screen| look_at((&before, &after), screen, clocks, (now, to))).collect();
        let (before, after) = (Arc::new(before), Arc::new(after));
        ZoneOutlook { zone: self.zone, takeover: at, before, after, screens, troubles, troubles_left_out }
    }
}

/// The full screens of what holds and of what comes, by name.
fn full_screens(before: &Timeline, after: &Timeline) -> BTreeSet<ScreenId> {
    let newest = [before, after].into_iter().filter_map(|timeline| timeline.shows().next_back());
    let screens = newest.flat_map(|(_, show)| &show.screens).filter(|screen| screen.role == Role::Full);
    screens.map(|screen| screen.id.clone()).collect()
}

/// The differences on a screen, hour by hour, so that none is left out of the sum.
fn look_at(
    (before, after): (&Timeline, &Timeline),
    screen: &ScreenId,
    clocks: &Offsets,
    (from, to): (Instant, Instant),
) -> ScreenOutlook {
    let mut told = ScreenOutlook {
        screen: screen.clone(),
        differences: Vec::new(),
        differences_left_out: 0,
        spells: Vec::new(),
        changed_ms: 0,
    };
    let mut last: Option<Difference> = None;
    let mut begin = from;
    while begin < to {
        let end = end_of_hour(clocks, begin).min(to);
        for found in differences(before, after, screen, (begin, end)) {
            let goes_on = last
                .as_ref()
                .is_some_and(|last| last.to == found.from && last.before == found.before && last.after == found.after);
            told.tell(&found, goes_on);
            match told.spells.last_mut().filter(|spell| spell.reaches(begin, clocks)) {
                Some(spell) => spell.tell(&found, goes_on, end),
                None => told.spells.push(Spell::of(&found, (begin, end))),
            }
            last = Some(found);
        }
        begin = end;
    }
    told
}

fn end_of_hour(clocks: &Offsets, at: Instant) -> Instant {
    let local = clocks.local(at);
    let into_secs = i64::from(local.minute()) * 60 + i64::from(local.second());
    at.plus_ms(HOUR_MS - into_secs * SECOND_MS - i64::from(local.millisecond()))
}

impl ScreenOutlook {
    fn tell(&mut self, found: &Difference, goes_on: bool) {
        self.changed_ms += found.to.ms_since(found.from);
        if goes_on {
            // What goes on is the last one that was told, or one of those left out.
            if let Some(last) = self.differences.last_mut().filter(|_| self.differences_left_out == 0) {
                last.to = found.to;
            }
        } else if self.differences.len() < DIFFERENCES_MAX {
            self.differences.push(found.clone());
        } else {
            self.differences_left_out += 1;
        }
    }
}

impl Spell {
    fn of(found: &Difference, (from, to): (Instant, Instant)) -> Self {
        Self { from, to, changes: 1, changed_ms: found.to.ms_since(found.from), first: vec![found.clone()] }
    }

    /// It goes on in the hour that begins then: nothing lies between, and it is the same date.
    fn reaches(&self, hour: Instant, clocks: &Offsets) -> bool {
        self.to >= hour && clocks.date(self.from) == clocks.date(hour)
    }

    fn tell(&mut self, found: &Difference, goes_on: bool, to: Instant) {
        self.to = to;
        self.changed_ms += found.to.ms_since(found.from);
        if goes_on {
            if let Some(last) = self.first.last_mut().filter(|last| last.to == found.from) {
                last.to = found.to;
            }
            return;
        }
        self.changes += 1;
        if self.first.len() < SPELL_TOLD_MAX {
            self.first.push(found.clone());
        }
    }
}
