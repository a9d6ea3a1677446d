//! What a run found out, printed phase by phase and kept for a test to judge.

use std::fmt;

use super::figures::{Spread, Used};

/// What a run found out.
#[derive(Debug, Default)]
pub struct Report {
    /// Players that were asked for.
    pub players: usize,
    /// Memory of the server before anybody came, in KiB.
    pub before_kib: u64,
    /// Everybody came, with the manifest in hand.
    pub storm: Option<Phase>,
    /// Memory of the server for each box once all are there, in KiB.
    pub idle_kib_each: f64,
    /// Nobody said anything.
    pub idle: Option<Phase>,
    /// Answers to the question what time it is, meanwhile.
    pub times_told: usize,
    /// Everybody beat.
    pub beating: Option<Phase>,
    /// Every zone was told something new, time after time.
    pub pushes: Vec<Push>,
    /// Memory of the server for each box after that, in KiB.
    pub pushed_kib_each: f64,
    /// Plays were sent.
    pub plays: Option<Plays>,
    /// All hung up, the server was killed and started again, and everybody came back at once.
    pub again: Option<Phase>,
    /// The server was killed in the middle of plays and started again; nobody hung up.
    pub fallen: Option<Phase>,
    /// Plays that were acknowledged in all.
    pub acknowledged: u64,
    /// Plays in the server's own report at the end; none where nobody may ask.
    pub counted: Option<u64>,
    /// The newest manifest that anybody was told.
    pub newest_version: u64,
    /// What hostile boxes did, and how often that ended with the door.
    pub misdeeds: (usize, usize),
    /// Signatures that were wrong.
    pub forged: usize,
    /// Links that broke without being hung up.
    pub broken: usize,
}

/// One phase.
#[derive(Debug, Default)]
pub struct Phase {
    /// What the server used.
    pub used: Used,
    /// How long each player waited.
    pub waits: Spread,
    /// The oldest manifest that any of them came with.
    pub oldest_version: u64,
    /// Tries that failed and were made again.
    pub failed: usize,
    /// Why the last of them failed.
    pub last_failure: String,
}

/// One push to everybody.
#[derive(Debug, Default)]
pub struct Push {
    /// What the server used from the first receipt on.
    pub used: Used,
    /// From the commit to each player's receipt, checked.
    pub receipts: Spread,
    /// From the click in the console to the last receipt, in milliseconds.
    pub from_click_ms: u128,
    /// Size of a manifest, in bytes.
    pub size_bytes: usize,
    /// The commit is known; else it is the moment the manifest was signed.
    pub is_commit_known: bool,
}

/// Plays sent and counted.
#[derive(Debug, Default)]
pub struct Plays {
    /// What the server used.
    pub used: Used,
    /// From sending to acknowledgement.
    pub acks: Spread,
    /// Plays that were acknowledged.
    pub acknowledged: u64,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (used, count) = (self.used, self.waits.count());
        if count > 0 {
            write!(f, "{count} in {:.2} s; {}; ", used.wall.as_secs_f64(), self.waits.words())?;
            write!(f, "server {:.0} µs each; ", used.micros_each(count))?;
        }
        write!(f, "server {:.1} % of a core; {}", used.percent(), used.losses())?;
        if self.failed > 0 {
            write!(f, "; {} tries failed, the last: {}", self.failed, self.last_failure)?;
        }
        Ok(())
    }
}

impl fmt::Display for Push {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let since = if self.is_commit_known { "commit" } else { "signing" };
        write!(f, "{} × {} bytes; from {since}: {}; ", self.receipts.count(), self.size_bytes, self.receipts.words())?;
        write!(f, "from the click {} ms; ", self.from_click_ms)?;
        let each = self.used.micros_each(self.receipts.count());
        write!(f, "server {each:.1} µs each; {}", self.used.losses())
    }
}

impl fmt::Display for Plays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (secs, batches) = (self.used.wall.as_secs_f64().max(1e-3), self.acks.count());
        let each_sec = f64::from(u32::try_from(self.acknowledged).unwrap_or(u32::MAX)) / secs;
        write!(f, "{} in {batches} batches in {secs:.2} s: {each_sec:.0} plays/s; ", self.acknowledged)?;
        write!(f, "ack {}; server {:.0} µs a batch", self.acks.words(), self.used.micros_each(batches))
    }
}
