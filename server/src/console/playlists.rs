//! All playlists: how long they are, what in them cannot be shown, which rules put them on the air; make one, remove one.

use std::collections::HashMap;

use anteroom_content::clock::Instant;
use anteroom_content::id::{ContentHash, ItemId, PlaylistId};
use anteroom_content::item::{Face, Item};
use anteroom_content::playlist::{NESTING_MAX, Order, Playlist, Turn, What, dwell_ms};
use anteroom_content::text::Text;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::desk::Desk;
use super::evergreen::is_pinned;
use super::fault::Fault;
use super::fields::{Fields, Named, both, is_title, new_name};
use super::frame::{Page, show, show_again};
use super::said::Said;
use super::visitor::Staff;
use crate::db::DbError;
use crate::db::items::{self, ItemRecord, ReviewState};
use crate::db::{places, playlists};

/// What there is to fill turns with: the newest version of every item, and the one that may be shown.
pub(super) struct Shelf {
    newest: HashMap<ItemId, ItemRecord>,
    approved: HashMap<ItemId, Item>,
    now: Instant,
}

impl Shelf {
    /// Reads it.
    pub(super) async fn read(desk: &Desk) -> Result<Self, Fault> {
        let newest = items::items(&desk.house.db).await?;
        let approved = items::approved_items(&desk.house.db).await?;
        Ok(Self {
            newest: newest.into_iter().map(|record| (record.item.id.clone(), record)).collect(),
            approved: approved.into_iter().map(|item| (item.id.clone(), item)).collect(),
            now: desk.house.now(),
        })
    }

    /// The item as it may be shown, or as it stands in review.
    pub(super) fn item(&self, id: &ItemId) -> Option<&Item> {
        self.approved.get(id).or_else(|| self.newest.get(id).map(|record| &record.item))
    }

    /// What may be shown, by name.
    pub(super) fn approved(&self) -> Vec<&Item> {
        let mut items: Vec<_> = self.approved.values().filter(|item| item.ends_at() > self.now).collect();
        items.sort_by(|a, b| a.id.cmp(&b.id));
        items
    }

    /// Why a turn is passed over, as the name of a saying.
    pub(super) fn obstacle(&self, id: &ItemId) -> Option<&'static str> {
        let Some(item) = self.approved.get(id) else {
            return Some(match self.newest.get(id).map(|record| record.state) {
                Some(ReviewState::Waiting) => "turn-waiting",
                Some(ReviewState::Returned) => "turn-returned",
                Some(ReviewState::Withdrawn) => "turn-withdrawn",
                Some(ReviewState::Approved) | None => "turn-missing",
            });
        };
        if item.ends_at() <= self.now {
            return Some(if item.expires_at.is_some_and(|end| end <= self.now) {
                "turn-expired"
            } else {
                "turn-review"
            });
        }
        item.valid_from.is_some_and(|from| from > self.now).then_some("turn-early")
    }

    /// How long a turn stands; nothing when it is passed over, or when its place alone decides what it holds.
    pub(super) fn dwell_ms(&self, turn: &Turn, all: &[Playlist]) -> i64 {
        self.turn_ms(turn, all, 0)
    }

    /// How long a playlist lasts, with everything in it.
    pub(super) fn length_ms(&self, playlist: &Playlist, all: &[Playlist]) -> i64 {
        self.list_ms(playlist, all, 0)
    }

    fn list_ms(&self, playlist: &Playlist, all: &[Playlist], depth: usize) -> i64 {
        let weighted = |turn: &Turn| i64::from(turn.weight.max(1)) * self.turn_ms(turn, all, depth);
        playlist.turns.iter().map(weighted).sum()
    }

    fn turn_ms(&self, turn: &Turn, all: &[Playlist], depth: usize) -> i64 {
        if depth > NESTING_MAX {
            return 0;
        }
        let inner = |list: Option<&Playlist>| list.map_or(0, |list| self.list_ms(list, all, depth + 1));
        let shown = |id: &ItemId| self.item(id).filter(|_| self.obstacle(id).is_none());
        match &turn.what {
            What::Item(id) => shown(id).map_or(0, |item| i64::from(dwell_ms(item, turn.dwell_ms))),
            What::Playlist(id) => inner(all.iter().find(|list| list.id == *id)),
            What::Network(network) => inner(all.iter().find(|list| list.network.as_ref() == Some(network))),
            What::OwnNetworks(_) => 0,
            // Parts of a series differ by place; the first stands for the others.
            What::Series(_) => turn.items().find_map(shown).map_or(0, |item| i64::from(dwell_ms(item, turn.dwell_ms))),
        }
    }
}

