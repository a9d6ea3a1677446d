//! The messages of the conversation.

use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::clock::Instant;
use crate::id::{ContentHash, ItemId, ScreenId};
use crate::manifest::Envelope;
use crate::play::LogMark;
use crate::power::Lamp;
use crate::trust::{Rank, SignedCharter};

use super::delivery::Delivery;
use super::order::{Answer, Cover, Order};
use super::versions::{Versions, first};

/// What a box says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToServer {
    /// The first word of a connection.
    Hello(Hello),
    /// Still here.
    Beat(Beat),
    /// A manifest is on the glass of every screen of the box.
    Applied {
        /// Its version.
        version: u64,
        /// When its first frame was presented.
        at: Instant,
    },
    /// How far it is with a manifest that is not on every glass yet. Since version 2.
    Delivery(Delivery),
    /// A sealed batch: an [`Envelope`] of a [`crate::play::Batch`], signed by the box's key.
    Plays(Envelope),
    /// Something is wrong.
    Trouble(Trouble),
    /// The box's certificate runs out, or comes from an authority that is leaving: asks for another one.
    Renew {
        /// A certificate request, PEM, for a new key.
        request_pem: String,
    },
    /// What became of an order. Since version 3.
    Answer(Answer),
    /// A word of a newer box; skipped.
    #[serde(other)]
    Unknown,
}

/// The first word of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The version of the messages the box speaks: [`super::LINK_VERSION`] of its release.
    pub link_version: u32,
    /// The oldest it still speaks.
    #[serde(default = "first")]
    pub link_oldest: u32,
    /// Version of the player.
    pub player_version: String,
    /// A random number drawn when the agent started: tells two machines of one identity apart.
    pub boot: u64,
    /// Its log and the highest play in it.
    pub log: LogMark,
    /// The oldest play it still holds.
    pub oldest_seq: u64,
    /// What its wall clock says.
    pub clock: Instant,
    /// The version of the manifest it holds; 0 for none.
    pub manifest_version: u64,
    /// The highest it has ever seen.
    #[serde(default, skip_serializing_if = "Held::is_nothing")]
    pub held: Held,
    /// It holds a screen as taken down: a server that says nothing of it would leave that so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub holds_taken_down: bool,
}

impl Hello {
    /// The versions of the messages the box speaks.
    #[must_use]
    pub const fn versions(&self) -> Versions {
        Versions { oldest: self.link_oldest, newest: self.link_version }
    }
}

/// The highest a box has ever seen, which it never goes back behind: nought before the first. What a server restored from an
/// old backup learns from it is that it gave out more than it remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Held {
    /// Version of its charter.
    #[serde(default)]
    pub charter_version: u64,
    /// Epoch of its charter.
    #[serde(default)]
    pub epoch: u32,
    /// Of the manifests of its zone.
    #[serde(default)]
    pub manifest: Rank,
    /// Of its assignments.
    #[serde(default)]
    pub assignment: Rank,
}

impl Held {
    /// The box has never seen anything signed.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// Still here, and how it goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beat {
    /// By the box's disciplined clock.
    pub at: Instant,
    /// The manifest in force.
    pub manifest_version: u64,
    /// Its screens.
    pub screens: Vec<ScreenBeat>,
    /// Plays not acknowledged yet.
    pub plays_waiting: u64,
    /// Files still to be fetched, in bytes.
    pub fetch_left_bytes: u64,
}

/// How one screen does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScreenBeat {
    /// Which.
    pub screen: ScreenId,
    /// The item on the glass; none for strip, closed and fallback.
    #[serde(default)]
    pub item: Option<ItemId>,
    /// Frames presented since the stage started: stands still when the picture does.
    pub frames: u64,
    /// How well it keeps step; none while nothing moves on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<Steps>,
    /// What lies over its programme, as it was presented.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cover: Option<Cover>,
    /// Where it stands below its programme; none while that has something to show, or is closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rung: Option<Rung>,
    /// How loud it is, in percent; none while nothing is heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume: Option<u8>,
    /// Whether its display is lit, as that says itself or the graphics driver knows; none where nobody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lamp: Option<Lamp>,
}

/// What stands in where no programme has anything to show. Whether the newest one is in force says `manifest_version`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    /// The evergreen set its site has pinned.
    Evergreen,
    /// The card that is compiled in.
    Card,
    /// Of a newer box.
    #[serde(other)]
    Other,
}

impl Rung {
    /// Its word in the keys of sayings.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Evergreen => "rung-evergreen",
            Self::Card => "rung-card",
            Self::Other => "rung-other",
        }
    }
}

/// How well a screen keeps step with the network's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Steps {
    /// By how much its clock may be wrong, in microseconds; none while it goes by no server's.
    #[serde(default)]
    pub clock_error_us: Option<u64>,
    /// How late frames came to the glass in the last ten seconds, in microseconds: so it was for 95 of 100.
    pub late_p95_us: u64,
    /// Frames of movies that came too late to be shown at all, since the stage started.
    #[serde(default)]
    pub skipped: u64,
}

