//! Sums of the books: plays and opens over a span of hours, and what could not be counted.

use std::ops::Range;

use anteroom_content::clock::Instant;
use anteroom_content::id::{ItemId, ScreenId, ZoneId};

use super::{Db, DbError, DbResult, rollups};

/// Plays of one item or screen, summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PlaySum {
    /// Showings begun.
    pub plays: u64,
    /// Showings that ended as planned.
    pub complete: u64,
    /// Time on the glass.
    pub shown_ms: u64,
    /// How long of that the power of the display could be read.
    pub lamp_ms: u64,
    /// How long of that it had power.
    pub lit_ms: u64,
}

type SumRow = (String, i64, i64, i64, i64, i64);

/// The sums of a question, in the order of [`SumRow`].
macro_rules! sums {
    () => {
        "cast(sum(plays) as bigint), cast(sum(complete) as bigint), cast(sum(shown_ms) as bigint),
         cast(sum(lamp_ms) as bigint), cast(sum(lit_ms) as bigint)"
    };
}

/// Plays of every item that has any in the hours (since 1970, half-open).
pub async fn plays_by_item(db: &Db, hours: Range<i64>) -> DbResult<Vec<(ItemId, PlaySum)>> {
    let found = rows!(
        db,
        SumRow,
        concat!(
            "select item, ",
            sums!(),
            " from play_item_hour where hour >= $1 and hour < $2 group by item order by item"
        ),
        hours.start,
        hours.end
    )?;
    found.into_iter().map(|row| Ok((named(ItemId::parse(&row.0))?, sum(&row)))).collect()
}

/// Plays of every screen that has any in the hours (since 1970, half-open).
pub async fn plays_by_screen(db: &Db, hours: Range<i64>) -> DbResult<Vec<(ScreenId, PlaySum)>> {
    let (head, days, tail) = rollups::cut(&hours);
    let found = rows!(
        db,
        SumRow,
        concat!(
            "select screen, ",
            sums!(),
            " from (
             select screen, plays, complete, shown_ms, lamp_ms, lit_ms from play_screen_day where day >= $3 and day < $4
             union all select screen, plays, complete, shown_ms, lamp_ms, lit_ms from play_hour
             where hour >= $1 and hour < $2
             union all select screen, plays, complete, shown_ms, lamp_ms, lit_ms from play_hour
             where hour >= $5 and hour < $6
         ) parts group by screen order by screen"
        ),
        head.start,
        head.end,
        days.start,
        days.end,
        tail.start,
        tail.end
    )?;
    found.into_iter().map(|row| Ok((named(ScreenId::parse(&row.0))?, sum(&row)))).collect()
}

/// Plays of every item on every screen of a zone in the hours (since 1970, half-open).
pub async fn plays_in_zone(db: &Db, zone: &ZoneId, hours: Range<i64>) -> DbResult<Vec<(ScreenId, ItemId, PlaySum)>> {
    let found = rows!(
        db,
        (String, String, i64, i64, i64, i64, i64),
        concat!(
            "select screen, item, ",
            sums!(),
            " from play_hour where zone = $1 and hour >= $2 and hour < $3 group by screen, item order by screen, item"
        ),
        zone.as_str(),
        hours.start,
        hours.end
    )?;
    let mut sums = Vec::with_capacity(found.len());
    for (screen, item, plays, complete, shown_ms, lamp_ms, lit_ms) in found {
        let sum = sum(&(String::new(), plays, complete, shown_ms, lamp_ms, lit_ms));
        sums.push((named(ScreenId::parse(&screen))?, named(ItemId::parse(&item))?, sum));
    }
    Ok(sums)
}

/// Opens of the page of every item that was opened in the hours; pages that showed no item are left out.
pub async fn opens_by_item(db: &Db, hours: Range<i64>) -> DbResult<Vec<(ItemId, u64)>> {
    let found = rows!(
        db,
        (String, i64),
        "select item, cast(sum(count) as bigint) from scan
         where hour >= $1 and hour < $2 and step = 'open' and item <> '' group by item order by item",
        hours.start,
        hours.end
    )?;
    found.into_iter().map(|(item, opens)| Ok((named(ItemId::parse(&item))?, count(opens)))).collect()
}

/// Opens of one step (`open` or `clinic`) by the screen whose code was scanned.
pub async fn opens_by_screen(db: &Db, step: &str, hours: Range<i64>) -> DbResult<Vec<(ScreenId, u64)>> {
    let found = rows!(
        db,
        (String, i64),
        "select screen, cast(sum(count) as bigint) from scan
         where step = $1 and hour >= $2 and hour < $3 group by screen order by screen",
        step,
        hours.start,
        hours.end
    )?;
    found.into_iter().map(|(screen, opens)| Ok((named(ScreenId::parse(&screen))?, count(opens)))).collect()
}

/// Plays that boxes can no longer prove, by when that was noticed.
pub async fn plays_missing(db: &Db, noticed: Range<Instant>) -> DbResult<u64> {
    let found = row!(
        db,
        (i64,),
        "select cast(coalesce(sum(last_seq - first_seq + 1), 0) as bigint) from play_gap
         where noticed_at >= $1 and noticed_at < $2",
        noticed.start.0,
        noticed.end.0
    )?;
    Ok(found.map_or(0, |(plays,)| count(plays)))
}

/// Batches that were kept but not counted, by when they came.
pub async fn batches_quarantined(db: &Db, received: Range<Instant>) -> DbResult<u64> {
    let found = row!(
        db,
        (i64,),
        "select count(*) from play_quarantine where received_at >= $1 and received_at < $2",
        received.start.0,
        received.end.0
    )?;
    Ok(found.map_or(0, |(batches,)| count(batches)))
}

