//! The first account, signing in, resting after wrong passwords, ending everywhere.

use anteroom_content::clock::{HOUR_MS, MINUTE_MS};
use axum::http::StatusCode;

use super::harness::{House, NOW, PASSWORD};
use crate::console::setup::make_code;
use crate::db::accounts::Role;
use crate::db::facts;

#[tokio::test]
async fn an_empty_house_leads_to_setup_and_its_code_works_once() {
    let house = House::empty().await;
    let code = make_code(&house.state).await.expect("asked").expect("no account yet");
    assert_eq!(code.len(), 17, "{code}: three groups of five");
    let stored = facts::fact(&house.state.db, "setup_code").await.expect("asked").expect("kept");
    assert!(!stored.contains(&code.replace('-', "")), "only a hash is kept");

    let mut browser = house.browser();
    for path in ["/", "/screens", "/sign-in", "/no/such/page"] {
        assert_eq!(browser.get(path).await.place(), "/setup", "{path}");
    }
    assert!(browser.get("/setup").await.text.contains("一次性设置码"));
    let form = |code: &'static str, password: &'static str| {
        [("code", code), ("name", "Chen.Li"), ("display_name", "陈黎"), ("password", password)]
    };
    let wrong = browser.post("/setup", &form("AAAAA-BBBBB-CCCCC", PASSWORD)).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("设置码不对") && wrong.text.contains("陈黎"), "the form keeps what was typed");
    assert!(!wrong.text.contains(PASSWORD), "but never the password");
    let code: &'static str = code.to_lowercase().leak();
    let weak = browser.post("/setup", &form(code, "password1234")).await;
    assert!(weak.text.contains("太常见"), "{}", weak.text);
    let done = browser.post("/setup", &form(code, PASSWORD)).await;
    assert_eq!((done.status, done.place()), (StatusCode::SEE_OTHER, "/"));
    assert!(browser.get("/").await.text.contains("陈黎"));

    assert_eq!(make_code(&house.state).await.expect("asked"), None, "there is an account");
    let again = house.browser().post("/setup", &form(code, PASSWORD)).await;
    assert_eq!((again.status, again.place()), (StatusCode::SEE_OTHER, "/"), "no second first account");
    assert_eq!(crate::db::accounts::accounts(&house.state.db).await.expect("asked").len(), 1);
}

#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_sound_the_same_and_both_rest() {
    let house = House::staffed().await;
    let mut told = Vec::new();
    for name in ["editor", "nobody-here"] {
        for _ in 0..5 {
            let answer = house.browser().post("/sign-in", &[("name", name), ("password", "not this one at all")]).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            told.push(answer.text.contains("账户名或密码不对"));
        }
        let rests = house.browser().post("/sign-in", &[("name", name), ("password", PASSWORD)]).await;
        assert!(rests.text.contains("请等 5 分钟"), "{name} rests, right password or not");
    }
    assert!(told.iter().all(|same| *same));
    let other = house.browser().post("/sign-in", &[("name", "viewer"), ("password", PASSWORD)]).await;
    assert_eq!(other.status, StatusCode::SEE_OTHER, "others are not kept out");
    house.clock.set(NOW.plus_ms(5 * MINUTE_MS));
    house.signed_in(Role::Editor).await;
}

#[tokio::test]
async fn a_token_is_new_at_every_sign_in_and_no_other_page_can_read_it() {
    let house = House::staffed().await;
    let mut browser = house.browser();
    let answer = browser.post("/sign-in", &[("name", "editor"), ("password", PASSWORD), ("next", "//evil.test")]).await;
    assert_eq!(answer.place(), "/", "the way back stays in the house");
    let cookie = answer.headers["set-cookie"].to_str().expect("ascii").to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    let first = browser.cookies["anteroom-console"].clone();
    browser.post("/sign-in", &[("name", "editor"), ("password", PASSWORD)]).await;
    assert_ne!(browser.cookies["anteroom-console"], first);
    let mut old = house.browser();
    old.cookies.insert("anteroom-console".into(), first);
    assert_eq!(old.get("/").await.place(), "/sign-in", "the old token is spent");
}

