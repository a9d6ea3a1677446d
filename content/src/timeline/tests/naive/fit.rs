//! How long something would stand, and how a rest is shared out. In words, of what is put in now: it may run to the wall or
//! to its own end, and would rather end at the next change. Its own time, if that is over by the change; a rest that is too
//! short for anything goes to it too, if it may stand that long. Else it ends at the change, if it may be that short. Else
//! its own time again, now over the change. Else up to what it may run to. Else it has no room.
//!
//! A rest is shared by as few of the last spots as can take it, sixty at most, all put in since the last change and still
//! to be shown after it, in the proportion of what each may still grow; ends are rounded down, the last one takes the rest.
//! Advertisements never grow; they, and plays of a campaign that counts them by the hour, move only within one hour.

use super::super::*;
use super::date::{Naive, Stretch};
use super::spot::{By, Play, What};

/// How many spots back a rest may reach.
const SHARED_BY_MAX: usize = 60;

impl Naive<'_> {
    /// Until when it would stand, put in now; none when it may not be or has no room.
    pub(super) fn until(&self, play: &Play) -> Option<Instant> {
        let item = &self.show.items[play.item];
        if self.is_barred(play.item) || !item.is_current(self.at) {
            return None;
        }
        let end = self.wall().0.min(item.ends_at());
        let change = self.change().min(end);
        let after = |ms: i64| self.at.plus_ms(ms);
        if after(play.dwell_ms) <= change {
            let rest = change.ms_since(after(play.dwell_ms));
            let takes_it = rest < self.shortest_ms() && after(play.most_ms) >= change;
            return Some(if takes_it { change } else { after(play.dwell_ms) });
        }
        if after(play.least_ms) <= change {
            return Some(change);
        }
        if after(play.dwell_ms) <= end {
            return Some(after(play.dwell_ms));
        }
        (after(play.least_ms) <= end).then_some(end)
    }

    /// It would stand beside what is related to it, or sells what may not be sold now.
    pub(super) fn is_in_company(&self, play: &Play, until: Instant) -> bool {
        let related = self.last().is_some_and(|last| self.are_related(last, play.item));
        related || self.sells_too_much(play.item, until)
    }

    /// Until when it stands, if it may.
    pub(super) fn fits(&self, play: &Play) -> Option<Instant> {
        self.until(play).filter(|until| !self.is_in_company(play, *until))
    }

    /// The item right before now.
    pub(super) fn last(&self) -> Option<usize> {
        self.spots.last().and_then(super::spot::Spot::item)
    }

    pub(super) fn repeats(&self, play: &Play) -> bool {
        self.last() == Some(play.item)
    }

    /// The shortest time anything that has the air now needs; nothing when nothing has it.
    pub(super) fn shortest_ms(&self) -> i64 {
        self.of_top(self.stretch()).map(|play| play.least_ms).min().unwrap_or(0)
    }

    /// Something that has the air then is no advertisement. Advertisements alone cut nothing.
    pub(super) fn shows_more_than_ads(&self, stretch: &Stretch) -> bool {
        self.of_top(stretch).any(|play| !self.is_ad(play.item))
    }

    /// What may be shown of the lists that have the air in a stretch.
    fn of_top(&self, stretch: &Stretch) -> impl Iterator<Item = &Play> {
        stretch.top.iter().flat_map(|rule| &self.lists[*rule]).filter(|play| {
            let item = &self.show.items[play.item];
            let begins = item.valid_from.is_none_or(|begin| begin < stretch.to);
            !self.is_barred(play.item) && begins && item.ends_at() > stretch.from
        })
    }

    /// Shares the time up to `to` out; false when it cannot be.
    pub(super) fn share_out(&mut self, to: Instant) -> bool {
        let rest = to.ms_since(self.at);
        let stretch = self.stretch();
        let (begin, is_wheel) = (stretch.from, stretch.is_wheel);
        let hour = self.hour(self.at);
        let may_move = |spot: &super::spot::Spot| {
            let What::Item(item) = spot.what else { return false };
            let is_counted = matches!(spot.by, By::Campaign(n) if self.campaigns[n].per_hour_max.is_some());
            let item = &self.show.items[item];
            let keeps_hour = self.hour(to.plus_ms(-1)) == hour && self.hour(spot.since) == hour;
            spot.since >= begin
                && item.ends_at() >= spot.until.plus_ms(rest)
                && (item.class != Class::Advertisement && !is_counted || keeps_hour)
        };
        let moving = self.spots.iter().rev().take(SHARED_BY_MAX).take_while(|spot| may_move(spot)).count();
        let may_grow = |count: usize| -> i64 {
            self.spots.iter().rev().take(count).map(|spot| spot.most_ms - spot.length_ms()).sum()
        };
        let Some(count) = (1..=moving).find(|count| may_grow(*count) >= rest).filter(|_| rest > 0) else {
            return false;
        };
        let whole = may_grow(count);
        let (mut before, mut moved) = (0, 0);
        let first = self.spots.len() - count;
        for spot in &mut self.spots[first..] {
            before += spot.most_ms - spot.length_ms();
            spot.since = spot.since.plus_ms(moved);
            let shift = rest * before / whole;
            spot.until = spot.until.plus_ms(shift);
            spot.air_ms += if is_wheel { shift - moved } else { 0 };
            moved = shift;
        }
        self.at = to;
        true
    }
}
