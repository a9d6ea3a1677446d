//! The walk through a day: at every boundary, what is due longest and may stand there goes in.

use super::day::{Day, Phase};
use super::plan::{Entry, Plan};
use super::reason::NotNow;
use super::slot::{By, Filled, Slot};
use super::state::{State, hour_end, hour_of};
use crate::clock::{Instant, MINUTE_MS};
use crate::item::Class;
use crate::schedule::Carry;

/// The most slots of a day: one a second, and some.
const SLOTS_MAX: usize = 100_000;

/// The most slots room is made for beforehand: one every twenty seconds. A day of more grows as it goes.
const SLOTS_ABOUT_MAX: usize = 4_320;

/// A composed day.
#[derive(Debug)]
pub struct Composed {
    /// Its slots, without a gap from its start to midnight.
    pub slots: Vec<Slot>,
    /// When the zone is open.
    pub open: Vec<(Instant, Instant)>,
    /// From when it was composed.
    pub from: Instant,
    /// Until when.
    pub to: Instant,
}

/// What goes in next, and where it came from.
#[derive(Debug, Clone, Copy)]
struct Pick {
    entry: Entry,
    until: Instant,
    from: Source,
}

#[derive(Debug, Clone, Copy)]
enum Source {
    Loop { place: u16, turn: usize },
    Campaign { place: u16, item: usize },
    Floor { next: usize },
}

/// Composes one day.
pub(crate) struct Composer<'a> {
    pub(super) plan: &'a Plan,
    pub(super) day: &'a Day,
    pub(super) state: State,
    pub(super) slots: Vec<Slot>,
    is_in_phase: bool,
}

impl<'a> Composer<'a> {
    /// Starts at the start of the day; with the carry where the programme took over then.
    pub(crate) fn new(plan: &'a Plan, day: &'a Day, carry: Option<&Carry>) -> Self {
        let slots = Vec::with_capacity(day.slots_about(SLOTS_ABOUT_MAX));
        Self { plan, day, state: State::start(plan, day, carry), slots, is_in_phase: false }
    }

    /// Goes on to midnight.
    pub(crate) fn finish(mut self) -> Composed {
        while self.step() {}
        // A day is kept for long: what was taken for more slots is given back.
        self.slots.shrink_to_fit();
        Composed { slots: self.slots, open: self.day.open.clone(), from: self.day.from, to: self.day.to }
    }

    /// Goes on until there are so many slots and the next thing would be another one.
    pub(crate) fn run_to(&mut self, slots: usize) {
        while self.slots.len() < slots && self.step() {}
    }

    /// What the day hands on at `at`, after the slots so far; `shown` are the same slots in their final lengths.
    pub(crate) fn carry(&self, shown: &[Slot], at: Instant) -> Carry {
        self.state.carry(self.plan, self.day, shown, at)
    }

    fn step(&mut self) -> bool {
        let day = self.day;
        if self.state.at >= day.to || self.slots.len() >= SLOTS_MAX {
            return false;
        }
        let Some(phase) = self.turn_to_phase() else { return false };
        if !phase.is_open {
            self.push(Filled::Closed, By::Nobody, phase.to, 0);
            return true;
        }
        // What is left before the boundary is too short for anything: the stills before it take it.
        let left = phase.align.ms_since(self.state.at);
        if left < phase.smallest_ms && self.absorb(phase.align, phase) {
            return true;
        }
        match self.pick(phase) {
            Some(pick) => self.put(pick, phase),
            None => self.bridge(phase),
        }
        true
    }

