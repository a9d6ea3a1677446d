//! The server's half of QUIC: one task drives all connections over one socket, with the protocol of `quinn-proto`.
//!
//! A network of tens of thousands of boxes is quiet: most of what a general driver keeps for every connection (a task, a
//! queue of events, a buffer to send from) stands idle here, and costs more than the connection itself. This driver keeps
//! them once. What a connection keeps is its protocol state and the wakers of those who wait for it.
//!
//! The driver goes around: it takes in what the socket has, in batches; lets a few of the connections speak that have
//! something to say; rings what is due; and begins again. As it hears between speaking, the answers of thousands who are
//! told the same thing do not pile up in the socket, and nobody has to pace those who tell.
//!
//! [`Endpoint`] is the listening side; a [`Connection`] comes out of it when its handshake is over, and gives
//! [`SendStream`]s and [`RecvStream`]s. All of them may be used from any task. Who may begin a handshake is asked of a
//! [`Doorkeeper`], before anything is kept.

mod alarms;
mod connection;
mod desk;
mod driver;
mod endpoint;
mod errors;
mod line;
mod socket;
mod stream;
#[cfg(test)]
mod tests;

pub use connection::Connection;
pub use endpoint::{Caller, Doorkeeper, Endpoint, Settings, Verdict};
pub use errors::{ReadError, WriteError};
pub use quinn_proto::ConnectionError;
pub use stream::{RecvStream, SendStream};
