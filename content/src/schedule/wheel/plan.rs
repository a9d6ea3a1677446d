//! A programme made ready: everything the wheel asks for again and again, looked up once.

use std::sync::{Arc, OnceLock};

use jiff::civil::Date;

use super::day::Day;
use super::pace::{Paced, paced};
use super::reason::Barred;
use crate::clock::Instant;
use crate::id::{CampaignId, ItemId};
use crate::item::{Class, DWELL_MIN_MS, Item, Trade};
use crate::playlist::dwell_ms;
use crate::programme::Show;
use crate::schedule::{Campaign, Carry, Level, Policy, Rule};

/// A programme made ready, with where it took over.
#[derive(Debug)]
pub struct Plan {
    pub(super) show: Arc<Show>,
    /// From here on it holds.
    pub(super) effective_at: Instant,
    /// Where the day stood then.
    pub(super) carry: Arc<Carry>,
    pub(super) items: Vec<Facts>,
    /// Items by name, for a quick look-up.
    by_name: Vec<u16>,
    /// Rules that hold here, most urgent first, then in their turn.
    pub(super) rules: Vec<u16>,
    /// Campaigns that aim here, in their turn.
    pub(super) campaigns: Vec<CampaignPlan>,
    /// Public-service items that may be shown here, where there is a floor for them.
    pub(super) public_service: Vec<Entry>,
    /// Advertisements, and the education items each may not stand beside, in order.
    related: Vec<(u16, u16)>,
}

/// What the wheel knows of an item.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts {
    pub(super) is_still: bool,
    pub(super) class: Class,
    pub(super) valid_from: Instant,
    pub(super) ends_at: Instant,
    pub(super) barred: Option<Barred>,
    /// Advertisements only.
    pub(super) seller: Option<Seller>,
}

/// Who advertises what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seller {
    pub(super) trade: Option<Trade>,
    /// A number for the advertiser.
    pub(super) advertiser: u16,
}

impl Seller {
    /// The two sell the same for different advertisers.
    pub(super) fn is_rival_of(self, other: Self) -> bool {
        self.trade == other.trade && self.advertiser != other.advertiser
    }
}

/// What the wheel knows of a campaign.
#[derive(Debug)]
pub(super) struct CampaignPlan {
    /// Its index in the programme.
    pub(super) index: u16,
    /// Its items that are in the programme.
    pub(super) entries: Vec<Entry>,
    /// It sells something.
    pub(super) is_ad: bool,
    /// Its days, for a goal that is paced to an end.
    pub(super) paced: OnceLock<Paced>,
}

/// An item with the time it stands, and how far that may give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) item: u16,
    pub(super) dwell_ms: u32,
    pub(super) min_ms: u32,
    pub(super) max_ms: u32,
}

impl Plan {
    /// Makes a programme ready.
    #[must_use]
    pub fn new(show: Arc<Show>, effective_at: Instant, carry: Arc<Carry>) -> Self {
        let policy = &show.site.policy;
        let mut items: Vec<Facts> = Vec::with_capacity(show.items.len());
        let mut advertisers: Vec<&str> = Vec::new();
        for item in &show.items {
            items.push(facts(item, &show, policy, &mut advertisers));
        }
        let mut by_name: Vec<u16> = (0..items.len()).filter_map(|n| u16::try_from(n).ok()).collect();
        by_name.sort_by(|a, b| name_of(&show, *a).cmp(&name_of(&show, *b)));
        let mut rules: Vec<u16> = (0_u16..)
            .zip(&show.rules)
            .filter(|(_, rule)| rule.target.holds(&show.zone, &show.site))
            .map(|(n, _)| n)
            .collect();
        rules.sort_by(|a, b| rank(&show, *a).cmp(&rank(&show, *b)));
        let mut plan = Self {
            effective_at,
            carry,
            items,
            by_name,
            rules,
            campaigns: Vec::new(),
            public_service: Vec::new(),
            related: related(&show),
            show,
        };
        plan.public_service = plan.floor();
        plan.campaigns = campaigns(&plan);
        plan
    }

    /// The programme.
    #[must_use]
    pub fn show(&self) -> &Arc<Show> {
        &self.show
    }

