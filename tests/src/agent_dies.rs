//! The agent dies at a call that was chosen, while plays are written and a programme changes, and starts again: what it had
//! logged is in its log, its programme is there before the server was heard, and every play is counted once.

use std::cell::Cell;
use std::time::Duration;

use anyhow::Context as _;

use crate::harness::{Fault, Hospital, Injected, Outcome, Player, STEP, StripClinic, Ward, until};

/// Where the player's screen hangs, and the department whose clinics its strip shows.
const SCREEN: &str = "Z04-1";
const DEPARTMENT: &str = "03.07";
/// What the stage waits between two words, in seconds.
const PACE: &str = "0.1";
/// How long anything may take on a busy machine.
const SOON: Duration = Duration::from_mins(1);
/// Plays that end while a programme changes, at the least: one path of the log from its first write to its last.
const PLAYS: u64 = 2;

/// An agent with its server, a screen and something to write.
pub struct Patient {
    ward: Ward,
    player: Player,
    clinic: StripClinic,
    is_cancelled: Cell<bool>,
    /// The most plays it was ever seen to hold.
    logged: u64,
}

impl Patient {
    /// A box that plays.
    ///
    /// # Errors
    /// When server or player do not start.
    pub fn admitted() -> Outcome<Self> {
        let ward = Ward::in_hospital(Hospital::demo_at("127.0.0.1:0")?)?;
        let clinic = ward.clinic_on_the_strip(DEPARTMENT)?;
        let player = Player::blind_at_rest(&ward.hospital, "box", ward.hospital.link()?, None)?;
        let player = player.with(STEP, PACE).awake()?;
        ward.pair(&player.code()?, SCREEN)?;
        let mut patient = Self { ward, player, clinic, is_cancelled: Cell::new(false), logged: 0 };
        until("a programme and a first play", 2 * SOON, || {
            let status = patient.player.status()?;
            Ok(status.manifest_version > 0 && status.fetch_left_bytes == 0 && status.plays_logged > 0)
        })?;
        patient.look()?;
        Ok(patient)
    }

    /// Has it meet the `nth` call of one kind of any of its threads; tells whether it died there. It starts again.
    ///
    /// # Errors
    /// When a play it held is gone, or it wakes up without its programme.
    pub fn meet(&mut self, call: &str, nth: u32) -> Outcome<bool> {
        self.look()?;
        let before = self.player.status()?;
        let pid = self.player.pid().context("no agent runs")?;
        let injected = Injected::into(pid, call, Fault::Kill { nth })?;
        self.change()?;
        let mut has_died = false;
        until("the call at which the agent dies, or a programme and plays without it", SOON, || {
            has_died = self.player.has_died()?;
            // It may die before it answers.
            let Ok(now) = self.player.status() else { return Ok(has_died) };
            let is_through = now.manifest_version > before.manifest_version
                && now.fetch_left_bytes == 0
                && now.plays_logged >= before.plays_logged + PLAYS;
            Ok(has_died || is_through)
        })?;
        drop(injected);
        // It may have met the call in the very moment in which everything else was done.
        until("the agent to answer, or to have died", SOON, || {
            has_died |= self.player.has_died()?;
            Ok(has_died || self.player.status().is_ok())
        })?;
        if has_died {
            self.player.wake()?;
            self.wakes_up(before.manifest_version)?;
        }
        self.look()?;
        Ok(has_died)
    }

    /// The first thing a woken agent says is that it has a programme, and all plays it was ever seen to hold.
    fn wakes_up(&mut self, version: u64) -> Outcome<()> {
        let mut first = None;
        until("the agent to answer", SOON, || {
            first = self.player.status().ok();
            Ok(first.is_some())
        })?;
        let first = first.context("no answer")?;
        anyhow::ensure!(
            first.manifest_version >= version,
            "woken with manifest {} of {version}",
            first.manifest_version
        );
        until("the log to be read", SOON, || Ok(self.player.status()?.plays_logged >= self.logged))
            .with_context(|| format!("it held {} plays", self.logged))?;
        let last = self.player.status()?.plays_logged;
        until("a play more", SOON, || Ok(self.player.status()?.plays_logged > last)).map(drop)
    }

    fn look(&mut self) -> Outcome<()> {
        let logged = self.player.status()?.plays_logged;
        anyhow::ensure!(logged >= self.logged, "{} plays were in the log, and now {logged}", self.logged);
        self.logged = logged;
        Ok(())
    }

    /// A clinic is cancelled, or held after all: a programme for the box.
    fn change(&self) -> Outcome<()> {
        if self.is_cancelled.replace(!self.is_cancelled.get()) {
            self.ward.withdraw(&self.clinic)
        } else {
            self.ward.stop_clinic(&self.clinic)
        }
    }

    /// Plays no more, and holds log, report and evidence against each other; tells how many plays there were.
    ///
    /// # Errors
    /// When they do not agree, or any planned moment was played twice.
    pub fn discharged(self) -> Outcome<u64> {
        self.player.rest()?;
        self.ward.counts_every_play_once(&self.player, SCREEN)?;
        let plays = self.player.status()?.plays_logged;
        self.ward.hospital.verify_evidence(plays)?;
        let mut moments = self.ward.hospital.planned_moments()?;
        moments.sort_unstable();
        let all = moments.len();
        moments.dedup();
        anyhow::ensure!(moments.len() == all, "{} of {all} plays are there twice", all - moments.len());
        anyhow::ensure!(u64::try_from(all)? == plays, "{plays} plays were logged, and the evidence holds {all}");
        Ok(plays)
    }
}
