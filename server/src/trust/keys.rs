//! The keys in use, made at the first run. The publish key signs manifests and assignments, the alert key alert templates,
//! the device authority certificates of boxes and of this server; the root key signs the charter that says so.

use std::path::{Path, PathBuf};

use anteroom_content::clock::Instant;
use anteroom_content::id::BoxId;
use anteroom_content::trust::{Charter, PublicKey, SignedCharter};
use ed25519_dalek::{SigningKey, VerifyingKey};

use super::certificate::{AuthorityKey, BoxCertificate};
use super::folder::{self, Folder};

/// Why keys cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum BadKeys {
    /// A file cannot be read or written.
    #[error("cannot keep keys in {file}: {why}")]
    File {
        /// Which.
        file: String,
        /// Why not.
        why: String,
    },
    /// A key or certificate is not one.
    #[error("the keys in {file} are damaged ({why}): restore them from a backup; new ones would unpair every box")]
    Damaged {
        /// Which.
        file: String,
        /// In what way.
        why: String,
    },
    /// A file holds a key, and not the one that is needed.
    #[error("{file} holds another key than the charter names ({wanted}…)")]
    OtherKey {
        /// Which.
        file: String,
        /// The first digits of the key that is needed.
        wanted: String,
    },
    /// A request for a certificate is not one.
    #[error("the box's certificate request is not acceptable: {0}")]
    Request(String),
}

impl BadKeys {
    pub(super) fn file(file: &Path, error: &std::io::Error) -> Self {
        Self::File { file: file.display().to_string(), why: error.to_string() }
    }

    pub(super) fn damaged(file: &Path, why: impl std::fmt::Display) -> Self {
        Self::Damaged { file: file.display().to_string(), why: why.to_string() }
    }
}

/// The keys of this server.
pub struct Keys {
    /// Signs manifests and assignments.
    pub publish: SigningKey,
    /// Signs alert templates, and nothing else.
    pub alert: SigningKey,
    /// Who may sign what.
    pub charter: Charter,
    /// The same, as the root key signed it.
    pub signed: SignedCharter,
    /// Every charter so far as it was signed, the oldest first: a box follows them one by one.
    pub charters: Vec<SignedCharter>,
    /// The certificates of the device authorities, PEM, the one in use first.
    pub authority_pem: String,
    authority: AuthorityKey,
    /// This server's certificate for players, DER.
    pub server_certificate: Vec<u8>,
    /// Its key, PKCS#8 DER.
    pub server_key: Vec<u8>,
}

impl Keys {
    /// Loads the keys, or makes them at the first run.
    ///
    /// # Errors
    /// [`BadKeys`] when the folder cannot be used or the keys in it are damaged.
    pub fn load_or_make(data: &Path, now: Instant) -> Result<Self, BadKeys> {
        let folder = Folder::of(data);
        folder.make()?;
        let mut charters = folder.charters()?;
        if charters.is_empty() {
            charters.push(first_charter(&folder, now)?);
            folder.keep_charters(&charters)?;
        }
        let place = data.join("keys");
        let (charter, signed) = newest(&charters, &place)?;
        let missing = || BadKeys::damaged(&place, "the charter names nobody");
        let publish = folder.secret_of("publish", charter.publish.first().ok_or_else(missing)?)?;
        let alert = folder.secret_of("alert", charter.alert.first().ok_or_else(missing)?)?;
        let load = |pem: &String| {
            let key = folder.authority_key(pem)?;
            AuthorityKey::of(pem, &key).map_err(|error| BadKeys::damaged(&place, error))
        };
        let authority = load(charter.authorities.first().ok_or_else(missing)?)?;
        // A box that slept through the last rotation knows the older authority alone, and every box knows that one.
        let oldest = load(charter.authorities.last().ok_or_else(missing)?)?;
        let server = oldest.sign_server(now).map_err(|error| BadKeys::damaged(&place, error))?;
        Ok(Self {
            publish,
            alert,
            authority_pem: charter.authorities_pem(),
            charter,
            signed,
            charters,
            authority,
            server_certificate: server.der,
            server_key: server.key_der,
        })
    }

    /// Signs the certificate request of a box, which signs plays with that key; the certificate says so.
    ///
    /// # Errors
    /// [`BadKeys::Request`] when the request is not one or its own signature is wrong.
    pub fn sign_box(
        &self,
        request_pem: &str,
        (box_id, plays_key): (&BoxId, &VerifyingKey),
        now: Instant,
    ) -> Result<BoxCertificate, BadKeys> {
        self.authority.sign_box(request_pem, (box_id, plays_key), now)
    }

    /// The charters a box has missed that holds one of this version, the oldest first.
    #[must_use]
    pub fn charters_after(&self, version: u64) -> Vec<&SignedCharter> {
        // The house's own words: each was read and signed before it was kept.
        let version_of = |signed: &SignedCharter| signed.read().map_or(0, |charter| charter.version);
        if version >= self.charter.version {
            return Vec::new();
        }
        self.charters.iter().filter(|signed| version_of(signed) > version).collect()
    }

    /// Where the root key lies in the data folder; none when it was taken away, as it should be.
    #[must_use]
    pub fn root_here(&self, data: &Path) -> Option<PathBuf> {
        Some(Folder::of(data).file_of("root", &self.charter.root)).filter(|file| file.is_file())
    }
}

/// The newest charter.
///
/// # Errors
/// [`BadKeys::Damaged`] when it is not one.
fn newest(charters: &[SignedCharter], place: &Path) -> Result<(Charter, SignedCharter), BadKeys> {
    let newest = charters.last().ok_or_else(|| BadKeys::damaged(place, "there is no charter"))?;
    let charter = newest.read().map_err(|refused| BadKeys::damaged(place, refused))?;
    Ok((charter, newest.clone()))
}

