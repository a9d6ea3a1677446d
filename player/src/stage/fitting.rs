//! What every region promises for every glass: words stay in their places, and no two things lie on each other.

use anteroom_content::call::Call;
use anteroom_content::clock::Instant;
use anteroom_content::id::{ItemId, NoticeId, PairCode};
use anteroom_content::item::{Class, Face, Item};
use anteroom_content::notice::Notice;
use anteroom_content::place::Role;
use anteroom_content::text::Text;
use anteroom_content::theme::TYPE_PERCENT;
use bevy::prelude::Handle;
use proptest::prelude::*;

use super::area::Area;
use super::entry::{Entry, EntryPage, Tag};
use super::ink::DEEP;
use super::layout::{Layout, Look, Sight};
use super::logo::Sign;
use super::mark::Mark;
use super::notice::{NoticeFacts, lines, notice};
use super::rail::{ClockFace, RailFacts, rail};
use super::strip::{StripFacts, per_page, strip};
use super::test_card::{self, TestFacts};
use super::typeset::width;
use super::{call, card};
use crate::bridge::{NamePlate, Waiting};

fn face() -> ClockFace {
    ClockFace { time: "23:58".into(), date: Text::new("12月30日 星期三", "Wednesday, 30 December") }
}

fn rail_facts(name: &str) -> RailFacts {
    RailFacts {
        site: Text::new(name, ""),
        logo: None,
        zone: Text::new("心血管内科候诊", ""),
        face: face(),
        class: Some(Class::Advertisement),
        address: "HTTP://192.168.100.200:8081/S/ABCDEF".into(),
        short_code: "WWW-MMM".into(),
    }
}

fn strip_facts(layout: &Layout, name: &str) -> StripFacts {
    let tags = [
        None,
        Some(Tag { word: "停诊", more: format!("由{name}替诊"), is_stopped: true }),
        Some(Tag { word: "加诊", more: String::new(), is_stopped: false }),
    ];
    let entry = |n: usize| Entry {
        name: name.to_owned(),
        title: "副主任医师".into(),
        department: "心血管内科".into(),
        room: "A302".into(),
        half: "上午".into(),
        english: format!("{name}, Cardiology, a.m."),
        tag: tags[n % 3].clone(),
    };
    StripFacts {
        page: EntryPage {
            heading: Text::new("星期三门诊", "Clinics on Wednesday"),
            entries: (0..per_page(layout)).map(entry).collect(),
            page: 9,
            pages: 10,
        },
        address: "HTTP://192.168.100.200:8081/C/ABCDEF".into(),
        short_code: "WWW-MMM".into(),
        time: "23:58".into(),
    }
}

fn item(title: &str, body: &str) -> Item {
    let title = Text::new(title, "A long title about clean hands in every place");
    let body = Text::new(body, &"Wash your hands often and well. ".repeat(body.len() / 30));
    Item { body, ..Item::plain(ItemId::parse("C01").expect("name"), title, Face::Card) }
}

/// Words fit their areas and can be read on what is below them, everything lies in the region, and neither words nor codes lie on
/// each other.
fn check(region: Area, marks: &[Mark]) -> Result<(), TestCaseError> {
    let mut taken: Vec<(Area, String)> = Vec::new();
    let mut grounds = vec![(region, DEEP)];
    for mark in marks {
        let (area, told) = match mark {
            Mark::Plate { area, ink, .. } => {
                prop_assert!(area.is_empty() || region.holds(*area), "{mark:?} leaves {region:?}");
                // A hair of light over a ground is no ground.
                grounds.extend((ink.cover == u8::MAX).then_some((*area, *ink)));
                continue;
            }
            Mark::Arc { area, .. } | Mark::Ring { area, .. } => {
                prop_assert!(area.is_empty() || region.holds(*area), "{mark:?} leaves {region:?}");
                continue;
            }
            Mark::Code { area, address } => (*area, address.clone()),
            Mark::Picture { area, .. } => (*area, "a picture".to_owned()),
            Mark::Words { area, setting, weight, ink, .. } => {
                let text = setting.lines.join("/");
                if area.is_empty() || text.is_empty() || text == "…" {
                    continue;
                }
                for line in &setting.lines {
                    prop_assert!(width(line, setting.step, *weight) <= area.w, "{text} is wider than {area:?}");
                }
                prop_assert!(setting.height() <= area.h, "{text} at {:?} is higher than {area:?}", setting.step);
                let ground =
                    grounds.iter().rev().find(|(ground, _)| ground.overlaps(*area)).map_or(DEEP, |(_, ink)| *ink);
                prop_assert!(ink.is_legible_on(ground), "a theme may hide {text}: {ink:?} on {ground:?}");
                (*area, text)
            }
        };
        prop_assert!(area.is_empty() || region.holds(area), "{told} leaves {region:?}: {area:?}");
        if let Some((other, text)) = taken.iter().find(|(other, _)| other.overlaps(area)) {
            return Err(TestCaseError::fail(format!("{told} {area:?} lies on {text} {other:?}")));
        }
        taken.push((area, told));
    }
    Ok(())
}

