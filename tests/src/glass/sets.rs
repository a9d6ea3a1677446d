//! Sets: a zone's programme made up for a glass, of one item or many.

use std::path::Path;

use anteroom_content::clinic::{Change, Department, Doctor, Override, Timetable};
use anteroom_content::clock::{Instant, Offsets};
use anteroom_content::id::{
    BuildingId, ContentHash, DoctorId, ItemId, NoticeId, OverrideId, PlaylistId, RuleId, ScreenId, ShortCode, SiteId,
    ZoneId,
};
use anteroom_content::item::{Class, Face, Item, MediaFile};
use anteroom_content::notice::Notice;
use anteroom_content::place::{Audio, OpenHours, Role, Screen, Site, SiteKind, Zone, ZoneKind};
use anteroom_content::playlist::{Playlist, Turn};
use anteroom_content::programme::{ENGINE, Show};
use anteroom_content::schedule::{Calendar, Level, Policy, Rule, Target, Window};
use anteroom_content::text::Text;
use anteroom_content::theme::{Colours, Theme, Tint};
use anteroom_content::volume::Sound;
use serde_json::{Value, json};

use super::STANDING_TIME_MS;
use crate::harness::Outcome;

/// How long a card of a golden picture stands, in milliseconds: longer than it takes to look.
const DWELL_MS: u32 = 600_000;
/// A logo is so many pixels wide and high.
const LOGO_PX: u32 = 256;

/// A glass as it hangs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Its name in pictures.
    pub name: &'static str,
    /// Its pixels.
    pub size: (u32, u32),
    /// Lit width, in millimetres.
    pub width_mm: u32,
    /// To the nearest seat, in centimetres.
    pub distance_cm: u32,
    /// Content, or clinic times alone.
    pub role: Role,
}

/// What is due on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scene {
    /// A card of few words.
    Short,
    /// A card of as many words as anybody may write.
    Long,
    /// A card whose English is missing.
    ChineseAlone,
    /// Rare characters, long Latin words, digits and signs.
    Rare,
    /// An advertisement.
    Advertisement,
    /// The zone is closed.
    Closed,
    /// Nothing may be shown.
    Nothing,
    /// The box waits to be paired.
    Pairing,
    /// It waits, and UDP is blocked.
    PairingOverTcp,
    /// People took the screen down.
    TakenDown,
    /// It shows its name and number.
    NamePlate,
    /// It shows the test card.
    TestCard,
    /// A hospital of other colours, with a logo and larger type.
    Themed,
    /// A notice stands beside an advertisement.
    Notice,
    /// Somebody is called beside an advertisement; a call stands for a while, so scenes without one come before.
    Call,
    /// The longest call there is, beside the longest card.
    CallLong,
    /// A notice stands, and somebody is called.
    NoticeCall,
}

impl Scene {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::Short,
        Self::Long,
        Self::ChineseAlone,
        Self::Rare,
        Self::Advertisement,
        Self::Closed,
        Self::Nothing,
        Self::Pairing,
        Self::PairingOverTcp,
        Self::TakenDown,
        Self::NamePlate,
        Self::TestCard,
        Self::Themed,
        Self::Notice,
        Self::Call,
        Self::CallLong,
        Self::NoticeCall,
    ];

    /// Its name in pictures.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Short => "short",
            Self::Long => "long",
            Self::ChineseAlone => "chinese-alone",
            Self::Rare => "rare",
            Self::Advertisement => "advertisement",
            Self::Closed => "closed",
            Self::Nothing => "nothing",
            Self::Pairing => "pairing",
            Self::PairingOverTcp => "pairing-over-tcp",
            Self::TakenDown => "taken-down",
            Self::NamePlate => "name-plate",
            Self::TestCard => "test-card",
            Self::Themed => "themed",
            Self::Notice => "notice",
            Self::Call => "call",
            Self::CallLong => "call-long",
            Self::NoticeCall => "notice-call",
        }
    }
}

