//! Reels: what was really on a glass, frame after frame, and what it says about switches and steps.
//!
//! A `sight` is a small grey picture and when it was there: from the stage's own reel, every frame of it, or from a camera in
//! front of a display, which films any player. `clips` are movies and pictures whose frames are all known beforehand; `matching`
//! finds which of them a sight shows; `switches` counts what is black, missing and repeated; `spread` says how far apart
//! several screens are.

mod camera;
mod clips;
mod matching;
mod players;
mod reader;
mod spread;
mod switches;

pub use camera::{Camera, Display};
pub use clips::{Clip, Numbered};
pub use matching::{Match, Matcher};
pub use players::{Playing, ZONE, air, reels_for, until_on_air};
pub use reader::{Follower, Reel, Sight};
pub use spread::{Spread, spread};
pub use switches::{Switches, judge};

/// The machine's clock that never jumps, in microseconds: what reels and cameras go by.
#[must_use]
pub fn tick_us() -> i64 {
    let tick = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    tick.tv_sec * 1_000_000 + tick.tv_nsec / 1_000
}

/// A small grey picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grey {
    /// Its width, in pixels.
    pub width: usize,
    /// Its height, in pixels.
    pub height: usize,
    /// A byte a pixel, row after row.
    pub pixels: Vec<u8>,
}

/// Width of the pictures that are compared, in pixels.
pub const THUMB_WIDTH: usize = 64;
/// Their height.
pub const THUMB_HEIGHT: usize = 36;

impl Grey {
    /// The part of it that a picture of another shape fills when it is fitted into the middle, made as small as those that are
    /// compared; black where there is nothing.
    #[must_use]
    pub fn thumb(&self, shape: (usize, usize)) -> Vec<u8> {
        let (w, h) = fitted((self.width, self.height), shape);
        let (left, top) = ((self.width - w) / 2, (self.height - h) / 2);
        let mut thumb = Vec::with_capacity(THUMB_WIDTH * THUMB_HEIGHT);
        for row in 0..THUMB_HEIGHT {
            for column in 0..THUMB_WIDTH {
                let (x0, x1) = span(column, THUMB_WIDTH, w);
                let (y0, y1) = span(row, THUMB_HEIGHT, h);
                let mut sum = 0_usize;
                for y in y0..y1 {
                    let start = (top + y) * self.width + left;
                    let pixels = self.pixels.get(start + x0..start + x1).unwrap_or_default();
                    sum += pixels.iter().map(|pixel| usize::from(*pixel)).sum::<usize>();
                }
                thumb.push(u8::try_from(sum / ((x1 - x0) * (y1 - y0)).max(1)).unwrap_or(u8::MAX));
            }
        }
        thumb
    }

    /// Mean brightness, 0 to 255.
    #[must_use]
    pub fn brightness(&self) -> usize {
        self.pixels.iter().map(|pixel| usize::from(*pixel)).sum::<usize>() / self.pixels.len().max(1)
    }
}

/// The largest size of a shape within a place.
fn fitted((width, height): (usize, usize), (shape_w, shape_h): (usize, usize)) -> (usize, usize) {
    let (shape_w, shape_h) = (shape_w.max(1), shape_h.max(1));
    if width * shape_h <= height * shape_w {
        (width, (width * shape_h / shape_w).clamp(1, height.max(1)))
    } else {
        ((height * shape_w / shape_h).clamp(1, width.max(1)), height)
    }
}

/// Which pixels of `length` the cell `n` of `cells` covers; at least one.
fn span(n: usize, cells: usize, length: usize) -> (usize, usize) {
    let from = n * length / cells;
    (from, ((n + 1) * length / cells).max(from + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumb_is_of_the_part_a_picture_of_that_shape_fills() {
        let (width, height) = (64, 64);
        let pixels =
            (0..height).flat_map(|y| (0..width).map(move |_| if (14..50).contains(&y) { 200 } else { 0 })).collect();
        let grey = Grey { width, height, pixels };
        assert!(grey.thumb((16, 9)).iter().all(|pixel| *pixel == 200));
        assert!(grey.thumb((1, 1)).contains(&0));
        assert_eq!(grey.brightness(), 112);
    }
}
