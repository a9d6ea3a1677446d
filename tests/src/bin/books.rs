//! What the books cost without boxes, links and phones: taking batches, keeping a day of them, answering about a month.
//! `cargo run --release -p anteroom-tests --bin books -- take`, `-- day`, `-- month`.
#![expect(clippy::print_stdout, reason = "it prints figures")]

use anteroom_tests::books::{Arguments, run};
use anteroom_tests::harness::Outcome;
use clap::Parser as _;

fn main() -> Outcome<()> {
    run(&Arguments::parse(), |line| println!("{line}"))
}
