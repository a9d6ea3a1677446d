//! Compares the server with mosquitto, nats-server and nginx in one run, and prints a table: see `--help`.
//! `cargo run --release -p anteroom-tests --bin peers -- --players 500`
#![expect(clippy::print_stdout, reason = "it prints figures")]

use anteroom_tests::harness::Outcome;
use anteroom_tests::peers::{Arguments, Role, run, run_crowd};
use clap::Parser as _;

fn main() -> Outcome<()> {
    let arguments = Arguments::parse();
    match &arguments.role {
        Some(Role::Crowd(crowd)) => run_crowd(crowd),
        None => run(&arguments, |line| println!("{line}")),
    }
}
