//! Inks: the few colours of the glass. Deep water behind, paper for reading, sand for what stands out, red for one word.

/// A colour: red, green, blue and how much it covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ink(pub(super) u8, pub(super) u8, pub(super) u8, pub(super) u8);

impl Ink {
    /// Covers only so much, of 255.
    pub(super) const fn thin(self, cover: u8) -> Self {
        Self(self.0, self.1, self.2, cover)
    }
}

/// Behind everything.
pub(super) const DEEP: Ink = Ink(8, 38, 46, 255);
/// The rail.
pub(super) const TEAL: Ink = Ink(14, 58, 68, 255);
/// Plates on the rail and the strip.
pub(super) const LAGOON: Ink = Ink(23, 79, 90, 255);
/// Titles on paper.
pub(super) const PINE: Ink = Ink(12, 84, 92, 255);
/// Text on dark.
pub(super) const WHITE: Ink = Ink(255, 255, 255, 255);
/// Second text on dark: 7:1 on the rail.
pub(super) const MIST: Ink = Ink(190, 216, 219, 255);
/// What stands out on dark: time, rooms, rules of a thumb's width.
pub(super) const SAND: Ink = Ink(242, 208, 146, 255);
/// Sand on paper.
pub(super) const CLAY: Ink = Ink(214, 164, 84, 255);
/// What long text is read on.
pub(super) const PAPER: Ink = Ink(252, 249, 243, 255);
/// Text on paper.
pub(super) const NIGHT: Ink = Ink(24, 42, 48, 255);
/// Second text on paper.
pub(super) const SLATE: Ink = Ink(82, 104, 111, 255);
/// A cancelled clinic, and nothing else.
pub(super) const RED: Ink = Ink(196, 38, 46, 255);
/// Behind a code, and its light modules.
pub(super) const CHALK: Ink = Ink(255, 255, 255, 255);
/// Dark modules of a code.
pub(super) const COAL: Ink = Ink(0, 0, 0, 255);
/// Behind captions.
pub(super) const SHADE: Ink = Ink(0, 0, 0, 190);
/// A closed zone's screen, and its words.
pub(super) const DUSK: Ink = Ink(4, 14, 18, 255);
/// Words on a closed zone's screen.
pub(super) const EMBER: Ink = Ink(96, 122, 128, 255);
