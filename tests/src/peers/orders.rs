//! What the comparison tells a crowd, and what the crowd tells in return: a line of JSON each.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::fleet::figures::Spread;

/// What a crowd is told to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Order {
    /// So many clients, from the `from`th on, dial and subscribe.
    Dial {
        /// The first.
        from: usize,
        /// How many.
        count: usize,
    },
    /// Everybody is sent a message of so many bytes.
    Push {
        /// How many bytes.
        size_bytes: usize,
    },
}

/// What came of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Told {
    /// How long it took until the last one, in microseconds.
    pub(super) wall_us: u64,
    /// How many connected, or heard.
    pub(super) count: usize,
    /// What half of them did not exceed, in microseconds.
    pub(super) p50_us: u64,
    /// What 99 of 100 did not exceed, in microseconds.
    pub(super) p99_us: u64,
    /// The longest, in microseconds.
    pub(super) last_us: u64,
    /// Tries that failed and were made again.
    pub(super) failed: usize,
    /// Why the last of them failed.
    pub(super) last_failure: String,
    /// Connections that broke so far.
    pub(super) broken: usize,
    /// Signatures that were wrong so far.
    pub(super) forged: usize,
}

impl Told {
    /// From how long each took.
    pub(super) fn of(waits: &Spread, wall: Duration) -> Self {
        let us = |n| micros(waits.permille(n));
        Self {
            wall_us: micros(wall),
            count: waits.count(),
            p50_us: us(500),
            p99_us: us(990),
            last_us: us(1_000),
            ..Self::default()
        }
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_and_its_answer_are_one_line_each() {
        let order = serde_json::to_string(&Order::Dial { from: 3, count: 4 }).expect("written");
        assert!(!order.contains('\n'));
        assert!(matches!(serde_json::from_str(&order), Ok(Order::Dial { from: 3, count: 4 })));
        let told = Told::of(&Spread::of([3, 1, 2].map(Duration::from_micros).to_vec()), Duration::from_millis(1));
        assert_eq!((told.count, told.p50_us, told.p99_us, told.last_us, told.wall_us), (3, 2, 3, 3, 1_000));
    }
}
