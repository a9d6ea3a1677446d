//! The books: up to where plays of each log are held, the batches they came in, hourly totals, and what could not be counted.

use anteroom_content::clock::Instant;
use anteroom_content::id::{BoxId, ContentHash, ItemId, ScreenId, ZoneId};
use anteroom_content::manifest::Envelope;

use super::{Db, DbError, DbResult, Tx, document, to_document};

/// Where a log stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The highest play without a gap that was not written down as one.
    pub seq: u64,
    /// The chain value after it; none behind a gap.
    pub chain: Option<ContentHash>,
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
}

/// Plays from one number to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first.
    pub first_seq: u64,
    /// The last.
    pub last_seq: u64,
}

fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn standing((seq, chain): (i64, String)) -> DbResult<Standing> {
    let unreadable = |why: String| DbError::Unreadable { what: "play log", why };
    let chain = match chain.as_str() {
        "" => None,
        text => Some(ContentHash::parse(text).map_err(|error| unreadable(error.to_string()))?),
    };
    Ok(Standing { seq: u64::try_from(seq).map_err(|error| unreadable(error.to_string()))?, chain })
}

/// Where a log stands; none when nothing of it was ever received.
pub async fn held(db: &Db, id: &BoxId, log_epoch: u64) -> DbResult<Option<Standing>> {
    let found = row!(
        db,
        (i64, String),
        "select seq, chain from play_log where box = $1 and log_epoch = $2",
        id.as_str(),
        log_epoch.cast_signed()
    )?;
    found.map(standing).transpose()
}

/// Where a log stands, begun with `start` if it is new; nobody else moves it until the transaction ends.
pub async fn hold(tx: &mut Tx<'_>, id: &BoxId, log_epoch: u64, start: &ContentHash) -> DbResult<Standing> {
    execute_in!(
        tx,
        "insert into play_log (box, log_epoch, seq, chain) values ($1, $2, 0, $3)
         on conflict (box, log_epoch) do update set seq = play_log.seq",
        id.as_str(),
        log_epoch.cast_signed(),
        start.to_hex()
    )?;
    let found = row_in!(
        tx,
        (i64, String),
        "select seq, chain from play_log where box = $1 and log_epoch = $2",
        id.as_str(),
        log_epoch.cast_signed()
    )?;
    found.map_or(Ok(Standing { seq: 0, chain: Some(*start) }), standing)
}

/// Moves a log to where it stands now.
pub async fn move_to(tx: &mut Tx<'_>, id: &BoxId, log_epoch: u64, now: Standing) -> DbResult<()> {
    execute_in!(
        tx,
        "update play_log set seq = $3, chain = $4 where box = $1 and log_epoch = $2",
        id.as_str(),
        log_epoch.cast_signed(),
        number(now.seq),
        now.chain.map(|chain| chain.to_hex()).unwrap_or_default()
    )?;
    Ok(())
}

/// Keeps a batch as it came; `span` is what was new in it.
pub async fn add_batch(
    tx: &mut Tx<'_>,
    id: &BoxId,
    log_epoch: u64,
    span: Span,
    envelope: &Envelope,
    at: Instant,
) -> DbResult<()> {
    execute_in!(
        tx,
        "insert into play_batch (box, log_epoch, first_seq, last_seq, received_at, envelope)
         values ($1, $2, $3, $4, $5, $6)",
        id.as_str(),
        log_epoch.cast_signed(),
        number(span.first_seq),
        number(span.last_seq),
        at.0,
        to_document("batch", envelope)?
    )?;
    Ok(())
}

/// The batch that brought a play.
pub async fn batch_with(tx: &mut Tx<'_>, id: &BoxId, log_epoch: u64, seq: u64) -> DbResult<Option<Envelope>> {
    let found = row_in!(
        tx,
        (String,),
        "select envelope from play_batch where box = $1 and log_epoch = $2 and first_seq <= $3 and last_seq >= $3
         order by first_seq desc limit 1",
        id.as_str(),
        log_epoch.cast_signed(),
        number(seq)
    )?;
    found.map(|(text,)| document("batch", &text)).transpose()
}

/// Adds to an hourly total.
pub async fn add_hour(tx: &mut Tx<'_>, key: &HourKey, total: HourTotal) -> DbResult<()> {
    execute_in!(
        tx,
        "insert into play_hour (hour, screen, zone, item, item_version, plays, complete, shown_ms, planned_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (hour, screen, zone, item, item_version) do update set plays = play_hour.plays + excluded.plays,
         complete = play_hour.complete + excluded.complete, shown_ms = play_hour.shown_ms + excluded.shown_ms,
         planned_ms = play_hour.planned_ms + excluded.planned_ms",
        key.hour,
        key.screen.as_str(),
        key.zone.as_str(),
        key.item.as_str(),
        i64::from(key.item_version),
        total.plays,
        total.complete,
        total.shown_ms,
        total.planned_ms
    )?;
    Ok(())
}

