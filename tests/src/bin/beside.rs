//! Compares our player with mpv and with a page in Chromium's kiosk mode, on one display in one run, and prints a table:
//! `cargo run --release -p anteroom-tests --bin beside`, see `--help`.
#![expect(clippy::print_stdout, reason = "it prints figures")]

use anteroom_tests::beside::{Arguments, run};
use anteroom_tests::harness::Outcome;
use clap::Parser as _;

fn main() -> Outcome<()> {
    run(&Arguments::parse(), |line| println!("{line}"))
}
