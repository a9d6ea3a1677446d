//! The verdict: what two glances at the glass, a moment apart, say about it. Pure: what is seen is held against what was given to
//! the graphics card, so that a movie that is black is not blamed for it, and nothing counts that was not seen twice.

use super::gist::Gist;
use super::told::Scene;
use crate::bridge::Amiss;

/// A glass with less spread than this is one colour.
const FLAT_MAX: u8 = 4;
/// A picture with less body than this may well look like one colour: nothing is said about it.
const VARIED_MIN: u8 = 24;
/// A movie whose frames differ by less in their most different cell may well look still.
const MOVED_MIN: u8 = 24;
/// A glass that differs by less stands still: rounding makes one or two.
const STILL_MAX: u8 = 3;
/// How often the same must be found.
const FOUND_TIMES: u8 = 2;

/// What ought to be on the glass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Due {
    /// Nothing that could be told from one colour: the first moments, a closed zone.
    Anything,
    /// Words: never one colour.
    Words,
    /// This picture.
    Picture(Gist),
    /// This frame of a movie.
    Frame(Gist),
}

impl Due {
    /// Where words stand for a scene.
    pub(super) const fn words(scene: &Scene) -> Self {
        match scene {
            Scene::Item { .. } | Scene::Evergreen { .. } | Scene::Waiting | Scene::Fallback => Self::Words,
            Scene::Dark | Scene::Strip | Scene::Closed => Self::Anything,
        }
    }

    const fn is_varied(&self) -> bool {
        match self {
            Self::Anything => false,
            Self::Words => true,
            Self::Picture(gist) | Self::Frame(gist) => gist.body >= VARIED_MIN,
        }
    }
}

/// What was seen, and what ought to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Glance {
    pub(super) scene: Scene,
    pub(super) due: Due,
    pub(super) seen: Gist,
}

impl Glance {
    const fn is_flat(&self) -> bool {
        self.due.is_varied() && self.seen.spread < FLAT_MAX
    }
}

/// What two glances in a row say.
fn of_two(first: &Glance, second: &Glance) -> Option<Amiss> {
    if first.is_flat() && second.is_flat() {
        return Some(Amiss::Flat);
    }
    let (Due::Frame(was), Due::Frame(is)) = (&first.due, &second.due) else { return None };
    let goes_on = first.scene == second.scene && was.moved(is) >= MOVED_MIN;
    (goes_on && first.seen.moved(&second.seen) <= STILL_MAX).then_some(Amiss::Still)
}

/// What was suspected so far.
#[derive(Debug, Default)]
pub(super) struct Suspicion(Option<(Amiss, u8)>);

impl Suspicion {
    /// Judges two glances; says what is amiss when it was found often enough.
    pub(super) fn judge(&mut self, first: &Glance, second: &Glance) -> Option<Amiss> {
        let times = |sort: Amiss| self.0.filter(|(suspected, _)| *suspected == sort).map_or(1, |(_, times)| times + 1);
        self.0 = of_two(first, second).map(|sort| (sort, times(sort)));
        self.0.filter(|(_, times)| *times >= FOUND_TIMES).map(|(sort, _)| sort)
    }

    /// Something was found that must be found again.
    pub(super) const fn is_there(&self) -> bool {
        self.0.is_some()
    }
}

#[cfg(test)]
mod tests {
    use anteroom_content::clock::Instant;
    use anteroom_content::id::ItemId;

    use super::*;

    fn flat(grey: u8) -> Gist {
        Gist::of(320, 180, |_, _| Some(grey)).unwrap()
    }

    /// A bright bar on a dark ground.
    fn bar(at: u32) -> Gist {
        Gist::of(320, 180, |x, _| Some(if (at..at + 40).contains(&x) { 220 } else { 30 })).unwrap()
    }

    fn glance(since: i64, due: Due, seen: Gist) -> Glance {
        let scene = Scene::Item { item: ItemId::parse("washing").unwrap(), version: 1, since: Instant(since) };
        Glance { scene, due, seen }
    }

    fn judged(pairs: &[(Glance, Glance)]) -> Vec<Option<Amiss>> {
        let mut suspicion = Suspicion::default();
        pairs.iter().map(|(first, second)| suspicion.judge(first, second)).collect()
    }

    #[test]
    fn a_black_glass_is_amiss_when_it_was_seen_twice_and_not_before() {
        let black = || glance(0, Due::Picture(bar(100)), flat(0));
        let well = || glance(0, Due::Picture(bar(100)), bar(100));
        assert_eq!(judged(&[(black(), black()), (black(), black())]), [None, Some(Amiss::Flat)]);
        assert_eq!(judged(&[(black(), black()), (well(), well()), (black(), black())]), [None, None, None]);
        assert_eq!(judged(&[(black(), well()), (well(), black())]), [None, None], "one glance alone says nothing");
        // A white glass is as bad as a black one, and words are never one colour.
        let white = || glance(0, Due::Words, flat(255));
        assert_eq!(judged(&[(white(), white()), (white(), white())])[1], Some(Amiss::Flat));
    }

    #[test]
    fn what_is_black_by_itself_is_not_blamed() {
        let night = || glance(0, Due::Frame(flat(16)), flat(0));
        let dim = || {
            glance(0, Due::Picture(Gist::of(320, 180, |x, _| Some(if x < 160 { 20 } else { 30 })).unwrap()), flat(9))
        };
        let closed = || Glance { scene: Scene::Closed, due: Due::words(&Scene::Closed), seen: flat(3) };
        for well in [night as fn() -> Glance, dim, closed] {
            assert_eq!(judged(&[(well(), well()), (well(), well()), (well(), well())]), [None; 3]);
        }
    }

    #[test]
    fn a_movie_that_moves_behind_a_glass_that_does_not_is_amiss() {
        let pair = |from: u32, to: u32, seen: [u32; 2]| {
            (glance(0, Due::Frame(bar(from)), bar(seen[0])), glance(0, Due::Frame(bar(to)), bar(seen[1])))
        };
        assert_eq!(judged(&[pair(10, 90, [10, 10]), pair(90, 170, [10, 10])]), [None, Some(Amiss::Still)]);
        assert_eq!(judged(&[pair(10, 90, [10, 90]), pair(90, 170, [90, 170])]), [None, None]);
        assert_eq!(
            judged(&[pair(50, 50, [50, 50]), pair(50, 50, [50, 50])]),
            [None, None],
            "a movie that stands still"
        );
        // A black one is told as black, not as still; and another showing has its own frames.
        let (mut first, second) = pair(10, 90, [10, 10]);
        first.scene = Scene::Item { item: ItemId::parse("washing").unwrap(), version: 1, since: Instant(-60_000) };
        assert_eq!(judged(&[(first.clone(), second.clone()), (first, second)]), [None, None]);
    }

    #[test]
    fn another_finding_begins_anew() {
        let black = || glance(0, Due::Frame(bar(10)), flat(0));
        let still = (glance(0, Due::Frame(bar(10)), bar(10)), glance(0, Due::Frame(bar(90)), bar(10)));
        assert_eq!(judged(&[(black(), black()), still, (black(), black())]), [None; 3]);
    }
}
