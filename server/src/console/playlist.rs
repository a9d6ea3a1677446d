//! One playlist: its turns in order, how long each stands, what to add. Every change is kept at once and reaches a screen by
//! publishing alone.

use std::collections::HashMap;

use anteroom_content::id::{ContentHash, ItemId, NetworkId, PlaylistId};
use anteroom_content::item::{DWELL_MAX_MS, DWELL_MIN_MS};
use anteroom_content::place::Network;
use anteroom_content::playlist::{Order, Playlist, TURNS_MAX, Turn, WEIGHT_MAX, What, circle};
use anteroom_content::text::Text;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;

use super::desk::Desk;
use super::fault::Fault;
use super::fields::{Asked, Fields, Named, both, clean, is_title};
use super::frame::{Page, show};
use super::playlists::{NameForm, Shelf, icon_of, picture_of};
use super::said::{Said, go};
use super::visitor::Staff;
use super::window_form::read_date;
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
}

impl PlaylistPage {
    fn is_network(&self, network: &NetworkId) -> bool {
        self.playlist.network.as_ref() == Some(network)
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

async fn find(desk: &Desk, id: &PlaylistId) -> Result<Playlist, Fault> {
    let all = playlists::playlists(&desk.house.db).await?;
    all.into_iter().find(|playlist| playlist.id == *id).ok_or_else(Fault::not_found)
}

fn order_of(playlist: &Playlist) -> String {
    playlist.turns.iter().map(|turn| turn.what.word()).collect::<Vec<_>>().join(",")
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

/// Keeps a playlist, unless it would then contain itself.
async fn keep(desk: &Desk, staff: &Staff, playlist: &Playlist, verb: &str, detail: &str) -> Result<Response, Fault> {
    let mut all = playlists::playlists(&desk.house.db).await?;
    all.retain(|list| list.id != playlist.id);
    all.push(playlist.clone());
    if let Some(way) = circle(&all) {
        let name = |id: &PlaylistId| all.iter().find(|list| list.id == *id).map(|list| list.name.clone());
        let names: Vec<Text> = way.iter().filter_map(name).collect();
        let join = |texts: Vec<&str>| texts.join(" → ");
        let way = Text {
            zh: join(names.iter().map(|name| name.zh.as_str()).collect()),
            en: join(names.iter().map(|name| name.in_language(anteroom_content::text::Language::English)).collect()),
        };
        return Ok(Said::bad("bad-playlist-circle").put_text("way", way).at(&format!("/playlists/{}", playlist.id)));
    }
    playlists::save_playlist(&desk.house.db, playlist, staff.visitor.now).await?;
    desk.note(&staff.account, verb, playlist.id.as_str(), detail).await?;
    Ok(go(&format!("/playlists/{}", playlist.id)))
}

/// Gives another name, order or network.
pub(super) async fn rename(
    State(desk): State<Desk>,
    staff: Staff,
    Named(id): Named<PlaylistId>,
    Fields(form): Fields<NameForm>,
) -> Result<Response, Fault> {
    let mut playlist = find(&desk, &id).await?;
    let path = format!("/playlists/{id}");
    playlist.name = both(&form.name_zh, &form.name_en);
    if !is_title(&playlist.name.zh) {
        return Ok(Said::bad("bad-name").at(&path));
    }
    match form.order.as_deref() {
        Some("shuffle") => playlist.order = Order::Shuffle,
        Some("sequence") => playlist.order = Order::Sequence,
        Some(_) => return Err(Fault::bad_form()),
        None => {}
    }
    if let Some(network) = form.network {
        playlist.network = match network.as_str() {
            "" => None,
            name => Some(NetworkId::parse(name).map_err(|_| Fault::bad_form())?),
        };
    }
    let all = playlists::playlists(&desk.house.db).await?;
    let serves = |list: &&Playlist| list.id != id && list.network.is_some() && list.network == playlist.network;
    if let Some(other) = all.iter().find(serves) {
        return Ok(Said::bad("bad-playlist-network").put_text("name", other.name.clone()).at(&path));
    }
    let kept = keep(&desk, &staff, &playlist, "playlist.rename", &playlist.name.zh).await?;
    // A refusal goes on with what is wrong.
    if kept.headers().contains_key(axum::http::header::SET_COOKIE) {
        Ok(kept)
    } else {
        Ok(Said::new("said-saved").at(&path))
    }
}

#[derive(Deserialize)]
pub(super) struct AddForm {
    /// An item.
    #[serde(default)]
    item: String,
    /// `playlist:…`, `network:…` or `own-networks`.
    #[serde(default)]
    list: String,
}

/// Adds an item, or another list, at the end.
pub(super) async fn add(
    State(desk): State<Desk>,
    staff: Staff,
    Named(id): Named<PlaylistId>,
    Fields(form): Fields<AddForm>,
) -> Result<Response, Fault> {
    let mut playlist = find(&desk, &id).await?;
    let what = what_of(&form).ok_or_else(Fault::bad_form)?;
    if playlist.turns.len() >= TURNS_MAX {
        return Ok(Said::bad("bad-playlist-full").put("count", TURNS_MAX).at(&format!("/playlists/{id}")));
    }
    if let What::Item(item) = &what
        && Shelf::read(&desk).await?.item(item).is_none()
    {
        return Err(Fault::not_found());
    }
    if let What::Playlist(list) = &what {
        find(&desk, list).await?;
    }
    let word = what.word();
    playlist.turns.push(Turn { what, dwell_ms: None, weight: 1, first: None, last: None });
    keep(&desk, &staff, &playlist, "playlist.turn.add", &word).await
}

fn what_of(form: &AddForm) -> Option<What> {
    if !form.item.is_empty() {
        return ItemId::parse(&form.item).ok().map(What::Item);
    }
    match form.list.split_once(':') {
        Some(("playlist", id)) => PlaylistId::parse(id).ok().map(What::Playlist),
        Some(("network", id)) => NetworkId::parse(id).ok().map(What::Network),
        Some(_) => None,
        None => (form.list == "own-networks").then_some(What::OwnNetworks(true)),
    }
}

#[derive(Deserialize)]
pub(super) struct TurnForm {
    verb: String,
    at: usize,
    item: String,
    #[serde(default)]
    dwell_secs: String,
    #[serde(default)]
    weight: String,
    #[serde(default)]
    first: String,
    #[serde(default)]
    last: String,
}

/// Moves, times or removes one turn, when it is still the one the person saw.
pub(super) async fn change_turn(
    State(desk): State<Desk>,
    staff: Staff,
    Named(id): Named<PlaylistId>,
    Fields(form): Fields<TurnForm>,
) -> Result<Response, Fault> {
    let mut playlist = find(&desk, &id).await?;
    if playlist.turns.get(form.at).is_none_or(|turn| turn.what.word() != form.item) {
        return Err(Fault::changed());
    }
    match form.verb.as_str() {
        "up" if form.at > 0 => playlist.turns.swap(form.at, form.at - 1),
        "down" if form.at + 1 < playlist.turns.len() => playlist.turns.swap(form.at, form.at + 1),
        "up" | "down" => {}
        "remove" => drop(playlist.turns.remove(form.at)),
        "dwell" => {
            let Ok(dwell_ms) = read_dwell(&form.dwell_secs) else {
                let said = Said::bad("bad-dwell").put("min", DWELL_MIN_MS / 1_000).put("max", DWELL_MAX_MS / 1_000);
                return Ok(said.at(&format!("/playlists/{id}")));
            };
            if let Some(turn) = playlist.turns.get_mut(form.at) {
                turn.dwell_ms = dwell_ms;
            }
        }
        "dates" => {
            let Some((weight, first, last)) = read_dates(&form) else {
                return Ok(Said::bad("bad-turn-dates").put("max", WEIGHT_MAX).at(&format!("/playlists/{id}")));
            };
            if let Some(turn) = playlist.turns.get_mut(form.at) {
                (turn.weight, turn.first, turn.last) = (weight, first, last);
            }
        }
        _ => return Err(Fault::bad_form()),
    }
    keep(&desk, &staff, &playlist, &format!("playlist.turn.{}", form.verb), &form.item).await
}

/// How often, from when and until when a turn plays.
fn read_dates(form: &TurnForm) -> Option<(u8, Option<Date>, Option<Date>)> {
    let weight = form.weight.trim().parse().ok().filter(|weight| (1..=WEIGHT_MAX).contains(weight))?;
    let (first, last) = (read_date(&form.first).ok()?, read_date(&form.last).ok()?);
    let is_backwards = first.zip(last).is_some_and(|(first, last)| last < first);
    (!is_backwards).then_some((weight, first, last))
}

/// Whole seconds; nothing is the item's own time.
pub(super) fn read_dwell(text: &str) -> Result<Option<u32>, ()> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let ms = text.parse::<u32>().ok().and_then(|secs| secs.checked_mul(1_000)).ok_or(())?;
    if (DWELL_MIN_MS..=DWELL_MAX_MS).contains(&ms) { Ok(Some(ms)) } else { Err(()) }
}

#[derive(Deserialize)]
pub(super) struct OrderForm {
    /// The items in the order the person saw.
    was: String,
    /// Their old places in the new order: `2,0,1`.
    order: String,
}

/// Takes a whole new order, when the old one is still the one the person saw.
pub(super) async fn reorder(
    State(desk): State<Desk>,
    staff: Staff,
    Named(id): Named<PlaylistId>,
    Fields(form): Fields<OrderForm>,
) -> Result<Response, Fault> {
    let mut playlist = find(&desk, &id).await?;
    if order_of(&playlist) != form.was {
        return Err(Fault::changed());
    }
    playlist.turns = reordered(&playlist.turns, &form.order).ok_or_else(Fault::bad_form)?;
    keep(&desk, &staff, &playlist, "playlist.order", "").await
}

fn reordered(turns: &[Turn], order: &str) -> Option<Vec<Turn>> {
    let places: Vec<usize> = order.split(',').map(str::parse).collect::<Result<_, _>>().ok()?;
    let mut sorted = places.clone();
    sorted.sort_unstable();
    if !sorted.iter().copied().eq(0..turns.len()) {
        return None;
    }
    places.iter().map(|place| turns.get(*place).cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_order_names_every_turn_once() {
        let turn = |name: &str| Turn::of(ItemId::parse(name).expect("name"), None);
        let turns = [turn("a"), turn("b"), turn("c")];
        let names = |order| reordered(&turns, order).map(|t| t.iter().map(|t| t.what.word()).collect::<String>());
        assert_eq!(names("2,0,1"), Some("cab".to_owned()));
        for order in ["", "0,1", "0,1,1", "0,1,3", "0,1,2,2", "a,b,c"] {
            assert_eq!(names(order), None, "{order}");
        }
    }

    #[test]
    fn a_dwell_is_whole_seconds_within_bounds() {
        assert_eq!(read_dwell(" "), Ok(None));
        assert_eq!(read_dwell("15"), Ok(Some(15_000)));
        for text in ["0", "601", "-1", "x", "99999999999"] {
            assert_eq!(read_dwell(text), Err(()), "{text}");
        }
    }
}
