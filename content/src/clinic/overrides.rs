//! Overrides: what is different on one date. An override wins over the template; the latest one wins over earlier ones.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::clinic::Half;
use crate::clock::Instant;
use crate::id::{DoctorId, OverrideId};
use crate::text::Text;

/// A change to one doctor's clinics on one date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    /// Its name.
    pub id: OverrideId,
    /// Whose clinic.
    pub doctor: DoctorId,
    /// Which day.
    pub date: Date,
    /// Which half; none is the whole day.
    #[serde(default)]
    pub half: Option<Half>,
    /// What is different.
    pub change: Change,
    /// Why, for people; may be empty.
    #[serde(default)]
    pub reason: Text,
    /// When it was entered.
    pub made_at: Instant,
}

/// What is different.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// 停诊, perhaps with another doctor in the chair (替诊).
    Stopped {
        /// Who sits instead.
        #[serde(default)]
        substitute: Option<DoctorId>,
    },
    /// 改诊: held on another day instead.
    Moved {
        /// The other day.
        to: Date,
    },
    /// 加诊: an additional clinic.
    Added {
        /// In another room than usual.
        #[serde(default)]
        room: Option<String>,
    },
}
