//! Who may begin a handshake now: so many a second, so many half-open, and above that only callers who have shown that they
//! are where they say.

use std::time::Instant as Tick;

use anteroom_content::wire::time::{TimeAsked, TimeTold, from_datagram, to_datagram};

use super::limits::{HALF_OPEN_MAX, HANDSHAKES_A_SEC, HANDSHAKES_AT_ONCE, LINKS_MAX, RETRY_ABOVE};
use super::time::NetworkTime;
use crate::quic::{Caller, Doorkeeper, Verdict};

/// The doorkeeper, who also has the clock at the door.
#[derive(Debug)]
pub(super) struct Admission {
    bucket: Bucket,
    time: NetworkTime,
}

impl Admission {
    pub(super) fn new(time: NetworkTime) -> Self {
        Self { bucket: Bucket::full(HANDSHAKES_AT_ONCE, HANDSHAKES_A_SEC, Tick::now()), time }
    }
}

impl Doorkeeper for Admission {
    fn judge(&mut self, caller: &Caller) -> Verdict {
        if caller.half_open >= RETRY_ABOVE && !caller.is_proven && caller.may_prove {
            return Verdict::Retry;
        }
        let is_room = caller.half_open < HALF_OPEN_MAX && caller.open < LINKS_MAX;
        if is_room && self.bucket.take(Tick::now()) { Verdict::Accept } else { Verdict::Refuse }
    }

    fn answer(&mut self, datagram: &[u8], heard_at: Tick) -> Option<Vec<u8>> {
        let TimeAsked { tick_us } = from_datagram(datagram)?;
        let (heard_us, told_us) = (self.time.at(heard_at), self.time.now());
        Some(to_datagram(&TimeTold { tick_us, heard_us, told_us: told_us.max(heard_us) }))
    }
}

/// A bucket that fills steadily, and is emptied by the spoonful.
#[derive(Debug)]
pub(super) struct Bucket {
    /// Spoonfuls it holds.
    at_once: u32,
    /// Spoonfuls that fall in a second.
    a_sec: u32,
    /// Spoonfuls in it, in millionths: what falls in between two callers is less than one.
    millionths: u64,
    filled_at: Tick,
}

/// Millionths of a spoonful.
const SPOONFUL: u64 = 1_000_000;

impl Bucket {
    /// Full to the brim.
    pub(super) fn full(at_once: u32, a_sec: u32, now: Tick) -> Self {
        Self { at_once, a_sec, millionths: u64::from(at_once) * SPOONFUL, filled_at: now }
    }

    /// Takes a spoonful, if there is one.
    pub(super) fn take(&mut self, now: Tick) -> bool {
        let micros = u64::try_from(now.saturating_duration_since(self.filled_at).as_micros()).unwrap_or(u64::MAX);
        self.filled_at = now;
        let fallen_in = micros.saturating_mul(u64::from(self.a_sec));
        self.millionths = self.millionths.saturating_add(fallen_in).min(u64::from(self.at_once) * SPOONFUL);
        let is_there = self.millionths >= SPOONFUL;
        self.millionths -= if is_there { SPOONFUL } else { 0 };
        is_there
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_storm_is_let_in_at_once_up_to_the_brim_and_then_steadily() {
        let begin = Tick::now();
        let mut bucket = Bucket::full(HANDSHAKES_AT_ONCE, HANDSHAKES_A_SEC, begin);
        let taken = |bucket: &mut Bucket, at: Tick| (0..10_000).filter(|_| bucket.take(at)).count();
        assert_eq!(taken(&mut bucket, begin), 1_000);
        assert_eq!(taken(&mut bucket, begin + Duration::from_millis(100)), 250);
        assert_eq!(taken(&mut bucket, begin + Duration::from_millis(100)), 0);
        assert_eq!(taken(&mut bucket, begin + Duration::from_hours(1)), 1_000, "no more than the brim");
    }
}