/// What a stage is told.
#[derive(Debug, Clone)]
pub struct Set {
    show: Show,
    clinic: Timetable,
    waiting: Option<Value>,
    cover: Value,
    call: Option<Value>,
}

impl Set {
    /// A glass with one scene on it.
    ///
    /// # Errors
    /// When the demo's doctors cannot be read.
    pub fn of(shape: &Shape, scene: Scene) -> Outcome<Self> {
        let items: Vec<Item> = card(scene)?.into_iter().collect();
        let mut show = show(shape, &items, DWELL_MS)?;
        if scene == Scene::Closed {
            show.zone.open = [None; 7];
        }
        let waiting = match scene {
            Scene::Pairing => Some(waiting(None)),
            Scene::PairingOverTcp => Some(waiting(Some(4433))),
            _ => None,
        };
        let clinic = Timetable { notices: notices(scene)?, ..clinic()? };
        Ok(Self { show, clinic, waiting, cover: cover(scene), call: call(scene) })
    }

    /// A landscape glass with files in turn, each for so long: pictures as they are, movies with their lengths.
    ///
    /// # Errors
    /// When there are none.
    pub fn in_turn(size: (u32, u32), files: &[Face], dwell_ms: u32) -> Outcome<Self> {
        let shape = Shape { name: "turn", size, width_mm: 1_210, distance_cm: 400, role: Role::Full };
        let items = files
            .iter()
            .enumerate()
            .map(|(n, face)| item(&format!("turn-{n}"), &format!("第 {n} 条"), "Turn", face.clone()));
        let items = items.collect::<Outcome<Vec<_>>>()?;
        Ok(Self {
            show: show(&shape, &items, dwell_ms)?,
            clinic: clinic()?,
            waiting: None,
            cover: cover(Scene::Short),
            call: None,
        })
    }

    /// The same in a hospital of other colours, whose logo is kept in a folder by its hash.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub fn themed(mut self, files: &Path) -> Outcome<Self> {
        let colour = |text: &str| text.parse().map_err(|_| anyhow::anyhow!("{text} is no colour"));
        let mut colours = Colours::USUAL;
        for (tint, text) in [
            (Tint::Ground, "#10183A"),
            (Tint::Rail, "#1A2654"),
            (Tint::Plate, "#24357A"),
            (Tint::Soft, "#C4D2F2"),
            (Tint::Accent, "#FFD166"),
            (Tint::Mark, "#FFB703"),
            (Tint::Paper, "#FFFFFF"),
            (Tint::Text, "#14182A"),
            (Tint::Second, "#4A5578"),
            (Tint::Title, "#1D3A8F"),
        ] {
            colours = colours.with(tint, colour(text)?);
        }
        anyhow::ensure!(colours.unreadable().is_empty(), "{:?}", colours.unreadable());
        let logo = Some(media_file(files, &logo()?, (LOGO_PX, LOGO_PX))?);
        self.show.site.theme = Some(Theme { colours, type_percent: 120, logo });
        Ok(self)
    }

    /// The same in a zone where this may be heard.
    #[must_use]
    pub fn heard(mut self, sound: Sound) -> Self {
        self.show.zone.sound = Some(sound);
        self
    }

    /// What lies over it, as the stage is told.
    pub(super) const fn cover(&self) -> &Value {
        &self.cover
    }

    /// A landscape glass with a card of that name and title.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn titled(size: (u32, u32), id: &str, title: &str) -> Outcome<Self> {
        let shape = Shape { name: "titled", size, width_mm: 1_210, distance_cm: 400, role: Role::Full };
        let card = item(id, title, "", Face::Card)?;
        Ok(Self {
            show: show(&shape, &[card], DWELL_MS)?,
            clinic: clinic()?,
            waiting: None,
            cover: cover(Scene::Short),
            call: None,
        })
    }

    /// Who is called, as the stage is told.
    pub(super) const fn call(&self) -> Option<&Value> {
        self.call.as_ref()
    }

    /// As the stage is told it.
    pub(super) fn word(&self, files: &Path) -> Outcome<Value> {
        if let Some(waiting) = &self.waiting {
            return Ok(waiting.clone());
        }
        let screen = self.show.screens.first().map(|screen| screen.id.clone());
        let edition = json!({"effective_at": 0, "manifest_version": 1, "show": serde_json::to_value(&self.show)?});
        let clinic = serde_json::to_value(&self.clinic)?;
        Ok(
            json!({"type": "stand", "screen": screen, "editions": [edition], "clinic": clinic, "files": files, "quarantined": []}),
        )
    }
}

