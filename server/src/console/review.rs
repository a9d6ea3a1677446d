//! Review: a second person approves a version or sends it back with a reason; anybody allowed to takes an item off the air.

use anteroom_content::clock::Instant;
use anteroom_content::id::{ContentHash, ItemId};
use anteroom_content::item::Item;
use anteroom_content::text::Text;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::desk::Desk;
use super::fault::Fault;
use super::fields::{Fields, Named, clean};
use super::frame::{Page, show};
use super::media;
use super::media_form::REVIEW_MS;
use super::playlists::{icon_of, picture_of};
use super::said::Said;
use super::visitor::Staff;
use crate::db::items::{self, ReviewState};
use crate::publish;

struct Line {
    item: Item,
    class: Text,
    icon: &'static str,
    picture: Option<ContentHash>,
    made_by: String,
    made_at: Instant,
    is_mine: bool,
}

#[derive(Template)]
#[template(path = "review.html")]
struct ReviewPage {
    page: Page,
    lines: Vec<Line>,
}

/// What waits, the longest waiting first.
pub(super) async fn look(State(desk): State<Desk>, staff: Staff) -> Result<Response, Fault> {
    let names = desk.names().await?;
    let mut waiting = items::items(&desk.house.db).await?;
    waiting.retain(|record| record.state == ReviewState::Waiting);
    waiting.sort_by_key(|record| record.made_at);
    let lines = waiting.into_iter().map(|record| Line {
        class: record.item.class.name(),
        icon: icon_of(&record.item),
        picture: picture_of(&record.item),
        is_mine: record.made_by == staff.account.id,
        made_by: names.get(&record.made_by).cloned().unwrap_or(record.made_by),
        made_at: record.made_at,
        item: record.item,
    });
    show(&ReviewPage { page: staff.page(), lines: lines.collect() })
}

#[derive(Deserialize)]
pub(super) struct JudgeForm {
    version: u32,
    #[serde(default)]
    reason: String,
}

/// Approves the version the person saw; never his own.
pub(super) async fn approve(
    State(desk): State<Desk>,
    staff: Staff,
    Named(id): Named<ItemId>,
    Fields(form): Fields<JudgeForm>,
) -> Result<Response, Fault> {
    let record = items::item(&desk.house.db, &id, form.version).await?.ok_or_else(Fault::not_found)?;
    if record.made_by == staff.account.id {
        return media::again(&desk, &staff, &id, None, vec![Said::bad("bad-own-review")]).await;
    }
    let now = staff.visitor.now;
    let item = Item { reviewed_at: now, review_by: now.plus_ms(REVIEW_MS), ..record.item };
    let words = clean(&form.reason);
    if !items::approve_item(&desk.house.db, &item, &staff.account.id, &words, now).await? {
        return Err(Fault::changed());
    }
    desk.note(&staff.account, "media.approve", id.as_str(), &form.version.to_string()).await?;
    Ok(Said::new("said-approved").put("name", &item.title.zh).at("/review"))
}

/// Sends the version the person saw back, with a reason.
pub(super) async fn send_back(
    State(desk): State<Desk>,
    staff: Staff,
    Named(id): Named<ItemId>,
    Fields(form): Fields<JudgeForm>,
) -> Result<Response, Fault> {
    let reason = clean(&form.reason);
    if reason.is_empty() {
        return media::again(&desk, &staff, &id, None, vec![Said::bad("bad-reason")]).await;
    }
    let record = items::item(&desk.house.db, &id, form.version).await?.ok_or_else(Fault::not_found)?;
    if record.made_by == staff.account.id {
        return media::again(&desk, &staff, &id, None, vec![Said::bad("bad-own-review")]).await;
    }
    let step = (ReviewState::Waiting, ReviewState::Returned);
    let db = &desk.house.db;
    if !items::judge_item(db, (&id, form.version), step, &staff.account.id, &reason, staff.visitor.now).await? {
        return Err(Fault::changed());
    }
    desk.note(&staff.account, "media.return", id.as_str(), &reason).await?;
    Ok(Said::new("said-returned").put("name", &record.item.title.zh).at("/review"))
}

#[derive(Deserialize)]
pub(super) struct WithdrawForm {
    #[serde(default)]
    reason: String,
}

/// Takes an item off the air, everywhere and at once.
pub(super) async fn withdraw(
    State(desk): State<Desk>,
    staff: Staff,
    Named(id): Named<ItemId>,
    Fields(form): Fields<WithdrawForm>,
) -> Result<Response, Fault> {
    let reason = clean(&form.reason);
    if reason.is_empty() {
        return media::again(&desk, &staff, &id, None, vec![Said::bad("bad-reason")]).await;
    }
    if !items::withdraw_item(&desk.house.db, &id, &staff.account.id, &reason, staff.visitor.now).await? {
        return Err(Fault::changed());
    }
    desk.note(&staff.account, "media.withdraw", id.as_str(), &reason).await?;
    let zones = publish::recall(&desk.house, &id, &staff.account.id).await?;
    Ok(Said::new("said-withdrawn").put("count", zones).at(&format!("/media/{id}")))
}
