//! Playlists: what plays, in which order. A turn is an item, another playlist, a network's playlist, or the part of a series
//! that belongs to the place.

use serde::{Deserialize, Serialize};

use crate::id::{ItemId, NetworkId, PlaylistId};
use crate::item::{DWELL_MAX_MS, DWELL_MIN_MS, Face, Item};
use crate::place::{Zone, ZoneKind};
use crate::text::{Text, reading_time_ms};

/// The most turns a playlist may hold.
pub const TURNS_MAX: usize = 200;
/// How deep playlists may hold playlists; deeper is a mistake that nobody can read any more.
pub const NESTING_MAX: usize = 4;
/// The most turns of a playlist with everything in it written out; what lies beyond is left out and told.
pub const WRITTEN_OUT_MAX: usize = 4_096;
/// How often a turn may play for every time a turn of weight 1 plays.
pub const WEIGHT_MAX: u8 = 10;

/// Items in an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Playlist {
    /// Its name in URLs and files.
    pub id: PlaylistId,
    /// Its name.
    pub name: Text,
    /// The network (联播网) whose list this is: turns that ask for the network mean this one.
    #[serde(default)]
    pub network: Option<NetworkId>,
    /// In which order it plays.
    #[serde(default)]
    pub order: Order,
    /// What plays; after the last turn from the start again.
    pub turns: Vec<Turn>,
}

/// In which order a playlist plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// As written.
    #[default]
    Sequence,
    /// Mixed anew every day, the same on every screen.
    Shuffle,
}

/// One place in a playlist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// What is shown.
    #[serde(flatten)]
    pub what: What,
    /// How long it stands; `None` is the item's own time. A movie always stands for its own length. Items only.
    #[serde(default)]
    pub dwell_ms: Option<u32>,
    /// Plays so often for every time a turn of weight 1 plays, evenly spread; 1 to [`WEIGHT_MAX`].
    #[serde(default = "one")]
    pub weight: u8,
    /// First date in this list, inclusive; none is for ever.
    #[serde(default)]
    pub first: Option<jiff::civil::Date>,
    /// Last date in this list, inclusive; none is for ever.
    #[serde(default)]
    pub last: Option<jiff::civil::Date>,
}

const fn one() -> u8 {
    1
}

/// What a turn shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// An item.
    Item(ItemId),
    /// Another playlist, all of it, in its own order.
    Playlist(PlaylistId),
    /// The playlist of a network.
    Network(NetworkId),
    /// The playlists of every network the zone belongs to, mixed by the zone's weights.
    OwnNetworks(bool),
    /// A series told along the way through the house (R-13): each place shows its own part, week by week the next episode.
    Series(Vec<Episode>),
}

/// One week's story, in parts by place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Episode {
    /// Its parts; a zone shows the first that names its kind.
    pub parts: Vec<PlacePart>,
}

/// The part of an episode for some places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacePart {
    /// Where.
    pub kinds: Vec<ZoneKind>,
    /// What.
    pub item: ItemId,
}

impl What {
    /// What it names, in one word of letters that may stand in an address: to tell turns of a list apart.
    #[must_use]
    pub fn word(&self) -> String {
        match self {
            Self::Item(item) => item.to_string(),
            Self::Playlist(playlist) => format!("playlist.{playlist}"),
            Self::Network(network) => format!("network.{network}"),
            Self::OwnNetworks(_) => "own-networks".to_owned(),
            Self::Series(episodes) => {
                let first = episodes.first().and_then(|episode| episode.parts.first());
                format!("series.{}", first.map_or("", |part| part.item.as_str()))
            }
        }
    }
}

impl Turn {
    /// A turn that shows an item for a time, or for the item's own.
    #[must_use]
    pub const fn of(item: ItemId, dwell_ms: Option<u32>) -> Self {
        Self { what: What::Item(item), dwell_ms, weight: 1, first: None, last: None }
    }

    /// The items the turn names itself.
    pub fn items(&self) -> impl Iterator<Item = &ItemId> {
        let (one, many) = match &self.what {
            What::Item(item) => (Some(item), None),
            What::Series(episodes) => (None, Some(episodes)),
            What::Playlist(_) | What::Network(_) | What::OwnNetworks(_) => (None, None),
        };
        let parts = many.into_iter().flatten().flat_map(|episode| &episode.parts);
        one.into_iter().chain(parts.map(|part| &part.item))
    }

    /// It names a list, or the list's network.
    fn holds(&self, list: &Playlist) -> bool {
        match &self.what {
            What::Playlist(id) => list.id == *id,
            What::Network(network) => list.network.as_ref() == Some(network),
            What::Item(_) | What::OwnNetworks(_) | What::Series(_) => false,
        }
    }

    const fn is_own_networks(&self) -> bool {
        matches!(self.what, What::OwnNetworks(_))
    }

    /// The item, where the turn is one.
    #[must_use]
    pub const fn item(&self) -> Option<&ItemId> {
        match &self.what {
            What::Item(item) => Some(item),
            What::Playlist(_) | What::Network(_) | What::OwnNetworks(_) | What::Series(_) => None,
        }
    }
}

impl Playlist {
    /// A list that plays in sequence and belongs to no network.
    #[must_use]
    pub const fn new(id: PlaylistId, name: Text, turns: Vec<Turn>) -> Self {
        Self { id, name, network: None, order: Order::Sequence, turns }
    }

