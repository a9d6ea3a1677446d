//! A bad network by hand: stands between players and a server, and delays, loses, doubles or swallows what passes. See
//! `--help`. `cargo run -p anteroom-tests --bin relay -- --to 10.0.0.5:4433 --delay-ms 250 --loss-percent 20`
#![expect(clippy::print_stdout, reason = "it says where it is")]

use std::net::SocketAddr;

use anteroom_tests::harness::Outcome;
use anteroom_tests::relay::{Relay, Weather};
use clap::Parser;

/// Carries UDP and TCP between players and a server as a bad network would
#[derive(Debug, Parser)]
struct Arguments {
    /// Where players connect
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// The players' door of the server
    #[arg(long, value_name = "ADDRESS")]
    to: SocketAddr,
    /// The same seed, the same fate for the same packets
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    weather: Weather,
}

fn main() -> Outcome<()> {
    let Arguments { listen, to, seed, weather } = Arguments::parse();
    let relay = Relay::open(listen, to, seed, weather)?;
    println!("{}", relay.address);
    relay.wait();
    Ok(())
}
