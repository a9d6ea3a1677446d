//! The demo hospital: its data and drawings are in the binary, its media are made at the first run, its player is paired
//! the way an installer would.

pub mod data;
mod load;
pub mod make;
mod player;

pub use load::load;
pub use player::start_player;
