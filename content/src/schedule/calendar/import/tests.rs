//! What calendar files say, and that no bytes make the reader stumble.

use std::path::Path;

use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::*;
use crate::schedule::calendar::{Calendar, DayKind, Difference, SpecialKind};
use crate::text::Text;

const NOTICE: &[u8] = include_bytes!("samples/2031.json");
const ICALENDAR: &[u8] = include_bytes!("samples/2031.ics");

fn told(import: &Import) -> Vec<String> {
    import.days.iter().map(|day| format!("{} {:?} {}/{}", day.date, day.kind, day.name.zh, day.name.en)).collect()
}

fn event(lines: &str) -> Vec<u8> {
    format!("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", lines.replace('\n', "\r\n"))
        .into_bytes()
}

#[test]
fn a_notice_is_read_with_its_make_up_days() {
    let import = read(NOTICE).expect("a notice");
    assert_eq!((import.form, &import.years, import.warnings.len()), (Form::Notice, &vec![2031], 0));
    assert_eq!(import.source, "https://example.test/notice-2031");
    assert_eq!(
        told(&import),
        [
            "2031-01-01 Holiday 元旦/New Year's Day",
            "2031-01-22 Holiday 春节/Spring Festival",
            "2031-01-23 Holiday 春节/Spring Festival",
            "2031-01-24 Holiday 春节/Spring Festival",
            "2031-01-25 Makeup 春节/Spring Festival",
            "2031-10-01 Holiday 国庆节、中秋节/National Day and Mid-Autumn Festival",
            "2031-10-11 Makeup 国庆节、中秋节/National Day and Mid-Autumn Festival",
        ]
    );
}

#[test]
fn icalendar_is_read_with_folds_spans_and_hints() {
    let import = read(ICALENDAR).expect("a calendar");
    assert_eq!((import.form, import.source.as_str()), (Form::ICalendar, "清澜医联体 2031, 院历"));
    assert_eq!(
        told(&import),
        [
            "2031-01-01 Holiday 元旦/New Year's Day",
            "2031-01-22 Holiday 春节/Spring Festival",
            "2031-01-23 Holiday 春节/Spring Festival",
            "2031-01-24 Holiday 春节/Spring Festival",
            "2031-01-25 Makeup 春节/Spring Festival",
            "2031-02-01 Follows(4) 国庆节调休, 按周四排班/",
            "2031-02-02 Follows(4) 国庆节调休, 按周四排班/",
            "2031-03-02 Closed 设备检修停诊/",
            "2031-03-09 Closed 设备检修停诊/",
            "2031-03-16 Closed 设备检修停诊/",
            "2031-05-01 ExpertsOff 院庆专家停诊/",
        ]
    );
    let lines = |name: &str| {
        let start = String::from_utf8_lossy(ICALENDAR);
        1 + start.lines().position(|line| line.contains(name)).expect("in the sample")
    };
    assert_eq!(
        import.warnings,
        [
            Warning::AtTime { line: lines("UID:6") - 1, name: "晨会".into() },
            Warning::Unclear { line: lines("UID:7") - 1, name: "妇女节".into() },
            Warning::Cancelled { line: lines("UID:8") - 1, name: "院庆休息".into() },
        ]
    );
    assert!(import.years.is_empty(), "two statutory holidays are no notice");
}

#[test]
fn words_tell_rest_from_work() {
    let check = |summary: &str, expected: Option<SpecialKind>| {
        let import = read(&event(&format!("DTSTART:20310203\nSUMMARY:{summary}"))).expect("a calendar");
        assert_eq!(import.days.first().map(|day| day.kind), expected, "{summary}");
        assert_eq!(import.warnings.is_empty(), expected.is_some(), "{summary}: what is left out is told");
    };
    for rest in ["春节", "清明节 假期", "国庆节（休）", "放假", "Public holiday", "Day off", "今日不上班", "labour day"]
    {
        check(rest, Some(SpecialKind::Holiday));
    }
    for worked in ["春节（班）", "国庆节补班", "国庆调休上班", "班", "National Day make-up workday", "元旦 班"]
    {
        check(worked, Some(SpecialKind::Makeup));
    }
    for closed in ["停诊一天", "Closed for repair", "全院停业"] {
        check(closed, Some(SpecialKind::Closed));
    }
    check("专家停诊", Some(SpecialKind::ExpertsOff));
    check("补班（按星期天排班）", Some(SpecialKind::Follows(7)));
    check("Makeup\\, follows Friday", Some(SpecialKind::Follows(5)));
    for unclear in ["调休", "教师节", "值班", "Team meeting", ""] {
        check(unclear, None);
    }
}

