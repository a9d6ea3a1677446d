//! Spread: how far apart several screens are that ought to show the same.

use std::collections::BTreeMap;

use super::{Clip, Match, Matcher, Reel};

/// How far apart they were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spread {
    /// Frames that all of them showed.
    pub frames: usize,
    /// The most frames two of them were apart at any moment.
    pub frames_max: i64,
    /// From the first to the last of them that showed a frame, in microseconds: half of the time no more than this,
    pub p50_us: i64,
    /// 95 times of 100,
    pub p95_us: i64,
    /// 99 times,
    pub p99_us: i64,
    /// and ever.
    pub max_us: i64,
}

impl Spread {
    /// The worse of two, figure by figure.
    #[must_use]
    pub fn worse(self, other: &Self) -> Self {
        Self {
            frames: self.frames.max(other.frames),
            frames_max: self.frames_max.max(other.frames_max),
            p50_us: self.p50_us.max(other.p50_us),
            p95_us: self.p95_us.max(other.p95_us),
            p99_us: self.p99_us.max(other.p99_us),
            max_us: self.max_us.max(other.max_us),
        }
    }
}

/// A frame that comes so much later is of another round, in microseconds.
const STALE_US: i64 = 2_000_000;

/// One frame coming to one glass: which of the round of all clips, and when.
type Arrival = (i64, i64);

/// How far apart several reels are that show the same clips in turn over the same time.
#[must_use]
pub fn spread(clips: &[Clip], reels: &[Reel]) -> Spread {
    let round: i64 = clips.iter().map(|clip| i64::try_from(clip.frames.len()).unwrap_or(0)).sum();
    let arrivals: Vec<Vec<Arrival>> = reels.iter().map(|reel| arrivals(clips, reel, round)).collect();
    of_arrivals(&arrivals, round)
}

fn of_arrivals(arrivals: &[Vec<Arrival>], round: i64) -> Spread {
    // Only while all of them are looked at.
    let from = arrivals.iter().filter_map(|seen| seen.first()).map(|(_, at)| *at).max().unwrap_or(0);
    let to = arrivals.iter().filter_map(|seen| seen.last()).map(|(_, at)| *at).min().unwrap_or(0);
    let mut moments: Vec<(i64, usize, i64)> = Vec::new();
    for (n, seen) in arrivals.iter().enumerate() {
        moments.extend(seen.iter().map(|(frame, at)| (*at, n, *frame)));
    }
    moments.sort_unstable();
    let mut on_glass: Vec<Option<i64>> = vec![None; arrivals.len()];
    let mut told = Spread::default();
    // Of each frame, when it came to which glass; a frame comes again when the round is over.
    let mut coming: BTreeMap<i64, Vec<(usize, i64)>> = BTreeMap::new();
    let mut spreads = Vec::new();
    for (at, n, frame) in moments {
        if let Some(place) = on_glass.get_mut(n) {
            *place = Some(frame);
        }
        if !(from..=to).contains(&at) {
            continue;
        }
        let shown: Vec<i64> = on_glass.iter().flatten().copied().collect();
        if shown.len() == arrivals.len() {
            let apart = shown.iter().flat_map(|a| shown.iter().map(|b| around(*a, *b, round))).max().unwrap_or(0);
            told.frames_max = told.frames_max.max(apart);
        }
        let came = coming.entry(frame).or_default();
        // One that was left out by some in an earlier round is not waited for.
        came.retain(|(who, then)| *who != n && at - then < STALE_US);
        came.push((n, at));
        if came.len() == arrivals.len() {
            let first = came.iter().map(|(_, at)| *at).min().unwrap_or(at);
            spreads.push(at - first);
            came.clear();
        }
    }
    spreads.sort_unstable();
    let part = |percent: usize| {
        spreads.get((spreads.len() * percent / 100).min(spreads.len().saturating_sub(1))).copied().unwrap_or(0)
    };
    Spread { frames: spreads.len(), p50_us: part(50), p95_us: part(95), p99_us: part(99), max_us: part(100), ..told }
}

/// How many frames lie between two, the shorter way around.
fn around(a: i64, b: i64, round: i64) -> i64 {
    let apart = (a - b).rem_euclid(round.max(1));
    apart.min(round - apart)
}

fn arrivals(clips: &[Clip], reel: &Reel, round: i64) -> Vec<Arrival> {
    let mut starts = Vec::new();
    let mut start = 0;
    for clip in clips {
        starts.push(start);
        start += i64::try_from(clip.frames.len()).unwrap_or(0);
    }
    debug_assert_eq!(start, round);
    let mut matcher = Matcher::of(clips);
    let mut arrivals: Vec<Arrival> = Vec::new();
    for sight in &reel.sights {
        let Match::Frame { clip, frame } = matcher.look(sight) else { continue };
        let number = starts.get(clip).copied().unwrap_or(0) + i64::try_from(frame).unwrap_or(0);
        if arrivals.last().is_none_or(|(held, _)| *held != number) {
            arrivals.push((number, sight.tick_us));
        }
    }
    arrivals
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many frames of 40 ms, from a frame and a moment on.
    fn seen(first: i64, from_us: i64) -> Vec<Arrival> {
        (0..300).map(|n| ((first + n) % 100, from_us + n * 40_000)).collect()
    }

    #[test]
    fn screens_a_little_apart_are_one_frame_apart_at_most_and_one_that_lags_is_found() {
        let told = of_arrivals(&[seen(0, 0), seen(0, 3_000), seen(0, 5_000)], 100);
        assert_eq!((told.frames_max, told.p50_us, told.max_us), (1, 5_000, 5_000));
        assert!(told.frames > 290);
        let told = of_arrivals(&[seen(0, 0), seen(97, 1_000)], 100);
        assert!(told.frames_max >= 3 && told.p50_us >= 120_000, "{told:?}");
        let mut one_slip = seen(0, 3_000);
        one_slip[150].1 += 90_000;
        one_slip[151].1 += 90_000 - 40_000;
        one_slip.sort_by_key(|(_, at)| *at);
        assert!(of_arrivals(&[seen(0, 0), one_slip], 100).frames_max > 1);
    }
}
