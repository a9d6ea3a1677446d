//! What the engine says a screen shows now and showed before, and how much of it may be read on a phone.

use anteroom_content::clock::{Instant, MINUTE_MS};
use anteroom_content::evergreen::stand_in;
use anteroom_content::id::{ItemId, ScreenId};
use anteroom_content::item::{Class, Item};
use anteroom_content::programme::Show;
use anteroom_content::timeline::{Showing, Timeline};

use super::frame::PhoneError;
use super::visit::Visit;
use crate::db::handouts::handout;
use crate::publish;
use crate::state::State;

/// How far back "shown before" looks: who scans late has sat there for some minutes.
const LOOK_BACK_MS: i64 = 30 * MINUTE_MS;
/// The most showings looked through for it.
const LOOK_BACK_CUES_MAX: usize = 40;
/// The most items listed as shown before.
const BEFORE_MAX: usize = 3;
/// The most items listed where the screen shows none.
const HERE_MAX: usize = 6;

/// An item a patient may read, and who approved it.
pub(super) struct Handout {
    /// The item.
    pub(super) item: Item,
    /// Who approved it, where that is known.
    pub(super) reviewer: Option<String>,
}

/// What a screen shows, as far as it may be read on a phone.
pub(super) enum OnGlass {
    /// An item.
    Item(Box<Handout>),
    /// An item that was recalled, and stands on the glass for a moment yet.
    Withdrawn,
    /// An advertisement: not on this page (DOMAIN §2.2).
    Advertisement,
    /// Clinic times alone.
    Strip,
    /// The zone is closed.
    Closed,
    /// Nothing was published, or nothing may be shown.
    Nothing,
}

/// Items beside the one on the glass.
pub(super) enum Others {
    /// What the screen showed before, newest first.
    Before(Vec<Item>),
    /// What its zone shows at all: where nothing stood before, or no item stands there now.
    Here(Vec<Item>),
}

/// What a visit finds.
pub(super) struct Glass {
    /// What is shown now.
    pub(super) on: OnGlass,
    /// The earlier item that was asked for, if it may be read.
    pub(super) earlier: Option<Box<Handout>>,
    /// Other items worth reading.
    pub(super) others: Others,
}

/// Asks the engine.
pub(super) async fn glass(state: &State, visit: &Visit, wanted: Option<&ItemId>) -> Result<Glass, PhoneError> {
    if state.hands.down.of(&visit.screen.id).is_some() {
        // What people took off this glass is not handed on to phones either.
        return Ok(Glass { on: OnGlass::Nothing, earlier: None, others: Others::Here(Vec::new()) });
    }
    let timeline = publish::timeline(state, &visit.zone.id, visit.now.plus_ms(-LOOK_BACK_MS)).await?;
    let shows: Vec<&Show> = timeline.shows().rev().map(|(_, show)| show.as_ref()).collect();
    let cue = timeline.cue(&visit.screen.id, visit.now);
    let stand_in = cue.as_ref().and_then(|cue| stand_in(&timeline, cue, visit.now)?.item);
    let (since, showing) = cue.map_or((visit.now, Showing::Fallback), |cue| (cue.since, cue.showing));
    let current = match &showing {
        Showing::Fallback if stand_in.is_some() => stand_in,
        Showing::Item { item, version } => version_in(&shows, item, *version),
        Showing::Strip | Showing::Closed | Showing::Fallback => None,
    };
    let earlier = match wanted.filter(|wanted| current.is_none_or(|item| item.id != **wanted)) {
        Some(wanted) => newest_in(&shows, wanted, visit.now),
        None => None,
    };
    let mut others = Others::Here(Vec::new());
    if let Some(current) = current {
        let items = before(&timeline, &shows, &visit.screen.id, since, visit.now);
        others = Others::Before(worth_reading(state, items, Some(current), BEFORE_MAX, visit.now).await?);
    }
    if others.items().is_empty() {
        let items = shows.first().map(|show| show.items.iter().collect()).unwrap_or_default();
        others = Others::Here(worth_reading(state, items, current, HERE_MAX, visit.now).await?);
    }
    Ok(Glass { on: on_glass(state, &showing, current).await?, earlier: boxed(state, earlier).await?, others })
}