/// The face of a picture file that is kept in a folder by its hash.
///
/// # Errors
/// When it cannot be kept.
pub fn kept_picture(files: &Path, png: &[u8], size: (u32, u32)) -> Outcome<Face> {
    Ok(Face::Picture { shapes: vec![media_file(files, png, size)?] })
}

/// The face of a movie file that is kept in a folder by its hash.
///
/// # Errors
/// When it cannot be kept.
pub fn kept_movie(files: &Path, mp4: &[u8], size: (u32, u32), duration_ms: u32) -> Outcome<Face> {
    Ok(Face::Movie { file: media_file(files, mp4, size)?, duration_ms, captions: Vec::new(), poster: None })
}

/// A cross on a disc, with nothing around it.
fn logo() -> Outcome<Vec<u8>> {
    let picture = image::RgbaImage::from_fn(LOGO_PX, LOGO_PX, |x, y| {
        let (dx, dy) = (x.abs_diff(LOGO_PX / 2), y.abs_diff(LOGO_PX / 2));
        let is_cross = dx.min(dy) < LOGO_PX / 12 && dx.max(dy) < LOGO_PX / 3;
        let is_disc = dx * dx + dy * dy < LOGO_PX * LOGO_PX / 4;
        image::Rgba(if is_cross { [255, 255, 255, 255] } else { [230, 57, 70, if is_disc { 255 } else { 0 }] })
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png)?;
    Ok(bytes.into_inner())
}

fn media_file(files: &Path, bytes: &[u8], (width_px, height_px): (u32, u32)) -> Outcome<MediaFile> {
    Ok(MediaFile { hash: kept(files, bytes)?, size_bytes: u64::try_from(bytes.len())?, width_px, height_px })
}

fn kept(files: &Path, bytes: &[u8]) -> Outcome<ContentHash> {
    let hash = ContentHash::of(bytes);
    let name = hash.to_hex();
    let folder = files.join(name.get(..2).unwrap_or_default());
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join(&name), bytes)?;
    Ok(hash)
}

fn waiting(blocked_port: Option<u16>) -> Value {
    json!({
        "type": "waiting", "code": "ABCD2345", "server": "10.20.0.5:4433", "blocked_port": blocked_port,
        "text": {"zh": "在管理后台输入此码，为这块屏幕配对。", "en": "Type this code in the console to pair this screen."},
    })
}

fn cover(scene: Scene) -> Value {
    let for_a_while = match scene {
        Scene::NamePlate => Some(("identify", DWELL_MS)),
        Scene::TestCard => Some(("test_card", DWELL_MS)),
        _ => None,
    };
    json!({
        "type": "cover", "is_down": scene == Scene::TakenDown, "while_ms": for_a_while,
        "plate": {
            "number": "Z03-1", "box_name": "box-4f21b07c9a", "name": {"zh": "1 号屏", "en": "Screen 1"},
            "zone": {"zh": "心血管内科候诊", "en": "Cardiology waiting area"},
            "site": {"zh": "青岚市中心医院（演示）", "en": "Qinglan Central Hospital (demo)"},
        },
    })
}

