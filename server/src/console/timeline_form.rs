//! One occurrence of a rule: moved, lengthened or dropped, alone, with those after it, or with all of them.

use anteroom_content::id::{RuleId, SiteId};
use anteroom_content::schedule::edit::{BadEdit, Edited, Scope};
use anteroom_content::schedule::{CHANGES_MAX, Calendar, Hours, Moved, Occurrence, Rule, Window};
use anteroom_content::text::Text;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;

use super::desk::Desk;
use super::fault::Fault;
use super::fields::{Asked, Fields, new_name, way_back};
use super::frame::{Page, show, show_again};
use super::moment::{self, read_wall, wall};
use super::said::Said;
use super::timeline_row::{hours_in_words, name_of, version_of};
use super::visitor::Staff;
use crate::db::{calendar, places, playlists};

/// The fields of a change; the same ones open its page.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct ChangeForm {
    /// Which rule.
    #[serde(default)]
    rule: String,
    /// Which occurrence: the date it was planned for.
    #[serde(default)]
    on: String,
    /// The site whose calendar it goes by.
    #[serde(default)]
    site: String,
    /// The date it is to start on.
    #[serde(default)]
    date: String,
    /// `HH:MM`.
    #[serde(default)]
    from: String,
    /// `HH:MM`.
    #[serde(default)]
    to: String,
    /// The end lies on the next day.
    #[serde(default)]
    next_day: String,
    /// `this`, `following`, `all`.
    #[serde(default)]
    scope: String,
    /// `move`, `drop`, `restore`.
    #[serde(default)]
    verb: String,
    /// Which state of the rule was seen.
    #[serde(default)]
    was: String,
    /// Where to go afterwards.
    #[serde(default)]
    back: String,
}

#[derive(Template)]
#[template(path = "timeline_change.html")]
struct ChangePage {
    page: Page,
    rule: Rule,
    /// What people call it.
    called: Text,
    level: Text,
    /// Where it lies, in words; none when it was dropped.
    lies: Option<String>,
    /// Where it was planned, when it was changed alone.
    planned: Option<String>,
    zones: usize,
    form: ChangeForm,
    problems: Vec<Said>,
}

/// A rule with the calendar its occurrences go by.
struct Found {
    rule: Rule,
    on: Date,
    calendar: Calendar,
}

async fn find(desk: &Desk, form: &ChangeForm) -> Result<Found, Fault> {
    let rules = playlists::rules(&desk.house.db).await?;
    let rule = rules.into_iter().find(|rule| rule.id.as_str() == form.rule).ok_or_else(Fault::not_found)?;
    let on: Date = form.on.parse().map_err(|_| Fault::bad_form())?;
    let held = calendar::calendar(&desk.house.db, "").await?;
    let calendar = SiteId::parse(&form.site).map_or(held.clone(), |site| held.of_site(&site));
    Ok(Found { rule, on, calendar })
}

/// The page of an occurrence.
pub(super) async fn open(
    State(desk): State<Desk>,
    staff: Staff,
    Asked(asked): Asked<ChangeForm>,
) -> Result<Response, Fault> {
    let found = find(&desk, &asked).await?;
    let window = &found.rule.window;
    let planned = window.hours(found.on, &found.calendar).filter(|_| window.is_planned(found.on, &found.calendar));
    let planned = planned.ok_or_else(Fault::not_found)?;
    let lies = window.occurrence(found.on, &found.calendar);
    let there = lies.unwrap_or(Occurrence { on: found.on, date: found.on, hours: planned });
    let form = ChangeForm {
        date: there.date.to_string(),
        from: wall(there.hours.from_min),
        to: wall(there.hours.to_min),
        next_day: if there.hours.to_min < there.hours.from_min { "1".to_owned() } else { String::new() },
        scope: "this".to_owned(),
        was: version_of(&found.rule).map_err(Fault::internal)?,
        back: back_of(&asked.back),
        ..asked
    };
    show(&page(&desk, &staff, found, form, Vec::new()).await?)
}

async fn page(
    desk: &Desk,
    staff: &Staff,
    found: Found,
    form: ChangeForm,
    problems: Vec<Said>,
) -> Result<ChangePage, Fault> {
    let Found { rule, on, calendar } = found;
    let page = staff.page();
    let places = places::places(&desk.house.db).await?;
    let holds =
        |zone: &&anteroom_content::place::Zone| places.site_of(zone).is_some_and(|site| rule.target.holds(zone, site));
    let window = &rule.window;
    let in_words = |date, hours| format!("{} {}", moment::day(page.words, date), hours_in_words(hours));
    let is_changed = window.changes.iter().any(|change| change.on == on);
    Ok(ChangePage {
        called: name_of(&rule, &playlists::playlists(&desk.house.db).await?),
        level: rule.level.name(),
        lies: window.occurrence(on, &calendar).map(|one| in_words(one.date, one.hours)),
        planned: window.hours(on, &calendar).filter(|_| is_changed).map(|hours| in_words(on, hours)),
        zones: places.zones.iter().filter(holds).count(),
        page,
        rule,
        form,
        problems,
    })
}

