//! Rules: which playlist is on the air where, when and how urgently.

use anteroom_content::id::{PlaylistId, RuleId};
use anteroom_content::playlist::Playlist;
use anteroom_content::schedule::{Calendar, Change, Level, Rule, ZONE_RULES_MAX};
use anteroom_content::text::Text;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::desk::Desk;
use super::fault::Fault;
use super::fields::{Asked, Fields, Filled, Named, new_name};
use super::frame::{Page, show, show_again};
use super::moment::{day, of_house, today};
use super::place_form::{Group, place_in_words, zones_of};
use super::rule_form::{RuleForm, level_word};
use super::said::Said;
use super::visitor::Staff;
use super::window_form::{WindowForm, day_kinds};
use super::window_words::{RecurrenceTold, hours_in_words, recurrence_in_words, time_in_words};
use crate::db::places::{self, Places};
use crate::db::{DbError, calendar, playlists};
use crate::words::Words;

struct Line {
    rule: Rule,
    playlist: Text,
    place: String,
    time: String,
    level: Text,
    zones: usize,
}

#[derive(Template)]
#[template(path = "rules.html")]
struct RulesPage {
    page: Page,
    lines: Vec<Line>,
    has_playlists: bool,
}

#[derive(Template)]
#[template(path = "rule.html")]
struct RulePage {
    page: Page,
    /// None while it is new.
    id: Option<RuleId>,
    form: RuleForm,
    /// Where and when the stored rule holds.
    summary: String,
    playlists: Vec<Playlist>,
    groups: Vec<Group>,
    levels: Vec<(&'static str, Text)>,
    days: [u8; 7],
    day_kinds: Vec<(&'static str, Text)>,
    changes: Vec<ChangeLine>,
    told: RecurrenceTold,
    problems: Vec<Said>,
}

/// One occurrence that was dropped or moved.
pub(super) struct ChangeLine {
    /// As it stands in the form.
    pub(super) word: String,
    /// The day by which it is undone.
    pub(super) on: String,
    /// In words.
    pub(super) text: String,
}

/// The changes in a form, in words.
pub(super) fn change_lines(form: &WindowForm, words: &Words) -> Vec<ChangeLine> {
    let line = |(word, change): (&str, Option<Change>)| {
        let Some(Change { on, to }) = change else {
            return ChangeLine { word: word.to_owned(), on: String::new(), text: word.to_owned() };
        };
        let told = day(words, on);
        let text = match to {
            None => words.say("change-dropped").put("on", told).to_string(),
            Some(to) => {
                let (date, hours) = (day(words, to.date), hours_in_words(to.hours, words));
                words.say("change-moved-to").put("on", told).put("to", date).put("hours", hours).to_string()
            }
        };
        ChangeLine { word: word.to_owned(), on: on.to_string(), text }
    };
    form.changed().into_iter().map(line).collect()
}

/// The page of all rules, the most urgent first.
pub(super) async fn look(State(desk): State<Desk>, staff: Staff) -> Result<Response, Fault> {
    let page = staff.page();
    let places = places::places(&desk.house.db).await?;
    let playlists = playlists::playlists(&desk.house.db).await?;
    let mut rules = playlists::rules(&desk.house.db).await?;
    rules.sort_by(|a, b| b.level.cmp(&a.level).then_with(|| (a.order, &a.id).cmp(&(b.order, &b.id))));
    let lines = rules.into_iter().map(|rule| Line {
        playlist: playlists.iter().find(|p| p.id == rule.playlist).map(|p| p.name.clone()).unwrap_or_default(),
        place: place_in_words(&rule.target, &places, page.words),
        time: time_in_words(&rule.window, page.words),
        level: rule.level.name(),
        zones: zones_of(&rule.target, &places).count(),
        rule,
    });
    let lines = lines.collect();
    show(&RulesPage { page, lines, has_playlists: !playlists.is_empty() })
}

async fn page(
    desk: &Desk,
    staff: &Staff,
    id: Option<RuleId>,
    form: RuleForm,
    problems: Vec<Said>,
) -> Result<RulePage, Fault> {
    let places = places::places(&desk.house.db).await?;
    let page = staff.page();
    let stored = playlists::rules(&desk.house.db).await?.into_iter().find(|rule| Some(&rule.id) == id.as_ref());
    let summary = stored.map(|rule| {
        let place = place_in_words(&rule.target, &places, page.words);
        format!("{place} · {}", time_in_words(&rule.window, page.words))
    });
    Ok(RulePage {
        told: recurrence_in_words(&form.window, &days_to_come(desk).await?, page.now, page.words),
        page,
        id,
        summary: summary.unwrap_or_default(),
        groups: form.place.groups(&places),
        playlists: playlists::playlists(&desk.house.db).await?,
        levels: Level::EDITABLE.into_iter().map(|level| (level_word(level), level.name())).collect(),
        days: [1, 2, 3, 4, 5, 6, 7],
        day_kinds: day_kinds(),
        changes: change_lines(&form.window, staff.page().words),
        form,
        problems,
    })
}

#[derive(Template)]
#[template(path = "recurrence.html")]
struct RecurrencePage {
    told: RecurrenceTold,
}

/// What a recurrence means, while it is being written.
pub(super) async fn recurrence(
    State(desk): State<Desk>,
    staff: Staff,
    Asked(asked): Asked<Filled>,
) -> Result<Response, Fault> {
    let page = staff.page();
    let form = WindowForm::asked(&asked);
    show(&RecurrencePage { told: recurrence_in_words(&form, &days_to_come(&desk).await?, page.now, page.words) })
}

/// The calendar, as far as dates to come need it.
pub(super) async fn days_to_come(desk: &Desk) -> Result<Calendar, Fault> {
    let from = today(&of_house(), desk.house.now());
    Ok(calendar::calendar(&desk.house.db, &from.to_string()).await?)
}

#[derive(Deserialize)]
pub(super) struct Start {
    playlist: Option<String>,
}

/// An empty form, perhaps with the playlist chosen.
pub(super) async fn start(
    State(desk): State<Desk>,
    staff: Staff,
    Asked(asked): Asked<Start>,
) -> Result<Response, Fault> {
    let playlist = asked.playlist.and_then(|id| PlaylistId::parse(&id).ok()).map(String::from).unwrap_or_default();
    show(&page(&desk, &staff, None, RuleForm { playlist, ..RuleForm::fresh() }, Vec::new()).await?)
}

/// A rule in its form.
pub(super) async fn open(State(desk): State<Desk>, staff: Staff, Named(id): Named<RuleId>) -> Result<Response, Fault> {
    let rule = playlists::rules(&desk.house.db).await?.into_iter().find(|rule| rule.id == id);
    let rule = rule.ok_or_else(Fault::not_found)?;
    show(&page(&desk, &staff, Some(id), RuleForm::of(&rule), Vec::new()).await?)
}

/// Makes a rule.
pub(super) async fn add(
    State(desk): State<Desk>,
    staff: Staff,
    Fields(filled): Fields<Filled>,
) -> Result<Response, Fault> {
    let id = RuleId::parse(&new_name("r")?).map_err(Fault::internal)?;
    keep(&desk, &staff, None, id, &filled).await
}

/// Changes a rule.
pub(super) async fn change(
    State(desk): State<Desk>,
    staff: Staff,
    Named(id): Named<RuleId>,
    Fields(filled): Fields<Filled>,
) -> Result<Response, Fault> {
    if !playlists::rules(&desk.house.db).await?.iter().any(|rule| rule.id == id) {
        return Err(Fault::not_found());
    }
    keep(&desk, &staff, Some(id.clone()), id, &filled).await
}

async fn keep(
    desk: &Desk,
    staff: &Staff,
    shown: Option<RuleId>,
    id: RuleId,
    filled: &Filled,
) -> Result<Response, Fault> {
    let form = RuleForm::filled(filled);
    let rule = match form.read(id, staff.visitor.now) {
        Ok(rule) => rule,
        Err(problems) => return show_again(&page(desk, staff, shown, form, problems).await?),
    };
    if let Some(crowded) = crowded(desk, &rule).await? {
        return show_again(&page(desk, staff, shown, form, vec![crowded]).await?);
    }
    match playlists::save_rule(&desk.house.db, &rule, staff.visitor.now).await {
        Ok(()) => {}
        Err(DbError::Conflict(_)) => {
            let problems = vec![Said::bad("bad-rule-playlist").of("playlist")];
            return show_again(&page(desk, staff, shown, form, problems).await?);
        }
        Err(error) => return Err(error.into()),
    }
    desk.note(&staff.account, "rule.save", rule.id.as_str(), rule.playlist.as_str()).await?;
    let stays = !filled.one("undo").is_empty() || !filled.one("skip_on").is_empty();
    let place = if stays { format!("/rules/{}", rule.id) } else { "/rules".to_owned() };
    Ok(Said::new("said-rule-saved").at(&place))
}

/// A zone that would have more rules than the wheel takes.
async fn crowded(desk: &Desk, rule: &Rule) -> Result<Option<Said>, Fault> {
    let places: Places = places::places(&desk.house.db).await?;
    let others = playlists::rules(&desk.house.db).await?;
    let full = zones_of(&rule.target, &places).find(|zone| {
        let site = places.site_of(zone);
        let holds = |other: &&Rule| other.id != rule.id && site.is_some_and(|site| other.target.holds(zone, site));
        others.iter().filter(holds).count() >= ZONE_RULES_MAX
    });
    Ok(full.map(|zone| Said::bad("bad-rule-crowded").put("max", ZONE_RULES_MAX).put_text("zone", zone.name.clone())))
}

/// Removes a rule.
pub(super) async fn remove(
    State(desk): State<Desk>,
    staff: Staff,
    Named(id): Named<RuleId>,
) -> Result<Response, Fault> {
    if !playlists::remove_rule(&desk.house.db, &id).await? {
        return Err(Fault::not_found());
    }
    desk.note(&staff.account, "rule.remove", id.as_str(), "").await?;
    Ok(Said::new("said-rule-removed").at("/rules"))
}
