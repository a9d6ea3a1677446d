//! The events of iCalendar, and the days they are.

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::schedule::calendar::import::lines::{Line, unescaped};
use crate::schedule::calendar::import::read::Found;
use crate::schedule::calendar::import::{EVENT_DAYS_MAX, ImportError, Warning, hint, repeat};

/// How deep components may lie in each other: a calendar, an event, its alarm, and one to spare.
const DEPTH_MAX: usize = 4;

/// What would change which days an event is, and is not understood.
const REFUSED: [&str; 4] = ["RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID"];

/// Reads the all-day events; time zones, to-dos and alarms are left alone.
pub(super) fn read(lines: &[Line]) -> Result<Found, ImportError> {
    let mut found = Found::default();
    let mut open: Vec<String> = Vec::new();
    let mut event = Event { line: 0, lines: Vec::new() };
    for line in lines {
        let value = line.value.trim().to_ascii_uppercase();
        match line.name.as_str() {
            "BEGIN" => {
                let is_at_home = match value.as_str() {
                    "VCALENDAR" => open.is_empty(),
                    "VEVENT" => open.len() == 1,
                    _ => !open.is_empty(),
                };
                if !is_at_home || open.len() >= DEPTH_MAX {
                    return Err(ImportError::Nesting { line: line.number });
                }
                if value == "VEVENT" {
                    event = Event { line: line.number, lines: Vec::new() };
                }
                open.push(value);
            }
            "END" => {
                if open.pop().as_ref() != Some(&value) {
                    return Err(ImportError::Nesting { line: line.number });
                }
                if value == "VEVENT" {
                    event.add_to(&mut found)?;
                }
            }
            _ => match open.last().map(String::as_str) {
                Some("VEVENT") => event.lines.push(line),
                Some("VCALENDAR") if line.name == "X-WR-CALNAME" => {
                    found.cite(&unescaped(&line.value));
                }
                Some(_) => {}
                None => return Err(ImportError::Nesting { line: line.number }),
            },
        }
    }
    match open.pop() {
        Some(component) => Err(ImportError::Unclosed { component }),
        None => Ok(found),
    }
}

/// One VEVENT.
struct Event<'a> {
    line: usize,
    lines: Vec<&'a Line>,
}

impl Event<'_> {
    fn add_to(&self, found: &mut Found) -> Result<(), ImportError> {
        if let Some(line) = self.lines.iter().find(|line| REFUSED.contains(&line.name.as_str())) {
            return Err(ImportError::Unsupported { line: line.number, what: line.name.clone() });
        }
        let summary = self.get("SUMMARY").map(|line| unescaped(&line.value)).unwrap_or_default();
        let categories = self.get("CATEGORIES").map(|line| unescaped(&line.value)).unwrap_or_default();
        let name = found.cut(hint::without_hint(&summary));
        let line = self.line;
        if self.get("STATUS").is_some_and(|status| status.value.trim().eq_ignore_ascii_case("CANCELLED")) {
            found.warnings.push(Warning::Cancelled { line, name });
            return Ok(());
        }
        let start = self.get("DTSTART").ok_or(ImportError::Missing { line, property: "DTSTART" })?;
        let Some(first) = date(start)? else {
            found.warnings.push(Warning::AtTime { line, name });
            return Ok(());
        };
        let days = self.days(first)?;
        let starts = match self.get("RRULE") {
            Some(rule) => repeat::starts(rule, first)?,
            None => vec![first],
        };
        let Some(kind) = hint::kind(&summary, &categories) else {
            found.warnings.push(Warning::Unclear { line, name });
            return Ok(());
        };
        for start in starts {
            for date in start.series(1.day()).take(days) {
                found.add(date, kind, &name)?;
            }
        }
        Ok(())
    }

    /// How many days it lasts: to its end, which is no longer part of it.
    fn days(&self, first: Date) -> Result<usize, ImportError> {
        let line = self.line;
        let days = match (self.get("DTEND"), self.get("DURATION")) {
            (Some(end), _) => {
                let bad = || ImportError::BadDate { line: end.number, value: shown(&end.value) };
                let end = date(end)?.ok_or_else(bad)?;
                i64::from((end - first).get_days())
            }
            (None, Some(duration)) => whole_days(&duration.value).ok_or_else(|| ImportError::Unsupported {
                line: duration.number,
                what: format!("DURATION:{}", shown(&duration.value)),
            })?,
            (None, None) => 1,
        };
        match usize::try_from(days) {
            // An end that equals its start is common, and means the one day.
            Ok(days) if days <= EVENT_DAYS_MAX => Ok(days.max(1)),
            Ok(_) => Err(ImportError::TooLong { line }),
            Err(_) => Err(ImportError::Backwards { line }),
        }
    }

    fn get(&self, name: &str) -> Option<&Line> {
        self.lines.iter().copied().find(|line| line.name == name)
    }
}

/// The date of a line; none when it has a time of day.
fn date(line: &Line) -> Result<Option<Date>, ImportError> {
    let value = line.value.trim();
    if value.contains('T') {
        return Ok(None);
    }
    let date = plain_date(value).ok_or_else(|| ImportError::BadDate { line: line.number, value: shown(value) })?;
    Ok(Some(date))
}

/// A date of eight digits.
pub(super) fn plain_date(text: &str) -> Option<Date> {
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Date::new(text.get(..4)?.parse().ok()?, text.get(4..6)?.parse().ok()?, text.get(6..)?.parse().ok()?).ok()
}

/// A duration of days or weeks, as in `P3D` and `P1W`.
fn whole_days(text: &str) -> Option<i64> {
    let text = text.trim().strip_prefix('P')?;
    let (number, unit) = match (text.strip_suffix('D'), text.strip_suffix('W')) {
        (Some(number), _) => (number, 1),
        (None, Some(number)) => (number, 7),
        (None, None) => return None,
    };
    number.parse::<u16>().ok().map(|number| i64::from(number) * unit)
}

/// A value from the file, short enough for a message.
pub(super) fn shown(value: &str) -> String {
    value.chars().take(40).collect()
}
