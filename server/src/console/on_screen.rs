//! What was on a screen at a moment: the play that says so with all that vouches for it, or what is known instead.

use anteroom_content::clock::{Instant, Offsets, SECOND_MS};
use anteroom_content::id::ScreenId;
use anteroom_content::place::Screen;
use anteroom_content::timeline::Showing;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::civil::DateTime;
use serde::Deserialize;

use super::desk::Desk;
use super::fault::Fault;
use super::fields::Asked;
use super::frame::{Page, show, show_again};
use super::moment;
use super::report::fault_of;
use super::said::Said;
use super::visitor::Staff;
use crate::db::places::{Places, places};
use crate::reports::{self, Instead, OnScreen, Told};

#[derive(Template)]
#[template(path = "on_screen.html")]
struct OnScreenPage {
    page: Page,
    screens: Vec<Screen>,
    screen: String,
    at: String,
    found: Option<OnScreen>,
    clocks: Offsets,
    problems: Vec<Said>,
}

#[expect(clippy::trivially_copy_pass_by_ref, clippy::unused_self, reason = "templates call methods by reference")]
impl OnScreenPage {
    /// `2026-11-22 14:05:09`, by the site's clocks.
    fn wall(&self, at: &Instant) -> String {
        self.clocks.local(*at).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    fn until(&self, told: &Told) -> String {
        self.wall(&told.until())
    }

    fn length(&self, told: &Told) -> String {
        moment::length(i64::from(told.play.shown_ms))
    }

    /// `360 frames · print 0f1e2d3c4b5a6978@1034`, or that the player was too old to say.
    fn rendered(&self, told: &Told) -> String {
        let Some(proof) = told.play.proof else { return self.page.word("at-no-proof") };
        let print = proof.print.map_or_else(|| self.page.word("at-no-print"), |print| print.to_string());
        self.page.t("at-rendered-words").put("frames", proof.frames).put("print", print).to_string()
    }

    /// `12 s of 12 s`, or that nobody could read it.
    fn lit(&self, told: &Told) -> String {
        let Some(lamp) = told.play.proof.and_then(|proof| proof.lamp) else { return self.page.word("lit-unknown") };
        let [lit, read] = [lamp.lit_ms, lamp.read_ms].map(|ms| moment::length(i64::from(ms)));
        self.page.t("at-lit-words").put("lit", lit).put("read", read).to_string()
    }

    fn planned_for(&self, told: &Told) -> String {
        let length = moment::length(i64::from(told.play.planned_ms));
        format!("{} ({length})", self.wall(&told.play.planned_at))
    }

    fn ending(&self, told: &Told) -> String {
        use anteroom_content::play::Ending;
        self.page.word(match told.play.ending {
            Ending::Complete => "at-complete",
            Ending::Preempted => "at-preempted",
            Ending::Interrupted => "at-interrupted",
        })
    }

    fn signature(&self, told: &Told) -> String {
        self.page.word(match (told.is_signed, told.is_certified) {
            (true, true) => "at-certified",
            (true, false) => "at-signed",
            (false, _) => "at-unsigned",
        })
    }

    fn why(&self, instead: &Instead) -> String {
        self.page.word(&format!("at-why-{}", instead.why.as_str()))
    }

    fn planned(&self, instead: &Instead) -> String {
        match &instead.planned {
            None => self.page.word("nothing-published"),
            Some((Showing::Item { item, .. }, title)) => format!("{} {item}", self.page.text(title)),
            Some((Showing::Strip, _)) => self.page.word("showing-strip"),
            Some((Showing::Closed, _)) => self.page.word("showing-closed"),
            Some((Showing::Fallback, _)) => self.page.word("showing-fallback"),
        }
    }
}

#[derive(Default, Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    screen: String,
    /// `2026-11-25T10:03`, with seconds if need be.
    #[serde(default)]
    at: String,
}

/// The page.
pub(super) async fn look(
    State(desk): State<Desk>,
    staff: Staff,
    Asked(which): Asked<Which>,
) -> Result<Response, Fault> {
    let page = staff.page();
    let places = places(&desk.house.db).await?;
    let asked = ScreenId::parse(which.screen.trim()).ok().and_then(|id| places.screen(&id).cloned());
    let clocks = clocks_of(&places, asked.as_ref(), page.now)?;
    let now = clocks.local(page.now).strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let at = if which.at.is_empty() { now } else { which.at.clone() };
    let mut told = OnScreenPage {
        page,
        screens: places.screens.clone(),
        screen: which.screen,
        at,
        found: None,
        clocks,
        problems: Vec::new(),
    };
    if told.screen.is_empty() {
        return show(&told);
    }
    match (asked, told.at.parse::<DateTime>()) {
        (Some(screen), Ok(wall)) => {
            // The clocks of then may have stood otherwise than those of now.
            let around = Offsets::fixed("UTC", 0).instant(wall.date(), 0);
            told.clocks = clocks_of(&places, Some(&screen), around)?;
            let minute = i32::from(wall.hour()) * 60 + i32::from(wall.minute());
            let at = told.clocks.instant(wall.date(), minute).plus_ms(i64::from(wall.second()) * SECOND_MS);
            told.found = Some(reports::on_screen(&desk.house, &screen.id, at).await.map_err(fault_of)?);
            show(&told)
        }
        (None, _) => {
            told.problems.push(Said::bad("bad-at-screen"));
            show_again(&told)
        }
        (Some(_), Err(_)) => {
            told.problems.push(Said::bad("bad-at-time"));
            show_again(&told)
        }
    }
}

fn clocks_of(places: &Places, screen: Option<&Screen>, around: Instant) -> Result<Offsets, Fault> {
    let zone = screen.and_then(|screen| places.zone(&screen.zone));
    let site = zone.and_then(|zone| places.site_of(zone)).or(places.sites.first());
    let time_zone = site.map_or(moment::HOUSE_ZONE, |site| site.time_zone.as_str());
    Offsets::of_zone(time_zone, around).map_err(Fault::internal)
}
