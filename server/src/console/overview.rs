//! The first page: what is wrong, how many screens stand how, and what each shows now.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use anteroom_content::clock::HOUR_MS;
use anteroom_content::place::Site;

use super::desk::Desk;
use super::fault::Fault;
use super::fields::Asked;
use super::frame::{Page, show};
use super::glass::{Glass, Shows, Standing, Wall, What, ask_for_picture};
use super::hands::{DownLine, downs};
use super::visitor::Staff;
use crate::db::accounts;
use crate::db::boxes::{self, ToldTrouble};
use crate::db::items::{self, ReviewState};
use crate::publish;

/// Screens on a page.
const SCREENS_MAX: usize = 50;
/// Troubles on the page.
const TROUBLES_MAX: u32 = 5;
/// Troubles older than this are history.
const TROUBLE_MS: i64 = 24 * HOUR_MS;

/// The words of a standing, in the order of the tiles.
const STANDINGS: [&str; 4] = ["offline", "updating", "online", "unpaired"];

/// What is left to do before anything is seen; shown while something is.
struct FirstSteps {
    has_second_account: bool,
    has_pair: bool,
    has_published: bool,
}

#[derive(Template)]
#[template(path = "overview.html")]
struct OverviewPage {
    page: Page,
    counts: Vec<(&'static str, usize)>,
    total: usize,
    glasses: Vec<Glass>,
    troubles: Vec<(ToldTrouble, String)>,
    sites: Vec<Site>,
    site: String,
    state: String,
    number: usize,
    has_more: bool,
    waiting: usize,
    unpublished: usize,
    steps: Option<FirstSteps>,
    downs: Vec<DownLine>,
}

#[derive(Default, Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    state: String,
    #[serde(default)]
    site: String,
    #[serde(default)]
    page: usize,
}

/// The page; a part of it asks for itself every few seconds.
pub(super) async fn look(
    State(desk): State<Desk>,
    staff: Staff,
    Asked(which): Asked<Which>,
) -> Result<Response, Fault> {
    let wall = Wall::read(&desk).await?;
    let of_site = |zone: &anteroom_content::id::ZoneId| {
        which.site.is_empty() || wall.places.zone(zone).is_some_and(|zone| zone.site.as_str() == which.site)
    };
    let mut standings: Vec<_> = wall
        .places
        .screens
        .iter()
        .filter(|screen| of_site(&screen.zone))
        .map(|screen| (wall.standing(screen), screen))
        .collect();
    standings.sort_by(|(a, one), (b, other)| a.rank().cmp(&b.rank()).then_with(|| one.id.cmp(&other.id)));
    let count = |word| standings.iter().filter(|(standing, _)| standing.word() == word).count();
    let counts: Vec<_> = STANDINGS.into_iter().map(|word| (word, count(word))).collect();
    let total = standings.len();
    let wanted: Vec<_> =
        standings.iter().filter(|(standing, _)| which.state.is_empty() || standing.word() == which.state).collect();
    let has_more = wanted.len() > (which.page + 1).saturating_mul(SCREENS_MAX);
    let mut shows = Shows::default();
    let mut glasses = Vec::new();
    for (_, screen) in wanted.into_iter().skip(which.page.saturating_mul(SCREENS_MAX)).take(SCREENS_MAX) {
        if let Some(glass) = wall.glass(&desk, screen, &mut shows).await? {
            ask_for_picture(&desk, &glass);
            glasses.push(glass);
        }
    }
    let waiting = items::items(&desk.house.db).await?.iter().filter(|one| one.state == ReviewState::Waiting).count();
    let page = OverviewPage {
        page: staff.page(),
        troubles: troubles(&desk, &wall).await?,
        unpublished: publish::preview(&desk.house).await?.screens.len(),
        steps: first_steps(&desk, &standings).await?,
        downs: downs(&desk).await?,
        sites: wall.places.sites.clone(),
        site: which.site,
        state: which.state,
        number: which.page,
        counts,
        total,
        glasses,
        has_more,
        waiting,
    };
    show(&page)
}

async fn first_steps(
    desk: &Desk,
    standings: &[(Standing, &anteroom_content::place::Screen)],
) -> Result<Option<FirstSteps>, Fault> {
    let steps = FirstSteps {
        has_second_account: accounts::accounts(&desk.house.db).await?.len() > 1,
        has_pair: standings.iter().any(|(standing, _)| *standing != Standing::Unpaired),
        has_published: !crate::db::publications::last(&desk.house.db, 1).await?.is_empty(),
    };
    let is_done = steps.has_second_account && steps.has_pair && steps.has_published;
    Ok((!is_done).then_some(steps))
}

async fn troubles(desk: &Desk, wall: &Wall) -> Result<Vec<(ToldTrouble, String)>, Fault> {
    let from = desk.house.now().plus_ms(-TROUBLE_MS);
    let told = boxes::troubles(&desk.house.db, from, TROUBLES_MAX).await?;
    let named = told.into_iter().map(|trouble| {
        let lit: Vec<_> = wall
            .places
            .screens
            .iter()
            .filter(|screen| wall.paired(&screen.id).is_some_and(|paired| paired.id == trouble.box_id))
            .map(|screen| screen.id.to_string())
            .collect();
        let name = if lit.is_empty() { trouble.box_id.to_string() } else { lit.join(", ") };
        (trouble, name)
    });
    Ok(named.collect())
}
