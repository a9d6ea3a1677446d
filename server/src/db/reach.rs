//! When each batch was on which screens: the way from a screen and a moment to the batch that tells of it.

use std::ops::Range;
use std::sync::LazyLock;

use anteroom_content::clock::Instant;
use anteroom_content::id::{BoxId, ScreenId};
use anteroom_content::play::books::{Kept, REACH_MS_MAX};

use super::bulk::{Many, Value};
use super::evidence::{KeptBatch, KeptRow};
use super::{Db, DbError, DbResult, Tx};

/// The most batches that may tell of one moment on one screen: a few, where boxes were changed or clocks moved.
const AT_ONCE_MAX: i64 = 16;

static ADD: LazyLock<Many> = LazyLock::new(|| {
    let after = "on conflict (screen, from_at, box, log_epoch, first_seq) do nothing";
    Many::new("insert into play_reach (screen, from_at, to_at, box, log_epoch, first_seq) values", 6, after)
});

/// Notes the stretches of batches.
pub async fn add(tx: &mut Tx<'_>, batches: &[Kept<'_>]) -> DbResult<()> {
    let mut rows = Vec::with_capacity(batches.len());
    for batch in batches {
        rows.extend(batch.reach.iter().map(|one| {
            [
                Value::Lent(one.screen.as_str()),
                Value::Number(one.from.0),
                Value::Number(one.to.0),
                Value::Lent(batch.log.box_id.as_str()),
                Value::Number(batch.log.log_epoch.cast_signed()),
                Value::Number(i64::try_from(batch.span.first_seq).unwrap_or(i64::MAX)),
            ]
        }));
    }
    ADD.write(tx, &rows).await
}

/// Batches that tell of a screen at a moment or, where none does, what was there just before and after: those whose stretch
/// holds the moment, the last that began before it, and the first that began after it.
pub async fn batches_around(db: &Db, screen: &ScreenId, at: Instant) -> DbResult<Vec<KeptBatch>> {
    let holding = rows!(
        db,
        KeptRow,
        "select b.box, b.log_epoch, b.first_seq, b.last_seq, b.received_at, b.envelope, b.packed from play_reach r
         join play_batch b on b.box = r.box and b.log_epoch = r.log_epoch and b.first_seq = r.first_seq
         where r.screen = $1 and r.from_at >= $2 and r.from_at <= $3 and r.to_at >= $3
         order by r.from_at desc limit $4",
        screen.as_str(),
        at.plus_ms(-REACH_MS_MAX).0,
        at.0,
        AT_ONCE_MAX
    )?;
    let before = row!(
        db,
        KeptRow,
        "select b.box, b.log_epoch, b.first_seq, b.last_seq, b.received_at, b.envelope, b.packed from play_reach r
         join play_batch b on b.box = r.box and b.log_epoch = r.log_epoch and b.first_seq = r.first_seq
         where r.screen = $1 and r.from_at <= $2 order by r.from_at desc limit 1",
        screen.as_str(),
        at.0
    )?;
    let after = row!(
        db,
        KeptRow,
        "select b.box, b.log_epoch, b.first_seq, b.last_seq, b.received_at, b.envelope, b.packed from play_reach r
         join play_batch b on b.box = r.box and b.log_epoch = r.log_epoch and b.first_seq = r.first_seq
         where r.screen = $1 and r.from_at > $2 order by r.from_at limit 1",
        screen.as_str(),
        at.0
    )?;
    let mut found: Vec<KeptBatch> =
        holding.into_iter().chain(before).chain(after).map(KeptRow::read).collect::<DbResult<_>>()?;
    let key = |batch: &KeptBatch| (batch.box_id.clone(), batch.log_epoch, batch.span.first_seq);
    found.sort_by_key(key);
    found.dedup_by_key(|batch| key(batch));
    Ok(found)
}

