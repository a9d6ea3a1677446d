//! Evidence on the command line: plays in a file for an advertiser, in a bundle for a stranger, the check of a bundle, and
//! what was on a screen at a moment. Everything is read, nothing is written but the files that were named.

mod ask;
mod at;
mod command;
mod gather;
mod holes;
mod out;
mod print;
mod sheet;
#[cfg(test)]
mod tests;
mod verify;
mod words;

pub use command::{PlaysCommand, VerifyArgs, run, verify};
