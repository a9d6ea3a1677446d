//! The plan on the command line: why a screen shows what it shows, a zone's day, what publishing would change, what will
//! come of a campaign, and how far what was published has come. Everything is read, nothing is written: it works while the
//! server runs.

mod ask;
mod columns;
mod command;
mod day;
mod delivery;
mod diff;
mod forecast;
mod house;
#[cfg(test)]
mod tests;
mod why;

pub(crate) use ask::{date, moment, no_such};
pub(crate) use columns::{Side, columns, length, stamp};
pub use command::{Answer, Lang, PlanCommand, Told, run};
pub(crate) use house::House;