fn count(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

fn sum((_, plays, complete, shown_ms, lamp_ms, lit_ms): &SumRow) -> PlaySum {
    let [plays, complete, shown_ms, lamp_ms, lit_ms] = [plays, complete, shown_ms, lamp_ms, lit_ms].map(|n| count(*n));
    PlaySum { plays, complete, shown_ms, lamp_ms, lit_ms }
}

fn named<T>(name: Result<T, anteroom_content::id::BadName>) -> DbResult<T> {
    name.map_err(|error| DbError::Unreadable { what: "total", why: error.to_string() })
}

#[cfg(test)]
pub(crate) mod tests {
    use anteroom_content::play::books::{Books as _, Entry as _, HourKey, HourTotal, Page};

    use super::*;
    use crate::db::tests::on_each_engine;

    /// Books plays of one item on one screen in an hour.
    pub(crate) async fn book(db: &Db, hour: i64, screen: &str, item: &str, plays: i64, shown_ms: i64) {
        book_in(db, "Z03", hour, screen, item, plays, shown_ms).await;
    }

    /// The same in any zone.
    pub(crate) async fn book_in(db: &Db, zone: &str, hour: i64, screen: &str, item: &str, plays: i64, shown_ms: i64) {
        let key = HourKey {
            hour,
            screen: ScreenId::parse(screen).expect("a name"),
            zone: ZoneId::parse(zone).expect("a name"),
            item: ItemId::parse(item).expect("a name"),
            item_version: 1,
        };
        let mut page = Page::default();
        page.hours.insert(
            key,
            HourTotal {
                plays,
                complete: plays - 1,
                shown_ms,
                planned_ms: shown_ms,
                lamp_ms: shown_ms,
                lit_ms: shown_ms / 2,
            },
        );
        let mut entry = db.enter().await.expect("an entry");
        entry.write(&page).await.expect("booked");
        entry.commit().await.expect("booked");
    }

    /// Books a gap of ten plays and one batch in quarantine.
    pub(crate) async fn book_trouble(db: &Db, at: Instant) {
        execute!(
            db,
            "insert into play_gap (box, log_epoch, first_seq, last_seq, noticed_at) values ('b', 1, 11, 20, $1)",
            at.0
        )
        .expect("booked");
        execute!(
            db,
            "insert into play_quarantine (box, hash, log_epoch, first_seq, received_at, reason, envelope)
             values ('b', $1, 1, 21, $2, 'damaged', '{}')",
            at.0.to_string(),
            at.0
        )
        .expect("booked");
    }

    #[tokio::test]
    async fn hours_outside_the_span_do_not_count() {
        on_each_engine(|db| async move {
            book(&db, 9, "Z03-1", "C01", 100, 1).await;
            book(&db, 10, "Z03-1", "C01", 4, 40_000).await;
            book(&db, 11, "Z03-2", "C01", 6, 60_000).await;
            book(&db, 12, "Z03-2", "C01", 100, 1).await;
            let by_item = plays_by_item(&db, 10..12).await.expect("asked");
            let told: Vec<_> = by_item.iter().map(|(item, sum)| (item.as_str(), *sum)).collect();
            assert_eq!(
                told,
                [("C01", PlaySum { plays: 10, complete: 8, shown_ms: 100_000, lamp_ms: 100_000, lit_ms: 50_000 })]
            );
            let by_screen = plays_by_screen(&db, 10..12).await.expect("asked");
            let told: Vec<_> = by_screen.iter().map(|(screen, sum)| (screen.as_str(), sum.plays)).collect();
            assert_eq!(told, [("Z03-1", 4), ("Z03-2", 6)]);
        })
        .await;
    }

    #[tokio::test]
    async fn days_that_begin_at_any_hour_are_summed_from_whole_ones_and_what_is_left() {
        on_each_engine(|db| async move {
            for hour in 0..120 {
                book(&db, hour, "Z03-1", "C01", hour + 1, 1_000).await;
                book(&db, hour, "Z03-2", "C02", 1, 500).await;
            }
            for (start, end) in [(0, 120), (16, 64), (23, 25), (24, 48), (5, 7), (17, 117), (50, 50)] {
                let plays: u64 = (start..end).map(|hour: u64| hour + 1).sum();
                let hours = i64::try_from(start).expect("an hour")..i64::try_from(end).expect("an hour");
                let by_screen = plays_by_screen(&db, hours.clone()).await.expect("asked");
                let told: Vec<_> = by_screen.iter().map(|(screen, sum)| (screen.as_str(), sum.plays)).collect();
                let both = [("Z03-1", plays), ("Z03-2", end - start)];
                assert_eq!(told, if plays > 0 { &both[..] } else { &[] }, "{hours:?}");
                let by_item = plays_by_item(&db, hours.clone()).await.expect("asked");
                assert_eq!(by_item.iter().map(|(_, sum)| sum.plays).sum::<u64>(), plays + end - start, "{hours:?}");
            }
        })
        .await;
    }

    #[tokio::test]
    async fn what_could_not_be_counted_is_told() {
        on_each_engine(|db| async move {
            book_trouble(&db, Instant(1_000)).await;
            assert_eq!(plays_missing(&db, Instant(0)..Instant(2_000)).await.expect("asked"), 10);
            assert_eq!(plays_missing(&db, Instant(0)..Instant(1_000)).await.expect("asked"), 0);
            assert_eq!(batches_quarantined(&db, Instant(1_000)..Instant(1_001)).await.expect("asked"), 1);
        })
        .await;
    }
}
