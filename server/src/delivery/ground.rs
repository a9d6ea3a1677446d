//! The ground: every screen with its zone, its box, and what is on disk about them. Reading it takes a moment in a network of
//! thousands, so it is kept until somebody changes something, and read anew behind the back of whoever looks.

use std::collections::HashMap;
use std::sync::Arc;

use anteroom_content::clock::{Instant, SECOND_MS};
use anteroom_content::id::{ScreenId, SiteId, ZoneId};
use anteroom_content::place::Site;
use anteroom_content::text::Text;
use anteroom_content::wire::ScreenDelivery;
use tokio::sync::Mutex;

use crate::db::deliveries::{self, BoxStand};
use crate::db::places::{Places, places};
use crate::db::{Db, DbResult};
use crate::state::State;

/// A ground that is older than this is read anew for the next who looks: another server may have changed it.
const GROUND_MS_MAX: i64 = 10 * SECOND_MS;

/// A zone.
#[derive(Debug, Clone)]
pub struct ZoneGround {
    /// Its code.
    pub id: ZoneId,
    /// Its name.
    pub name: Text,
    /// Its site; none where that is not there.
    pub site: Option<Arc<Site>>,
    /// What it was told last, and when.
    pub told: Option<(u64, Instant)>,
}

/// A screen.
#[derive(Debug, Clone)]
pub struct ScreenGround {
    /// Its code.
    pub id: ScreenId,
    /// Its name.
    pub name: Text,
    /// Its zone's place in [`Ground::zones`].
    pub zone: usize,
    /// How its box stood when it was heard last; none when no box lights it.
    pub stand: Option<BoxStand>,
    /// What its box told of it: the manifest that is on its way, and how far.
    pub on_its_way: Option<(u64, ScreenDelivery)>,
    /// Everything it may be looked for by, in lower case.
    pub found_by: String,
}

/// All of them.
#[derive(Debug, Clone, Default)]
pub struct Ground {
    /// Zones, by code.
    pub zones: Vec<ZoneGround>,
    /// Screens, by code.
    pub screens: Vec<ScreenGround>,
    /// Sites, by code.
    pub sites: Vec<Arc<Site>>,
}

impl Ground {
    /// Reads it.
    pub async fn read(db: &Db) -> DbResult<Self> {
        let places = places(db).await?;
        let told = deliveries::told(db).await?;
        let stands = deliveries::stands(db).await?;
        let lights = deliveries::lights(db).await?;
        let mut on_their_way = deliveries::on_their_way(db).await?;
        let stands: HashMap<_, _> = stands.iter().map(|stand| (&stand.box_id, stand)).collect();
        let (sites, zones) = zones_of(&places, &told);
        let places_of_zones: HashMap<&ZoneId, usize> =
            zones.iter().enumerate().map(|(place, zone)| (&zone.id, place)).collect();
        let screens = places.screens.into_iter().filter_map(|screen| {
            let zone = *places_of_zones.get(&screen.zone)?;
            Some(ScreenGround {
                stand: lights.get(&screen.id).and_then(|id| stands.get(id)).map(|stand| (*stand).clone()),
                on_its_way: on_their_way.remove(&screen.id),
                found_by: found_by(&screen.id, &screen.name, zones.get(zone)),
                id: screen.id,
                name: screen.name,
                zone,
            })
        });
        let screens = screens.collect();
        drop(places_of_zones);
        Ok(Self { zones, screens, sites })
    }

    /// A screen's zone.
    #[must_use]
    pub fn zone_of(&self, screen: &ScreenGround) -> Option<&ZoneGround> {
        self.zones.get(screen.zone)
    }
}

fn zones_of(places: &Places, told: &HashMap<ZoneId, (u64, Instant)>) -> (Vec<Arc<Site>>, Vec<ZoneGround>) {
    let sites: Vec<Arc<Site>> = places.sites.iter().cloned().map(Arc::new).collect();
    let by_id: HashMap<&SiteId, &Arc<Site>> = sites.iter().map(|site| (&site.id, site)).collect();
    let zones = places.zones.iter().map(|zone| ZoneGround {
        id: zone.id.clone(),
        name: zone.name.clone(),
        site: by_id.get(&zone.site).map(|site| Arc::clone(site)),
        told: told.get(&zone.id).copied(),
    });
    let zones = zones.collect();
    drop(by_id);
    (sites, zones)
}

fn found_by(id: &ScreenId, name: &Text, zone: Option<&ZoneGround>) -> String {
    let site = zone.and_then(|zone| zone.site.as_ref());
    let mut words = vec![id.as_str(), &name.zh, &name.en];
    words.extend(zone.iter().flat_map(|zone| [zone.id.as_str(), &zone.name.zh, &zone.name.en]));
    words.extend(site.iter().flat_map(|site| [site.id.as_str(), &site.name.zh, &site.name.en]));
    words.join("\n").to_lowercase()
}

/// The ground as it was read last, for everybody who looks.
#[derive(Debug, Clone, Default)]
pub struct Board(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    ground: Option<Arc<Ground>>,
    read_at: Option<Instant>,
    /// Of [`crate::fleet::Fleet::reassigned`] when it was read.
    reassigned: u64,
    is_being_read: bool,
}

impl Board {
    /// The ground: as it is where somebody changed it through this server, and a few seconds old at the most otherwise.
    pub async fn look(&self, state: &State) -> DbResult<Arc<Ground>> {
        let mut kept = self.0.lock().await;
        let reassigned = state.fleet.reassigned();
        let (now, known) = (state.now(), kept.ground.clone().filter(|_| kept.reassigned == reassigned));
        let Some(ground) = known else {
            let ground = Arc::new(Ground::read(&state.db).await?);
            kept.ground = Some(Arc::clone(&ground));
            (kept.read_at, kept.reassigned) = (Some(now), reassigned);
            return Ok(ground);
        };
        let is_old = kept.read_at.is_none_or(|at| now.ms_since(at) > GROUND_MS_MAX);
        if is_old && !std::mem::replace(&mut kept.is_being_read, true) {
            tokio::spawn(read_anew(self.clone(), state.clone()));
        }
        Ok(ground)
    }

    /// Somebody changed something: the next who looks waits until it is read.
    pub async fn forget(&self) {
        self.0.lock().await.ground = None;
    }
}

/// Reads the ground while others look at the one before; it ends by itself.
async fn read_anew(board: Board, state: State) {
    let (now, reassigned) = (state.now(), state.fleet.reassigned());
    let read = Ground::read(&state.db).await;
    let mut kept = board.0.lock().await;
    kept.is_being_read = false;
    match read {
        // Whoever forgot it meanwhile knows of something newer.
        Ok(ground) if kept.ground.is_some() => {
            kept.ground = Some(Arc::new(ground));
            (kept.read_at, kept.reassigned) = (Some(now), reassigned);
        }
        Ok(_) => {}
        Err(error) => tracing::error!(reason = %error, "how far deliveries are is told from an older reading"),
    }
}
