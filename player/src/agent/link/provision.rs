//! Provision: brings what the manifest in hand names onto the disk: parts over the conversation, media over a connection
//! of their own. Goes on after every cut, gives up only what a newer manifest no longer names.

use std::sync::atomic::Ordering;
use std::time::Duration;

use anteroom_content::id::ContentHash;
use anteroom_content::manifest::{Manifest, PartRef};
use anteroom_content::programme::{Show, Unplayable};
use anteroom_content::trust::{Refused, check_zone};
use anteroom_content::wire::{Obstacle, ObstacleKind, PART_BYTES_MAX, Trouble, TroubleKind};

use super::connect::{Unreached, connect};
use super::evergreen::fetch_evergreen;
use super::line::Line;
use super::run::Link;
use super::tls::{Purpose, when_paired};
use super::transfer::{FetchError, fetch};
use crate::agent::events::{Event, LinkEvent};
use crate::agent::limits::{FETCH_REST_BASE, FETCH_REST_CAP, FILES_MAX};
use crate::agent::store::{Files, Identity};

/// Why a manifest's things are not all here yet.
#[derive(Debug, thiserror::Error)]
pub(super) enum Short {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error(transparent)]
    Unreached(#[from] Unreached),
    #[error("part {hash} of {size_bytes} bytes is over the limit of {PART_BYTES_MAX}")]
    PartTooLong { hash: ContentHash, size_bytes: u64 },
    #[error(transparent)]
    Unplayable(#[from] Unplayable),
    #[error("the programme names {0} files; at most {FILES_MAX} are taken")]
    TooMany(usize),
    #[error(transparent)]
    Refused(#[from] Refused),
}

impl Short {
    fn trouble(&self) -> Trouble {
        let (kind, file) = match self {
            Self::Refused(refused) => return refused.trouble(),
            Self::Fetch(FetchError::File(error)) if error.is_disk() => (TroubleKind::Disk, None),
            Self::Fetch(FetchError::Missing(hash) | FetchError::OtherSize { hash, .. })
            | Self::PartTooLong { hash, .. } => (TroubleKind::File, Some(*hash)),
            Self::Unplayable(Unplayable::Unreadable(_)) | Self::TooMany(_) => (TroubleKind::Trust, None),
            Self::Unplayable(Unplayable::NewerEngine(_)) | Self::Fetch(_) | Self::Unreached(_) => {
                (TroubleKind::Other, None)
            }
        };
        Trouble { kind, file, text: self.to_string() }
    }

    /// What holds the manifest up.
    fn obstacle(&self) -> Obstacle {
        let kind = match self {
            Self::Refused(refused) => return Obstacle::from(refused),
            Self::Fetch(FetchError::File(error)) if error.is_disk() => ObstacleKind::Disk,
            Self::Fetch(FetchError::Missing(_) | FetchError::OtherSize { .. }) => ObstacleKind::Missing,
            Self::Unplayable(Unplayable::NewerEngine(_)) => ObstacleKind::Engine,
            Self::Unplayable(Unplayable::Unreadable(_)) | Self::PartTooLong { .. } | Self::TooMany(_) => {
                ObstacleKind::Refused
            }
            Self::Fetch(_) | Self::Unreached(_) => ObstacleKind::Line,
        };
        Obstacle { file: self.trouble().file, ..Obstacle::new(kind, &self.to_string()) }
    }

    /// A cut line is no trouble of its own: the server notices it too.
    fn is_cut(&self) -> bool {
        matches!(self, Self::Fetch(FetchError::Broken(_) | FetchError::GivenUp) | Self::Unreached(_))
    }
}

/// Fetches for the manifest that is wanted, and for each that comes in its place, until the connection ends.
pub async fn provide(link: Link, identity: Identity, connection: Line) {
    let mut wanted = link.wanted.clone();
    loop {
        let manifest = wanted.borrow_and_update().clone();
        let Some(manifest) = manifest else {
            if wanted.changed().await.is_err() {
                return;
            }
            continue;
        };
        tokio::select! {
            changed = wanted.changed() => if changed.is_err() { return },
            () = persist(&link, &identity, &connection, &manifest) => {
                if wanted.changed().await.is_err() {
                    return;
                }
            }
        }
    }
}

async fn persist(link: &Link, identity: &Identity, connection: &Line, manifest: &Manifest) {
    let mut rest = FETCH_REST_BASE;
    while let Err(short) = fetch_all(link, identity, connection, manifest).await {
        if connection.is_over() {
            return;
        }
        tracing::warn!(manifest.version = manifest.version, reason = %short, "not everything has arrived; trying again");
        let held_up = LinkEvent::HeldUp { version: manifest.version, obstacle: short.obstacle() };
        link.events.send(Event::Link(held_up)).await;
        if !short.is_cut() {
            link.events.say(Event::Trouble(short.trouble()));
        }
        tokio::time::sleep(rest).await;
        rest = (rest * 2).min(FETCH_REST_CAP);
    }
}

async fn fetch_all(link: &Link, identity: &Identity, control: &Line, manifest: &Manifest) -> Result<(), Short> {
    // The clinics hold at once: whatever else has to come waits for them, and not they for it.
    fetch_part(link, control, manifest.clinic).await?;
    link.events.send(Event::Link(LinkEvent::ClinicArrived(Box::new(manifest.clone())))).await;
    fetch_part(link, control, manifest.show).await?;

    let show = read_show(link, manifest)?;
    check_zone(manifest, &show)?;
    let mut files = show.files();
    if files.len() > FILES_MAX {
        return Err(Short::TooMany(files.len()));
    }
    let named: Vec<_> = files.iter().map(|(hash, _)| *hash).chain([manifest.clinic.hash, manifest.show.hash]).collect();
    files.retain(|(hash, _)| !link.files.holds(hash));
    let left: u64 = files.iter().map(|(hash, size_bytes)| link.files.missing_bytes(hash, *size_bytes)).sum();
    link.fetch_left_bytes.store(left, Ordering::Relaxed);
    if !files.is_empty() {
        tracing::info!(files.count = files.len(), files.bytes = left, "fetching files");
        let bulk = open_bulk(link, identity).await?;
        link.events.send(Event::Link(LinkEvent::Flows { version: manifest.version })).await;
        let fetched = fetch_files(link, &bulk, &link.files, &files).await;
        bulk.end(b"done", Duration::from_millis(100)).await;
        fetched?;
    }
    link.fetch_left_bytes.store(0, Ordering::Relaxed);
    link.files.sync_names(&named).map_err(FetchError::from)?;
    link.events.send(Event::Link(LinkEvent::FilesArrived(Box::new(manifest.clone())))).await;
    // What stands in when all else fails has time, and holds nothing up.
    if show.evergreen.is_some() {
        let brought = fetch_evergreen(link, identity, &show).await;
        // Whatever of it came stands in from now on.
        link.events.send(Event::Link(LinkEvent::EvergreenArrived(Box::new(manifest.clone())))).await;
        brought?;
    }
    Ok(())
}

async fn fetch_part(link: &Link, control: &Line, part: PartRef) -> Result<(), Short> {
    if part.size_bytes > PART_BYTES_MAX {
        return Err(Short::PartTooLong { hash: part.hash, size_bytes: part.size_bytes });
    }
    Ok(fetch(control, &link.files, (part.hash, part.size_bytes), &link.fetch_left_bytes).await?)
}

fn read_show(link: &Link, manifest: &Manifest) -> Result<Show, Short> {
    let bytes = link.files.read(&manifest.show.hash).map_err(FetchError::from)?;
    Ok(Show::read(&bytes)?)
}

pub(super) async fn open_bulk(link: &Link, identity: &Identity) -> Result<Line, Short> {
    let pass = when_paired(identity, &link.clock, Purpose::Bulk).map_err(Unreached::from)?;
    Ok(connect(&link.server, &link.way, &pass).await?)
}

/// Fetches all it can; the first failure is told when the others have arrived, so that one bad file holds up no other.
pub(super) async fn fetch_files(
    link: &Link,
    bulk: &Line,
    into: &Files,
    files: &[(ContentHash, u64)],
) -> Result<(), FetchError> {
    let mut first = Ok(());
    for file in files {
        let fetched = fetch(bulk, into, *file, &link.fetch_left_bytes).await;
        if fetched.is_err() && bulk.is_over() {
            return fetched;
        }
        first = first.and(fetched);
    }
    first
}
