//! Power: whether a zone's displays should be lit at an instant. A zone without a plan leaves its displays alone; one with a plan
//! lights them some minutes before it opens and darkens them some minutes after it closed, by the very hours the engine goes by.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::clock::{Instant, MINUTE_MS, Offsets};
use crate::place::Zone;
use crate::schedule::Calendar;
use crate::schedule::wheel::open_hours;

/// The most minutes a display is lit before a zone opens, or after it closed: half a day.
pub const MARGIN_MIN_MAX: u16 = 720;

/// When a zone's displays are lit: while it is open, and some minutes around that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PowerPlan {
    /// So many minutes before it opens; at most [`MARGIN_MIN_MAX`].
    pub on_before_min: u16,
    /// So many minutes after it closed; at most [`MARGIN_MIN_MAX`].
    pub off_after_min: u16,
}

/// Whether a display has power.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lamp {
    /// It is lit.
    Lit,
    /// It is dark.
    Dark,
    /// Of a newer release.
    #[serde(other)]
    Other,
}

/// What a person ordered for the rest of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ordered {
    /// Lit or dark.
    pub lamp: Lamp,
    /// Until then.
    pub until: Instant,
}

/// How the zone's displays should be at `at` by its hours and its plan; none where it has no plan.
#[must_use]
pub fn planned(zone: &Zone, calendar: &Calendar, offsets: &Offsets, at: Instant) -> Option<Lamp> {
    let plan = zone.power?;
    let before_ms = i64::from(plan.on_before_min.min(MARGIN_MIN_MAX)) * MINUTE_MS;
    let after_ms = i64::from(plan.off_after_min.min(MARGIN_MIN_MAX)) * MINUTE_MS;
    let today = offsets.date(at);
    // A night that began yesterday still runs, or has just ended; and tomorrow may open soon after midnight.
    let yesterday = today.yesterday().ok();
    let dates = [yesterday.and_then(|date| date.yesterday().ok()), yesterday, Some(today), today.tomorrow().ok()];
    let is_lit = dates.into_iter().flatten().any(|date| {
        span(zone, calendar, offsets, date)
            .is_some_and(|(from, to)| from.plus_ms(-before_ms) <= at && at < to.plus_ms(after_ms))
    });
    Some(if is_lit { Lamp::Lit } else { Lamp::Dark })
}

fn span(zone: &Zone, calendar: &Calendar, offsets: &Offsets, date: Date) -> Option<(Instant, Instant)> {
    let hours = open_hours(zone, calendar, date)?;
    let from = offsets.instant(date, i32::from(hours.from_min));
    let to = if hours.to_min > hours.from_min {
        offsets.instant(date, i32::from(hours.to_min))
    } else {
        offsets.instant(date.tomorrow().ok()?, i32::from(hours.to_min))
    };
    (from < to).then_some((from, to))
}

