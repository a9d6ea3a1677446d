//! Opening hours in the form of a zone: by weekday, and others on some kinds of day.

use anteroom_content::place::{OpenHours, OpenOn, Zone};
use anteroom_content::schedule::DayKind;

use super::ZoneForm;
use crate::console::moment::wall;
use crate::console::window_form::read_hours;

impl ZoneForm {
    pub(super) fn open(&self) -> Option<[Option<OpenHours>; 7]> {
        let mut open = [None; 7];
        for ((day, hours), (from, to)) in (1..=7_u8).zip(&mut open).zip(self.from.iter().zip(&self.to)) {
            if !self.day.contains(&day) {
                continue;
            }
            *hours = Some(read_open(from, to)?);
        }
        (self.from.len() == 7 && self.to.len() == 7).then_some(open)
    }

    /// Other hours on some kinds of day. What says the same as before stays as it was written.
    pub(super) fn open_on(&self, was: Option<&Zone>) -> Option<Vec<OpenOn>> {
        let mut wanted: Vec<(DayKind, Option<OpenHours>)> = Vec::new();
        for (n, kind) in DayKind::ALL.into_iter().enumerate() {
            let text = |all: &[String]| all.get(n).cloned().unwrap_or_default();
            match text(&self.on).as_str() {
                "closed" => wanted.push((kind, None)),
                "hours" => wanted.push((kind, Some(read_open(&text(&self.on_from), &text(&self.on_to))?))),
                _ => {}
            }
        }
        if let Some(was) = was {
            let before: Vec<_> =
                DayKind::ALL.into_iter().filter_map(|kind| Some((kind, hours_on(was, kind)?))).collect();
            if self.on.is_empty() || before == wanted {
                return Some(was.open_on.clone());
            }
        }
        let entry = |(kind, hours)| OpenOn { kinds: [kind].into_iter().collect(), hours };
        Some(wanted.into_iter().map(entry).collect())
    }
}

/// Opening hours; an end at or before the start lies on the next day.
fn read_open(from: &str, to: &str) -> Option<OpenHours> {
    read_hours(from, to).map(|hours| OpenHours { from_min: hours.from_min, to_min: hours.to_min })
}

/// What is said of a kind of day; none is nothing.
#[expect(clippy::option_option, reason = "nothing said, closed, and hours are three things")]
pub(super) fn hours_on(zone: &Zone, kind: DayKind) -> Option<Option<OpenHours>> {
    zone.open_on.iter().find(|on| on.kinds.holds(kind)).map(|on| on.hours)
}

#[expect(clippy::option_option, reason = "nothing said, closed, and hours are three things")]
pub(super) const fn on_word(said: Option<Option<OpenHours>>) -> &'static str {
    match said {
        None => "",
        Some(None) => "closed",
        Some(Some(_)) => "hours",
    }
}

pub(super) fn on_wall(zone: &Zone, kind: DayKind, minute: fn(OpenHours) -> u16) -> String {
    hours_on(zone, kind).flatten().map(|hours| wall(minute(hours))).unwrap_or_default()
}
