//! Plays: the evidence that something was shown. Here are the rules of the log from the glass to the books, pure: who
//! keeps rows and who carries frames are traits, so that a simulation can run these very rules over a disk and a network
//! that fail in every way it can think of.
//!
//! - [`Play`], [`Proof`], [`Batch`], the chain: what travels.
//! - [`Diary`]: one showing is one play. [`Pen`]: what is written when. [`write`]: numbers and chain, over a [`LogStore`].
//! - [`Welcomed`], [`Sending`], [`next_batch`]: what is sent, and what again.
//! - [`books`]: what the server makes of it, over [`books::Books`].

mod batch;
pub mod books;
mod diary;
mod log;
mod pen;
mod proof;
mod sealed;
mod sending;

pub use batch::{BATCH_BYTES_MAX, BATCH_PLAYS_MAX, BadBatch, Batch, Ending, LogMark, Play, chain_next, chain_start};
pub use diary::{Diary, Ended, Place, Shown, Signs, Tick};
pub use log::{Ack, LogState, LogStore, LogWork, OpenPlay, PLAYS_KEEP_MS, Step, Tail, acknowledge, drop_old, write};
pub use pen::{Moment, Notice, Pen, UNWRITTEN_MAX, Word};
pub use proof::{BadPrint, LampTime, Print, Proof, SAME_BITS_MAX};
pub use sealed::next_batch;
pub use sending::{ACK_TIMEOUT, BATCH_DUE_PLAYS, BATCHES_AHEAD_MAX, HOLD_MAX, Sending, Welcomed, hold_ms};
