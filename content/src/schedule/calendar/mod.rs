//! The calendar: which days are worked, which are rest, and which follow another weekday; by notice, by site, by hand.

mod day;
mod days;
mod difference;
pub mod import;
mod special;
#[cfg(test)]
mod tests;

pub use day::{Day, DayKind, DayKinds, weekday_name};
pub use days::Calendar;
pub use difference::Difference;
pub use special::{SPECIAL_NAME_CHARS_MAX, SpecialDay, SpecialKind};
