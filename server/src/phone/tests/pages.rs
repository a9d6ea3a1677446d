//! What stands on the pages, and what never does.

use anteroom_content::clinic::{Change, Half};
use anteroom_content::clock::{DAY_MS, HOUR_MS};
use anteroom_content::id::{DoctorId, ItemId};
use axum::http::{Method, StatusCode};
use jiff::civil::date;

use super::house::{CODE, DWELL_MS, House, MOVIE_MS, STRIP_CODE, TODAY};
use super::{ask, get};
use crate::db::items::{ReviewState, judge_item};
use crate::phone::{open, router};
use crate::reports;

const LOOP: &[&str] = &["C01", "C02", "C03", "C06"];

/// Where a page's headline says it.
fn headline(page: &str) -> &str {
    page.split_once("<h1").and_then(|(_, rest)| rest.split_once('>')?.1.split_once('<')).map_or("", |(text, _)| text)
}

#[tokio::test]
async fn the_page_follows_what_the_screen_shows() {
    let house = House::open(LOOP).await;
    let door = router(house.state.clone());
    // The movie stands for its own length, and then the first item comes again.
    let starts = [
        (0, "七步洗手，人人做到"),
        (DWELL_MS, "中风120：一看二查零听"),
        (2 * DWELL_MS, "在家这样量血压"),
        (3 * DWELL_MS, "气雾吸入器怎么用"),
        (3 * DWELL_MS + MOVIE_MS, "七步洗手，人人做到"),
    ];
    for (start, title) in starts {
        for edge in [0, DWELL_MS - 1] {
            house.after_ms(start + edge);
            let page = get(&door, &format!("/S/{CODE}")).await;
            assert_eq!((page.status, headline(page.text())), (StatusCode::OK, title), "after {start} + {edge} ms");
        }
    }
}

#[tokio::test]
async fn an_education_page_tells_everything_the_law_asks_in_both_languages() {
    let house = House::open(LOOP).await;
    let door = router(house.state.clone());
    let page = get(&door, &format!("/s/{CODE}")).await;
    for words in [
        "青岚市中心医院（演示）",
        "心血管内科候诊 · A3",
        "屏幕上正在播放",
        "09:00",
        "口诀：内、外、夹、弓、大、立、腕。",
        "Use soap and running water",
        "世界卫生组织手卫生指南",
        "感染管理科",
        "2026年11月15日",
        "所有人",
        "本内容为健康科普，不能代替医生诊断和治疗。",
        "胸痛、呼吸困难、意识不清、大出血：请立即告诉最近的医护人员，院外拨120。",
        "AB3-C4D",
    ] {
        assert!(page.text().contains(words), "{words} is missing");
    }
    assert_eq!(page.header("content-language"), "zh-CN");
    let english = get(&door, &format!("/s/{CODE}?lang=en")).await;
    assert_eq!(headline(english.text()), "Clean hands protect everyone");
    assert_eq!(english.header("content-language"), "en");
    assert!(english.text().contains(
        "Health information only; it does not replace your doctor's advice.".replace('\'', "&#39;").as_str()
    ));
    assert!(english.text().contains("七步洗手"), "the Chinese text is on the English page too");
}

#[tokio::test]
async fn the_two_codes_open_two_pages_and_education_leads_to_no_booking() {
    let house = House::open(LOOP).await;
    let door = router(house.state.clone());
    let clinic = get(&door, &format!("/C/{CODE}")).await;
    assert!(clinic.text().contains("林知远") && clinic.text().contains("https://booking.example.org/qlzx"));
    assert!(!clinic.text().contains("洗手") && !clinic.text().contains("/s/"), "no education on the clinic page");
    for turn in 0..4 {
        house.after_ms(turn * DWELL_MS);
        for path in [format!("/S/{CODE}"), format!("/s/{CODE}?lang=en&big=1"), format!("/s/{CODE}?item=C02")] {
            let page = get(&door, &path).await;
            for never in ["booking", "预约", "/c/", "/C/", "林知远", "http://", "https://"] {
                assert!(!page.text().contains(never), "{never} stands on {path}");
            }
        }
    }
}

