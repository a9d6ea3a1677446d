//! The rotation: playlists of one level share the air in turn, in a stable order, and the clock says where it stands.

use crate::clock::Instant;
use crate::id::RuleId;

/// The most turns of one rotation; beyond it playlists of many different lengths repeat a little early.
pub const ROTATION_TURNS_MAX: usize = 4_096;

/// One showing in a rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Airtime<'a, T> {
    /// Which rule brought it.
    pub rule: &'a RuleId,
    /// What is shown.
    pub what: T,
    /// How long it stands.
    pub dwell_ms: u32,
    /// It may be held longer at the end of a span.
    pub is_still: bool,
}

/// What plays in a span of time in which nothing about the rules changes.
#[derive(Debug)]
pub struct Rotation<'a, T> {
    turns: Vec<Airtime<'a, T>>,
    starts_ms: Vec<i64>,
    total_ms: i64,
}

/// One turn of a rotation, placed in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// Index of the turn.
    pub turn: usize,
    /// Its first millisecond.
    pub since: Instant,
    /// The first millisecond after it.
    pub until: Instant,
}

impl<'a, T: Copy> Rotation<'a, T> {
    /// Interleaves lists: the first of each, the second of each, and so on; a shorter list starts again.
    #[must_use]
    pub fn of(lists: &[Vec<Airtime<'a, T>>]) -> Self {
        let filled: Vec<_> = lists.iter().filter(|list| !list.is_empty()).collect();
        let rounds = filled.iter().map(|list| list.len()).fold(1, least_common_multiple);
        let rounds = rounds.min(ROTATION_TURNS_MAX / filled.len().max(1));
        let mut turns = Vec::new();
        for round in 0..rounds {
            turns.extend(filled.iter().filter_map(|list| list.get(round % list.len()).copied()));
        }
        let mut starts_ms = Vec::with_capacity(turns.len());
        let mut total_ms = 0;
        for turn in &turns {
            starts_ms.push(total_ms);
            total_ms += i64::from(turn.dwell_ms.max(1));
        }
        Self { turns, starts_ms, total_ms }
    }

    /// Has nothing to show.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }

    /// The turn at an index given by [`Placed`].
    #[must_use]
    pub fn turn(&self, index: usize) -> Option<&Airtime<'a, T>> {
        self.turns.get(index)
    }

    /// The turn on the air at `at`, when the rotation started at `origin` and the span ends at `end`. A last turn that
    /// would be cut gives its time to the still before it, when that is at most half of the still's own time.
    #[must_use]
    pub fn at(&self, origin: Instant, end: Instant, at: Instant) -> Option<Placed> {
        let placed = self.unstretched(origin, at)?;
        if placed.until > end {
            let before = self.unstretched(origin, placed.since.plus_ms(-1))?;
            if placed.since > origin && self.can_stretch(before, end) {
                return Some(Placed { until: end, ..before });
            }
            return Some(Placed { until: end, ..placed });
        }
        let next = self.unstretched(origin, placed.until)?;
        if next.until > end && self.can_stretch(placed, end) {
            return Some(Placed { until: end, ..placed });
        }
        Some(placed)
    }

    fn can_stretch(&self, placed: Placed, end: Instant) -> bool {
        let rest = end.ms_since(placed.until);
        self.turns.get(placed.turn).is_some_and(|turn| turn.is_still && rest * 2 <= i64::from(turn.dwell_ms))
    }

    fn unstretched(&self, origin: Instant, at: Instant) -> Option<Placed> {
        if self.turns.is_empty() {
            return None;
        }
        let into = at.ms_since(origin).rem_euclid(self.total_ms);
        let turn = self.starts_ms.partition_point(|start| *start <= into).checked_sub(1)?;
        let since = at.plus_ms(self.starts_ms.get(turn)? - into);
        let until = since.plus_ms(i64::from(self.turns.get(turn)?.dwell_ms.max(1)));
        Some(Placed { turn, since, until })
    }
}

fn least_common_multiple(a: usize, b: usize) -> usize {
    let (mut x, mut y) = (a, b);
    while y != 0 {
        (x, y) = (y, x % y);
    }
    (a / x.max(1)).saturating_mul(b)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn list(rule: &RuleId, dwells: Vec<(u32, bool)>) -> Vec<Airtime<'_, usize>> {
        dwells
            .into_iter()
            .enumerate()
            .map(|(what, (dwell_ms, is_still))| Airtime { rule, what, dwell_ms, is_still })
            .collect()
    }

    #[test]
    fn two_playlists_of_one_level_take_turns() {
        let (a, b) = (RuleId::parse("a").expect("name"), RuleId::parse("b").expect("name"));
        let rotation = Rotation::of(&[list(&a, vec![(10, true); 3]), list(&b, vec![(10, true); 2])]);
        let order: Vec<_> = rotation.turns.iter().map(|t| format!("{}{}", t.rule, t.what)).collect();
        assert_eq!(order.join(" "), "a0 b0 a1 b1 a2 b0 a0 b1 a1 b0 a2 b1");
    }

    proptest! {
        #[test]
        fn every_millisecond_of_a_span_has_exactly_one_turn(
            dwells in prop::collection::vec((1u32..5_000, any::<bool>()), 1..12),
            length in 1i64..60_000,
        ) {
            let rule = RuleId::parse("r").expect("name");
            let rotation = Rotation::of(&[list(&rule, dwells)]);
            let (origin, end) = (Instant(1_000), Instant(1_000 + length));
            let mut at = origin;
            let mut last = None;
            while at < end {
                let placed = rotation.at(origin, end, at).expect("never empty");
                prop_assert!(placed.since <= at && at < placed.until && placed.until <= end);
                prop_assert!(last.is_none_or(|until| until == placed.since), "no gap and no overlap");
                let middle = Instant(i64::midpoint(placed.since.0, placed.until.0 - 1));
                prop_assert_eq!(rotation.at(origin, end, middle), Some(placed), "the same from any moment of it");
                last = Some(placed.until);
                at = placed.until;
            }
        }
    }
}
