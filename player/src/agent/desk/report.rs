//! What the desk tells others: heartbeats, troubles, status.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::time::Instant as Tick;

use anteroom_content::clock::Clock as _;
use anteroom_content::wire::{Beat, ScreenBeat, Steps, ToServer, Trouble, TroubleKind};
use tokio::sync::mpsc::error::TrySendError;

use super::round::Desk;
use crate::agent::health::Status;
use crate::agent::limits::{TROUBLE_REST, TROUBLES_MAX};
use crate::agent::store::StoreError;

/// Troubles that wait for a link, and those told lately.
#[derive(Debug, Default)]
pub(super) struct Troubles {
    waiting: VecDeque<Trouble>,
    told: VecDeque<(Trouble, Tick)>,
    last: Option<String>,
}

impl Troubles {
    /// Takes what waits.
    pub(super) fn take(&mut self) -> VecDeque<Trouble> {
        std::mem::take(&mut self.waiting)
    }

    /// A trouble is new unless it was told a moment ago.
    fn is_new(&mut self, trouble: &Trouble) -> bool {
        self.told.retain(|(_, at)| at.elapsed() < TROUBLE_REST);
        if self.told.iter().any(|(told, _)| told == trouble) {
            return false;
        }
        if self.told.len() >= TROUBLES_MAX {
            self.told.pop_front();
        }
        self.told.push_back((trouble.clone(), Tick::now()));
        self.last = Some(trouble.text.clone());
        true
    }

    fn keep(&mut self, trouble: Trouble) {
        if self.waiting.len() >= TROUBLES_MAX {
            self.waiting.pop_front();
        }
        self.waiting.push_back(trouble);
    }
}

impl Desk {
    /// Tells the server, if there is a link that has room.
    pub(super) fn tell_server(&mut self, message: ToServer) {
        let Some(outbox) = &self.outbox else { return };
        match outbox.try_send(message) {
            Ok(()) => {}
            // The link is on its way to another line: what must not be lost waits for that.
            Err(TrySendError::Closed(ToServer::Trouble(trouble))) => self.troubles.keep(trouble),
            Err(TrySendError::Closed(_) | TrySendError::Full(_)) => {
                tracing::debug!("a word for the server is lost with the link");
            }
        }
    }

    pub(super) fn tell_trouble(&mut self, trouble: Trouble) {
        if !self.troubles.is_new(&trouble) {
            return;
        }
        tracing::warn!(trouble.kind = ?trouble.kind, reason = %trouble.text, "trouble");
        if self.outbox.is_some() {
            self.tell_server(ToServer::Trouble(trouble));
        } else {
            self.troubles.keep(trouble);
        }
    }

    /// A store that fails is told and lived with: what is on the glass goes on.
    pub(super) fn report(&mut self, result: Result<(), StoreError>) {
        if let Err(error) = result {
            let text = format!("the state folder fails: {error}");
            self.tell_trouble(Trouble { kind: TroubleKind::Disk, file: None, text });
        }
    }

    pub(super) fn beat(&mut self) {
        let screens = self.screen().cloned().map(|screen| ScreenBeat {
            screen,
            item: self.glass.item.clone(),
            frames: self.glass.frames,
            steps: self.glass.steps.map(|steps| Steps {
                clock_error_us: self.rooms.clock.error_us().and_then(|us| u64::try_from(us).ok()),
                late_p95_us: steps.late_p95_us,
                skipped: steps.skipped,
            }),
            cover: self.hands.on_glass(),
            rung: self.glass.rung,
            volume: self.glass.volume,
            lamp: self.lamp(),
        });
        let beat = Beat {
            at: self.rooms.clock.now(),
            manifest_version: self.manifest_version(),
            screens: screens.into_iter().collect(),
            plays_waiting: self.rooms.scribe.state().borrow().map_or(0, |log| log.waiting()),
            fetch_left_bytes: self.fetch_left_bytes(),
        };
        self.tell_server(ToServer::Beat(beat));
    }

    pub(super) fn fetch_left_bytes(&self) -> u64 {
        self.rooms.fetch_left_bytes.load(Ordering::Relaxed)
    }

    /// The manifest in force: of the show part that holds now.
    fn manifest_version(&self) -> u64 {
        let now = self.rooms.clock.now();
        let in_force = self.rows.iter().rev().find(|row| row.effective_at <= now).or(self.rows.first());
        in_force.map_or(0, |row| row.version)
    }

    pub(super) fn status(&self) -> Status {
        let log = *self.rooms.scribe.state().borrow();
        Status {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            server: self.rooms.server.clone(),
            connected: self.outbox.is_some(),
            carrier: self.carrier,
            box_id: self.identity.as_ref().map(|identity| identity.box_id.clone()),
            code: self.code,
            zone: self.zone(),
            screen: self.screen().cloned(),
            manifest_version: self.manifest_version(),
            fetch_left_bytes: self.fetch_left_bytes(),
            plays_logged: log.map_or(0, |log| log.mark.seq),
            plays_waiting: log.map_or(0, |log| log.waiting()),
            item: self.glass.item.clone(),
            last_item: self.glass.last_item.clone(),
            frames: self.glass.frames,
            adapter: self.glass.adapter.clone(),
            decoder: self
                .glass
                .decoder
                .as_ref()
                .map(|(name, is_hardware)| format!("{name} ({})", if *is_hardware { "hardware" } else { "software" })),
            clock_error_us: self.rooms.clock.error_us(),
            waiting: self.editions.is_empty().then(|| self.words.clone()),
            now: self.rooms.clock.now(),
            last_trouble: self.troubles.last.clone(),
            lit: self.is_lit(),
            stands_in: self.breaker.is_safe(),
            rung: self.glass.rung,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_trouble_is_told_once_and_only_the_newest_wait() {
        let mut troubles = Troubles::default();
        let trouble = |n: usize| Trouble { kind: TroubleKind::File, file: None, text: n.to_string() };
        assert!(troubles.is_new(&trouble(1)) && !troubles.is_new(&trouble(1)) && troubles.is_new(&trouble(2)));
        for n in 0..=TROUBLES_MAX {
            troubles.keep(trouble(n));
        }
        let waiting = troubles.take();
        assert_eq!((waiting.len(), waiting.front()), (TROUBLES_MAX, Some(&trouble(1))));
    }
}
