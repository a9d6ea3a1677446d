//! New keys in place of old ones: drawn, named by a new charter which the root key signs, and only then in use.

use std::path::Path;

use anteroom_content::clock::Instant;
use anteroom_content::trust::{AUTHORITIES_MAX, Charter, PublicKey, SignedCharter};
use clap::ValueEnum;
use ed25519_dalek::SigningKey;

use crate::trust::{BadKeys, Folder, Keys, draw_authority, secret_in};

/// Whose key is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Office {
    /// The key that signs manifests and assignments. A new epoch begins: what the old key signed counts no more
    Publish,
    /// The key that signs alert templates
    Alert,
    /// The device authority. Boxes fetch certificates of the new one; the one before the last is believed no more
    Authority,
    /// The root key itself. The new one lies in the data folder until `anteroom trust root --out FILE` takes it away
    Root,
}

impl Office {
    /// Its name, as on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Alert => "alert",
            Self::Authority => "authority",
            Self::Root => "root",
        }
    }
}

/// The highest charter boxes were heard to hold: a server restored from an old backup may have forgotten some.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seen {
    /// Its version.
    pub version: u64,
    /// Its epoch.
    pub epoch: u32,
}

/// What a rotation did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotated {
    /// Whose key.
    pub office: Office,
    /// The charter from now on.
    pub charter: Charter,
    /// A new epoch began: every zone must be signed anew.
    pub is_new_epoch: bool,
}

/// Why no key was replaced.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// The root key is somewhere else.
    #[error("the root key is not in the data folder, where it should not be: name its file with --root FILE")]
    NoRoot,
    /// Keys cannot be read or written.
    #[error(transparent)]
    Keys(#[from] BadKeys),
    /// The charter cannot be written.
    #[error("the charter cannot be written: {0}")]
    Charter(#[from] serde_json::Error),
    /// No version is left.
    #[error("boxes hold a charter of the highest number there is: they must be paired anew")]
    Exhausted,
}

/// Replaces a key. `root` is the root key's file; without one it must lie in the data folder.
///
/// # Errors
/// [`RotateError`]; the old key is in use then.
pub fn rotate(
    data: &Path,
    office: Office,
    root: Option<&Path>,
    seen: Seen,
    now: Instant,
) -> Result<Rotated, RotateError> {
    let folder = Folder::of(data);
    let keys = Keys::load_or_make(data, now)?;
    let held = keys.charter.clone();
    let here = keys.root_here(data);
    let root = secret_in(root.or(here.as_deref()).ok_or(RotateError::NoRoot)?, &held.root)?;

    let mut charter = held.clone();
    charter.issued_at = now;
    charter.version = held.version.max(seen.version).checked_add(1).ok_or(RotateError::Exhausted)?;
    charter.epoch = held.epoch.max(seen.epoch);
    let mut new_root = None;
    match office {
        Office::Publish => {
            charter.epoch = charter.epoch.checked_add(1).ok_or(RotateError::Exhausted)?;
            charter.publish = vec![public(&folder.draw("publish")?)];
        }
        Office::Alert => charter.alert = vec![public(&folder.draw("alert")?)],
        Office::Authority => {
            charter.authorities.insert(0, draw_authority(&folder, now)?);
            charter.authorities.truncate(AUTHORITIES_MAX);
        }
        Office::Root => charter.root = public(new_root.insert(folder.draw("root")?)),
    }
    let signers: Vec<&SigningKey> = std::iter::once(&root).chain(&new_root).collect();
    let mut charters = keys.charters;
    charters.push(SignedCharter::seal(&charter, &signers)?);
    folder.keep_charters(&charters)?;
    // From here on the new key is in use. What is retired is of no use to anybody but a thief.
    forget(&folder, &held, &charter)?;
    Ok(Rotated { office, is_new_epoch: charter.epoch != held.epoch, charter })
}

fn public(key: &SigningKey) -> PublicKey {
    key.verifying_key().into()
}

fn forget(folder: &Folder, before: &Charter, after: &Charter) -> Result<(), BadKeys> {
    for (office, old, new) in [("publish", &before.publish, &after.publish), ("alert", &before.alert, &after.alert)] {
        for key in old.iter().filter(|key| !new.contains(key)) {
            folder.forget(office, key)?;
        }
    }
    for authority in before.authorities.iter().filter(|pem| !after.authorities.contains(pem)) {
        folder.forget_authority(authority)?;
    }
    if before.root != after.root {
        folder.forget("root", &before.root)?;
    }
    Ok(())
}
