//! The evergreen set on the disk: a document and files of its own, in a folder that no sweep of the programme's files comes to,
//! so that whatever happens to programmes leaves it whole. The document is replaced by one rename.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use anteroom_content::evergreen::Pinned;
use anteroom_content::id::ContentHash;
use anteroom_content::shelf::{FileDisk as _, put_in_place};

use super::files::{RealDisk, disk};
use super::{FileError, Files};
use crate::agent::limits::{EVERGREEN_DOCUMENT_BYTES_MAX, WRITE_BYTES};

/// The document's name; its first line is the hash of the others.
const DOCUMENT: &str = "pinned";

/// Where the evergreen set is kept.
#[derive(Debug, Clone)]
pub struct EvergreenFolder {
    folder: PathBuf,
    files: Files,
}

impl EvergreenFolder {
    /// The folder in a state folder, made when it is not there.
    ///
    /// # Errors
    /// [`FileError::Disk`].
    pub fn open(state: &Path) -> Result<Self, FileError> {
        let folder = state.join("evergreen");
        Ok(Self { files: Files::open(folder.clone())?, folder })
    }

    /// Its files.
    pub fn files(&self) -> &Files {
        &self.files
    }

    fn document(&self) -> PathBuf {
        self.folder.join(DOCUMENT)
    }

