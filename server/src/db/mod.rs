//! The only room with SQL. One text runs on SQLite and PostgreSQL; a row becomes a value before it leaves.
//!
//! SQLite has one writer connection, WAL and `synchronous=FULL`, read back when it is opened; reads have connections of
//! their own. The macros below write the two arms once: [`rows!`], [`row!`] and [`execute!`] on the pool (`execute!` goes to
//! the writer), [`execute_in!`] and [`row_in!`] inside a [`Tx`].

mod engine;

pub use engine::{Db, Tx};

/// Why the database did not answer.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The data folder was written by a newer version.
    #[error(
        "the data was written by a newer version of anteroom (migration {0} is unknown here): install that version or a newer one"
    )]
    Newer(i64),
    /// The disk has no room left.
    #[error("the disk of the data folder is full: make room, then try again; nothing was changed")]
    DiskFull,
    /// The database cannot be opened.
    #[error("cannot open the database {place}: {why}")]
    Unopened {
        /// Which.
        place: String,
        /// Why not.
        why: String,
    },
    /// It would be the same name twice, or name something that is not there.
    #[error("the change contradicts what is there already ({0})")]
    Conflict(String),
    /// A stored document cannot be read.
    #[error("a stored {what} cannot be read: {why}")]
    Unreadable {
        /// What sort of document.
        what: &'static str,
        /// Why not.
        why: String,
    },
    /// It was to be written together with other changes, and none of them could be.
    #[error(transparent)]
    Group(std::sync::Arc<DbError>),
    /// Whoever was to ask was cut off before there was an answer.
    #[error("the database was not asked: whoever was to do it was cut off")]
    CutOff,
    /// Anything else.
    #[error("the database failed: {0}")]
    Internal(sqlx::Error),
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        if let sqlx::Error::Database(database) = &error {
            let code = database.code().unwrap_or_default();
            // SQLITE_FULL is 13; PostgreSQL's disk_full is 53100.
            if code == "13" || code == "53100" {
                return Self::DiskFull;
            }
            if database.is_unique_violation() || database.is_foreign_key_violation() {
                return Self::Conflict(
                    database.constraint().map_or_else(|| database.message().to_owned(), str::to_owned),
                );
            }
        }
        Self::Internal(error)
    }
}

/// A database answer.
pub type DbResult<T> = Result<T, DbError>;

/// Reads a stored document.
pub(crate) fn document<T: serde::de::DeserializeOwned>(what: &'static str, text: &str) -> DbResult<T> {
    serde_json::from_str(text).map_err(|error| DbError::Unreadable { what, why: error.to_string() })
}

/// Writes a document to be stored.
pub(crate) fn to_document<T: serde::Serialize>(what: &'static str, value: &T) -> DbResult<String> {
    serde_json::to_string(value).map_err(|error| DbError::Unreadable { what, why: error.to_string() })
}

/// All rows of a question, as `$row`.
macro_rules! rows {
    ($db:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        match $db {
            $crate::db::Db::Sqlite { read, .. } => {
                sqlx::query_as::<_, $row>($sql)$(.bind($bind))*.fetch_all(read).await
            }
            $crate::db::Db::Postgres(pool) => {
                sqlx::query_as::<_, $row>($sql)$(.bind($bind))*.fetch_all(pool).await
            }
        }
        .map_err($crate::db::DbError::from)
    };
}

/// One row of a question, or none.
macro_rules! row {
    ($db:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        match $db {
            $crate::db::Db::Sqlite { read, .. } => {
                sqlx::query_as::<_, $row>($sql)$(.bind($bind))*.fetch_optional(read).await
            }
            $crate::db::Db::Postgres(pool) => {
                sqlx::query_as::<_, $row>($sql)$(.bind($bind))*.fetch_optional(pool).await
            }
        }
        .map_err($crate::db::DbError::from)
    };
}

/// Changes rows and tells how many.
macro_rules! execute {
    ($db:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        match $db {
            $crate::db::Db::Sqlite { write, .. } => {
                sqlx::query($sql)$(.bind($bind))*.execute(write).await.map(|done| done.rows_affected())
            }
            $crate::db::Db::Postgres(pool) => {
                sqlx::query($sql)$(.bind($bind))*.execute(pool).await.map(|done| done.rows_affected())
            }
        }
        .map_err($crate::db::DbError::from)
    };
}

/// Changes rows inside a transaction and tells how many.
macro_rules! execute_in {
    ($tx:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        match $tx {
            $crate::db::Tx::Sqlite(tx) => {
                sqlx::query($sql)$(.bind($bind))*.execute(&mut **tx).await.map(|done| done.rows_affected())
            }
            $crate::db::Tx::Postgres(tx) => {
                sqlx::query($sql)$(.bind($bind))*.execute(&mut **tx).await.map(|done| done.rows_affected())
            }
        }
        .map_err($crate::db::DbError::from)
    };
}

/// One row of a question inside a transaction, or none.
macro_rules! row_in {
    ($tx:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        match $tx {
            $crate::db::Tx::Sqlite(tx) => {
                sqlx::query_as::<_, $row>($sql)$(.bind($bind))*.fetch_optional(&mut **tx).await
            }
            $crate::db::Tx::Postgres(tx) => {
                sqlx::query_as::<_, $row>($sql)$(.bind($bind))*.fetch_optional(&mut **tx).await
            }
        }
        .map_err($crate::db::DbError::from)
    };
}

pub mod accounts;
pub mod arrivals;
pub mod audit;
pub mod boxes;
mod bulk;
pub mod calendar;
pub mod calls;
pub mod campaigns;
pub mod certificates;
pub mod clinics;
pub mod deliveries;
pub mod evergreens;
pub mod evidence;
pub mod facts;
pub mod handouts;
pub mod items;
pub mod ledger;
pub mod network;
pub mod notices;
mod packed;
pub mod places;
pub mod playlists;
pub mod publications;
pub mod reach;
mod rollups;
pub mod scans;
pub mod take_downs;
pub mod totals;
pub mod vouchers;

#[cfg(test)]
pub(crate) mod tests;
