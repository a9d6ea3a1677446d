//! Adding, changing and removing a zone: kind, hours, departments, networks, who may be there, what is heard.

mod hours;
mod power;
mod sound;

use anteroom_content::id::{DepartmentId, NetworkId, ZoneId};
use anteroom_content::place::{Audio, Building, Membership, Network, OpenHours, Zone, ZoneKind};
use anteroom_content::schedule::DayKind;
use anteroom_content::text::Text;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::desk::Desk;
use super::fault::Fault;
use super::fields::{Asked, Fields, Named, both, clean, is_title};
use super::frame::{Page, show, show_again};
use super::moment::wall;
use super::place_form::kind_word;
use super::said::Said;
use super::visitor::Staff;
use super::window_form::read_hours;
use crate::db::places::{self, Places};
use crate::db::{DbError, clinics};
use hours::{hours_on, on_wall, on_word};

/// The most words a zone bears; more and nobody knows which rules aim at it.
const TAGS_MAX: usize = 20;
/// The longest of them, in characters.
const TAG_CHARS_MAX: usize = 20;

/// The fields of a zone. Hours are the same on every open day here; a zone that differs by day keeps its own until they are changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(super) struct ZoneForm {
    /// Its name in addresses; fixed once it exists.
    #[serde(default)]
    pub(super) id: String,
    /// The building it is in.
    #[serde(default)]
    pub(super) building: String,
    /// Floor and wing.
    #[serde(default)]
    pub(super) floor: String,
    /// Its name.
    #[serde(default)]
    pub(super) name_zh: String,
    /// Its name in English.
    #[serde(default)]
    pub(super) name_en: String,
    /// What people do there.
    #[serde(default)]
    pub(super) kind: String,
    /// A zone for children.
    #[serde(default)]
    pub(super) child: String,
    /// Open days, 1 is Monday.
    #[serde(default)]
    pub(super) day: Vec<u8>,
    /// `HH:MM` of each weekday, Monday first.
    #[serde(default)]
    pub(super) from: Vec<String>,
    /// `HH:MM` of each weekday, Monday first.
    #[serde(default)]
    pub(super) to: Vec<String>,
    /// Departments whose clinics its strip shows.
    #[serde(default)]
    pub(super) department: Vec<String>,
    /// Networks it belongs to.
    #[serde(default)]
    pub(super) network: Vec<String>,
    /// Words that rules may aim at, between spaces; as they were where they do not come.
    pub(super) tags: Option<String>,
    /// No advertisement.
    #[serde(default)]
    pub(super) no_ads: String,
    /// For each kind of day: nothing is as the weekday, `closed`, or `hours`.
    #[serde(default)]
    pub(super) on: Vec<String>,
    /// `HH:MM` of each kind of day.
    #[serde(default)]
    pub(super) on_from: Vec<String>,
    /// `HH:MM` of each kind of day.
    #[serde(default)]
    pub(super) on_to: Vec<String>,
    /// How loud it may be, in percent; as it was where it does not come.
    pub(super) volume: Option<String>,
    /// `HH:MM` of each of its quiet hours.
    #[serde(default)]
    pub(super) quiet_from: Vec<String>,
    /// `HH:MM` of each of its quiet hours.
    #[serde(default)]
    pub(super) quiet_to: Vec<String>,
    /// Its displays are switched: `yes`, or nothing; as it was where it does not come.
    pub(super) power: Option<String>,
    /// Minutes before it opens.
    #[serde(default)]
    pub(super) power_before: String,
    /// Minutes after it closed.
    #[serde(default)]
    pub(super) power_after: String,
}

