//! Advertisements: their share of the hour and of ten minutes, their rivals, and until when one that is refused stays so.

use super::compose::Composer;
use super::day::Phase;
use super::plan::{Entry, Seller};
use super::reason::NotNow;
use super::state::{hour_end, hour_of, memory_ms};
use crate::clock::{HOUR_MS, Instant};
use crate::id::ItemId;
use crate::item::Advertiser;
use crate::schedule::TEN_MINUTES_MS;

/// The advertisements of a day so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Ads {
    /// Slots of the day that hold them.
    pub(super) slots: Vec<usize>,
    /// Those from before the programme took over.
    pub(super) before: Vec<Before>,
    /// The clock hour of the newest, and what it and those before it had of that hour, in milliseconds. None runs over the
    /// end of its hour, and none leaves its hour when stills give way, so that the sum only grows.
    hour: i64,
    hour_ms: i64,
    /// What is as long as this, in milliseconds, or longer, is refused until then.
    too_long: Option<(i64, Instant)>,
    /// Rivals of this one are kept apart from it until then.
    apart: Option<(Seller, Instant)>,
}

/// An advertisement from before the programme took over.
#[derive(Debug, Clone)]
pub(super) struct Before {
    /// Its name, for the next programme: this one may hold it no more.
    pub(super) id: ItemId,
    pub(super) item: Option<u16>,
    pub(super) advertiser: Option<Advertiser>,
    pub(super) since: Instant,
    pub(super) until: Instant,
}

impl Ads {
    /// One was put into a slot.
    pub(super) fn add(&mut self, slot: usize, hour: i64, length_ms: i64) {
        self.hour_ms = length_ms + if self.hour == hour { self.hour_ms } else { 0 };
        self.hour = hour;
        self.slots.push(slot);
    }

    /// What those of the day had of a clock hour that is not over, in milliseconds.
    fn of_hour_ms(&self, hour: i64) -> i64 {
        if self.hour == hour { self.hour_ms } else { 0 }
    }

    /// Until when an advertisement is refused for certain, because another one was that is like it.
    pub(super) fn refuses(&self, seller: Seller, length_ms: i64) -> Option<Instant> {
        let too_long = self.too_long.filter(|(refused_ms, _)| length_ms >= *refused_ms).map(|(_, until)| until);
        let apart = self.apart.filter(|(rival, _)| rival.is_rival_of(seller)).map(|(_, until)| until);
        too_long.max(apart)
    }

    /// One of this length was refused for its length until then.
    fn refused(&mut self, length_ms: i64, at: Instant, until: Instant) {
        if self.too_long.is_none_or(|(refused_ms, until)| length_ms <= refused_ms || at >= until) {
            self.too_long = Some((length_ms, until));
        }
    }
}

/// The milliseconds from `from` on in which something stood.
fn since_ms(from: Instant, (since, until): (Instant, Instant)) -> i64 {
    until.ms_since(since.max(from)).max(0)
}

