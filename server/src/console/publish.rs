//! Publishing: what would change, for which screens; the button; taking the last one back; what was published before.

use std::collections::HashMap;

use anteroom_content::place::{Screen, Site, Zone};
use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::delivery::{Progress, of_publication};
use super::desk::Desk;
use super::fault::Fault;
use super::frame::{Page, show};
use super::problem_lines::ProblemLines;
use super::said::Said;
use super::visitor::Staff;
use crate::db::publications::{self, Publication};
use crate::publish::{self, PublishError};

/// Publications told on the page.
const HISTORY_MAX: u32 = 20;
/// Zones listed one by one; beyond them people read the sums.
const ZONES_MAX: usize = 200;

struct ZoneLine {
    zone: Zone,
    site: Option<Site>,
    screens: Vec<Screen>,
    is_empty: bool,
}

#[derive(Template)]
#[template(path = "publish.html")]
struct PublishPage {
    page: Page,
    problems: ProblemLines,
    /// How many zones would change.
    changed: usize,
    /// The first of them.
    zones: Vec<ZoneLine>,
    zones_left_out: usize,
    screens: usize,
    empty: usize,
    history: Vec<Publication>,
    /// How far the newest one has come.
    progress: Option<Progress>,
    names: HashMap<String, String>,
    can_undo: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "templates hand their fields on by reference")]
impl PublishPage {
    fn name(&self, account: &str) -> String {
        self.names.get(account).cloned().unwrap_or_else(|| account.to_owned())
    }

    fn is_undone(&self, version: &u64) -> bool {
        self.history.iter().any(|publication| publication.undoes == Some(*version))
    }
}

/// The page.
pub(super) async fn look(State(desk): State<Desk>, staff: Staff) -> Result<Response, Fault> {
    let page = staff.page();
    let draft = publish::draft(&desk.house).await?;
    let preview = publish::preview_draft(&desk.house, &draft).await?;
    let problems = ProblemLines::of(&page, &draft, &publish::problems(&desk.house, &draft).await?);
    let history = publications::last(&desk.house.db, HISTORY_MAX).await?;
    let progress = match history.first() {
        Some(newest) => of_publication(&desk, &page, newest.version).await?,
        None => None,
    };
    let zones = preview.zones.iter().take(ZONES_MAX).filter_map(|id| {
        let zone = draft.places.zone(id)?.clone();
        Some(ZoneLine {
            site: draft.places.site_of(&zone).cloned(),
            screens: draft.places.screens_of(id).cloned().collect(),
            is_empty: preview.empty.contains(id),
            zone,
        })
    });
    let undone: Vec<u64> = history.iter().filter_map(|publication| publication.undoes).collect();
    let mut undoable = history.iter().filter(|one| one.kind == "publish" && !undone.contains(&one.version));
    // The first publication of a house has nothing before it to go back to.
    let can_undo = match undoable.next() {
        Some(last) => !publications::before(&desk.house.db, last.version).await?.is_empty(),
        None => false,
    };
    show(&PublishPage {
        page,
        problems,
        changed: preview.zones.len(),
        zones: zones.collect(),
        zones_left_out: preview.zones.len().saturating_sub(ZONES_MAX),
        screens: preview.screens.len(),
        empty: preview.empty.len(),
        names: desk.names().await?,
        progress,
        history,
        can_undo,
    })
}

/// Publishes.
pub(super) async fn publish(State(desk): State<Desk>, staff: Staff) -> Result<Response, Fault> {
    let published = match publish::publish(&desk.house, &staff.account.id).await {
        Ok(published) => published,
        Err(PublishError::Nothing) => return Ok(Said::bad("bad-nothing-to-publish").at("/publish")),
        // The page lists them by name, with the way to each.
        Err(PublishError::Problems(_)) => return Ok(Said::bad("bad-publish-problems").at("/publish#draft-problems")),
        Err(error) => return Err(error.into()),
    };
    let count = published.preview.screens.len();
    desk.note(&staff.account, "publish", &published.version.to_string(), &count.to_string()).await?;
    Ok(Said::new("said-published").put("count", count).at("/publish"))
}

/// Takes the last publication back.
pub(super) async fn undo(State(desk): State<Desk>, staff: Staff) -> Result<Response, Fault> {
    let published = match publish::undo(&desk.house, &staff.account.id).await {
        Ok(published) => published,
        Err(PublishError::NothingToUndo) => return Ok(Said::bad("bad-nothing-to-undo").at("/publish")),
        Err(error) => return Err(error.into()),
    };
    let count = published.preview.screens.len();
    desk.note(&staff.account, "publish.undo", &published.version.to_string(), &count.to_string()).await?;
    Ok(Said::new("said-undone").put("count", count).at("/publish"))
}
