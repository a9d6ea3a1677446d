//! The door itself: which address does what, and the limits every request has.

use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, StatusCode, header};
use axum::routing::{any, post};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

use super::call;
use super::fault::Fault;
use crate::state::State;

/// The largest body: a call in every escape that JSON has.
pub(super) const BODY_BYTES_MAX: usize = 4 * 1024;
/// How long an answer may take.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(10);

/// The machines' door.
pub fn router(state: State) -> Router {
    let not_allowed = || async { Fault::method() };
    Router::new()
        .route("/api/v1/calls", post(call::call).fallback(not_allowed))
        .route("/api", any(|| async { Fault::no_address() }))
        .route("/api/{*rest}", any(|| async { Fault::no_address() }))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, ANSWER_TIME_MAX))
        .layer(CatchPanicLayer::custom(|_| axum::response::IntoResponse::into_response(Fault::internal())))
        .layer(SetResponseHeaderLayer::overriding(header::CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .layer(SetResponseHeaderLayer::overriding(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")))
        .with_state(state)
}
