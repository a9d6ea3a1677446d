//! The sum: how many screens are how far.

use anteroom_content::clock::Instant;

use super::how_far::{HowFar, Standing};

/// How many screens are how far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sum {
    counts: [usize; HowFar::ALL.len()],
    /// Files still to be fetched, in bytes, over all of them.
    pub left_bytes: u64,
    /// Since when the longest one is offline.
    pub offline_since: Option<Instant>,
    /// Screens that showed it when they were heard last, and are not connected now.
    pub shown_unheard: usize,
    /// Since when the longest of those was not heard.
    pub unheard_since: Option<Instant>,
}

impl Sum {
    /// Counts one more; `heard_at` is when its box was heard last, where it is not connected.
    pub(super) fn add(&mut self, standing: &Standing, heard_at: Option<Instant>) {
        if let Some(count) = self.counts.get_mut(place(standing.how_far)) {
            *count += 1;
        }
        self.left_bytes = self.left_bytes.saturating_add(standing.left_bytes);
        match standing.how_far {
            HowFar::Offline => self.offline_since = earlier(self.offline_since, standing.since),
            HowFar::Shown if !standing.is_heard => {
                self.shown_unheard += 1;
                self.unheard_since = earlier(self.unheard_since, heard_at);
            }
            HowFar::Shown | HowFar::HeldUp | HowFar::Unlit | HowFar::Told | HowFar::Fetching | HowFar::Fetched => {}
        }
    }

    /// How many are so far.
    #[must_use]
    pub fn count(&self, how_far: HowFar) -> usize {
        self.counts.get(place(how_far)).copied().unwrap_or(0)
    }

    /// All of them.
    #[must_use]
    pub fn total(&self) -> usize {
        self.counts.iter().sum()
    }

    /// Those that do not show it.
    #[must_use]
    pub fn behind(&self) -> usize {
        self.total() - self.count(HowFar::Shown)
    }
}

fn place(how_far: HowFar) -> usize {
    HowFar::ALL.iter().position(|one| *one == how_far).unwrap_or(0)
}

fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
