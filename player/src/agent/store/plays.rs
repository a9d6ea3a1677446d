//! The log of plays on disk. A number is given when a play ends, in the transaction that writes it, so that the log has
//! no gap; the chain value stands beside each play.

use anteroom_content::clock::Instant;
use anteroom_content::id::{BoxId, ContentHash, ItemId, ScreenId, ZoneId};
use anteroom_content::play::{BATCH_PLAYS_MAX, Ending, LogMark, Play, chain_next, chain_start};
use serde::{Deserialize, Serialize};
use sqlx::{Sqlite, Transaction};

use super::{Store, StoreError};
use crate::agent::limits::PLAYS_PRUNED_MAX;

/// A play that began and has not ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenPlay {
    /// On which screen.
    pub screen: ScreenId,
    /// In which zone.
    pub zone: ZoneId,
    /// What.
    pub item: ItemId,
    /// In which version.
    pub item_version: u32,
    /// The file on the glass.
    pub file: Option<ContentHash>,
    /// By which manifest.
    pub manifest_version: u64,
    /// When the plan let it begin.
    pub planned_at: Instant,
    /// How long the plan lets it stand.
    pub planned_ms: u32,
    /// When its first frame was presented.
    pub started_at: Instant,
    /// How long stages that are gone had it on the glass.
    pub shown_ms: u32,
    /// How long the stage that runs has had it on the glass, as last noted.
    pub noted_ms: u32,
}

/// One change of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A play begins, or more is known about one that has begun.
    Keep(OpenPlay),
    /// A play ends.
    Close {
        /// Which.
        play: OpenPlay,
        /// How long it was on the glass in all.
        shown_ms: u32,
        /// How.
        ending: Ending,
    },
}

/// Where the log stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogState {
    /// The log and its highest play.
    pub mark: LogMark,
    /// The oldest play still held; one above the highest when there is none.
    pub oldest_seq: u64,
    /// The highest play the server was heard to hold.
    pub acked_seq: u64,
}

impl LogState {
    /// Plays not acknowledged yet.
    pub fn waiting(&self) -> u64 {
        self.mark.seq.saturating_sub(self.acked_seq)
    }
}

fn hash_from(bytes: &[u8]) -> Result<ContentHash, StoreError> {
    let bytes = <[u8; 32]>::try_from(bytes).map_err(|_| StoreError::damaged("a chain value", "not 32 bytes"))?;
    Ok(ContentHash::from_bytes(bytes))
}

impl Store {
    /// The log a box writes to: its youngest; none before its first.
    pub async fn log_epoch(&self, box_id: &BoxId) -> Result<Option<u64>, StoreError> {
        let found: Option<i64> =
            sqlx::query_scalar("select log_epoch from log where box = $1 order by nth desc limit 1")
                .bind(box_id.as_str())
                .fetch_optional(&self.pool)
                .await?;
        Ok(found.map(i64::cast_unsigned))
    }

    /// Begins a log.
    pub async fn begin_log(&self, box_id: &BoxId, log_epoch: u64, at: Instant) -> Result<(), StoreError> {
        sqlx::query(
            "insert into log (log_epoch, nth, box, begun_at, pruned_chain)
             values ($1, (select coalesce(max(nth), 0) + 1 from log), $2, $3, $4)",
        )
        .bind(log_epoch.cast_signed())
        .bind(box_id.as_str())
        .bind(at.0)
        .bind(chain_start(box_id, log_epoch).as_bytes().to_vec())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Where a log stands.
    pub async fn log_state(&self, log_epoch: u64) -> Result<LogState, StoreError> {
        let (last, acked, pruned): (i64, i64, i64) = sqlx::query_as(
            "select coalesce((select max(seq) from play where log_epoch = $1), pruned_seq), acked_seq, pruned_seq
             from log where log_epoch = $1",
        )
        .bind(log_epoch.cast_signed())
        .fetch_one(&self.pool)
        .await?;
        let mark = LogMark { log_epoch, seq: last.cast_unsigned() };
        Ok(LogState { mark, oldest_seq: pruned.cast_unsigned() + 1, acked_seq: acked.cast_unsigned() })
    }

    /// Plays that were open when the box went down.
    pub async fn open_plays(&self) -> Result<Vec<OpenPlay>, StoreError> {
        let rows: Vec<String> = sqlx::query_scalar("select body from open_play").fetch_all(&self.pool).await?;
        rows.iter()
            .map(|body| serde_json::from_str(body).map_err(|error| StoreError::damaged("an open play", error)))
            .collect()
    }

    /// The showing of each screen that ended last.
    pub async fn last_plays(&self) -> Result<Vec<(ScreenId, ItemId, Instant)>, StoreError> {
        let rows: Vec<(String, String, i64)> =
            sqlx::query_as("select screen, item, planned_at from last_play").fetch_all(&self.pool).await?;
        rows.into_iter()
            .map(|(screen, item, planned_at)| {
                let screen = ScreenId::parse(&screen).map_err(|error| StoreError::damaged("a screen name", error))?;
                let item = ItemId::parse(&item).map_err(|error| StoreError::damaged("an item name", error))?;
                Ok((screen, item, Instant(planned_at)))
            })
            .collect()
    }

    /// Writes changes of the log, all or none. They are on the disk when this returns.
    pub async fn write_plays(&self, log_epoch: u64, steps: &[Step], at: Instant) -> Result<(), StoreError> {
        let mut work = self.pool.begin().await?;
        for step in steps {
            match step {
                Step::Keep(play) => keep_open(&mut work, play).await?,
                Step::Close { play, shown_ms, ending } => {
                    close(&mut work, log_epoch, play, (*shown_ms, *ending), at).await?;
                }
            }
        }
        Ok(work.commit().await?)
    }

    /// The plays after `seq` in the text that entered the chain, with the chain value before the first of them.
    pub async fn plays_after(&self, log_epoch: u64, seq: u64) -> Result<(ContentHash, Vec<String>), StoreError> {
        let before: Option<Vec<u8>> = sqlx::query_scalar(
            "select coalesce((select chain from play where log_epoch = $1 and seq = $2),
                             (select pruned_chain from log where log_epoch = $1 and pruned_seq = $2))",
        )
        .bind(log_epoch.cast_signed())
        .bind(seq.cast_signed())
        .fetch_one(&self.pool)
        .await?;
        let before =
            before.ok_or_else(|| StoreError::damaged("the log", format!("no chain value after play {seq}")))?;
        let plays = sqlx::query_scalar("select body from play where log_epoch = $1 and seq > $2 order by seq limit $3")
            .bind(log_epoch.cast_signed())
            .bind(seq.cast_signed())
            .bind(i64::try_from(BATCH_PLAYS_MAX).unwrap_or(i64::MAX))
            .fetch_all(&self.pool)
            .await?;
        Ok((hash_from(&before)?, plays))
    }

