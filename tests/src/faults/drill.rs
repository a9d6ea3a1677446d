//! A drill: a fault is planted, and what becomes of the glass, the items and the plays is told beside what is required.

use std::process::Command;
use std::time::{Duration, Instant};

use super::Fault;
use super::plant::{AMID, EARLY, PATIENCE, Plant, Shown};
use super::volume::Volume;
use crate::harness::{Outcome, until};
use crate::reel::{Display, tick_us};

/// How long a server or a display is away, and a disk full.
const AWAY: Duration = Duration::from_secs(12);
/// How much longer than required something may take until it is given up.
const LIMIT: Duration = Duration::from_mins(1);
/// Items that must come after a fault: neither the one that was there nor the next is stuck.
const SWITCHES_AFTER: usize = 2;
/// How often a file may crash the stage before it must be put away.
const CRASHES_MAX: usize = 3;
/// Within this time every movie has its turn.
const ROUND: Duration = Duration::from_secs(15);

/// What became of a fault.
#[derive(Debug, Clone)]
pub struct Met {
    /// Which it was.
    pub fault: Fault,
    /// The longest time without a new frame of a movie, from the fault until items had gone on.
    pub gap: Duration,
    /// Items went on.
    pub moved_on: bool,
    /// The report holds what the log holds, each play once, and the log goes on.
    pub counted: bool,
    /// What `status` says went wrong.
    pub told: Option<String>,
    /// What more there is to say.
    pub note: String,
}

impl Met {
    /// All that is required was so.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.gap <= self.fault.required() && self.moved_on && self.counted
    }

    /// A line of the table.
    #[must_use]
    pub fn line(&self) -> String {
        let yes = |is: bool| if is { "yes" } else { "NO" };
        let told = self.told.as_ref().map(|told| format!("status: {told}"));
        let more: Vec<_> = Some(self.note.clone()).filter(|note| !note.is_empty()).into_iter().chain(told).collect();
        format!(
            "{:<14} {:>9} {:>9}  {:<8} {:<8} {:<5} {}",
            self.fault.name(),
            self.gap.as_millis(),
            self.fault.required().as_millis(),
            yes(self.moved_on),
            yes(self.counted),
            if self.is_well() { "well" } else { "BAD" },
            more.join("; "),
        )
    }
}

/// What stands above the lines.
#[must_use]
pub fn head() -> String {
    let row = |cells: [&str; 6]| {
        let [fault, gap, required, items, plays, verdict] = cells;
        format!("{fault:<14} {gap:>9} {required:>9}  {items:<8} {plays:<8} {verdict:<5}")
    };
    let lines = [["fault", "no frame,", "required,", "items", "plays", ""], ["", "ms", "ms", "go on", "once", ""]];
    lines.map(row).join("\n")
}

/// Plants a fault and tells what became of it, or why it cannot be planted here.
///
/// # Errors
/// When the harness fails; what the player does wrong is told in what is returned.
pub fn drill(plant: &mut Plant, fault: Fault) -> Outcome<Result<Met, &'static str>> {
    match fault {
        Fault::DiskFull if plant.volume.is_none() => {
            return Ok(Err("it needs a disk of its own, which only root may mount"));
        }
        Fault::DisplayGone => return display_gone(plant),
        Fault::FileCrashes => return file_crashes(plant).map(Ok),
        Fault::StageKilled
        | Fault::StageHangs
        | Fault::AgentKilled
        | Fault::FilesFlipped
        | Fault::ServerAway
        | Fault::CardLost
        | Fault::DiskFull => {}
    }
    let before = plant.until_at(EARLY, None, 0, PATIENCE)?;
    let logged = plant.player.status()?.plays_logged;
    // What was drawn while it was asked is before the fault, too.
    let before = plant.look()?.pop().unwrap_or(before);
    let mut note = begin(plant, fault)?;
    let lasts = if matches!(fault, Fault::ServerAway | Fault::DiskFull) { AWAY } else { Duration::ZERO };
    let (gap, moved_on) = until_items_go_on(plant, before, lasts);
    let status = plant.player.status().ok();
    match fault {
        Fault::ServerAway => {
            plant.ward.hospital.wake()?;
            let back = until("the box to be back", LIMIT, || Ok(plant.player.status()?.connected))?;
            note = format!("connected {} ms after the server answered", back.as_millis());
        }
        Fault::DiskFull => {
            let while_full = status.as_ref().map_or(0, |status| status.plays_logged).saturating_sub(logged);
            note = format!("{while_full} plays logged meanwhile");
            plant.volume.as_ref().map(Volume::empty).transpose()?;
        }
        _ => {}
    }
    let counted = counted_once(plant, logged);
    Ok(Ok(Met { fault, gap, moved_on, counted, told: status.and_then(|status| status.last_trouble), note }))
}

