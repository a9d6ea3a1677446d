//! What may be sold. In words: advertisements need the site's and the zone's leave; in a children's zone only trades that
//! the law does not bar, and nowhere a trade that is blocked for its kind. Put in now, one may not run over the end of the
//! clock hour, may not take advertisements over their part of the hour or of the ten minutes up to its end, and may not
//! begin sooner after a rival's end than rivals are apart: another advertiser of the same trade. In a zone that was open
//! over midnight nothing is sold until the day before is forgotten. Hours are counted back from the next midnight.

use super::super::*;
use super::date::Naive;
use crate::clock::HOUR_MS;
use crate::item::{Advertiser, Trade};
use crate::schedule::TEN_MINUTES_MS;

impl Naive<'_> {
    /// An advertisement that may never be shown here.
    pub(super) fn is_barred(&self, item: usize) -> bool {
        let (item, zone, policy) = (&self.show.items[item], &self.show.zone, &self.show.site.policy);
        if item.class != Class::Advertisement {
            return false;
        }
        let trade = item.advertiser.as_ref().map(|advertiser| advertiser.trade);
        let is_blocked = policy
            .blocks
            .iter()
            .filter(|block| block.kinds.contains(&zone.kind))
            .any(|block| block.trades.is_empty() || trade.is_none_or(|trade| block.trades.contains(&trade)));
        let is_for_children = zone.child && trade.is_none_or(Trade::is_barred_from_children);
        !policy.ads || zone.no_ads || is_for_children || is_blocked
    }

    pub(super) fn is_ad(&self, item: usize) -> bool {
        self.show.items[item].class == Class::Advertisement
    }

    fn seller(&self, item: usize) -> Option<&Advertiser> {
        self.show.items[item].advertiser.as_ref().filter(|_| self.is_ad(item))
    }

    /// One is an advertisement, the other teaches what it is related to.
    pub(super) fn are_related(&self, one: usize, two: usize) -> bool {
        let touches = |ad: usize, other: usize| {
            let other = &self.show.items[other];
            let is_near = |tag: &String| {
                self.seller(ad).is_some_and(|seller| seller.related.iter().any(|start| tag.starts_with(start.as_str())))
            };
            other.class == Class::Education && other.tags.iter().any(is_near)
        };
        touches(one, two) || touches(two, one)
    }

    /// The clock hour of an instant: how many lie between it and the next midnight, as a number below nought.
    pub(super) const fn hour(&self, at: Instant) -> i64 {
        at.ms_since(self.to).div_euclid(HOUR_MS)
    }

    /// An advertisement put in now would be too much, or too near a rival's.
    pub(super) fn sells_too_much(&self, item: usize, until: Instant) -> bool {
        if !self.is_ad(item) {
            return false;
        }
        let (at, policy) = (self.at, &self.show.site.policy);
        let apart_ms = i64::from(policy.separation_ms);
        let is_night = self.is_open(self.from) && self.is_open(self.from.plus_ms(-1));
        if is_night && at.ms_since(self.from) < apart_ms.max(TEN_MINUTES_MS) {
            return true;
        }
        let hour_from = self.to.plus_ms(self.hour(at) * HOUR_MS);
        let hour_to = hour_from.plus_ms(HOUR_MS);
        if until > hour_to {
            return true;
        }
        let ads = || self.spots.iter().filter(|spot| spot.item().is_some_and(|item| self.is_ad(item)));
        let length = until.ms_since(at);
        let in_hour: i64 = length + ads().map(|spot| spot.within(hour_from, hour_to)).sum::<i64>();
        let in_ten: i64 = length + ads().map(|spot| spot.within(until.plus_ms(-TEN_MINUTES_MS), until)).sum::<i64>();
        let is_rival = |other: usize| {
            let (one, two) = (self.seller(item), self.seller(other));
            one.zip(two).is_some_and(|(one, two)| one.trade == two.trade && one.name != two.name)
        };
        in_hour * 1_000 > i64::from(policy.ad_hour_permille) * HOUR_MS
            || in_ten > i64::from(policy.ad_ten_minutes_ms)
            || ads().any(|spot| at.ms_since(spot.until) < apart_ms && spot.item().is_some_and(is_rival))
    }
}
