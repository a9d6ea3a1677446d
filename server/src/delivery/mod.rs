//! Delivery: how far what was published has come, screen by screen: who shows it, who does not yet, and why. The places and
//! what is on disk are read once and kept (`ground`); what boxes say now is laid over them (`survey`).

mod ground;
mod how_far;
mod sum;
mod survey;
#[cfg(test)]
mod tests;
mod wording;

pub use ground::{Board, Ground, ScreenGround, ZoneGround};
pub use how_far::{HowFar, Standing, Why};
pub use sum::Sum;
pub use survey::{Line, Listed, Question, Survey, survey};
pub use wording::{Wording, clock};
