//! A box that is told one programme after the other and dies over it: whenever it wakes, what was complete is complete.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::bug::Bug;
use super::chance::Chance;
use super::disk::Disk;
use super::machine::{Machine, Refusal, Rows, commit, run};
use crate::clock::Instant;
use crate::id::{ContentHash, ZoneId};
use crate::manifest::{Envelope, Manifest, PartRef};
use crate::schedule::Carry;
use crate::shelf::{EditionRow, FileDisk as _, Shelf, may_sweep, put_in_place, sync_names, take_in};
use crate::trust::Rank;

const ROOT: &str = "/files";

#[derive(Debug, Clone, Default)]
struct ShelfRows {
    manifest: Option<Rank>,
    editions: Vec<EditionRow>,
    clinic: Option<ContentHash>,
}

#[derive(Debug, Clone)]
struct Store {
    machine: Machine,
    rows: Arc<Mutex<Rows<ShelfRows>>>,
    memory: Arc<Mutex<Option<Rank>>>,
    bug: Option<Bug>,
}

impl Store {
    fn copy(&self) -> ShelfRows {
        self.rows.lock().unwrap().live().clone()
    }

    async fn change(&self, change: impl FnOnce(&mut ShelfRows) + Send) -> Result<(), Refusal> {
        let mut rows = self.copy();
        change(&mut rows);
        commit(&self.machine, &self.rows, rows, true).await
    }
}

impl Shelf for Store {
    type Error = Refusal;

    async fn keep_manifest(&self, manifest: &Manifest, _envelope: &Envelope) -> Result<bool, Refusal> {
        self.machine.read().await?;
        let is_higher = self.copy().manifest.is_none_or(|held| held < manifest.rank());
        let rank = Some(manifest.rank());
        if is_higher && self.bug == Some(Bug::ManifestInMemory) {
            *self.memory.lock().unwrap() = rank;
        } else if is_higher {
            self.change(|rows| rows.manifest = rank).await?;
        }
        Ok(is_higher)
    }

    async fn editions(&self, _zone: &ZoneId) -> Result<Vec<EditionRow>, Refusal> {
        self.machine.read().await?;
        Ok(self.copy().editions)
    }

    async fn keep_editions(&self, _zone: &ZoneId, editions: &[EditionRow]) -> Result<(), Refusal> {
        let editions = editions.to_vec();
        self.change(|rows| rows.editions = editions).await
    }

    async fn clinic(&self, _zone: &ZoneId) -> Result<Option<ContentHash>, Refusal> {
        self.machine.read().await?;
        Ok(self.copy().clinic)
    }

    async fn keep_clinic(&self, _zone: &ZoneId, _version: u64, hash: &ContentHash) -> Result<(), Refusal> {
        let hash = *hash;
        self.change(|rows| rows.clinic = Some(hash)).await
    }
}

/// A box, as far as its shelf goes.
struct Box1 {
    store: Store,
    disk: Disk,
    rows: Vec<EditionRow>,
    bug: Option<Bug>,
}

/// The bytes of a programme's files: the show first, then the clinic, then what the show names.
fn bytes_of(version: u64) -> Vec<Vec<u8>> {
    let file = |name: &str| format!("{name} of {}", if name == "movie" { version / 2 } else { version }).into_bytes();
    vec![file("show"), file("clinic"), file("movie"), file("picture")]
}

fn place(hash: &ContentHash) -> PathBuf {
    let name = hash.to_hex();
    Path::new(ROOT).join(&name[..1]).join(name)
}

fn hashes_of(version: u64) -> Vec<ContentHash> {
    bytes_of(version).iter().map(|bytes| ContentHash::of(bytes)).collect()
}

impl Box1 {
    fn fetch(&self, bytes: &[u8]) -> Result<(), Refusal> {
        let place = place(&ContentHash::of(bytes));
        if self.disk.bytes(&place).is_some() {
            return Ok(());
        }
        let part = place.with_extension("part");
        self.disk.make_folder(place.parent().unwrap())?;
        let there = self.disk.bytes(&part).unwrap_or_default();
        let there = if bytes.starts_with(&there) { there.len() } else { 0 };
        if there == 0 && self.disk.bytes(&part).is_some() {
            self.disk.remove(&part)?;
        }
        for chunk in bytes[there..].chunks(4) {
            self.disk.append(&part, chunk)?;
        }
        match self.bug {
            Some(Bug::RenameBeforeSync) => self.disk.rename(&part, &place),
            Some(Bug::SyncedAgain) => {
                self.disk.sync_file(&part)?;
                self.disk.rename(&part, &place)
            }
            _ => put_in_place(&self.disk, &part, &place),
        }
    }

