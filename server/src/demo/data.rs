//! The demo network as data: read from the files inside the binary, and dated from the day of the first run.

mod date;
mod programme;

use anteroom_content::clinic::{Change, Department, Doctor, Half, Override};
use anteroom_content::clock::{DAY_MS, Instant};
use anteroom_content::id::{DoctorId, ItemId, NetworkId, OverrideId, SiteId};
use anteroom_content::item::{Advertiser, Class, Face, Item, Layer};
use anteroom_content::place::{Building, City, Network, Screen, Site, Zone};
use anteroom_content::playlist::Playlist;
use anteroom_content::schedule::{SpecialDay, SpecialKind};
use anteroom_content::text::Text;
use jiff::civil::Date;
use serde::Deserialize;
use serde::de::DeserializeOwned;

pub use date::{DemoDate, date_of};
pub use programme::{DemoCampaign, DemoRule};

use date::midnight;

/// Everything the demo network is made of, but for its media.
#[derive(Debug, Clone)]
pub struct DemoData {
    /// Cities.
    pub cities: Vec<City>,
    /// Hospitals and the pharmacy.
    pub sites: Vec<Site>,
    /// Their buildings.
    pub buildings: Vec<Building>,
    /// Their zones.
    pub zones: Vec<Zone>,
    /// Their screens.
    pub screens: Vec<Screen>,
    /// Networks (联播网).
    pub networks: Vec<Network>,
    /// Departments, in the order a strip shows them.
    pub departments: Vec<Department>,
    /// Doctors.
    pub doctors: Vec<Doctor>,
    /// What is different at the clinics, in the order it was entered.
    pub overrides: Vec<DemoOverride>,
    /// Days that are not what their weekday says.
    pub days: Vec<DemoDay>,
    /// Items.
    pub items: Vec<DemoItem>,
    /// Playlists.
    pub playlists: Vec<Playlist>,
    /// Rules.
    pub rules: Vec<DemoRule>,
    /// Campaigns.
    pub campaigns: Vec<DemoCampaign>,
}

/// Why the demo's data cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DemoDataError {
    /// A file inside the binary is not what this program reads.
    #[error("`{file}` of the demo cannot be read: {source}")]
    Unreadable {
        /// Which file.
        file: &'static str,
        /// Why.
        source: serde_json::Error,
    },
    /// A date that no calendar has.
    #[error("the demo names the date {0}, which no calendar has")]
    NoSuchDate(String),
}

/// A change to one doctor's clinics, dated from the first run.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoOverride {
    id: OverrideId,
    doctor: DoctorId,
    date: DemoDate,
    #[serde(default)]
    half: Option<Half>,
    change: DemoChange,
    #[serde(default)]
    reason: Text,
}

/// What is different, dated from the first run.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum DemoChange {
    Stopped {
        #[serde(default)]
        substitute: Option<DoctorId>,
    },
    Moved {
        to: DemoDate,
    },
    Added {
        #[serde(default)]
        room: Option<String>,
    },
}

impl DemoOverride {
    /// The override as it stands when the first run is on `first_run`; entered at `made_at`.
    ///
    /// # Errors
    /// [`DemoDataError::NoSuchDate`] for a date that no calendar has.
    pub fn dated(&self, first_run: Date, made_at: Instant) -> Result<Override, DemoDataError> {
        let change = match &self.change {
            DemoChange::Stopped { substitute } => Change::Stopped { substitute: substitute.clone() },
            DemoChange::Moved { to } => Change::Moved { to: to.resolve(first_run)? },
            DemoChange::Added { room } => Change::Added { room: room.clone() },
        };
        Ok(Override {
            id: self.id.clone(),
            doctor: self.doctor.clone(),
            date: self.date.resolve(first_run)?,
            half: self.half,
            change,
            reason: self.reason.clone(),
            made_at,
        })
    }
}

/// A day that is not what its weekday says, dated from the first run.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoDay {
    date: DemoDate,
    kind: SpecialKind,
    name: Text,
    #[serde(default)]
    site: Option<SiteId>,
}

impl DemoDay {
    /// The special day as it stands when the first run is on `first_run`.
    ///
    /// # Errors
    /// [`DemoDataError::NoSuchDate`] for a date that no calendar has.
    pub fn dated(&self, first_run: Date) -> Result<SpecialDay, DemoDataError> {
        let date = self.date.resolve(first_run)?;
        Ok(SpecialDay { date, kind: self.kind, name: self.name.clone(), site: self.site.clone() })
    }
}

/// An item whose files have names instead of hashes, dated from the first run.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoItem {
    /// Its name.
    pub id: ItemId,
    class: Class,
    title: Text,
    body: Text,
    source: Text,
    audience: Text,
    author: String,
    #[serde(default)]
    layer: Option<Layer>,
    networks: Vec<NetworkId>,
    tags: Vec<String>,
    #[serde(default)]
    advertiser: Option<Advertiser>,
    /// The two who reviewed it, by doctor.
    pub reviewers: Vec<DoctorId>,
    reviewed_days_ago: i64,
    review_days: i64,
    #[serde(default)]
    first_day: Option<DemoDate>,
    #[serde(default)]
    last_day: Option<DemoDate>,
    /// Who pays for it or stands behind it.
    #[serde(default)]
    pub sponsor: Option<String>,
    /// The number under which an advertisement was approved.
    #[serde(default)]
    pub certificate: Option<String>,
    /// Its files.
    pub face: DemoFace,
}

