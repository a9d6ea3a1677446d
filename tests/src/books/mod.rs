//! The server's books alone: the very functions the server calls, on a database of their own, with no link in between. What
//! they cost is measured here, and how much of that is the database's.

mod day;
mod house;
mod month;
mod take;

use clap::{Parser, Subcommand};

use crate::harness::Outcome;

/// Measures the books alone
#[derive(Debug, Parser)]
pub struct Arguments {
    /// A PostgreSQL database (`postgres://…`), in which nothing of value is; SQLite in a folder of its own without it
    #[arg(long)]
    postgres: Option<String>,
    #[command(subcommand)]
    what: What,
}

/// What is measured.
#[derive(Debug, Clone, Copy, Subcommand)]
enum What {
    /// Batches are taken, as fast as it goes
    Take {
        /// From how many boxes
        #[arg(long, default_value_t = 3_280)]
        boxes: u32,
        /// How many from each
        #[arg(long, default_value_t = 5)]
        batches: u32,
        /// How many plays in each
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=150))]
        plays: u64,
        /// How many are written in one commit
        #[arg(long, default_value_t = 400)]
        group: usize,
    },
    /// A day of some screens is taken, and what it takes on the disk
    Day {
        /// How many screens; a network of 32,800 is scaled down by as much
        #[arg(long, default_value_t = 82)]
        screens: u32,
        /// How many plays in a batch: one while a box is linked, more when it comes back
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=150))]
        plays: u64,
    },
    /// Totals of some days are there, and how long answers about them take
    Month {
        /// How many screens; a network of 32,800 is scaled down by as much
        #[arg(long, default_value_t = 1_640)]
        screens: u32,
        /// How many days
        #[arg(long, default_value_t = 30)]
        days: u16,
    },
}

/// Measures, and tells what came of it.
///
/// # Errors
/// When the database cannot be had, or plays are lost or doubled.
pub fn run(arguments: &Arguments, mut tell: impl FnMut(&str)) -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let house = house::House::open(arguments.postgres.as_deref()).await?;
        match arguments.what {
            What::Take { boxes, batches, plays, group } => {
                take::measure(&house, (boxes, batches, plays), group, &mut tell).await
            }
            What::Day { screens, plays } => day::measure(house, screens, plays, &mut tell).await,
            What::Month { screens, days } => month::measure(house, screens, days, &mut tell).await,
        }
    })
}

/// A whole number as a share can be taken of.
fn real(n: impl TryInto<u32>) -> f64 {
    f64::from(n.try_into().unwrap_or(u32::MAX))
}
