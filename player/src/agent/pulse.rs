//! The pulse: whether the stage does what it should, or the supervisor does what it should about it. While it beats, systemd is
//! given signs of life; when it stops, somebody hangs of whom nobody else takes notice, and systemd starts the agent anew.

use std::time::{Duration, Instant as Tick};

use super::limits::{FALL_WAIT_CAP, FRAMES_STILL_MAX, STAGE_LEAVE, STAGE_RECKONED, STAGE_START_MAX};

/// Until when all is well as it is.
#[derive(Debug)]
pub struct Pulse {
    until: Tick,
    frames: u64,
}

impl Pulse {
    /// The first stage is about to be started.
    pub fn new(now: Tick) -> Self {
        Self { until: now + FALL_WAIT_CAP + STAGE_RECKONED, frames: 0 }
    }

    /// A stage was started: it presents something, or it falls.
    pub fn stage_started(&mut self, now: Tick) {
        self.frames = 0;
        self.expect(now, STAGE_START_MAX);
    }

    /// The stage presented so many frames since it was started: more follow, or it falls.
    pub fn frames(&mut self, count: u64, now: Tick) {
        if count > self.frames {
            self.frames = count;
            self.expect(now, FRAMES_STILL_MAX);
        }
    }

    /// The display is dark because that is wanted: nobody need present anything.
    pub fn dark(&mut self, now: Tick) {
        self.expect(now, FRAMES_STILL_MAX);
    }

    /// The stage fell: it is started again.
    pub fn stage_fell(&mut self, now: Tick) {
        self.expect(now, FALL_WAIT_CAP);
    }

    /// Somebody is at work.
    pub fn beats(&self, now: Tick) -> bool {
        now <= self.until
    }

    fn expect(&mut self, now: Tick, within: Duration) {
        self.until = now + within + STAGE_LEAVE + STAGE_RECKONED;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn it_beats_while_frames_move_and_while_the_stage_is_started_again_and_stops_with_a_supervisor_that_hangs() {
        let mut now = Tick::now();
        let mut pulse = Pulse::new(now);
        pulse.stage_started(now);
        assert!(pulse.beats(now + STAGE_START_MAX), "a software renderer may take its time");
        assert!(!pulse.beats(now + STAGE_START_MAX + 10 * SECOND), "and then it should have been ended");
        for count in 1..100 {
            now += SECOND;
            pulse.frames(count, now);
            assert!(pulse.beats(now));
        }
        pulse.frames(99, now + 8 * SECOND);
        assert!(pulse.beats(now + FRAMES_STILL_MAX), "the supervisor has not yet had its turn");
        assert!(!pulse.beats(now + 10 * SECOND), "the same count is no frame");
        // A stage that is started again and again is none of systemd's business: a new agent would do no better.
        for _ in 0..100 {
            now += FRAMES_STILL_MAX;
            pulse.stage_fell(now);
            now += FALL_WAIT_CAP;
            assert!(pulse.beats(now));
            pulse.stage_started(now);
            pulse.frames(1, now);
        }
        pulse.stage_fell(now);
        assert!(!pulse.beats(now + FALL_WAIT_CAP + 10 * SECOND), "nobody starts it again");
    }
}
