//! The hospital's calendar: files brought in, and what a day is.

mod bring;
mod command;
#[cfg(test)]
mod tests;

pub use bring::{BringError, Prepared};
pub use command::{CalendarCommand, run};
