//! When and where things are on the air: calendar, windows, levels, rules, campaigns, and the wheel that composes them.

pub mod calendar;
mod campaign;
mod carry;
pub mod edit;
mod level;
mod policy;
pub mod problem;
pub mod recurrence;
mod rule;
pub mod wheel;
mod window;

pub use calendar::{Calendar, Day, DayKind, DayKinds, SpecialDay, SpecialKind};
pub use campaign::{CAMPAIGN_ITEMS_MAX, Campaign, Goal, PER_HOUR_MAX, Phase, ZONE_CAMPAIGNS_MAX};
pub use carry::{CampaignCarry, Carry, LoopCarry, RecentPlay};
pub use level::Level;
pub use policy::{Block, Policy, TEN_MINUTES_MS, Transition};
pub use recurrence::{BadRecurrence, BadSeries, OccurrenceId, Recurrence, Series};
pub use rule::{RULE_WEIGHT_MAX, Rule, Target, Where, ZONE_RULES_MAX};
pub use window::{CHANGES_MAX, Change, CountsAs, Hours, HoursOn, Moved, Occurrence, Weekdays, Window};
