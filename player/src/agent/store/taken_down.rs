//! Which screens people took down, as the server told last.

use anteroom_content::id::ScreenId;

use super::{Store, StoreError};

impl Store {
    /// The screens that are taken down.
    pub async fn taken_down(&self) -> Result<Vec<ScreenId>, StoreError> {
        let rows: Vec<String> =
            sqlx::query_scalar("select screen from taken_down order by screen").fetch_all(&self.pool).await?;
        rows.iter()
            .map(|name| ScreenId::parse(name).map_err(|error| StoreError::damaged("a screen taken down", error)))
            .collect()
    }

    /// Keeps which screens are taken down, in place of those before.
    pub async fn keep_taken_down(&self, screens: &[ScreenId]) -> Result<(), StoreError> {
        let mut work = self.pool.begin().await?;
        sqlx::query("delete from taken_down").execute(&mut *work).await?;
        for screen in screens {
            sqlx::query("insert into taken_down (screen) values ($1) on conflict (screen) do nothing")
                .bind(screen.as_str())
                .execute(&mut *work)
                .await?;
        }
        Ok(work.commit().await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_taken_down_stays_so_until_it_is_told_otherwise() {
        let folder = tempfile::tempdir().unwrap();
        let screen = ScreenId::parse("Z1-1").unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        assert_eq!(store.taken_down().await.unwrap(), []);
        store.keep_taken_down(&[screen.clone(), screen.clone()]).await.unwrap();
        store.close().await;
        let store = Store::open(folder.path()).await.unwrap();
        assert_eq!(store.taken_down().await.unwrap(), [screen]);
        store.keep_taken_down(&[]).await.unwrap();
        assert_eq!(store.taken_down().await.unwrap(), []);
    }
}
