//! The server dies while plays are on their way, at a moment nobody chose or at a call that was chosen, and starts again:
//! after each time every play is counted once.

use std::time::Duration;

use anyhow::Context as _;

use super::phases::Run;
use super::player::Order;
use crate::harness::{Fault, Injected, Outcome, until};

/// How often players beat, so that they notice soon that nobody is there.
const BEAT: Duration = Duration::from_secs(1);
/// The longest the server goes on after the share of plays that was drawn is acknowledged, in microseconds.
const GOES_ON_US: u32 = 30_000;
/// How long a server may take to meet the call at which it is to die, or to be done without it.
const CALL_LIMIT: Duration = Duration::from_mins(1);

/// What a round with a chosen call came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met {
    /// The server died there, and started again.
    Died,
    /// Everything was acknowledged before it came to that call.
    Never,
}

impl Run<'_> {
    /// Everybody comes.
    ///
    /// # Errors
    /// When they are not all there in time.
    pub fn come(&mut self) -> Outcome<()> {
        self.dial(0..self.players())?;
        self.stay_awake()
    }

    /// Everybody beats.
    ///
    /// # Errors
    /// When a player does not do what it is told.
    pub(super) fn stay_awake(&self) -> Outcome<()> {
        self.order(self.players(), &Order::Beat(BEAT))
    }

    /// Kills the server at a moment nobody chose while plays are sent, and starts it again.
    ///
    /// # Errors
    /// When a play is lost or counted twice, or somebody does not come back.
    pub fn kill_once(&mut self) -> Outcome<()> {
        let (writers, batches) = self.write()?;
        let drawn = chance()?;
        let share = usize::try_from(drawn >> 16)? % batches.max(1);
        self.let_send(writers);
        self.until("some plays to be acknowledged", |facts| facts.acks.len() >= share)?;
        std::thread::park_timeout(Duration::from_micros(u64::from(drawn % GOES_ON_US)));
        anyhow::ensure!(self.network().restart()?, "the server is not ours to kill");
        self.settle(batches)
    }

    /// Lets the server meet a fault at the `nth` call of one kind from now on, while plays are sent; starts it again where
    /// it died.
    ///
    /// # Errors
    /// When a play is lost or counted twice, or somebody does not come back.
    pub fn meet(&mut self, call: &str, nth: u32) -> Outcome<Met> {
        let (writers, batches) = self.write()?;
        let pid = self.network().pid.context("the server is not ours")?;
        let injected = Injected::into(pid, call, Fault::Kill { nth })?;
        self.let_send(writers);
        let mut met = Met::Never;
        until("the call at which the server dies, or all plays to be acknowledged", CALL_LIMIT, || {
            if self.network().has_ended()? {
                met = Met::Died;
            }
            Ok(met == Met::Died || self.facts().acks.len() >= batches)
        })?;
        drop(injected);
        if met == Met::Died {
            self.network().restart()?;
        }
        self.settle(batches)?;
        Ok(met)
    }

    /// Lets every call of one kind fail, and sees that nothing is acknowledged; then lets them be, and sees that everything is.
    ///
    /// # Errors
    /// When a play is acknowledged that is not on the disk, lost or counted twice.
    pub fn meet_errors(&mut self, call: &str) -> Outcome<()> {
        let (writers, batches) = self.write()?;
        let pid = self.network().pid.context("the server is not ours")?;
        let broken = self.facts().broken;
        let injected = Injected::into(pid, call, Fault::Eio)?;
        self.let_send(writers);
        self.until("everybody to be refused", |facts| facts.broken >= broken + writers)?;
        let acked = self.facts().acks.len();
        anyhow::ensure!(acked == 0, "{acked} batches were acknowledged, and none was on the disk");
        drop(injected);
        self.settle(batches)
    }

    /// Waits until everything is acknowledged, and holds the server's own report against it.
    fn settle(&mut self, batches: usize) -> Outcome<()> {
        self.until("every play to be acknowledged", |facts| facts.acks.len() >= batches)?;
        let acks = std::mem::take(&mut self.facts().acks);
        let acknowledged = self.acknowledge(acks.iter().map(|(_, plays)| plays).sum());
        let counted = self.network().plays_counted()?;
        anyhow::ensure!(counted == acknowledged, "{acknowledged} plays were acknowledged, and {counted} are counted");
        Ok(())
    }
}

fn chance() -> Outcome<u32> {
    let mut drawn = [0; 4];
    getrandom::fill(&mut drawn).map_err(|error| anyhow::anyhow!("no chance to be had: {error}"))?;
    Ok(u32::from_le_bytes(drawn))
}
