//! One case a problem.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};
use serde_json::{Value, json};

use super::{Items, Problem, Written, problems};
use crate::id::ItemId;
use crate::place::{Building, Network, Site, Zone};
use crate::playlist::Playlist;
use crate::schedule::{Calendar, Campaign, Rule};

const TODAY: Date = date(2026, 11, 25);

/// A small hospital in which nothing is wrong.
struct House {
    rules: Vec<Value>,
    playlists: Vec<Value>,
    campaigns: Vec<Value>,
}

fn window(more: &Value) -> Value {
    let mut window = json!({"from_min": 480, "to_min": 600});
    for (key, value) in more.as_object().into_iter().flatten() {
        window[key] = value.clone();
    }
    window
}

fn rule(more: &Value) -> Value {
    json!({"id": "r", "playlist": "p", "target": {"places": [{"zone": "z"}]}, "window": window(more), "level": "base"})
}

fn list(id: &str, turns: &Value) -> Value {
    json!({"id": id, "name": {"zh": "列表"}, "turns": turns})
}

fn campaign(goal: &Value, more: &Value) -> Value {
    json!({"id": "c", "name": {"zh": "活动"}, "items": ["i"], "target": {"places": ["everywhere"]},
        "window": window(more), "goal": goal})
}

fn house() -> House {
    House { rules: vec![rule(&json!({}))], playlists: vec![list("p", &json!([{"item": "i"}]))], campaigns: Vec::new() }
}

fn read<T: serde::de::DeserializeOwned>(values: &[Value]) -> Vec<T> {
    values.iter().map(|value| serde_json::from_value(value.clone()).expect("well formed")).collect()
}

/// What is found in a house, in English.
fn found(house: &House) -> Vec<String> {
    let sites: Vec<Site> = read(&[json!({"id": "s", "city": "310000", "kind": "hospital", "name": {"zh": "医院"},
        "time_zone": "Asia/Shanghai"})]);
    let buildings: Vec<Building> = read(&[json!({"id": "b", "site": "s", "name": {"zh": "楼"}})]);
    let hours = json!({"from_min": 0, "to_min": 1440});
    let zones: Vec<Zone> = read(&[json!({"id": "z", "site": "s", "building": "b", "name": {"zh": "候诊"},
        "kind": "waiting", "tags": ["children"], "open": [hours, hours, hours, hours, hours, hours, hours]})]);
    let networks: Vec<Network> = read(&[json!({"id": "n", "name": {"zh": "网"}})]);
    let (rules, playlists, campaigns): (Vec<Rule>, Vec<Playlist>, Vec<Campaign>) =
        (read(&house.rules), read(&house.playlists), read(&house.campaigns));
    let names = |ids: &[&str]| ids.iter().map(|id| ItemId::parse(id).expect("name")).collect::<BTreeSet<_>>();
    let (known, approved) = (names(&["i", "waiting"]), names(&["i"]));
    let written = Written {
        rules: &rules,
        playlists: &playlists,
        campaigns: &campaigns,
        zones: &zones,
        buildings: &buildings,
        sites: &sites,
        networks: &networks,
        items: Some(Items { known: &known, approved: &approved }),
        calendar: &Calendar::default(),
    };
    let weight = |problem: &Problem| if problem.is_error() { "error" } else { "note" };
    let found = problems(written, TODAY);
    assert!(found.iter().all(|one| !one.say().zh.is_empty() && !one.problem.say().en.is_empty()));
    found.iter().map(|one| format!("{} {}", weight(&one.problem), one.say().en)).collect()
}

fn check(what: &str, house: &House, wanted: &[&str]) {
    assert_eq!(found(house), wanted, "{what}");
}

fn with_rule(rule: Value) -> House {
    House { rules: vec![rule], ..house() }
}

#[test]
fn a_house_in_order_has_no_problem() {
    check("in order", &house(), &[]);
    let all = json!({"days": 31, "first": "2026-01-01", "last": "2027-12-31", "kinds": ["workday", "makeup_day"]});
    check("workdays", &with_rule(rule(&all)), &[]);
}

