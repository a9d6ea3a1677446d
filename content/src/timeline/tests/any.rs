//! Any programme: what property tests draw from. Small enough to read when it fails.

use proptest::prelude::*;

use super::*;
use crate::item::{Advertiser, MediaFile, Trade};
use crate::playlist::Order;
use crate::schedule::{
    Block, Campaign, CountsAs, DayKind, DayKinds, HoursOn, Phase, SpecialDay, SpecialKind, TEN_MINUTES_MS,
};

/// The day that is looked at: a Wednesday.
pub(super) const DAY: Date = date(2026, 11, 25);
/// Names of items that are stills, movies, public service, and advertisements of three advertisers.
pub(super) const STILLS: [&str; 4] = ["a", "b", "c", "d"];
const MOVIES: [&str; 2] = ["m", "n"];
const SERVICE: [&str; 2] = ["p", "q"];
const ADS: [&str; 3] = ["x", "y", "z"];

/// A movie of so many seconds.
pub(super) fn movie(id: &str, secs: u32) -> Item {
    let file =
        MediaFile { hash: crate::id::ContentHash::of(id.as_bytes()), size_bytes: 1, width_px: 1920, height_px: 1080 };
    Item { face: Face::Movie { file, duration_ms: secs * 1_000, captions: Vec::new(), poster: None }, ..item(id) }
}

/// An advertisement of so many seconds.
pub(super) fn ad(id: &str, secs: u32, advertiser: &str, trade: Trade, related: &[&str]) -> Item {
    let advertiser = Advertiser {
        name: advertiser.into(),
        trade,
        related: related.iter().map(|start| (*start).to_owned()).collect(),
    };
    Item { class: Class::Advertisement, advertiser: Some(advertiser), ..movie(id, secs) }
}

/// A campaign of one item, always on.
pub(super) fn campaign(id: &str, item: &str, goal: Goal) -> Campaign {
    Campaign {
        id: CampaignId::parse(id).expect("name"),
        name: Text::default(),
        items: vec![ItemId::parse(item).expect("name")],
        dwell_ms: None,
        target: Target::zone(ZoneId::parse("Z03").expect("name")),
        window: Window::ALWAYS,
        goal,
        per_hour_max: None,
        phases: Vec::new(),
        order: 0,
    }
}

fn any_window() -> impl Strategy<Value = Window> {
    let kinds = prop::sample::select(vec![
        DayKinds::ALL,
        DayKinds::ALL,
        DayKinds::WORKED,
        [DayKind::Holiday, DayKind::RestDay].into_iter().collect(),
    ]);
    let other = prop::option::of((6u16..20, 1u16..6).prop_map(|(from, length)| HoursOn {
        days: Weekdays(0b000_0100),
        kinds: DayKinds::ALL,
        hours: Some(crate::schedule::Hours { from_min: from * 60, to_min: (from + length) * 60 }),
    }));
    (0u16..96, 1u16..=96, any::<bool>(), prop_oneof![3 => Just(127u8), 1 => 1u8..=127], kinds, other).prop_map(
        |(from, to, by_plan, days, kinds, other)| Window {
            days: Weekdays(days),
            counts_as: if by_plan { CountsAs::ItsTimetable } else { CountsAs::Itself },
            kinds,
            from_min: from * 15,
            to_min: to * 15,
            hours_on: other.into_iter().collect(),
            ..Window::ALWAYS
        },
    )
}

fn any_list(names: Vec<&'static str>) -> impl Strategy<Value = (Vec<Turn>, Order)> {
    let turn = (prop::sample::select(names), 8u32..90, prop_oneof![4 => Just(1u8), 1 => 2u8..4]).prop_map(
        |(item, secs, weight)| Turn { weight, ..Turn::of(ItemId::parse(item).expect("name"), Some(secs * 1_000)) },
    );
    let order = prop_oneof![3 => Just(Order::Sequence), 1 => Just(Order::Shuffle)];
    (prop::collection::vec(turn, 0..7), order)
}

fn any_goal() -> impl Strategy<Value = Goal> {
    prop_oneof![
        (1u16..12).prop_map(Goal::PerHour),
        (10u16..200).prop_map(Goal::ShareOfAir),
        (10u32..400).prop_map(Goal::Total),
    ]
}

fn any_policy() -> impl Strategy<Value = Policy> {
    let blocks = prop::option::of(Just(Block { kinds: vec![ZoneKind::Waiting], trades: vec![Trade::Device] }));
    (any::<bool>(), 20u16..300, 20u32..200, prop_oneof![Just(0u16), 20u16..200], 0u32..900, blocks).prop_map(
        |(ads, hour, ten, floor, apart, blocks)| Policy {
            ads,
            ad_hour_permille: hour,
            ad_ten_minutes_ms: ten * 1_000,
            public_service_permille: floor,
            separation_ms: apart * 1_000,
            qr_min_ms: 8_000,
            blocks: blocks.into_iter().collect(),
            ..Policy::default()
        },
    )
}