#[test]
fn a_file_that_is_wrong_is_refused_with_its_line() {
    let check = |bytes: &[u8], expected: &str| {
        let error = read(bytes).expect_err("refused");
        assert_eq!(error.to_string(), expected);
        assert!(!error.say().zh.is_empty() && error.say().zh != error.say().en);
    };
    check(
        b"",
        "the file is neither a holiday notice in JSON nor iCalendar (it should begin with { or BEGIN:VCALENDAR)",
    );
    check(&vec![b' '; FILE_BYTES_MAX + 1], "the file has 1048577 bytes, at most 1048576 are read");
    check(b"{\n\"year\": 2031\n}", "line 3: not the JSON of a holiday notice (missing field `days`)");
    check(b"{\"year\": 31, \"days\": []}", "a notice of the year 31 cannot be");
    check(b"BEGIN:VCALENDAR\nwhat\nEND:VCALENDAR", "line 2: should be `NAME:value`");
    check(b"BEGIN:VCALENDAR\nSUMMARY:\xFF\nEND:VCALENDAR", "line 2: not UTF-8, save the file as UTF-8");
    check(b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR", "line 3: BEGIN and END do not match");
    check(b"BEGIN:VCALENDAR\nEND:VCALENDAR\nX:y", "line 3: BEGIN and END do not match");
    check(b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20310101", "the file is cut off: VEVENT has no END");
    check(&event("SUMMARY:休"), "line 2: the event has no DTSTART");
    check(&event("DTSTART:20310230"), "line 3: `20310230` is not a date");
    check(&event("DTSTART:20310203\nDTEND:20310202"), "line 2: the event ends before it starts");
    check(&event("DTSTART:20310203\nDTEND:20320205"), "line 2: the event is longer than 366 days");
    check(&event("DTSTART:20310203\nDURATION:PT9H"), "line 4: DURATION:PT9H is not supported");
    check(&event("DTSTART:20310203\nEXDATE:20310204"), "line 4: EXDATE is not supported");
    let repeats = |rule: &str| event(&format!("DTSTART:20310203\nSUMMARY:休\nRRULE:{rule}"));
    check(&repeats("FREQ=WEEKLY"), "line 5: RRULE without COUNT or UNTIL is not supported");
    check(&repeats("FREQ=HOURLY;COUNT=3"), "line 5: RRULE FREQ=HOURLY is not supported");
    check(&repeats("FREQ=DAILY;INTERVAL=2;COUNT=3"), "line 5: RRULE INTERVAL=2 is not supported");
    check(&repeats("FREQ=WEEKLY;COUNT=3;BYDAY=MO,TU"), "line 5: RRULE BYDAY=MO,TU is not supported");
    check(&repeats("FREQ=YEARLY;UNTIL=99991231"), "too many days, at most 2000 are read at once");
}

#[test]
fn a_simple_repetition_is_unrolled() {
    let check = |start: &str, rule: &str, expected: &[Date]| {
        let import = read(&event(&format!("DTSTART:{start}\nSUMMARY:休\nRRULE:{rule}"))).expect("a calendar");
        assert_eq!(import.days.iter().map(|day| day.date).collect::<Vec<_>>(), expected, "{rule}");
    };
    check("20310203", "FREQ=DAILY;COUNT=2", &[date(2031, 2, 3), date(2031, 2, 4)]);
    check("20310203", "FREQ=WEEKLY;UNTIL=20310210;WKST=SU", &[date(2031, 2, 3), date(2031, 2, 10)]);
    check("20280229", "FREQ=YEARLY;COUNT=2;BYMONTH=2;BYMONTHDAY=29", &[date(2028, 2, 29), date(2032, 2, 29)]);
    check("20310203", "FREQ=YEARLY;UNTIL=20320203T235959Z", &[date(2031, 2, 3), date(2032, 2, 3)]);
}

#[test]
fn the_last_word_on_a_date_wins_and_is_told() {
    let days = br#"{"year": 2031, "days": [
        {"name": "A", "date": "2031-05-01", "isOffDay": true},
        {"name": "B", "date": "2031-05-01", "isOffDay": false},
        {"name": "C", "date": "2032-01-01", "isOffDay": true},
        {"name": "C", "date": "2032-01-01", "isOffDay": true}]}"#;
    let import = read(days).expect("a notice");
    assert_eq!(told(&import), ["2031-05-01 Makeup B/", "2032-01-01 Holiday C/"]);
    let outside = Warning::OtherYear { date: date(2032, 1, 1), year: 2031 };
    let doubled = Warning::DoubledDate { date: date(2031, 5, 1) };
    assert_eq!(import.warnings, [outside.clone(), outside, doubled]);
}

