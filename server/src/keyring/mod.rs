//! The command `anteroom trust`: what the keys are, taking the root key away, new keys in place of old ones.

mod command;
mod rotate;
#[cfg(test)]
mod tests;

pub use command::{TrustCommand, run};
pub use rotate::{Office, Rotated, Seen, rotate};
