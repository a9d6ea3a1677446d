//! A year's notice as JSON, the form in which holiday-cn retells the State Council: `{"year", "papers", "days": [{"name",
//! "date", "isOffDay"}]}`. Fields beyond these are left alone.

use jiff::civil::Date;
use serde::Deserialize;

use crate::schedule::calendar::SpecialKind;
use crate::schedule::calendar::import::read::Found;
use crate::schedule::calendar::import::{ImportError, Warning};

/// The years a notice may be of: before 1949 there was no State Council, after 2999 it is a slip of the pen.
const YEARS: std::ops::RangeInclusive<i16> = 1949..=2999;

#[derive(Deserialize)]
struct Notice {
    year: i16,
    #[serde(default)]
    papers: Vec<String>,
    days: Vec<NoticeDay>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NoticeDay {
    name: String,
    date: Date,
    is_off_day: bool,
}

/// Reads a notice.
pub(super) fn read(bytes: &[u8]) -> Result<Found, ImportError> {
    let notice: Notice = serde_json::from_slice(bytes).map_err(|error| {
        let words = error.to_string();
        let words = words.split(" at line ").next().unwrap_or_default().to_owned();
        ImportError::Json { line: error.line(), words }
    })?;
    if !YEARS.contains(&notice.year) {
        return Err(ImportError::BadYear { year: notice.year });
    }
    let mut found = Found { year: Some(notice.year), ..Found::default() };
    if let Some(paper) = notice.papers.first() {
        found.cite(paper);
    }
    for day in &notice.days {
        if day.date.year() != notice.year {
            found.warnings.push(Warning::OtherYear { date: day.date, year: notice.year });
        }
        let kind = if day.is_off_day { SpecialKind::Holiday } else { SpecialKind::Makeup };
        let name = found.cut(&day.name);
        found.add(day.date, kind, &name)?;
    }
    Ok(found)
}
