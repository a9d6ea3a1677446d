//! Why a page cannot be shown: what happened, why, what to do, in the visitor's language, with the number of the request.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use super::frame::Page;
use crate::db::DbError;
use crate::library::LibraryError;
use crate::publish::PublishError;

/// A failed request. The visitor's page is drawn from it when it leaves.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    status: StatusCode,
    /// Key of its headline; the text has the same key with `-text`.
    key: &'static str,
    /// For the log alone.
    why: Option<String>,
}

impl Fault {
    const fn of(status: StatusCode, key: &'static str) -> Self {
        Self { status, key, why: None }
    }

    /// No such page or thing.
    pub(super) const fn not_found() -> Self {
        Self::of(StatusCode::NOT_FOUND, "fault-not-found")
    }

    /// The role may not.
    pub(super) const fn forbidden() -> Self {
        Self::of(StatusCode::FORBIDDEN, "fault-forbidden")
    }

    /// The request came from another site's page.
    pub(super) const fn foreign() -> Self {
        Self::of(StatusCode::FORBIDDEN, "fault-foreign")
    }

    /// The form cannot be read.
    pub(super) const fn bad_form() -> Self {
        Self::of(StatusCode::BAD_REQUEST, "fault-form")
    }

    /// Somebody else changed it meanwhile.
    pub(super) const fn changed() -> Self {
        Self::of(StatusCode::CONFLICT, "fault-changed")
    }

    /// The disk is full.
    pub(super) const fn disk_full() -> Self {
        Self::of(StatusCode::INSUFFICIENT_STORAGE, "fault-disk-full")
    }

    /// Nothing the visitor could have done otherwise.
    #[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`, which hands errors over")]
    pub(super) fn internal(why: impl ToString) -> Self {
        Self { why: Some(why.to_string()), ..Self::of(StatusCode::INTERNAL_SERVER_ERROR, "fault-internal") }
    }

    /// Draws the page; logs what the visitor need not read.
    pub(super) fn page(&self, page: Page) -> Response {
        if let Some(why) = &self.why {
            tracing::error!(request.id = %page.request_id, why = %why, "a page failed");
        }
        let text = format!("{}-text", self.key);
        let drawn = FaultPage { heading: page.words.get(self.key), text: page.words.get(&text), page }.render();
        (self.status, Html(drawn.unwrap_or_else(|_| "500".to_owned()))).into_response()
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<DbError> for Fault {
    fn from(error: DbError) -> Self {
        match error {
            DbError::DiskFull => Self::disk_full(),
            DbError::Conflict(why) => Self { why: Some(why), ..Self::changed() },
            DbError::Group(why) if matches!(*why, DbError::DiskFull) => Self::disk_full(),
            DbError::Newer(_)
            | DbError::Unopened { .. }
            | DbError::Unreadable { .. }
            | DbError::Group(_)
            | DbError::CutOff
            | DbError::Internal(_) => Self::internal(error),
        }
    }
}

impl From<PublishError> for Fault {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::Db(error) => error.into(),
            PublishError::Problems(_) => Self::of(StatusCode::UNPROCESSABLE_ENTITY, "fault-problems"),
            PublishError::TimeZone(_)
            | PublishError::Unfinished(_)
            | PublishError::NoSite(_)
            | PublishError::Document(_)
            | PublishError::Frame(_)
            | PublishError::Nothing
            | PublishError::NothingToUndo => Self::internal(error),
        }
    }
}

impl From<LibraryError> for Fault {
    fn from(error: LibraryError) -> Self {
        match error {
            LibraryError::DiskFull => Self::disk_full(),
            LibraryError::Disk { .. } => Self::internal(error),
        }
    }
}

impl From<askama::Error> for Fault {
    fn from(error: askama::Error) -> Self {
        Self::internal(error)
    }
}

#[derive(Template)]
#[template(path = "fault.html")]
struct FaultPage {
    page: Page,
    heading: String,
    text: String,
}
