//! Marks: what a region of the glass consists of, worked out before anything is drawn.

use bevy::prelude::{Handle, Image};

use super::area::Area;
use super::ink::Ink;
use super::ladder::Step;
use super::typeset::{Setting, Weight, fit, fit_line};

/// Where words stand in their area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Centre,
    Right,
}

/// One thing on the glass; later ones lie on earlier ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mark {
    /// A filled rectangle with round corners.
    Plate { area: Area, ink: Ink, radius: i32 },
    /// Words, in the middle of the area's height.
    Words { area: Area, setting: Setting, weight: Weight, ink: Ink, align: Align },
    /// A quarter of a disc around the lower right corner of the area.
    Arc { area: Area, ink: Ink },
    /// A circle's line around the inside of an area.
    Ring { area: Area, ink: Ink, width: i32 },
    /// A picture over all of an area.
    Picture { area: Area, image: Handle<Image> },
    /// A code for phones, its quiet zone within the area.
    Code { area: Area, address: String },
}

impl Mark {
    pub(super) const fn plate(area: Area, ink: Ink, radius: i32) -> Self {
        Self::Plate { area, ink, radius }
    }
}

/// A style of words.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub(super) most: Step,
    pub(super) least: Step,
    pub(super) weight: Weight,
    pub(super) ink: Ink,
    pub(super) align: Align,
}

impl Style {
    /// Stands at the left, at one size or one step below it.
    pub(super) const fn plain(step: Step, ink: Ink) -> Self {
        Self { most: step, least: step.lower(1), weight: Weight::Regular, ink, align: Align::Left }
    }

    /// The same in bold.
    pub(super) const fn strong(self) -> Self {
        Self { weight: Weight::Bold, ..self }
    }

    /// The same in the middle.
    pub(super) const fn centred(self) -> Self {
        Self { align: Align::Centre, ..self }
    }

    /// The same at the right.
    pub(super) const fn right(self) -> Self {
        Self { align: Align::Right, ..self }
    }

    /// The same, but so many sizes smaller where the place is narrow.
    pub(super) const fn shrinking(self, steps: usize) -> Self {
        Self { least: self.most.lower(steps), ..self }
    }

    /// Words in as many lines as fit the area.
    pub(super) fn set(self, text: &str, area: Area) -> Mark {
        let setting = fit(text, self.weight, self.most, self.least, area.w, area.h);
        Mark::Words { area, setting, weight: self.weight, ink: self.ink, align: self.align }
    }

    /// Words in one line, no higher than the area.
    pub(super) fn line(self, text: &str, area: Area) -> Mark {
        let mut most = self.most;
        while let Some(smaller) = most.down().filter(|_| most.line() > area.h) {
            most = smaller;
        }
        // Where not even the smallest line can stand, nothing stands: half a line would lie on its neighbours.
        let setting = if most.line() > area.h {
            Setting { step: most, lines: Vec::new() }
        } else {
            fit_line(text, self.weight, most, self.least.min(most), area.w)
        };
        Mark::Words { area, setting, weight: self.weight, ink: self.ink, align: self.align }
    }

    /// One line at the top of the area; and the area that is left below.
    pub(super) fn flow_line(self, text: &str, area: Area) -> (Option<Mark>, Area) {
        let setting = fit_line(text, self.weight, self.most, self.least, area.w);
        if text.trim().is_empty() || area.h < setting.height() {
            return (None, area);
        }
        let (top, rest) = area.split_top(setting.height());
        (Some(Mark::Words { area: top, setting, weight: self.weight, ink: self.ink, align: self.align }), rest)
    }

    /// Words from the top of the area on, in as many lines as they need; and the area that is left below.
    pub(super) fn flow(self, text: &str, area: Area) -> (Option<Mark>, Area) {
        if text.trim().is_empty() || area.h < self.least.line() {
            return (None, area);
        }
        let setting = fit(text, self.weight, self.most, self.least, area.w, area.h);
        let (top, rest) = area.split_top(setting.height());
        (Some(Mark::Words { area: top, setting, weight: self.weight, ink: self.ink, align: self.align }), rest)
    }
}
