//! Levels: which rule wins. Only rules of the highest level on the air are heard; equals share it in turn.

use serde::{Deserialize, Serialize};

use crate::text::Text;

/// How urgent a rule is, lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Shown when nothing else is.
    Fallback,
    /// What a zone shows on an ordinary day.
    Base,
    /// A planned change to it.
    Regular,
    /// A planned change that goes before others.
    Priority,
    /// 插播: cuts in.
    Insert,
    /// An alert: takes the screen over.
    Alert,
}

impl Level {
    /// The levels an editor may choose; alerts are raised by another door.
    pub const EDITABLE: [Self; 5] = [Self::Fallback, Self::Base, Self::Regular, Self::Priority, Self::Insert];

    /// Its name for people.
    #[must_use]
    pub fn name(self) -> Text {
        match self {
            Self::Fallback => Text::new("垫底", "Fallback"),
            Self::Base => Text::new("默认", "Base"),
            Self::Regular => Text::new("常规", "Regular"),
            Self::Priority => Text::new("优先", "Priority"),
            Self::Insert => Text::new("插播", "Insert"),
            Self::Alert => Text::new("紧急", "Alert"),
        }
    }
}
