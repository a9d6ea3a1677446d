//! Who the box is: keys, certificate, and whom it trusts. And the floor under its clock.

use std::fmt;

use anteroom_content::clock::Instant;
use anteroom_content::id::BoxId;
use anteroom_content::trust::{Charter, PublicKey, SignedCharter};
use ed25519_dalek::SigningKey;
use sqlx::{FromRow, Sqlite, Transaction};

use super::trust::write_charter;
use super::{Store, StoreError};

/// What a box got when it was paired.
#[derive(Clone)]
pub struct Identity {
    /// Its name.
    pub box_id: BoxId,
    /// The private key of its certificate, PEM.
    pub key_pem: String,
    /// Its certificate, PEM.
    pub certificate_pem: String,
    /// The authorities it trusts, PEM, the one in use first.
    pub authority_pem: String,
    /// The publish key that was in use then: a first charter must name it.
    pub publish_key: PublicKey,
    /// The key it signs its plays with.
    pub signing_key: SigningKey,
}

impl fmt::Debug for Identity {
    // Keys stay out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("box_id", &self.box_id).finish_non_exhaustive()
    }
}

#[derive(FromRow)]
struct IdentityRow {
    #[sqlx(rename = "box")]
    box_id: String,
    key_pem: String,
    certificate_pem: String,
    authority_pem: String,
    publish_key: String,
    signing_key: Vec<u8>,
}

impl TryFrom<IdentityRow> for Identity {
    type Error = StoreError;

    fn try_from(row: IdentityRow) -> Result<Self, StoreError> {
        let bytes = <[u8; 32]>::try_from(row.signing_key.as_slice());
        Ok(Self {
            box_id: BoxId::parse(&row.box_id).map_err(|error| StoreError::damaged("a box name", error))?,
            publish_key: PublicKey::parse(&row.publish_key)
                .map_err(|error| StoreError::damaged("a publish key", error))?,
            signing_key: SigningKey::from_bytes(
                &bytes.map_err(|_| StoreError::damaged("a signing key", "not 32 bytes"))?,
            ),
            key_pem: row.key_pem,
            certificate_pem: row.certificate_pem,
            authority_pem: row.authority_pem,
        })
    }
}

impl Store {
    /// Who the box is; none before it was paired.
    pub async fn identity(&self) -> Result<Option<Identity>, StoreError> {
        let row: Option<IdentityRow> = sqlx::query_as(
            "select box, key_pem, certificate_pem, authority_pem, publish_key, signing_key from identity where one = 1",
        )
        .fetch_optional(&self.pool)
        .await?;
        row.map(Identity::try_from).transpose()
    }

    /// Keeps who the box is, and nothing of whom it believes.
    #[cfg(test)]
    pub async fn keep_identity(&self, identity: &Identity) -> Result<(), StoreError> {
        let mut work = self.pool.begin().await?;
        write_identity(&mut work, identity).await?;
        Ok(work.commit().await?)
    }

    /// Keeps what a box got when it was paired: both, or neither.
    pub async fn keep_paired(
        &self,
        identity: &Identity,
        charter: &Charter,
        signed: &SignedCharter,
    ) -> Result<(), StoreError> {
        let mut work = self.pool.begin().await?;
        write_identity(&mut work, identity).await?;
        sqlx::query("delete from charter").execute(&mut *work).await?;
        write_charter(&mut work, charter, signed).await?;
        Ok(work.commit().await?)
    }

    /// Puts a new certificate and its key in the place of the old ones.
    pub async fn keep_certificate(&self, key_pem: &str, certificate_pem: &str) -> Result<(), StoreError> {
        sqlx::query("update identity set key_pem = $1, certificate_pem = $2 where one = 1")
            .bind(key_pem)
            .bind(certificate_pem)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Forgets who the box is and what it was told; the log of its plays stays.
    pub async fn forget_identity(&self) -> Result<(), StoreError> {
        let mut work = self.pool.begin().await?;
        for statement in [
            "delete from identity",
            "delete from assignment",
            "delete from manifest",
            "delete from edition",
            "delete from clinic",
            "delete from charter",
        ] {
            sqlx::query(statement).execute(&mut *work).await?;
        }
        Ok(work.commit().await?)
    }

    /// The moment before which no clock is believed.
    pub async fn time_floor(&self) -> Result<Option<Instant>, StoreError> {
        let at: Option<i64> =
            sqlx::query_scalar("select at from time_floor where one = 1").fetch_optional(&self.pool).await?;
        Ok(at.map(Instant))
    }

    /// Raises the floor; it never sinks.
    pub async fn raise_time_floor(&self, at: Instant) -> Result<(), StoreError> {
        sqlx::query(
            "insert into time_floor (one, at) values (1, $1)
             on conflict (one) do update set at = max(at, excluded.at)",
        )
        .bind(at.0)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

async fn write_identity(work: &mut Transaction<'_, Sqlite>, identity: &Identity) -> Result<(), StoreError> {
    sqlx::query(
        "insert into identity (one, box, key_pem, certificate_pem, authority_pem, publish_key, signing_key)
         values (1, $1, $2, $3, $4, $5, $6)
         on conflict (one) do update set box = excluded.box, key_pem = excluded.key_pem,
            certificate_pem = excluded.certificate_pem, authority_pem = excluded.authority_pem,
            publish_key = excluded.publish_key, signing_key = excluded.signing_key",
    )
    .bind(identity.box_id.as_str())
    .bind(&identity.key_pem)
    .bind(&identity.certificate_pem)
    .bind(&identity.authority_pem)
    .bind(identity.publish_key.to_string())
    .bind(identity.signing_key.to_bytes().to_vec())
    .execute(&mut **work)
    .await?;
    Ok(())
}

#[cfg(test)]
pub(in crate::agent) mod tests {
    use super::*;

    pub(in crate::agent) fn an_identity(name: &str) -> Identity {
        Identity {
            box_id: BoxId::parse(name).unwrap(),
            key_pem: "key".into(),
            certificate_pem: "certificate".into(),
            authority_pem: "authority".into(),
            publish_key: SigningKey::from_bytes(&[3; 32]).verifying_key().into(),
            signing_key: SigningKey::from_bytes(&[4; 32]),
        }
    }

    #[tokio::test]
    async fn an_identity_is_kept_and_forgotten_and_the_floor_never_sinks() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        assert!(store.identity().await.unwrap().is_none());
        store.keep_identity(&an_identity("box-1")).await.unwrap();
        store.keep_identity(&an_identity("box-2")).await.unwrap();
        assert_eq!(store.identity().await.unwrap().unwrap().box_id.as_str(), "box-2");
        store.forget_identity().await.unwrap();
        assert!(store.identity().await.unwrap().is_none());

        store.raise_time_floor(Instant(50)).await.unwrap();
        store.raise_time_floor(Instant(20)).await.unwrap();
        assert_eq!(store.time_floor().await.unwrap(), Some(Instant(50)));
    }
}
