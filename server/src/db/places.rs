//! Cities, networks, sites, buildings, zones, screens.

use anteroom_content::id::{ScreenId, ShortCode, ZoneId};
use anteroom_content::place::{Building, City, Network, Screen, Site, Zone};

use super::{Db, DbResult, document, to_document};

/// All places, from the city down to the glass, in the order of their names.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// Cities.
    pub cities: Vec<City>,
    /// Networks (联播网).
    pub networks: Vec<Network>,
    /// Sites.
    pub sites: Vec<Site>,
    /// Buildings.
    pub buildings: Vec<Building>,
    /// Zones.
    pub zones: Vec<Zone>,
    /// Screens.
    pub screens: Vec<Screen>,
}

impl Places {
    /// The site of a zone.
    #[must_use]
    pub fn site_of(&self, zone: &Zone) -> Option<&Site> {
        self.sites.iter().find(|site| site.id == zone.site)
    }

    /// A zone by name.
    #[must_use]
    pub fn zone(&self, id: &ZoneId) -> Option<&Zone> {
        self.zones.iter().find(|zone| zone.id == *id)
    }

    /// A screen by name.
    #[must_use]
    pub fn screen(&self, id: &ScreenId) -> Option<&Screen> {
        self.screens.iter().find(|screen| screen.id == *id)
    }

    /// The screens of a zone.
    pub fn screens_of<'a>(&'a self, zone: &'a ZoneId) -> impl Iterator<Item = &'a Screen> {
        self.screens.iter().filter(move |screen| screen.zone == *zone)
    }
}

fn documents<T: serde::de::DeserializeOwned>(what: &'static str, rows: &[(String,)]) -> DbResult<Vec<T>> {
    rows.iter().map(|(text,)| document(what, text)).collect()
}

/// Reads all places.
pub async fn places(db: &Db) -> DbResult<Places> {
    Ok(Places {
        cities: documents("city", &rows!(db, (String,), "select document from city order by code")?)?,
        networks: documents("network", &rows!(db, (String,), "select document from network order by id")?)?,
        sites: documents("site", &rows!(db, (String,), "select document from site order by id")?)?,
        buildings: documents("building", &rows!(db, (String,), "select document from building order by id")?)?,
        zones: documents("zone", &rows!(db, (String,), "select document from zone order by id")?)?,
        screens: documents("screen", &rows!(db, (String,), "select document from screen order by id")?)?,
    })
}

/// Adds or changes a city.
pub async fn save_city(db: &Db, city: &City) -> DbResult<()> {
    execute!(
        db,
        "insert into city (code, document) values ($1, $2) on conflict (code) do update set document = excluded.document",
        &city.code,
        to_document("city", city)?
    )?;
    Ok(())
}

/// Adds or changes a network.
pub async fn save_network(db: &Db, network: &Network) -> DbResult<()> {
    execute!(
        db,
        "insert into network (id, document) values ($1, $2) on conflict (id) do update set document = excluded.document",
        network.id.as_str(),
        to_document("network", network)?
    )?;
    Ok(())
}

/// Adds or changes a site.
pub async fn save_site(db: &Db, site: &Site) -> DbResult<()> {
    execute!(
        db,
        "insert into site (id, document) values ($1, $2) on conflict (id) do update set document = excluded.document",
        site.id.as_str(),
        to_document("site", site)?
    )?;
    Ok(())
}

/// Adds or changes a building.
pub async fn save_building(db: &Db, building: &Building) -> DbResult<()> {
    execute!(
        db,
        "insert into building (id, site, document) values ($1, $2, $3)
         on conflict (id) do update set site = excluded.site, document = excluded.document",
        building.id.as_str(),
        building.site.as_str(),
        to_document("building", building)?
    )?;
    Ok(())
}

/// Adds or changes a zone.
pub async fn save_zone(db: &Db, zone: &Zone) -> DbResult<()> {
    execute!(
        db,
        "insert into zone (id, site, document) values ($1, $2, $3)
         on conflict (id) do update set site = excluded.site, document = excluded.document",
        zone.id.as_str(),
        zone.site.as_str(),
        to_document("zone", zone)?
    )?;
    Ok(())
}

/// Adds or changes a screen.
pub async fn save_screen(db: &Db, screen: &Screen) -> DbResult<()> {
    execute!(
        db,
        "insert into screen (id, zone, short_code, document) values ($1, $2, $3, $4)
         on conflict (id) do update set zone = excluded.zone, short_code = excluded.short_code, document = excluded.document",
        screen.id.as_str(),
        screen.zone.as_str(),
        screen.short_code.as_str(),
        to_document("screen", screen)?
    )?;
    Ok(())
}

/// The screen a short code stands for.
pub async fn screen_by_code(db: &Db, code: ShortCode) -> DbResult<Option<Screen>> {
    let found = row!(db, (String,), "select document from screen where short_code = $1", code.as_str())?;
    found.map(|(text,)| document("screen", &text)).transpose()
}

/// The screens a box lights, with the version of its assignment; empty when it is spare.
pub async fn screens_of_box(db: &Db, box_id: &str) -> DbResult<(u64, Vec<Screen>)> {
    let found = rows!(
        db,
        (i64, String),
        "select a.version, s.document from assignment a join screen s on s.id = a.screen where a.box = $1 order by s.id",
        box_id
    )?;
    let version = found.iter().map(|(version, _)| *version).max().unwrap_or(0);
    let screens = found.iter().map(|(_, text)| document("screen", text)).collect::<DbResult<_>>()?;
    Ok((u64::try_from(version).unwrap_or(0), screens))
}

/// Removes a screen; true when it was there.
///
/// # Errors
/// [`super::DbError::Conflict`] while a box lights it.
pub async fn remove_screen(db: &Db, id: &ScreenId) -> DbResult<bool> {
    Ok(execute!(db, "delete from screen where id = $1", id.as_str())? > 0)
}

/// Removes a zone; true when it was there.
///
/// # Errors
/// [`super::DbError::Conflict`] while screens hang in it, or when it was ever published.
pub async fn remove_zone(db: &Db, id: &ZoneId) -> DbResult<bool> {
    Ok(execute!(db, "delete from zone where id = $1", id.as_str())? > 0)
}

/// A zone with the site it belongs to.
pub async fn zone_with_site(db: &Db, zone: &ZoneId) -> DbResult<Option<(Zone, Site)>> {
    let found = row!(
        db,
        (String, String),
        "select z.document, s.document from zone z join site s on s.id = z.site where z.id = $1",
        zone.as_str()
    )?;
    found.map(|(zone, site)| Ok((document("zone", &zone)?, document("site", &site)?))).transpose()
}
