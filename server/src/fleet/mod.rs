//! The boxes that are connected now: what to tell them, what they said last, the newest picture of each glass.

mod deliveries;
mod index;
mod known;
mod news;
mod roll;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anteroom_content::clock::Instant;
use anteroom_content::id::{BoxId, ScreenId, ZoneId};
use anteroom_content::play::hold_ms;
use anteroom_content::wire::{
    Beat, Carrier, Delivery, PictureFormat, Refusal, ScreenBeat, Steps, ToPlayer, Versions, comeback,
};
use bytes::Bytes;
use tokio::sync::watch;

pub use self::deliveries::Deliveries;
use self::index::Index;
pub use self::known::{Gone, Known, Roster};
use self::news::News;
pub use self::roll::{Heard, Roll};
use crate::revoked::Revoked;
use crate::twins::Twins;

/// A message in the bytes of its frame, shared by all boxes that are told it until each has heard it.
pub type Frame = Bytes;

/// How the fleet speaks to one box, without ever waiting for it.
pub trait Mouth: Send + Sync + std::fmt::Debug {
    /// Has a word said in its turn; false when too many wait already.
    fn tell(&self, word: ToPlayer) -> bool;
    /// Says a manifest at once, or as soon as the box reads; a newer one takes the place of one that still waits.
    fn offer(&self, manifest: &Frame);
    /// Ends the link: a newer one of the same box is here, or too many words wait.
    fn end(&self);
}

/// The connected boxes.
#[derive(Debug)]
pub struct Fleet {
    index: Mutex<Index>,
    news: News,
    /// When boxes were heard, to be written down.
    pub roll: Roll,
    /// How far manifests are, to be written down.
    pub deliveries: Deliveries,
    /// Boxes that are paired, whether they are connected or not.
    paired: AtomicUsize,
    pictures: Mutex<HashMap<ScreenId, Picture>>,
    changes: watch::Sender<u64>,
    reassigned: AtomicU64,
    /// Boxes that were unpaired.
    pub revoked: Revoked,
    /// Boxes that are two.
    pub twins: Twins,
}

/// How a conversation is held with a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spoken {
    /// The version of the messages that was agreed on.
    pub link_version: u32,
    /// What carries it.
    pub carrier: Carrier,
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
    /// What carries its conversation.
    pub carrier: Carrier,
    /// Its last heartbeat and when that came.
    pub beat: Option<(Instant, Beat)>,
    /// The newest manifest it has on the glass, and since when.
    pub applied: Option<(u64, Instant)>,
    /// How far it is with something newer; none where its screens show what they were told.
    pub delivery: Option<Box<Delivery>>,
    /// The version of the messages that is spoken with it.
    pub link_version: u32,
}

impl Seen {
    /// A firewall swallows the box's UDP.
    #[must_use]
    pub fn is_over_tcp(&self) -> bool {
        self.carrier == Carrier::Tcp
    }

    /// What it said last of one of its screens.
    #[must_use]
    pub fn said_of(&self, screen: &ScreenId) -> Option<&ScreenBeat> {
        let (_, beat) = self.beat.as_ref()?;
        beat.screens.iter().find(|told| told.screen == *screen)
    }
}

/// A picture of a glass.
#[derive(Debug, Clone)]
pub struct Picture {
    /// When it was on the glass.
    pub at: Instant,
    /// In which format.
    pub format: PictureFormat,
    /// The file.
    pub bytes: Arc<[u8]>,
}

