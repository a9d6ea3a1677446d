//! The door of rules: what is refused and how, and texts that come round.

use super::{BadRecurrence, Recurrence};
use crate::schedule::recurrence::{Frequency, Never};

fn refusal(rule: &str) -> BadRecurrence {
    Recurrence::parse(rule).expect_err(rule)
}

#[test]
fn what_does_not_run_here_is_refused_by_name() {
    let parts = [
        ("FREQ=SECONDLY", "FREQ=SECONDLY"),
        ("FREQ=MINUTELY;INTERVAL=90", "FREQ=MINUTELY"),
        ("FREQ=HOURLY", "FREQ=HOURLY"),
        ("FREQ=FORTNIGHTLY", "FREQ=FORTNIGHTLY"),
        ("FREQ=DAILY;BYHOUR=8", "BYHOUR"),
        ("FREQ=DAILY;BYMINUTE=30", "BYMINUTE"),
        ("FREQ=DAILY;BYSECOND=0", "BYSECOND"),
        ("FREQ=YEARLY;BYYEARDAY=100", "BYYEARDAY"),
        ("FREQ=YEARLY;BYWEEKNO=20", "BYWEEKNO"),
        ("RSCALE=CHINESE;FREQ=YEARLY", "RSCALE"),
        ("FREQ=YEARLY;SKIP=FORWARD", "SKIP"),
        ("FREQ=DAILY;X-WARD=3", "X-WARD"),
        ("FREQ=DAILY;BYEASTER=0", "BYEASTER"),
    ];
    for (rule, part) in parts {
        let refusal = refusal(rule);
        assert_eq!(refusal, BadRecurrence::Unsupported { part: part.to_owned() });
        let said = refusal.say();
        assert!(said.zh.contains(part) && said.en.contains(part), "{said:?}");
    }
}

#[test]
fn a_wrong_rule_is_told_what_is_wrong_with_it() {
    let value = |part, value: &str| BadRecurrence::BadValue { part, value: value.to_owned() };
    let not_allowed = |day: &str, frequency| BadRecurrence::OrdinalNotAllowed { day: day.to_owned(), frequency };
    let cases = [
        ("", BadRecurrence::Empty),
        ("RRULE:", BadRecurrence::Empty),
        ("FREQ=DAILY;", BadRecurrence::NotAPart { text: String::new() }),
        ("FREQ", BadRecurrence::NotAPart { text: "FREQ".to_owned() }),
        ("INTERVAL=2", BadRecurrence::NoFrequency),
        ("FREQ=DAILY;FREQ=DAILY", BadRecurrence::Duplicate { part: "FREQ" }),
        ("FREQ=WEEKLY;BYDAY=MO;BYDAY=TU", BadRecurrence::Duplicate { part: "BYDAY" }),
        ("FREQ=DAILY;INTERVAL=0", BadRecurrence::IntervalZero),
        ("FREQ=DAILY;INTERVAL=+2", value("INTERVAL", "+2")),
        ("FREQ=DAILY;INTERVAL=10001", value("INTERVAL", "10001")),
        ("FREQ=DAILY;COUNT=0", BadRecurrence::CountZero),
        ("FREQ=DAILY;COUNT=-1", value("COUNT", "-1")),
        ("FREQ=DAILY;COUNT=99999", value("COUNT", "99999")),
        ("FREQ=DAILY;COUNT=2;UNTIL=20261231", BadRecurrence::CountAndUntil),
        ("FREQ=DAILY;UNTIL=20260230", value("UNTIL", "20260230")),
        ("FREQ=DAILY;UNTIL=20260228T250000", value("UNTIL", "20260228T250000")),
        ("FREQ=DAILY;UNTIL=2026-02-28", value("UNTIL", "2026-02-28")),
        ("FREQ=DAILY;BYDAY=1MO", not_allowed("1MO", Frequency::Daily)),
        ("FREQ=WEEKLY;BYDAY=MO,-1TU", not_allowed("-1TU", Frequency::Weekly)),
        ("FREQ=MONTHLY;BYDAY=0MO", BadRecurrence::OrdinalZero { day: "0MO".to_owned() }),
        ("FREQ=YEARLY;BYDAY=54MO", value("BYDAY", "54MO")),
        ("FREQ=WEEKLY;BYDAY=XX", value("BYDAY", "XX")),
        ("FREQ=WEEKLY;BYDAY=周一", value("BYDAY", "周一")),
        ("FREQ=WEEKLY;BYDAY=", value("BYDAY", "")),
        ("FREQ=MONTHLY;BYMONTHDAY=0", value("BYMONTHDAY", "0")),
        ("FREQ=MONTHLY;BYMONTHDAY=32", value("BYMONTHDAY", "32")),
        ("FREQ=MONTHLY;BYMONTHDAY=-32", value("BYMONTHDAY", "-32")),
        ("FREQ=YEARLY;BYMONTH=13", value("BYMONTH", "13")),
        ("FREQ=YEARLY;BYMONTH=0", value("BYMONTH", "0")),
        ("FREQ=WEEKLY;BYMONTHDAY=1", BadRecurrence::MonthDayWeekly),
        ("FREQ=MONTHLY;BYSETPOS=1", BadRecurrence::SetPosAlone),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0", value("BYSETPOS", "0")),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=367", value("BYSETPOS", "367")),
        ("FREQ=WEEKLY;WKST=1", value("WKST", "1")),
    ];
    for (rule, wanted) in cases {
        let given = refusal(rule);
        assert_eq!(given, wanted, "{rule}");
        assert!(!given.say().zh.is_empty() && !given.to_string().ends_with('.'));
    }
}

