//! The ladder: the only sizes of type there are. The renderer keeps every size it ever drew, so there must be few; and
//! few sizes look calm.

/// Every size of type, in pixels.
pub(super) const LADDER: [u16; 28] =
    [6, 7, 8, 9, 10, 12, 14, 16, 18, 21, 24, 28, 32, 36, 42, 48, 56, 64, 72, 84, 96, 112, 128, 152, 176, 208, 248, 296];

/// A size on the ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Step(usize);

impl Step {
    /// The largest size that is at most so many pixels; the smallest there is below that.
    pub(super) fn at_most(px: f32) -> Self {
        Self(LADDER.partition_point(|size| f32::from(*size) <= px).saturating_sub(1))
    }

    /// The size in pixels.
    pub(super) fn px(self) -> i32 {
        LADDER.get(self.0).map_or(6, |size| i32::from(*size))
    }

    /// One size smaller, if there is one.
    pub(super) const fn down(self) -> Option<Self> {
        match self.0.checked_sub(1) {
            Some(below) => Some(Self(below)),
            None => None,
        }
    }

    /// So many sizes larger, as far as the ladder goes.
    pub(super) fn up(self, steps: usize) -> Self {
        Self((self.0 + steps).min(LADDER.len() - 1))
    }

    /// So many sizes smaller, as far as the ladder goes.
    pub(super) const fn lower(self, steps: usize) -> Self {
        Self(self.0.saturating_sub(steps))
    }

    /// The height of a line of it, in pixels.
    pub(super) fn line(self) -> i32 {
        (self.px() * LINE_NUM + LINE_DEN - 1) / LINE_DEN
    }
}

/// Height of a line against the size of type: Han characters fill their square and need air above and below.
const LINE_NUM: i32 = 13;
const LINE_DEN: i32 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_come_from_the_ladder_alone_and_never_exceed_what_was_asked_for() {
        for tenth in 60..3_500_u16 {
            let asked = f32::from(tenth) / 10.0;
            let px = u16::try_from(Step::at_most(asked).px()).expect("small");
            assert!(LADDER.contains(&px) && f32::from(px) <= asked, "{asked} gives {px}");
        }
        assert_eq!(Step::at_most(0.0).px(), 6);
        assert_eq!(Step::at_most(1e9).px(), 296);
        assert!(LADDER.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
