//! A fleet of players that speak the real protocol, thousands in one process: what a server is loaded with. They have no
//! glass; they hear, check, answer and send plays as a player does.

mod arguments;
mod dial;
mod figures;
mod frames;
mod identity;
mod kernel;
mod network;
mod phases;
mod player;
mod plays;
mod report;

pub use arguments::Arguments;
pub use network::Network;
pub use phases::run;
pub use report::Report;
