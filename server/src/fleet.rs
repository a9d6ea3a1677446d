//! The boxes that are connected now: what to tell them, what they said last, the newest picture of each glass.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anteroom_content::clock::Instant;
use anteroom_content::id::{BoxId, ScreenId, ZoneId};
use anteroom_content::wire::{Beat, PictureFormat, Refusal, ToPlayer};
use tokio::sync::{mpsc, watch};

use crate::revoked::Revoked;
use crate::twins::Twins;

/// Words that may wait for one box; a box that lets more pile up is dropped, and learns everything when it comes back.
pub const TELL_QUEUE_MAX: usize = 64;

/// The connected boxes.
#[derive(Debug)]
pub struct Fleet {
    links: Mutex<HashMap<BoxId, Link>>,
    pictures: Mutex<HashMap<ScreenId, Picture>>,
    changes: watch::Sender<u64>,
    /// Boxes that were unpaired.
    pub revoked: Revoked,
    /// Boxes that are two.
    pub twins: Twins,
}

#[derive(Debug)]
struct Link {
    boot: u64,
    tell: mpsc::Sender<ToPlayer>,
    seen: Seen,
}

/// What is known of a connected box.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Which box.
    pub box_id: BoxId,
    /// The zone of its screens; none when it is spare.
    pub zone: Option<ZoneId>,
    /// Its screens.
    pub screens: Vec<ScreenId>,
    /// Since when it is connected.
    pub since: Instant,
    /// Its last heartbeat and when that came.
    pub beat: Option<(Instant, Beat)>,
    /// The newest manifest it has on the glass, and since when.
    pub applied: Option<(u64, Instant)>,
}

/// A picture of a glass.
#[derive(Debug, Clone)]
pub struct Picture {
    /// When it was on the glass.
    pub at: Instant,
    /// In which format.
    pub format: PictureFormat,
    /// The file.
    pub bytes: std::sync::Arc<[u8]>,
}

impl Default for Fleet {
    fn default() -> Self {
        Self {
            links: Mutex::default(),
            pictures: Mutex::default(),
            changes: watch::Sender::new(0),
            revoked: Revoked::default(),
            twins: Twins::default(),
        }
    }
}

/// A poisoned lock only says that a thread ended while it held it; the map is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Fleet {
    /// A box came. Of two connections with one identity the newer one stays; the older one's queue ends.
    pub fn connect(&self, box_id: &BoxId, boot: u64, now: Instant) -> mpsc::Receiver<ToPlayer> {
        let (tell, told) = mpsc::channel(TELL_QUEUE_MAX);
        let seen =
            Seen { box_id: box_id.clone(), zone: None, screens: Vec::new(), since: now, beat: None, applied: None };
        let before = lock(&self.links).insert(box_id.clone(), Link { boot, tell, seen });
        if before.is_some_and(|before| before.boot != boot && !before.tell.is_closed()) {
            tracing::warn!(r#box.id = %box_id, "two machines with one identity, or one that was switched off and on");
        }
        self.changed();
        told
    }

    /// A box left, and its queue was closed; nothing happens when a newer connection of it is there.
    pub fn disconnect(&self, box_id: &BoxId, boot: u64) {
        let mut links = lock(&self.links);
        if links.get(box_id).is_some_and(|link| link.boot == boot && link.tell.is_closed()) {
            links.remove(box_id);
        }
        drop(links);
        self.changed();
    }

    /// Notes where a box hangs.
    pub fn place(&self, box_id: &BoxId, zone: Option<ZoneId>, screens: Vec<ScreenId>) {
        if let Some(link) = lock(&self.links).get_mut(box_id) {
            link.seen.zone = zone;
            link.seen.screens = screens;
        }
        self.changed();
    }

    /// Tells one box; false when it is not connected or lets words pile up (then its link is dropped).
    pub fn tell(&self, box_id: &BoxId, word: ToPlayer) -> bool {
        let mut links = lock(&self.links);
        let Some(link) = links.get(box_id) else { return false };
        if link.tell.try_send(word).is_ok() {
            return true;
        }
        links.remove(box_id);
        false
    }

    /// Ends every connection of a box that is not believed any more, at once.
    pub fn revoke(&self, box_id: &BoxId) {
        self.tell(box_id, ToPlayer::Refused(Refusal::Unpaired));
        self.revoked.tell(box_id);
    }

    /// Asks for a picture of a screen's glass; false when no connected box lights it. The picture comes some time later.
    pub fn look(&self, screen: &ScreenId, width_max: u32) -> bool {
        let word = ToPlayer::Look { screen: screen.clone(), width_max };
        self.box_of(screen).is_some_and(|seen| self.tell(&seen.box_id, word))
    }

    /// Tells every connected box of a zone, and how many they were.
    pub fn tell_zone(&self, zone: &ZoneId, word: &ToPlayer) -> usize {
        let boxes: Vec<BoxId> = lock(&self.links)
            .values()
            .filter(|link| link.seen.zone.as_ref() == Some(zone))
            .map(|link| link.seen.box_id.clone())
            .collect();
        boxes.iter().filter(|box_id| self.tell(box_id, word.clone())).count()
    }

    /// Notes a heartbeat.
    pub fn heard(&self, box_id: &BoxId, now: Instant, beat: Beat) {
        if let Some(link) = lock(&self.links).get_mut(box_id) {
            link.seen.beat = Some((now, beat));
        }
        self.changed();
    }

    /// Notes that a manifest is on the glass.
    pub fn applied(&self, box_id: &BoxId, version: u64, at: Instant) {
        if let Some(link) = lock(&self.links).get_mut(box_id) {
            link.seen.applied = Some((version, at));
        }
        self.changed();
    }

    /// Keeps a picture of a glass.
    pub fn keep_picture(&self, screen: ScreenId, picture: Picture) {
        lock(&self.pictures).insert(screen, picture);
        self.changed();
    }

    /// The newest picture of a glass.
    #[must_use]
    pub fn picture(&self, screen: &ScreenId) -> Option<Picture> {
        lock(&self.pictures).get(screen).cloned()
    }

    /// Every connected box.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        lock(&self.links).values().map(|link| link.seen.clone()).collect()
    }

    /// How many boxes are connected.
    #[must_use]
    pub fn count(&self) -> usize {
        lock(&self.links).len()
    }

    /// The connected box that lights a screen.
    #[must_use]
    pub fn box_of(&self, screen: &ScreenId) -> Option<Seen> {
        lock(&self.links).values().find(|link| link.seen.screens.contains(screen)).map(|link| link.seen.clone())
    }

    /// A counter that moves whenever anything here does.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    fn changed(&self) {
        self.changes.send_modify(|count| *count += 1);
    }
}
