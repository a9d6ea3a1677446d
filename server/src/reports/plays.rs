//! What was played and what was opened, by item and by screen, over days of the hospital's own calendar.

use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Range;

use anteroom_content::clock::{HOUR_MS, Instant, Offsets, UnknownZone};
use anteroom_content::id::{ItemId, ScreenId};
use anteroom_content::place::Role;
use anteroom_content::text::Text;
use jiff::civil::Date;

use crate::db::places::{self, Places};
use crate::db::scans::Step;
use crate::db::totals::{self, PlaySum};
use crate::db::{DbError, items};
use crate::publish::PublishError;
use crate::state::State;

/// Where a day begins while no site says otherwise.
const TIME_ZONE: &str = "Asia/Shanghai";

/// Plays and opens over some days.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlaysReport {
    /// Items that were played or opened, most airtime first.
    pub by_item: Vec<ItemTotal>,
    /// Every full screen, also those that played nothing, and any other that did; by name.
    pub by_screen: Vec<ScreenTotal>,
    /// Plays a box can no longer prove: told, never filled in.
    pub gaps: u64,
    /// Batches that were kept but could not be counted.
    pub quarantined: u64,
}

/// What is known of the power of displays while something stood on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lit {
    /// How long it could be read, in milliseconds.
    pub lamp_ms: u64,
    /// How long of that displays had power.
    pub lit_ms: u64,
}

impl Lit {
    fn of(sum: &PlaySum) -> Self {
        Self { lamp_ms: sum.lamp_ms, lit_ms: sum.lit_ms }
    }

    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self { lamp_ms: self.lamp_ms + other.lamp_ms, lit_ms: self.lit_ms + other.lit_ms }
    }

    /// In percent, rounded down: `99`; none where no power could be read.
    #[must_use]
    pub const fn percent(self) -> Option<u64> {
        (self.lit_ms * 100).checked_div(self.lamp_ms)
    }
}

/// One item's total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemTotal {
    /// Which item, all its versions together.
    pub item: ItemId,
    /// Its headline now; its name when nobody knows it any more.
    pub title: Text,
    /// Showings begun.
    pub plays: u64,
    /// Showings that ended as planned.
    pub complete: u64,
    /// Time on the glass, in milliseconds.
    pub shown_ms: u64,
    /// How long of that the power of displays could be read, and how long of that they had power.
    pub lit: Lit,
    /// Opens of its phone page.
    pub opens: u64,
}

