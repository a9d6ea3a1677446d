//! What proves a play besides its times: frames that were presented, how the glass looked, and whether the display had power. What was
//! planned, what was rendered and what was lit are three facts, and none of them is worked out from another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Differences of a [`Print`] up to which two pictures count as the same: drawing, colour and scaling change some bits of one picture,
/// and two that have nothing to do with each other differ in half of them.
pub const SAME_BITS_MAX: u32 = 10;

/// Points that a print compares, across and down: each with its right neighbour.
const ACROSS: u32 = 9;
const DOWN: u32 = 8;

/// What a box can say of a showing besides its times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Proof {
    /// Frames presented while it stood; where a stage fell, those it had told of.
    #[serde(default)]
    pub frames: u32,
    /// How it looked; none of one that was too short to be looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub print: Option<Print>,
    /// For how long of it the power of the display could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lamp: Option<LampTime>,
}

/// What was read of a display's power, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LampTime {
    /// How long it could be read.
    pub read_ms: u32,
    /// How long of that the display had power.
    pub lit_ms: u32,
}

impl Proof {
    /// Both together: one showing that two stages, or two agents, had a part in.
    #[must_use]
    pub fn and(self, later: Self) -> Self {
        let lamp = match (self.lamp, later.lamp) {
            (Some(one), Some(other)) => Some(LampTime {
                read_ms: one.read_ms.saturating_add(other.read_ms),
                lit_ms: one.lit_ms.saturating_add(other.lit_ms),
            }),
            (one, other) => one.or(other),
        };
        Self { frames: self.frames.saturating_add(later.frames), print: self.print.or(later.print), lamp }
    }
}

/// How a glass looked, in 64 bits: of eight rows of nine points, whether each is brighter than its right neighbour (dHash). Small enough
/// for every play; a picture and its print are held against each other with `anteroom plays print`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Print {
    /// The comparisons, row by row, the first in the highest bit.
    pub bits: u64,
    /// How long the showing had stood when it was taken, in milliseconds: of a movie, which of its frames that was.
    pub at_ms: u32,
}

impl Print {
    /// Of a picture of so many pixels, each as bright as `grey` says; every part of it counts. None of a smaller picture than the points
    /// compared, or where `grey` gives none.
    #[must_use]
    pub fn of(width: u32, height: u32, at_ms: u32, grey: impl Fn(u32, u32) -> Option<u8>) -> Option<Self> {
        if width < ACROSS || height < DOWN {
            return None;
        }
        let mean = |column: u32, row: u32| -> Option<u64> {
            let (left, right) = (column * width / ACROSS, (column + 1) * width / ACROSS);
            let (top, bottom) = (row * height / DOWN, (row + 1) * height / DOWN);
            // A part of a large picture is known from some hundred of its pixels.
            let (step_x, step_y) = ((right - left).div_ceil(POINTS), (bottom - top).div_ceil(POINTS));
            let (mut sum, mut count) = (0_u64, 0_u64);
            for y in (top..bottom).step_by(step_y.max(1) as usize) {
                for x in (left..right).step_by(step_x.max(1) as usize) {
                    sum += u64::from(grey(x, y)?);
                    count += 1;
                }
            }
            Some(sum * FINE / count.max(1))
        };
        let mut bits = 0;
        for row in 0..DOWN {
            let mut before = mean(0, row)?;
            for column in 1..ACROSS {
                let here = mean(column, row)?;
                bits = bits << 1 | u64::from(before > here + NOISE);
                before = here;
            }
        }
        Some(Self { bits, at_ms })
    }

    /// In how many of 64 comparisons two differ.
    #[must_use]
    pub const fn differs(self, other: Self) -> u32 {
        (self.bits ^ other.bits).count_ones()
    }
}

/// Pixels looked at in each part, each way.
const POINTS: u32 = 12;
/// Brightness is compared in so many parts of a step, so that many pixels together say more than one.
const FINE: u64 = 16;
/// Neighbours that differ by less are alike: a grey ground must not look like chance. A step and a half.
const NOISE: u64 = 24;

/// What is no print.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no print: sixteen hexadecimal digits, @, and milliseconds, such as 0f1e2d3c4b5a6978@2000")]
pub struct BadPrint(String);

impl fmt::Display for Print {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}@{}", self.bits, self.at_ms)
    }
}

