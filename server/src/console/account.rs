//! One's own account: language and theme, password, where one is signed in, sign out everywhere.

use anteroom_content::clock::Instant;
use anteroom_content::text::Language;
use askama::Template;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use serde::Deserialize;

use super::desk::Desk;
use super::fault::Fault;
use super::fields::{Fields, way_back};
use super::frame::{Page, show, show_again};
use super::said::{Said, go};
use super::sign_in::Browser;
use super::visitor::{LANGUAGE_COOKIE, Staff, THEME_COOKIE, Theme, Visitor};
use super::{password, sign_in};
use crate::db::accounts::{self, Account};

/// Language and theme are remembered for a year.
const PREFERENCE_SECS: u32 = 365 * 24 * 3600;

#[derive(Deserialize)]
pub(super) struct Preferences {
    language: Option<String>,
    theme: Option<String>,
    #[serde(default)]
    back: String,
}

/// Chooses language or theme, also before signing in.
pub(super) async fn prefer(
    State(desk): State<Desk>,
    visitor: Visitor,
    Fields(form): Fields<Preferences>,
) -> Result<Response, Fault> {
    let mut response = go(&way_back(&form.back));
    let mut remember = |name: &str, value: &str| -> Result<(), Fault> {
        let cookie = format!("{name}={value}; Path=/; Max-Age={PREFERENCE_SECS}; HttpOnly; SameSite=Strict");
        response.headers_mut().append(SET_COOKIE, HeaderValue::from_str(&cookie).map_err(Fault::internal)?);
        Ok(())
    };
    if let Some(tag) = form.language {
        let language = if tag == Language::English.tag() { Language::English } else { Language::Chinese };
        remember(LANGUAGE_COOKIE, language.tag())?;
        if let Some(who) = &visitor.who {
            accounts::set_language(&desk.house.db, &who.account.id, language).await?;
        }
    }
    if let Some(theme) = form.theme.as_deref().and_then(Theme::parse) {
        remember(THEME_COOKIE, theme.as_str())?;
    }
    Ok(response)
}

struct Line {
    browser: Browser,
    since: Instant,
    is_this: bool,
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    page: Page,
    account: Account,
    lines: Vec<Line>,
    problems: Vec<Said>,
}

async fn page(desk: &Desk, staff: &Staff, problems: Vec<Said>) -> Result<AccountPage, Fault> {
    let found = accounts::sign_ins_of(&desk.house.db, &staff.account.id, staff.visitor.now).await?;
    let this = staff.visitor.who.as_ref().map(|who| who.token_hash.as_str());
    let lines = found.into_iter().map(|one| Line {
        browser: serde_json::from_str(&one.content).unwrap_or_default(),
        since: one.made_at,
        is_this: Some(one.token_hash.as_str()) == this,
    });
    Ok(AccountPage { page: staff.page(), account: staff.account.clone(), lines: lines.collect(), problems })
}

/// The page.
pub(super) async fn look(State(desk): State<Desk>, staff: Staff) -> Result<Response, Fault> {
    show(&page(&desk, &staff, Vec::new()).await?)
}

#[derive(Deserialize)]
pub(super) struct PasswordForm {
    #[serde(default)]
    current: String,
    #[serde(default)]
    password: String,
}

/// Changes the password; every other sign-in ends.
pub(super) async fn change_password(
    State(desk): State<Desk>,
    staff: Staff,
    headers: HeaderMap,
    Fields(form): Fields<PasswordForm>,
) -> Result<Response, Fault> {
    let account = &staff.account;
    if !desk.gate.may_try(&account.name, staff.visitor.address, staff.visitor.now) {
        return show_again(&page(&desk, &staff, vec![Said::bad("bad-sign-in-rest")]).await?);
    }
    if !password::is_right(&desk, form.current, Some(account.password_hash.clone())).await? {
        return show_again(&page(&desk, &staff, vec![Said::bad("bad-current-password")]).await?);
    }
    desk.gate.passed(&account.name, staff.visitor.address);
    if let Some(weakness) = password::weakness(&form.password, &account.name) {
        let said = Said::bad(weakness).put("count", password::PASSWORD_CHARS_MIN);
        return show_again(&page(&desk, &staff, vec![said]).await?);
    }
    let hash = password::hash(&desk, form.password).await?;
    accounts::set_password(&desk.house.db, &account.id, &hash).await?;
    accounts::end_sign_ins_of(&desk.house.db, &account.id).await?;
    desk.note(account, "account.password", &account.name, "").await?;
    sign_in::begin(&desk, &staff.visitor, &headers, account, "/account").await
}

/// Ends every sign-in of this account, this one too.
pub(super) async fn leave_everywhere(State(desk): State<Desk>, staff: Staff) -> Result<Response, Fault> {
    let count = accounts::end_sign_ins_of(&desk.house.db, &staff.account.id).await?;
    desk.note(&staff.account, "sign-out.everywhere", &staff.account.name, &count.to_string()).await?;
    Ok(Said::new("said-signed-out").at("/sign-in"))
}
