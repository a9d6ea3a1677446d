//! Which playlist each site has pinned as its evergreen set; it reaches a screen by publishing alone.

use anteroom_content::id::{PlaylistId, SiteId};

use super::{Db, DbError, DbResult};

/// Every pinned playlist, by site.
pub async fn evergreens(db: &Db) -> DbResult<Vec<(SiteId, PlaylistId)>> {
    let found = rows!(db, (String, String), "select site, playlist from evergreen order by site")?;
    let name = |error: anteroom_content::id::BadName| DbError::Unreadable { what: "evergreen", why: error.to_string() };
    let pair = |(site, playlist): &(String, String)| {
        Ok((SiteId::parse(site).map_err(name)?, PlaylistId::parse(playlist).map_err(name)?))
    };
    found.iter().map(pair).collect()
}

/// Pins a playlist for a site, in place of the one before.
pub async fn pin(db: &Db, site: &SiteId, playlist: &PlaylistId) -> DbResult<()> {
    execute!(
        db,
        "insert into evergreen (site, playlist) values ($1, $2)
         on conflict (site) do update set playlist = excluded.playlist",
        site.as_str(),
        playlist.as_str()
    )?;
    Ok(())
}

/// A site has no set any more; tells whether it had one.
pub async fn unpin(db: &Db, site: &SiteId) -> DbResult<bool> {
    Ok(execute!(db, "delete from evergreen where site = $1", site.as_str())? > 0)
}
