//! What follows from what the server told: where the screen hangs, the programme on the disk, what is still to come.

use std::path::PathBuf;
use std::time::Instant as Tick;

use anteroom_content::clock::Clock as _;
use anteroom_content::id::{ContentHash, PairCode, ScreenId, ZoneId};
use anteroom_content::manifest::{Assignment, Manifest};
use anteroom_content::programme::Show;
use anteroom_content::shelf::{EditionRow, Shelf as _, may_sweep, take_in};
use anteroom_content::text::Text;
use anteroom_content::trust::{Trust, accept_clinic};
use anteroom_content::wire::{Carrier, Obstacle, ToServer, Trouble, TroubleKind};
use serde::de::DeserializeOwned;
use tokio::sync::mpsc;

use super::delivery::OnItsWay;
use super::round::Desk;
use crate::agent::limits::DAMAGED_MAX;
use crate::agent::store::{FileError, Identity, StoreError};
use crate::bridge::StageEdition;

impl Desk {
    /// The screen of this box's stage: the first that was assigned.
    pub(super) fn screen(&self) -> Option<&ScreenId> {
        self.assignment.as_ref().and_then(|assignment| assignment.screens.first())
    }

    pub(super) fn zone(&self) -> Option<ZoneId> {
        self.assignment.as_ref().filter(|found| !found.screens.is_empty()).map(|found| found.zone.clone())
    }

    pub(super) fn show_code(&mut self, code: PairCode, carrier: Carrier) {
        self.carrier = Some(carrier);
        self.code = Some(code);
        self.say(Text::new(
            "请在控制台“配对”页输入此码。十分钟内有效。",
            "Type this code on the console's pairing page. It holds for ten minutes.",
        ));
    }

    pub(super) async fn paired(&mut self, identity: Identity) {
        self.code = None;
        self.rooms.scribe.use_log(&identity.box_id).await;
        let believed = self.rooms.store.trust(identity.publish_key).await;
        match believed {
            Ok(trust) => self.trust = trust,
            Err(error) => self.report(Err(error)),
        }
        self.identity = Some(identity);
        self.say(waiting_for_a_place());
    }

    pub(super) fn unpaired(&mut self) {
        self.identity = None;
        self.trust = Trust::default();
        self.assignment = None;
        self.rooms.wanted.send_replace(None);
        self.forget_programme();
        self.forget_evergreen();
        self.hands_off();
        self.say(Text::new("本机已解除配对。", "This box was unpaired."));
        self.resize();
    }

    pub(super) fn connected(&mut self, outbox: mpsc::Sender<ToServer>, carrier: Carrier) {
        self.carrier = Some(carrier);
        self.outbox = Some(outbox);
        self.on_its_way.anew();
        tracing::info!(server = %self.rooms.server, "the link stands");
        if self.screen().is_none() {
            self.say(waiting_for_a_place());
        } else if self.editions.is_empty() {
            self.say(waiting_for_files());
        }
        if let Some((version, at)) = self.glass.applied {
            self.tell_server(ToServer::Applied { version, at });
        }
        for trouble in self.troubles.take() {
            self.tell_server(ToServer::Trouble(trouble));
        }
        self.beat();
    }

    /// What was assigned before the agent went down, and the programme that goes with it.
    pub(super) async fn recall_assignment(&mut self) -> Result<(), StoreError> {
        if self.identity.is_none() {
            return Ok(());
        }
        let Some((_, envelope)) = self.rooms.store.assignment().await? else { return Ok(()) };
        // It was judged before it was kept, and the key of then may be retired by now: a box that wakes up without its
        // server goes on with the place it had.
        match serde_json::from_str::<Assignment>(&envelope.body) {
            Ok(assignment) => self.assignment = Some(assignment),
            Err(error) => {
                tracing::error!(reason = %error, "the assignment on the disk cannot be read; the server tells it");
            }
        }
        self.recall_programme().await
    }

