//! What this form reads, writes back and refuses.

use super::*;

const NOW: Instant = Instant(1_795_572_000_000);

fn full() -> Window {
    let day = |text: &str| text.parse::<Date>().expect("a date");
    Window {
        first: Some(day("2026-11-22")),
        last: Some(day("2027-12-31")),
        days: Weekdays(0b101_0101),
        counts_as: CountsAs::ItsTimetable,
        weeks: Weeks::Odd,
        kinds: DayKinds::WORKED,
        recurrence: Some(Recurrence::parse("FREQ=MONTHLY;BYDAY=1MO,-1FR").expect("a rule")),
        from_min: 22 * 60,
        to_min: 6 * 60 + 30,
        hours_on: vec![
            HoursOn { days: Weekdays(0b110_0000), kinds: DayKinds::ALL, hours: None },
            HoursOn {
                days: Weekdays::ALL,
                kinds: [DayKind::Holiday].into_iter().collect(),
                hours: Some(Hours { from_min: 480, to_min: 1440 }),
            },
        ],
        also: vec![day("2027-01-01"), day("2027-02-01")],
        changes: vec![
            Change { on: day("2026-12-07"), to: None },
            Change {
                on: day("2027-01-04"),
                to: Some(Moved { date: day("2027-01-05"), hours: Hours { from_min: 1320, to_min: 390 } }),
            },
        ],
        time_zone: Some("Asia/Urumqi".to_owned()),
    }
}

#[test]
fn a_window_with_everything_survives_its_form() {
    for window in [full(), Window::ALWAYS] {
        assert_eq!(WindowForm::of(&window).read(NOW), Ok(window));
    }
}

#[test]
fn each_mistake_is_told() {
    let good = WindowForm::of(&full());
    let check = |change: &dyn Fn(&mut WindowForm), key: &str| {
        let mut form = good.clone();
        change(&mut form);
        let told: Vec<_> = form.read(NOW).expect_err(key).into_iter().map(|said| said.key).collect();
        assert_eq!(told, [key]);
    };
    check(&|f| f.day = vec![9], "bad-rule-days");
    check(&|f| f.to.clone_from(&f.from.clone()), "bad-rule-times");
    check(&|f| f.from = "24:00".into(), "bad-rule-times");
    check(&|f| f.to = "00:00".into(), "bad-rule-times");
    check(&|f| f.last = "2026-11-01".into(), "bad-rule-dates");
    check(&|f| f.rrule = "FREQ=HOURLY".into(), "bad-recurrence");
    check(&|f| f.first.clear(), "bad-recurrence-first");
    check(&|f| f.rows[1].to = "25:00".into(), "bad-hours-on");
    check(&|f| f.also = "morgen".into(), "bad-also");
    check(&|f| f.changes.push("2026-10-01 x".into()), "bad-changes");
    check(&|f| f.skip[1] = "2026-10-01".into(), "bad-skip");
    check(&|f| f.time_zone = "Moon/Sea".into(), "bad-time-zone");
}

#[test]
fn a_change_is_added_in_place_of_the_one_of_its_day() {
    let mut form = WindowForm::of(&full());
    form.skip = ["2026-12-07", "2026-12-08", "09:00", "10:00"].map(str::to_owned);
    let changes = form.read(NOW).expect("read").changes;
    assert_eq!(changes.len(), 2);
    assert!(changes.iter().any(|change| change.on.to_string() == "2026-12-07" && change.to.is_some()));
}
