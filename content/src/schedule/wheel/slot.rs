//! Slots: what the wheel puts where.

use crate::clock::Instant;

/// One stretch of a zone's day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// Its first millisecond.
    pub since: Instant,
    /// The first millisecond after it.
    pub until: Instant,
    /// What fills it.
    pub filled: Filled,
    /// Who put it there.
    pub by: By,
    /// The longest it may be made, in milliseconds.
    pub(super) max_ms: u32,
}

/// What fills a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Filled {
    /// An item, by its index in the programme.
    Item(u16),
    /// The card compiled into the player: nothing may be shown, or nothing fits before a boundary that cannot move.
    Card,
    /// The zone is closed.
    Closed,
}

/// Who put a slot where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum By {
    /// A rule, by its index in the programme.
    Rule(u16),
    /// A campaign, by its index in the programme.
    Campaign(u16),
    /// The public-service floor.
    Floor,
    /// Nobody: closed, or the built-in card.
    Nobody,
}

impl Slot {
    /// How long it stands, in milliseconds.
    #[must_use]
    pub const fn length_ms(&self) -> i64 {
        self.until.ms_since(self.since)
    }

    /// The index of its item.
    #[must_use]
    pub const fn item(&self) -> Option<u16> {
        match self.filled {
            Filled::Item(item) => Some(item),
            Filled::Card | Filled::Closed => None,
        }
    }
}
