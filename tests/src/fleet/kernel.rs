//! What the kernel knows of a process and of sockets: processor time, memory, packets lost for want of room.

use std::time::Duration;

use anyhow::Context as _;

use crate::harness::Outcome;

/// The kernel counts a process's time in hundredths of a second on every Linux this runs on.
const TICK: Duration = Duration::from_millis(10);

/// Processor time a process has used, user and system together.
///
/// # Errors
/// When there is no such process.
pub(crate) fn processor_time(pid: u32) -> Outcome<Duration> {
    let fields = stat(pid)?;
    let ticks = |n: usize| fields.get(n).and_then(|field| field.parse::<u32>().ok());
    let (user, system) = ticks(11).zip(ticks(12)).context("a process without times")?;
    Ok(TICK * (user + system))
}

/// What the kernel says of a process, from its state on.
fn stat(pid: u32) -> Outcome<Vec<String>> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name before the last bracket may hold anything.
    let (_, rest) = stat.rsplit_once(')').context("a process without a name")?;
    Ok(rest.split_whitespace().map(str::to_owned).collect())
}

/// Resident memory of a process, in KiB.
///
/// # Errors
/// When there is no such process.
pub(crate) fn resident_kib(pid: u32) -> Outcome<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    Ok(line.split_whitespace().nth(1).unwrap_or_default().parse()?)
}

/// A process and all that came of it: its children, theirs, and those of its group.
///
/// # Errors
/// When the kernel does not tell.
pub(crate) fn family(root: u32) -> Outcome<Vec<u32>> {
    // Process, parent, group.
    let mut all: Vec<[u32; 3]> = Vec::new();
    for entry in std::fs::read_dir("/proc")?.flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        // One that ended meanwhile is nobody's.
        let Ok(fields) = stat(pid) else { continue };
        let number = |n: usize| fields.get(n).and_then(|field| field.parse().ok()).unwrap_or(0);
        all.push([pid, number(1), number(2)]);
    }
    let mut family = vec![root];
    loop {
        let is_kin = |[pid, parent, group]: &&[u32; 3]| {
            !family.contains(pid) && (family.contains(parent) || family.contains(group))
        };
        let more: Vec<u32> = all.iter().filter(is_kin).map(|[pid, ..]| *pid).collect();
        if more.is_empty() {
            return Ok(family);
        }
        family.extend(more);
    }
}

/// Processor time of processes, with that of their children who have ended.
#[must_use]
pub(crate) fn processor_time_of(family: &[u32]) -> Duration {
    let ticks = |pid: &u32| -> u32 {
        let fields = stat(*pid).unwrap_or_default();
        (11..=14).filter_map(|n| fields.get(n)?.parse::<u32>().ok()).sum()
    };
    TICK * family.iter().map(ticks).sum::<u32>()
}

/// Memory of processes, in KiB: what several share counts for each in part (PSS).
#[must_use]
pub(crate) fn proportional_kib(family: &[u32]) -> u64 {
    let of = |pid: &u32| -> Option<u64> {
        let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
        let line = rollup.lines().find(|line| line.starts_with("Pss:"))?;
        line.split_whitespace().nth(1)?.parse().ok()
    };
    family.iter().filter_map(of).sum()
}

/// Packets lost so far because the sockets on these ports had no room, by `/proc/net/udp`.
///
/// # Errors
/// When the kernel does not tell.
pub(crate) fn packets_dropped(ports: &[u16]) -> Outcome<u64> {
    let table =
        std::fs::read_to_string("/proc/net/udp")? + &std::fs::read_to_string("/proc/net/udp6").unwrap_or_default();
    let drops = table.lines().filter_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let port = u16::from_str_radix(fields.get(1)?.rsplit_once(':')?.1, 16).ok()?;
        if ports.contains(&port) { fields.last()?.parse::<u64>().ok() } else { None }
    });
    Ok(drops.sum())
}

/// How many tasks want a processor, averaged over the last minute: what else the machine was doing.
#[must_use]
pub(crate) fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().next().unwrap_or("?").to_owned()
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn a_family_is_a_process_and_what_came_of_it_and_its_time_and_memory_are_counted() -> Outcome<()> {
        // Two that wait for a line, one started by the other.
        let mut shell = Command::new("sh").args(["-c", "cat; true"]).stdin(Stdio::piped()).spawn()?;
        crate::harness::until("its child", Duration::from_secs(10), || Ok(family(shell.id())?.len() == 2))?;
        let all = family(shell.id())?;
        assert!(!all.contains(&std::process::id()));
        assert!(proportional_kib(&all) > 0);
        drop(shell.stdin.take());
        shell.wait()?;
        let me = std::process::id();
        let alone = processor_time(me)?;
        assert!(processor_time_of(&[me]) >= alone);
        Ok(())
    }
}
