//! The stage's clock: the machine's wall clock, read once and carried on by the clock that never jumps, plus what the
//! agent says is missing.

use std::time::Instant as Moment;

use anteroom_content::clock::{Clock, Instant, System};
use bevy::prelude::Resource;

/// The disciplined clock.
#[derive(Debug, Clone, Copy, Resource)]
pub(super) struct Clockwork {
    wall: Instant,
    read_at: Moment,
    offset_ms: i64,
}

impl Clockwork {
    pub(super) fn new(clock: System) -> Self {
        Self { wall: clock.now(), read_at: Moment::now(), offset_ms: 0 }
    }

    /// Reads the wall clock anew and takes over what it lacks.
    pub(super) fn discipline(&mut self, clock: System, offset_ms: i64) {
        *self = Self { offset_ms, ..Self::new(clock) };
    }

    /// The disciplined time now.
    pub(super) fn now(&self) -> Instant {
        self.at(Moment::now())
    }

    /// The disciplined time at a moment of the clock that never jumps.
    pub(super) fn at(&self, moment: Moment) -> Instant {
        let later = moment.saturating_duration_since(self.read_at).as_millis();
        let earlier = self.read_at.saturating_duration_since(moment).as_millis();
        let passed_ms = i64::try_from(later).unwrap_or(i64::MAX) - i64::try_from(earlier).unwrap_or(i64::MAX);
        self.wall.plus_ms(passed_ms).plus_ms(self.offset_ms)
    }
}