    /// The set that was kept last, as far as its files are here; none where none was kept.
    ///
    /// # Errors
    /// [`FileError`] when the document cannot be read or is not what was written.
    pub fn pinned(&self) -> Result<Option<Pinned>, FileError> {
        let path = self.document();
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(disk(&path)(error)),
        };
        let mut text = String::new();
        file.take(EVERGREEN_DOCUMENT_BYTES_MAX).read_to_string(&mut text).map_err(disk(&path))?;
        let (hash, body) = text.split_once('\n').unwrap_or_default();
        let found = ContentHash::of(body.as_bytes());
        if hash != found.to_hex() {
            return Err(FileError::WrongBytes { hash: found });
        }
        // What an older or newer player wrote and this one cannot read is fetched anew.
        let pinned: Option<Pinned> = serde_json::from_str(body).ok();
        Ok(pinned.and_then(|pinned| pinned.again(|hash| self.files.holds(hash))))
    }

    /// Keeps a set in place of the one before: the old one until the new one is on the disk, whatever happens in between.
    ///
    /// # Errors
    /// [`FileError::Disk`].
    pub fn keep(&self, pinned: &Pinned) -> Result<(), FileError> {
        let (place, part) = (self.document(), self.folder.join("pinned.part"));
        let refuse = |error: serde_json::Error| disk(&part)(std::io::Error::other(error));
        let body = serde_json::to_string(pinned).map_err(refuse)?;
        let mut file = File::create(&part).map_err(disk(&part))?;
        let hash = ContentHash::of(body.as_bytes()).to_hex();
        file.write_all(format!("{hash}\n{body}").as_bytes()).map_err(disk(&part))?;
        put_in_place(&RealDisk, &part, &place)?;
        RealDisk.sync_folder(&self.folder)
    }

    /// Keeps none any more.
    ///
    /// # Errors
    /// [`FileError::Disk`].
    pub fn drop_it(&self) -> Result<(), FileError> {
        match fs::remove_file(self.document()) {
            Ok(()) => RealDisk.sync_folder(&self.folder),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(disk(&self.document())(error)),
        }
    }

    /// Copies a file from the programme's, hashed on the way; tells whether it was there and whole.
    ///
    /// # Errors
    /// [`FileError::Disk`] when this folder refuses it.
    pub fn copy(into: &Files, from: &Files, hash: ContentHash, size_bytes: u64) -> Result<bool, FileError> {
        let Ok(mut source) = File::open(from.path(&hash)) else { return Ok(false) };
        // A copy that was cut begins anew: it costs no network.
        let _ = fs::remove_file(into.path(&hash).with_extension("part"));
        let mut partial = into.begin(hash, size_bytes)?;
        let mut buffer = vec![0; WRITE_BYTES];
        loop {
            let Ok(count) = source.read(&mut buffer) else { return Ok(false) };
            let Some(bytes) = buffer.get(..count).filter(|bytes| !bytes.is_empty()) else { break };
            match partial.write(bytes) {
                Err(FileError::TooLong { .. }) => return Ok(false),
                other => other?,
            }
        }
        match partial.finish() {
            Ok(()) => Ok(true),
            Err(FileError::WrongBytes { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use anteroom_content::evergreen::{Evergreen, EvergreenTurn};
    use anteroom_content::id::{ItemId, PlaylistId};
    use anteroom_content::item::{Face, Item, MediaFile};
    use anteroom_content::programme::Show;
    use anteroom_content::text::Text;

    use super::*;
    use crate::agent::walk::show as show_of;

    fn pinned(version: u64, ids: &[&str]) -> Pinned {
        let turn = |id: &&str| {
            let file = MediaFile {
                hash: ContentHash::of(id.as_bytes()),
                size_bytes: id.len() as u64,
                width_px: 16,
                height_px: 9,
            };
            let item = Item::plain(ItemId::parse(id).unwrap(), Text::new(id, ""), Face::Picture { shapes: vec![file] });
            EvergreenTurn { item, dwell_ms: 8_000 }
        };
        let set = Evergreen { playlist: PlaylistId::parse("always").unwrap(), turns: ids.iter().map(turn).collect() };
        let show = Show { evergreen: Some(set), ..show_of((ContentHash::of(b"x"), 1)) };
        Pinned::of(version, &show, |_| true).unwrap()
    }

    fn bring(files: &Files, id: &str) -> ContentHash {
        let hash = ContentHash::of(id.as_bytes());
        let mut partial = files.begin(hash, id.len() as u64).unwrap();
        partial.write(id.as_bytes()).unwrap();
        partial.finish().unwrap();
        hash
    }

    fn ids(folder: &EvergreenFolder) -> Vec<String> {
        let pinned = folder.pinned().unwrap();
        pinned.iter().flat_map(|p| &p.set().unwrap().turns).map(|turn| turn.item.id.to_string()).collect()
    }

    #[test]
    fn a_switch_that_is_cut_keeps_the_old_set_and_one_that_is_done_the_new_one() {
        let state = tempfile::tempdir().unwrap();
        let folder = EvergreenFolder::open(state.path()).unwrap();
        assert_eq!(folder.pinned().unwrap(), None);
        for id in ["a", "b"] {
            bring(folder.files(), id);
        }
        folder.keep(&pinned(3, &["a", "b"])).unwrap();
        // The power fails while the files of the next set come, and again while its document is written.
        let new = bring(folder.files(), "new");
        fs::write(folder.folder.join("pinned.part"), b"half of a docu").unwrap();
        let woken = EvergreenFolder::open(state.path()).unwrap();
        assert_eq!(ids(&woken), ["a", "b"]);
        woken.keep(&pinned(4, &["new"])).unwrap();
        assert_eq!(ids(&woken), ["new"]);
        assert_eq!(woken.files().sweep(|hash| *hash == new).unwrap(), 2);
        assert_eq!(ids(&EvergreenFolder::open(state.path()).unwrap()), ["new"]);
        woken.drop_it().unwrap();
        woken.drop_it().unwrap();
        assert_eq!(woken.pinned().unwrap(), None);
    }

    #[test]
    fn what_is_damaged_is_left_out_and_a_damaged_document_is_none() {
        let state = tempfile::tempdir().unwrap();
        let folder = EvergreenFolder::open(state.path()).unwrap();
        let hashes = ["a", "b"].map(|id| bring(folder.files(), id));
        folder.keep(&pinned(3, &["a", "b"])).unwrap();
        fs::write(folder.files().path(&hashes[0]), b"?").unwrap();
        assert!(folder.files().check(&hashes[0]).is_err());
        assert_eq!(ids(&folder), ["b"]);
        let text = fs::read_to_string(folder.document()).unwrap();
        fs::write(folder.document(), text.replacen("always", "alwayz", 1)).unwrap();
        assert!(matches!(folder.pinned(), Err(FileError::WrongBytes { .. })));
    }

    #[test]
    fn a_copy_is_of_the_bytes_its_name_promises_or_is_none() {
        let state = tempfile::tempdir().unwrap();
        let files = Files::open(state.path().join("files")).unwrap();
        let folder = EvergreenFolder::open(state.path()).unwrap();
        let (whole, bent) = (bring(&files, "whole"), bring(&files, "bent"));
        fs::write(files.path(&bent), b"bend").unwrap();
        let copy = |hash, size| EvergreenFolder::copy(folder.files(), &files, hash, size).unwrap();
        assert!(copy(whole, 5));
        assert!(!copy(bent, 4) && !copy(ContentHash::of(b"nowhere"), 7));
        fs::remove_file(files.path(&whole)).unwrap();
        assert_eq!(folder.files().read(&whole).unwrap(), b"whole", "no link, but bytes of its own");
        assert!(!folder.files().holds(&bent));
    }
}
