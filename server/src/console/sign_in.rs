//! Signing in and out. The browser keeps a random token, the database its hash; idle for half an hour or after twelve it is over.

use anteroom_content::clock::{HOUR_MS, Instant, MINUTE_MS};
use anteroom_content::manifest::to_hex;
use askama::Template;
use axum::extract::State;
use axum::http::header::{SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use serde::Deserialize;

use super::desk::Desk;
use super::fault::Fault;
use super::fields::{Asked, Fields, clean, way_back};
use super::frame::{Page, show, show_again};
use super::password;
use super::said::{Said, go};
use super::visitor::Visitor;
use crate::db::accounts::{self, Account, SignIn};

/// The cookie of the token.
pub(super) const SIGN_IN_COOKIE: &str = "anteroom-console";
/// A sign-in nobody uses ends after this.
const IDLE_MS: i64 = 30 * MINUTE_MS;
/// Every sign-in ends after this.
const ABSOLUTE_MS: i64 = 12 * HOUR_MS;
/// Its end is moved at most once in so long: looking must not write all the time.
const EXTEND_EVERY_MS: i64 = MINUTE_MS;
/// So much of a browser's name is kept, in characters.
const BROWSER_CHARS_MAX: usize = 120;

/// What is known of a signed-in browser.
#[derive(Debug, Clone, Default, serde::Serialize, Deserialize)]
pub(super) struct Browser {
    /// From where.
    pub(super) address: String,
    /// What it calls itself.
    pub(super) name: String,
}

/// The hash of a token.
pub(super) fn hash_of(token: &str) -> String {
    blake3::hash(token.as_bytes()).to_hex().to_string()
}

/// The new end of a sign-in that is used at `now`, when it is worth writing down.
pub(super) fn extended(sign_in: &SignIn, now: Instant) -> Option<Instant> {
    let end = now.plus_ms(IDLE_MS).min(sign_in.made_at.plus_ms(ABSOLUTE_MS));
    (end.ms_since(sign_in.expires_at) >= EXTEND_EVERY_MS).then_some(end)
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    page: Page,
    problems: Vec<Said>,
    name: String,
    next: String,
}

#[derive(Deserialize)]
pub(super) struct Next {
    #[serde(default)]
    next: String,
}

/// The page.
pub(super) async fn ask(visitor: Visitor, Asked(Next { next }): Asked<Next>) -> Result<Response, Fault> {
    if visitor.who.is_some() {
        return Ok(go("/"));
    }
    let next = way_back(&next);
    show(&SignInPage { page: Page::of(&visitor), problems: Vec::new(), name: String::new(), next })
}

#[derive(Deserialize)]
pub(super) struct SignInForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

/// The form. A wrong name, a wrong password and a closed account sound the same and take as long.
pub(super) async fn enter(
    State(desk): State<Desk>,
    visitor: Visitor,
    headers: HeaderMap,
    Fields(form): Fields<SignInForm>,
) -> Result<Response, Fault> {
    let name = clean(&form.name).to_lowercase();
    let next = way_back(&form.next);
    let again = |key: &str| {
        let problems = vec![Said::bad(key)];
        show_again(&SignInPage { page: Page::of(&visitor), problems, name: clean(&form.name), next: next.clone() })
    };
    if !desk.gate.may_try(&name, visitor.address, visitor.now) {
        tracing::warn!(client.address = %visitor.address, "too many wrong sign-ins; the name or address rests");
        return again("bad-sign-in-rest");
    }
    let found = accounts::account_by_name(&desk.house.db, &name).await?;
    let account = found.filter(|account| account.closed_at.is_none());
    let hash = account.as_ref().map(|account| account.password_hash.clone());
    let is_right = password::is_right(&desk, form.password.clone(), hash).await?;
    let Some(account) = account.filter(|_| is_right) else { return again("bad-sign-in") };
    desk.gate.passed(&name, visitor.address);
    begin(&desk, &visitor, &headers, &account, &next).await
}

/// Begins a sign-in under a new token; one the browser had before ends.
pub(super) async fn begin(
    desk: &Desk,
    visitor: &Visitor,
    headers: &HeaderMap,
    account: &Account,
    next: &str,
) -> Result<Response, Fault> {
    if let Some(who) = &visitor.who {
        accounts::end_sign_in(&desk.house.db, &who.token_hash).await?;
    }
    let mut chance = [0; 32];
    getrandom::fill(&mut chance).map_err(Fault::internal)?;
    let token = to_hex(&chance);
    let name = headers.get(USER_AGENT).and_then(|name| name.to_str().ok()).unwrap_or_default();
    let name = name.chars().take(BROWSER_CHARS_MAX).collect();
    let browser = Browser { address: visitor.address.to_string(), name };
    let sign_in = SignIn {
        token_hash: hash_of(&token),
        account: account.id.clone(),
        content: serde_json::to_string(&browser).map_err(Fault::internal)?,
        made_at: visitor.now,
        expires_at: visitor.now.plus_ms(IDLE_MS),
    };
    accounts::add_sign_in(&desk.house.db, &sign_in).await?;
    desk.note(account, "sign-in", &account.name, &browser.address).await?;
    let mut response = go(next);
    response.headers_mut().append(SET_COOKIE, cookie(desk, &token, ABSOLUTE_MS / 1_000)?);
    Ok(response)
}

/// Ends this sign-in.
pub(super) async fn leave(State(desk): State<Desk>, visitor: Visitor) -> Result<Response, Fault> {
    if let Some(who) = &visitor.who {
        accounts::end_sign_in(&desk.house.db, &who.token_hash).await?;
        desk.note(&who.account, "sign-out", &who.account.name, "").await?;
    }
    let mut response = Said::new("said-signed-out").at("/sign-in");
    response.headers_mut().append(SET_COOKIE, cookie(&desk, "", 0)?);
    Ok(response)
}

fn cookie(desk: &Desk, token: &str, secs: i64) -> Result<HeaderValue, Fault> {
    // On a plain address of a hospital's network a Secure cookie would never come back.
    let secure = if desk.house.console_address.starts_with("https://") { "; Secure" } else { "" };
    let cookie = format!("{SIGN_IN_COOKIE}={token}; Path=/; Max-Age={secs}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&cookie).map_err(Fault::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_lives_half_an_hour_from_its_last_use_and_twelve_hours_at_most() {
        let mut sign_in = SignIn {
            token_hash: String::new(),
            account: String::new(),
            content: String::new(),
            made_at: Instant(0),
            expires_at: Instant(IDLE_MS),
        };
        assert_eq!(extended(&sign_in, Instant(30_000)), None, "not worth a write yet");
        assert_eq!(extended(&sign_in, Instant(10 * MINUTE_MS)), Some(Instant(40 * MINUTE_MS)));
        sign_in.expires_at = Instant(ABSOLUTE_MS - MINUTE_MS);
        assert_eq!(extended(&sign_in, Instant(ABSOLUTE_MS - 2 * MINUTE_MS)), Some(Instant(ABSOLUTE_MS)));
        sign_in.expires_at = Instant(ABSOLUTE_MS);
        assert_eq!(extended(&sign_in, Instant(ABSOLUTE_MS - 1)), None);
    }
}
