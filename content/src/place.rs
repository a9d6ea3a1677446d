//! Places, from the region down to the glass: region → city → site → building → zone → screen, and networks across them.

use serde::{Deserialize, Serialize};

use crate::id::{BuildingId, DepartmentId, NetworkId, ScreenId, ShortCode, SiteId, ZoneId};
use crate::power::PowerPlan;
use crate::schedule::{DayKinds, Policy};
use crate::text::Text;
use crate::theme::Theme;
use crate::volume::Sound;

/// A city, by its six-digit administrative code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct City {
    /// Administrative code (行政区划码).
    pub code: String,
    /// Its name.
    pub name: Text,
}

/// What kind of house a site is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SiteKind {
    /// A hospital (医院).
    Hospital,
    /// A pharmacy (药店): no departments, no clinics.
    Pharmacy,
}

/// A hospital or pharmacy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// Its name in URLs and files.
    pub id: SiteId,
    /// The city it stands in, by code.
    pub city: String,
    /// Hospital or pharmacy.
    pub kind: SiteKind,
    /// Its name.
    pub name: Text,
    /// IANA time zone of its wall clocks.
    pub time_zone: String,
    /// The hospital's own booking address, `https://…`; the clinic page hands over to it.
    #[serde(default)]
    pub booking_url: Option<String>,
    /// What its screens owe the public, and how much they may sell.
    #[serde(default)]
    pub policy: Policy,
    /// How its screens look; none where they look as they are compiled in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theme: Option<Theme>,
}

/// A building of a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Building {
    /// Its name in URLs and files.
    pub id: BuildingId,
    /// The site it belongs to.
    pub site: SiteId,
    /// Its name.
    pub name: Text,
}

/// What people do in a zone; drives default playlists, layout and audio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ZoneKind {
    /// 入口大厅.
    Entrance,
    /// 候诊.
    Waiting,
    /// 付费.
    Payment,
    /// 检查.
    Examination,
    /// 取药.
    Pharmacy,
    /// 诊室门口.
    ConsultingDoor,
    /// 病房/走廊.
    Ward,
    /// 急诊.
    Emergency,
    /// 药店.
    Shop,
}

impl ZoneKind {
    /// Every kind, in the order lists show them.
    pub const ALL: [Self; 9] = [
        Self::Entrance,
        Self::Waiting,
        Self::Payment,
        Self::Examination,
        Self::Pharmacy,
        Self::ConsultingDoor,
        Self::Ward,
        Self::Emergency,
        Self::Shop,
    ];

    /// Its name for people.
    #[must_use]
    pub fn name(self) -> Text {
        match self {
            Self::Entrance => Text::new("入口大厅", "Entrance hall"),
            Self::Waiting => Text::new("候诊", "Waiting"),
            Self::Payment => Text::new("付费", "Payment"),
            Self::Examination => Text::new("检查", "Examination"),
            Self::Pharmacy => Text::new("取药", "Pharmacy window"),
            Self::ConsultingDoor => Text::new("诊室门口", "Consulting-room door"),
            Self::Ward => Text::new("病房走廊", "Ward corridor"),
            Self::Emergency => Text::new("急诊", "Emergency"),
            Self::Shop => Text::new("药店", "Shop"),
        }
    }
}

/// What may be heard in a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audio {
    /// Nothing; captions instead. What every zone has unless somebody chose otherwise.
    #[default]
    Mute,
    /// Up to so many dB(A) at the nearest seat.
    UpTo(u8),
    /// Nothing, and nobody may change it (a hearing-test room, a ward at night).
    Never,
}

/// Opening hours of one day, half-open, in minutes after local midnight; `to_min` up to 1440. At or below `from_min` it
/// lies on the next day: a night belongs to the day it starts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OpenHours {
    /// First open minute.
    pub from_min: u16,
    /// First closed minute after it.
    pub to_min: u16,
}

impl OpenHours {
    /// Open all day long.
    pub const ALWAYS: Self = Self { from_min: 0, to_min: 1440 };
}

/// Opening hours on some kinds of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OpenOn {
    /// On which kinds of day.
    pub kinds: DayKinds,
    /// The hours; `None` is closed all day.
    pub hours: Option<OpenHours>,
}

/// A place where people wait. Every zone has one programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Zone {
    /// Its name in URLs and files.
    pub id: ZoneId,
    /// The site it belongs to.
    pub site: SiteId,
    /// The building it is in.
    pub building: BuildingId,
    /// Floor and wing, for people.
    #[serde(default)]
    pub floor: String,
    /// Its name.
    pub name: Text,
    /// What people do here.
    pub kind: ZoneKind,
    /// A child-directed zone: no medical, drug, device, health-food, cosmetics, alcohol or beauty advertisement (L-18).
    #[serde(default)]
    pub child: bool,
    /// Networks it belongs to, with their weights.
    #[serde(default)]
    pub networks: Vec<Membership>,
    /// When it is open, Monday first; `None` is closed all day.
    pub open: [Option<OpenHours>; 7],
    /// Other hours on some kinds of day; the first that fits wins over the weekday.
    #[serde(default)]
    pub open_on: Vec<OpenOn>,
    /// Words that rules may aim at.
    #[serde(default)]
    pub tags: Vec<String>,
    /// No commercial advertisement here, whatever its site allows.
    #[serde(default)]
    pub no_ads: bool,
    /// What may be heard.
    #[serde(default)]
    pub audio: Audio,
    /// How loud its screens may be, and when they are quiet; none is mute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sound: Option<Sound>,
    /// When its displays are lit; none leaves them alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub power: Option<PowerPlan>,
    /// Departments whose clinics its strip shows.
    #[serde(default)]
    pub departments: Vec<DepartmentId>,
}

/// A zone's part in a network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// Which network.
    pub network: NetworkId,
    /// How much of the air it gets beside the zone's other networks; 1 to 100.
    pub weight: u8,
}

/// A network (联播网): zones across sites that share an editor and playlists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    /// Its name in URLs and files.
    pub id: NetworkId,
    /// Its name.
    pub name: Text,
}

/// What a screen is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Items, strip, codes and clock.
    #[default]
    Full,
    /// Clinic times only; takes no slot of the wheel.
    Strip,
}

/// The smallest side a screen may have, in pixels.
pub const SCREEN_SIDE_MIN_PX: u32 = 32;
/// The largest side a screen may have, in pixels: an 8K wall.
pub const SCREEN_SIDE_MAX_PX: u32 = 8_192;

/// One piece of glass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Screen {
    /// Its name in URLs and files.
    pub id: ScreenId,
    /// The zone it hangs in.
    pub zone: ZoneId,
    /// Its name.
    pub name: Text,
    /// Width as it hangs, in pixels.
    pub width_px: u32,
    /// Height as it hangs, in pixels.
    pub height_px: u32,
    /// Width of the lit area, in millimetres; drives the sizes of type and codes.
    pub width_mm: u32,
    /// From the nearest usual seat to the glass, in centimetres.
    pub distance_cm: u32,
    /// What it is for.
    #[serde(default)]
    pub role: Role,
    /// The code its QR carries: opens what this screen shows now.
    pub short_code: ShortCode,
}

impl Screen {
    /// Taller than wide.
    #[must_use]
    pub const fn is_portrait(&self) -> bool {
        self.height_px > self.width_px
    }
}
