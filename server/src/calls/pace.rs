//! How often somebody may ask: a bucket for each that fills with time, so that a burst is taken and a flood is not.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use anteroom_content::clock::Instant;
use anteroom_content::id::SiteId;

/// Buckets remembered at once; when there are more, those that are full again are forgotten, and else everybody new waits.
const REMEMBERED_MAX: usize = 10_000;

/// Buckets of one sort.
#[derive(Debug)]
pub struct Pace<K> {
    /// So many at once.
    burst: i64,
    /// And then one in so many milliseconds.
    every_ms: i64,
    /// Milliseconds that each has used up, as of an instant.
    used: Mutex<HashMap<K, (i64, Instant)>>,
}

impl<K: Eq + Hash> Pace<K> {
    /// So many at once, then one in so many milliseconds.
    #[must_use]
    pub fn new(burst: i64, every_ms: i64) -> Self {
        Self { burst, every_ms, used: Mutex::default() }
    }

    /// Takes one; false where there is none left at `now`.
    pub fn takes(&self, key: K, now: Instant) -> bool {
        // A poisoned lock only says that a thread ended while it held it; the counts are whole.
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let left = |(ms, at): (i64, Instant)| (ms - now.ms_since(at).max(0)).max(0);
        if used.len() >= REMEMBERED_MAX && !used.contains_key(&key) {
            used.retain(|_, one| left(*one) > 0);
            if used.len() >= REMEMBERED_MAX {
                return false;
            }
        }
        let ms = used.get(&key).copied().map_or(0, left);
        let is_free = ms + self.every_ms <= self.burst * self.every_ms;
        if is_free {
            used.insert(key, (ms + self.every_ms, now));
        }
        is_free
    }
}

/// The paces at which calls may come.
#[derive(Debug)]
pub struct Paces {
    /// Of each site: a large hospital calls some three patients a second at eight in the morning.
    pub sites: Pace<SiteId>,
    /// Of wrong keys from each address: whoever mistyped one notices soon.
    pub strangers: Pace<IpAddr>,
}

impl Default for Paces {
    fn default() -> Self {
        Self { sites: Pace::new(40, 100), strangers: Pace::new(10, 6_000) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_taken_then_one_as_time_passes_and_others_are_not_held_up() {
        let pace = Pace::new(3, 1_000);
        let taken = |key: &'static str, ms| pace.takes(key, Instant(ms));
        assert_eq!([taken("a", 0), taken("a", 0), taken("a", 0), taken("a", 0)], [true, true, true, false]);
        assert!(taken("b", 0));
        assert!(!taken("a", 999) && taken("a", 1_000) && !taken("a", 1_000));
        assert!(!taken("a", 500), "a clock that goes back gives nothing away");
        assert_eq!((0..9).filter(|_| taken("a", 60_000)).count(), 3, "it never holds more than a burst");
    }
}
