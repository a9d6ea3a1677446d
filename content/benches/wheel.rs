//! How long the engine takes: zone-hours and zone-days composed, every zone of the largest network planned for a day, one cue
//! looked up.
//!
//! All of it is one thread's work with nothing prepared: a zone-day starts from the programme, makes its plan and composes the
//! day. Other work of the machine only ever adds to a time, so a single hour or day is told by the least of several
//! repetitions, and *worst* is the worst among different hours and days, not among repetitions. The whole network is planned
//! once, and told by the processor time its thread had and by the clock.
#![expect(clippy::print_stdout, clippy::expect_used, reason = "a benchmark prints, and fails loudly")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant as Moment};

use anteroom_content::clock::{DAY_MS, Instant};
use anteroom_content::id::ScreenId;
use anteroom_content::place::OpenHours;
use anteroom_content::programme::Show;
use anteroom_content::timeline::Timeline;
use criterion::{Criterion, criterion_group, criterion_main};
use serde_json::json;

/// Slots of an hour: a minute each, and the plays of campaigns between them.
const SLOTS: u32 = 60;
/// Campaigns of the zone, half of them advertisements.
const CAMPAIGNS: u32 = 20;
/// Zones of a network of 32,800 screens.
const ZONES: u32 = 16_500;
/// Programmes that differ in goals, in what is sold, in how far rivals are kept apart, and in how long stills stand.
const PROGRAMMES: u32 = 16;
/// Dates each of them is composed for.
const DATES: u32 = 8;
/// How often a day is composed to find its least time.
const REPETITIONS: u32 = 40;

const MIDNIGHT: Instant = Instant(1_795_536_000_000); // 2026-11-25 00:00 in Shanghai, a Wednesday

