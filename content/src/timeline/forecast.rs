//! What will come of promises: a campaign's plays to its end, and what looks wrong before it is published.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{Cue, Showing, Timeline, Why};
use crate::clock::{DAY_MS, HOUR_MS, Instant};
use crate::id::{CampaignId, ItemId};
use crate::item::Item;
use crate::place::Role;
use crate::playlist::dwell_ms;
use crate::schedule::{Campaign, Goal};

/// The most days a forecast looks ahead; a promise without an end is told as far as this.
const FORECAST_DAYS_MAX: usize = 366;
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
    let last = found.window.last;
    let mut told = Forecast { campaign: campaign.clone(), days: Vec::new(), before: 0, planned: 0, promised: 0 };
    let carried = timeline.carry(from);
    told.before = carried.campaigns.iter().find(|c| c.campaign == *campaign).map_or(0, |c| c.total);
    let mut date = show.offsets.date(from);
    if let Some(first) = found.window.first {
        date = date.max(first);
    }
    while told.days.len() < FORECAST_DAYS_MAX && last.is_none_or(|last| date <= last) {
        let begin = show.offsets.instant(date, 0).max(from);
        let cues = timeline.zone_cues(begin, show.offsets.instant(date, 1440), usize::MAX);
        let is_ours = |cue: &&Cue| cue.why.as_ref().is_some_and(|why| *why == Why::Campaign(campaign.clone()));
        let ours = cues.iter().filter(is_ours).filter(|cue| cue.since >= begin);
        let planned = u32::try_from(ours.count()).unwrap_or(u32::MAX);
        let promised = promised_on(timeline, found, date, begin);
        told.days.push(ForecastDay { date, planned, promised });
        told.planned += planned;
        told.promised += promised;
        match date.tomorrow() {
            Ok(tomorrow) => date = tomorrow,
            Err(_) => break,
        }
    }
    if let Goal::Total(total) = found.goal {
        told.promised = total.saturating_sub(told.before);
    }
    Some(told)
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
    let Some(show) = timeline.plans.last().map(|plan| plan.show().clone()) else { return Vec::new() };
    let mut found = Vec::new();
    if show.screens.iter().any(|screen| screen.role == Role::Full) {
        for cue in timeline.zone_cues(from, to, usize::MAX) {
            // Half a minute before closing is no empty hour.
            if cue.showing == Showing::Fallback && cue.until.ms_since(cue.since) >= 60_000 {
                found.push(Trouble::Empty { from: cue.since, to: cue.until });
            }
        }
    }
    let ending: BTreeMap<&ItemId, Instant> =
        show.items.iter().filter(|item| item.ends_at() < to).map(|item| (&item.id, item.ends_at())).collect();
    found.extend(ending.into_iter().map(|(item, at)| Trouble::Ends { item: item.clone(), at }));
    for campaign in &show.campaigns {
        let forecast = forecast(timeline, &campaign.id, from.max(to.plus_ms(-FORECAST_SPAN_MS)));
        found.extend(forecast.filter(Forecast::is_short).map(Trouble::Short));
    }
    found
}

/// A forecast before publishing starts at most so long before the end of the span that is looked at.
const FORECAST_SPAN_MS: i64 = 366 * DAY_MS;
