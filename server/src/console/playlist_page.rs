//! A playlist as a page: its turns with what stands in their way, and what may be added.

use std::collections::HashMap;

use anteroom_content::id::{ContentHash, ItemId, NetworkId, PlaylistId};
use anteroom_content::place::{Network, Site};
use anteroom_content::playlist::{Order, Playlist, Turn, What};
use anteroom_content::text::Text;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::desk::Desk;
use super::evergreen::{self, LIMITS};
use super::fault::Fault;
use super::fields::{Asked, Named, clean};
use super::frame::{Page, show};
use super::playlist::{find, order_of};
use super::playlists::{Shelf, icon_of, picture_of};
use super::visitor::Staff;
use crate::db::{places, playlists};

/// Items offered at once beside a playlist; the search finds the others.
const OFFERED_MAX: usize = 50;

struct TurnLine {
    at: usize,
    /// Which showing of its item in this playlist: keeps the focus on a turn that moves.
    nth: usize,
    item: String,
    /// The page of what it shows.
    page: Option<String>,
    title: Text,
    class: Text,
    icon: &'static str,
    picture: Option<ContentHash>,
    shown_ms: i64,
    weight: u8,
    first: String,
    last: String,
    /// Its parts by place, week by week.
    episodes: Vec<Vec<PartLine>>,
    asked_secs: String,
    is_still: bool,
    obstacle: Option<&'static str>,
}

struct PartLine {
    kinds: Vec<Text>,
    title: Text,
}

struct Offer {
    item: ItemId,
    title: Text,
    class: Text,
    icon: &'static str,
    picture: Option<ContentHash>,
}

#[derive(Template)]
#[template(path = "playlist.html")]
struct PlaylistPage {
    page: Page,
    playlist: Playlist,
    turns: Vec<TurnLine>,
    offers: Vec<Offer>,
    length_ms: i64,
    obstacles: usize,
    /// Other playlists, and networks that have one: what a turn may hold beside items.
    lists: Vec<(PlaylistId, Text)>,
    networks: Vec<Network>,
    served: Vec<NetworkId>,
    is_shuffled: bool,
    /// The items in their order, to notice that somebody else changed them.
    was: String,
    rules: usize,
    /// Playlists that hold it.
    nested: usize,
    search: String,
    /// Sites, and whether each has pinned it as its evergreen set.
    sites: Vec<(Site, bool)>,
}

impl PlaylistPage {
    fn is_network(&self, network: &NetworkId) -> bool {
        self.playlist.network.as_ref() == Some(network)
    }

    /// What a set may hold: items, and MiB of files.
    const fn limits() -> (usize, u64) {
        LIMITS
    }

    fn network_name(&self, id: &NetworkId) -> String {
        let network = self.networks.iter().find(|network| network.id == *id);
        network.map_or_else(|| id.to_string(), |network| self.page.text(&network.name))
    }
}

#[derive(Default, Deserialize)]
pub(super) struct Search {
    #[serde(default)]
    q: String,
}

/// The page.
pub(super) async fn look(
    State(desk): State<Desk>,
    staff: Staff,
    Named(id): Named<PlaylistId>,
    Asked(Search { q }): Asked<Search>,
) -> Result<Response, Fault> {
    let playlist = find(&desk, &id).await?;
    let shelf = Shelf::read(&desk).await?;
    let rules = playlists::rules(&desk.house.db).await?;
    let search = clean(&q).to_lowercase();
    let offers = shelf.approved().into_iter().filter(|item| {
        let texts = [item.id.as_str(), &item.title.zh, &item.title.en];
        search.is_empty() || texts.iter().any(|text| text.to_lowercase().contains(&search))
    });
    let offers = offers.take(OFFERED_MAX).map(|item| Offer {
        item: item.id.clone(),
        title: item.title.clone(),
        class: item.class.name(),
        icon: icon_of(item),
        picture: picture_of(item),
    });
    let all = playlists::playlists(&desk.house.db).await?;
    let networks = places::places(&desk.house.db).await?.networks;
    let turns = turn_lines(&playlist, &shelf, &all, &networks);
    let others = all.iter().filter(|list| list.id != id);
    show(&PlaylistPage {
        page: staff.page(),
        length_ms: shelf.length_ms(&playlist, &all),
        lists: others.map(|list| (list.id.clone(), list.name.clone())).collect(),
        served: all.iter().filter_map(|list| list.network.clone()).collect(),
        nested: all.iter().filter(|other| other.nested(&all).any(|inner| inner.id == id)).count(),
        is_shuffled: playlist.order == Order::Shuffle,
        networks,
        obstacles: turns.iter().filter(|turn| turn.obstacle.is_some()).count(),
        offers: offers.collect(),
        was: order_of(&playlist),
        rules: rules.iter().filter(|rule| rule.playlist == id).count(),
        turns,
        sites: evergreen::sites_of(&desk, &id).await?,
        playlist,
        search,
    })
}

