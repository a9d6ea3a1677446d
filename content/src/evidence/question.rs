//! What was asked, and how plays are added up for it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::Instant;
use crate::id::{ItemId, ScreenId};
use crate::play::books::is_time_proven;
use crate::play::{Ending, Play};

/// What was asked: plays that began in a span of time, of some screens and items or of all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Which form the bundle has.
    pub format: u32,
    /// Plays that began at this moment or later.
    pub from: Instant,
    /// And before this one.
    pub to: Instant,
    /// On these screens; on all when none is named.
    #[serde(default)]
    pub screens: Vec<ScreenId>,
    /// Of these items; of all when none is named.
    #[serde(default)]
    pub items: Vec<ItemId>,
}

/// What a total is of: screen, item, version.
pub type SumKey = (ScreenId, ItemId, u32);

/// Plays added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sum {
    /// Showings begun.
    pub plays: u64,
    /// Showings that ended as planned.
    pub complete: u64,
    /// Time on the glass, in milliseconds.
    pub shown_ms: u64,
}

impl Head {
    /// The play is of a screen and an item that were asked for, whenever it was.
    #[must_use]
    pub fn names(&self, play: &Play) -> bool {
        (self.screens.is_empty() || self.screens.contains(&play.screen))
            && (self.items.is_empty() || self.items.contains(&play.item))
    }

    /// The play was asked for.
    #[must_use]
    pub fn asks_for(&self, play: &Play) -> bool {
        (self.from..self.to).contains(&play.started_at) && self.names(play)
    }
}

/// Totals while they are made. Plays whose clock was not set or ran ahead are counted apart, as the books do.
#[derive(Debug, Default)]
pub(super) struct Sums {
    pub(super) sums: BTreeMap<SumKey, Sum>,
    pub(super) time_unproven: u64,
}

impl Sums {
    /// Adds a play of a batch that was received then; tells whether it counts.
    pub(super) fn add(&mut self, head: &Head, play: &Play, received_at: Instant) -> bool {
        if !is_time_proven(play.started_at, received_at) {
            self.time_unproven += u64::from(head.names(play));
            return false;
        }
        if !head.asks_for(play) {
            return false;
        }
        let key = (play.screen.clone(), play.item.clone(), play.item_version);
        let sum = self.sums.entry(key).or_default();
        sum.plays += 1;
        sum.complete += match play.ending {
            Ending::Complete => 1,
            Ending::Preempted | Ending::Interrupted => 0,
        };
        sum.shown_ms += u64::from(play.shown_ms);
        true
    }
}
