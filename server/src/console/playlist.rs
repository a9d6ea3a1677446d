//! One playlist: its turns in order, how long each stands, what to add. Every change is kept at once and reaches a screen by
//! publishing alone.

use std::collections::HashMap;

use anteroom_content::id::{ContentHash, ItemId, PlaylistId};
use anteroom_content::item::{DWELL_MAX_MS, DWELL_MIN_MS};
use anteroom_content::playlist::{Playlist, TURNS_MAX, Turn};
use anteroom_content::text::Text;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::desk::Desk;
use super::fault::Fault;
use super::fields::{Asked, Fields, Named, both, clean, is_title};
use super::frame::{Page, show};
use super::playlists::{NameForm, Shelf, icon_of, picture_of};
use super::said::{Said, go};
use super::visitor::Staff;
use crate::db::playlists;

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
    asked_secs: String,
    is_still: bool,
    obstacle: Option<&'static str>,
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
    /// The items in their order, to notice that somebody else changed them.
    was: String,
    rules: usize,
    search: String,
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
    let turns = turn_lines(&playlist, &shelf);
    show(&PlaylistPage {
        page: staff.page(),
        length_ms: turns.iter().map(|turn| turn.shown_ms).sum(),
        obstacles: turns.iter().filter(|turn| turn.obstacle.is_some()).count(),
        offers: offers.collect(),
        was: order_of(&playlist),
        rules: rules.iter().filter(|rule| rule.playlist == id).count(),
        turns,
        playlist,
        search,
    })
}

fn turn_lines(playlist: &Playlist, shelf: &Shelf) -> Vec<TurnLine> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let line = |(at, turn)| {
        let turn: &Turn = turn;
        let item = turn.item().and_then(|item| shelf.item(item));
        let word = turn.what.word();
        let nth = seen.entry(word.clone()).or_default();
        *nth += 1;
        TurnLine {
            at,
            nth: *nth,
            page: turn.item().map(|item| format!("/media/{item}")),
            title: item.map_or_else(|| Text::new(&word, ""), |item| item.title.clone()),
            item: word,
            class: item.map(|item| item.class.name()).unwrap_or_default(),
            icon: item.map_or("i-media", icon_of),
            picture: item.and_then(picture_of),
            shown_ms: shelf.dwell_ms(turn),
            asked_secs: turn.dwell_ms.map(|ms| (ms / 1_000).to_string()).unwrap_or_default(),
            is_still: turn.item().is_some() && item.is_none_or(|item| item.face.is_still()),
            obstacle: turn.item().and_then(|item| shelf.obstacle(item)),
        }
    };
    playlist.turns.iter().enumerate().map(line).collect()
}

async fn keep(desk: &Desk, staff: &Staff, playlist: &Playlist, verb: &str, detail: &str) -> Result<Response, Fault> {
    playlists::save_playlist(&desk.house.db, playlist, staff.visitor.now).await?;
    desk.note(&staff.account, verb, playlist.id.as_str(), detail).await?;
    Ok(go(&format!("/playlists/{}", playlist.id)))
}

/// Gives another name.
pub(super) async fn rename(
    State(desk): State<Desk>,
    staff: Staff,
    Named(id): Named<PlaylistId>,
    Fields(form): Fields<NameForm>,
) -> Result<Response, Fault> {
    let mut playlist = find(&desk, &id).await?;
    playlist.name = both(&form.name_zh, &form.name_en);
    if !is_title(&playlist.name.zh) {
        return Ok(Said::bad("bad-name").at(&format!("/playlists/{id}")));
    }
    keep(&desk, &staff, &playlist, "playlist.rename", &playlist.name.zh).await?;
    Ok(Said::new("said-saved").at(&format!("/playlists/{id}")))
}

#[derive(Deserialize)]
pub(super) struct AddForm {
    item: String,
}

/// Adds an item at the end.
pub(super) async fn add(
    State(desk): State<Desk>,
    staff: Staff,
    Named(id): Named<PlaylistId>,
    Fields(form): Fields<AddForm>,
) -> Result<Response, Fault> {
    let mut playlist = find(&desk, &id).await?;
    let item = ItemId::parse(&form.item).map_err(|_| Fault::bad_form())?;
    if playlist.turns.len() >= TURNS_MAX {
        return Ok(Said::bad("bad-playlist-full").put("count", TURNS_MAX).at(&format!("/playlists/{id}")));
    }
    if Shelf::read(&desk).await?.item(&item).is_none() {
        return Err(Fault::not_found());
    }
    playlist.turns.push(Turn::of(item.clone(), None));
    keep(&desk, &staff, &playlist, "playlist.turn.add", item.as_str()).await
}

#[derive(Deserialize)]
pub(super) struct TurnForm {
    verb: String,
    at: usize,
    item: String,
    #[serde(default)]
    dwell_secs: String,
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
        _ => return Err(Fault::bad_form()),
    }
    keep(&desk, &staff, &playlist, &format!("playlist.turn.{}", form.verb), &form.item).await
}

/// Whole seconds; nothing is the item's own time.
fn read_dwell(text: &str) -> Result<Option<u32>, ()> {
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
