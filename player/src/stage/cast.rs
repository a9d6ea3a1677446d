//! The cast: the act on the glass, the one that leaves it, the one that is due, and the next one, made ready early.

use std::time::{Duration, Instant as Moment};

use anteroom_content::clock::Instant;
use anteroom_content::id::ContentHash;
use anteroom_content::item::{Face as ItemFace, Item, MediaFile};
use anteroom_content::schedule::Transition;
use bevy::prelude::*;

use super::area::Area;
use super::clockwork::Clockwork;
use super::files::{Files, Request};
use super::film::Reel;
use super::gist::Gist;
use super::layout::Shape;
use super::mark::Mark;
use super::movie::Movie;
use super::picture::Pictures;
use super::told::{Due, Scene, Told};

/// How long an act that is due may keep the one before it on the glass; then its words stand in for it.
const LATE_MAX: Duration = Duration::from_secs(2);
/// How long two still acts share the glass where one fades over the other.
const FADE: Duration = Duration::from_millis(500);
/// The same where one pushes the other out: quick enough to be over before one reads, slow enough to be followed.
const PUSH: Duration = Duration::from_millis(600);

/// Who is where.
#[derive(Default, Resource)]
pub(super) struct Cast {
    /// Stands on the glass.
    pub(super) on_glass: Option<Act>,
    /// Is being covered by it.
    pub(super) leaving: Option<Act>,
    /// Ought to be on the glass, and is being made ready.
    pub(super) coming: Option<Act>,
    /// Will be due after it.
    pub(super) next: Option<Act>,
    tickets: u64,
    /// How high the last act lies.
    pub(super) height: i32,
}

/// One scene with what it needs to be seen.
pub(super) struct Act {
    pub(super) due: Due,
    /// The item it shows, if it shows one.
    pub(super) item: Option<Item>,
    pub(super) face: Face,
    /// Words that stand in for a medium that is late.
    pub(super) is_stand_in: bool,
    /// The manifest of the programme it was due by.
    pub(super) manifest_version: u64,
    /// Its node, once it is on the glass.
    pub(super) root: Option<Entity>,
    /// When it came to the glass.
    pub(super) raised: Option<Moment>,
    /// How it takes the place of the one before it, and for how long both share the glass.
    pub(super) change: Transition,
    pub(super) fade: Duration,
    /// The node to take away: its own, or one around it that cuts off what is pushed out.
    pub(super) frame: Option<Entity>,
    /// What was painted last.
    pub(super) painted: Option<Vec<Mark>>,
    begun: Moment,
}

/// What an act is seen by.
pub(super) enum Face {
    /// Words alone.
    Words,
    Picture {
        hash: ContentHash,
        is_asked: bool,
        image: Option<Still>,
    },
    Movie {
        hash: ContentHash,
        captions: Option<ContentHash>,
        ticket: u64,
        is_asked: bool,
        movie: Option<Box<Movie>>,
        reel: Option<Reel>,
    },
}

/// A picture on the graphics card.
#[derive(Debug, Clone)]
pub(super) struct Still {
    pub(super) image: Handle<Image>,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) gist: Option<Gist>,
}

impl Cast {
    /// An act for what is due, with the face its item has on this glass.
    pub(super) fn prepare(&mut self, due: Due, told: &Told, content: Area, shape: Shape, files: &Files) -> Act {
        let stand = told.stand();
        // Between two editions the item is taken from the one that is in force when its time comes.
        let at = due.since;
        let item = stand.and_then(|stand| stand.item(&due.scene, at)).cloned();
        let manifest_version = stand.and_then(|stand| stand.manifest_of(&due.scene, at)).unwrap_or(0);
        let policy = stand.and_then(|stand| stand.show(at)).map(|show| &show.site.policy);
        let change = policy.map(|policy| policy.transition).unwrap_or_default();
        let is_shut = |hash: &ContentHash| {
            files.bad.contains(hash) || stand.is_some_and(|stand| stand.quarantined.contains(hash))
        };
        // One line of glass has no place for a picture.
        let face = if shape == Shape::Ribbon { None } else { item.as_ref().map(|item| &item.face) };
        self.tickets += 1;
        let face = match face {
            Some(ItemFace::Picture { shapes }) => nearest(shapes, content, is_shut)
                .map_or(Face::Words, |hash| Face::Picture { hash, is_asked: false, image: None }),
            Some(ItemFace::Movie { file, captions, .. }) if !is_shut(&file.hash) => Face::Movie {
                hash: file.hash,
                captions: captions.first().map(|captions| captions.hash).filter(|hash| !is_shut(hash)),
                ticket: self.tickets,
                is_asked: false,
                movie: None,
                reel: None,
            },
            Some(ItemFace::Movie { .. } | ItemFace::Card) | None => Face::Words,
        };
        Act {
            due,
            item,
            face,
            is_stand_in: false,
            manifest_version,
            root: None,
            raised: None,
            change,
            fade: length_of(change),
            frame: None,
            painted: None,
            begun: Moment::now(),
        }
    }

