//! The machines' door with a call system before it: what opens it, what is refused and how, and whom a call reaches.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use anteroom_content::call::{CALL_FRESH_MS, Call};
use anteroom_content::id::{BoxId, ScreenId, SiteId, ZoneId};
use anteroom_content::wire::{Carrier, ToPlayer};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::router;
use crate::calls::make_key;
use crate::db::Db;
use crate::db::calls::set_hearing;
use crate::fleet::{Frame, Mouth, Spoken};
use crate::state::State;
use crate::state::tests::{furnish, state_on};

const CALL: &str = r#"{"number":"A023","name":"张*明","room":"3 诊室"}"#;

/// What a box was told.
#[derive(Debug, Default)]
struct Ear(Mutex<Vec<ToPlayer>>);

impl Mouth for Ear {
    fn tell(&self, word: ToPlayer) -> bool {
        self.0.lock().expect("whole").push(word);
        true
    }
    fn offer(&self, _manifest: &Frame) {}
    fn end(&self) {}
}

struct Door {
    state: State,
    clock: Arc<anteroom_content::clock::Fixed>,
    router: Router,
    key: String,
    _folder: tempfile::TempDir,
}

impl Door {
    async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let db = Db::open_sqlite(&folder.path().join("anteroom.db")).await.expect("opens");
        let (state, clock) = state_on(db, folder.path());
        furnish(&state).await;
        let site = SiteId::parse("h").expect("a name");
        let key = make_key(&state, &site).await.expect("made").expect("there is the site");
        Self { router: router(state.clone()), state, clock, key, _folder: folder }
    }

    async fn hears(&self, zones: &[&str]) {
        let zones: Vec<_> = zones.iter().map(|zone| ZoneId::parse(zone).expect("a name")).collect();
        set_hearing(&self.state.db, &SiteId::parse("h").expect("a name"), &zones).await.expect("set");
    }

    fn connect(&self, name: &str, zone: &str, screens: &[&str], link_version: u32) -> Arc<Ear> {
        let (ear, box_id) = (Arc::new(Ear::default()), BoxId::parse(name).expect("a name"));
        let spoken = Spoken { link_version, carrier: Carrier::Udp };
        self.state.fleet.connect(&box_id, 1, self.state.now(), spoken, ear.clone());
        let screens = screens.iter().map(|screen| ScreenId::parse(screen).expect("a name")).collect();
        self.state.fleet.place(&box_id, Some(ZoneId::parse(zone).expect("a name")), screens);
        ear
    }

    async fn ask(&self, request: axum::http::request::Builder, body: impl Into<Body>) -> (StatusCode, Value) {
        let mut request = request.body(body.into()).expect("well formed");
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([10, 0, 0, 9], 5_000))));
        let response = self.router.clone().oneshot(request).await.expect("answered");
        let status = response.status();
        let bytes = to_bytes(response.into_body(), 64 * 1024).await.expect("read");
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    }

    async fn call_with(&self, key: &str, body: &str) -> (StatusCode, Value) {
        let request = Request::post("/api/v1/calls").header("authorization", format!("Bearer {key}"));
        self.ask(request.header("content-type", "application/json; charset=utf-8"), body.to_owned()).await
    }

    async fn call(&self, body: &str) -> (StatusCode, Value) {
        self.call_with(&self.key, body).await
    }
}

