//! What days are, for every date and any calendar.

use jiff::civil::{Date, Weekday, date};
use proptest::prelude::*;

use super::*;
use crate::id::SiteId;
use crate::text::Text;

fn site(name: &str) -> SiteId {
    SiteId::parse(name).expect("name")
}

fn special(date: Date, kind: SpecialKind, at: Option<&str>) -> SpecialDay {
    SpecialDay { date, kind, name: Text::new("某日", "A day"), site: at.map(site) }
}

fn a_date() -> impl Strategy<Value = Date> {
    (2020i16..2040, 1i8..=12, 1i8..=28).prop_map(|(year, month, day)| date(year, month, day))
}

fn a_kind() -> impl Strategy<Value = SpecialKind> {
    prop_oneof![
        Just(SpecialKind::ExpertsOff),
        Just(SpecialKind::Closed),
        Just(SpecialKind::Holiday),
        Just(SpecialKind::Makeup),
        (0u8..10).prop_map(SpecialKind::Follows),
    ]
}

fn a_day() -> impl Strategy<Value = SpecialDay> {
    let at = prop_oneof![Just(None), Just(Some("A")), Just(Some("B"))];
    // Few dates, so that days of one date and of several sites meet.
    (1i8..=10, a_kind(), at).prop_map(|(day, kind, at)| special(date(2031, 5, day), kind, at))
}

#[test]
fn every_kind_of_special_day_makes_its_kind_of_day() {
    let (saturday, wednesday) = (date(2031, 2, 1), date(2031, 2, 5));
    let check = |kind: SpecialKind, on: Date, expected: (DayKind, Weekday), why: &str| {
        let calendar = Calendar::new(vec![special(on, kind, None)], vec![]);
        let day = calendar.day(on);
        assert_eq!(((day.kind, day.weekday), day.why().en.as_str()), (expected, why));
        assert_eq!(calendar.working_weekday(on), expected.1);
    };
    check(SpecialKind::Holiday, wednesday, (DayKind::Holiday, Weekday::Wednesday), "A day: statutory holiday");
    let own = "A day: holiday (expert clinics off)";
    check(SpecialKind::ExpertsOff, saturday, (DayKind::Holiday, Weekday::Saturday), own);
    check(SpecialKind::Makeup, saturday, (DayKind::MakeupDay, Weekday::Saturday), "A day: make-up workday");
    check(SpecialKind::Closed, wednesday, (DayKind::Closure, Weekday::Wednesday), "A day: closed");
    check(SpecialKind::Follows(4), saturday, (DayKind::MakeupDay, Weekday::Thursday), "A day: follows Thursday");
    check(SpecialKind::Follows(5), wednesday, (DayKind::Workday, Weekday::Friday), "A day: follows Friday");
    check(SpecialKind::Follows(7), wednesday, (DayKind::RestDay, Weekday::Sunday), "A day: follows Sunday");
    check(SpecialKind::Follows(9), saturday, (DayKind::RestDay, Weekday::Saturday), "A day: its own weekday");
}

#[test]
fn a_year_without_its_notice_says_so() {
    let calendar = Calendar::new(vec![], vec![2031]);
    assert_eq!(calendar.day(date(2031, 2, 5)).why(), Text::new("周三，工作日", "Wednesday, workday"));
    let unknown = calendar.day(date(2032, 2, 1));
    assert!(!unknown.is_published);
    assert_eq!(unknown.why().zh, "周日，休息日（尚未导入国务院 2032 年放假通知，按星期推算）");
    assert_eq!(unknown.why().en, "Sunday, rest day (2032: State Council notice not loaded; weekday rules used)");
}

#[test]
fn a_closure_of_one_site_leaves_the_others_open() {
    let day = date(2031, 5, 1);
    let days = vec![special(day, SpecialKind::Closed, Some("A")), special(day, SpecialKind::Holiday, None)];
    let calendar = Calendar::new(days, vec![]);
    assert_eq!(calendar.day(day).kind, DayKind::Holiday);
    assert_eq!(calendar.day_at(&site("A"), day).kind, DayKind::Closure);
    assert_eq!(calendar.day_at(&site("A"), day).why().zh, "某日：停业日（本院区）");
    assert_eq!(calendar.day_at(&site("B"), day).kind, DayKind::Holiday);
    assert_eq!(calendar.of_site(&site("A")).day(day).kind, DayKind::Closure);
    assert_eq!(calendar.of_site(&site("A")).days().len(), 1, "the general day is overruled");
}

