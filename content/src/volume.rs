//! Volume: how loud a zone may be at an instant. Silence is what every zone has unless somebody chose otherwise, and quiet hours
//! (安静时段) go before everything.

use serde::{Deserialize, Serialize};

use crate::clock::{Instant, Offsets};
use crate::place::{Audio, Zone};

/// The loudest there is, in percent: files as they are.
pub const VOLUME_PERCENT_MAX: u8 = 100;
/// The most quiet hours of a zone: night, noon, and some.
pub const QUIET_MAX: usize = 6;

/// How loud a zone may be.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sound {
    /// Never louder than this, in percent of how a knob is turned: 0 is mute.
    pub cap_percent: u8,
    /// When it is mute all the same, every day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quiet: Vec<Quiet>,
}

/// Quiet hours, half-open, in minutes after local midnight; `to_min` up to 1440. At or below `from_min` they go on over midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Quiet {
    /// First quiet minute.
    pub from_min: u16,
    /// First minute after it that is not.
    pub to_min: u16,
}

impl Quiet {
    /// Whether a minute after local midnight is one of them.
    #[must_use]
    pub const fn holds(self, minute: u16) -> bool {
        if self.from_min < self.to_min {
            self.from_min <= minute && minute < self.to_min
        } else {
            self.from_min <= minute || minute < self.to_min
        }
    }
}

/// How loud a zone may be at `at`, by its wall clocks, in percent; 0 is mute.
#[must_use]
pub fn volume(zone: &Zone, offsets: &Offsets, at: Instant) -> u8 {
    let Some(sound) = zone.sound.as_ref().filter(|_| zone.audio != Audio::Never) else { return 0 };
    let wall = offsets.local(at);
    let minute = u16::from(wall.hour().unsigned_abs()) * 60 + u16::from(wall.minute().unsigned_abs());
    if sound.quiet.iter().any(|quiet| quiet.holds(minute)) { 0 } else { sound.cap_percent.min(VOLUME_PERCENT_MAX) }
}

/// How loud something is at so many percent, as a share of how loud its file is: a knob that is half turned sounds half as loud, and
/// ears count in powers.
#[must_use]
pub fn loudness(percent: u8) -> f64 {
    (f64::from(percent.min(VOLUME_PERCENT_MAX)) / f64::from(VOLUME_PERCENT_MAX)).powi(3)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::clock::MINUTE_MS;
    use crate::id::{BuildingId, SiteId, ZoneId};
    use crate::place::ZoneKind;
    use crate::text::Text;

    fn zone(audio: Audio, sound: Option<Sound>) -> Zone {
        Zone {
            id: ZoneId::parse("Z1").unwrap(),
            site: SiteId::parse("S1").unwrap(),
            building: BuildingId::parse("A").unwrap(),
            floor: String::new(),
            name: Text::new("候诊", ""),
            kind: ZoneKind::Waiting,
            child: false,
            networks: Vec::new(),
            open: [None; 7],
            open_on: Vec::new(),
            tags: Vec::new(),
            no_ads: false,
            audio,
            sound,
            power: None,
            departments: Vec::new(),
        }
    }

    fn quiet(from_min: u16, to_min: u16) -> Quiet {
        Quiet { from_min, to_min }
    }

    #[test]
    fn a_zone_is_mute_unless_somebody_chose_otherwise_and_one_that_never_speaks_stays_so() {
        let offsets = Offsets::fixed("Asia/Shanghai", 8 * 3_600);
        let noon = offsets.instant(date(2026, 11, 26), 12 * 60);
        let loud = |cap_percent| Some(Sound { cap_percent, quiet: Vec::new() });
        let at_noon = |audio, sound| volume(&zone(audio, sound), &offsets, noon);
        assert_eq!(at_noon(Audio::Mute, None), 0);
        assert_eq!(at_noon(Audio::Mute, loud(40)), 40);
        assert_eq!(at_noon(Audio::Never, loud(40)), 0);
        assert_eq!(at_noon(Audio::Mute, loud(255)), VOLUME_PERCENT_MAX);
    }

    #[test]
    fn a_zone_without_sound_is_written_as_it_always_was() {
        let written = serde_json::to_string(&zone(Audio::Mute, None)).unwrap();
        assert!(!written.contains("sound"), "{written}");
        let loud = zone(Audio::Mute, Some(Sound { cap_percent: 30, quiet: vec![quiet(1_320, 420)] }));
        let written = serde_json::to_string(&loud).unwrap();
        assert!(
            written.contains(r#""sound":{"cap_percent":30,"quiet":[{"from_min":1320,"to_min":420}]}"#),
            "{written}"
        );
        assert_eq!(serde_json::from_str::<Zone>(&written).unwrap(), loud);
    }

    /// Every minute of three days in a place whose clocks change in the second of them.
    fn check(hours: &[Quiet], is_quiet: impl Fn(u16) -> bool) {
        let around = Instant(1_795_000_000_000);
        let offsets = Offsets::of_zone("Europe/Berlin", around).unwrap();
        let zone = zone(Audio::Mute, Some(Sound { cap_percent: 50, quiet: hours.to_vec() }));
        for midnight in [date(2027, 3, 27), date(2027, 10, 30)] {
            let from = offsets.instant(midnight, 0);
            for n in 0..3 * 1_440 {
                let at = from.plus_ms(n * MINUTE_MS);
                let wall = offsets.local(at);
                let minute = u16::try_from(i32::from(wall.hour()) * 60 + i32::from(wall.minute())).unwrap();
                let wanted = if is_quiet(minute) { 0 } else { 50 };
                assert_eq!(volume(&zone, &offsets, at), wanted, "{wall}");
            }
        }
    }

    #[test]
    fn quiet_hours_hold_over_midnight_and_over_a_change_of_the_clocks() {
        check(&[quiet(22 * 60, 6 * 60)], |minute| !(360..1_320).contains(&minute));
        check(&[quiet(720, 840), quiet(1_320, 1_440)], |minute| (720..840).contains(&minute) || minute >= 1_320);
        check(&[quiet(0, 1_440)], |_| true);
    }

    #[test]
    fn a_knob_that_is_turned_further_is_louder_and_never_louder_than_the_file() {
        assert!(loudness(0).abs() < f64::EPSILON && (loudness(100) - 1.0).abs() < f64::EPSILON);
        assert!((0..100).all(|percent| loudness(percent) < loudness(percent + 1)));
        assert!((loudness(200) - 1.0).abs() < f64::EPSILON);
    }

    proptest! {
        #[test]
        fn no_instant_is_louder_than_the_cap_and_night_is_what_day_is_not(
            cap in any::<u8>(), from in 0_u16..1_440, to in 1_u16..=1_440, at in 0_i64..4_000_000_000_000
        ) {
            prop_assume!(from != to % 1_440);
            let offsets = Offsets::fixed("Asia/Shanghai", 8 * 3_600);
            let of = |hours| volume(&zone(Audio::Mute, Some(Sound { cap_percent: cap, quiet: vec![hours] })), &offsets, Instant(at));
            // What lies between two times and what lies between them the other way round make a day.
            let (one, other) = (of(quiet(from, to)), of(quiet(to % 1_440, if from == 0 { 1_440 } else { from })));
            prop_assert!(one.max(other) == cap.min(100) && one.min(other) == 0, "{} {}", one, other);
        }
    }
}
