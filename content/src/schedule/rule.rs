//! Rules: what × where × when × level. Nothing else puts a playlist on the air.

use serde::{Deserialize, Serialize};

use crate::id::{NetworkId, PlaylistId, RuleId, SiteId, ZoneId};
use crate::place::{Zone, ZoneKind};
use crate::schedule::{Level, Window};

/// Puts a playlist on the air somewhere at some time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Its name in URLs and files.
    pub id: RuleId,
    /// What.
    pub playlist: PlaylistId,
    /// Where.
    pub target: Target,
    /// When.
    pub window: Window,
    /// How urgent.
    pub level: Level,
}

/// Where a rule holds: any of the places, less the zones left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Any of these.
    pub places: Vec<Where>,
    /// But not these.
    #[serde(default)]
    pub except: Vec<ZoneId>,
}

/// A set of zones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Where {
    /// Every zone of the network of hospitals.
    Everywhere,
    /// Every zone of a site.
    Site(SiteId),
    /// One zone.
    Zone(ZoneId),
    /// Every zone of a kind.
    Kind(ZoneKind),
    /// Every zone of a network (联播网).
    Network(NetworkId),
}

impl Target {
    /// One zone alone.
    #[must_use]
    pub fn zone(zone: ZoneId) -> Self {
        Self { places: vec![Where::Zone(zone)], except: Vec::new() }
    }

    /// Holds in `zone`.
    #[must_use]
    pub fn holds(&self, zone: &Zone) -> bool {
        !self.except.contains(&zone.id) && self.places.iter().any(|place| place.holds(zone))
    }
}

impl Where {
    fn holds(&self, zone: &Zone) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Site(site) => zone.site == *site,
            Self::Zone(id) => zone.id == *id,
            Self::Kind(kind) => zone.kind == *kind,
            Self::Network(network) => zone.networks.iter().any(|member| member.network == *network),
        }
    }
}