/// One screen's total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScreenTotal {
    /// Which screen.
    pub screen: ScreenId,
    /// What people call it.
    pub name: Text,
    /// Showings begun.
    pub plays: u64,
    /// Showings that ended as planned.
    pub complete: u64,
    /// Time on the glass, in milliseconds.
    pub shown_ms: u64,
    /// How long of that the power of displays could be read, and how long of that they had power.
    pub lit: Lit,
    /// Opens of its education page.
    pub opens: u64,
    /// Opens of its clinic page: another funnel, never added to the first (DOMAIN §0.2b).
    pub clinic_opens: u64,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The database did not answer.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The site's time zone is unknown.
    #[error(transparent)]
    TimeZone(#[from] UnknownZone),
    /// The programmes of a zone cannot be read.
    #[error(transparent)]
    Programme(#[from] PublishError),
    /// The last day lies before the first.
    #[error("the report would end on {to}, before it begins on {from}: choose a later last day")]
    Backwards {
        /// First day.
        from: Date,
        /// Last day.
        to: Date,
    },
}

/// The date it is by the wall clock a report goes by.
///
/// # Errors
/// [`ReportError`] when the time zone is unknown or the database does not answer.
pub async fn today(state: &State) -> Result<Date, ReportError> {
    let places = places::places(&state.db).await?;
    let now = state.now();
    Ok(Offsets::of_zone(time_zone(&places), now)?.date(now))
}

/// Plays and opens from the first moment of `from` to the last of `to`, both days whole, by the first site's wall clock.
///
/// # Errors
/// [`ReportError`] when the days are the wrong way round, the time zone is unknown or the database does not answer.
pub async fn plays(state: &State, from: Date, to: Date) -> Result<PlaysReport, ReportError> {
    if to < from {
        return Err(ReportError::Backwards { from, to });
    }
    let places = places::places(&state.db).await?;
    let time_zone = time_zone(&places);
    let (begin, end) = (day(time_zone, from)?.start, day(time_zone, to)?.end);
    // Totals are kept by the UTC hour: where wall clocks are off by half an hour, an hour belongs to the day it begins in.
    let hours = begin.plus_ms(HOUR_MS - 1).hour()..end.plus_ms(HOUR_MS - 1).hour();
    Ok(PlaysReport {
        by_item: by_item(state, hours.clone()).await?,
        by_screen: by_screen(state, &places, hours).await?,
        gaps: totals::plays_missing(&state.db, begin..end).await?,
        quarantined: totals::batches_quarantined(&state.db, begin..end).await?,
    })
}

/// The time zone reports go by: the first site's.
pub(crate) fn time_zone(places: &Places) -> &str {
    places.sites.first().map_or(TIME_ZONE, |site| site.time_zone.as_str())
}

type Hours = Range<i64>;

/// From the first moment of a day to the first of the next. The offsets are read around that very day: a report may look
/// further back than a programme looks.
pub(crate) fn day(time_zone: &str, date: Date) -> Result<Range<Instant>, UnknownZone> {
    let around = Offsets::fixed("UTC", 0).instant(date, 0);
    let offsets = Offsets::of_zone(time_zone, around)?;
    Ok(offsets.instant(date, 0)..offsets.instant(date, 1440))
}

async fn by_item(state: &State, hours: Hours) -> Result<Vec<ItemTotal>, ReportError> {
    let mut plays: HashMap<_, _> = totals::plays_by_item(&state.db, hours.clone()).await?.into_iter().collect();
    let mut opens: HashMap<_, _> = totals::opens_by_item(&state.db, hours).await?.into_iter().collect();
    let titles: HashMap<_, _> =
        items::items(&state.db).await?.into_iter().map(|record| (record.item.id, record.item.title)).collect();
    let mut found: Vec<ItemTotal> = names(&plays, &opens)
        .into_iter()
        .map(|item| {
            let sum = plays.remove(&item).unwrap_or_default();
            let (PlaySum { plays, complete, shown_ms, .. }, lit) = (sum, Lit::of(&sum));
            let title = titles.get(&item).cloned().unwrap_or_else(|| Text::new(item.as_str(), item.as_str()));
            ItemTotal { title, plays, complete, shown_ms, lit, opens: opens.remove(&item).unwrap_or(0), item }
        })
        .collect();
    found.sort_by(|a, b| b.shown_ms.cmp(&a.shown_ms).then_with(|| a.item.cmp(&b.item)));
    Ok(found)
}

async fn by_screen(state: &State, places: &Places, hours: Hours) -> Result<Vec<ScreenTotal>, ReportError> {
    let mut plays: HashMap<_, _> = totals::plays_by_screen(&state.db, hours.clone()).await?.into_iter().collect();
    let opens = |step: Step| totals::opens_by_screen(&state.db, step.as_str(), hours.clone());
    let mut education: HashMap<_, _> = opens(Step::Open).await?.into_iter().collect();
    let mut clinic: HashMap<_, _> = opens(Step::Clinic).await?.into_iter().collect();
    for screen in places.screens.iter().filter(|screen| screen.role == Role::Full) {
        plays.entry(screen.id.clone()).or_default();
    }
    let mut names: Vec<ScreenId> = plays.keys().chain(education.keys()).chain(clinic.keys()).cloned().collect();
    names.sort();
    names.dedup();
    Ok(names
        .into_iter()
        .map(|screen| {
            let sum = plays.remove(&screen).unwrap_or_default();
            let (PlaySum { plays, complete, shown_ms, .. }, lit) = (sum, Lit::of(&sum));
            let name = places.screen(&screen).map(|known| known.name.clone());
            ScreenTotal {
                name: name.unwrap_or_else(|| Text::new(screen.as_str(), screen.as_str())),
                plays,
                complete,
                shown_ms,
                lit,
                opens: education.remove(&screen).unwrap_or(0),
                clinic_opens: clinic.remove(&screen).unwrap_or(0),
                screen,
            }
        })
        .collect())
}

fn names<K: Clone + Ord + Hash, A, B>(one: &HashMap<K, A>, other: &HashMap<K, B>) -> Vec<K> {
    let mut names: Vec<K> = one.keys().chain(other.keys()).cloned().collect();
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use anteroom_content::clock::Fixed;
    use jiff::civil::date;

    use super::*;
    use crate::db::scans::{Scan, add_opens};
    use crate::db::tests::on_each_engine;
    use crate::db::totals::tests::{book, book_trouble};

    /// 2026-11-25 00:00 in Shanghai.
    const MIDNIGHT: Instant = Instant(1_795_536_000_000);

    #[tokio::test]
    async fn a_day_ends_at_the_hospitals_midnight() {
        on_each_engine(|db| async move {
            let folder = tempfile::tempdir().expect("a folder");
            let state = State::for_test(db.clone(), folder.path(), Arc::new(Fixed::at(MIDNIGHT)));
            let hour = MIDNIGHT.hour();
            book(&db, hour - 1, "Z03-1", "C01", 50, 500).await;
            book(&db, hour, "Z03-1", "C01", 3, 30_000).await;
            book(&db, hour + 23, "Z03-2", "C02", 5, 90_000).await;
            book(&db, hour + 24, "Z03-1", "C01", 50, 500).await;
            book_trouble(&db, MIDNIGHT).await;
            let screen = ScreenId::parse("Z03-1").expect("name");
            let opened = |item: Option<&str>, step| {
                let item = item.map(|id| (ItemId::parse(id).expect("name"), 1));
                (Scan { hour, screen: screen.clone(), item, step }, 6)
            };
            let opens = [opened(Some("C01"), Step::Open), opened(None, Step::Open), opened(None, Step::Clinic)];
            add_opens(&db, &opens).await.expect("added");

            let day = date(2026, 11, 25);
            let report = plays(&state, day, day).await.expect("a report");
            let by_item: Vec<_> =
                report.by_item.iter().map(|t| (t.item.as_str(), t.plays, t.complete, t.shown_ms, t.opens)).collect();
            assert_eq!(by_item, [("C02", 5, 4, 90_000, 0), ("C01", 3, 2, 30_000, 6)]);
            let by_screen: Vec<_> =
                report.by_screen.iter().map(|t| (t.screen.as_str(), t.plays, t.opens, t.clinic_opens)).collect();
            assert_eq!(by_screen, [("Z03-1", 3, 12, 6), ("Z03-2", 5, 0, 0)]);
            assert_eq!((report.gaps, report.quarantined), (10, 1));

            let two_days = plays(&state, day, date(2026, 11, 26)).await.expect("a report");
            assert_eq!(two_days.by_item.iter().map(|t| t.plays).sum::<u64>(), 58);
            let backwards = plays(&state, day, date(2026, 11, 24)).await.expect_err("the wrong way round");
            assert!(backwards.to_string().contains("choose a later last day"), "{backwards}");
        })
        .await;
    }
}
