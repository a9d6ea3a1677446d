//! Adding and changing a site and its buildings.

use anteroom_content::clock::Offsets;
use anteroom_content::id::{BuildingId, SiteId};
use anteroom_content::place::{Building, Site, SiteKind, ZoneKind};
use anteroom_content::schedule::Policy;
use anteroom_content::text::Text;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::desk::Desk;
use super::evergreen::{self, PinnedSet};
use super::fault::Fault;
use super::fields::{Fields, Filled, Named, both, clean, is_title};
use super::frame::{Page, show, show_again};
use super::media_form::trades;
use super::moment::HOUSE_ZONE;
use super::place_form::kind_word;
use super::policy_form::PolicyForm;
use super::said::Said;
use super::visitor::Staff;
use crate::db::places;

/// The longest booking address, in characters.
const URL_CHARS_MAX: usize = 300;

/// The fields of a site.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct SiteForm {
    /// Its name in addresses; fixed once it exists.
    pub(super) id: String,
    /// Six digits.
    pub(super) city: String,
    /// `hospital` or `pharmacy`.
    pub(super) kind: String,
    /// Its name.
    pub(super) name_zh: String,
    /// Its name in English.
    pub(super) name_en: String,
    /// IANA name.
    pub(super) time_zone: String,
    /// Where its clinics are booked.
    pub(super) booking_url: String,
    /// What its screens owe the public; nothing when the form did not hold it.
    pub(super) policy: Option<PolicyForm>,
}

impl SiteForm {
    fn filled(filled: &Filled) -> Self {
        Self {
            id: filled.one("id"),
            city: filled.one("city"),
            kind: filled.one("kind"),
            name_zh: filled.one("name_zh"),
            name_en: filled.one("name_en"),
            time_zone: filled.one("time_zone"),
            booking_url: filled.one("booking_url"),
            policy: PolicyForm::filled(filled),
        }
    }

    fn of(site: &Site) -> Self {
        Self {
            id: site.id.to_string(),
            city: site.city.clone(),
            kind: match site.kind {
                SiteKind::Hospital => "hospital".to_owned(),
                SiteKind::Pharmacy => "pharmacy".to_owned(),
            },
            name_zh: site.name.zh.clone(),
            name_en: site.name.en.clone(),
            time_zone: site.time_zone.clone(),
            booking_url: site.booking_url.clone().unwrap_or_default(),
            policy: Some(PolicyForm::of(&site.policy)),
        }
    }

    /// The site, or everything that is wrong with the form. What the form does not hold stays as it was.
    fn read(&self, desk: &Desk, was: Option<&Site>) -> Result<Site, Vec<Said>> {
        let mut problems = Vec::new();
        let id = SiteId::parse(&clean(&self.id)).map_err(|_| problems.push(Said::bad("bad-id")));
        let name = both(&self.name_zh, &self.name_en);
        if !is_title(&name.zh) {
            problems.push(Said::bad("bad-name"));
        }
        let city = clean(&self.city);
        if city.len() != 6 || !city.bytes().all(|b| b.is_ascii_digit()) {
            problems.push(Said::bad("bad-city"));
        }
        let time_zone = clean(&self.time_zone);
        if Offsets::of_zone(&time_zone, desk.house.now()).is_err() {
            problems.push(Said::bad("bad-time-zone"));
        }
        let url = clean(&self.booking_url);
        let is_url =
            url.starts_with("https://") && url.len() <= URL_CHARS_MAX && url.bytes().all(|b| b.is_ascii_graphic());
        if !url.is_empty() && !is_url {
            problems.push(Said::bad("bad-booking-url"));
        }
        let kept = || was.map(|was| was.policy.clone()).unwrap_or_default();
        let policy = self.policy.as_ref().map_or_else(|| Ok(kept()), PolicyForm::read);
        let policy = policy.map_err(|all| problems.extend(all)).unwrap_or_default();
        let theme = was.and_then(|was| was.theme.clone());
        let kind = if self.kind == "pharmacy" { SiteKind::Pharmacy } else { SiteKind::Hospital };
        match id {
            Ok(id) if problems.is_empty() => Ok(Site {
                id,
                city,
                kind,
                name,
                time_zone,
                booking_url: (!url.is_empty()).then_some(url),
                policy,
                theme,
            }),
            Ok(_) | Err(()) => Err(problems),
        }
    }
}