    /// The phase that holds now, after leaving those before it.
    fn turn_to_phase(&mut self) -> Option<&'a Phase> {
        let day = self.day;
        loop {
            let phase = day.phases.get(self.state.phase)?;
            if !self.is_in_phase {
                self.state.enter(self.plan, day, phase);
                self.is_in_phase = true;
            }
            if self.state.at < phase.to {
                return Some(phase);
            }
            self.state.leave(phase);
            self.state.phase += 1;
            self.is_in_phase = false;
        }
    }

    fn pick(&mut self, phase: &Phase) -> Option<Pick> {
        let mut pick = self.pick_campaign(phase);
        if pick.is_none() {
            pick = self.pick_loop(phase);
        }
        let permille = i64::from(self.plan.policy().public_service_permille);
        if permille > 0 && phase.is_wheel && !self.plan.public_service.is_empty() {
            let air = self.state.floor_air_ms + pick.map_or(0, |pick| pick.until.ms_since(self.state.at));
            let serves = pick.is_some_and(|pick| self.is_public_service(pick.entry.item));
            if !serves && self.state.floor_shown_ms * 1_000 < permille * air {
                pick = self.pick_floor(phase).or(pick);
            }
        }
        pick
    }

    fn is_public_service(&self, item: u16) -> bool {
        self.plan.facts(item).is_some_and(|facts| facts.class == Class::PublicService)
    }

    /// The campaign that is due and whose next play must come first.
    fn pick_campaign(&mut self, phase: &Phase) -> Option<Pick> {
        let at = self.state.at;
        let mut best: Option<(Instant, Pick)> = None;
        for place in &phase.campaigns {
            let Some(state) = self.state.campaigns.get(usize::from(*place)) else { continue };
            // What is refused for longer is not asked again at every boundary.
            if state.due > at || state.refused_until > at {
                continue;
            }
            let deadline = state.due.plus_ms(state.distance_ms);
            if best.as_ref().is_some_and(|(before, _)| *before <= deadline) {
                continue;
            }
            match self.try_campaign(*place, phase) {
                Ok(pick) => best = Some((deadline, pick)),
                Err(until) => {
                    if let Some(state) = self.state.campaigns.get_mut(usize::from(*place)) {
                        state.refused_until = until;
                    }
                }
            }
        }
        best.map(|(_, pick)| pick)
    }

    /// The next item of a campaign that may stand here; or until when none of them may for certain.
    fn try_campaign(&mut self, place: u16, phase: &Phase) -> Result<Pick, Instant> {
        let never = Instant(i64::MAX);
        let plan = self.plan.campaigns.get(usize::from(place)).ok_or(never)?;
        let state = self.state.campaigns.get(usize::from(place)).ok_or(never)?;
        let next = state.next_item;
        let most = self.plan.campaign(plan).and_then(|campaign| campaign.per_hour_max);
        let is_this_hour = state.hour == hour_of(self.day, self.state.at);
        if most.is_some_and(|most| is_this_hour && state.this_hour >= most) {
            return Err(hour_end(self.day, self.state.at));
        }
        let mut refused_until = never;
        for n in 0..plan.entries.len() {
            let item = (next + n) % plan.entries.len();
            let Some(entry) = plan.entries.get(item) else { continue };
            if let Some(until) = self.like_refused(entry) {
                refused_until = refused_until.min(until);
                continue;
            }
            let fits = self.room(entry, phase).and_then(|until| self.company(entry, until).map(|()| until));
            let why = match fits {
                Ok(_) if self.is_repeat(entry) => NotNow::JustShown,
                Ok(until) => return Ok(Pick { entry: *entry, until, from: Source::Campaign { place, item } }),
                Err(why) => why,
            };
            refused_until = refused_until.min(self.stays_refused(entry, why, phase));
        }
        Err(refused_until)
    }

    /// The next item of the highest level that has one.
    fn pick_loop(&self, phase: &Phase) -> Option<Pick> {
        let mut rules = phase.rules.as_slice();
        let mut size = phase.top;
        while !rules.is_empty() {
            let (level, lower) = rules.split_at(size.min(rules.len()));
            if let Some(pick) = self.pick_level(level, phase, false).or_else(|| self.pick_level(level, phase, true)) {
                return Some(pick);
            }
            rules = lower;
            size = rules
                .iter()
                .take_while(|place| self.level(**place) == rules.first().and_then(|p| self.level(*p)))
                .count();
        }
        None
    }

    fn level(&self, place: u16) -> Option<crate::schedule::Level> {
        self.plan.rules.get(usize::from(place)).map(|rule| self.plan.level(*rule))
    }

    /// Rules of one level, who has had the least air first; `repeats` lets an item follow itself.
    fn pick_level(&self, places: &[u16], phase: &Phase, repeats: bool) -> Option<Pick> {
        let pass = |place: u16| self.state.loops.get(usize::from(place)).map(|state| state.pass);
        let mut tried: Option<(Option<u64>, u16)> = None;
        for _ in places {
            let next =
                places.iter().map(|place| (pass(*place), *place)).filter(|key| tried.is_none_or(|t| *key > t)).min()?;
            if let Some(pick) = self.pick_turn(next.1, phase, repeats) {
                return Some(pick);
            }
            tried = Some(next);
        }
        None
    }

    fn pick_turn(&self, place: u16, phase: &Phase, repeats: bool) -> Option<Pick> {
        let list = self.day.lists.get(usize::from(place))?;
        let next = self.state.loops.get(usize::from(place))?.next;
        let (head, tail) = list.split_at_checked(next)?;
        for (n, entry) in tail.iter().chain(head).enumerate() {
            if !repeats && self.is_repeat(entry) {
                continue;
            }
            let Ok(until) = self.room(entry, phase) else { continue };
            if self.company(entry, until).is_ok() {
                let turn = (next + n) % list.len();
                return Some(Pick { entry: *entry, until, from: Source::Loop { place, turn } });
            }
        }
        None
    }

    fn pick_floor(&self, phase: &Phase) -> Option<Pick> {
        let pool = &self.plan.public_service;
        for n in 0..pool.len() {
            let next = (self.state.floor_next + n) % pool.len();
            let Some(entry) = pool.get(next) else { continue };
            let Ok(until) = self.room(entry, phase) else { continue };
            if (pool.len() == 1 || !self.is_repeat(entry)) && self.company(entry, until).is_ok() {
                return Some(Pick { entry: *entry, until, from: Source::Floor { next } });
            }
        }
        None
    }

    fn put(&mut self, pick: Pick, phase: &Phase) {
        let (at, item) = (self.state.at, pick.entry.item);
        let by = match pick.from {
            Source::Loop { place, turn } => {
                let rule = self.plan.rules.get(usize::from(place)).copied().unwrap_or(0);
                let weight = self.plan.rule(rule).map_or(1, |rule| rule.weight);
                let list = self.day.lists.get(usize::from(place)).map(Vec::as_slice).unwrap_or_default();
                self.state.played(place, turn, list, weight);
                By::Rule(rule)
            }
            Source::Campaign { place, item } => {
                let hour = hour_of(self.day, at);
                let plan = self.plan.campaigns.get(usize::from(place));
                if let (Some(state), Some(plan)) = (self.state.campaigns.get_mut(usize::from(place)), plan) {
                    state.played(at, hour);
                    state.next_item = (item + 1) % plan.entries.len().max(1);
                }
                By::Campaign(plan.map_or(0, |plan| plan.index))
            }
            Source::Floor { next } => {
                self.state.floor_next = (next + 1) % self.plan.public_service.len().max(1);
                By::Floor
            }
        };
        if phase.is_wheel {
            let length = pick.until.ms_since(at);
            self.state.floor_air_ms += length;
            if self.is_public_service(item) {
                self.state.floor_shown_ms += length;
            }
        }
        if self.plan.facts(item).is_some_and(|facts| facts.seller.is_some()) {
            self.state.ads.add(self.slots.len(), hour_of(self.day, at), pick.until.ms_since(at));
        }
        self.push(Filled::Item(item), by, pick.until, pick.entry.max_ms);
    }

    /// Nothing fits here: the stills before take the time, or something urgent cuts, or the built-in card stands.
    fn bridge(&mut self, phase: &Phase) {
        let left = phase.align.ms_since(self.state.at);
        if self.absorb(phase.align, phase) {
            return;
        }
        if phase.cuts
            && phase.align == phase.hard
            && left >= Self::shortest_ms()
            && let Some(pick) = self.pick_cut(phase)
        {
            self.put(pick, phase);
            return;
        }
        if left < Self::shortest_ms() && self.hold(phase.align) {
            return;
        }
        let begins = self.plan.items.iter().map(|facts| facts.valid_from).filter(|from| *from > self.state.at).min();
        let until = phase.to.min(self.state.at.plus_ms(MINUTE_MS)).min(begins.unwrap_or(phase.to));
        if phase.is_wheel {
            self.state.floor_air_ms += until.ms_since(self.state.at);
        }
        self.push(Filled::Card, By::Nobody, until, 0);
    }

    /// The next item of the highest level, cut where something urgent begins.
    fn pick_cut(&self, phase: &Phase) -> Option<Pick> {
        let place = *phase.rules.first()?;
        let list = self.day.lists.get(usize::from(place))?;
        let next = self.state.loops.get(usize::from(place))?.next;
        let (head, tail) = list.split_at_checked(next)?;
        tail.iter().chain(head).enumerate().find_map(|(n, entry)| {
            let facts = self.plan.facts(entry.item)?;
            let is_current = facts.valid_from <= self.state.at && facts.ends_at >= phase.hard;
            let is_free = facts.barred.is_none() && facts.seller.is_none() && !self.is_repeat(entry);
            let until = phase.hard;
            (is_current && is_free && self.company(entry, until).is_ok()).then_some(Pick {
                entry: Entry { max_ms: 0, ..*entry },
                until,
                from: Source::Loop { place, turn: (next + n) % list.len() },
            })
        })
    }

    /// Less than a second is left: what stands stays, unless it sells something or is over.
    fn hold(&mut self, to: Instant) -> bool {
        let gap = to.ms_since(self.state.at);
        let is_in_wheel = self.day.phases.get(self.state.phase).is_some_and(|phase| phase.is_wheel);
        let Some(slot) = self.slots.last_mut() else { return false };
        let Filled::Item(item) = slot.filled else { return false };
        let may = self.plan.facts(item).is_some_and(|facts| facts.seller.is_none() && facts.ends_at >= to);
        if may {
            slot.until = to;
            self.state.at = to;
            self.state.last = Some((item, to));
            if is_in_wheel {
                self.state.floor_air_ms += gap;
                self.state.floor_shown_ms += if self.is_public_service(item) { gap } else { 0 };
            }
        }
        may
    }

    fn push(&mut self, filled: Filled, by: By, until: Instant, max_ms: u32) {
        let since = self.state.at;
        self.state.at = until;
        self.state.last = match filled {
            Filled::Item(item) => Some((item, until)),
            Filled::Card | Filled::Closed => None,
        };
        match self.slots.last_mut() {
            Some(last) if last.filled == filled && !matches!(filled, Filled::Item(_)) => last.until = until,
            Some(_) | None => self.slots.push(Slot { since, until, filled, by, max_ms }),
        }
    }
}
