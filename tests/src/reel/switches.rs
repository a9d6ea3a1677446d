//! Switches: what a run of matched sights says about black, missing and repeated frames.

use super::{Clip, Match};

/// What was seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Switches {
    /// Sights looked at.
    pub sights: usize,
    /// Sights of nothing at all.
    pub black: usize,
    /// Sights that show no single frame: a fade between two still pictures, or half of one.
    pub between: usize,
    /// Changes from one showing to the next, a clip that begins anew included.
    pub switches: usize,
    /// Of them to another clip than the one whose turn it was.
    pub wrong: usize,
    /// Frames of movies that were due, from the first to the last whole showing.
    pub due: usize,
    /// Of them never seen: at the beginning of a movie,
    pub missing_first: usize,
    /// at its end,
    pub missing_last: usize,
    /// and within.
    pub missing_within: usize,
    /// Frames of movies that stood for a frame or more too long.
    pub repeated: usize,
    /// Of them the last frame before a switch.
    pub repeated_at_switch: usize,
    /// For how many frames too long one stood, at the most: at a switch,
    pub repeated_at_switch_max: i64,
    /// and within a movie.
    pub repeated_within_max: i64,
    /// The longest a switch to or from a movie took beyond its time, in microseconds.
    pub gap_max_us: i64,
}

/// One frame for as long as it stood.
#[derive(Debug, Clone, Copy)]
struct Run {
    clip: usize,
    frame: usize,
    since_us: i64,
}

/// Judges what was seen of clips that were shown in turn. What was on the glass when the camera came and when it left is not
/// whole, and left out.
#[must_use]
pub fn judge(clips: &[Clip], seen: &[(i64, Match)]) -> Switches {
    let mut runs: Vec<Run> = Vec::new();
    for (tick_us, seen) in seen {
        let Match::Frame { clip, frame } = *seen else { continue };
        if runs.last().is_none_or(|last| (last.clip, last.frame) != (clip, frame)) {
            runs.push(Run { clip, frame, since_us: *tick_us });
        }
    }
    // Showings: a frame before the one on the glass means that it began anew.
    let mut showings: Vec<Vec<Run>> = Vec::new();
    for run in runs {
        match showings.last_mut() {
            Some(showing) if showing.last().is_some_and(|last| last.clip == run.clip && last.frame < run.frame) => {
                showing.push(run);
            }
            _ => showings.push(vec![run]),
        }
    }
    let whole = showings.get(1..showings.len().saturating_sub(1)).unwrap_or_default();
    let begins = |showing: &[Run]| showing.first().map(|run| run.since_us);
    let span = showings.get(1).and_then(|s| begins(s)).zip(showings.last().and_then(|s| begins(s)));
    let within = |tick: i64| span.is_some_and(|(from, to)| (from..to).contains(&tick));
    let mut told = Switches { switches: showings.len().saturating_sub(1), ..Switches::default() };
    for (tick_us, seen) in seen.iter().filter(|(tick, _)| within(*tick)) {
        told.sights += 1;
        told.black += usize::from(*seen == Match::Black);
        told.between += usize::from(*seen == Match::Other);
        debug_assert!(*tick_us > 0);
    }
    for pair in showings.windows(2) {
        let clip = |n: usize| pair.get(n).and_then(|showing| showing.first()).map_or(0, |run| run.clip);
        told.wrong += usize::from((clip(0) + 1) % clips.len().max(1) != clip(1));
    }
    for (n, showing) in whole.iter().enumerate() {
        let next_us = showings.get(n + 2).and_then(|showing| begins(showing)).unwrap_or(0);
        let Some(clip) = showing.first().and_then(|run| clips.get(run.clip)).filter(|clip| clip.is_movie) else {
            continue;
        };
        told.look_at(clip, showing, next_us);
    }
    told
}

