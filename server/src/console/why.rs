//! Why this is on the screen: the winner, then everything else that could have been there, each with its reason.

use anteroom_content::clock::{Instant, Offsets};
use anteroom_content::id::ScreenId;
use anteroom_content::place::{Screen, Zone};
use anteroom_content::programme::Show;
use anteroom_content::text::Text;
use anteroom_content::timeline::{Contender, Who};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;

use super::desk::Desk;
use super::fault::Fault;
use super::fields::{Asked, Named};
use super::frame::{self, Page};
use super::glass::{Now, What, told};
use super::visitor::Staff;
use crate::db::{campaigns, places, playlists};
use crate::publish;

/// The moments a page is drawn of: the years 1980 to 2999.
const MOMENTS_MS: std::ops::Range<i64> = 315_532_800_000..32_503_680_000_000;

struct Line {
    name: Text,
    level: Option<Text>,
    kind: &'static str,
    /// The page of the rule or campaign, while it still stands in the console.
    path: Option<String>,
    /// Why it is not on the screen; none when it is.
    why: Option<Text>,
}

/// What is on the screen, and why.
struct Told {
    now: Now,
    lines: Vec<Line>,
    clocks: Offsets,
    date: Date,
}

#[derive(Template)]
#[template(path = "why.html")]
struct WhyPage {
    page: Page,
    screen: Screen,
    zone: Zone,
    at: Instant,
    told: Option<Told>,
}

#[expect(clippy::trivially_copy_pass_by_ref, clippy::unused_self, reason = "templates call methods by reference")]
impl WhyPage {
    /// `2026-11-22 14:05:09`, by the zone's clocks.
    fn wall(&self, told: &Told, at: &Instant) -> String {
        told.clocks.local(*at).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }
}

#[derive(Default, Deserialize)]
pub(super) struct Which {
    at: Option<i64>,
}

/// The page of a moment; of now when none is named.
pub(super) async fn look(
    State(desk): State<Desk>,
    staff: Staff,
    Named(id): Named<ScreenId>,
    Asked(which): Asked<Which>,
) -> Result<Response, Fault> {
    let page = staff.page();
    let at = match which.at {
        Some(ms) if MOMENTS_MS.contains(&ms) => Instant(ms),
        Some(_) => return Err(Fault::bad_form()),
        None => page.now,
    };
    let places = places::places(&desk.house.db).await?;
    let screen = places.screen(&id).ok_or_else(Fault::not_found)?.clone();
    let zone = places.zone(&screen.zone).ok_or_else(Fault::not_found)?.clone();
    let timeline = publish::timeline(&desk.house, &zone.id, at).await?;
    let has_begun = timeline.shows().next().is_some_and(|(begin, _)| begin <= at);
    let told = match timeline.why(&id, at).zip(timeline.show_at(at)).filter(|_| has_begun) {
        None => None,
        Some((explanation, show)) => {
            let rules = playlists::rules(&desk.house.db).await?;
            let campaigns = campaigns::campaigns(&desk.house.db).await?;
            let path_of = |who: &Who| match who {
                Who::Rule { rule, .. } => rules.iter().any(|one| one.id == *rule).then(|| format!("/rules/{rule}")),
                Who::Campaign { campaign, .. } => {
                    campaigns.iter().any(|one| one.id == *campaign).then(|| format!("/campaigns/{campaign}"))
                }
                Who::Floor => None,
            };
            let lines = explanation.contenders.iter().map(|contender| line(contender, show, &path_of)).collect();
            Some(Told {
                now: told(&timeline, explanation.cue),
                lines,
                clocks: show.offsets.clone(),
                date: show.offsets.date(at),
            })
        }
    };
    frame::show(&WhyPage { page, screen, zone, at, told })
}

fn line(contender: &Contender, show: &Show, path_of: &impl Fn(&Who) -> Option<String>) -> Line {
    let (name, level, kind) = match &contender.who {
        Who::Rule { name, level, .. } => (name.clone(), Some(level.name()), "rule"),
        Who::Campaign { name, .. } => (name.clone(), None, "campaign"),
        Who::Floor => (Text::new("公益时长下限", "Public-service floor"), None, "floor"),
    };
    let why = contender.loss.as_ref().map(|loss| loss.say(show));
    Line { name, level, kind, path: path_of(&contender.who), why }
}
