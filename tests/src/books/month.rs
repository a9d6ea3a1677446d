//! How long answers take when a month of totals is there.

use std::time::{Duration, Instant};

use anteroom_content::id::{ItemId, ScreenId, ZoneId};
use anteroom_content::play::books::{Books as _, Entry as _, HourKey, HourTotal, Page, receive_group};
use anteroom_server::db::{reach, totals};

use super::day::NETWORK;
use super::house::{House, PLAY_MS, hours_ago};
use super::real;
use crate::harness::Outcome;

/// Items of an hour.
const ITEMS: u32 = 8;
/// Plays of an item in an hour of one screen.
const PLAYS: i64 = 45;
/// The hour is asked so often; the median is told.
const TIMES: usize = 5;

/// Measures.
///
/// # Errors
/// When an answer is wrong.
pub(super) async fn measure(house: House, screens: u32, days: u16, tell: &mut impl FnMut(&str)) -> Outcome<()> {
    let (hours, began) = (i64::from(days) * 24, Instant::now());
    let now = hours_ago(0).hour();
    for hour in now - hours..now {
        let mut page = Page::default();
        for screen in 0..screens {
            for item in 1..=ITEMS {
                let key = HourKey {
                    hour,
                    screen: ScreenId::parse(&format!("S{screen:06}"))?,
                    zone: ZoneId::parse(&format!("R00000-Z{}", screen / 2))?,
                    item: ItemId::parse(&format!("card-{item}"))?,
                    item_version: 1,
                };
                let time = PLAYS * PLAY_MS;
                page.hours.insert(
                    key,
                    HourTotal {
                        plays: PLAYS,
                        complete: PLAYS,
                        shown_ms: time,
                        planned_ms: time,
                        lamp_ms: time,
                        lit_ms: time,
                    },
                );
            }
        }
        let mut entry = house.db.enter().await?;
        entry.write(&page).await?;
        entry.commit().await?;
    }
    let rows = u64::try_from(hours)? * u64::from(screens) * u64::from(ITEMS);
    tell(&format!(
        "{days} days of {screens} screens (1:{} of {NETWORK}): {rows} totals written in {:.0} s",
        NETWORK / screens.max(1),
        began.elapsed().as_secs_f64()
    ));
    let db = &house.db;
    let zone = ZoneId::parse("R00000-Z7")?;
    let of_hour = median(|| async { Ok(totals::plays_by_item(db, now - 1..now).await?.len()) }).await?;
    let of_zone = median(|| async { Ok(totals::plays_in_zone(db, &zone, now - 24..now).await?.len()) }).await?;
    let of_day = median(|| async { Ok(totals::plays_by_item(db, now - 24..now).await?.len()) }).await?;
    let by_item = median(|| async { Ok(totals::plays_by_item(db, now - hours..now).await?.len()) }).await?;
    let by_screen = median(|| async { Ok(totals::plays_by_screen(db, now - hours..now).await?.len()) }).await?;
    for (what, took) in [
        ("an hour by item", of_hour),
        ("a zone's day by screen and item", of_zone),
        ("a day by item", of_day),
        ("all days by item", by_item),
        ("all days by screen", by_screen),
    ] {
        tell(&format!("{what}: {:.1} ms", took.as_secs_f64() * 1e3));
    }
    // One box more, with a day of its own, for what was on a screen at a moment.
    let mut writers = house.pair(1).await?;
    let mut group = Vec::new();
    for writer in &mut writers {
        for n in 0..170 {
            let from = hours_ago(25).plus_ms(PLAY_MS * 50 * n);
            let envelope = writer.seal(from, 50)?;
            group.push(writer.open(envelope, from.plus_ms(PLAY_MS * 50))?);
        }
    }
    for verdict in receive_group(db, &group).await? {
        verdict?;
    }
    let (screen, at) = (ScreenId::parse("S000000")?, hours_ago(14));
    let at_once = median(|| async { Ok(reach::batches_around(db, &screen, at).await?.len()) }).await?;
    tell(&format!("what was on a screen at a moment: {:.2} ms", at_once.as_secs_f64() * 1e3));
    let (_folder, size) = house.close().await?;
    if let Some(size) = size {
        let each = real(u32::try_from(size / 1_024)?) * 1_024.0 / real(rows);
        tell(&format!("{:.0} MiB, {each:.0} bytes a total", real(u32::try_from(size / 1_024)?) / 1_024.0));
    }
    Ok(())
}

/// Asks some times; an answer without rows is no answer.
async fn median<F, Fut>(ask: F) -> Outcome<Duration>
where
    F: Fn() -> Fut,
    Fut: Future<Output = Outcome<usize>>,
{
    let mut took = Vec::new();
    for _ in 0..TIMES {
        let began = Instant::now();
        anyhow::ensure!(ask().await? > 0, "an answer without rows");
        took.push(began.elapsed());
    }
    took.sort_unstable();
    Ok(took.get(TIMES / 2).copied().unwrap_or_default())
}
