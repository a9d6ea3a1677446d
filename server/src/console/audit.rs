//! Who did what, newest first, fifty a page.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::desk::Desk;
use super::fault::Fault;
use super::fields::Asked;
use super::frame::{Page, show};
use super::visitor::Staff;
use crate::db::accounts::{self, Account};
use crate::db::audit::{self, Deed};

/// Lines of a page.
pub(super) const LINES_MAX: u32 = 50;

impl Desk {
    /// Writes down what somebody did.
    pub(super) async fn note(&self, by: &Account, verb: &str, subject: &str, detail: &str) -> Result<(), Fault> {
        let deed = Deed {
            at: self.house.now(),
            account: by.id.clone(),
            verb: verb.to_owned(),
            subject: subject.to_owned(),
            detail: detail.to_owned(),
        };
        Ok(audit::add(&self.house.db, &deed).await?)
    }

    /// Display names of accounts by their names in the books.
    pub(super) async fn names(&self) -> Result<HashMap<String, String>, Fault> {
        let all = accounts::accounts(&self.house.db).await?;
        Ok(all.into_iter().map(|account| (account.id, account.display_name)).collect())
    }
}

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage {
    page: Page,
    deeds: Vec<(Deed, String)>,
    number: u32,
    has_more: bool,
}

#[derive(Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    page: u32,
}

/// The page.
pub(super) async fn look(
    State(desk): State<Desk>,
    staff: Staff,
    Asked(which): Asked<Which>,
) -> Result<Response, Fault> {
    let names = desk.names().await?;
    let mut deeds = audit::deeds(&desk.house.db, which.page.saturating_mul(LINES_MAX), LINES_MAX + 1).await?;
    let has_more = deeds.len() > LINES_MAX as usize;
    deeds.truncate(LINES_MAX as usize);
    let told = deeds.into_iter().map(|deed| {
        let name = names.get(&deed.account).cloned().unwrap_or_else(|| deed.account.clone());
        (deed, name)
    });
    show(&AuditPage { page: staff.page(), deeds: told.collect(), number: which.page, has_more })
}
