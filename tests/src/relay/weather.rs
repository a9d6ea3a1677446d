//! What a network does to packets, and what it has done.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use clap::Args;

/// What happens to packets, in each direction by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct Weather {
    /// Every packet is on its way for so long, in milliseconds
    #[arg(long, default_value_t = 0)]
    pub delay_ms: u64,
    /// And up to so much longer, by chance, in milliseconds
    #[arg(long, default_value_t = 0)]
    pub jitter_ms: u64,
    /// So many packets of a hundred are lost
    #[arg(long, default_value_t = 0)]
    pub loss_percent: u32,
    /// So many packets of a hundred come twice
    #[arg(long, default_value_t = 0)]
    pub double_percent: u32,
    /// So many packets of a hundred come after later ones
    #[arg(long, default_value_t = 0)]
    pub reorder_percent: u32,
    /// No more than so many bytes a second get through; 0 for as many as there are
    #[arg(long, default_value_t = 0)]
    pub bytes_a_sec: u64,
    /// UDP is swallowed, as by a firewall: nothing gets through, and nobody is told
    #[arg(long)]
    pub swallows_udp: bool,
}

impl Weather {
    /// Delay and loss, in each direction.
    #[must_use]
    pub fn lossy(delay_ms: u64, loss_percent: u32) -> Self {
        Self { delay_ms, loss_percent, ..Self::default() }
    }

    /// A firewall that swallows UDP.
    #[must_use]
    pub fn without_udp() -> Self {
        Self { swallows_udp: true, ..Self::default() }
    }

    pub(super) fn delay(&self) -> Duration {
        Duration::from_millis(self.delay_ms)
    }

    pub(super) fn jitter(&self) -> Duration {
        Duration::from_millis(self.jitter_ms)
    }
}

/// What was carried.
#[derive(Debug, Default)]
pub struct Tally {
    passed: AtomicU64,
    lost: AtomicU64,
    addresses: AtomicU64,
}

impl Tally {
    /// UDP packets that got through.
    #[must_use]
    pub fn passed(&self) -> u64 {
        self.passed.load(Ordering::Relaxed)
    }

    /// UDP packets that did not.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// Addresses the server was shown.
    #[must_use]
    pub fn addresses(&self) -> u64 {
        self.addresses.load(Ordering::Relaxed)
    }

    pub(super) fn note_passed(&self) {
        self.passed.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn note_lost(&self) {
        self.lost.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn note_address(&self) {
        self.addresses.fetch_add(1, Ordering::Relaxed);
    }
}
