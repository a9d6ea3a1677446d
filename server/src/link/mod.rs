//! The players' door: one QUIC endpoint where new boxes enrol, paired ones converse, and files are fetched.

mod admission;
mod dialogue;
mod door;
mod endpoint;
mod enrol;
mod frames;
mod greeting;
mod late;
mod legible;
pub mod limits;
mod picture;
mod renew;
mod reset;
mod roll_call;
mod skew;
#[cfg(test)]
mod tests;
mod transfer;
mod voice;

pub use door::serve;
pub use endpoint::LinkError;
