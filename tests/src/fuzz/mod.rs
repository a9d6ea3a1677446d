//! Bytes from outside, bent in every way: frames, documents and files of people. None of them makes a reader panic, take
//! long or hold much. Each [`Target`] has a few honest seeds and, in `tests/corpus`, whatever ever broke it.
//!
//! The mutators know JSON and lines, and not what the code does with them: there is no coverage to go by on a stable
//! compiler. What they find is kept as a file, and replayed for ever.

mod books;
mod chance;
mod memory;
mod mutate;
mod run;
mod seeds;
mod targets;

pub use memory::Counting;
pub use run::{Finding, Limits, Round, corpus, mutated, prefixes, replay};
pub use targets::{TARGETS, Target};
