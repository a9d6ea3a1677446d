//! The books: sealed batches of plays in, each play once; the watermark out; hourly totals beside them. What is
//! acknowledged is on disk; what cannot be counted is kept aside and never in the way.

mod clerk;
mod reach;
mod receive;
#[cfg(test)]
mod tests;

pub use clerk::{Clerk, GROUP_MAX, WAITING_KIB_MAX};
pub use reach::note_reach;
pub use receive::{LedgerError, receive, resume};
