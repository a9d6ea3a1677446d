//! Areas: rectangles of whole pixels, and how they are cut.

/// A rectangle of pixels; nothing is drawn in an empty one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Area {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) w: i32,
    pub(super) h: i32,
}

impl Area {
    pub(super) const fn new(x: i32, y: i32, w: i32, h: i32) -> Self {
        Self { x, y, w: if w < 0 { 0 } else { w }, h: if h < 0 { 0 } else { h } }
    }

    pub(super) const fn is_empty(self) -> bool {
        self.w <= 0 || self.h <= 0
    }

    pub(super) const fn right(self) -> i32 {
        self.x + self.w
    }

    pub(super) const fn bottom(self) -> i32 {
        self.y + self.h
    }

    /// Less a margin on every side.
    pub(super) const fn inset(self, margin: i32) -> Self {
        self.inset_by(margin, margin)
    }

    /// Less margins left and right, above and below.
    pub(super) const fn inset_by(self, across: i32, down: i32) -> Self {
        Self::new(self.x + across, self.y + down, self.w - 2 * across, self.h - 2 * down)
    }

    /// The upper part of a height, and the rest below it.
    pub(super) fn split_top(self, height: i32) -> (Self, Self) {
        let h = height.clamp(0, self.h);
        (Self::new(self.x, self.y, self.w, h), Self::new(self.x, self.y + h, self.w, self.h - h))
    }

    /// The part above, and the lower part of a height.
    pub(super) fn split_bottom(self, height: i32) -> (Self, Self) {
        self.split_top(self.h - height.clamp(0, self.h))
    }

    /// The left part of a width, and the rest beside it.
    pub(super) fn split_left(self, width: i32) -> (Self, Self) {
        let w = width.clamp(0, self.w);
        (Self::new(self.x, self.y, w, self.h), Self::new(self.x + w, self.y, self.w - w, self.h))
    }

    /// The part beside, and the right part of a width.
    pub(super) fn split_right(self, width: i32) -> (Self, Self) {
        self.split_left(self.w - width.clamp(0, self.w))
    }

    /// The largest area of a shape that fits, in the middle.
    pub(super) fn fitted(self, shape_w: u32, shape_h: u32) -> Self {
        let (w, h) = (i64::from(shape_w.max(1)), i64::from(shape_h.max(1)));
        let (mine_w, mine_h) = (i64::from(self.w), i64::from(self.h));
        let (fit_w, fit_h) = if mine_w * h <= mine_h * w { (mine_w, mine_w * h / w) } else { (mine_h * w / h, mine_h) };
        let (fit_w, fit_h) = (i32::try_from(fit_w).unwrap_or(self.w), i32::try_from(fit_h).unwrap_or(self.h));
        Self::new(self.x + (self.w - fit_w) / 2, self.y + (self.h - fit_h) / 2, fit_w, fit_h)
    }

    /// The largest part beside, above or below another area; all of it where that is empty.
    pub(super) fn largest_beside(self, other: Self) -> Self {
        if other.is_empty() {
            return self;
        }
        let (left, rest) = self.split_left(other.x - self.x);
        let (_, right) = rest.split_left(other.right() - rest.x);
        let (above, rest) = self.split_top(other.y - self.y);
        let (_, below) = rest.split_top(other.bottom() - rest.y);
        let size = |area: &Self| i64::from(area.w) * i64::from(area.h);
        [left, right, above, below].into_iter().max_by_key(size).unwrap_or(self)
    }

    /// A square of a side in the middle.
    pub(super) fn centred(self, w: i32, h: i32) -> Self {
        Self::new(self.x + (self.w - w) / 2, self.y + (self.h - h) / 2, w, h)
    }

    #[cfg(test)]
    pub(super) const fn holds(self, other: Self) -> bool {
        other.x >= self.x && other.y >= self.y && other.right() <= self.right() && other.bottom() <= self.bottom()
    }

    #[cfg(test)]
    pub(super) const fn overlaps(self, other: Self) -> bool {
        !self.is_empty()
            && !other.is_empty()
            && self.x < other.right()
            && other.x < self.right()
            && self.y < other.bottom()
            && other.y < self.bottom()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_beside_an_area_is_the_largest_part_and_never_under_it() {
        let glass = Area::new(0, 0, 100, 60);
        for (other, left) in [
            (Area::new(80, 0, 20, 30), Area::new(0, 0, 80, 60)),
            (Area::new(0, 40, 90, 20), Area::new(0, 0, 100, 40)),
            (Area::new(0, 0, 90, 20), Area::new(0, 20, 100, 40)),
            (Area::new(0, 0, 30, 60), Area::new(30, 0, 70, 60)),
            (Area::default(), glass),
            (Area::new(-20, 0, 20, 60), glass),
        ] {
            let beside = glass.largest_beside(other);
            assert_eq!(beside, left, "beside {other:?}");
            assert!(!beside.overlaps(other));
        }
    }
}
