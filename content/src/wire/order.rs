//! Remote hands: what a person at the console has one screen do at once, and what its box answers. None of it can put
//! anything on a glass that is not compiled into the player, and every order has an end by itself.

use serde::{Deserialize, Serialize};

use crate::clock::Instant;
use crate::id::ScreenId;
use crate::power::Lamp;

/// How long a screen shows its name, in milliseconds: long enough to walk along a corridor.
pub const IDENTIFY_MS: u32 = 30_000;
/// How long a test card stands, in milliseconds.
pub const TEST_CARD_MS: u32 = 10 * 60_000;
/// An order that was not obeyed within so many milliseconds is not obeyed any more: whoever gave it has given up.
pub const ORDER_MS: i64 = 10_000;
/// The most lines of a log that are sent.
pub const LOG_LINES_MAX: usize = 200;
/// The longest of these lines, in bytes.
pub const LOG_LINE_BYTES_MAX: usize = 400;
/// All of them together, in bytes: written as JSON they fit into one frame.
pub const LOG_BYTES_MAX: usize = 24 * 1024;

/// An order. Since version 3.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Drawn by chance: the same order heard twice is obeyed once.
    pub id: u64,
    /// The screen that is meant; a box that does not drive it refuses.
    pub screen: ScreenId,
    /// Not to be obeyed after this instant.
    pub until: Instant,
    /// What.
    pub command: Command,
}

/// What a screen is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Command {
    /// Show its name and number over everything; again, for as long again.
    Identify {
        /// For so long, in milliseconds: at most [`IDENTIFY_MS`].
        for_ms: u32,
    },
    /// Show the test card over everything.
    TestCard {
        /// For so long, in milliseconds: at most [`TEST_CARD_MS`].
        for_ms: u32,
    },
    /// Take name or test card away before their time.
    Clear,
    /// Start what draws anew.
    RestartStage,
    /// Start the player anew.
    RestartAgent,
    /// Tell the newest lines of the player's log.
    Log,
    /// Be no louder than this, whatever the zone allows; it can only make a screen quieter.
    Volume {
        /// In percent.
        percent: u8,
        /// Until then, and over restarts of the box: the end of the zone's day.
        for_today: Instant,
    },
    /// Have the display lit or dark, whatever its hours say.
    Power {
        /// Which.
        lamp: Lamp,
        /// Until then, and over restarts of the box: the end of the zone's day.
        for_today: Instant,
    },
    /// Of a newer server.
    #[serde(other)]
    Unknown,
}

/// What became of an order. Since version 3.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Of the order.
    pub id: u64,
    /// The screen that was meant.
    pub screen: ScreenId,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// It is done, and where it is to be seen it was seen on a presented frame.
    Done {
        /// When.
        at: Instant,
        /// Lines of the log, oldest first, where those were asked for.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        log: Vec<String>,
    },
    /// It is not done.
    Refused {
        /// Why.
        why: WhyNot,
    },
    /// Of a newer box.
    #[serde(other)]
    Unknown,
}

/// Why an order is not obeyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyNot {
    /// The box does not drive that screen.
    OtherScreen,
    /// It came too late.
    Late,
    /// Nothing draws at the moment.
    NoStage,
    /// The box does not know the command.
    Unknown,
    /// Too many orders wait.
    Busy,
    /// The box has no way to switch its display.
    NoDisplay,
    /// Of a newer box.
    #[serde(other)]
    Other,
}

impl WhyNot {
    /// Its word in the keys of sayings.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::OtherScreen => "other-screen",
            Self::Late => "late",
            Self::NoStage => "no-stage",
            Self::Unknown => "unknown",
            Self::Busy => "busy",
            Self::NoDisplay => "no-display",
            Self::Other => "other",
        }
    }
}

/// What lies over the programme on a glass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cover {
    /// It was taken down: the card that is compiled in.
    TakenDown,
    /// Its name and number.
    Identify,
    /// The test card.
    TestCard,
    /// Of a newer box.
    #[serde(other)]
    Other,
}
