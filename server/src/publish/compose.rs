//! What each zone would play if everything in the console were published now.

use std::collections::HashMap;

use anteroom_content::clinic::Timetable;
use anteroom_content::clock::{DAY_MS, Instant, Offsets};
use anteroom_content::evergreen::Evergreen;
use anteroom_content::id::{DepartmentId, NoticeId, PlaylistId, SiteId, ZoneId};
use anteroom_content::item::Item;
use anteroom_content::place::{Screen, Site, Zone};
use anteroom_content::playlist::Playlist;
use anteroom_content::programme::{ENGINE, Part, Show};
use anteroom_content::schedule::{Campaign, Rule, Window};

use super::PublishError;
use crate::db::notices::NoticeRecord;
use crate::db::places::Places;
use crate::db::{campaigns, clinics, evergreens, items, notices, places, playlists};
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
    /// The playlists that sites have pinned as their evergreen sets.
    pub evergreens: Vec<(SiteId, PlaylistId)>,
    /// Notices that stand now or later.
    pub notices: Vec<NoticeRecord>,
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
        evergreens: evergreens::evergreens(&state.db).await?,
        notices: notices::standing(&state.db, state.now()).await?,
    })
}

/// Composes every zone.
///
/// # Errors
/// [`PublishError`] when a site's time zone is unknown or a document cannot be written.
pub fn compose(draft: &Draft, phone_address: &str, now: Instant) -> Result<Vec<ZoneParts>, PublishError> {
    let grounds = Grounds::of(draft);
    draft.places.zones.iter().map(|zone| compose_zone(draft, &grounds, zone, phone_address, now)).collect()
}

/// Composes the clinic parts alone: the same clinics and notices once, however many zones show them.
///
/// # Errors
/// [`PublishError::Document`] when a timetable cannot be written.
pub(super) fn compose_clinics(draft: &Draft) -> Result<HashMap<ZoneId, Part>, PublishError> {
    let mut known: HashMap<(&[DepartmentId], Vec<NoticeId>), Part> = HashMap::new();
    let mut parts = HashMap::with_capacity(draft.places.zones.len());
    for zone in &draft.places.zones {
        let of_zone = draft.notices.iter().filter(|one| one.is_for(zone)).map(|one| one.notice.id.clone());
        let key = (zone.departments.as_slice(), of_zone.collect());
        let part = if let Some(part) = known.get(&key) {
            part.clone()
        } else {
            let part = Part::of(&clinic_of(draft, zone))?;
            known.insert(key, part.clone());
            part
        };
        parts.insert(zone.id.clone(), part);
    }
    Ok(parts)
}

/// What holds at once in a zone: its clinics and its notices.
fn clinic_of(draft: &Draft, zone: &Zone) -> Timetable {
    let notices = draft.notices.iter().filter(|one| one.is_for(zone)).map(|one| one.notice.clone());
    Timetable { notices: notices.collect(), ..draft.timetable.of_departments(&zone.departments) }
}

/// Places by what they belong to, so that a network of thousands of zones is gone through once.
struct Grounds<'a> {
    sites: HashMap<&'a SiteId, &'a Site>,
    screens: HashMap<&'a ZoneId, Vec<&'a Screen>>,
    evergreens: HashMap<&'a SiteId, Evergreen>,
}

impl<'a> Grounds<'a> {
    fn of(draft: &'a Draft) -> Self {
        let places = &draft.places;
        let mut screens: HashMap<&ZoneId, Vec<&Screen>> = HashMap::new();
        for screen in &places.screens {
            screens.entry(&screen.zone).or_default().push(screen);
        }
        let sites = places.sites.iter().map(|site| (&site.id, site)).collect();
        let set = |(site, id): &'a (SiteId, PlaylistId)| {
            let list = draft.playlists.iter().find(|list| list.id == *id)?;
            // Players leave out by themselves what is over, so that nothing is new to publish when it is.
            let (set, _) = Evergreen::of(list, &draft.items, Instant(i64::MIN));
            (!set.turns.is_empty()).then_some((site, set))
        };
        Self { sites, screens, evergreens: draft.evergreens.iter().filter_map(set).collect() }
    }

    fn screens_of(&self, zone: &ZoneId) -> Vec<Screen> {
        self.screens.get(zone).into_iter().flatten().map(|screen| (*screen).clone()).collect()
    }
}

fn compose_zone(
    draft: &Draft,
    grounds: &Grounds<'_>,
    zone: &Zone,
    phone_address: &str,
    now: Instant,
) -> Result<ZoneParts, PublishError> {
    let site = grounds.sites.get(&zone.site).copied().ok_or_else(|| PublishError::NoSite(zone.id.clone()))?;
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
        screens: grounds.screens_of(&zone.id),
        items: draft.items.iter().filter(is_played).cloned().collect(),
        rules,
        playlists,
        campaigns,
        calendar: draft.timetable.calendar.of_site(&site.id),
        offsets: Offsets::of_zone(&site.time_zone, now)?,
        other_offsets,
        phone_address: phone_address.to_owned(),
        evergreen: grounds.evergreens.get(&site.id).cloned(),
    };
    let clinic = clinic_of(draft, zone);
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
