//! Telling a call: the screens that hear it, their boxes, each once.

use std::collections::BTreeSet;

use anteroom_content::call::{CALL_FRESH_MS, Call};
use anteroom_content::id::{SiteId, ZoneId};
use anteroom_content::wire::{CALLS_SINCE, ToPlayer};

use crate::db::{DbError, calls};
use crate::state::State;

/// Why nobody was called.
#[derive(Debug, thiserror::Error)]
pub enum NotCalled {
    /// The site has no such zone.
    #[error("this site has no zone `{0}`")]
    NoZone(ZoneId),
    /// The zone does not hear calls.
    #[error("zone `{0}` does not hear calls: say in the console that it does")]
    Deaf(ZoneId),
    /// No zone of the site hears calls.
    #[error("no zone of this site hears calls: choose some in the console")]
    AllDeaf,
    /// The database did not answer.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Whom a call reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Told {
    /// Zones that hear it.
    pub zones: usize,
    /// Screens whose boxes were told.
    pub told: usize,
    /// Screens that no connected box lights.
    pub away: usize,
    /// Screens whose players are too old to know calls.
    pub too_old: usize,
}

/// Calls somebody in a zone of a site, or in all that hear calls.
///
/// # Errors
/// [`NotCalled`] when nobody hears it; nobody was told then.
pub async fn call(state: &State, site: &SiteId, zone: Option<&ZoneId>, call: Call) -> Result<Told, NotCalled> {
    if let Some(zone) = zone {
        match calls::does_hear(&state.db, site, zone).await? {
            None => return Err(NotCalled::NoZone(zone.clone())),
            Some(false) => return Err(NotCalled::Deaf(zone.clone())),
            Some(true) => {}
        }
    }
    let hearing = calls::hearing_screens(&state.db, site).await?;
    let hearing: Vec<_> = hearing.into_iter().filter(|(_, of)| zone.is_none_or(|zone| zone == of)).collect();
    let zones: BTreeSet<&ZoneId> = hearing.iter().map(|(_, zone)| zone).collect();
    if hearing.is_empty() && zone.is_none() && calls::hearing_zones(&state.db, site).await?.is_empty() {
        return Err(NotCalled::AllDeaf);
    }
    let mut told = Told { zones: zones.len(), ..Told::default() };
    let mut boxes = BTreeSet::new();
    let until = state.now().plus_ms(CALL_FRESH_MS);
    for (screen, _) in &hearing {
        match state.fleet.box_of(screen) {
            None => told.away += 1,
            Some(seen) if seen.link_version < CALLS_SINCE => told.too_old += 1,
            // A box is told once, however many of its screens hear it.
            Some(seen) if boxes.contains(&seen.box_id) => told.told += 1,
            Some(seen) => {
                if state.fleet.tell(&seen.box_id, ToPlayer::Called { call: call.clone(), until }) {
                    told.told += 1;
                    boxes.insert(seen.box_id);
                } else {
                    told.away += 1;
                }
            }
        }
    }
    tracing::info!(
        site.id = %site, zones.count = told.zones, screens.told = told.told, screens.away = told.away,
        screens.too_old = told.too_old, "somebody is called"
    );
    Ok(told)
}
