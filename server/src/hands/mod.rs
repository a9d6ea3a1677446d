//! Remote hands: orders to screens and what became of them, and the screens that people took down. A person decides in the
//! console; what is down is on the disk before any box is told, and told again whenever one comes.

mod orders;
mod take_down;

pub use orders::{Fate, Given, Orders, answered, give};
pub use take_down::{Down, put_back, recount, take_down, tell_of};

use crate::db::places::Places;
pub use crate::db::take_downs::{Scope, TakeDown};
use anteroom_content::place::Screen;

/// What the room keeps in memory.
#[derive(Debug, Default)]
pub struct Hands {
    /// Orders given since the server started.
    pub orders: Orders,
    /// What is down now.
    pub down: Down,
}

impl Scope {
    /// A screen is meant.
    #[must_use]
    pub fn holds(&self, screen: &Screen, places: &Places) -> bool {
        match self {
            Self::Screen(id) => *id == screen.id,
            Self::Zone(id) => *id == screen.zone,
            Self::Site(id) => places.zone(&screen.zone).is_some_and(|zone| zone.site == *id),
        }
    }
}
