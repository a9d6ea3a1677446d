//! Rules: what × where × when × level. Nothing else puts a playlist on the air.

use serde::{Deserialize, Deserializer, Serialize};

use crate::id::{BuildingId, NetworkId, PlaylistId, RuleId, SiteId, ZoneId};
use crate::place::{Site, Zone, ZoneKind};
use crate::schedule::{Level, Window};
use crate::text::Text;

/// The heaviest a rule may weigh beside others of its level.
pub const RULE_WEIGHT_MAX: u8 = 10;
/// The most rules that may hold in one zone.
pub const ZONE_RULES_MAX: usize = 200;

/// Puts a playlist on the air somewhere at some time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Its name in URLs and files.
    pub id: RuleId,
    /// Its name for people; the playlist's where nobody gave one.
    #[serde(default)]
    pub name: Text,
    /// What.
    pub playlist: PlaylistId,
    /// Where.
    pub target: Target,
    /// When.
    pub window: Window,
    /// How urgent.
    pub level: Level,
    /// Its place in the turn with others of its level; equals go by name.
    #[serde(default)]
    pub order: i32,
    /// How many turns it gets for every turn of a rule of weight 1; 1 to [`RULE_WEIGHT_MAX`].
    #[serde(default = "one")]
    pub weight: u8,
}

const fn one() -> u8 {
    1
}

/// Where a rule holds: any of the places, less those left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Any of these.
    pub places: Vec<Where>,
    /// But not these.
    #[serde(default, deserialize_with = "zones_or_places")]
    pub except: Vec<Where>,
}

/// A set of zones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Where {
    /// Every zone of the network of hospitals.
    Everywhere,
    /// Every zone of a city, by administrative code.
    City(String),
    /// Every zone of a site.
    Site(SiteId),
    /// Every zone of a building.
    Building(BuildingId),
    /// One zone.
    Zone(ZoneId),
    /// Every zone of a kind.
    Kind(ZoneKind),
    /// Every zone that bears a word.
    Tag(String),
    /// Every zone of a network (联播网).
    Network(NetworkId),
}

impl Rule {
    /// A rule without a name of its own, at its place by name, with the usual weight.
    #[must_use]
    pub const fn new(id: RuleId, playlist: PlaylistId, target: Target, window: Window, level: Level) -> Self {
        let name = Text { zh: String::new(), en: String::new() };
        Self { id, name, playlist, target, window, level, order: 0, weight: 1 }
    }
}

impl Target {
    /// One zone alone.
    #[must_use]
    pub fn zone(zone: ZoneId) -> Self {
        Self { places: vec![Where::Zone(zone)], except: Vec::new() }
    }

    /// Holds in `zone` of `site`.
    #[must_use]
    pub fn holds(&self, zone: &Zone, site: &Site) -> bool {
        !self.except.iter().any(|place| place.holds(zone, site))
            && self.places.iter().any(|place| place.holds(zone, site))
    }
}

impl Where {
    /// Holds `zone` of `site`.
    #[must_use]
    pub fn holds(&self, zone: &Zone, site: &Site) -> bool {
        match self {
            Self::Everywhere => true,
            Self::City(code) => site.city == *code,
            Self::Site(id) => zone.site == *id,
            Self::Building(id) => zone.building == *id,
            Self::Zone(id) => zone.id == *id,
            Self::Kind(kind) => zone.kind == *kind,
            Self::Tag(tag) => zone.tags.contains(tag),
            Self::Network(network) => zone.networks.iter().any(|member| member.network == *network),
        }
    }
}

/// The first release wrote exceptions as names of zones.
fn zones_or_places<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Where>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Place(Where),
        Zone(ZoneId),
    }
    let all = Vec::<Either>::deserialize(deserializer)?;
    let place = |either| match either {
        Either::Place(place) => place,
        Either::Zone(zone) => Where::Zone(zone),
    };
    Ok(all.into_iter().map(place).collect())
}
