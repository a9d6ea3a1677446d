//! The places and the programme of a rehearsal: hospitals of five zones, text cards, a loop for each kind of zone, and one
//! department whose doctors stand on every strip.

use anteroom_content::clinic::{ClinicKind, Department, Doctor, Half, Sitting, Weeks};
use anteroom_content::clock::{DAY_MS, Instant};
use anteroom_content::id::{
    BadName, BuildingId, CODE_LETTERS, DepartmentId, DoctorId, ItemId, PlaylistId, RuleId, ScreenId, ShortCode, SiteId,
    ZoneId,
};
use anteroom_content::item::{Class, Face, Item, Layer};
use anteroom_content::place::{Audio, Building, City, OpenHours, Role, Screen, Site, SiteKind, Zone, ZoneKind};
use anteroom_content::playlist::{Order, Playlist, Turn, What};
use anteroom_content::schedule::{Level, Policy, Rule, Target, Where, Window};
use anteroom_content::text::Text;

use crate::db::places::Places;

/// Zones of one hospital.
const ZONES_OF_SITE: u32 = 5;
/// The kinds of a hospital's zones, in turn.
const KINDS: [ZoneKind; 5] =
    [ZoneKind::Entrance, ZoneKind::Waiting, ZoneKind::Payment, ZoneKind::Examination, ZoneKind::Pharmacy];
/// The administrative code of the city that all of them lie in: one that no city has.
const CITY: &str = "990100";
/// The department whose doctors stand on every strip.
const DEPARTMENT: &str = "02";
/// How long each card stands, in milliseconds.
const DWELL_MS: u32 = 10_000;
/// How long the items hold, in days.
const ITEM_DAYS: i64 = 180;
/// Doctors of the department.
const DOCTORS: u16 = 6;

/// The cards: class, headline and words in both languages.
const CARDS: [(Class, &str, &str, &str, &str); 8] = [
    (Class::Education, "七步洗手", "Clean hands", "就诊前后都要洗手。", "Wash your hands before and after the visit."),
    (Class::Education, "量血压前", "Before measuring blood pressure", "先静坐五分钟。", "Sit still for five minutes."),
    (Class::Education, "按时服药", "Take medicines on time", "不自行增减剂量。", "Never change the dose yourself."),
    (Class::Education, "预防跌倒", "Prevent falls", "起身要慢，走路扶稳。", "Rise slowly and hold on while you walk."),
    (Class::Education, "合理饮食", "Eat with measure", "少盐少油，多吃蔬菜。", "Less salt and oil, more vegetables."),
    (
        Class::Notice,
        "就诊须知",
        "For your visit",
        "请按号候诊，保持安静。",
        "Please wait for your number, and speak softly.",
    ),
    (Class::Notice, "缴费方式", "Ways to pay", "自助机和窗口均可缴费。", "Pay at a machine or at a window."),
    (Class::PublicService, "无偿献血", "Give blood", "一次献血，救人一命。", "One gift of blood can save a life."),
];

/// What a rehearsal plays.
pub(super) struct Programme {
    /// Text cards.
    pub(super) items: Vec<Item>,
    /// A loop for everywhere, and one for each kind of zone.
    pub(super) playlists: Vec<Playlist>,
    /// What puts them on the air.
    pub(super) rules: Vec<Rule>,
    /// The one department.
    pub(super) department: Department,
    /// Its doctors.
    pub(super) doctors: Vec<Doctor>,
}

/// The places: `screens` spread evenly over `zones`, the screens in the order of their boxes.
///
/// # Errors
/// Never for the names made here; a name that is none is told.
pub(crate) fn places(screens: u32, zones: u32) -> Result<Places, BadName> {
    let mut made = Places {
        cities: vec![City { code: CITY.to_owned(), name: Text::new("演练市", "Rehearsal city") }],
        ..Places::default()
    };
    for n in 0..zones {
        let (site, kind) = (site_id(n / ZONES_OF_SITE)?, kind_of(n));
        let building = BuildingId::parse(&format!("{site}-1"))?;
        if n.is_multiple_of(ZONES_OF_SITE) {
            made.sites.push(site_of(&site, n / ZONES_OF_SITE));
            let name = Text::new("门诊楼", "Outpatient building");
            made.buildings.push(Building { id: building.clone(), site: site.clone(), name });
        }
        made.zones.push(zone_of(zone_id(n)?, site, building, kind)?);
    }
    for n in 0..screens {
        let zone = u64::from(n) * u64::from(zones) / u64::from(screens.max(1));
        made.screens.push(screen_of(n, zone_id(u32::try_from(zone).unwrap_or(0))?)?);
    }
    Ok(made)
}

fn site_id(n: u32) -> Result<SiteId, BadName> {
    SiteId::parse(&format!("R{n:05}"))
}

fn zone_id(n: u32) -> Result<ZoneId, BadName> {
    ZoneId::parse(&format!("R{:05}-Z{}", n / ZONES_OF_SITE, n % ZONES_OF_SITE + 1))
}

fn kind_of(n: u32) -> ZoneKind {
    let place = usize::try_from(n % ZONES_OF_SITE).unwrap_or(0);
    KINDS.get(place).copied().unwrap_or(ZoneKind::Waiting)
}

fn site_of(id: &SiteId, n: u32) -> Site {
    Site {
        id: id.clone(),
        city: CITY.to_owned(),
        kind: SiteKind::Hospital,
        name: Text::new(&format!("演练医院 {}", n + 1), &format!("Rehearsal hospital {}", n + 1)),
        time_zone: "Asia/Shanghai".to_owned(),
        booking_url: None,
        policy: Policy::default(),
        theme: None,
    }
}