impl Others {
    /// The items.
    pub(super) fn items(&self) -> &[Item] {
        match self {
            Self::Before(items) | Self::Here(items) => items,
        }
    }
}

/// The first of these items that may be read, each once and without the current one.
async fn worth_reading(
    state: &State,
    items: Vec<&Item>,
    current: Option<&Item>,
    items_max: usize,
    now: Instant,
) -> Result<Vec<Item>, PhoneError> {
    let mut found: Vec<Item> = Vec::new();
    for item in items {
        let is_new = current.is_none_or(|current| current.id != item.id) && found.iter().all(|one| one.id != item.id);
        if found.len() < items_max && is_new && item.is_current(now) {
            found.extend(readable(state, item).await?.map(|handout| handout.item));
        }
    }
    Ok(found)
}

async fn on_glass(state: &State, showing: &Showing, current: Option<&Item>) -> Result<OnGlass, PhoneError> {
    Ok(match (showing, current) {
        (Showing::Item { .. } | Showing::Fallback, Some(item)) if !is_for_phones(item.class) => OnGlass::Advertisement,
        (Showing::Item { .. } | Showing::Fallback, Some(item)) => match boxed(state, Some(item)).await? {
            Some(handout) => OnGlass::Item(handout),
            None => OnGlass::Withdrawn,
        },
        (Showing::Strip, _) => OnGlass::Strip,
        (Showing::Closed, _) => OnGlass::Closed,
        (Showing::Item { .. } | Showing::Fallback, None) => OnGlass::Nothing,
    })
}

async fn boxed(state: &State, item: Option<&Item>) -> Result<Option<Box<Handout>>, PhoneError> {
    match item {
        Some(item) => Ok(readable(state, item).await?.map(Box::new)),
        None => Ok(None),
    }
}

/// An item in the version on the glass, unless it is none for phones or review has taken it back.
async fn readable(state: &State, item: &Item) -> Result<Option<Handout>, PhoneError> {
    if !is_for_phones(item.class) {
        return Ok(None);
    }
    let found = handout(&state.db, &item.id, item.version).await?;
    Ok(found.map(|(item, reviewer)| Handout { item, reviewer }))
}

/// May stand on an education page: an advertisement may not (L-14).
pub(super) const fn is_for_phones(class: Class) -> bool {
    match class {
        Class::Education | Class::Clinic | Class::Notice | Class::PublicService | Class::Emergency => true,
        Class::Advertisement => false,
    }
}

fn version_in<'a>(shows: &[&'a Show], id: &ItemId, version: u32) -> Option<&'a Item> {
    shows.iter().filter_map(|show| show.item(id)).find(|item| item.version == version)
}

fn newest_in<'a>(shows: &[&'a Show], id: &ItemId, now: Instant) -> Option<&'a Item> {
    shows.iter().filter_map(|show| show.item(id)).find(|item| item.is_current(now))
}

/// What a screen showed before `since`, newest first; it does not look behind the oldest programme that is known.
fn before<'a>(
    timeline: &Timeline,
    shows: &[&'a Show],
    screen: &ScreenId,
    since: Instant,
    now: Instant,
) -> Vec<&'a Item> {
    let oldest = timeline.shows().map(|(effective_at, _)| effective_at).min().unwrap_or(now);
    let floor = oldest.max(now.plus_ms(-LOOK_BACK_MS));
    let mut items = Vec::new();
    let mut at = since.plus_ms(-1);
    for _ in 0..LOOK_BACK_CUES_MAX {
        if at < floor {
            break;
        }
        let Some(cue) = timeline.cue(screen, at) else { break };
        if let Showing::Item { item, version } = &cue.showing {
            items.extend(version_in(shows, item, *version));
        }
        at = cue.since.plus_ms(-1);
    }
    items
}
