//! The media library: every item in its newest version, and one item with its words, its face, its use and its review.

use std::collections::HashMap;

use anteroom_content::clock::Instant;
use anteroom_content::id::{ContentHash, ItemId};
use anteroom_content::item::{Class, Face, Item};
use anteroom_content::playlist::Playlist;
use anteroom_content::text::Text;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::desk::Desk;
use super::fault::Fault;
use super::fields::{Asked, Named, clean};
use super::frame::{Page, show};
use super::media_form::{WordsForm, trades};
use super::playlists::{icon_of, picture_of};
use super::said::Said;
use super::visitor::Staff;
use crate::db::items::{self, ItemRecord, ReviewState};
use crate::db::playlists;

/// Items on a page.
const ITEMS_MAX: usize = 50;

/// The states of review in the order of the filter.
const STATES: [ReviewState; 4] =
    [ReviewState::Waiting, ReviewState::Approved, ReviewState::Returned, ReviewState::Withdrawn];

/// A class as it stands in forms.
pub(super) const fn class_word(class: Class) -> &'static str {
    match class {
        Class::Education => "education",
        Class::Clinic => "clinic",
        Class::Notice => "notice",
        Class::PublicService => "public_service",
        Class::Advertisement => "advertisement",
        Class::Emergency => "emergency",
    }
}

/// Every class with its word.
pub(super) fn classes() -> Vec<(&'static str, Text)> {
    Class::ALL.into_iter().map(|class| (class_word(class), class.name())).collect()
}

struct Line {
    item: Item,
    state: &'static str,
    class: Text,
    icon: &'static str,
    picture: Option<ContentHash>,
    made_by: String,
    made_at: Instant,
    is_over: bool,
    playlists: usize,
}

