//! What the load generator is asked for on its command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;

/// Plays of the fleet that fit a batch of [`anteroom_content::play::BATCH_BYTES_MAX`]: a play travels as the text that its box
/// chained and signed.
const PLAYS_MAX: u64 = 130;

/// Loads a server with players that speak the real protocol, and prints what that cost it
#[derive(Debug, Clone, Parser)]
#[command(args_override_self = true)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
pub struct Arguments {
    /// How many players
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=50_000))]
    pub players: u32,
    /// Over how many zones they are spread [default: half as many]
    #[arg(long)]
    pub zones: Option<u32>,
    /// A server that runs already; without it one is made and started
    #[arg(long, requires = "boxes", value_name = "ADDRESS")]
    pub server: Option<SocketAddr>,
    /// The boxes of that server, as `anteroom rehearse` wrote them
    #[arg(long = "boxes", id = "boxes", value_name = "FILE")]
    pub boxes_file: Option<PathBuf>,
    /// The process of that server, for its processor time and memory
    #[arg(long)]
    pub pid: Option<u32>,
    /// How many players dial at one time
    #[arg(long, default_value_t = 256)]
    pub dialling: usize,
    /// How many times every zone is told something new
    #[arg(long, default_value_t = 10)]
    pub pushes: usize,
    /// How long all stand idle, in seconds
    #[arg(long, default_value_t = 5)]
    pub idle: u64,
    /// How often players beat while that is measured, in seconds; 0 leaves it out
    #[arg(long, default_value_t = 0)]
    pub beat: u64,
    /// How many players send plays
    #[arg(long, default_value_t = 100)]
    pub writers: usize,
    /// How many batches each of them sends
    #[arg(long, default_value_t = 4)]
    pub batches: u32,
    /// How many plays are in a batch
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=PLAYS_MAX))]
    pub plays: u64,
    /// How many batches may wait for their acknowledgement at one time
    #[arg(long, default_value_t = 64)]
    pub in_flight: usize,
    /// How many boxes besides say hello and then never listen
    #[arg(long, default_value_t = 0)]
    pub slow: u32,
    /// How many boxes besides send what no box sends, again and again: noise, half a handshake, frames without an end or a
    /// word, plays of another key
    #[arg(long, default_value_t = 0)]
    pub hostile: u32,
    /// Players do not say that they applied what they were told
    #[arg(long)]
    pub silent: bool,
    /// Each player checks the signature of one manifest in so many: all players share the processors that a real box has
    /// for itself, and checking is most of what they do
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..))]
    pub check_one_in: u64,
    /// Players ask the server what time it is, as boxes do, and need no other sign of life
    #[arg(long)]
    pub time: bool,
    /// All hang up, the server is killed and started again, and all come back at once
    #[arg(long)]
    pub restart: bool,
    /// The server is killed in the middle of plays and started again; players find out by themselves
    #[arg(long)]
    pub fall: bool,
    /// How many times the server is killed at a moment nobody chose while plays are sent, and started again
    #[arg(long, default_value_t = 0)]
    pub kills: u32,
    /// When the whole run is given up, in seconds
    #[arg(long, default_value_t = 600)]
    pub seconds: u64,
}

impl Arguments {
    /// What a test asks for: so many players, and nothing else but what is in `words`.
    #[must_use]
    pub fn small(players: u32, words: &[&str]) -> Self {
        let none = ["fleet", "--idle", "0", "--pushes", "0", "--writers", "0"];
        let mut small = Self::parse_from(none.iter().chain(words));
        small.players = players;
        small
    }

    /// How many boxes take part, well-behaved or not.
    #[must_use]
    pub fn boxes(&self) -> u32 {
        self.players + self.slow + self.hostile
    }

    /// How many zones.
    #[must_use]
    pub fn zones(&self) -> u32 {
        self.zones.unwrap_or(self.players / 2).clamp(1, self.players)
    }
}
