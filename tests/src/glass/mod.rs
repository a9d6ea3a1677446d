//! A stage alone: the renderer with nobody behind it but a test, which tells it what stands and what time it is.
//!
//! `stage` speaks its pipe; `sets` are the programmes it is told; `golden` holds what it draws against pictures that people have
//! looked at; `soak` has it change items thousands of times, at any pace.

pub mod golden;
mod sets;
pub mod soak;
mod stage;

pub use sets::{Scene, Set, Shape, kept_movie, kept_picture};
pub use stage::Stage;

/// When it is on these glasses, in milliseconds since 1970-01-01 UTC: Wednesday, 25 November 2026, 10:08 in the morning.
pub const STANDING_TIME_MS: i64 = 1_795_572_480_000;
