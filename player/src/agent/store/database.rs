//! Opens the database: write-ahead log, every commit on disk before it counts, one writer.

use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use super::Ballast;
use crate::agent::limits::DATABASE_WAIT;

/// The version of the schema, kept in the database's `user_version`.
const SCHEMA_VERSION: i64 = 6;
const SCHEMA: &str = include_str!("schema.sql");
/// What each version added to the one before it, oldest first.
const ADDED: [(i64, &str); 5] = [
    (2, "alter table edition add column carry text not null default '{}'"),
    // Up to where the server was known to hold a log, and when: what it has held for two weeks may go.
    (
        3,
        "create table ack (
            log_epoch integer not null references log (log_epoch),
            seq       integer not null,
            at        integer not null,
            primary key (log_epoch, seq)
        ) strict",
    ),
    (4, include_str!("trust.sql")),
    // Screens that people took down: so they stay while no server is at hand.
    (5, "create table taken_down (screen text not null primary key) strict"),
    // What people ordered for the rest of a day.
    (
        6,
        "create table for_today (what text not null primary key, value integer not null, until integer not null) strict",
    ),
];

/// Why the store cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database fails.
    #[error("the state database fails: {0}")]
    Database(#[from] sqlx::Error),
    /// The folder cannot be used.
    #[error("the state folder `{folder}` cannot be used: {error}")]
    Folder {
        /// Which.
        folder: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// Written by a newer player.
    #[error(
        "the state folder was written by a newer player (schema {found}, this one knows {SCHEMA_VERSION}): install that one again, or choose an empty folder"
    )]
    Newer {
        /// Its schema.
        found: i64,
    },
    /// Something in it cannot be read.
    #[error("the state database holds {what} that cannot be read: {why}")]
    Damaged {
        /// What.
        what: &'static str,
        /// Why.
        why: String,
    },
    /// The database does not keep what it promises.
    #[error("the state database does not sync: journal `{journal}`, synchronous {synchronous}")]
    Unsafe {
        /// Its journal mode.
        journal: String,
        /// Its synchronous mode.
        synchronous: i64,
    },
}

impl StoreError {
    /// The disk is full, as far as SQLite can tell.
    pub fn is_disk_full(&self) -> bool {
        // SQLITE_FULL is 13; its extended codes keep it in the low byte.
        let Self::Database(sqlx::Error::Database(error)) = self else { return false };
        error.code().and_then(|code| code.parse::<i64>().ok()).is_some_and(|code| code & 0xff == 13)
    }

    /// A value of the database is not what was written.
    pub fn damaged(what: &'static str, why: impl std::fmt::Display) -> Self {
        Self::Damaged { what, why: why.to_string() }
    }
}

/// The box's database.
#[derive(Debug, Clone)]
pub struct Store {
    pub(super) pool: SqlitePool,
    pub(super) ballast: Ballast,
}

impl Store {
    /// Opens the database of a state folder, or makes it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open(folder: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(folder.join("box.sqlite"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(DATABASE_WAIT);
        // One connection is one writer: nothing in here can find the database locked by another part of the agent.
        let pool = SqlitePoolOptions::new().max_connections(1).acquire_timeout(DATABASE_WAIT);
        let pool = pool.idle_timeout(None).max_lifetime(None).connect_with(options).await?;
        let store = Self { pool, ballast: Ballast::of(folder) };
        store.assert_durable().await?;
        store.upgrade().await?;
        Ok(store)
    }

    async fn assert_durable(&self) -> Result<(), StoreError> {
        let journal: String = sqlx::query_scalar("pragma journal_mode").fetch_one(&self.pool).await?;
        let synchronous: i64 = sqlx::query_scalar("pragma synchronous").fetch_one(&self.pool).await?;
        if journal == "wal" && synchronous == 2 { Ok(()) } else { Err(StoreError::Unsafe { journal, synchronous }) }
    }

    async fn upgrade(&self) -> Result<(), StoreError> {
        let found: i64 = sqlx::query_scalar("pragma user_version").fetch_one(&self.pool).await?;
        if found > SCHEMA_VERSION {
            return Err(StoreError::Newer { found });
        }
        let mut work = self.pool.begin().await?;
        if found == 0 {
            sqlx::raw_sql(SCHEMA).execute(&mut *work).await?;
        }
        for (_, change) in ADDED.iter().filter(|(version, _)| *version > found) {
            sqlx::raw_sql(*change).execute(&mut *work).await?;
        }
        sqlx::raw_sql("pragma user_version = 6").execute(&mut *work).await?;
        Ok(work.commit().await?)
    }

    /// The space set aside for the log.
    pub fn ballast(&self) -> &Ballast {
        &self.ballast
    }

    /// Closes the database; what was committed stays.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

#[cfg(test)]
impl Store {
    /// Lets the database grow to so many pages, as a disk does that has no more room.
    pub async fn allow_pages(&self, pages: u32) {
        let text = format!("pragma max_page_count = {pages}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(text)).execute(&self.pool).await.unwrap();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_folder_of_before_there_were_charters_is_taken_over_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteConnectOptions::new().filename(folder.path().join("box.sqlite")).create_if_missing(true);
        let pool = SqlitePool::connect_with(options).await.unwrap();
        for text in [SCHEMA, ADDED[0].1, ADDED[1].1, BEFORE] {
            sqlx::raw_sql(text).execute(&pool).await.unwrap();
        }
        pool.close().await;
        let store = Store::open(folder.path()).await.unwrap();
        let identity = store.identity().await.unwrap().unwrap();
        let trust = store.trust(identity.publish_key).await.unwrap();
        assert!(trust.charter().is_none());
        let rank = anteroom_content::trust::Rank::new;
        assert_eq!(trust.assignment_rank(), Some(rank(0, 5)));
        assert_eq!(trust.manifest_rank(&anteroom_content::id::ZoneId::parse("Z1").unwrap()), Some(rank(1, 7)));
    }

    const BEFORE: &str = "pragma user_version = 3;
        insert into identity values (1, 'box-1', 'key', 'certificate', 'authority',
            'ed4928c628d1c2c6eae90338905995612959273a5c63f93636c14614ac8737d1', zeroblob(32));
        insert into assignment values (1, 5, '{}', '');
        insert into manifest values ('Z1', 1, 7, '{}', '');";

    #[tokio::test]
    async fn a_folder_of_a_newer_player_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        sqlx::raw_sql("pragma user_version = 9").execute(&store.pool).await.unwrap();
        store.close().await;
        let error = Store::open(folder.path()).await.unwrap_err();
        assert!(matches!(error, StoreError::Newer { found: 9 }), "{error}");
    }
}
