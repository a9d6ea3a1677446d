//! What a site's screens owe the public, and how much they may sell: caps, floors, distances and bounds of the wheel.

use serde::{Deserialize, Serialize};

use crate::item::Trade;
use crate::place::ZoneKind;

/// The rules of the wheel at one site. Every number is a limit that holds by construction, not a goal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    /// Commercial advertisements may be shown at all: a hospital opts in (DOMAIN §2.2).
    pub ads: bool,
    /// The most airtime advertisements may take of any clock hour, in thousandths of an hour.
    pub ad_hour_permille: u16,
    /// The most airtime advertisements may take of any ten minutes, in milliseconds.
    pub ad_ten_minutes_ms: u32,
    /// The least airtime public-service announcements get of the day so far, in thousandths; 0 asks for nothing.
    pub public_service_permille: u16,
    /// The least time between advertisements of rivals (other advertiser, same trade), in milliseconds.
    pub separation_ms: u32,
    /// The least time a still with its code stands, in milliseconds: long enough to take out a phone.
    pub qr_min_ms: u32,
    /// How much longer a still may stand so that nothing is cut, in thousandths of its own time.
    pub stretch_permille: u16,
    /// How much shorter, in thousandths of its own time.
    pub shrink_permille: u16,
    /// Trades barred from kinds of zone, beside what the law bars from children's.
    pub blocks: Vec<Block>,
    /// How one still item gives way to the next.
    #[serde(skip_serializing_if = "Transition::is_default")]
    pub transition: Transition,
}

/// How one still item gives way to the next. A movie begins and ends with a cut, whatever is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transition {
    /// The next one appears over the one before it, within half a second.
    #[default]
    Fade,
    /// At once: the calmest on an LED wall, whose steps of brightness are coarse.
    Cut,
    /// The next one comes from the right and pushes the other one out, within six tenths of a second.
    Push,
}

impl Transition {
    /// Each of them, in the order they are offered.
    pub const ALL: [Self; 3] = [Self::Fade, Self::Cut, Self::Push];

    /// The word for forms and words of the console: `fade`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fade => "fade",
            Self::Cut => "cut",
            Self::Push => "push",
        }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands fields on by reference")]
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Trades that may not be advertised in some kinds of zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// Where.
    pub kinds: Vec<ZoneKind>,
    /// What; none named means every advertisement.
    #[serde(default)]
    pub trades: Vec<Trade>,
}

/// Ten minutes, in milliseconds: the length of the sliding window of [`Policy::ad_ten_minutes_ms`].
pub const TEN_MINUTES_MS: i64 = 600_000;

impl Default for Policy {
    /// What holds where nobody chose: no advertisement; where a hospital opts in, a fifth of the hour and of any ten
    /// minutes (DOMAIN §2.2), five minutes between rivals, ten seconds for a code.
    fn default() -> Self {
        Self {
            ads: false,
            ad_hour_permille: 200,
            ad_ten_minutes_ms: 120_000,
            public_service_permille: 0,
            separation_ms: 300_000,
            qr_min_ms: 10_000,
            stretch_permille: 500,
            shrink_permille: 250,
            blocks: Vec::new(),
            transition: Transition::default(),
        }
    }
}
