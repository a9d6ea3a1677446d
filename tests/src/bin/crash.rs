//! Kills the server at every system call of its commit paths, one after another, and holds its books against what it
//! acknowledged after each: `cargo run --release -p anteroom-tests --bin crash`; with `--agent` the agent of a box, at those
//! of its log and its programme. Needs `strace`.
#![expect(clippy::print_stdout, reason = "it prints figures")]

use anteroom_tests::agent_dies::Patient;
use anteroom_tests::fleet::{Arguments, Met, Network, Run};
use anteroom_tests::harness::Outcome;
use clap::Parser as _;

/// Kills a server at every write, sync and rename of its commit paths while it receives batches
#[derive(Debug, clap::Parser)]
struct Crash {
    /// The agent of a box instead of the server
    #[arg(long)]
    agent: bool,
    /// How many players send
    #[arg(long, default_value_t = 4)]
    players: u32,
    /// How many batches each of them sends, one after another
    #[arg(long, default_value_t = 2)]
    batches: u32,
    /// Every so-manieth call is tried
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    stride: u32,
    /// The calls
    #[arg(long, value_delimiter = ',', default_values_t = ["pwrite64", "fdatasync", "fsync", "ftruncate", "rename"].map(str::to_owned))]
    calls: Vec<String>,
}

fn main() -> Outcome<()> {
    let crash = Crash::parse();
    if crash.agent {
        return agent(&crash);
    }
    let (players, batches) = (crash.players.to_string(), crash.batches.to_string());
    let words = ["--writers", &players, "--batches", &batches, "--plays", "50", "--seconds", "36000"];
    let arguments = Arguments::small(crash.players, &words);
    let mut network = Network::rehearsed(usize::try_from(crash.players)?, 1)?;
    let mut run = Run::start(&arguments, &mut network)?;
    run.come()?;
    for call in &crash.calls {
        let mut nth = 1;
        while run.meet(call, nth)? == Met::Died {
            nth += crash.stride;
        }
        println!("{call}: died at {} of them, the last the {}.", (nth - 1) / crash.stride, nth - crash.stride);
    }
    run.meet_errors("fsync")?;
    println!("fsync: while it failed, nothing was acknowledged");
    let report = run.end()?;
    network.verify_evidence(report.acknowledged)?;
    println!("{} plays acknowledged, as many counted and proven", report.acknowledged);
    Ok(())
}

fn agent(crash: &Crash) -> Outcome<()> {
    let mut patient = Patient::admitted()?;
    for call in &crash.calls {
        let mut nth = 1;
        while patient.meet(call, nth)? {
            nth += crash.stride;
        }
        println!("{call}: died at {} of them.", (nth - 1) / crash.stride);
    }
    println!("{} plays logged, as many counted and proven, each once", patient.discharged()?);
    Ok(())
}
