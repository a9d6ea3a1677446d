//! What the box was told: its assignment, the highest manifest of each zone, the show parts that are complete.

use anteroom_content::clock::Instant;
use anteroom_content::id::{ContentHash, ZoneId};
use anteroom_content::manifest::{Envelope, Manifest};
use anteroom_content::shelf::{EditionRow, Shelf};

use super::{Store, StoreError};
use crate::agent::limits::FILES_MAX;

impl Store {
    /// The text of the highest manifest ever seen of a zone.
    pub async fn manifest(&self, zone: &ZoneId) -> Result<Option<String>, StoreError> {
        let body = sqlx::query_scalar("select body from manifest where zone = $1").bind(zone.as_str());
        Ok(body.fetch_optional(&self.pool).await?)
    }

    /// Files that cannot be shown.
    pub async fn quarantined(&self) -> Result<Vec<ContentHash>, StoreError> {
        let rows: Vec<String> = sqlx::query_scalar("select hash from quarantine order by at desc limit $1")
            .bind(i64::try_from(FILES_MAX).unwrap_or(i64::MAX))
            .fetch_all(&self.pool)
            .await?;
        Ok(rows.iter().filter_map(|hash| ContentHash::parse(hash).ok()).collect())
    }

    /// Puts a file away for good.
    pub async fn quarantine(&self, hash: &ContentHash, why: &str, at: Instant) -> Result<(), StoreError> {
        sqlx::query("insert into quarantine (hash, at, why) values ($1, $2, $3) on conflict (hash) do nothing")
            .bind(hash.to_hex())
            .bind(at.0)
            .bind(why)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

impl Shelf for Store {
    type Error = StoreError;

    async fn keep_manifest(&self, manifest: &Manifest, envelope: &Envelope) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "insert into manifest (zone, epoch, version, body, signature) values ($1, $2, $3, $4, $5)
             on conflict (zone) do update
             set epoch = excluded.epoch, version = excluded.version, body = excluded.body, signature = excluded.signature
             where (excluded.epoch, excluded.version) > (manifest.epoch, manifest.version)",
        )
        .bind(manifest.zone.as_str())
        .bind(i64::from(manifest.epoch))
        .bind(manifest.version.cast_signed())
        .bind(&envelope.body)
        .bind(&envelope.signature)
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn editions(&self, zone: &ZoneId) -> Result<Vec<EditionRow>, StoreError> {
        let rows: Vec<(i64, i64, String, String)> = sqlx::query_as(
            "select version, effective_at, show_hash, carry from edition where zone = $1 order by effective_at, version",
        )
        .bind(zone.as_str())
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|(version, effective_at, hash, carry)| {
                let show = ContentHash::parse(&hash).map_err(|error| StoreError::damaged("a show hash", error))?;
                let carry = serde_json::from_str(&carry).map_err(|error| StoreError::damaged("a carry", error))?;
                Ok(EditionRow { version: version.cast_unsigned(), effective_at: Instant(effective_at), show, carry })
            })
            .collect()
    }

    async fn keep_editions(&self, zone: &ZoneId, editions: &[EditionRow]) -> Result<(), StoreError> {
        let mut work = self.pool.begin().await?;
        sqlx::query("delete from edition where zone = $1").bind(zone.as_str()).execute(&mut *work).await?;
        for edition in editions {
            let carry = serde_json::to_string(&edition.carry).map_err(|error| StoreError::damaged("a carry", error))?;
            sqlx::query(
                "insert into edition (zone, version, effective_at, show_hash, carry) values ($1, $2, $3, $4, $5)",
            )
            .bind(zone.as_str())
            .bind(edition.version.cast_signed())
            .bind(edition.effective_at.0)
            .bind(edition.show.to_hex())
            .bind(carry)
            .execute(&mut *work)
            .await?;
        }
        Ok(work.commit().await?)
    }

    async fn clinic(&self, zone: &ZoneId) -> Result<Option<ContentHash>, StoreError> {
        let hash: Option<String> = sqlx::query_scalar("select hash from clinic where zone = $1")
            .bind(zone.as_str())
            .fetch_optional(&self.pool)
            .await?;
        hash.map(|hash| ContentHash::parse(&hash).map_err(|error| StoreError::damaged("a clinic hash", error)))
            .transpose()
    }

    async fn keep_clinic(&self, zone: &ZoneId, version: u64, hash: &ContentHash) -> Result<(), StoreError> {
        sqlx::query(
            "insert into clinic (zone, version, hash) values ($1, $2, $3)
             on conflict (zone) do update set version = excluded.version, hash = excluded.hash",
        )
        .bind(zone.as_str())
        .bind(version.cast_signed())
        .bind(hash.to_hex())
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use anteroom_content::manifest::PartRef;
    use anteroom_content::schedule::Carry;
    use ed25519_dalek::SigningKey;

    use super::*;

    fn manifest(epoch: u32, version: u64) -> (Manifest, Envelope) {
        let part = PartRef { hash: ContentHash::of(b"part"), size_bytes: 4 };
        let zone = ZoneId::parse("Z1").unwrap();
        let at = Instant(7);
        let manifest = Manifest {
            epoch,
            version,
            zone,
            issued_at: at,
            effective_at: at,
            carry: Carry::default(),
            show: part,
            clinic: part,
        };
        let envelope = Envelope::seal(&manifest, &SigningKey::from_bytes(&[1; 32])).unwrap();
        (manifest, envelope)
    }

    #[tokio::test]
    async fn a_manifest_never_goes_back() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let zone = ZoneId::parse("Z1").unwrap();
        for (rank, is_kept) in
            [((1, 7), true), ((1, 6), false), ((1, 7), false), ((0, 99), false), ((1, 8), true), ((2, 1), true)]
        {
            let (manifest, envelope) = manifest(rank.0, rank.1);
            assert_eq!(store.keep_manifest(&manifest, &envelope).await.unwrap(), is_kept, "{rank:?}");
        }
        assert_eq!(store.manifest(&zone).await.unwrap(), Some(manifest(2, 1).1.body));
    }

    #[tokio::test]
    async fn show_parts_come_back_in_the_order_they_take_over() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let zone = ZoneId::parse("Z1").unwrap();
        let row = |version, at| EditionRow {
            version,
            effective_at: Instant(at),
            show: ContentHash::of(b"show"),
            carry: Carry { floor_air_ms: at, ..Carry::default() },
        };
        store.keep_editions(&zone, &[row(3, 30), row(2, 20)]).await.unwrap();
        assert_eq!(store.editions(&zone).await.unwrap(), [row(2, 20), row(3, 30)]);
    }
}