#[tokio::test]
async fn a_sign_in_ends_when_idle_after_a_day_and_everywhere_at_once() {
    let house = House::staffed().await;
    let mut browser = house.signed_in(Role::Editor).await;
    house.clock.set(NOW.plus_ms(29 * MINUTE_MS));
    assert_eq!(browser.get("/").await.status, StatusCode::OK);
    house.clock.set(NOW.plus_ms(58 * MINUTE_MS));
    assert_eq!(browser.get("/").await.status, StatusCode::OK, "used meanwhile");
    let poll = axum::http::Request::get("/").header("anteroom-poll", "1");
    house.clock.set(NOW.plus_ms(80 * MINUTE_MS));
    assert_eq!(browser.send(poll, axum::body::Body::empty()).await.status, StatusCode::OK);
    house.clock.set(NOW.plus_ms(89 * MINUTE_MS));
    assert_eq!(browser.get("/").await.place(), "/sign-in", "a page that asks by itself does not count as use");

    let (mut here, mut there) = (house.signed_in(Role::Editor).await, house.signed_in(Role::Editor).await);
    here.post("/account/sign-out-everywhere", &[]).await;
    assert_eq!(there.get("/").await.place(), "/sign-in");

    let mut busy = house.signed_in(Role::Editor).await;
    let start = NOW.plus_ms(89 * MINUTE_MS);
    for step in 1..=29 {
        house.clock.set(start.plus_ms(step * 25 * MINUTE_MS));
        let is_over = step * 25 * MINUTE_MS >= 12 * HOUR_MS;
        assert_eq!(busy.get("/").await.place() == "/sign-in", is_over, "{step}");
    }
}

#[tokio::test]
async fn closing_an_account_or_changing_its_role_ends_its_sign_ins() {
    let house = House::staffed().await;
    let mut admin = house.signed_in(Role::Admin).await;
    for (verb, fields) in
        [("role", vec![("role", "viewer")]), ("reset", vec![("password", "nine quiet herons standing")])]
    {
        let mut clinic = house.browser();
        let password = PASSWORD;
        clinic.post("/sign-in", &[("name", "clinic"), ("password", password)]).await;
        admin.post(&format!("/accounts/a-clinic/{verb}"), &fields).await;
        assert_eq!(clinic.get("/").await.place(), "/sign-in", "{verb}");
    }
    let mut viewer = house.signed_in(Role::Viewer).await;
    admin.post("/accounts/a-viewer/close", &[]).await;
    assert_eq!(viewer.get("/").await.place(), "/sign-in");
    let closed = house.browser().post("/sign-in", &[("name", "viewer"), ("password", PASSWORD)]).await;
    assert!(closed.text.contains("账户名或密码不对"));
    let own = admin.post("/accounts/a-admin/close", &[]).await;
    assert_eq!(own.status, StatusCode::SEE_OTHER);
    assert_eq!(admin.get("/accounts").await.status, StatusCode::OK, "nobody locks himself out");
}

#[tokio::test]
async fn the_language_is_chosen_before_and_after_signing_in() {
    let house = House::staffed().await;
    let mut browser = house.browser();
    assert!(browser.get("/sign-in").await.text.contains("登录"));
    let chosen = browser.post("/preferences", &[("language", "en"), ("back", "/sign-in")]).await;
    assert_eq!(chosen.place(), "/sign-in");
    assert!(browser.get("/sign-in").await.text.contains("Sign in"));
    browser.post("/sign-in", &[("name", "admin"), ("password", PASSWORD)]).await;
    assert!(browser.get("/").await.text.contains("总览"), "an account has its own language");
    browser.post("/preferences", &[("language", "en"), ("back", "/")]).await;
    assert!(browser.get("/").await.text.contains("Overview"));
    browser.post("/preferences", &[("theme", "dark"), ("back", "/")]).await;
    assert!(browser.get("/").await.text.contains("data-theme=\"dark\""));
}
