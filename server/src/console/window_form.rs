//! A window as a form: on which days and between which times something is on the air, and back. Everything a window may say has
//! a field here, so that saving a form loses nothing.

use anteroom_content::clinic::Weeks;
use anteroom_content::clock::{Instant, Offsets};
use anteroom_content::schedule::{
    CHANGES_MAX, Change, CountsAs, DayKind, DayKinds, Hours, HoursOn, Moved, Recurrence, Weekdays, Window,
};
use anteroom_content::text::Text;
use jiff::civil::Date;

use super::fields::{Filled, clean};
use super::moment::{read_wall, wall};
use super::said::Said;

/// The most rows of other times that a form is read for; nobody overlooks more.
const HOURS_ON_MAX: usize = 20;
/// Empty rows offered below those in use.
const HOURS_ON_FREE: usize = 2;

/// The fields of a window.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct WindowForm {
    /// First date, or nothing.
    pub(super) first: String,
    /// Last date, or nothing.
    pub(super) last: String,
    /// Weekdays, 1 is Monday.
    pub(super) day: Vec<u8>,
    /// `itself` or `timetable`.
    pub(super) counts_as: String,
    /// `every`, `odd` or `even`.
    pub(super) weeks: String,
    /// Kinds of day; none is any.
    pub(super) kind: Vec<String>,
    /// A rule of RFC 5545, or nothing.
    pub(super) rrule: String,
    /// `HH:MM`.
    pub(super) from: String,
    /// `HH:MM`.
    pub(super) to: String,
    /// Other times on some days.
    pub(super) rows: Vec<HoursRow>,
    /// Dates between spaces.
    pub(super) also: String,
    /// Occurrences that were dropped or moved: `2026-10-01`, or `2026-10-01 2026-10-03 08:00 09:00`.
    pub(super) changes: Vec<String>,
    /// One more that is dropped or moved, in the same parts.
    pub(super) skip: [String; 4],
    /// IANA name, or nothing for the place's own.
    pub(super) time_zone: String,
}

/// Other times on some days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct HoursRow {
    /// Its place in the form.
    pub(super) at: usize,
    /// Weekdays; none is every day.
    pub(super) day: Vec<u8>,
    /// Kinds of day; none is any.
    pub(super) kind: Vec<String>,
    /// `HH:MM`.
    pub(super) from: String,
    /// `HH:MM`.
    pub(super) to: String,
    /// Not on the air.
    pub(super) is_off: bool,
}

impl WindowForm {
    /// What a new one starts from: every day, all day.
    pub(super) fn fresh() -> Self {
        Self::of(&Window::ALWAYS)
    }

    /// What the form brought.
    pub(super) fn filled(filled: &Filled) -> Self {
        let undo = filled.one("undo");
        let row = |at: usize| HoursRow {
            at,
            day: filled.numbers(&format!("on{at}_day")),
            kind: filled.all(&format!("on{at}_kind")),
            from: filled.one(&format!("on{at}_from")),
            to: filled.one(&format!("on{at}_to")),
            is_off: !filled.one(&format!("on{at}_off")).is_empty(),
        };
        let changes = filled.all("change").into_iter();
        Self {
            first: filled.one("first"),
            last: filled.one("last"),
            day: filled.numbers("day"),
            counts_as: filled.one("counts_as"),
            weeks: filled.one("weeks"),
            kind: filled.all("kind"),
            rrule: filled.one("rrule"),
            from: filled.one("from"),
            to: filled.one("to"),
            rows: rows((0..HOURS_ON_MAX).map(row).filter(|row| !row.is_free()).collect()),
            also: filled.one("also"),
            changes: changes.filter(|change| undo.is_empty() || change_date(change) != undo).collect(),
            skip: ["skip_on", "skip_to", "skip_from", "skip_until"].map(|name| filled.one(name).trim().to_owned()),
            time_zone: filled.one("time_zone"),
        }
    }

    /// What was written so far; times that were not are the whole day's, which changes no date.
    pub(super) fn asked(filled: &Filled) -> Self {
        let fresh = Self::fresh();
        let form = Self::filled(filled);
        let or = |text: String, other: String| if text.trim().is_empty() { other } else { text };
        let day = if form.day.is_empty() { fresh.day } else { form.day };
        Self { day, from: or(form.from, fresh.from), to: or(form.to, fresh.to), ..form }
    }

    /// The fields of a window that exists.
    pub(super) fn of(window: &Window) -> Self {
        let date = |date: Option<Date>| date.map(|date| date.to_string()).unwrap_or_default();
        let row = |(at, on): (usize, &HoursOn)| HoursRow {
            at,
            day: if on.days == Weekdays::ALL { Vec::new() } else { days_of(on.days) },
            kind: kinds_of(on.kinds),
            from: on.hours.map(|hours| wall(hours.from_min)).unwrap_or_default(),
            to: on.hours.map(|hours| wall(hours.to_min)).unwrap_or_default(),
            is_off: on.hours.is_none(),
        };
        Self {
            first: date(window.first),
            last: date(window.last),
            day: days_of(window.days),
            counts_as: counts_word(window.counts_as).to_owned(),
            weeks: weeks_word(window.weeks).to_owned(),
            kind: kinds_of(window.kinds),
            rrule: window.recurrence.as_ref().map(ToString::to_string).unwrap_or_default(),
            from: wall(window.from_min),
            to: wall(window.to_min),
            rows: rows(window.hours_on.iter().enumerate().map(row).collect()),
            also: window.also.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
            changes: window.changes.iter().map(change_word).collect(),
            skip: Default::default(),
            time_zone: window.time_zone.clone().unwrap_or_default(),
        }
    }

