//! Faults in a running program, put there by `strace`: it dies at a system call, or the call fails, without a change of its
//! code.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::Context as _;

use super::{Outcome, until};

/// How long the tracer may take to hold every thread.
const HOLD_LIMIT: Duration = Duration::from_secs(20);
/// How long it may take to let go of them; then it is ended, and the kernel lets go.
const LET_GO_LIMIT: Duration = Duration::from_secs(5);

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The program dies at the `nth` call of a thread, from 1, before the call is made.
    Kill {
        /// Which.
        nth: u32,
    },
    /// Every call fails with an input/output error.
    Eio,
}

/// A program with a fault in it; dropped, it goes on without.
#[derive(Debug)]
pub struct Injected {
    tracer: Child,
}

impl Injected {
    /// Puts a fault into the process `pid`, at calls of one kind.
    ///
    /// # Errors
    /// When there is no `strace`, or it may not trace.
    pub fn into(pid: u32, call: &str, fault: Fault) -> Outcome<Self> {
        let what = match fault {
            Fault::Kill { nth } => format!("inject={call}:signal=KILL:when={nth}"),
            Fault::Eio => format!("inject={call}:error=EIO"),
        };
        let tracer = Command::new("strace")
            .args([
                "-f",
                "-qqq",
                "-o",
                "/dev/null",
                "-e",
                &format!("trace={call}"),
                "-e",
                &what,
                "-p",
                &pid.to_string(),
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("no strace: apt-get install strace")?;
        let mut injected = Self { tracer };
        until("the tracer to hold every thread", HOLD_LIMIT, || {
            if has_died(pid) {
                // It was so busy that it came to the call while the tracer still took hold of its threads.
                return Ok(true);
            }
            if let Some(status) = injected.tracer.try_wait()? {
                anyhow::ensure!(has_died(pid), "strace ended ({status}): may it trace?");
                return Ok(true);
            }
            Ok(is_traced(pid).unwrap_or(false))
        })?;
        Ok(injected)
    }
}

impl Drop for Injected {
    fn drop(&mut self) {
        // It lets go of the program when it ends; where that has died, it has ended by itself.
        if matches!(self.tracer.try_wait(), Ok(Some(_))) {
            return;
        }
        let _ = Command::new("kill").args(["-INT", &self.tracer.id().to_string()]).stderr(Stdio::null()).status();
        let let_go = until("the tracer to let go", LET_GO_LIMIT, || Ok(self.tracer.try_wait()?.is_some()));
        if let_go.is_err() {
            let _ = self.tracer.kill();
            let _ = self.tracer.wait();
        }
    }
}

/// The program is gone, or waits to be buried.
fn has_died(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).map_or(true, |stat| stat.contains(") Z "))
}

/// Every thread has a tracer.
fn is_traced(pid: u32) -> Outcome<bool> {
    for thread in std::fs::read_dir(format!("/proc/{pid}/task"))? {
        let status = std::fs::read_to_string(thread?.path().join("status")).unwrap_or_default();
        if status.lines().any(|line| line.split_whitespace().eq(["TracerPid:", "0"])) {
            return Ok(false);
        }
    }
    Ok(true)
}