#[test]
fn windows_that_cannot_be_meant_are_told() {
    let cases = [
        (json!({"last": "2026-11-24"}), &["note rule r: it ended on 2026-11-24"][..]),
        (json!({"last": "2026-11-25"}), &[]),
        (
            json!({"first": "2026-12-02", "last": "2026-12-01"}),
            &["error rule r: it ends on 2026-12-01, before it begins on 2026-12-02: correct one of them"],
        ),
        (
            json!({"days": 0}),
            &["note rule r: it has no date to come: it is over, or its dates, weekdays and kinds of day never meet"],
        ),
        (
            json!({"recurrence": "FREQ=DAILY"}),
            &["error rule r: its repetition counts from the first date: say when it begins"],
        ),
        (
            json!({"first": "2026-01-01", "recurrence": "FREQ=DAILY;COUNT=3"}),
            &["note rule r: it has no date to come: it is over, or its dates, weekdays and kinds of day never meet"],
        ),
        (
            json!({"first": "2024-02-29", "recurrence": "FREQ=YEARLY"}),
            &[
                "note rule r: 29 February comes in leap years alone",
                "note rule r: it is not on the air within a year; it is next on 2028-02-29",
            ],
        ),
        (
            json!({"first": "2026-01-31", "recurrence": "FREQ=MONTHLY"}),
            &["note rule r: months without a day 31 are left out"],
        ),
        (json!({"first": "2026-01-31", "recurrence": "FREQ=MONTHLY;BYMONTHDAY=-1"}), &[]),
        (json!({"first": "2026-01-31", "recurrence": "FREQ=YEARLY"}), &[]),
        (
            json!({"changes": [{"on": "2026-11-26", "to": {"date": "2026-11-27",
                "hours": {"from_min": 540, "to_min": 660}}}]}),
            &["note rule r: the occurrence moved to 2026-11-27 overlaps with that day's own, and plays once"],
        ),
        (
            json!({"changes": [{"on": "2026-11-26", "to": {"date": "2026-11-27",
                "hours": {"from_min": 600, "to_min": 660}}}]}),
            &[],
        ),
        (
            json!({"changes": [{"on": "2026-11-27"}, {"on": "2026-11-26", "to": {"date": "2026-11-27",
                "hours": {"from_min": 540, "to_min": 660}}}]}),
            &[],
        ),
    ];
    for (given, wanted) in cases {
        check(&given.to_string(), &with_rule(rule(&given)), wanted);
    }
    let dropped: Vec<_> = (0..401).map(|n| json!({"on": TODAY.saturating_add(jiff::Span::new().days(n))})).collect();
    let many = rule(&json!({"changes": dropped, "last": "2028-12-31"}));
    let wanted = [
        "error rule r: 401 days dropped or moved, at most 400 are allowed: use fewer",
        "note rule r: it has no date to come: it is over, or its dates, weekdays and kinds of day never meet",
    ];
    check("many changes", &with_rule(many), &wanted);
}

#[test]
fn names_of_things_that_are_not_there_are_told() {
    let aims = "note rule r: no zone is among its places, so it plays nowhere";
    let cases = [
        (json!({"zone": "y"}), &["error rule r: there is no zone `y`: take it out of the places", aims][..]),
        (json!({"site": "y"}), &["error rule r: there is no site `y`: take it out of the places", aims]),
        (json!({"building": "y"}), &["error rule r: there is no building `y`: take it out of the places", aims]),
        (json!({"city": "990000"}), &["error rule r: there is no city `990000`: take it out of the places", aims]),
        (json!({"tag": "y"}), &["error rule r: there is no tag `y`: take it out of the places", aims]),
        (json!({"network": "y"}), &["error rule r: there is no network `y`: take it out of the places", aims]),
        (json!({"network": "n"}), &[aims]),
        (json!({"kind": "ward"}), &[aims]),
        (json!({"tag": "children"}), &[]),
    ];
    for (place, wanted) in cases {
        let mut rule = rule(&json!({}));
        rule["target"] = json!({"places": [place]});
        check(&rule["target"].to_string(), &with_rule(rule), wanted);
    }
    let mut spared = rule(&json!({}));
    spared["target"] = json!({"places": ["everywhere"], "except": [{"zone": "z"}]});
    check("nothing left", &with_rule(spared), &[aims]);
    let mut lost = rule(&json!({}));
    lost["playlist"] = "q".into();
    check("no playlist", &with_rule(lost), &["error rule r: there is no playlist `q`: choose another"]);
    let mut over = rule(&json!({"last": "2026-01-01"}));
    over["playlist"] = "q".into();
    check("over does no harm", &with_rule(over), &["note rule r: it ended on 2026-01-01"]);
}

