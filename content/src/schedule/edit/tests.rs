//! Series are changed singly, from a day on and as a whole; what was changed before stays changed.

use jiff::civil::date;

use super::*;
use crate::schedule::{DayKind, DayKinds, HoursOn};

const MONDAY: Weekdays = Weekdays(0b1);

/// Mondays from 08:00 to 10:00, from Monday 2 November 2026 on.
fn mondays() -> Window {
    Window { first: Some(date(2026, 11, 2)), days: MONDAY, from_min: 480, to_min: 600, ..Window::ALWAYS }
}

#[expect(clippy::unnecessary_wraps, reason = "every caller passes it on as it is")]
fn moved(date: Date, from_min: u16, to_min: u16) -> Option<Moved> {
    Some(Moved { date, hours: Hours { from_min, to_min } })
}

fn edited(window: &Window, on: Date, to: Option<Moved>, scope: Scope) -> Edited {
    window.edited(&Calendar::default(), on, to, scope).expect("can be changed")
}

fn changed(window: &Window, on: Date, to: Option<Moved>, scope: Scope) -> Window {
    match edited(window, on, to, scope) {
        Edited::Changed(window) => window,
        other @ (Edited::Split { .. } | Edited::Gone) => panic!("{other:?}"),
    }
}

fn split(window: &Window, on: Date, to: Option<Moved>) -> (Window, Option<Window>) {
    match edited(window, on, to, Scope::Following) {
        Edited::Split { before, after } => (before, after),
        other @ (Edited::Changed(_) | Edited::Gone) => panic!("{other:?}"),
    }
}

/// `date from-to` of every occurrence in a span of days.
fn told(window: &Window, first: Date, last: Date) -> Vec<String> {
    let dates = first.series(1.day()).take_while(|date| *date <= last);
    let found = dates.flat_map(|date| window.occurrences(date, &Calendar::default()));
    found.map(|one| format!("{} {}-{}", one.date.strftime("%m-%d"), one.hours.from_min, one.hours.to_min)).collect()
}

fn november(window: &Window) -> Vec<String> {
    told(window, date(2026, 11, 1), date(2026, 11, 30))
}

#[test]
fn one_occurrence_is_moved_dropped_and_put_back() {
    let (window, ninth) = (mondays(), date(2026, 11, 9));
    let one = changed(&window, ninth, moved(date(2026, 11, 10), 540, 660), Scope::This);
    let others = ["11-16 480-600", "11-23 480-600", "11-30 480-600"];
    assert_eq!(november(&one), [["11-02 480-600", "11-10 540-660"].as_slice(), &others].concat());
    let again = changed(&one, ninth, moved(date(2026, 11, 11), 480, 600), Scope::This);
    assert_eq!(again.changes.len(), 1, "it keeps its name");
    let none = changed(&one, ninth, None, Scope::This);
    assert_eq!(november(&none), [["11-02 480-600"].as_slice(), &others].concat());
    assert_eq!(changed(&none, ninth, moved(ninth, 480, 600), Scope::This), window, "back as it was planned");
}

#[test]
fn a_series_changed_as_a_whole_keeps_what_was_changed_singly() {
    let one = changed(&mondays(), date(2026, 11, 9), moved(date(2026, 11, 10), 540, 660), Scope::This);
    let one = changed(&one, date(2026, 11, 23), None, Scope::This);
    let all = changed(&one, date(2026, 11, 16), moved(date(2026, 11, 16), 720, 780), Scope::All);
    assert_eq!(november(&all), ["11-02 720-780", "11-10 540-660", "11-16 720-780", "11-30 720-780"]);
    let tuesdays = changed(&one, date(2026, 11, 16), moved(date(2026, 11, 17), 480, 600), Scope::All);
    assert_eq!(november(&tuesdays), ["11-03 480-600", "11-10 540-660", "11-17 480-600"], "the 24th stays dropped");
    // What lies elsewhere already is moved from there: other times move no date.
    let all = changed(&one, date(2026, 11, 9), moved(date(2026, 11, 10), 720, 780), Scope::All);
    assert_eq!(november(&all), ["11-02 720-780", "11-09 720-780", "11-16 720-780", "11-30 720-780"]);
}

#[test]
fn from_a_day_on_the_old_series_ends_and_a_new_one_begins() {
    let late = changed(&mondays(), date(2026, 11, 23), moved(date(2026, 11, 25), 60, 120), Scope::This);
    let early = changed(&late, date(2026, 11, 2), None, Scope::This);
    let (before, after) = split(&early, date(2026, 11, 16), moved(date(2026, 11, 16), 500, 640));
    assert_eq!((before.last, before.changes.len()), (Some(date(2026, 11, 15)), 1));
    assert_eq!(november(&before), ["11-09 480-600"]);
    assert_eq!(november(&after.expect("goes on")), ["11-16 500-640", "11-25 60-120", "11-30 500-640"]);
    let (_, after) = split(&mondays(), date(2026, 11, 16), moved(date(2026, 11, 18), 480, 600));
    assert_eq!(november(&after.expect("goes on")), ["11-18 480-600", "11-25 480-600"], "Wednesdays from then on");
    let (before, after) = split(&mondays(), date(2026, 11, 16), None);
    assert_eq!((november(&before).len(), after), (2, None));
    // From the first one on is all of it.
    let first = date(2026, 11, 2);
    assert_eq!(edited(&mondays(), first, None, Scope::Following), Edited::Gone);
    let all = changed(&mondays(), first, moved(first, 500, 640), Scope::Following);
    assert_eq!((all.first, all.from_min), (Some(first), 500));
}