#[tokio::test]
async fn a_call_reaches_the_boxes_of_zones_that_hear_calls_once_and_no_others() {
    let door = Door::open().await;
    door.hears(&["a"]).await;
    let (a, b) = (door.connect("box-a", "a", &["a-1", "a-2"], 3), door.connect("box-b", "b", &["b-1"], 3));
    let (status, told) = door.call(CALL).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    assert_eq!(told, json!({"zones": 1, "told": 2, "away": 0, "too_old": 0, "spoken": false}));
    let call = Call::parse("A023", "张*明", "3 诊室", false).expect("a call");
    let until = door.state.now().plus_ms(CALL_FRESH_MS);
    assert_eq!(*a.0.lock().expect("whole"), [ToPlayer::Called { call, until }]);
    assert!(b.0.lock().expect("whole").is_empty());

    door.hears(&["a", "b"]).await;
    door.call(r#"{"zone":"b","number":"B7","room":"302"}"#).await;
    assert_eq!((a.0.lock().expect("whole").len(), b.0.lock().expect("whole").len()), (1, 1));
}

#[tokio::test]
async fn a_box_that_is_too_old_or_away_is_counted_and_told_nothing() {
    let door = Door::open().await;
    door.hears(&["a", "b"]).await;
    let old = door.connect("box-a", "a", &["a-1", "a-2"], 2);
    let (status, told) = door.call(CALL).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(told, json!({"zones": 2, "told": 0, "away": 1, "too_old": 2, "spoken": false}));
    assert!(old.0.lock().expect("whole").is_empty());
}

#[tokio::test]
async fn every_mistake_has_a_code_a_field_and_words_in_both_languages() {
    let door = Door::open().await;
    let code = |(status, told): (StatusCode, Value)| {
        let error = &told["error"];
        let says = |language: &str| error["message"][language].as_str().is_some_and(|text| !text.is_empty());
        assert!(says("zh") && says("en"), "{told}");
        (
            status.as_u16(),
            error["code"].as_str().unwrap_or_default().to_owned(),
            error["field"].as_str().unwrap_or_default().to_owned(),
        )
    };
    let is = |status: u16, code: &str, field: &str| (status, code.to_owned(), field.to_owned());
    assert_eq!(code(door.call(CALL).await), is(409, "nobody_hears", ""));
    door.hears(&["a"]).await;
    for (body, expected) in [
        ("", is(400, "bad_json", "")),
        ("\"A023\"", is(400, "bad_json", "")),
        (r#"{"number":"A1","room":"3","nmae":"x"}"#, is(400, "bad_json", "")),
        (r#"{"number":23,"room":"3"}"#, is(400, "bad_json", "")),
        (r#"{"room":"3"}"#, is(422, "bad_field", "number")),
        (r#"{"number":"A1"}"#, is(422, "bad_field", "room")),
        (r#"{"number":"1234567890123","room":"3"}"#, is(422, "bad_field", "number")),
        (r#"{"number":"A1","room":"3","zone":"b"}"#, is(409, "nobody_hears", "zone")),
        (r#"{"number":"A1","room":"3","zone":"elsewhere"}"#, is(404, "no_zone", "zone")),
        (r#"{"number":"A1","room":"3","zone":"../x"}"#, is(404, "no_zone", "zone")),
    ] {
        assert_eq!(code(door.call(body).await), expected, "{body}");
    }
    let (_, told) = door.call(r#"{"number":"A1","room":"3","name":7,"x":"张三丰"}"#).await;
    assert!(!told.to_string().contains("张三丰"), "what was sent is not told back");
    let long = format!(r#"{{"number":"A1","room":"3","name":"{}"}}"#, " ".repeat(5_000));
    assert_eq!(code(door.call(&long).await), is(413, "too_large", ""));
    let plain = Request::post("/api/v1/calls").header("authorization", format!("Bearer {}", door.key));
    assert_eq!(code(door.ask(plain, CALL).await), is(415, "not_json", ""));
    assert_eq!(code(door.ask(Request::get("/api/v1/calls"), "").await), is(405, "method_not_allowed", ""));
    assert_eq!(code(door.ask(Request::get("/api/v2/x"), "").await), is(404, "no_address", ""));
}

#[tokio::test]
async fn strangers_are_turned_away_while_a_site_calls_at_its_pace() {
    let door = Door::open().await;
    door.hears(&["a"]).await;
    let (status, _) = door.ask(Request::post("/api/v1/calls").header("content-type", "application/json"), CALL).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    let mut taken = 0;
    while door.call(CALL).await.0 == StatusCode::OK {
        taken += 1;
    }
    assert_eq!(taken, 40, "a burst is taken");
    assert_eq!(door.call(CALL).await.0, StatusCode::TOO_MANY_REQUESTS);
    door.clock.set(door.state.now().plus_ms(100));
    assert_eq!(door.call(CALL).await.0, StatusCode::OK);
    for _ in 0..9 {
        assert_eq!(door.call_with("h.00", CALL).await.0, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(
        door.call_with("h.00", CALL).await.0,
        StatusCode::TOO_MANY_REQUESTS,
        "whoever guesses is told nothing any more"
    );
    assert_eq!(door.call(CALL).await.0, StatusCode::TOO_MANY_REQUESTS, "the site itself has used up its own");
    door.clock.set(door.state.now().plus_ms(100));
    assert_eq!(door.call(CALL).await.0, StatusCode::OK, "and is heard beside whoever guesses");
}
