//! The evergreen set of a site: pinned on a playlist's page, shown on the site's, with what of it will not be seen and why.

use anteroom_content::clock::{DAY_MS, Instant};
use anteroom_content::evergreen::{EVERGREEN_BYTES_MAX, EVERGREEN_ITEMS_MAX, Evergreen, NotEvergreen};
use anteroom_content::id::{PlaylistId, SiteId};
use anteroom_content::place::Site;
use anteroom_content::playlist::Playlist;
use anteroom_content::text::Text;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::desk::Desk;
use super::fault::Fault;
use super::fields::{Fields, Named};
use super::playlist::find;
use super::said::Said;
use super::visitor::Staff;
use crate::db::{evergreens, items, places};

/// What ends within so many days is warned of: time enough to review an item again.
const WARNED_MS: i64 = 30 * DAY_MS;
const MEBIBYTE: u64 = 1024 * 1024;

/// A pinned set on the page of its site.
pub(super) struct PinnedSet {
    pub(super) playlist: Playlist,
    pub(super) items: usize,
    pub(super) size_mib: u64,
    /// Turns that are left out: what they are called, and the name of a saying that says why.
    pub(super) left_out: Vec<(Text, &'static str)>,
    /// Items that end soon, and when.
    pub(super) ending: Vec<(Text, Instant)>,
}

const fn why(left_out: NotEvergreen) -> &'static str {
    match left_out {
        NotEvergreen::NoItem => "evergreen-no-item",
        NotEvergreen::NotApproved => "evergreen-not-approved",
        NotEvergreen::OtherClass => "evergreen-other-class",
        NotEvergreen::Over => "evergreen-over",
        NotEvergreen::TooMany => "evergreen-too-many",
        NotEvergreen::TooLarge => "evergreen-too-large",
    }
}

/// The set a site has pinned.
pub(super) async fn of_site(desk: &Desk, site: &str) -> Result<Option<PinnedSet>, Fault> {
    let pinned = evergreens::evergreens(&desk.house.db).await?;
    let Some((_, id)) = pinned.into_iter().find(|(pinned, _)| pinned.as_str() == site) else { return Ok(None) };
    let playlist = find(desk, &id).await?;
    let (approved, now) = (items::approved_items(&desk.house.db).await?, desk.house.now());
    let (set, left_out) = Evergreen::of(&playlist, &approved, now);
    let name = |place: usize| {
        let item = playlist.turns.get(place).and_then(|turn| turn.item());
        let known = item.and_then(|id| approved.iter().find(|item| item.id == *id)).map(|item| item.title.clone());
        known.or_else(|| item.map(|id| Text::new(id.as_str(), ""))).unwrap_or_else(|| Text::new("列表", "A list"))
    };
    let left_out = left_out.into_iter().map(|(place, left_out)| (name(place), why(left_out))).collect();
    let ends = |item: &anteroom_content::item::Item| (item.title.clone(), item.ends_at());
    let ending = set.turns.iter().map(|turn| ends(&turn.item)).filter(|(_, end)| end.ms_since(now) < WARNED_MS);
    Ok(Some(PinnedSet {
        items: set.turns.len(),
        size_mib: set.size_bytes().div_ceil(MEBIBYTE),
        left_out,
        ending: ending.collect(),
        playlist,
    }))
}

/// The sites that may pin a playlist, and whether they have.
pub(super) async fn sites_of(desk: &Desk, playlist: &PlaylistId) -> Result<Vec<(Site, bool)>, Fault> {
    let pinned = evergreens::evergreens(&desk.house.db).await?;
    let has = |site: &Site| pinned.iter().any(|(id, list)| *id == site.id && list == playlist);
    let sites = places::places(&desk.house.db).await?.sites;
    Ok(sites.into_iter().map(|site| (site.clone(), has(&site))).collect())
}

#[derive(Deserialize)]
pub(super) struct PinForm {
    site: String,
}

/// Pins a playlist for a site.
pub(super) async fn pin(
    State(desk): State<Desk>,
    staff: Staff,
    Named(id): Named<PlaylistId>,
    Fields(form): Fields<PinForm>,
) -> Result<Response, Fault> {
    let playlist = find(&desk, &id).await?;
    let sites = places::places(&desk.house.db).await?.sites;
    let site = sites.into_iter().find(|site| site.id.as_str() == form.site).ok_or_else(Fault::bad_form)?;
    let (set, _) = Evergreen::of(&playlist, &items::approved_items(&desk.house.db).await?, desk.house.now());
    if set.turns.is_empty() {
        return Ok(Said::bad("bad-evergreen-empty").at(&format!("/playlists/{id}")));
    }
    evergreens::pin(&desk.house.db, &site.id, &id).await?;
    desk.note(&staff.account, "evergreen.pin", site.id.as_str(), &playlist.name.zh).await?;
    let said = Said::new("said-evergreen-pinned").put_text("name", site.name.clone()).put("count", set.turns.len());
    Ok(said.at(&format!("/playlists/{id}")))
}

/// A site pins nothing any more.
pub(super) async fn unpin(State(desk): State<Desk>, staff: Staff, Named(id): Named<SiteId>) -> Result<Response, Fault> {
    if evergreens::unpin(&desk.house.db, &id).await? {
        desk.note(&staff.account, "evergreen.unpin", id.as_str(), "").await?;
    }
    Ok(Said::new("said-evergreen-unpinned").at(&format!("/sites/{id}")))
}

/// A playlist that some site has pinned stays.
pub(super) async fn is_pinned(desk: &Desk, playlist: &PlaylistId) -> Result<bool, Fault> {
    Ok(evergreens::evergreens(&desk.house.db).await?.iter().any(|(_, pinned)| pinned == playlist))
}

/// The limits of a set, for pages.
pub(super) const LIMITS: (usize, u64) = (EVERGREEN_ITEMS_MAX, EVERGREEN_BYTES_MAX / MEBIBYTE);
