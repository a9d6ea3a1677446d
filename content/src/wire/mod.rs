//! The conversation between box and server, over QUIC; where a firewall swallows UDP, over TLS 1.3 on TCP.
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
//! Which screens people took down is a state, told behind every [`ToPlayer::Assigned`] and when it changes
//! ([`ToPlayer::TakenDown`]); beats tell what lies over a programme. What a person wants done once is a [`ToPlayer::Order`],
//! answered by [`ToServer::Answer`] or by nothing. A queue call is a [`ToPlayer::Called`]: said once to whoever is there, answered by
//! nothing and kept by nobody.
//!
//! **Files** (ALPN [`ALPN_BULK`], mutual TLS, or any bidirectional stream of the control connection after the first). The
//! box sends one [`Fetch`] frame; the server answers one [`Found`] frame and the bytes from the offset on.
//!
//! **Time** (datagrams of the control connection). A box asks every [`time::TIME_EVERY_SECS`] what time it is
//! ([`time::TimeAsked`]), several times in a row when it begins, and the server answers at once ([`time::TimeTold`]). Either may
//! be lost. Over TCP there are none, and the box goes by what [`ToPlayer::Welcome`] said.
//!
//! Every frame is a big-endian `u32` length and that much JSON. Unknown fields are ignored, so that a box that slept for
//! weeks still understands; unknown messages are skipped, and so is a frame of no bytes ([`EMPTY_FRAME`]). Limits have names
//! and are checked before a byte is stored.
//!
//! **Over TCP** (TLS 1.3 to the same port number, the same certificates, the same three ALPNs, the same frames). A connection
//! is one stream: a conversation or an enrolment has it for itself, as the box's first stream over QUIC. Where QUIC opens
//! further streams, the box dials a further connection (ALPN [`ALPN_BULK`]) and holds exchanges on it, one after another:
//! the first frame says what it is ([`Errand`]). A [`Fetch`] is answered with [`Found`] and the bytes that are left of the
//! file, no more and no fewer; behind a [`PictureHead`] come as many bytes as it says, and no answer. Then the next exchange
//! may begin. There is no keep-alive as QUIC has it: the server says an [`EMPTY_FRAME`] every [`KEEP_ALIVE_SECS`] in a
//! conversation and an enrolment, a box in a conversation beats every [`BEAT_SECS`]; a side that waits for a word and hears
//! not a byte for [`IDLE_SECS`] is alone and hangs up, and so does the server on a connection for files that nobody uses.
//! What QUIC says by a code when it closes is not said; what a box has to know is in [`ToPlayer::Refused`]. A box has one
//! conversation, whichever way it comes: the newer one has the place, so that it may come back over QUIC at any moment.

mod codec;
pub mod comeback;
mod delivery;
pub mod enrol;
#[cfg(test)]
mod golden;
mod message;
mod order;
pub mod time;
mod versions;
mod voucher;

pub use codec::{BadFrame, EMPTY_FRAME, FRAME_BYTES_MAX, decode, encode, frame_length};
pub use delivery::{Delivery, Obstacle, ObstacleKind, ScreenDelivery, Step};
pub use message::{
    Beat, Carrier, Errand, Fetch, Found, Held, Hello, PictureFormat, PictureHead, Refusal, Rung, ScreenBeat, Steps,
    ToPlayer, ToServer, Trouble, TroubleKind,
};
pub use order::{
    Answer, Command, Cover, IDENTIFY_MS, LOG_BYTES_MAX, LOG_LINE_BYTES_MAX, LOG_LINES_MAX, ORDER_MS, Order, Outcome,
    TEST_CARD_MS, WhyNot,
};
pub use versions::{CALLS_SINCE, HANDS_SINCE, LINK_OLDEST, LINK_VERSION, Versions};
pub use voucher::{NoVoucher, Side, VOUCHER_MS, Voucher, VoucherId, VoucherWord};

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
