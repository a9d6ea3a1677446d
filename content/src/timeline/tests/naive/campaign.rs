//! Campaigns. In words: plays lie a distance apart; the n-th of N campaigns of the zone begins the day with the middle of
//! its n-th part of a distance to wait. In each stretch plays are due from its start on, the first after what is left to
//! wait and the others a distance apart, all rounded towards its start; what is left at its end goes on into the next one
//! the campaign has, in millionths of a distance, and no more than two distances are owed there. Of those that are due, the
//! one whose distance is over first goes first, equals by place; its items go round. None over its plays of the clock hour,
//! and none follows itself. Within a stretch too no more than two distances are owed once a play was put in: what is
//! later was lost.

use super::super::*;
use super::date::{Naive, Stretch, hours};
use super::spot::{By, Pick, Play, Spot};
use crate::clock::HOUR_MS;
use crate::schedule::{Campaign, TEN_MINUTES_MS};

const MILLION: i128 = 1_000_000;

impl Naive<'_> {
    /// The next of the campaigns that are due.
    pub(super) fn of_campaigns(&self) -> Option<Pick> {
        let stretch = self.stretch();
        let mut due: Vec<(Instant, usize)> = Vec::new();
        for (n, apart) in stretch.apart.iter().enumerate() {
            let Some((num, den)) = apart else { continue };
            let at = self.due(n);
            if at <= self.at {
                due.push((at.plus_ms(num / den), n));
            }
        }
        due.sort_unstable();
        due.into_iter().find_map(|(_, n)| self.of_campaign(n))
    }

    fn of_campaign(&self, n: usize) -> Option<Pick> {
        let own = || self.spots.iter().filter(|spot| spot.by == By::Campaign(n));
        let this_hour = own().filter(|spot| self.hour(spot.put_at) == self.hour(self.at)).count();
        if self.campaigns[n].per_hour_max.is_some_and(|most| this_hour >= usize::from(most)) {
            return None;
        }
        let plays = &self.plays[n];
        let next = own().next_back().map_or(0, |spot| spot.place + 1);
        (next..next + plays.len()).map(|n| n % plays.len()).find_map(|place| {
            let play = plays[place];
            let until = self.fits(&play).filter(|_| !self.repeats(&play))?;
            Some(Pick { play, until, by: By::Campaign(n), place })
        })
    }

    /// When the next play of a campaign that is on the air is due.
    fn due(&self, n: usize) -> Instant {
        let of = i128::try_from(self.campaigns.len()).expect("few");
        let mut wait = (2 * i128::try_from(n).expect("few") + 1) * MILLION / (2 * of);
        for stretch in self.stretches.iter().filter(|stretch| stretch.from <= self.at) {
            let Some(apart) = stretch.apart[n] else { continue };
            let here = |spot: &&Spot| stretch.from <= spot.put_at && spot.put_at < stretch.to;
            let mut due = nth(stretch.from, 0, wait, apart);
            for (count, spot) in (1..).zip(self.spots.iter().filter(|spot| spot.by == By::Campaign(n)).filter(here)) {
                due = nth(stretch.from, count, wait, apart);
                let lost = -left(due, spot.put_at, apart) - 2 * MILLION;
                if lost > 0 {
                    wait += lost;
                    due = nth(stretch.from, count, wait, apart);
                }
            }
            if self.at < stretch.to {
                return due;
            }
            wait = left(due, stretch.to, apart).max(-2 * MILLION);
        }
        unreachable!("asked of a campaign that is on the air")
    }

    /// How far apart plays lie in a stretch. Where advertisements together ask for more than their caps allow, all of them
    /// lie apart the more, alike.
    pub(super) fn distances(&self, stretch: &Stretch) -> Vec<Option<(i64, i64)>> {
        let policy = &self.show.site.policy;
        let cap =
            i64::from(policy.ad_hour_permille).min(i64::from(policy.ad_ten_minutes_ms) * 1_000 / TEN_MINUTES_MS).max(1);
        let is_on = |n: usize| stretch.is_wheel && self.is_campaign_on(n, stretch.from);
        let mut found: Vec<Option<(i64, i64)>> =
            (0..self.campaigns.len()).map(|n| if is_on(n) { self.distance(n) } else { None }).collect();
        let sells = |n: usize| self.plays[n].iter().any(|play| self.is_ad(play.item));
        let asked = |(n, apart): (usize, &Option<(i64, i64)>)| {
            apart.filter(|_| sells(n)).map_or(0, |(num, den)| mean_ms(&self.plays[n]) * 1_000_000 * den / num)
        };
        let asked: i64 = found.iter().enumerate().map(asked).sum();
        if asked > cap * 1_000 {
            for (_, apart) in found.iter_mut().enumerate().filter(|(n, _)| sells(*n)) {
                *apart = apart.map(|(num, den)| (num * (asked / cap), den * 1_000));
            }
        }
        found
    }

    /// A campaign's own distance: an hour over its plays, its item's time over its part of the air, or the time it has that
    /// day over the plays that fall on the day; never less than what its plays of an hour allow.
    fn distance(&self, n: usize) -> Option<(i64, i64)> {
        let campaign = self.campaigns[n];
        if self.plays[n].is_empty() || campaign.per_hour_max == Some(0) {
            return None;
        }
        let (num, den) = match campaign.goal {
            Goal::PerHour(plays) => (HOUR_MS, i64::from(plays)),
            Goal::ShareOfAir(permille) => (mean_ms(&self.plays[n]) * 1_000, i64::from(permille.min(1_000))),
            Goal::Total(total) => {
                let on = |stretch: &&Stretch| stretch.is_wheel && self.is_campaign_on(n, stretch.from);
                let time = self.stretches.iter().filter(on).map(|stretch| stretch.to.ms_since(stretch.from)).sum();
                (time, plays_on(self.show, campaign, total, self.date))
            }
        };
        if num == 0 || den == 0 {
            return None;
        }
        let most = campaign.per_hour_max.map(i64::from).filter(|most| num * most < HOUR_MS * den);
        Some(most.map_or((num, den), |most| (HOUR_MS, most)))
    }
}

