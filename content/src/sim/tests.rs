//! The worlds, seed after seed.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::boot;
use super::bug::Bug;
use super::faults::Victim;
use super::hospital::{Hospital, Tally};

/// Seeds of a run; so many that at least [`CRASHES_MIN`] processes die.
const SEEDS: u64 = 2_000;
/// Crash points a run must reach.
const CRASHES_MIN: u64 = 10_000;
/// Seeds within which a planted bug must be found.
const SEEDS_TO_FIND: u64 = 500;

fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

/// The seeds to run: all of them, or the one that is asked for.
fn seeds() -> std::ops::Range<u64> {
    match asked("ANTEROOM_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..asked("ANTEROOM_SEEDS").unwrap_or(SEEDS),
    }
}

/// Runs a world; a panic in it is a finding too.
fn outcome<T>(seed: u64, world: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(world)).unwrap_or_else(|_| Err(format!("seed {seed}: panicked")))
}

fn replay(wrong: &str, name: &str) -> String {
    let seed = wrong.split([' ', ':', ',']).nth(1).unwrap_or_default();
    format!("{wrong}\n  again: ANTEROOM_SEED={seed} cargo test -p anteroom-content {name}")
}

fn storms(name: &str, victim: Victim) {
    let mut sum = Tally::default();
    for seed in seeds() {
        match outcome(seed, || Hospital::live(seed, victim, None)) {
            Ok(tally) => {
                sum.crashes += tally.crashes;
                sum.plays += tally.plays;
                sum.restores += tally.restores;
            }
            Err(wrong) => panic!("{}", replay(&wrong, name)),
        }
    }
    println!("{name}: {} crash points, {} plays, {} restores: 0 lost, 0 doubled", sum.crashes, sum.plays, sum.restores);
    assert!(seeds().count() < 100 || sum.crashes >= CRASHES_MIN.min(seeds().end * 2), "too few died: {sum:?}");
}

#[test]
fn crash_player_sim() {
    storms("crash_player_sim", Victim::Player);
}

#[test]
fn crash_server_sim() {
    storms("crash_server_sim", Victim::Server);
}

#[test]
fn crash_boot_sim() {
    let mut crashes = 0;
    for seed in seeds() {
        match outcome(seed, || boot::live(seed, None)) {
            Ok(died) => crashes += died,
            Err(wrong) => panic!("{}", replay(&wrong, "crash_boot_sim")),
        }
    }
    println!("crash_boot_sim: {crashes} power cuts, 0 blank boots");
    assert!(seeds().count() < 100 || crashes >= CRASHES_MIN.min(seeds().end * 2), "too few died: {crashes}");
}

/// After how many seeds a bug is found.
fn found(bug: Bug) -> Option<(u64, String)> {
    (0..SEEDS_TO_FIND).find_map(|seed| {
        let is_of_shelf = Bug::OF_SHELVES.contains(&bug);
        let victim = if seed % 2 == 0 { Victim::Player } else { Victim::Server };
        let lived = outcome(seed, || {
            if is_of_shelf {
                boot::live(seed, Some(bug)).map(drop)
            } else {
                Hospital::live(seed, victim, Some(bug)).map(drop)
            }
        });
        lived.err().map(|wrong| (seed + 1, wrong))
    })
}

#[test]
fn sim_finds_planted_bugs() {
    let bugs = Bug::OF_LOGS.into_iter().chain(Bug::OF_SHELVES);
    let mut missed = Vec::new();
    for bug in bugs {
        match found(bug) {
            Some((seeds, wrong)) => println!("{bug:?}: seed {seeds}: {}", wrong.lines().next().unwrap_or_default()),
            None => missed.push(bug),
        }
    }
    assert!(missed.is_empty(), "not found within {SEEDS_TO_FIND} seeds: {missed:?}");
}
