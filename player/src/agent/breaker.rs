//! The breaker of crash loops: a stage that falls again and again gets the card that is compiled in, and nothing else that could be the
//! reason; after a rest the programme is tried again, and after every relapse the rest is longer.

use std::collections::VecDeque;
use std::time::{Duration, Instant as Tick};

use super::limits::{SAFE_FALLS, SAFE_REST_BASE, SAFE_REST_CAP, SAFE_WINDOW};

/// Counts falls, and says when enough is enough.
#[derive(Debug)]
pub struct Breaker {
    falls: VecDeque<Tick>,
    /// Until when the card stands.
    safe_until: Option<Tick>,
    /// How long it will stand the next time.
    rest: Duration,
    /// Since when the programme is on trial.
    tried: Option<Tick>,
}

impl Breaker {
    /// Nothing has fallen yet.
    pub const fn new() -> Self {
        Self { falls: VecDeque::new(), safe_until: None, rest: SAFE_REST_BASE, tried: None }
    }

    /// The stage fell; how long the card stands, when that begins now.
    pub fn fell(&mut self, now: Tick) -> Option<Duration> {
        if self.is_safe() {
            // The card falls, too: not the programme is the reason but the display, and nothing is gained by keeping it back.
            *self = Self::new();
            return None;
        }
        self.falls.push_back(now);
        self.falls.retain(|fall| now.duration_since(*fall) < SAFE_WINDOW);
        if self.tried.take().is_none() && self.falls.len() < SAFE_FALLS {
            return None;
        }
        let rest = self.rest;
        self.rest = (rest * 2).min(SAFE_REST_CAP);
        self.falls.clear();
        self.safe_until = Some(now + rest);
        Some(rest)
    }

    /// Something is different now that may have been the reason.
    pub fn hope(&mut self, now: Tick) {
        self.safe_until = self.safe_until.map(|until| until.min(now));
    }

    /// Looks at the time; says whether the programme is to be tried again now.
    pub fn look(&mut self, now: Tick) -> bool {
        if self.tried.is_some_and(|tried| now.duration_since(tried) >= SAFE_WINDOW) {
            (self.tried, self.rest) = (None, SAFE_REST_BASE);
        }
        let is_over = self.safe_until.is_some_and(|until| until <= now);
        if is_over {
            (self.safe_until, self.tried) = (None, Some(now));
        }
        is_over
    }

    /// The card stands.
    pub const fn is_safe(&self) -> bool {
        self.safe_until.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_stage_that_falls_now_and_then_keeps_its_programme() {
        let (mut breaker, mut now) = (Breaker::new(), Tick::now());
        for _ in 0..100 {
            now += SAFE_WINDOW / u32::try_from(SAFE_FALLS - 1).unwrap();
            assert_eq!(breaker.fell(now), None);
            assert!(!breaker.look(now) && !breaker.is_safe());
        }
    }

    #[test]
    fn one_that_falls_again_and_again_gets_the_card_for_longer_and_longer() {
        let (mut breaker, mut now) = (Breaker::new(), Tick::now());
        let falls: Vec<_> = (0..SAFE_FALLS).map(|_| breaker.fell(now)).collect();
        assert_eq!(falls.last().unwrap(), &Some(SAFE_REST_BASE));
        assert!(falls.iter().rev().skip(1).all(Option::is_none));
        let mut rest = SAFE_REST_BASE;
        for _ in 0..12 {
            assert!(breaker.is_safe() && !breaker.look(now + rest / 2));
            now += rest;
            assert!(breaker.look(now) && !breaker.is_safe(), "the programme is tried");
            now += SECOND;
            rest = (rest * 2).min(SAFE_REST_CAP);
            assert_eq!(breaker.fell(now), Some(rest), "one fall is a relapse");
        }
        assert_eq!(rest, SAFE_REST_CAP);
        // A trial that goes well for long enough was no relapse, and all begins anew.
        now += rest;
        assert!(breaker.look(now));
        now += SAFE_WINDOW;
        assert!(!breaker.look(now));
        let falls: Vec<_> = (0..SAFE_FALLS).map(|_| breaker.fell(now)).collect();
        assert_eq!(falls.last().unwrap(), &Some(SAFE_REST_BASE));
    }

    #[test]
    fn a_display_that_is_away_keeps_no_programme_back() {
        let (mut breaker, now) = (Breaker::new(), Tick::now());
        for _ in 0..10 {
            let falls: Vec<_> = (0..SAFE_FALLS).map(|_| breaker.fell(now)).collect();
            assert_eq!(falls.last().unwrap(), &Some(SAFE_REST_BASE), "never for longer");
            assert_eq!(breaker.fell(now), None);
            assert!(!breaker.is_safe(), "the card fell over it, too");
        }
    }

    #[test]
    fn a_new_programme_is_tried_at_once() {
        let (mut breaker, now) = (Breaker::new(), Tick::now());
        breaker.hope(now);
        assert!(!breaker.look(now), "nothing had fallen");
        while breaker.fell(now).is_none() {}
        breaker.hope(now + SECOND);
        assert!(breaker.look(now + SECOND) && !breaker.is_safe());
    }
}