    /// From when it holds.
    #[must_use]
    pub const fn effective_at(&self) -> Instant {
        self.effective_at
    }

    /// Where the day stood when it took over.
    pub(crate) fn carried(&self) -> &Carry {
        &self.carry
    }

    /// Plays of a campaign that were planned before this programme.
    pub(crate) fn planned_before(&self, id: &CampaignId) -> u32 {
        self.carry.campaigns.iter().find(|carried| carried.campaign == *id).map_or(0, |carried| carried.total)
    }

    /// How long a campaign can play on `date` from an instant on, in milliseconds, and its plays of a paced total.
    pub(crate) fn campaign_day(&self, id: &CampaignId, date: Date, from: Instant) -> (i64, u32) {
        let found = self.campaigns.iter().position(|c| self.campaign(c).is_some_and(|campaign| campaign.id == *id));
        let Some((place, campaign)) = found.and_then(|place| Some((place, self.campaigns.get(place)?))) else {
            return (0, 0);
        };
        let day = Day::new(self, date, Some(from));
        let paced = campaign.paced.get_or_init(|| paced(self, campaign));
        (day.campaign_ms.get(place).copied().unwrap_or(0), paced.on(date))
    }

    pub(super) fn policy(&self) -> &Policy {
        &self.show.site.policy
    }

    pub(super) fn facts(&self, item: u16) -> Option<&Facts> {
        self.items.get(usize::from(item))
    }

    pub(super) fn rule(&self, index: u16) -> Option<&Rule> {
        self.show.rules.get(usize::from(index))
    }

    pub(super) fn level(&self, index: u16) -> Level {
        self.rule(index).map_or(Level::Fallback, |rule| rule.level)
    }

    pub(super) fn campaign(&self, plan: &CampaignPlan) -> Option<&Campaign> {
        self.show.campaigns.get(usize::from(plan.index))
    }

    /// The index of an item.
    pub(crate) fn index_of(&self, id: &ItemId) -> Option<u16> {
        let place = self.by_name.binary_search_by(|n| name_of(&self.show, *n).cmp(&Some(id))).ok()?;
        self.by_name.get(place).copied()
    }

    /// An item with the time it stands in a turn that asks for `asked_ms`; none when the programme has no such item.
    pub(super) fn entry(&self, id: &ItemId, asked_ms: Option<u32>) -> Option<Entry> {
        let item = self.index_of(id)?;
        self.entry_at(item, asked_ms)
    }

    pub(super) fn entry_at(&self, item: u16, asked_ms: Option<u32>) -> Option<Entry> {
        let facts = self.facts(item)?;
        let dwell = dwell_ms(self.show.items.get(usize::from(item))?, asked_ms);
        if !facts.is_still || facts.class == Class::Advertisement {
            // What was approved is shown as it was approved, and a movie ends when it ends.
            return Some(Entry { item, dwell_ms: dwell, min_ms: dwell, max_ms: dwell });
        }
        let policy = self.policy();
        let dwell = dwell.max(policy.qr_min_ms);
        let shorter = part(dwell, 1_000_u32.saturating_sub(u32::from(policy.shrink_permille)));
        let longer = part(dwell, 1_000 + u32::from(policy.stretch_permille));
        Some(Entry { item, dwell_ms: dwell, min_ms: shorter.max(policy.qr_min_ms).max(DWELL_MIN_MS), max_ms: longer })
    }

    /// Public-service items for the floor. How long a still needs is read off its words, so it is asked once, not every turn.
    fn floor(&self) -> Vec<Entry> {
        if self.policy().public_service_permille == 0 {
            return Vec::new();
        }
        let serves = |facts: &Facts| facts.class == Class::PublicService && facts.barred.is_none();
        let serving = (0_u16..).zip(&self.items).filter(|(_, facts)| serves(facts));
        serving.filter_map(|(n, _)| self.entry_at(n, None)).collect()
    }

    /// The two may not stand side by side.
    pub(super) fn are_related(&self, one: u16, two: u16) -> bool {
        let sells = |item: u16| self.facts(item).is_some_and(|facts| facts.seller.is_some());
        (sells(one) && self.related.binary_search(&(one, two)).is_ok())
            || (sells(two) && self.related.binary_search(&(two, one)).is_ok())
    }
}

