//! Figures: percentiles of what was measured, and what a server used meanwhile.

use std::time::{Duration, Instant};

use super::kernel;
use crate::harness::Outcome;

/// Durations, in order.
#[derive(Debug, Clone, Default)]
pub struct Spread(Vec<Duration>);

impl Spread {
    /// Puts them in order.
    #[must_use]
    pub(crate) fn of(mut all: Vec<Duration>) -> Self {
        all.sort_unstable();
        Self(all)
    }

    /// How many they are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The one that so many of a thousand do not exceed.
    #[must_use]
    pub fn permille(&self, n: usize) -> Duration {
        let place = (self.0.len().saturating_sub(1) * n).div_ceil(1_000);
        self.0.get(place).copied().unwrap_or_default()
    }

    /// `p50 210 ms, p99 390 ms, last 402 ms`.
    #[must_use]
    pub fn words(&self) -> String {
        let ms = |n| self.permille(n).as_secs_f64() * 1_000.0;
        format!("p50 {:.1} ms, p99 {:.1} ms, last {:.1} ms", ms(500), ms(990), ms(1_000))
    }
}

/// What a server uses between two looks.
#[derive(Debug)]
pub(crate) struct Meter {
    pid: Option<u32>,
    ports: Ports,
    since: Instant,
    processor: Duration,
    dropped: u64,
    dropped_at_boxes: u64,
}

/// The sockets that are looked at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ports {
    /// Where the server listens.
    pub(crate) server: Vec<u16>,
    /// Those that thousands of boxes share here; in a hospital every box has its own.
    pub(crate) boxes: Vec<u16>,
}

/// What a server used.
#[derive(Debug, Clone, Copy, Default)]
pub struct Used {
    /// How long it took on the wall.
    pub wall: Duration,
    /// Processor time of the server; none when its process is not known.
    pub processor: Option<Duration>,
    /// Packets lost for want of room in the server's socket.
    pub dropped: u64,
    /// Packets lost for want of room in the sockets that boxes share here.
    pub dropped_at_boxes: u64,
}

impl Meter {
    /// Begins to measure a server's process, and the sockets on some ports.
    ///
    /// # Errors
    /// When the kernel does not tell.
    pub(crate) fn start(pid: Option<u32>, ports: Ports) -> Outcome<Self> {
        let processor = pid.map(kernel::processor_time).transpose()?.unwrap_or_default();
        let dropped = kernel::packets_dropped(&ports.server)?;
        let dropped_at_boxes = kernel::packets_dropped(&ports.boxes)?;
        Ok(Self { pid, ports, since: Instant::now(), processor, dropped, dropped_at_boxes })
    }

    /// What was used since.
    ///
    /// # Errors
    /// When the kernel does not tell.
    pub(crate) fn used(&self) -> Outcome<Used> {
        let now = self.pid.map(kernel::processor_time).transpose()?;
        Ok(Used {
            wall: self.since.elapsed(),
            processor: now.map(|now| now.saturating_sub(self.processor)),
            dropped: kernel::packets_dropped(&self.ports.server)?.saturating_sub(self.dropped),
            dropped_at_boxes: kernel::packets_dropped(&self.ports.boxes)?.saturating_sub(self.dropped_at_boxes),
        })
    }
}

impl Used {
    /// Packets that were lost, and where.
    #[must_use]
    pub fn losses(&self) -> String {
        match self.dropped_at_boxes {
            0 => format!("{} packets dropped", self.dropped),
            boxes => format!("{} packets dropped, and {boxes} at the sockets the boxes share", self.dropped),
        }
    }

    /// Processor time for each of so many, in microseconds.
    #[must_use]
    pub fn micros_each(&self, count: usize) -> f64 {
        let count = f64::from(u32::try_from(count.max(1)).unwrap_or(u32::MAX));
        self.processor.unwrap_or_default().as_secs_f64() * 1e6 / count
    }

    /// The share of one processor, in per cent.
    #[must_use]
    pub fn percent(&self) -> f64 {
        self.processor.unwrap_or_default().as_secs_f64() * 100.0 / self.wall.as_secs_f64().max(1e-3)
    }
}
