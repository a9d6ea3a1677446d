//! What a box has come to believe, and the judgement of what comes next. Judging changes nothing: the box keeps a document
//! on its disk first, and only then raises what it believes.

use std::collections::BTreeMap;

use super::charter::{Charter, SignedCharter};
use super::key::PublicKey;
use super::purpose::{Document, Purpose};
use super::rank::Rank;
use super::refused::Refused;
use crate::clock::{DAY_MS, Instant};
use crate::id::{BoxId, ContentHash, ZoneId};
use crate::manifest::{Assignment, Envelope, Manifest};

/// A zone's word that was not heard again for so long is told as old: a quiet server repeats it several times a day.
pub const STALE_MS: i64 = DAY_MS;

/// A document that is believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard<T> {
    /// Something new.
    New(T),
    /// What is held already, word for word.
    Again(T),
}

/// A document of which the rank and the text are remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Held {
    rank: Rank,
    body: ContentHash,
}

impl Held {
    fn of(rank: Rank, envelope: &Envelope) -> Self {
        Self { rank, body: ContentHash::of(envelope.body.as_bytes()) }
    }

    fn judge<T>(self, before: Option<Self>, purpose: Purpose, document: T) -> Result<Heard<T>, Refused> {
        match before {
            Some(held) if held.rank > self.rank => Err(Refused::Old { purpose, held: held.rank, found: self.rank }),
            Some(held) if held.rank < self.rank => Ok(Heard::New(document)),
            Some(held) if held.body == self.body => Ok(Heard::Again(document)),
            Some(_) => Err(Refused::Twofold { purpose, rank: self.rank }),
            None => Ok(Heard::New(document)),
        }
    }
}

/// What a box believes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trust {
    /// The publish key a box was paired with before there were charters: the first one must name it.
    paired_with: Option<PublicKey>,
    charter: Option<Charter>,
    assignment: Option<Held>,
    manifests: BTreeMap<ZoneId, (Held, Instant)>,
}

impl Trust {
    /// A box that was paired before there were charters.
    #[must_use]
    pub fn paired_with(publish: PublicKey) -> Self {
        Self { paired_with: Some(publish), ..Self::default() }
    }

    /// A box that holds a charter.
    #[must_use]
    pub fn under(charter: Charter) -> Self {
        Self { charter: Some(charter), ..Self::default() }
    }

    /// The charter.
    #[must_use]
    pub const fn charter(&self) -> Option<&Charter> {
        self.charter.as_ref()
    }

    /// The highest manifest ever seen of a zone.
    #[must_use]
    pub fn manifest_rank(&self, zone: &ZoneId) -> Option<Rank> {
        self.manifests.get(zone).map(|(held, _)| held.rank)
    }

    /// The highest assignment ever seen.
    #[must_use]
    pub fn assignment_rank(&self) -> Option<Rank> {
        self.assignment.map(|held| held.rank)
    }

