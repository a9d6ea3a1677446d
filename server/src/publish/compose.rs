//! What each zone would play if everything in the console were published now.

use anteroom_content::clinic::Timetable;
use anteroom_content::clock::{DAY_MS, Instant, Offsets};
use anteroom_content::id::ZoneId;
use anteroom_content::item::Item;
use anteroom_content::place::Zone;
use anteroom_content::playlist::Playlist;
use anteroom_content::programme::{ENGINE, Part, Show};
use anteroom_content::schedule::Rule;

use super::PublishError;
use crate::db::places::Places;
use crate::db::{clinics, items, places, playlists};
use crate::state::State;

/// How far back overrides are carried: a clinic that was moved away from a day last month may be held tomorrow.
const OVERRIDES_BACK_MS: i64 = 31 * DAY_MS;

/// Everything programmes are made of, as it stands in the console.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Places.
    pub places: Places,
    /// Approved items.
    pub items: Vec<Item>,
    /// Playlists.
    pub playlists: Vec<Playlist>,
    /// Rules.
    pub rules: Vec<Rule>,
    /// The clinics of every department.
    pub timetable: Timetable,
}

/// The parts of one zone's programme.
#[derive(Debug, Clone)]
pub struct ZoneParts {
    /// Which zone.
    pub zone: ZoneId,
    /// What it may show, and when.
    pub show: Show,
    /// The same, in bytes.
    pub show_part: Part,
    /// Its clinics, in bytes.
    pub clinic_part: Part,
}

/// Reads the draft.
pub async fn draft(state: &State) -> Result<Draft, PublishError> {
    let from = Offsets::fixed("UTC", 0).date(state.now().plus_ms(-OVERRIDES_BACK_MS)).to_string();
    Ok(Draft {
        places: places::places(&state.db).await?,
        items: items::approved_items(&state.db).await?,
        playlists: playlists::playlists(&state.db).await?,
        rules: playlists::rules(&state.db).await?,
        timetable: clinics::timetable(&state.db, &from).await?,
    })
}

/// Composes every zone.
///
/// # Errors
/// [`PublishError`] when a site's time zone is unknown or a document cannot be written.
pub fn compose(draft: &Draft, phone_address: &str, now: Instant) -> Result<Vec<ZoneParts>, PublishError> {
    draft.places.zones.iter().map(|zone| compose_zone(draft, zone, phone_address, now)).collect()
}

fn compose_zone(draft: &Draft, zone: &Zone, phone_address: &str, now: Instant) -> Result<ZoneParts, PublishError> {
    let site = draft.places.site_of(zone).ok_or_else(|| PublishError::NoSite(zone.id.clone()))?;
    let rules: Vec<Rule> = draft.rules.iter().filter(|rule| rule.target.holds(zone)).cloned().collect();
    let playlists: Vec<Playlist> =
        draft.playlists.iter().filter(|p| rules.iter().any(|rule| rule.playlist == p.id)).cloned().collect();
    let is_played = |item: &&Item| playlists.iter().any(|p| p.turns.iter().any(|turn| turn.item == item.id));
    let show = Show {
        engine: ENGINE,
        site: site.clone(),
        zone: zone.clone(),
        screens: draft.places.screens_of(&zone.id).cloned().collect(),
        items: draft.items.iter().filter(is_played).cloned().collect(),
        rules,
        playlists,
        offsets: Offsets::of_zone(&site.time_zone, now)?,
        phone_address: phone_address.to_owned(),
    };
    let clinic = draft.timetable.of_departments(&zone.departments);
    Ok(ZoneParts { zone: zone.id.clone(), show_part: Part::of(&show)?, clinic_part: Part::of(&clinic)?, show })
}
