//! The demo network is whole: nothing is missing, nothing is named that is not there.

use std::collections::BTreeSet;

use anteroom_content::clinic::Timetable;
use anteroom_content::place::Role;
use anteroom_content::playlist::{Order, What, circle};
use anteroom_content::schedule::{Calendar, Goal, Level};
use jiff::civil::date;

use super::*;

/// A Sunday.
const FIRST_RUN: Date = date(2026, 11, 22);

fn demo() -> DemoData {
    read().expect("the demo is readable")
}

fn set<T: ToString>(things: impl IntoIterator<Item = T>) -> BTreeSet<String> {
    things.into_iter().map(|thing| thing.to_string()).collect()
}

fn item(demo: &DemoData, id: &str) -> Item {
    let first_run = midnight(FIRST_RUN).expect("a date");
    let found = demo.items.iter().find(|item| item.id.as_str() == id).expect("an item");
    found.dated(first_run, Face::Card).expect("dates")
}

#[test]
fn it_has_43_screens_and_every_code_is_its_own() {
    let demo = demo();
    assert_eq!(demo.screens.len(), 43);
    assert_eq!(set(demo.screens.iter().map(|s| &s.id)).len(), 43);
    assert_eq!(set(demo.screens.iter().map(|s| s.short_code)).len(), 43);
    assert_eq!(demo.screens.iter().filter(|s| s.role == Role::Strip).count(), 6);
    assert_eq!(demo.screens.iter().filter(|s| s.is_portrait()).count(), 5);
}

#[test]
fn it_has_30_doctors_and_12_education_items_of_the_catalogue() {
    let demo = demo();
    assert_eq!(demo.doctors.len(), 30);
    assert!(demo.doctors.iter().all(|d| !d.sittings.is_empty()));
    assert_eq!(demo.items.iter().filter(|item| item.id.as_str().starts_with('C')).count(), 12);
}

#[test]
fn every_place_is_in_one_that_exists() {
    let demo = demo();
    let (cities, sites) = (set(demo.cities.iter().map(|c| &c.code)), set(demo.sites.iter().map(|s| &s.id)));
    let (zones, networks) = (set(demo.zones.iter().map(|z| &z.id)), set(demo.networks.iter().map(|n| &n.id)));
    let departments = set(demo.departments.iter().map(|d| &d.id));
    assert!(demo.sites.iter().all(|site| cities.contains(&site.city)));
    assert!(demo.buildings.iter().all(|building| sites.contains(building.site.as_str())));
    for zone in &demo.zones {
        let building = demo.buildings.iter().find(|b| b.id == zone.building);
        assert_eq!(building.map(|b| &b.site), Some(&zone.site), "{}", zone.id);
        assert!(zone.networks.iter().all(|m| networks.contains(m.network.as_str())), "{}", zone.id);
        assert!(zone.departments.iter().all(|d| departments.contains(d.as_str())), "{}", zone.id);
    }
    assert!(demo.screens.iter().all(|screen| zones.contains(screen.zone.as_str())));
    assert!(
        demo.doctors.iter().all(|d| sites.contains(d.site.as_str()) && departments.contains(d.department.as_str()))
    );
}

#[test]
fn every_item_a_playlist_or_review_names_exists() {
    let demo = demo();
    let (items, doctors) = (set(demo.items.iter().map(|i| &i.id)), set(demo.doctors.iter().map(|d| &d.id)));
    let networks = set(demo.networks.iter().map(|n| &n.id));
    for playlist in &demo.playlists {
        assert!(!playlist.turns.is_empty(), "{}", playlist.id);
        assert!(
            playlist.turns.iter().all(|turn| turn.items().all(|item| items.contains(item.as_str()))),
            "{}",
            playlist.id
        );
    }
    for item in &demo.items {
        assert_eq!(set(&item.reviewers).len(), 2, "{}: two people review", item.id);
        assert!(item.reviewers.iter().all(|d| doctors.contains(d.as_str())), "{}", item.id);
        assert!(item.networks.iter().all(|n| networks.contains(n.as_str())), "{}", item.id);
    }
    assert!(demo.overrides.iter().all(|o| doctors.contains(o.doctor.as_str())));
}

