//! Batches and holes of a log as they are kept, for those who check them.

use anteroom_content::clock::Instant;
use anteroom_content::id::{BoxId, ContentHash, ZoneId};
use anteroom_content::manifest::Envelope;
use anteroom_content::play::books::Span;

use super::packed::unpack;
use super::{Db, DbError, DbResult, document};

/// A batch as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptBatch {
    /// Whose.
    pub box_id: BoxId,
    /// Of which log.
    pub log_epoch: u64,
    /// What was new in it.
    pub span: Span,
    /// When it came.
    pub received_at: Instant,
    /// What the box signed.
    pub envelope: Envelope,
}

#[derive(sqlx::FromRow)]
pub(super) struct KeptRow {
    #[sqlx(rename = "box")]
    box_id: String,
    log_epoch: i64,
    first_seq: i64,
    last_seq: i64,
    received_at: i64,
    envelope: String,
    packed: Option<Vec<u8>>,
}

fn unreadable(why: impl std::fmt::Display) -> DbError {
    DbError::Unreadable { what: "batch", why: why.to_string() }
}

fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn seq(n: i64) -> DbResult<u64> {
    u64::try_from(n).map_err(unreadable)
}

impl KeptRow {
    pub(super) fn read(self) -> DbResult<KeptBatch> {
        Ok(KeptBatch {
            box_id: BoxId::parse(&self.box_id).map_err(unreadable)?,
            log_epoch: self.log_epoch.cast_unsigned(),
            span: Span { first_seq: seq(self.first_seq)?, last_seq: seq(self.last_seq)? },
            received_at: Instant(self.received_at),
            envelope: unpack(&self.envelope, self.packed.as_deref())?,
        })
    }
}

/// A log: whose, and which.
pub type LogOf<'a> = (&'a BoxId, u64);

/// Batches of a log whose first new play lies in a span, in order, at most `limit` of them.
pub async fn batches(db: &Db, (box_id, log_epoch): LogOf<'_>, first: Span, limit: u32) -> DbResult<Vec<KeptBatch>> {
    let found = rows!(
        db,
        KeptRow,
        "select box, log_epoch, first_seq, last_seq, received_at, envelope, packed from play_batch
         where box = $1 and log_epoch = $2 and first_seq >= $3 and first_seq <= $4 order by first_seq limit $5",
        box_id.as_str(),
        log_epoch.cast_signed(),
        number(first.first_seq),
        number(first.last_seq),
        i64::from(limit)
    )?;
    found.into_iter().map(KeptRow::read).collect()
}

/// The batch that brought a play.
pub async fn batch_with(db: &Db, (box_id, log_epoch): LogOf<'_>, play: u64) -> DbResult<Option<KeptBatch>> {
    let found = row!(
        db,
        KeptRow,
        "select box, log_epoch, first_seq, last_seq, received_at, envelope, packed from play_batch
         where box = $1 and log_epoch = $2 and first_seq <= $3 order by first_seq desc limit 1",
        box_id.as_str(),
        log_epoch.cast_signed(),
        number(play)
    )?;
    Ok(found.map(KeptRow::read).transpose()?.filter(|batch| batch.span.last_seq >= play))
}

/// Up to which play a log is held; 0 when nothing of it is.
pub async fn held_seq(db: &Db, (box_id, log_epoch): LogOf<'_>) -> DbResult<u64> {
    let question = "select seq from play_log where box = $1 and log_epoch = $2";
    let found = row!(db, (i64,), question, box_id.as_str(), log_epoch.cast_signed())?;
    found.map_or(Ok(0), |(held,)| seq(held))
}

/// Plays of a log that its box no longer had, in order, with when that was noticed.
pub async fn gaps(db: &Db, (box_id, log_epoch): LogOf<'_>) -> DbResult<Vec<(Span, Instant)>> {
    let found = rows!(
        db,
        (i64, i64, i64),
        "select first_seq, last_seq, noticed_at from play_gap where box = $1 and log_epoch = $2 order by first_seq",
        box_id.as_str(),
        log_epoch.cast_signed()
    )?;
    let read =
        |(first, last, at): (i64, i64, i64)| Ok((Span { first_seq: seq(first)?, last_seq: seq(last)? }, Instant(at)));
    found.into_iter().map(read).collect()
}

/// Evidence of a log that could not be counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAside {
    /// The first play it is about.
    pub first_seq: u64,
    /// When it came.
    pub received_at: Instant,
    /// Why it was not counted.
    pub reason: String,
    /// What the box signed.
    pub envelope: Envelope,
}

/// Evidence of a log that could not be counted, in order; the books keep a thousand pieces of a box at most.
pub async fn asides(db: &Db, (box_id, log_epoch): LogOf<'_>) -> DbResult<Vec<KeptAside>> {
    let found = rows!(
        db,
        (i64, i64, String, String),
        "select first_seq, received_at, reason, envelope from play_quarantine
         where box = $1 and log_epoch = $2 and first_seq > 0 order by first_seq, received_at",
        box_id.as_str(),
        log_epoch.cast_signed()
    )?;
    let read = |(first, at, reason, envelope): (i64, i64, String, String)| {
        let envelope = document("batch", &envelope)?;
        Ok(KeptAside { first_seq: seq(first)?, received_at: Instant(at), reason, envelope })
    };
    found.into_iter().map(read).collect()
}

/// The manifest of a zone by its version, as it was signed.
pub async fn manifest(db: &Db, zone: &ZoneId, version: u64) -> DbResult<Option<Envelope>> {
    let question = "select envelope from publication_zone where zone = $1 and version = $2";
    let found = row!(db, (String,), question, zone.as_str(), number(version))?;
    found.map(|(text,)| document("manifest", &text)).transpose()
}

/// Who published a version, and when.
pub async fn publisher(db: &Db, version: u64) -> DbResult<Option<(String, Instant)>> {
    let question = "select made_by, made_at from publication where version = $1";
    let found = row!(db, (String, i64), question, number(version))?;
    Ok(found.map(|(by, at)| (by, Instant(at))))
}

/// The hash evidence is known by.
#[must_use]
pub fn hash_of(envelope: &Envelope) -> ContentHash {
    ContentHash::of(envelope.body.as_bytes())
}
