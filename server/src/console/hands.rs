//! Remote hands: what a person has one screen, a zone or a site do at once, what became of it, and taking down and putting back.

use std::collections::HashMap;
use std::sync::Arc;

use anteroom_content::clock::Instant;
use anteroom_content::id::ScreenId;
use anteroom_content::place::Screen;
use anteroom_content::power::Lamp;
use anteroom_content::text::Text;
use anteroom_content::wire::{Command, Cover, HANDS_SINCE, IDENTIFY_MS, TEST_CARD_MS};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::desk::Desk;
use super::fault::Fault;
use super::fields::{Fields, Named, clean};
use super::frame::{Page, show};
use super::said::Said;
use super::sound::Loud;
use super::visitor::Staff;
use crate::db::places::{self, Places};
use crate::hands::{self, Fate, Given, Scope, TakeDown};

/// The longest reason for taking something down, in characters.
const REASON_CHARS_MAX: usize = 200;
/// What may be ordered, by its word in forms; what a whole zone or site may be told stands first.
const COMMANDS: [(&str, Command); 6] = [
    ("identify", Command::Identify { for_ms: IDENTIFY_MS }),
    ("test-card", Command::TestCard { for_ms: TEST_CARD_MS }),
    ("clear", Command::Clear),
    ("restart-stage", Command::RestartStage),
    ("restart-agent", Command::RestartAgent),
    ("log", Command::Log),
];
/// So many of them may be told many screens at once.
const FOR_MANY: usize = 3;

fn word_of(command: Command) -> &'static str {
    if matches!(command, Command::Volume { .. }) {
        return "volume";
    }
    if let Command::Power { lamp, .. } = command {
        return if lamp == Lamp::Dark { "dark" } else { "lit" };
    }
    COMMANDS.into_iter().find(|(_, known)| *known == command).map_or("unknown", |(word, _)| word)
}

/// Who took something down, when and why.
pub(super) struct DownLine {
    /// As it stands in addresses.
    pub(super) scope: String,
    /// What people call it.
    pub(super) name: Text,
    /// By whom.
    pub(super) by: String,
    /// Since when.
    pub(super) at: Instant,
    /// Why.
    pub(super) reason: String,
    /// Screens that are meant.
    pub(super) screens: usize,
    /// Those of them whose glass was seen to be covered.
    pub(super) seen: usize,
}

/// What is down, the newest first; empty where nothing is.
pub(super) async fn downs(desk: &Desk) -> Result<Vec<DownLine>, Fault> {
    if desk.house.hands.down.is_empty() {
        return Ok(Vec::new());
    }
    let places = places::places(&desk.house.db).await?;
    let names = desk.names().await?;
    let holding = crate::db::take_downs::holding(&desk.house.db).await?;
    Ok(holding.iter().rev().map(|one| line(desk, &places, &names, one)).collect())
}

fn line(desk: &Desk, places: &Places, names: &HashMap<String, String>, one: &TakeDown) -> DownLine {
    let screens: Vec<_> = places.screens.iter().filter(|screen| one.scope.holds(screen, places)).collect();
    DownLine {
        scope: one.scope.to_string(),
        name: name_of(&one.scope, places).unwrap_or_else(|| Text::new(one.scope.name(), "")),
        by: names.get(&one.account).cloned().unwrap_or_else(|| one.account.clone()),
        at: one.from,
        reason: one.reason.clone(),
        seen: screens.iter().filter(|screen| standing(desk, &screen.id) == DownStanding::Confirmed).count(),
        screens: screens.len(),
    }
}

/// What people call a scope; none when it is not there.
fn name_of(scope: &Scope, places: &Places) -> Option<Text> {
    match scope {
        Scope::Screen(id) => places.screen(id).map(|screen| {
            let zone = places.zone(&screen.zone).map(|zone| zone.name.clone()).unwrap_or_default();
            let both = |zone: &str, name: &str| format!("{zone} {name}").trim().to_owned();
            Text { zh: both(&zone.zh, &screen.name.zh), en: both(&zone.en, &screen.name.en) }
        }),
        Scope::Zone(id) => places.zone(id).map(|zone| zone.name.clone()),
        Scope::Site(id) => places.sites.iter().find(|site| site.id == *id).map(|site| site.name.clone()),
    }
}

/// How far taking down has come on one glass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DownStanding {
    /// It was not taken down.
    Up,
    /// It is down, and a presented frame said so.
    Confirmed,
    /// Its box was told and has not said so yet.
    Waiting,
    /// Its box is not connected: it holds, and otherwise happens the moment the box comes.
    Away,
    /// Its player is of a release that has no hands.
    TooOld,
    /// It was put back, and the glass is still covered.
    Returning,
}

impl DownStanding {
    /// Its word in styles and keys.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Confirmed => "confirmed",
            Self::Waiting => "waiting",
            Self::Away => "away",
            Self::TooOld => "too-old",
            Self::Returning => "returning",
        }
    }
}

/// What lies over the programme of a screen, as its box said last.
fn cover_of(desk: &Desk, screen: &ScreenId) -> Option<Cover> {
    let (_, beat) = desk.house.fleet.box_of(screen)?.beat?;
    beat.screens.into_iter().find(|told| told.screen == *screen)?.cover
}

