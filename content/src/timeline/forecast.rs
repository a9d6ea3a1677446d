//! What will come of promises: a campaign's plays to its end, and what looks wrong before it is published.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{Showing, Timeline, Why};
use crate::clock::{HOUR_MS, Instant};
use crate::id::{CampaignId, ItemId};
use crate::item::Item;
use crate::place::Role;
use crate::playlist::dwell_ms;
use crate::programme::Show;
use crate::schedule::{Campaign, Carry, Goal};

/// The most days a forecast looks ahead; a promise without an end is told as far as this.
const FORECAST_DAYS_MAX: usize = 366;
/// A shorter stretch without anything to show, such as half a minute before closing, is no trouble.
const EMPTY_MIN_MS: i64 = 60_000;
/// A promise is kept when so many thousandths of it are planned; less is told as trouble.
const KEPT_PERMILLE: u64 = 950;

/// A campaign's plays in one zone, day by day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forecast {
    /// Which campaign.
    pub campaign: CampaignId,
    /// Its days from the asked instant on.
    pub days: Vec<ForecastDay>,
    /// Plays that were planned before.
    pub before: u32,
    /// Plays planned from then to its end.
    pub planned: u32,
    /// Plays promised over the same days.
    pub promised: u32,
}

/// One day of a forecast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForecastDay {
    /// Which day.
    pub date: Date,
    /// Plays that are planned.
    pub planned: u32,
    /// Plays that were promised.
    pub promised: u32,
}

impl Forecast {
    fn start(campaign: &Campaign, carried: &Carry) -> Self {
        let before =
            carried.campaigns.iter().find(|found| found.campaign == campaign.id).map_or(0, |found| found.total);
        Self { campaign: campaign.id.clone(), days: Vec::new(), before, planned: 0, promised: 0 }
    }

    fn add(&mut self, day: ForecastDay) {
        self.planned += day.planned;
        self.promised += day.promised;
        self.days.push(day);
    }

    /// Fewer plays are planned than were promised, beyond a play a day of rounding.
    #[must_use]
    pub fn is_short(&self) -> bool {
        let rounding = u32::try_from(self.days.len()).unwrap_or(u32::MAX);
        u64::from(self.planned) * 1_000 < u64::from(self.promised) * KEPT_PERMILLE
            && self.planned.saturating_add(rounding) < self.promised
    }
}

/// What looks wrong with a zone's coming days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// A campaign will not get what it was promised.
    Short(Forecast),
    /// The zone is open, and has nothing to show but the built-in card.
    Empty {
        /// From when.
        from: Instant,
        /// Until when.
        to: Instant,
    },
    /// An item of a playlist on the air here may not be shown any more from a date in the span on, or already.
    Ends {
        /// Which.
        item: ItemId,
        /// When.
        at: Instant,
    },
}

/// A campaign's plays from `from` to its end in the zone of the timeline; none when the newest programme has it not.
#[must_use]
pub fn forecast(timeline: &Timeline, campaign: &CampaignId, from: Instant) -> Option<Forecast> {
    let show = timeline.plans.last()?.show().clone();
    let found = show.campaigns.iter().find(|found| found.id == *campaign)?;
    foretell(timeline, &[found], from, FORECAST_DAYS_MAX).pop()
}

/// The same of every campaign of the newest programme, `days_max` days far: each day is composed once for all of them.
#[must_use]
pub fn forecasts(timeline: &Timeline, from: Instant, days_max: usize) -> Vec<Forecast> {
    let Some(show) = timeline.plans.last().map(|plan| plan.show().clone()) else { return Vec::new() };
    let campaigns: Vec<&Campaign> = show.campaigns.iter().collect();
    foretell(timeline, &campaigns, from, days_max)
}