fn stock(expiry_min: u16, begin_min: u16) -> Vec<Item> {
    let trades = [Trade::Medicine, Trade::Medicine, Trade::Device];
    let mut items: Vec<Item> = STILLS.iter().map(|id| item(id)).collect();
    items.extend(MOVIES.iter().zip([40, 75]).map(|(id, secs)| movie(id, secs)));
    items.extend(SERVICE.iter().map(|id| Item { class: Class::PublicService, ..item(id) }));
    let names = ["One", "Two", "Three"];
    for ((id, trade), (name, secs)) in ADS.iter().zip(trades).zip(names.iter().zip([15, 20, 30])) {
        items.push(ad(id, secs, name, trade, &["J"]));
    }
    let midnight = Offsets::fixed("Asia/Shanghai", 8 * 3600).instant(DAY, 0);
    items[0].expires_at = Some(midnight.plus_ms(i64::from(expiry_min) * 60_000 + 7_000));
    items[1].valid_from = Some(midnight.plus_ms(i64::from(begin_min) * 60_000 + 13_000));
    items[2].tags = vec!["J45".into()];
    items
}

/// Any programme of a zone that is open for some hours of the day.
pub(super) fn any_show() -> impl Strategy<Value = Show> {
    let names: Vec<_> = STILLS.into_iter().chain(MOVIES).chain(SERVICE).chain(ADS).collect();
    let level = prop::sample::select(Level::EDITABLE.to_vec());
    let rules = prop::collection::vec((level, any_window(), any_list(names), 1u8..4, -1i32..2), 0..5);
    let ads = prop::sample::select(SERVICE.into_iter().chain(ADS).collect::<Vec<_>>());
    let campaigns = prop::collection::vec((ads, any_goal(), any_window(), prop::option::of(1u16..8)), 0..4);
    let special = prop::option::of(prop::sample::select(vec![
        SpecialKind::Holiday,
        SpecialKind::Makeup,
        SpecialKind::Follows(6),
    ]));
    let hours = (5u16..22, 1u16..5, prop::bool::weighted(0.1));
    (rules, campaigns, any_policy(), (0u16..1440, 0u16..1440), hours, prop::bool::weighted(0.2), special).prop_map(
        |(rules, campaigns, policy, (expiry, begin), (open, length, always), child, special)| {
            let drawn: Vec<_> = rules.into_iter().enumerate().map(|(n, rest)| (format!("r{n}"), rest)).collect();
            let mut show = show(
                drawn.iter().map(|(id, (level, window, ..))| rule(id, *level, window.clone())).collect(),
                drawn
                    .iter()
                    .map(|(id, (_, _, (turns, order), ..))| Playlist {
                        order: *order,
                        ..Playlist::new(PlaylistId::parse(id).expect("name"), Text::default(), turns.clone())
                    })
                    .collect(),
            );
            for (rule, (_, (.., weight, order))) in show.rules.iter_mut().zip(&drawn) {
                (rule.weight, rule.order) = (*weight, *order);
            }
            show.items = stock(expiry, begin);
            show.campaigns = campaigns
                .into_iter()
                .enumerate()
                .map(|(n, (item, goal, window, most))| Campaign {
                    window: Window { first: Some(date(2026, 11, 20)), last: Some(date(2026, 11, 30)), ..window },
                    per_hour_max: most,
                    phases: vec![Phase { from: date(2026, 11, 26), weight: 50 }],
                    ..campaign(&format!("k{n}"), item, goal)
                })
                .collect();
            show.site.policy = policy;
            show.zone.child = child;
            let (from_min, to_min) = if always { (0, 1440) } else { (open * 60, (open + length).min(24) * 60) };
            show.zone.open = [Some(OpenHours { from_min, to_min }); 7];
            let on_the_day = |kind| SpecialDay { date: DAY, kind, name: Text::default(), site: None };
            show.calendar = Calendar::new(special.into_iter().map(on_the_day).collect(), vec![2026]);
            show
        },
    )
}

/// A programme of campaigns that fit with room to spare over short stills.
pub(super) fn any_feasible() -> impl Strategy<Value = Show> {
    let dwells = prop::collection::vec(8u32..25, 2..4);
    let goals = prop::collection::vec(1u16..8, 1..4);
    (dwells, goals).prop_map(|(dwells, goals)| {
        let turns: Vec<_> = STILLS.iter().zip(&dwells).map(|(id, secs)| (*id, secs * 1_000)).collect();
        let mut show = show(vec![rule("base", Level::Base, Window::ALWAYS)], vec![playlist("base", &turns)]);
        show.items = STILLS.iter().map(|id| item(id)).collect();
        for (n, goal) in goals.iter().enumerate() {
            let id = format!("k{n}");
            show.items.push(Item { class: Class::PublicService, ..movie(&id, 15) });
            show.campaigns.push(campaign(&id, &id, Goal::PerHour(*goal)));
        }
        show
    })
}

/// The milliseconds of a cue that lie between two instants.
pub(super) fn within(cue: &Cue, from: Instant, to: Instant) -> i64 {
    cue.until.min(to).ms_since(cue.since.max(from)).max(0)
}

/// The class of the item a cue shows.
pub(super) fn class_of(show: &Show, cue: &Cue) -> Option<Class> {
    item_of(show, cue).map(|item| item.class)
}

/// The item a cue shows.
pub(super) fn item_of<'a>(show: &'a Show, cue: &Cue) -> Option<&'a Item> {
    match &cue.showing {
        Showing::Item { item, .. } => show.item(item),
        Showing::Strip | Showing::Closed | Showing::Fallback => None,
    }
}

/// Ten minutes and an hour, the windows of caps.
pub(super) const fn ten_minutes() -> i64 {
    TEN_MINUTES_MS
}
