//! What the console's pages share beside the house itself: limits on guessing and hashing, and who was asked for a picture.

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use anteroom_content::clock::Instant;
use anteroom_content::id::ScreenId;
use tokio::sync::Semaphore;

use super::gate::Gate;
use crate::delivery::Board;
use crate::library::Library;
use crate::state::State;

/// Passwords hashed at once: each takes 19 MiB and a core.
const HASHING_MAX: usize = 2;
/// Uploads checked at once: each may decode a large picture or a movie.
const CHECKING_MAX: usize = 2;
/// A glass is asked for a picture at most so often.
const LOOK_EVERY_MS: i64 = 2_000;

/// The console's own shared state; cheap to clone.
#[derive(Clone)]
pub(super) struct Desk(Arc<Shared>);

/// What is shared.
pub(super) struct Shared {
    /// The house.
    pub(super) house: State,
    /// Its files.
    pub(super) library: Library,
    /// Bounds on guessing.
    pub(super) gate: Gate,
    /// Bounds on hashing.
    pub(super) hashing: Semaphore,
    /// Bounds on checking uploads.
    pub(super) checking: Semaphore,
    /// Bounds on composing months of a zone for a page.
    pub(super) foreseeing: Semaphore,
    /// Some account exists; never becomes false again.
    pub(super) is_set_up: AtomicBool,
    /// Screens, zones and boxes as they were read last, to tell how far deliveries are.
    pub(super) grounds: Board,
    looked: Mutex<HashMap<ScreenId, Instant>>,
}

impl Desk {
    pub(super) fn new(house: State) -> Self {
        Self(Arc::new(Shared {
            library: Library::of(&house.data),
            house,
            gate: Gate::default(),
            hashing: Semaphore::new(HASHING_MAX),
            checking: Semaphore::new(CHECKING_MAX),
            foreseeing: Semaphore::new(1),
            is_set_up: AtomicBool::new(false),
            grounds: Board::default(),
            looked: Mutex::default(),
        }))
    }

    /// True when the glass of `screen` may be asked for a picture now; remembers that it was.
    pub(super) fn may_look(&self, screen: &ScreenId, now: Instant) -> bool {
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        if looked.get(screen).is_some_and(|last| now.ms_since(*last) < LOOK_EVERY_MS) {
            return false;
        }
        looked.insert(screen.clone(), now);
        true
    }
}

impl std::ops::Deref for Desk {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.0
    }
}
