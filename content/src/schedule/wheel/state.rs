//! Where the composition of a day stands between two slots.

use super::ads::{Ads, Before};
use super::day::{Day, Phase};
use super::pace::{WHOLE_PPM, distances};
use super::plan::{Entry, Plan};
use super::slot::Slot;
use crate::clock::{HOUR_MS, Instant};
use crate::item::Class;
use crate::schedule::{CampaignCarry, Carry, LoopCarry, RULE_WEIGHT_MAX, RecentPlay, TEN_MINUTES_MS};

/// How late a campaign may be held to be, in whole distances: what is later was lost, and is not made up for in a burst.
const LATE_MAX_PPM: i64 = 2 * WHOLE_PPM;
/// One turn of a rule of weight 1, in the unit of [`LoopState::pass`]: any weight divides it.
const TURN: u64 = 2_520;

/// Where the composition of a day stands.
#[derive(Debug, Clone)]
pub(crate) struct State {
    pub(super) at: Instant,
    /// Which phase of the day.
    pub(super) phase: usize,
    /// By place among the plan's rules.
    pub(super) loops: Vec<LoopState>,
    /// By place among the plan's campaigns.
    pub(super) campaigns: Vec<CampaignState>,
    pub(super) floor_air_ms: i64,
    pub(super) floor_shown_ms: i64,
    /// Which public-service item the floor takes next.
    pub(super) floor_next: usize,
    /// The item that stands right before, and when it ended.
    pub(super) last: Option<(u16, Instant)>,
    /// What stood right before the programme took over, where the programme holds it no more.
    pub(super) gone: Option<RecentPlay>,
    /// Advertisements so far.
    pub(super) ads: Ads,
}

/// Where the playlist of a rule stands.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LoopState {
    pub(super) next: usize,
    pub(super) last: Option<u16>,
    /// Air it has had, weighed; who has the least is next.
    pub(super) pass: u64,
    /// It has played today.
    pub(super) has_played: bool,
}

/// Where a campaign stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct CampaignState {
    /// Plays planned this day, and before it under this programme's carry.
    pub(super) today: u32,
    pub(super) hour: i64,
    pub(super) this_hour: u16,
    pub(super) next_item: usize,
    /// How long until the next play, in millionths of a distance, as of the start of the phase.
    pub(super) wait_ppm: i64,
    pub(super) base: Instant,
    pub(super) num: i64,
    pub(super) den: i64,
    /// Whole distance between two plays, in milliseconds.
    pub(super) distance_ms: i64,
    pub(super) count: i64,
    /// When the next play is due; never while it is off the air.
    pub(super) due: Instant,
    /// It was refused, and stays so until then.
    pub(super) refused_until: Instant,
}

impl State {
    /// The start of a day: fresh at midnight, or from the carry where the programme took over.
    pub(super) fn start(plan: &Plan, day: &Day, carry: Option<&Carry>) -> Self {
        let campaigns = plan.campaigns.len();
        let waits = (0..campaigns).map(|n| stagger(n, campaigns));
        let mut state = Self {
            at: day.from,
            phase: 0,
            loops: vec![LoopState::default(); plan.rules.len()],
            campaigns: waits.map(CampaignState::waiting).collect(),
            floor_air_ms: 0,
            floor_shown_ms: 0,
            floor_next: 0,
            last: None,
            gone: None,
            ads: Ads::default(),
        };
        if let Some(carry) = carry {
            state.take(plan, day, carry);
        }
        state
    }

    fn take(&mut self, plan: &Plan, day: &Day, carry: &Carry) {
        for (place, rule) in plan.rules.iter().enumerate() {
            let id = plan.rule(*rule).map(|rule| &rule.id);
            let (Some(carried), Some(state)) =
                (carry.loops.iter().find(|l| Some(&l.rule) == id), self.loops.get_mut(place))
            else {
                continue;
            };
            let list = day.lists.get(place).map(Vec::as_slice).unwrap_or_default();
            state.last = carried.last.as_ref().and_then(|item| plan.index_of(item));
            state.next = resume(list, carried, state.last);
            state.pass = carried.ahead;
            state.has_played = true;
        }
        for (place, campaign) in plan.campaigns.iter().enumerate() {
            let id = plan.campaign(campaign).map(|campaign| &campaign.id);
            let carried = carry.campaigns.iter().find(|c| Some(&c.campaign) == id);
            if let (Some(carried), Some(state)) = (carried, self.campaigns.get_mut(place)) {
                state.wait_ppm = carried.wait_ppm;
                state.hour = hour_of(day, day.from);
                state.this_hour = carried.this_hour;
                state.next_item = usize::from(carried.next_item);
            }
        }
        self.floor_air_ms = carry.floor_air_ms;
        self.floor_shown_ms = carry.floor_shown_ms;
        for play in &carry.recent {
            let item = plan.index_of(&play.item);
            if play.is_ad {
                let advertiser = play.advertiser.clone();
                let id = play.item.clone();
                self.ads.before.push(Before { id, item, advertiser, since: play.since, until: play.until });
            }
            if play.until == day.from {
                self.last = item.map(|item| (item, play.until));
                self.gone = item.is_none().then(|| play.clone());
            }
        }
    }