fn first_charter(folder: &Folder, now: Instant) -> Result<SignedCharter, BadKeys> {
    let damaged = |why: String| BadKeys::Damaged { file: "keys".to_owned(), why };
    // Boxes that were paired before there were charters believe in the keys of then.
    let (publish, certificate, key) = if let Some((publish, certificate, key)) = folder.of_before()? {
        (folder.keep("publish", publish)?, certificate, key)
    } else {
        let (key, certificate) = AuthorityKey::draw(now).map_err(|error| damaged(error.to_string()))?;
        (folder.draw("publish")?, certificate, key)
    };
    folder.keep_authority(&certificate, &key)?;
    let (root, alert) = (folder.draw("root")?, folder.draw("alert")?);
    let public = |key: &SigningKey| PublicKey::from(key.verifying_key());
    let charter = Charter {
        version: 1,
        epoch: 1,
        issued_at: now,
        root: public(&root),
        publish: vec![public(&publish)],
        alert: vec![public(&alert)],
        authorities: vec![certificate],
    };
    SignedCharter::seal(&charter, &[&root]).map_err(|error| damaged(error.to_string()))
}

/// Draws a new device authority and keeps its key: its certificate, PEM.
///
/// # Errors
/// [`BadKeys`].
pub(crate) fn draw_authority(folder: &Folder, now: Instant) -> Result<String, BadKeys> {
    let bad = |error: rcgen::Error| BadKeys::Damaged { file: "authority".to_owned(), why: error.to_string() };
    let (key, certificate) = AuthorityKey::draw(now).map_err(bad)?;
    folder.keep_authority(&certificate, &key)?;
    Ok(certificate)
}

/// Reads the secret half of a key from a file outside of the folder.
///
/// # Errors
/// [`BadKeys`] when it cannot be read or is another key.
pub(crate) fn secret_in(file: &Path, key: &PublicKey) -> Result<SigningKey, BadKeys> {
    folder::secret_in(file, key)
}

/// Moves the root key out of the data folder: written there and read back before it is removed here.
///
/// # Errors
/// [`BadKeys`]; the key is where it was then.
pub(crate) fn move_root(from: &Path, to: &Path, root: &PublicKey) -> Result<(), BadKeys> {
    folder::write_secret(to, &folder::secret_in(from, root)?)?;
    folder::remove(from)
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair};

    use super::*;

    const NOW: Instant = Instant(1_795_000_000_000);

    #[test]
    fn keys_are_the_same_after_a_restart_and_sign_a_request() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = Keys::load_or_make(folder.path(), NOW).expect("made");
        let again = Keys::load_or_make(folder.path(), NOW).expect("loaded");
        assert_eq!(first.publish.to_bytes(), again.publish.to_bytes());
        assert_eq!((&first.charter, &first.authority_pem), (&again.charter, &again.authority_pem));
        assert_ne!(first.server_certificate, again.server_certificate, "made anew at every start");

        let key = KeyPair::generate().expect("key");
        let request = CertificateParams::new(vec![]).expect("params").serialize_request(&key).expect("request");
        let box_id = BoxId::parse("b1").expect("name");
        let plays_key = SigningKey::from_bytes(&[3; 32]).verifying_key();
        let signed = again.sign_box(&request.pem().expect("pem"), (&box_id, &plays_key), NOW).expect("signed");
        assert_eq!(signed.fingerprint.len(), 64);
        assert!(signed.until.ms_since(NOW) > 5 * 365 * anteroom_content::clock::DAY_MS);
        assert!(again.sign_box("-----BEGIN", (&box_id, &plays_key), NOW).is_err());
    }

    #[test]
    fn the_root_key_can_be_taken_away_and_the_server_starts_without_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let keys = Keys::load_or_make(folder.path(), NOW).expect("made");
        let here = keys.root_here(folder.path()).expect("it lies here at first");
        let stick = folder.path().join("stick.key");
        move_root(&here, &stick, &keys.charter.root).expect("moved");
        let keys = Keys::load_or_make(folder.path(), NOW).expect("loaded");
        assert_eq!(keys.root_here(folder.path()), None);
        assert!(secret_in(&stick, &keys.charter.root).is_ok());
        assert!(matches!(secret_in(&stick, &keys.charter.publish[0]), Err(BadKeys::OtherKey { .. })));
    }

    #[test]
    fn keys_of_before_there_were_charters_are_taken_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("keys");
        std::fs::create_dir_all(&place).expect("made");
        let (key, certificate) = AuthorityKey::draw(NOW).expect("drawn");
        std::fs::write(place.join("publish.key"), "07".repeat(32)).expect("written");
        std::fs::write(place.join("authority.key"), key).expect("written");
        std::fs::write(place.join("authority.pem"), &certificate).expect("written");
        let keys = Keys::load_or_make(folder.path(), NOW).expect("loaded");
        assert_eq!(keys.publish.to_bytes(), [7; 32]);
        assert_eq!(keys.charter.authorities, [certificate]);
    }

    #[test]
    fn keys_that_are_lost_are_said_to_be_and_none_are_made_in_their_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let keys = Keys::load_or_make(folder.path(), NOW).expect("made");
        let file = Folder::of(folder.path()).file_of("publish", &keys.charter.publish[0]);
        std::fs::remove_file(file).expect("removed");
        assert!(matches!(Keys::load_or_make(folder.path(), NOW), Err(BadKeys::Damaged { .. })));
    }
}
