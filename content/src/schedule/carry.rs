//! The carry: where the day stood when a programme took over from the one before it. With it the plan stays a pure function
//! of what was signed, and what has been shown is neither repeated nor forgotten.

use serde::{Deserialize, Serialize};

use crate::clock::Instant;
use crate::id::{CampaignId, ItemId, RuleId};
use crate::item::{Advertiser, Class, Item};

/// Where a zone's day stood at an instant.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Carry {
    /// Where every playlist stood that played today.
    #[serde(default)]
    pub loops: Vec<LoopCarry>,
    /// Where every campaign stood.
    #[serde(default)]
    pub campaigns: Vec<CampaignCarry>,
    /// Airtime of the day so far in which the public-service floor counts, in milliseconds.
    #[serde(default)]
    pub floor_air_ms: i64,
    /// What public-service announcements had of it, in milliseconds.
    #[serde(default)]
    pub floor_shown_ms: i64,
    /// The last showing, and advertisements that caps and distances still remember; oldest first.
    #[serde(default)]
    pub recent: Vec<RecentPlay>,
}

/// Where the playlist of a rule stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoopCarry {
    /// Which rule.
    pub rule: RuleId,
    /// Its next turn, counted from the start of its list.
    pub next: u32,
    /// What it showed last: a list that was changed goes on after it.
    #[serde(default)]
    pub last: Option<ItemId>,
    /// How far its share of the air is ahead of the others of its level.
    #[serde(default)]
    pub ahead: u64,
}

/// Where a campaign stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignCarry {
    /// Which.
    pub campaign: CampaignId,
    /// Plays planned since it began.
    pub total: u32,
    /// Plays planned in the running clock hour.
    #[serde(default)]
    pub this_hour: u16,
    /// How long until its next play is due, in millionths of the distance between two; below zero it is late.
    pub wait_ppm: i64,
    /// Which of its items comes next.
    #[serde(default)]
    pub next_item: u16,
}

/// A showing that is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecentPlay {
    /// What.
    pub item: ItemId,
    /// Its first millisecond.
    pub since: Instant,
    /// The first millisecond after it.
    pub until: Instant,
    /// It is an advertisement.
    #[serde(default)]
    pub is_ad: bool,
    /// Whose.
    #[serde(default)]
    pub advertiser: Option<Advertiser>,
    /// What an education item is about: no related seller may stand beside it (L-14), though the item be withdrawn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

impl RecentPlay {
    /// It may not stand beside the item: one teaches what the other sells.
    pub(crate) fn is_related_to(&self, item: &Item) -> bool {
        let sells = |advertiser: &Option<Advertiser>, tags: &[String]| {
            let starts = advertiser.as_ref().map(|advertiser| advertiser.related.as_slice()).unwrap_or_default();
            tags.iter().any(|tag| starts.iter().any(|start| tag.starts_with(start.as_str())))
        };
        match item.class {
            Class::Education => self.is_ad && sells(&self.advertiser, &item.tags),
            Class::Advertisement => !self.is_ad && sells(&item.advertiser, &self.tags),
            Class::Clinic | Class::Notice | Class::PublicService | Class::Emergency => false,
        }
    }
}