#[test]
fn every_file_an_item_shows_is_made() {
    let made = include_str!("../../../../content/demo/media.json");
    for item in &demo().items {
        for file in item.face.files() {
            assert!(made.contains(&format!("\"{file}\"")), "{}: {file}", item.id);
        }
    }
}

#[test]
fn everything_is_said_in_both_languages() {
    let demo = demo();
    let mut texts: Vec<(String, &Text)> = Vec::new();
    for item in &demo.items {
        let all = [&item.title, &item.body, &item.source, &item.audience];
        texts.extend(all.map(|text| (item.id.to_string(), text)));
    }
    texts.extend(demo.doctors.iter().flat_map(|d| [&d.name, &d.title].map(|text| (d.id.to_string(), text))));
    texts.extend(demo.zones.iter().map(|z| (z.id.to_string(), &z.name)));
    texts.extend(demo.screens.iter().map(|s| (s.id.to_string(), &s.name)));
    texts.extend(demo.playlists.iter().map(|p| (p.id.to_string(), &p.name)));
    texts.extend(demo.campaigns.iter().map(|c| (c.id.to_string(), &c.name)));
    for (id, text) in texts {
        assert!(!text.zh.is_empty() && !text.en.is_empty(), "{id}");
    }
}

#[test]
fn every_zone_has_one_base_rule_and_an_evergreen_beneath_it() {
    let demo = demo();
    let rules: Vec<_> = demo.rules.iter().map(|rule| rule.dated(FIRST_RUN).expect("dates")).collect();
    let playlists = set(demo.playlists.iter().map(|p| &p.id));
    assert!(rules.iter().all(|rule| playlists.contains(rule.playlist.as_str())));
    for zone in &demo.zones {
        let site = demo.sites.iter().find(|site| site.id == zone.site).expect("a site");
        for level in [Level::Base, Level::Fallback] {
            let count = rules.iter().filter(|rule| rule.level == level && rule.target.holds(zone, site)).count();
            assert_eq!(count, 1, "{} at {level:?}", zone.id);
        }
    }
}

#[test]
fn no_rule_brings_an_advertisement() {
    let demo = demo();
    let aired = set(demo.rules.iter().map(|rule| &rule.playlist));
    let is_ad = |id: &ItemId| demo.items.iter().any(|item| item.id == *id && item.class == Class::Advertisement);
    let with_ads = demo
        .playlists
        .iter()
        .filter(|playlist| playlist.turns.iter().flat_map(anteroom_content::playlist::Turn::items).any(&is_ad));
    assert!(with_ads.into_iter().all(|playlist| !aired.contains(playlist.id.as_str())));
}

#[test]
fn a_campaign_brings_the_public_service_of_the_city_and_one_an_advertisement() {
    let demo = demo();
    let campaigns: Vec<_> = demo.campaigns.iter().map(|one| one.dated(FIRST_RUN).expect("dates")).collect();
    let items = set(demo.items.iter().map(|i| &i.id));
    assert!(campaigns.iter().all(|one| one.items.iter().all(|item| items.contains(item.as_str()))));
    let named = |id: &str| campaigns.iter().find(|one| one.id.as_str() == id).expect("a campaign");
    let zones = |id: &str| {
        let aims = |zone: &&Zone| {
            let site = demo.sites.iter().find(|site| site.id == zone.site).expect("a site");
            named(id).target.holds(zone, site)
        };
        set(demo.zones.iter().filter(aims).map(|zone| &zone.id))
    };
    assert_eq!(named("flu-season").goal, Goal::ShareOfAir(80));
    let flu = zones("flu-season");
    assert!(flu.contains("Z04") && flu.contains("YF-Z1"));
    assert!(!flu.contains("LX-Z1") && !flu.contains("Z16"), "another city, and the emergency room has notices only");
    assert_eq!(named("lozenge").goal, Goal::PerHour(2));
    assert_eq!(zones("lozenge"), set(["Z02", "Z14"]), "the second is a children's zone, and refuses it by itself");
    assert!(item(&demo, "K4").advertiser.is_some_and(|advertiser| advertiser.trade.is_barred_from_children()));
    let sells = demo.sites.iter().filter(|site| site.policy.ads).map(|site| &site.id);
    assert_eq!(set(sells), set(["QLZX"]), "one hospital opted in");
    let flu = |playlist: &&Playlist| playlist.turns.iter().any(|turn| turn.items().any(|id| id.as_str() == "K1"));
    assert_eq!(demo.playlists.iter().filter(flu).count(), 0, "no loop brings a second time what a campaign brings");
}

