//! Who may call and who hears it: the hash of each site's key, and the zones that hear calls. Calls themselves are never rows.

use anteroom_content::clock::Instant;
use anteroom_content::id::{ScreenId, SiteId, ZoneId};

use super::{Db, DbError, DbResult};

/// The hash of a site's key and since when it holds; none where nobody made one, or there is no such site.
pub async fn key_of(db: &Db, site: &SiteId) -> DbResult<Option<(String, Instant)>> {
    let found = row!(
        db,
        (String, i64),
        "select call_key_hash, coalesce(call_key_at, 0) from site where id = $1 and call_key_hash is not null",
        site.as_str()
    )?;
    Ok(found.map(|(hash, at)| (hash, Instant(at))))
}

/// Puts another key in the place of a site's, or none; false where there is no such site.
pub async fn set_key(db: &Db, site: &SiteId, hash: Option<&str>, at: Instant) -> DbResult<bool> {
    let changed = execute!(
        db,
        "update site set call_key_hash = $1, call_key_at = $2 where id = $3",
        hash.map(str::to_owned),
        hash.map(|_| at.0),
        site.as_str()
    )?;
    Ok(changed > 0)
}

/// The zones of a site that hear calls.
pub async fn hearing_zones(db: &Db, site: &SiteId) -> DbResult<Vec<ZoneId>> {
    let found = rows!(db, (String,), "select id from zone where site = $1 and hears_calls order by id", site.as_str())?;
    found.iter().map(|(id,)| named(id)).collect()
}

/// From now on these zones of a site hear calls, and its others do not.
pub async fn set_hearing(db: &Db, site: &SiteId, zones: &[ZoneId]) -> DbResult<()> {
    let mut tx = db.begin().await?;
    execute_in!(&mut tx, "update zone set hears_calls = false where site = $1", site.as_str())?;
    for zone in zones {
        execute_in!(
            &mut tx,
            "update zone set hears_calls = true where id = $1 and site = $2",
            zone.as_str(),
            site.as_str()
        )?;
    }
    tx.commit().await
}

/// A zone hears calls; none where the site has no such zone.
pub async fn does_hear(db: &Db, site: &SiteId, zone: &ZoneId) -> DbResult<Option<bool>> {
    let found =
        row!(db, (bool,), "select hears_calls from zone where id = $1 and site = $2", zone.as_str(), site.as_str())?;
    Ok(found.map(|(hears,)| hears))
}

/// The screens of the zones of a site that hear calls, each with its zone.
pub async fn hearing_screens(db: &Db, site: &SiteId) -> DbResult<Vec<(ScreenId, ZoneId)>> {
    let found = rows!(
        db,
        (String, String),
        "select s.id, z.id from zone z join screen s on s.zone = z.id where z.site = $1 and z.hears_calls order by s.id",
        site.as_str()
    )?;
    found.iter().map(|(screen, zone)| Ok((named(screen)?, named(zone)?))).collect()
}

fn named<T: std::str::FromStr<Err: std::fmt::Display>>(id: &str) -> DbResult<T> {
    id.parse().map_err(|error: T::Err| DbError::Unreadable { what: "name", why: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::on_each_engine;
    use crate::state::tests::{furnish, state_on};

    #[tokio::test]
    async fn a_zone_hears_calls_only_where_people_said_so_and_a_key_can_be_taken_back() {
        on_each_engine(|db| async move {
            let folder = tempfile::tempdir().expect("a folder");
            let (state, _) = state_on(db.clone(), folder.path());
            furnish(&state).await;
            let site = SiteId::parse("h").expect("a name");
            let (a, b) = (ZoneId::parse("a").expect("a name"), ZoneId::parse("b").expect("a name"));
            assert!(hearing_screens(&db, &site).await.expect("asked").is_empty());
            set_hearing(&db, &site, &[a.clone(), ZoneId::parse("nowhere").expect("a name")]).await.expect("set");
            let screens = hearing_screens(&db, &site).await.expect("asked");
            assert_eq!(screens.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["a-1", "a-2"]);
            assert_eq!(does_hear(&db, &site, &a).await.expect("asked"), Some(true));
            assert_eq!(does_hear(&db, &site, &b).await.expect("asked"), Some(false));
            let other = SiteId::parse("elsewhere").expect("a name");
            assert_eq!(does_hear(&db, &other, &a).await.expect("asked"), None, "it is not that site's");
            set_hearing(&db, &site, std::slice::from_ref(&b)).await.expect("set");
            assert_eq!(hearing_zones(&db, &site).await.expect("asked"), [b]);

            assert_eq!(key_of(&db, &site).await.expect("asked"), None);
            assert!(set_key(&db, &site, Some("ab"), Instant(7)).await.expect("set"));
            assert!(!set_key(&db, &other, Some("ab"), Instant(7)).await.expect("asked"));
            assert_eq!(key_of(&db, &site).await.expect("asked"), Some(("ab".to_owned(), Instant(7))));
            set_key(&db, &site, None, Instant(9)).await.expect("set");
            assert_eq!(key_of(&db, &site).await.expect("asked"), None);
        })
        .await;
    }
}
