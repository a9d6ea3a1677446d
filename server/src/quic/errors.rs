//! Why a stream cannot be read or written.

use quinn_proto::{ConnectionError, VarInt};

/// Why a stream cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The other side gave the stream up, with its code.
    #[error("the stream was given up by the other side: code {0}")]
    Reset(VarInt),
    /// The connection is gone.
    #[error("the connection is gone: {0}")]
    Lost(#[from] ConnectionError),
    /// It was read to its end, or nobody wanted it any more.
    #[error("the stream is closed")]
    Closed,
    /// More came than was asked for.
    #[error("the stream is longer than {0} bytes")]
    TooLong(usize),
}

/// Why a stream cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// The other side does not want it any more, with its code.
    #[error("the other side wants no more of the stream: code {0}")]
    Stopped(VarInt),
    /// The connection is gone.
    #[error("the connection is gone: {0}")]
    Lost(#[from] ConnectionError),
    /// It was finished or given up already.
    #[error("the stream is closed")]
    Closed,
}
