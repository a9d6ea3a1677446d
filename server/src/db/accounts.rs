//! Accounts and sign-ins. A password is here as an argon2id hash alone, a sign-in as the hash of its token.

use anteroom_content::clock::Instant;
use anteroom_content::text::Language;

use super::{Db, DbError, DbResult, Tx};

/// What an account is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// 管理员.
    Admin,
    /// 媒体运营.
    Editor,
    /// 审核.
    Reviewer,
    /// 门诊部.
    Clinic,
    /// 查看.
    Viewer,
}

impl Role {
    /// Every role, in the order lists show them.
    pub const ALL: [Self; 5] = [Self::Admin, Self::Editor, Self::Reviewer, Self::Clinic, Self::Viewer];

    /// As it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Editor => "editor",
            Self::Reviewer => "reviewer",
            Self::Clinic => "clinic",
            Self::Viewer => "viewer",
        }
    }

    /// Reads what [`Role::as_str`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

/// A person who may sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its name in the books; never given twice.
    pub id: String,
    /// What the person types.
    pub name: String,
    /// What others see.
    pub display_name: String,
    /// What it is for.
    pub role: Role,
    /// The argon2id hash of its password, in PHC form.
    pub password_hash: String,
    /// The language of its pages.
    pub language: Language,
    /// When it was made.
    pub made_at: Instant,
    /// When it was closed, if it was.
    pub closed_at: Option<Instant>,
}

/// One signed-in browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// Hash of the token.
    pub token_hash: String,
    /// Whose it is.
    pub account: String,
    /// What is known of the browser, as JSON.
    pub content: String,
    /// When it began.
    pub made_at: Instant,
    /// From here on it is over.
    pub expires_at: Instant,
}

#[derive(sqlx::FromRow)]
struct AccountRow {
    id: String,
    name: String,
    display_name: String,
    role: String,
    password_hash: String,
    language: String,
    made_at: i64,
    closed_at: Option<i64>,
}

impl AccountRow {
    fn read(self) -> DbResult<Account> {
        let role = Role::parse(&self.role).ok_or(DbError::Unreadable { what: "role", why: self.role })?;
        let language = if self.language == Language::English.tag() { Language::English } else { Language::Chinese };
        Ok(Account {
            id: self.id,
            name: self.name,
            display_name: self.display_name,
            role,
            password_hash: self.password_hash,
            language,
            made_at: Instant(self.made_at),
            closed_at: self.closed_at.map(Instant),
        })
    }
}

type SignInRow = (String, String, String, i64, i64);

fn read_sign_in((token_hash, account, content, made_at, expires_at): SignInRow) -> SignIn {
    SignIn { token_hash, account, content, made_at: Instant(made_at), expires_at: Instant(expires_at) }
}

/// Some account was ever made.
pub async fn any_account(db: &Db) -> DbResult<bool> {
    Ok(row!(db, (String,), "select id from account limit 1")?.is_some())
}

/// Every account, open ones first, by name.
pub async fn accounts(db: &Db) -> DbResult<Vec<Account>> {
    let found = rows!(
        db,
        AccountRow,
        "select id, name, display_name, role, password_hash, language, made_at, closed_at from account
         order by case when closed_at is null then 0 else 1 end, name"
    )?;
    found.into_iter().map(AccountRow::read).collect()
}

/// An account by its name in the books.
pub async fn account(db: &Db, id: &str) -> DbResult<Option<Account>> {
    let found = row!(
        db,
        AccountRow,
        "select id, name, display_name, role, password_hash, language, made_at, closed_at from account where id = $1",
        id
    )?;
    found.map(AccountRow::read).transpose()
}

/// An account by what the person types.
pub async fn account_by_name(db: &Db, name: &str) -> DbResult<Option<Account>> {
    let found = row!(
        db,
        AccountRow,
        "select id, name, display_name, role, password_hash, language, made_at, closed_at from account where name = $1",
        name
    )?;
    found.map(AccountRow::read).transpose()
}

/// Makes an account.
///
/// # Errors
/// [`DbError::Conflict`] when the name is taken.
pub async fn add_account(db: &Db, account: &Account) -> DbResult<()> {
    let mut tx = db.begin().await?;
    insert(&mut tx, account).await?;
    tx.commit().await
}

async fn insert(tx: &mut Tx<'_>, account: &Account) -> DbResult<()> {
    execute_in!(
        tx,
        "insert into account (id, name, display_name, role, password_hash, language, made_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        &account.id,
        &account.name,
        &account.display_name,
        account.role.as_str(),
        &account.password_hash,
        account.language.tag(),
        account.made_at.0
    )?;
    Ok(())
}

/// Makes the very first account and spends the set-up code, both or neither. False when the code was not the stored one.
pub async fn add_first_account(db: &Db, account: &Account, fact: &str, code_hash: &str) -> DbResult<bool> {
    let mut tx = db.begin().await?;
    let spent = execute_in!(&mut tx, "delete from fact where name = $1 and value = $2", fact, code_hash)?;
    if spent == 0 || row_in!(&mut tx, (String,), "select id from account limit 1")?.is_some() {
        return Ok(false);
    }
    insert(&mut tx, account).await?;
    tx.commit().await?;
    Ok(true)
}

/// Gives an account another role.
pub async fn set_role(db: &Db, id: &str, role: Role) -> DbResult<()> {
    execute!(db, "update account set role = $1 where id = $2", role.as_str(), id)?;
    Ok(())
}