impl Composer<'_> {
    /// May the advertisement `item` stand from now `until` then?
    pub(super) fn advertisement(&self, item: u16, seller: Seller, until: Instant) -> Result<(), NotNow> {
        let (at, policy) = (self.state.at, self.plan.policy());
        if at < self.ads_begin() {
            return Err(NotNow::DayBegins);
        }
        let hour_until = hour_end(self.day, at);
        if until > hour_until {
            return Err(NotNow::AdOverHourEnd);
        }
        let (hour_from, ten_from) = (hour_until.plus_ms(-HOUR_MS), until.plus_ms(-TEN_MINUTES_MS));
        let separation_ms = i64::from(policy.separation_ms);
        let length_ms = until.ms_since(at);
        let mut hour_ms = length_ms + self.state.ads.of_hour_ms(hour_of(self.day, at));
        let mut ten_ms = length_ms;
        let mut rival = None;
        for n in self.state.ads.slots.iter().rev() {
            let Some((slot, other)) = self.slots.get(*n).and_then(|slot| Some((slot, slot.item()?))) else { continue };
            let is_near = at.ms_since(slot.until) < separation_ms;
            if slot.until <= ten_from && !is_near {
                break;
            }
            ten_ms += since_ms(ten_from, (slot.since, slot.until));
            if is_near && rival.is_none() && self.is_rival(other, seller) {
                rival = Some(other);
            }
        }
        // Those from before the day's start are forgotten once it is as long ago as anything is remembered.
        let is_remembered = at.ms_since(self.day.from) < memory_ms(self.plan);
        for before in self.state.ads.before.iter().filter(|_| is_remembered) {
            hour_ms += since_ms(hour_from, (before.since, before.until));
            ten_ms += since_ms(ten_from, (before.since, before.until));
            let is_near = at.ms_since(before.until) < separation_ms;
            let mine = self.plan.show.items.get(usize::from(item)).and_then(|item| item.advertiser.as_ref());
            let competes =
                matches!((&before.advertiser, mine), (Some(a), Some(b)) if a.trade == b.trade && a.name != b.name);
            if is_near && competes && rival.is_none() {
                rival = before.item.or(Some(item));
            }
        }
        if hour_ms * 1_000 > i64::from(policy.ad_hour_permille) * HOUR_MS {
            return Err(NotNow::AdHourCap);
        }
        if ten_ms > i64::from(policy.ad_ten_minutes_ms) {
            return Err(NotNow::AdTenMinutesCap);
        }
        rival.map_or(Ok(()), |rival| Err(NotNow::Rival(rival)))
    }

    /// From when on advertisements may stand that day.
    fn ads_begin(&self) -> Instant {
        let remembered_ms = TEN_MINUTES_MS.max(i64::from(self.plan.policy().separation_ms));
        self.day.goes_on.map_or(self.day.from, |midnight| midnight.plus_ms(remembered_ms))
    }

    fn is_rival(&self, other: u16, seller: Seller) -> bool {
        self.plan.facts(other).and_then(|facts| facts.seller).is_some_and(|other| other.is_rival_of(seller))
    }

    /// Until when `entry` is refused as another advertisement was that is like it.
    pub(super) fn like_refused(&self, entry: &Entry) -> Option<Instant> {
        let seller = self.plan.facts(entry.item).and_then(|facts| facts.seller)?;
        self.state.ads.refuses(seller, i64::from(entry.dwell_ms)).filter(|until| *until > self.state.at)
    }

    /// Until when `entry`, refused now, stays refused whatever is put in meanwhile. It may be refused longer, never shorter:
    /// time only takes room away, and what is put in or moved later only postpones.
    pub(super) fn stays_refused(&mut self, entry: &Entry, why: NotNow, phase: &Phase) -> Instant {
        let at = self.state.at;
        let length_ms = i64::from(entry.dwell_ms);
        let until = match why {
            NotNow::NotInProgramme | NotNow::Barred(_) | NotNow::Over(_) => return Instant(i64::MAX),
            NotNow::NotBegun(from) => return from,
            NotNow::NoRoom(_) => return phase.to,
            NotNow::HourMax => return hour_end(self.day, at),
            NotNow::Rival(_) => return self.keeps_apart(entry),
            // What stands beside it decides, and that is another thing at the next boundary.
            NotNow::JustShown
            | NotNow::BesideRelated(_)
            | NotNow::BesideWithdrawn
            | NotNow::NotDue(_)
            | NotNow::LaterThanOthers => return at,
            NotNow::DayBegins => self.ads_begin(),
            NotNow::AdHourCap | NotNow::AdOverHourEnd => hour_end(self.day, at),
            NotNow::AdTenMinutesCap => self.ten_minutes_full(length_ms),
        };
        self.state.ads.refused(length_ms, at, until);
        until
    }

    /// Until when an advertisement is kept apart from the newest of its rivals that day.
    fn keeps_apart(&mut self, entry: &Entry) -> Instant {
        let seller_of = |item: u16| self.plan.facts(item).and_then(|facts| facts.seller);
        let Some(seller) = seller_of(entry.item) else { return self.state.at };
        let newest = self.state.ads.slots.iter().rev().filter_map(|n| self.slots.get(*n)).find_map(|slot| {
            let rival = slot.item().and_then(seller_of).filter(|other| other.is_rival_of(seller))?;
            Some((rival, slot.until.plus_ms(i64::from(self.plan.policy().separation_ms))))
        });
        self.state.ads.apart = newest.or(self.state.ads.apart);
        newest.map_or(self.state.at, |(_, until)| until)
    }

    /// Until when ten minutes have no room for another advertisement of this length.
    fn ten_minutes_full(&self, length_ms: i64) -> Instant {
        let mut left_ms = i64::from(self.plan.policy().ad_ten_minutes_ms) - length_ms;
        if left_ms < 0 {
            return Instant(i64::MAX);
        }
        for slot in self.state.ads.slots.iter().rev().filter_map(|n| self.slots.get(*n)) {
            if slot.length_ms() > left_ms {
                // The ten minutes that end with it must begin where no more than this is left of the slot.
                return slot.until.plus_ms(-left_ms).plus_ms(TEN_MINUTES_MS - length_ms);
            }
            left_ms -= slot.length_ms();
        }
        self.state.at
    }
}