/// The picture that stands for an item in lists.
pub(super) fn picture_of(item: &Item) -> Option<ContentHash> {
    match &item.face {
        Face::Picture { shapes } => shapes.first().map(|shape| shape.hash),
        Face::Movie { poster, .. } => poster.as_ref().map(|poster| poster.hash),
        Face::Card => None,
    }
}

/// The icon of an item's kind.
pub(super) fn icon_of(item: &Item) -> &'static str {
    match &item.face {
        Face::Picture { .. } => "i-media",
        Face::Movie { .. } => "i-movie",
        Face::Card => "i-card",
    }
}

struct Line {
    playlist: Playlist,
    length_ms: i64,
    obstacles: usize,
    rules: usize,
    /// Playlists that hold it.
    nested: usize,
    network: Option<Text>,
    is_shuffled: bool,
}

#[derive(Template)]
#[template(path = "playlists.html")]
struct PlaylistsPage {
    page: Page,
    lines: Vec<Line>,
    form: NameForm,
    problems: Vec<Said>,
}

#[derive(Clone, Default, Deserialize)]
pub(super) struct NameForm {
    #[serde(default)]
    pub(super) name_zh: String,
    #[serde(default)]
    pub(super) name_en: String,
    /// `sequence` or `shuffle`; as it was where it does not come.
    pub(super) order: Option<String>,
    /// The network it serves, or nothing; as it was where it does not come.
    pub(super) network: Option<String>,
}

async fn page(desk: &Desk, staff: &Staff, form: NameForm, problems: Vec<Said>) -> Result<PlaylistsPage, Fault> {
    let shelf = Shelf::read(desk).await?;
    let rules = playlists::rules(&desk.house.db).await?;
    let networks = places::places(&desk.house.db).await?.networks;
    let all = playlists::playlists(&desk.house.db).await?;
    let lines = all.iter().map(|playlist| Line {
        length_ms: shelf.length_ms(playlist, &all),
        obstacles: playlist
            .turns
            .iter()
            .filter(|turn| turn.item().is_some_and(|item| shelf.obstacle(item).is_some()))
            .count(),
        rules: rules.iter().filter(|rule| rule.playlist == playlist.id).count(),
        nested: all.iter().filter(|other| other.nested(&all).any(|inner| inner.id == playlist.id)).count(),
        network: networks.iter().find(|one| Some(&one.id) == playlist.network.as_ref()).map(|one| one.name.clone()),
        is_shuffled: playlist.order == Order::Shuffle,
        playlist: playlist.clone(),
    });
    Ok(PlaylistsPage { page: staff.page(), lines: lines.collect(), form, problems })
}

/// The page.
pub(super) async fn look(State(desk): State<Desk>, staff: Staff) -> Result<Response, Fault> {
    show(&page(&desk, &staff, NameForm::default(), Vec::new()).await?)
}

/// Makes a playlist and opens it.
pub(super) async fn add(
    State(desk): State<Desk>,
    staff: Staff,
    Fields(form): Fields<NameForm>,
) -> Result<Response, Fault> {
    let name = both(&form.name_zh, &form.name_en);
    if !is_title(&name.zh) {
        return show_again(&page(&desk, &staff, form, vec![Said::bad("bad-name")]).await?);
    }
    let id = PlaylistId::parse(&new_name("p")?).map_err(Fault::internal)?;
    let playlist = Playlist::new(id, name, Vec::new());
    playlists::save_playlist(&desk.house.db, &playlist, staff.visitor.now).await?;
    desk.note(&staff.account, "playlist.add", playlist.id.as_str(), &playlist.name.zh).await?;
    Ok(Said::new("said-playlist-added").at(&format!("/playlists/{}", playlist.id)))
}

/// Removes a playlist that no rule names.
pub(super) async fn remove(
    State(desk): State<Desk>,
    staff: Staff,
    Named(id): Named<PlaylistId>,
) -> Result<Response, Fault> {
    let all = playlists::playlists(&desk.house.db).await?;
    let holds = |list: &&Playlist| list.turns.iter().any(|turn| turn.what == What::Playlist(id.clone()));
    if let Some(holder) = all.iter().find(holds) {
        let said = Said::bad("bad-playlist-nested").put_text("name", holder.name.clone());
        return Ok(said.at(&format!("/playlists/{id}")));
    }
    if is_pinned(&desk, &id).await? {
        return Ok(Said::bad("bad-playlist-pinned").at(&format!("/playlists/{id}")));
    }
    match playlists::remove_playlist(&desk.house.db, &id).await {
        Ok(true) => {}
        Ok(false) => return Err(Fault::not_found()),
        Err(DbError::Conflict(_)) => return Ok(Said::bad("bad-playlist-in-use").at(&format!("/playlists/{id}"))),
        Err(error) => return Err(error.into()),
    }
    desk.note(&staff.account, "playlist.remove", id.as_str(), "").await?;
    Ok(Said::new("said-playlist-removed").at("/playlists"))
}
