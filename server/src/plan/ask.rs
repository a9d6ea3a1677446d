//! What people type: names with a slip in them, times and dates.

use anteroom_content::clock::{Instant, Offsets, SECOND_MS};
use jiff::civil::{Date, DateTime, Time};

/// The most names offered for one that is not there.
const NEAR_MAX: usize = 5;

/// Nothing has such a name; the nearest that are there.
pub(crate) fn no_such<'a>(what: &str, given: &str, names: impl Iterator<Item = &'a str>) -> anyhow::Error {
    let mut near: Vec<(usize, &str)> = names.map(|name| (distance(given, name), name)).collect();
    near.sort_unstable();
    near.dedup();
    let count = near.len();
    near.truncate(NEAR_MAX);
    let near: Vec<&str> = near.into_iter().map(|(_, name)| name).collect();
    match count {
        0 => anyhow::anyhow!("no {what} `{given}`: there is none at all yet"),
        _ if count > near.len() => anyhow::anyhow!("no {what} `{given}`; the nearest are {}", near.join(", ")),
        _ => anyhow::anyhow!("no {what} `{given}`; there are {}", near.join(", ")),
    }
}

/// How many letters must be changed, added or taken away; upper and lower case are one.
fn distance(one: &str, other: &str) -> usize {
    let lower = |text: &str| text.chars().map(|c| c.to_ascii_lowercase()).collect::<Vec<char>>();
    let (one, other) = (lower(one), lower(other));
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (n, letter) in one.iter().enumerate() {
        let mut next = Vec::with_capacity(row.len());
        next.push(n + 1);
        for ((above_left, above), there) in row.iter().zip(row.iter().skip(1)).zip(&other) {
            let left = next.last().copied().unwrap_or(0);
            let changed = above_left + usize::from(letter != there);
            next.push(changed.min(above + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

/// Reads a moment by a place's clocks.
///
/// # Errors
/// When it is in none of the forms, which are told.
pub(crate) fn moment(text: &str, now: Instant, offsets: &Offsets) -> anyhow::Result<Instant> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("now") {
        return Ok(now);
    }
    let today = offsets.date(now);
    // A time is also read from a text with a date before it, which would be lost.
    let wall = if text.contains('-') {
        text.parse::<DateTime>().ok().filter(|_| text.contains(':'))
    } else {
        text.parse::<Time>().ok().map(|time| today.to_datetime(time))
    };
    let wall = wall.ok_or_else(|| {
        anyhow::anyhow!(
            "`{text}` is not a time: write `now`, `09:05` (today) or `2026-11-25T09:05`, with seconds if need be"
        )
    })?;
    let minute = i32::from(wall.hour()) * 60 + i32::from(wall.minute());
    Ok(offsets.instant(wall.date(), minute).plus_ms(i64::from(wall.second()) * SECOND_MS))
}

/// Reads a date.
///
/// # Errors
/// When it is in none of the forms, which are told.
pub(crate) fn date(text: &str, today: Date) -> anyhow::Result<Date> {
    let text = text.trim();
    match text.to_ascii_lowercase().as_str() {
        "today" => Ok(today),
        "tomorrow" => Ok(today.tomorrow()?),
        "yesterday" => Ok(today.yesterday()?),
        _ => text.parse().map_err(|_| {
            anyhow::anyhow!("`{text}` is not a date: write `today`, `tomorrow`, `yesterday` or `2026-11-25`")
        }),
    }
}