#[test]
fn more_text_or_entries_than_a_rule_needs_are_not_read() {
    let long = format!("FREQ=DAILY;X={}", "x".repeat(3_000));
    assert_eq!(refusal(&long), BadRecurrence::TooLong { bytes: 3_013 });
    let many = format!("FREQ=MONTHLY;BYMONTHDAY={}", vec!["1"; 63].join(","));
    assert_eq!(refusal(&many), BadRecurrence::TooMany { part: "BYMONTHDAY", entries: 63 });
}

#[test]
fn a_rule_that_can_never_fire_is_refused_with_the_reason() {
    let cases = [
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", Never::MonthDay),
        ("FREQ=MONTHLY;BYMONTH=4,6,9,11;BYMONTHDAY=31", Never::MonthDay),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31", Never::MonthDay),
        ("FREQ=MONTHLY;BYDAY=6MO", Never::Weekday),
        ("FREQ=MONTHLY;BYMONTHDAY=1;BYDAY=2MO", Never::Weekday),
        ("FREQ=DAILY;BYDAY=MO;BYSETPOS=2", Never::Position),
        ("FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=3", Never::Position),
        ("FREQ=WEEKLY;BYMONTH=3;BYSETPOS=2", Never::Position),
    ];
    for (rule, why) in cases {
        assert_eq!(refusal(rule), BadRecurrence::NeverFires { why }, "{rule}");
    }
    for rule in ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "FREQ=MONTHLY;BYMONTHDAY=31", "FREQ=YEARLY;BYDAY=53TU"] {
        assert!(Recurrence::parse(rule).is_ok(), "{rule}");
    }
}

#[test]
fn case_prefix_order_and_duplicates_do_not_matter() {
    let canonical = "FREQ=MONTHLY;INTERVAL=2;BYMONTH=1,3;BYMONTHDAY=1,15,-1;BYDAY=MO,2TU,-1FR;WKST=SU;COUNT=5";
    let loose =
        " rrule:count=5;byday=-1fr,+2tu,mo,MO;BYMONTH=3,1,03;bymonthday=-1,15,1;wkst=su;freq=monthly;interval=02 ";
    let rule = Recurrence::parse(loose).expect("the same rule");
    assert_eq!(rule.to_string(), canonical);
    assert_eq!(Recurrence::parse(canonical), Ok(rule.clone()));
    let json = serde_json::to_string(&rule).expect("a text");
    assert_eq!(json, format!("\"{canonical}\""));
    assert_eq!(serde_json::from_str::<Recurrence>(&json).expect("the same rule"), rule);
    assert!(serde_json::from_str::<Recurrence>("\"FREQ=HOURLY\"").is_err());
    for until in ["UNTIL=20261231", "UNTIL=20261231T080000", "UNTIL=20261231T000000Z"] {
        let text = format!("FREQ=DAILY;{until}");
        assert_eq!(Recurrence::parse(&text).map(|rule| rule.to_string()), Ok(text));
    }
}