/// When the play after `count` others of a stretch is due.
fn nth(from: Instant, count: i128, wait: i128, (num, den): (i64, i64)) -> Instant {
    let ms = (count * MILLION + wait) * i128::from(num) / (i128::from(den) * MILLION);
    from.plus_ms(i64::try_from(ms).expect("within a day or so"))
}

/// How much of a distance is left until `due`, in millionths.
fn left(due: Instant, at: Instant, (num, den): (i64, i64)) -> i128 {
    i128::from(due.ms_since(at)) * MILLION * i128::from(den) / i128::from(num)
}

fn mean_ms(plays: &[Play]) -> i64 {
    plays.iter().map(|play| play.dwell_ms).sum::<i64>() / i64::try_from(plays.len()).expect("few")
}

/// The plays of a total that fall on a date: up to each date's end as much of all as the minutes so far are of all minutes,
/// rounded down, less what was to be played before. A minute of a heavier date counts for more.
fn plays_on(show: &Show, campaign: &Campaign, total: u32, date: Date) -> i64 {
    let (Some(first), Some(last)) = (campaign.window.first, campaign.window.last) else { return 0 };
    let heavy = |until: Date| -> i64 {
        let days = first.series(jiff::Span::new().days(1)).take_while(|day| *day <= until);
        days.map(|day| minutes(show, campaign, day) * i64::from(campaign.weight(day))).sum()
    };
    let up_to =
        |date: Date| if date < first { 0 } else { i64::from(total) * heavy(date.min(last)) / heavy(last).max(1) };
    if date > last { 0 } else { up_to(date) - up_to(date.yesterday().expect("a date")) }
}

/// Minutes of a date at which both the zone and the window that begins on it are open, by wall time.
fn minutes(show: &Show, campaign: &Campaign, date: Date) -> i64 {
    let window = &campaign.window;
    let (Some(open), true) = (hours(show, date), window.is_planned(date, &show.calendar)) else { return 0 };
    let Some(own) = window.hours(date, &show.calendar) else { return 0 };
    let end = |hours: crate::schedule::Hours| i64::from(hours.from_min) + i64::from(hours.minutes());
    let from = i64::from(open.from_min.max(own.from_min));
    (end(open).min(end(own)) - from).max(0)
}
