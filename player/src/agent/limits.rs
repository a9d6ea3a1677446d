//! Every limit of the agent, each with its reason.

use std::time::Duration;

use anteroom_content::clock::{DAY_MS, Instant};

/// Events waiting for the desk: some seconds of a stage and a link that both talk as fast as they may.
pub const EVENTS_MAX: usize = 256;
/// Words waiting for the link: a minute of beats, applications and troubles.
pub const OUTBOX_MAX: usize = 64;
/// Words waiting for a stage; a stage that does not read for so long is stuck and gets restarted.
pub const STAGE_WORDS_MAX: usize = 32;
/// Shown and Ended waiting for the disk: half an hour of items on a disk that hangs.
pub const PLAYLOG_WORDS_MAX: usize = 256;
/// Troubles kept while there is no link; the oldest go first.
pub const TROUBLES_MAX: usize = 32;
/// The same trouble is not told again within this time.
pub const TROUBLE_REST: Duration = Duration::from_mins(1);

/// A handshake that takes longer has failed.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// An answer of the server (welcome, challenge, found) that takes longer will not come.
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(15);
/// A server that does not believe a certificate says so within this time after the handshake.
pub const VERDICT_AFTER_HANDSHAKE: Duration = Duration::from_millis(500);
/// A link that stood for longer was a good one: its loss is the first of a new count.
pub const LINK_LONG: Duration = Duration::from_secs(30);
/// A server of another version is asked again so often, in case it was updated.
pub const VERSION_WAIT: Duration = Duration::from_mins(5);
/// Without any answer to a handshake for so long, UDP does not get through. A handshake's first packets go out three times
/// within it, so that one in five lost is no reason.
pub const UDP_ANSWER_MAX: Duration = Duration::from_secs(5);
/// How often that happens before a box stays on TCP: once before the server answered over TCP, and once more afterwards, when
/// it is known to be there.
pub const UDP_TRIES: u32 = 2;
/// On TCP a box looks after so long whether UDP has come back; up to half longer, by chance, and twice as long each time.
pub const UDP_LOOK_BASE: Duration = Duration::from_secs(20);
/// The longest time between two such looks.
pub const UDP_LOOK_CAP: Duration = Duration::from_mins(10);
/// When a box moves to another way, it still hears for so long what the server had said on the one before.
pub const MOVE_MAX: Duration = Duration::from_secs(5);
/// The largest packet of a conversation, in bytes: every network carries it.
pub const PACKET_BYTES_MAX: u16 = 1_200;
/// How much of a TCP connection is read at once, in bytes: one TLS record.
pub const TCP_CHUNK_BYTES: usize = 16 * 1024;
/// How often the kernel asks a silent server whether it is there, before it is gone.
pub const TCP_PROBES_MAX: u32 = 2;
/// A busy server may send us away for so long and no longer.
pub const BUSY_WAIT_MAX: Duration = Duration::from_mins(10);
/// Addresses tried of one server name.
pub const ADDRESSES_MAX: usize = 4;
/// Streams the server may open towards us, of each kind.
pub const STREAMS_MAX: u32 = 4;
/// Receive window of a stream of the control connection, in bytes: one frame.
pub const STREAM_WINDOW_BYTES: u32 = 64 * 1024;
/// Receive window of the whole control connection, in bytes.
pub const CONTROL_WINDOW_BYTES: u32 = 256 * 1024;
/// Receive window of the file connection, in bytes: a fast LAN at 20 ms.
pub const BULK_WINDOW_BYTES: u32 = 4 * 1024 * 1024;
/// How much of a stream is read at once, in bytes.
pub const CHUNK_BYTES_MAX: usize = 64 * 1024;
/// After the code of enrolment has run out the server says so; this long beyond it nobody is there.
pub const VERDICT_GRACE: Duration = Duration::from_secs(15);
/// After a refused enrolment the next try waits so long.
pub const REFUSED_WAIT: Duration = Duration::from_secs(30);

/// A certificate that holds for less than this is renewed.
pub const RENEW_BEFORE_MS: i64 = 90 * DAY_MS;
/// How often a box looks whether its certificate should be renewed.
pub const RENEW_LOOK_EVERY: Duration = Duration::from_hours(1);

/// Within this time every file on the disk is read against its name.
pub const SCRUB_EVERY: Duration = Duration::from_hours(7 * 24);
/// The shortest rest between two files: a scrub is never in the way of what is shown.
pub const SCRUB_STEP_MIN: Duration = Duration::from_secs(10);
/// Files that were found damaged and are remembered until they have come again; a disk that loses more is broken.
pub const DAMAGED_MAX: usize = 256;

/// Bytes gathered before they are hashed and written.
pub const WRITE_BYTES: usize = 256 * 1024;
/// A stalled transfer is cut after so long without a byte.
pub const TRANSFER_STALL: Duration = Duration::from_secs(20);
/// First wait before a failed fetch is tried again.
pub const FETCH_REST_BASE: Duration = Duration::from_secs(1);
/// The longest wait before a failed fetch is tried again.
pub const FETCH_REST_CAP: Duration = Duration::from_secs(30);
/// The most files of one programme: what its largest playlists can name.
pub const FILES_MAX: usize = 20_000;
/// The largest file, in bytes: the largest movie.
pub const FILE_BYTES_MAX: u64 = anteroom_content::media::MOVIE_BYTES_MAX;

/// The largest document of an evergreen set, in bytes: twelve items and a calendar of years are a tenth of it.
pub const EVERGREEN_DOCUMENT_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// Bytes set aside so that a full disk cannot stop the log: 14 days of plays.
pub const BALLAST_BYTES: u64 = 16 * 1024 * 1024;
/// How long a database that is busy is waited for.
pub const DATABASE_WAIT: Duration = Duration::from_secs(5);

