//! A console over an empty house with a clock that stands, and browsers with a cookie jar.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use anteroom_content::clock::{Fixed, Instant};
use anteroom_content::text::Language;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode};
use tower::ServiceExt as _;

use crate::console::{password, router};
use crate::db::Db;
use crate::db::accounts::{self, Account, Role};
use crate::state::State;

/// 2026-11-25 10:00 in Shanghai, a Wednesday.
pub(super) const NOW: Instant = Instant(1_795_572_000_000);
/// What every test account types.
pub(super) const PASSWORD: &str = "seven lanterns in the corridor";

/// The console under test.
pub(super) struct House {
    pub(super) state: State,
    pub(super) clock: Arc<Fixed>,
    pub(super) router: Router,
    _folder: tempfile::TempDir,
}

impl House {
    /// An empty one.
    pub(super) async fn empty() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let db = Db::open_sqlite(&folder.path().join("anteroom.db")).await.expect("opens");
        let clock = Arc::new(Fixed::at(NOW));
        let state = State::for_test(db, folder.path(), clock.clone());
        Self { router: router(state.clone()), state, clock, _folder: folder }
    }

    /// One with an account of every role, named after it.
    pub(super) async fn staffed() -> Self {
        let house = Self::empty().await;
        let desk = crate::console::desk::Desk::new(house.state.clone());
        let hash = password::hash(&desk, PASSWORD.to_owned()).await.expect("hashed");
        for role in Role::ALL {
            let account = Account {
                id: format!("a-{}", role.as_str()),
                name: role.as_str().to_owned(),
                display_name: format!("演示{}", role.as_str()),
                role,
                password_hash: hash.clone(),
                language: Language::Chinese,
                made_at: NOW,
                closed_at: None,
            };
            accounts::add_account(&house.state.db, &account).await.expect("made");
        }
        house
    }

    /// A browser that nobody used yet.
    pub(super) fn browser(&self) -> Browser {
        Browser { router: self.router.clone(), cookies: BTreeMap::new() }
    }

    /// A browser in which somebody of a role is signed in.
    pub(super) async fn signed_in(&self, role: Role) -> Browser {
        let mut browser = self.browser();
        let answer = browser.post("/sign-in", &[("name", role.as_str()), ("password", PASSWORD)]).await;
        assert_eq!((answer.status, answer.place()), (StatusCode::SEE_OTHER, "/"), "{}", answer.text);
        browser
    }
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl Answer {
    /// Where it leads.
    pub(super) fn place(&self) -> &str {
        self.headers.get("location").and_then(|place| place.to_str().ok()).unwrap_or_default()
    }
}

/// A browser.
pub(super) struct Browser {
    router: Router,
    pub(super) cookies: BTreeMap<String, String>,
}

impl Browser {
    /// Looks at a page.
    pub(super) async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path), Body::empty()).await
    }

    /// Sends a form from a page of the console.
    pub(super) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = Request::post(path)
            .header("origin", "http://house.test")
            .header("content-type", "application/x-www-form-urlencoded");
        self.send(request, Body::from(encode(fields))).await
    }

    /// Sends an upload.
    pub(super) async fn upload(&mut self, path: &str, fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Answer {
        self.upload_as(path, fields, ("file", file)).await
    }

    /// The same with another name of the file's field.
    pub(super) async fn upload_as(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        (field, file): (&str, Option<(&str, &[u8])>),
    ) -> Answer {
        let mut body = Vec::new();
        for (name, value) in fields {
            let part = format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let (name, bytes) = file.unwrap_or(("", b""));
        let head = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--edge--\r\n");
        let request = Request::post(path)
            .header("origin", "http://house.test")
            .header("content-type", "multipart/form-data; boundary=edge");
        self.send(request, Body::from(body)).await
    }

    /// Sends anything.
    pub(super) async fn send(&mut self, request: axum::http::request::Builder, body: Body) -> Answer {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request =
            request.header("host", "house.test").header("cookie", cookies.join("; ")).body(body).expect("well formed");
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([10, 0, 0, 9], 5_000))));
        let response = self.router.clone().oneshot(request).await.expect("answered");
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all("set-cookie") {
            let text = cookie.to_str().expect("ascii");
            let (name, rest) = text.split_once('=').expect("a cookie");
            let value = rest.split(';').next().unwrap_or_default();
            if text.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let bytes = to_bytes(body, 8 * 1024 * 1024).await.expect("read");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, headers: parts.headers, text }
    }
}

fn encode(fields: &[(&str, &str)]) -> String {
    let percent = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
    fields.iter().map(|(name, value)| format!("{name}={}", percent(value))).collect::<Vec<_>>().join("&")
}
