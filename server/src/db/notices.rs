//! Notices: who wrote them, who let them onto the glass, who ended them before their time. Rows are never removed.

use anteroom_content::clock::Instant;
use anteroom_content::id::NoticeId;
use anteroom_content::notice::Notice;
use anteroom_content::place::Zone;

use super::take_downs::Scope;
use super::{Db, DbError, DbResult, document, to_document};

/// A notice and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRecord {
    /// What it says, and when.
    pub notice: Notice,
    /// Sites and zones it is for.
    pub places: Vec<Scope>,
    /// Who wrote it.
    pub made_by: String,
    /// When.
    pub made_at: Instant,
    /// Who let it onto the glass; none while nobody did.
    pub approved_by: Option<String>,
    /// Who ended it before its time, or took it back before anybody let it on.
    pub ended_by: Option<String>,
    /// When.
    pub ended_at: Option<Instant>,
}

impl NoticeRecord {
    /// It is for a zone.
    #[must_use]
    pub fn is_for(&self, zone: &Zone) -> bool {
        self.places.iter().any(|place| match place {
            Scope::Zone(id) => *id == zone.id,
            Scope::Site(id) => *id == zone.site,
            Scope::Screen(_) => false,
        })
    }

    /// Somebody let it on, nobody ended it, and its time is not over.
    #[must_use]
    pub fn stands(&self, now: Instant) -> bool {
        self.approved_by.is_some() && self.ended_by.is_none() && self.notice.until > now
    }

    /// It waits for a second person, and its time is not over.
    #[must_use]
    pub fn waits(&self, now: Instant) -> bool {
        self.approved_by.is_none() && self.ended_by.is_none() && self.notice.until > now
    }
}

type Row = (String, String, String, i64, Option<String>, Option<String>, Option<i64>);

fn read((places, text, made_by, made_at, approved_by, ended_by, ended_at): Row) -> DbResult<NoticeRecord> {
    let scope = |place: &str| place.parse().map_err(|_| DbError::Unreadable { what: "notice", why: place.to_owned() });
    let places = places.split(' ').map(scope).collect::<DbResult<_>>()?;
    let (notice, made_at, ended_at) = (document("notice", &text)?, Instant(made_at), ended_at.map(Instant));
    Ok(NoticeRecord { notice, places, made_by, made_at, approved_by, ended_by, ended_at })
}

/// Those that stand, now or later: let on, not ended, and not over at `now`; the oldest first.
pub async fn standing(db: &Db, now: Instant) -> DbResult<Vec<NoticeRecord>> {
    let found = rows!(
        db,
        Row,
        "select places, document, made_by, made_at, approved_by, ended_by, ended_at from notice
         where until_at > $1 and approved_by is not null and ended_by is null order by from_at, id",
        now.0
    )?;
    found.into_iter().map(read).collect()
}

/// Those that wait or stand, now or later: not ended, and not over at `now`; the newest first. Everything somebody may still let on or end.
pub async fn open(db: &Db, now: Instant) -> DbResult<Vec<NoticeRecord>> {
    let found = rows!(
        db,
        Row,
        "select places, document, made_by, made_at, approved_by, ended_by, ended_at from notice
         where until_at > $1 and ended_by is null order by made_at desc, id",
        now.0
    )?;
    found.into_iter().map(read).collect()
}

/// The newest ones, whatever became of them.
pub async fn newest(db: &Db, limit: u32) -> DbResult<Vec<NoticeRecord>> {
    let found = rows!(
        db,
        Row,
        "select places, document, made_by, made_at, approved_by, ended_by, ended_at from notice
         order by made_at desc, id limit $1",
        i64::from(limit)
    )?;
    found.into_iter().map(read).collect()
}

/// Enters a notice; nobody sees it until somebody else lets it on.
pub async fn add(db: &Db, notice: &Notice, places: &[Scope], made_by: &str, at: Instant) -> DbResult<()> {
    let places = places.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    execute!(
        db,
        "insert into notice (id, places, document, from_at, until_at, made_by, made_at) values ($1, $2, $3, $4, $5, $6, $7)",
        notice.id.as_str(),
        places,
        to_document("notice", notice)?,
        notice.from.0,
        notice.until.0,
        made_by,
        at.0
    )?;
    Ok(())
}

/// Lets a notice on; false where it was written by the same person, is over, ended or on already.
pub async fn approve(db: &Db, id: &NoticeId, by: &str, at: Instant) -> DbResult<bool> {
    let changed = execute!(
        db,
        "update notice set approved_by = $1, approved_at = $2
         where id = $3 and made_by <> $1 and approved_by is null and ended_by is null and until_at > $2",
        by,
        at.0,
        id.as_str()
    )?;
    Ok(changed > 0)
}

/// Ends a notice before its time; false where it is over or ended already.
pub async fn end(db: &Db, id: &NoticeId, by: &str, at: Instant) -> DbResult<bool> {
    let changed = execute!(
        db,
        "update notice set ended_by = $1, ended_at = $2 where id = $3 and ended_by is null and until_at > $2",
        by,
        at.0,
        id.as_str()
    )?;
    Ok(changed > 0)
}

#[cfg(test)]
mod tests {
    use anteroom_content::text::Text;

    use super::*;
    use crate::db::tests::on_each_engine;

    #[tokio::test]
    async fn nobody_lets_his_own_notice_on_and_one_that_is_over_or_ended_stays_so() {
        on_each_engine(|db| async move {
            let notice = |id: &str, until| Notice {
                id: NoticeId::parse(id).expect("a name"),
                text: Text::new("电梯检修", "Lift under repair"),
                from: Instant(10),
                until: Instant(until),
            };
            let places: Vec<Scope> = ["zone:a", "site:h"].map(|place| place.parse().expect("a scope")).to_vec();
            for (id, until) in [("n1", 50), ("n2", 90)] {
                add(&db, &notice(id, until), &places, "anna", Instant(5)).await.expect("added");
            }
            let (n1, n2) = (notice("n1", 50).id, notice("n2", 90).id);
            assert!(standing(&db, Instant(5)).await.expect("asked").is_empty());
            assert!(!approve(&db, &n1, "anna", Instant(6)).await.expect("asked"), "her own");
            assert!(approve(&db, &n1, "ben", Instant(6)).await.expect("let on"));
            assert!(!approve(&db, &n1, "cleo", Instant(7)).await.expect("asked"), "once is enough");
            let told = standing(&db, Instant(7)).await.expect("asked");
            assert_eq!(told.iter().map(|one| (&one.notice.id, &one.places)).collect::<Vec<_>>(), [(&n1, &places)]);
            assert!(standing(&db, Instant(50)).await.expect("asked").is_empty(), "it is over");
            assert!(!approve(&db, &n2, "ben", Instant(90)).await.expect("asked"), "that would be too late");
            assert!(approve(&db, &n2, "ben", Instant(60)).await.expect("let on"));
            assert!(end(&db, &n2, "anna", Instant(61)).await.expect("ended"));
            assert!(!end(&db, &n2, "anna", Instant(62)).await.expect("asked"));
            assert!(standing(&db, Instant(62)).await.expect("asked").is_empty());
            let all = newest(&db, 10).await.expect("asked");
            assert_eq!(all.len(), 2);
            assert!(all.iter().all(|one| !one.stands(Instant(62)) && !one.waits(Instant(62))));
        })
        .await;
    }
}