fn zone_of(id: ZoneId, site: SiteId, building: BuildingId, kind: ZoneKind) -> Result<Zone, BadName> {
    Ok(Zone {
        id,
        site,
        building,
        floor: "1".to_owned(),
        name: kind.name(),
        kind,
        child: false,
        networks: Vec::new(),
        // A rehearsal may be at night.
        open: [Some(OpenHours::ALWAYS); 7],
        open_on: Vec::new(),
        tags: Vec::new(),
        no_ads: false,
        audio: Audio::Mute,
        sound: None,
        power: None,
        departments: vec![DepartmentId::parse(DEPARTMENT)?],
    })
}

fn screen_of(n: u32, zone: ZoneId) -> Result<Screen, BadName> {
    Ok(Screen {
        id: ScreenId::parse(&format!("S{n:06}"))?,
        zone,
        name: Text::new(&format!("屏 {}", n + 1), &format!("Screen {}", n + 1)),
        width_px: 1_920,
        height_px: 1_080,
        width_mm: 1_200,
        distance_cm: 300,
        role: Role::Full,
        short_code: short_code(n),
    })
}

/// The number, written in the letters of codes.
fn short_code(n: u32) -> ShortCode {
    let base = u32::try_from(CODE_LETTERS.len()).unwrap_or(1);
    let letters = (0..6).rev().map(|place| {
        let digit = usize::try_from(n / base.pow(place) % base).unwrap_or(0);
        char::from(CODE_LETTERS.get(digit).copied().unwrap_or(b'2'))
    });
    let text: String = letters.collect();
    // Six letters of the alphabet are a code always.
    ShortCode::parse(&text).unwrap_or_else(|| ShortCode::from_entropy(&[0; 32]))
}

/// The programme as it stands when the rehearsal begins.
///
/// # Errors
/// Never for the names made here; a name that is none is told.
pub(super) fn programme(now: Instant) -> Result<Programme, BadName> {
    let items = (1..).zip(CARDS).map(|(n, card)| item(n, card, now)).collect::<Result<Vec<_>, _>>()?;
    let turn = |item: &Item| Turn {
        what: What::Item(item.id.clone()),
        dwell_ms: Some(DWELL_MS),
        weight: 1,
        first: None,
        last: None,
    };
    let list = |id: &str, name: Text, turns: Vec<Turn>| {
        Ok(Playlist { id: PlaylistId::parse(id)?, name, network: None, order: Order::Sequence, turns })
    };
    let mut playlists =
        vec![list("everywhere", Text::new("通用循环", "Everywhere"), items.iter().map(turn).collect())?];
    let mut rules = vec![rule("everywhere", Where::Everywhere, Level::Base)?];
    for (n, kind) in KINDS.into_iter().enumerate() {
        let id = format!("kind-{}", n + 1);
        let turns = items.iter().skip(n).take(3).map(turn).collect();
        playlists.push(list(&id, kind.name(), turns)?);
        rules.push(rule(&id, Where::Kind(kind), Level::Base)?);
    }
    Ok(Programme {
        items,
        playlists,
        rules,
        department: Department {
            id: DepartmentId::parse(DEPARTMENT)?,
            name: Text::new("全科医疗科", "General practice"),
        },
        doctors: (1..=DOCTORS).map(doctor).collect::<Result<_, _>>()?,
    })
}

fn item(
    n: u16,
    (class, zh, en, body_zh, body_en): (Class, &str, &str, &str, &str),
    now: Instant,
) -> Result<Item, BadName> {
    Ok(Item {
        id: ItemId::parse(&format!("card-{n}"))?,
        version: 1,
        class,
        title: Text::new(zh, en),
        body: Text::new(body_zh, body_en),
        source: Text::new("演练", "Rehearsal"),
        audience: Text::new("所有人", "Everyone"),
        author: "演练".to_owned(),
        layer: Some(Layer::Awareness),
        networks: Vec::new(),
        tags: Vec::new(),
        advertiser: None,
        face: Face::Card,
        reviewed_at: now,
        review_by: now.plus_ms(ITEM_DAYS * DAY_MS),
        valid_from: None,
        expires_at: None,
    })
}

fn rule(id: &str, place: Where, level: Level) -> Result<Rule, BadName> {
    let target = Target { places: vec![place], except: Vec::new() };
    Ok(Rule::new(RuleId::parse(id)?, PlaylistId::parse(id)?, target, Window::ALWAYS, level))
}

fn doctor(n: u16) -> Result<Doctor, BadName> {
    let sitting = |weekday| [Half::Morning, Half::Afternoon].map(|half| Sitting { weekday, half, weeks: Weeks::Every });
    Ok(Doctor {
        id: DoctorId::parse(&format!("D{n:02}"))?,
        site: site_id(0)?,
        department: DepartmentId::parse(DEPARTMENT)?,
        name: Text::new(&format!("演练医生 {n}"), &format!("Doctor {n}")),
        title: Text::new("主任医师", "Chief physician"),
        field: Text::default(),
        room: format!("{}", 200 + n),
        kind: ClinicKind::Expert,
        quota: 20,
        sittings: (1..=7).flat_map(sitting).collect(),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_screen_hangs_in_a_zone_of_the_network_and_has_a_code_of_its_own() {
        let made = places(1_001, 400).expect("names");
        let zones: BTreeSet<_> = made.zones.iter().map(|zone| &zone.id).collect();
        assert_eq!((zones.len(), made.sites.len(), made.screens.len()), (400, 80, 1_001));
        assert!(made.screens.iter().all(|screen| zones.contains(&screen.zone)));
        assert!(zones.iter().all(|zone| made.screens_of(zone).count() >= 2), "none is without a screen");
        let codes: BTreeSet<_> = made.screens.iter().map(|screen| screen.short_code).collect();
        assert_eq!(codes.len(), 1_001);
    }
}
