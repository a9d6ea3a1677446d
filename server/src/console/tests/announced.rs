//! The hospital's words at the console: who hears calls and by which key, and notices that need two people.

use axum::http::StatusCode;

use super::harness::House;
use crate::calls::judge;
use crate::db::accounts::Role;
use crate::db::{audit, notices, publications};
use crate::publish;
use crate::state::tests::furnish;

#[tokio::test]
async fn a_key_is_shown_once_and_zones_hear_calls_as_they_were_chosen() {
    let house = House::staffed().await;
    furnish(&house.state).await;
    let mut editor = house.signed_in(Role::Editor).await;
    let page = editor.get("/sites/h/calls").await.text;
    assert!(page.contains("还没有密钥") && !page.contains("id=\"call-key\""), "{page}");
    let page = editor.post("/sites/h/calls/key", &[]).await;
    let key = page.text.split_once("id=\"call-key\"").and_then(|(_, rest)| rest.split_once('>')).expect("a key").1;
    let key = key.split_once('<').expect("its end").0.to_owned();
    assert_eq!(judge(&house.state, &key).await.expect("known").as_str(), "h");
    assert!(!editor.get("/sites/h/calls").await.text.contains(&key), "it is not shown again");
    assert_eq!(editor.post("/sites/nobody/calls/key", &[]).await.status, StatusCode::NOT_FOUND);

    editor.post("/sites/h/calls", &[("zone", "b"), ("zone", "elsewhere")]).await;
    let page = editor.get("/sites/h/calls").await.text;
    assert!(page.contains("value=\"b\" checked") && !page.contains("value=\"a\" checked"), "{page}");
    editor.post("/sites/h/calls/key/end", &[]).await;
    assert!(judge(&house.state, &key).await.is_err());
    let verbs: Vec<_> =
        audit::deeds(&house.state.db, 0, 10).await.expect("asked").into_iter().map(|d| d.verb).collect();
    for verb in ["calls.key", "calls.zones", "calls.key-end"] {
        assert!(verbs.iter().any(|one| one == verb), "{verb}: {verbs:?}");
    }
}

/// It is 2026-11-25 10:00 in Shanghai.
const NOTICE: [(&str, &str); 5] = [
    ("zh", "一号电梯检修，\n请走东侧楼梯"),
    ("en", "Lift 1 is under repair"),
    ("from", "2026-11-25T09:00"),
    ("until", "2026-11-25T18:00"),
    ("place", "zone:a"),
];

#[tokio::test]
async fn a_notice_needs_two_people_is_told_at_once_and_leaves_no_trace_in_parts_without_one() {
    let house = House::staffed().await;
    furnish(&house.state).await;
    publish::publish(&house.state, "x").await.expect("told first");
    let clinics =
        |told: Vec<publications::ZonePublication>| told.into_iter().map(|zone| zone.clinic).collect::<Vec<_>>();
    let before = clinics(publications::current(&house.state.db).await.expect("asked"));
    let mut editor = house.signed_in(Role::Editor).await;
    assert_eq!(editor.post("/notices", &NOTICE).await.status, StatusCode::SEE_OTHER);
    assert_eq!(clinics(publications::current(&house.state.db).await.expect("asked")), before, "nobody let it on");
    let waiting = notices::newest(&house.state.db, 9).await.expect("asked").remove(0);
    assert_eq!(waiting.notice.text.zh, "一号电梯检修， 请走东侧楼梯");
    let path = format!("/notices/{}", waiting.notice.id);
    assert_eq!(editor.post(&format!("{path}/approve"), &[]).await.status, StatusCode::FORBIDDEN);
    let mut reviewer = house.signed_in(Role::Reviewer).await;
    assert!(reviewer.get("/notices").await.text.contains("/approve\""));
    assert_eq!(reviewer.post(&format!("{path}/approve"), &[]).await.status, StatusCode::SEE_OTHER);
    let on = clinics(publications::current(&house.state.db).await.expect("asked"));
    assert!(on[0] != before[0] && on[1] == before[1], "zone a is told, and b has nothing new");
    assert!(editor.get("/notices").await.text.contains("正在显示"));
    assert_eq!(reviewer.post(&format!("{path}/approve"), &[]).await.status, StatusCode::CONFLICT);

    let mut nurse = house.signed_in(Role::Clinic).await;
    nurse.post(&format!("{path}/end"), &[]).await;
    assert_eq!(clinics(publications::current(&house.state.db).await.expect("asked")), before, "the very same bytes");
    assert!(editor.get("/notices").await.text.contains("提前结束"));
}

#[tokio::test]
async fn every_mistake_in_a_notice_is_told() {
    let house = House::staffed().await;
    furnish(&house.state).await;
    let mut editor = house.signed_in(Role::Editor).await;
    let long = "字".repeat(121);
    for (field, value, told) in [
        ("zh", "", "写出中文内容"),
        ("zh", long.as_str(), "写出中文内容"),
        ("en", " ", "写出英文内容"),
        ("place", "zone:nobody", "至少选择一个"),
        ("place", "screen:a-1", "至少选择一个"),
        ("until", "2026-11-25T09:00", "结束时间须晚于"),
        ("until", "2026-11-25T09:30", "还没有过去"),
        ("until", "soon", "结束时间须晚于"),
        ("until", "2027-11-25T09:30", "最多显示 92 天"),
    ] {
        let form = NOTICE.map(|(name, was)| (name, if name == field { value } else { was }));
        let answer = editor.post("/notices", &form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field} {value}");
        assert!(answer.text.contains(told), "{field} {value}: {}", answer.text);
    }
    for _ in 0..6 {
        assert_eq!(editor.post("/notices", &NOTICE).await.status, StatusCode::SEE_OTHER);
    }
    let answer = editor.post("/notices", &NOTICE).await;
    assert!(answer.text.contains("已有 6 条通知"), "{}", answer.text);
    let elsewhere = NOTICE.map(|(name, was)| (name, if name == "place" { "zone:b" } else { was }));
    assert_eq!(editor.post("/notices", &elsewhere).await.status, StatusCode::SEE_OTHER);
}
