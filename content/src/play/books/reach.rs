//! When a batch was on which screens.

use std::collections::BTreeMap;

use super::totals::is_time_proven;
use crate::clock::{DAY_MS, HOUR_MS, Instant};
use crate::id::ScreenId;
use crate::play::Play;

/// The longest stretch: whoever looks for a moment need not look further back.
pub const REACH_MS_MAX: i64 = DAY_MS;
/// Plays further apart than this are two stretches: a box that was cut off for weeks sends long batches.
const APART_MAX_MS: i64 = HOUR_MS;

/// A stretch of time in which a batch tells of a screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// Which screen.
    pub screen: ScreenId,
    /// From the first frame of its first play.
    pub from: Instant,
    /// To the last of its last, at most [`REACH_MS_MAX`] later.
    pub to: Instant,
}

/// The stretches of plays received at `now`, those without a believable time left out; by screen, then in time.
#[must_use]
pub fn reach(plays: &[Play], now: Instant) -> Vec<Reach> {
    let mut spans: BTreeMap<&ScreenId, Vec<(Instant, Instant)>> = BTreeMap::new();
    for play in plays.iter().filter(|play| is_time_proven(play.started_at, now)) {
        let end = play.started_at.plus_ms(i64::from(play.shown_ms));
        spans.entry(&play.screen).or_default().push((play.started_at, end));
    }
    let mut found: Vec<Reach> = Vec::new();
    for (screen, mut spans) in spans {
        spans.sort_unstable();
        for (mut from, to) in spans {
            if let Some(last) = found.last_mut().filter(|last| last.screen == *screen) {
                let is_near = from.ms_since(last.to) <= APART_MAX_MS && to.ms_since(last.from) <= REACH_MS_MAX;
                if is_near {
                    last.to = last.to.max(to);
                    continue;
                }
            }
            // A showing of more than a day has a stretch for each.
            while to.ms_since(from) > REACH_MS_MAX {
                let day = from.plus_ms(REACH_MS_MAX);
                found.push(Reach { screen: screen.clone(), from, to: day });
                from = day;
            }
            found.push(Reach { screen: screen.clone(), from, to });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{ItemId, ZoneId};
    use crate::play::Ending;

    const NOW: Instant = Instant(1_795_000_000_000);

    fn play(screen: &str, start_ms: i64, shown_ms: u32) -> Play {
        Play {
            seq: 1,
            screen: ScreenId::parse(screen).expect("name"),
            zone: ZoneId::parse("z").expect("name"),
            item: ItemId::parse("i").expect("name"),
            item_version: 1,
            file: None,
            manifest_version: 1,
            planned_at: NOW,
            planned_ms: 0,
            started_at: NOW.plus_ms(start_ms),
            shown_ms,
            ending: Ending::Complete,
            proof: None,
        }
    }

    #[test]
    fn a_batch_reaches_from_its_first_frame_to_its_last_screen_by_screen() {
        let ten_days = u32::try_from(10 * DAY_MS).expect("fits");
        let plays = [
            play("s2", -50_000, 10_000),
            play("s1", -60_000, 10_000),
            play("s1", -50_000, 10_000),
            play("s1", -5 * HOUR_MS, 1_000),
            play("s1", 3 * DAY_MS, 1_000),
            play("s3", -20 * DAY_MS, ten_days),
        ];
        let found = reach(&plays, NOW);
        let told: Vec<_> =
            found.iter().map(|one| (one.screen.as_str(), one.from.ms_since(NOW), one.to.ms_since(one.from))).collect();
        assert_eq!(told[..3], [("s1", -5 * HOUR_MS, 1_000), ("s1", -60_000, 20_000), ("s2", -50_000, 10_000)]);
        assert_eq!(told[3..].len(), 10, "a showing of ten days");
        assert!(told.iter().all(|(_, _, length)| *length <= REACH_MS_MAX));
    }
}
