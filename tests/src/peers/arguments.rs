//! What the comparison is asked for on its command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::tongue::Tongue;

/// Compares the server with mosquitto, nats-server and nginx in one run, and prints a table
#[derive(Debug, Clone, Parser)]
pub struct Arguments {
    /// Another part of the same run, started by itself
    #[command(subcommand)]
    pub role: Option<Role>,
    /// How many players, and clients of each peer, which needs an open file for each; 0 leaves both out
    #[arg(long, default_value_t = 15_000, value_parser = clap::value_parser!(u32).range(0..=19_000))]
    pub players: u32,
    /// Over how many zones our players are spread [default: half as many]
    #[arg(long)]
    pub zones: Option<u32>,
    /// How often everybody is told something new; the first time is told apart
    #[arg(long, default_value_t = 11, value_parser = clap::value_parser!(u16).range(2..=100))]
    pub rounds: u16,
    /// In how many parts the connections are made, one server after the other
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=50))]
    pub slices: u16,
    /// How many clients of one server dial at one time
    #[arg(long, default_value_t = 64)]
    pub dialling: usize,
    /// How long all stand idle, in seconds: one whole keep-alive at least
    #[arg(long, default_value_t = 20)]
    pub idle: u64,
    /// Size of a peer's message, in bytes [default: as large as our manifest]
    #[arg(long)]
    pub message_bytes: Option<usize>,
    /// How many players our server has to itself afterwards; 0 leaves that out
    #[arg(long, default_value_t = 0)]
    pub alone: u32,
    /// Size of the file that a box fetches, in MiB; 0 leaves that out
    #[arg(long, default_value_t = 256, value_parser = clap::value_parser!(u32).range(0..=1_024))]
    pub file_mib: u32,
    /// How often it is fetched from each server, verified and not
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=50))]
    pub file_rounds: u16,
    /// When the comparison is given up, in seconds; our server alone has as long again
    #[arg(long, default_value_t = 600)]
    pub seconds: u64,
}

/// What else this program is, when it starts itself.
#[derive(Debug, Clone, Subcommand)]
pub enum Role {
    /// The clients of one peer: a process of their own, because each may open so many files only
    #[command(hide = true)]
    Crowd(CrowdArguments),
}

/// What a crowd is asked for.
#[derive(Debug, Clone, Args)]
pub struct CrowdArguments {
    /// What they speak
    #[arg(long)]
    pub tongue: Tongue,
    /// Where the peer is
    #[arg(long)]
    pub address: SocketAddr,
    /// Where the authority's certificate and key are
    #[arg(long)]
    pub folder: PathBuf,
    /// How many clients
    #[arg(long)]
    pub count: usize,
    /// How many dial at one time
    #[arg(long)]
    pub dialling: usize,
}

impl Arguments {
    /// How many zones.
    #[must_use]
    pub fn zones(&self) -> u32 {
        self.zones.unwrap_or(self.players / 2).clamp(1, self.players.max(1))
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound_and_asks_for_what_the_targets_name() {
        Arguments::command().debug_assert();
        let usual = Arguments::parse_from(["peers"]);
        assert_eq!((usual.players, usual.zones(), usual.rounds, usual.file_mib), (15_000, 7_500, 11, 256));
        assert_eq!(Arguments::parse_from(["peers", "--players", "0"]).zones(), 1);
    }
}
