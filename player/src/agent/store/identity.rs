//! Who the box is: keys, certificate, and whom it trusts. And the floor under its clock.

use std::fmt;

use anteroom_content::clock::Instant;
use anteroom_content::id::BoxId;
use anteroom_content::manifest::from_hex;
use ed25519_dalek::{SigningKey, VerifyingKey};
use sqlx::FromRow;

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
    /// The authority it trusts, PEM.
    pub authority_pem: String,
    /// The key that signs manifests and assignments, as it came.
    pub publish_key_hex: String,
    /// The same, parsed.
    pub publish_key: VerifyingKey,
    /// The key it signs its plays with.
    pub signing_key: SigningKey,
}

impl fmt::Debug for Identity {
    // Keys stay out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("box_id", &self.box_id).finish_non_exhaustive()
    }
}

/// Reads the publish key a server sent.
pub fn publish_key(hex: &str) -> Option<VerifyingKey> {
    VerifyingKey::from_bytes(&from_hex::<32>(hex)?).ok()
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
            publish_key: publish_key(&row.publish_key)
                .ok_or_else(|| StoreError::damaged("a publish key", "not an Ed25519 key"))?,
            signing_key: SigningKey::from_bytes(
                &bytes.map_err(|_| StoreError::damaged("a signing key", "not 32 bytes"))?,
            ),
            key_pem: row.key_pem,
            certificate_pem: row.certificate_pem,
            authority_pem: row.authority_pem,
            publish_key_hex: row.publish_key,
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

    /// Keeps who the box is.
    pub async fn keep_identity(&self, identity: &Identity) -> Result<(), StoreError> {
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
        .bind(&identity.publish_key_hex)
        .bind(identity.signing_key.to_bytes().to_vec())
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

#[cfg(test)]
pub(in crate::agent) mod tests {
    use super::*;

    pub(in crate::agent) fn an_identity(name: &str) -> Identity {
        let publish = SigningKey::from_bytes(&[3; 32]).verifying_key();
        Identity {
            box_id: BoxId::parse(name).unwrap(),
            key_pem: "key".into(),
            certificate_pem: "certificate".into(),
            authority_pem: "authority".into(),
            publish_key_hex: anteroom_content::manifest::to_hex(publish.as_bytes()),
            publish_key: publish,
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
