//! Accounts, for administrators: add, change the role, give a new password, close. A closed account keeps its name in the books.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::desk::Desk;
use super::fault::Fault;
use super::fields::{Fields, Named, clean, new_name};
use super::frame::{Page, show, show_again};
use super::said::Said;
use super::visitor::Staff;
use super::{password, setup};
use crate::db::DbError;
use crate::db::accounts::{self, Account, Role};

#[derive(Template)]
#[template(path = "accounts.html")]
struct AccountsPage {
    page: Page,
    accounts: Vec<Account>,
    roles: [Role; 5],
    mine: String,
    form: AccountForm,
    problems: Vec<Said>,
}

#[derive(Clone, Default, Deserialize)]
pub(super) struct AccountForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    display_name: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    password: String,
}

async fn page(desk: &Desk, staff: &Staff, form: AccountForm, problems: Vec<Said>) -> Result<AccountsPage, Fault> {
    Ok(AccountsPage {
        page: staff.page(),
        accounts: accounts::accounts(&desk.house.db).await?,
        roles: Role::ALL,
        mine: staff.account.id.clone(),
        form: AccountForm { password: String::new(), ..form },
        problems,
    })
}

/// The page.
pub(super) async fn look(State(desk): State<Desk>, staff: Staff) -> Result<Response, Fault> {
    show(&page(&desk, &staff, AccountForm::default(), Vec::new()).await?)
}

/// Adds an account.
pub(super) async fn add(
    State(desk): State<Desk>,
    staff: Staff,
    Fields(form): Fields<AccountForm>,
) -> Result<Response, Fault> {
    let mut problems = setup::problems_of(&form.name, &form.display_name, &form.password);
    let role = Role::parse(&form.role);
    if role.is_none() {
        problems.push(Said::bad("bad-role"));
    }
    let Some(role) = role.filter(|_| problems.is_empty()) else {
        return show_again(&page(&desk, &staff, form, problems).await?);
    };
    let account = Account {
        id: new_name("a")?,
        name: clean(&form.name).to_lowercase(),
        display_name: clean(&form.display_name),
        role,
        password_hash: password::hash(&desk, form.password.clone()).await?,
        language: staff.visitor.language,
        made_at: staff.visitor.now,
        closed_at: None,
    };
    match accounts::add_account(&desk.house.db, &account).await {
        Ok(()) => {}
        Err(DbError::Conflict(_)) => {
            let problems = vec![Said::bad("bad-account-taken")];
            return show_again(&page(&desk, &staff, form, problems).await?);
        }
        Err(error) => return Err(error.into()),
    }
    desk.note(&staff.account, "account.add", &account.name, role.as_str()).await?;
    Ok(Said::new("said-account-added").put("name", &account.display_name).at("/accounts"))
}

/// One's own account is not changed here: nobody locks himself out by a slip.
async fn other(desk: &Desk, staff: &Staff, id: &str) -> Result<Result<Account, Response>, Fault> {
    let account = accounts::account(&desk.house.db, id).await?.ok_or_else(Fault::not_found)?;
    if account.id == staff.account.id {
        return Ok(Err(Said::bad("bad-own-account").at("/accounts")));
    }
    Ok(Ok(account))
}

#[derive(Deserialize)]
pub(super) struct RoleForm {
    role: String,
}

/// Gives another role; its sign-ins end, so that it holds at once.
pub(super) async fn change_role(
    State(desk): State<Desk>,
    staff: Staff,
    Named(id): Named<String>,
    Fields(form): Fields<RoleForm>,
) -> Result<Response, Fault> {
    let role = Role::parse(&form.role).ok_or_else(Fault::bad_form)?;
    let account = match other(&desk, &staff, &id).await? {
        Ok(account) => account,
        Err(response) => return Ok(response),
    };
    accounts::set_role(&desk.house.db, &id, role).await?;
    accounts::end_sign_ins_of(&desk.house.db, &id).await?;
    desk.note(&staff.account, "account.role", &account.name, role.as_str()).await?;
    Ok(Said::new("said-account-changed").put("name", &account.display_name).at("/accounts"))
}

#[derive(Deserialize)]
pub(super) struct ResetForm {
    #[serde(default)]
    password: String,
}

/// Gives a new password to somebody who forgot his; his sign-ins end.
pub(super) async fn reset(
    State(desk): State<Desk>,
    staff: Staff,
    Named(id): Named<String>,
    Fields(form): Fields<ResetForm>,
) -> Result<Response, Fault> {
    let account = match other(&desk, &staff, &id).await? {
        Ok(account) => account,
        Err(response) => return Ok(response),
    };
    if let Some(weakness) = password::weakness(&form.password, &account.name) {
        return Ok(Said::bad(weakness).put("count", password::PASSWORD_CHARS_MIN).at("/accounts"));
    }
    let hash = password::hash(&desk, form.password).await?;
    accounts::set_password(&desk.house.db, &id, &hash).await?;
    accounts::end_sign_ins_of(&desk.house.db, &id).await?;
    desk.note(&staff.account, "account.reset", &account.name, "").await?;
    Ok(Said::new("said-account-changed").put("name", &account.display_name).at("/accounts"))
}

/// Closes an account.
pub(super) async fn close(State(desk): State<Desk>, staff: Staff, Named(id): Named<String>) -> Result<Response, Fault> {
    let account = match other(&desk, &staff, &id).await? {
        Ok(account) => account,
        Err(response) => return Ok(response),
    };
    accounts::close_account(&desk.house.db, &id, staff.visitor.now).await?;
    accounts::end_sign_ins_of(&desk.house.db, &id).await?;
    desk.note(&staff.account, "account.close", &account.name, "").await?;
    Ok(Said::new("said-account-closed").put("name", &account.display_name).at("/accounts"))
}
