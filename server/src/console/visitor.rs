//! Every request meets this first: who it is, in which language, from where; whether it may change anything at all; and,
//! on the way out, the page of a failure and the headers that every answer has.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::Ordering;

use anteroom_content::clock::Instant;
use anteroom_content::manifest::to_hex;
use anteroom_content::text::Language;
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, LOCATION, ORIGIN, REFERRER_POLICY, SET_COOKIE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use axum_extra::extract::CookieJar;

use super::desk::Desk;
use super::fault::Fault;
use super::frame::Page;
use super::said::{SAID_COOKIE, Said, go};
use super::sign_in::{self, SIGN_IN_COOKIE};
use crate::db::accounts::{self, Account};

/// The cookie of a language chosen before signing in.
pub(super) const LANGUAGE_COOKIE: &str = "anteroom-language";
/// The cookie of light or dark.
pub(super) const THEME_COOKIE: &str = "anteroom-theme";
/// A page that asks by itself says so: looking at a wall of screens must not keep a sign-in alive.
const POLL_HEADER: HeaderName = HeaderName::from_static("anteroom-poll");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const HX_REQUEST: &str = "hx-request";
const HX_REDIRECT: HeaderName = HeaderName::from_static("hx-redirect");
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; \
    connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; font-src 'self'";

/// Light, dark, or as the system is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Theme {
    /// As the system is.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// As it stands in cookie and page.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Reads what [`Theme::as_str`] wrote.
    pub(super) fn parse(text: &str) -> Option<Self> {
        [Self::Auto, Self::Light, Self::Dark].into_iter().find(|theme| theme.as_str() == text)
    }
}

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub(super) struct Who {
    /// The account.
    pub(super) account: Account,
    /// Hash of the token of this sign-in.
    pub(super) token_hash: String,
}

/// Whoever makes a request.
#[derive(Debug, Clone)]
pub(super) struct Visitor {
    /// Language of the pages.
    pub(super) language: Language,
    /// Light or dark.
    pub(super) theme: Theme,
    /// Who, if signed in.
    pub(super) who: Option<Who>,
    /// From where.
    pub(super) address: IpAddr,
    /// What to say once.
    pub(super) said: Vec<Said>,
    /// The path asked for, with its query.
    pub(super) path: String,
    /// The number of the request.
    pub(super) request_id: String,
    /// When it came.
    pub(super) now: Instant,
    /// Asked by htmx for a part of a page.
    pub(super) is_part: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Fault> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Fault::internal("a route lies outside the greeting"))
    }
}

/// A visitor who is signed in; the guard has seen to that.
pub(super) struct Staff {
    /// The visitor.
    pub(super) visitor: Visitor,
    /// The account.
    pub(super) account: Account,
}