#[test]
fn every_other_series_goes_on_in_its_own_rhythm() {
    let with = |rule: &str, first| Window { first: Some(first), recurrence: rule.parse().ok(), ..mondays() };
    let every = |window: Window| Window { days: Weekdays::ALL, ..window };
    let counted = every(with("FREQ=WEEKLY;INTERVAL=2;COUNT=4", date(2026, 11, 2)));
    let (before, after) = split(&counted, date(2026, 11, 30), moved(date(2026, 11, 30), 500, 640));
    let after = after.expect("goes on");
    let end = date(2027, 3, 1);
    assert_eq!(told(&before, date(2026, 11, 1), end), ["11-02 480-600", "11-16 480-600"]);
    assert_eq!(told(&after, date(2026, 11, 1), end), ["11-30 500-640", "12-14 500-640"], "four in all");

    let leap = every(with("FREQ=YEARLY", date(2028, 2, 29)));
    let all = changed(&leap, date(2028, 2, 29), moved(date(2028, 2, 29), 500, 640), Scope::All);
    assert_eq!(told(&all, date(2028, 1, 1), date(2036, 12, 31)).len(), 3, "2028, 2032, 2036");
    let (before, after) = split(&leap, date(2032, 2, 29), moved(date(2032, 2, 29), 500, 640));
    assert_eq!(told(&before, date(2028, 1, 1), date(2036, 12, 31)), ["02-29 480-600"]);
    let after = after.expect("goes on");
    assert_eq!(told(&after, date(2028, 1, 1), date(2036, 12, 31)), ["02-29 500-640", "02-29 500-640"]);
    let calendar = Calendar::default();
    for scope in [Scope::All, Scope::Following] {
        let elsewhere = leap.edited(&calendar, date(2032, 2, 29), moved(date(2032, 3, 1), 480, 600), scope);
        assert_eq!(elsewhere, Err(BadEdit::NoOtherDate));
    }

    // A recurrence that ends at a wall time keeps its last occurrence when all begin later.
    let until = every(with("FREQ=DAILY;UNTIL=20261104T080000", date(2026, 11, 2)));
    assert_eq!(november(&until).len(), 3);
    let later = changed(&until, date(2026, 11, 3), moved(date(2026, 11, 3), 540, 600), Scope::All);
    assert_eq!(november(&later), ["11-02 540-600", "11-03 540-600", "11-04 540-600"]);
}

#[test]
fn times_of_some_days_are_changed_where_they_stand() {
    let other =
        HoursOn { days: Weekdays(0b10_0000), kinds: DayKinds::ALL, hours: Some(Hours { from_min: 540, to_min: 720 }) };
    let window = Window { days: Weekdays::ALL, hours_on: vec![other], ..mondays() };
    let saturday = date(2026, 11, 7);
    let all = changed(&window, saturday, moved(saturday, 600, 660), Scope::All);
    assert_eq!(told(&all, date(2026, 11, 6), saturday), ["11-06 480-600", "11-07 600-660"]);
    let one_day = Window { first: Some(saturday), last: Some(saturday), ..window };
    let sunday = date(2026, 11, 8);
    let later = changed(&one_day, saturday, moved(saturday, 600, 660), Scope::All);
    assert_eq!(november(&later), ["11-07 600-660"]);
    let plain = Window { hours_on: Vec::new(), ..one_day };
    assert_eq!(november(&changed(&plain, saturday, moved(sunday, 480, 600), Scope::All)), ["11-08 480-600"]);
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    let (window, calendar, monday) = (mondays(), Calendar::default(), date(2026, 11, 9));
    let check = |window: &Window, on, to, scope, why| {
        assert_eq!(window.edited(&calendar, on, to, scope), Err(why));
    };
    for scope in [Scope::This, Scope::Following, Scope::All] {
        check(&window, date(2026, 11, 10), None, scope, BadEdit::NoOccurrence(date(2026, 11, 10)));
        check(&window, date(2026, 10, 26), None, scope, BadEdit::NoOccurrence(date(2026, 10, 26)));
        for (from_min, to_min) in [(480, 480), (1440, 60), (0, 0), (0, 1441)] {
            check(&window, monday, moved(monday, from_min, to_min), scope, BadEdit::NoHours { from_min, to_min });
        }
    }
    let daily = Window { days: Weekdays::ALL, ..window.clone() };
    check(&daily, monday, moved(date(2026, 11, 10), 480, 600), Scope::All, BadEdit::NoOtherDate);
    let worked = Window { kinds: DayKinds::WORKED, ..window.clone() };
    let saturday = date(2026, 11, 14);
    check(&worked, monday, moved(saturday, 480, 600), Scope::All, BadEdit::OffPlan(saturday));
    let recurrence = "FREQ=WEEKLY".parse().ok();
    let extra = date(2026, 11, 12);
    let added = Window { recurrence, also: vec![extra], days: Weekdays::ALL, ..window.clone() };
    check(&added, extra, moved(extra, 480, 700), Scope::Following, BadEdit::Added(extra));
    let changes =
        (0..CHANGES_MAX).map(|n| Change { on: date(2030, 1, 1) + i64::try_from(n).expect("small").days(), to: None });
    let full = Window { changes: changes.collect(), ..window };
    check(&full, monday, None, Scope::This, BadEdit::Full);
    assert!(DayKinds::WORKED.holds(DayKind::Workday));
}
