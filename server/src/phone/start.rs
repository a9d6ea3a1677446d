//! The start page: for those whose phone reads no codes, the six characters under the code. And what an unknown code says.

use anteroom_content::id::ShortCode;
use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::frame::{Frame, PhoneError};
use super::reader::Reader;

#[derive(Template)]
#[template(path = "phone/start.html")]
struct StartPage {
    frame: Frame,
    title: String,
    /// What went wrong, on the page of an unknown code.
    wrong: Option<String>,
}

/// Shows the form.
pub(super) async fn show(reader: Reader) -> Result<Response, PhoneError> {
    page(&reader, StatusCode::OK, "phone-start-title", None)
}

/// Says that no screen has a code, and how to look again.
pub(super) fn unknown_code(reader: &Reader) -> Result<Response, PhoneError> {
    page(reader, StatusCode::NOT_FOUND, "phone-unknown-title", Some("phone-unknown-text"))
}

/// Says that an address leads nowhere.
pub(super) async fn unknown_page(reader: Reader) -> Result<Response, PhoneError> {
    page(&reader, StatusCode::NOT_FOUND, "phone-unknown-page", Some("phone-start-text"))
}

fn page(reader: &Reader, status: StatusCode, title: &str, wrong: Option<&str>) -> Result<Response, PhoneError> {
    let frame = Frame::of_start(reader, "/");
    let page = StartPage { title: frame.say(title), wrong: wrong.map(|key| frame.say(key)), frame };
    page.frame.respond(status, &page)
}

/// From the form to the page of the code that was typed. Nothing of what was typed but a well-formed code goes into the
/// address.
pub(super) async fn go(reader: Reader, Query(typed): Query<Vec<(String, String)>>) -> Result<Response, PhoneError> {
    let value = |name: &str| typed.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim());
    let Some(code) = value("code").and_then(ShortCode::parse) else { return unknown_code(&reader) };
    let door = if value("page") == Some("c") { "c" } else { "s" };
    let frame = Frame::of_start(&reader, "/");
    Ok(Redirect::to(&frame.link(&format!("/{door}/{code}"), None)).into_response())
}
