//! The lamp of a screen: switching its display on or off for the rest of the day.

use anteroom_content::power::Lamp;
use anteroom_content::wire::Command;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::desk::Desk;
use super::fault::Fault;
use super::fields::{Fields, Named};
use super::hands::way_of;
use super::said::Said;
use super::sound::{end_of_day, sent};
use super::visitor::Staff;
use crate::db::places;
use crate::hands::{self, Scope};

#[derive(Deserialize)]
pub(super) struct LampForm {
    #[serde(rename = "do")]
    word: String,
}

/// Has one display lit or dark until the day of its zone ends.
pub(super) async fn switch(
    State(desk): State<Desk>,
    staff: Staff,
    Named(scope): Named<Scope>,
    Fields(LampForm { word }): Fields<LampForm>,
) -> Result<Response, Fault> {
    let (lamp, verb) = match word.as_str() {
        "lit" => (Lamp::Lit, "screen.lit"),
        "dark" => (Lamp::Dark, "screen.dark"),
        _ => return Err(Fault::bad_form()),
    };
    let places = places::places(&desk.house.db).await?;
    let Scope::Screen(id) = &scope else { return Err(Fault::not_found()) };
    let screen = places.screen(id).ok_or_else(Fault::not_found)?;
    let zone = places.zone(&screen.zone).ok_or_else(Fault::not_found)?;
    let command = Command::Power { lamp, for_today: end_of_day(&desk, &places, zone)? };
    let fate = hands::give(&desk.house, id, command, &staff.account.display_name);
    desk.note(&staff.account, verb, &scope.to_string(), "").await?;
    Ok(sent(&fate, Said::new("said-power")).at(&way_of(&scope)))
}
