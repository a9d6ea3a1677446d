//! Whom the box believes: the charter, and the highest of everything that was ever signed for it.

use anteroom_content::clock::Instant;
use anteroom_content::id::ZoneId;
use anteroom_content::manifest::{Assignment, Envelope};
use anteroom_content::trust::{Charter, PublicKey, Rank, SignedCharter, Trust};
use anteroom_content::wire::Held;
use sqlx::{Sqlite, Transaction};

use super::{Store, StoreError};

/// A manifest as it was kept: zone, epoch, version, body, signature, and when it was heard last.
type ManifestRow = (String, i64, i64, String, String, i64);

impl Store {
    /// The charter as the root key signed it.
    pub async fn charter(&self) -> Result<Option<SignedCharter>, StoreError> {
        let document: Option<String> =
            sqlx::query_scalar("select document from charter where one = 1").fetch_optional(&self.pool).await?;
        let read =
            |document: String| serde_json::from_str(&document).map_err(|error| StoreError::damaged("a charter", error));
        document.map(read).transpose()
    }

    /// Keeps a charter that was accepted, and the authorities it names; an older one than is held changes nothing.
    pub async fn keep_charter(&self, charter: &Charter, signed: &SignedCharter) -> Result<(), StoreError> {
        let mut work = self.pool.begin().await?;
        write_charter(&mut work, charter, signed).await?;
        Ok(work.commit().await?)
    }

    /// What the box believes. `paired_with` is the publish key of its identity.
    pub async fn trust(&self, paired_with: PublicKey) -> Result<Trust, StoreError> {
        let mut trust = Trust::paired_with(paired_with);
        if let Some(signed) = self.charter().await? {
            // It was judged before it was kept; reading it once more finds a disk that fails.
            let charter = signed.read().map_err(|refused| StoreError::damaged("a charter", refused))?;
            trust.raise_charter(charter);
        }
        if let Some((rank, envelope)) = self.assignment().await? {
            trust.raise_assignment(rank, &envelope);
        }
        let rows: Vec<ManifestRow> =
            sqlx::query_as("select zone, epoch, version, body, signature, heard_at from manifest")
                .fetch_all(&self.pool)
                .await?;
        for (zone, epoch, version, body, signature, heard_at) in rows {
            let zone = ZoneId::parse(&zone).map_err(|error| StoreError::damaged("a zone", error))?;
            let (rank, envelope) = (rank(epoch, version)?, Envelope { body, signature });
            trust.raise_manifest(&zone, rank, &envelope, Instant(heard_at));
        }
        Ok(trust)
    }

    /// The highest the box has ever seen, for the server.
    pub async fn held(&self) -> Result<Held, StoreError> {
        let charter = self.charter().await?.and_then(|signed| signed.read().ok());
        let highest: Option<(i64, i64)> =
            sqlx::query_as("select epoch, version from manifest order by epoch desc, version desc limit 1")
                .fetch_optional(&self.pool)
                .await?;
        Ok(Held {
            charter_version: charter.as_ref().map_or(0, |charter| charter.version),
            epoch: charter.as_ref().map_or(0, |charter| charter.epoch),
            manifest: highest.map(|(epoch, version)| rank(epoch, version)).transpose()?.unwrap_or_default(),
            assignment: self.assignment().await?.map(|(rank, _)| rank).unwrap_or_default(),
        })
    }

    /// The assignment, as it was signed, with its rank.
    pub async fn assignment(&self) -> Result<Option<(Rank, Envelope)>, StoreError> {
        let row: Option<(i64, i64, String, String)> =
            sqlx::query_as("select epoch, version, body, signature from assignment where one = 1")
                .fetch_optional(&self.pool)
                .await?;
        let Some((epoch, version, body, signature)) = row else { return Ok(None) };
        Ok(Some((rank(epoch, version)?, Envelope { body, signature })))
    }

