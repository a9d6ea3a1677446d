//! The evergreen set at the desk: what of the newest programme's set is here stands in, and what that programme does not name
//! any more is gone at once, because a recall may be the reason.

use anteroom_content::clock::Instant;
use anteroom_content::evergreen::{Evergreen, Pinned};
use anteroom_content::id::{ContentHash, ScreenId, ZoneId};
use anteroom_content::manifest::Manifest;
use anteroom_content::programme::Show;
use anteroom_content::schedule::Carry;
use anteroom_content::wire::{Trouble, TroubleKind};

use super::round::Desk;
use crate::bridge::{StageEdition, StageEvergreen};

impl Desk {
    /// What was kept, for a box that wakes up or hangs elsewhere from now on. A programme that is here has the last word.
    pub(super) fn recall_evergreen(&mut self, zone: &ZoneId) {
        let pinned = self.rooms.evergreen.pinned().unwrap_or_else(|error| {
            let text = format!("the evergreen set cannot be read and is fetched again: {error}");
            self.tell_trouble(Trouble { kind: TroubleKind::File, file: None, text });
            None
        });
        self.pinned = pinned.filter(|pinned| pinned.show.zone.id == *zone);
        // An older programme than the newest manifest's says nothing: what it names may have been recalled since.
        let newest = self.rooms.wanted.borrow().clone();
        if let Some(manifest) = newest {
            self.pin(&manifest);
        }
    }

    /// A manifest's programme is on the disk.
    pub(super) fn pin(&mut self, manifest: &Manifest) {
        if let Ok(show) = self.read_show(&manifest.show.hash) {
            self.pin_of(manifest.version, &show);
        }
    }

    /// The files of a manifest's set were brought, as far as they came.
    pub(super) fn evergreen_arrived(&mut self, manifest: &Manifest) {
        if !self.is_wanted(manifest) {
            return;
        }
        let Ok(show) = self.read_show(&manifest.show.hash) else { return };
        self.pin_of(manifest.version, &show);
        let (evergreen, newest) = (self.rooms.evergreen.clone(), self.rooms.wanted.subscribe());
        let (set, version) = (show.evergreen.map(|set| set.bounded().files()).unwrap_or_default(), manifest.version);
        // What is still to come is kept as far as it came.
        let mut wanted: Vec<_> = set.into_iter().map(|(hash, _)| hash).collect();
        wanted.sort_unstable();
        tokio::task::spawn_blocking(move || {
            // A manifest that came meanwhile may be bringing what this one does not name.
            let is_current = || newest.borrow().as_ref().is_some_and(|manifest| manifest.version == version);
            let swept = evergreen.files().sweep(|hash| wanted.binary_search(hash).is_ok() || !is_current());
            if let Err(error) = swept {
                tracing::warn!(reason = %error, "old files of the evergreen set cannot be removed");
            }
        });
    }

    fn pin_of(&mut self, version: u64, show: &Show) {
        let pinned = Pinned::of(version, show, |hash| self.rooms.evergreen.files().holds(hash));
        let same = |one: &Option<Pinned>, other: &Option<Pinned>| {
            one.as_ref().map(|pinned| &pinned.show) == other.as_ref().map(|pinned| &pinned.show)
        };
        if same(&pinned, &self.pinned) {
            return;
        }
        let kept = match &pinned {
            Some(pinned) => self.rooms.evergreen.keep(pinned),
            None => self.rooms.evergreen.drop_it(),
        };
        if let Err(error) = kept {
            // It stands in until the next start all the same.
            let text = format!("the evergreen set cannot be kept: {error}");
            self.tell_trouble(Trouble { kind: TroubleKind::Disk, file: None, text });
        }
        let items = pinned.as_ref().and_then(Pinned::set).map_or(0, |set: &Evergreen| set.turns.len());
        tracing::info!(manifest.version = version, evergreen.items = items, "the evergreen set is another one");
        self.pinned = pinned;
        self.tell_stage();
    }

    /// A file was found damaged and removed: it may have been one of the set.
    pub(super) fn look_at_evergreen(&mut self) {
        let Some(pinned) = &self.pinned else { return };
        let left = pinned.again(|hash| self.rooms.evergreen.files().holds(hash));
        if left != self.pinned {
            self.pinned = left;
            self.tell_stage();
        }
    }

    /// The box has no place any more.
    pub(super) fn forget_evergreen(&mut self) {
        if let Err(error) = self.rooms.evergreen.drop_it() {
            tracing::warn!(reason = %error, "the evergreen set cannot be removed");
        }
    }

    /// Every file of the set.
    pub fn evergreen_files(&self) -> Vec<ContentHash> {
        self.pinned.iter().flat_map(Pinned::files).map(|(hash, _)| hash).collect()
    }

    /// What the stage is told of it.
    pub(super) fn stage_evergreen(&self) -> Option<Box<StageEvergreen>> {
        let files = self.rooms.evergreen.files().folder().to_owned();
        self.pinned.clone().map(|pinned| Box::new(StageEvergreen { pinned, files }))
    }

    /// The programmes that know a screen; where there is none any more, the one without rules that the set was kept with: it
    /// says when the zone is open, and the set stands in.
    pub(super) fn standing_editions(&self, screen: &ScreenId) -> Vec<StageEdition> {
        if self.editions.iter().any(|edition| edition.show.screen(screen).is_some()) {
            return self.editions.clone();
        }
        let show = self.pinned.as_ref().map(|pinned| &pinned.show).filter(|show| show.screen(screen).is_some());
        let edition = |show: &Show| StageEdition {
            effective_at: Instant(0),
            // No manifest's programme.
            manifest_version: 0,
            carry: Carry::default(),
            show: show.clone(),
        };
        show.map(edition).into_iter().collect()
    }
}
