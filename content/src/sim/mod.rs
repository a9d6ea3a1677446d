//! A world in which everything fails: the very rules of [`crate::play`] and [`crate::shelf`] over a disk, a network and
//! clocks that are drawn from one seed. A process may die at any call it makes of its disk and between any two messages;
//! what was not synced may be lost, torn or kept; a server may be brought back from an old backup, a log may be lost.
//!
//! The world keeps its own list of what became durable and holds the books against it after every step. Each seed draws
//! its own few faults at its own rates. A seed that fails says so with all it drew; run it again with
//! `ANTEROOM_SEED=n cargo test -p anteroom-content sim`, and many more with `ANTEROOM_SEEDS=count`.

mod bookdisk;
mod boot;
mod bug;
mod chance;
mod disk;
mod faults;
mod hospital;
mod logdisk;
mod machine;
mod matrix;
mod neighbour;
mod player;
mod server;
mod streams;
mod tests;
mod truth;