/// Puts evidence aside that could not be counted; the same evidence is kept once. False when the box has too much of it.
pub async fn quarantine(
    tx: &mut Tx<'_>,
    id: &BoxId,
    (log_epoch, first_seq): (u64, u64),
    reason: &str,
    envelope: &Envelope,
    at: Instant,
    kept_max: i64,
) -> DbResult<bool> {
    let kept = execute_in!(
        tx,
        "insert into play_quarantine (box, hash, log_epoch, first_seq, received_at, reason, envelope)
         select $1, $2, $3, $4, $5, $6, $7 where (select count(*) from play_quarantine q where q.box = $1) < $8
         or exists (select 1 from play_quarantine q where q.box = $1 and q.hash = $2)
         on conflict (box, hash) do update set received_at = play_quarantine.received_at",
        id.as_str(),
        ContentHash::of(envelope.body.as_bytes()).to_hex(),
        log_epoch.cast_signed(),
        number(first_seq),
        at.0,
        reason,
        to_document("batch", envelope)?,
        kept_max
    )?;
    Ok(kept > 0)
}

/// Writes down that a box no longer holds some plays.
pub async fn add_gap(tx: &mut Tx<'_>, id: &BoxId, log_epoch: u64, span: Span, at: Instant) -> DbResult<()> {
    execute_in!(
        tx,
        "insert into play_gap (box, log_epoch, first_seq, last_seq, noticed_at) values ($1, $2, $3, $4, $5)",
        id.as_str(),
        log_epoch.cast_signed(),
        number(span.first_seq),
        number(span.last_seq),
        at.0
    )?;
    Ok(())
}

/// Evidence that could not be counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aside {
    /// Whose.
    pub box_id: String,
    /// When it came.
    pub received_at: Instant,
    /// Why it was not counted.
    pub reason: String,
}

/// The newest evidence that could not be counted, at most `limit` pieces.
pub async fn set_aside(db: &Db, limit: u32) -> DbResult<Vec<Aside>> {
    let found = rows!(
        db,
        (String, i64, String),
        "select box, received_at, reason from play_quarantine order by received_at desc, box, first_seq limit $1",
        i64::from(limit)
    )?;
    let aside = |(box_id, received_at, reason)| Aside { box_id, received_at: Instant(received_at), reason };
    Ok(found.into_iter().map(aside).collect())
}

/// How many plays boxes no longer held when they were due: unproven, never filled in.
pub async fn plays_in_gaps(db: &Db) -> DbResult<i64> {
    let question = "select cast(coalesce(sum(last_seq - first_seq + 1), 0) as bigint) from play_gap";
    Ok(row!(db, (i64,), question)?.map_or(0, |(count,)| count))
}

#[cfg(test)]
pub(crate) mod asked {
    //! What tests ask of the books.

    use super::Db;

    /// Everything in the hourly totals: plays, complete ones, time on the glass.
    pub(crate) async fn total(db: &Db) -> (i64, i64, i64) {
        let found = row!(
            db,
            (i64, i64, i64),
            "select cast(coalesce(sum(plays), 0) as bigint), cast(coalesce(sum(complete), 0) as bigint),
             cast(coalesce(sum(shown_ms), 0) as bigint) from play_hour"
        );
        found.expect("asked").expect("a row")
    }

    /// Batches that are kept.
    pub(crate) async fn batches(db: &Db) -> i64 {
        row!(db, (i64,), "select count(*) from play_batch").expect("asked").expect("a row").0
    }

    /// Logs of which anything is held.
    pub(crate) async fn logs(db: &Db) -> i64 {
        row!(db, (i64,), "select count(*) from play_log").expect("asked").expect("a row").0
    }

    /// Lets SQLite have not one page more; false on the other engine, whose disk is its own.
    pub(crate) async fn fill_disk(db: &Db) -> bool {
        let Db::Sqlite { write, .. } = db else { return false };
        // A limit below the present size means the present size.
        sqlx::query("pragma max_page_count = 1").execute(write).await.expect("set");
        true
    }

    /// Gives SQLite room again.
    pub(crate) async fn make_room(db: &Db) {
        let Db::Sqlite { write, .. } = db else { return };
        sqlx::query("pragma max_page_count = 1000000").execute(write).await.expect("set");
    }
}
