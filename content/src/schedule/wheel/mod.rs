//! The wheel: one zone's day, composed like a radio clock. The base loop goes on through the day, campaigns are spread over
//! it, and caps, floors, distances and bars hold because nothing that breaks one is ever put in.

mod ads;
mod compose;
mod day;
mod fit;
mod list;
mod pace;
mod plan;
mod reason;
mod slot;
mod state;
mod why_not;

pub use compose::Composed;
pub use day::open_hours;
pub use plan::Plan;
pub use reason::{Barred, NotNow};
pub use slot::{By, Filled, Slot};

pub(crate) use compose::Composer;
pub(crate) use day::Day;
