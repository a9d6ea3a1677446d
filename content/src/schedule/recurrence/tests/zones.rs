//! Local times against Python's zoneinfo: every change of every IANA zone's clocks from 1970 to 2037, in both readings
//! of the house, [`Offsets::instant`] and the recurrence room's own. The two sides may have different editions of the
//! time-zone database; where they disagree about a change itself, its local times are left out, and told.

use std::collections::{BTreeSet, HashSet};
use std::process::Command;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::clock::{Instant, Offsets, SECOND_MS};
use crate::schedule::recurrence::instant;

const FIRST_YEAR: i16 = 1970;
const LAST_YEAR: i16 = 2037;
/// Zones whose rules were changed, or found out, between two editions of the database a few years apart: a tenth of all.
const UNLIKE_ZONES_MAX: usize = 60;

/// A change of an offset: the second it comes, and the offsets before and after it.
type Change = (i64, i32, i32);

/// A local time: a minute of a date, and the second since 1970 that it means.
type Wall = (Date, i32, i64);

/// A zone as Python has it: changes, each with local times around it.
#[derive(Default)]
struct Zone {
    names: Vec<String>,
    first_offset: i32,
    changes: Vec<(Change, Vec<Wall>)>,
}

fn answer() -> Result<String, String> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/zones/ask_python.py");
    let years = [FIRST_YEAR.to_string(), LAST_YEAR.to_string()];
    let output = Command::new("python3").args(["-B", script]).args(years).output();
    let output = output.map_err(|error| format!("python3 does not run: {error}"))?;
    match output.status.code() {
        Some(3) => Err("this Python has no zoneinfo, or no time-zone database".to_owned()),
        Some(0) => Ok(String::from_utf8(output.stdout).expect("text")),
        _ => unreachable!("{}", String::from_utf8_lossy(&output.stderr)),
    }
}

fn zones(text: &str) -> Vec<Zone> {
    let mut zones: Vec<Zone> = Vec::new();
    for line in text.lines() {
        let fields: Vec<_> = line.split(' ').collect();
        match fields[0] {
            "Z" => zones.push(Zone {
                names: vec![fields[1].to_owned()],
                first_offset: fields[2].parse().expect("an offset"),
                changes: vec![],
            }),
            "=" => zones.last_mut().expect("a zone").names.push(fields[1].to_owned()),
            "T" => {
                let change =
                    (fields[1].parse().expect("seconds"), fields[2].parse().unwrap(), fields[3].parse().unwrap());
                zones.last_mut().expect("a zone").changes.push((change, vec![]));
            }
            "W" => {
                let date: Date = fields[1].parse().expect("a date");
                let midnight = TimeZone::UTC.to_timestamp(date.into()).expect("a moment").as_second();
                let walls = fields[2..].iter().map(|wall| {
                    let (minute, at) = wall.split_once(':').expect("minute and moment");
                    (date, minute.parse().expect("a minute"), midnight + at.parse::<i64>().expect("seconds"))
                });
                zones.last_mut().expect("a zone").changes.last_mut().expect("a change").1.extend(walls);
            }
            _ => {}
        }
    }
    zones
}

/// What the bundled database has: the zone's changes, and its offsets from the first year to the last.
fn ours(name: &str, tz: &TimeZone) -> (BTreeSet<Change>, Offsets) {
    let begin = Timestamp::from_second(-1).expect("a moment");
    let end = jiff::civil::date(LAST_YEAR + 1, 1, 1);
    let mut before = tz.to_offset(begin).seconds();
    let mut offsets = Offsets::fixed(name, before);
    let mut changes = BTreeSet::new();
    for change in tz.following(begin).take_while(|change| TimeZone::UTC.to_datetime(change.timestamp()).date() < end) {
        let (at, after) = (change.timestamp().as_second(), change.offset().seconds());
        if before != after {
            changes.insert((at, before, after));
            offsets.steps.push((Instant(at * SECOND_MS), after));
        }
        before = after;
    }
    (changes, offsets)
}

/// Compares one name of a zone; says how many local times were compared and whether its changes are the same.
fn compare(name: &str, zone: &Zone) -> (usize, bool) {
    let tz = TimeZone::get(name).expect(name);
    let (ours, offsets) = ours(name, &tz);
    let theirs: BTreeSet<Change> = zone.changes.iter().map(|(change, _)| *change).collect();
    let unlike: Vec<i64> = ours.symmetric_difference(&theirs).map(|(at, _, _)| *at).collect();
    // A local time is told from the changes within two days of it.
    let is_near = |at: i64| unlike.iter().any(|unlike| (unlike - at).abs() < 3 * 86_400);
    let mut compared = 0;
    for ((change, _, _), walls) in zone.changes.iter().filter(|((at, _, _), _)| !is_near(*at)) {
        for (date, minute, at) in walls {
            let given = offsets.instant(*date, *minute);
            assert_eq!(given.0, at * SECOND_MS, "Offsets of {name}: minute {minute} of {date}, change at {change}");
            let wall = date.to_datetime(jiff::civil::Time::midnight());
            let wall = wall.saturating_add(jiff::SignedDuration::from_mins(i64::from(*minute)));
            assert_eq!(instant(&tz, wall).0, at * SECOND_MS, "{name}: {wall}, change at {change}");
            compared += 1;
        }
    }
    (compared, unlike.is_empty() && offsets.steps[0].1 == zone.first_offset)
}

#[test]
fn local_times_of_all_zones_are_those_of_zoneinfo() {
    let text = match answer() {
        Ok(text) => text,
        Err(reason) => {
            eprintln!("skipped: {reason}");
            return;
        }
    };
    let zones = zones(&text);
    let known: HashSet<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
    let (mut names, mut walls, mut unlike, mut unknown) = (0, 0, Vec::new(), Vec::new());
    for zone in &zones {
        for name in &zone.names {
            if !known.contains(name) {
                unknown.push(name.as_str());
                continue;
            }
            let (compared, is_like) = compare(name, zone);
            names += 1;
            walls += compared;
            if !is_like {
                unlike.push(name.as_str());
            }
        }
    }
    eprintln!(
        "{names} zones, {walls} local times agree; the two databases ({}) differ in {}: {}; not known here: {}",
        text.lines().next().unwrap_or_default(),
        unlike.len(),
        unlike.join(" "),
        unknown.join(" ")
    );
    assert!(names > 400 && walls > 100_000, "{names} zones, {walls} local times");
    assert!(unlike.len() <= UNLIKE_ZONES_MAX, "{unlike:?}");
    assert!(unknown.len() <= UNLIKE_ZONES_MAX, "{unknown:?}");
}
