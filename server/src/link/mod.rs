//! The players' door: one QUIC endpoint where new boxes enrol, paired ones converse, and files are fetched; over TCP where
//! UDP is blocked.

mod admission;
mod dialogue;
mod door;
mod endpoint;
mod enrol;
mod fallback;
mod frames;
mod greeting;
mod late;
mod legible;
pub mod limits;
mod line;
mod picture;
mod renew;
mod reset;
mod roll_call;
mod skew;
mod steady;
mod tcp;
#[cfg(test)]
mod tests;
mod thread;
mod time;
mod transfer;
mod voice;

pub use endpoint::LinkError;
pub use thread::OwnThread;
