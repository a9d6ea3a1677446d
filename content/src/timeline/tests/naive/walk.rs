//! The walk through the day. In words: at every boundary a campaign that is due goes first, then the rules in turn, and the
//! floor may put its own in their place. A rest before a change that is too short for anything is shared out over what
//! stands before it; so is one that nothing fits into. Else, before something urgent, the next thing of the most urgent
//! rule is begun and cut, if a second or more is left. Less than that, what stands before stays, unless it sells something
//! or is over. Else the built-in card stands for a minute at most, until something changes or begins.

use super::super::*;
use super::date::Naive;
use super::spot::{By, Pick, Spot, What};
use crate::clock::MINUTE_MS;
use crate::item::DWELL_MIN_MS;

impl Naive<'_> {
    /// The cues of the day.
    pub(super) fn day(mut self) -> Vec<Cue> {
        while self.at < self.to {
            self.step();
        }
        self.spots.iter().map(|spot| self.cue(spot)).collect()
    }

    fn step(&mut self) {
        let stretch = self.stretch();
        if !stretch.is_open {
            let until = stretch.to;
            self.stand(What::Closed, until);
            return;
        }
        let change = self.change();
        if change.ms_since(self.at) < self.shortest_ms() && self.share_out(change) {
            return;
        }
        let pick = self.of_campaigns().or_else(|| self.of_rules());
        match self.of_floor(pick).or(pick) {
            Some(pick) => self.put(pick),
            None => self.fill(change),
        }
    }

    fn fill(&mut self, change: Instant) {
        if self.share_out(change) {
            return;
        }
        let (wall, cuts) = self.wall();
        let is_long = change.ms_since(self.at) >= i64::from(DWELL_MIN_MS);
        if let Some(pick) = self.cut(wall).filter(|_| cuts && change == wall && is_long) {
            self.put(pick);
            return;
        }
        if !is_long && self.hold(change) {
            return;
        }
        let begins = self.show.items.iter().filter_map(|item| item.valid_from).filter(|from| *from > self.at).min();
        let until = self.stretch().to.min(self.at.plus_ms(MINUTE_MS));
        self.stand(What::Card, begins.map_or(until, |begin| until.min(begin)));
    }

    /// The next of the most urgent rule, begun although something urgent will cut it.
    fn cut(&self, wall: Instant) -> Option<Pick> {
        let rule = *self.stretch().on.first()?;
        let list = &self.lists[rule];
        (0..list.len()).map(|n| (self.next_of(rule) + n) % list.len()).find_map(|place| {
            let play = super::spot::Play { most_ms: 0, ..list[place] };
            let item = &self.show.items[play.item];
            let lasts = item.is_current(self.at) && item.ends_at() >= wall && item.class != Class::Advertisement;
            let may = lasts && !self.repeats(&play) && !self.is_in_company(&play, wall);
            may.then_some(Pick { play, until: wall, by: By::Rule(rule), place })
        })
    }

    /// What stands before stays up to `to`.
    fn hold(&mut self, to: Instant) -> bool {
        let rest = to.ms_since(self.at);
        let air_ms = if self.stretch().is_wheel { rest } else { 0 };
        let Some(item) = self.last().filter(|item| !self.is_ad(*item) && self.show.items[*item].ends_at() >= to) else {
            return false;
        };
        let spot = self.spots.last_mut().filter(|spot| spot.what == What::Item(item)).expect("it stands there");
        spot.until = to;
        spot.air_ms += air_ms;
        self.at = to;
        true
    }

    fn put(&mut self, pick: Pick) {
        let air_ms = if self.stretch().is_wheel { pick.until.ms_since(self.at) } else { 0 };
        self.spots.push(Spot {
            since: self.at,
            until: pick.until,
            put_at: self.at,
            what: What::Item(pick.play.item),
            by: pick.by,
            place: pick.place,
            most_ms: pick.play.most_ms,
            air_ms,
        });
        self.at = pick.until;
    }

    /// No item: one after another of the same kind is one.
    fn stand(&mut self, what: What, until: Instant) {
        let since = self.at;
        let air_ms = if self.stretch().is_wheel { until.ms_since(since) } else { 0 };
        self.at = until;
        match self.spots.last_mut().filter(|last| last.what == what) {
            Some(last) => {
                last.until = until;
                last.air_ms += air_ms;
            }
            None => self.spots.push(Spot {
                since,
                until,
                put_at: since,
                what,
                by: By::Nobody,
                place: 0,
                most_ms: 0,
                air_ms,
            }),
        }
    }

    fn cue(&self, spot: &Spot) -> Cue {
        let showing = match spot.what {
            What::Item(item) => {
                let item = &self.show.items[item];
                Showing::Item { item: item.id.clone(), version: item.version }
            }
            What::Card => Showing::Fallback,
            What::Closed => Showing::Closed,
        };
        let why = match spot.by {
            By::Rule(n) => Some(Why::Rule { rule: self.rules[n].id.clone(), level: self.rules[n].level }),
            By::Campaign(n) => Some(Why::Campaign(self.campaigns[n].id.clone())),
            By::Floor => Some(Why::Floor),
            By::Nobody => None,
        };
        Cue { showing, since: spot.since, until: spot.until, why }
    }
}
