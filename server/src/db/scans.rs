//! Opens of phone pages: counters by screen, item version, hour and step, and nothing about anybody.

use anteroom_content::id::{ItemId, ScreenId};

use super::{Db, DbResult};

/// Which page was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// The education page behind an item's code.
    Open,
    /// The clinic page behind the strip's code.
    Clinic,
}

impl Step {
    /// As it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Clinic => "clinic",
        }
    }
}

/// One counter.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scan {
    /// The hour, since 1970-01-01 UTC.
    pub hour: i64,
    /// Whose code was scanned.
    pub screen: ScreenId,
    /// What the page showed, in which version; none when it showed no item.
    pub item: Option<(ItemId, u32)>,
    /// Which page.
    pub step: Step,
}

/// Adds to counters, all of them or none.
pub async fn add_opens(db: &Db, opens: &[(Scan, u64)]) -> DbResult<()> {
    let mut tx = db.begin().await?;
    for (scan, count) in opens {
        let (item, version) = scan.item.as_ref().map_or(("", 0), |(item, version)| (item.as_str(), *version));
        execute_in!(
            &mut tx,
            "insert into scan (hour, screen, item, item_version, step, count) values ($1, $2, $3, $4, $5, $6)
             on conflict (hour, screen, item, item_version, step) do update set count = scan.count + excluded.count",
            scan.hour,
            scan.screen.as_str(),
            item,
            i64::from(version),
            scan.step.as_str(),
            i64::try_from(*count).unwrap_or(i64::MAX)
        )?;
    }
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::on_each_engine;
    use crate::db::totals::{opens_by_item, opens_by_screen};

    fn scan(item: Option<&str>, step: Step) -> Scan {
        let screen = ScreenId::parse("Z03-1").expect("name");
        Scan { hour: 10, screen, item: item.map(|id| (ItemId::parse(id).expect("name"), 2)), step }
    }

    #[tokio::test]
    async fn opens_add_up_and_the_two_pages_are_counted_apart() {
        on_each_engine(|db| async move {
            let opens =
                [(scan(Some("C01"), Step::Open), 2), (scan(None, Step::Open), 1), (scan(None, Step::Clinic), 7)];
            add_opens(&db, &opens).await.expect("added");
            add_opens(&db, &opens[..1]).await.expect("added");
            let by_item = opens_by_item(&db, 10..11).await.expect("asked");
            assert_eq!(by_item, [(ItemId::parse("C01").expect("name"), 4)]);
            let screen = ScreenId::parse("Z03-1").expect("name");
            assert_eq!(opens_by_screen(&db, "open", 10..11).await.expect("asked"), [(screen.clone(), 5)]);
            assert_eq!(opens_by_screen(&db, "clinic", 10..11).await.expect("asked"), [(screen, 7)]);
            assert_eq!(opens_by_screen(&db, "clinic", 11..12).await.expect("asked"), []);
        })
        .await;
    }
}
