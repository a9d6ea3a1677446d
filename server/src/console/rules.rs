//! Rules: which playlist is on the air where, when and how urgently.

use anteroom_content::id::{PlaylistId, RuleId};
use anteroom_content::place::{Network, Site, Zone, ZoneKind};
use anteroom_content::playlist::Playlist;
use anteroom_content::schedule::{Level, Rule, Weekdays, Where, Window};
use anteroom_content::text::{Language, Text};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::desk::Desk;
use super::fault::Fault;
use super::fields::{Asked, Fields, Named, new_name};
use super::frame::{Page, show, show_again};
use super::moment::wall;
use super::rule_form::{RuleForm, kind_word, level_word};
use super::said::Said;
use super::visitor::Staff;
use crate::db::places::{self, Places};
use crate::db::{DbError, playlists};
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
    playlists: Vec<Playlist>,
    sites: Vec<(Site, Vec<Zone>)>,
    networks: Vec<Network>,
    kinds: Vec<(&'static str, Text)>,
    levels: Vec<(&'static str, Text)>,
    days: [u8; 7],
    problems: Vec<Said>,
}

impl RulePage {
    /// Something of the site is chosen already.
    fn is_open(&self, site: &Site, zones: &[Zone]) -> bool {
        self.form.has_place(&format!("site:{}", site.id))
            || zones
                .iter()
                .any(|zone| self.form.has_place(&format!("zone:{}", zone.id)) || self.form.leaves_out(&zone.id))
    }
}

/// The page of all rules, the most urgent first.
pub(super) async fn look(State(desk): State<Desk>, staff: Staff) -> Result<Response, Fault> {
    let page = staff.page();
    let places = places::places(&desk.house.db).await?;
    let playlists = playlists::playlists(&desk.house.db).await?;
    let mut rules = playlists::rules(&desk.house.db).await?;
    rules.sort_by(|a, b| b.level.cmp(&a.level).then_with(|| a.id.cmp(&b.id)));
    let lines = rules.into_iter().map(|rule| Line {
        playlist: playlists.iter().find(|p| p.id == rule.playlist).map(|p| p.name.clone()).unwrap_or_default(),
        place: place_in_words(&rule, &places, page.words, page.language),
        time: time_in_words(&rule.window, page.words),
        level: rule.level.name(),
        zones: places
            .zones
            .iter()
            .filter(|zone| places.site_of(zone).is_some_and(|site| rule.target.holds(zone, site)))
            .count(),
        rule,
    });
    let lines = lines.collect();
    show(&RulesPage { page, lines, has_playlists: !playlists.is_empty() })
}

fn place_in_words(rule: &Rule, places: &Places, words: &Words, language: Language) -> String {
    let name = |place: &Where| match place {
        Where::Everywhere => words.get("everywhere"),
        Where::Site(id) => places
            .sites
            .iter()
            .find(|site| site.id == *id)
            .map_or_else(|| id.to_string(), |site| site.name.in_language(language).to_owned()),
        Where::Zone(id) => {
            places.zone(id).map_or_else(|| id.to_string(), |zone| zone.name.in_language(language).to_owned())
        }
        Where::Kind(kind) => kind.name().in_language(language).to_owned(),
        Where::City(code) => places
            .cities
            .iter()
            .find(|city| city.code == *code)
            .map_or_else(|| code.clone(), |city| city.name.in_language(language).to_owned()),
        Where::Building(id) => places
            .buildings
            .iter()
            .find(|building| building.id == *id)
            .map_or_else(|| id.to_string(), |building| building.name.in_language(language).to_owned()),
        Where::Tag(tag) => format!("#{tag}"),
        Where::Network(id) => places
            .networks
            .iter()
            .find(|network| network.id == *id)
            .map_or_else(|| id.to_string(), |network| network.name.in_language(language).to_owned()),
    };
    let separator = words.get("list-separator");
    let mut told = rule.target.places.iter().map(name).collect::<Vec<_>>().join(&separator);
    if !rule.target.except.is_empty() {
        let except: Vec<_> = rule.target.except.iter().map(name).collect();
        told.push_str(&words.say("rule-except").put("zones", except.join(&separator)).to_string());
    }
    told
}

fn time_in_words(window: &Window, words: &Words) -> String {
    let mut parts = Vec::new();
    if window.first.is_some() || window.last.is_some() {
        let date = |date: Option<jiff::civil::Date>| date.map(|date| date.to_string()).unwrap_or_default();
        parts.push(format!("{} – {}", date(window.first), date(window.last)));
    }
    if window.days == Weekdays::ALL {
        parts.push(words.get("every-day"));
    } else if window.days == Weekdays::WORKDAYS {
        parts.push(words.get("workdays"));
    } else {
        let days = (1..=7_u8).filter(|day| window.days.0 & (1 << (day - 1)) != 0);
        parts.push(
            days.map(|day| words.get(&format!("weekday-{day}"))).collect::<Vec<_>>().join(&words.get("list-separator")),
        );
    }
    if (window.from_min, window.to_min) == (0, 1440) {
        parts.push(words.get("all-day"));
    } else {
        parts.push(format!("{}–{}", wall(window.from_min), wall(window.to_min)));
    }
    parts.join(" · ")
}

async fn page(
    desk: &Desk,
    staff: &Staff,
    id: Option<RuleId>,
    form: RuleForm,
    problems: Vec<Said>,
) -> Result<RulePage, Fault> {
    let places = places::places(&desk.house.db).await?;
    let sites = places.sites.iter().map(|site| {
        let zones = places.zones.iter().filter(|zone| zone.site == site.id).cloned().collect();
        (site.clone(), zones)
    });
    Ok(RulePage {
        page: staff.page(),
        id,
        form,
        playlists: playlists::playlists(&desk.house.db).await?,
        sites: sites.collect(),
        networks: places.networks.clone(),
        kinds: ZoneKind::ALL.into_iter().map(|kind| (kind_word(kind), kind.name())).collect(),
        levels: Level::EDITABLE.into_iter().map(|level| (level_word(level), level.name())).collect(),
        days: [1, 2, 3, 4, 5, 6, 7],
        problems,
    })
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
    Fields(form): Fields<RuleForm>,
) -> Result<Response, Fault> {
    let id = RuleId::parse(&new_name("r")?).map_err(Fault::internal)?;
    keep(&desk, &staff, None, id, form).await
}

/// Changes a rule.
pub(super) async fn change(
    State(desk): State<Desk>,
    staff: Staff,
    Named(id): Named<RuleId>,
    Fields(form): Fields<RuleForm>,
) -> Result<Response, Fault> {
    if !playlists::rules(&desk.house.db).await?.iter().any(|rule| rule.id == id) {
        return Err(Fault::not_found());
    }
    keep(&desk, &staff, Some(id.clone()), id, form).await
}

async fn keep(
    desk: &Desk,
    staff: &Staff,
    shown: Option<RuleId>,
    id: RuleId,
    form: RuleForm,
) -> Result<Response, Fault> {
    let rule = match form.read(id) {
        Ok(rule) => rule,
        Err(problems) => return show_again(&page(desk, staff, shown, form, problems).await?),
    };
    match playlists::save_rule(&desk.house.db, &rule, staff.visitor.now).await {
        Ok(()) => {}
        Err(DbError::Conflict(_)) => {
            let problems = vec![Said::bad("bad-rule-playlist")];
            return show_again(&page(desk, staff, shown, form, problems).await?);
        }
        Err(error) => return Err(error.into()),
    }
    desk.note(&staff.account, "rule.save", rule.id.as_str(), rule.playlist.as_str()).await?;
    Ok(Said::new("said-rule-saved").at("/rules"))
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
