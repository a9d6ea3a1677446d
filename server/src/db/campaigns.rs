//! Campaigns as they stand in the console; they reach a screen by publishing alone.

use anteroom_content::clock::Instant;
use anteroom_content::id::CampaignId;
use anteroom_content::schedule::Campaign;

use super::{Db, DbResult, document, to_document};

/// Every campaign, by name.
pub async fn campaigns(db: &Db) -> DbResult<Vec<Campaign>> {
    let found = rows!(db, (String,), "select document from campaign order by id")?;
    found.iter().map(|(text,)| document("campaign", text)).collect()
}

/// Saves a campaign in place of the one of its name.
pub async fn save_campaign(db: &Db, campaign: &Campaign, at: Instant) -> DbResult<()> {
    execute!(
        db,
        "insert into campaign (id, document, changed_at) values ($1, $2, $3)
         on conflict (id) do update set document = excluded.document, changed_at = excluded.changed_at",
        campaign.id.as_str(),
        to_document("campaign", campaign)?,
        at.0
    )?;
    Ok(())
}

/// Removes a campaign; tells whether there was one.
pub async fn remove_campaign(db: &Db, id: &CampaignId) -> DbResult<bool> {
    Ok(execute!(db, "delete from campaign where id = $1", id.as_str())? > 0)
}
