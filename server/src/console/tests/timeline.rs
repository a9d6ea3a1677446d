//! The day of a screen, why something is on it, and the timeline with its blocks: seen, moved, dropped, refused.

use anteroom_content::id::{CampaignId, ItemId, PlaylistId, RuleId, ZoneId};
use anteroom_content::schedule::{Campaign, Goal, Level, Rule, Target, Weekdays, Window};
use anteroom_content::text::Text;
use axum::http::StatusCode;
use jiff::civil::date;

use super::harness::{Answer, Browser, House, NOW};
use super::programme::{approved_card, furnish, playlist_on_air};
use crate::db::accounts::Role;
use crate::db::{audit, campaigns, playlists};

/// Everywhere and always two cards, and a rule of Wednesdays from 08:00 to 12:00 above it; all but that published.
async fn on_air(house: &House) -> (Browser, String) {
    let mut editor = house.signed_in(Role::Editor).await;
    furnish(&mut editor).await;
    let (one, two) = (approved_card(house, "排队须知").await, approved_card(house, "洗手七步").await);
    let list = playlist_on_air(&mut editor, &[&one, &two]).await;
    let window =
        Window { first: Some(date(2026, 11, 4)), days: Weekdays(0b100), from_min: 480, to_min: 720, ..Window::ALWAYS };
    let rule = Rule::new(
        RuleId::parse("r-wed").expect("name"),
        PlaylistId::parse(&list).expect("name"),
        Target::zone(ZoneId::parse("Z03").expect("name")),
        window,
        Level::Priority,
    );
    playlists::save_rule(&house.state.db, &rule, NOW).await.expect("saved");
    assert_eq!(editor.post("/publish", &[]).await.place(), "/publish");
    (editor, list)
}