/// Works out which advertisements may not stand beside which education items: pairs of both, in order.
fn related(show: &Show) -> Vec<(u16, u16)> {
    let mut pairs = Vec::new();
    for (n, ad) in (0_u16..).zip(&show.items).filter(|(_, item)| item.class == Class::Advertisement) {
        let starts = ad.advertiser.as_ref().map(|advertiser| advertiser.related.as_slice()).unwrap_or_default();
        if starts.is_empty() {
            continue;
        }
        let touches = |tag: &String| starts.iter().any(|start| tag.starts_with(start.as_str()));
        let others = (0_u16..).zip(&show.items).filter(|(_, other)| other.class == Class::Education);
        pairs.extend(others.filter(|(_, other)| other.tags.iter().any(touches)).map(|(m, _)| (n, m)));
    }
    pairs
}

fn part(ms: u32, permille: u32) -> u32 {
    u32::try_from(u64::from(ms) * u64::from(permille) / 1_000).unwrap_or(u32::MAX)
}

fn name_of(show: &Show, item: u16) -> Option<&ItemId> {
    show.items.get(usize::from(item)).map(|item| &item.id)
}

fn rank(show: &Show, rule: u16) -> impl Ord {
    let rule = show.rules.get(usize::from(rule));
    rule.map(|rule| (std::cmp::Reverse(rule.level), rule.order, &rule.id))
}

fn facts<'a>(item: &'a Item, show: &Show, policy: &Policy, advertisers: &mut Vec<&'a str>) -> Facts {
    let is_ad = item.class == Class::Advertisement;
    let seller = is_ad.then(|| {
        let name = item.advertiser.as_ref().map_or(item.author.as_str(), |advertiser| advertiser.name.as_str());
        let known = advertisers.iter().position(|known| *known == name).unwrap_or_else(|| {
            advertisers.push(name);
            advertisers.len() - 1
        });
        let trade = item.advertiser.as_ref().map(|advertiser| advertiser.trade);
        Seller { trade, advertiser: u16::try_from(known).unwrap_or(u16::MAX) }
    });
    Facts {
        is_still: item.face.is_still(),
        class: item.class,
        valid_from: item.valid_from.unwrap_or(Instant(i64::MIN)),
        ends_at: item.ends_at(),
        barred: if is_ad { barred(item, show, policy) } else { None },
        seller,
    }
}

fn barred(item: &Item, show: &Show, policy: &Policy) -> Option<Barred> {
    let trade = item.advertiser.as_ref().map(|advertiser| advertiser.trade);
    if !policy.ads {
        return Some(Barred::SiteShowsNoAds);
    }
    if show.zone.no_ads {
        return Some(Barred::ZoneShowsNoAds);
    }
    if show.zone.child && trade.is_none_or(Trade::is_barred_from_children) {
        return Some(Barred::Children(trade));
    }
    let is_blocked = policy.blocks.iter().any(|block| {
        block.kinds.contains(&show.zone.kind)
            && (block.trades.is_empty() || trade.is_none_or(|trade| block.trades.contains(&trade)))
    });
    is_blocked.then_some(Barred::Kind(trade))
}

fn campaigns(plan: &Plan) -> Vec<CampaignPlan> {
    let show = &plan.show;
    let mut found: Vec<(u16, &Campaign)> =
        (0_u16..).zip(&show.campaigns).filter(|(_, c)| c.target.holds(&show.zone, &show.site)).collect();
    found.sort_by(|(_, a), (_, b)| a.order.cmp(&b.order).then_with(|| a.id.cmp(&b.id)));
    let made = found.into_iter().map(|(index, campaign)| {
        let entries: Vec<Entry> =
            campaign.items.iter().filter_map(|item| plan.entry(item, campaign.dwell_ms)).collect();
        let is_ad = entries.iter().any(|entry| plan.facts(entry.item).is_some_and(|f| f.seller.is_some()));
        CampaignPlan { index, entries, is_ad, paced: OnceLock::new() }
    });
    made.collect()
}
