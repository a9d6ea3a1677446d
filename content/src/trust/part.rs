//! Parts: believed when a manifest that is believed names them, byte for byte.

use serde::de::DeserializeOwned;

use super::refused::Refused;
use crate::clinic::Timetable;
use crate::id::ContentHash;
use crate::manifest::{Manifest, PartRef};
use crate::programme::Show;

/// The show part of a manifest.
///
/// # Errors
/// [`Refused::Part`] when the bytes are of another length or hash, are no show part, or are another zone's.
pub fn accept_show(manifest: &Manifest, bytes: &[u8]) -> Result<Show, Refused> {
    let show: Show = accept(manifest.show, bytes)?;
    check_zone(manifest, &show)?;
    Ok(show)
}

/// A show part that was read already is of the manifest's zone.
///
/// # Errors
/// [`Refused::Part`] when it is another zone's.
pub fn check_zone(manifest: &Manifest, show: &Show) -> Result<(), Refused> {
    if show.zone.id == manifest.zone {
        return Ok(());
    }
    let why = format!("it is of zone `{}`, the manifest of zone `{}`", show.zone.id, manifest.zone);
    Err(Refused::Part { hash: manifest.show.hash, why })
}

/// The clinic part of a manifest.
///
/// # Errors
/// [`Refused::Part`] when the bytes are of another length or hash, or are no clinic part.
pub fn accept_clinic(manifest: &Manifest, bytes: &[u8]) -> Result<Timetable, Refused> {
    accept(manifest.clinic, bytes)
}

fn accept<T: DeserializeOwned>(named: PartRef, bytes: &[u8]) -> Result<T, Refused> {
    let refuse = |why: String| Refused::Part { hash: named.hash, why };
    let size_bytes = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if size_bytes != named.size_bytes {
        return Err(refuse(format!("{size_bytes} bytes in place of {}", named.size_bytes)));
    }
    if ContentHash::of(bytes) != named.hash {
        return Err(refuse("its bytes have another hash".to_owned()));
    }
    serde_json::from_slice(bytes).map_err(|error| refuse(error.to_string()))
}
