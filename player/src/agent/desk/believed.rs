//! What the server tells under its signature: whom to believe, where the screen hangs, what its zone plays. Judged first,
//! kept on disk before anything is done about it, and never taken back by something older.

use anteroom_content::clock::{Clock as _, DAY_MS, Instant};
use anteroom_content::manifest::{Assignment, Envelope, Manifest};
use anteroom_content::shelf::Shelf as _;
use anteroom_content::trust::{Heard, Refused, SignedCharter};
use anteroom_content::wire::{Trouble, TroubleKind};

use super::round::Desk;
use super::told::{waiting_for_a_place, waiting_for_files};

impl Desk {
    /// Whom to believe from now on.
    pub(super) async fn charter_came(&mut self, signed: &SignedCharter) {
        if self.identity.is_none() {
            return;
        }
        let charter = match self.trust.accept_charter(signed) {
            Ok(Heard::New(charter)) => charter,
            Ok(Heard::Again(_)) => return,
            Err(refused) => return self.refuse(&refused),
        };
        tracing::info!(charter.version = charter.version, charter.epoch = charter.epoch, "a new charter");
        match self.rooms.store.keep_charter(&charter, signed).await {
            Ok(()) => self.trust.raise_charter(charter),
            // What cannot be kept is not obeyed: after a restart the box would go back behind it.
            Err(error) => self.report(Err(error)),
        }
    }

    /// Where the box hangs.
    pub(super) async fn assigned(&mut self, envelope: &Envelope) {
        let Some(identity) = &self.identity else { return };
        let assignment = match self.trust.accept_assignment(&identity.box_id, envelope) {
            Ok(Heard::New(assignment) | Heard::Again(assignment)) => assignment,
            Err(refused) => return self.refuse(&refused),
        };
        if let Err(error) = self.rooms.store.keep_assignment(&assignment, envelope).await {
            return self.report(Err(error));
        }
        self.trust.raise_assignment(assignment.rank(), envelope);
        let is_same = |held: &Assignment| held.zone == assignment.zone && held.screens == assignment.screens;
        if self.assignment.as_ref().is_some_and(is_same) {
            self.assignment = Some(assignment);
            return;
        }
        tracing::info!(zone.id = %assignment.zone, screens.count = assignment.screens.len(), "the box has its place");
        self.assignment = Some(assignment);
        self.hands_off();
        let recalled = self.recall_programme().await;
        self.report(recalled);
        if self.screen().is_none() {
            self.say(waiting_for_a_place());
        } else if self.editions.is_empty() {
            self.say(waiting_for_files());
        }
        self.resize();
        self.tell_stage();
    }

    /// What the zone plays.
    pub(super) async fn manifest_came(&mut self, envelope: &Envelope) {
        let Some(zone) = self.zone() else { return };
        let now = self.rooms.clock.now();
        match self.trust.accept_manifest(&zone, envelope) {
            Ok(Heard::New(manifest)) => match self.rooms.store.keep_manifest(&manifest, envelope).await {
                Ok(true) => {
                    tracing::info!(manifest.version = manifest.version, "a new manifest");
                    self.is_on_its_way(&manifest, now);
                    self.confirm(&manifest, envelope, now).await;
                    self.rooms.wanted.send_replace(Some(manifest));
                }
                Ok(false) => tracing::error!(manifest.version = manifest.version, "the disk holds a higher manifest"),
                // What cannot be kept is not obeyed: after a restart the box would go back behind it.
                Err(error) => self.report(Err(error)),
            },
            Ok(Heard::Again(manifest)) => {
                self.is_on_its_way(&manifest, now);
                self.confirm(&manifest, envelope, now).await;
                self.want(&manifest);
            }
            Err(Refused::OtherZone { found, .. }) => {
                // A box that is hung elsewhere may still hear a word for the place it had.
                tracing::debug!(zone.id = %found, "a manifest of another zone is skipped");
            }
            Err(refused) => {
                self.on_its_way.refused(envelope, &refused, now);
                self.refuse(&refused);
            }
        }
    }

    /// The manifest is on the disk, and was heard just now.
    async fn confirm(&mut self, manifest: &Manifest, envelope: &Envelope, now: Instant) {
        self.trust.raise_manifest(&manifest.zone, manifest.rank(), envelope, now);
        let kept = self.rooms.store.confirm_manifest(&manifest.zone, now).await;
        self.report(kept);
    }

    fn want(&self, manifest: &Manifest) {
        self.rooms.wanted.send_if_modified(|wanted| {
            let is_new = wanted.as_ref() != Some(manifest);
            *wanted = Some(manifest.clone());
            is_new
        });
    }

    /// Something signed is not believed: told to people, and everything stays as it is.
    pub(super) fn refuse(&mut self, refused: &Refused) {
        tracing::error!(reason = %refused, "something signed is not believed; what is in force stays");
        self.tell_trouble(refused.trouble());
    }

    /// Tells once a day that nobody says any more whether the programme still holds.
    pub(super) fn look_for_silence(&mut self) {
        let now = self.rooms.clock.now();
        let quiet_ms = self.zone().and_then(|zone| self.trust.stale_ms(&zone, now));
        let days = quiet_ms.unwrap_or(0) / DAY_MS;
        if days > self.stale_days {
            let text = format!(
                "for {days} days nobody has said that this programme still holds: the server is away, or its word is kept \
                 from the box; it plays on"
            );
            self.tell_trouble(Trouble { kind: TroubleKind::Trust, file: None, text });
        }
        self.stale_days = days;
    }
}
