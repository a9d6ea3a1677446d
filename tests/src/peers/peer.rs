//! One side of the comparison: what it is told, and what it cost. A peer's clients are a crowd in a process of its own.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use anyhow::Context as _;
use clap::ValueEnum as _;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::crowd::{DIAL_LIMIT, PUSH_LIMIT};
use super::orders::{Order, Told};
use super::program::{Program, Running};
use super::tongue::Tongue;
use crate::fleet::figures::{Meter, Ports, Used};
use crate::harness::Outcome;

/// How long a crowd may take to make its certificates.
const GATHER_LIMIT: Duration = Duration::from_secs(90);
/// How much longer than its own limits a crowd may take to answer.
const GRACE: Duration = Duration::from_secs(10);
/// Quiet before a phase is measured, so that answers to the one before are not counted in it.
pub(super) const SETTLE: Duration = Duration::from_secs(2);

/// A server with its clients.
pub(super) trait Side {
    /// What it is called.
    fn name(&self) -> String;
    /// The server's process.
    fn pid(&self) -> u32;
    /// So many clients, from the `from`th on, connect until messages can come.
    fn dial(&mut self, from: usize, count: usize) -> Outcome<Taken>;
    /// Everybody is sent one message.
    fn push(&mut self, size_bytes: usize) -> Outcome<Taken>;
}

/// What a phase cost.
#[derive(Debug, Clone, Default)]
pub(super) struct Taken {
    /// What the server used, from the first delivery on where that is known, and packets dropped.
    pub(super) used: Used,
    /// What it used in all, its own work before the first delivery included.
    pub(super) whole: Used,
    /// What the clients tell.
    pub(super) told: Told,
    /// Size of the message, in bytes.
    pub(super) size_bytes: usize,
}

/// A peer.
pub(super) struct Peer {
    program: Program,
    version: String,
    running: Running,
    crowd: Crowd,
}

struct Crowd {
    child: Child,
    orders: ChildStdin,
    answers: Receiver<String>,
}

impl Peer {
    /// Starts a program and gathers its clients.
    ///
    /// # Errors
    /// When either does not start.
    pub(super) fn start(
        program: Program,
        tongue: Tongue,
        folder: &Path,
        (count, dialling): (usize, usize),
    ) -> Outcome<Self> {
        let running = program.start(folder)?;
        let mut child = Command::new(std::env::current_exe()?)
            .arg("crowd")
            .args(["--tongue", tongue.to_possible_value().context("a tongue without a name")?.get_name()])
            .args(["--address", &running.address.to_string()])
            .arg("--folder")
            .arg(folder)
            .args(["--count", &count.to_string(), "--dialling", &dialling.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let orders = child.stdin.take().context("a crowd that does not listen")?;
        let lines = BufReader::new(child.stdout.take().context("a crowd that says nothing")?).lines();
        let (say, answers) = sync_channel(1);
        let ear = std::thread::Builder::new().name("crowd".to_owned());
        // It ends with the crowd's output, or when nobody waits for an answer.
        ear.spawn(move || lines.map_while(Result::ok).try_for_each(|line| say.send(line)))?;
        let crowd = Crowd { child, orders, answers };
        crowd.answer(GATHER_LIMIT).with_context(|| format!("the clients of {}", program.name()))?;
        Ok(Self { program, version: program.version(), running, crowd })
    }

    fn ask(&mut self, order: &Order, limit: Duration) -> Outcome<Told> {
        writeln!(self.crowd.orders, "{}", serde_json::to_string(order)?)?;
        self.crowd.orders.flush()?;
        self.crowd.answer(limit + GRACE).with_context(|| format!("the clients of {}", self.program.name()))
    }
}

impl Crowd {
    fn answer(&self, limit: Duration) -> Outcome<Told> {
        Ok(serde_json::from_str(&self.answers.recv_timeout(limit).context("they do not answer")?)?)
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        // What cannot be ended any more has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Side for Peer {
    fn name(&self) -> String {
        format!("{} {}", self.program.name(), self.version)
    }

    fn pid(&self) -> u32 {
        self.running.pid()
    }

    fn dial(&mut self, from: usize, count: usize) -> Outcome<Taken> {
        let meter = Meter::start(Some(self.pid()), Ports::default())?;
        let told = self.ask(&Order::Dial { from, count }, DIAL_LIMIT)?;
        let used = meter.used()?;
        anyhow::ensure!(
            told.count >= count,
            "{} of {count} clients of {} connected: {}",
            told.count,
            self.program.name(),
            told.last_failure
        );
        Ok(Taken { used, whole: used, told, size_bytes: 0 })
    }

    fn push(&mut self, size_bytes: usize) -> Outcome<Taken> {
        let meter = Meter::start(Some(self.pid()), Ports::default())?;
        let told = self.ask(&Order::Push { size_bytes }, PUSH_LIMIT)?;
        std::thread::sleep(SETTLE);
        let used = meter.used()?;
        Ok(Taken { used, whole: used, told, size_bytes })
    }
}

/// Lets this process, and those it starts, open as many files as the machine allows; tells how many.
///
/// # Errors
/// When the kernel does not take its own limit.
pub(super) fn open_many_files() -> Outcome<u64> {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum })?;
    Ok(limit.maximum.unwrap_or(u64::MAX))
}