fn turn_lines(playlist: &Playlist, shelf: &Shelf, all: &[Playlist], networks: &[Network]) -> Vec<TurnLine> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let line = |(at, turn)| {
        let turn: &Turn = turn;
        let item = turn.item().and_then(|item| shelf.item(item));
        let word = turn.what.word();
        let nth = seen.entry(word.clone()).or_default();
        *nth += 1;
        let (title, sort, page) = titled(turn, shelf, all, networks);
        TurnLine {
            at,
            nth: *nth,
            page,
            title,
            item: word,
            class: item.map_or(sort, |item| item.class.name()),
            icon: if turn.item().is_some() { item.map_or("i-media", icon_of) } else { "i-playlist" },
            picture: item.and_then(picture_of),
            shown_ms: shelf.dwell_ms(turn, all),
            weight: turn.weight,
            first: turn.first.map(|date| date.to_string()).unwrap_or_default(),
            last: turn.last.map(|date| date.to_string()).unwrap_or_default(),
            episodes: episodes(turn, shelf),
            asked_secs: turn.dwell_ms.map(|ms| (ms / 1_000).to_string()).unwrap_or_default(),
            is_still: match &turn.what {
                What::Item(_) => item.is_none_or(|item| item.face.is_still()),
                What::Series(_) => true,
                What::Playlist(_) | What::Network(_) | What::OwnNetworks(_) => false,
            },
            obstacle: obstacle(turn, shelf, all),
        }
    };
    playlist.turns.iter().enumerate().map(line).collect()
}

/// What a turn is called, of which sort it is, and its own page.
fn titled(turn: &Turn, shelf: &Shelf, all: &[Playlist], networks: &[Network]) -> (Text, Text, Option<String>) {
    let plain = |id: &str| Text::new(id, "");
    match &turn.what {
        What::Item(id) => {
            let title = shelf.item(id).map_or_else(|| plain(id.as_str()), |item| item.title.clone());
            (title, Text::default(), Some(format!("/media/{id}")))
        }
        What::Playlist(id) => {
            let list = all.iter().find(|list| list.id == *id);
            let title = list.map_or_else(|| plain(id.as_str()), |list| list.name.clone());
            (title, Text::new("播放列表", "Playlist"), list.map(|list| format!("/playlists/{}", list.id)))
        }
        What::Network(id) => {
            let network = networks.iter().find(|network| network.id == *id);
            let title = network.map_or_else(|| plain(id.as_str()), |network| network.name.clone());
            let list = all.iter().find(|list| list.network.as_ref() == Some(id));
            (title, Text::new("联播网的列表", "A network’s playlist"), list.map(|l| format!("/playlists/{}", l.id)))
        }
        What::OwnNetworks(_) => {
            (Text::new("区域所属的联播网", "The zone’s own networks"), Text::new("按权重混合", "Mixed by weight"), None)
        }
        What::Series(episodes) => {
            let count = episodes.len();
            let title = Text { zh: format!("系列：共 {count} 集"), en: format!("Series of {count}") };
            (title, Text::new("每周一集，各处一段", "An episode a week, a part for each place"), None)
        }
    }
}

fn episodes(turn: &Turn, shelf: &Shelf) -> Vec<Vec<PartLine>> {
    let What::Series(episodes) = &turn.what else { return Vec::new() };
    let title = |id: &ItemId| shelf.item(id).map_or_else(|| Text::new(id.as_str(), ""), |item| item.title.clone());
    let parts = |episode: &anteroom_content::playlist::Episode| {
        let part = |part: &anteroom_content::playlist::PlacePart| PartLine {
            kinds: part.kinds.iter().map(|kind| kind.name()).collect(),
            title: title(&part.item),
        };
        episode.parts.iter().map(part).collect()
    };
    episodes.iter().map(parts).collect()
}

/// Why a turn is passed over.
fn obstacle(turn: &Turn, shelf: &Shelf, all: &[Playlist]) -> Option<&'static str> {
    match &turn.what {
        What::Item(item) => shelf.obstacle(item),
        What::Playlist(id) => (!all.iter().any(|list| list.id == *id)).then_some("turn-missing"),
        What::Network(id) => {
            (!all.iter().any(|list| list.network.as_ref() == Some(id))).then_some("turn-no-network-list")
        }
        What::Series(_) => turn.items().find_map(|item| shelf.obstacle(item)),
        What::OwnNetworks(_) => None,
    }
}
