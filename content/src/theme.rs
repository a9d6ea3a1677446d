//! The theme of a hospital: its colours, the size of its type and its logo, over those that are compiled in. A theme whose words
//! cannot be read is refused before it is kept; red for a cancelled clinic, codes and test cards are nobody's to choose.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::item::MediaFile;

/// The least contrast of words and what they stand on (WCAG 2.2, 1.4.3), in tenths: 4.5 to 1.
pub const CONTRAST_MIN_TENTHS: u32 = 45;
/// The sizes of type a theme may ask for, in percent of the comfortable one: larger, never smaller.
pub const TYPE_PERCENT: std::ops::RangeInclusive<u16> = 100..=150;
/// The largest file of a logo, in bytes.
pub const LOGO_BYTES_MAX: u64 = 512 * 1024;
/// The longest side of a logo, in pixels.
pub const LOGO_PX_MAX: u32 = 1_024;

/// A colour, written `#RRGGBB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rgb(pub u8, pub u8, pub u8);

/// What is no colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a colour is written #RRGGBB, such as #08262E")]
pub struct NoColour;

impl Rgb {
    /// How bright it is, from 0 to 1: the relative luminance of WCAG 2.2.
    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// The contrast of two colours, in tenths: 10 of a colour with itself, 210 of black and white.
    #[must_use]
    pub fn contrast_tenths(self, other: Self) -> u32 {
        let (one, other) = (self.luminance(), other.luminance());
        let contrast = (one.max(other) + 0.05) / (one.min(other) + 0.05);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 10 to 210")]
        let tenths = (contrast * 10.0).floor() as u32;
        tenths
    }
}

impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02X}{:02X}{:02X}", self.0, self.1, self.2)
    }
}

impl FromStr for Rgb {
    type Err = NoColour;

    fn from_str(text: &str) -> Result<Self, NoColour> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6).ok_or(NoColour)?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(NoColour);
        }
        let whole = u32::from_str_radix(digits, 16).map_err(|_| NoColour)?;
        let [_, red, green, blue] = whole.to_be_bytes();
        Ok(Self(red, green, blue))
    }
}

impl Serialize for Rgb {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Rgb {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What a colour is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tint {
    /// Behind everything.
    Ground,
    /// The rail and the strip.
    Rail,
    /// Plates on them.
    Plate,
    /// Second words on dark.
    Soft,
    /// What stands out on dark.
    Accent,
    /// The same on paper, and behind the word 广告.
    Mark,
    /// What long text is read on.
    Paper,
    /// Words on paper.
    Text,
    /// Second words on paper.
    Second,
    /// Titles on paper.
    Title,
}

impl Tint {
    /// All of them, in the order of a theme's file.
    pub const ALL: [Self; 10] = [
        Self::Ground,
        Self::Rail,
        Self::Plate,
        Self::Soft,
        Self::Accent,
        Self::Mark,
        Self::Paper,
        Self::Text,
        Self::Second,
        Self::Title,
    ];

    /// Its name in a theme's file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ground => "ground",
            Self::Rail => "rail",
            Self::Plate => "plate",
            Self::Soft => "soft",
            Self::Accent => "accent",
            Self::Mark => "mark",
            Self::Paper => "paper",
            Self::Text => "text",
            Self::Second => "second",
            Self::Title => "title",
        }
    }
}

/// White words, which no theme changes.
pub const WHITE: Rgb = Rgb(255, 255, 255);

/// Words and what they stand on, wherever the glass sets them so; none of the words are white ones.
pub const PAIRS: [(Tint, Tint); 13] = [
    (Tint::Soft, Tint::Ground),
    (Tint::Soft, Tint::Rail),
    (Tint::Soft, Tint::Plate),
    (Tint::Accent, Tint::Ground),
    (Tint::Accent, Tint::Rail),
    (Tint::Accent, Tint::Plate),
    (Tint::Text, Tint::Paper),
    (Tint::Text, Tint::Accent),
    (Tint::Text, Tint::Mark),
    (Tint::Second, Tint::Paper),
    (Tint::Title, Tint::Paper),
    (Tint::Title, Tint::Accent),
    (Tint::Ground, Tint::Accent),
];
/// What white words stand on.
pub const UNDER_WHITE: [Tint; 3] = [Tint::Ground, Tint::Rail, Tint::Plate];
/// What stands on white: a code's words.
pub const ON_WHITE: [Tint; 3] = [Tint::Text, Tint::Second, Tint::Title];

/// The colours of a theme; those that it does not name are the ones that are compiled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Colours {
    /// [`Tint::Ground`].
    pub ground: Rgb,
    /// [`Tint::Rail`].
    pub rail: Rgb,
    /// [`Tint::Plate`].
    pub plate: Rgb,
    /// [`Tint::Soft`].
    pub soft: Rgb,
    /// [`Tint::Accent`].
    pub accent: Rgb,
    /// [`Tint::Mark`].
    pub mark: Rgb,
    /// [`Tint::Paper`].
    pub paper: Rgb,
    /// [`Tint::Text`].
    pub text: Rgb,
    /// [`Tint::Second`].
    pub second: Rgb,
    /// [`Tint::Title`].
    pub title: Rgb,
}

impl Default for Colours {
    fn default() -> Self {
        Self::USUAL
    }
}

impl Colours {
    /// The colours that are compiled in.
    pub const USUAL: Self = Self {
        ground: Rgb(8, 38, 46),
        rail: Rgb(14, 58, 68),
        plate: Rgb(23, 79, 90),
        soft: Rgb(190, 216, 219),
        accent: Rgb(242, 208, 146),
        mark: Rgb(214, 164, 84),
        paper: Rgb(252, 249, 243),
        text: Rgb(24, 42, 48),
        second: Rgb(82, 104, 111),
        title: Rgb(12, 84, 92),
    };