#[test]
fn a_calendar_survives_its_text_and_older_text_is_read() {
    let older = r#"{"days":[{"date":"2031-02-01","kind":{"follows":4},"name":{"zh":"调休","en":""}},
        {"date":"2031-01-01","kind":"experts_off","name":{"zh":"元旦"}},
        {"date":"2031-01-01","kind":"closed","name":{"zh":"元旦"}}]}"#;
    let calendar: Calendar = serde_json::from_str(older).expect("as it was written before");
    assert_eq!(calendar.day(date(2031, 1, 1)).kind, DayKind::Closure, "the last one of a date wins");
    assert_eq!(calendar.working_weekday(date(2031, 2, 1)), Weekday::Thursday);
    let text = serde_json::to_string(&calendar).expect("written");
    assert_eq!(
        text,
        r#"{"days":[{"date":"2031-01-01","kind":"closed","name":{"zh":"元旦","en":""}},{"date":"2031-02-01","kind":{"follows":4},"name":{"zh":"调休","en":""}}]}"#
    );
    assert_eq!(serde_json::from_str::<Calendar>(&text).expect("read"), calendar);
    assert_eq!(serde_json::from_str::<Calendar>("{}").expect("read"), Calendar::default());
}

#[test]
fn day_kinds_are_written_as_names() {
    assert_eq!(serde_json::to_string(&DayKinds::WORKED).expect("written"), r#"["workday","makeup_day"]"#);
    assert!(serde_json::from_str::<DayKinds>(r#"["someday"]"#).is_err());
    assert!(serde_json::from_str::<DayKinds>("[]").expect("read").is_empty());
    assert_eq!(DayKinds::default(), DayKinds::ALL);
    assert_eq!(DayKind::ALL.into_iter().collect::<DayKinds>(), DayKinds::ALL);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn every_date_is_exactly_one_kind_at_every_site(days in prop::collection::vec(a_day(), 0..20), on in a_date()) {
        let calendar = Calendar::new(days, vec![2031]);
        for day in [calendar.day(on), calendar.day_at(&site("A"), on), calendar.of_site(&site("B")).day(on)] {
            prop_assert_eq!(DayKind::ALL.iter().filter(|kind| DayKinds::from_iter([day.kind]).holds(**kind)).count(), 1);
            prop_assert_eq!(day.is_published, on.year() == 2031);
            if day.special.is_none() {
                prop_assert_eq!((day.kind, day.weekday), (DayKind::of_weekday(on.weekday()), on.weekday()));
            }
        }
    }

    #[test]
    fn the_last_word_of_the_site_wins_then_the_last_general_one(days in prop::collection::vec(a_day(), 0..20), n in 1i8..=10) {
        let on = date(2031, 5, n);
        let calendar = Calendar::new(days.clone(), vec![]);
        let last = |at: Option<&SiteId>| days.iter().rev().find(|day| day.date == on && day.site.as_ref() == at);
        for name in ["A", "B", "C"] {
            let wanted = last(Some(&site(name))).or(last(None));
            prop_assert_eq!(calendar.special_at(&site(name), on), wanted);
            let own = calendar.of_site(&site(name));
            prop_assert_eq!(own.special(on), wanted);
        }
        prop_assert_eq!(calendar.special(on), last(None));
    }

    #[test]
    fn a_day_follows_another_weekday_only_when_it_is_said(on in a_date(), kind in a_kind()) {
        let calendar = Calendar::new(vec![special(on, kind, None)], vec![]);
        let day = calendar.day(on);
        match kind {
            SpecialKind::Follows(number @ 1..=7) => {
                prop_assert_eq!(day.weekday.to_monday_one_offset(), i8::try_from(number).expect("small"));
                prop_assert_eq!(day.kind.is_worked(), number <= 5, "it is worked when the day it follows is");
            }
            SpecialKind::Makeup => prop_assert_eq!((day.kind, day.weekday), (DayKind::MakeupDay, on.weekday())),
            SpecialKind::Follows(_) | SpecialKind::ExpertsOff | SpecialKind::Closed | SpecialKind::Holiday => {
                prop_assert_eq!(day.weekday, on.weekday());
            }
        }
    }

    #[test]
    fn a_set_of_kinds_survives_its_text(bits in prop::collection::vec(any::<bool>(), 5)) {
        let kinds: DayKinds = DayKind::ALL.into_iter().zip(bits).filter(|(_, is_in)| *is_in).map(|(kind, _)| kind).collect();
        let text = serde_json::to_string(&kinds).expect("written");
        prop_assert_eq!(serde_json::from_str::<DayKinds>(&text).expect("read"), kinds);
    }

    #[test]
    fn a_calendar_survives_its_text(days in prop::collection::vec(a_day(), 0..20), years in prop::collection::vec(2020i16..2040, 0..5)) {
        let calendar = Calendar::new(days, years);
        for calendar in [calendar.of_site(&site("A")), calendar] {
            let text = serde_json::to_string(&calendar).expect("written");
            prop_assert_eq!(serde_json::from_str::<Calendar>(&text).expect("read"), calendar);
        }
    }
}
