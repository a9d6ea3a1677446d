//! Every limit of the players' door, each with its reason.

use std::time::Duration;

/// Connections at one time: the largest network planned for, with every box's file connection beside its conversation.
pub const LINKS_MAX: usize = 70_000;
/// Handshakes going on at one time; more are refused.
pub const HALF_OPEN_MAX: usize = 512;
/// From so many handshakes on, a caller must first show that it is where it says (QUIC Retry).
pub const RETRY_ABOVE: usize = 200;
/// Handshakes waiting to be looked at.
pub const INCOMING_MAX: usize = 1_024;
/// Bytes kept of one handshake before it is looked at.
pub const INCOMING_BYTES_MAX: u64 = 8 * 1024;
/// Bytes kept of all of them.
pub const INCOMING_BYTES_TOTAL_MAX: u64 = 4 * 1024 * 1024;
/// A handshake that takes longer has failed.
pub const HANDSHAKE_MAX: Duration = Duration::from_secs(10);
/// Handshakes taken on a second; more are refused, and come back a little later. A storm must leave the processors time for
/// boxes that are here already.
pub const HANDSHAKES_A_SEC: u32 = 2_500;
/// Handshakes taken on at once after a quiet time.
pub const HANDSHAKES_AT_ONCE: u32 = 1_000;
/// Receive buffer asked of the kernel where this user may have as much as it likes, in bytes: the answers of a whole network
/// to one push.
pub const SOCKET_BYTES: usize = 16 * 1024 * 1024;
/// Receive buffer asked of the kernel else, in bytes: what `net.core.rmem_max` is set to on most machines of this kind.
pub const SOCKET_BYTES_MODEST: usize = 4 * 1024 * 1024;

/// Connections over TCP at one time. Each needs a file of the process, which may have 20,000 on many a machine; the fallback
/// is for the hospitals whose firewall swallows UDP, and not for a whole network.
pub const TCP_LINKS_MAX: usize = 8_192;
/// Handshakes going on over TCP at one time. A half-open one costs the kernel's buffers and some kilobytes for as long as
/// [`HANDSHAKE_MAX`].
pub const TCP_HALF_OPEN_MAX: usize = 128;
/// Handshakes over TCP taken on a second.
pub const TCP_HANDSHAKES_A_SEC: u32 = 400;
/// Handshakes over TCP taken on at once after a quiet time: those that may be half-open.
pub const TCP_HANDSHAKES_AT_ONCE: u32 = 128;
/// How often the kernel asks a silent box whether it is there, before it is gone.
pub const TCP_PROBES_MAX: u32 = 2;
/// How long nobody is let in after the kernel had no file left for a caller.
pub const ACCEPT_REST: Duration = Duration::from_millis(100);
/// How much of a TCP connection is read at once, in bytes: one TLS record.
pub const TCP_CHUNK_BYTES: usize = 16 * 1024;

/// A caller of a connection nobody knows is told so no more often, over all of them: thousands find out within seconds that
/// the server fell, and nobody can have it send more than that.
pub const RESET_EVERY: Duration = Duration::from_micros(500);

/// Streams a box may have open, of each kind: a conversation and a few transfers.
pub const STREAMS_MAX: u32 = 4;
/// Receive window of a stream, in bytes: one frame.
pub const STREAM_WINDOW_BYTES: u32 = 64 * 1024;
/// Receive and send window of a connection, in bytes.
pub const LINK_WINDOW_BYTES: u32 = 256 * 1024;
/// Send window of a file connection, in bytes: a fast LAN at some milliseconds.
pub const BULK_WINDOW_BYTES: u64 = 1_280 * 1024;
/// Packets that may be on their way whatever was lost. With one in five lost each way and half a second there and back, a file
/// of 1 MiB takes a minute with so many, a minute and a half with ten; a line of 1 Mb/s has them carried in a fifth of a
/// second.
pub const STEADY_PACKETS_MIN: u64 = 20;
/// Receive buffer for datagrams, in bytes; small, but without one none could be sent either.
pub const DATAGRAM_BYTES: usize = 4 * 1024;

