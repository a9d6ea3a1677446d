//! Whole walks through Anteroom: a hospital, its server, its players, and the people at the console.

pub mod fleet;
pub mod harness;
pub mod peers;
pub mod relay;

#[cfg(test)]
mod house;
#[cfg(test)]
mod networks;
#[cfg(test)]
mod walks;
