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
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name before the last bracket may hold anything.
    let (_, rest) = stat.rsplit_once(')').context("a process without a name")?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = |n: usize| fields.get(n).and_then(|field| field.parse::<u32>().ok());
    let (user, system) = ticks(11).zip(ticks(12)).context("a process without times")?;
    Ok(TICK * (user + system))
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