impl ZoneForm {
    fn fresh(building: String) -> Self {
        Self {
            building,
            kind: kind_word(ZoneKind::Waiting).to_owned(),
            day: (1..=7).collect(),
            from: vec!["07:30".to_owned(); 7],
            to: vec!["17:30".to_owned(); 7],
            tags: Some(String::new()),
            on: vec![String::new(); DayKind::ALL.len()],
            on_from: vec![String::new(); DayKind::ALL.len()],
            on_to: vec![String::new(); DayKind::ALL.len()],
            ..Self::default()
        }
        .with_sound(None)
        .with_power(None)
    }

    fn of(zone: &Zone) -> Self {
        let hours = |hours: &Option<OpenHours>| hours.unwrap_or(OpenHours { from_min: 450, to_min: 1050 });
        Self {
            id: zone.id.to_string(),
            building: zone.building.to_string(),
            floor: zone.floor.clone(),
            name_zh: zone.name.zh.clone(),
            name_en: zone.name.en.clone(),
            kind: kind_word(zone.kind).to_owned(),
            child: if zone.child { "yes".to_owned() } else { String::new() },
            day: (1..=7).zip(&zone.open).filter(|(_, open)| open.is_some()).map(|(day, _)| day).collect(),
            from: zone.open.iter().map(|open| wall(hours(open).from_min)).collect(),
            to: zone.open.iter().map(|open| wall(hours(open).to_min)).collect(),
            department: zone.departments.iter().map(ToString::to_string).collect(),
            network: zone.networks.iter().map(|member| member.network.to_string()).collect(),
            tags: Some(zone.tags.join(" ")),
            no_ads: if zone.no_ads { "yes".to_owned() } else { String::new() },
            on: DayKind::ALL.map(|kind| on_word(hours_on(zone, kind)).to_owned()).into(),
            on_from: DayKind::ALL.map(|kind| on_wall(zone, kind, |hours| hours.from_min)).into(),
            on_to: DayKind::ALL.map(|kind| on_wall(zone, kind, |hours| hours.to_min)).into(),
            ..Self::default()
        }
        .with_sound(zone.sound.as_ref())
        .with_power(zone.power)
    }

    /// The zone, or everything that is wrong with the form. What the form does not hold stays as it was.
    fn read(&self, places: &Places, was: Option<&Zone>) -> Result<Zone, Vec<Said>> {
        let mut problems = Vec::new();
        let id = ZoneId::parse(&clean(&self.id)).map_err(|_| problems.push(Said::bad("bad-id")));
        let building = places.buildings.iter().find(|building| building.id.as_str() == self.building);
        if building.is_none() {
            problems.push(Said::bad("bad-building"));
        }
        let name = both(&self.name_zh, &self.name_en);
        if !is_title(&name.zh) {
            problems.push(Said::bad("bad-name"));
        }
        let kind = ZoneKind::ALL.into_iter().find(|kind| kind_word(*kind) == self.kind);
        if kind.is_none() {
            problems.push(Said::bad("bad-kind"));
        }
        let open = self.open().ok_or_else(|| problems.push(Said::bad("bad-hours")));
        let open_on = self.open_on(was).ok_or_else(|| problems.push(Said::bad("bad-open-on")));
        let tags = self.tags(was).ok_or_else(|| problems.push(Said::bad("bad-tags").put("max", TAGS_MAX)));
        let sound = self.sound(was).map_err(|said| problems.push(said));
        let power = self.power(was).map_err(|said| problems.push(said));
        match (id, building, kind, open, open_on, tags, sound, power) {
            (Ok(id), Some(building), Some(kind), Ok(open), Ok(open_on), Ok(tags), Ok(sound), Ok(power))
                if problems.is_empty() =>
            {
                Ok(Zone {
                    id,
                    site: building.site.clone(),
                    building: building.id.clone(),
                    floor: clean(&self.floor),
                    name,
                    kind,
                    child: !self.child.is_empty(),
                    networks: self.memberships(was),
                    open,
                    open_on,
                    tags,
                    no_ads: !self.no_ads.is_empty(),
                    audio: was.map_or(Audio::Mute, |was| was.audio),
                    sound,
                    power,
                    departments: self.department.iter().filter_map(|id| DepartmentId::parse(id).ok()).collect(),
                })
            }
            _ => Err(problems),
        }
    }

