//! Inks: the few colours of the glass. Deep water behind, paper for reading, sand for what stands out, red for one word. A hospital's
//! theme may choose most of them; red, codes and test cards are as they are.

use anteroom_content::theme::{Colours, Rgb, Tint};

/// A colour, and how much it covers, of 255.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ink {
    colour: Source,
    pub(super) cover: u8,
}

/// Where its colour comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// The theme.
    Theme(Tint),
    /// Nobody's choice.
    Fixed(Rgb),
}

impl Ink {
    /// A colour that no theme changes.
    pub(super) const fn fixed(red: u8, green: u8, blue: u8) -> Self {
        Self { colour: Source::Fixed(Rgb(red, green, blue)), cover: u8::MAX }
    }

    const fn of(tint: Tint) -> Self {
        Self { colour: Source::Theme(tint), cover: u8::MAX }
    }

    /// Covers only so much, of 255.
    pub(super) const fn thin(self, cover: u8) -> Self {
        Self { cover, ..self }
    }

    /// Whether words in it can be read on a ground in every theme that is let in.
    #[cfg(test)]
    pub(super) fn is_legible_on(self, ground: Self) -> bool {
        use anteroom_content::theme::{CONTRAST_MIN_TENTHS, ON_WHITE, PAIRS, UNDER_WHITE, WHITE};
        match (self.colour, ground.colour) {
            (Source::Theme(words), Source::Theme(ground)) => PAIRS.contains(&(words, ground)),
            (Source::Fixed(WHITE), Source::Theme(ground)) => UNDER_WHITE.contains(&ground),
            (Source::Theme(words), Source::Fixed(WHITE)) => ON_WHITE.contains(&words),
            (Source::Fixed(words), Source::Fixed(ground)) => words.contrast_tenths(ground) >= CONTRAST_MIN_TENTHS,
            (Source::Fixed(_), Source::Theme(_)) | (Source::Theme(_), Source::Fixed(_)) => false,
        }
    }

    /// Its colour in a theme.
    pub(super) const fn rgb(self, colours: &Colours) -> Rgb {
        match self.colour {
            Source::Theme(tint) => colours.of(tint),
            Source::Fixed(rgb) => rgb,
        }
    }
}

/// Behind everything.
pub(super) const DEEP: Ink = Ink::of(Tint::Ground);
/// The rail.
pub(super) const TEAL: Ink = Ink::of(Tint::Rail);
/// Plates on the rail and the strip.
pub(super) const LAGOON: Ink = Ink::of(Tint::Plate);
/// Titles on paper.
pub(super) const PINE: Ink = Ink::of(Tint::Title);
/// Text on dark.
pub(super) const WHITE: Ink = Ink::fixed(255, 255, 255);
/// Second text on dark: 7:1 on the rail.
pub(super) const MIST: Ink = Ink::of(Tint::Soft);
/// What stands out on dark: time, rooms, rules of a thumb's width.
pub(super) const SAND: Ink = Ink::of(Tint::Accent);
/// Sand on paper.
pub(super) const CLAY: Ink = Ink::of(Tint::Mark);
/// What long text is read on.
pub(super) const PAPER: Ink = Ink::of(Tint::Paper);
/// Text on paper.
pub(super) const NIGHT: Ink = Ink::of(Tint::Text);
/// Second text on paper.
pub(super) const SLATE: Ink = Ink::of(Tint::Second);
/// A cancelled clinic, and nothing else.
pub(super) const RED: Ink = Ink::fixed(196, 38, 46);
/// Behind a code, and its light modules.
pub(super) const CHALK: Ink = Ink::fixed(255, 255, 255);
/// Dark modules of a code.
pub(super) const COAL: Ink = Ink::fixed(0, 0, 0);
/// Behind captions.
pub(super) const SHADE: Ink = Ink::fixed(0, 0, 0).thin(190);
/// A closed zone's screen, and its words.
pub(super) const DUSK: Ink = Ink::fixed(4, 14, 18);
/// Words on a closed zone's screen.
pub(super) const EMBER: Ink = Ink::fixed(101, 128, 134);
