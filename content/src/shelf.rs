//! The shelf: what a box keeps so that it wakes with something to show. A file is synced before it has its name, its name
//! before a row says so, and nothing goes that the disk still names: whatever moment the power fails, what was complete
//! is complete.

use std::collections::BTreeSet;
use std::path::Path;

use crate::clock::Instant;
use crate::id::{ContentHash, ZoneId};
use crate::manifest::{Envelope, Manifest};
use crate::schedule::Carry;

/// Show parts a zone keeps: the one in force, and those that take over later.
const EDITIONS_MAX: usize = 4;

/// A show part whose files have all arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditionRow {
    /// The manifest it came by.
    pub version: u64,
    /// It holds from here on.
    pub effective_at: Instant,
    /// The part.
    pub show: ContentHash,
    /// Where the day stood then.
    pub carry: Carry,
}

/// Where the rows of a programme are kept. Each change is on the disk when it returns, or was not made.
pub trait Shelf: Sync {
    /// Why they cannot be read or written.
    type Error: Send;

    /// Keeps a manifest, before anything is done about it, unless a higher one was kept: then it tells `false`.
    fn keep_manifest(
        &self,
        manifest: &Manifest,
        envelope: &Envelope,
    ) -> impl Future<Output = Result<bool, Self::Error>> + Send;

    /// The complete show parts of a zone, the oldest first.
    fn editions(&self, zone: &ZoneId) -> impl Future<Output = Result<Vec<EditionRow>, Self::Error>> + Send;

    /// Keeps these show parts of a zone and no others.
    fn keep_editions(
        &self,
        zone: &ZoneId,
        editions: &[EditionRow],
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// The clinic part of a zone.
    fn clinic(&self, zone: &ZoneId) -> impl Future<Output = Result<Option<ContentHash>, Self::Error>> + Send;

    /// Keeps the clinic part of a zone.
    fn keep_clinic(
        &self,
        zone: &ZoneId,
        version: u64,
        hash: &ContentHash,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// What files are kept on.
pub trait FileDisk {
    /// Why it fails.
    type Error;

    /// Waits until the bytes of a file are on the disk.
    ///
    /// # Errors
    /// When the disk fails.
    fn sync_file(&self, path: &Path) -> Result<(), Self::Error>;

    /// Removes a file.
    ///
    /// # Errors
    /// When the disk fails.
    fn remove(&self, path: &Path) -> Result<(), Self::Error>;

    /// Gives a file another name, in place of whatever has it.
    ///
    /// # Errors
    /// When the disk fails.
    fn rename(&self, from: &Path, to: &Path) -> Result<(), Self::Error>;

    /// Waits until the names in a folder are on the disk.
    ///
    /// # Errors
    /// When the disk fails.
    fn sync_folder(&self, path: &Path) -> Result<(), Self::Error>;
}

/// Puts a file that was written whole into its place. Its bytes are on the disk before it has its name; the name is when
/// [`sync_names`] returns.
///
/// # Errors
/// When the disk fails.
pub fn put_in_place<D: FileDisk>(disk: &D, part: &Path, place: &Path) -> Result<(), D::Error> {
    if let Err(error) = disk.sync_file(part) {
        // After a failed sync the next one may succeed without a byte of it being on the disk: it is fetched again.
        disk.remove(part)?;
        return Err(error);
    }
    disk.rename(part, place)
}

/// Waits until the names of files are on the disk, and those of their folders, which may be as new. For all files an
/// edition names, not for those that came just now: what is found in its place may have been put there by an agent that
/// died before it could do this.
///
/// # Errors
/// When the disk fails.
pub fn sync_names<'a, D: FileDisk>(disk: &D, places: impl Iterator<Item = &'a Path>) -> Result<(), D::Error> {
    let folders: BTreeSet<_> = places.flat_map(|place| place.ancestors().skip(1).take(2)).collect();
    folders.into_iter().rev().try_for_each(|folder| disk.sync_folder(folder))
}

/// Takes in a show part that is complete: the rows in hand from now on, and whether they are on the disk.
pub async fn take_in<S: Shelf>(
    shelf: &S,
    zone: &ZoneId,
    kept: &[EditionRow],
    new: EditionRow,
    now: Instant,
) -> (Vec<EditionRow>, Result<(), S::Error>) {
    let rows = admit(kept, new, now);
    let kept = shelf.keep_editions(zone, &rows).await;
    (rows, kept)
}

/// Tells whether files that nothing in hand names may be removed: only when the disk names nothing else. Rows that could
/// not be written leave older ones behind, and a box that wakes with those needs their files.
///
/// # Errors
/// When the rows cannot be read.
pub async fn may_sweep<S: Shelf>(
    shelf: &S,
    zone: &ZoneId,
    in_hand: &[EditionRow],
    clinic: &ContentHash,
) -> Result<bool, S::Error> {
    Ok(shelf.editions(zone).await? == in_hand && shelf.clinic(zone).await?.as_ref() == Some(clinic))
}

/// The show parts to keep, the oldest first, when `new` is complete at `now`.
#[must_use]
pub fn admit(kept: &[EditionRow], new: EditionRow, now: Instant) -> Vec<EditionRow> {
    // A newer word takes back older ones that would take over at the same moment or later.
    let is_before = |row: &&EditionRow| row.version < new.version && row.effective_at < new.effective_at;
    let is_before: Vec<_> = kept.iter().filter(is_before).cloned().collect();
    let mut rows: Vec<_> = is_before.into_iter().chain([new]).collect();
    rows.sort_unstable_by_key(|row| (row.effective_at, row.version));
    let in_force = rows.iter().rposition(|row| row.effective_at <= now).unwrap_or(0);
    let oldest = in_force.max(rows.len().saturating_sub(EDITIONS_MAX));
    rows.split_off(oldest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_in_force_stays_until_the_next_takes_over_and_newer_words_take_back_older_ones() {
        let row = |(version, at)| EditionRow {
            version,
            effective_at: Instant(at),
            show: ContentHash::of(b"show"),
            carry: Carry::default(),
        };
        let check = |kept: &[(u64, i64)], new, now, wanted: &[(u64, i64)]| {
            let kept: Vec<_> = kept.iter().copied().map(row).collect();
            let given = admit(&kept, row(new), Instant(now));
            assert_eq!(given, wanted.iter().copied().map(row).collect::<Vec<_>>(), "{new:?} at {now}");
        };
        check(&[], (1, 10), 0, &[(1, 10)]);
        check(&[(1, 10)], (2, 20), 15, &[(1, 10), (2, 20)]);
        check(&[(1, 10), (2, 20)], (3, 30), 25, &[(2, 20), (3, 30)]);
        check(&[(1, 10)], (2, 20), 25, &[(2, 20)]);
        check(&[(1, 10), (2, 20)], (3, 18), 15, &[(1, 10), (3, 18)]);
        check(&[(1, 10), (2, 20)], (3, 20), 15, &[(1, 10), (3, 20)]);
        check(&[(1, 1), (2, 2), (3, 3), (4, 4)], (5, 5), 0, &[(2, 2), (3, 3), (4, 4), (5, 5)]);
        check(&[(1, 10), (2, 20)], (2, 20), 15, &[(1, 10), (2, 20)]);
    }
}
