//! Rules in words: what people read, and that no two rules read alike.

use std::collections::HashMap;

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;

use super::Recurrence;
use super::random::{CASES, Period, draft};

#[test]
fn a_rule_is_said_in_both_languages() {
    let cases = [
        ("FREQ=DAILY", "每天", "every day"),
        ("FREQ=DAILY;INTERVAL=2;COUNT=5", "每两天，共5次", "every 2 days, 5 times"),
        (
            "FREQ=DAILY;BYMONTH=1,2;BYMONTHDAY=1;BYDAY=MO",
            "每天（只限1月、2月，且为1日，且为周一）",
            "every day, only in January and February if on the 1st if on Monday",
        ),
        ("FREQ=WEEKLY", "每周，与首日同一个星期几", "every week on the first date's weekday"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "每周一至周五", "every week on Monday to Friday"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE", "每两周的周一、周三", "every 2 weeks on Monday and Wednesday"),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;WKST=SU",
            "每两周的周二（一周从周日算起）",
            "every 2 weeks on Tuesday (weeks begin on Sunday)",
        ),
        ("FREQ=MONTHLY", "每月与首日同号的那天", "every month on the first date's day"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "每月最后一个周五", "every month on the last Friday"),
        ("FREQ=MONTHLY;INTERVAL=3;BYDAY=2TU", "每三个月的第二个周二", "every 3 months on the 2nd Tuesday"),
        (
            "FREQ=MONTHLY;BYMONTHDAY=1,15,-1,-2",
            "每月1日、15日、倒数第二天、最后一天",
            "every month on the 1st, the 15th, the 2nd-last day and the last day",
        ),
        ("FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR", "每月13日（须为周五）", "every month on the 13th (if it is a Friday)"),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            "每月每个周一至周五，每期只取最后一个",
            "every month on each Monday to Friday, each time only the last of them",
        ),
        (
            "FREQ=YEARLY;UNTIL=20301231",
            "每年与首日同月同日，到2030年12月31日为止",
            "every year on the first date, until 2030-12-31",
        ),
        ("FREQ=YEARLY;BYMONTH=5;BYDAY=2SU", "每年5月的第二个周日", "every year on the 2nd Sunday of May"),
        ("FREQ=YEARLY;BYDAY=20MO", "每年的第20个周一", "every year on the 20th Monday"),
        ("FREQ=YEARLY;BYMONTHDAY=29", "每年首日所在的月份的29日", "every year on the 29th of the first date's month"),
    ];
    for (rule, zh, en) in cases {
        let said = Recurrence::parse(rule).expect(rule).say();
        assert_eq!((said.zh.as_str(), said.en.as_str()), (zh, en));
    }
}

#[test]
fn no_two_rules_are_said_alike() {
    let mut runner = TestRunner::deterministic();
    let (mut chinese, mut english) = (HashMap::new(), HashMap::new());
    for _ in 0..CASES {
        let mut draft = draft().new_tree(&mut runner).expect("a draft").current();
        // A first weekday that changes no date is not said.
        if draft.period != Period::Week || (draft.interval == 1 && draft.positions.is_empty()) {
            draft.week_start = 0;
        }
        let Ok(rule) = Recurrence::parse(&draft.text()) else { continue };
        let said = rule.say();
        for (said, before) in [(said.zh, &mut chinese), (said.en, &mut english)] {
            let other = before.entry(said.clone()).or_insert_with(|| rule.clone());
            assert_eq!(*other, rule, "{said}");
        }
    }
    assert!(chinese.len() > 5_000);
}
