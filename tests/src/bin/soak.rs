//! Has a stage change items thousands of times and tells what became of its memory, handles and punctuality:
//! `cargo run --release -p anteroom-tests --bin soak -- --switches 10000 --pace 10`.
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
    /// The most that memory may grow, in KiB an hour
    #[arg(long, default_value_t = 1_024.0)]
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
    anyhow::ensure!(soaked.faults.is_empty(), "files failed: {:?}", soaked.faults);
    anyhow::ensure!(soaked.late == 0, "{} items came late, the latest by {} ms", soaked.late, soaked.latest_ms);
    anyhow::ensure!(soaked.handles.1 <= soaked.handles.0 + 2, "handles grew: {:?}", soaked.handles);
    anyhow::ensure!(soaked.growth_kib_an_hour <= growth, "memory grew by {:.0} KiB an hour", soaked.growth_kib_an_hour);
    Ok(())
}

fn say(soaked: &Soaked) {
    println!(
        "{:>6} s: {} items, {} late (the latest by {} ms), {} faults; {} → {} KiB ({:+.0} an hour), {} → {} handles, {} → {} threads",
        soaked.took.as_secs(),
        soaked.shown,
        soaked.late,
        soaked.latest_ms,
        soaked.faults.len(),
        soaked.memory_kib.0,
        soaked.memory_kib.1,
        soaked.growth_kib_an_hour,
        soaked.handles.0,
        soaked.handles.1,
        soaked.threads.0,
        soaked.threads.1,
    );
}
