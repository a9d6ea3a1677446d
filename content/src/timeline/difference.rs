//! What a change would do: from when to when a screen would show something else.

use super::{Cue, Showing, Timeline};
use crate::clock::Instant;
use crate::id::ScreenId;

/// The most differences told of one screen; a change that touches everything is told as far as this.
const DIFFERENCES_MAX: usize = 10_000;

/// A stretch in which a screen would show something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Its first millisecond.
    pub from: Instant,
    /// The first millisecond after it.
    pub to: Instant,
    /// What would be shown as things are; none when the screen is not known.
    pub before: Option<Showing>,
    /// What would be shown after the change.
    pub after: Option<Showing>,
}

/// Where two timelines differ on a screen between two instants.
#[must_use]
pub fn differences(
    before: &Timeline,
    after: &Timeline,
    screen: &ScreenId,
    (from, to): (Instant, Instant),
) -> Vec<Difference> {
    let mut found: Vec<Difference> = Vec::new();
    let mut at = from;
    while at < to && found.len() < DIFFERENCES_MAX {
        let (old, new) = (before.cue(screen, at), after.cue(screen, at));
        let end = |cue: &Option<Cue>| cue.as_ref().map_or(to, |cue| cue.until);
        let until = end(&old).min(end(&new)).min(to).max(at.plus_ms(1));
        let (old, new) = (old.map(|cue| cue.showing), new.map(|cue| cue.showing));
        if old != new {
            match found.last_mut().filter(|last| last.to == at && last.before == old && last.after == new) {
                Some(last) => last.to = until,
                None => found.push(Difference { from: at, to: until, before: old, after: new }),
            }
        }
        at = until;
    }
    found
}
