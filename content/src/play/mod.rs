//! Plays: the evidence that something was shown, chained so that none can be taken out, in sealed batches.

mod batch;
pub mod books;

pub use batch::{
    BATCH_BYTES_MAX, BATCH_PLAYS_MAX, BadBatch, Batch, Ending, LogMark, Play, chain_next, chain_start,
};