#[test]
fn playlists_that_cannot_play_are_told() {
    let cases = [
        (json!([]), &["note playlist p: it is empty, so nothing of it is shown"][..]),
        (json!([{"item": "x"}]), &["error playlist p: there is no item `x`: take it out"]),
        (
            json!([{"item": "waiting"}]),
            &["note playlist p: item `waiting` is not approved or was withdrawn, and is not shown"],
        ),
        (json!([{"playlist": "q"}]), &["error playlist p: there is no playlist `q`: choose another"]),
        (json!([{"network": "n"}]), &["note playlist p: network `n` has no playlist yet"]),
        (json!([{"playlist": "p"}]), &["error playlist p: it contains itself (p → p): take one of these out"]),
    ];
    for (turns, wanted) in cases {
        check(&turns.to_string(), &House { playlists: vec![list("p", &turns)], ..house() }, wanted);
    }
    let nest = |depth: usize| {
        let inner = |n: usize| list(&format!("p{n}"), &json!([{"playlist": format!("p{}", n + 1)}]));
        let mut lists: Vec<_> = (1..depth).map(inner).collect();
        lists.extend([list("p", &json!([{"playlist": "p1"}])), list(&format!("p{depth}"), &json!([{"item": "i"}]))]);
        House { playlists: lists, ..house() }
    };
    check("four deep", &nest(4), &[]);
    let deep = "playlists are nested more than four deep, and what lies deeper is not shown: use fewer levels";
    check("five deep", &nest(5), &[&format!("error playlist p: {deep}")]);
    let many = vec![json!({"item": "i"}); 201];
    let wanted = ["error playlist p: 201 turns, at most 200 are allowed: use fewer"];
    check("long", &House { playlists: vec![list("p", &json!(many))], ..house() }, &wanted);
}

#[test]
fn campaigns_that_cannot_be_kept_are_told() {
    let ends = json!({"last": "2026-12-31"});
    let cases = [
        (campaign(&json!({"per_hour": 360}), &json!({})), &[][..]),
        (
            campaign(&json!({"per_hour": 0}), &json!({})),
            &["error campaign c: it asks for no play at all: say how many"],
        ),
        (
            campaign(&json!({"per_hour": 361}), &json!({})),
            &["error campaign c: it asks for 361, at most 360 can be shown: ask for less"],
        ),
        (
            campaign(&json!({"share_of_air": 1001}), &json!({})),
            &["error campaign c: it asks for 1001, at most 1000 can be shown: ask for less"],
        ),
        (campaign(&json!({"total": 9}), &ends), &[]),
        (
            campaign(&json!({"total": 9}), &json!({})),
            &["error campaign c: a number of plays in all is spread up to the last date: say when it ends"],
        ),
    ];
    for (campaign, wanted) in cases {
        check(&campaign["goal"].to_string(), &House { campaigns: vec![campaign], ..house() }, wanted);
    }
    let with_items = |items: Value| {
        let mut campaign = campaign(&json!({"per_hour": 1}), &json!({}));
        campaign["items"] = items;
        House { campaigns: vec![campaign], ..house() }
    };
    check("none", &with_items(json!([])), &["error campaign c: it has no items: add at least one"]);
    check("missing", &with_items(json!(["x"])), &["error campaign c: there is no item `x`: take it out"]);
    let wanted = ["error campaign c: 21 items, at most 20 are allowed: use fewer"];
    check("many", &with_items(json!(vec!["i"; 21])), &wanted);
}

#[test]
fn a_zone_with_more_than_a_wheel_can_hold_is_told() {
    let numbered = |value: &Value, count: usize| {
        let one = |n: usize| {
            let mut value = value.clone();
            value["id"] = format!("n{n}").into();
            value
        };
        (0..count).map(one).collect::<Vec<_>>()
    };
    let rules = House { rules: numbered(&rule(&json!({})), 201), ..house() };
    check("rules", &rules, &["error zone z: 201 rules in this zone, at most 200 are allowed: use fewer"]);
    let campaigns = numbered(&campaign(&json!({"per_hour": 1}), &json!({})), 101);
    let wanted = ["error zone z: 101 campaigns in this zone, at most 100 are allowed: use fewer"];
    check("campaigns", &House { campaigns, ..house() }, &wanted);
    let over = House { rules: numbered(&rule(&json!({"last": "2026-01-01"})), 201), ..house() };
    assert!(found(&over).iter().all(|one| one.starts_with("note")), "what is over does not count");
}
