//! Faults: each is planted in a running player, and what must be so afterwards is looked at frame by frame: for how long the glass
//! showed nothing new, whether items went on, whether the report holds every play once (RELIABILITY §3.4, I3 to I6).
//!
//! `plant` is the player in its hospital with a reel of what it shows; `fault` the list, each with what it does and what is
//! required; `drill` plants one and judges; `volume` is a small disk that can be filled.

mod drill;
mod fault;
mod plant;
mod volume;

pub use drill::{Met, drill, head};
pub use fault::Fault;
pub use plant::Plant;
