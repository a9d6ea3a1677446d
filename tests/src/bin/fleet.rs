//! Loads a server with thousands of players from one process, and prints what each phase cost: see `--help`.
//! `cargo run --release -p anteroom-tests --bin fleet -- --players 4000`
#![expect(clippy::print_stdout, reason = "it prints figures")]

use anteroom_tests::fleet::{Arguments, Network, run};
use anteroom_tests::harness::Outcome;
use anyhow::Context as _;
use clap::Parser as _;

fn main() -> Outcome<()> {
    let arguments = Arguments::parse();
    let (boxes, zones) = (usize::try_from(arguments.boxes())?, usize::try_from(arguments.zones())?);
    let mut network = match arguments.server {
        None => Network::rehearsed(boxes, zones)?,
        Some(link) => {
            let file = arguments.boxes_file.clone().context("name the file of boxes with --boxes")?;
            Network::running(link, &file, boxes, arguments.pid)?
        }
    };
    let report = run(&arguments, &mut network, |line| println!("{line}"))?;
    anyhow::ensure!(report.forged == 0, "{} signatures were wrong", report.forged);
    let counted = report.counted.unwrap_or(report.acknowledged);
    anyhow::ensure!(counted == report.acknowledged, "{counted} plays counted, {} acknowledged", report.acknowledged);
    Ok(())
}