    /// Follows a manifest as far as the disk lets it.
    async fn follow(&mut self, version: u64, now: Instant, delay_ms: i64) -> Result<(), Refusal> {
        let zone = ZoneId::parse("Z1").unwrap();
        let hashes = hashes_of(version);
        let part = |hash| PartRef { hash, size_bytes: 1 };
        let manifest = Manifest {
            epoch: 1,
            version,
            zone: zone.clone(),
            issued_at: now,
            effective_at: now.plus_ms(delay_ms),
            carry: Carry::default(),
            show: part(hashes[0]),
            clinic: part(hashes[1]),
        };
        let envelope = Envelope { body: String::new(), signature: String::new() };
        self.store.keep_manifest(&manifest, &envelope).await?;
        let bytes = bytes_of(version);
        self.fetch(&bytes[1])?;
        self.store.keep_clinic(&zone, version, &hashes[1]).await?;
        let new = EditionRow { version, effective_at: manifest.effective_at, show: hashes[0], carry: Carry::default() };
        let had = hashes.iter().filter(|hash| self.disk.bytes(&place(hash)).is_some()).count();
        if self.bug == Some(Bug::EditionBeforeSync) {
            let (rows, kept) = take_in(&self.store, &zone, &self.rows, new.clone(), now).await;
            self.rows = rows;
            kept?;
        }
        for file in [&bytes[0], &bytes[2], &bytes[3]] {
            self.fetch(file)?;
        }
        let places: Vec<_> = hashes.iter().map(place).collect();
        let synced = match self.bug {
            Some(Bug::FolderNotSynced) => 0,
            // What was there already is taken for synced.
            Some(Bug::NewNamesSynced) => places.len() - had,
            _ => places.len(),
        };
        sync_names(&self.disk, places[..synced].iter().map(PathBuf::as_path))?;
        let (rows, _kept) = take_in(&self.store, &zone, &self.rows, new, now).await;
        self.rows = rows;
        let may_sweep = may_sweep(&self.store, &zone, &self.rows, &hashes[1]).await;
        if may_sweep == Ok(true) || self.bug == Some(Bug::SweepByHand) {
            self.sweep(hashes[1])?;
        }
        Ok(())
    }

    fn sweep(&self, clinic: ContentHash) -> Result<(), Refusal> {
        let named = self.rows.iter().flat_map(|row| hashes_of(row.version));
        let wanted: Vec<_> = named.chain([clinic]).map(|hash| place(&hash)).collect();
        for file in self.disk.files() {
            if !wanted.contains(&file.with_extension("")) {
                self.disk.remove(&file)?;
            }
        }
        Ok(())
    }

    /// The power fails and comes back. What is on the disk must be whole, and the highest manifest that was obeyed known.
    fn wake(&mut self, obeyed: u64) -> Result<(), String> {
        self.store.rows.lock().unwrap().crash(&mut self.store.machine.mood().chance);
        self.disk.crash();
        let rows = self.store.copy();
        let known = rows.manifest.map_or(0, |rank| rank.version);
        if known < obeyed {
            return Err(format!("manifest {obeyed} was obeyed, and {known} is the highest known"));
        }
        for row in &rows.editions {
            for bytes in [0, 2, 3].map(|n| bytes_of(row.version).swap_remove(n)) {
                let found = self.disk.bytes(&place(&ContentHash::of(&bytes)));
                if found.as_ref() != Some(&bytes) {
                    let (name, found) = (String::from_utf8_lossy(&bytes), found.map(|found| found.len()));
                    return Err(format!("edition {} wakes without its {name}: {found:?} bytes", row.version));
                }
            }
        }
        self.rows = rows.editions;
        Ok(())
    }
}

/// Runs the box of a seed; tells how often its power failed.
pub(super) fn live(seed: u64, bug: Option<Bug>) -> Result<u64, String> {
    let mut chance = Chance::new(seed);
    let machine = Machine::new(Chance::new(chance.number()));
    let mut some = |max: u64| if chance.hits(500) { u32::try_from(chance.below(max)).unwrap() } else { 0 };
    let rates = (some(40), some(60), some(60));
    let store = Store { machine: machine.clone(), rows: Arc::default(), memory: Arc::default(), bug };
    let mut this = Box1 { store, disk: Disk::with(machine.clone(), Path::new(ROOT)), rows: Vec::new(), bug };
    let (mut version, mut now, mut crashes, mut obeyed) = (1, Instant(0), 0, 0);
    for step in 0..24 {
        let mut mood = machine.mood();
        (mood.io, mood.sync, mood.unsure) = rates;
        mood.is_full = chance.hits(100);
        mood.fuse = chance.hits(600).then(|| u32::try_from(chance.below(70)).unwrap());
        drop(mood);
        now = now.plus_ms(chance.between(1, 20));
        // The same word comes again with every conversation until a higher one does.
        version += u64::from(chance.hits(500));
        let delay_ms = if chance.hits(300) { 15 } else { 0 };
        let done = run(this.follow(version, now, delay_ms));
        let is_dead = machine.mood().is_dead || done.is_none();
        let durable = this.store.rows.lock().unwrap().durable().manifest;
        let known = this.store.memory.lock().unwrap().or(durable);
        obeyed = known.map_or(obeyed, |rank| rank.version.max(obeyed));
        if is_dead || chance.hits(200) {
            crashes += 1;
            *this.store.memory.lock().unwrap() = None;
            let woken = this.wake(obeyed);
            woken.map_err(|wrong| format!("seed {seed}, step {step}: {wrong}\n  io, sync, unsure: {rates:?}"))?;
        }
    }
    Ok(crashes)
}
