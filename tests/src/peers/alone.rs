//! Our server alone with the largest network planned for: what no peer here can hold, and what none of them does.

use super::arguments::Arguments;
use super::table::{median, number};
use crate::fleet::{self, Network, Report, kernel};
use crate::harness::Outcome;

/// How many players send plays.
const WRITERS: usize = 1_000;
/// How many batches each of them sends.
const BATCHES: u32 = 8;

/// Runs the fleet's phases, and tells T1 to T6.
///
/// # Errors
/// When a phase does not end in time, a signature was wrong, or plays were lost or doubled.
pub(super) fn run(arguments: &Arguments, tell: &mut impl FnMut(&str)) -> Outcome<()> {
    let load = kernel::load();
    let fleet = fleet::Arguments {
        pushes: 10,
        idle: arguments.idle,
        seconds: arguments.seconds,
        writers: WRITERS.min(usize::try_from(arguments.alone)?),
        batches: BATCHES,
        fall: false,
        restart: true,
        ..fleet::Arguments::small(arguments.alone, &["--restart"])
    };
    let mut network = Network::rehearsed(usize::try_from(fleet.players)?, usize::try_from(fleet.zones())?)?;
    let report = fleet::run(&fleet, &mut network, &mut *tell)?;
    anyhow::ensure!(report.forged == 0, "{} signatures were wrong", report.forged);
    let counted = report.counted.unwrap_or(report.acknowledged);
    tell("");
    tell(&format!(
        "Ours alone, {} boxes, load {load} at the start; medians. The boxes run on the same cores; each checks the signature \
         of one manifest in {}.",
        report.players, fleet.check_one_in
    ));
    tell("");
    tell("| what | anteroom |\n|---|---|");
    for (what, figure) in rows(&report) {
        tell(&format!("| {what} | {figure} |"));
    }
    anyhow::ensure!(counted == report.acknowledged, "{counted} plays counted, {} acknowledged", report.acknowledged);
    Ok(())
}

fn rows(report: &Report) -> Vec<(&'static str, String)> {
    // The first push touches pages that were not there before.
    let over_pushes = |of: &dyn Fn(&fleet::Push) -> f64| median(report.pushes.iter().skip(1).map(of).collect());
    let ms = |n| move |push: &fleet::Push| push.receipts.permille(n).as_secs_f64() * 1e3;
    let told = |figure: Option<f64>, unit: &str| figure.map_or_else(|| "–".to_owned(), |f| format!("{f:.1} {unit}"));
    let dropped: u64 = report.pushes.iter().map(|push| push.used.dropped).sum();
    let mut rows = vec![
        ("T1 memory for each box, idle", format!("{:.1} KiB", report.idle_kib_each)),
        ("T1 memory for each box, after 10 pushes", format!("{:.1} KiB", report.pushed_kib_each)),
        (
            "T2 processor time for each message, from the first delivery on",
            told(over_pushes(&|push| push.used.micros_each(push.receipts.count())), "µs"),
        ),
        ("T2 packets dropped in all pushes", dropped.to_string()),
        ("T6 change kept → 99 of 100 boxes have it, checked", told(over_pushes(&ms(990)), "ms")),
        ("T6 change kept → the last box has it, checked", told(over_pushes(&ms(1_000)), "ms")),
        (
            "T6 click in the console → the last box has it",
            told(over_pushes(&|push| number(u64::try_from(push.from_click_ms).unwrap_or(u64::MAX))), "ms"),
        ),
    ];
    for (what, phase) in [("T3 all come", &report.storm), ("T3 all come back after a restart", &report.again)] {
        if let Some(phase) = phase {
            let (each, wall) = (phase.used.micros_each(phase.waits.count()), phase.used.wall.as_secs_f64());
            rows.push((what, format!("{wall:.1} s, {each:.0} µs each, {}", phase.used.losses())));
        }
    }
    if let Some(idle) = &report.idle {
        rows.push(("T5 idle", format!("{:.1} % of a core", idle.used.percent())));
    }
    if let Some(plays) = &report.plays {
        let each_sec = number(plays.acknowledged) / plays.used.wall.as_secs_f64().max(1e-3);
        rows.push(("T4 plays durable end to end, 50 a batch", format!("{each_sec:.0} a second")));
        rows.push(("T4 acknowledged", plays.acks.words()));
        let counted = report.counted.map_or_else(|| "not told".to_owned(), |counted| counted.to_string());
        rows.push(("T4 plays acknowledged, and counted by the server", format!("{}, {counted}", report.acknowledged)));
    }
    rows
}