impl Staff {
    /// The frame of a page.
    pub(super) fn page(&self) -> Page {
        Page::of(&self.visitor)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Staff {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        let visitor = Visitor::from_request_parts(parts, state).await?;
        let account = visitor.who.as_ref().map(|who| who.account.clone());
        let account = account.ok_or_else(|| Fault::internal("a page for staff has no guard"))?;
        Ok(Self { visitor, account })
    }
}

/// Meets every request.
pub(super) async fn greet(State(desk): State<Desk>, mut request: Request, next: Next) -> Response {
    let mut visitor = stranger(&desk, &request);
    let headers = request.headers().clone();
    let recognised = recognise(&desk, &headers, &mut visitor).await;
    let is_asset = request.uri().path().starts_with("/assets/");
    request.extensions_mut().insert(visitor.clone());
    let mut response = match recognised {
        Err(fault) => fault.into_response(),
        Ok(()) if !is_asset && changes_from_elsewhere(&request) => Fault::foreign().into_response(),
        Ok(()) if is_asset || belongs_before_setup(request.uri().path()) => next.run(request).await,
        Ok(()) => match is_set_up(&desk).await {
            Ok(true) => next.run(request).await,
            Ok(false) => go("/setup"),
            Err(fault) => fault.into_response(),
        },
    };
    if let Some(fault) = response.extensions_mut().remove::<Fault>() {
        response = fault.page(Page::of(&visitor));
    }
    if !visitor.said.is_empty() && is_page(&response) {
        let gone = HeaderValue::from_static("anteroom-said=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
        response.headers_mut().append(SET_COOKIE, gone);
    }
    add_headers(response.headers_mut(), &visitor.request_id);
    response
}

/// Where a visitor signs in, and then comes back to where he wanted to be.
pub(super) fn to_sign_in(request: &Request) -> Response {
    let wanted = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let is_look = request.method() == Method::GET && wanted != "/";
    let place = if is_look { format!("/sign-in?next={}", percent(wanted)) } else { "/sign-in".to_owned() };
    if !request.headers().contains_key(HX_REQUEST) {
        return go(&place);
    }
    let mut response = StatusCode::OK.into_response();
    if let Ok(place) = HeaderValue::from_str(&place) {
        response.headers_mut().insert(HX_REDIRECT, place);
    }
    response
}

fn percent(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'.' | b'_') {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

fn stranger(desk: &Desk, request: &Request) -> Visitor {
    let jar = CookieJar::from_headers(request.headers());
    let cookie = |name: &str| jar.get(name).map(|cookie| cookie.value().to_owned());
    let mut id = [0; 5];
    // Without chance the number of a request is zero; it is for people and logs alone.
    let _ = getrandom::fill(&mut id);
    Visitor {
        language: if cookie(LANGUAGE_COOKIE).as_deref() == Some("en") { Language::English } else { Language::Chinese },
        theme: cookie(THEME_COOKIE).and_then(|theme| Theme::parse(&theme)).unwrap_or_default(),
        who: None,
        address: request
            .extensions()
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| address.ip()),
        said: cookie(SAID_COOKIE).and_then(|said| Said::read(&said)).into_iter().collect(),
        path: request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned(),
        request_id: to_hex(&id),
        now: desk.house.now(),
        is_part: request.headers().contains_key(HX_REQUEST),
    }
}

async fn recognise(desk: &Desk, headers: &HeaderMap, visitor: &mut Visitor) -> Result<(), Fault> {
    let jar = CookieJar::from_headers(headers);
    let Some(token) = jar.get(SIGN_IN_COOKIE) else { return Ok(()) };
    let token_hash = sign_in::hash_of(token.value());
    let now = visitor.now;
    let Some(found) = accounts::sign_in(&desk.house.db, &token_hash, now).await? else { return Ok(()) };
    let account = accounts::account(&desk.house.db, &found.account).await?;
    let Some(account) = account.filter(|account| account.closed_at.is_none()) else { return Ok(()) };
    if !headers.contains_key(POLL_HEADER)
        && let Some(expires_at) = sign_in::extended(&found, now)
    {
        accounts::extend_sign_in(&desk.house.db, &token_hash, expires_at).await?;
    }
    visitor.language = account.language;
    visitor.who = Some(Who { account, token_hash });
    Ok(())
}

/// A change must come from a page of this console: browsers say where a form was sent from, and a stranger's page cannot
/// make them say otherwise.
fn changes_from_elsewhere(request: &Request) -> bool {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return false;
    }
    let text = |name: &HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    let site = request.headers().get("sec-fetch-site").map(HeaderValue::as_bytes);
    if site.is_some_and(|site| site != b"same-origin") {
        return true;
    }
    let host = text(&HOST).or_else(|| request.uri().authority().map(axum::http::uri::Authority::as_str));
    let origin = text(&ORIGIN).and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
    origin.is_none() || origin != host
}

fn belongs_before_setup(path: &str) -> bool {
    matches!(path, "/setup" | "/preferences" | "/healthz" | "/metrics")
}

async fn is_set_up(desk: &Desk) -> Result<bool, Fault> {
    if desk.is_set_up.load(Ordering::Relaxed) {
        return Ok(true);
    }
    let any = accounts::any_account(&desk.house.db).await?;
    desk.is_set_up.store(any, Ordering::Relaxed);
    Ok(any)
}

fn is_page(response: &Response) -> bool {
    let is_html = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    is_html && !response.headers().contains_key(LOCATION)
}

fn add_headers(headers: &mut HeaderMap, request_id: &str) {
    let mut add = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    add(CONTENT_SECURITY_POLICY, POLICY);
    add(X_CONTENT_TYPE_OPTIONS, "nosniff");
    add(REFERRER_POLICY, "same-origin");
    add(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    add(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    add(HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()");
    add(axum::http::header::CACHE_CONTROL, "no-store");
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, id);
    }
}