#[test]
fn a_year_announced_without_days_is_not_loaded() {
    let import = read(br#"{"year": 2031, "papers": [], "days": []}"#).expect("a notice");
    assert_eq!((import.years, import.warnings), (vec![], vec![Warning::Empty]));
}

#[test]
fn what_an_import_changes_is_told_before_it_is_used() {
    let import = read(NOTICE).expect("a notice");
    let mut held = import.days.clone();
    held.remove(0);
    held[0].name = Text::new("旧名", "");
    held[5].date = date(2031, 12, 31);
    let difference = Difference::of(&Calendar::new(held, vec![]), &import.days, &import.years);
    let dates = |days: &[crate::schedule::SpecialDay]| days.iter().map(|day| day.date).collect::<Vec<_>>();
    assert_eq!(dates(&difference.added), [date(2031, 1, 1), date(2031, 10, 11)]);
    assert_eq!(difference.changed.len(), 1);
    assert_eq!(difference.unchanged.len(), 4);
    assert_eq!(dates(&difference.kept), [date(2031, 12, 31)]);
    assert_eq!(difference.to_write().count(), 3);
    let site = crate::id::SiteId::parse("QLYF").expect("name");
    let own = import.at_site(&site);
    assert!(own.years.is_empty());
    assert!(own.days.iter().all(|day| day.site.as_ref() == Some(&site)));
}

#[test]
fn the_published_notices_are_read_day_by_day() {
    let Some(folder) = std::env::var_os("ANTEROOM_TEST_DATA") else {
        eprintln!("skipped: ANTEROOM_TEST_DATA is not set, so there are no published notices to read");
        return;
    };
    let check = |year: i16, holidays: usize, makeups: &[Date]| {
        let path = Path::new(&folder).join(format!("holiday-cn/{year}.json"));
        let import = read(&std::fs::read(&path).expect("the notice is there")).expect("a notice");
        assert_eq!((&import.years, &import.warnings), (&vec![year], &vec![]));
        assert!(import.days.iter().all(|day| !day.name.en.is_empty()), "every name has its English");
        let calendar = Calendar::new(import.days, import.years);
        let of_year: Vec<_> =
            date(year, 1, 1).series(jiff::Span::new().days(1)).take_while(|d| d.year() == year).collect();
        let of_kind = |kind| of_year.iter().copied().filter(|day| calendar.day(*day).kind == kind).collect::<Vec<_>>();
        assert_eq!(of_kind(DayKind::Holiday).len(), holidays, "{year}");
        assert_eq!(of_kind(DayKind::MakeupDay), makeups, "{year}");
        assert!(makeups.iter().all(|day| DayKind::of_weekday(day.weekday()) == DayKind::RestDay));
        calendar
    };
    let spring = |calendar: &Calendar, first: Date, days: usize| {
        for day in first.series(jiff::Span::new().days(1)).take(days) {
            let day = calendar.day(day);
            assert_eq!((day.kind, day.why().en.as_str()), (DayKind::Holiday, "Spring Festival: statutory holiday"));
        }
    };
    let d = |month, day| date(2024, month, day);
    let makeups = [d(2, 4), d(2, 18), d(4, 7), d(4, 28), d(5, 11), d(9, 14), d(9, 29), d(10, 12)];
    spring(&check(2024, 28, &makeups), d(2, 10), 8);
    let d = |month, day| date(2025, month, day);
    spring(&check(2025, 28, &[d(1, 26), d(2, 8), d(4, 27), d(9, 28), d(10, 11)]), d(1, 28), 8);
    let d = |month, day| date(2026, month, day);
    let calendar = check(2026, 33, &[d(1, 4), d(2, 14), d(2, 28), d(5, 9), d(9, 20), d(10, 10)]);
    spring(&calendar, d(2, 15), 9);
    assert!(calendar.day(d(1, 4)).kind.is_worked(), "the Sunday after New Year is worked");
    assert_eq!(calendar.day(d(11, 25)).why().zh, "周三，工作日");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), form in 0..3) {
        let start: &[u8] = match form { 0 => b"", 1 => b"BEGIN:VCALENDAR\n", _ => b"{\"year\":2031,\"days\":[" };
        let _ = read(&[start, &bytes].concat());
    }

    #[test]
    fn a_damaged_calendar_is_read_or_refused_but_never_too_large(
        place in 0..ICALENDAR.len(), byte in any::<u8>(), cut in 0..ICALENDAR.len(),
    ) {
        let mut bytes = ICALENDAR.to_vec();
        bytes[place] = byte;
        for bytes in [&bytes[..], &bytes[..cut]] {
            match read(bytes) {
                Ok(import) => {
                    prop_assert!(import.days.len() <= DAYS_MAX);
                    prop_assert!(import.days.is_sorted_by(|a, b| a.date < b.date), "each date once");
                }
                Err(error) => prop_assert!(!error.say().en.is_empty()),
            }
        }
    }

    #[test]
    fn lines_of_an_event_never_panic(lines in prop::collection::vec(
        ("(DTSTART|DTEND|SUMMARY|RRULE|DURATION|CATEGORIES|BEGIN|END)", "[0-9TPDW=;,A-Z班休\\\\]{0,12}"), 0..8)) {
        let lines: Vec<_> = lines.iter().map(|(name, value)| format!("{name}:{value}")).collect();
        let _ = read(&event(&lines.join("\n")));
    }
}