    /// Every act there is.
    pub(super) fn acts(&mut self) -> impl Iterator<Item = &mut Act> {
        [&mut self.on_glass, &mut self.leaving, &mut self.coming, &mut self.next].into_iter().flatten()
    }
}

/// For how long two acts share the glass.
const fn length_of(change: Transition) -> Duration {
    match change {
        Transition::Fade => FADE,
        Transition::Cut => Duration::ZERO,
        Transition::Push => PUSH,
    }
}

/// The picture whose shape is nearest to the area's.
fn nearest(shapes: &[MediaFile], area: Area, is_shut: impl Fn(&ContentHash) -> bool) -> Option<ContentHash> {
    let (w, h) = (u32::try_from(area.w).unwrap_or(1), u32::try_from(area.h).unwrap_or(1));
    let open = shapes.iter().filter(|shape| !is_shut(&shape.hash));
    open.min_by_key(|shape| shape.shape_distance(w, h)).map(|shape| shape.hash)
}

impl Act {
    /// Words in place of this act's medium, until it is ready.
    pub(super) fn stand_in(&self) -> Self {
        Self {
            due: self.due.clone(),
            item: self.item.clone(),
            face: Face::Words,
            is_stand_in: true,
            manifest_version: self.manifest_version,
            root: None,
            raised: None,
            change: self.change,
            fade: self.fade,
            frame: None,
            painted: None,
            begun: self.begun,
        }
    }

    /// It can be seen from its first frame on.
    pub(super) const fn is_ready(&self) -> bool {
        match &self.face {
            Face::Words => true,
            Face::Picture { image, .. } => image.is_some(),
            Face::Movie { reel, .. } => reel.is_some(),
        }
    }

    /// It kept the glass waiting for too long.
    pub(super) fn is_late(&self, now: Instant) -> bool {
        let late_ms = i64::try_from(LATE_MAX.as_millis()).unwrap_or(i64::MAX);
        self.begun.elapsed() >= LATE_MAX && now.ms_since(self.due.since) >= late_ms
    }

    /// The file on the glass; none for words.
    pub(super) const fn file(&self) -> Option<ContentHash> {
        match &self.face {
            Face::Words => None,
            Face::Picture { hash, .. } | Face::Movie { hash, .. } => Some(*hash),
        }
    }

    /// Asks for what it lacks.
    pub(super) fn load(
        &mut self,
        told: &Told,
        content: Area,
        clock: &Clockwork,
        files: &Files,
        pictures: &mut Pictures,
    ) {
        let Some(stand) = told.stand() else { return };
        let folder = stand.folder_of(&self.due.scene);
        match &mut self.face {
            Face::Words => {}
            Face::Picture { hash, is_asked, image } => {
                if image.is_none() {
                    *image = pictures.take(*hash);
                }
                if image.is_none() && !*is_asked {
                    *is_asked = files.ask(folder, Request::Picture { hash: *hash, within: (content.w, content.h) });
                }
            }
            Face::Movie { hash, captions, ticket, is_asked, .. } => {
                if !*is_asked {
                    let since = self.due.since;
                    let (hash, captions, ticket, clock) = (*hash, *captions, *ticket, *clock);
                    *is_asked = files.ask(folder, Request::Movie { ticket, hash, captions, since, clock });
                }
            }
        }
    }

    /// Its medium failed: its words are shown instead.
    pub(super) fn fall_back(&mut self, files: &Files) {
        if let Face::Movie { movie: Some(movie), .. } = std::mem::replace(&mut self.face, Face::Words) {
            files.close(movie);
        }
        self.painted = None;
    }

    /// Leaves for good.
    pub(super) fn dismiss(self, commands: &mut Commands, files: &Files) {
        if let Some(frame) = self.frame {
            commands.entity(frame).despawn();
        }
        if let Face::Movie { movie: Some(movie), .. } = self.face {
            files.close(movie);
        }
    }

    /// Takes the place of what is on the glass, if anything is: a movie on either side is cut, and only items push each other.
    pub(super) fn follow(&mut self, before: Option<&Self>) {
        let is_item = |act: &Self| matches!(act.due.scene, Scene::Item { .. } | Scene::Evergreen { .. });
        if self.is_movie() || before.is_some_and(Self::is_movie) {
            self.change = Transition::Cut;
        } else if self.change == Transition::Push && !(is_item(self) && before.is_some_and(is_item)) {
            self.change = Transition::Fade;
        }
        self.fade = length_of(self.change);
    }

    /// A movie begins and ends with a cut: every frame of it is a picture somebody made.
    pub(super) const fn is_movie(&self) -> bool {
        matches!(self.face, Face::Movie { .. })
    }

    /// Where it is at a time, in microseconds from its beginning; before it, negative.
    pub(super) const fn position_us(&self, time_us: i64) -> i64 {
        time_us.saturating_sub(self.due.since.0.saturating_mul(1_000))
    }
}
