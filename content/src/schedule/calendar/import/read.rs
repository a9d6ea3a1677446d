//! Reads a calendar file of either form.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::id::SiteId;
use crate::schedule::calendar::import::{ImportError, Warning, event, hint, lines, notice};
use crate::schedule::calendar::{Calendar, SPECIAL_NAME_CHARS_MAX, SpecialDay, SpecialKind};
use crate::text::Text;

/// The largest file read; a year's notice has 5 KiB, the busiest shared calendars some hundred.
pub const FILE_BYTES_MAX: usize = 1024 * 1024;
/// The most days of one file: five years in which every day is named.
pub const DAYS_MAX: usize = 2_000;
/// The longest event, in days: a leap year. A longer one is a slip of the pen.
pub const EVENT_DAYS_MAX: usize = 366;
/// The longest name of a source: a web address.
const SOURCE_CHARS_MAX: usize = 200;

/// How a calendar file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A year's notice as JSON.
    Notice,
    /// iCalendar (RFC 5545).
    ICalendar,
}

impl Form {
    /// Its name for people.
    #[must_use]
    pub fn name(self) -> Text {
        match self {
            Self::Notice => Text::new("放假通知（JSON）", "holiday notice (JSON)"),
            Self::ICalendar => Text::new("iCalendar 日历", "iCalendar"),
        }
    }
}

/// What a calendar file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// How it was written.
    pub form: Form,
    /// Its special days in order, each date once; of no site until [`Import::at_site`].
    pub days: Vec<SpecialDay>,
    /// The years whose official notice it is.
    pub years: Vec<i16>,
    /// What it calls its own source; empty where it does not.
    pub source: String,
    /// What a person should know before it is used.
    pub warnings: Vec<Warning>,
}

/// Reads a calendar file; its form is seen from its first letters.
///
/// # Errors
/// [`ImportError`] when it is too large, of neither form, or not what its form asks for.
pub fn read(bytes: &[u8]) -> Result<Import, ImportError> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(ImportError::TooLarge { size_bytes: bytes.len() });
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let letters = bytes.trim_ascii_start();
    let (form, found) = if letters.first() == Some(&b'{') {
        (Form::Notice, notice::read(bytes)?)
    } else if letters.get(..15).is_some_and(|start| start.eq_ignore_ascii_case(b"BEGIN:VCALENDAR")) {
        (Form::ICalendar, event::read(&lines::read(bytes)?)?)
    } else {
        return Err(ImportError::UnknownForm);
    };
    Ok(found.finish(form))
}

impl Import {
    /// The same days for one site alone. What one site does is no official notice.
    #[must_use]
    pub fn at_site(mut self, site: &SiteId) -> Self {
        for day in &mut self.days {
            day.site = Some(site.clone());
        }
        self.years.clear();
        self
    }
}

/// Days as they are found in a file, in the order of the file.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) days: Vec<SpecialDay>,
    pub(super) year: Option<i16>,
    pub(super) source: String,
    pub(super) warnings: Vec<Warning>,
}

impl Found {
    /// Adds a day.
    pub(super) fn add(&mut self, date: Date, kind: SpecialKind, name: &str) -> Result<(), ImportError> {
        if self.days.len() >= DAYS_MAX {
            return Err(ImportError::TooManyDays);
        }
        self.days.push(SpecialDay { date, kind, name: hint::both_languages(name), site: None });
        Ok(())
    }

    /// Notes what the file calls its source.
    pub(super) fn cite(&mut self, source: &str) {
        self.source = source.chars().filter(|letter| !letter.is_control()).take(SOURCE_CHARS_MAX).collect();
    }

    /// The name cut to what a calendar line holds, with a word about it when it was longer.
    pub(super) fn cut(&mut self, name: &str) -> String {
        let clean: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let clean = clean.trim();
        if clean.chars().count() > SPECIAL_NAME_CHARS_MAX {
            let short: String = clean.chars().take(SPECIAL_NAME_CHARS_MAX).collect();
            self.warnings.push(Warning::LongName { name: short.clone() });
            return short;
        }
        clean.to_owned()
    }

    fn finish(mut self, form: Form) -> Import {
        let calendar = Calendar::new(self.days.clone(), Vec::new());
        let is_overruled = |day: &&SpecialDay| calendar.special(day.date) != Some(day);
        let doubled: BTreeSet<Date> = self.days.iter().filter(is_overruled).map(|day| day.date).collect();
        self.warnings.extend(doubled.into_iter().map(|date| Warning::DoubledDate { date }));
        let days = calendar.days().to_vec();
        let years = match form {
            Form::Notice => self.year.filter(|_| !days.is_empty()).into_iter().collect(),
            Form::ICalendar => hint::years_of_notices(&days),
        };
        if days.is_empty() {
            self.warnings.push(Warning::Empty);
        }
        Import { form, days, years, source: self.source, warnings: self.warnings }
    }
}
