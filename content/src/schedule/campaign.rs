//! Campaigns: plays promised to somebody until a date, spread evenly through the wheel of every zone they aim at.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Target, Window};
use crate::id::{CampaignId, ItemId};
use crate::text::Text;

/// The most items of one campaign.
pub const CAMPAIGN_ITEMS_MAX: usize = 20;
/// The most campaigns one zone may have at once; the wheel's cost grows with each.
pub const ZONE_CAMPAIGNS_MAX: usize = 100;
/// The most plays of a zone-hour anybody may ask for: one every ten seconds.
pub const PER_HOUR_MAX: u16 = 360;

/// Plays promised to somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Campaign {
    /// Its name in URLs and files.
    pub id: CampaignId,
    /// Its name.
    pub name: Text,
    /// What plays, one after another.
    pub items: Vec<ItemId>,
    /// How long a still of it stands; `None` is the item's own time.
    #[serde(default)]
    pub dwell_ms: Option<u32>,
    /// Where.
    pub target: Target,
    /// When.
    pub window: Window,
    /// How much.
    pub goal: Goal,
    /// The most plays in any clock hour.
    #[serde(default)]
    pub per_hour_max: Option<u16>,
    /// How heavy its days are (R-71: launch, steady, close); none is even. A date takes the last phase that has begun.
    #[serde(default)]
    pub phases: Vec<Phase>,
    /// Who goes first where not all can; lower goes first, equals by name.
    #[serde(default)]
    pub order: i32,
}

/// How much a campaign was promised, in every zone it aims at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// So many plays in every open hour of its window.
    PerHour(u16),
    /// So many thousandths of the airtime of its window.
    ShareOfAir(u16),
    /// So many plays in all in the zone, paced to the window's last date.
    Total(u32),
}

/// From a date on, how heavy a day is beside others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phase {
    /// From here on.
    pub from: Date,
    /// How heavy, beside 100 before the first phase.
    pub weight: u16,
}

impl Campaign {
    /// How heavy `date` is.
    #[must_use]
    pub fn weight(&self, date: Date) -> u16 {
        let begun = self.phases.iter().filter(|phase| phase.from <= date);
        begun.max_by_key(|phase| phase.from).map_or(100, |phase| phase.weight)
    }
}
