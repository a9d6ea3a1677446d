//! Recurrence: RFC 5545 rules in local wall time, for the part of RFC 5545 that days of a house need. A rule outside of
//! that part is refused by name, never run as something else.
//!
//! What DTSTART does: it gives the time of day, the first period, and whatever the rule leaves open (weekday, day of the
//! month, month). It is the first occurrence where the rule takes it; where the rule does not, it is **no** occurrence
//! and does not count towards COUNT, as in libical. A rule `FREQ=YEARLY;BYMONTHDAY=29` without BYMONTH means DTSTART's
//! month, also as in libical.

mod bad;
mod expand;
mod missed;
mod never;
mod parse;
mod rule;
mod series;
mod walk;

#[cfg(test)]
mod tests;

pub use bad::{BadRecurrence, Never};
pub use missed::Missed;
pub use rule::{ByDay, Ends, Frequency, INTERVAL_MAX, LIST_MAX, Recurrence, TEXT_BYTES_MAX, Until};
pub use series::{BadSeries, EXTRA_MAX, OCCURRENCES_MAX, OccurrenceId, Series, YEARS_MAX};
pub use walk::{Occurrences, Stop};