    /// The window, or everything that is wrong with it.
    pub(super) fn read(&self, now: Instant) -> Result<Window, Vec<Said>> {
        let mut problems = Vec::new();
        let days = read_days(&self.day);
        if days.0 == 0 {
            problems.push(Said::bad("bad-rule-days").of("day"));
        }
        let hours = read_hours(&self.from, &self.to);
        if hours.is_none() {
            problems.push(Said::bad("bad-rule-times").of("from"));
        }
        let (first, last) = (read_date(&self.first), read_date(&self.last));
        let is_backwards = matches!((&first, &last), (Ok(Some(first)), Ok(Some(last))) if last < first);
        if first.is_err() || last.is_err() || is_backwards {
            problems.push(Said::bad("bad-rule-dates").of("first"));
        }
        let recurrence = self.recurrence(&mut problems);
        if recurrence.is_some() && matches!(first, Ok(None)) {
            problems.push(Said::bad("bad-recurrence-first").of("first"));
        }
        let hours_on: Option<Vec<_>> = self.rows.iter().filter(|row| !row.is_free()).map(HoursRow::read).collect();
        if hours_on.is_none() {
            problems.push(Said::bad("bad-hours-on").of("hours-on"));
        }
        let also: Result<Vec<Date>, _> = self
            .also
            .split([' ', ',', '，', '、', '\n', '\r'])
            .filter(|word| !word.is_empty())
            .map(str::parse)
            .collect();
        if also.as_ref().is_err() || also.as_ref().is_ok_and(|also| also.len() > CHANGES_MAX) {
            problems.push(Said::bad("bad-also").of("also").put("max", CHANGES_MAX));
        }
        let changes = self.changes(&mut problems);
        let time_zone = clean(&self.time_zone);
        if !time_zone.is_empty() && Offsets::of_zone(&time_zone, now).is_err() {
            problems.push(Said::bad("bad-time-zone").of("time_zone"));
        }
        match (hours, first, last, hours_on, also) {
            (Some(Hours { from_min, to_min }), Ok(first), Ok(last), Some(hours_on), Ok(also))
                if problems.is_empty() =>
            {
                Ok(Window {
                    first,
                    last,
                    days,
                    counts_as: if self.counts_as == "timetable" { CountsAs::ItsTimetable } else { CountsAs::Itself },
                    weeks: match self.weeks.as_str() {
                        "odd" => Weeks::Odd,
                        "even" => Weeks::Even,
                        _ => Weeks::Every,
                    },
                    kinds: read_kinds(&self.kind),
                    recurrence,
                    from_min,
                    to_min,
                    hours_on,
                    also,
                    changes,
                    time_zone: (!time_zone.is_empty()).then_some(time_zone),
                })
            }
            _ => Err(problems),
        }
    }

    fn recurrence(&self, problems: &mut Vec<Said>) -> Option<Recurrence> {
        let text = clean(&self.rrule);
        if text.is_empty() {
            return None;
        }
        Recurrence::parse(&text)
            .map_err(|bad| problems.push(Said::bad("bad-recurrence").of("rrule").put_text("why", bad.say())))
            .ok()
    }

    fn changes(&self, problems: &mut Vec<Said>) -> Vec<Change> {
        let mut all: Vec<Change> = self.changes.iter().filter_map(|word| read_change(word)).collect();
        if all.len() != self.changes.len() || all.len() > CHANGES_MAX {
            problems.push(Said::bad("bad-changes").of("changes").put("max", CHANGES_MAX));
        }
        if self.skip.iter().any(|part| !part.is_empty()) {
            let words: Vec<&str> = self.skip.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
            match read_change(&words.join(" ")).filter(|change| self.skip[0] == change.on.to_string()) {
                Some(change) => {
                    all.retain(|known| known.on != change.on);
                    all.push(change);
                }
                None => problems.push(Said::bad("bad-skip").of("changes")),
            }
        }
        all
    }

    /// A weekday is ticked.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates hand their fields on by reference")]
    pub(super) fn has_day(&self, day: &u8) -> bool {
        self.day.contains(day)
    }

    /// A kind of day is ticked.
    pub(super) fn has_kind(&self, kind: &str) -> bool {
        self.kind.iter().any(|known| known == kind)
    }

    /// It goes on over midnight.
    pub(super) fn is_overnight(&self) -> bool {
        read_hours(&self.from, &self.to).is_some_and(|hours| hours.to_min <= hours.from_min)
    }

