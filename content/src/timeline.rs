//! The engine: what a screen shows at an instant is a function of its programmes alone. No other code decides.
//!
//! A zone has a day at a time composed by the [`wheel`](crate::schedule::wheel); a timeline keeps the days it was asked for
//! and looks an instant up in them. Each programme holds from its instant until the next one's.

mod difference;
mod forecast;
mod why;

use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;

pub use difference::{Difference, differences};
pub use forecast::{
    Forecast, ForecastDay, Trouble, empty_stretches, endings, forecast, forecasts, shortfalls, troubles,
};
pub use why::{Contender, Explanation, Loss, Who};

use crate::clock::Instant;
use crate::id::{CampaignId, ItemId, RuleId, ScreenId};
use crate::place::Role;
use crate::programme::Show;
use crate::schedule::wheel::{By, Composed, Composer, Day, Filled, Plan, Slot};
use crate::schedule::{Carry, Goal, Level};

/// How many composed days a timeline keeps: yesterday, today and tomorrow of two programmes, and some.
const DAYS_KEPT_MAX: usize = 8;
/// How far back plays of a total are counted, in days: the longest a programme is expected to stand.
const COUNTED_DAYS_MAX: usize = 400;

/// A programme with the instant from which it holds, and where the day stood then.
#[derive(Debug, Clone)]
pub struct Edition {
    /// From here on.
    pub effective_at: Instant,
    /// What holds.
    pub show: Arc<Show>,
    /// Where the day stood.
    pub carry: Arc<Carry>,
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
    /// What put it there; none when nothing did.
    pub why: Option<Why>,
}

/// What is on the glass.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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

/// What put something on the glass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// A rule.
    Rule {
        /// Which.
        rule: RuleId,
        /// At which level.
        level: Level,
    },
    /// A campaign.
    Campaign(CampaignId),
    /// The public-service floor of the site.
    Floor,
}

/// The programmes of one zone, and the days composed from them.
#[derive(Debug)]
pub struct Timeline {
    /// By the instant from which they hold.
    plans: Vec<Plan>,
    days: Mutex<Vec<Kept>>,
}

#[derive(Debug, Clone)]
struct Kept {
    plan: usize,
    from: Instant,
    to: Instant,
    day: Arc<Composed>,
}

impl Edition {
    /// A programme that starts a day of its own: nothing stood before it.
    #[must_use]
    pub fn new(effective_at: Instant, show: Arc<Show>) -> Self {
        Self { effective_at, show, carry: Arc::default() }
    }
}

impl Timeline {
    /// The timeline of a zone by its programmes, in any order.
    #[must_use]
    pub fn new(editions: impl IntoIterator<Item = Edition>) -> Self {
        let mut editions: Vec<Edition> = editions.into_iter().collect();
        editions.sort_by_key(|edition| edition.effective_at);
        let plans = editions.into_iter().map(|e| Plan::new(e.show, e.effective_at, e.carry)).collect();
        Self { plans, days: Mutex::default() }
    }

    /// The timeline of one programme that holds since ever.
    #[must_use]
    pub fn of(show: Arc<Show>) -> Self {
        Self::new([Edition::new(Instant(i64::MIN), show)])
    }

    /// The programme in force at `at`; before the first one, the first.
    #[must_use]
    pub fn show_at(&self, at: Instant) -> Option<&Arc<Show>> {
        self.plan_at(at).map(Plan::show)
    }

    /// Every programme, oldest first, with the instant from which it holds.
    pub fn shows(&self) -> impl DoubleEndedIterator<Item = (Instant, &Arc<Show>)> {
        self.plans.iter().map(|plan| (plan.effective_at(), plan.show()))
    }

    /// What `screen` shows at `at`; none when no programme knows the screen.
    #[must_use]
    pub fn cue(&self, screen: &ScreenId, at: Instant) -> Option<Cue> {
        let role = self.plan_at(at)?.show().screen(screen)?.role;
        self.cue_for(role, at)
    }

    /// What the zone's full screens show at `at`.
    #[must_use]
    pub fn zone_cue(&self, at: Instant) -> Option<Cue> {
        self.cue_for(Role::Full, at)
    }

