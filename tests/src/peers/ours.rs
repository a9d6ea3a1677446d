//! Our side of the comparison: our server, and the fleet's players over QUIC.

use super::orders::Told;
use super::peer::{Side, Taken};
use crate::fleet::figures::{Meter, Used};
use crate::fleet::phases::Run;
use crate::fleet::{Arguments, Network};
use crate::harness::Outcome;

/// Our server and its players.
pub(super) struct Ours<'a> {
    run: Run<'a>,
    pid: u32,
    pushes: usize,
}

/// A peer's clients check no signature at all; of ours each checks one manifest in so many, so that a wrong one is noticed.
const CHECK_ONE_IN: u64 = 64;

/// What the fleet is asked for: as many dialling as a peer has, and no answer that a peer's clients do not give either.
pub(super) fn fleet_arguments(players: u32, dialling: usize, seconds: u64) -> Arguments {
    Arguments { dialling, seconds, silent: true, check_one_in: CHECK_ONE_IN, ..Arguments::small(players, &[]) }
}

impl<'a> Ours<'a> {
    /// Has the players of a network ready.
    ///
    /// # Errors
    /// When they cannot be.
    pub(super) fn start(arguments: &'a Arguments, network: &'a mut Network) -> Outcome<Self> {
        let pid = network.pid.ok_or_else(|| anyhow::anyhow!("a server without a process"))?;
        Ok(Self { run: Run::start(arguments, network)?, pid, pushes: 0 })
    }

    /// Begins to measure the server and the sockets of both sides.
    ///
    /// # Errors
    /// When the kernel does not tell.
    pub(super) fn meter(&self) -> Outcome<Meter> {
        self.run.meter()
    }
}

impl Side for Ours<'_> {
    fn name(&self) -> String {
        format!("anteroom {}", env!("CARGO_PKG_VERSION"))
    }

    fn pid(&self) -> u32 {
        self.pid
    }

    fn dial(&mut self, from: usize, count: usize) -> Outcome<Taken> {
        let phase = self.run.dial(from..from + count)?;
        let mut told = Told::of(&phase.waits, phase.used.wall);
        (told.failed, told.last_failure) = (phase.failed, phase.last_failure);
        Ok(Taken { used: phase.used, whole: phase.used, told, size_bytes: 0 })
    }

    fn push(&mut self, _size_bytes: usize) -> Outcome<Taken> {
        let meter = self.run.meter()?;
        let push = self.run.push(self.pushes)?;
        self.pushes += 1;
        let whole: Used = meter.used()?;
        let told = Told::of(&push.receipts, push.receipts.permille(1_000));
        Ok(Taken { used: push.used, whole, told, size_bytes: push.size_bytes })
    }
}