    /// The clinic part holds at once: a cancelled clinic leaves the glass before any file has come.
    pub(super) async fn clinic_arrived(&mut self, manifest: &Manifest) {
        if !self.is_wanted(manifest) {
            return;
        }
        let hash = manifest.clinic.hash;
        let read = self.rooms.files.read(&hash).map_err(|error| error.to_string());
        match read.map(|bytes| accept_clinic(manifest, &bytes)) {
            Ok(Ok(clinic)) => self.clinic_changed(clinic),
            Ok(Err(refused)) => {
                self.on_its_way.held_up(manifest.version, Obstacle::from(&refused));
                return self.refuse(&refused);
            }
            Err(text) => return self.tell_trouble(Trouble { kind: TroubleKind::File, file: Some(hash), text }),
        }
        let kept = self.rooms.store.keep_clinic(&manifest.zone, manifest.version, &hash).await;
        self.report(kept);
    }

    pub(super) async fn files_arrived(&mut self, manifest: &Manifest) {
        if !self.is_wanted(manifest) {
            return;
        }
        let new = EditionRow {
            version: manifest.version,
            effective_at: manifest.effective_at,
            show: manifest.show.hash,
            carry: manifest.carry.clone(),
        };
        let is_known = self.rows.contains(&new);
        let is_same_show = |row: &EditionRow| (row.show, row.effective_at) == (new.show, new.effective_at);
        let was_same_show = self.rows.last().is_some_and(is_same_show);
        let now = self.rooms.clock.now();
        let (rows, kept) = take_in(&self.rooms.store, &manifest.zone, &self.rows, new, now).await;
        self.report(kept);
        self.rows = rows;
        self.read_editions();
        self.pin(manifest);
        // The stage does not try again what failed until it is told anew.
        let has_come_again = !std::mem::take(&mut self.damaged).is_empty();
        self.on_its_way.fetched(manifest.version, now);
        if is_known {
            if has_come_again {
                tracing::info!("what was damaged has come again");
                self.tell_stage();
            }
            return;
        }
        tracing::info!(manifest.version = manifest.version, "everything of the manifest is on the disk");
        // Where the show is in force, nothing but the clinics is new; where it is not, the stage says when it takes over.
        if was_same_show && manifest.effective_at <= now {
            self.glass.clinic_told = Some((manifest.version, 0));
        } else {
            self.resize();
            self.breaker.hope(Tick::now());
            self.tell_stage();
        }
        self.sweep(manifest).await;
    }

    pub(super) fn is_wanted(&self, manifest: &Manifest) -> bool {
        self.rooms.wanted.borrow().as_ref() == Some(manifest) && self.zone().as_ref() == Some(&manifest.zone)
    }

    /// The programme of the assigned zone, as far as it is on the disk. What is missing is fetched again.
    pub(super) async fn recall_programme(&mut self) -> Result<(), StoreError> {
        self.forget_programme();
        let Some(zone) = self.zone() else {
            self.rooms.wanted.send_replace(None);
            return Ok(());
        };
        let held = self.rooms.store.manifest(&zone).await?;
        let manifest = held.and_then(|body| match serde_json::from_str::<Manifest>(&body) {
            Ok(manifest) => Some(manifest),
            Err(error) => {
                tracing::error!(reason = %error, "the manifest on the disk cannot be read; the server tells it");
                None
            }
        });
        self.rows = self.rooms.store.editions(&zone).await?;
        if let Some(manifest) = &manifest {
            self.is_on_its_way(manifest, self.rooms.clock.now());
        }
        self.rooms.wanted.send_replace(manifest);
        self.read_editions();
        self.recall_evergreen(&zone);
        if let Some(hash) = self.rooms.store.clinic(&zone).await? {
            match self.read_part(&hash) {
                Ok(clinic) => self.clinic = Some(clinic),
                Err(text) => self.tell_trouble(Trouble { kind: TroubleKind::File, file: Some(hash), text }),
            }
        }
        self.resize();
        Ok(())
    }

