//! What each zone would play if everything in the console were published now.

use anteroom_content::clinic::Timetable;
use anteroom_content::clock::{DAY_MS, Instant, Offsets};
use anteroom_content::id::ZoneId;
use anteroom_content::item::Item;
use anteroom_content::place::Zone;
use anteroom_content::playlist::Playlist;
use anteroom_content::programme::{ENGINE, Part, Show};
use anteroom_content::schedule::{Campaign, Rule, Window};

use super::PublishError;
use crate::db::places::Places;
use crate::db::{campaigns, clinics, items, places, playlists};
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
    /// Campaigns.
    pub campaigns: Vec<Campaign>,
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
        campaigns: campaigns::campaigns(&state.db).await?,
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
    let rules: Vec<Rule> = draft.rules.iter().filter(|rule| rule.target.holds(zone, site)).cloned().collect();
    let campaigns: Vec<Campaign> =
        draft.campaigns.iter().filter(|campaign| campaign.target.holds(zone, site)).cloned().collect();
    let playlists = needed(&draft.playlists, &rules, zone);
    let is_played = |item: &&Item| {
        playlists.iter().any(|p| p.turns.iter().any(|turn| turn.items().any(|id| *id == item.id)))
            || campaigns.iter().any(|campaign| campaign.items.contains(&item.id))
    };
    let windows = rules.iter().map(|rule| &rule.window).chain(campaigns.iter().map(|campaign| &campaign.window));
    let other_offsets = other_offsets(windows, &site.time_zone, now)?;
    let show = Show {
        engine: ENGINE,
        site: site.clone(),
        zone: zone.clone(),
        screens: draft.places.screens_of(&zone.id).cloned().collect(),
        items: draft.items.iter().filter(is_played).cloned().collect(),
        rules,
        playlists,
        campaigns,
        calendar: draft.timetable.calendar.of_site(&site.id),
        offsets: Offsets::of_zone(&site.time_zone, now)?,
        other_offsets,
        phone_address: phone_address.to_owned(),
    };
    let clinic = draft.timetable.of_departments(&zone.departments);
    Ok(ZoneParts { zone: zone.id.clone(), show_part: Part::of(&show)?, clinic_part: Part::of(&clinic)?, show })
}

/// The playlists that rules put on the air in a zone, and those these hold there.
fn needed(all: &[Playlist], rules: &[Rule], zone: &Zone) -> Vec<Playlist> {
    let mut wanted: Vec<&Playlist> = all.iter().filter(|p| rules.iter().any(|rule| rule.playlist == p.id)).collect();
    let mut seen = 0;
    while let Some(list) = wanted.get(seen).copied() {
        for inner in list.nested_in(all, zone) {
            if !wanted.iter().any(|known| known.id == inner.id) {
                wanted.push(inner);
            }
        }
        seen += 1;
    }
    all.iter().filter(|list| wanted.iter().any(|known| known.id == list.id)).cloned().collect()
}

/// The clocks of time zones that windows name beside the site's own.
fn other_offsets<'a>(
    windows: impl Iterator<Item = &'a Window>,
    own: &str,
    now: Instant,
) -> Result<Vec<Offsets>, PublishError> {
    let mut names: Vec<&str> = windows.filter_map(|window| window.time_zone.as_deref()).collect();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| *name != own);
    names.into_iter().map(|name| Ok(Offsets::of_zone(name, now)?)).collect()
}
