//! What all players of a fleet have in common: how they dial and behave, and what happened to them.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

use super::dial::Dial;

/// What all players have in common.
pub(super) struct Shared {
    /// How they dial.
    pub(super) dial: Dial,
    /// How many may be dialling at one time.
    pub(super) dialling: Semaphore,
    /// How many batches may wait for their acknowledgement at one time.
    pub(super) in_flight: Semaphore,
    /// Opened when every batch is written, so that sending alone is measured.
    pub(super) plays_ready: Semaphore,
    /// How they behave.
    pub(super) manners: Manners,
    facts: Mutex<Facts>,
}

/// How players behave.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manners {
    /// They answer a manifest.
    pub(super) answers: bool,
    /// Each checks the signature of one manifest in so many; everything else that is signed is always checked.
    pub(super) check_one_in: u64,
    /// They ask what time it is.
    pub(super) ask_time: bool,
}

/// What happened since it was last asked.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// Players that are connected and hold their zone's manifest.
    pub(super) online: usize,
    /// How long each dial took until the manifest was in hand, and the manifest's version.
    pub(super) dials: Vec<(Duration, u64)>,
    /// Dials that failed and were tried again.
    pub(super) failed: usize,
    /// Why the last of them failed.
    pub(super) last_failure: String,
    /// Manifests that came over a link that stood: version, when, size in bytes.
    pub(super) receipts: Vec<(u64, Instant, usize)>,
    /// Players that have written their plays.
    pub(super) written: usize,
    /// How long each batch took to be acknowledged, and its plays.
    pub(super) acks: Vec<(Duration, u64)>,
    /// When the last of them was.
    pub(super) last_ack: Option<Instant>,
    /// Answers to the question what time it is.
    pub(super) times_told: usize,
    /// Links that broke.
    pub(super) broken: usize,
    /// Signatures that were wrong.
    pub(super) forged: usize,
}

impl Shared {
    /// For players of such manners, and so many dials and batches at one time.
    pub(super) fn new(dial: Dial, dialling: usize, in_flight: usize, manners: Manners) -> Self {
        Self {
            dial,
            dialling: Semaphore::new(dialling),
            in_flight: Semaphore::new(in_flight),
            plays_ready: Semaphore::new(0),
            manners,
            facts: Mutex::default(),
        }
    }

    /// Notes a failure and counts it.
    pub(super) fn note(&self, error: &anyhow::Error, count: impl Fn(&mut Facts)) {
        let mut facts = self.facts();
        count(&mut facts);
        facts.last_failure = format!("{error:#}");
    }

    /// What happened; a thread that ended in between does no harm.
    pub(super) fn facts(&self) -> MutexGuard<'_, Facts> {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