    fn forget_programme(&mut self) {
        self.rows.clear();
        self.editions.clear();
        self.clinic = None;
        self.pinned = None;
        self.glass.clinic_told = None;
        self.glass.applied = None;
        self.on_its_way = OnItsWay::default();
    }

    /// Reads the show parts of the rows; a row whose part is damaged is left out until the part has come again, and one for a
    /// newer engine, which an older player finds on its disk, until the player is new again.
    fn read_editions(&mut self) {
        let mut editions = Vec::with_capacity(self.rows.len());
        for row in self.rows.clone() {
            match self.read_show(&row.show) {
                Ok(show) => {
                    editions.push(StageEdition {
                        effective_at: row.effective_at,
                        manifest_version: row.version,
                        carry: row.carry,
                        show,
                    });
                }
                Err(text) => {
                    self.rows.retain(|kept| *kept != row);
                    self.tell_trouble(Trouble { kind: TroubleKind::File, file: Some(row.show), text });
                }
            }
        }
        self.editions = editions;
    }

    pub(super) fn read_show(&self, hash: &ContentHash) -> Result<Show, String> {
        let bytes = self.rooms.files.read(hash).map_err(|error: FileError| error.to_string())?;
        Show::read(&bytes).map_err(|error| format!("part {hash}: {error}"))
    }

    fn read_part<T: DeserializeOwned>(&self, hash: &ContentHash) -> Result<T, String> {
        let bytes = self.rooms.files.read(hash).map_err(|error: FileError| error.to_string())?;
        serde_json::from_slice(&bytes).map_err(|error| format!("part {hash} cannot be read: {error}"))
    }

    /// Removes files that nothing on this box names any more.
    async fn sweep(&mut self, manifest: &Manifest) {
        match may_sweep(&self.rooms.store, &manifest.zone, &self.rows, &manifest.clinic.hash).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => return self.report(Err(error)),
        }
        let mut wanted: Vec<_> = self.editions.iter().flat_map(|edition| edition.show.files()).collect();
        wanted.extend(self.rows.iter().map(|row| (row.show, 0)));
        wanted.push((manifest.clinic.hash, 0));
        let mut wanted: Vec<_> = wanted.into_iter().map(|(hash, _)| hash).collect();
        wanted.sort_unstable();
        let (files, newest) = (self.rooms.files.clone(), self.rooms.wanted.subscribe());
        let version = manifest.version;
        tokio::task::spawn_blocking(move || {
            // A manifest that came meanwhile may be fetching what this one does not name.
            let is_current = || newest.borrow().as_ref().is_some_and(|manifest| manifest.version == version);
            match files.sweep(|hash| wanted.binary_search(hash).is_ok() || !is_current()) {
                Ok(0) => {}
                Ok(bytes) => tracing::info!(files.bytes = bytes, "files nobody names any more are gone"),
                Err(error) => tracing::warn!(reason = %error, "old files cannot be removed"),
            }
        });
    }

    pub(super) fn file_damaged(&mut self, hash: ContentHash) {
        let text = format!("file {hash} was damaged on the disk; it is fetched again");
        self.tell_trouble(Trouble { kind: TroubleKind::File, file: Some(hash), text });
        if !self.damaged.contains(&hash) && self.damaged.len() < DAMAGED_MAX {
            self.damaged.push(hash);
        }
        self.look_at_evergreen();
        // The same word again wakes the fetcher.
        self.rooms.wanted.send_modify(|_| {});
    }

    /// Every file the programme names.
    pub fn files(&self) -> Vec<ContentHash> {
        self.editions.iter().flat_map(|edition| edition.show.files()).map(|(hash, _)| hash).collect()
    }

    /// The folder of files, for the stage.
    pub(super) fn files_folder(&self) -> PathBuf {
        self.rooms.files.folder().to_owned()
    }
}

pub(super) fn waiting_for_a_place() -> Text {
    Text::new("配对成功，请在控制台为本机指定屏幕位置。", "Paired. Give this box its place in the console.")
}

pub(super) fn waiting_for_files() -> Text {
    Text::new("正在接收节目，请稍候。", "The programme is on its way.")
}
