//! Every way to ask a series gives the same answer; texts come round; nothing from outside panics.

use jiff::civil::DateTime;
use jiff::{SignedDuration, ToSpan};
use proptest::prelude::*;

use super::random::{CASES, Draft, draft};
use super::{Recurrence, Series};
use crate::schedule::recurrence::Stop;

/// The draft's series with additions and exceptions near its start, some of them on its own dates.
fn with_extras(draft: &Draft, also: &[i64], except: &[i64]) -> Option<Series> {
    let series = draft.series()?;
    let after = |days: &i64| draft.start_wall().saturating_add(SignedDuration::from_hours(24 * days));
    let also: Vec<DateTime> = also.iter().map(after).map(|wall| wall.saturating_add(2.hours())).collect();
    let own = series.occurrences().take(2).chain(also.first().copied());
    let except = except.iter().map(after).chain(own).collect();
    Series::new(draft.start_wall(), series.recurrence().cloned(), also, except).ok()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, ..ProptestConfig::default() })]

    #[test]
    fn any_date_can_be_asked_for_at_once(
        draft in draft(),
        also in proptest::collection::vec(0..200_i64, 0..3),
        except in proptest::collection::vec(0..200_i64, 0..3),
        from in 0..250_i64,
        length in 0..40_i64,
    ) {
        let Some(series) = with_extras(&draft, &also, &except) else { return Ok(()) };
        let first = draft.start.saturating_add(SignedDuration::from_hours(24 * from));
        let last = first.saturating_add(SignedDuration::from_hours(24 * length));
        let all: Vec<_> = series.occurrences().take_while(|wall| wall.date() <= last).collect();
        let mut walked: Vec<_> = all.iter().map(|wall| wall.date()).filter(|date| *date >= first).collect();
        walked.dedup();
        let between = series.dates_between(first, last);
        prop_assert_eq!(&between, &walked, "{} from {}", draft.text(), draft.start);
        for date in [first, last] {
            prop_assert_eq!(series.falls_on(date), between.contains(&date), "{}", date);
        }
        let from = first.to_datetime(draft.start_wall().time());
        let jumped: Vec<_> = series.occurrences_from(from).take_while(|wall| wall.date() <= last).collect();
        let walked: Vec<_> = all.into_iter().filter(|wall| *wall >= from).collect();
        prop_assert_eq!(jumped, walked);
    }

    #[test]
    fn the_canonical_text_reads_back_as_the_same_rule(draft in draft()) {
        if let Ok(rule) = Recurrence::parse(&draft.text()) {
            let text = rule.to_string();
            prop_assert_eq!(Recurrence::parse(&text), Ok(rule.clone()));
            prop_assert_eq!(Recurrence::parse(&format!("rrule:{}", text.to_lowercase())), Ok(rule));
        }
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,60}", bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
        let _ = Recurrence::parse(&text);
        let _ = Recurrence::parse(&String::from_utf8_lossy(&bytes));
        let _ = Recurrence::parse(&format!("FREQ=MONTHLY;{text}"));
        let _ = Recurrence::parse(&format!("FREQ=MONTHLY;BYDAY={text}"));
    }

    #[test]
    fn no_text_that_looks_like_a_rule_panics(
        text in "(RRULE:)?(FREQ|COUNT|UNTIL|BYDAY|BYMONTH|BYSETPOS|WKST)=[-+0-9A-Z,]{0,12}(;(FREQ|BYDAY|BYMONTHDAY|INTERVAL|UNTIL)=[-+0-9TZA-Y,]{0,16}){0,4}",
    ) {
        if let Err(refusal) = Recurrence::parse(&text) {
            let said = refusal.say();
            prop_assert!(!said.zh.is_empty() && !said.en.is_empty());
        }
    }
}

#[test]
fn a_walk_tells_the_limit_that_ended_it() {
    let daily = super::series("2026-01-01T08:00", "FREQ=DAILY");
    let mut walk = daily.occurrences();
    assert_eq!((walk.by_ref().count(), walk.stopped()), (10_000, Some(Stop::Occurrences)));
    // Even years have no such day: the years of the rule all are odd.
    let never = super::series("2025-02-28T08:00", "FREQ=YEARLY;INTERVAL=2;BYMONTH=2;BYMONTHDAY=29");
    let mut walk = never.occurrences();
    assert_eq!((walk.next(), walk.stopped()), (None, Some(Stop::Years)));
    let over = super::series("2026-01-01T08:00", "FREQ=DAILY;COUNT=10000");
    let mut walk = over.occurrences();
    assert_eq!((walk.by_ref().count(), walk.stopped()), (10_000, None));
}

#[test]
fn a_range_with_more_dates_than_one_walk_gives_is_whole() {
    let daily = super::series("2026-01-01T08:00", "FREQ=DAILY");
    let (first, last) = (super::wall("2026-01-01").date(), super::wall("2065-12-31").date());
    assert_eq!(daily.dates_between(first, last).len(), 14_610);
    assert!(daily.falls_on(last));
}

#[test]
fn no_date_is_too_far_out() {
    for start in [super::wall("0001-01-01T00:00"), DateTime::MAX] {
        let start = start.with().subsec_nanosecond(0).build().expect("whole seconds");
        for rule in ["FREQ=DAILY", "FREQ=WEEKLY;WKST=SU", "FREQ=MONTHLY", "FREQ=YEARLY;INTERVAL=10000"] {
            let series = Series::new(start, rule.parse().ok(), vec![], vec![]).expect("a valid series");
            assert_eq!(series.occurrences().next(), Some(start), "{rule}");
            assert!(!series.falls_on(super::wall("2026-11-25").date()), "{rule}");
        }
    }
}
