//! Screens that people took down: which, since when and until when, by whom and why. Rows are never removed.

use std::fmt;
use std::str::FromStr;

use anteroom_content::clock::Instant;
use anteroom_content::id::{ScreenId, SiteId, ZoneId};
use anteroom_content::manifest::to_hex;

use super::{Db, DbError, DbResult};

/// The screens that somebody means.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Scope {
    /// One.
    Screen(ScreenId),
    /// All of a zone.
    Zone(ZoneId),
    /// All of a site.
    Site(SiteId),
}

impl Scope {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Screen(_) => "screen",
            Self::Zone(_) => "zone",
            Self::Site(_) => "site",
        }
    }

    /// The name of the screen, zone or site.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Screen(id) => id.as_str(),
            Self::Zone(id) => id.as_str(),
            Self::Site(id) => id.as_str(),
        }
    }

    fn of(kind: &str, name: &str) -> Option<Self> {
        match kind {
            "screen" => ScreenId::parse(name).ok().map(Self::Screen),
            "zone" => ZoneId::parse(name).ok().map(Self::Zone),
            "site" => SiteId::parse(name).ok().map(Self::Site),
            _ => None,
        }
    }
}

impl fmt::Display for Scope {
    /// As it stands in addresses and in the audit: `zone:Z04`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind(), self.name())
    }
}

/// It names no scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write screen:NAME, zone:NAME or site:NAME")]
pub struct NoScope;

impl FromStr for Scope {
    type Err = NoScope;
    fn from_str(text: &str) -> Result<Self, NoScope> {
        text.split_once(':').and_then(|(kind, name)| Self::of(kind, name)).ok_or(NoScope)
    }
}

/// What somebody took down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakeDown {
    /// Its name in the books.
    pub id: String,
    /// Which screens.
    pub scope: Scope,
    /// By whom, by the account's name in the books.
    pub account: String,
    /// Why, in that person's words.
    pub reason: String,
    /// Since when.
    pub from: Instant,
    /// Until when; none while it holds.
    pub until: Option<Instant>,
}

type Row = (String, String, String, String, String, i64, Option<i64>);

fn read((id, kind, place, account, reason, from, until): Row) -> DbResult<TakeDown> {
    let scope = Scope::of(&kind, &place);
    let scope = scope.ok_or_else(|| DbError::Unreadable { what: "take-down", why: format!("{kind}:{place}") })?;
    Ok(TakeDown { id, scope, account, reason, from: Instant(from), until: until.map(Instant) })
}

/// Those that hold, the oldest first.
pub async fn holding(db: &Db) -> DbResult<Vec<TakeDown>> {
    let found = rows!(
        db,
        Row,
        "select id, kind, place, account, reason, from_at, until_at from take_down where until_at is null order by from_at, id"
    )?;
    found.into_iter().map(read).collect()
}

/// Those that held at some time from `from` until `to`, the oldest first.
pub async fn between(db: &Db, from: Instant, to: Instant) -> DbResult<Vec<TakeDown>> {
    let found = rows!(
        db,
        Row,
        "select id, kind, place, account, reason, from_at, until_at from take_down
         where from_at < $2 and (until_at is null or until_at > $1) order by from_at, id",
        from.0,
        to.0
    )?;
    found.into_iter().map(read).collect()
}

/// Writes down that somebody took screens down; says false, and writes nothing, where the same scope is down already.
pub async fn add(db: &Db, scope: &Scope, account: &str, reason: &str, at: Instant) -> DbResult<bool> {
    let mut id = [0; 8];
    // A chance that fails leaves zeros; the row then conflicts at worst, and the caller hears of it.
    let _ = getrandom::fill(&mut id);
    let added = execute!(
        db,
        "insert into take_down (id, kind, place, account, reason, from_at)
         select $1, $2, $3, $4, $5, $6
         where not exists (select 1 from take_down where kind = $2 and place = $3 and until_at is null)",
        to_hex(&id),
        scope.kind(),
        scope.name(),
        account,
        reason,
        at.0
    )?;
    Ok(added > 0)
}

/// Writes down that somebody gave them back; false where nothing was down.
pub async fn end(db: &Db, scope: &Scope, account: &str, at: Instant) -> DbResult<bool> {
    let ended = execute!(
        db,
        "update take_down set until_at = $3, ended_by = $4 where kind = $1 and place = $2 and until_at is null",
        scope.kind(),
        scope.name(),
        at.0,
        account
    )?;
    Ok(ended > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::on_each_engine;

    #[test]
    fn a_scope_is_read_as_it_is_written() {
        for text in ["screen:Z04-1", "zone:Z04", "site:QLZX"] {
            assert_eq!(text.parse::<Scope>().expect("a scope").to_string(), text);
        }
        for text in ["", "Z04", "house:Z04", "zone:", "zone:a b"] {
            assert_eq!(text.parse::<Scope>(), Err(NoScope), "{text}");
        }
    }

    #[tokio::test]
    async fn what_is_down_is_down_once_and_its_row_stays() {
        on_each_engine(|db| async move {
            let scope: Scope = "site:QLZX".parse().expect("a scope");
            assert!(add(&db, &scope, "anna", "wrong picture", Instant(10)).await.expect("added"));
            assert!(!add(&db, &scope, "ben", "again", Instant(20)).await.expect("asked"), "it is down already");
            let down = holding(&db).await.expect("asked");
            assert_eq!(
                down.iter().map(|one| (one.account.as_str(), one.from)).collect::<Vec<_>>(),
                [("anna", Instant(10))]
            );
            assert!(end(&db, &scope, "ben", Instant(30)).await.expect("ended"));
            assert!(!end(&db, &scope, "ben", Instant(40)).await.expect("asked"));
            assert_eq!(holding(&db).await.expect("asked"), []);
            for (from, to, count) in [(0, 10, 0), (0, 11, 1), (29, 50, 1), (30, 50, 0)] {
                let found = between(&db, Instant(from), Instant(to)).await.expect("asked");
                assert_eq!(found.len(), count, "{from} to {to}");
            }
            assert!(add(&db, &scope, "ben", "", Instant(60)).await.expect("added"), "it can be taken down again");
        })
        .await;
    }
}