    /// Judges a charter: signed by the root that is held and by the root it names, newer than the one that is held, and its
    /// epoch not below.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn accept_charter(&self, signed: &SignedCharter) -> Result<Heard<Charter>, Refused> {
        let Some(held) = &self.charter else {
            let charter = signed.read()?;
            return match &self.paired_with {
                Some(key) if !charter.publish.contains(key) => Err(Refused::OtherPublishKey),
                Some(_) | None => Ok(Heard::New(charter)),
            };
        };
        if !signed.is_signed_by(&held.root) {
            return Err(Refused::HeldRoot);
        }
        let charter = signed.read()?;
        let (purpose, found) = (Purpose::Charter, charter.rank());
        if charter.version < held.version || charter.epoch < held.epoch {
            Err(Refused::Old { purpose, held: held.rank(), found })
        } else if charter.version > held.version {
            Ok(Heard::New(charter))
        } else if charter == *held {
            Ok(Heard::Again(charter))
        } else {
            Err(Refused::Twofold { purpose, rank: found })
        }
    }

    /// Judges what the box's zone should play.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn accept_manifest(&self, zone: &ZoneId, envelope: &Envelope) -> Result<Heard<Manifest>, Refused> {
        let manifest: Manifest = self.open(envelope)?;
        if manifest.zone != *zone {
            return Err(Refused::OtherZone { wanted: zone.clone(), found: manifest.zone });
        }
        self.check_epoch(Purpose::Manifest, manifest.epoch)?;
        let held = self.manifests.get(zone).map(|(held, _)| *held);
        Held::of(manifest.rank(), envelope).judge(held, Purpose::Manifest, manifest)
    }

    /// Judges where the box should hang.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn accept_assignment(&self, box_id: &BoxId, envelope: &Envelope) -> Result<Heard<Assignment>, Refused> {
        let assignment: Assignment = self.open(envelope)?;
        if assignment.box_id != *box_id {
            return Err(Refused::OtherBox { wanted: box_id.clone(), found: assignment.box_id });
        }
        self.check_epoch(Purpose::Assignment, assignment.epoch)?;
        Held::of(assignment.rank(), envelope).judge(self.assignment, Purpose::Assignment, assignment)
    }

    /// Reads a document that a key of the charter signed for its purpose. Alert templates are read so; whatever has a rank
    /// has a judgement of its own.
    ///
    /// # Errors
    /// [`Refused::NoCharter`], [`Refused::Signature`] and [`Refused::Unreadable`].
    pub fn open<T: Document>(&self, envelope: &Envelope) -> Result<T, Refused> {
        let purpose = T::PURPOSE;
        let charter = self.charter.as_ref().ok_or(Refused::NoCharter(purpose))?;
        let keys: &[PublicKey] = match purpose {
            Purpose::Manifest | Purpose::Assignment => &charter.publish,
            Purpose::AlertTemplate => &charter.alert,
            // A charter has signatures of its own kind, plays are signed by boxes, and evidence is for strangers: a box
            // believes none of them from a key of the charter.
            Purpose::Charter | Purpose::Plays | Purpose::Evidence => &[],
        };
        if !keys.iter().any(|key| key.has_signed(purpose, &envelope.body, &envelope.signature)) {
            return Err(Refused::Signature(purpose));
        }
        serde_json::from_str(&envelope.body).map_err(|error| Refused::Unreadable { purpose, why: error.to_string() })
    }

    fn check_epoch(&self, purpose: Purpose, found: u32) -> Result<(), Refused> {
        let charter = self.charter.as_ref().ok_or(Refused::NoCharter(purpose))?.epoch;
        match found.cmp(&charter) {
            std::cmp::Ordering::Less => Err(Refused::PastEpoch { purpose, charter, found }),
            std::cmp::Ordering::Equal => Ok(()),
            std::cmp::Ordering::Greater => Err(Refused::FutureEpoch { purpose, charter, found }),
        }
    }

    /// Believes in a charter from now on; an older one than is held changes nothing.
    pub fn raise_charter(&mut self, charter: Charter) {
        if self.charter.as_ref().is_none_or(|held| held.version < charter.version && held.epoch <= charter.epoch) {
            self.charter = Some(charter);
        }
    }

    /// Goes by a manifest that was accepted and kept, heard at `now`; a lower one than is held changes nothing.
    pub fn raise_manifest(&mut self, zone: &ZoneId, rank: Rank, envelope: &Envelope, now: Instant) {
        let new = Held::of(rank, envelope);
        match self.manifests.get_mut(zone) {
            Some((held, _)) if held.rank > rank => {}
            Some((held, heard_at)) => {
                *held = new;
                *heard_at = now.max(*heard_at);
            }
            None => {
                self.manifests.insert(zone.clone(), (new, now));
            }
        }
    }

    /// Goes by an assignment that was accepted and kept; a lower one than is held changes nothing.
    pub fn raise_assignment(&mut self, rank: Rank, envelope: &Envelope) {
        if self.assignment.is_none_or(|held| held.rank <= rank) {
            self.assignment = Some(Held::of(rank, envelope));
        }
    }

    /// For how long nobody has said that a zone's word still holds, in milliseconds, once that is longer than [`STALE_MS`].
    /// Whoever repeats old words for ever cannot hide that they are old.
    #[must_use]
    pub fn stale_ms(&self, zone: &ZoneId, now: Instant) -> Option<i64> {
        let (_, heard_at) = self.manifests.get(zone)?;
        Some(now.ms_since(*heard_at)).filter(|quiet_ms| *quiet_ms > STALE_MS)
    }
}
