//! Queue calls (叫号) of a site: which of its zones hear them, and the key its call system shows. The key is on the page that made it,
//! and nowhere again.

use anteroom_content::clock::Instant;
use anteroom_content::id::{SiteId, ZoneId};
use anteroom_content::place::{Site, Zone};
use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::desk::Desk;
use super::fault::Fault;
use super::fields::{Fields, Filled, Named};
use super::frame::{Page, show};
use super::said::Said;
use super::visitor::Staff;
use crate::calls::make_key;
use crate::db::calls;
use crate::db::places;

struct Line {
    zone: Zone,
    screens: usize,
    hears: bool,
}

#[derive(Template)]
#[template(path = "calls.html")]
struct CallsPage {
    page: Page,
    site: Site,
    zones: Vec<Line>,
    /// Since when there is a key.
    key_since: Option<Instant>,
    /// The key, on the page that made it.
    key: Option<String>,
}

async fn page(desk: &Desk, staff: &Staff, id: &SiteId, key: Option<String>) -> Result<CallsPage, Fault> {
    let db = &desk.house.db;
    let places = places::places(db).await?;
    let site = places.sites.iter().find(|site| site.id == *id).cloned().ok_or_else(Fault::not_found)?;
    let hearing = calls::hearing_zones(db, id).await?;
    let zones = places.zones.iter().filter(|zone| zone.site == *id).map(|zone| Line {
        screens: places.screens_of(&zone.id).count(),
        hears: hearing.contains(&zone.id),
        zone: zone.clone(),
    });
    let zones = zones.collect();
    let key_since = calls::key_of(db, id).await?.map(|(_, since)| since);
    Ok(CallsPage { page: staff.page().at_site(Some(&site)), site, zones, key_since, key })
}

/// The page.
pub(super) async fn look(State(desk): State<Desk>, staff: Staff, Named(id): Named<SiteId>) -> Result<Response, Fault> {
    show(&page(&desk, &staff, &id, None).await?)
}

/// Says which zones hear calls from now on.
pub(super) async fn choose(
    State(desk): State<Desk>,
    staff: Staff,
    Named(id): Named<SiteId>,
    Fields(filled): Fields<Filled>,
) -> Result<Response, Fault> {
    let places = places::places(&desk.house.db).await?;
    if !places.sites.iter().any(|site| site.id == id) {
        return Err(Fault::not_found());
    }
    let chosen = filled.all("zone");
    let zones =
        places.zones.iter().filter(|zone| zone.site == id && chosen.iter().any(|name| name == zone.id.as_str()));
    let zones: Vec<ZoneId> = zones.map(|zone| zone.id.clone()).collect();
    calls::set_hearing(&desk.house.db, &id, &zones).await?;
    let named = zones.iter().map(ZoneId::as_str).collect::<Vec<_>>().join(" ");
    desk.note(&staff.account, "calls.zones", id.as_str(), &named).await?;
    Ok(Said::new("said-calls-zones").put("count", zones.len()).at(&format!("/sites/{id}/calls")))
}

/// Makes a key in the place of the one before, and shows it this once.
pub(super) async fn renew(State(desk): State<Desk>, staff: Staff, Named(id): Named<SiteId>) -> Result<Response, Fault> {
    let key = make_key(&desk.house, &id).await?.ok_or_else(Fault::not_found)?;
    desk.note(&staff.account, "calls.key", id.as_str(), "").await?;
    show(&page(&desk, &staff, &id, Some(key)).await?)
}

/// Takes the key back: nobody calls until there is another one.
pub(super) async fn revoke(
    State(desk): State<Desk>,
    staff: Staff,
    Named(id): Named<SiteId>,
) -> Result<Response, Fault> {
    if !calls::set_key(&desk.house.db, &id, None, staff.visitor.now).await? {
        return Err(Fault::not_found());
    }
    desk.note(&staff.account, "calls.key-end", id.as_str(), "").await?;
    Ok(Said::new("said-calls-key-ended").at(&format!("/sites/{id}/calls")))
}
