//! Items: one piece of content with its words, its face on the glass, its legal class and what review found.

use serde::{Deserialize, Serialize};

use crate::clock::Instant;
use crate::id::{ContentHash, ItemId, NetworkId};
use crate::text::Text;

/// The legal class of an item; each has rules of its own (DOMAIN §0, §2.2). There is no default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Health education (健康宣教).
    Education,
    /// Clinic information (门诊信息).
    Clinic,
    /// A notice of the hospital (通知).
    Notice,
    /// A public-service announcement (公益).
    PublicService,
    /// An advertisement (广告).
    Advertisement,
    /// An emergency message (应急).
    Emergency,
}

impl Class {
    /// Every class, in the order lists show them.
    pub const ALL: [Self; 6] =
        [Self::Education, Self::Clinic, Self::Notice, Self::PublicService, Self::Advertisement, Self::Emergency];

    /// Its name for people.
    #[must_use]
    pub fn name(self) -> Text {
        match self {
            Self::Education => Text::new("健康宣教", "Health education"),
            Self::Clinic => Text::new("门诊信息", "Clinic information"),
            Self::Notice => Text::new("通知", "Notice"),
            Self::PublicService => Text::new("公益", "Public service"),
            Self::Advertisement => Text::new("广告", "Advertisement"),
            Self::Emergency => Text::new("应急", "Emergency"),
        }
    }
}

/// What an advertisement sells. Whole trades are barred from places (L-18), and rivals of one trade are kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trade {
    /// Over-the-counter medicine (非处方药).
    Medicine,
    /// Medical device for use at home (家用医疗器械).
    Device,
    /// Health food (保健食品).
    HealthFood,
    /// Food for special medical purpose (特医食品).
    SpecialFood,
    /// A medical institution's services (医疗).
    MedicalService,
    /// Cosmetics (化妆品).
    Cosmetics,
    /// Cosmetic medicine (医疗美容).
    Beauty,
    /// Alcohol (酒类).
    Alcohol,
    /// Anything else.
    Other,
}

impl Trade {
    /// Every trade, in the order lists show them.
    pub const ALL: [Self; 9] = [
        Self::Medicine,
        Self::Device,
        Self::HealthFood,
        Self::SpecialFood,
        Self::MedicalService,
        Self::Cosmetics,
        Self::Beauty,
        Self::Alcohol,
        Self::Other,
    ];

    /// May never be advertised where children are addressed (广告法 §40, L-18).
    #[must_use]
    pub const fn is_barred_from_children(self) -> bool {
        match self {
            Self::Medicine
            | Self::Device
            | Self::HealthFood
            | Self::SpecialFood
            | Self::MedicalService
            | Self::Cosmetics
            | Self::Beauty
            | Self::Alcohol => true,
            Self::Other => false,
        }
    }

    /// Its name for people.
    #[must_use]
    pub fn name(self) -> Text {
        match self {
            Self::Medicine => Text::new("非处方药", "OTC medicine"),
            Self::Device => Text::new("医疗器械", "Medical device"),
            Self::HealthFood => Text::new("保健食品", "Health food"),
            Self::SpecialFood => Text::new("特医食品", "Special medical food"),
            Self::MedicalService => Text::new("医疗服务", "Medical service"),
            Self::Cosmetics => Text::new("化妆品", "Cosmetics"),
            Self::Beauty => Text::new("医疗美容", "Cosmetic medicine"),
            Self::Alcohol => Text::new("酒类", "Alcohol"),
            Self::Other => Text::new("其他", "Other"),
        }
    }
}

/// Who advertises what: what caps, separation and the co-display ban go by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advertiser {
    /// Who pays. Advertisements of one advertiser never compete with each other.
    pub name: String,
    /// What is sold.
    pub trade: Trade,
    /// Starts of tags of education items that it may not stand next to, such as `J` or `J45`: ICD-10 or words (L-14).
    #[serde(default)]
    pub related: Vec<String>,
}

/// How near to a decision the reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// 认知层.
    Awareness,
    /// 考虑层.
    Consideration,
    /// 决策层.
    Decision,
}

/// A media file as the library knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaFile {
    /// Its bytes.
    pub hash: ContentHash,
    /// Their number.
    pub size_bytes: u64,
    /// Width in pixels.
    pub width_px: u32,
    /// Height in pixels.
    pub height_px: u32,
}

impl MediaFile {
    /// How far the shape is from a rectangle of `width` by `height`: 0 is the same shape, in thousandths of a doubling.
    #[must_use]
    pub fn shape_distance(&self, width: u32, height: u32) -> u64 {
        let this = u64::from(self.width_px) * u64::from(height.max(1));
        let that = u64::from(width) * u64::from(self.height_px.max(1));
        let (small, large) = if this < that { (this, that) } else { (that, this) };
        large.saturating_mul(1_000) / small.max(1)
    }
}

