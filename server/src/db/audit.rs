//! Who did what: rows are appended and never changed.

use anteroom_content::clock::Instant;
use anteroom_content::manifest::to_hex;

use super::{Db, DbResult};

/// One deed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// When.
    pub at: Instant,
    /// Who, by the account's name in the books.
    pub account: String,
    /// What, such as `playlist.save`.
    pub verb: String,
    /// To what.
    pub subject: String,
    /// In what way; may be empty.
    pub detail: String,
}

/// Writes a deed down.
pub async fn add(db: &Db, deed: &Deed) -> DbResult<()> {
    let mut id = [0; 8];
    // A chance that fails leaves zeros; the row then conflicts at worst, and the caller hears of it.
    let _ = getrandom::fill(&mut id);
    execute!(
        db,
        "insert into audit (id, at, account, verb, subject, detail) values ($1, $2, $3, $4, $5, $6)",
        to_hex(&id),
        deed.at.0,
        &deed.account,
        &deed.verb,
        &deed.subject,
        &deed.detail
    )?;
    Ok(())
}

/// Deeds, newest first: `limit` of them after the first `skip`.
pub async fn deeds(db: &Db, skip: u32, limit: u32) -> DbResult<Vec<Deed>> {
    let found = rows!(
        db,
        (i64, String, String, String, String),
        "select at, account, verb, subject, detail from audit order by at desc, id limit $1 offset $2",
        i64::from(limit),
        i64::from(skip)
    )?;
    let read = |(at, account, verb, subject, detail)| Deed { at: Instant(at), account, verb, subject, detail };
    Ok(found.into_iter().map(read).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::on_each_engine;

    #[tokio::test]
    async fn deeds_are_told_newest_first() {
        on_each_engine(|db| async move {
            for at in 1..=3 {
                let deed = Deed {
                    at: Instant(at),
                    account: "a".into(),
                    verb: "publish".into(),
                    subject: at.to_string(),
                    detail: String::new(),
                };
                add(&db, &deed).await.expect("written");
            }
            let told: Vec<_> = deeds(&db, 1, 2).await.expect("asked").into_iter().map(|d| d.subject).collect();
            assert_eq!(told, ["2", "1"]);
        })
        .await;
    }
}