#[derive(Template)]
#[template(path = "site.html")]
struct SitePage {
    page: Page,
    is_new: bool,
    form: SiteForm,
    policy: PolicyForm,
    buildings: Vec<Building>,
    kinds: Vec<(&'static str, Text)>,
    trades: Vec<(&'static str, Text)>,
    problems: Vec<Said>,
    evergreen: Option<PinnedSet>,
}

async fn page(
    desk: &Desk,
    staff: &Staff,
    is_new: bool,
    form: SiteForm,
    problems: Vec<Said>,
) -> Result<SitePage, Fault> {
    let buildings = places::places(&desk.house.db).await?.buildings;
    let buildings = buildings.into_iter().filter(|building| building.site.as_str() == form.id).collect();
    let policy = form.policy.clone().unwrap_or_else(|| PolicyForm::of(&Policy::default()));
    let kinds = ZoneKind::ALL.into_iter().map(|kind| (kind_word(kind), kind.name())).collect();
    let evergreen = evergreen::of_site(desk, &form.id).await?;
    Ok(SitePage { page: staff.page(), is_new, form, policy, buildings, kinds, trades: trades(), problems, evergreen })
}

/// An empty form.
pub(super) async fn start(State(desk): State<Desk>, staff: Staff) -> Result<Response, Fault> {
    let form = SiteForm { kind: "hospital".to_owned(), time_zone: HOUSE_ZONE.to_owned(), ..SiteForm::default() };
    show(&page(&desk, &staff, true, form, Vec::new()).await?)
}

/// A site in its form.
pub(super) async fn open(State(desk): State<Desk>, staff: Staff, Named(id): Named<SiteId>) -> Result<Response, Fault> {
    let places = places::places(&desk.house.db).await?;
    let site = places.sites.iter().find(|site| site.id == id).ok_or_else(Fault::not_found)?;
    show(&page(&desk, &staff, false, SiteForm::of(site), Vec::new()).await?)
}

/// Adds a site.
pub(super) async fn add(
    State(desk): State<Desk>,
    staff: Staff,
    Fields(filled): Fields<Filled>,
) -> Result<Response, Fault> {
    let form = SiteForm::filled(&filled);
    let site = match form.read(&desk, None) {
        Ok(site) => site,
        Err(problems) => return show_again(&page(&desk, &staff, true, form, problems).await?),
    };
    if places::places(&desk.house.db).await?.sites.iter().any(|other| other.id == site.id) {
        return show_again(&page(&desk, &staff, true, form, vec![Said::bad("bad-id-taken")]).await?);
    }
    places::save_site(&desk.house.db, &site).await?;
    desk.note(&staff.account, "site.add", site.id.as_str(), &site.name.zh).await?;
    Ok(Said::new("said-place-saved").at(&format!("/sites/{}", site.id)))
}

/// Changes a site.
pub(super) async fn change(
    State(desk): State<Desk>,
    staff: Staff,
    Named(id): Named<SiteId>,
    Fields(filled): Fields<Filled>,
) -> Result<Response, Fault> {
    let form = SiteForm { id: id.to_string(), ..SiteForm::filled(&filled) };
    let places = places::places(&desk.house.db).await?;
    let was = places.sites.iter().find(|site| site.id == id).ok_or_else(Fault::not_found)?;
    let site = match form.read(&desk, Some(was)) {
        Ok(site) => site,
        Err(problems) => return show_again(&page(&desk, &staff, false, form, problems).await?),
    };
    places::save_site(&desk.house.db, &site).await?;
    desk.note(&staff.account, "site.change", id.as_str(), &site.name.zh).await?;
    Ok(Said::new("said-place-saved").at(&format!("/sites/{id}")))
}

#[derive(Deserialize)]
pub(super) struct BuildingForm {
    #[serde(default)]
    building: String,
    #[serde(default)]
    name_zh: String,
    #[serde(default)]
    name_en: String,
}

/// Adds a building to a site, or gives one another name.
pub(super) async fn save_building(
    State(desk): State<Desk>,
    staff: Staff,
    Named(site): Named<SiteId>,
    Fields(form): Fields<BuildingForm>,
) -> Result<Response, Fault> {
    let places = places::places(&desk.house.db).await?;
    let home = places.sites.iter().find(|one| one.id == site).ok_or_else(Fault::not_found)?;
    let name = both(&form.name_zh, &form.name_en);
    let id = BuildingId::parse(&clean(&form.building)).ok();
    let is_elsewhere = places.buildings.iter().any(|other| Some(&other.id) == id.as_ref() && other.site != site);
    let problem = match &id {
        None => Some("bad-id"),
        Some(_) if is_elsewhere => Some("bad-id-taken"),
        Some(_) => (!is_title(&name.zh)).then_some("bad-name"),
    };
    let Some(id) = id.filter(|_| problem.is_none()) else {
        let problems = problem.map(Said::bad).into_iter().collect();
        return show_again(&page(&desk, &staff, false, SiteForm::of(home), problems).await?);
    };
    let building = Building { id, site, name };
    places::save_building(&desk.house.db, &building).await?;
    desk.note(&staff.account, "building.save", building.id.as_str(), &building.name.zh).await?;
    Ok(Said::new("said-place-saved").at(&format!("/sites/{}", building.site)))
}
