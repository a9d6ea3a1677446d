//! The desk: the one loop that owns what the box knows, and tells stage and server what follows from it.

mod believed;
mod blame;
mod call;
mod delivery;
mod evergreen;
mod glass;
mod hands;
mod looks;
mod power;
mod report;
mod round;
mod signs;
mod told;

pub use round::{Desk, DeskRooms};
