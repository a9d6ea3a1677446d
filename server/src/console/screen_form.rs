//! Adding, changing and removing a screen.

use anteroom_content::id::{Code, ScreenId, ShortCode, ZoneId};
use anteroom_content::place::{Role, SCREEN_SIDE_MAX_PX, SCREEN_SIDE_MIN_PX, Screen, Zone};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::desk::Desk;
use super::fault::Fault;
use super::fields::{Asked, Fields, Named, both, clean, is_title};
use super::frame::{Page, show, show_again};
use super::said::Said;
use super::screens;
use super::visitor::Staff;
use crate::db::{DbError, places};

/// The widest lit area, in millimetres: a wall of 50 metres.
const WIDTH_MM_MAX: u32 = 50_000;
/// The farthest seat, in centimetres.
const DISTANCE_CM_MAX: u32 = 10_000;
/// Codes drawn before a screen is given up: with 729 million of them the second one is free already.
const CODE_DRAWS_MAX: usize = 8;

/// The fields of a screen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(super) struct ScreenForm {
    /// Its name in addresses; fixed once it exists.
    #[serde(default)]
    pub(super) id: String,
    /// The zone it hangs in.
    #[serde(default)]
    pub(super) zone: String,
    /// Its name.
    #[serde(default)]
    pub(super) name_zh: String,
    /// Its name in English.
    #[serde(default)]
    pub(super) name_en: String,
    /// Pixels.
    #[serde(default)]
    pub(super) width_px: String,
    /// Pixels.
    #[serde(default)]
    pub(super) height_px: String,
    /// Millimetres of lit width.
    #[serde(default)]
    pub(super) width_mm: String,
    /// Centimetres to the nearest seat.
    #[serde(default)]
    pub(super) distance_cm: String,
    /// `full` or `strip`.
    #[serde(default)]
    pub(super) role: String,
}

impl ScreenForm {
    /// The fields of a screen that exists.
    pub(super) fn of(screen: &Screen) -> Self {
        Self {
            id: screen.id.to_string(),
            zone: screen.zone.to_string(),
            name_zh: screen.name.zh.clone(),
            name_en: screen.name.en.clone(),
            width_px: screen.width_px.to_string(),
            height_px: screen.height_px.to_string(),
            width_mm: screen.width_mm.to_string(),
            distance_cm: screen.distance_cm.to_string(),
            role: match screen.role {
                Role::Full => "full".to_owned(),
                Role::Strip => "strip".to_owned(),
            },
        }
    }

    /// The screen, or everything that is wrong with the form.
    fn read(&self, short_code: ShortCode) -> Result<Screen, Vec<Said>> {
        let mut problems = Vec::new();
        let id = ScreenId::parse(clean(&self.id).as_str()).map_err(|_| problems.push(Said::bad("bad-id")));
        let zone = ZoneId::parse(&self.zone).map_err(|_| problems.push(Said::bad("bad-zone")));
        let name = both(&self.name_zh, &self.name_en);
        if !is_title(&name.zh) {
            problems.push(Said::bad("bad-name"));
        }
        let mut number = |text: &str, min: u32, max: u32, key: &str| {
            let number = text.trim().parse::<u32>().ok().filter(|number| (min..=max).contains(number));
            if number.is_none() {
                problems.push(Said::bad(key).put("min", min).put("max", max));
            }
            number
        };
        let width = number(&self.width_px, SCREEN_SIDE_MIN_PX, SCREEN_SIDE_MAX_PX, "bad-width-px");
        let height = number(&self.height_px, SCREEN_SIDE_MIN_PX, SCREEN_SIDE_MAX_PX, "bad-height-px");
        let width_mm = number(&self.width_mm, 10, WIDTH_MM_MAX, "bad-width-mm");
        let distance = number(&self.distance_cm, 10, DISTANCE_CM_MAX, "bad-distance-cm");
        let role = if self.role == "strip" { Role::Strip } else { Role::Full };
        match (id, zone, width, height, width_mm, distance) {
            (Ok(id), Ok(zone), Some(width_px), Some(height_px), Some(width_mm), Some(distance_cm))
                if problems.is_empty() =>
            {
                Ok(Screen { id, zone, name, width_px, height_px, width_mm, distance_cm, role, short_code })
            }
            _ => Err(problems),
        }
    }
}

#[derive(Template)]
#[template(path = "screen_new.html")]
struct NewScreenPage {
    page: Page,
    form: ScreenForm,
    zones: Vec<Zone>,
    problems: Vec<Said>,
}

async fn page(desk: &Desk, staff: &Staff, form: ScreenForm, problems: Vec<Said>) -> Result<NewScreenPage, Fault> {
    let zones = places::places(&desk.house.db).await?.zones;
    Ok(NewScreenPage { page: staff.page(), form, zones, problems })
}

#[derive(Default, Deserialize)]
pub(super) struct Start {
    #[serde(default)]
    zone: String,
}