    /// The playlists this one holds by name or network, among `all`, in whatever zone.
    pub fn nested<'a>(&'a self, all: &'a [Self]) -> impl Iterator<Item = &'a Self> {
        self.turns.iter().flat_map(move |turn| {
            all.iter().filter(move |list| turn.holds(list) || turn.is_own_networks() && list.network.is_some())
        })
    }

    /// The playlists this one holds in a zone, among `all`: of the networks' lists those of the zone's own.
    pub fn nested_in<'a>(&'a self, all: &'a [Self], zone: &'a Zone) -> impl Iterator<Item = &'a Self> {
        let is_own = |list: &Self| zone.networks.iter().any(|member| list.network.as_ref() == Some(&member.network));
        self.turns.iter().flat_map(move |turn| {
            all.iter().filter(move |list| turn.holds(list) || turn.is_own_networks() && is_own(list))
        })
    }
}

/// A playlist that contains itself, by the way that leads back to it; none when no list does.
#[must_use]
pub fn circle(all: &[Playlist]) -> Option<Vec<PlaylistId>> {
    all.iter().find_map(|list| {
        let mut way = vec![list.id.clone()];
        leads_back(list, all, &mut way).then_some(way)
    })
}

fn leads_back(list: &Playlist, all: &[Playlist], way: &mut Vec<PlaylistId>) -> bool {
    for inner in list.nested(all) {
        let is_start = way.first() == Some(&inner.id);
        if !is_start && way.contains(&inner.id) {
            continue; // a circle further in: found when its own turn comes
        }
        way.push(inner.id.clone());
        if is_start || leads_back(inner, all, way) {
            return true;
        }
        way.pop();
    }
    false
}

/// How long `item` stands in a turn that asks for `asked_ms`.
#[must_use]
pub fn dwell_ms(item: &Item, asked_ms: Option<u32>) -> u32 {
    let natural = match &item.face {
        Face::Movie { duration_ms, .. } => return (*duration_ms).clamp(DWELL_MIN_MS, DWELL_MAX_MS),
        Face::Picture { .. } => 15_000,
        Face::Card => reading_time_ms(&item.title.zh) + reading_time_ms(&item.body.zh) - 2_000,
    };
    asked_ms.unwrap_or(natural).clamp(DWELL_MIN_MS, DWELL_MAX_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(id: &str, inner: &[&str]) -> Playlist {
        let turn = |id: &&str| Turn {
            what: What::Playlist(PlaylistId::parse(id).expect("name")),
            ..Turn::of(ItemId::parse("x").expect("name"), None)
        };
        Playlist::new(PlaylistId::parse(id).expect("name"), Text::default(), inner.iter().map(turn).collect())
    }

    #[test]
    fn a_playlist_that_contains_itself_is_found_with_the_way_back() {
        let all = [list("a", &["b"]), list("b", &["c", "d"]), list("c", &[]), list("d", &["b"])];
        let way: Vec<_> = circle(&all).expect("a circle").into_iter().map(String::from).collect();
        assert_eq!(way, ["b", "d", "b"]);
        assert_eq!(circle(&all[2..3]), None);
        assert_eq!(circle(&[list("a", &["b", "b"]), list("b", &[])]), None, "twice is no circle");
        assert!(circle(&[list("a", &["a"])]).is_some());
    }

    #[test]
    fn in_a_zone_its_own_networks_are_those_it_belongs_to() {
        let network = |id: &str| NetworkId::parse(id).expect("name");
        let of = |id: &str| Playlist { network: Some(network(id)), ..list(id, &[]) };
        let own = Turn { what: What::OwnNetworks(true), ..Turn::of(ItemId::parse("x").expect("name"), None) };
        let named = Turn { what: What::Network(network("c")), ..own.clone() };
        let all = [of("a"), of("b"), of("c"), Playlist { turns: vec![own, named], ..list("d", &[]) }];
        let written = r#"{"id":"Z1","site":"S","building":"B","name":{"zh":"z","en":"z"},"kind":"waiting","open":[null,null,null,null,null,null,null],"networks":[{"network":"a","weight":1}]}"#;
        let zone: Zone = serde_json::from_str(written).expect("a zone");
        let told = |lists: &mut dyn Iterator<Item = &Playlist>| lists.map(|l| l.id.to_string()).collect::<Vec<_>>();
        assert_eq!(told(&mut all[3].nested_in(&all, &zone)), ["a", "c"]);
        assert_eq!(told(&mut all[3].nested(&all)), ["a", "b", "c", "c"], "in some zone or other");
    }

    #[test]
    fn a_turn_is_read_as_people_wrote_it_first() {
        let turn: Turn = serde_json::from_str(r#"{"item": "E1", "dwell_ms": 20000}"#).expect("read");
        assert_eq!(turn, Turn::of(ItemId::parse("E1").expect("name"), Some(20_000)));
        let back: Turn = serde_json::from_str(&serde_json::to_string(&turn).expect("written")).expect("read");
        assert_eq!(back, turn);
        let nested: Turn = serde_json::from_str(r#"{"network": "internal", "weight": 2}"#).expect("read");
        assert_eq!((nested.weight, nested.item()), (2, None));
    }
}
