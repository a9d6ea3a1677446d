//! The door itself: which address opens which page, and what every answer carries.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::sync::Semaphore;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

use super::count::{Counting, Opens, start as start_counting};
use super::{clinic, education, frame, media, start};
use crate::state::State;

/// How long a page may take.
const PAGE_TIME_MAX: Duration = Duration::from_secs(10);
/// The largest body a request may have: no page takes any.
const BODY_BYTES_MAX: usize = 1024;
/// Pictures decoded at once: a large one takes half a gigabyte while it is.
const DRAWINGS_MAX: usize = 2;

/// What the pages share.
#[derive(Clone)]
pub(super) struct Door {
    /// The house behind the door.
    pub(super) house: State,
    /// Where opens are counted.
    pub(super) opens: Opens,
    /// Turns at decoding pictures.
    pub(super) drawing: Arc<Semaphore>,
}

/// The patients' door, with the counting that ends after it.
pub fn open(state: State) -> (Router, Counting) {
    let (opens, counting) = start_counting(state.db.clone());
    let door = Door { house: state, opens, drawing: Arc::new(Semaphore::new(DRAWINGS_MAX)) };
    let pages = Router::new()
        .route("/", get(start::show))
        .route("/go", get(start::go))
        .route("/s/{code}", get(education::show))
        .route("/S/{code}", get(education::show))
        .route("/c/{code}", get(clinic::show))
        .route("/C/{code}", get(clinic::show))
        .fallback(start::unknown_page)
        .layer(CompressionLayer::new());
    let router = Router::new()
        .route("/healthz", get(healthz))
        .route("/favicon.ico", get(async || StatusCode::NO_CONTENT))
        .route("/media/{hash}", get(media::show))
        .merge(pages)
        .layer(RequestBodyLimitLayer::new(BODY_BYTES_MAX))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, PAGE_TIME_MAX))
        .layer(CatchPanicLayer::custom(|_| frame::unavailable()));
    (with_headers(router).with_state(door), counting)
}

/// The patients' door, where nobody waits for the last counters.
pub fn router(state: State) -> Router {
    open(state).0
}

fn with_headers(router: Router<Door>) -> Router<Door> {
    let always = [
        (header::CONTENT_SECURITY_POLICY, frame::content_security_policy()),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=()"),
        (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
    ];
    let router = always.into_iter().fold(router, |router, (name, value)| {
        router.layer(SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value)))
    });
    let no_store = HeaderValue::from_static("no-store");
    router.layer(SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, no_store))
}

async fn healthz() -> Response {
    "ok\n".into_response()
}