/// Something is wrong on a box.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// What sort.
    pub kind: TroubleKind,
    /// The file it is about.
    #[serde(default)]
    pub file: Option<ContentHash>,
    /// In words, for the operator.
    pub text: String,
}

/// What sort of trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TroubleKind {
    /// A file cannot be shown.
    File,
    /// The stage fell and was started again.
    Stage,
    /// The disk is full or fails.
    Disk,
    /// The wall clock is far off.
    Clock,
    /// A signed document was not believed.
    Trust,
    /// What is on the glass is not what it should be: black, still, of another size, or words without shapes.
    Glass,
    /// The sound device fails: the picture goes on without it.
    Sound,
    /// The display cannot be switched or asked, or is not as it says.
    Display,
    /// Of a newer box.
    #[serde(other)]
    Other,
}

/// What the server says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToPlayer {
    /// The answer to a hello.
    Welcome {
        /// The server's clock.
        server_time: Instant,
        /// The highest play the server holds of the box's log: the box goes on from there.
        acked: LogMark,
        /// The version of the messages both speak from here on.
        #[serde(default = "first")]
        link_version: u32,
        /// A box that loses the server without a word comes back at any moment of so many milliseconds, so that the whole
        /// network does not come at once; 0 where the server is too old to say.
        #[serde(default)]
        return_within_ms: u64,
        /// Plays may wait so many milliseconds for others to share a batch with; 0, and from an older server, not at all.
        #[serde(default, skip_serializing_if = "is_nought")]
        hold_plays_ms: u64,
    },
    /// The server stops on purpose: come back at any moment within so many milliseconds. Since version 2.
    Stopping {
        /// The window.
        return_within_ms: u64,
    },
    /// Whom to believe from now on. Before anything that is signed, and oldest first when the box missed some.
    Charter(SignedCharter),
    /// The certificate the box asked for. It holds beside the old one until it was used.
    Certificate {
        /// Of the new key, PEM.
        pem: String,
    },
    /// Which screens the box drives: an [`Envelope`] of a [`crate::manifest::Assignment`].
    Assigned(Envelope),
    /// What its zone plays: an [`Envelope`] of a [`crate::manifest::Manifest`].
    Manifest(Envelope),
    /// Plays up to here are on the server's disk.
    Acked(LogMark),
    /// Send a picture of a screen's glass.
    Look {
        /// Which.
        screen: ScreenId,
        /// Not wider than this, in pixels.
        width_max: u32,
    },
    /// The server will not go on.
    Refused(Refusal),
    /// These screens of the box are taken down and show the card that is compiled in until they are named no more: the
    /// whole list, told anew whenever the box comes and when it changes. Since version 3.
    TakenDown {
        /// Which; those it does not drive mean nothing to it.
        screens: Vec<ScreenId>,
    },
    /// A person wants something done. Since version 3.
    Order(Order),
    /// Somebody is called; every glass of the box shows it for a moment. A box that does not know the word skips it. Since
    /// version 3.
    Called {
        /// Who, and where to.
        call: Call,
        /// Not to be shown after this instant.
        until: Instant,
    },
    /// A word of a newer server; skipped.
    #[serde(other)]
    Unknown,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands fields over so")]
const fn is_nought(number: &u64) -> bool {
    *number == 0
}

/// Why the server will not go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Refusal {
    /// The box was unpaired or replaced: it must enrol again.
    Unpaired,
    /// Too busy: come back after so many milliseconds.
    Busy {
        /// How long to stay away.
        retry_after_ms: u64,
    },
    /// The box's certificate ran out: the next word must be [`ToServer::Renew`], and nothing else is heard.
    Expired,
    /// The server speaks these versions of the messages, and the box none of them: one of the two must be updated.
    Version(Versions),
    /// A word that makes no sense here.
    Confused {
        /// In words.
        text: String,
    },
    /// Of a newer server.
    #[serde(other)]
    Other,
}

/// Asks for a file or a part by hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fetch {
    /// Which.
    pub hash: ContentHash,
    /// From which byte on: a fetch that was cut goes on where it stopped.
    pub from_byte: u64,
}

/// The answer to a fetch; the bytes follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// The whole size; none when the server has no such file or the box may not have it.
    pub size_bytes: Option<u64>,
}

/// What a picture of the glass is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureHead {
    /// Of which screen.
    pub screen: ScreenId,
    /// When it was on the glass.
    pub at: Instant,
    /// In which format.
    pub format: PictureFormat,
    /// How many bytes follow.
    pub size_bytes: u64,
}

/// The first frame of an exchange on a connection for files over TCP: what it is, known by its fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Errand {
    /// The box wants a file.
    Fetch(Fetch),
    /// The box brings a picture.
    Picture(PictureHead),
}

/// What carries a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Carrier {
    /// QUIC over UDP, as it should be.
    Udp,
    /// TLS over TCP, because UDP is blocked.
    Tcp,
}

/// The format of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PictureFormat {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
}
