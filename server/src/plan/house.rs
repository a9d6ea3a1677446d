//! A hospital opened to be read: its database without a lock and without a writer.

use std::sync::Arc;

use anteroom_content::clock::{Clock, Offsets};
use anteroom_content::id::{ScreenId, ZoneId};
use anteroom_content::place::{Screen, Site, Zone};
use anteroom_content::programme::Show;
use anteroom_content::schedule::Calendar;
use anyhow::Context as _;

use super::ask::no_such;
use crate::config::Config;
use crate::db::places::{Places, places};
use crate::db::{self, Db, publications};
use crate::fleet::Fleet;
use crate::ledger::Clerk;
use crate::meters::Meters;
use crate::open::{database_file, reachable};
use crate::pairing::Pairing;
use crate::state::{Shared, State};
use crate::trust::Keys;
use crate::usher::Usher;

/// A hospital opened to be read.
pub(crate) struct House {
    pub(crate) state: State,
    pub(crate) places: Places,
}

impl House {
    /// Opens the hospital of a data folder.
    ///
    /// # Errors
    /// When there is none: a slip in the folder's name must not make a second one.
    pub(crate) async fn open(config: &Config, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let db = if let Some(url) = &config.database {
            Db::open_postgres(url).await?
        } else {
            let file = database_file(&config.data);
            anyhow::ensure!(
                file.is_file(),
                "there is no hospital in {}: name the server's folder with --data",
                config.data.display()
            );
            Db::open_sqlite_to_read(&file).await?
        };
        let places = places(&db).await?;
        let keys = Keys::load_or_make(&config.data, clock.now())?;
        let phone_address = match &config.phone_address {
            Some(address) => address.to_ascii_uppercase(),
            None => published_address(&db)
                .await?
                .unwrap_or_else(|| format!("http://{}", reachable(config.phone)).to_ascii_uppercase()),
        };
        let state = State::new(Shared {
            db,
            keys,
            fleet: Fleet::default(),
            hands: crate::hands::Hands::default(),
            calls: crate::calls::Paces::default(),
            meters: Meters::default(),
            clerk: Clerk::default(),
            usher: Usher::default(),
            pairing: Pairing::default(),
            data: config.data.clone(),
            phone_address,
            link_address: String::new(),
            console_address: String::new(),
            publishing: tokio::sync::Mutex::new(()),
            clock,
        });
        Ok(Self { state, places })
    }

    pub(crate) async fn close(&self) {
        self.state.db.close().await;
    }

    /// A screen with its zone and site.
    pub(crate) fn screen(&self, id: &str) -> anyhow::Result<(&Screen, &Zone, &Site)> {
        let found = ScreenId::parse(id).ok().and_then(|id| self.places.screen(&id));
        let screen =
            found.ok_or_else(|| no_such("screen", id, self.places.screens.iter().map(|screen| screen.id.as_str())))?;
        let (zone, site) = self.zone(screen.zone.as_str())?;
        Ok((screen, zone, site))
    }

    /// A zone with its site.
    pub(crate) fn zone(&self, id: &str) -> anyhow::Result<(&Zone, &Site)> {
        let found = ZoneId::parse(id).ok().and_then(|id| self.places.zone(&id));
        let zone = found.ok_or_else(|| no_such("zone", id, self.places.zones.iter().map(|zone| zone.id.as_str())))?;
        let site = self.places.site_of(zone).with_context(|| format!("zone `{id}` belongs to no site"))?;
        Ok((zone, site))
    }

    /// The clocks of a site.
    pub(crate) fn offsets(&self, site: &Site) -> anyhow::Result<Offsets> {
        Ok(Offsets::of_zone(&site.time_zone, self.state.now())?)
    }

    /// The calendar of a site.
    pub(crate) async fn calendar(&self, site: &Site) -> anyhow::Result<Calendar> {
        Ok(db::calendar::calendar(&self.state.db, "").await?.of_site(&site.id))
    }
}

/// What codes on the glass begin with now: a different one would be a change of every screen.
async fn published_address(db: &Db) -> anyhow::Result<Option<String>> {
    let Some(told) = publications::current(db).await?.into_iter().max_by_key(|told| told.version) else {
        return Ok(None);
    };
    let Some(bytes) = publications::part(db, &told.show).await? else { return Ok(None) };
    Ok(Some(serde_json::from_slice::<Show>(&bytes)?.phone_address))
}