/// Does what the fault does; a lasting one is ended by whoever began it.
fn begin(plant: &mut Plant, fault: Fault) -> Outcome<String> {
    match fault {
        Fault::StageKilled => plant.player.kill_stage()?,
        Fault::StageHangs => signal(plant.player.stage_pid()?, "-STOP")?,
        Fault::FilesFlipped => {
            let flipped = plant.flip_files()?;
            plant.player.kill_stage()?;
            return Ok(format!("{flipped} files"));
        }
        Fault::AgentKilled => {
            plant.player.kill_agent()?;
            plant.player.wake()?;
        }
        Fault::ServerAway => plant.ward.hospital.kill()?,
        Fault::CardLost => plant.lose_card()?,
        Fault::DiskFull => plant.volume.as_ref().map(Volume::fill).transpose().map(drop)?,
        Fault::DisplayGone | Fault::FileCrashes => {}
    }
    Ok(String::new())
}

/// Looks at every frame until other items have come, no sooner than a fault has lasted; tells the longest time without a new
/// frame, and whether items did come.
fn until_items_go_on(plant: &mut Plant, before: Shown, lasts: Duration) -> (Duration, bool) {
    let started = Instant::now();
    let mut shown = vec![before];
    let gone_on = until("items to go on", lasts + LIMIT, || {
        shown.extend(plant.look()?);
        let switches = shown.windows(2).filter(|pair| matches!(pair, [a, b] if a.clip != b.clip)).count();
        Ok(switches >= SWITCHES_AFTER && started.elapsed() >= lasts)
    });
    let ends_us = if gone_on.is_ok() { shown.last().map_or(0, |last| last.tick_us) } else { tick_us() };
    (longest_gap(&shown, ends_us), gone_on.is_ok())
}

fn longest_gap(shown: &[Shown], ends_us: i64) -> Duration {
    let ticks = shown.iter().map(|shown| shown.tick_us);
    let next = ticks.clone().skip(1).chain([ends_us]);
    let longest_us = ticks.zip(next).map(|(one, next)| next - one).max().unwrap_or(0);
    Duration::from_micros(u64::try_from(longest_us).unwrap_or(0))
}

/// The log is no shorter than it was, and the report agrees with it.
fn counted_once(plant: &Plant, logged: u64) -> bool {
    plant.counts_every_play_once().is_ok() && plant.player.status().is_ok_and(|status| status.plays_logged >= logged)
}

/// The display ends and comes back under its name; what counts is the time from there on.
fn display_gone(plant: &mut Plant) -> Outcome<Result<Met, &'static str>> {
    if plant.display.is_none() && plant.move_to_display().is_err() {
        return Ok(Err("it needs Xvfb"));
    }
    let logged = plant.player.status()?.plays_logged;
    let Some(display) = plant.display.take() else { return Ok(Err("it needs Xvfb")) };
    let (name, size) = (display.name.clone(), display.size);
    let falls = falls_of(plant);
    drop(display);
    let gone = Instant::now();
    until("the display to stay away", LIMIT, || Ok(gone.elapsed() >= AWAY))?;
    plant.display = Some(Display::open_again(&name, size)?);
    let filmed = plant.until_filmed(LIMIT, None);
    let gap = filmed.as_ref().map_or(LIMIT, |(took, _)| *took);
    let moved_on = filmed.is_ok_and(|(_, clip)| plant.until_filmed(ROUND, Some(clip)).is_ok());
    let note = format!("{} stages fell meanwhile; from the display's return", falls_of(plant) - falls);
    let told = plant.player.status().ok().and_then(|status| status.last_trouble);
    let counted = counted_once(plant, logged);
    Ok(Ok(Met { fault: Fault::DisplayGone, gap, moved_on, counted, told, note }))
}

