//! What fits where: the dates of an item, bars, boundaries, and and who may stand beside whom.

use super::compose::Composer;
use super::day::Phase;
use super::plan::Entry;
use super::reason::NotNow;
use super::slot::{By, Filled, Slot};
use super::state::hour_of;
use crate::clock::Instant;
use crate::item::DWELL_MIN_MS;

/// How many slots back a gap may be spread over; further back a screen has long shown.
const ABSORBED_OVER_MAX: usize = 60;

impl Composer<'_> {
    /// Until when `entry` would stand, put in now.
    pub(super) fn room(&self, entry: &Entry, phase: &Phase) -> Result<Instant, NotNow> {
        let at = self.state.at;
        let facts = self.plan.facts(entry.item).ok_or(NotNow::NotInProgramme)?;
        if let Some(barred) = facts.barred {
            return Err(NotNow::Barred(barred));
        }
        if at < facts.valid_from {
            return Err(NotNow::NotBegun(facts.valid_from));
        }
        if at >= facts.ends_at {
            return Err(NotNow::Over(facts.ends_at));
        }
        let limit = phase.hard.min(facts.ends_at);
        let align = phase.align.min(limit);
        let nominal = at.plus_ms(i64::from(entry.dwell_ms));
        let (shortest, longest) = (at.plus_ms(i64::from(entry.min_ms)), at.plus_ms(i64::from(entry.max_ms)));
        if nominal <= align {
            // A rest that is too short for anything else goes to this one.
            let rest = align.ms_since(nominal);
            return Ok(if rest > 0 && rest < phase.smallest_ms && longest >= align { align } else { nominal });
        }
        if shortest <= align {
            return Ok(align);
        }
        if nominal <= limit {
            return Ok(nominal);
        }
        if shortest <= limit {
            return Ok(limit);
        }
        Err(NotNow::NoRoom(limit.ms_since(at)))
    }

    /// May an item stand right after the last one, and an advertisement here at all?
    pub(super) fn company(&self, entry: &Entry, until: Instant) -> Result<(), NotNow> {
        if let Some((last, ended)) = self.state.last
            && ended == self.state.at
            && self.plan.are_related(entry.item, last)
        {
            return Err(NotNow::BesideRelated(last));
        }
        if let Some(gone) = self.state.gone.as_ref().filter(|gone| gone.until == self.state.at)
            && self.plan.show.items.get(usize::from(entry.item)).is_some_and(|item| gone.is_related_to(item))
        {
            return Err(NotNow::BesideWithdrawn);
        }
        let Some(seller) = self.plan.facts(entry.item).and_then(|facts| facts.seller) else { return Ok(()) };
        self.advertisement(entry.item, seller, until)
    }

    /// It stood right before.
    pub(super) fn is_repeat(&self, entry: &Entry) -> bool {
        self.state.last.is_some_and(|(last, ended)| last == entry.item && ended == self.state.at)
    }

    /// Spreads the time up to `to` over the stills before it; says whether it could. Advertisements keep their length.
    pub(super) fn absorb(&mut self, to: Instant, phase: &Phase) -> bool {
        let at = self.state.at;
        let gap = to.ms_since(at);
        let hour = hour_of(self.day, at);
        let is_same_hour = hour_of(self.day, to.plus_ms(-1)) == hour;
        let (mut room, mut first) = (0, self.slots.len());
        for (n, slot) in self.slots.iter().enumerate().rev().take(ABSORBED_OVER_MAX) {
            let Filled::Item(item) = slot.filled else { break };
            let Some(facts) = self.plan.facts(item) else { break };
            let stays = slot.since >= phase.from && facts.ends_at >= slot.until.plus_ms(gap);
            let is_counted = facts.seller.is_some() || self.is_capped_by_hour(slot.by);
            let is_free = !is_counted || (is_same_hour && hour_of(self.day, slot.since) == hour);
            if !stays || !is_free || !self.is_of_day(slot) {
                break;
            }
            room += i64::from(slot.max_ms) - slot.length_ms();
            first = n;
            if room >= gap {
                break;
            }
        }
        if room < gap || gap <= 0 {
            return false;
        }
        self.stretch(first, gap, room);
        self.state.at = to;
        if let Some((item, _)) = self.state.last {
            self.state.last = Some((item, to));
        }
        true
    }

    /// It belongs to a campaign that counts its plays by the hour: none of them may move into another.
    fn is_capped_by_hour(&self, by: By) -> bool {
        let By::Campaign(index) = by else { return false };
        self.plan.show.campaigns.get(usize::from(index)).is_some_and(|campaign| campaign.per_hour_max.is_some())
    }

    /// A slot that began before this day's composition cannot be changed any more.
    fn is_of_day(&self, slot: &Slot) -> bool {
        slot.since >= self.day.from
    }

    fn stretch(&mut self, first: usize, gap: i64, room: i64) {
        let (mut shift, mut seen) = (0, 0);
        let counts = |item: u16| self.plan.facts(item).map(|facts| facts.class);
        let mut shown_ms = 0;
        for slot in self.slots.iter_mut().skip(first) {
            seen += i64::from(slot.max_ms) - slot.length_ms();
            slot.since = slot.since.plus_ms(shift);
            let before = shift;
            shift = gap * seen.min(room) / room.max(1);
            slot.until = slot.until.plus_ms(shift);
            if slot.item().and_then(counts) == Some(crate::item::Class::PublicService) {
                shown_ms += shift - before;
            }
        }
        if let Some(phase) = self.day.phases.get(self.state.phase).filter(|phase| phase.is_wheel) {
            debug_assert!(phase.is_open);
            self.state.floor_air_ms += gap;
            self.state.floor_shown_ms += shown_ms;
        }
    }

    /// The shortest time that is shown at all, in milliseconds.
    pub(super) const fn shortest_ms() -> i64 {
        DWELL_MIN_MS as i64
    }
}