#[tokio::test]
async fn who_scans_late_finds_what_was_shown_before() {
    let house = House::open(LOOP).await;
    let door = router(house.state.clone());
    house.after_ms(3 * DWELL_MS + 5);
    let page = get(&door, &format!("/s/{CODE}")).await;
    let listed: Vec<_> = page.text().split("?item=").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(listed, ["C03", "C02", "C01"], "newest first");
    let earlier = get(&door, &format!("/s/{CODE}?item=C01")).await;
    assert_eq!(headline(earlier.text()), "七步洗手，人人做到");
    assert!(earlier.text().contains("这块屏幕播放过") && !earlier.text().contains("屏幕上正在播放"));
    let unknown = get(&door, &format!("/s/{CODE}?item=C99")).await;
    assert_eq!(headline(unknown.text()), "气雾吸入器怎么用", "what is not known there shows what is on now");
}

#[tokio::test]
async fn advertisements_and_recalled_items_are_not_told() {
    let house = House::open(&["K04", "C01"]).await;
    let door = router(house.state.clone());
    let page = get(&door, &format!("/s/{CODE}")).await;
    assert_eq!(headline(page.text()), "屏幕上正在播放广告");
    assert!(!page.text().contains("含片"));
    house.after_ms(DWELL_MS);
    assert_eq!(headline(get(&door, &format!("/s/{CODE}")).await.text()), "七步洗手，人人做到");
    let id = ItemId::parse("C01").expect("name");
    let step = (ReviewState::Approved, ReviewState::Withdrawn);
    let at = house.state.now();
    assert!(judge_item(&house.state.db, (&id, 1), step, "reviewer", "wrong", at).await.expect("judged"));
    let page = get(&door, &format!("/s/{CODE}")).await;
    assert_eq!(headline(page.text()), "这条内容已经撤下");
    assert!(!page.text().contains("口诀"));
}

#[tokio::test]
async fn closed_strip_and_unpublished_screens_have_a_page_that_helps() {
    let house = House::open(LOOP).await;
    let door = router(house.state.clone());
    let strip = get(&door, &format!("/s/{STRIP_CODE}")).await;
    assert!(strip.text().contains(&format!("/c/{STRIP_CODE}")) && !strip.text().contains("洗手"));
    house.after_ms(10 * HOUR_MS);
    let closed = get(&door, &format!("/s/{CODE}")).await;
    assert_eq!((closed.status, headline(closed.text())), (StatusCode::OK, "现在不在开放时间"));
    assert!(closed.text().contains("07:00 至 18:00") && closed.text().contains("七步洗手"));
    let empty = House::open(&[]).await;
    let page = get(&router(empty.state.clone()), &format!("/s/{CODE}")).await;
    assert_eq!((page.status, headline(page.text())), (StatusCode::OK, "屏幕上暂时没有健康内容"));
}

#[tokio::test]
async fn a_code_is_found_however_it_is_typed_and_an_unknown_one_gets_help() {
    let house = House::open(LOOP).await;
    let door = router(house.state.clone());
    for path in ["/s/ab3c4d", "/S/AB3-C4D", "/s/ab3%20c4d", "/c/ab3c4d"] {
        assert_eq!(get(&door, path).await.status, StatusCode::OK, "{path}");
    }
    for path in ["/s/ZZZZZZ", "/C/ZZZZZZ", "/s/OOOOOO", "/s/%3Cscript%3E", "/nothing", "/go?code=zzz", "/media/../x"] {
        let page = get(&door, path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert!(
            page.text().contains("<form") && page.text().contains("拨120") && !page.text().contains("script>"),
            "{path}"
        );
    }
    assert_eq!(get(&door, "/").await.status, StatusCode::OK);
    let typed = [("/go?code=ab3+c4d&page=s", "/s/AB3C4D"), ("/go?code=AB3-C4D&page=c&lang=en", "/c/AB3C4D?lang=en")];
    for (path, wanted) in typed {
        let answer = get(&door, path).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, wanted));
    }
    assert_eq!(get(&door, "/healthz").await.text(), "ok\n");
}