/// How far taking a screen down has come.
pub(super) fn standing(desk: &Desk, screen: &ScreenId) -> DownStanding {
    let is_down = desk.house.hands.down.of(screen).is_some();
    let seen = desk.house.fleet.box_of(screen);
    match (is_down, seen, cover_of(desk, screen)) {
        (false, _, Some(Cover::TakenDown)) => DownStanding::Returning,
        (false, ..) => DownStanding::Up,
        (true, None, _) => DownStanding::Away,
        (true, Some(seen), _) if seen.link_version < HANDS_SINCE => DownStanding::TooOld,
        (true, Some(_), Some(_)) => DownStanding::Confirmed,
        (true, Some(_), None) => DownStanding::Waiting,
    }
}

/// An order in words.
pub(super) struct Line {
    pub(super) what: &'static str,
    pub(super) word: &'static str,
    pub(super) says: String,
    pub(super) by: String,
    pub(super) at: Instant,
}

/// One screen under hands.
pub(super) struct Hand {
    pub(super) screen: Screen,
    pub(super) down: DownStanding,
    /// What lies over its programme for a while; empty for nothing.
    pub(super) cover: &'static str,
    pub(super) is_too_old: bool,
    /// Whether its display is lit: `lit`, `dark`, or empty where nobody knows.
    pub(super) lamp: &'static str,
    /// The last orders, the newest first.
    pub(super) lines: Vec<Line>,
    pub(super) log: Option<(Instant, String)>,
}

/// The panel of a screen, a zone or a site.
pub(super) struct Hands {
    /// As it stands in addresses.
    pub(super) scope: String,
    /// It is a screen.
    pub(super) is_one: bool,
    /// Its screens.
    pub(super) screens: Vec<Hand>,
    /// What holds its screens down: in this very scope, or in a wider one.
    pub(super) down: Option<DownLine>,
    /// It was taken down in this very scope.
    pub(super) is_down_here: bool,
    /// Of a screen that may be heard.
    pub(super) sound: Option<Loud>,
}

impl Hands {
    /// Reads it; none where the scope holds no screen.
    pub(super) async fn read(desk: &Desk, page: &Page, scope: &Scope, places: &Places) -> Result<Option<Self>, Fault> {
        let screens: Vec<_> = places.screens.iter().filter(|screen| scope.holds(screen, places)).collect();
        let Some(first) = screens.first() else { return Ok(None) };
        let held: Vec<Arc<TakeDown>> = screens.iter().filter_map(|s| desk.house.hands.down.of(&s.id)).collect();
        let here = held.iter().find(|one| one.scope == *scope);
        // A screen that is held down alone is no reason to call its zone down.
        let holds_all = held.len() == screens.len() && held.iter().all(|one| one.scope.holds(first, places));
        let named = here.or_else(|| held.first().filter(|_| holds_all));
        let down = match named {
            Some(one) => Some(line(desk, places, &desk.names().await?, one)),
            None => None,
        };
        let is_down_here = crate::db::take_downs::holding(&desk.house.db).await?.iter().any(|one| one.scope == *scope);
        Ok(Some(Self {
            scope: scope.to_string(),
            is_one: matches!(scope, Scope::Screen(_)),
            screens: screens.into_iter().map(|screen| hand(desk, page, screen)).collect(),
            down,
            is_down_here,
            sound: Loud::of(desk, scope, places),
        }))
    }
}

fn hand(desk: &Desk, page: &Page, screen: &Screen) -> Hand {
    let orders = &desk.house.hands.orders;
    Hand {
        down: standing(desk, &screen.id),
        cover: match cover_of(desk, &screen.id) {
            Some(Cover::Identify) => "identify",
            Some(Cover::TestCard) => "test-card",
            Some(Cover::TakenDown | Cover::Other) | None => "",
        },
        lamp: match desk.house.fleet.box_of(&screen.id).and_then(|seen| seen.said_of(&screen.id)?.lamp) {
            Some(Lamp::Lit) => "lit",
            Some(Lamp::Dark) => "dark",
            Some(Lamp::Other) | None => "",
        },
        is_too_old: desk.house.fleet.box_of(&screen.id).is_some_and(|seen| seen.link_version < HANDS_SINCE),
        lines: orders.of(&screen.id).iter().map(|given| in_words(page, given)).collect(),
        log: orders.log_of(&screen.id).map(|(at, lines)| (at, lines.join("\n"))),
        screen: screen.clone(),
    }
}

fn in_words(page: &Page, given: &Given) -> Line {
    let fate = given.fate(page.now);
    let says = match fate {
        Fate::Done(ms) => {
            let tenths = (ms + 50) / 100;
            page.t("hands-fate-done").put("secs", format!("{}.{}", tenths / 10, tenths % 10)).to_string()
        }
        Fate::Refused(why) => page.word(&format!("hands-why-{}", why.word())),
        Fate::Waiting | Fate::NoAnswer | Fate::Away | Fate::TooOld => page.word(&format!("hands-fate-{}", fate.word())),
    };
    Line { what: word_of(given.command), word: fate.word(), says, by: given.by.clone(), at: given.at }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "templates hand their fields on by reference")]