impl Switches {
    fn look_at(&mut self, clip: &Clip, showing: &[Run], next_us: i64) {
        let (first, last) = (showing.first().map_or(0, |run| run.frame), showing.last().map_or(0, |run| run.frame));
        let is_seen = |frame: usize| showing.iter().any(|run| run.frame == frame);
        // One that looks like a frame beside it that was seen may have been there.
        let is_missing = |frame: &usize| {
            let looks_alike = |one: usize, other: usize| is_seen(other) && !clip.is_telling(one.max(other));
            !is_seen(*frame)
                && !looks_alike(*frame, frame + 1)
                && frame.checked_sub(1).is_none_or(|before| !looks_alike(*frame, before))
        };
        self.due += clip.frames.len();
        self.missing_first += (0..first).filter(is_missing).count();
        self.missing_last += (last + 1..clip.frames.len()).filter(is_missing).count();
        self.missing_within += (first..=last).filter(is_missing).count();
        for (n, run) in showing.iter().enumerate() {
            let ends_us = showing.get(n + 1).map_or(next_us, |next| next.since_us);
            let is_last = n + 1 == showing.len();
            let stands_us = clip.stands_us(run.frame);
            let over_us = ends_us - run.since_us - stands_us;
            // Half a frame is how cameras and clocks round.
            if !is_last && !clip.is_telling(run.frame + 1) {
                continue;
            }
            let repeats = (over_us + stands_us / 2).div_euclid(stands_us.max(1)).max(0);
            self.repeated += usize::from(repeats > 0);
            if is_last {
                self.repeated_at_switch += usize::from(repeats > 0);
                self.repeated_at_switch_max = self.repeated_at_switch_max.max(repeats);
                self.gap_max_us = self.gap_max_us.max(over_us);
            } else {
                self.repeated_within_max = self.repeated_within_max.max(repeats);
            }
        }
    }

    /// What no broadcaster would accept; empty when all is well.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut fault = |is_bad: bool, text: String| faults.extend(is_bad.then_some(text));
        fault(self.switches < 2, "too little was seen: fewer than two switches".to_owned());
        fault(self.black > 0, format!("{} black frames", self.black));
        fault(self.wrong > 0, format!("{} switches to something whose turn it was not", self.wrong));
        let missing = self.missing_first + self.missing_last;
        fault(missing > 0, format!("{missing} frames missing at switches"));
        fault(
            self.repeated_at_switch_max > 1,
            format!("a frame stood {} frames too long at a switch", self.repeated_at_switch_max),
        );
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME_US: i64 = 40_000;

    fn clips() -> Vec<Clip> {
        let movie = Clip {
            file: "movie.mp4".into(),
            shape: (16, 9),
            frames: (0..5).map(|n| (n * FRAME_US, Vec::new())).collect(),
            length_us: 5 * FRAME_US,
            is_movie: true,
        };
        let picture = Clip { frames: vec![(0, Vec::new())], length_us: 0, is_movie: false, ..movie.clone() };
        vec![movie.clone(), movie, picture]
    }

    /// Every showing, frame by frame, twice around: as it should be.
    fn perfect() -> Vec<(i64, Match)> {
        let mut seen = Vec::new();
        for _ in 0..3 {
            for (clip, frames) in [(0, 5), (1, 5), (2, 1)] {
                seen.extend((0..frames).map(|frame| Match::Frame { clip, frame }));
            }
        }
        seen.into_iter().zip(1_i64..).map(|(seen, n)| (n * FRAME_US, seen)).collect()
    }

    #[test]
    fn a_perfect_run_has_no_fault_and_every_fault_is_found() {
        let told = judge(&clips(), &perfect());
        assert_eq!(told.faults(), Vec::<String>::new());
        assert_eq!((told.switches, told.due, told.repeated, told.gap_max_us), (8, 25, 0, 0));
        let with = |change: fn(&mut Vec<(i64, Match)>)| {
            let mut seen = perfect();
            change(&mut seen);
            judge(&clips(), &seen)
        };
        assert_eq!(with(|seen| seen[16].1 = Match::Black).black, 1);
        // The first frame of a movie, its last one, and one within.
        assert_eq!(with(|seen| assert!(seen.remove(16).0 > 0)).missing_first, 1);
        assert_eq!(with(|seen| assert!(seen.remove(15).0 > 0)).missing_last, 1);
        assert_eq!(with(|seen| assert!(seen.remove(18).0 > 0)).missing_within, 1);
        let late = with(|seen| seen.iter_mut().skip(16).for_each(|(tick, _)| *tick += 3 * FRAME_US));
        assert_eq!((late.repeated_at_switch_max, late.gap_max_us), (3, 3 * FRAME_US));
        assert!(!late.faults().is_empty());
        let skipped = with(|seen| seen.retain(|(_, seen)| !matches!(seen, Match::Frame { clip: 2, .. })));
        assert_eq!(skipped.wrong, 2);
    }
}