    fn tags(&self, was: Option<&Zone>) -> Option<Vec<String>> {
        let Some(text) = &self.tags else {
            return Some(was.map(|was| was.tags.clone()).unwrap_or_default());
        };
        let mut tags: Vec<String> = Vec::new();
        for tag in clean(text).split([' ', ',', '，', '、', '\n']).filter(|tag| !tag.is_empty()) {
            if !tags.iter().any(|known| known == tag) {
                tags.push(tag.to_owned());
            }
        }
        let fit = tags.len() <= TAGS_MAX && tags.iter().all(|tag| tag.chars().count() <= TAG_CHARS_MAX);
        fit.then_some(tags)
    }

    fn memberships(&self, was: Option<&Zone>) -> Vec<Membership> {
        let weight = |network: &NetworkId| {
            let member = was.and_then(|was| was.networks.iter().find(|member| member.network == *network));
            member.map_or(100, |member| member.weight)
        };
        let networks = self.network.iter().filter_map(|id| NetworkId::parse(id).ok());
        networks.map(|network| Membership { weight: weight(&network), network }).collect()
    }
}

#[derive(Template)]
#[template(path = "zone.html")]
struct ZonePage {
    page: Page,
    is_new: bool,
    form: ZoneForm,
    buildings: Vec<(Building, Text)>,
    kinds: Vec<(&'static str, Text)>,
    networks: Vec<Network>,
    departments: Vec<(DepartmentId, Text)>,
    days: [u8; 7],
    day_kinds: Vec<(usize, Text)>,
    problems: Vec<Said>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    clippy::unused_self,
    reason = "templates call methods, and hand their fields on by reference"
)]
impl ZonePage {
    fn hour<'a>(&self, hours: &'a [String], day: &u8) -> &'a str {
        hours.get(usize::from(day.saturating_sub(1))).map_or("", String::as_str)
    }

    /// The hours of a weekday go on over midnight.
    fn is_overnight(&self, day: &u8) -> bool {
        self.form.day.contains(day)
            && read_hours(self.hour(&self.form.from, day), self.hour(&self.form.to, day))
                .is_some_and(|hours| hours.to_min <= hours.from_min)
    }

    fn on<'a>(&self, texts: &'a [String], at: &usize) -> &'a str {
        texts.get(*at).map_or("", String::as_str)
    }

    fn volume(&self) -> &str {
        self.form.volume.as_deref().unwrap_or_default()
    }

    fn is_switched(&self) -> bool {
        self.form.power.as_deref() == Some("yes")
    }

    fn quiet_rows(&self) -> std::ops::Range<usize> {
        0..self.form.quiet_from.len()
    }

    fn tags(&self) -> &str {
        self.form.tags.as_deref().unwrap_or_default()
    }

    fn shows(&self, department: &DepartmentId) -> bool {
        self.form.department.iter().any(|id| id == department.as_str())
    }

    fn belongs(&self, network: &NetworkId) -> bool {
        self.form.network.iter().any(|id| id == network.as_str())
    }
}

async fn page(
    desk: &Desk,
    staff: &Staff,
    is_new: bool,
    form: ZoneForm,
    problems: Vec<Said>,
) -> Result<ZonePage, Fault> {
    let places = places::places(&desk.house.db).await?;
    let timetable = clinics::timetable(&desk.house.db, "9999-12-31").await?;
    let buildings = places.buildings.iter().map(|building| {
        let site = places.sites.iter().find(|site| site.id == building.site);
        (building.clone(), site.map(|site| site.name.clone()).unwrap_or_default())
    });
    Ok(ZonePage {
        page: staff.page(),
        is_new,
        form,
        buildings: buildings.collect(),
        kinds: ZoneKind::ALL.into_iter().map(|kind| (kind_word(kind), kind.name())).collect(),
        networks: places.networks.clone(),
        departments: timetable.departments.into_iter().map(|department| (department.id, department.name)).collect(),
        days: [1, 2, 3, 4, 5, 6, 7],
        day_kinds: DayKind::ALL.into_iter().map(DayKind::name).enumerate().collect(),
        problems,
    })
}

