//! The two engines: how they are opened, checked and brought up to date.

use std::cmp::Ordering;
use std::path::Path;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, PgPool, Postgres, Sqlite, SqlitePool, Transaction};

use super::{DbError, DbResult};

static MIGRATIONS: Migrator = sqlx::migrate!("../migrations");

/// Reading connections to SQLite: enough for the pages of a few people, and none of them can write.
const SQLITE_READERS_MAX: u32 = 8;
/// Connections to PostgreSQL.
const POSTGRES_CONNECTIONS_MAX: u32 = 16;
/// How long a connection waits for another's lock before it says so.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// The database, on either engine.
#[derive(Debug, Clone)]
pub enum Db {
    /// Embedded: one writer, many readers.
    Sqlite {
        /// The only connection that writes.
        write: SqlitePool,
        /// Connections that read.
        read: SqlitePool,
    },
    /// A server of its own, for several of ours.
    Postgres(PgPool),
}

/// A transaction, on either engine. Dropped without [`Tx::commit`], it changes nothing.
pub enum Tx<'a> {
    /// On the writer.
    Sqlite(Transaction<'a, Sqlite>),
    /// On a connection of the pool.
    Postgres(Transaction<'a, Postgres>),
}

impl Db {
    /// Opens (or makes) the SQLite database in a file and brings it up to date.
    ///
    /// # Errors
    /// [`DbError::Unopened`] when the file cannot be opened or a safety setting does not hold, [`DbError::Newer`] when a
    /// newer version wrote it.
    pub async fn open_sqlite(file: &Path) -> DbResult<Self> {
        let unopened = |why: String| DbError::Unopened { place: file.display().to_string(), why };
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT);
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            // On a full disk SQLite rolls back by itself, and sqlx goes on counting the transaction that is gone: every
            // later one would be refused. Such a connection is closed, and a new one opened in its place.
            .before_acquire(|connection, _| {
                let is_free = !connection.is_in_transaction();
                Box::pin(async move { Ok(is_free) })
            })
            .connect_with(options.clone())
            .await
            .map_err(|error| unopened(error.to_string()))?;
        let journal: (String,) = sqlx::query_as("pragma journal_mode").fetch_one(&write).await?;
        let synchronous: (i64,) = sqlx::query_as("pragma synchronous").fetch_one(&write).await?;
        if journal.0 != "wal" || synchronous.0 != 2 {
            return Err(unopened(format!(
                "it runs with journal_mode={} synchronous={}, but acknowledged plays need wal and full (2)",
                journal.0, synchronous.0
            )));
        }
        bring_up_to_date(MIGRATIONS.run(&write).await)?;
        let read =
            SqlitePoolOptions::new().max_connections(SQLITE_READERS_MAX).connect_with(options.read_only(true)).await?;
        Ok(Self::Sqlite { write, read })
    }

    /// Opens the SQLite database in a file to be read, also while a server writes it; whoever tries to write is refused.
    ///
    /// # Errors
    /// [`DbError::Unopened`] when the file cannot be opened or an older version wrote it, [`DbError::Newer`] when a newer
    /// version did.
    pub async fn open_sqlite_to_read(file: &Path) -> DbResult<Self> {
        let unopened = |why: String| DbError::Unopened { place: file.display().to_string(), why };
        let options = SqliteConnectOptions::new().filename(file).read_only(true).busy_timeout(BUSY_TIMEOUT);
        let read = SqlitePoolOptions::new()
            .max_connections(SQLITE_READERS_MAX)
            .connect_with(options)
            .await
            .map_err(|error| unopened(error.to_string()))?;
        let (written,): (i64,) =
            sqlx::query_as("select coalesce(max(version), 0) from _sqlx_migrations").fetch_one(&read).await?;
        let known = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0);
        match written.cmp(&known) {
            Ordering::Equal => Ok(Self::Sqlite { write: read.clone(), read }),
            Ordering::Greater => Err(DbError::Newer(written)),
            Ordering::Less => Err(unopened(
                "an older version wrote it: start the server once, it brings the data up to date".to_owned(),
            )),
        }
    }

    /// Connects to a PostgreSQL database (`postgres://…`) and brings it up to date.
    ///
    /// # Errors
    /// [`DbError::Unopened`] when it cannot be reached or commits are not durable, [`DbError::Newer`] when a newer version
    /// wrote it.
    pub async fn open_postgres(url: &str) -> DbResult<Self> {
        let unopened = |why: String| DbError::Unopened { place: "postgres".to_owned(), why };
        let pool = PgPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS_MAX)
            .connect(url)
            .await
            .map_err(|error| unopened(error.to_string()))?;
        let durable: (String,) =
            sqlx::query_as("select current_setting('synchronous_commit')").fetch_one(&pool).await?;
        if durable.0 == "off" {
            return Err(unopened("synchronous_commit is off, but acknowledged plays must be on disk".to_owned()));
        }
        bring_up_to_date(MIGRATIONS.run(&pool).await)?;
        Ok(Self::Postgres(pool))
    }

    /// Begins a transaction that may write.
    pub async fn begin(&self) -> DbResult<Tx<'static>> {
        match self {
            Self::Sqlite { write, .. } => Ok(Tx::Sqlite(write.begin_with("begin immediate").await?)),
            Self::Postgres(pool) => Ok(Tx::Postgres(pool.begin().await?)),
        }
    }

    /// Closes every connection; what was committed stays.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx<'_> {
    /// Runs words about the transaction itself.
    pub(super) async fn run(&mut self, words: &'static str) -> DbResult<()> {
        match self {
            Self::Sqlite(tx) => sqlx::query(words).execute(&mut **tx).await.map(drop)?,
            Self::Postgres(tx) => sqlx::query(words).execute(&mut **tx).await.map(drop)?,
        }
        Ok(())
    }

    /// Makes the changes last: on disk when this returns.
    pub async fn commit(self) -> DbResult<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}

fn bring_up_to_date(outcome: Result<(), MigrateError>) -> DbResult<()> {
    match outcome {
        Ok(()) => Ok(()),
        Err(MigrateError::VersionMissing(version)) => Err(DbError::Newer(version)),
        Err(MigrateError::Execute(error)) => Err(error.into()),
        Err(error) => Err(DbError::Unopened { place: "schema".to_owned(), why: error.to_string() }),
    }
}
