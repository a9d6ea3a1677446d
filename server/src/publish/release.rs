//! Publishing, taking back, and the clinics' own short way to the glass. What a screen is told is on disk before it is told.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use anteroom_content::clock::{Instant, UnknownZone};
use anteroom_content::id::{ContentHash, ScreenId, ZoneId};
use anteroom_content::manifest::{Envelope, Manifest, PartRef};
use anteroom_content::programme::{Part, Show};
use anteroom_content::schedule::Carry;
use anteroom_content::schedule::problem::Found;
use anteroom_content::timeline::{Edition, Timeline};
use anteroom_content::wire::{BadFrame, ToPlayer, encode};

use super::compose::compose_clinics;
use super::outlook::problems;
use super::recall::without;
use super::{Draft, ZoneParts, compose, draft};
use crate::db::publications::{self, Publication, ZonePublication};
use crate::db::{DbError, facts, items};
use crate::fleet::Frame;
use crate::state::State;

/// The most programmes of a zone that are asked together, newest first; what is older is not looked at.
const EDITIONS_MAX: u32 = 64;

/// Why nothing was published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The database did not answer.
    #[error(transparent)]
    Db(#[from] DbError),
    /// A site's time zone is unknown.
    #[error(transparent)]
    TimeZone(#[from] UnknownZone),
    /// A zone without a site.
    #[error("zone `{0}` belongs to no site")]
    NoSite(ZoneId),
    /// A document cannot be written or read.
    #[error("a programme cannot be written: {0}")]
    Document(#[from] serde_json::Error),
    /// A manifest is too long for a frame.
    #[error("a manifest cannot be told: {0}")]
    Frame(#[from] BadFrame),
    /// Nothing changed since the last publication.
    #[error("nothing to publish: every screen already plays what stands in the console")]
    Nothing,
    /// Something in the draft must be put right first.
    #[error("{}", in_words(.0))]
    Problems(Vec<Found>),
    /// What publishing would do was not worked out.
    #[error("what publishing would do was not worked out: {0}")]
    Unfinished(#[from] tokio::task::JoinError),
    /// There is no publication to take back.
    #[error("nothing to take back: there is no earlier publication")]
    NothingToUndo,
}

/// The most problems an error tells; the console's page and `anteroom diff` tell all of them.
const PROBLEMS_TOLD_MAX: usize = 3;

fn in_words(problems: &[Found]) -> String {
    let told: Vec<String> = problems.iter().take(PROBLEMS_TOLD_MAX).map(|found| found.say().en).collect();
    let more = problems.len().saturating_sub(PROBLEMS_TOLD_MAX);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    format!("not published, this must be put right first: {}{more}", told.join("; "))
}

/// What publishing would do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Preview {
    /// Zones whose programme would change.
    pub zones: Vec<ZoneId>,
    /// Their screens.
    pub screens: Vec<ScreenId>,
    /// Those zones among them that would have nothing to show but the built-in card.
    pub empty: Vec<ZoneId>,
}

/// What publishing did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The number of the publication.
    pub version: u64,
    /// What changed.
    pub preview: Preview,
    /// When the last of the zones takes over.
    pub effective_at: Instant,
}

/// What publishing would change now.
pub async fn preview(state: &State) -> Result<Preview, PublishError> {
    preview_draft(state, &draft(state).await?).await
}

/// What publishing a draft would change now.
pub async fn preview_draft(state: &State, draft: &Draft) -> Result<Preview, PublishError> {
    let parts = compose(draft, &state.phone_address, state.now())?;
    let current = publications::current(&state.db).await?;
    Ok(preview_of(&parts, &current))
}

pub(super) fn preview_of(parts: &[ZoneParts], current: &[ZonePublication]) -> Preview {
    let told: HashMap<&ZoneId, ContentHash> = current.iter().map(|told| (&told.zone, told.show)).collect();
    let mut preview = Preview::default();
    for zone in parts {
        if told.get(&zone.zone) == Some(&zone.show_part.hash) {
            continue;
        }
        preview.zones.push(zone.zone.clone());
        preview.screens.extend(zone.show.screens.iter().map(|screen| screen.id.clone()));
        let holds_something = zone.show.rules.iter().any(|rule| {
            let playlist = zone.show.playlists.iter().find(|p| p.id == rule.playlist);
            playlist.is_some_and(|p| {
                p.turns.iter().any(|turn| turn.item().is_none_or(|item| zone.show.item(item).is_some()))
            })
        });
        if !holds_something && zone.show.screens.iter().any(|s| s.role == anteroom_content::place::Role::Full) {
            preview.empty.push(zone.zone.clone());
        }
    }
    preview
}

/// Publishes what stands in the console.
///
/// # Errors
/// [`PublishError::Nothing`] when nothing would change, [`PublishError::Problems`] when something in the draft cannot be
/// meant; nothing is told then.
pub async fn publish(state: &State, by: &str) -> Result<Published, PublishError> {
    let _one_at_a_time = state.publishing.lock().await;
    let now = state.now();
    let draft = draft(state).await?;
    let parts = compose(&draft, &state.phone_address, now)?;
    let current = publications::current(&state.db).await?;
    let preview = preview_of(&parts, &current);
    if preview.zones.is_empty() {
        return Err(PublishError::Nothing);
    }
    let errors: Vec<Found> =
        problems(state, &draft).await?.into_iter().filter(|found| found.problem.is_error()).collect();
    if !errors.is_empty() {
        return Err(PublishError::Problems(errors));
    }
    let changed: HashSet<&ZoneId> = preview.zones.iter().collect();
    let mut releases = Vec::new();
    for zone in parts.into_iter().filter(|zone| changed.contains(&zone.zone)) {
        let takeover = takeover(state, &zone.zone, now).await?;
        releases.push(Release::new(zone.zone, zone.show_part, zone.clinic_part, takeover));
    }
    let effective_at = releases.iter().map(|release| release.takeover.at).max().unwrap_or(now);
    let version = release(state, "publish", by, None, releases).await?;
    Ok(Published { version, preview, effective_at })
}

/// Takes the last publication back: its zones play again what they played before it.
///
/// # Errors
/// [`PublishError::NothingToUndo`] when there is none, or it was the first of its zones.
pub async fn undo(state: &State, by: &str) -> Result<Published, PublishError> {
    let _one_at_a_time = state.publishing.lock().await;
    let now = state.now();
    let history = publications::last(&state.db, 50).await?;
    let undone: Vec<u64> = history.iter().filter_map(|publication| publication.undoes).collect();
    let last = history
        .iter()
        .find(|publication| publication.kind == "publish" && !undone.contains(&publication.version))
        .ok_or(PublishError::NothingToUndo)?;
    let before = publications::before(&state.db, last.version).await?;
    let current = publications::current(&state.db).await?;
    let clinics: HashMap<ZoneId, ContentHash> = current.into_iter().map(|told| (told.zone, told.clinic)).collect();
    // What was recalled since stays off the air, whatever is taken back.
    let recalled = items::withdrawn_items(&state.db).await?;
    let mut preview = Preview::default();
    let mut releases = Vec::new();
    for zone in before {
        let clinic = clinics.get(&zone.zone).copied().unwrap_or(zone.clinic);
        let takeover = takeover(state, &zone.zone, now).await?;
        let show = stored(state, zone.show).await?;
        let show = without(&show, &recalled)?.unwrap_or(show);
        let screens = serde_json::from_slice::<Show>(&show.bytes)?.screens;
        preview.screens.extend(screens.into_iter().map(|screen| screen.id));
        preview.zones.push(zone.zone.clone());
        releases.push(Release::new(zone.zone, show, stored(state, clinic).await?, takeover));
    }
    if releases.is_empty() {
        return Err(PublishError::NothingToUndo);
    }
    let effective_at = releases.iter().map(|release| release.takeover.at).max().unwrap_or(now);
    let version = release(state, "undo", by, Some(last.version), releases).await?;
    Ok(Published { version, preview, effective_at })
}

/// Sends changed clinics to the zones that show them, at once and past every draft. Tells how many zones those were.
pub async fn refresh_clinics(state: &State, by: &str) -> Result<usize, PublishError> {
    let _one_at_a_time = state.publishing.lock().await;
    let mut parts = compose_clinics(&draft(state).await?)?;
    let mut releases = Vec::new();
    for told in publications::current(&state.db).await? {
        let Some(clinic) = parts.remove(&told.zone).filter(|part| part.hash != told.clinic) else { continue };
        let before = manifest_of(&told.envelope)?;
        releases.push(Release {
            show: before.show,
            clinic: part_ref(&clinic),
            // The show part is there since it was told first.
            fresh: vec![clinic],
            zone: told.zone,
            takeover: Takeover { at: before.effective_at, carry: before.carry },
        });
    }
    let zones = releases.len();
    if zones > 0 {
        release(state, "clinic", by, None, releases).await?;
    }
    Ok(zones)
}

/// The programmes of a zone that matter from `from` on, oldest first: what the engine is asked with.
pub async fn editions(state: &State, zone: &ZoneId, from: Instant) -> Result<Vec<Edition>, PublishError> {
    let mut editions = Vec::new();
    for publication in publications::shows_of_zone(&state.db, zone, from, EDITIONS_MAX).await? {
        let part = stored(state, publication.show).await?;
        editions.push(Edition {
            effective_at: publication.effective_at,
            show: Arc::new(serde_json::from_slice(&part.bytes)?),
            carry: Arc::new(manifest_of(&publication.envelope)?.carry),
        });
    }
    Ok(editions)
}

/// The engine for a zone, with every programme that matters from `from` on.
pub async fn timeline(state: &State, zone: &ZoneId, from: Instant) -> Result<Timeline, PublishError> {
    Ok(Timeline::new(editions(state, zone, from).await?))
}

/// What a zone was told.
pub(super) fn manifest_of(envelope: &Envelope) -> Result<Manifest, PublishError> {
    // The house's own word, from its own database: it was signed before it was stored.
    Ok(serde_json::from_str(&envelope.body)?)
}

/// Where a programme takes over.
#[derive(Debug, Clone)]
pub(super) struct Takeover {
    pub(super) at: Instant,
    pub(super) carry: Carry,
}

impl Takeover {
    /// At an instant, going on from what the zone plays until then.
    pub(super) fn at(timeline: &Timeline, at: Instant) -> Self {
        Self { carry: timeline.carry(at), at }
    }
}

async fn takeover(state: &State, zone: &ZoneId, now: Instant) -> Result<Takeover, PublishError> {
    let timeline = timeline(state, zone, now).await?;
    Ok(Takeover::at(&timeline, timeline.handover(now)))
}

pub(super) async fn stored(state: &State, hash: ContentHash) -> Result<Part, PublishError> {
    let bytes = publications::part(&state.db, &hash).await?;
    let bytes = bytes.ok_or_else(|| DbError::Unreadable { what: "part", why: format!("{hash} is not there") })?;
    Ok(Part { hash, bytes })
}

/// What one zone is to be told.
pub(super) struct Release {
    zone: ZoneId,
    show: PartRef,
    clinic: PartRef,
    /// Parts that may not be stored yet.
    fresh: Vec<Part>,
    takeover: Takeover,
}

impl Release {
    pub(super) fn new(zone: ZoneId, show: Part, clinic: Part, takeover: Takeover) -> Self {
        Self { zone, show: part_ref(&show), clinic: part_ref(&clinic), fresh: vec![show, clinic], takeover }
    }

    /// What a zone was told, word for word.
    pub(super) fn again(zone: ZoneId, told: Manifest) -> Self {
        let takeover = Takeover { at: told.effective_at, carry: told.carry };
        Self { zone, show: told.show, clinic: told.clinic, fresh: Vec::new(), takeover }
    }
}

/// Signs, stores, then tells.
pub(super) async fn release(
    state: &State,
    kind: &str,
    by: &str,
    undoes: Option<u64>,
    releases: Vec<Release>,
) -> Result<u64, PublishError> {
    let now = state.now();
    let mut tx = state.db.begin().await?;
    let version = facts::next_version(&mut tx).await?;
    let publication = Publication { version, kind: kind.to_owned(), made_by: by.to_owned(), made_at: now, undoes };
    publications::add(&mut tx, &publication).await?;
    let (mut news, mut added) = (Vec::with_capacity(releases.len()), HashSet::new());
    for release in releases {
        for part in &release.fresh {
            // Thousands of zones share a clinic part.
            if added.insert(part.hash) {
                publications::add_part(&mut tx, part, now).await?;
            }
        }
        let manifest = Manifest {
            epoch: state.keys.charter.epoch,
            version,
            zone: release.zone.clone(),
            issued_at: now,
            effective_at: release.takeover.at,
            carry: release.takeover.carry,
            show: release.show,
            clinic: release.clinic,
        };
        let zone = ZonePublication {
            version,
            zone: release.zone,
            show: release.show.hash,
            clinic: release.clinic.hash,
            effective_at: manifest.effective_at,
            envelope: Envelope::seal(&manifest, &state.keys.publish)?,
        };
        state.meters.note_signed();
        publications::add_zone(&mut tx, &zone).await?;
        // What no frame can hold must not be published.
        news.push((zone.zone, version, frame(zone.envelope)?));
    }
    tx.commit().await?;
    state.meters.note_committed(version, state.now());
    let boxes = state.fleet.tell_zones(news);
    tracing::info!(publication.version = version, publication.kind = kind, boxes.told = boxes, "published");
    Ok(version)
}

/// The newest manifest of a zone, in the bytes a box is told; none when the zone was never told anything. It is asked of the
/// database once, and kept by the fleet from then on.
///
/// # Errors
/// [`PublishError`] when the database does not answer.
pub async fn told(state: &State, zone: &ZoneId) -> Result<Option<Frame>, PublishError> {
    if let Some(frame) = state.fleet.told(zone) {
        return Ok(Some(frame));
    }
    let Some(newest) = publications::of_zone(&state.db, zone, 1).await?.into_iter().next() else { return Ok(None) };
    state.fleet.keep_told(zone, newest.version, frame(newest.envelope)?);
    // Another publication may have been told meanwhile.
    Ok(state.fleet.told(zone))
}

fn frame(envelope: Envelope) -> Result<Frame, PublishError> {
    Ok(encode(&ToPlayer::Manifest(envelope))?.into())
}

fn part_ref(part: &Part) -> PartRef {
    PartRef { hash: part.hash, size_bytes: u64::try_from(part.bytes.len()).unwrap_or(u64::MAX) }
}