    /// Something beyond days and times is said.
    pub(super) fn is_special(&self) -> bool {
        let is_rowed = self.rows.iter().any(|row| !row.is_free());
        is_rowed
            || [&self.rrule, &self.also, &self.time_zone].iter().any(|text| !text.is_empty())
            || !self.changes.is_empty()
            || self.skip.iter().any(|part| !part.is_empty())
    }

    /// The changes with the date by which each is undone.
    pub(super) fn changed(&self) -> Vec<(&str, Option<Change>)> {
        self.changes.iter().map(|word| (word.as_str(), read_change(word))).collect()
    }
}

impl HoursRow {
    /// Nothing was written into it.
    pub(super) fn is_free(&self) -> bool {
        !self.is_off && self.from.trim().is_empty() && self.to.trim().is_empty()
    }

    /// A weekday is ticked.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates hand their fields on by reference")]
    pub(super) fn has_day(&self, day: &u8) -> bool {
        self.day.contains(day)
    }

    /// A kind of day is ticked.
    pub(super) fn has_kind(&self, kind: &str) -> bool {
        self.kind.iter().any(|known| known == kind)
    }

    fn read(&self) -> Option<HoursOn> {
        let days = if self.day.is_empty() { Weekdays::ALL } else { read_days(&self.day) };
        let hours = if self.is_off { None } else { Some(read_hours(&self.from, &self.to)?) };
        Some(HoursOn { days, kinds: read_kinds(&self.kind), hours })
    }
}

fn rows(mut used: Vec<HoursRow>) -> Vec<HoursRow> {
    for at in used.len()..(used.len() + HOURS_ON_FREE).min(HOURS_ON_MAX) {
        used.push(HoursRow { at, ..HoursRow::default() });
    }
    for (at, row) in used.iter_mut().enumerate() {
        row.at = at;
    }
    used
}

/// A date field; nothing is no date.
pub(super) fn read_date(text: &str) -> Result<Option<Date>, jiff::Error> {
    let text = text.trim();
    if text.is_empty() { Ok(None) } else { text.parse().map(Some) }
}

/// Two wall times that differ; an end at or before the start lies on the next day.
pub(super) fn read_hours(from: &str, to: &str) -> Option<Hours> {
    let from_min = read_wall(from).filter(|minute| *minute < 1440)?;
    let to_min = read_wall(to).filter(|minute| *minute > 0 && *minute != from_min)?;
    Some(Hours { from_min, to_min })
}

fn read_days(days: &[u8]) -> Weekdays {
    Weekdays(days.iter().filter(|day| (1..=7).contains(*day)).fold(0, |days, day| days | 1 << (day - 1)))
}

fn days_of(days: Weekdays) -> Vec<u8> {
    (1..=7).filter(|day| days.0 & (1 << (day - 1)) != 0).collect()
}

/// None named is any.
fn read_kinds(kinds: &[String]) -> DayKinds {
    let read: DayKinds =
        DayKind::ALL.into_iter().filter(|kind| kinds.iter().any(|word| word == day_kind_word(*kind))).collect();
    if read.is_empty() { DayKinds::ALL } else { read }
}

fn kinds_of(kinds: DayKinds) -> Vec<String> {
    if kinds.is_all() { Vec::new() } else { kinds.kinds().map(|kind| day_kind_word(kind).to_owned()).collect() }
}

/// A kind of day as it stands in forms.
pub(super) const fn day_kind_word(kind: DayKind) -> &'static str {
    match kind {
        DayKind::Workday => "workday",
        DayKind::RestDay => "rest_day",
        DayKind::Holiday => "holiday",
        DayKind::MakeupDay => "makeup_day",
        DayKind::Closure => "closure",
    }
}

/// Every kind of day with its name.
pub(super) fn day_kinds() -> Vec<(&'static str, Text)> {
    DayKind::ALL.into_iter().map(|kind| (day_kind_word(kind), kind.name())).collect()
}

const fn counts_word(counts: CountsAs) -> &'static str {
    match counts {
        CountsAs::Itself => "itself",
        CountsAs::ItsTimetable => "timetable",
    }
}

const fn weeks_word(weeks: Weeks) -> &'static str {
    match weeks {
        Weeks::Every => "every",
        Weeks::Odd => "odd",
        Weeks::Even => "even",
    }
}

fn change_word(change: &Change) -> String {
    match change.to {
        None => change.on.to_string(),
        Some(Moved { date, hours }) => {
            format!("{} {date} {} {}", change.on, wall(hours.from_min), wall(hours.to_min))
        }
    }
}

fn change_date(word: &str) -> &str {
    word.split(' ').next().unwrap_or_default()
}

fn read_change(word: &str) -> Option<Change> {
    let parts: Vec<&str> = word.split(' ').collect();
    match parts.as_slice() {
        [on] => Some(Change { on: on.parse().ok()?, to: None }),
        [on, date, from, to] => {
            let to = Moved { date: date.parse().ok()?, hours: read_hours(from, to)? };
            Some(Change { on: on.parse().ok()?, to: Some(to) })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
