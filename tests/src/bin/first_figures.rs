//! Prints the first figures of the README: start to first picture, memory, change to glass. Runs a demo hospital with a
//! player of its own and ends by itself.
#![expect(clippy::print_stdout, reason = "it prints figures")]

use std::time::{Duration, Instant};

use anteroom_tests::harness::{Outcome, Player, Ward};

/// How often a figure is taken; the median is printed.
const ROUNDS: usize = 5;
/// How long a picture may take before the figure is given up.
const PICTURE_LIMIT: Duration = Duration::from_mins(1);

fn main() -> Outcome<()> {
    let ward = Ward::open()?;
    let mut player = ward.player("figures", "Z04-1", (1280, 720))?;
    player.shows("the strip", PICTURE_LIMIT, |glass| glass.codes().iter().any(|code| code.contains("/C/")))?;
    println!("| figure | here | how it is taken |\n|---|---|---|");

    let starts = rounds(|| start_to_picture(&mut player))?;
    println!(
        "| player start → first picture from cache, 1280 × 720, software renderer | {starts} ms | agent started anew with its stored programme, until a picture of the glass has the strip's code |"
    );

    let changes = rounds(|| change_to_glass(&ward, &player))?;
    println!(
        "| clinic cancelled → on glass | {changes} ms | from sending the console's form until a picture of the glass shows it |"
    );

    let stage = player.stage_pid()?;
    println!(
        "| memory of the server, demo hospital and one player | {} MiB | resident |",
        resident_mib(ward.hospital.pid())?
    );
    println!("| memory of the agent | {} MiB | resident |", resident_mib(player.pid())?);
    println!("| memory of the stage, 1280 × 720, software renderer | {} MiB | resident |", resident_mib(Some(stage))?);
    Ok(())
}

fn start_to_picture(player: &mut Player) -> Outcome<u128> {
    player.kill_agent()?;
    let start = Instant::now();
    player.wake()?;
    player.shows("the glass again", PICTURE_LIMIT, |glass| glass.codes().iter().any(|code| code.contains("/C/")))?;
    Ok(start.elapsed().as_millis())
}

fn change_to_glass(ward: &Ward, player: &Player) -> Outcome<u128> {
    let before = player.glass()?.strip().share_of_red();
    let clinic = ward.clinic_on_the_strip("03.07")?;
    let start = Instant::now();
    ward.stop_clinic(&clinic)?;
    player.shows("the red of 停诊", PICTURE_LIMIT, |glass| glass.strip().share_of_red() > before + 0.002)?;
    let took = start.elapsed().as_millis();
    ward.withdraw(&clinic)?;
    player.shows("the clinic again", PICTURE_LIMIT, |glass| glass.strip().share_of_red() <= before + 0.001)?;
    Ok(took)
}

fn rounds(mut take: impl FnMut() -> Outcome<u128>) -> Outcome<String> {
    let mut taken = (0..ROUNDS).map(|_| take()).collect::<Outcome<Vec<_>>>()?;
    taken.sort_unstable();
    let at = |n: usize| taken.get(n).copied().unwrap_or_default();
    Ok(format!("{} ({}–{})", at(ROUNDS / 2), at(0), at(ROUNDS - 1)))
}

fn resident_mib(pid: Option<u32>) -> Outcome<u64> {
    let pid = pid.ok_or_else(|| anyhow::anyhow!("it does not run"))?;
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    let kib: u64 = line.split_whitespace().nth(1).unwrap_or_default().parse()?;
    Ok(kib / 1024)
}