    /// What the day hands on at `at` after these slots.
    pub(super) fn carry(&self, plan: &Plan, day: &Day, slots: &[Slot], at: Instant) -> Carry {
        let id = |item: u16| plan.show.items.get(usize::from(item)).map(|item| item.id.clone());
        let least = self.loops.iter().filter(|l| l.has_played).map(|l| l.pass).min().unwrap_or(0);
        let loops =
            plan.rules.iter().zip(&self.loops).filter(|(_, state)| state.has_played).filter_map(|(rule, state)| {
                Some(LoopCarry {
                    rule: plan.rule(*rule)?.id.clone(),
                    next: u32::try_from(state.next).ok()?,
                    last: state.last.and_then(id),
                    ahead: state.pass.saturating_sub(least),
                })
            });
        let campaigns = plan.campaigns.iter().zip(&self.campaigns).filter_map(|(campaign, state)| {
            Some(CampaignCarry {
                campaign: plan.campaign(campaign)?.id.clone(),
                total: state.today,
                this_hour: if state.hour == hour_of(day, at) { state.this_hour } else { 0 },
                wait_ppm: state.wait_at(at),
                next_item: u16::try_from(state.next_item).ok()?,
            })
        });
        Carry {
            loops: loops.collect(),
            campaigns: campaigns.collect(),
            floor_air_ms: self.floor_air_ms,
            floor_shown_ms: self.floor_shown_ms,
            recent: self.recent(plan, slots, at),
        }
    }

    /// Advertisements that caps and distances still remember at `at`, and what stood last.
    fn recent(&self, plan: &Plan, slots: &[Slot], at: Instant) -> Vec<RecentPlay> {
        let memory_ms = memory_ms(plan);
        let mut recent: Vec<RecentPlay> = Vec::new();
        let remember = |item: u16, since: Instant, until: Instant| {
            let item = plan.show.items.get(usize::from(item))?;
            Some(RecentPlay {
                item: item.id.clone(),
                since,
                until: until.min(at),
                is_ad: item.class == Class::Advertisement,
                advertiser: item.advertiser.clone(),
                tags: if item.class == Class::Education { item.tags.clone() } else { Vec::new() },
            })
        };
        for before in self.ads.before.iter().filter(|before| at.ms_since(before.until) < memory_ms) {
            recent.push(RecentPlay {
                item: before.id.clone(),
                since: before.since,
                until: before.until.min(at),
                is_ad: true,
                advertiser: before.advertiser.clone(),
                tags: Vec::new(),
            });
        }
        for slot in self.ads.slots.iter().filter_map(|n| slots.get(*n)) {
            if at.ms_since(slot.until) < memory_ms && slot.since < at {
                recent.extend(slot.item().and_then(|item| remember(item, slot.since, slot.until)));
            }
        }
        let last = slots.iter().rev().find(|slot| slot.since < at);
        if let Some((slot, item)) = last.and_then(|slot| Some((slot, slot.item()?)))
            && recent.last().is_none_or(|play| play.since != slot.since)
        {
            recent.extend(remember(item, slot.since, slot.until));
        }
        recent
    }

    /// Goes into the phase: campaigns learn their distances, rules that were silent do not make up for it.
    pub(super) fn enter(&mut self, plan: &Plan, day: &Day, phase: &Phase) {
        for (place, num, den) in distances(plan, day, phase) {
            if let Some(campaign) = self.campaigns.get_mut(usize::from(place)) {
                campaign.begin(phase.from, num, den);
            }
        }
        let on = phase.rules.get(..phase.top).unwrap_or_default();
        let played = on.iter().filter_map(|place| self.loops.get(usize::from(*place))).filter(|l| l.has_played);
        let least = played.map(|l| l.pass).min().unwrap_or(0);
        for place in on {
            if let Some(state) = self.loops.get_mut(usize::from(*place)) {
                state.pass = state.pass.max(least);
            }
        }
    }

    /// Leaves the phase: waits are frozen where they stand.
    pub(super) fn leave(&mut self, phase: &Phase) {
        for campaign in &mut self.campaigns {
            if campaign.due < Instant(i64::MAX) {
                campaign.wait_ppm = campaign.wait_at(phase.to);
                campaign.due = Instant(i64::MAX);
            }
        }
    }