/// What the form asks for.
struct Asks {
    to: Option<Moved>,
    scope: Scope,
}

fn read(form: &ChangeForm, window: &Window, on: Date, calendar: &Calendar) -> Result<Asks, Vec<Said>> {
    let mut problems = Vec::new();
    let scope = match form.scope.as_str() {
        "this" => Some(Scope::This),
        "following" => Some(Scope::Following),
        "all" => Some(Scope::All),
        _ => None,
    };
    let scope = if form.verb == "restore" { Some(Scope::This) } else { scope };
    if scope.is_none() {
        problems.push(Said::bad("bad-change-scope"));
    }
    let to = match form.verb.as_str() {
        "drop" => None,
        "restore" => window.hours(on, calendar).map(|hours| Moved { date: on, hours }),
        _ => read_moved(form, &mut problems),
    };
    match scope {
        Some(scope) if problems.is_empty() => Ok(Asks { to, scope }),
        Some(_) | None => Err(problems),
    }
}

fn read_moved(form: &ChangeForm, problems: &mut Vec<Said>) -> Option<Moved> {
    let date: Option<Date> = form.date.trim().parse().ok();
    if date.is_none() {
        problems.push(Said::bad("bad-change-date"));
    }
    let (from, to) = (read_wall(&form.from).filter(|minute| *minute < 1440), read_wall(&form.to));
    let (Some(from_min), Some(to_min)) = (from, to) else {
        problems.push(Said::bad("bad-rule-times"));
        return None;
    };
    let is_overnight = !form.next_day.is_empty();
    // 00:00 of the next day is the end of this one.
    let to_min = if is_overnight && to_min == 0 { 1440 } else { to_min };
    if is_overnight && from_min == to_min {
        problems.push(Said::bad("bad-change-whole"));
        return None;
    }
    if from_min == to_min || (to_min < from_min) != (is_overnight && to_min != 1440) {
        problems.push(Said::bad("bad-change-end"));
        return None;
    }
    date.map(|date| Moved { date, hours: Hours { from_min, to_min } })
}

/// Changes an occurrence, and perhaps others.
pub(super) async fn change(
    State(desk): State<Desk>,
    staff: Staff,
    Fields(form): Fields<ChangeForm>,
) -> Result<Response, Fault> {
    let found = find(&desk, &form).await?;
    if form.was != version_of(&found.rule).map_err(Fault::internal)? {
        return Err(Fault::changed());
    }
    let asks = match read(&form, &found.rule.window, found.on, &found.calendar) {
        Ok(asks) => asks,
        Err(problems) => return show_again(&page(&desk, &staff, found, form, problems).await?),
    };
    let edited = match found.rule.window.edited(&found.calendar, found.on, asks.to, asks.scope) {
        Ok(edited) => edited,
        Err(why) => return show_again(&page(&desk, &staff, found, form, vec![told(why)]).await?),
    };
    let rule = found.rule;
    let becomes = match edited {
        Edited::Changed(window) => vec![Rule { window, ..rule.clone() }],
        Edited::Gone => Vec::new(),
        Edited::Split { before, after } => {
            let mut rules = vec![Rule { window: before, ..rule.clone() }];
            if let Some(window) = after {
                let id = RuleId::parse(&new_name("r")?).map_err(Fault::internal)?;
                rules.push(Rule { id, window, ..rule.clone() });
            }
            rules
        }
    };
    if !playlists::replace_rule(&desk.house.db, &rule, &becomes, staff.visitor.now).await? {
        return Err(Fault::changed());
    }
    let verb = if asks.to.is_some() { "rule.move" } else { "rule.drop" };
    let scope = match asks.scope {
        Scope::This => "this",
        Scope::Following => "following",
        Scope::All => "all",
    };
    let there = asks.to.map(|to| format!(" → {} {}", to.date, hours_in_words(to.hours))).unwrap_or_default();
    desk.note(&staff.account, verb, rule.id.as_str(), &format!("{scope} {}{there}", found.on)).await?;
    let said = if asks.to.is_some() { "said-occurrence-moved" } else { "said-occurrence-dropped" };
    Ok(Said::new(said).at(&back_of(&form.back)))
}

fn back_of(path: &str) -> String {
    let path = way_back(path);
    if path == "/timeline" || path.starts_with("/timeline?") { path } else { "/timeline".to_owned() }
}

fn told(why: BadEdit) -> Said {
    match why {
        BadEdit::NoOccurrence(date) => Said::bad("bad-change-gone").put("date", date),
        BadEdit::NoHours { .. } => Said::bad("bad-change-end"),
        BadEdit::Full => Said::bad("bad-change-full").put("count", CHANGES_MAX),
        BadEdit::NoOtherDate => Said::bad("bad-change-weekday"),
        BadEdit::Added(date) => Said::bad("bad-change-added").put("date", date),
        BadEdit::OffPlan(date) => Said::bad("bad-change-off-plan").put("date", date),
    }
}
