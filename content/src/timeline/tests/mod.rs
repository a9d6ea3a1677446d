//! What the engine promises, as cases and properties.

mod any;
mod cases;
mod history;
mod month;
mod naive;
mod oracle;
mod properties;
mod rivals;
mod seams;

use jiff::civil::date;

use super::*;
use crate::clock::{DAY_MS, Offsets};
use crate::id::{BuildingId, PlaylistId, ShortCode, SiteId, ZoneId};
use crate::item::{Class, Face, Item};
use crate::place::{Audio, OpenHours, Screen, Site, SiteKind, Zone, ZoneKind};
use crate::playlist::{Playlist, Turn};
use crate::programme::ENGINE;
use crate::schedule::{Calendar, Policy, Rule, Target, Weekdays, Window};
use crate::text::Text;

fn item(id: &str) -> Item {
    Item::plain(ItemId::parse(id).expect("name"), Text::new("洗手", "Clean hands"), Face::Card)
}

fn rule(id: &str, level: Level, window: Window) -> Rule {
    let target = Target::zone(ZoneId::parse("Z03").expect("name"));
    Rule::new(RuleId::parse(id).expect("name"), PlaylistId::parse(id).expect("name"), target, window, level)
}

fn playlist(id: &str, turns: &[(&str, u32)]) -> Playlist {
    let turn = |&(item, ms): &(&str, u32)| Turn::of(ItemId::parse(item).expect("name"), Some(ms));
    Playlist::new(PlaylistId::parse(id).expect("name"), Text::default(), turns.iter().map(turn).collect())
}

fn show(rules: Vec<Rule>, playlists: Vec<Playlist>) -> Show {
    let zone = ZoneId::parse("Z03").expect("name");
    let site = SiteId::parse("QLZX").expect("name");
    let screen = |id: &str, role| Screen {
        id: ScreenId::parse(id).expect("name"),
        zone: zone.clone(),
        name: Text::default(),
        width_px: 1920,
        height_px: 1080,
        width_mm: 1210,
        distance_cm: 500,
        role,
        short_code: ShortCode::from_entropy(&[3; 32]),
    };
    Show {
        engine: ENGINE,
        site: Site {
            id: site.clone(),
            city: "990100".into(),
            kind: SiteKind::Hospital,
            name: Text::default(),
            time_zone: "Asia/Shanghai".into(),
            booking_url: None,
            policy: Policy { qr_min_ms: 0, ..Policy::default() },
            theme: None,
        },
        zone: Zone {
            id: zone.clone(),
            site,
            building: BuildingId::parse("A").expect("name"),
            floor: "A3".into(),
            name: Text::default(),
            kind: ZoneKind::Waiting,
            child: false,
            networks: Vec::new(),
            open: [Some(OpenHours { from_min: 420, to_min: 1080 }); 7],
            open_on: Vec::new(),
            tags: Vec::new(),
            no_ads: false,
            audio: Audio::Mute,
            sound: None,
            power: None,
            departments: Vec::new(),
        },
        screens: vec![screen("Z03-1", Role::Full), screen("Z03-S", Role::Strip)],
        rules,
        playlists,
        campaigns: Vec::new(),
        calendar: Calendar::default(),
        items: ["a", "b", "c"].map(item).to_vec(),
        offsets: Offsets::fixed("Asia/Shanghai", 8 * 3600),
        other_offsets: Vec::new(),
        phone_address: "HTTP://10.0.0.5:8081".into(),
        evergreen: None,
    }
}

fn at(show: &Show, hour: i32, minute: i32) -> Instant {
    show.offsets.instant(date(2026, 11, 25), hour * 60 + minute)
}

fn told(show: &Show, screen: &str, when: Instant) -> String {
    let screen = ScreenId::parse(screen).expect("name");
    match Timeline::of(Arc::new(show.clone())).cue(&screen, when) {
        None => "no such screen".into(),
        Some(Cue { showing: Showing::Item { item, .. }, since, .. }) => {
            format!("{item} for {} s", when.ms_since(since) / 1_000)
        }
        Some(cue) => format!("{:?}", cue.showing),
    }
}

