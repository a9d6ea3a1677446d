//! Windows in a sentence, for lists and for the head of a form.

use anteroom_content::clinic::Weeks;
use anteroom_content::clock::Instant;
use anteroom_content::schedule::{CHANGES_MAX, Calendar, CountsAs, Hours, Recurrence, Series, Weekdays, Window};
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::moment::{day, of_house, today, wall};
use super::window_form::{WindowForm, read_date};
use crate::words::Words;

/// How many coming dates of a recurrence are told.
const DATES_TOLD: usize = 5;
/// How far ahead they are looked for, in years; a rule that fires less often is told by its text alone.
const DATES_YEARS: i16 = 12;

/// `2026-11-01 – 2027-01-31 · 周一、周三 · 单周 · 21:00–次日 06:30`.
pub(super) fn time_in_words(window: &Window, words: &Words) -> String {
    let mut parts = Vec::new();
    if let Some(dates) = dates_in_words(window, words) {
        parts.push(dates);
    }
    if let Some(recurrence) = &window.recurrence {
        parts.push(recurrence.say().in_language(words.language()).to_owned());
    }
    if window.recurrence.is_none() || window.days != Weekdays::ALL {
        parts.push(days_in_words(window.days, words));
    }
    match window.weeks {
        Weeks::Every => {}
        Weeks::Odd => parts.push(words.get("weeks-odd")),
        Weeks::Even => parts.push(words.get("weeks-even")),
    }
    if !window.kinds.is_all() {
        let names = window.kinds.kinds().map(|kind| kind.name().in_language(words.language()).to_owned());
        parts.push(names.collect::<Vec<_>>().join(&words.get("list-separator")));
    }
    parts.push(hours_in_words(Hours { from_min: window.from_min, to_min: window.to_min }, words));
    if window.counts_as == CountsAs::ItsTimetable && window.days != Weekdays::ALL {
        parts.push(words.get("counts-timetable-short"));
    }
    let counts = [
        ("hours-on-count", window.hours_on.len()),
        ("also-count", window.also.len()),
        ("changes-count", window.changes.len()),
    ];
    parts.extend(
        counts
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(key, count)| words.say(key).put("count", count).to_string()),
    );
    parts.extend(window.time_zone.clone());
    parts.join(" · ")
}

fn dates_in_words(window: &Window, words: &Words) -> Option<String> {
    Some(match (window.first, window.last) {
        (Some(first), Some(last)) if first == last => first.to_string(),
        (Some(first), Some(last)) => format!("{first} – {last}"),
        (Some(first), None) => words.say("dates-from").put("date", first.to_string()).to_string(),
        (None, Some(last)) => words.say("dates-until").put("date", last.to_string()).to_string(),
        (None, None) => return None,
    })
}

fn days_in_words(days: Weekdays, words: &Words) -> String {
    if days == Weekdays::ALL {
        return words.get("every-day");
    }
    if days == Weekdays::WORKDAYS {
        return words.get("workdays");
    }
    let held = (1..=7_u8).filter(|day| days.0 & (1 << (day - 1)) != 0);
    held.map(|day| words.get(&format!("weekday-{day}"))).collect::<Vec<_>>().join(&words.get("list-separator"))
}

/// `全天`, `08:00–12:00`, `21:00–次日 06:30`.
pub(super) fn hours_in_words(hours: Hours, words: &Words) -> String {
    let (from, to) = (wall(hours.from_min), wall(hours.to_min));
    if (hours.from_min, hours.to_min) == (0, 1440) {
        words.get("all-day")
    } else if hours.to_min <= hours.from_min {
        words.say("hours-overnight").put("from", from).put("to", to).to_string()
    } else {
        format!("{from}–{to}")
    }
}

/// What a recurrence means, for those who write it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct RecurrenceTold {
    /// The rule in words; empty when it is refused.
    pub(super) meaning: String,
    /// The coming dates on which the whole window is on the air, or what is missing, or why it is refused.
    pub(super) text: String,
    /// It is refused.
    pub(super) is_bad: bool,
}

/// What the recurrence of a form means.
pub(super) fn recurrence_in_words(
    form: &WindowForm,
    calendar: &Calendar,
    now: Instant,
    words: &Words,
) -> RecurrenceTold {
    let text = form.rrule.trim();
    if text.is_empty() {
        return RecurrenceTold::default();
    }
    let language = words.language();
    let recurrence = match Recurrence::parse(text) {
        Ok(recurrence) => recurrence,
        Err(bad) => {
            let text = bad.say().in_language(language).to_owned();
            return RecurrenceTold { text, is_bad: true, ..RecurrenceTold::default() };
        }
    };
    let meaning = recurrence.say().in_language(language).to_owned();
    let Some(first) = read_date(&form.first).ok().flatten() else {
        return RecurrenceTold { meaning, text: words.get("bad-recurrence-first"), is_bad: false };
    };
    // While other fields are still wrong, the recurrence alone is told.
    let alone = Window { first: Some(first), recurrence: Some(recurrence), ..Window::ALWAYS };
    let dates = coming_dates(&form.read(now).unwrap_or(alone), calendar, today(&of_house(), now));
    let text = if dates.is_empty() {
        words.get("recurrence-none")
    } else {
        let dates: Vec<_> = dates.into_iter().map(|date| day(words, date)).collect();
        words.say("recurrence-next").put("dates", dates.join(&words.get("list-separator"))).to_string()
    };
    RecurrenceTold { meaning, text, is_bad: false }
}

/// The next dates on which a window that recurs is on the air, with what its other conditions and changes do to them.
fn coming_dates(window: &Window, calendar: &Calendar, today: Date) -> Vec<Date> {
    let Some(first) = window.first else { return Vec::new() };
    let Ok(series) = Series::new(first.at(0, 0, 0, 0), window.recurrence.clone(), Vec::new(), Vec::new()) else {
        return Vec::new();
    };
    let from = today.max(first);
    let until = from.checked_add(DATES_YEARS.years()).unwrap_or(Date::MAX);
    let mut named = series.dates_between(from, until);
    named.extend(window.also.iter().copied());
    // One that was moved into what is to come may have been planned for before.
    named.extend(window.changes.iter().map(|change| change.on).filter(|on| window.is_planned(*on, calendar)));
    named.sort_unstable();
    named.dedup();
    // These dates are the recurrence's already; to ask it again for each of twelve years of days would take long.
    let others = Window { recurrence: None, ..window.clone() };
    let lies = named.into_iter().filter_map(|on| others.occurrence(on, calendar)).map(|one| one.date);
    let mut dates: Vec<Date> = lies.filter(|date| *date >= today).take(DATES_TOLD + CHANGES_MAX).collect();
    dates.sort_unstable();
    dates.dedup();
    dates.truncate(DATES_TOLD);
    dates
}
