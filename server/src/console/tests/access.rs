//! The table of routes against every role, every origin, and the headers of every answer.

use axum::body::Body;
use axum::http::{Request, StatusCode};

use super::harness::House;
use crate::console::access::{Needs, Permission};
use crate::console::routes::{Entry, routes};
use crate::db::accounts::Role;

/// A route with something in the place of its names.
fn path_of(entry: &Entry) -> String {
    let hash = "ab".repeat(32);
    entry.path.replace("{id}", "nobody").replace("{hash}", &hash).replace("{*path}", "console.css")
}

#[tokio::test]
async fn every_role_gets_what_the_table_says_and_nothing_else() {
    let house = House::staffed().await;
    let table = routes().table;
    assert!(table.len() > 60);
    for role in Role::ALL {
        for entry in table.iter().filter(|entry| !matches!(entry.path, "/sign-out" | "/account/sign-out-everywhere")) {
            let mut browser = house.signed_in(role).await;
            let path = path_of(entry);
            let answer = if entry.method == "GET" { browser.get(&path).await } else { browser.post(&path, &[]).await };
            let may = match entry.needs {
                Needs::Nothing | Needs::SignedIn => true,
                Needs::May(permission) => permission.is_held_by(role),
            };
            let what = format!("{role:?} {} {} → {}", entry.method, entry.path, answer.status);
            assert_eq!(answer.status == StatusCode::FORBIDDEN, !may, "{what}");
            assert_ne!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{what}");
            assert!(!answer.place().starts_with("/sign-in"), "{what}");
        }
    }
}

#[tokio::test]
async fn a_stranger_is_led_to_the_door_and_back_to_where_he_wanted_to_be() {
    let house = House::staffed().await;
    for entry in routes().table.iter().filter(|entry| entry.needs != Needs::Nothing) {
        let path = path_of(entry);
        let mut browser = house.browser();
        let answer = if entry.method == "GET" { browser.get(&path).await } else { browser.post(&path, &[]).await };
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{} {path}", entry.method);
        let wanted =
            if entry.method == "GET" && path != "/" { format!("/sign-in?next={path}") } else { "/sign-in".into() };
        assert_eq!(answer.place(), wanted, "{} {path}", entry.method);
    }
    let part = Request::get("/screens").header("hx-request", "true");
    let answer = house.browser().send(part, Body::empty()).await;
    assert_eq!(answer.headers["hx-redirect"], "/sign-in?next=/screens");
}

#[tokio::test]
async fn a_form_from_elsewhere_changes_nothing() {
    let house = House::staffed().await;
    for entry in routes().table.iter().filter(|entry| entry.method == "POST") {
        let path = path_of(entry);
        let foreign: [&[(&str, &str)]; 5] = [
            &[],
            &[("origin", "http://evil.test")],
            &[("origin", "null")],
            &[("origin", "http://house.test:81")],
            &[("origin", "http://house.test"), ("sec-fetch-site", "cross-site")],
        ];
        for headers in foreign {
            let mut browser = house.signed_in(Role::Admin).await;
            let mut request = Request::post(&path).header("content-type", "application/x-www-form-urlencoded");
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let answer = browser.send(request, Body::empty()).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {headers:?}");
            assert!(answer.text.contains("请求不是从这个页面发出的"), "{path} {headers:?}");
        }
    }
}

#[tokio::test]
async fn every_answer_has_the_headers_that_keep_it_safe() {
    let house = House::staffed().await;
    let mut paths: Vec<_> = routes().table.iter().filter(|entry| entry.method == "GET").map(path_of).collect();
    paths.push("/no/such/page".to_owned());
    for path in paths {
        for mut browser in [house.browser(), house.signed_in(Role::Admin).await] {
            let answer = browser.get(&path).await;
            let header =
                |name: &str| answer.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
            assert!(header("content-security-policy").contains("default-src 'none'"), "{path}");
            assert!(!header("content-security-policy").contains("unsafe"), "{path}");
            assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
            assert_eq!(header("referrer-policy"), "same-origin", "{path}");
            assert!(!header("cache-control").is_empty(), "{path}");
            assert!(!header("x-request-id").is_empty(), "{path}");
            assert!(
                !answer.text.contains(" style=") && !answer.text.contains("<script>"),
                "{path} has inline style or script"
            );
            assert!(!answer.text.contains("http://") || path.starts_with("/assets"), "{path} names another place");
        }
    }
}

#[tokio::test]
async fn files_of_the_console_are_known_by_their_hash() {
    let house = House::empty().await;
    let mut browser = house.browser();
    let answer = browser.get("/assets/console.css").await;
    assert_eq!(answer.status, StatusCode::OK);
    let tag = answer.headers["etag"].clone();
    let again = browser.send(Request::get("/assets/console.css").header("if-none-match", tag), Body::empty()).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    assert_eq!(browser.get("/assets/../Cargo.toml").await.status, StatusCode::NOT_FOUND);
    for file in [
        "vendor/htmx.min.js",
        "vendor/idiomorph-ext.min.js",
        "vendor/Sortable.min.js",
        "console.js",
        "timeline.js",
        "mark.svg",
    ] {
        assert_eq!(browser.get(&format!("/assets/{file}")).await.status, StatusCode::OK, "{file}");
    }
}

#[test]
fn nobody_alone_both_makes_accounts_and_approves() {
    for role in Role::ALL {
        let both = Permission::Administer.is_held_by(role) && Permission::Judge.is_held_by(role);
        assert!(!both, "{role:?}");
    }
    for permission in Permission::ALL {
        assert!(Role::ALL.into_iter().any(|role| permission.is_held_by(role)), "nobody has {permission:?}");
        assert!(!permission.is_held_by(Role::Viewer), "{permission:?}");
    }
}