    /// A rule has had a turn.
    pub(super) fn played(&mut self, place: u16, entry: usize, list: &[Entry], weight: u8) {
        let Some(state) = self.loops.get_mut(usize::from(place)) else { return };
        state.next = if entry + 1 >= list.len() { 0 } else { entry + 1 };
        state.last = list.get(entry).map(|entry| entry.item);
        state.pass += TURN / u64::from(weight.clamp(1, RULE_WEIGHT_MAX));
        state.has_played = true;
    }
}

impl CampaignState {
    const fn waiting(wait_ppm: i64) -> Self {
        Self {
            today: 0,
            hour: i64::MIN,
            this_hour: 0,
            next_item: 0,
            wait_ppm,
            base: Instant(0),
            num: 0,
            den: 1,
            distance_ms: 0,
            count: 0,
            due: Instant(i64::MAX),
            refused_until: Instant(i64::MIN),
        }
    }

    fn begin(&mut self, from: Instant, num: i64, den: i64) {
        self.base = from;
        (self.num, self.den, self.count) = (num, den.max(1), 0);
        self.distance_ms = self.num / self.den;
        self.due = self.nth(0);
    }

    fn nth(&self, count: i64) -> Instant {
        let ppm = i128::from(count) * i128::from(WHOLE_PPM) + i128::from(self.wait_ppm);
        let ms = divided(ppm * i128::from(self.num), i128::from(self.den) * i128::from(WHOLE_PPM));
        self.base.plus_ms(ms)
    }

    /// A play was put in at `at`: the next is due a distance later, or two distances ago where much was lost.
    pub(super) fn played(&mut self, at: Instant, hour: i64) {
        self.today += 1;
        if self.hour != hour {
            (self.hour, self.this_hour) = (hour, 0);
        }
        self.this_hour = self.this_hour.saturating_add(1);
        self.count += 1;
        self.due = self.nth(self.count);
        let late_ppm = -self.whole_wait_at(at);
        if late_ppm > LATE_MAX_PPM {
            self.wait_ppm += late_ppm - LATE_MAX_PPM;
            self.due = self.nth(self.count);
        }
    }

    /// How long until the next play at `at`, in millionths of a distance, with what was lost left out.
    fn wait_at(&self, at: Instant) -> i64 {
        if self.due == Instant(i64::MAX) || self.num <= 0 {
            return self.wait_ppm;
        }
        self.whole_wait_at(at).max(-LATE_MAX_PPM)
    }

    /// The same while it is on the air, however late it is.
    fn whole_wait_at(&self, at: Instant) -> i64 {
        let ms = i128::from(self.due.ms_since(at));
        divided(ms * i128::from(WHOLE_PPM) * i128::from(self.den), i128::from(self.num.max(1)))
    }
}

/// Nearly always both are small, and a division of small numbers takes a tenth of the time.
fn divided(whole: i128, by: i128) -> i64 {
    match (i64::try_from(whole), i64::try_from(by)) {
        (Ok(whole), Ok(by)) => whole / by,
        _ => i64::try_from(whole / by).unwrap_or(i64::MAX),
    }
}

/// Where the first play of the n-th of so many campaigns lies within its distance.
fn stagger(n: usize, of: usize) -> i64 {
    let (n, of) = (i64::try_from(n).unwrap_or(0), i64::try_from(of).unwrap_or(1).max(1));
    (2 * n + 1) * WHOLE_PPM / (2 * of)
}

/// The clock hour of the day that holds `at`, counted from its midnight by elapsed time.
pub(super) fn hour_of(day: &Day, at: Instant) -> i64 {
    // Counted back from the next midnight, which every programme of the day shares.
    at.ms_since(day.to).div_euclid(HOUR_MS)
}

/// The end of the clock hour that holds `at`.
pub(super) fn hour_end(day: &Day, at: Instant) -> Instant {
    day.to.plus_ms((hour_of(day, at) + 1) * HOUR_MS)
}

/// How long advertisements are remembered, in milliseconds: an hour for the cap, or as long as rivals are kept apart.
pub(super) fn memory_ms(plan: &Plan) -> i64 {
    HOUR_MS.max(TEN_MINUTES_MS).max(i64::from(plan.policy().separation_ms))
}

fn resume(turns: &[Entry], carried: &LoopCarry, last: Option<u16>) -> usize {
    let next = usize::try_from(carried.next).unwrap_or(0);
    let before = |n: usize| turns.get(if n == 0 { turns.len().wrapping_sub(1) } else { n - 1 }).map(|entry| entry.item);
    if turns.is_empty() {
        return 0;
    }
    if last.is_none() || before(next) == last {
        return next % turns.len();
    }
    let found = turns.iter().position(|entry| Some(entry.item) == last);
    found.map_or(next, |found| found + 1) % turns.len()
}
