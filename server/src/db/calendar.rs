//! The calendar: special days by date and site, and the years whose official notice was loaded.

use anteroom_content::clock::Instant;
use anteroom_content::id::SiteId;
use anteroom_content::schedule::{Calendar, SpecialDay};
use jiff::civil::Date;

use super::{Db, DbError, DbResult, Tx, document, to_document};

/// A year's official notice, as it was loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Of which year.
    pub year: i16,
    /// What it calls its own source.
    pub source: String,
    /// When.
    pub loaded_at: Instant,
}

/// Reads the calendar of all sites from `from` (an ISO date) on; all of it from the empty text on.
pub async fn calendar(db: &Db, from: &str) -> DbResult<Calendar> {
    let days = rows!(db, (String,), "select document from calendar_day where date >= $1 order by date, site", from)?;
    let days = days.iter().map(|(text,)| document("special day", text)).collect::<DbResult<_>>()?;
    let years = notices(db).await?.into_iter().map(|notice| notice.year).collect();
    Ok(Calendar::new(days, years))
}

/// The notices, by year.
pub async fn notices(db: &Db) -> DbResult<Vec<Notice>> {
    let rows = rows!(db, (i64, String, i64), "select year, source, loaded_at from calendar_notice order by year")?;
    let notice = |(year, source, loaded_at): (i64, String, i64)| {
        let year = i16::try_from(year)
            .map_err(|error| DbError::Unreadable { what: "year of a notice", why: error.to_string() })?;
        Ok(Notice { year, source, loaded_at: Instant(loaded_at) })
    };
    rows.into_iter().map(notice).collect()
}

/// Adds or changes days; all of them, or none.
pub async fn save_days(db: &Db, days: &[SpecialDay]) -> DbResult<()> {
    let mut tx = db.begin().await?;
    for day in days {
        save_day(&mut tx, day).await?;
    }
    tx.commit().await
}

/// Adds or changes the days of an import, and notes the years it is the notice of; all of it, or nothing.
pub async fn bring_in(db: &Db, days: &[SpecialDay], notices: &[Notice]) -> DbResult<()> {
    let mut tx = db.begin().await?;
    for day in days {
        save_day(&mut tx, day).await?;
    }
    for notice in notices {
        execute_in!(
            &mut tx,
            "insert into calendar_notice (year, source, loaded_at) values ($1, $2, $3)
             on conflict (year) do update set source = excluded.source, loaded_at = excluded.loaded_at",
            i64::from(notice.year),
            notice.source.as_str(),
            notice.loaded_at.0
        )?;
    }
    tx.commit().await
}

async fn save_day(tx: &mut Tx<'_>, day: &SpecialDay) -> DbResult<()> {
    execute_in!(
        tx,
        "insert into calendar_day (date, site, document) values ($1, $2, $3)
         on conflict (date, site) do update set document = excluded.document",
        day.date.to_string(),
        site_key(day.site.as_ref()),
        to_document("special day", day)?
    )?;
    Ok(())
}

/// Takes the special days of `first` to `last` away, those of one site or the general ones. Tells how many there were.
pub async fn remove_days(db: &Db, first: Date, last: Date, site: Option<&SiteId>) -> DbResult<u64> {
    execute!(
        db,
        "delete from calendar_day where date >= $1 and date <= $2 and site = $3",
        first.to_string(),
        last.to_string(),
        site_key(site)
    )
}

fn site_key(site: Option<&SiteId>) -> &str {
    site.map_or("", SiteId::as_str)
}

#[cfg(test)]
mod tests {
    use anteroom_content::schedule::{DayKind, SpecialKind};
    use anteroom_content::text::Text;
    use jiff::civil::date;

    use super::*;
    use crate::db::tests::{migrate, on_each_engine};

    fn day(date: Date, kind: SpecialKind, site: Option<&str>) -> SpecialDay {
        let site = site.map(|site| SiteId::parse(site).expect("name"));
        SpecialDay { date, kind, name: Text::new("某日", "A day"), site }
    }

    #[tokio::test]
    async fn a_day_is_kept_once_for_all_and_once_for_each_site() {
        on_each_engine(|db| async move {
            let (first, second) = (date(2031, 5, 1), date(2031, 5, 2));
            let days = [
                day(first, SpecialKind::Holiday, None),
                day(first, SpecialKind::Closed, Some("A")),
                day(second, SpecialKind::Follows(4), None),
            ];
            save_days(&db, &days).await.expect("saved");
            save_days(&db, &[day(second, SpecialKind::Makeup, None)]).await.expect("changed");
            let calendar = calendar(&db, "").await.expect("asked");
            assert_eq!(calendar.days().len(), 3);
            let site = SiteId::parse("A").expect("name");
            assert_eq!(calendar.day_at(&site, first).kind, DayKind::Closure);
            assert_eq!(calendar.day(first).kind, DayKind::Holiday);
            assert_eq!(calendar.special(second).map(|day| day.kind), Some(SpecialKind::Makeup));
            let later = super::calendar(&db, "2031-05-02").await.expect("asked");
            assert_eq!(later.days().len(), 1, "what is over can be left out");

            assert_eq!(remove_days(&db, first, second, Some(&site)).await.expect("removed"), 1);
            assert_eq!(remove_days(&db, first, second, Some(&site)).await.expect("removed"), 0);
            assert_eq!(remove_days(&db, first, first, None).await.expect("removed"), 1);
            assert_eq!(super::calendar(&db, "").await.expect("asked").days().len(), 1);
        })
        .await;
    }

    #[tokio::test]
    async fn a_year_is_published_once_its_notice_was_loaded() {
        on_each_engine(|db| async move {
            let notice = |source: &str, at| Notice { year: 2031, source: source.into(), loaded_at: Instant(at) };
            let days = [day(date(2031, 1, 1), SpecialKind::Holiday, None)];
            bring_in(&db, &days, &[notice("first", 1)]).await.expect("loaded");
            bring_in(&db, &days, &[notice("second", 2)]).await.expect("loaded again");
            assert_eq!(notices(&db).await.expect("asked"), [notice("second", 2)]);
            let calendar = calendar(&db, "").await.expect("asked");
            assert_eq!((calendar.days(), calendar.years()), (&days[..], &[2031][..]));
            assert!(calendar.day(date(2031, 3, 3)).is_published);
            assert!(!calendar.day(date(2032, 3, 3)).is_published);
        })
        .await;
    }

    #[tokio::test]
    async fn days_of_the_first_schema_move_over() {
        on_each_engine(|db| async move {
            let held = day(date(2031, 2, 1), SpecialKind::Follows(4), None);
            let text = to_document("special day", &held).expect("written");
            execute!(&db, "drop table calendar_day").expect("as it was before");
            execute!(&db, "drop table calendar_notice").expect("as it was before");
            execute!(&db, "create table special_day (date text not null primary key, document text not null)")
                .expect("as it was before");
            let insert = "insert into special_day (date, document) values ($1, $2)";
            execute!(&db, insert, held.date.to_string(), text.as_str()).expect("written");
            migrate(&db, include_str!("../../../migrations/0002_calendar.sql")).await;
            assert_eq!(calendar(&db, "").await.expect("asked").days(), [held]);
        })
        .await;
    }
}