/// The n-th programme, open all day. The first one's advertisements are all rivals; the last one's ask for more than the caps
/// allow, all day long.
fn show(n: u32) -> Show {
    let trades = ["medicine", "device", "health_food", "other"];
    let is_greedy = n + 1 == PROGRAMMES;
    let item = |id: String, class: &str, trade: u32, face: serde_json::Value| {
        let trade = trades.iter().cycle().nth((trade * n % 4) as usize);
        json!({
            "id": id, "version": 1, "class": class, "title": {"zh": "条目"}, "face": face, "tags": ["Z29"],
            "advertiser": (class == "advertisement").then(|| json!({"name": id, "trade": trade, "related": ["J"]})),
            "reviewed_at": 0, "review_by": i64::MAX,
        })
    };
    let movie = json!({
        "kind": "movie", "duration_ms": 15_000,
        "file": {"hash": "0".repeat(64), "size_bytes": 1, "width_px": 1920, "height_px": 1080},
    });
    let mut items: Vec<_> = (0..24).map(|k| item(format!("c{k}"), "education", 0, json!({"kind": "card"}))).collect();
    let class = |k: u32| if k.is_multiple_of(2) { "advertisement" } else { "public_service" };
    items.extend((0..CAMPAIGNS).map(|k| item(format!("k{k}"), class(k), k / 2, movie.clone())));
    let always = json!({"from_min": 0, "to_min": 1440});
    let here = json!({"places": ["everywhere"]});
    // A minute on the mean, whatever the programme.
    let dwell_ms = |k: u32| if n == 0 { 60_000 } else { 45_000 + k * n * 7_919 % 30_001 };
    let turns: Vec<_> = (0..24).map(|k| json!({"item": format!("c{k}"), "dwell_ms": dwell_ms(k)})).collect();
    let goal = |k: u32| if is_greedy && k.is_multiple_of(2) { 6 } else { 1 + (k + n * k / 3) % 3 };
    let campaigns: Vec<_> = (0..CAMPAIGNS)
        .map(|k| {
            json!({"id": format!("k{k}"), "name": {"zh": "活动"}, "items": [format!("k{k}")], "target": here,
                   "window": always, "goal": {"per_hour": goal(k)}})
        })
        .collect();
    let separation_ms =
        if is_greedy { 0 } else { [300_000, 120_000].iter().cycle().nth(n as usize).copied().unwrap_or(0) };
    let show = json!({
        "engine": 2,
        "site": {"id": "S", "city": "990100", "kind": "hospital", "name": {"zh": "医院"}, "time_zone": "Asia/Shanghai",
                 "policy": {"ads": true, "public_service_permille": 80, "separation_ms": separation_ms}},
        "zone": {"id": "Z", "site": "S", "building": "B", "name": {"zh": "候诊"}, "kind": "waiting",
                 "open": vec![always.clone(); 7]},
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

/// The programme with its zone open on Wednesdays alone, from midnight on for so many hours.
fn open_for(show: &Show, hours: u16) -> Arc<Show> {
    let mut show = show.clone();
    show.zone.open = [None; 7];
    let wednesday = show.zone.open.get_mut(2).expect("a week");
    *wednesday = (hours > 0).then_some(OpenHours { from_min: 0, to_min: hours * 60 });
    Arc::new(show)
}

fn composing(criterion: &mut Criterion) {
    let first = Arc::new(show(0));
    criterion.bench_function("zone-day composed, 24 zone-hours", |bencher| {
        bencher.iter(|| Timeline::of(first.clone()).zone_cue(black_box(MIDNIGHT)));
    });
    let screen = ScreenId::parse("Z-1").expect("a name");
    let timeline = Timeline::of(first.clone());
    let mut at = MIDNIGHT;
    criterion.bench_function("cue on a cached wheel (target 200 ns)", |bencher| {
        bencher.iter(|| {
            at = Instant(MIDNIGHT.0 + (at.0 - MIDNIGHT.0 + 7_919_113) % DAY_MS);
            timeline.cue(black_box(&screen), black_box(at))
        });
    });
    let shows: Vec<Arc<Show>> = (0..PROGRAMMES).map(|n| Arc::new(show(n))).collect();
    let slots = shows.iter().map(slots_an_hour);
    println!(
        "{PROGRAMMES} programmes of {CAMPAIGNS} campaigns, stills of a minute; slots an hour ({SLOTS} asked for):"
    );
    println!("  {}", slots.map(|slots| slots.to_string()).collect::<Vec<_>>().join(" "));
    zone_hours(&shows);
    zone_days(&shows);
    zone_days(shows.get(..1).expect("the first"));
    network(&shows);
    network(shows.get(..1).expect("the first"));
    println!("a composed day weighs {} bytes", Timeline::of(first).day_bytes(MIDNIGHT));
}

fn slots_an_hour(show: &Arc<Show>) -> usize {
    Timeline::of(show.clone()).zone_cues(MIDNIGHT, MIDNIGHT.plus_ms(DAY_MS), usize::MAX).len() / 24
}

/// The least time of composing each day, in microseconds. Every round composes all of them once, so that a slow stretch of
/// the machine falls on one repetition of each, not on all of one.
fn least(days: &[(Arc<Show>, Instant)]) -> Vec<f64> {
    let mut times = vec![f64::INFINITY; days.len()];
    for _ in 0..REPETITIONS {
        for (time, (show, at)) in times.iter_mut().zip(days) {
            let begun = Moment::now();
            black_box(Timeline::of(black_box(show).clone()).zone_cue(*at));
            *time = time.min(begun.elapsed().as_secs_f64() * 1e6);
        }
    }
    times
}

fn tell(what: &str, times: &[f64], targets: &str) {
    let worst = times.iter().copied().fold(0.0, f64::max);
    let count = u32::try_from(times.len()).expect("few");
    let mean = times.iter().sum::<f64>() / f64::from(count);
    println!("{what}, {count} different ones: mean {mean:.1} µs, worst {worst:.1} µs ({targets})");
}

/// Each hour of the day by what it adds: the day open until its end, less the day open until its beginning.
fn zone_hours(shows: &[Arc<Show>]) {
    let open = shows.iter().flat_map(|show| (0..=24).map(|hours| (open_for(show, hours), MIDNIGHT)));
    let until = least(&open.collect::<Vec<_>>());
    let added = until.chunks(25).flat_map(|day| day.iter().zip(day.iter().skip(1)));
    let hours: Vec<f64> = added.map(|(before, after)| after - before).collect();
    tell("zone-hour composed", &hours, "targets 25 and 50");
}

/// Whole days, the plan of the programme made anew for each.
fn zone_days(shows: &[Arc<Show>]) {
    let dates = (0..DATES).map(|days| MIDNIGHT.plus_ms(i64::from(days) * DAY_MS));
    let days: Vec<_> = dates.flat_map(|at| shows.iter().map(move |show| (show.clone(), at))).collect();
    let days = least(&days);
    let of = shows.len();
    tell(&format!("zone-day with its plan, programmes {of}"), &days, "target 600 on the mean, for the network's sake");
    tell("an hour of such a day", &days.iter().map(|day| day / 24.0).collect::<Vec<_>>(), "targets 25 and 50");
}

/// Every zone of the network, one after another, with these programmes in turn.
fn network(shows: &[Arc<Show>]) {
    let (begun, begun_cpu) = (Moment::now(), processor_time());
    for (zone, show) in (0..ZONES).zip(shows.iter().cycle()) {
        let at = MIDNIGHT.plus_ms(i64::from(zone / PROGRAMMES % DATES) * DAY_MS);
        black_box(Timeline::of(show.clone()).zone_cue(at));
    }
    let clock = begun.elapsed().as_secs_f64();
    let of = shows.len();
    print!("{ZONES} zones planned for a day on one core, programmes {of}: {clock:.2} s by the clock");
    if let Some((begun, ended)) = begun_cpu.zip(processor_time()) {
        print!(", {:.2} s of processor time", ended.saturating_sub(begun).as_secs_f64());
    }
    println!(" (target 10)");
}

/// The processor time this thread has had, where the system tells it.
fn processor_time() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    told.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

criterion_group! { name = benches; config = Criterion::default().without_plots(); targets = composing }
criterion_main!(benches);
