//! What went wrong, for whoever wrote the other machine: a code that stays, and a sentence in both languages that says what to do.

use anteroom_content::text::Text;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// Somebody may ask again after so many seconds.
const RETRY_AFTER_SECS: HeaderValue = HeaderValue::from_static("1");

/// Why a request was not done; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    status: StatusCode,
    code: &'static str,
    field: Option<&'static str>,
    text: Text,
}

#[derive(Serialize)]
struct Body<'a> {
    error: Told<'a>,
}

#[derive(Serialize)]
struct Told<'a> {
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    message: &'a Text,
}

impl Fault {
    pub(super) fn new(status: StatusCode, code: &'static str, zh: &str, en: &str) -> Self {
        Self { status, code, field: None, text: Text::new(zh, en) }
    }

    /// It is about a field of the body.
    pub(super) fn of(self, field: &'static str) -> Self {
        Self { field: Some(field), ..self }
    }

    pub(super) fn no_address() -> Self {
        let (zh, en) =
            ("没有这个接口地址；叫号用 POST /api/v1/calls", "there is no such address; calls go to POST /api/v1/calls");
        Self::new(StatusCode::NOT_FOUND, "no_address", zh, en)
    }

    pub(super) fn method() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "此接口只接受 POST", "only POST is done here")
    }

    pub(super) fn key() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "bad_key",
            "密钥缺失或无效：在请求头写 Authorization: Bearer 密钥；密钥在管理后台的院区“叫号”页生成",
            "the key is missing or not known: send the header `Authorization: Bearer KEY`; a key is made in the console, on the site's page for calls",
        )
    }

    pub(super) fn pace() -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many",
            "请求过于频繁，请稍后再试",
            "too many requests: try again in a moment",
        )
    }

    pub(super) fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "服务器出错，请稍后重试；持续出现请联系管理员",
            "the server failed: try again, and tell its administrator if it stays so",
        )
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let body = Body { error: Told { code: self.code, field: self.field, message: &self.text } };
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        match self.status {
            StatusCode::UNAUTHORIZED => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            StatusCode::TOO_MANY_REQUESTS => {
                headers.insert(header::RETRY_AFTER, RETRY_AFTER_SECS);
            }
            StatusCode::METHOD_NOT_ALLOWED => {
                headers.insert(header::ALLOW, HeaderValue::from_static("POST"));
            }
            _ => {}
        }
        response
    }
}
