//! What people ordered for the rest of a day: a number and when it ends, by name.

use anteroom_content::clock::Instant;

use super::{Store, StoreError};

impl Store {
    /// What was ordered last, and until when; it may be over.
    pub async fn for_today(&self, what: &str) -> Result<Option<(i64, Instant)>, StoreError> {
        let row: Option<(i64, i64)> = sqlx::query_as("select value, until from for_today where what = $1")
            .bind(what)
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|(value, until)| (value, Instant(until))))
    }

    /// Keeps it, in place of what was ordered before.
    pub async fn keep_for_today(&self, what: &str, value: i64, until: Instant) -> Result<(), StoreError> {
        sqlx::query(
            "insert into for_today (what, value, until) values ($1, $2, $3)
             on conflict (what) do update set value = excluded.value, until = excluded.until",
        )
        .bind(what)
        .bind(value)
        .bind(until.0)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_ordered_for_today_outlives_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        assert_eq!(store.for_today("volume").await.unwrap(), None);
        store.keep_for_today("volume", 30, Instant(7)).await.unwrap();
        store.keep_for_today("volume", 20, Instant(9)).await.unwrap();
        store.close().await;
        let store = Store::open(folder.path()).await.unwrap();
        assert_eq!(store.for_today("volume").await.unwrap(), Some((20, Instant(9))));
        assert_eq!(store.for_today("power").await.unwrap(), None);
    }
}
