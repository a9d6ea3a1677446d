//! Many rows in one statement. A statement costs a walk to SQLite's thread or over the network, whatever it does; the
//! books write thousands of rows in one commit.

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Arguments, Database, Encode, FromRow, Postgres, Sqlite, Type};

use super::{DbError, DbResult, Tx};

/// Rows of one statement, most first. Few sizes, so that their statements stay prepared; none comes near the number of
/// values that SQLite (32,766) or PostgreSQL (65,535) takes.
const SIZES: [usize; 5] = [128, 32, 8, 2, 1];

/// One column of one row.
pub(super) enum Value<'a> {
    /// A text that is lent.
    Lent(&'a str),
    /// A text that was made for the purpose.
    Made(String),
    /// A number.
    Number(i64),
    /// Bytes that were made for the purpose.
    Packed(Vec<u8>),
}

/// A statement with a list of rows in it, in each of some sizes, for both engines.
pub(super) struct Many(Vec<Text>);

struct Text {
    rows: usize,
    sqlite: &'static str,
    postgres: &'static str,
}

impl Many {
    /// A statement with rows of so many columns between `before` and `after`. Its texts stay for the life of the process:
    /// it belongs into a `static`.
    pub(super) fn new(before: &str, columns: usize, after: &str) -> Self {
        let with = |values: Vec<String>| -> &'static str { format!("{before} {} {after}", values.join(", ")).leak() };
        let sized = |rows: usize| {
            // SQLite would look the name of each value up in a list of all of them, so they have none there.
            let plain = format!("({})", vec!["?"; columns].join(", "));
            let numbered = |row: usize| {
                let numbers = (1..=columns).map(|n| format!("${}", row * columns + n));
                format!("({})", numbers.collect::<Vec<_>>().join(", "))
            };
            Text { rows, sqlite: with(vec![plain; rows]), postgres: with((0..rows).map(numbered).collect()) }
        };
        Self(SIZES.into_iter().map(sized).collect())
    }

    /// Cuts rows into pieces for which there is a statement.
    fn pieces<'r, R>(&self, mut rows: &'r [R]) -> Vec<(&Text, &'r [R])> {
        let mut pieces = Vec::new();
        for sized in &self.0 {
            while let Some((piece, rest)) = rows.split_at_checked(sized.rows) {
                pieces.push((sized, piece));
                rows = rest;
            }
        }
        pieces
    }

    /// Writes rows.
    pub(super) async fn write<const N: usize>(&self, tx: &mut Tx<'_>, rows: &[[Value<'_>; N]]) -> DbResult<()> {
        for (sized, piece) in self.pieces(rows) {
            match tx {
                Tx::Sqlite(tx) => {
                    let values = arguments::<Sqlite, N>(piece)?;
                    sqlx::query_with(sized.sqlite, values).execute(&mut **tx).await?;
                }
                Tx::Postgres(tx) => {
                    let values = arguments::<Postgres, N>(piece)?;
                    sqlx::query_with(sized.postgres, values).execute(&mut **tx).await?;
                }
            }
        }
        Ok(())
    }

    /// Asks about rows; the answers come in no order.
    pub(super) async fn ask<T, const N: usize>(&self, tx: &mut Tx<'_>, rows: &[[Value<'_>; N]]) -> DbResult<Vec<T>>
    where
        T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        let mut found = Vec::with_capacity(rows.len());
        for (sized, piece) in self.pieces(rows) {
            match tx {
                Tx::Sqlite(tx) => {
                    let values = arguments::<Sqlite, N>(piece)?;
                    found.extend(sqlx::query_as_with::<_, T, _>(sized.sqlite, values).fetch_all(&mut **tx).await?);
                }
                Tx::Postgres(tx) => {
                    let values = arguments::<Postgres, N>(piece)?;
                    found.extend(sqlx::query_as_with::<_, T, _>(sized.postgres, values).fetch_all(&mut **tx).await?);
                }
            }
        }
        Ok(found)
    }
}

fn arguments<D: Database, const N: usize>(rows: &[[Value<'_>; N]]) -> DbResult<D::Arguments>
where
    for<'q> &'q str: Encode<'q, D> + Type<D>,
    for<'q> i64: Encode<'q, D> + Type<D>,
    for<'q> &'q [u8]: Encode<'q, D> + Type<D>,
{
    let mut values = D::Arguments::default();
    values.reserve(rows.len() * N, 0);
    for value in rows.iter().flatten() {
        let added = match value {
            Value::Lent(text) => values.add(*text),
            Value::Made(text) => values.add(text.as_str()),
            Value::Number(number) => values.add(*number),
            Value::Packed(bytes) => values.add(bytes.as_slice()),
        };
        added.map_err(|error| DbError::Internal(sqlx::Error::Encode(error)))?;
    }
    Ok(values)
}