    /// The server holds everything up to `mark`; this may also be less than it once said.
    pub async fn acknowledge(&self, mark: LogMark) -> Result<(), StoreError> {
        sqlx::query("update log set acked_seq = $2 where log_epoch = $1")
            .bind(mark.log_epoch.cast_signed())
            .bind(mark.seq.cast_signed())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Removes plays that ended before `before` and are acknowledged, or belong to a log of the past.
    pub async fn prune_plays(&self, current: u64, before: Instant) -> Result<u64, StoreError> {
        let mut work = self.pool.begin().await?;
        let last: Option<i64> = sqlx::query_scalar(
            "select max(seq) from (select seq from play where log_epoch = $1 and ended_at < $2
                and seq <= (select acked_seq from log where log_epoch = $1) order by seq limit $3)",
        )
        .bind(current.cast_signed())
        .bind(before.0)
        .bind(PLAYS_PRUNED_MAX)
        .fetch_one(&mut *work)
        .await?;
        let mut removed = 0;
        if let Some(last) = last {
            sqlx::query(
                "update log set pruned_seq = $2,
                    pruned_chain = (select chain from play where log_epoch = $1 and seq = $2) where log_epoch = $1",
            )
            .bind(current.cast_signed())
            .bind(last)
            .execute(&mut *work)
            .await?;
            let done = sqlx::query("delete from play where log_epoch = $1 and seq <= $2")
                .bind(current.cast_signed())
                .bind(last)
                .execute(&mut *work)
                .await?;
            removed += done.rows_affected();
        }
        let done = sqlx::query("delete from play where log_epoch <> $1 and ended_at < $2")
            .bind(current.cast_signed())
            .bind(before.0)
            .execute(&mut *work)
            .await?;
        work.commit().await?;
        Ok(removed + done.rows_affected())
    }
}

async fn keep_open(work: &mut Transaction<'_, Sqlite>, play: &OpenPlay) -> Result<(), StoreError> {
    let body = serde_json::to_string(play).map_err(|error| StoreError::damaged("an open play", error))?;
    sqlx::query(
        "insert into open_play (screen, body) values ($1, $2) on conflict (screen) do update set body = excluded.body",
    )
    .bind(play.screen.as_str())
    .bind(body)
    .execute(&mut **work)
    .await?;
    Ok(())
}

async fn close(
    work: &mut Transaction<'_, Sqlite>,
    log_epoch: u64,
    play: &OpenPlay,
    (shown_ms, ending): (u32, Ending),
    at: Instant,
) -> Result<(), StoreError> {
    let (last, chain): (i64, Vec<u8>) = sqlx::query_as(
        "select seq, chain from play where log_epoch = $1
         union all select pruned_seq, pruned_chain from log where log_epoch = $1
         order by seq desc limit 1",
    )
    .bind(log_epoch.cast_signed())
    .fetch_one(&mut **work)
    .await?;
    let play = Play {
        seq: last.cast_unsigned() + 1,
        screen: play.screen.clone(),
        zone: play.zone.clone(),
        item: play.item.clone(),
        item_version: play.item_version,
        file: play.file,
        manifest_version: play.manifest_version,
        planned_at: play.planned_at,
        planned_ms: play.planned_ms,
        started_at: play.started_at,
        shown_ms,
        ending,
    };
    let body = serde_json::to_string(&play).map_err(|error| StoreError::damaged("a play", error))?;
    let chain = chain_next(&hash_from(&chain)?, &body);
    sqlx::query("insert into play (log_epoch, seq, body, chain, ended_at) values ($1, $2, $3, $4, $5)")
        .bind(log_epoch.cast_signed())
        .bind(play.seq.cast_signed())
        .bind(body)
        .bind(chain.as_bytes().to_vec())
        .bind(at.0)
        .execute(&mut **work)
        .await?;
    sqlx::query("delete from open_play where screen = $1").bind(play.screen.as_str()).execute(&mut **work).await?;
    sqlx::query(
        "insert into last_play (screen, item, planned_at) values ($1, $2, $3)
         on conflict (screen) do update set item = excluded.item, planned_at = excluded.planned_at",
    )
    .bind(play.screen.as_str())
    .bind(play.item.as_str())
    .bind(play.planned_at.0)
    .execute(&mut **work)
    .await?;
    Ok(())
}