/// Gives an account another password.
pub async fn set_password(db: &Db, id: &str, hash: &str) -> DbResult<()> {
    execute!(db, "update account set password_hash = $1 where id = $2", hash, id)?;
    Ok(())
}

/// Remembers the language of an account's pages.
pub async fn set_language(db: &Db, id: &str, language: Language) -> DbResult<()> {
    execute!(db, "update account set language = $1 where id = $2", language.tag(), id)?;
    Ok(())
}

/// Closes an account: it keeps its name in the books, and nobody signs in with it again.
pub async fn close_account(db: &Db, id: &str, at: Instant) -> DbResult<()> {
    execute!(db, "update account set closed_at = $1 where id = $2 and closed_at is null", at.0, id)?;
    Ok(())
}

/// Notes a new sign-in, and forgets those that are over.
pub async fn add_sign_in(db: &Db, sign_in: &SignIn) -> DbResult<()> {
    execute!(db, "delete from sign_in where expires_at <= $1", sign_in.made_at.0)?;
    execute!(
        db,
        "insert into sign_in (token_hash, account, content, made_at, expires_at) values ($1, $2, $3, $4, $5)",
        &sign_in.token_hash,
        &sign_in.account,
        &sign_in.content,
        sign_in.made_at.0,
        sign_in.expires_at.0
    )?;
    Ok(())
}

/// A sign-in that is not over at `now`, by the hash of its token.
pub async fn sign_in(db: &Db, token_hash: &str, now: Instant) -> DbResult<Option<SignIn>> {
    let found = row!(
        db,
        SignInRow,
        "select token_hash, account, content, made_at, expires_at from sign_in
         where token_hash = $1 and account is not null and expires_at > $2",
        token_hash,
        now.0
    )?;
    Ok(found.map(read_sign_in))
}

/// The sign-ins of an account that are not over, newest first.
pub async fn sign_ins_of(db: &Db, account: &str, now: Instant) -> DbResult<Vec<SignIn>> {
    let found = rows!(
        db,
        SignInRow,
        "select token_hash, account, content, made_at, expires_at from sign_in
         where account = $1 and expires_at > $2 order by made_at desc",
        account,
        now.0
    )?;
    Ok(found.into_iter().map(read_sign_in).collect())
}

/// Lets a sign-in last until `expires_at`.
pub async fn extend_sign_in(db: &Db, token_hash: &str, expires_at: Instant) -> DbResult<()> {
    execute!(db, "update sign_in set expires_at = $1 where token_hash = $2", expires_at.0, token_hash)?;
    Ok(())
}

/// Ends one sign-in.
pub async fn end_sign_in(db: &Db, token_hash: &str) -> DbResult<()> {
    execute!(db, "delete from sign_in where token_hash = $1", token_hash)?;
    Ok(())
}

/// Ends every sign-in of an account, and tells how many there were.
pub async fn end_sign_ins_of(db: &Db, account: &str) -> DbResult<u64> {
    execute!(db, "delete from sign_in where account = $1", account)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::facts::set_fact;
    use crate::db::tests::on_each_engine;

    fn account_named(name: &str) -> Account {
        Account {
            id: format!("a-{name}"),
            name: name.to_owned(),
            display_name: name.to_owned(),
            role: Role::Admin,
            password_hash: "$argon2id$".to_owned(),
            language: Language::Chinese,
            made_at: Instant(5),
            closed_at: None,
        }
    }

    #[tokio::test]
    async fn a_setup_code_makes_one_account_and_no_second() {
        on_each_engine(|db| async move {
            set_fact(&db, "setup_code", "hash").await.expect("set");
            let first = |name| account_named(name);
            assert!(!add_first_account(&db, &first("eve"), "setup_code", "guess").await.expect("asked"));
            assert!(!any_account(&db).await.expect("asked"));
            assert!(add_first_account(&db, &first("ann"), "setup_code", "hash").await.expect("asked"));
            assert!(!add_first_account(&db, &first("bob"), "setup_code", "hash").await.expect("asked"));
            assert_eq!(accounts(&db).await.expect("asked").len(), 1);
            assert!(matches!(add_account(&db, &first("ann")).await, Err(DbError::Conflict(_))));
        })
        .await;
    }

    #[tokio::test]
    async fn a_sign_in_ends_by_itself_or_with_all_the_others() {
        on_each_engine(|db| async move {
            add_account(&db, &account_named("ann")).await.expect("made");
            for n in 0..3_i64 {
                let sign_in = SignIn {
                    token_hash: format!("t{n}"),
                    account: "a-ann".into(),
                    content: "{}".into(),
                    made_at: Instant(10 + n),
                    expires_at: Instant(100 + n),
                };
                add_sign_in(&db, &sign_in).await.expect("noted");
            }
            assert!(sign_in(&db, "t0", Instant(99)).await.expect("asked").is_some());
            assert!(sign_in(&db, "t0", Instant(100)).await.expect("asked").is_none());
            extend_sign_in(&db, "t0", Instant(200)).await.expect("extended");
            assert!(sign_in(&db, "t0", Instant(199)).await.expect("asked").is_some());
            assert_eq!(sign_ins_of(&db, "a-ann", Instant(101)).await.expect("asked").len(), 2);
            assert_eq!(end_sign_ins_of(&db, "a-ann").await.expect("ended"), 3);
        })
        .await;
    }
}