#[tokio::test]
async fn a_cancelled_clinic_stands_first_and_a_moved_one_on_its_new_day() {
    let house = House::open(LOOP).await;
    let door = router(house.state.clone());
    let substitute = DoctorId::parse("D02").ok();
    house.change_clinic("D01", TODAY, Some(Half::Morning), Change::Stopped { substitute }).await;
    house.change_clinic("D03", date(2026, 11, 26), None, Change::Moved { to: date(2026, 11, 28) }).await;
    let page = get(&door, &format!("/c/{CODE}")).await;
    let text = page.text();
    let (stopped, held) = (text.find("林知远").expect("there"), text.find("何景行").expect("there"));
    assert!(stopped < held, "what is cancelled comes first");
    for words in [
        "停诊",
        "由 周若溪 替诊",
        "代替 林知远",
        "改到 11月28日 周六",
        "今天 11月25日 周三",
        "上午 08:00–12:00",
        "诊室 A302",
        "截至 09:00 的安排",
    ] {
        assert!(text.contains(words), "{words} is missing");
    }
    assert!(!text.contains("/s/"));
    // On the new day it is held, though the day it was moved from is over.
    house.after_ms(3 * DAY_MS);
    let saturday = get(&door, &format!("/c/{CODE}")).await;
    assert!(saturday.text().split("12月").next().is_some_and(|today| today.contains("何景行")));
    // In the evening the day's clinics are over.
    house.after_ms(9 * HOUR_MS);
    assert!(get(&door, &format!("/c/{CODE}")).await.text().contains("今天的门诊已经结束"));
}

#[tokio::test]
async fn opens_are_counted_once_and_look_aheads_not_at_all() {
    let house = House::open(LOOP).await;
    let (door, counting) = open(house.state.clone());
    let paths =
        ["/s/AB3C4D", "/S/AB3C4D", "/s/AB3C4D?lang=en&again=1", "/s/AB3C4D?big=1&again=1", "/c/AB3C4D", "/s/ZZZZZZ"];
    for path in paths {
        get(&door, path).await;
    }
    for header in [("purpose", "prefetch"), ("sec-purpose", "prefetch;prerender"), ("x-moz", "prefetch")] {
        assert_eq!(ask(&door, Method::GET, "/s/AB3C4D", &[header]).await.status, StatusCode::OK);
    }
    assert_eq!(ask(&door, Method::HEAD, "/s/AB3C4D", &[]).await.status, StatusCode::OK);
    house.after_ms(DWELL_MS);
    get(&door, "/s/AB3C4D").await;
    get(&door, "/s/AB3C4D?item=C01").await;
    drop(door);
    counting.finished().await;
    let report = reports::plays(&house.state, TODAY, TODAY).await.expect("a report");
    let mut by_item: Vec<_> = report.by_item.iter().map(|total| (total.item.as_str(), total.opens)).collect();
    by_item.sort_unstable();
    assert_eq!(by_item, [("C01", 3), ("C02", 1)]);
    let by_screen: Vec<_> = report.by_screen.iter().map(|t| (t.screen.as_str(), t.opens, t.clinic_opens)).collect();
    assert_eq!(by_screen, [("Z03-1", 4, 1)]);
}

#[tokio::test]
async fn a_page_shows_although_counting_is_impossible() {
    let house = House::open(LOOP).await;
    let (door, counting) = open(house.state.clone());
    if let crate::db::Db::Sqlite { write, .. } = &house.state.db {
        write.close().await;
    }
    assert_eq!(get(&door, &format!("/s/{CODE}")).await.status, StatusCode::OK);
    drop(door);
    counting.finished().await;
}

#[tokio::test]
async fn a_database_that_is_gone_is_told_politely() {
    let house = House::open(LOOP).await;
    let door = router(house.state.clone());
    house.state.db.close().await;
    let page = get(&door, &format!("/s/{CODE}")).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.text().contains("页面暂时打不开") && page.text().contains("拨120"));
}

#[tokio::test]
async fn every_answer_is_private_and_loads_nothing_from_elsewhere() {
    let house = House::open(LOOP).await;
    let door = router(house.state.clone());
    for path in ["/", "/s/AB3C4D", "/C/AB3C4D", "/s/ZZZZZZ", "/nothing", "/healthz", "/favicon.ico"] {
        let answer = get(&door, path).await;
        for (name, value) in [
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
        ] {
            assert_eq!(answer.header(name), value, "{name} of {path}");
        }
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("set-cookie"), "");
        let text = answer.text();
        assert!(!text.contains("<script") && !text.contains(" style=") && !text.contains(" on"), "{path}");
    }
}

#[tokio::test]
async fn a_page_is_one_small_request() {
    let house = House::open(LOOP).await;
    let door = router(house.state.clone());
    for path in ["/", "/s/AB3C4D", "/s/AB3C4D?lang=en", "/C/AB3C4D"] {
        let answer = ask(&door, Method::GET, path, &[("accept-encoding", "gzip")]).await;
        assert_eq!(answer.header("content-encoding"), "gzip", "{path}");
        assert!(answer.bytes.len() <= 14 * 1024, "{path} has {} bytes", answer.bytes.len());
    }
}
