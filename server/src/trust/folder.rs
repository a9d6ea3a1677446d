//! The keys folder. A secret's file carries the name of its public half, and the newest charter says which ones are in use:
//! writing the charter is the one moment at which a rotation happens, and whatever a crash leaves behind is unused.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anteroom_content::id::ContentHash;
use anteroom_content::manifest::{from_hex, to_hex};
use anteroom_content::trust::{PublicKey, SignedCharter};
use ed25519_dalek::SigningKey;

use super::keys::BadKeys;

/// Charters a server keeps, for boxes that slept through some: one a week for nearly twenty years.
pub const CHARTERS_MAX: usize = 1_000;

/// The keys folder of a data folder.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Of a data folder.
    #[must_use]
    pub fn of(data: &Path) -> Self {
        Self { path: data.join("keys") }
    }

    /// Holds a charter: keys were made here once.
    #[must_use]
    pub fn is_made(&self) -> bool {
        self.charters_file().is_file()
    }

    pub(super) fn make(&self) -> Result<(), BadKeys> {
        std::fs::create_dir_all(&self.path).map_err(|error| BadKeys::file(&self.path, &error))
    }

    fn charters_file(&self) -> PathBuf {
        self.path.join("charters.json")
    }

    /// Where the secret half of a key lies, or would: `root-1a2b3c4d.key`.
    #[must_use]
    pub fn file_of(&self, office: &str, key: &PublicKey) -> PathBuf {
        self.path.join(format!("{office}-{}.key", key.short()))
    }

    fn authority_file(&self, certificate_pem: &str) -> PathBuf {
        let name = ContentHash::of(certificate_pem.trim().as_bytes()).to_hex();
        self.path.join(format!("authority-{}.key", name.get(..8).unwrap_or_default()))
    }

    /// Every charter, the oldest first; empty before the first run.
    ///
    /// # Errors
    /// [`BadKeys`] when they cannot be read.
    pub fn charters(&self) -> Result<Vec<SignedCharter>, BadKeys> {
        let file = self.charters_file();
        let Some(text) = read(&file)? else { return Ok(Vec::new()) };
        serde_json::from_str(&text).map_err(|error| BadKeys::damaged(&file, error))
    }

    /// Keeps the charters: from this moment on they hold.
    ///
    /// # Errors
    /// [`BadKeys`] when they cannot be written, or are more than [`CHARTERS_MAX`].
    pub fn keep_charters(&self, charters: &[SignedCharter]) -> Result<(), BadKeys> {
        let file = self.charters_file();
        if charters.len() > CHARTERS_MAX {
            return Err(BadKeys::File { file: file.display().to_string(), why: "too many charters".to_owned() });
        }
        let text = serde_json::to_string(charters).map_err(|error| BadKeys::damaged(&file, error))?;
        write(&file, &text)
    }

    /// The secret half of a key, from this folder.
    ///
    /// # Errors
    /// [`BadKeys`] when it is not here or is not the key's.
    pub fn secret_of(&self, office: &str, key: &PublicKey) -> Result<SigningKey, BadKeys> {
        secret_in(&self.file_of(office, key), key)
    }

    /// Draws a key and keeps its secret half here before anybody hears of it.
    ///
    /// # Errors
    /// [`BadKeys`] when it cannot be kept.
    pub fn draw(&self, office: &str) -> Result<SigningKey, BadKeys> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)
            .map_err(|error| BadKeys::File { file: office.to_owned(), why: error.to_string() })?;
        self.keep(office, SigningKey::from_bytes(&bytes))
    }

    pub(super) fn keep(&self, office: &str, key: SigningKey) -> Result<SigningKey, BadKeys> {
        write_secret(&self.file_of(office, &key.verifying_key().into()), &key)?;
        Ok(key)
    }

    pub(super) fn authority_key(&self, certificate_pem: &str) -> Result<String, BadKeys> {
        let file = self.authority_file(certificate_pem);
        read(&file)?.ok_or_else(|| BadKeys::damaged(&file, "it is not there"))
    }

    pub(super) fn keep_authority(&self, certificate_pem: &str, key_pem: &str) -> Result<(), BadKeys> {
        write(&self.authority_file(certificate_pem), key_pem)
    }

    /// Takes a retired key out of the folder: nobody needs its secret half any more.
    ///
    /// # Errors
    /// [`BadKeys::File`].
    pub fn forget(&self, office: &str, key: &PublicKey) -> Result<(), BadKeys> {
        remove(&self.file_of(office, key))
    }

    /// The same for an authority.
    ///
    /// # Errors
    /// [`BadKeys::File`].
    pub fn forget_authority(&self, certificate_pem: &str) -> Result<(), BadKeys> {
        remove(&self.authority_file(certificate_pem))
    }

    /// What a folder of before there were charters holds: publish key, authority's certificate and key.
    pub(super) fn of_before(&self) -> Result<Option<(SigningKey, String, String)>, BadKeys> {
        let file = self.path.join("publish.key");
        let (Some(publish), Some(certificate), Some(key)) =
            (read(&file)?, read(&self.path.join("authority.pem"))?, read(&self.path.join("authority.key"))?)
        else {
            return Ok(None);
        };
        let bytes = from_hex::<32>(publish.trim()).ok_or_else(|| BadKeys::damaged(&file, NOT_HEX))?;
        Ok(Some((SigningKey::from_bytes(&bytes), certificate, key)))
    }
}

const NOT_HEX: &str = "not 64 hexadecimal digits";

/// Reads a secret half from any file.
///
/// # Errors
/// [`BadKeys`] when the file cannot be read or holds another key.
pub(super) fn secret_in(file: &Path, key: &PublicKey) -> Result<SigningKey, BadKeys> {
    let text = read(file)?.ok_or_else(|| BadKeys::damaged(file, "it is not there"))?;
    let bytes = from_hex::<32>(text.trim()).ok_or_else(|| BadKeys::damaged(file, NOT_HEX))?;
    let found = SigningKey::from_bytes(&bytes);
    if PublicKey::from(found.verifying_key()) == *key {
        return Ok(found);
    }
    Err(BadKeys::OtherKey { file: file.display().to_string(), wanted: key.short() })
}

/// Writes a secret half to any file, and reads it back.
pub(super) fn write_secret(file: &Path, key: &SigningKey) -> Result<(), BadKeys> {
    write(file, &to_hex(&key.to_bytes()))?;
    secret_in(file, &key.verifying_key().into()).map(drop)
}

fn read(file: &Path) -> Result<Option<String>, BadKeys> {
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(BadKeys::file(file, &error)),
    }
}

/// Whole or not at all, readable by the server's user alone, on disk when this returns.
fn write(file: &Path, text: &str) -> Result<(), BadKeys> {
    let temporary = file.with_extension("new");
    let written = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&temporary)
        .and_then(|mut open| open.write_all(text.as_bytes()).and_then(|()| open.sync_all()))
        .and_then(|()| std::fs::rename(&temporary, file))
        .and_then(|()| match file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            Some(folder) => std::fs::File::open(folder)?.sync_all(),
            None => Ok(()),
        });
    written.map_err(|error| BadKeys::file(file, &error))
}

pub(super) fn remove(file: &Path) -> Result<(), BadKeys> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(BadKeys::file(file, &error)),
        Ok(()) | Err(_) => Ok(()),
    }
}
