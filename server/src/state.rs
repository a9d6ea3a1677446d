//! What every room of the server shares: database, clock, keys, library folder, connected boxes.

use std::path::PathBuf;
use std::sync::Arc;

use anteroom_content::clock::{Clock, Instant};

use crate::calls::Paces;
use crate::db::Db;
use crate::fleet::Fleet;
use crate::hands::Hands;
use crate::ledger::Clerk;
use crate::meters::Meters;
use crate::pairing::Pairing;
use crate::trust::Keys;
use crate::usher::Usher;

/// The shared state; cheap to clone.
#[derive(Clone)]
pub struct State(Arc<Shared>);

/// What is shared.
pub struct Shared {
    /// The database.
    pub db: Db,
    /// The only clock.
    pub clock: Arc<dyn Clock>,
    /// Keys of this server.
    pub keys: Keys,
    /// The connected boxes.
    pub fleet: Fleet,
    /// Orders to screens, and screens that were taken down.
    pub hands: Hands,
    /// How often calls may come.
    pub calls: Paces,
    /// Who writes plays into the books.
    pub clerk: Clerk,
    /// Who looks up boxes that come.
    pub usher: Usher,
    /// What the server knows of itself.
    pub meters: Meters,
    /// Boxes that wait for a person to type their code.
    pub pairing: Pairing,
    /// The data folder.
    pub data: PathBuf,
    /// What codes begin with, upper case, such as `HTTP://10.0.0.5:8081`.
    pub phone_address: String,
    /// Where players find the server, `HOST:PORT`, as far as it knows itself.
    pub link_address: String,
    /// Where people find the console, such as `http://10.0.0.5:8080`.
    pub console_address: String,
    /// One publication at a time: two at once would fight over versions.
    pub publishing: tokio::sync::Mutex<()>,
}

impl State {
    /// Shares what there is.
    #[must_use]
    pub fn new(shared: Shared) -> Self {
        Self(Arc::new(shared))
    }

    /// What a test of a room needs: fresh keys, no boxes, and a clock that stands.
    #[cfg(test)]
    pub(crate) fn for_test(db: Db, data: &std::path::Path, clock: Arc<anteroom_content::clock::Fixed>) -> Self {
        Self::new(Shared {
            db,
            keys: Keys::load_or_make(data, clock.now()).expect("keys"),
            clock,
            fleet: Fleet::default(),
            hands: Hands::default(),
            calls: Paces::default(),
            clerk: Clerk::default(),
            usher: Usher::default(),
            meters: Meters::default(),
            pairing: Pairing::default(),
            data: data.to_owned(),
            phone_address: "HTTP://192.0.2.5:8081".to_owned(),
            link_address: "192.0.2.5:4433".to_owned(),
            console_address: "http://192.0.2.5:8080".to_owned(),
            publishing: tokio::sync::Mutex::default(),
        })
    }

    /// The moment it is.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.0.clock.now()
    }
}

impl std::ops::Deref for State {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.0
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use anteroom_content::clock::Fixed;
    use serde_json::json;

    use super::*;
    use crate::db::places;

    /// When tests begin: 2026-11-18.
    pub(crate) const NOW: Instant = Instant(1_795_000_000_000);

    /// A state on a database and a data folder, with a clock that stands at [`NOW`] until it is moved.
    pub(crate) fn state_on(db: Db, data: &std::path::Path) -> (State, Arc<Fixed>) {
        let clock = Arc::new(Fixed::at(NOW));
        let state = State::for_test(db, data, Arc::clone(&clock));
        (state, clock)
    }

    /// A small hospital: zone `a` with screens `a-1` and `a-2`, zone `b` with `b-1`.
    pub(crate) async fn furnish(state: &State) {
        let db = &state.db;
        let site = json!({
            "id": "h", "city": "310000", "kind": "hospital", "name": {"zh": "演示医院", "en": "Demo hospital"},
            "time_zone": "Asia/Shanghai",
        });
        places::save_site(db, &serde_json::from_value(site).expect("a site")).await.expect("saved");
        let building = json!({"id": "h-1", "site": "h", "name": {"zh": "一号楼", "en": "House 1"}});
        places::save_building(db, &serde_json::from_value(building).expect("a building")).await.expect("saved");
        let hours = json!({"from_min": 0, "to_min": 1440});
        for name in ["a", "b"] {
            let zone = json!({
                "id": name, "site": "h", "building": "h-1", "name": {"zh": "候诊", "en": "Waiting"}, "kind": "waiting",
                "open": [hours, hours, hours, hours, hours, hours, hours],
            });
            places::save_zone(db, &serde_json::from_value(zone).expect("a zone")).await.expect("saved");
        }
        for (name, zone, code) in [("a-1", "a", "AAAAA2"), ("a-2", "a", "AAAAA3"), ("b-1", "b", "AAAAA4")] {
            let screen = json!({
                "id": name, "zone": zone, "name": {"zh": "屏", "en": "Screen"}, "width_px": 1920, "height_px": 1080,
                "width_mm": 1200, "distance_cm": 300, "short_code": code,
            });
            places::save_screen(db, &serde_json::from_value(screen).expect("a screen")).await.expect("saved");
        }
    }
}