/// Captions of a movie: a WebVTT file a language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Captions {
    /// Language tag, `zh-CN` or `en`.
    pub language: String,
    /// The WebVTT file.
    pub hash: ContentHash,
    /// Its size.
    pub size_bytes: u64,
}

/// What stands on the glass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Face {
    /// A still picture; several shapes of it may exist, the first is the main one.
    Picture {
        /// The picture in its shapes.
        shapes: Vec<MediaFile>,
    },
    /// A movie (H.264/AAC in MP4), with a still to stand in for it.
    Movie {
        /// The movie.
        file: MediaFile,
        /// Its length.
        duration_ms: u32,
        /// Captions, Chinese first.
        #[serde(default)]
        captions: Vec<Captions>,
        /// A still from it, shown while it loads and where it cannot be played.
        #[serde(default)]
        poster: Option<MediaFile>,
    },
    /// Title and body, set in type by the stage.
    Card,
}

impl Face {
    /// Every file the face needs, as (hash, size in bytes).
    #[must_use]
    pub fn files(&self) -> Vec<(ContentHash, u64)> {
        match self {
            Self::Picture { shapes } => shapes.iter().map(|s| (s.hash, s.size_bytes)).collect(),
            Self::Movie { file, captions, poster, .. } => std::iter::once((file.hash, file.size_bytes))
                .chain(captions.iter().map(|c| (c.hash, c.size_bytes)))
                .chain(poster.iter().map(|p| (p.hash, p.size_bytes)))
                .collect(),
            Self::Card => Vec::new(),
        }
    }

    /// A still can be held longer; a movie ends when it ends.
    #[must_use]
    pub const fn is_still(&self) -> bool {
        match self {
            Self::Picture { .. } | Self::Card => true,
            Self::Movie { .. } => false,
        }
    }
}

/// One piece of content in one version, as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its name through all versions.
    pub id: ItemId,
    /// Which version this is; counts from 1, raised by every change of words or bytes.
    pub version: u32,
    /// Its legal class.
    pub class: Class,
    /// Headline.
    pub title: Text,
    /// The text a phone shows in full, and a card on the glass.
    #[serde(default)]
    pub body: Text,
    /// Where the advice comes from (L-24).
    #[serde(default)]
    pub source: Text,
    /// Whom it is for (适用人群).
    #[serde(default)]
    pub audience: Text,
    /// Who wrote it.
    #[serde(default)]
    pub author: String,
    /// How near to a decision the reader is; education only.
    #[serde(default)]
    pub layer: Option<Layer>,
    /// Networks it was made for.
    #[serde(default)]
    pub networks: Vec<NetworkId>,
    /// Tags, among them ICD-10 categories of the content.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Who advertises; advertisements only. One without it counts as the worst of its kind.
    #[serde(default)]
    pub advertiser: Option<Advertiser>,
    /// What stands on the glass.
    pub face: Face,
    /// When it was last reviewed.
    pub reviewed_at: Instant,
    /// From here on it must be reviewed again before it may be shown.
    pub review_by: Instant,
    /// Not shown before.
    #[serde(default)]
    pub valid_from: Option<Instant>,
    /// Not shown from here on; enforced by the player itself, also without a server.
    #[serde(default)]
    pub expires_at: Option<Instant>,
}

impl Item {
    /// A first version of education with a headline and a face, always current; what more it is, its maker says.
    #[must_use]
    pub fn plain(id: ItemId, title: Text, face: Face) -> Self {
        Self {
            id,
            version: 1,
            class: Class::Education,
            title,
            body: Text::default(),
            source: Text::default(),
            audience: Text::default(),
            author: String::new(),
            layer: None,
            networks: Vec::new(),
            tags: Vec::new(),
            advertiser: None,
            face,
            reviewed_at: Instant(0),
            review_by: Instant(i64::MAX),
            valid_from: None,
            expires_at: None,
        }
    }

    /// May be shown at `at` as far as its own dates go.
    #[must_use]
    pub fn is_current(&self, at: Instant) -> bool {
        at < self.ends_at() && self.valid_from.is_none_or(|from| at >= from)
    }

    /// The first instant at which it may not be shown any more.
    #[must_use]
    pub fn ends_at(&self) -> Instant {
        self.expires_at.map_or(self.review_by, |expiry| expiry.min(self.review_by))
    }
}

/// Shortest time an item stands, in milliseconds; below it nobody reads, and a player would spin.
pub const DWELL_MIN_MS: u32 = 1_000;
/// Longest time an item stands, in milliseconds: ten minutes, the longest movie.
pub const DWELL_MAX_MS: u32 = 600_000;
