//! When and where playlists are on the air: calendar, windows, levels, rules, and the loop they make.

pub mod calendar;
mod level;
mod rotation;
mod rule;
mod window;

pub use calendar::{Calendar, Day, DayKind, DayKinds, SpecialDay, SpecialKind};
pub use level::Level;
pub use rotation::{Airtime, ROTATION_TURNS_MAX, Rotation};
pub use rule::{Rule, Target, Where};
pub use window::{Weekdays, Window};
