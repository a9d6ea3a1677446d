//! Whole walks through Anteroom: a hospital, its server, its players, and the people at the console.

pub mod agent_dies;
pub mod beside;
pub mod books;
pub mod faults;
pub mod fleet;
pub mod fuzz;
pub mod glass;
pub mod harness;
pub mod peers;
pub mod reel;
pub mod relay;

#[cfg(test)]
mod house;
#[cfg(test)]
mod networks;
#[cfg(test)]
mod walks;
