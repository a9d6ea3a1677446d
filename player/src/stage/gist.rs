//! The gist of a picture: how much its brightness varies, and a small grey grid. Enough to know a flat picture from another, and
//! one that moved from one that did not; worked out from a few thousand points, whatever the picture's size.

/// Cells of the grid.
const ACROSS: u32 = 32;
const DOWN: u32 = 18;
/// Points looked at in a cell, each way.
const POINTS: u32 = 3;
/// Of a hundred points so many at either end do not count for the body: a spark is no picture.
const SPARKS_PERCENT: usize = 2;

/// What a picture comes down to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Gist {
    /// From the darkest of all points to the brightest, 0 to 255.
    pub(super) spread: u8,
    /// The same without the few darkest and brightest.
    pub(super) body: u8,
    grid: Vec<u8>,
}

impl Gist {
    /// Of a picture of so many pixels, each as bright as `grey` says. None of one without pixels.
    pub(super) fn of(width: u32, height: u32, grey: impl Fn(u32, u32) -> Option<u8>) -> Option<Self> {
        let (columns, rows) = (ACROSS * POINTS, DOWN * POINTS);
        let mut points = Vec::with_capacity((columns * rows) as usize);
        let mut sums = vec![0_u32; (ACROSS * DOWN) as usize];
        for row in 0..rows {
            for column in 0..columns {
                // The middle of the part of the picture that the point stands for.
                let x = (2 * column + 1) * width / (2 * columns);
                let y = (2 * row + 1) * height / (2 * rows);
                let value = grey(x, y)?;
                points.push(value);
                if let Some(sum) = sums.get_mut((row / POINTS * ACROSS + column / POINTS) as usize) {
                    *sum += u32::from(value);
                }
            }
        }
        points.sort_unstable();
        let sparks = points.len() * SPARKS_PERCENT / 100;
        let between = |from: usize, to: usize| points.get(to)?.checked_sub(*points.get(from)?);
        let last = points.len().checked_sub(1)?;
        let grid = sums.into_iter().map(|sum| u8::try_from(sum / (POINTS * POINTS)).unwrap_or(u8::MAX)).collect();
        Some(Self { spread: between(0, last)?, body: between(sparks, last - sparks)?, grid })
    }

    /// By how much the cell differs that differs most.
    pub(super) fn moved(&self, other: &Self) -> u8 {
        self.grid.iter().zip(&other.grid).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_picture_has_no_spread_and_a_spark_is_no_body() {
        let flat = Gist::of(640, 360, |_, _| Some(16)).unwrap();
        assert_eq!((flat.spread, flat.body), (0, 0));
        // One pixel in three hundred: a small logo.
        let spark = Gist::of(640, 360, |x, y| Some(if x < 40 && y < 20 { 255 } else { 16 })).unwrap();
        assert_eq!((spark.spread, spark.body), (239, 0));
        let slope = Gist::of(640, 360, |x, _| Some(u8::try_from(x * 255 / 639).unwrap())).unwrap();
        assert!(slope.spread > 250 && slope.body > 240, "{} {}", slope.spread, slope.body);
        assert_eq!(Gist::of(0, 0, |_, _| None), None);
        assert!(Gist::of(2, 1, |x, y| (x < 2 && y < 1).then_some(7)).is_some(), "no point lies outside");
    }

    #[test]
    fn what_moves_is_seen_and_noise_is_not() {
        let square =
            |at: u32| Gist::of(640, 360, |x, _| Some(if (at..at + 60).contains(&x) { 200 } else { 20 })).unwrap();
        assert!(square(100).moved(&square(160)) > 100);
        let noisy =
            |seed: u32| Gist::of(640, 360, |x, y| Some(u8::try_from((x * 7 + y * 13 + seed) % 3).unwrap())).unwrap();
        assert!(noisy(0).moved(&noisy(1)) <= 2);
    }
}
