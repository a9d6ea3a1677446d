//! The key of a site's call system: drawn by chance, shown once, kept as a hash. It names its site, so that looking it up tells nobody
//! anything, and it is compared in constant time.

use anteroom_content::id::SiteId;
use anteroom_content::manifest::{from_hex, to_hex};

use crate::db::{DbError, DbResult, calls};
use crate::state::State;

/// Bytes of chance in a key: nobody guesses it, however long he tries.
const CHANCE_BYTES: usize = 32;
/// The longest key that is looked at, in bytes: the longest name of a site, a dot and the digits.
const KEY_BYTES_MAX: usize = 200;
/// What is hashed with a key, so that its hash is worth nothing elsewhere.
const PURPOSE: &str = "anteroom 2026-11 site call key";

/// Why a key opens nothing.
#[derive(Debug, thiserror::Error)]
pub enum BadKey {
    /// It is no site's key, or not any more.
    #[error("the key is not known")]
    Unknown,
    /// The database did not answer.
    #[error(transparent)]
    Db(#[from] DbError),
}

fn hash_of(secret: &str) -> blake3::Hash {
    blake3::Hash::from_bytes(blake3::derive_key(PURPOSE, secret.as_bytes()))
}

/// Draws a new key for a site, in the place of the one before; the key itself is in the answer alone. None where there is no such site.
///
/// # Errors
/// [`DbError`] when it cannot be kept or there is no chance to draw from.
pub async fn make_key(state: &State, site: &SiteId) -> DbResult<Option<String>> {
    let mut chance = [0; CHANCE_BYTES];
    getrandom::fill(&mut chance).map_err(|error| DbError::Unreadable { what: "chance", why: error.to_string() })?;
    let secret = to_hex(&chance);
    let hash = hash_of(&secret).to_hex();
    let is_kept = calls::set_key(&state.db, site, Some(hash.as_str()), state.now()).await?;
    Ok(is_kept.then(|| format!("{site}.{secret}")))
}

/// The site whose key this is.
///
/// # Errors
/// [`BadKey`] when it is none's.
pub async fn judge(state: &State, key: &str) -> Result<SiteId, BadKey> {
    if key.len() > KEY_BYTES_MAX {
        return Err(BadKey::Unknown);
    }
    let (site, secret) = key.rsplit_once('.').ok_or(BadKey::Unknown)?;
    let site = SiteId::parse(site).map_err(|_| BadKey::Unknown)?;
    // Where a site has no key the comparison is made all the same.
    let held = calls::key_of(&state.db, &site).await?.and_then(|(hash, _)| from_hex::<32>(&hash));
    let is_known = held.is_some();
    let held = blake3::Hash::from_bytes(held.unwrap_or_default());
    // Hashes of this sort are compared in constant time.
    if (hash_of(secret) == held) & is_known { Ok(site) } else { Err(BadKey::Unknown) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::on_each_engine;
    use crate::state::tests::{furnish, state_on};

    #[tokio::test]
    async fn a_key_opens_its_own_site_until_another_one_takes_its_place() {
        on_each_engine(|db| async move {
            let folder = tempfile::tempdir().expect("a folder");
            let (state, _) = state_on(db, folder.path());
            furnish(&state).await;
            let site = SiteId::parse("h").expect("a name");
            assert!(matches!(judge(&state, &format!("h.{}", "0".repeat(64))).await, Err(BadKey::Unknown)));
            let key = make_key(&state, &site).await.expect("made").expect("there is the site");
            assert_eq!(judge(&state, &key).await.expect("known"), site);
            let held = calls::key_of(&state.db, &site).await.expect("asked").expect("a key").0;
            assert!(!key.contains(&held), "what is kept opens nothing");
            for bent in ["", ".", "h.", "h", &key[..key.len() - 1], &key.replace("h.", "x."), &"h.".repeat(200)] {
                assert!(matches!(judge(&state, bent).await, Err(BadKey::Unknown)), "{bent}");
            }
            let newer = make_key(&state, &site).await.expect("made").expect("there is the site");
            assert!(judge(&state, &key).await.is_err(), "the one before opens nothing any more");
            assert!(judge(&state, &newer).await.is_ok());
            let nowhere = SiteId::parse("nowhere").expect("a name");
            assert_eq!(make_key(&state, &nowhere).await.expect("asked"), None);
        })
        .await;
    }
}
