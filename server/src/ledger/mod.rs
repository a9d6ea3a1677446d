//! The books: sealed batches of plays in, each play once; the watermark out; hourly totals beside them. What is
//! acknowledged is on disk; what cannot be counted is kept aside and never in the way.

mod receive;
#[cfg(test)]
mod tests;

pub use receive::{LedgerError, receive, resume};
