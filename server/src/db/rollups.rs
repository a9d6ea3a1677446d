//! Sums of hourly totals, kept with them in the same entry, so that a month of the largest network is a short answer: of each
//! item by the hour, and of each screen by the day of universal time.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use anteroom_content::play::books::{HourKey, HourTotal};

use super::bulk::{Many, Value};
use super::{DbResult, Tx};

/// Hours of a day of universal time.
const DAY_HOURS: i64 = 24;

const SUMS: &str = "do update set plays = plays_before.plays + excluded.plays,
    complete = plays_before.complete + excluded.complete, shown_ms = plays_before.shown_ms + excluded.shown_ms,
    planned_ms = plays_before.planned_ms + excluded.planned_ms, lamp_ms = plays_before.lamp_ms + excluded.lamp_ms,
    lit_ms = plays_before.lit_ms + excluded.lit_ms";

fn adding(table: &str, key: &str) -> Many {
    let before = format!("insert into {table} ({key}, plays, complete, shown_ms, planned_ms, lamp_ms, lit_ms) values");
    Many::new(&before, 8, &format!("on conflict ({key}) {}", SUMS.replace("plays_before", table)))
}

static ADD_ITEMS: LazyLock<Many> = LazyLock::new(|| adding("play_item_hour", "hour, item"));
static ADD_SCREENS: LazyLock<Many> = LazyLock::new(|| adding("play_screen_day", "day, screen"));

/// Adds what an entry adds to hourly totals.
pub(super) async fn add(tx: &mut Tx<'_>, hours: &BTreeMap<HourKey, HourTotal>) -> DbResult<()> {
    let mut items: BTreeMap<(i64, &str), HourTotal> = BTreeMap::new();
    let mut screens: BTreeMap<(i64, &str), HourTotal> = BTreeMap::new();
    for (key, total) in hours {
        items.entry((key.hour, key.item.as_str())).or_default().add(total);
        screens.entry((key.hour.div_euclid(DAY_HOURS), key.screen.as_str())).or_default().add(total);
    }
    ADD_ITEMS.write(tx, &items.iter().map(row).collect::<Vec<_>>()).await?;
    ADD_SCREENS.write(tx, &screens.iter().map(row).collect::<Vec<_>>()).await
}

fn row<'a>(((when, name), total): (&(i64, &'a str), &HourTotal)) -> [Value<'a>; 8] {
    let [plays, complete, shown_ms, planned_ms, lamp_ms, lit_ms] = numbers(total);
    [Value::Number(*when), Value::Lent(name), plays, complete, shown_ms, planned_ms, lamp_ms, lit_ms]
}

/// A total as columns, in the order the tables name them.
pub(super) fn numbers<'a>(total: &HourTotal) -> [Value<'a>; 6] {
    [total.plays, total.complete, total.shown_ms, total.planned_ms, total.lamp_ms, total.lit_ms].map(Value::Number)
}

/// Hours in the order they come: those before the first whole day, the whole days, and the hours behind the last of them.
pub(super) fn cut(hours: &Range<i64>) -> (Range<i64>, Range<i64>, Range<i64>) {
    let first = hours.start.div_euclid(DAY_HOURS) + i64::from(hours.start.rem_euclid(DAY_HOURS) > 0);
    let last = hours.end.div_euclid(DAY_HOURS);
    if first >= last {
        return (hours.clone(), first..first, hours.end..hours.end);
    }
    (hours.start..first * DAY_HOURS, first..last, last * DAY_HOURS..hours.end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::{migrate, on_each_engine};
    use crate::db::totals::tests::book;
    use crate::db::totals::{PlaySum, plays_by_item, plays_by_screen};

    #[tokio::test]
    async fn hours_of_before_there_were_sums_are_summed_when_the_schema_moves_on() {
        on_each_engine(|db| async move {
            for (hour, screen, item, plays) in
                [(47, "Z03-1", "flu", 3), (48, "Z03-1", "flu", 4), (49, "Z03-1", "salt", 5), (48, "Z03-2", "flu", 6)]
            {
                book(&db, hour, screen, item, plays, plays * 1_000).await;
            }
            let of_items = plays_by_item(&db, 0..72).await.expect("asked");
            let of_screens = plays_by_screen(&db, 0..72).await.expect("asked");
            assert_eq!(of_items.iter().map(|(_, sum)| sum.plays).collect::<Vec<_>>(), [13, 5]);
            for statement in [
                "drop table play_item_hour",
                "drop table play_screen_day",
                "alter table play_batch drop column packed",
                "alter table play_hour drop column lamp_ms",
                "alter table play_hour drop column lit_ms",
            ] {
                execute!(&db, statement).expect("as it was before");
            }
            migrate(&db, include_str!("../../../migrations/0008_rollups.sql")).await;
            migrate(&db, include_str!("../../../migrations/0009_lit.sql")).await;
            // Nobody read the power of displays then.
            let dark = |sum: PlaySum| PlaySum { lamp_ms: 0, lit_ms: 0, ..sum };
            let of_items: Vec<_> = of_items.into_iter().map(|(item, sum)| (item, dark(sum))).collect();
            let of_screens: Vec<_> = of_screens.into_iter().map(|(screen, sum)| (screen, dark(sum))).collect();
            assert_eq!(plays_by_item(&db, 0..72).await.expect("asked"), of_items);
            assert_eq!(plays_by_screen(&db, 0..72).await.expect("asked"), of_screens);
            assert_eq!(plays_by_item(&db, 48..49).await.expect("asked")[0].1.plays, 10);
        })
        .await;
    }

    #[test]
    fn hours_are_cut_into_whole_days_and_what_is_left_on_both_sides() {
        assert_eq!(cut(&(24..72)), (24..24, 1..3, 72..72));
        assert_eq!(cut(&(16..64)), (16..24, 1..2, 48..64));
        assert_eq!(cut(&(30..40)), (30..40, 2..2, 40..40), "no whole day");
        for start in 0..60 {
            for end in start..90 {
                let (head, days, tail) = cut(&(start..end));
                let mut all: Vec<i64> = head.chain(days.start * 24..days.end * 24).chain(tail).collect();
                all.dedup();
                assert_eq!(all, (start..end).collect::<Vec<_>>(), "{start}..{end}");
            }
        }
    }
}
