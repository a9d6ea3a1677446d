//! Files by hash. A file is written beside its place, hashed while it comes, synced, and moved in by one rename: what
//! has its name is whole. A fetch that was cut goes on from what is there.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anteroom_content::id::ContentHash;
use anteroom_content::shelf::{FileDisk, put_in_place, sync_names};

use crate::agent::limits::WRITE_BYTES;

/// Why a file cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The disk fails or is full.
    #[error("the file folder fails at `{path}`: {error}")]
    Disk {
        /// Where.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// Other bytes than the name promises.
    #[error("file {hash} came with other bytes; it was thrown away")]
    WrongBytes {
        /// The name.
        hash: ContentHash,
    },
    /// More bytes than promised.
    #[error("file {hash} is longer than the {size_bytes} bytes promised")]
    TooLong {
        /// The name.
        hash: ContentHash,
        /// The promise.
        size_bytes: u64,
    },
}

impl FileError {
    /// Freeing space may help.
    pub fn is_disk(&self) -> bool {
        matches!(self, Self::Disk { .. })
    }

    /// There is no such file.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Disk { error, .. } if error.kind() == std::io::ErrorKind::NotFound)
    }
}

/// The folder of files: `FOLDER/ab/abcdef…`.
#[derive(Debug, Clone)]
pub struct Files {
    folder: PathBuf,
}

impl Files {
    /// A folder of files, made when it is not there.
    ///
    /// # Errors
    /// [`FileError::Disk`].
    pub fn open(folder: PathBuf) -> Result<Self, FileError> {
        fs::create_dir_all(&folder).map_err(disk(&folder))?;
        Ok(Self { folder })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where a file lies, or would.
    pub fn path(&self, hash: &ContentHash) -> PathBuf {
        let name = hash.to_hex();
        let folder = name.get(..2).unwrap_or_default().to_owned();
        self.folder.join(folder).join(name)
    }

    fn partial_path(&self, hash: &ContentHash) -> PathBuf {
        self.path(hash).with_extension("part")
    }

    /// Is there, whole.
    pub fn holds(&self, hash: &ContentHash) -> bool {
        self.path(hash).is_file()
    }

    /// Bytes of a file that are still to come.
    pub fn missing_bytes(&self, hash: &ContentHash, size_bytes: u64) -> u64 {
        if self.holds(hash) {
            return 0;
        }
        size_bytes.saturating_sub(fs::metadata(self.partial_path(hash)).map_or(0, |found| found.len()))
    }

    /// Reads a small file and checks it against its name; a damaged one is removed, so that it is fetched again.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn read(&self, hash: &ContentHash) -> Result<Vec<u8>, FileError> {
        let path = self.path(hash);
        let bytes = fs::read(&path).map_err(disk(&path))?;
        if ContentHash::of(&bytes) == *hash {
            return Ok(bytes);
        }
        fs::remove_file(&path).map_err(disk(&path))?;
        Err(FileError::WrongBytes { hash: *hash })
    }

    /// Reads a file of any size against its name; a damaged one is removed, so that it is fetched again.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn check(&self, hash: &ContentHash) -> Result<(), FileError> {
        let path = self.path(hash);
        let mut file = File::open(&path).map_err(disk(&path))?;
        let found = hash_of(&mut file).map_err(disk(&path))?.0;
        if found.finalize().as_bytes() == hash.as_bytes() {
            return Ok(());
        }
        fs::remove_file(&path).map_err(disk(&path))?;
        Err(FileError::WrongBytes { hash: *hash })
    }

    /// Begins to write a file, or goes on where it was cut.
    ///
    /// # Errors
    /// [`FileError::Disk`].
    pub fn begin(&self, hash: ContentHash, size_bytes: u64) -> Result<Partial, FileError> {
        let path = self.partial_path(&hash);
        let folder = path.parent().unwrap_or(&self.folder);
        fs::create_dir_all(folder).map_err(disk(folder))?;
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(&path).map_err(disk(&path))?;
        let (mut hasher, mut length) = hash_of(&mut file).map_err(disk(&path))?;
        if length > size_bytes {
            file.set_len(0).map_err(disk(&path))?;
            (hasher, length) = (blake3::Hasher::new(), 0);
        }
        Ok(Partial { hash, size_bytes, length, hasher, file, path, done: self.path(&hash) })
    }

    /// Waits until these files are on the disk with their names.
    ///
    /// # Errors
    /// [`FileError::Disk`].
    pub fn sync_names(&self, hashes: &[ContentHash]) -> Result<(), FileError> {
        let places: Vec<_> = hashes.iter().map(|hash| self.path(hash)).collect();
        sync_names(&RealDisk, places.iter().map(PathBuf::as_path))
    }

    /// Every file that is there, whole or damaged.
    ///
    /// # Errors
    /// [`FileError::Disk`].
    pub fn all(&self) -> Result<Vec<ContentHash>, FileError> {
        let mut all = Vec::new();
        for shelf in fs::read_dir(&self.folder).map_err(disk(&self.folder))?.flatten() {
            let Ok(entries) = fs::read_dir(shelf.path()) else { continue };
            let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
            // A file that is still coming has an ending, and is no hash.
            all.extend(names.filter_map(|name| ContentHash::parse(&name).ok()));
        }
        all.sort_unstable();
        Ok(all)
    }

    /// Removes every file that is not wanted; returns the bytes won.
    ///
    /// # Errors
    /// [`FileError::Disk`].
    pub fn sweep(&self, is_wanted: impl Fn(&ContentHash) -> bool) -> Result<u64, FileError> {
        let mut won_bytes = 0;
        for shelf in fs::read_dir(&self.folder).map_err(disk(&self.folder))?.flatten() {
            let Ok(entries) = fs::read_dir(shelf.path()) else { continue };
            for entry in entries.flatten() {
                let path = entry.path();
                let name = path.file_stem().and_then(|name| name.to_str()).map(ContentHash::parse);
                if matches!(name, Some(Ok(hash)) if !is_wanted(&hash)) {
                    won_bytes += entry.metadata().map_or(0, |found| found.len());
                    fs::remove_file(&path).map_err(disk(&path))?;
                }
            }
        }
        Ok(won_bytes)
    }
}

