//! Plays added up by hour, screen and item.

use std::collections::BTreeMap;

use super::{HourKey, HourTotal};
use crate::clock::{DAY_MS, Instant};
use crate::play::{Ending, Play};

/// 2020-01-01 UTC: no box of ours is older, so a clock before it was never set.
const CLOCKS_FROM: Instant = Instant(1_577_836_800_000);
/// How far a box's clock may be ahead of the server's.
const AHEAD_MAX_MS: i64 = DAY_MS;

/// A play that was received at `received_at` can have begun at `started_at`: its clock was set, and did not run ahead.
#[must_use]
pub fn is_time_proven(started_at: Instant, received_at: Instant) -> bool {
    started_at >= CLOCKS_FROM && started_at <= received_at.plus_ms(AHEAD_MAX_MS)
}

/// Adds plays up; tells why some of them were not counted, if any.
pub(super) fn add_up(hours: &mut BTreeMap<HourKey, HourTotal>, plays: Vec<Play>, now: Instant) -> Option<String> {
    let mut unproven = Vec::new();
    for play in plays {
        if !is_time_proven(play.started_at, now) {
            unproven.push(play.seq);
            continue;
        }
        let key = HourKey {
            hour: play.started_at.hour(),
            screen: play.screen,
            zone: play.zone,
            item: play.item,
            item_version: play.item_version,
        };
        let total = hours.entry(key).or_default();
        total.plays += 1;
        total.complete += match play.ending {
            Ending::Complete => 1,
            Ending::Preempted | Ending::Interrupted => 0,
        };
        total.shown_ms += i64::from(play.shown_ms);
        total.planned_ms += i64::from(play.planned_ms);
        if let Some(lamp) = play.proof.and_then(|proof| proof.lamp) {
            // No longer than it stood, whatever the box says.
            let read_ms = lamp.read_ms.min(play.shown_ms);
            total.lamp_ms += i64::from(read_ms);
            total.lit_ms += i64::from(lamp.lit_ms.min(read_ms));
        }
    }
    let (first, last) = (unproven.first()?, unproven.last()?);
    Some(format!("time unproven: {} plays from {first} to {last}", unproven.len()))
}