    /// Keeps an assignment that was accepted, in place of the one before it.
    pub async fn keep_assignment(&self, assignment: &Assignment, envelope: &Envelope) -> Result<(), StoreError> {
        sqlx::query(
            "insert into assignment (one, epoch, version, body, signature) values (1, $1, $2, $3, $4)
             on conflict (one) do update set epoch = excluded.epoch, version = excluded.version, body = excluded.body,
                signature = excluded.signature
             where (excluded.epoch, excluded.version) >= (assignment.epoch, assignment.version)",
        )
        .bind(i64::from(assignment.epoch))
        .bind(assignment.version.cast_signed())
        .bind(&envelope.body)
        .bind(&envelope.signature)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Notes that a zone's manifest was heard again.
    pub async fn confirm_manifest(&self, zone: &ZoneId, at: Instant) -> Result<(), StoreError> {
        sqlx::query("update manifest set heard_at = max(heard_at, $2) where zone = $1")
            .bind(zone.as_str())
            .bind(at.0)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

/// Writes a charter in the place of an older one, and the authorities it names beside the box's keys.
pub(super) async fn write_charter(
    work: &mut Transaction<'_, Sqlite>,
    charter: &Charter,
    signed: &SignedCharter,
) -> Result<(), StoreError> {
    let document = serde_json::to_string(signed).map_err(|error| StoreError::damaged("a charter", error))?;
    let done = sqlx::query(
        "insert into charter (one, version, document) values (1, $1, $2)
         on conflict (one) do update set version = excluded.version, document = excluded.document
         where excluded.version > charter.version",
    )
    .bind(charter.version.cast_signed())
    .bind(document)
    .execute(&mut **work)
    .await?;
    if done.rows_affected() == 1 {
        sqlx::query("update identity set authority_pem = $1 where one = 1")
            .bind(charter.authorities_pem())
            .execute(&mut **work)
            .await?;
    }
    Ok(())
}

fn rank(epoch: i64, version: i64) -> Result<Rank, StoreError> {
    let epoch = u32::try_from(epoch).map_err(|error| StoreError::damaged("an epoch", error))?;
    Ok(Rank::new(epoch, version.cast_unsigned()))
}

#[cfg(test)]
pub(in crate::agent) mod tests {
    use anteroom_content::id::BoxId;
    use ed25519_dalek::SigningKey;

    use super::*;
    use crate::agent::store::testing::an_identity;

    /// The first charter of a house with these keys.
    pub(in crate::agent) fn a_charter(root: &SigningKey, publish: &SigningKey, authority_pem: &str) -> Charter {
        Charter {
            version: 1,
            epoch: 1,
            issued_at: Instant(0),
            root: root.verifying_key().into(),
            publish: vec![publish.verifying_key().into()],
            alert: vec![],
            authorities: vec![authority_pem.to_owned()],
        }
    }

    #[tokio::test]
    async fn what_a_box_believes_outlives_a_restart_and_never_sinks() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let (root, publish) = (SigningKey::from_bytes(&[2; 32]), SigningKey::from_bytes(&[3; 32]));
        let paired_with = PublicKey::from(publish.verifying_key());
        assert_eq!(store.trust(paired_with).await.unwrap(), Trust::paired_with(paired_with));
        assert_eq!(store.held().await.unwrap(), Held::default());
        store.keep_identity(&an_identity("box-1")).await.unwrap();

        let first = a_charter(&root, &publish, "first authority");
        let second = Charter { version: 2, authorities: vec!["second authority".into()], ..first.clone() };
        for charter in [&first, &second, &first] {
            let signed = SignedCharter::seal(charter, &[&root]).unwrap();
            store.keep_charter(charter, &signed).await.unwrap();
        }
        assert_eq!(store.identity().await.unwrap().unwrap().authority_pem, "second authority\n");
        let assignment = |version| Assignment {
            box_id: BoxId::parse("box-1").unwrap(),
            epoch: 1,
            version,
            zone: ZoneId::parse("Z1").unwrap(),
            screens: vec![],
        };
        for version in [7, 6] {
            let envelope = Envelope::seal(&assignment(version), &publish).unwrap();
            store.keep_assignment(&assignment(version), &envelope).await.unwrap();
        }
        let trust = store.trust(paired_with).await.unwrap();
        assert_eq!((trust.charter(), trust.assignment_rank()), (Some(&second), Some(Rank::new(1, 7))));
        let held = store.held().await.unwrap();
        assert_eq!((held.charter_version, held.epoch, held.assignment), (2, 1, Rank::new(1, 7)));
        store.forget_identity().await.unwrap();
        assert_eq!(store.held().await.unwrap(), Held::default(), "a box that is paired anew begins anew");
    }
}