/// A file that is being written.
#[derive(Debug)]
pub struct Partial {
    hash: ContentHash,
    size_bytes: u64,
    length: u64,
    hasher: blake3::Hasher,
    file: File,
    path: PathBuf,
    done: PathBuf,
}

impl Partial {
    /// Bytes that are there already.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Writes the next bytes.
    ///
    /// # Errors
    /// [`FileError::TooLong`] and [`FileError::Disk`].
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        let length = self.length.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        if length > self.size_bytes {
            return Err(FileError::TooLong { hash: self.hash, size_bytes: self.size_bytes });
        }
        self.file.write_all(bytes).map_err(disk(&self.path))?;
        self.hasher.update(bytes);
        self.length = length;
        Ok(())
    }

    /// Puts the file in its place if its bytes are what its name says; otherwise throws it away. The name itself is on the
    /// disk after [`Files::sync_names`].
    ///
    /// # Errors
    /// [`FileError`].
    pub fn finish(self) -> Result<(), FileError> {
        if self.hasher.finalize().as_bytes() != self.hash.as_bytes() {
            fs::remove_file(&self.path).map_err(disk(&self.path))?;
            return Err(FileError::WrongBytes { hash: self.hash });
        }
        put_in_place(&RealDisk, &self.path, &self.done)
    }
}

/// The disk of this machine.
pub(super) struct RealDisk;

impl FileDisk for RealDisk {
    type Error = FileError;

    fn sync_file(&self, path: &Path) -> Result<(), FileError> {
        File::open(path).and_then(|file| file.sync_all()).map_err(disk(path))
    }

    fn remove(&self, path: &Path) -> Result<(), FileError> {
        fs::remove_file(path).map_err(disk(path))
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), FileError> {
        fs::rename(from, to).map_err(disk(to))
    }

    fn sync_folder(&self, path: &Path) -> Result<(), FileError> {
        File::open(path).and_then(|folder| folder.sync_all()).map_err(disk(path))
    }
}

fn hash_of(file: &mut File) -> std::io::Result<(blake3::Hasher, u64)> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; WRITE_BYTES];
    let mut length = 0;
    loop {
        let count = file.read(&mut buffer)?;
        let Some(bytes) = buffer.get(..count).filter(|bytes| !bytes.is_empty()) else { break };
        hasher.update(bytes);
        length += u64::try_from(count).unwrap_or(u64::MAX);
    }
    Ok((hasher, length))
}

pub(super) fn disk(path: &Path) -> impl Fn(std::io::Error) -> FileError + '_ {
    move |error| FileError::Disk { path: path.to_owned(), error }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(files: &Files, bytes: &[u8]) -> ContentHash {
        let hash = ContentHash::of(bytes);
        let mut partial = files.begin(hash, bytes.len() as u64).unwrap();
        partial.write(bytes).unwrap();
        partial.finish().unwrap();
        hash
    }

    #[test]
    fn a_cut_fetch_goes_on_where_it_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::open(folder.path().join("files")).unwrap();
        let hash = ContentHash::of(b"seven steps");
        files.begin(hash, 11).unwrap().write(b"seven").unwrap();
        assert!(!files.holds(&hash));
        assert_eq!(files.missing_bytes(&hash, 11), 6);

        let mut partial = files.begin(hash, 11).unwrap();
        assert_eq!(partial.length(), 5);
        partial.write(b" steps").unwrap();
        partial.finish().unwrap();
        assert_eq!(files.read(&hash).unwrap(), b"seven steps");
        assert_eq!(files.missing_bytes(&hash, 11), 0);
    }

    #[test]
    fn a_flipped_bit_is_refused_on_arrival_and_later() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::open(folder.path().join("files")).unwrap();
        let hash = ContentHash::of(b"seven steps");
        let mut partial = files.begin(hash, 11).unwrap();
        partial.write(b"seven stepz").unwrap();
        assert!(matches!(partial.finish(), Err(FileError::WrongBytes { .. })));
        assert_eq!(files.missing_bytes(&hash, 11), 11, "nothing wrong is kept to go on from");

        kept(&files, b"seven steps");
        fs::write(files.path(&hash), b"seven stepz").unwrap();
        assert!(matches!(files.read(&hash), Err(FileError::WrongBytes { .. })));
        assert!(!files.holds(&hash));
        kept(&files, b"seven steps");
        files.check(&hash).unwrap();
        fs::write(files.path(&hash), b"s").unwrap();
        assert!(matches!(files.check(&hash), Err(FileError::WrongBytes { .. })));
    }

    #[test]
    fn more_bytes_than_promised_are_refused_and_the_unwanted_are_swept() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::open(folder.path().join("files")).unwrap();
        let mut partial = files.begin(ContentHash::of(b"abc"), 3).unwrap();
        assert!(matches!(partial.write(b"abcd"), Err(FileError::TooLong { .. })));

        let (wanted, unwanted) = (kept(&files, b"wanted"), kept(&files, b"unwanted"));
        assert_eq!(files.sweep(|hash| *hash == wanted).unwrap(), 8);
        assert!(files.holds(&wanted) && !files.holds(&unwanted));
    }
}