fn falls_of(plant: &Plant) -> usize {
    plant.player.log().matches("the stage fell").count()
}

/// The stage ends with SIGABRT in the middle of the second movie, as an assertion of a decoder would end it, until the file is put
/// away. The longest time without a frame is taken over the falls after which the file is shown again.
fn file_crashes(plant: &mut Plant) -> Outcome<Met> {
    let logged = plant.player.status()?.plays_logged;
    let (mut crashes, mut gap, mut crashed_us) = (0, Duration::ZERO, 0);
    while crashes <= CRASHES_MAX {
        let Ok(before) = plant.until_at(AMID, Some(1), crashed_us, ROUND) else { break };
        let pid = plant.player.stage_pid()?;
        signal(pid, "-ABRT")?;
        until("another stage", LIMIT, || Ok(plant.player.stage_pid()? != pid))?;
        // What the one before has drawn until its end is no frame of the new one.
        let drawn = plant.look()?;
        (crashes, crashed_us) = (crashes + 1, drawn.last().map_or_else(tick_us, |last| last.tick_us.max(tick_us())));
        if crashes < CRASHES_MAX {
            let mut shown = vec![before];
            shown.extend(drawn);
            let back = until("a frame of another stage", LIMIT, || {
                shown.extend(plant.look()?);
                Ok(shown.last().is_some_and(|last| last.tick_us > crashed_us))
            });
            gap = gap.max(back.map_or(LIMIT, |_| longest_gap(&shown, shown.last().map_or(0, |last| last.tick_us))));
        }
    }
    // Its words stand in for it, and the other movie has its turns.
    let moved_on = (1..=CRASHES_MAX).contains(&crashes) && plant.until_at(EARLY, Some(0), crashed_us, ROUND).is_ok();
    let told = plant.player.status().ok().and_then(|status| status.last_trouble);
    let note = format!("put away after {crashes} crashes");
    let counted = counted_once(plant, logged);
    Ok(Met { fault: Fault::FileCrashes, gap, moved_on, counted, told, note })
}

fn signal(pid: u32, signal: &str) -> Outcome<()> {
    let done = Command::new("kill").args([signal, &pid.to_string()]).status()?;
    anyhow::ensure!(done.success(), "the stage does not take {signal}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_gap_is_found_also_at_the_end() {
        let shown = |ticks: &[i64]| {
            ticks.iter().map(|tick_us| Shown { tick_us: *tick_us, clip: 0, frame: 0 }).collect::<Vec<_>>()
        };
        assert_eq!(longest_gap(&shown(&[0, 40_000, 1_040_000, 1_080_000]), 1_080_000), Duration::from_secs(1));
        assert_eq!(longest_gap(&shown(&[0, 40_000]), 3_040_000), Duration::from_secs(3));
    }

    #[test]
    fn what_misses_what_is_required_is_bad() {
        let met = Met {
            fault: Fault::StageKilled,
            gap: Duration::from_secs(2),
            moved_on: true,
            counted: true,
            told: None,
            note: String::new(),
        };
        assert!(met.is_well());
        assert!(!Met { gap: Duration::from_secs(4), ..met.clone() }.is_well());
        assert!(!Met { moved_on: false, ..met.clone() }.is_well());
        assert!(!Met { counted: false, ..met }.is_well());
    }
}