#[test]
fn its_playlists_show_every_way_to_fill_a_turn_and_none_holds_itself() {
    let demo = demo();
    assert_eq!(circle(&demo.playlists), None);
    assert!(demo.playlists.iter().any(|list| list.order == Order::Shuffle));
    let turns = || demo.playlists.iter().flat_map(|list| &list.turns);
    assert!(turns().any(|turn| matches!(turn.what, What::Playlist(_))));
    assert!(turns().any(|turn| matches!(turn.what, What::OwnNetworks(_))));
    assert!(turns().any(|turn| matches!(turn.what, What::Series(_))));
    assert!(turns().any(|turn| turn.weight == 2));
    for turn in turns() {
        if let What::Network(network) = &turn.what {
            let serves = demo.playlists.iter().filter(|list| list.network.as_ref() == Some(network)).count();
            assert_eq!(serves, 1, "{network}");
        }
    }
}

#[test]
fn stroke_day_comes_every_year_from_a_rule_that_began_long_ago() {
    let demo = demo();
    let rule = demo.rules.iter().map(|rule| rule.dated(FIRST_RUN).expect("dates"));
    let rule = rule.into_iter().find(|rule| rule.id.as_str() == "stroke-day").expect("a rule");
    for day in [date(2026, 10, 29), date(2027, 10, 29)] {
        assert!(rule.window.is_planned(day, &Calendar::default()), "{day}");
    }
    assert!(!rule.window.is_planned(date(2026, 10, 30), &Calendar::default()));
}

#[test]
fn one_item_alone_is_past_its_review() {
    let demo = demo();
    let first_run = midnight(FIRST_RUN).expect("a date");
    let stale: Vec<_> =
        demo.items.iter().map(|i| item(&demo, i.id.as_str())).filter(|item| !item.is_current(first_run)).collect();
    assert_eq!(stale.iter().map(|item| item.id.as_str()).collect::<Vec<_>>(), ["C12"]);
}

#[test]
fn an_item_is_aired_to_the_end_of_its_last_day() {
    let item = item(&demo(), "K4");
    let end = midnight(date(2028, 1, 1)).expect("a date");
    assert_eq!(item.expires_at, Some(end));
}

#[test]
fn dates_follow_the_first_run() {
    let check = |text: &str, expected: Date| {
        let given: DemoDate = serde_json::from_str(text).expect("a date");
        assert_eq!(given.resolve(FIRST_RUN).expect("a date"), expected, "{text}");
    };
    check("{}", FIRST_RUN);
    check(r#"{"in_days":3}"#, date(2026, 11, 25));
    check(r#"{"weekday":3}"#, date(2026, 11, 25));
    check(r#"{"weekday":7}"#, date(2026, 11, 29));
    check(r#"{"next":"01-01"}"#, date(2027, 1, 1));
    check(r#"{"next":"11-22"}"#, FIRST_RUN);
    check(r#"{"next":"01-01","weekday":6}"#, date(2027, 1, 2));
    check(r#"{"weekday":6,"in_days":1}"#, date(2026, 11, 29));
    let wrong: DemoDate = serde_json::from_str(r#"{"next":"13-40"}"#).expect("a shape");
    assert!(wrong.resolve(FIRST_RUN).is_err());
}

#[test]
fn overrides_change_clinics_that_are_held() {
    let demo = demo();
    let overrides: Vec<_> = demo.overrides.iter().map(|o| o.dated(FIRST_RUN, Instant(0)).expect("dates")).collect();
    let days = demo.days.iter().map(|day| day.dated(FIRST_RUN).expect("dates")).collect();
    let template = Timetable {
        departments: demo.departments,
        doctors: demo.doctors,
        overrides: vec![],
        calendar: Calendar::new(days, vec![]),
        notices: Vec::new(),
    };
    for change in overrides {
        let sits = template
            .clinics(change.date)
            .iter()
            .any(|clinic| clinic.doctor.id == change.doctor && change.half.is_none_or(|half| half == clinic.half));
        let is_added = matches!(change.change, Change::Added { .. });
        assert_eq!(sits, !is_added, "{}", change.id);
    }
}