fn any_sight() -> impl Strategy<Value = Sight> {
    let common = prop::sample::select(vec![
        (1920, 1080),
        (1080, 1920),
        (3840, 2160),
        (1536, 768),
        (960, 64),
        (640, 360),
        (320, 180),
        (180, 320),
        (1024, 768),
    ]);
    let size = prop_oneof![common, (320u32..8_192, 180u32..8_192), (320u32..8_192, 32u32..200)];
    (size, 300u32..9_000, 50u32..2_000, any::<bool>(), any::<bool>(), TYPE_PERCENT).prop_map(
        |((width_px, height_px), width_mm, distance_cm, is_strip, has_clinics, type_percent)| Sight {
            width_px,
            height_px,
            width_mm,
            distance_cm,
            role: if is_strip { Role::Strip } else { Role::Full },
            has_clinics,
            look: Look { type_percent, ..Look::USUAL },
        },
    )
}

/// Everything that is said, without its line breaks.
fn said(marks: &[Mark]) -> String {
    let words = marks.iter().filter_map(|mark| match mark {
        Mark::Words { setting, .. } => Some(setting.lines.concat()),
        _ => None,
    });
    words.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_firewall_that_blocks_udp_is_said_on_every_glass_with_its_port() {
    for (width_px, height_px) in [(1920, 1080), (1080, 1920), (3840, 2160), (1536, 768), (960, 64), (640, 360)] {
        let (width_mm, distance_cm, role, has_clinics) = (1_200, 300, Role::Full, false);
        let look = Look::USUAL;
        let layout = Layout::of(&Sight { width_px, height_px, width_mm, distance_cm, role, has_clinics, look });
        let waiting = |blocked_port| Waiting {
            code: PairCode::parse("WWWW-MMMM"),
            server: "192.168.100.200:4433".into(),
            text: Text::new(
                "请在控制台“配对”页输入此码。十分钟内有效。",
                "Type this code on the console's pairing page.",
            ),
            blocked_port,
        };
        let told = said(&card::waiting(&layout, &waiting(Some(4_433))));
        assert!(
            told.contains("UDP") && told.contains("4433") && told.contains("TCP"),
            "{width_px}×{height_px}: {told}"
        );
        assert!(!said(&card::waiting(&layout, &waiting(None))).contains("UDP"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn rail_and_strip_keep_their_places(sight in any_sight(), name in "[一-龥]{2,12}") {
        for layout in [Layout::of(&sight), Layout::with_notice(&sight)] {
            check(layout.rail, &rail(&layout, &rail_facts(&name)))?;
            for (width, height) in [(96, 96), (600, 200), (40, 900)] {
                let logo = Some(Sign { image: Handle::default(), width, height });
                check(layout.rail, &rail(&layout, &RailFacts { logo, ..rail_facts(&name) }))?;
            }
            check(layout.strip, &strip(&layout, &strip_facts(&layout, &name)))?;
            let mut nobody = strip_facts(&layout, &name);
            nobody.page.entries.clear();
            check(layout.strip, &strip(&layout, &nobody))?;
            let text = Text::new(&format!("{name}今日停电检修。").repeat(3), "No power today.");
            let told = Notice { id: NoticeId::parse("n").expect("a name"), text, from: Instant(0), until: Instant(9) };
            if let Some(facts) = NoticeFacts::of(&lines(&layout, std::iter::once(&told)), Instant(1)) {
                check(layout.notice, &notice(&layout, &facts))?;
            }
        }
    }

    #[test]
    fn a_call_has_a_room_of_its_own_and_loses_no_word(
        sight in any_sight(), number in "[A-Z]{0,2}[0-9]{1,4}", name in "([一-龥]\\*[一-龥])?", room in "([0-9]{1,3}|[一-龥]{1,6}|[一-龥]{4}[0-9]{1,2}诊室)", title in "[一-龥]{1,20}",
    ) {
        let base = Layout::of(&sight);
        let called = Call::parse(&number, &name, &room, false).expect("it fits");
        let layout = call::beside(base, &called);
        if layout.call.is_empty() {
            // The smallest ribbons cannot say it, and those that are nearly ribbons; everything else can.
            prop_assert!(base.glass.w < 640 && base.glass.h < 130, "{:?} has no room for a call", base.glass);
            return Ok(());
        }
        let marks = call::marks(&layout, &called);
        prop_assert!(!layout.call.is_empty() && base.glass.holds(layout.call));
        prop_assert!(!layout.call.overlaps(layout.content));
        check(layout.call, &marks)?;
        let words = said(&marks);
        prop_assert!(words.contains(&number) && words.replace(' ', "").contains(&room) && !words.contains('…'), "{words}");
        let mut beside = rail(&layout, &rail_facts(&name));
        beside.extend(strip(&layout, &strip_facts(&layout, "王大明")));
        if !layout.content.is_empty() {
            beside.extend(card::card(&layout, &item(&title, "洗手")));
        }
        let closed = card::closed(&layout, &face());
        for mark in beside.iter().chain(&closed) {
            let (Mark::Words { area, .. } | Mark::Code { area, .. }) = mark else { continue };
            prop_assert!(!area.overlaps(layout.call) || matches!(mark, Mark::Words { setting, .. } if setting.lines.is_empty()), "{mark:?} lies under {:?}", layout.call);
        }
        check(base.glass, &beside)?;
    }

    #[test]
    fn name_plate_and_test_card_keep_their_places(sight in any_sight(), name in "[一-龥]{0,12}", has_address in any::<bool>()) {
        let layout = Layout::of(&sight).whole();
        let plate = NamePlate {
            number: "QLZX-Z04-12".into(),
            name: Text::new(&name, "Screen"),
            zone: Text::new("心血管内科候诊区二区", "Cardiology waiting area two"),
            site: Text::new("青岚市中心医院（演示）", "Qinglan Central Hospital (demo)"),
            box_name: "box-4f21b07c9a".into(),
        };
        check(layout.glass, &card::name_plate(&layout, &plate))?;
        check(layout.glass, &card::fallback(&layout))?;
        let address = has_address.then(|| "HTTP://192.168.100.200:8081/S/ABCDEF".to_owned());
        let mut marks = test_card::still(&layout, &TestFacts { plate, sight, address });
        marks.extend(test_card::pulse(&layout, true, Some(120)));
        check(layout.glass, &marks)?;
    }

    #[test]
    fn cards_keep_their_places(sight in any_sight(), is_blocked in any::<bool>(), title in "[一-龥]{1,30}", body in "([一-龥]{1,20}[，。①②]){0,20}") {
        let layout = Layout::of(&sight);
        if !layout.content.is_empty() {
            check(layout.content, &card::card(&layout, &item(&title, &body)))?;
            check(layout.content, &card::fallback(&layout))?;
        }
        check(layout.glass, &card::closed(&layout, &face()))?;
        let text = Text::new("正在寻找服务器，请稍候。", "Looking for the server, please wait.");
        let blocked_port = is_blocked.then_some(4_433);
        let waiting = Waiting { code: PairCode::parse("WWWW-MMMM"), server: "192.168.100.200:4433".into(), text, blocked_port };
        check(layout.glass, &card::waiting(&layout, &waiting))?;
    }
}