fn foretell(timeline: &Timeline, campaigns: &[&Campaign], from: Instant, days_max: usize) -> Vec<Forecast> {
    let Some(show) = timeline.plans.last().map(|plan| plan.show().clone()) else { return Vec::new() };
    let carried = if campaigns.is_empty() { Carry::default() } else { timeline.carry(from) };
    let mut told: Vec<Forecast> = campaigns.iter().map(|campaign| Forecast::start(campaign, &carried)).collect();
    let today = show.offsets.date(from);
    // A promise that begins later is told from its own first day on.
    let mut date = campaigns.iter().map(|campaign| campaign.window.first.unwrap_or(today)).min().unwrap_or(today);
    date = date.max(today);
    for _ in 0..days_max.min(FORECAST_DAYS_MAX) {
        let is_over = |campaign: &&Campaign| campaign.window.last.is_some_and(|last| last < date);
        if campaigns.iter().all(is_over) {
            break;
        }
        let begin = show.offsets.instant(date, 0).max(from);
        let mut plays: BTreeMap<CampaignId, u32> = BTreeMap::new();
        for cue in timeline.zone_cues(begin, show.offsets.instant(date, 1440), usize::MAX) {
            if let (Some(Why::Campaign(campaign)), true) = (cue.why, cue.since >= begin) {
                *plays.entry(campaign).or_default() += 1;
            }
        }
        for (campaign, forecast) in campaigns.iter().zip(&mut told) {
            let has_begun = campaign.window.first.is_none_or(|first| first <= date);
            if has_begun && !is_over(campaign) {
                let planned = plays.get(&campaign.id).copied().unwrap_or(0);
                forecast.add(ForecastDay { date, planned, promised: promised_on(timeline, campaign, date, begin) });
            }
        }
        let Ok(tomorrow) = date.tomorrow() else { break };
        date = tomorrow;
    }
    for (campaign, forecast) in campaigns.iter().zip(&mut told) {
        let is_whole = campaign.window.last.is_some_and(|last| last < date);
        if let (Goal::Total(total), true) = (campaign.goal, is_whole) {
            forecast.promised = total.saturating_sub(forecast.before);
        }
    }
    told
}

/// What a goal asks for on a date, from an instant on.
fn promised_on(timeline: &Timeline, campaign: &Campaign, date: Date, begin: Instant) -> u32 {
    let Some(plan) = timeline.plans.last() else { return 0 };
    let show = plan.show();
    let (open_ms, quota) = plan.campaign_day(&campaign.id, date, begin);
    let plays = match campaign.goal {
        Goal::PerHour(plays) => i64::from(plays) * open_ms / HOUR_MS,
        Goal::ShareOfAir(permille) => {
            let item = |id: &ItemId| show.item(id);
            let dwell = |item: &Item| i64::from(dwell_ms(item, campaign.dwell_ms));
            let times: Vec<i64> = campaign.items.iter().filter_map(item).map(dwell).collect();
            let mean = times.iter().sum::<i64>() / i64::try_from(times.len()).unwrap_or(1).max(1);
            if mean == 0 { 0 } else { open_ms * i64::from(permille) / 1_000 / mean }
        }
        Goal::Total(_) => i64::from(quota),
    };
    u32::try_from(plays).unwrap_or(0)
}

/// What looks wrong between two instants: promises that will be short, open hours with nothing to show, items that end.
#[must_use]
pub fn troubles(timeline: &Timeline, from: Instant, to: Instant) -> Vec<Trouble> {
    let mut found = empty_stretches(timeline, from, to);
    found.extend(endings(timeline, to));
    found.extend(shortfalls(timeline, from, FORECAST_DAYS_MAX));
    found
}

/// Stretches between two instants in which the zone is open and has nothing to show but the built-in card.
#[must_use]
pub fn empty_stretches(timeline: &Timeline, from: Instant, to: Instant) -> Vec<Trouble> {
    let has_full = |show: &Show| show.screens.iter().any(|screen| screen.role == Role::Full);
    if !timeline.plans.last().is_some_and(|plan| has_full(plan.show())) {
        return Vec::new();
    }
    let mut stretches: Vec<(Instant, Instant)> = Vec::new();
    for cue in timeline.zone_cues(from, to, usize::MAX).into_iter().filter(|cue| cue.showing == Showing::Fallback) {
        match stretches.last_mut().filter(|(_, end)| *end == cue.since) {
            Some((_, end)) => *end = cue.until,
            None => stretches.push((cue.since.max(from), cue.until)),
        }
    }
    stretches.retain(|(from, to)| to.ms_since(*from) >= EMPTY_MIN_MS);
    stretches.into_iter().map(|(from, to)| Trouble::Empty { from, to }).collect()
}

/// Items of the newest programme that may not be shown any more from an instant before `by` on, or already; soonest first.
#[must_use]
pub fn endings(timeline: &Timeline, by: Instant) -> Vec<Trouble> {
    let Some(plan) = timeline.plans.last() else { return Vec::new() };
    let mut ending: Vec<(Instant, &ItemId)> =
        plan.show().items.iter().map(|item| (item.ends_at(), &item.id)).filter(|(at, _)| *at < by).collect();
    ending.sort_unstable();
    ending.into_iter().map(|(at, item)| Trouble::Ends { item: item.clone(), at }).collect()
}

/// Campaigns of the newest programme that will be short within `days_max` days.
#[must_use]
pub fn shortfalls(timeline: &Timeline, from: Instant, days_max: usize) -> Vec<Trouble> {
    let told = forecasts(timeline, from, days_max);
    told.into_iter().filter(Forecast::is_short).map(Trouble::Short).collect()
}
