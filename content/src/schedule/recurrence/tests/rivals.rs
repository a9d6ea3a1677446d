//! Faults that other signage systems had or have with repeated events, each by its number in Xibo's tracker.

use super::{dates, series, wall};

#[test]
fn xibo_3769_every_n_months_keeps_n() {
    let given = dates("2026-01-15T08:00", "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=15", 4);
    assert_eq!(given, ["2026-01-15", "2026-04-15", "2026-07-15", "2026-10-15"]);
}

#[test]
fn xibo_2466_fifth_weekday_is_not_last() {
    let given = dates("2026-01-01T08:00", "FREQ=MONTHLY;BYDAY=5WE", 3);
    assert_eq!(given, ["2026-04-29", "2026-07-29", "2026-09-30"]);
    let given = dates("2026-01-01T08:00", "FREQ=MONTHLY;BYDAY=-1WE", 3);
    assert_eq!(given, ["2026-01-28", "2026-02-25", "2026-03-25"]);
}

#[test]
fn xibo_2523_monthly_on_the_first_ends() {
    let given = dates("2026-01-01T08:00", "FREQ=MONTHLY;UNTIL=20260401T080000", 100);
    assert_eq!(given, ["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01"]);
    assert_eq!(series("2026-01-01T08:00", "FREQ=MONTHLY").occurrences().count(), 4_801, "400 years and a month");
}

#[test]
fn xibo_2701_weekly_does_not_appear_on_the_last_day_of_month() {
    let series = series("2026-01-06T08:00", "FREQ=WEEKLY;BYDAY=TU");
    for month in 1..=12 {
        let last = jiff::civil::date(2026, month, 1).last_of_month();
        assert_eq!(series.falls_on(last), last.weekday() == jiff::civil::Weekday::Tuesday, "{last}");
    }
}

#[test]
fn xibo_1973_two_week_repeats_survive_month_end() {
    let given = dates("2026-01-19T08:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", 6);
    assert_eq!(given, ["2026-01-19", "2026-02-02", "2026-02-16", "2026-03-02", "2026-03-16", "2026-03-30"]);
}

#[test]
fn xibo_3711_end_date_does_not_drift_with_month_length() {
    let series = series("2026-01-31T08:00", "FREQ=MONTHLY;BYMONTHDAY=31;UNTIL=20260531");
    let given: Vec<_> = series.occurrences().map(|wall| wall.to_string()).collect();
    assert_eq!(given, ["2026-01-31T08:00:00", "2026-03-31T08:00:00", "2026-05-31T08:00:00"]);
}

#[test]
fn feb_29_yearly_is_skipped_not_moved() {
    let given = dates("2024-02-29T08:00", "FREQ=YEARLY", 3);
    assert_eq!(given, ["2024-02-29", "2028-02-29", "2032-02-29"]);
    assert_eq!(dates("2096-02-29T08:00", "FREQ=YEARLY", 2), ["2096-02-29", "2104-02-29"], "2100 has none");
}

#[test]
fn week_start_is_in_the_rule_not_the_locale() {
    let rule = "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU";
    let monday = dates("1997-08-05T09:00", rule, 9);
    assert_eq!(monday, ["1997-08-05", "1997-08-10", "1997-08-19", "1997-08-24"]);
    let sunday = dates("1997-08-05T09:00", &format!("{rule};WKST=SU"), 9);
    assert_eq!(sunday, ["1997-08-05", "1997-08-17", "1997-08-19", "1997-08-31"]);
}

#[test]
fn single_and_double_weeks_hang_on_the_written_start() {
    let single = series("2026-09-07T08:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR");
    let double = series("2026-09-14T08:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR");
    for days in 0..400 {
        let date = wall("2026-09-14").date().saturating_add(jiff::SignedDuration::from_hours(24 * days));
        let is_workday = date.weekday().to_monday_one_offset() <= 5;
        assert_eq!(single.falls_on(date) || double.falls_on(date), is_workday, "{date}");
        assert!(!(single.falls_on(date) && double.falls_on(date)), "{date}");
    }
}

#[test]
fn an_exception_holds_when_rule_end_and_start_are_edited() {
    let out = wall("2026-10-05T08:00");
    let rule = "FREQ=WEEKLY;BYDAY=MO".parse().ok();
    let series = super::Series::new(wall("2026-09-07T08:00"), rule, vec![], vec![out]).expect("a valid series");
    assert!(!series.falls_on(out.date()));
    let daily = series.clone().with_recurrence("FREQ=DAILY;UNTIL=20261231".parse().ok());
    assert!(!daily.falls_on(out.date()));
    let later = daily.with_start(wall("2026-09-01T09:30"));
    assert!(!later.falls_on(out.date()));
    assert_eq!(later.except(), [wall("2026-10-05T09:30")]);
    let away_and_back = series
        .with_recurrence("FREQ=WEEKLY;BYDAY=TU".parse().ok())
        .with_recurrence("FREQ=WEEKLY;BYDAY=MO".parse().ok());
    assert!(!away_and_back.falls_on(out.date()));
}

#[test]
fn an_occurrence_is_named_by_its_rule_and_its_original_local_start() {
    let id = crate::schedule::OccurrenceId {
        rule: crate::id::RuleId::parse("flu-week").expect("a name"),
        start: wall("2026-11-25T08:00"),
    };
    assert_eq!(id.to_string(), "flu-week@2026-11-25T08:00:00");
    let json = serde_json::to_string(&id).expect("a text");
    assert_eq!(serde_json::from_str::<crate::schedule::OccurrenceId>(&json).expect("the same"), id);
}

#[test]
fn a_series_is_written_down_and_read_back() {
    let json = r#"{"start":"2026-11-25T08:00:00","recurrence":"FREQ=WEEKLY;INTERVAL=2;BYDAY=WE","except":["2026-12-09T08:00:00"]}"#;
    let series: super::Series = serde_json::from_str(json).expect("a series");
    assert_eq!(serde_json::to_string(&series).expect("a text"), json);
    assert!(!series.falls_on(wall("2026-12-09").date()) && series.falls_on(wall("2026-12-23").date()));
    let once: super::Series = serde_json::from_str(r#"{"start":"2026-11-25T08:00:00"}"#).expect("a series");
    assert_eq!(once.occurrences().collect::<Vec<_>>(), [wall("2026-11-25T08:00")]);
    for bad in [r#"{"start":"2026-11-25T08:00:00.5"}"#, r#"{"start":"2026-11-25T08:00:00","recurrence":"FREQ=HOURLY"}"#]
    {
        assert!(serde_json::from_str::<super::Series>(bad).is_err(), "{bad}");
    }
}
