//! The log of plays on disk: rows and nothing else. What is written when, numbers and chain are
//! [`anteroom_content::play`].

use anteroom_content::clock::Instant;
use anteroom_content::id::{BoxId, ContentHash, ItemId, ScreenId};
use anteroom_content::play::{Ack, LogMark, LogState, LogStore, LogWork, OpenPlay, Play, Tail, chain_start};
use sqlx::{Sqlite, SqliteConnection, Transaction};

use super::{Store, StoreError};

/// Changes of the log in one transaction.
pub struct PlayWork(Transaction<'static, Sqlite>);

fn hash_from(bytes: &[u8]) -> Result<ContentHash, StoreError> {
    let bytes = <[u8; 32]>::try_from(bytes).map_err(|_| StoreError::damaged("a chain value", "not 32 bytes"))?;
    Ok(ContentHash::from_bytes(bytes))
}

async fn state_of(connection: &mut SqliteConnection, log_epoch: u64) -> Result<LogState, StoreError> {
    let (last, acked, pruned): (i64, i64, i64) = sqlx::query_as(
        "select coalesce((select max(seq) from play where log_epoch = $1), pruned_seq), acked_seq, pruned_seq
         from log where log_epoch = $1",
    )
    .bind(log_epoch.cast_signed())
    .fetch_one(connection)
    .await?;
    let mark = LogMark { log_epoch, seq: last.cast_unsigned() };
    Ok(LogState { mark, oldest_seq: pruned.cast_unsigned() + 1, acked_seq: acked.cast_unsigned() })
}

fn last_play_of((screen, item, planned_at): (String, String, i64)) -> Result<(ScreenId, ItemId, Instant), StoreError> {
    let screen = ScreenId::parse(&screen).map_err(|error| StoreError::damaged("a screen name", error))?;
    let item = ItemId::parse(&item).map_err(|error| StoreError::damaged("an item name", error))?;
    Ok((screen, item, Instant(planned_at)))
}

impl LogStore for Store {
    type Error = StoreError;
    type Work = PlayWork;

    async fn enter(&self) -> Result<PlayWork, StoreError> {
        Ok(PlayWork(self.pool.begin().await?))
    }

    async fn log_epoch(&self, box_id: &BoxId) -> Result<Option<u64>, StoreError> {
        let found: Option<i64> =
            sqlx::query_scalar("select log_epoch from log where box = $1 order by nth desc limit 1")
                .bind(box_id.as_str())
                .fetch_optional(&self.pool)
                .await?;
        Ok(found.map(i64::cast_unsigned))
    }

    async fn begin_log(&self, box_id: &BoxId, log_epoch: u64, at: Instant) -> Result<(), StoreError> {
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

    async fn log_state(&self, log_epoch: u64) -> Result<LogState, StoreError> {
        let mut connection = self.pool.acquire().await?;
        state_of(&mut connection, log_epoch).await
    }

    async fn open_plays(&self) -> Result<Vec<OpenPlay>, StoreError> {
        let rows: Vec<String> = sqlx::query_scalar("select body from open_play").fetch_all(&self.pool).await?;
        rows.iter()
            .map(|body| serde_json::from_str(body).map_err(|error| StoreError::damaged("an open play", error)))
            .collect()
    }

    async fn last_plays(&self) -> Result<Vec<(ScreenId, ItemId, Instant)>, StoreError> {
        let rows = sqlx::query_as("select screen, item, planned_at from last_play").fetch_all(&self.pool).await?;
        rows.into_iter().map(last_play_of).collect()
    }

    async fn plays_after(&self, log_epoch: u64, seq: u64, count_max: usize) -> Result<Tail, StoreError> {
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
            .bind(i64::try_from(count_max).unwrap_or(i64::MAX))
            .fetch_all(&self.pool)
            .await?;
        Ok(Tail { chain_before: hash_from(&before)?, plays })
    }

    fn is_full(error: &StoreError) -> bool {
        error.is_disk_full()
    }

    async fn make_room(&self) -> bool {
        self.ballast.drop_overboard()
    }

    async fn reserve_room(&self) {
        let ballast = self.ballast.clone();
        let _ = tokio::task::spawn_blocking(move || ballast.take()).await;
    }
}

impl LogWork for PlayWork {
    type Error = StoreError;

    async fn state(&mut self, log_epoch: u64) -> Result<LogState, StoreError> {
        state_of(&mut self.0, log_epoch).await
    }

    async fn chain(&mut self, log_epoch: u64) -> Result<ContentHash, StoreError> {
        let (_, chain): (i64, Vec<u8>) = sqlx::query_as(
            "select seq, chain from play where log_epoch = $1
             union all select pruned_seq, pruned_chain from log where log_epoch = $1
             order by seq desc limit 1",
        )
        .bind(log_epoch.cast_signed())
        .fetch_one(&mut *self.0)
        .await?;
        hash_from(&chain)
    }

    async fn keep_open(&mut self, play: &OpenPlay) -> Result<(), StoreError> {
        let body = serde_json::to_string(play).map_err(|error| StoreError::damaged("an open play", error))?;
        sqlx::query(
            "insert into open_play (screen, body) values ($1, $2)
             on conflict (screen) do update set body = excluded.body",
        )
        .bind(play.screen.as_str())
        .bind(body)
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    async fn add_play(
        &mut self,
        log_epoch: u64,
        play: &Play,
        body: &str,
        chain: &ContentHash,
        at: Instant,
    ) -> Result<(), StoreError> {
        sqlx::query("insert into play (log_epoch, seq, body, chain, ended_at) values ($1, $2, $3, $4, $5)")
            .bind(log_epoch.cast_signed())
            .bind(play.seq.cast_signed())
            .bind(body)
            .bind(chain.as_bytes().to_vec())
            .bind(at.0)
            .execute(&mut *self.0)
            .await?;
        sqlx::query("delete from open_play where screen = $1").bind(play.screen.as_str()).execute(&mut *self.0).await?;
        sqlx::query(
            "insert into last_play (screen, item, planned_at) values ($1, $2, $3)
             on conflict (screen) do update set item = excluded.item, planned_at = excluded.planned_at",
        )
        .bind(play.screen.as_str())
        .bind(play.item.as_str())
        .bind(play.planned_at.0)
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    async fn set_acked(&mut self, mark: LogMark) -> Result<(), StoreError> {
        sqlx::query("update log set acked_seq = $2 where log_epoch = $1")
            .bind(mark.log_epoch.cast_signed())
            .bind(mark.seq.cast_signed())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    async fn acks(&mut self, log_epoch: u64) -> Result<Vec<Ack>, StoreError> {
        let rows: Vec<(i64, i64)> = sqlx::query_as("select seq, at from ack where log_epoch = $1 order by seq")
            .bind(log_epoch.cast_signed())
            .fetch_all(&mut *self.0)
            .await?;
        Ok(rows.into_iter().map(|(seq, at)| Ack { seq: seq.cast_unsigned(), at: Instant(at) }).collect())
    }

    async fn add_ack(&mut self, log_epoch: u64, ack: Ack) -> Result<(), StoreError> {
        sqlx::query("insert into ack (log_epoch, seq, at) values ($1, $2, $3)")
            .bind(log_epoch.cast_signed())
            .bind(ack.seq.cast_signed())
            .bind(ack.at.0)
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    async fn drop_acks_after(&mut self, mark: LogMark) -> Result<(), StoreError> {
        sqlx::query("delete from ack where log_epoch = $1 and seq > $2")
            .bind(mark.log_epoch.cast_signed())
            .bind(mark.seq.cast_signed())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    async fn drop_plays(&mut self, upto: LogMark) -> Result<u64, StoreError> {
        let (log_epoch, seq) = (upto.log_epoch.cast_signed(), upto.seq.cast_signed());
        let moved = sqlx::query(
            "update log set pruned_seq = $2,
                pruned_chain = (select chain from play where log_epoch = $1 and seq = $2)
             where log_epoch = $1 and exists (select 1 from play where log_epoch = $1 and seq = $2)",
        )
        .bind(log_epoch)
        .bind(seq)
        .execute(&mut *self.0)
        .await?;
        if moved.rows_affected() == 0 {
            return Ok(0);
        }
        let done = sqlx::query("delete from play where log_epoch = $1 and seq <= $2")
            .bind(log_epoch)
            .bind(seq)
            .execute(&mut *self.0)
            .await?;
        sqlx::query("delete from ack where log_epoch = $1 and seq < $2")
            .bind(log_epoch)
            .bind(seq)
            .execute(&mut *self.0)
            .await?;
        Ok(done.rows_affected())
    }

    async fn drop_other_logs(&mut self, log_epoch: u64, before: Instant) -> Result<u64, StoreError> {
        let done = sqlx::query("delete from play where log_epoch <> $1 and ended_at < $2")
            .bind(log_epoch.cast_signed())
            .bind(before.0)
            .execute(&mut *self.0)
            .await?;
        Ok(done.rows_affected())
    }

    async fn commit(self) -> Result<(), StoreError> {
        Ok(self.0.commit().await?)
    }
}
