//! A visit: somebody stands before a screen and opened its code.

use anteroom_content::clock::{Instant, Offsets};
use anteroom_content::id::{ItemId, ShortCode};
use anteroom_content::place::{Screen, Site, Zone};

use super::frame::PhoneError;
use crate::db::places;
use crate::db::scans::{Scan, Step};
use crate::state::State;

/// Where and when.
pub(super) struct Visit {
    /// Whose code it was.
    pub(super) screen: Screen,
    /// Where that screen hangs.
    pub(super) zone: Zone,
    /// In which house.
    pub(super) site: Site,
    /// How its wall clocks stand.
    pub(super) offsets: Offsets,
    /// When.
    pub(super) now: Instant,
}

impl Visit {
    /// The visit a code makes; none when no screen has the code.
    pub(super) async fn by_code(state: &State, text: &str) -> Result<Option<Self>, PhoneError> {
        let Some(code) = ShortCode::parse(text) else { return Ok(None) };
        let Some(screen) = places::screen_by_code(&state.db, code).await? else { return Ok(None) };
        let Some((zone, site)) = places::zone_with_site(&state.db, &screen.zone).await? else { return Ok(None) };
        let now = state.now();
        let offsets = Offsets::of_zone(&site.time_zone, now)?;
        Ok(Some(Self { screen, zone, site, offsets, now }))
    }

    /// The counter this visit belongs to.
    pub(super) fn scan(&self, step: Step, item: Option<(ItemId, u32)>) -> Scan {
        Scan { hour: self.now.hour(), screen: self.screen.id.clone(), item, step }
    }
}
