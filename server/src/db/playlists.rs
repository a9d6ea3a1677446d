//! Playlists and rules as they stand in the console.

use anteroom_content::clock::Instant;
use anteroom_content::id::{PlaylistId, RuleId};
use anteroom_content::playlist::Playlist;
use anteroom_content::schedule::Rule;

use super::{Db, DbResult, document, to_document};

/// All playlists, by name.
pub async fn playlists(db: &Db) -> DbResult<Vec<Playlist>> {
    let found = rows!(db, (String,), "select document from playlist order by id")?;
    found.iter().map(|(text,)| document("playlist", text)).collect()
}

/// All rules, by name.
pub async fn rules(db: &Db) -> DbResult<Vec<Rule>> {
    let found = rows!(db, (String,), "select document from rule order by id")?;
    found.iter().map(|(text,)| document("rule", text)).collect()
}

/// Adds or changes a playlist.
pub async fn save_playlist(db: &Db, playlist: &Playlist, at: Instant) -> DbResult<()> {
    execute!(
        db,
        "insert into playlist (id, document, changed_at) values ($1, $2, $3)
         on conflict (id) do update set document = excluded.document, changed_at = excluded.changed_at",
        playlist.id.as_str(),
        to_document("playlist", playlist)?,
        at.0
    )?;
    Ok(())
}

/// Adds or changes a rule.
pub async fn save_rule(db: &Db, rule: &Rule, at: Instant) -> DbResult<()> {
    execute!(
        db,
        "insert into rule (id, playlist, document, changed_at) values ($1, $2, $3, $4)
         on conflict (id) do update set playlist = excluded.playlist, document = excluded.document,
         changed_at = excluded.changed_at",
        rule.id.as_str(),
        rule.playlist.as_str(),
        to_document("rule", rule)?,
        at.0
    )?;
    Ok(())
}

/// Removes a rule; true when it was there.
pub async fn remove_rule(db: &Db, id: &RuleId) -> DbResult<bool> {
    Ok(execute!(db, "delete from rule where id = $1", id.as_str())? > 0)
}

/// Removes a playlist that no rule names; true when it was there.
///
/// # Errors
/// [`super::DbError::Conflict`] while a rule names it.
pub async fn remove_playlist(db: &Db, id: &PlaylistId) -> DbResult<bool> {
    Ok(execute!(db, "delete from playlist where id = $1", id.as_str())? > 0)
}

/// Puts other rules in the place of one, all or none; false when it is not what it `was` any more.
pub async fn replace_rule(db: &Db, was: &Rule, becomes: &[Rule], at: Instant) -> DbResult<bool> {
    let mut tx = db.begin().await?;
    let id = was.id.as_str();
    let Some((held,)) = row_in!(&mut tx, (String,), "select document from rule where id = $1", id)? else {
        return Ok(false);
    };
    if document::<Rule>("rule", &held)? != *was {
        return Ok(false);
    }
    // Named by its text as well: between the question and this, somebody else may have been quicker.
    if execute_in!(&mut tx, "delete from rule where id = $1 and document = $2", id, &held)? == 0 {
        return Ok(false);
    }
    for rule in becomes {
        execute_in!(
            &mut tx,
            "insert into rule (id, playlist, document, changed_at) values ($1, $2, $3, $4)",
            rule.id.as_str(),
            rule.playlist.as_str(),
            to_document("rule", rule)?,
            at.0
        )?;
    }
    tx.commit().await?;
    Ok(true)
}
