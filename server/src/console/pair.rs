//! Boxes and screens: pair a new box by the code on its glass, give a spare one a screen, replace, take away, unpair.

use anteroom_content::id::{BoxId, ScreenId};
use anteroom_content::place::{Screen, Zone};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::desk::Desk;
use super::fault::Fault;
use super::fields::{Asked, Fields, Named, clean};
use super::frame::{Page, show, show_again};
use super::glass::{Standing, Wall};
use super::moment;
use super::said::Said;
use super::visitor::Staff;
use crate::assign::{self, AssignError};
use crate::pairing::{self, ClaimError, WaitingBox};

#[derive(Template)]
#[template(path = "pair.html")]
struct PairPage {
    page: Page,
    waiting: Vec<WaitingBox>,
    /// Screens with their zone, dark ones first.
    screens: Vec<(Screen, Zone, Standing)>,
    form: PairForm,
    problems: Vec<Said>,
}

#[derive(Clone, Default, Deserialize)]
pub(super) struct PairForm {
    #[serde(default)]
    code: String,
    #[serde(default)]
    screen: String,
}

async fn page(desk: &Desk, staff: &Staff, form: PairForm, problems: Vec<Said>) -> Result<PairPage, Fault> {
    let wall = Wall::read(desk).await?;
    let screens = wall.places.screens.iter().filter_map(|screen| {
        let zone = wall.places.zone(&screen.zone)?;
        Some((screen.clone(), zone.clone(), wall.standing(screen)))
    });
    let mut screens: Vec<_> = screens.collect();
    screens.sort_by_key(|(_, _, standing)| *standing != Standing::Unpaired);
    let waiting = desk.house.pairing.waiting(staff.visitor.now);
    Ok(PairPage { page: staff.page(), waiting, screens, form, problems })
}

/// The page, perhaps with the screen chosen.
pub(super) async fn ask(
    State(desk): State<Desk>,
    staff: Staff,
    Asked(form): Asked<PairForm>,
) -> Result<Response, Fault> {
    show(&page(&desk, &staff, form, Vec::new()).await?)
}

/// Pairs the box that shows the code and gives it the screen; a box that lit the screen before is replaced.
pub(super) async fn pair(
    State(desk): State<Desk>,
    staff: Staff,
    Fields(form): Fields<PairForm>,
) -> Result<Response, Fault> {
    let wall = Wall::read(&desk).await?;
    let screen = ScreenId::parse(&form.screen).ok().filter(|id| wall.places.screen(id).is_some());
    let Some(screen) = screen else {
        return show_again(&page(&desk, &staff, form, vec![Said::bad("bad-pair-screen")]).await?);
    };
    let box_id = match pairing::claim(&desk.house, &clean(&form.code), &staff.account.id).await {
        Ok(box_id) => box_id,
        Err(error) => {
            let said = claim_problem(&desk, error)?;
            return show_again(&page(&desk, &staff, form, vec![said]).await?);
        }
    };
    let old = wall.paired(&screen).map(|paired| paired.id.clone());
    let done = match &old {
        Some(old) => assign::replace(&desk.house, old, &box_id).await,
        None => assign::attach(&desk.house, &box_id, &screen).await,
    };
    desk.note(&staff.account, "box.pair", screen.as_str(), box_id.as_str()).await?;
    answer(done, &Said::new("said-paired").put("name", &screen), &screen)
}

fn claim_problem(desk: &Desk, error: ClaimError) -> Result<Said, Fault> {
    Ok(match error {
        ClaimError::NotACode(_) => Said::bad("bad-pair-code"),
        ClaimError::Wrong { tries_left } => Said::bad("bad-pair-wrong").put("count", tries_left),
        ClaimError::Expired => Said::bad("bad-pair-expired"),
        ClaimError::Gone => Said::bad("bad-pair-gone"),
        ClaimError::Locked { until } => {
            let left_ms = until.ms_since(desk.house.now()).max(0);
            Said::bad("bad-pair-locked").put("time", moment::length(left_ms))
        }
        ClaimError::Keys(error) => return Err(Fault::internal(error)),
        ClaimError::Db(error) => return Err(error.into()),
    })
}

fn answer(done: Result<(), AssignError>, said: &Said, screen: &ScreenId) -> Result<Response, Fault> {
    let problem = match done {
        Ok(()) => return Ok(said.clone().at(&format!("/screens/{screen}"))),
        Err(AssignError::Taken { .. }) => "bad-assign-taken",
        Err(AssignError::OtherZone { .. }) => "bad-assign-zone",
        Err(AssignError::NotSpare(_)) => "bad-assign-spare",
        Err(AssignError::NoBox(_) | AssignError::NoScreen(_) | AssignError::Itself(_)) => return Err(Fault::changed()),
        Err(AssignError::Db(error)) => return Err(error.into()),
        Err(error @ AssignError::Document(_)) => return Err(Fault::internal(error)),
    };
    Ok(Said::bad(problem).at(&format!("/screens/{screen}")))
}

#[derive(Deserialize)]
pub(super) struct BoxForm {
    #[serde(rename = "box")]
    box_id: String,
}

/// Gives a dark screen to a box that is paired already; where another box lights it, that one is replaced.
pub(super) async fn attach(
    State(desk): State<Desk>,
    staff: Staff,
    Named(screen): Named<ScreenId>,
    Fields(form): Fields<BoxForm>,
) -> Result<Response, Fault> {
    let box_id = BoxId::parse(&form.box_id).map_err(|_| Fault::bad_form())?;
    let wall = Wall::read(&desk).await?;
    let done = match wall.paired(&screen) {
        Some(old) => assign::replace(&desk.house, &old.id, &box_id).await,
        None => assign::attach(&desk.house, &box_id, &screen).await,
    };
    desk.note(&staff.account, "box.attach", screen.as_str(), box_id.as_str()).await?;
    answer(done, &Said::new("said-attached").put("name", &screen), &screen)
}

/// Takes a screen from its box; the box is spare then.
pub(super) async fn detach(
    State(desk): State<Desk>,
    staff: Staff,
    Named(screen): Named<ScreenId>,
) -> Result<Response, Fault> {
    let done = assign::detach(&desk.house, &screen).await;
    desk.note(&staff.account, "box.detach", screen.as_str(), "").await?;
    answer(done, &Said::new("said-detached").put("name", &screen), &screen)
}

/// Ends the belief in the box that lights a screen.
pub(super) async fn unpair(
    State(desk): State<Desk>,
    staff: Staff,
    Named(screen): Named<ScreenId>,
) -> Result<Response, Fault> {
    let wall = Wall::read(&desk).await?;
    let paired = wall.paired(&screen).ok_or_else(Fault::changed)?;
    let done = assign::unpair(&desk.house, &paired.id).await;
    desk.note(&staff.account, "box.unpair", screen.as_str(), paired.id.as_str()).await?;
    answer(done, &Said::new("said-unpaired").put("name", &screen), &screen)
}

/// Ends the belief in a spare box.
pub(super) async fn unpair_spare(
    State(desk): State<Desk>,
    staff: Staff,
    Named(box_id): Named<BoxId>,
) -> Result<Response, Fault> {
    match assign::unpair(&desk.house, &box_id).await {
        Ok(()) => {}
        Err(AssignError::Db(error)) => return Err(error.into()),
        Err(_) => return Err(Fault::changed()),
    }
    desk.note(&staff.account, "box.unpair", box_id.as_str(), "").await?;
    Ok(Said::new("said-unpaired").put("name", &box_id).at("/screens"))
}