/// How a display should be at `at`: what must be seen lights it whatever was planned or ordered; then a person's order goes before the
/// plan. None leaves it alone.
#[must_use]
pub fn decide(planned: Option<Lamp>, ordered: Option<Ordered>, is_covered: bool, at: Instant) -> Option<Lamp> {
    if is_covered && (planned.is_some() || ordered.is_some()) {
        return Some(Lamp::Lit);
    }
    match ordered {
        Some(ordered) if at < ordered.until => Some(ordered.lamp),
        // A display that was darkened by an order is not left dark by its end.
        Some(_) => Some(planned.unwrap_or(Lamp::Lit)),
        None => planned,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::id::{BuildingId, SiteId, ZoneId};
    use crate::place::{Audio, OpenHours, OpenOn, ZoneKind};
    use crate::schedule::DayKind;
    use crate::text::Text;

    fn zone(open: [Option<OpenHours>; 7], power: Option<PowerPlan>) -> Zone {
        Zone {
            id: ZoneId::parse("Z1").unwrap(),
            site: SiteId::parse("S1").unwrap(),
            building: BuildingId::parse("A").unwrap(),
            floor: String::new(),
            name: Text::new("候诊", ""),
            kind: ZoneKind::Waiting,
            child: false,
            networks: Vec::new(),
            open,
            open_on: Vec::new(),
            tags: Vec::new(),
            no_ads: false,
            audio: Audio::Mute,
            sound: None,
            power,
            departments: Vec::new(),
        }
    }

    const PLAN: PowerPlan = PowerPlan { on_before_min: 15, off_after_min: 30 };

    fn hours(from_min: u16, to_min: u16) -> OpenHours {
        OpenHours { from_min, to_min }
    }

    /// The minutes of two days, from a midnight on, at which something changes.
    fn changes(zone: &Zone, calendar: &Calendar, midnight: Date) -> Vec<(i32, Lamp)> {
        let offsets = Offsets::fixed("Asia/Shanghai", 8 * 3_600);
        let at = |minute: i32| planned(zone, calendar, &offsets, offsets.instant(midnight, minute)).unwrap();
        (0..2_880).filter(|minute| at(*minute) != at(minute - 1)).map(|minute| (minute, at(minute))).collect()
    }

    #[test]
    fn displays_are_lit_around_the_hours_and_a_night_that_goes_on_is_one() {
        let none = Calendar::default();
        let days = zone([Some(hours(450, 1_050)); 7], Some(PLAN));
        let day = [(435, Lamp::Lit), (1_080, Lamp::Dark)];
        assert_eq!(
            changes(&days, &none, date(2026, 11, 25)),
            [&day[..], &day.map(|(at, lamp)| (at + 1_440, lamp))].concat()
        );
        let nights = zone([Some(hours(1_320, 360)); 7], Some(PLAN));
        let night = [(390, Lamp::Dark), (1_305, Lamp::Lit)];
        assert_eq!(
            changes(&nights, &none, date(2026, 11, 25)),
            [&night[..], &night.map(|(at, lamp)| (at + 1_440, lamp))].concat()
        );
        assert_eq!(changes(&zone([Some(OpenHours::ALWAYS); 7], Some(PLAN)), &none, date(2026, 11, 25)), []);
        assert_eq!(changes(&zone([None; 7], Some(PLAN)), &none, date(2026, 11, 25)), []);
        // Closed early on a workday, as the calendar says what that is.
        let early = Zone {
            open_on: vec![OpenOn { kinds: [DayKind::Workday].into_iter().collect(), hours: Some(hours(450, 720)) }],
            ..zone([Some(hours(450, 1_050)); 7], Some(PLAN))
        };
        assert_eq!(changes(&early, &none, date(2026, 11, 25))[1], (750, Lamp::Dark));
        let offsets = Offsets::fixed("Asia/Shanghai", 8 * 3_600);
        assert_eq!(planned(&zone([None; 7], None), &none, &offsets, Instant(0)), None, "no plan leaves it alone");
    }

    #[test]
    fn what_must_be_seen_goes_before_people_and_people_before_the_plan() {
        let dark = |until| Some(Ordered { lamp: Lamp::Dark, until: Instant(until) });
        for (plan, ordered, is_covered, wanted) in [
            (None, None, false, None),
            (None, None, true, None),
            (Some(Lamp::Dark), None, false, Some(Lamp::Dark)),
            (Some(Lamp::Dark), None, true, Some(Lamp::Lit)),
            (Some(Lamp::Lit), dark(6), false, Some(Lamp::Dark)),
            (Some(Lamp::Lit), dark(6), true, Some(Lamp::Lit)),
            (Some(Lamp::Lit), dark(5), false, Some(Lamp::Lit)),
            (None, dark(6), false, Some(Lamp::Dark)),
            (None, dark(5), false, Some(Lamp::Lit)),
        ] {
            assert_eq!(decide(plan, ordered, is_covered, Instant(5)), wanted, "{plan:?} {ordered:?} {is_covered}");
        }
    }

    #[test]
    fn a_zone_without_a_plan_is_written_as_it_always_was() {
        let written = serde_json::to_string(&zone([None; 7], None)).unwrap();
        assert!(!written.contains("power"), "{written}");
        let planned = zone([None; 7], Some(PLAN));
        let written = serde_json::to_string(&planned).unwrap();
        assert_eq!(serde_json::from_str::<Zone>(&written).unwrap(), planned);
    }

    proptest! {
        #[test]
        fn no_display_is_dark_while_its_zone_is_open(
            spans in prop::collection::vec(prop::option::of((0_u16..1_440, 1_u16..=1_440)), 7),
            before in any::<u16>(), after in any::<u16>(), day in 0_i64..800, minute in 0_i64..1_440, summer in any::<bool>()
        ) {
            let mut open = [None; 7];
            for (day, span) in open.iter_mut().zip(&spans) {
                *day = span.map(|(from_min, to_min)| OpenHours { from_min, to_min });
            }
            let zone = zone(open, Some(PowerPlan { on_before_min: before, off_after_min: after }));
            let name = if summer { "Europe/Berlin" } else { "Asia/Shanghai" };
            let offsets = Offsets::of_zone(name, Instant(1_795_000_000_000)).unwrap();
            let at = Instant(1_795_000_000_000).plus_ms((day * 1_440 + minute) * MINUTE_MS);
            let calendar = Calendar::default();
            let today = offsets.date(at);
            let is_open = [today.yesterday().unwrap(), today].into_iter().any(|date| {
                span(&zone, &calendar, &offsets, date).is_some_and(|(from, to)| from <= at && at < to)
            });
            let lamp = planned(&zone, &calendar, &offsets, at);
            prop_assert!(lamp.is_some());
            prop_assert!(!is_open || lamp == Some(Lamp::Lit));
        }
    }
}