    fn cue_for(&self, role: Role, at: Instant) -> Option<Cue> {
        let (index, plan) = self.in_force(at)?;
        let day = self.composed(index, at)?;
        let next = match self.plans.get(index + 1).map(Plan::effective_at) {
            // Before the first programme's instant it is only a stand-in.
            _ if at < plan.effective_at() => plan.effective_at(),
            Some(next) => next,
            None => Instant(i64::MAX),
        };
        let mut cue = cue_in(plan, &day, role, at)?;
        cue.until = cue.until.min(next);
        Some(cue)
    }

    /// The cues of `screen` from `from` on, one after another, up to `to` and at most `cues_max`.
    #[must_use]
    pub fn cues(&self, screen: &ScreenId, from: Instant, to: Instant, cues_max: usize) -> Vec<Cue> {
        let mut cues = Vec::new();
        let mut at = from;
        while at < to && cues.len() < cues_max {
            let Some(cue) = self.cue(screen, at) else { break };
            // A cue always ends after the instant it was asked for; the step guards the loop against that ever being wrong.
            at = cue.until.max(at.plus_ms(1));
            cues.push(cue);
        }
        cues
    }

    /// The cues of the zone's full screens, as [`Self::cues`] tells them of one.
    #[must_use]
    pub fn zone_cues(&self, from: Instant, to: Instant, cues_max: usize) -> Vec<Cue> {
        let mut cues = Vec::new();
        let mut at = from;
        while at < to && cues.len() < cues_max {
            let Some(cue) = self.zone_cue(at) else { break };
            at = cue.until.max(at.plus_ms(1));
            cues.push(cue);
        }
        cues
    }

    /// The zone's `date`, one cue after another.
    #[must_use]
    pub fn day(&self, date: Date) -> Vec<Cue> {
        let Some(show) = self.plans.last().map(Plan::show) else { return Vec::new() };
        self.zone_cues(show.offsets.instant(date, 0), show.offsets.instant(date, 1440), usize::MAX)
    }

    /// Where a new programme takes over when it is published at `at`: at the next item boundary, or at once when no item is
    /// on the air.
    #[must_use]
    pub fn handover(&self, at: Instant) -> Instant {
        let newest = self.plans.last().map_or(at, |plan| plan.effective_at().max(at));
        let Some((index, plan)) = self.in_force(newest) else { return at };
        match self.composed(index, newest).and_then(|day| cue_in(plan, &day, Role::Full, newest)) {
            Some(Cue { showing: Showing::Item { .. }, until, .. }) => until,
            Some(_) | None => newest,
        }
    }

    /// Where the day stands at `at`, for a programme that takes over then.
    #[must_use]
    pub fn carry(&self, at: Instant) -> Carry {
        let before = at.plus_ms(-1);
        let Some((index, plan)) = self.in_force(before).filter(|(_, plan)| plan.effective_at() < at) else {
            return Carry::default();
        };
        let Some(shown) = self.composed(index, before) else { return Carry::default() };
        let (day, carry) = day_of(plan, before);
        let count = shown.slots.iter().take_while(|slot| slot.since < at).count();
        let mut composer = Composer::new(plan, &day, carry);
        composer.run_to(count);
        let slots = shown.slots.get(..count).unwrap_or_default();
        let mut carry = composer.carry(slots, at);
        self.count_totals(index, &mut carry, before);
        carry
    }

    /// Adds to each campaign's plays of the day those of the days before, and those before this programme.
    fn count_totals(&self, index: usize, carry: &mut Carry, at: Instant) {
        let Some(plan) = self.plans.get(index) else { return };
        let show = plan.show().clone();
        let has_total = |id: &CampaignId| {
            show.campaigns.iter().any(|campaign| campaign.id == *id && matches!(campaign.goal, Goal::Total(_)))
        };
        for campaign in &mut carry.campaigns {
            campaign.total += plan.planned_before(&campaign.campaign);
        }
        if !carry.campaigns.iter().any(|campaign| has_total(&campaign.campaign)) {
            return;
        }
        let today = show.offsets.date(at);
        let mut midnight = show.offsets.instant(today, 0);
        for _ in 0..COUNTED_DAYS_MAX {
            let yesterday = midnight.plus_ms(-1);
            if yesterday < plan.effective_at() || plan.effective_at() == Instant(i64::MIN) {
                break;
            }
            let day = compose(plan, yesterday);
            for slot in &day.slots {
                let By::Campaign(n) = slot.by else { continue };
                let id = show.campaigns.get(usize::from(n)).map(|campaign| &campaign.id);
                if let Some(campaign) = carry.campaigns.iter_mut().find(|campaign| Some(&campaign.campaign) == id) {
                    campaign.total += 1;
                }
            }
            midnight = show.offsets.instant(show.offsets.date(yesterday), 0);
        }
    }

