//! The conversation between box and server, over QUIC.
//!
//! **Enrolment** (ALPN [`ALPN_ENROL`], no client certificate). The box commits to a nonce, the server answers with its
//! own, the box reveals; both compute the same eight letters over both certificates, both keys and both nonces. The box
//! shows them, an operator types them, and the server answers with a certificate. See [`enrol`].
//!
//! **Control** (ALPN [`ALPN_CONTROL`], mutual TLS). The box opens one bidirectional stream and says [`ToServer::Hello`].
//! The server answers [`ToPlayer::Welcome`] with the highest play it holds, then each [`ToPlayer::Charter`] the box has
//! missed, its [`ToPlayer::Assigned`] and the zone's newest [`ToPlayer::Manifest`], and from then on each one anew when it
//! changes, and again several times a day, so that a box knows that nothing was kept from it. A box whose certificate runs
//! out asks for another one ([`ToServer::Renew`]); where it has run out already, that is all it may do. The box sends heartbeats, what it
//! has applied, how far it is with what it has not applied yet ([`ToServer::Delivery`]), and sealed batches of plays, which
//! are acknowledged only when they are on the server's disk. Each side says in its first word which [`Versions`] it speaks;
//! the newest of both is spoken, and where there is none the server says so ([`Refusal::Version`]). A server that stops on
//! purpose says [`ToPlayer::Stopping`]; after that, and when it is lost without a word, boxes come back spread over a window
//! the server named ([`comeback`]). A picture of
//! the glass is asked for with [`ToPlayer::Look`] and comes as a unidirectional stream: one [`PictureHead`] frame, then bytes.
//!
//! **Files** (ALPN [`ALPN_BULK`], mutual TLS, or any bidirectional stream of the control connection after the first). The
//! box sends one [`Fetch`] frame; the server answers one [`Found`] frame and the bytes from the offset on.
//!
//! Every frame is a big-endian `u32` length and that much JSON. Unknown fields are ignored, so that a box that slept for
//! weeks still understands; unknown messages are skipped. Limits have names and are checked before a byte is stored.

mod codec;
pub mod comeback;
mod delivery;
pub mod enrol;
#[cfg(test)]
mod golden;
mod message;
mod versions;

pub use codec::{BadFrame, FRAME_BYTES_MAX, decode, encode, frame_length};
pub use delivery::{Delivery, Obstacle, ObstacleKind, ScreenDelivery, Step};
pub use message::{
    Beat, Fetch, Found, Held, Hello, PictureFormat, PictureHead, Refusal, ScreenBeat, ToPlayer, ToServer, Trouble,
    TroubleKind,
};
pub use versions::{LINK_OLDEST, LINK_VERSION, Versions};

/// ALPN of the control connection, with its version.
pub const ALPN_CONTROL: &[u8] = b"anteroom/1";
/// ALPN of enrolment.
pub const ALPN_ENROL: &[u8] = b"anteroom-enrol/1";
/// ALPN of the connection for files.
pub const ALPN_BULK: &[u8] = b"anteroom-bulk/1";

/// The name every server certificate carries; boxes trust the authority, not the address.
pub const SERVER_NAME: &str = "anteroom";
/// Close code: the server stops on purpose.
pub const CLOSE_STOPPING: u32 = 3;
/// How long a connection may be silent, in seconds.
pub const IDLE_SECS: u64 = 60;
/// How often a box makes itself heard, in seconds.
pub const KEEP_ALIVE_SECS: u64 = 20;
/// How often a box sends a heartbeat, in seconds.
pub const BEAT_SECS: u64 = 10;
/// The largest picture of a glass, in bytes.
pub const PICTURE_BYTES_MAX: usize = 2 * 1024 * 1024;
/// The largest part of a programme, in bytes.
pub const PART_BYTES_MAX: u64 = 4 * 1024 * 1024;
