//! A network made up for a rehearsal: as many zones, screens and paired boxes as are asked for, in an empty data folder, so
//! that a server can be tried under the load of a whole country before there is one.

mod boxes;
mod command;
mod network;

pub use command::{RehearseArgs, rehearse};
#[cfg(test)]
pub(crate) use network::places;