    fn plan_at(&self, at: Instant) -> Option<&Plan> {
        self.in_force(at).map(|(_, plan)| plan)
    }

    fn in_force(&self, at: Instant) -> Option<(usize, &Plan)> {
        let newest = self.plans.iter().enumerate().rev().find(|(_, plan)| plan.effective_at() <= at);
        newest.or_else(|| self.plans.iter().enumerate().next())
    }

    /// The day that holds `at`, composed by a plan.
    fn composed(&self, index: usize, at: Instant) -> Option<Arc<Composed>> {
        let mut days = self.days.lock().unwrap_or_else(PoisonError::into_inner);
        let place = days.iter().position(|kept| kept.plan == index && kept.from <= at && at < kept.to);
        if let Some(place) = place {
            if place > 0 {
                let kept = days.remove(place);
                days.insert(0, kept);
            }
            return days.first().map(|kept| kept.day.clone());
        }
        let plan = self.plans.get(index)?;
        let day = Arc::new(compose(plan, at));
        // Before its instant the first programme is only a stand-in, up to that instant.
        let to = if at < plan.effective_at() { day.to.min(plan.effective_at()) } else { day.to };
        days.truncate(DAYS_KEPT_MAX - 1);
        days.insert(0, Kept { plan: index, from: day.from, to, day: day.clone() });
        Some(day)
    }
}

/// The day that holds `at`, and the carry it starts from.
fn day_of(plan: &Plan, at: Instant) -> (Day, Option<&Carry>) {
    let show = plan.show();
    let date = show.offsets.date(at);
    let takeover = plan.effective_at();
    let is_takeover = at >= takeover && takeover > show.offsets.instant(date, 0);
    let day = Day::new(plan, date, is_takeover.then_some(takeover));
    (day, is_takeover.then(|| plan.carried()))
}

fn compose(plan: &Plan, at: Instant) -> Composed {
    let (day, carry) = day_of(plan, at);
    Composer::new(plan, &day, carry).finish()
}

fn cue_in(plan: &Plan, day: &Composed, role: Role, at: Instant) -> Option<Cue> {
    match role {
        Role::Full => {
            let place = day.slots.partition_point(|slot| slot.since <= at).checked_sub(1)?;
            day.slots.get(place).map(|slot| cue_of_slot(plan, slot))
        }
        Role::Strip => Some(strip_cue(day, at)),
    }
}

fn strip_cue(day: &Composed, at: Instant) -> Cue {
    let cue = |showing, since, until| Cue { showing, since, until, why: None };
    let mut closed_since = day.from;
    for (from, to) in &day.open {
        if at < *from {
            return cue(Showing::Closed, closed_since, *from);
        }
        if at < *to {
            return cue(Showing::Strip, (*from).max(day.from), *to);
        }
        closed_since = *to;
    }
    cue(Showing::Closed, closed_since, day.to)
}

fn cue_of_slot(plan: &Plan, slot: &Slot) -> Cue {
    let show = plan.show();
    let showing = match slot.filled {
        Filled::Item(n) => show
            .items
            .get(usize::from(n))
            .map_or(Showing::Fallback, |item| Showing::Item { item: item.id.clone(), version: item.version }),
        Filled::Card => Showing::Fallback,
        Filled::Closed => Showing::Closed,
    };
    let why = match slot.by {
        By::Rule(n) => {
            show.rules.get(usize::from(n)).map(|rule| Why::Rule { rule: rule.id.clone(), level: rule.level })
        }
        By::Campaign(n) => show.campaigns.get(usize::from(n)).map(|campaign| Why::Campaign(campaign.id.clone())),
        By::Floor => Some(Why::Floor),
        By::Nobody => None,
    };
    Cue { showing, since: slot.since, until: slot.until, why }
}

#[cfg(test)]
mod tests;
