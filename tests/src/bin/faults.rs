//! Plants faults in a running player and tells for how long its glass showed nothing new, whether items went on and whether every
//! play was counted once, beside what is required: `cargo run --release -p anteroom-tests --bin faults -- --rounds 3`.
//! Ends with 1 when something required was missed.
#![expect(clippy::print_stdout, reason = "it prints figures")]

use anteroom_tests::faults::{Fault, Plant, drill, head};
use anteroom_tests::harness::Outcome;
use clap::Parser as _;

/// Plants faults in a running player, and tells what became of them beside what is required
#[derive(Debug, clap::Parser)]
struct Faults {
    /// Which; all of them when none is named
    faults: Vec<Fault>,
    /// How often each is planted
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    rounds: u32,
}

fn main() -> Outcome<()> {
    let asked = Faults::parse();
    let faults = if asked.faults.is_empty() { Fault::ALL.to_vec() } else { asked.faults };
    println!("{}", head());
    let (mut met, mut bad) = (0, 0);
    for _ in 0..asked.rounds {
        for fault in &faults {
            // Each has a player of its own: one whose stage has fallen often is looked after in another way.
            let mut plant = Plant::open(&[*fault])?;
            match drill(&mut plant, *fault)? {
                Ok(told) => {
                    println!("{}", told.line());
                    met += 1;
                    bad += usize::from(!told.is_well());
                }
                Err(why) => println!("{:<14} not planted: {why}", fault.name()),
            }
        }
    }
    anyhow::ensure!(bad == 0, "{bad} of {met} faults were not met as required");
    println!("{met} faults, each met as required");
    Ok(())
}
