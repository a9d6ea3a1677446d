//! What the agent told: the ground on which the engine decides what stands on the glass.

use std::path::Path;
use std::sync::Arc;

use anteroom_content::clinic::Timetable;
use anteroom_content::clock::Instant;
use anteroom_content::evergreen::StandIn;
use anteroom_content::id::ItemId;
use anteroom_content::item::Item;
use anteroom_content::notice::{Notice, in_force};
use anteroom_content::place::{Role, Screen};
use anteroom_content::programme::Show;
use anteroom_content::theme::Theme;
use anteroom_content::timeline::{Cue, Edition, Showing, Timeline};
use bevy::prelude::Resource;

use super::layout::{Look, Sight};
use crate::bridge::{StageEdition, Stand, Waiting};

/// Width of a screen nobody has described, in millimetres: a common waiting-room screen.
const USUAL_WIDTH_MM: u32 = 1_210;
/// From how far it is read, in centimetres.
const USUAL_DISTANCE_CM: u32 = 400;

/// What the agent told last.
#[derive(Debug, Default, Resource)]
pub(super) struct Told {
    ground: Ground,
    /// The engine, on that ground.
    timeline: Option<Timeline>,
    /// Raised by everything that is told.
    pub(super) serial: u64,
    /// The screen was taken down: nothing of the programme is due.
    is_down: bool,
}

/// Whether the box has a place.
#[derive(Debug, Default)]
pub(super) enum Ground {
    /// Nobody has said anything yet.
    #[default]
    Nothing,
    /// It waits for one.
    Waiting(Waiting),
    /// It has one, and a programme.
    Stand(Box<Stand>),
}

/// What ought to be on the glass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scene {
    /// Nothing at all: the first moments.
    Dark,
    /// The code of a box without a place.
    Waiting,
    /// One showing of an item.
    Item { item: ItemId, version: u32, since: Instant },
    /// One turn of an item of the evergreen set.
    Evergreen { item: ItemId, version: u32, since: Instant },
    /// Clinic times alone.
    Strip,
    /// The dim screen of a closed zone.
    Closed,
    /// The card that is compiled in.
    Fallback,
}

/// A scene and how long it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Due {
    pub(super) scene: Scene,
    pub(super) since: Instant,
    pub(super) until: Instant,
}

impl Told {
    /// Stands on new ground from now on.
    pub(super) fn stand_on(&mut self, ground: Ground) {
        self.timeline = match &ground {
            Ground::Stand(stand) => Some(Timeline::new(stand.editions.iter().map(|edition| Edition {
                effective_at: edition.effective_at,
                show: Arc::new(edition.show.clone()),
                carry: Arc::new(edition.carry.clone()),
            }))),
            Ground::Nothing | Ground::Waiting(_) => None,
        };
        self.ground = ground;
    }

    /// What it stands on.
    pub(super) const fn ground(&self) -> &Ground {
        &self.ground
    }

    /// The clinics changed.
    pub(super) fn change_clinic(&mut self, clinic: Timetable) {
        if let Ground::Stand(stand) = &mut self.ground {
            stand.clinic = clinic;
        }
    }

    /// The screen was taken down, or is not any more.
    pub(super) const fn set_down(&mut self, is_down: bool) {
        if self.is_down != is_down {
            self.is_down = is_down;
            self.serial += 1;
        }
    }

    /// What is due at `at`; the engine decides, unless people took the screen down.
    pub(super) fn due(&self, at: Instant) -> Due {
        let always = |scene| Due { scene, since: Instant(i64::MIN), until: Instant(i64::MAX) };
        match &self.ground {
            Ground::Nothing => always(Scene::Dark),
            Ground::Waiting(_) => always(Scene::Waiting),
            Ground::Stand(_) if self.is_down => always(Scene::Fallback),
            Ground::Stand(stand) => match self.timeline.as_ref().and_then(|timeline| timeline.cue(&stand.screen, at)) {
                Some(cue) if cue.showing == Showing::Fallback => stand.stand_in(at, cue.since, cue.until),
                Some(cue) => Due::of(cue),
                None => always(Scene::Fallback),
            },
        }
    }

    /// The stand, if the box has one.
    pub(super) fn stand(&self) -> Option<&Stand> {
        match &self.ground {
            Ground::Stand(stand) => Some(stand),
            Ground::Nothing | Ground::Waiting(_) => None,
        }
    }

