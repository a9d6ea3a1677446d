//! Remote hands at the console: who may, what is said, what is written down.

use axum::http::StatusCode;

use super::harness::House;
use crate::db::accounts::Role;
use crate::db::audit;
use crate::state::tests::furnish;

#[tokio::test]
async fn whoever_is_on_duty_takes_down_and_only_who_publishes_puts_back() {
    let house = House::staffed().await;
    furnish(&house.state).await;
    let mut nurse = house.signed_in(Role::Clinic).await;
    let reason = [("reason", "  画面\u{202e}不对\r\n马上撤 ")];
    let answer = nurse.post("/hands/site:h/take-down", &reason).await;
    assert_eq!((answer.status, answer.place()), (StatusCode::SEE_OTHER, "/hands/site:h"));
    assert_eq!(house.state.hands.down.all().len(), 3);
    for path in ["/", "/screens", "/delivery"] {
        let page = nurse.get(path).await.text;
        assert!(page.contains("id=\"taken-down\"") && page.contains("演示clinic"), "{path}");
        assert!(page.contains("画面不对 马上撤"), "{path}");
    }
    let page = nurse.get("/screens/a-1").await.text;
    assert!(page.contains("id=\"down-now\"") && page.contains("盒子未连接"), "{page}");
    assert!(!page.contains("id=\"put-back\"") && !page.contains("id=\"hands-order\""), "that is not hers to do");
    assert_eq!(nurse.post("/hands/site:h/put-back", &[]).await.status, StatusCode::FORBIDDEN);

    let mut editor = house.signed_in(Role::Editor).await;
    assert!(editor.get("/hands/site:h").await.text.contains("id=\"put-back\""));
    let answer = editor.post("/hands/screen:a-1/put-back", &[]).await;
    assert_eq!(answer.place(), "/screens/a-1");
    assert_eq!(house.state.hands.down.all().len(), 3, "the site holds it");
    editor.post("/hands/site:h/put-back", &[]).await;
    assert!(house.state.hands.down.is_empty());
    assert!(!editor.get("/").await.text.contains("id=\"taken-down\""));

    let deeds = audit::deeds(&house.state.db, 0, 10).await.expect("asked");
    let told: Vec<_> = deeds.iter().filter(|deed| deed.verb.starts_with("screen.")).collect();
    let by = |verb: &str| told.iter().find(|deed| deed.verb == verb).expect("written down");
    assert_eq!(
        (by("screen.take-down").account.as_str(), by("screen.take-down").subject.as_str()),
        ("a-clinic", "site:h")
    );
    assert_eq!(by("screen.take-down").detail, "画面不对 马上撤");
    assert_eq!(by("screen.put-back").account, "a-editor");
}

#[tokio::test]
async fn an_order_says_at_once_whether_anybody_is_there_and_many_are_told_little() {
    let house = House::staffed().await;
    furnish(&house.state).await;
    let mut editor = house.signed_in(Role::Editor).await;
    for (path, word, status) in [
        ("/hands/zone:a/order", "identify", StatusCode::SEE_OTHER),
        ("/hands/zone:a/order", "restart-agent", StatusCode::BAD_REQUEST),
        ("/hands/screen:a-1/order", "restart-agent", StatusCode::SEE_OTHER),
        ("/hands/screen:a-1/order", "explode", StatusCode::BAD_REQUEST),
        ("/hands/screen:nobody/order", "identify", StatusCode::NOT_FOUND),
    ] {
        assert_eq!(editor.post(path, &[("do", word)]).await.status, status, "{path} {word}");
    }
    // What was said of an order is said once, on the next page: the refusals above were the next ones.
    editor.post("/hands/zone:a/order", &[("do", "identify")]).await;
    let page = editor.get("/hands/zone:a").await.text;
    assert!(page.contains("没有执行：盒子未连接") && page.contains("没有通知到任何屏幕"), "{page}");
    assert_eq!(editor.get("/hands/zone:nobody").await.status, StatusCode::NOT_FOUND);
    assert_eq!(editor.get("/hands/house").await.status, StatusCode::NOT_FOUND);
}