#[derive(Default, Deserialize)]
pub(super) struct Start {
    #[serde(default)]
    building: String,
}

/// An empty form.
pub(super) async fn start(
    State(desk): State<Desk>,
    staff: Staff,
    Asked(Start { building }): Asked<Start>,
) -> Result<Response, Fault> {
    show(&page(&desk, &staff, true, ZoneForm::fresh(building), Vec::new()).await?)
}

/// A zone in its form.
pub(super) async fn open(State(desk): State<Desk>, staff: Staff, Named(id): Named<ZoneId>) -> Result<Response, Fault> {
    let places = places::places(&desk.house.db).await?;
    let zone = places.zone(&id).ok_or_else(Fault::not_found)?;
    show(&page(&desk, &staff, false, ZoneForm::of(zone), Vec::new()).await?)
}

/// Adds a zone.
pub(super) async fn add(
    State(desk): State<Desk>,
    staff: Staff,
    Fields(form): Fields<ZoneForm>,
) -> Result<Response, Fault> {
    let places = places::places(&desk.house.db).await?;
    let zone = match form.read(&places, None) {
        Ok(zone) => zone,
        Err(problems) => return show_again(&page(&desk, &staff, true, form, problems).await?),
    };
    if places.zone(&zone.id).is_some() {
        return show_again(&page(&desk, &staff, true, form, vec![Said::bad("bad-id-taken")]).await?);
    }
    places::save_zone(&desk.house.db, &zone).await?;
    desk.note(&staff.account, "zone.add", zone.id.as_str(), &zone.name.zh).await?;
    sound::note(&desk, &staff, None, &zone).await?;
    power::note(&desk, &staff, None, &zone).await?;
    Ok(Said::new("said-place-saved").at("/screens"))
}

/// Changes a zone.
pub(super) async fn change(
    State(desk): State<Desk>,
    staff: Staff,
    Named(id): Named<ZoneId>,
    Fields(form): Fields<ZoneForm>,
) -> Result<Response, Fault> {
    let form = ZoneForm { id: id.to_string(), ..form };
    let places = places::places(&desk.house.db).await?;
    let was = places.zone(&id).ok_or_else(Fault::not_found)?;
    let zone = match form.read(&places, Some(was)) {
        Ok(zone) => zone,
        Err(problems) => return show_again(&page(&desk, &staff, false, form, problems).await?),
    };
    places::save_zone(&desk.house.db, &zone).await?;
    desk.note(&staff.account, "zone.change", id.as_str(), &zone.name.zh).await?;
    sound::note(&desk, &staff, Some(was), &zone).await?;
    power::note(&desk, &staff, Some(was), &zone).await?;
    Ok(Said::new("said-place-saved").at("/screens"))
}

/// Removes a zone without screens that was never published.
pub(super) async fn remove(
    State(desk): State<Desk>,
    staff: Staff,
    Named(id): Named<ZoneId>,
) -> Result<Response, Fault> {
    match places::remove_zone(&desk.house.db, &id).await {
        Ok(true) => {}
        Ok(false) => return Err(Fault::not_found()),
        Err(DbError::Conflict(_)) => return Ok(Said::bad("bad-zone-in-use").at(&format!("/zones/{id}"))),
        Err(error) => return Err(error.into()),
    }
    desk.note(&staff.account, "zone.remove", id.as_str(), "").await?;
    Ok(Said::new("said-zone-removed").put("name", id).at("/screens"))
}

#[cfg(test)]
mod tests;
