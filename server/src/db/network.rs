//! A whole network written down in one transaction: tens of thousands of rows, and one wait for the disk.

use anteroom_content::id::ScreenId;
use anteroom_content::manifest::to_hex;

use super::boxes::NewBox;
use super::places::Places;
use super::{DbResult, Tx, to_document};

/// Adds places that are not there yet.
///
/// # Errors
/// [`super::DbError::Conflict`] when one of them is there already.
pub async fn add_places(tx: &mut Tx<'_>, places: &Places) -> DbResult<()> {
    for city in &places.cities {
        let document = to_document("city", city)?;
        execute_in!(tx, "insert into city (code, document) values ($1, $2)", &city.code, document)?;
    }
    for network in &places.networks {
        let document = to_document("network", network)?;
        execute_in!(tx, "insert into network (id, document) values ($1, $2)", network.id.as_str(), document)?;
    }
    for site in &places.sites {
        let document = to_document("site", site)?;
        execute_in!(tx, "insert into site (id, document) values ($1, $2)", site.id.as_str(), document)?;
    }
    for building in &places.buildings {
        execute_in!(
            tx,
            "insert into building (id, site, document) values ($1, $2, $3)",
            building.id.as_str(),
            building.site.as_str(),
            to_document("building", building)?
        )?;
    }
    for zone in &places.zones {
        execute_in!(
            tx,
            "insert into zone (id, site, document) values ($1, $2, $3)",
            zone.id.as_str(),
            zone.site.as_str(),
            to_document("zone", zone)?
        )?;
    }
    for screen in &places.screens {
        execute_in!(
            tx,
            "insert into screen (id, zone, short_code, document) values ($1, $2, $3, $4)",
            screen.id.as_str(),
            screen.zone.as_str(),
            screen.short_code.as_str(),
            to_document("screen", screen)?
        )?;
    }
    Ok(())
}

/// Adds a paired box that lights one screen.
///
/// # Errors
/// [`super::DbError::Conflict`] when the box is there already, or the screen is lit or unknown.
pub async fn add_box(tx: &mut Tx<'_>, new: &NewBox, screen: &ScreenId, version: u64) -> DbResult<()> {
    execute_in!(
        tx,
        "insert into box (id, certificate_fingerprint, signing_key, description, enrolled_by, enrolled_at, assignment_version,
         certificate_until)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        new.id.as_str(),
        &new.fingerprint,
        to_hex(new.signing_key.as_bytes()),
        &new.description,
        &new.enrolled_by,
        new.enrolled_at.0,
        i64::try_from(version).unwrap_or(i64::MAX),
        new.enrolled_at.plus_ms(super::boxes::CERTIFICATE_MS).0
    )?;
    super::boxes::attach(tx, &new.id, screen, version).await
}