    /// The notices that hold at `at`.
    pub(super) fn notices(&self, at: Instant) -> impl Iterator<Item = &Notice> {
        self.stand().into_iter().flat_map(move |stand| in_force(&stand.clinic.notices, at))
    }

    /// What is known of the screen at `at`, on a glass of so many pixels.
    pub(super) fn sight(&self, at: Instant, width_px: u32, height_px: u32) -> Sight {
        let stand = self.stand();
        let screen = stand.and_then(|stand| stand.screen_at(at));
        let has_clinics = stand.is_some_and(|stand| !stand.clinic.doctors.is_empty());
        Sight {
            width_px,
            height_px,
            width_mm: screen.map_or(USUAL_WIDTH_MM, |screen| screen.width_mm),
            distance_cm: screen.map_or(USUAL_DISTANCE_CM, |screen| screen.distance_cm),
            role: screen.map_or(Role::Full, |screen| screen.role),
            has_clinics,
            look: self.theme(at).map_or(Look::USUAL, Look::of),
        }
    }

    /// The theme of its hospital, where that has one.
    pub(super) fn theme(&self, at: Instant) -> Option<&Theme> {
        self.stand()?.show(at)?.site.theme.as_ref()
    }
}

impl Due {
    fn of(cue: Cue) -> Self {
        let scene = match cue.showing {
            Showing::Item { item, version } => Scene::Item { item, version, since: cue.since },
            Showing::Strip => Scene::Strip,
            Showing::Closed => Scene::Closed,
            Showing::Fallback => Scene::Fallback,
        };
        Self { scene, since: cue.since, until: cue.until }
    }
}

impl Stand {
    /// The edition in force at `at`: the one the engine asks.
    pub(super) fn edition(&self, at: Instant) -> Option<&StageEdition> {
        let in_force = self.editions.iter().filter(|e| e.effective_at <= at).max_by_key(|e| e.effective_at);
        in_force.or_else(|| self.editions.iter().min_by_key(|e| e.effective_at))
    }

    /// The programme in force at `at`.
    pub(super) fn show(&self, at: Instant) -> Option<&Show> {
        self.edition(at).map(|edition| &edition.show)
    }

    /// This screen, as the programme in force knows it.
    pub(super) fn screen_at(&self, at: Instant) -> Option<&Screen> {
        self.show(at)?.screen(&self.screen)
    }

    /// What stands in where the engine has nothing from `from` to `to`: an item of the evergreen set, or the card.
    fn stand_in(&self, at: Instant, from: Instant, to: Instant) -> Due {
        let Some(set) = self.evergreen.as_ref().and_then(|evergreen| evergreen.pinned.set()) else {
            return Due { scene: Scene::Fallback, since: from, until: to };
        };
        let StandIn { item, since, until } = set.stand_in(at, from, to);
        let scene = |item: &Item| Scene::Evergreen { item: item.id.clone(), version: item.version, since };
        Due { scene: item.map_or(Scene::Fallback, scene), since, until }
    }

    /// The manifest a scene goes back to, in force at `at`.
    pub(super) fn manifest_of(&self, scene: &Scene, at: Instant) -> Option<u64> {
        match (scene, &self.evergreen) {
            (Scene::Evergreen { .. }, Some(evergreen)) => Some(evergreen.pinned.manifest_version),
            _ => self.edition(at).map(|edition| edition.manifest_version),
        }
    }

    /// The folder in which the files of a scene lie.
    pub(super) fn folder_of(&self, scene: &Scene) -> &Path {
        match (scene, &self.evergreen) {
            (Scene::Evergreen { .. }, Some(evergreen)) => &evergreen.files,
            _ => &self.files,
        }
    }

    /// The item of a scene, as the programme in force or the evergreen set knows it.
    pub(super) fn item(&self, scene: &Scene, at: Instant) -> Option<&Item> {
        match scene {
            Scene::Item { item, version, .. } => self.show(at)?.item(item).filter(|found| found.version == *version),
            Scene::Evergreen { item, version, .. } => {
                let turns = &self.evergreen.as_ref()?.pinned.set()?.turns;
                turns.iter().map(|turn| &turn.item).find(|found| found.id == *item && found.version == *version)
            }
            Scene::Dark | Scene::Waiting | Scene::Strip | Scene::Closed | Scene::Fallback => None,
        }
    }
}