fn two_rules() -> Show {
    let lunch = Window { from_min: 720, to_min: 780, ..Window::ALWAYS };
    show(
        vec![rule("base", Level::Base, Window::ALWAYS), rule("lunch", Level::Priority, lunch)],
        vec![playlist("base", &[("a", 20_000), ("b", 40_000)]), playlist("lunch", &[("c", 30_000)])],
    )
}

#[test]
fn the_clock_says_where_the_loop_stands() {
    let show = two_rules();
    assert_eq!(told(&show, "Z03-1", at(&show, 7, 0)), "a for 0 s");
    assert_eq!(told(&show, "Z03-1", at(&show, 7, 0).plus_ms(25_000)), "b for 5 s");
    assert_eq!(
        told(&show, "Z03-1", at(&show, 12, 10).plus_ms(10_000)),
        "c for 10 s",
        "the higher level alone is heard"
    );
    assert_eq!(told(&show, "Z03-1", at(&show, 13, 0)), "a for 0 s");
    assert_eq!(told(&show, "Z03-1", at(&show, 6, 59)), "Closed");
    assert_eq!(told(&show, "Z03-1", at(&show, 18, 0)), "Closed");
    assert_eq!(told(&show, "Z03-S", at(&show, 9, 0)), "Strip");
    assert_eq!(told(&show, "Z04-1", at(&show, 9, 0)), "no such screen");
}

#[test]
fn a_playlist_with_nothing_playable_leaves_the_air_to_the_next_level() {
    let mut show = two_rules();
    show.items.retain(|item| item.id.as_str() != "c");
    assert_eq!(told(&show, "Z03-1", at(&show, 12, 0).plus_ms(1)), "a for 0 s");
    show.items.clear();
    assert_eq!(told(&show, "Z03-1", at(&show, 12, 0)), "Fallback");
}

#[test]
fn an_item_stops_at_the_millisecond_it_expires() {
    let mut show = two_rules();
    let expiry = at(&show, 9, 0).plus_ms(50_000);
    show.items[1].expires_at = Some(expiry);
    assert_eq!(told(&show, "Z03-1", expiry.plus_ms(-1)), "b for 29 s");
    assert_eq!(told(&show, "Z03-1", expiry), "a for 0 s");
}

#[test]
fn a_window_over_midnight_belongs_to_its_start_day() {
    let friday_night = Window { days: Weekdays(0b001_0000), from_min: 1380, to_min: 60, ..Window::ALWAYS };
    let mut show = show(vec![rule("night", Level::Base, friday_night)], vec![playlist("night", &[("a", 10_000)])]);
    show.zone.open = [Some(OpenHours::ALWAYS); 7];
    let saturday = show.offsets.instant(date(2026, 11, 28), 30);
    assert!(told(&show, "Z03-1", saturday).starts_with('a'));
    assert_eq!(told(&show, "Z03-1", saturday.plus_ms(DAY_MS)), "Fallback");
    assert_eq!(told(&show, "Z03-1", saturday.plus_ms(-DAY_MS)), "Fallback");
}

#[test]
fn a_new_programme_takes_over_at_an_item_boundary() {
    let (old, new) =
        (two_rules(), show(vec![rule("base", Level::Base, Window::ALWAYS)], vec![playlist("base", &[("c", 9_000)])]));
    let screen = ScreenId::parse("Z03-1").expect("name");
    let before = Edition::new(Instant(i64::MIN), Arc::new(old.clone()));
    let published = at(&old, 9, 0).plus_ms(25_000);
    let from = Timeline::new([before.clone()]).handover(published);
    assert_eq!(from, at(&old, 9, 1), "b stands until the minute is full");
    let carry = Arc::new(Timeline::new([before.clone()]).carry(from));
    let after = Edition { effective_at: from, show: Arc::new(new), carry };
    let timeline = Timeline::new([after, before]);
    let cue_at = |when| timeline.cue(&screen, when).expect("a known screen");
    assert_eq!(cue_at(published).until, from);
    assert_eq!(cue_at(from).since, from);
    assert_eq!(cue_at(from).showing, Showing::Item { item: ItemId::parse("c").expect("name"), version: 1 });
}
