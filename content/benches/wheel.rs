//! How long the engine takes: one zone-hour composed, every zone of the largest network planned for a day, one cue looked up.
#![expect(clippy::print_stdout, clippy::expect_used, reason = "a benchmark prints, and fails loudly")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant as Moment;

use anteroom_content::clock::{DAY_MS, Instant};
use anteroom_content::id::ScreenId;
use anteroom_content::programme::Show;
use anteroom_content::timeline::Timeline;
use criterion::{Criterion, criterion_group, criterion_main};
use serde_json::json;

/// Slots of an hour: a minute each.
const SLOTS: u32 = 60;
/// Campaigns of the zone, half of them advertisements.
const CAMPAIGNS: u32 = 20;
/// Zones of a network of 32,800 screens.
const ZONES: u32 = 16_500;

fn show() -> Show {
    let item = |id: String, class: &str, face: serde_json::Value| {
        json!({
            "id": id, "version": 1, "class": class, "title": {"zh": "条目"}, "face": face, "tags": ["Z29"],
            "advertiser": (class == "advertisement").then(|| json!({"name": id, "trade": "medicine", "related": ["J"]})),
            "reviewed_at": 0, "review_by": i64::MAX,
        })
    };
    let movie = json!({
        "kind": "movie", "duration_ms": 15_000,
        "file": {"hash": "0".repeat(64), "size_bytes": 1, "width_px": 1920, "height_px": 1080},
    });
    let mut items: Vec<_> = (0..24).map(|n| item(format!("c{n}"), "education", json!({"kind": "card"}))).collect();
    let class = |n: u32| if n.is_multiple_of(2) { "advertisement" } else { "public_service" };
    items.extend((0..CAMPAIGNS).map(|n| item(format!("k{n}"), class(n), movie.clone())));
    let always = json!({"from_min": 0, "to_min": 1440});
    let here = json!({"places": ["everywhere"]});
    let turns: Vec<_> = (0..24).map(|n| json!({"item": format!("c{n}"), "dwell_ms": 60_000})).collect();
    let campaigns: Vec<_> = (0..CAMPAIGNS)
        .map(|n| {
            json!({"id": format!("k{n}"), "name": {"zh": "活动"}, "items": [format!("k{n}")], "target": here,
                   "window": always, "goal": {"per_hour": 1 + n % 3}})
        })
        .collect();
    let all_day = json!({"from_min": 0, "to_min": 1440});
    let show = json!({
        "engine": 2,
        "site": {"id": "S", "city": "990100", "kind": "hospital", "name": {"zh": "医院"}, "time_zone": "Asia/Shanghai",
                 "policy": {"ads": true, "public_service_permille": 80}},
        "zone": {"id": "Z", "site": "S", "building": "B", "name": {"zh": "候诊"}, "kind": "waiting", "open": vec![all_day; 7]},
        "screens": [{"id": "Z-1", "zone": "Z", "name": {"zh": "屏"}, "width_px": 1920, "height_px": 1080, "width_mm": 1210,
                     "distance_cm": 400, "short_code": "ABC234"}],
        "rules": [{"id": "base", "playlist": "base", "target": here, "window": always, "level": "base"}],
        "playlists": [{"id": "base", "name": {"zh": "循环"}, "turns": turns}],
        "campaigns": campaigns,
        "items": items,
        "offsets": {"zone": "Asia/Shanghai", "steps": [[i64::MIN, 28_800]]},
        "phone_address": "HTTP://10.0.0.5:8081",
    });
    serde_json::from_value(show).expect("a programme")
}

const MIDNIGHT: Instant = Instant(1_795_536_000_000); // 2026-11-25 00:00 in Shanghai

fn composing(criterion: &mut Criterion) {
    let show = Arc::new(show());
    let day = Timeline::of(show.clone());
    let cues = day.zone_cues(MIDNIGHT, MIDNIGHT.plus_ms(DAY_MS), usize::MAX).len();
    println!("the day has {} slots an hour ({SLOTS} asked for), {CAMPAIGNS} campaigns", cues / 24);
    criterion.bench_function("zone-day composed, 24 zone-hours", |bencher| {
        bencher.iter(|| Timeline::of(show.clone()).zone_cue(black_box(MIDNIGHT)));
    });
    let screen = ScreenId::parse("Z-1").expect("a name");
    let timeline = Timeline::of(show.clone());
    let mut at = MIDNIGHT;
    criterion.bench_function("cue on a cached wheel", |bencher| {
        bencher.iter(|| {
            at = Instant(MIDNIGHT.0 + (at.0 - MIDNIGHT.0 + 7_919_113) % DAY_MS);
            timeline.cue(black_box(&screen), black_box(at))
        });
    });
    targets(&show);
}

/// The figures of the targets: mean and worst zone-hour, every zone of the network for a day, what a day weighs.
fn targets(show: &Arc<Show>) {
    let mut worst = 0.0_f64;
    let begun = Moment::now();
    for _ in 0..ZONES {
        let one = Moment::now();
        black_box(Timeline::of(show.clone()).zone_cue(MIDNIGHT));
        worst = worst.max(one.elapsed().as_secs_f64());
    }
    let all = begun.elapsed().as_secs_f64();
    let hours = f64::from(ZONES) * 24.0;
    println!("zone-hour: mean {:.1} µs; worst zone-day {:.1} µs an hour", all / hours * 1e6, worst / 24.0 * 1e6);
    println!("{ZONES} zones planned for a day on one core: {all:.2} s");
    println!("a composed day weighs {} bytes", Timeline::of(show.clone()).day_bytes(MIDNIGHT));
}

criterion_group! { name = benches; config = Criterion::default().without_plots(); targets = composing }
criterion_main!(benches);
