//! Has a stage change items thousands of times and tells what became of its memory, handles and punctuality:
//! `cargo run --release -p anteroom-tests --bin soak` takes two hours at life's pace; `--switches 10000 --pace 4` is the short way.
//! Ends with 1 when it is not as it should be.
#![expect(clippy::print_stdout, reason = "it prints figures")]

use std::time::{Duration, Instant};

use anteroom_tests::glass::soak::{Soak, Soaked};
use anteroom_tests::harness::Outcome;
use clap::Parser as _;

/// How often it says how it goes.
const SAY_EVERY: Duration = Duration::from_mins(1);

/// Changes items thousands of times, and looks at memory, handles and punctuality
#[derive(Debug, clap::Parser)]
struct Arguments {
    /// How many items come to the glass; each stands for a second of the stage's clock
    #[arg(long, default_value_t = 7_200)]
    switches: u64,
    /// How many times faster than life the stage's clock runs
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=20))]
    pace: u32,
    /// The most that memory may grow, in MiB an hour
    #[arg(long, default_value_t = 1.0)]
    growth: f64,
}

fn main() -> Outcome<()> {
    let Arguments { switches, pace, growth } = Arguments::parse();
    let mut said = Instant::now();
    let soaked = Soak { switches, pace }.run(|soaked| {
        if said.elapsed() >= SAY_EVERY {
            said = Instant::now();
            say(soaked);
        }
    })?;
    say(&soaked);
    let mut bad = 0;
    let mut judge = |what: &str, seen: String, is_well: bool| {
        println!("{:<5} {what}: {seen}", if is_well { "well" } else { "BAD" });
        bad += u32::from(!is_well);
    };
    let grown = soaked.growth_mib_an_hour;
    judge(&format!("memory grows by no more than {growth} MiB an hour"), format!("{grown:+.2}"), grown <= growth);
    let (early, late) = soaked.handles;
    judge("handles stay as they are", format!("{early} → {late}"), late <= early + 2);
    let (early, late) = soaked.threads;
    judge("threads stay as they are", format!("{early} → {late}"), late <= early + 2);
    let seen = format!("{} of {}, the latest by {} ms", soaked.late, soaked.shown, soaked.latest_ms);
    judge("no item comes late", seen, soaked.late == 0);
    judge(
        "every file can be shown",
        format!("{} faults {:?}", soaked.faults.len(), soaked.faults),
        soaked.faults.is_empty(),
    );
    anyhow::ensure!(bad == 0, "{bad} things are not as they should be");
    Ok(())
}

fn say(soaked: &Soaked) {
    println!(
        "{:>6} s: {} items, {} late (the latest by {} ms), {} faults; {} → {} MiB ({:+.2} an hour), {} → {} handles, {} → {} threads",
        soaked.took.as_secs(),
        soaked.shown,
        soaked.late,
        soaked.latest_ms,
        soaked.faults.len(),
        soaked.memory_kib.0 / 1_024,
        soaked.memory_kib.1 / 1_024,
        soaked.growth_mib_an_hour,
        soaked.handles.0,
        soaked.handles.1,
        soaked.threads.0,
        soaked.threads.1,
    );
}
