//! Facts the server knows about itself, by name.

use super::{Db, DbResult, Tx};

/// A fact, if it was ever set.
pub async fn fact(db: &Db, name: &str) -> DbResult<Option<String>> {
    let found = row!(db, (String,), "select value from fact where name = $1", name)?;
    Ok(found.map(|(value,)| value))
}

/// Sets a fact.
pub async fn set_fact(db: &Db, name: &str, value: &str) -> DbResult<()> {
    execute!(
        db,
        "insert into fact (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value",
        name,
        value
    )?;
    Ok(())
}

/// Forgets a fact.
pub async fn forget_fact(db: &Db, name: &str) -> DbResult<()> {
    execute!(db, "delete from fact where name = $1", name)?;
    Ok(())
}

/// Raises a fact that is a number; it never sinks.
pub async fn raise_number(db: &Db, name: &str, to: u64) -> DbResult<()> {
    execute!(
        db,
        "insert into fact (name, value) values ($1, $2)
         on conflict (name) do update set value = excluded.value
         where cast(fact.value as bigint) < cast(excluded.value as bigint)",
        name,
        to.min(i64::MAX.unsigned_abs()).to_string()
    )?;
    Ok(())
}

/// The highest number of the server-wide version counter that was given; 0 before the first.
pub async fn version(db: &Db) -> DbResult<u64> {
    Ok(fact(db, "version").await?.and_then(|text| text.parse().ok()).unwrap_or(0))
}

/// Makes the version counter go on from a number that was given, although these books do not know by whom.
pub async fn raise_version(db: &Db, to: u64) -> DbResult<()> {
    raise_number(db, "version", to).await
}

/// The next number of the server-wide version counter: above every one given before.
pub async fn next_version(tx: &mut Tx<'_>) -> DbResult<u64> {
    execute_in!(
        tx,
        "insert into fact (name, value) values ('version', '1')
         on conflict (name) do update set value = cast(cast(fact.value as bigint) + 1 as text)"
    )?;
    let (value,): (String,) =
        row_in!(tx, (String,), "select value from fact where name = 'version'")?.unwrap_or_default();
    value.parse().map_err(|_| super::DbError::Unreadable { what: "version counter", why: value })
}
