//! From a change to the screens: which zones it affects, their programmes, the signed manifests; stored, then told.

mod compose;
mod outlook;
mod recall;
mod release;
mod resign;

pub use compose::{Draft, ZoneParts, compose, draft};
pub use outlook::{Outlook, ScreenOutlook, Spell, ZoneOutlook, outlook, problems};
pub use recall::recall;
pub use release::{
    Preview, PublishError, Published, editions, preview, preview_draft, publish, refresh_clinics, timeline, told, undo,
};
pub use resign::{Resigned, resign, resign_if_due};

#[cfg(test)]
mod tests;