/// The first word of a connection, a fetch, a picture's head: largest frame, in bytes.
pub const FIRST_FRAME_BYTES_MAX: usize = 4 * 1024;
/// Largest frame of an enrolment, in bytes: a certificate request and some words.
pub const ENROL_FRAME_BYTES_MAX: usize = 16 * 1024;
/// A word that is due and takes longer will not come.
pub const WORD_MAX: Duration = Duration::from_secs(10);
/// How often a box over TCP hears that the server is still here.
pub const KEEP_ALIVE: Duration = Duration::from_secs(anteroom_content::wire::KEEP_ALIVE_SECS);
/// A box that does not read for so long is gone.
pub const WRITE_MAX: Duration = Duration::from_secs(30);
/// How long a box may take to hear why it is sent away.
pub const FAREWELL_MAX: Duration = Duration::from_secs(3);
/// How often a waiting enrolment looks whether its code has run out.
pub const EXPIRY_EVERY: Duration = Duration::from_millis(500);
/// How much of a stream is read, or of a file sent, at once, in bytes.
pub const CHUNK_BYTES: usize = 64 * 1024;
/// How much of a file is read at once, in bytes: a few of them fill the send window.
pub const FILE_CHUNK_BYTES: usize = 256 * 1024;
/// Whose bytes go first on a connection: words to a box, at 0, before parts of its programme.
pub const PART_PRIORITY: i32 = -1;
/// Files come last: they are large, and nothing waits for them that is on the glass now.
pub const FILE_PRIORITY: i32 = -2;
/// Transfers of one connection at one time; the streams' own limit, held again where tasks are counted.
pub const TRANSFERS_MAX: usize = 4;
/// A picture that takes longer is not waited for.
pub const PICTURE_MAX: Duration = Duration::from_secs(30);
/// Words of the fleet that may wait for one box; a box that lets more pile up is dropped, and learns everything when it comes
/// back.
pub const TELL_QUEUE_MAX: usize = 64;
/// How often it is written down which boxes were heard.
pub const ROLL_CALL_EVERY: Duration = Duration::from_secs(5);
/// Boxes written down in one transaction: plays wait for the writer no longer than this takes.
pub const ROLL_CALL_AT_ONCE: usize = 500;
/// How often it is counted how many boxes are paired.
pub const COUNT_EVERY: Duration = Duration::from_mins(1);
/// A box that beats is noted in the database no more often: one commit per box and minute would be too many.
pub const NOTE_SEEN_EVERY: Duration = Duration::from_mins(5);
/// How often a box is told its place and its programme again, so that it knows that nothing newer is kept from it: a word
/// that was not heard for a day is told as old.
pub const CONFIRM_EVERY: Duration = Duration::from_hours(8);
/// Certificates a box may ask for in one conversation; a sound one needs one.
pub const RENEWALS_MAX: u32 = 4;
/// How long a box stays away when the server cannot take its word, in milliseconds; up to twice that, by chance.
pub const BUSY_MS: u64 = 15_000;
/// A box whose clock is further off is told to people, in milliseconds.
pub const CLOCK_OFF_MAX_MS: i64 = 60_000;

/// What a box says of itself, in characters.
pub const DESCRIPTION_CHARS_MAX: usize = 200;
/// What a box tells of a trouble, in characters.
pub const TROUBLE_CHARS_MAX: usize = 1_000;
/// Version of a player, in characters.
pub const VERSION_CHARS_MAX: usize = 64;

/// Close code: all is said.
pub const CLOSE_DONE: u32 = 0;
/// Close code: the box is not believed.
pub const CLOSE_REFUSED: u32 = 1;
/// Close code: a newer connection of the same box is here, or this one let words pile up.
pub const CLOSE_REPLACED: u32 = 2;
/// Close code: the server stops.
pub use anteroom_content::wire::CLOSE_STOPPING;
/// Close code: the other side did not keep to the protocol.
pub const CLOSE_CONFUSED: u32 = 4;