/// Frames that stand still for longer mean a stage that hangs.
pub const FRAMES_STILL_MAX: Duration = Duration::from_secs(5);
/// A stage that has presented nothing by then hangs: software renderers compile for seconds, and machines are loaded.
pub const STAGE_START_MAX: Duration = Duration::from_secs(45);
/// A stage that was asked to leave is killed after so long.
pub const STAGE_LEAVE: Duration = Duration::from_millis(800);
/// What a supervisor may take besides, on a machine that has other work, to end a stage and say so. After that it hangs itself.
pub const STAGE_RECKONED: Duration = Duration::from_secs(3);
/// Falls within [`FALLS_WINDOW`] that are answered at once.
pub const FALLS_FREE: usize = 3;
/// The span in which falls are counted.
pub const FALLS_WINDOW: Duration = Duration::from_mins(1);
/// The longest wait before a stage that keeps falling is started again.
pub const FALL_WAIT_CAP: Duration = Duration::from_secs(30);
/// How often a display server that is gone is looked for.
pub const SEAT_LOOK_EVERY: Duration = Duration::from_millis(250);
/// A display server that takes longer to answer is not there.
pub const SEAT_ANSWER_MAX: Duration = Duration::from_secs(1);
/// So many falls within [`SAFE_WINDOW`], and the card that is compiled in is shown alone.
pub const SAFE_FALLS: usize = 5;
/// The span in which those falls are counted, and for which a programme that is tried again must hold.
pub const SAFE_WINDOW: Duration = Duration::from_mins(5);
/// How long the card stands the first time; after each relapse twice as long.
pub const SAFE_REST_BASE: Duration = Duration::from_mins(1);
/// The longest time the card stands before the programme is tried again.
pub const SAFE_REST_CAP: Duration = Duration::from_mins(30);
/// A file that is opened for longer hangs: hashing the largest movie from a slow disk takes two minutes.
pub const OPEN_MAX: Duration = Duration::from_mins(5);
/// Crashes on one file until that file is put away.
pub const FILE_FALLS_MAX: u32 = 3;
/// Files that are remembered because something happened with them on the glass.
pub const SUSPECTS_MAX: usize = 32;
/// How often a glass is amiss with a file on it until that file is put away; the first time, the stage may be the reason.
pub const FILE_AMISS_MAX: u32 = 2;
/// The longest line of the stage's log that is passed on, in bytes.
pub const LOG_LINE_BYTES_MAX: u64 = 4 * 1024;
/// Frames a second unless the installer says otherwise.
pub const FRAME_RATE: u32 = 30;
/// The most frames a second.
pub const FRAME_RATE_MAX: u32 = 120;

/// Pictures of the glass asked for at one time.
pub const LOOKS_MAX: usize = 4;
/// A picture that takes longer will not come.
pub const LOOK_TIMEOUT: Duration = Duration::from_secs(10);
/// The largest snapshot file, in bytes: an 8K PNG of noise.
pub const SNAPSHOT_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// People and scripts at the agent's door at one time.
pub const CALLERS_MAX: usize = 8;
/// A caller at the door who says nothing for so long is sent away.
pub const CALLER_TIMEOUT: Duration = Duration::from_secs(15);

/// The doctor waits so long for an answer.
pub const DOCTOR_ANSWER_MAX: Duration = Duration::from_secs(1);
/// And asks so often.
pub const DOCTOR_TRIES: u32 = 3;
/// A machine whose clock is further off than this is told to people, in milliseconds; the player follows the server's.
pub const CLOCK_OFF_MAX_MS: i64 = 5_000;
/// With less room than this nothing new can be taken, in bytes.
pub const DISK_FREE_MIN_BYTES: u64 = 256 * 1024 * 1024;
/// With less room than this a programme of movies will not fit, in bytes.
pub const DISK_FREE_POOR_BYTES: u64 = 2 * 1024 * 1024 * 1024;

/// No box lives before this: 2026-01-01 UTC. What a fresh box with a dead clock starts from.
pub const TIME_BORN: Instant = Instant(1_767_225_600_000);
/// A larger leap of the clock is told to people.
pub const LEAP_MAX_MS: i64 = 30 * DAY_MS;
/// How often the time floor is raised on disk while the time is known.
pub const FLOOR_EVERY: Duration = Duration::from_hours(1);
/// A smaller change of the clock is not passed to the stage, in microseconds: it is below what the clock is known to.
pub const CLOCK_STEP_US: i64 = 200;
/// What a server says of the time in its welcome may be off by so much, in milliseconds, where answers to datagrams say better.
pub const WELCOME_TIME_ERROR_MS: i64 = 1_000;
/// How often the server is asked for the time in a row, when a conversation begins.
pub const TIME_ASKED_AT_ONCE: u32 = 8;
/// How long between two of those questions.
pub const TIME_BURST_GAP: Duration = Duration::from_millis(50);
/// Orders remembered so that none is obeyed twice.
pub const ORDERS_REMEMBERED_MAX: usize = 64;
/// Orders that wait for the stage at one time.
pub const ORDERS_AWAITED_MAX: usize = 8;
/// A player that is started anew has so long to tell its server that it heard.
pub const RESTART_AFTER: Duration = Duration::from_millis(300);

/// How often the desk looks around itself.
pub const TICK: Duration = Duration::from_secs(1);
/// From the wish to stop to the end of the process.
pub const STOP_MAX: Duration = Duration::from_millis(1_800);
