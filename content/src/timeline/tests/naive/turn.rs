//! Whose turn it is among rules. In words: of one level, who has had the least air for its weight goes first, equals by
//! their place; air is counted in turns. Where a stretch begins, a rule that has the air is held to have had no less than
//! the one with the least among those that have the air and have played: what it missed is not made up for. Each goes on in
//! its list after what it played last, and passes over what does not fit; nothing follows itself if any rule of the level
//! has something else. A level that has nothing to give leaves the turn to the next lower one.

use super::super::*;
use super::date::Naive;
use super::spot::{By, Pick};

/// One turn at weight 1; every weight divides it.
const TURN: u64 = 2_520;

impl Naive<'_> {
    /// The next of the rules on the air.
    pub(super) fn of_rules(&self) -> Option<Pick> {
        let on = &self.stretch().on;
        let air = self.air_had();
        let mut levels: Vec<Level> = on.iter().map(|rule| self.rules[*rule].level).collect();
        levels.sort_unstable();
        levels.dedup();
        for level in levels.into_iter().rev() {
            let mut rules: Vec<usize> = on.iter().copied().filter(|rule| self.rules[*rule].level == level).collect();
            rules.sort_by_key(|rule| (air[*rule], *rule));
            for may_repeat in [false, true] {
                if let Some(pick) = rules.iter().find_map(|rule| self.of_list(*rule, may_repeat)) {
                    return Some(pick);
                }
            }
        }
        None
    }

    fn of_list(&self, rule: usize, may_repeat: bool) -> Option<Pick> {
        let list = &self.lists[rule];
        (0..list.len()).map(|n| (self.next_of(rule) + n) % list.len()).find_map(|place| {
            let play = list[place];
            if !may_repeat && self.repeats(&play) {
                return None;
            }
            self.fits(&play).map(|until| Pick { play, until, by: By::Rule(rule), place })
        })
    }

    /// The place in a rule's list after the one it played last.
    pub(super) fn next_of(&self, rule: usize) -> usize {
        let last = self.spots.iter().rev().find(|spot| spot.by == By::Rule(rule));
        last.map_or(0, |spot| (spot.place + 1) % self.lists[rule].len())
    }

    /// The air each rule is held to have had, counted from midnight on.
    fn air_had(&self) -> Vec<u64> {
        let mut air = vec![0; self.rules.len()];
        let mut has_played = vec![false; self.rules.len()];
        let mut spots = self.spots.iter().peekable();
        for stretch in self.stretches.iter().filter(|stretch| stretch.from <= self.at) {
            let least = stretch.top.iter().filter(|rule| has_played[**rule]).map(|rule| air[*rule]).min().unwrap_or(0);
            for rule in &stretch.top {
                air[*rule] = least.max(air[*rule]);
            }
            while let Some(spot) = spots.next_if(|spot| spot.put_at < stretch.to) {
                if let By::Rule(rule) = spot.by {
                    air[rule] += TURN / u64::from(self.rules[rule].weight);
                    has_played[rule] = true;
                }
            }
        }
        air
    }
}
