//! How far the newest manifest is on its way to the glass, as the server is told: told, fetched, applied, and what holds it
//! up. Told when it changed, once a second at most; where everything goes well, the word that it is applied says it all.

use anteroom_content::clock::{Clock as _, Instant};
use anteroom_content::manifest::{Envelope, Manifest};
use anteroom_content::trust::Refused;
use anteroom_content::wire::{Delivery, Obstacle, ObstacleKind, ScreenDelivery, Step, ToServer};

use super::round::Desk;

/// Where the newest manifest is.
#[derive(Debug)]
pub(super) struct OnItsWay {
    /// The manifest, believed or not; 0 before the first.
    version: u64,
    /// From when on it holds.
    effective_at: Instant,
    step: Step,
    since: Instant,
    obstacle: Option<Obstacle>,
    /// What the server was told last in this conversation.
    said: Option<Delivery>,
}

impl Default for OnItsWay {
    fn default() -> Self {
        Self { version: 0, effective_at: Instant(0), step: Step::Told, since: Instant(0), obstacle: None, said: None }
    }
}

impl OnItsWay {
    /// A manifest was told.
    pub(super) fn told(&mut self, manifest: &Manifest, now: Instant) {
        // The same again is a confirmation, unless it was refused before.
        if self.version != manifest.version || self.is_refused() {
            let (version, effective_at, said) = (manifest.version, manifest.effective_at, self.said.take());
            *self = Self { version, effective_at, since: now, said, ..Self::default() };
        }
    }

    /// A manifest came that is not believed. What it calls itself is all there is to say which one.
    pub(super) fn refused(&mut self, envelope: &Envelope, refused: &Refused, now: Instant) {
        let Ok(manifest) = serde_json::from_str::<Manifest>(&envelope.body) else { return };
        // A word from before the one in hand takes nothing from it.
        if manifest.version > self.version {
            self.told(&manifest, now);
            self.obstacle = Some(Obstacle::from(refused));
        }
    }

    /// Everything it names is on the disk.
    pub(super) fn fetched(&mut self, version: u64, now: Instant) {
        if self.version == version {
            self.obstacle = None;
            if self.step == Step::Told {
                (self.step, self.since) = (Step::Fetched, now);
            }
        }
    }

    /// It is on the glass.
    pub(super) fn applied(&mut self, version: u64, at: Instant) {
        if self.version == version {
            (self.step, self.since, self.obstacle) = (Step::Applied, at, None);
        }
    }

    /// Something holds its files up.
    pub(super) fn held_up(&mut self, version: u64, obstacle: Obstacle) {
        if self.version == version && self.step == Step::Told {
            self.obstacle = Some(obstacle);
        }
    }

    /// Its files come through again.
    pub(super) fn flows(&mut self, version: u64) {
        let is_line = |obstacle: &mut Obstacle| obstacle.kind == ObstacleKind::Line;
        if self.version == version {
            self.obstacle.take_if(is_line);
        }
    }

    /// A conversation begins: the server may have forgotten what it was told.
    pub(super) fn anew(&mut self) {
        self.said = None;
    }

    fn is_refused(&self) -> bool {
        self.obstacle.as_ref().is_some_and(|obstacle| obstacle.kind == ObstacleKind::Refused)
    }
}

/// The same but for bytes, which beats tell.
fn is_same(one: &Delivery, other: &Delivery) -> bool {
    let without_bytes = |screen: &ScreenDelivery| ScreenDelivery { left_bytes: 0, ..screen.clone() };
    one.version == other.version && one.screens.iter().map(without_bytes).eq(other.screens.iter().map(without_bytes))
}

impl Desk {
    /// A manifest was told that is believed; it may be here already.
    pub(super) fn is_on_its_way(&mut self, manifest: &Manifest, now: Instant) {
        self.on_its_way.told(manifest, now);
        if self.rows.iter().any(|row| row.version == manifest.version) {
            self.on_its_way.fetched(manifest.version, now);
        }
        if let Some((version, at)) = self.glass.applied {
            self.on_its_way.applied(version, at);
        }
    }

    /// Tells the server how far the newest manifest is, when that is something new.
    pub(super) fn tell_delivery(&mut self) {
        let Some(delivery) = self.delivery().filter(|_| self.outbox.is_some()) else { return };
        if delivery.screens.iter().all(|screen| screen.step == Step::Applied) {
            // That was said in a word of its own.
            self.on_its_way.said = None;
        } else if !self.on_its_way.said.as_ref().is_some_and(|said| is_same(said, &delivery)) {
            self.on_its_way.said = Some(delivery.clone());
            self.tell_server(ToServer::Delivery(delivery));
        }
    }

    /// How far each screen of the box is.
    fn delivery(&self) -> Option<Delivery> {
        let assignment = self.assignment.as_ref()?;
        let way = &self.on_its_way;
        if way.version == 0 || assignment.screens.is_empty() {
            return None;
        }
        let (now, lit) = (self.rooms.clock.now(), self.screen());
        let left_bytes = if way.step == Step::Told { self.fetch_left_bytes() } else { 0 };
        let screens = assignment.screens.iter().map(|screen| {
            let is_lit = lit == Some(screen);
            let step = if way.step == Step::Applied && !is_lit { Step::Fetched } else { way.step };
            let obstacle = match step {
                Step::Fetched if !is_lit => {
                    Some(Obstacle::new(ObstacleKind::Stage, "this player draws the first of its screens alone"))
                }
                Step::Fetched if way.effective_at > now => Some(Obstacle::not_yet(way.effective_at)),
                Step::Fetched if self.stage.is_none() => {
                    Some(Obstacle::new(ObstacleKind::Stage, "no stage is running"))
                }
                Step::Told | Step::Fetched | Step::Applied | Step::Other => way.obstacle.clone(),
            };
            ScreenDelivery { screen: screen.clone(), step, since: way.since, left_bytes, obstacle }
        });
        Some(Delivery { version: way.version, screens: screens.collect() })
    }
}
