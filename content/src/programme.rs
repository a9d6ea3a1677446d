//! The programme: everything one zone needs to live alone, in parts named by their hash.

use serde::{Deserialize, Serialize};

use crate::clinic::Timetable;
use crate::clock::Offsets;
use crate::evergreen::Evergreen;
use crate::id::{ContentHash, ItemId, ScreenId};
use crate::item::Item;
use crate::place::{Screen, Site, Zone};
use crate::playlist::Playlist;
use crate::schedule::{Calendar, Campaign, Rule};

/// The engine that composes timelines; any change of its output raises it.
pub const ENGINE: u32 = 3;

/// The show part: what may be seen, and the rules that say when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Show {
    /// The engine it was written for.
    pub engine: u32,
    /// The site of the zone.
    pub site: Site,
    /// The zone.
    pub zone: Zone,
    /// Its screens.
    pub screens: Vec<Screen>,
    /// Rules that hold here, by name.
    pub rules: Vec<Rule>,
    /// The playlists they put on the air, and those these hold.
    pub playlists: Vec<Playlist>,
    /// Campaigns that aim here.
    #[serde(default)]
    pub campaigns: Vec<Campaign>,
    /// The special days of the site.
    #[serde(default)]
    pub calendar: Calendar,
    /// The items those hold: approved ones alone.
    pub items: Vec<Item>,
    /// How the zone's wall clocks stand against UTC.
    pub offsets: Offsets,
    /// The same for other time zones that windows name.
    #[serde(default)]
    pub other_offsets: Vec<Offsets>,
    /// What every code on the glass begins with, such as `HTTP://10.0.0.5:8081`.
    pub phone_address: String,
    /// What stands in where this programme, or every programme, has nothing; absent where the site has pinned nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evergreen: Option<Evergreen>,
}

/// Why a show part cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum Unplayable {
    /// An engine that is not here yet would compose it; this one would plan something else than the server says.
    #[error("the programme asks for engine {0}, and this player has engine {ENGINE}: update the player")]
    NewerEngine(u32),
    /// It is no show part.
    #[error("the programme cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
}

impl Show {
    /// Reads a show part that a newer server may have written.
    ///
    /// # Errors
    /// [`Unplayable::NewerEngine`] when it was written for a newer engine, even where nothing else of it can be read.
    pub fn read(bytes: &[u8]) -> Result<Self, Unplayable> {
        #[derive(Deserialize)]
        struct Engine {
            engine: u32,
        }
        let Engine { engine } = serde_json::from_slice(bytes)?;
        if engine > ENGINE {
            return Err(Unplayable::NewerEngine(engine));
        }
        Ok(serde_json::from_slice(bytes)?)
    }

    /// An item by name.
    #[must_use]
    pub fn item(&self, id: &ItemId) -> Option<&Item> {
        self.items.iter().find(|item| item.id == *id)
    }

    /// A screen by name.
    #[must_use]
    pub fn screen(&self, id: &ScreenId) -> Option<&Screen> {
        self.screens.iter().find(|screen| screen.id == *id)
    }

    /// The clocks a window goes by.
    #[must_use]
    pub fn offsets_of(&self, time_zone: Option<&str>) -> &Offsets {
        let named = time_zone.and_then(|name| self.other_offsets.iter().find(|offsets| offsets.zone == name));
        named.unwrap_or(&self.offsets)
    }

    /// Every file the zone needs, as (hash, size in bytes), each once.
    #[must_use]
    pub fn files(&self) -> Vec<(ContentHash, u64)> {
        let mut files: Vec<_> = self.items.iter().flat_map(|item| item.face.files()).collect();
        let logo = self.site.theme.as_ref().and_then(|theme| theme.logo.as_ref());
        files.extend(logo.map(|logo| (logo.hash, logo.size_bytes)));
        files.sort_unstable();
        files.dedup();
        files
    }

    /// Whether a box of the zone may fetch a file: the programme names it, or its evergreen set does.
    #[must_use]
    pub fn names(&self, hash: &ContentHash) -> bool {
        let set = self.evergreen.as_ref().map(Evergreen::files).unwrap_or_default();
        self.files().iter().chain(&set).any(|(named, _)| named == hash)
    }

    /// The address an item's code opens on `screen`: the page of what it shows now. Upper case, so that the code stays small.
    #[must_use]
    pub fn item_address(&self, screen: &Screen) -> String {
        format!("{}/S/{}", self.phone_address, screen.short_code)
    }

    /// The address the strip's code opens on `screen`: the clinic page (DOMAIN §0.2b: two codes, two pages).
    #[must_use]
    pub fn clinic_address(&self, screen: &Screen) -> String {
        format!("{}/C/{}", self.phone_address, screen.short_code)
    }
}

/// A whole programme: its parts, parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programme {
    /// What may be seen, and when.
    pub show: Show,
    /// The clinics of the zone's departments.
    pub clinic: Timetable,
}

/// A document in the bytes that were hashed and signed. It is never serialised again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its name.
    pub hash: ContentHash,
    /// Its bytes: JSON.
    pub bytes: Vec<u8>,
}

impl Part {
    /// Writes a document down once.
    ///
    /// # Errors
    /// When a value cannot be written as JSON.
    pub fn of<T: Serialize>(document: &T) -> Result<Self, serde_json::Error> {
        let bytes = serde_json::to_vec(document)?;
        Ok(Self { hash: ContentHash::of(&bytes), bytes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_programme_for_a_newer_engine_is_refused_by_name_whatever_else_it_says() {
        let newer = format!(r#"{{"engine": {}, "rules": "in a shape of its own"}}"#, ENGINE + 1);
        assert!(matches!(Show::read(newer.as_bytes()), Err(Unplayable::NewerEngine(engine)) if engine == ENGINE + 1));
        let torn = format!(r#"{{"engine": {ENGINE}}}"#);
        assert!(matches!(Show::read(torn.as_bytes()), Err(Unplayable::Unreadable(_))));
        assert!(matches!(Show::read(b"{}"), Err(Unplayable::Unreadable(_))));
    }
}
