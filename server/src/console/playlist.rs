//! One playlist: its turns in order, how long each stands, what to add. Every change is kept at once and reaches a screen by
//! publishing alone.

use anteroom_content::id::{ItemId, NetworkId, PlaylistId};
use anteroom_content::item::{DWELL_MAX_MS, DWELL_MIN_MS};
use anteroom_content::playlist::{Order, Playlist, TURNS_MAX, Turn, WEIGHT_MAX, What, circle};
use anteroom_content::text::Text;
use axum::extract::State;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;

use super::desk::Desk;
use super::fault::Fault;
use super::fields::{Fields, Named, both, is_title};
pub(super) use super::playlist_page::look;
use super::playlists::{NameForm, Shelf};
use super::said::{Said, go};
use super::visitor::Staff;
use super::window_form::read_date;
use crate::db::playlists;

pub(super) async fn find(desk: &Desk, id: &PlaylistId) -> Result<Playlist, Fault> {
    let all = playlists::playlists(&desk.house.db).await?;
    all.into_iter().find(|playlist| playlist.id == *id).ok_or_else(Fault::not_found)
}

pub(super) fn order_of(playlist: &Playlist) -> String {
    playlist.turns.iter().map(|turn| turn.what.word()).collect::<Vec<_>>().join(",")
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
mod tests;
