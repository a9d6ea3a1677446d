//! The log of plays: durable before it counts, each showing once, numbered without a gap, signed when it leaves.

mod diary;
mod scribe;
mod sealed;

pub use diary::{Diary, Place};
pub use scribe::{Scribe, Word};
pub use sealed::next_batch;
