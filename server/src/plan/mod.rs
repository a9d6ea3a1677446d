//! The plan on the command line: why a screen shows what it shows, a zone's day, what publishing would change, and what
//! will come of a campaign. Everything is read, nothing is written: it works while the server runs.

mod ask;
mod columns;
mod command;
mod day;
mod diff;
mod forecast;
mod house;
#[cfg(test)]
mod tests;
mod why;

pub use command::{PlanCommand, run};