impl Default for Fleet {
    fn default() -> Self {
        Self {
            index: Mutex::default(),
            news: News::default(),
            roll: Roll::default(),
            deliveries: Deliveries::default(),
            paired: AtomicUsize::new(0),
            pictures: Mutex::default(),
            changes: watch::Sender::new(0),
            reassigned: AtomicU64::new(0),
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
    /// A box came. Of two connections with one identity the newer one stays; the older one is ended.
    pub fn connect(&self, box_id: &BoxId, boot: u64, now: Instant, spoken: Spoken, mouth: Arc<dyn Mouth>) {
        let seen = Seen {
            box_id: box_id.clone(),
            zone: None,
            screens: Vec::new(),
            since: now,
            carrier: spoken.carrier,
            beat: None,
            applied: None,
            delivery: None,
            link_version: spoken.link_version,
        };
        let before = lock(&self.index).enter(boot, mouth, seen);
        if let Some((boot_before, mouth)) = before {
            if boot_before != boot {
                tracing::warn!(r#box.id = %box_id, "two machines with one identity, or one that was switched off and on");
            }
            mouth.end();
        }
        self.changed();
    }

    /// A box left; nothing happens when a newer connection of it is there.
    pub fn disconnect(&self, box_id: &BoxId, mouth: &Arc<dyn Mouth>) {
        lock(&self.index).leave(box_id, mouth);
        self.changed();
    }

    /// Notes where a box hangs.
    pub fn place(&self, box_id: &BoxId, zone: Option<ZoneId>, screens: Vec<ScreenId>) {
        lock(&self.index).place(box_id, zone, screens);
        self.changed();
    }

    /// Notes that screens were given to other boxes, or a box was unpaired; told once that is on disk, before the boxes are.
    pub fn note_reassigned(&self) {
        self.reassigned.fetch_add(1, Ordering::SeqCst);
    }

    /// A counter that moves with every [`Fleet::note_reassigned`].
    #[must_use]
    pub fn reassigned(&self) -> u64 {
        self.reassigned.load(Ordering::SeqCst)
    }

    /// Tells one box; false when it is not connected or lets words pile up (then its link is ended, and it learns
    /// everything when it comes back).
    pub fn tell(&self, box_id: &BoxId, word: ToPlayer) -> bool {
        let Some(mouth) = lock(&self.index).mouth_of(box_id) else { return false };
        if mouth.tell(word) {
            return true;
        }
        mouth.end();
        self.disconnect(box_id, &mouth);
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

    /// Has zones told what they play from now on, each in a manifest of a version; says how many connected boxes that
    /// are. They are told by whoever runs [`Fleet::spread_news`].
    pub fn tell_zones(&self, zones: Vec<(ZoneId, u64, Frame)>) -> usize {
        let index = lock(&self.index);
        let boxes = zones.iter().map(|(zone, _, _)| index.count_in(zone)).sum();
        drop(index);
        self.news.add(zones);
        boxes
    }

    /// The newest manifest of a zone, as far as anybody asked for it or it was told since the server started.
    #[must_use]
    pub fn told(&self, zone: &ZoneId) -> Option<Frame> {
        self.news.newest(zone)
    }

    /// Keeps the newest manifest of a zone for whoever comes next; an older one changes nothing.
    pub fn keep_told(&self, zone: &ZoneId, version: u64, manifest: Frame) {
        self.news.keep(zone, version, manifest);
    }

    /// Tells the boxes of the zones that have news, for ever.
    pub async fn spread_news(&self) {
        self.news.spread(|zone| lock(&self.index).mouths_in(zone)).await;
    }

    /// Notes a heartbeat.
    pub fn heard(&self, box_id: &BoxId, now: Instant, beat: Beat) {
        if let Some(seen) = lock(&self.index).seen_mut(box_id) {
            seen.beat = Some((now, beat));
        }
        self.changed();
    }

    /// Notes that a manifest is on the glass.
    pub fn applied(&self, box_id: &BoxId, version: u64, at: Instant) {
        let mut has_arrived = true;
        if let Some(seen) = lock(&self.index).seen_mut(box_id) {
            seen.applied = Some((version, at));
            // Something newer may be on its way already.
            seen.delivery.take_if(|delivery| delivery.version <= version);
            has_arrived = seen.delivery.is_none();
        }
        if has_arrived {
            self.deliveries.arrived(box_id);
        }
        self.changed();
    }

    /// Notes how far a box is with something that is not on every glass of it yet.
    pub fn delivery(&self, box_id: &BoxId, delivery: Delivery) {
        let delivery = Box::new(delivery);
        if let Some(seen) = lock(&self.index).seen_mut(box_id) {
            seen.delivery = Some(delivery.clone());
        }
        self.deliveries.told(box_id, delivery);
        self.changed();
    }

    /// Notes that a box was sent away, because the server speaks none of the versions it speaks.
    pub fn sent_away(&self, box_id: &BoxId, now: Instant, skew: Versions) {
        lock(&self.index).sent_away(box_id, now, skew);
        self.changed();
    }

    /// Has somebody look at what is known of boxes; nobody comes, leaves or is told meanwhile.
    pub fn look_through<T>(&self, look: impl FnOnce(&Roster<'_>) -> T) -> T {
        look(&Roster(&lock(&self.index)))
    }

    /// What zones were told last, as far as anybody asked for it since the server started.
    #[must_use]
    pub fn told_versions(&self) -> HashMap<ZoneId, u64> {
        self.news.versions()
    }

    /// Notes how many boxes are paired.
    pub fn note_paired(&self, count: usize) {
        self.paired.store(count, Ordering::Relaxed);
    }

    /// The window over which the boxes come back when they lose the server, in milliseconds: for as many as there are, not
    /// for as many as have come so far.
    #[must_use]
    pub fn return_within_ms(&self) -> u64 {
        comeback::window_ms(self.size())
    }

    /// How long the boxes let plays wait for others to share a batch with, in milliseconds.
    #[must_use]
    pub fn hold_plays_ms(&self) -> u64 {
        hold_ms(self.size())
    }

    /// How many boxes there are: for as many as are paired, also while not all have come.
    fn size(&self) -> usize {
        self.paired.load(Ordering::Relaxed).max(self.count())
    }

    /// Ends every link.
    #[cfg(test)]
    pub(crate) fn end_all(&self) {
        let mouths = lock(&self.index).mouths();
        for mouth in mouths {
            mouth.end();
        }
    }

    /// Tells every box that the server stops; they leave by themselves.
    pub fn say_stopping(&self) {
        let word = ToPlayer::Stopping { return_within_ms: self.return_within_ms() };
        let mouths = lock(&self.index).mouths();
        for mouth in mouths {
            // Whoever has no room for a word more is cut off in a moment, and knows what that means.
            let _ = mouth.tell(word.clone());
        }
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
        lock(&self.index).seen()
    }

    /// How well screens keep step on which something moves; those that are latest come first.
    #[must_use]
    pub fn steps(&self) -> Vec<(ScreenId, Steps)> {
        let mut steps: Vec<_> = self
            .seen()
            .into_iter()
            .filter_map(|seen| seen.beat)
            .flat_map(|(_, beat)| beat.screens)
            .filter_map(|told| Some((told.screen, told.steps?)))
            .collect();
        steps.sort_by_key(|(_, steps)| std::cmp::Reverse(steps.late_p95_us));
        steps
    }

    /// How many boxes are connected.
    #[must_use]
    pub fn count(&self) -> usize {
        lock(&self.index).count()
    }

    /// The connected box that lights a screen.
    #[must_use]
    pub fn box_of(&self, screen: &ScreenId) -> Option<Seen> {
        lock(&self.index).box_of(screen)
    }

    /// A counter that moves whenever anything here does.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Has whoever follows changes look again: something was learned of screens that is not kept here.
    pub fn note_change(&self) {
        self.changed();
    }

    fn changed(&self) {
        self.changes.send_modify(|count| *count += 1);
    }
}