impl FromStr for Print {
    type Err = BadPrint;

    fn from_str(text: &str) -> Result<Self, BadPrint> {
        let bad = || BadPrint(text.chars().take(40).collect());
        let (bits, at_ms) = text.split_once('@').ok_or_else(bad)?;
        let is_plain = bits.len() == 16 && bits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let bits = u64::from_str_radix(bits, 16).ok().filter(|_| is_plain).ok_or_else(bad)?;
        let is_number = !at_ms.is_empty() && at_ms.bytes().all(|byte| byte.is_ascii_digit());
        let at_ms = at_ms.parse().ok().filter(|_| is_number).ok_or_else(bad)?;
        Ok(Self { bits, at_ms })
    }
}

impl TryFrom<String> for Print {
    type Error = BadPrint;

    fn try_from(text: String) -> Result<Self, BadPrint> {
        text.parse()
    }
}

impl From<Print> for String {
    fn from(print: Print) -> Self {
        print.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A few bright squares on a slope, the same at every size.
    fn scene(width: u32, height: u32, light: i64, seed: u32) -> Print {
        let grey = |x: u32, y: u32| {
            let (column, row) = (x * 90 / width, y * 80 / height);
            let square = (column / 10 * 7 + row / 10 * 13 + seed) % 5;
            u8::try_from((i64::from(square) * 40 + i64::from(column / 4) + light).clamp(0, 255)).ok()
        };
        Print::of(width, height, 0, grey).unwrap()
    }

    #[test]
    fn one_picture_has_one_print_at_any_size_and_in_any_light_and_another_has_another() {
        let print = scene(1_920, 1_080, 20, 0);
        for (width, height, light) in
            [(320, 180, 20), (333, 187, 20), (1_280, 720, 45), (1_080, 1_920, 5), (90, 80, 20)]
        {
            let differs = print.differs(scene(width, height, light, 0));
            assert!(differs <= SAME_BITS_MAX, "{width}×{height} in light {light} differs in {differs}");
        }
        for seed in 1..5 {
            let differs = print.differs(scene(1_920, 1_080, 20, seed));
            assert!(differs > SAME_BITS_MAX, "{seed}: only {differs}");
        }
    }

    #[test]
    fn a_plain_ground_is_no_chance_and_what_cannot_be_read_has_no_print() {
        let noisy = |x: u32, y: u32| u8::try_from(100 + (x * 7 + y * 13) % 3).ok();
        assert_eq!(Print::of(640, 360, 5, noisy), Some(Print { bits: 0, at_ms: 5 }));
        assert_eq!(Print::of(8, 8, 0, |_, _| Some(1)), None, "smaller than what is compared");
        assert_eq!(Print::of(640, 360, 0, |x, _| (x < 600).then_some(1)), None);
    }

    #[test]
    fn showings_in_parts_add_up_and_the_first_look_counts() {
        let print = |bits| Some(Print { bits, at_ms: 1_000 });
        let lamp = |read_ms, lit_ms| Some(LampTime { read_ms, lit_ms });
        let part = |frames, print, lamp| Proof { frames, print, lamp };
        assert_eq!(part(3, None, None).and(part(4, print(1), lamp(5, 4))), part(7, print(1), lamp(5, 4)));
        assert_eq!(part(3, print(2), lamp(5, 5)).and(part(4, print(1), lamp(5, 0))), part(7, print(2), lamp(10, 5)));
        assert_eq!(part(u32::MAX, None, None).and(part(4, None, None)).frames, u32::MAX);
    }

    #[test]
    fn what_is_no_print_is_told() {
        for text in [
            "",
            "@",
            "0f1e2d3c4b5a6978",
            "0f1e2d3c4b5a6978@",
            "0f1e2d3c4b5a697@1",
            "+f1e2d3c4b5a6978@1",
            "0f1e2d3c4b5a6978@+1",
            "0f1e2d3c4b5a6978@4294967296",
        ] {
            let told = text.parse::<Print>().unwrap_err().to_string();
            assert!(told.contains("sixteen hexadecimal digits"), "{told}");
        }
    }

    proptest! {
        #[test]
        fn a_print_is_read_as_it_was_written(bits: u64, at_ms: u32) {
            let print = Print { bits, at_ms };
            prop_assert_eq!(print.to_string().parse::<Print>(), Ok(print));
        }
    }
}
