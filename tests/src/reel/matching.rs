//! Matching: which frame of which clip a sight shows.

use super::{Clip, Sight, THUMB_WIDTH};

/// A sight whose pixels are off by more than this, as a mean of squares, shows no frame of any clip as it is.
const UNLIKE: u64 = 900;
/// Frames that fit nearly as well as the best one may as well be meant: the likeliest of them is taken.
const AS_GOOD: u64 = 12;
/// Frames no more apart than this cannot be told from each other: between a file and a glass more than that is lost.
pub(super) const TELLING: u64 = 4 * AS_GOOD;
/// A sight darker than this, of 255, is black, unless a clip has such a frame.
const BLACK: usize = 20;

/// What a sight shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// A frame of a clip.
    Frame {
        /// Which clip.
        clip: usize,
        /// Which frame of it.
        frame: usize,
    },
    /// Nothing at all.
    Black,
    /// Something else: two pictures at once, or half of one.
    Other,
}

/// Finds frames.
#[derive(Debug)]
pub struct Matcher<'a> {
    clips: &'a [Clip],
    /// What was seen last, and when.
    last: Option<(usize, usize, i64)>,
}

impl<'a> Matcher<'a> {
    /// For some clips.
    #[must_use]
    pub const fn of(clips: &'a [Clip]) -> Self {
        Self { clips, last: None }
    }

    /// What a sight shows; sights come in order.
    pub fn look(&mut self, sight: &Sight) -> Match {
        let mut fits: Vec<(u64, usize, usize)> = Vec::new();
        let mut best = u64::MAX;
        for (clip, candidate) in self.clips.iter().enumerate() {
            let thumb = sight.picture.thumb(candidate.shape);
            for (frame, (_, known)) in candidate.frames.iter().enumerate() {
                let Some(off) = unlikeness_within(&thumb, known, as_good_as(best)) else { continue };
                best = best.min(off);
                fits.push((off, clip, frame));
            }
        }
        if best > UNLIKE {
            return if sight.picture.brightness() < BLACK { Match::Black } else { Match::Other };
        }
        fits.retain(|(off, ..)| *off <= as_good_as(best));
        let likeliest =
            fits.iter().min_by_key(|(off, clip, frame)| (self.surprise(sight.tick_us, *clip, *frame), *off));
        let Some(&(_, clip, frame)) = likeliest else { return Match::Other };
        if self.last.is_none_or(|(held, at, _)| (held, at) != (clip, frame)) {
            self.last = Some((clip, frame, sight.tick_us));
        }
        Match::Frame { clip, frame }
    }

    /// How far a frame is from the one that should follow what was seen last, in microseconds.
    fn surprise(&self, tick_us: i64, clip: usize, frame: usize) -> i64 {
        let (Some((held, at, since)), Some(known)) = (self.last, self.clips.get(clip)) else { return 0 };
        let begins = |frame: usize| known.frames.get(frame).map_or(0, |(at, _)| *at);
        let passed = tick_us - since;
        if held == clip && frame >= at {
            (begins(frame) - begins(at) - passed).abs().min((begins(frame + 1) - begins(at) - passed).abs())
        } else {
            // Another showing: it begins at its beginning.
            1_000_000 + begins(frame)
        }
    }
}

/// What fits as well as the best one, as far as anybody can tell.
const fn as_good_as(best: u64) -> u64 {
    best.saturating_add(AS_GOOD + best / 4)
}

/// The same as [`unlikeness`], given up as soon as it is over a limit: most frames are like nothing else at first sight.
fn unlikeness_within(one: &[u8], other: &[u8], most: u64) -> Option<u64> {
    let pixels = u64::try_from(one.len().max(1)).unwrap_or(1);
    let limit = most.saturating_add(1).saturating_mul(pixels);
    let mut sum = 0_u64;
    for (a, b) in one.chunks(THUMB_WIDTH).zip(other.chunks(THUMB_WIDTH)) {
        sum += a.iter().zip(b).map(|(a, b)| u64::from(a.abs_diff(*b)).pow(2)).sum::<u64>();
        if sum > limit {
            return None;
        }
    }
    Some(sum / pixels)
}

/// The mean of the squares of how far two pictures are apart.
pub(super) fn unlikeness(one: &[u8], other: &[u8]) -> u64 {
    let sum: u64 = one.iter().zip(other).map(|(a, b)| u64::from(a.abs_diff(*b)).pow(2)).sum();
    sum / u64::try_from(one.len().max(1)).unwrap_or(1)
}
