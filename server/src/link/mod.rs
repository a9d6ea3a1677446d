//! The players' door: one QUIC endpoint where new boxes enrol, paired ones converse, and files are fetched.

mod dialogue;
mod door;
mod endpoint;
mod enrol;
mod frames;
mod late;
mod legible;
pub mod limits;
mod picture;
mod renew;
#[cfg(test)]
mod tests;
mod transfer;

pub use door::serve;
pub use endpoint::LinkError;