/// Logs that tell of a screen in a span of time, each with the first plays of the first and the last batch that does.
pub async fn logs_of_screen(
    db: &Db,
    screen: &ScreenId,
    span: Range<Instant>,
) -> DbResult<Vec<(BoxId, u64, Range<u64>)>> {
    let found = rows!(
        db,
        (String, i64, i64, i64),
        "select box, log_epoch, min(first_seq), max(first_seq) from play_reach
         where screen = $1 and from_at >= $2 and from_at < $3 and to_at >= $4 group by box, log_epoch order by box, log_epoch",
        screen.as_str(),
        span.start.plus_ms(-REACH_MS_MAX).0,
        span.end.0,
        span.start.0
    )?;
    let unreadable = |why: String| DbError::Unreadable { what: "play log", why };
    let read = |(box_id, log_epoch, first, last): (String, i64, i64, i64)| {
        let seq = |n: i64| u64::try_from(n).map_err(|error| unreadable(error.to_string()));
        let box_id = BoxId::parse(&box_id).map_err(|error| unreadable(error.to_string()))?;
        Ok((box_id, log_epoch.cast_unsigned(), seq(first)?..seq(last)?))
    };
    found.into_iter().map(read).collect()
}

/// A screen has plays, whenever.
pub async fn has_plays(db: &Db, screen: &ScreenId) -> DbResult<bool> {
    let question = "select from_at from play_reach where screen = $1 limit 1";
    Ok(row!(db, (i64,), question, screen.as_str())?.is_some())
}

/// Screens with plays in the hours (since 1970, half-open), by name.
pub async fn screens_played(db: &Db, hours: Range<i64>) -> DbResult<Vec<ScreenId>> {
    let found = rows!(
        db,
        (String,),
        "select distinct screen from play_hour where hour >= $1 and hour < $2 order by screen",
        hours.start,
        hours.end
    )?;
    let read = |(screen,): (String,)| {
        ScreenId::parse(&screen).map_err(|error| DbError::Unreadable { what: "total", why: error.to_string() })
    };
    found.into_iter().map(read).collect()
}

/// Batches in the order of box, log and number behind a place, at most `limit` of them: every batch, page by page.
pub async fn batches_behind(db: &Db, place: &(String, i64, i64), limit: u32) -> DbResult<Vec<KeptBatch>> {
    let found = rows!(
        db,
        KeptRow,
        "select box, log_epoch, first_seq, last_seq, received_at, envelope, packed from play_batch
         where (box, log_epoch, first_seq) > ($1, $2, $3) order by box, log_epoch, first_seq limit $4",
        &place.0,
        place.1,
        place.2,
        i64::from(limit)
    )?;
    found.into_iter().map(KeptRow::read).collect()
}

/// The box that lights a screen now.
pub async fn box_of(db: &Db, screen: &ScreenId) -> DbResult<Option<BoxId>> {
    let found = row!(db, (String,), "select box from assignment where screen = $1", screen.as_str())?;
    let read = |(id,): (String,)| {
        BoxId::parse(&id).map_err(|error| DbError::Unreadable { what: "box", why: error.to_string() })
    };
    found.map(read).transpose()
}

#[cfg(test)]
pub(crate) mod asked {
    //! What tests do to the way from screens to batches.

    use super::*;

    /// Fills it with stretches of ten screens, `count` each, five minutes apart, all of one batch.
    pub(crate) async fn crowd(db: &Db, (log_epoch, first_seq): (u64, i64), until: Instant, count: i64) {
        execute!(
            db,
            "insert into play_reach (screen, from_at, to_at, box, log_epoch, first_seq)
             with recursive n (i) as (select cast(1 as bigint) union all select i + 1 from n where i < $4),
             s (k) as (select cast(1 as bigint) union all select k + 1 from s where k < 10)
             select 'a-' || cast(k as text), $3 - i * 300000, $3 - i * 300000 + 290000, 'box-1', $1, $2 from s cross join n",
            log_epoch.cast_signed(),
            first_seq,
            until.0,
            count
        )
        .expect("filled");
    }

    /// Empties it.
    pub(crate) async fn forget(db: &Db) {
        execute!(db, "delete from play_reach").expect("emptied");
    }
}