    /// The colour of a tint.
    #[must_use]
    pub const fn of(&self, tint: Tint) -> Rgb {
        match tint {
            Tint::Ground => self.ground,
            Tint::Rail => self.rail,
            Tint::Plate => self.plate,
            Tint::Soft => self.soft,
            Tint::Accent => self.accent,
            Tint::Mark => self.mark,
            Tint::Paper => self.paper,
            Tint::Text => self.text,
            Tint::Second => self.second,
            Tint::Title => self.title,
        }
    }

    /// The same with another colour for a tint.
    #[must_use]
    pub const fn with(mut self, tint: Tint, colour: Rgb) -> Self {
        match tint {
            Tint::Ground => self.ground = colour,
            Tint::Rail => self.rail = colour,
            Tint::Plate => self.plate = colour,
            Tint::Soft => self.soft = colour,
            Tint::Accent => self.accent = colour,
            Tint::Mark => self.mark = colour,
            Tint::Paper => self.paper = colour,
            Tint::Text => self.text = colour,
            Tint::Second => self.second = colour,
            Tint::Title => self.title = colour,
        }
        self
    }

    /// Words that could not be read: what is written in which colour, on which, and their contrast in tenths.
    #[must_use]
    pub fn unreadable(&self) -> Vec<Unreadable> {
        let pair = |words: Option<Tint>, on: Option<Tint>| {
            let colour = |tint: Option<Tint>| tint.map_or(WHITE, |tint| self.of(tint));
            Unreadable { words, on, contrast_tenths: colour(words).contrast_tenths(colour(on)) }
        };
        let named = PAIRS.map(|(words, on)| pair(Some(words), Some(on)));
        let under = UNDER_WHITE.map(|on| pair(None, Some(on)));
        let over = ON_WHITE.map(|words| pair(Some(words), None));
        let all = named.into_iter().chain(under).chain(over);
        all.filter(|pair| pair.contrast_tenths < CONTRAST_MIN_TENTHS).collect()
    }
}

/// Words in a colour that cannot be read on another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable {
    /// The colour of the words; none is white.
    pub words: Option<Tint>,
    /// What they stand on; none is white.
    pub on: Option<Tint>,
    /// Their contrast, in tenths.
    pub contrast_tenths: u32,
}

/// A hospital's theme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Theme {
    /// Its colours.
    #[serde(default)]
    pub colours: Colours,
    /// How large its type is, in percent of the comfortable size; within [`TYPE_PERCENT`].
    #[serde(default = "whole")]
    pub type_percent: u16,
    /// Stands beside its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<MediaFile>,
}

const fn whole() -> u16 {
    *TYPE_PERCENT.start()
}

impl Default for Theme {
    fn default() -> Self {
        Self { colours: Colours::default(), type_percent: whole(), logo: None }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn contrast_is_what_the_guideline_says_it_is() {
        assert_eq!(Rgb(0, 0, 0).contrast_tenths(WHITE), 210);
        assert_eq!(WHITE.contrast_tenths(WHITE), 10);
        // Two greys either side of the limit on white.
        assert_eq!(Rgb(0x76, 0x76, 0x76).contrast_tenths(WHITE), 45);
        assert_eq!(Rgb(0x77, 0x77, 0x77).contrast_tenths(WHITE), 44);
    }

    #[test]
    fn the_colours_that_are_compiled_in_can_be_read() {
        assert_eq!(Colours::USUAL.unreadable(), []);
    }

    #[test]
    fn a_theme_whose_words_cannot_be_read_is_told_pair_by_pair() {
        let told = |colours: Colours| -> Vec<_> {
            colours.unreadable().into_iter().map(|pair| (pair.words, pair.on)).collect()
        };
        let pale = Colours { plate: Rgb(120, 200, 210), ..Colours::USUAL };
        let plate = Some(Tint::Plate);
        assert_eq!(told(pale), [(Some(Tint::Soft), plate), (Some(Tint::Accent), plate), (None, plate)]);
        let grey = Colours { second: Rgb(180, 180, 180), ..Colours::USUAL };
        assert_eq!(told(grey), [(Some(Tint::Second), Some(Tint::Paper)), (Some(Tint::Second), None)]);
    }

    #[test]
    fn what_is_no_colour_is_refused() {
        for text in ["", "08262E", "#08262", "#08262E1", "#0826+E", "#０8262E", "red"] {
            assert_eq!(text.parse::<Rgb>(), Err(NoColour), "{text}");
        }
        assert_eq!("#08262e".parse(), Ok(Colours::USUAL.ground));
    }

    #[test]
    fn colours_that_nobody_chose_are_the_usual_ones_and_what_is_new_is_skipped() {
        let theme: Theme = serde_json::from_str(r##"{"colours":{"rail":"#102030","glow":"#FFFFFF"}}"##).unwrap();
        let rail = Rgb(16, 32, 48);
        assert_eq!(theme, Theme { colours: Colours { rail, ..Colours::USUAL }, ..Theme::default() });
    }

    proptest! {
        #[test]
        fn a_colour_is_read_as_it_was_written_and_contrast_knows_no_order(one in any::<[u8; 3]>(), other in any::<[u8; 3]>()) {
            let [one, other] = [one, other].map(|[red, green, blue]| Rgb(red, green, blue));
            prop_assert_eq!(one.to_string().parse(), Ok(one));
            prop_assert_eq!(one.contrast_tenths(other), other.contrast_tenths(one));
            prop_assert!((10..=210).contains(&one.contrast_tenths(other)));
        }
    }
}
