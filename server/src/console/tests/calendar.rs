//! The calendar by forms and files: shown, changed, brought in, and on to the clinics.

use anteroom_content::id::{SiteId, ZoneId};
use anteroom_content::schedule::{DayKind, SpecialKind};
use axum::http::StatusCode;
use jiff::civil::date;

use super::harness::{Answer, Browser, House};
use super::programme::furnish;
use crate::db::accounts::Role;
use crate::db::{audit, calendar, publications};

const NOTICE: &str = r#"{"year": 2031, "papers": ["https://example.test/notice"], "days": [
    {"name": "元旦", "date": "2031-01-01", "isOffDay": true},
    {"name": "春节", "date": "2031-01-25", "isOffDay": false}]}"#;

/// The text of a page without its markup's line breaks and spaces.
fn flat(answer: &Answer) -> String {
    answer.text.split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn save(browser: &mut Browser, more: &[(&'static str, &'static str)]) -> Answer {
    let fields = [("first", "2026-12-30"), ("name_zh", "年终盘点"), ("name_en", "Stocktaking")];
    browser.post("/calendar", &[&fields[..], more].concat()).await
}

#[tokio::test]
async fn a_year_is_shown_and_its_days_are_changed_by_a_form() {
    let house = House::staffed().await;
    let mut editor = house.signed_in(Role::Editor).await;
    furnish(&mut editor).await;
    let empty = editor.get("/calendar").await;
    assert!(flat(&empty).contains("还没有导入 2026 年的放假通知"), "{}", empty.text);
    assert!(empty.text.contains("十二月") && empty.text.contains("这一年还没有特殊日子"));

    let saved = save(&mut editor, &[("last", "2026-12-31"), ("kind", "closed"), ("site", "QLZX")]).await;
    assert_eq!(saved.place(), "/calendar?year=2026", "{}", saved.text);
    let told = editor.get("/calendar?year=2026").await;
    assert!(told.text.contains("日历已保存"), "told once");
    assert!(!told.text.contains("<b>停</b>"), "in general it is a plain day");
    assert!(flat(&told).contains("· 青岚市中心医院（演示）"), "but the list names the site that differs");
    let page = flat(&editor.get("/calendar?year=2026&site=QLZX").await);
    assert!(page.contains("2026-12-30 – 2026-12-31 · 2 天"), "one line for both days: {page}");
    assert!(page.contains("年终盘点：停业日（本院区）") && page.contains("<b>停</b>"));
    let site = SiteId::parse("QLZX").expect("name");
    let held = calendar::calendar(&house.state.db, "").await.expect("asked");
    assert_eq!(held.day_at(&site, date(2026, 12, 31)).kind, DayKind::Closure);

    let form = editor.get("/calendar?first=2026-12-30&last=2026-12-31&site=QLZX&of=QLZX").await.text;
    assert!(form.contains("value=\"年终盘点\"") && form.contains("value=\"closed\" selected"), "{form}");
    save(&mut editor, &[("kind", "follows-4"), ("site", "QLZX")]).await;
    let held = calendar::calendar(&house.state.db, "").await.expect("asked");
    assert_eq!(held.special_at(&site, date(2026, 12, 30)).map(|day| day.kind), Some(SpecialKind::Follows(4)));

    let span = [("first", "2026-12-30"), ("last", "2026-12-31"), ("site", "QLZX"), ("back", "QLZX")];
    let removed = editor.post("/calendar/remove", &span).await;
    assert_eq!(removed.place(), "/calendar?year=2026&site=QLZX");
    assert_eq!(editor.post("/calendar/remove", &span).await.status, StatusCode::CONFLICT, "there is nothing left");
    let wrong = save(&mut editor, &[("last", "2026-12-01"), ("kind", "closed")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("结束早于开始") && wrong.text.contains("年终盘点"), "the form keeps what was typed");

    let deeds = audit::deeds(&house.state.db, 0, 50).await.expect("asked");
    for verb in ["calendar.save", "calendar.remove"] {
        assert!(deeds.iter().any(|deed| deed.verb == verb), "{verb} is in the books");
    }
}

#[tokio::test]
async fn a_file_is_looked_at_before_it_is_brought_in() {
    let house = House::staffed().await;
    let mut editor = house.signed_in(Role::Editor).await;
    let file = Some(("2031.json", NOTICE.as_bytes()));
    let preview = editor.upload("/calendar/import", &[("site", "")], file).await;
    assert_eq!(preview.status, StatusCode::OK, "{}", preview.text);
    assert!(preview.text.contains("新增 2 天，更改 0 天，不变 0 天") && preview.text.contains("2031 年放假通知"));
    assert!(calendar::calendar(&house.state.db, "").await.expect("asked").days().is_empty(), "nothing is written yet");

    let (_, rest) = preview.text.split_once("name=\"prepared\" value=\"").expect("what is sent back");
    let prepared = rest.split('"').next().expect("a value").replace("&#34;", "\"").replace("&#39;", "'");
    let applied = editor.upload("/calendar/import/apply", &[("prepared", &prepared)], None).await;
    assert_eq!(applied.place(), "/calendar?year=2031", "{}", applied.text);
    let page = flat(&editor.get("/calendar?year=2031").await);
    assert!(page.contains("已导入本年放假通知") && page.contains("https://example.test/notice"), "{page}");
    assert!(page.contains("春节：调休上班日") && page.contains("<b>班</b>"), "{page}");

    let again = editor.upload("/calendar/import", &[("site", "")], file).await;
    assert!(again.text.contains("新增 0 天，更改 0 天，不变 2 天"));
    let deeds = audit::deeds(&house.state.db, 0, 50).await.expect("asked");
    let deed = deeds.iter().find(|deed| deed.verb == "calendar.import").expect("in the books");
    assert_eq!(deed.detail, "+2 ~0");
}

#[tokio::test]
async fn a_file_that_is_wrong_is_told_with_its_line() {
    let house = House::staffed().await;
    let mut editor = house.signed_in(Role::Editor).await;
    let ical = b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20310230\nEND:VEVENT\nEND:VCALENDAR";
    let wrong = editor.upload("/calendar/import", &[], Some(("a.ics", ical))).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("第 3 行：“20310230”不是日期"), "{}", wrong.text);
    let none = editor.upload("/calendar/import", &[], None).await;
    assert!(none.text.contains("请选择文件"));
    let elsewhere = editor.upload("/calendar/import", &[("site", "moon")], Some(("a.json", NOTICE.as_bytes()))).await;
    assert!(elsewhere.text.contains("没有这家医院"), "{}", elsewhere.text);
    for prepared in ["", "{}", r#"{"days":[],"years":[],"source":""}"#] {
        let refused = editor.upload("/calendar/import/apply", &[("prepared", prepared)], None).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{prepared}");
    }
    let foreign =
        r#"{"days":[{"date":"2031-01-01","kind":"closed","name":{"zh":"x"},"site":"moon"}],"years":[],"source":""}"#;
    let refused = editor.upload("/calendar/import/apply", &[("prepared", foreign)], None).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST, "days of a site that is not there");
}

#[tokio::test]
async fn a_closure_reaches_the_zones_that_show_clinics_at_once() {
    let house = House::staffed().await;
    let mut editor = house.signed_in(Role::Editor).await;
    furnish(&mut editor).await;
    editor.post("/publish", &[]).await;
    let zone = ZoneId::parse("Z03").expect("name");
    let told = async || publications::of_zone(&house.state.db, &zone, 9).await.expect("asked").len();
    assert_eq!(told().await, 1);
    save(&mut editor, &[("kind", "closed"), ("site", "QLZX")]).await;
    assert_eq!(told().await, 2, "its zone was told without a publication");
    let page = editor.get("/calendar?year=2026&site=QLZX").await;
    assert!(page.text.contains("1 个区域的门诊已更新"), "{}", page.text);
    let mut viewer = house.signed_in(Role::Viewer).await;
    let seen = viewer.get("/calendar?year=2026&site=QLZX").await.text;
    assert!(seen.contains("年终盘点") && !seen.contains("calendar-form"), "a viewer sees, and changes nothing");
    for year in ["0", "-4000", "9999", "2400"] {
        assert_eq!(viewer.get(&format!("/calendar?year={year}")).await.status, StatusCode::OK, "{year}");
    }
}