impl Page {
    /// What an order is called.
    pub(super) fn order(&self, word: &&'static str) -> String {
        self.word(&format!("hands-do-{word}"))
    }

    /// How far taking down has come on a glass.
    pub(super) fn down(&self, standing: &DownStanding) -> String {
        self.word(&format!("down-{}", standing.word()))
    }
}

#[derive(Template)]
#[template(path = "hands_page.html")]
struct HandsPage {
    page: Page,
    heading: Text,
    hands: Hands,
}

/// The page of a zone or a site; of a screen, the part of its page that asks for itself.
pub(super) async fn look(
    State(desk): State<Desk>,
    staff: Staff,
    Named(scope): Named<Scope>,
) -> Result<Response, Fault> {
    let places = places::places(&desk.house.db).await?;
    let heading = name_of(&scope, &places).ok_or_else(Fault::not_found)?;
    let page = staff.page();
    let hands = Hands::read(&desk, &page, &scope, &places).await?.ok_or_else(Fault::not_found)?;
    show(&HandsPage { page, heading, hands })
}

/// Where a person goes on after a deed.
pub(super) fn way_of(scope: &Scope) -> String {
    match scope {
        Scope::Screen(id) => format!("/screens/{id}"),
        Scope::Zone(_) | Scope::Site(_) => format!("/hands/{scope}"),
    }
}

async fn screens_of(desk: &Desk, scope: &Scope) -> Result<Vec<ScreenId>, Fault> {
    let places = places::places(&desk.house.db).await?;
    let screens: Vec<_> =
        places.screens.iter().filter(|screen| scope.holds(screen, &places)).map(|screen| screen.id.clone()).collect();
    if screens.is_empty() { Err(Fault::not_found()) } else { Ok(screens) }
}

#[derive(Deserialize)]
pub(super) struct OrderForm {
    #[serde(rename = "do")]
    word: String,
}

/// Has every screen of a scope do something.
pub(super) async fn order(
    State(desk): State<Desk>,
    staff: Staff,
    Named(scope): Named<Scope>,
    Fields(form): Fields<OrderForm>,
) -> Result<Response, Fault> {
    let count = if matches!(scope, Scope::Screen(_)) { COMMANDS.len() } else { FOR_MANY };
    let known = COMMANDS.into_iter().take(count).find(|(word, _)| *word == form.word);
    let (word, command) = known.ok_or_else(Fault::bad_form)?;
    let screens = screens_of(&desk, &scope).await?;
    let (mut sent, mut away, mut old) = (0_usize, 0_usize, 0_usize);
    for screen in &screens {
        match hands::give(&desk.house, screen, command, &staff.account.display_name) {
            Fate::TooOld => old += 1,
            Fate::Away => away += 1,
            Fate::Waiting | Fate::Done(_) | Fate::Refused(_) | Fate::NoAnswer => sent += 1,
        }
    }
    let (verb, detail) = (format!("screen.{word}"), format!("{sent}/{}", screens.len()));
    desk.note(&staff.account, &verb, &scope.to_string(), &detail).await?;
    let said = match (sent, away, old) {
        (0, 0, _) => Said::bad("bad-hands-too-old"),
        (0, ..) => Said::bad("bad-hands-away"),
        (_, 0, 0) => Said::new("said-ordered").put("count", sent),
        _ => Said::new("said-ordered-some").put("sent", sent).put("away", away).put("old", old),
    };
    Ok(said.at(&way_of(&scope)))
}

#[derive(Deserialize)]
pub(super) struct DownForm {
    #[serde(default)]
    reason: String,
}

/// Takes the screens of a scope down, at once and until somebody puts them back.
pub(super) async fn take_down(
    State(desk): State<Desk>,
    staff: Staff,
    Named(scope): Named<Scope>,
    Fields(form): Fields<DownForm>,
) -> Result<Response, Fault> {
    let screens = screens_of(&desk, &scope).await?;
    let reason: String = clean(&form.reason).replace('\n', " ").chars().take(REASON_CHARS_MAX).collect();
    let is_new = hands::take_down(&desk.house, &scope, &staff.account.id, &reason).await?;
    desk.note(&staff.account, "screen.take-down", &scope.to_string(), &reason).await?;
    let key = if is_new { "said-taken-down" } else { "said-down-already" };
    Ok(Said::new(key).put("count", screens.len()).at(&way_of(&scope)))
}

/// Gives the screens of a scope back to their programmes.
pub(super) async fn put_back(
    State(desk): State<Desk>,
    staff: Staff,
    Named(scope): Named<Scope>,
) -> Result<Response, Fault> {
    let was_down = hands::put_back(&desk.house, &scope, &staff.account.id).await?;
    desk.note(&staff.account, "screen.put-back", &scope.to_string(), "").await?;
    let said = if was_down { Said::new("said-put-back") } else { Said::bad("bad-not-down") };
    Ok(said.at(&way_of(&scope)))
}
