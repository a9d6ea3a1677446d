//! Places and screens: the tree of them, and one screen with its live picture, its box and its measures.

use std::collections::HashMap;

use anteroom_content::id::{BoxId, ScreenId};
use anteroom_content::place::{Building, Screen, Site, Zone};
use askama::Template;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use anteroom_content::wire::PictureFormat;

use super::desk::Desk;
use super::fault::Fault;
use super::fields::{Asked, Named, clean};
use super::frame::{Page, show};
use super::glass::{Glass, Now, Shows, Standing, Wall, ask_for_large_picture, next_of};
use super::hands::{DownLine, Hands, downs};
use super::screen_form::ScreenForm;
use super::visitor::Staff;
use crate::db::boxes::{self, PairedBox};
use crate::fleet::Seen;
use crate::hands::Scope;

struct ZoneBranch {
    zone: Zone,
    screens: Vec<(Screen, Standing)>,
}

struct SiteBranch {
    site: Site,
    buildings: Vec<(Building, Vec<ZoneBranch>)>,
    screens: usize,
}

#[derive(Template)]
#[template(path = "screens.html")]
struct ScreensPage {
    page: Page,
    sites: Vec<SiteBranch>,
    spare: Vec<PairedBox>,
    waiting: usize,
    search: String,
    has_places: bool,
    downs: Vec<DownLine>,
}

#[derive(Default, Deserialize)]
pub(super) struct Search {
    #[serde(default)]
    q: String,
}

/// The tree.
pub(super) async fn look(
    State(desk): State<Desk>,
    staff: Staff,
    Asked(Search { q }): Asked<Search>,
) -> Result<Response, Fault> {
    let wall = Wall::read(&desk).await?;
    let search = clean(&q).to_lowercase();
    let fits = |screen: &Screen, zone: &Zone| {
        let texts =
            [screen.id.as_str(), &screen.name.zh, &screen.name.en, zone.id.as_str(), &zone.name.zh, &zone.name.en];
        search.is_empty() || texts.iter().any(|text| text.to_lowercase().contains(&search))
    };
    let branch = |zone: &Zone| {
        let screens = wall.places.screens_of(&zone.id).filter(|screen| fits(screen, zone));
        let screens: Vec<_> = screens.map(|screen| (screen.clone(), wall.standing(screen))).collect();
        (search.is_empty() || !screens.is_empty()).then(|| ZoneBranch { zone: zone.clone(), screens })
    };
    let sites = wall.places.sites.iter().map(|site| {
        let buildings = wall.places.buildings.iter().filter(|building| building.site == site.id).map(|building| {
            let zones = wall.places.zones.iter().filter(|zone| zone.building == building.id);
            (building.clone(), zones.filter_map(branch).collect::<Vec<_>>())
        });
        let buildings: Vec<_> = buildings.filter(|(_, zones)| search.is_empty() || !zones.is_empty()).collect();
        let screens = buildings.iter().flat_map(|(_, zones)| zones).map(|zone| zone.screens.len()).sum();
        SiteBranch { site: site.clone(), buildings, screens }
    });
    let sites: Vec<_> = sites.filter(|site| search.is_empty() || site.screens > 0).collect();
    let boxes = boxes::boxes(&desk.house.db).await?;
    show(&ScreensPage {
        page: staff.page(),
        sites,
        spare: boxes.into_iter().filter(|(_, screens)| screens.is_empty()).map(|(paired, _)| paired).collect(),
        waiting: desk.house.pairing.waiting(staff.visitor.now).len(),
        has_places: !wall.places.sites.is_empty(),
        downs: downs(&desk).await?,
        search,
    })
}

#[derive(Template)]
#[template(path = "screen.html")]
struct ScreenPage {
    page: Page,
    glass: Glass,
    next: Option<Now>,
    seen: Option<Seen>,
    enrolled_by: String,
    /// How far it is with what its zone was told last; empty where that is nothing.
    delivery: String,
    form: ScreenForm,
    zones: Vec<Zone>,
    spare: Vec<BoxId>,
    hands: Hands,
    /// What a provisioning file names as the server.
    link_address: String,
    problems: Vec<super::said::Said>,
}

#[expect(clippy::trivially_copy_pass_by_ref, clippy::unused_self, reason = "templates call methods by reference")]
impl ScreenPage {
    /// Microseconds as milliseconds with one place.
    fn ms(&self, us: &u64) -> String {
        let tenths = us.div_ceil(100);
        format!("{}.{}", tenths / 10, tenths % 10)
    }
}

/// One screen; a part of the page asks for itself.
pub(super) async fn open(
    State(desk): State<Desk>,
    staff: Staff,
    Named(id): Named<ScreenId>,
) -> Result<Response, Fault> {
    let page = page(&desk, &staff, &id, None, Vec::new()).await?;
    ask_for_large_picture(&desk, &page.glass);
    show(&page)
}

/// The page of a screen with a form that could not be taken.
pub(super) async fn again(
    desk: &Desk,
    staff: &Staff,
    id: &ScreenId,
    form: ScreenForm,
    problems: Vec<super::said::Said>,
) -> Result<Response, Fault> {
    super::frame::show_again(&page(desk, staff, id, Some(form), problems).await?)
}

async fn page(
    desk: &Desk,
    staff: &Staff,
    id: &ScreenId,
    form: Option<ScreenForm>,
    problems: Vec<super::said::Said>,
) -> Result<ScreenPage, Fault> {
    let wall = Wall::read(desk).await?;
    let screen = wall.places.screen(id).ok_or_else(Fault::not_found)?;
    let glass = wall.glass(desk, screen, &mut Shows::default()).await?.ok_or_else(Fault::not_found)?;
    let boxes: HashMap<BoxId, bool> =
        boxes::boxes(&desk.house.db).await?.into_iter().map(|(one, lit)| (one.id, lit.is_empty())).collect();
    let mut spare: Vec<_> = boxes.into_iter().filter(|(_, is_spare)| *is_spare).map(|(id, _)| id).collect();
    spare.sort();
    let enrolled_by = glass.paired.as_ref().map(|paired| paired.enrolled_by.clone()).unwrap_or_default();
    let page = staff.page().at_site(glass.site.as_ref());
    let hands = Hands::read(desk, &page, &Scope::Screen(id.clone()), &wall.places).await?;
    Ok(ScreenPage {
        hands: hands.ok_or_else(Fault::not_found)?,
        link_address: desk.house.link_address.clone(),
        page,
        next: next_of(desk, &glass).await?,
        seen: desk.house.fleet.box_of(id),
        delivery: super::delivery::of_screen(desk, &staff.page(), &glass.zone.id, id).await?,
        enrolled_by: desk.names().await?.get(&enrolled_by).cloned().unwrap_or(enrolled_by),
        form: form.unwrap_or_else(|| ScreenForm::of(screen)),
        zones: wall.places.zones.clone(),
        glass,
        spare,
        problems,
    })
}

/// The newest picture of a glass.
pub(super) async fn picture(State(desk): State<Desk>, Named(id): Named<ScreenId>) -> Result<Response, Fault> {
    let picture = desk.house.fleet.picture(&id).ok_or_else(Fault::not_found)?;
    let kind = match picture.format {
        PictureFormat::Jpeg => "image/jpeg",
        PictureFormat::Png => "image/png",
    };
    let headers = [(CONTENT_TYPE, kind), (CACHE_CONTROL, "private, max-age=60")];
    Ok((headers, picture.bytes.to_vec()).into_response())
}
