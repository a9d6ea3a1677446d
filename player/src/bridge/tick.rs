//! Ticks: the machine's clock that never jumps, which both processes read alike. Whoever sets the wall clock moves nothing here.

use std::time::Instant;

/// Microseconds of that clock; from where on they count means nothing.
pub fn now_us() -> i64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    now.tv_sec.saturating_mul(1_000_000).saturating_add(now.tv_nsec / 1_000)
}

/// The tick of a moment that is not long ago, or near.
pub fn of(moment: Instant) -> i64 {
    let now = Instant::now();
    let us = |span: std::time::Duration| i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
    now_us() - us(now.saturating_duration_since(moment)) + us(moment.saturating_duration_since(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_and_moments_are_the_same_clock() {
        let (before, moment) = (now_us(), Instant::now());
        let after = now_us();
        assert!((before - 50..=after + 50).contains(&of(moment)));
        assert!(now_us() >= after);
    }
}
