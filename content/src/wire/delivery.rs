//! How far a box is with what it was told, screen by screen: told, fetched, applied, or held up, and by what.

use serde::{Deserialize, Serialize};

use crate::clock::Instant;
use crate::id::{ContentHash, ScreenId};
use crate::trust::Refused;

/// How far a box is with the newest manifest it was told. Said when a step or an obstacle changes; bytes that arrive are
/// told by beats. A box whose screens all show it has said [`super::ToServer::Applied`], and need not say this as well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// The manifest, as it calls itself: it may be one the box does not believe.
    pub version: u64,
    /// Each screen of the box.
    pub screens: Vec<ScreenDelivery>,
}

/// How far one screen is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScreenDelivery {
    /// Which.
    pub screen: ScreenId,
    /// The last step that was taken.
    pub step: Step,
    /// When, by the box's disciplined clock.
    pub since: Instant,
    /// Files still to be fetched, in bytes.
    #[serde(default)]
    pub left_bytes: u64,
    /// What holds the next step up; none while it is on its way.
    #[serde(default)]
    pub obstacle: Option<Obstacle>,
}

/// A step of a manifest on its way to the glass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The box has heard it.
    Told,
    /// Everything it names is on the box's disk.
    Fetched,
    /// It is on the glass.
    Applied,
    /// Of a newer box: at least told.
    #[serde(other)]
    Other,
}

/// What holds a step up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Obstacle {
    /// What sort.
    pub kind: ObstacleKind,
    /// The file it is about.
    #[serde(default)]
    pub file: Option<ContentHash>,
    /// Until when it lasts, where that is known.
    #[serde(default)]
    pub until: Option<Instant>,
    /// In words, for the operator.
    #[serde(default)]
    pub text: String,
}

/// What sort of obstacle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObstacleKind {
    /// Nothing is wrong: it takes over later.
    NotYet,
    /// The server has not got a file it names, or not in the size that was signed.
    Missing,
    /// It is not believed.
    Refused,
    /// It needs a newer player.
    Engine,
    /// The box's disk is full or fails.
    Disk,
    /// Files do not come through.
    Line,
    /// The box's stage does not draw.
    Stage,
    /// Of a newer box.
    #[serde(other)]
    Other,
}

impl ObstacleKind {
    /// Every kind a box of this version tells.
    pub const ALL: [Self; 8] =
        [Self::NotYet, Self::Missing, Self::Refused, Self::Engine, Self::Disk, Self::Line, Self::Stage, Self::Other];

    /// Its word in addresses and in the keys of sayings.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::NotYet => "not-yet",
            Self::Missing => "missing",
            Self::Refused => "refused",
            Self::Engine => "engine",
            Self::Disk => "disk",
            Self::Line => "line",
            Self::Stage => "stage",
            Self::Other => "other",
        }
    }
}

impl Obstacle {
    /// An obstacle in words.
    #[must_use]
    pub fn new(kind: ObstacleKind, text: &str) -> Self {
        Self { kind, file: None, until: None, text: text.to_owned() }
    }

    /// Complete, and due later.
    #[must_use]
    pub const fn not_yet(until: Instant) -> Self {
        Self { kind: ObstacleKind::NotYet, file: None, until: Some(until), text: String::new() }
    }

    /// It waits for its time and for nothing else.
    #[must_use]
    pub fn is_not_yet(&self) -> bool {
        self.kind == ObstacleKind::NotYet
    }
}

impl From<&Refused> for Obstacle {
    fn from(refused: &Refused) -> Self {
        let trouble = refused.trouble();
        Self { kind: ObstacleKind::Refused, file: trouble.file, until: None, text: refused.to_string() }
    }
}