/// The text of a page without its markup's line breaks and spaces.
fn flat(answer: &Answer) -> String {
    answer.text.split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn rules(house: &House) -> Vec<Rule> {
    playlists::rules(&house.state.db).await.expect("asked")
}

async fn wednesdays(house: &House) -> Rule {
    rules(house).await.into_iter().find(|rule| rule.id.as_str() == "r-wed").expect("there")
}

/// What stands behind a name on a page: `name="was" value="…"`.
fn field(answer: &Answer, name: &str) -> String {
    let (_, rest) = answer.text.split_once(&format!("name=\"{name}\" value=\"")).expect("a field");
    rest.split('"').next().expect("a value").to_owned()
}

/// Opens an occurrence and changes it.
async fn change(browser: &mut Browser, on: &str, fields: &[(&str, &str)]) -> Answer {
    let page = browser.get(&format!("/timeline/change?rule=r-wed&on={on}&site=QLZX")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let was = field(&page, "was");
    let mut all = vec![("rule", "r-wed"), ("on", on), ("site", "QLZX"), ("was", &was)];
    all.push(("back", "/timeline?view=week&date=2026-11-25"));
    all.extend_from_slice(fields);
    browser.post("/timeline/change", &all).await
}

#[tokio::test]
async fn the_day_of_a_screen_is_told_hour_by_hour() {
    let house = House::staffed().await;
    let (_, _) = on_air(&house).await;
    let mut viewer = house.signed_in(Role::Viewer).await;
    assert!(viewer.get("/screens/Z03-1").await.text.contains("/screens/Z03-1/day"));
    let day = viewer.get("/screens/Z03-1/day").await.text;
    for told in ["2026-11-25 周三", "排队须知", "候诊日常", "优先", "为什么播这个？", "按类别", "通知"]
    {
        assert!(day.contains(told), "{told}: {day}");
    }
    assert!(day.contains("date=2026-11-24") && day.contains("date=2026-11-26"), "the days around it");
    assert!(day.contains("id=\"h10\"") && !day.contains("id=\"h9\""), "it begins with the first programme");
    let tomorrow = viewer.get("/screens/Z03-1/day?date=2026-11-26&hour=3").await.text;
    assert!(tomorrow.contains("03:00:00–") && !tomorrow.contains("04:00:00–"), "one hour in lines");
    assert!(tomorrow.contains("默认"), "on Thursdays the base alone");
    let whole = viewer.get("/screens/Z03-1/day?date=2026-11-26&hour=all").await.text;
    assert!(whole.contains("03:00:00–") && whole.contains("23:00:00–"));
    let before = viewer.get("/screens/Z03-1/day?date=2026-11-20").await.text;
    assert!(before.contains("没有已发布的节目单"), "nothing was published then");
    for date in ["0000-00-00", "9999-12-31", "-4000-01-01", "x"] {
        assert_eq!(viewer.get(&format!("/screens/Z03-1/day?date={date}")).await.status, StatusCode::OK, "{date}");
    }
    assert_eq!(viewer.get("/screens/nobody/day").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn why_something_is_on_is_told_in_both_languages() {
    let house = House::staffed().await;
    on_air(&house).await;
    let mut viewer = house.signed_in(Role::Viewer).await;
    assert!(viewer.get("/").await.text.contains("/screens/Z03-1/why"));
    let at = NOW.plus_ms(600_000).0;
    let path = format!("/screens/Z03-1/why?at={at}");
    let page = viewer.get(&path).await.text;
    assert!(page.contains("正在播出") && page.contains("优先"), "the winner: {page}");
    assert!(page.contains("级别较低：“优先”级内容正在播出"), "and the loser with its reason: {page}");
    assert!(page.contains("/rules/r-wed") && page.contains("/screens/Z03-1/day?date=2026-11-25"));
    viewer.post("/preferences", &[("language", "en"), ("back", &path)]).await;
    let page = viewer.get(&path).await.text;
    assert!(page.contains("Why is this on screen?") && page.contains("on the air"), "{page}");
    assert!(page.contains("a lower level: content of level Priority is on the air"), "{page}");
    let night = viewer.get(&format!("/screens/Z03-1/why?at={}", at + 12 * 3_600_000)).await.text;
    assert!(night.contains("it is next at 2026-12-02 08:00:00"), "{night}");
    let before = viewer.get(&format!("/screens/Z03-1/why?at={}", at - 86_400_000)).await.text;
    assert!(before.contains("Nothing published yet") || before.contains("published"), "{before}");
    for at in ["9223372036854775807", "-1", "x"] {
        let path = format!("/screens/Z03-1/why?at={at}");
        assert_eq!(viewer.get(&path).await.status, StatusCode::BAD_REQUEST, "{at}");
    }
}

#[tokio::test]
async fn the_timeline_shows_every_zone_with_its_blocks() {
    let house = House::staffed().await;
    let (mut editor, _) = on_air(&house).await;
    let day = editor.get("/timeline").await.text;
    assert!(day.contains("id=\"zone-Z03\"") && day.contains("data-left=\"480\" data-right=\"720\""), "{day}");
    assert!(day.contains("x=\"33.333%\"") && day.contains("class=\"beaten\""), "the base lies under it");
    assert!(day.contains("/screens/Z03-1/day?date=2026-11-25"), "a zone opens to its screens");
    let week = editor.get("/timeline?view=week&site=QLZX&date=2026-11-28").await.text;
    assert!(week.contains("周三 11-25") && week.contains("data-left=\"3360\" data-right=\"3600\""), "{week}");
    let mut viewer = house.signed_in(Role::Viewer).await;
    let seen = viewer.get("/timeline").await.text;
    assert!(seen.contains("href=\"/rules/r-wed\"") && !seen.contains("data-was"), "a viewer changes nothing");
    for query in ["date=x&view=y", "date=2999-12-31&view=week", "date=1950-01-01", "page=999999999999", "site=moon"] {
        assert_eq!(viewer.get(&format!("/timeline?{query}")).await.status, StatusCode::OK, "{query}");
    }
}

#[tokio::test]
async fn a_rule_by_other_clocks_is_dragged_by_its_own_and_a_campaign_leads_to_its_form() {
    let house = House::staffed().await;
    let (mut editor, _) = on_air(&house).await;
    let rule = wednesdays(&house).await;
    let window = Window { time_zone: Some("Asia/Urumqi".to_owned()), ..rule.window.clone() };
    playlists::save_rule(&house.state.db, &Rule { window, ..rule }, NOW).await.expect("saved");
    let page = editor.get("/timeline").await.text;
    assert!(page.contains("data-left=\"600\" data-right=\"840\""), "drawn by the site's clocks: {page}");
    assert!(page.contains("data-clocks=\"Asia/Urumqi\" data-ahead=\"-120\" data-free"), "and free: {page}");
    assert!(page.contains("08:00–12:00 · 时间按 Asia/Urumqi"), "which it says: {page}");
    let campaign = Campaign {
        id: CampaignId::parse("k-flu").expect("name"),
        name: Text::new("流感季", "Flu season"),
        items: vec![ItemId::parse("K1").expect("name")],
        dwell_ms: None,
        target: Target::zone(ZoneId::parse("Z03").expect("name")),
        window: Window::ALWAYS,
        goal: Goal::PerHour(2),
        per_hour_max: None,
        phases: Vec::new(),
        order: 0,
    };
    campaigns::save_campaign(&house.state.db, &campaign, NOW).await.expect("saved");
    let page = editor.get("/timeline").await.text;
    assert!(page.contains("<a class=\"bar\" href=\"/campaigns/k-flu\">"), "{page}");
}

#[tokio::test]
async fn one_occurrence_those_after_it_or_all_are_changed() {
    let house = House::staffed().await;
    let (mut editor, _) = on_air(&house).await;
    let move_to =
        |date, from, to, scope| [("date", date), ("from", from), ("to", to), ("scope", scope), ("verb", "move")];

    let moved = change(&mut editor, "2026-11-25", &move_to("2026-11-26", "09:10", "13:00", "this")).await;
    assert_eq!(moved.place(), "/timeline?view=week&date=2026-11-25", "{}", moved.text);
    let week = editor.get("/timeline?view=week&date=2026-11-25").await.text;
    assert!(week.contains("原定 2026-11-25") && week.contains("09:10–13:00") && week.contains("发布后生效"), "{week}");
    change(&mut editor, "2026-12-02", &[("verb", "drop"), ("scope", "this")]).await;
    assert_eq!(wednesdays(&house).await.window.changes.len(), 2);
    let dropped = editor.get("/timeline/change?rule=r-wed&on=2026-12-02&site=QLZX").await.text;
    assert!(dropped.contains("恢复原定"), "{dropped}");
    change(&mut editor, "2026-12-02", &[("verb", "restore")]).await;
    assert_eq!(wednesdays(&house).await.window.changes.len(), 1);

    change(&mut editor, "2026-12-09", &move_to("2026-12-09", "10:00", "11:00", "all")).await;
    let rule = wednesdays(&house).await;
    assert_eq!((rule.window.from_min, rule.window.to_min, rule.window.changes.len()), (600, 660, 1));

    change(&mut editor, "2026-12-09", &move_to("2026-12-10", "10:00", "11:30", "following")).await;
    assert_eq!(wednesdays(&house).await.window.last, Some(date(2026, 12, 8)));
    let all = rules(&house).await;
    assert_eq!(all.len(), 3, "a rule of its own goes on");
    let new = all.iter().find(|rule| rule.level == Level::Priority && rule.id.as_str() != "r-wed").expect("new");
    assert_eq!((new.window.days, new.window.to_min), (Weekdays(0b1000), 690), "on Thursdays now");

    change(&mut editor, "2026-12-02", &[("verb", "drop"), ("scope", "all")]).await;
    assert_eq!(rules(&house).await.len(), 2);
    let deeds = audit::deeds(&house.state.db, 0, 50).await.expect("asked");
    assert!(deeds.iter().any(|deed| deed.verb == "rule.move" && deed.detail.starts_with("following 2026-12-09")));
    assert!(deeds.iter().any(|deed| deed.verb == "rule.drop" && deed.detail == "all 2026-12-02"));
}

#[tokio::test]
async fn a_change_that_cannot_be_is_told_and_changes_nothing() {
    let house = House::staffed().await;
    let (mut editor, list) = on_air(&house).await;
    let was = wednesdays(&house).await;
    let check = async |editor: &mut Browser, fields: &[(&str, &str)], told: &str| {
        let refused = change(editor, "2026-11-25", fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{told}");
        assert!(refused.text.contains(told), "{told}: {}", refused.text);
    };
    let base = [("verb", "move"), ("scope", "this"), ("date", "2026-11-25")];
    let with = |more: &[(&'static str, &'static str)]| [base.as_slice(), more].concat();
    check(&mut editor, &with(&[("from", "10:00"), ("to", "09:00")]), "结束要晚于开始").await;
    check(&mut editor, &with(&[("from", "10:00"), ("to", "10:00")]), "结束要晚于开始").await;
    check(&mut editor, &with(&[("from", "09:00"), ("to", "10:00"), ("next_day", "1")]), "结束要晚于开始").await;
    check(&mut editor, &with(&[("from", "10:00"), ("to", "10:00"), ("next_day", "1")]), "整 24 小时").await;
    check(&mut editor, &with(&[("from", "morgen"), ("to", "10:00")]), "时间要写成").await;
    let no_date = [("verb", "move"), ("scope", "this"), ("date", "x"), ("from", "09:00"), ("to", "10:00")];
    check(&mut editor, &no_date, "日期不对").await;
    check(&mut editor, &[("verb", "drop")], "请选择更改哪些").await;
    assert_eq!(wednesdays(&house).await, was);

    let night = with(&[("from", "22:05"), ("to", "06:00"), ("next_day", "1")]);
    assert_eq!(
        change(&mut editor, "2026-11-25", &night).await.status,
        StatusCode::SEE_OTHER,
        "over midnight, by a tick"
    );
    let page = editor.get("/timeline/change?rule=r-wed&on=2026-11-25&site=QLZX").await;
    let seen = field(&page, "was");
    change(&mut editor, "2026-12-02", &[("verb", "drop"), ("scope", "this")]).await;
    let stale = [("rule", "r-wed"), ("on", "2026-11-25"), ("was", &seen), ("verb", "drop"), ("scope", "all")];
    let refused = editor.post("/timeline/change", &stale).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "somebody else changed it meanwhile");
    assert_eq!(rules(&house).await.len(), 2);

    // A rule of every day goes to no other date as a whole.
    let daily = rules(&house).await.into_iter().find(|rule| rule.id.as_str() != "r-wed").expect("there");
    let page = editor.get(&format!("/timeline/change?rule={}&on=2026-11-25", daily.id)).await;
    let seen = field(&page, "was");
    let fields = [
        ("rule", daily.id.as_str()),
        ("on", "2026-11-25"),
        ("was", &seen),
        ("verb", "move"),
        ("scope", "all"),
        ("date", "2026-11-26"),
        ("from", "08:00"),
        ("to", "10:00"),
    ];
    let refused = editor.post("/timeline/change", &fields).await;
    assert!(refused.text.contains("不按星期播出"), "{}", refused.text);
    assert_eq!(editor.get("/timeline/change?rule=r-wed&on=2026-11-24").await.status, StatusCode::NOT_FOUND);
    assert_eq!(editor.get("/timeline/change?rule=r-wed&on=x").await.status, StatusCode::BAD_REQUEST);
    let mut viewer = house.signed_in(Role::Viewer).await;
    assert_eq!(viewer.post("/timeline/change", &fields).await.status, StatusCode::FORBIDDEN);
    assert!(!list.is_empty());
}

#[tokio::test]
async fn what_publishing_would_do_is_seen_before_it_is_done() {
    let house = House::staffed().await;
    let (mut editor, _) = on_air(&house).await;
    assert!(flat(&editor.get("/publish/outlook").await).contains("没有要发布的改动"));
    for rule in rules(&house).await {
        editor.post(&format!("/rules/{}/remove", rule.id), &[]).await;
    }
    let before = editor.get("/publish").await.text;
    assert!(before.contains("/publish/outlook") && before.contains("id=\"publish\""), "{before}");
    let page = flat(&editor.get("/publish/outlook").await);
    assert!(page.contains("id=\"outlook-Z03\"") && page.contains("候诊 1"), "{page}");
    assert!(page.contains("没有可播内容，会显示内置卡片"), "an empty stretch is told: {page}");
    assert!(page.contains("排队须知") && page.contains("显示内置卡片</td>"), "before and after: {page}");
    assert!(page.contains("发布到 1 块屏幕"));
    let mut viewer = house.signed_in(Role::Viewer).await;
    let seen = viewer.get("/publish/outlook?span=week").await;
    assert!(seen.status == StatusCode::OK && !seen.text.contains("id=\"publish\""));
}

#[tokio::test]
async fn what_must_be_put_right_stands_in_the_way_of_publishing() {
    let house = House::staffed().await;
    let (mut editor, _) = on_air(&house).await;
    let mut rule = wednesdays(&house).await;
    rule.window.last = Some(date(2026, 11, 1));
    playlists::save_rule(&house.state.db, &rule, NOW).await.expect("saved");
    for path in ["/publish", "/publish/outlook"] {
        let page = editor.get(path).await.text;
        assert!(page.contains("有 1 处必须先改正") && page.contains("须改正"), "{path}: {page}");
        assert!(
            page.contains("<a href=\"/rules/r-wed\"><b>候诊日常</b></a>"),
            "{path}: by its name, with the way to it"
        );
        assert!(page.contains("r-wed</small> · 候诊"), "{path}: and where it holds");
        assert!(!page.contains("id=\"publish\""), "{path}: there is no button");
    }
    let refused = editor.post("/publish", &[]).await;
    assert_eq!(refused.place(), "/publish#draft-problems", "{}", refused.text);
    assert!(editor.get("/publish").await.text.contains("没有发布"), "and says so to who sent it all the same");
    editor.post("/preferences", &[("language", "en"), ("back", "/publish")]).await;
    let page = editor.get("/publish").await.text;
    assert!(page.contains("1 thing must be put right before anything can be published"), "{page}");
    assert!(page.contains("correct one of them"), "what to do: {page}");
}

#[tokio::test]
async fn however_much_is_wrong_the_page_stays_a_page() {
    let house = House::staffed().await;
    let (mut editor, _) = on_air(&house).await;
    let wrong = wednesdays(&house).await;
    for n in 0..120 {
        let id = RuleId::parse(&format!("r-{n:03}")).expect("name");
        let window = Window { last: Some(date(2026, 11, 1)), ..wrong.window.clone() };
        let rule = Rule { id, window, ..wrong.clone() };
        playlists::save_rule(&house.state.db, &rule, NOW).await.expect("saved");
    }
    let page = editor.get("/publish").await.text;
    assert_eq!(page.matches("须改正").count(), 100, "{page}");
    assert!(page.contains("另有 112 处"), "those folded away are counted: {page}");
}

#[tokio::test]
async fn a_day_that_changes_throughout_is_told_in_a_few_lines() {
    let house = House::staffed().await;
    let (mut editor, list) = on_air(&house).await;
    let three = approved_card(&house, "复诊预约").await;
    editor.post(&format!("/playlists/{list}/add"), &[("item", &three)]).await;
    let page = flat(&editor.get("/publish/outlook").await);
    assert!(page.contains("11-25 10:00–24:00") && page.contains("11-26 00:00–10:00"), "by date: {page}");
    assert!(page.contains("例如"), "with an example: {page}");
    assert!(page.matches("<tr><td").count() <= 24, "and the rest is bounded: {}", page.matches("<tr><td").count());
}
