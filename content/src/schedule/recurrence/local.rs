//! From local wall time to moments: a time that is skipped when clocks go forward means the moment of the change, one
//! that comes twice means its first pass, as everywhere in the house.

use jiff::Timestamp;
use jiff::ToSpan;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

use super::rule::{Ends, Recurrence, Until};
use super::series::Series;
use crate::clock::Instant;

/// The moment at which the clocks of `zone` show `wall`.
#[must_use]
pub fn instant(zone: &TimeZone, wall: DateTime) -> Instant {
    Instant(timestamp(zone, wall).as_millisecond())
}

/// Says whether clocks of `zone` never show `wall`, because they go forward over it.
#[must_use]
pub fn is_skipped(zone: &TimeZone, wall: DateTime) -> bool {
    matches!(zone.to_ambiguous_timestamp(wall).offset(), AmbiguousOffset::Gap { .. })
}

pub(super) fn timestamp(zone: &TimeZone, wall: DateTime) -> Timestamp {
    match zone.to_ambiguous_timestamp(wall).offset() {
        AmbiguousOffset::Unambiguous { offset } => at(offset, wall),
        AmbiguousOffset::Fold { before, .. } => at(before, wall),
        AmbiguousOffset::Gap { after, .. } => change_after(zone, at(after, wall)),
    }
}

/// Where the ends of time are passed, the end.
fn at(offset: Offset, wall: DateTime) -> Timestamp {
    let end = if wall.year() > 0 { Timestamp::MAX } else { Timestamp::MIN };
    offset.to_timestamp(wall).unwrap_or(end)
}

/// The next change of the clocks after a moment. (Not the last one before another moment: jiff 0.2 tells a wrong one just
/// after the last change that a zone's file lists, as on 2007-03-11 in America/Indiana/Winamac.)
fn change_after(zone: &TimeZone, moment: Timestamp) -> Timestamp {
    zone.following(moment).next().map_or(moment, |change| change.timestamp())
}

/// The last wall time of whole seconds whose moment is not after `until`. Not simply what clocks show then: on the
/// second pass of a doubled hour, all of that hour's first pass is over already.
fn last_wall(zone: &TimeZone, until: Timestamp) -> DateTime {
    let shown = zone.to_datetime(until);
    match zone.to_ambiguous_timestamp(shown).offset() {
        AmbiguousOffset::Fold { before, after } if zone.to_offset(until) == after => {
            let doubled_until = before.to_datetime(change_after(zone, at(before, shown)));
            doubled_until.saturating_sub(1.second())
        }
        AmbiguousOffset::Fold { .. } | AmbiguousOffset::Gap { .. } | AmbiguousOffset::Unambiguous { .. } => shown,
    }
}

impl Recurrence {
    /// The rule as it runs in `zone`: an UNTIL in UTC becomes the last local time whose moment is not after it.
    #[must_use]
    pub fn in_zone(&self, zone: &TimeZone) -> Self {
        let Ends::Until(Until::Utc(wall)) = self.ends() else {
            return self.clone();
        };
        let until = at(Offset::UTC, wall);
        self.clone().ending(Ends::Until(Until::Local(last_wall(zone, until))))
    }
}

impl Series {
    /// The series as it runs in `zone`; it differs where its rule has an UNTIL in UTC.
    #[must_use]
    pub fn in_zone(&self, zone: &TimeZone) -> Self {
        let recurrence = self.recurrence().map(|rule| rule.in_zone(zone));
        self.clone().with_recurrence(recurrence)
    }

    /// Its first occurrences in `zone` that are not before the wall time `from`, with their moments; `most` at the most.
    #[must_use]
    pub fn moments(&self, zone: &TimeZone, from: DateTime, most: usize) -> Vec<(DateTime, Instant)> {
        let here = self.in_zone(zone);
        here.occurrences_from(from).take(most).map(|wall| (wall, instant(zone, wall))).collect()
    }
}
