//! A fleet of players that speak the real protocol, thousands in one process: what a server is loaded with. They have no
//! glass; they hear, check, answer and send plays as a player does.

mod arguments;
mod crash;
mod dial;
pub(crate) mod figures;
mod frames;
pub(crate) mod identity;
pub(crate) mod kernel;
mod network;
pub(crate) mod phases;
mod player;
mod plays;
mod report;
mod shared;
mod troublemakers;

pub use arguments::Arguments;
pub use crash::Met;
pub use network::Network;
pub use phases::{Run, run};
pub use report::{Push, Report};
