//! The public-service floor. In words: before anything is put in that is no public service, it is asked whether public
//! service has had its part of the air of the day so far, that thing's time counted in. If not, the next of the pool goes in
//! instead, if one fits: the pool goes round, and only a pool of one may follow itself. Air is what was planned while
//! campaigns count.

use super::super::*;
use super::date::Naive;
use super::spot::{By, Pick};

impl Naive<'_> {
    /// What goes in instead, where the floor asks for it.
    pub(super) fn of_floor(&self, instead_of: Option<Pick>) -> Option<Pick> {
        let permille = i64::from(self.show.site.policy.public_service_permille);
        let serves = |item: usize| self.show.items[item].class == Class::PublicService;
        if permille == 0 || !self.stretch().is_wheel || instead_of.is_some_and(|pick| serves(pick.play.item)) {
            return None;
        }
        let air: i64 = self.spots.iter().map(|spot| spot.air_ms).sum();
        let air = air + instead_of.map_or(0, |pick| pick.until.ms_since(self.at));
        let given = self.spots.iter().filter(|spot| spot.item().is_some_and(serves));
        let had: i64 = given.map(|spot| spot.air_ms).sum();
        if had * 1_000 >= permille * air {
            return None;
        }
        let pool = &self.service;
        let last = self.spots.iter().rev().find(|spot| spot.by == By::Floor);
        let next = last.map_or(0, |spot| spot.place + 1);
        (next..next + pool.len()).map(|n| n % pool.len()).find_map(|place| {
            let play = pool[place];
            if pool.len() > 1 && self.repeats(&play) {
                return None;
            }
            self.fits(&play).map(|until| Pick { play, until, by: By::Floor, place })
        })
    }
}