/// What stands on the glass, by the names of the files that `make` makes.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum DemoFace {
    /// A picture in its shapes, the main one first.
    Picture {
        /// PNG files.
        shapes: Vec<String>,
    },
    /// A movie.
    Movie {
        /// The MP4 file.
        file: String,
        /// A PNG file that stands in for it.
        poster: String,
        /// Captions, Chinese first.
        captions: Vec<DemoCaptions>,
    },
}

/// Captions of a movie.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoCaptions {
    /// Language tag.
    pub language: String,
    /// The WebVTT file.
    pub file: String,
}

impl DemoFace {
    /// Every file it needs.
    #[must_use]
    pub fn files(&self) -> Vec<&str> {
        match self {
            Self::Picture { shapes } => shapes.iter().map(String::as_str).collect(),
            Self::Movie { file, poster, captions } => {
                [file, poster].into_iter().chain(captions.iter().map(|c| &c.file)).map(String::as_str).collect()
            }
        }
    }
}

impl DemoItem {
    /// The item with its face in place, as it stands when the first run is at `first_run`.
    ///
    /// # Errors
    /// [`DemoDataError::NoSuchDate`] for a date that no calendar has.
    pub fn dated(&self, first_run: Instant, face: Face) -> Result<Item, DemoDataError> {
        let today = date_of(first_run)?;
        let reviewed_at = first_run.plus_ms(-self.reviewed_days_ago * DAY_MS);
        let valid_from = self.first_day.as_ref().map(|day| midnight(day.resolve(today)?)).transpose()?;
        // The last day is aired to its end.
        let after_last =
            |day: &DemoDate| midnight(DemoDate { in_days: day.in_days + 1, ..day.clone() }.resolve(today)?);
        Ok(Item {
            id: self.id.clone(),
            version: 1,
            class: self.class,
            title: self.title.clone(),
            body: self.body.clone(),
            source: self.source.clone(),
            audience: self.audience.clone(),
            author: self.author.clone(),
            layer: self.layer,
            networks: self.networks.clone(),
            tags: self.tags.clone(),
            advertiser: self.advertiser.clone(),
            face,
            reviewed_at,
            review_by: reviewed_at.plus_ms(self.review_days * DAY_MS),
            valid_from,
            expires_at: self.last_day.as_ref().map(after_last).transpose()?,
        })
    }
}

/// Reads the demo network.
///
/// # Errors
/// [`DemoDataError::Unreadable`] when a file inside the binary does not fit this program.
pub fn read() -> Result<DemoData, DemoDataError> {
    let places: Places = file("places.json", include_str!("../../../content/demo/places.json"))?;
    let networks: Networks = file("networks.json", include_str!("../../../content/demo/networks.json"))?;
    let doctors: Doctors = file("doctors.json", include_str!("../../../content/demo/doctors.json"))?;
    let overrides: Overrides = file("overrides.json", include_str!("../../../content/demo/overrides.json"))?;
    let calendar: Days = file("calendar.json", include_str!("../../../content/demo/calendar.json"))?;
    let items: Items = file("items.json", include_str!("../../../content/demo/items.json"))?;
    let playlists: Playlists = file("playlists.json", include_str!("../../../content/demo/playlists.json"))?;
    let rules: Rules = file("rules.json", include_str!("../../../content/demo/rules.json"))?;
    let campaigns: Campaigns = file("campaigns.json", include_str!("../../../content/demo/campaigns.json"))?;
    Ok(DemoData {
        cities: places.cities,
        sites: places.sites,
        buildings: places.buildings,
        zones: places.zones,
        screens: places.screens,
        networks: networks.networks,
        departments: doctors.departments,
        doctors: doctors.doctors,
        overrides: overrides.overrides,
        days: calendar.days,
        items: items.items,
        playlists: playlists.playlists,
        rules: rules.rules,
        campaigns: campaigns.campaigns,
    })
}

fn file<T: DeserializeOwned>(file: &'static str, text: &str) -> Result<T, DemoDataError> {
    serde_json::from_str(text).map_err(|source| DemoDataError::Unreadable { file, source })
}

#[derive(Deserialize)]
struct Places {
    cities: Vec<City>,
    sites: Vec<Site>,
    buildings: Vec<Building>,
    zones: Vec<Zone>,
    screens: Vec<Screen>,
}

#[derive(Deserialize)]
struct Networks {
    networks: Vec<Network>,
}

#[derive(Deserialize)]
struct Doctors {
    departments: Vec<Department>,
    doctors: Vec<Doctor>,
}

#[derive(Deserialize)]
struct Overrides {
    overrides: Vec<DemoOverride>,
}

#[derive(Deserialize)]
struct Days {
    days: Vec<DemoDay>,
}

#[derive(Deserialize)]
struct Items {
    items: Vec<DemoItem>,
}

#[derive(Deserialize)]
struct Playlists {
    playlists: Vec<Playlist>,
}

#[derive(Deserialize)]
struct Rules {
    rules: Vec<DemoRule>,
}

#[derive(Deserialize)]
struct Campaigns {
    campaigns: Vec<DemoCampaign>,
}

#[cfg(test)]
mod tests;