#[derive(Template)]
#[template(path = "media.html")]
struct MediaPage {
    page: Page,
    lines: Vec<Line>,
    states: Vec<(&'static str, usize)>,
    classes: Vec<(&'static str, Text)>,
    state: String,
    class: String,
    search: String,
    number: usize,
    has_more: bool,
    total: usize,
}

#[derive(Default, Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    state: String,
    #[serde(default)]
    class: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    page: usize,
}

/// The library.
pub(super) async fn look(
    State(desk): State<Desk>,
    staff: Staff,
    Asked(which): Asked<Which>,
) -> Result<Response, Fault> {
    let all = items::items(&desk.house.db).await?;
    let lists = playlists::playlists(&desk.house.db).await?;
    let names = desk.names().await?;
    let search = clean(&which.q).to_lowercase();
    let fits = |record: &ItemRecord| {
        let item = &record.item;
        let texts = [item.id.as_str(), &item.title.zh, &item.title.en];
        (which.state.is_empty() || record.state.as_str() == which.state)
            && (which.class.is_empty() || class_word(item.class) == which.class)
            && (search.is_empty() || texts.iter().any(|text| text.to_lowercase().contains(&search)))
    };
    let states = STATES.map(|state| (state.as_str(), all.iter().filter(|record| record.state == state).count()));
    let mut found: Vec<_> = all.iter().filter(|record| fits(record)).collect();
    found.sort_by_key(|record| (record.state != ReviewState::Waiting, std::cmp::Reverse(record.made_at)));
    let has_more = found.len() > (which.page + 1).saturating_mul(ITEMS_MAX);
    let lines = found.into_iter().skip(which.page.saturating_mul(ITEMS_MAX)).take(ITEMS_MAX).map(|record| Line {
        state: record.state.as_str(),
        class: record.item.class.name(),
        icon: icon_of(&record.item),
        picture: picture_of(&record.item),
        made_by: names.get(&record.made_by).cloned().unwrap_or_else(|| record.made_by.clone()),
        made_at: record.made_at,
        is_over: record.item.ends_at() <= staff.visitor.now,
        playlists: uses(&lists, &record.item.id).count(),
        item: record.item.clone(),
    });
    show(&MediaPage {
        page: staff.page(),
        lines: lines.collect(),
        states: states.to_vec(),
        classes: classes(),
        state: which.state,
        class: which.class,
        search,
        number: which.page,
        has_more,
        total: all.len(),
    })
}

fn uses<'a>(lists: &'a [Playlist], item: &'a ItemId) -> impl Iterator<Item = &'a Playlist> {
    lists.iter().filter(move |list| list.turns.iter().any(|turn| turn.items().any(|id| id == item)))
}

struct Version {
    number: u32,
    state: &'static str,
    made_by: String,
    made_at: Instant,
    judged_by: Option<String>,
    judgement: String,
}

#[derive(Template)]
#[template(path = "item.html")]
struct ItemPage {
    page: Page,
    item: Item,
    class: Text,
    state: &'static str,
    picture: Option<ContentHash>,
    movie: Option<(ContentHash, i64)>,
    size: Option<(u32, u32, u64)>,
    is_over: bool,
    /// The visitor made this version, and so does not judge it.
    is_mine: bool,
    is_on_air: bool,
    lists: Vec<Playlist>,
    versions: Vec<Version>,
    form: WordsForm,
    classes: Vec<(&'static str, Text)>,
    trades: Vec<(&'static str, Text)>,
    trade: Text,
    problems: Vec<Said>,
}

/// One item.
pub(super) async fn open(State(desk): State<Desk>, staff: Staff, Named(id): Named<ItemId>) -> Result<Response, Fault> {
    show(&page(&desk, &staff, &id, None, Vec::new()).await?)
}

/// One item with a form that could not be taken.
pub(super) async fn again(
    desk: &Desk,
    staff: &Staff,
    id: &ItemId,
    form: Option<WordsForm>,
    problems: Vec<Said>,
) -> Result<Response, Fault> {
    super::frame::show_again(&page(desk, staff, id, form, problems).await?)
}

async fn page(
    desk: &Desk,
    staff: &Staff,
    id: &ItemId,
    form: Option<WordsForm>,
    problems: Vec<Said>,
) -> Result<ItemPage, Fault> {
    let records = items::versions(&desk.house.db, id).await?;
    let newest = records.first().ok_or_else(Fault::not_found)?;
    let item = newest.item.clone();
    let names = desk.names().await?;
    let lists = playlists::playlists(&desk.house.db).await?;
    let (movie, size) = match &item.face {
        Face::Picture { shapes } => (None, shapes.first()),
        Face::Movie { file, duration_ms, .. } => (Some((file.hash, i64::from(*duration_ms))), Some(file)),
        Face::Card => (None, None),
    };
    Ok(ItemPage {
        page: staff.page(),
        class: item.class.name(),
        state: newest.state.as_str(),
        picture: picture_of(&item),
        size: size.map(|file| (file.width_px, file.height_px, file.size_bytes / 1024)),
        movie,
        is_over: item.ends_at() <= staff.visitor.now,
        is_mine: newest.made_by == staff.account.id,
        is_on_air: records.iter().any(|record| record.state == ReviewState::Approved),
        lists: uses(&lists, id).cloned().collect(),
        versions: records.iter().map(|record| version(record, &names)).collect(),
        form: form.unwrap_or_else(|| WordsForm::of(&item)),
        classes: classes(),
        trades: trades(),
        trade: item.advertiser.as_ref().map(|advertiser| advertiser.trade.name()).unwrap_or_default(),
        item,
        problems,
    })
}

fn version(record: &ItemRecord, names: &HashMap<String, String>) -> Version {
    let name = |id: &String| names.get(id).cloned().unwrap_or_else(|| id.clone());
    Version {
        number: record.item.version,
        state: record.state.as_str(),
        made_by: name(&record.made_by),
        made_at: record.made_at,
        judged_by: record.judged_by.as_ref().map(name),
        judgement: record.judgement.clone().unwrap_or_default(),
    }
}
