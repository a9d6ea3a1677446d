//! When and where playlists are on the air: calendar, windows, levels, rules, and the loop they make.

mod calendar;
mod level;
pub mod recurrence;
mod rotation;
mod rule;
mod window;

pub use calendar::{Calendar, SpecialDay, SpecialKind};
pub use level::Level;
pub use recurrence::{BadRecurrence, BadSeries, OccurrenceId, Recurrence, Series};
pub use rotation::{Airtime, ROTATION_TURNS_MAX, Rotation};
pub use rule::{Rule, Target, Where};
pub use window::{Weekdays, Window};