/// An empty form: an ordinary 55-inch screen, three metres from the first row.
pub(super) async fn start(
    State(desk): State<Desk>,
    staff: Staff,
    Asked(Start { zone }): Asked<Start>,
) -> Result<Response, Fault> {
    let form = ScreenForm {
        id: if zone.is_empty() { String::new() } else { format!("{zone}-") },
        zone,
        width_px: "1920".to_owned(),
        height_px: "1080".to_owned(),
        width_mm: "1210".to_owned(),
        distance_cm: "300".to_owned(),
        role: "full".to_owned(),
        ..ScreenForm::default()
    };
    show(&page(&desk, &staff, form, Vec::new()).await?)
}

/// Adds a screen under a new short code.
pub(super) async fn add(
    State(desk): State<Desk>,
    staff: Staff,
    Fields(form): Fields<ScreenForm>,
) -> Result<Response, Fault> {
    let screen = match form.read(new_code(&desk).await?) {
        Ok(screen) => screen,
        Err(problems) => return show_again(&page(&desk, &staff, form, problems).await?),
    };
    if places::places(&desk.house.db).await?.screen(&screen.id).is_some() {
        return show_again(&page(&desk, &staff, form, vec![Said::bad("bad-id-taken")]).await?);
    }
    match places::save_screen(&desk.house.db, &screen).await {
        Ok(()) => {}
        Err(DbError::Conflict(_)) => return show_again(&page(&desk, &staff, form, vec![Said::bad("bad-zone")]).await?),
        Err(error) => return Err(error.into()),
    }
    desk.note(&staff.account, "screen.add", screen.id.as_str(), &screen.name.zh).await?;
    Ok(Said::new("said-screen-added").put("name", &screen.name.zh).at(&format!("/screens/{}", screen.id)))
}

async fn new_code(desk: &Desk) -> Result<ShortCode, Fault> {
    for _ in 0..CODE_DRAWS_MAX {
        let mut chance = [0; 32];
        getrandom::fill(&mut chance).map_err(Fault::internal)?;
        let code = Code::from_entropy(&chance);
        if places::screen_by_code(&desk.house.db, code).await?.is_none() {
            return Ok(code);
        }
    }
    Err(Fault::internal("no free short code was drawn"))
}

/// Changes a screen; its name in addresses and its code stay.
pub(super) async fn change(
    State(desk): State<Desk>,
    staff: Staff,
    Named(id): Named<ScreenId>,
    Fields(form): Fields<ScreenForm>,
) -> Result<Response, Fault> {
    let form = ScreenForm { id: id.to_string(), ..form };
    let places = places::places(&desk.house.db).await?;
    let was = places.screen(&id).ok_or_else(Fault::not_found)?;
    let screen = match form.read(was.short_code) {
        Ok(screen) => screen,
        Err(problems) => return screens::again(&desk, &staff, &id, form, problems).await,
    };
    let is_lit = crate::db::boxes::boxes(&desk.house.db).await?.iter().any(|(_, lit)| lit.contains(&id));
    if screen.zone != was.zone && is_lit {
        return screens::again(&desk, &staff, &id, form, vec![Said::bad("bad-screen-lit")]).await;
    }
    match places::save_screen(&desk.house.db, &screen).await {
        Ok(()) => {}
        Err(DbError::Conflict(_)) => {
            return screens::again(&desk, &staff, &id, form, vec![Said::bad("bad-zone")]).await;
        }
        Err(error) => return Err(error.into()),
    }
    desk.note(&staff.account, "screen.change", id.as_str(), &screen.name.zh).await?;
    Ok(Said::new("said-place-saved").at(&format!("/screens/{id}")))
}

/// Removes a screen no box lights; its plays stay in the books.
pub(super) async fn remove(
    State(desk): State<Desk>,
    staff: Staff,
    Named(id): Named<ScreenId>,
) -> Result<Response, Fault> {
    match places::remove_screen(&desk.house.db, &id).await {
        Ok(true) => {}
        Ok(false) => return Err(Fault::not_found()),
        Err(DbError::Conflict(_)) => return Ok(Said::bad("bad-screen-lit").at(&format!("/screens/{id}"))),
        Err(error) => return Err(error.into()),
    }
    desk.note(&staff.account, "screen.remove", id.as_str(), "").await?;
    Ok(Said::new("said-screen-removed").put("name", id).at("/screens"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_screen_survives_its_form_and_limits_are_told() {
        let code = ShortCode::parse("AB3C4D").expect("code");
        let form = ScreenForm {
            id: "Z03-1".into(),
            zone: "Z03".into(),
            name_zh: "候诊 1".into(),
            name_en: "Waiting 1".into(),
            width_px: "1080".into(),
            height_px: "1920".into(),
            width_mm: "680".into(),
            distance_cm: "300".into(),
            role: "strip".into(),
        };
        let screen = form.read(code).expect("well formed");
        assert_eq!(ScreenForm::of(&screen), form);
        let wrong = ScreenForm { width_px: "31".into(), height_px: "8193".into(), id: "a b".into(), ..form };
        let told: Vec<_> = wrong.read(code).expect_err("wrong").into_iter().map(|said| said.key).collect();
        assert_eq!(told, ["bad-id", "bad-width-px", "bad-height-px"]);
    }
}
