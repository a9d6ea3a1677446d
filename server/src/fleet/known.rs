//! What is known of boxes, whether they are connected or not, for whoever asks about many of them at once.

use anteroom_content::clock::Instant;
use anteroom_content::id::BoxId;
use anteroom_content::wire::{Delivery, Versions};

use super::Seen;
use super::index::Index;

/// What is remembered of a box that was connected since the server started, and is not any more.
#[derive(Debug, Clone, Default)]
pub struct Gone {
    /// When it was heard last.
    pub heard_at: Option<Instant>,
    /// The manifest on its glass, and since when.
    pub applied: Option<(u64, Instant)>,
    /// How far it was with what was on its way.
    pub delivery: Option<Box<Delivery>>,
    /// The versions of the messages it speaks, where the server speaks none of them and sent it away.
    pub skew: Option<Versions>,
}

/// A box.
#[derive(Debug, Clone, Copy)]
pub enum Known<'a> {
    /// It is connected.
    Here(&'a Seen),
    /// It was, since the server started.
    Gone(&'a Gone),
}

/// The boxes, held still while somebody goes through them.
#[derive(Debug)]
pub struct Roster<'a>(pub(super) &'a Index);

impl Roster<'_> {
    /// What is known of a box; none when it has not come since the server started.
    #[must_use]
    pub fn of(&self, box_id: &BoxId) -> Option<Known<'_>> {
        self.0.seen_of(box_id).map(Known::Here).or_else(|| self.0.gone_of(box_id).map(Known::Gone))
    }
}
