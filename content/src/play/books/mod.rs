//! The books: what the server makes of sealed batches. Each play once, whatever comes twice, in pieces or damaged; what
//! cannot be counted is kept aside and never in the way. The rows are kept by whoever implements [`Books`].

mod group;
mod page;
mod reach;
mod receive;
mod sort;
mod totals;

pub use group::{Opened, Verdict, receive_group};
pub use page::{Kept, LogKey, Page};
pub use reach::{REACH_MS_MAX, Reach, reach};
pub use receive::{Aside, Author, Received, Refused, Resumed, open, receive, resume};
pub(crate) use sort::{Step, sort};
pub use totals::is_time_proven;

use crate::clock::Instant;
use crate::id::{BoxId, ContentHash, ItemId, ScreenId, ZoneId};
use crate::manifest::Envelope;

/// Pieces of evidence kept aside of one box: more than an honest one makes in its life, less than a mad one in an hour.
pub const ASIDE_OF_BOX_MAX: u32 = 1_000;

/// Where a log stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The highest play without a gap that was not written down as one.
    pub seq: u64,
    /// The chain value after it; none behind a gap.
    pub chain: Option<ContentHash>,
}

/// Plays from one number to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first.
    pub first_seq: u64,
    /// The last.
    pub last_seq: u64,
}

/// Which hour, glass and item a total is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HourKey {
    /// Hours since 1970-01-01 UTC.
    pub hour: i64,
    /// On which screen.
    pub screen: ScreenId,
    /// In which zone.
    pub zone: ZoneId,
    /// What.
    pub item: ItemId,
    /// In which version.
    pub item_version: u32,
}

/// A total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HourTotal {
    /// Showings that began in the hour.
    pub plays: i64,
    /// Those that ended as planned.
    pub complete: i64,
    /// How long they were on the glass, together.
    pub shown_ms: i64,
    /// How long the plan let them stand, together.
    pub planned_ms: i64,
    /// For how long of it the power of the display could be read.
    pub lamp_ms: i64,
    /// How long of that the display had power.
    pub lit_ms: i64,
}

impl HourTotal {
    /// Adds another total.
    pub const fn add(&mut self, other: &Self) {
        self.plays += other.plays;
        self.complete += other.complete;
        self.shown_ms += other.shown_ms;
        self.planned_ms += other.planned_ms;
        self.lamp_ms += other.lamp_ms;
        self.lit_ms += other.lit_ms;
    }
}

/// Evidence that could not be counted, and how much of it is kept at most.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// Whose.
    pub box_id: &'a BoxId,
    /// Of which log; 0 when it does not say.
    pub log_epoch: u64,
    /// The first play it is about; 0 when it does not say.
    pub first_seq: u64,
    /// Why it was not counted.
    pub reason: &'a str,
    /// As it came.
    pub envelope: &'a Envelope,
    /// When.
    pub at: Instant,
    /// Pieces kept of one box.
    pub kept_max: u32,
}

/// Where the rows are kept.
pub trait Books: Sync {
    /// Why they cannot be read or written.
    type Error: Send;
    /// Changes that hold together or not at all.
    type Entry: Entry<Error = Self::Error>;

    /// Begins an entry.
    fn enter(&self) -> impl Future<Output = Result<Self::Entry, Self::Error>> + Send;

    /// Where a log stands; none when nothing of it was ever received.
    fn held(
        &self,
        box_id: &BoxId,
        log_epoch: u64,
    ) -> impl Future<Output = Result<Option<Standing>, Self::Error>> + Send;
}

/// Changes that hold together or not at all: dropped without [`Entry::commit`], they were never made.
pub trait Entry: Send {
    /// Why the rows cannot be read or written.
    type Error: Send;

    /// Where logs stand, in the order they are asked for; those that are new are begun. No log may be named twice, and
    /// nobody else moves them until the entry ends.
    fn hold(&mut self, logs: &[LogKey<'_>]) -> impl Future<Output = Result<Vec<Standing>, Self::Error>> + Send;

    /// Forgets a log that [`Entry::hold`] began and of which nothing was taken.
    fn forget(&mut self, log: LogKey<'_>) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Writes down what was taken: the batches as they came, when they were on which screens, what they add to hourly
    /// totals, and where their logs, which are held, stand now.
    fn write(&mut self, page: &Page<'_>) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// The batch that brought a play.
    fn batch_with(
        &mut self,
        box_id: &BoxId,
        log_epoch: u64,
        seq: u64,
    ) -> impl Future<Output = Result<Option<Envelope>, Self::Error>> + Send;

    /// Puts evidence aside that could not be counted; the same evidence is kept once. False when the box has too much of it.
    fn put_aside(&mut self, evidence: &Evidence<'_>) -> impl Future<Output = Result<bool, Self::Error>> + Send;

    /// Writes down that a box no longer holds some plays.
    fn add_gap(
        &mut self,
        box_id: &BoxId,
        log_epoch: u64,
        span: Span,
        at: Instant,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Remembers how far the changes went, to come back to it. One such place at a time.
    fn save(&mut self) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Keeps the changes since [`Entry::save`].
    fn keep_saved(&mut self) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Takes the changes since [`Entry::save`] back; an error means that the whole entry is gone.
    fn back_to_saved(&mut self) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Makes the changes last: on disk when this returns.
    fn commit(self) -> impl Future<Output = Result<(), Self::Error>> + Send;
}