fn notices(scene: Scene) -> Outcome<Vec<Notice>> {
    if !matches!(scene, Scene::Notice | Scene::NoticeCall) {
        return Ok(Vec::new());
    }
    let text = Text::new(
        "门诊楼一号电梯今日检修，请乘二号电梯或走东侧楼梯；行动不便者请告诉导诊台，我们陪您上楼。",
        "Lift 1 is under repair today: please take lift 2 or the east stairs, or ask at the desk.",
    );
    let (from, until) = (Instant(STANDING_TIME_MS - 60_000), Instant(STANDING_TIME_MS + 3_600_000));
    Ok(vec![Notice { id: NoticeId::parse("n-1")?, text, from, until }])
}

fn call(scene: Scene) -> Option<Value> {
    let call = |number, name, room| json!({"type": "call", "number": number, "name": name, "room": room});
    match scene {
        Scene::Call | Scene::NoticeCall => Some(call("A023", "", "3 诊室")),
        Scene::CallLong => Some(call("内科普通A0123", "欧阳*明", "门诊楼三层东区 12 诊室")),
        _ => None,
    }
}

fn card(scene: Scene) -> Outcome<Option<Item>> {
    let words = |zh_title: &str, en_title: &str, zh: &str, en: &str| -> Outcome<Item> {
        let mut made = item(&format!("card-{}", scene.name()), zh_title, en_title, Face::Card)?;
        made.body = Text::new(zh, en);
        made.source = Text::new("国家卫生健康委员会", "National Health Commission");
        made.audience = Text::new("所有人", "Everybody");
        Ok(made)
    };
    let long_zh = "饭前便后、咳嗽打喷嚏之后、接触病人前后，都应当用流动的清水和肥皂洗手，每次不少于二十秒。".repeat(6);
    let long_en = "Wash your hands with soap under running water before meals, after the toilet, after coughing or sneezing, and before and after you touch somebody who is ill, for no less than twenty seconds. ".repeat(5);
    Ok(match scene {
        Scene::Short => Some(words(
            "七步洗手法",
            "Seven steps to clean hands",
            "内、外、夹、弓、大、立、腕。",
            "Palms, backs, between, knuckles, thumbs, tips, wrists.",
        )?),
        Scene::Long | Scene::CallLong => Some(words(
            &"高血压患者冬季起居、饮食与用药须知".repeat(2),
            &"What people with high blood pressure should know in winter about rising, meals and medicines ".repeat(2),
            &long_zh,
            &long_en,
        )?),
        Scene::ChineseAlone => Some(words("就诊前请准备好身份证与医保卡", "", "请按顺序排队，叫到号再进诊室。", "")?),
        Scene::Rare => Some(words(
            "䶮㛃𬭊𫘝医生主讲",
            "Pneumonoultramicroscopicsilicovolcanoconiosis",
            "血压 ≥140/90 mmHg？＜６．１ mmol/L；① ② ③ … “引号”《书名》—— 约 37.3 ℃",
            "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft 100% & <tag>",
        )?),
        Scene::Advertisement | Scene::Call | Scene::Notice => {
            let mut made = words(
                "百禾维生素 C 咀嚼片",
                "Baihe vitamin C tablets",
                "每日一片。保健食品不是药物，不能代替药物治疗疾病。",
                "One a day. A health food is no medicine and cannot replace one.",
            )?;
            made.class = Class::Advertisement;
            Some(made)
        }
        // Covered or not, the programme goes on below.
        Scene::TakenDown | Scene::NamePlate | Scene::TestCard | Scene::Themed | Scene::NoticeCall => {
            card(Scene::Short)?
        }
        Scene::Closed | Scene::Nothing | Scene::Pairing | Scene::PairingOverTcp => None,
    })
}

fn item(id: &str, zh: &str, en: &str, face: Face) -> Outcome<Item> {
    Ok(Item::plain(ItemId::parse(id)?, Text::new(zh, en), face))
}

