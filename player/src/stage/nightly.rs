//! The new stage of the night: once a night, while the zone is closed, a stage ends and another one takes its place. What drivers and
//! decoders have gathered in months is gone before it could be felt, and nobody sees it. A zone that never closes keeps its stage.

use std::time::{Duration, Instant as Moment};

use anteroom_content::clock::{Instant, MINUTE_MS, Offsets};
use anteroom_content::id::{ContentHash, ScreenId};
use bevy::app::AppExit;
use bevy::prelude::*;

use super::clockwork::Clockwork;
use super::told::{Due, Scene, Told};
use crate::bridge::EXIT_NIGHT;

/// The first minute of the day at which a box may do it, and within how many from there all do: one after another, so that not all
/// boxes of a site draw their power at once.
const FIRST_MINUTE: i64 = 60;
const SPAN_MINUTES: i64 = 180;
/// From its minute on a box may do it for so long, where the zone closes late.
const WINDOW_MINUTES: i64 = 60;
/// A stage younger than this needs none. As long as the window, so that there is one a night.
const AGE_MIN: Duration = Duration::from_hours(1);
/// Nothing else is due for so long, in milliseconds.
const QUIET_MS: i64 = 5 * MINUTE_MS;
/// How often a stage looks whether it is time.
const LOOK_EVERY: Duration = Duration::from_secs(10);

#[derive(Debug, Resource)]
struct Night {
    started: Moment,
    looked: Moment,
}

pub(super) fn add(app: &mut App) {
    let now = Moment::now();
    app.insert_resource(Night { started: now, looked: now }).add_systems(Last, look);
}

fn look(mut night: ResMut<Night>, told: Res<Told>, clock: Res<Clockwork>, mut exit: MessageWriter<AppExit>) {
    if night.looked.elapsed() < LOOK_EVERY {
        return;
    }
    night.looked = Moment::now();
    let now = clock.now();
    let Some((stand, show)) = told.stand().and_then(|stand| Some((stand, stand.show(now)?))) else { return };
    if is_time(now, &told.due(now), &show.offsets, minute_of(&stand.screen), night.started.elapsed()) {
        tracing::info!("it is night and the zone is closed: a new stage takes the place of this one");
        exit.write(AppExit::from_code(EXIT_NIGHT));
    }
}

/// The minute of the day that is a screen's own.
fn minute_of(screen: &ScreenId) -> i64 {
    let hash = ContentHash::of(screen.as_str().as_bytes());
    let [first, second, ..] = hash.as_bytes();
    FIRST_MINUTE + i64::from(u16::from_be_bytes([*first, *second])) % SPAN_MINUTES
}

/// Whether a stage of that age ends now.
fn is_time(now: Instant, due: &Due, offsets: &Offsets, minute: i64, age: Duration) -> bool {
    let local = offsets.local(now);
    let past = i64::from(local.hour()) * 60 + i64::from(local.minute()) - minute;
    let is_quiet = due.scene == Scene::Closed && due.until.ms_since(now) >= QUIET_MS;
    is_quiet && (0..WINDOW_MINUTES).contains(&past) && age >= AGE_MIN
}

#[cfg(test)]
mod tests {
    use anteroom_content::clock::{Clock as _, DAY_MS, Fixed, HOUR_MS};

    use super::*;

    /// 2026-11-25, midnight in Shanghai.
    const MIDNIGHT: Instant = Instant(1_795_536_000_000);

    /// Lives through nights minute by minute; the hours of the day at which a new stage was started.
    fn nights(screen: &str, days: i64, is_closed: impl Fn(i64) -> bool) -> Vec<i64> {
        let offsets = Offsets::fixed("Asia/Shanghai", 8 * 3_600);
        let minute = minute_of(&ScreenId::parse(screen).unwrap());
        let clock = Fixed::at(MIDNIGHT);
        let (mut started, mut restarts) = (MIDNIGHT.plus_ms(-DAY_MS), Vec::new());
        while clock.now() < MIDNIGHT.plus_ms(days * DAY_MS) {
            let now = clock.now();
            let hour = now.ms_since(MIDNIGHT) % DAY_MS / HOUR_MS;
            let closed = is_closed(hour);
            let scene = if closed { Scene::Closed } else { Scene::Fallback };
            let due = Due { scene, since: now, until: now.plus_ms(HOUR_MS) };
            let age = Duration::from_millis(u64::try_from(now.ms_since(started)).unwrap());
            if is_time(now, &due, &offsets, minute, age) {
                assert!(closed);
                restarts.push(hour);
                started = now;
            }
            clock.set(now.plus_ms(MINUTE_MS));
        }
        restarts
    }

    #[test]
    fn a_stage_is_started_anew_once_a_night_while_nobody_looks() {
        let restarts = nights("Z01-1", 30, |hour| !(7..22).contains(&hour));
        assert_eq!(restarts.len(), 30, "{restarts:?}");
        assert!(restarts.iter().all(|hour| (1..4).contains(hour)), "{restarts:?}");
    }

    #[test]
    fn a_zone_that_is_open_at_night_keeps_its_stage_and_one_that_closes_late_waits() {
        assert_eq!(nights("Z01-1", 5, |_| false), [0_i64; 0]);
        let own = minute_of(&ScreenId::parse("Z01-1").unwrap()) / 60;
        let late = nights("Z01-1", 5, |hour| (own + 1..7).contains(&hour));
        assert!(late.iter().all(|hour| *hour == own + 1), "{late:?}");
    }

    #[test]
    fn boxes_of_a_site_do_it_one_after_another() {
        let minutes: std::collections::BTreeSet<_> =
            (0..40).map(|n| minute_of(&ScreenId::parse(&format!("Z{n:02}-1")).unwrap())).collect();
        assert!(minutes.len() > 25, "{minutes:?}");
        assert!(minutes.iter().all(|minute| (60..240).contains(minute)));
    }

    #[test]
    fn nothing_happens_just_before_a_zone_opens() {
        let offsets = Offsets::fixed("Asia/Shanghai", 8 * 3_600);
        let now = MIDNIGHT.plus_ms(2 * HOUR_MS);
        let due = |until_ms: i64| Due { scene: Scene::Closed, since: now, until: now.plus_ms(until_ms) };
        let is_time = |until_ms| is_time(now, &due(until_ms), &offsets, 120, Duration::from_hours(20));
        assert!(is_time(QUIET_MS) && !is_time(QUIET_MS - 1));
    }
}
