//! The desk: the one loop that owns what the box knows, and tells stage and server what follows from it.

mod believed;
mod delivery;
mod glass;
mod hands;
mod looks;
mod report;
mod round;
mod told;

pub use round::{Desk, DeskRooms};