fn show(shape: &Shape, items: &[Item], dwell_ms: u32) -> Outcome<Show> {
    let (zone, site) = (ZoneId::parse("Z03")?, SiteId::parse("QLZX")?);
    let (list, rule) = (PlaylistId::parse("list")?, RuleId::parse("rule")?);
    let turns = items.iter().map(|item| Turn::of(item.id.clone(), Some(dwell_ms))).collect();
    let whole_day = serde_json::from_value::<Window>(json!({"from_min": 0, "to_min": 1440}))?;
    Ok(Show {
        engine: ENGINE,
        site: Site {
            id: site.clone(),
            city: "990100".into(),
            kind: SiteKind::Hospital,
            name: Text::new("青岚市中心医院（演示）", "Qinglan Central Hospital (demo)"),
            time_zone: "Asia/Shanghai".into(),
            booking_url: None,
            policy: Policy {
                qr_min_ms: 0,
                ads: true,
                ad_hour_permille: 1_000,
                ad_ten_minutes_ms: 600_000,
                public_service_permille: 0,
                separation_ms: 0,
                ..Policy::default()
            },
            theme: None,
        },
        zone: Zone {
            id: zone.clone(),
            site,
            building: BuildingId::parse("A")?,
            floor: "A3".into(),
            name: Text::new("心血管内科候诊", "Cardiology waiting area"),
            kind: ZoneKind::Waiting,
            child: false,
            networks: Vec::new(),
            open: [Some(OpenHours { from_min: 0, to_min: 1440 }); 7],
            open_on: Vec::new(),
            tags: Vec::new(),
            no_ads: false,
            audio: Audio::Mute,
            sound: None,
            power: None,
            departments: Vec::new(),
        },
        screens: vec![Screen {
            id: ScreenId::parse("Z03-1")?,
            zone: zone.clone(),
            name: Text::new("1 号屏", "Screen 1"),
            width_px: shape.size.0,
            height_px: shape.size.1,
            width_mm: shape.width_mm,
            distance_cm: shape.distance_cm,
            role: shape.role,
            short_code: ShortCode::from_entropy(&[3; 32]),
        }],
        rules: vec![Rule::new(rule, list.clone(), Target::zone(zone), whole_day, Level::Base)],
        playlists: vec![Playlist::new(list, Text::default(), turns)],
        campaigns: Vec::new(),
        calendar: Calendar::default(),
        items: items.to_vec(),
        offsets: Offsets::fixed("Asia/Shanghai", 8 * 3_600),
        other_offsets: Vec::new(),
        phone_address: "HTTP://10.20.0.5:8081".into(),
        evergreen: None,
    })
}

/// The demo's clinics of one floor, one of them stopped and one handed over.
fn clinic() -> Outcome<Timetable> {
    #[derive(serde::Deserialize)]
    struct Doctors {
        departments: Vec<Department>,
        doctors: Vec<Doctor>,
    }
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../content/demo/doctors.json");
    let Doctors { departments, mut doctors } = serde_json::from_slice(&std::fs::read(file)?)?;
    doctors.truncate(6);
    let date = Offsets::fixed("Asia/Shanghai", 8 * 3_600).date(Instant(STANDING_TIME_MS));
    let change = |n: usize, substitute: Option<DoctorId>| -> Outcome<Override> {
        let doctor =
            doctors.get(n).map(|doctor| doctor.id.clone()).ok_or_else(|| anyhow::anyhow!("too few doctors"))?;
        Ok(Override {
            id: OverrideId::parse(&format!("o{n}"))?,
            doctor,
            date,
            half: None,
            change: Change::Stopped { substitute },
            reason: Text::default(),
            made_at: Instant(0),
        })
    };
    let second = doctors.get(1).map(|doctor| doctor.id.clone());
    let overrides = vec![change(0, None)?, change(2, second)?];
    Ok(Timetable { departments, doctors, overrides, calendar: Calendar::default(), notices: Vec::new() })
}
