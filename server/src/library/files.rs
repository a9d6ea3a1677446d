//! Files by hash: written to a temporary name, synced, then renamed, so that a name is always whole.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anteroom_content::id::ContentHash;

/// Why a file cannot be kept or found.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// The disk has no room left.
    #[error("the disk of the library is full: make room, then upload again; nothing was lost")]
    DiskFull,
    /// The disk does not do what it should.
    #[error("the library cannot use {file}: {why}")]
    Disk {
        /// Which file.
        file: String,
        /// Why not.
        why: String,
    },
}

/// The folder of files.
#[derive(Debug, Clone)]
pub struct Library {
    folder: PathBuf,
}

impl Library {
    /// The library of a data folder.
    #[must_use]
    pub fn of(data: &Path) -> Self {
        Self { folder: data.join("library") }
    }

    /// Where a file lies, if it is there.
    #[must_use]
    pub fn path(&self, hash: &ContentHash) -> PathBuf {
        let hex = hash.to_hex();
        self.folder.join(hex.get(..2).unwrap_or("00")).join(&hex)
    }

    /// Where the small picture of a file lies, if it was ever drawn.
    #[must_use]
    pub fn thumbnail_path(&self, hash: &ContentHash) -> PathBuf {
        let hex = hash.to_hex();
        self.folder.join("thumbnails").join(hex.get(..2).unwrap_or("00")).join(format!("{hex}.jpg"))
    }

    /// Keeps bytes and tells their hash; on disk when this returns.
    ///
    /// # Errors
    /// [`LibraryError`] when the disk is full or fails.
    pub fn keep(&self, bytes: &[u8]) -> Result<ContentHash, LibraryError> {
        let hash = ContentHash::of(bytes);
        let file = self.path(&hash);
        let disk = |error: std::io::Error| disk_error(&file, &error);
        if file.exists() {
            return Ok(hash);
        }
        let folder = file.parent().unwrap_or(&self.folder);
        std::fs::create_dir_all(folder).map_err(disk)?;
        let mut temporary = tempfile::NamedTempFile::new_in(folder).map_err(disk)?;
        temporary.write_all(bytes).and_then(|()| temporary.as_file().sync_all()).map_err(disk)?;
        temporary.persist(&file).map_err(|error| disk(error.error))?;
        std::fs::File::open(folder).and_then(|open| open.sync_all()).map_err(disk)?;
        Ok(hash)
    }

    /// Takes a finished temporary file of the same disk over, and tells its hash.
    ///
    /// # Errors
    /// [`LibraryError`] when the disk is full or fails.
    pub fn adopt(&self, upload: tempfile::NamedTempFile) -> Result<ContentHash, LibraryError> {
        let disk = |error: std::io::Error| disk_error(&self.folder, &error);
        let mut hasher = blake3::Hasher::new();
        let reader = std::fs::File::open(upload.path()).map_err(disk)?;
        hasher.update_reader(reader).map_err(disk)?;
        let hash = ContentHash::from_bytes(*hasher.finalize().as_bytes());
        let file = self.path(&hash);
        let folder = file.parent().unwrap_or(&self.folder);
        std::fs::create_dir_all(folder).map_err(disk)?;
        upload.as_file().sync_all().map_err(disk)?;
        upload.persist(&file).map_err(|error| disk(error.error))?;
        std::fs::File::open(folder).and_then(|open| open.sync_all()).map_err(disk)?;
        Ok(hash)
    }

    /// An empty file on the library's disk, to be filled and [`Library::adopt`]ed; gone by itself when dropped.
    ///
    /// # Errors
    /// [`LibraryError`] when the disk is full or fails.
    pub fn upload(&self) -> Result<tempfile::NamedTempFile, LibraryError> {
        let folder = self.folder.join("uploads");
        std::fs::create_dir_all(&folder).map_err(|error| disk_error(&folder, &error))?;
        tempfile::NamedTempFile::new_in(&folder).map_err(|error| disk_error(&folder, &error))
    }
}

fn disk_error(file: &Path, error: &std::io::Error) -> LibraryError {
    if error.kind() == std::io::ErrorKind::StorageFull {
        return LibraryError::DiskFull;
    }
    LibraryError::Disk { file: file.display().to_string(), why: error.to_string() }
}

impl LibraryError {
    /// From the disk, with the file it is about.
    #[must_use]
    pub fn disk(file: &Path, error: &std::io::Error) -> Self {
        disk_error(file, error)
    }
}
