//! The first account: made with a one-time code that the server prints at its first run and keeps as a hash alone.

use std::sync::atomic::Ordering;

use anteroom_content::id::Code;
use askama::Template;
use axum::extract::State as Shared;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;

use super::desk::Desk;
use super::fault::Fault;
use super::fields::{Fields, clean, is_title, new_name};
use super::frame::{Page, show, show_again};
use super::said::{Said, go};
use super::visitor::Visitor;
use super::{password, sign_in};
use crate::db::accounts::{self, Account, Role};
use crate::db::{DbResult, facts};
use crate::state::State;

/// Letters of the code: with thirty of them to choose from nobody guesses it, however long he tries.
const CODE_CHARS: usize = 15;
/// The fact that holds its hash.
const FACT: &str = "setup_code";

/// The code as it is printed; a new one at every start, until there is an account. None when there is one.
///
/// # Errors
/// When the database does not answer or there is no chance to draw from.
pub async fn make_code(state: &State) -> DbResult<Option<String>> {
    if accounts::any_account(&state.db).await? {
        return Ok(None);
    }
    let mut chance = [0; 32];
    getrandom::fill(&mut chance)
        .map_err(|error| crate::db::DbError::Unreadable { what: "chance", why: error.to_string() })?;
    let code = Code::<CODE_CHARS>::from_entropy(&chance);
    facts::set_fact(&state.db, FACT, &hash_of(&code)).await?;
    let letters: Vec<char> = code.as_str().chars().collect();
    let groups: Vec<String> = letters.chunks(5).map(|group| group.iter().collect()).collect();
    Ok(Some(groups.join("-")))
}

fn hash_of(code: &Code<CODE_CHARS>) -> String {
    blake3::hash(code.as_str().as_bytes()).to_hex().to_string()
}

#[derive(Template)]
#[template(path = "setup.html")]
struct SetupPage {
    page: Page,
    problems: Vec<Said>,
    form: SetupForm,
}

#[derive(Clone, Default, Deserialize)]
pub(super) struct SetupForm {
    #[serde(default)]
    code: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    display_name: String,
    #[serde(default)]
    password: String,
}

/// The page; there is none once an account exists.
pub(super) async fn ask(Shared(desk): Shared<Desk>, visitor: Visitor) -> Result<Response, Fault> {
    if accounts::any_account(&desk.house.db).await? {
        return Ok(go("/"));
    }
    show(&SetupPage { page: Page::of(&visitor), problems: Vec::new(), form: SetupForm::default() })
}

/// The form: the code is spent and the account made in one step.
pub(super) async fn enter(
    Shared(desk): Shared<Desk>,
    visitor: Visitor,
    headers: HeaderMap,
    Fields(form): Fields<SetupForm>,
) -> Result<Response, Fault> {
    if accounts::any_account(&desk.house.db).await? {
        return Ok(go("/"));
    }
    let again = |problems: Vec<Said>| {
        let form = SetupForm { password: String::new(), ..form.clone() };
        show_again(&SetupPage { page: Page::of(&visitor), problems, form })
    };
    let mut problems = problems_of(&form.name, &form.display_name, &form.password);
    let code = Code::<CODE_CHARS>::parse(&clean(&form.code));
    let Some(code) = code.filter(|_| problems.is_empty()) else {
        if code.is_none() {
            problems.insert(0, Said::bad("bad-setup-code"));
        }
        return again(problems);
    };
    if !desk.gate.may_try("", visitor.address, visitor.now) {
        return again(vec![Said::bad("bad-sign-in-rest")]);
    }
    let account = Account {
        id: new_name("a")?,
        name: clean(&form.name).to_lowercase(),
        display_name: clean(&form.display_name),
        role: Role::Admin,
        password_hash: password::hash(&desk, form.password.clone()).await?,
        language: visitor.language,
        made_at: visitor.now,
        closed_at: None,
    };
    if !accounts::add_first_account(&desk.house.db, &account, FACT, &hash_of(&code)).await? {
        return again(vec![Said::bad("bad-setup-code")]);
    }
    desk.gate.passed("", visitor.address);
    desk.is_set_up.store(true, Ordering::Relaxed);
    desk.note(&account, "account.first", &account.name, "").await?;
    sign_in::begin(&desk, &visitor, &headers, &account, "/").await
}

/// What is wrong with the words for a new account.
pub(super) fn problems_of(name: &str, display_name: &str, password: &str) -> Vec<Said> {
    let mut problems = Vec::new();
    let name = clean(name);
    let is_name = (2..=32).contains(&name.chars().count())
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-'));
    if !is_name {
        problems.push(Said::bad("bad-account-name"));
    }
    if !is_title(&clean(display_name)) {
        problems.push(Said::bad("bad-display-name"));
    }
    if let Some(weakness) = password::weakness(password, &name) {
        problems.push(Said::bad(weakness).put("count", password::PASSWORD_CHARS_MIN));
    }
    problems
}
