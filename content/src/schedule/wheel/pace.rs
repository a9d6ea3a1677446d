//! Pace: how far apart the plays of a campaign lie, and how many of a total fall on each day.

use jiff::civil::Date;

use super::day::{Day, Phase, open_hours};
use super::plan::{CampaignPlan, Plan};
use crate::clock::{HOUR_MS, Instant};
use crate::schedule::{Goal, TEN_MINUTES_MS};

/// The most days a total is paced over; what has no nearer end is paced as if it ended there.
pub(super) const PACED_DAYS_MAX: usize = 366;
/// A whole distance between two plays, in the unit of waits.
pub(super) const WHOLE_PPM: i64 = 1_000_000;

/// Days of a campaign with a total, and how heavy they are.
#[derive(Debug, Default)]
pub(super) struct Paced {
    from: Option<Date>,
    /// Weight up to and with each day.
    up_to: Vec<u64>,
    /// Plays that are left.
    left: u32,
}

impl Paced {
    /// How many plays fall on `date`.
    pub(super) fn on(&self, date: Date) -> u32 {
        let Some(day) = self.day(date) else { return 0 };
        let before = day.checked_sub(1).map_or(0, |before| self.share(before));
        self.share(day) - before
    }

    fn day(&self, date: Date) -> Option<usize> {
        let from = self.from.filter(|from| date >= *from)?;
        let day = usize::try_from(date.since(from).ok()?.get_days()).ok()?;
        (day < self.up_to.len()).then_some(day)
    }

    fn share(&self, day: usize) -> u32 {
        let (part, whole) = (self.up_to.get(day).copied().unwrap_or(0), self.up_to.last().copied().unwrap_or(0));
        let plays = u128::from(self.left) * u128::from(part) / u128::from(whole.max(1));
        u32::try_from(plays).unwrap_or(u32::MAX)
    }
}

/// Paces what is left of a total over the days that are left.
pub(super) fn paced(plan: &Plan, campaign_plan: &CampaignPlan) -> Paced {
    let show = plan.show();
    let Some(campaign) = plan.campaign(campaign_plan) else { return Paced::default() };
    let Goal::Total(total) = campaign.goal else { return Paced::default() };
    let done = plan.carry.campaigns.iter().find(|c| c.campaign == campaign.id).map_or(0, |c| c.total);
    let takeover = show.offsets.local(plan.effective_at);
    // A programme that holds since ever paces from the campaign's first date.
    let is_since_ever = plan.effective_at == Instant(i64::MIN);
    let first = match campaign.window.first {
        Some(first) if is_since_ever || first > takeover.date() => first,
        Some(_) | None if !is_since_ever => takeover.date(),
        Some(_) | None => return Paced::default(),
    };
    let mut up_to = Vec::new();
    let mut sum = 0_u64;
    let mut date = first;
    while up_to.len() < PACED_DAYS_MAX && campaign.window.last.is_none_or(|last| date <= last) {
        let from_min = if date == takeover.date() && !is_since_ever {
            u32::from(takeover.time().hour().unsigned_abs()) * 60 + u32::from(takeover.time().minute().unsigned_abs())
        } else {
            0
        };
        sum += u64::from(minutes(plan, campaign_plan, date, from_min)) * u64::from(campaign.weight(date));
        up_to.push(sum);
        match date.tomorrow() {
            Ok(tomorrow) => date = tomorrow,
            Err(_) => break,
        }
    }
    Paced { from: Some(first), up_to, left: total.saturating_sub(done) }
}

/// Minutes of `date` in which the campaign can play, from a minute of the day on.
fn minutes(plan: &Plan, campaign: &CampaignPlan, date: Date, from_min: u32) -> u32 {
    let show = plan.show();
    let Some(open) = open_hours(&show.zone, &show.calendar, date) else { return 0 };
    let Some(campaign) = plan.campaign(campaign) else { return 0 };
    let window = &campaign.window;
    if window.changes.iter().any(|change| change.on == date) {
        return window.minutes(date, &show.calendar);
    }
    if !window.is_planned(date, &show.calendar) {
        return window.minutes(date, &show.calendar);
    }
    let Some(hours) = window.hours(date, &show.calendar) else { return 0 };
    let end = |from: u16, to: u16| u32::from(to) + if to <= from { 1440 } else { 0 };
    let begin = u32::from(open.from_min).max(u32::from(hours.from_min)).max(from_min);
    let end = end(open.from_min, open.to_min).min(end(hours.from_min, hours.to_min));
    end.saturating_sub(begin)
}

/// How far apart plays lie: `num / den` milliseconds; none when there is nothing to pace.
pub(super) fn distance(plan: &Plan, day: &Day, place: u16) -> Option<(i64, i64)> {
    let campaign_plan = plan.campaigns.get(usize::from(place))?;
    let campaign = plan.campaign(campaign_plan)?;
    let dwell_ms = mean_dwell_ms(campaign_plan)?;
    let (num, den) = match campaign.goal {
        Goal::PerHour(plays) => (HOUR_MS, i64::from(plays)),
        Goal::ShareOfAir(permille) => (dwell_ms * 1_000, i64::from(permille.min(1_000))),
        Goal::Total(_) => {
            let paced = campaign_plan.paced.get_or_init(|| paced(plan, campaign_plan));
            let active = day.campaign_ms.get(usize::from(place)).copied()?;
            (active, i64::from(paced.on(day.date)))
        }
    };
    if den <= 0 || num <= 0 {
        return None;
    }
    match campaign.per_hour_max {
        Some(0) => None,
        Some(most) if num * i64::from(most) < HOUR_MS * den => Some((HOUR_MS, i64::from(most))),
        Some(_) | None => Some((num, den)),
    }
}

/// The mean time an item of the campaign stands.
pub(super) fn mean_dwell_ms(campaign: &CampaignPlan) -> Option<i64> {
    let count = i64::try_from(campaign.entries.len()).ok().filter(|count| *count > 0)?;
    Some(campaign.entries.iter().map(|entry| i64::from(entry.dwell_ms)).sum::<i64>() / count)
}

/// The distances of a phase's campaigns. Where advertisements together ask for more than the caps allow, all of them are
/// drawn apart alike, so that nobody is first only because the hour began.
pub(super) fn distances(plan: &Plan, day: &Day, phase: &Phase) -> Vec<(u16, i64, i64)> {
    let mut found: Vec<(u16, i64, i64)> = phase
        .campaigns
        .iter()
        .filter_map(|place| distance(plan, day, *place).map(|(num, den)| (*place, num, den)))
        .collect();
    let policy = plan.policy();
    let cap =
        i64::from(policy.ad_hour_permille).min(i64::from(policy.ad_ten_minutes_ms) * 1_000 / TEN_MINUTES_MS).max(1);
    let ad = |place: u16| plan.campaigns.get(usize::from(place)).filter(|campaign| campaign.is_ad);
    let asked = |(place, num, den): &(u16, i64, i64)| {
        ad(*place).and_then(mean_dwell_ms).map_or(0, |dwell| dwell * 1_000_000 * den / num)
    };
    let asked: i64 = found.iter().map(asked).sum();
    if asked > cap * 1_000 {
        for (place, num, den) in &mut found {
            if ad(*place).is_some() {
                // In thousandths, so that the numbers stay small over a whole day.
                *num *= (asked / cap).max(1);
                *den *= 1_000;
            }
        }
    }
    found
}
