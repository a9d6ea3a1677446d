//! Rules, campaigns, playlists and the policies of places: by forms, with everything they may say.

use anteroom_content::item::Trade;
use anteroom_content::playlist::{Order, What};
use anteroom_content::schedule::{Goal, Where};
use axum::http::StatusCode;

use super::harness::{Browser, House};
use super::programme::{approved_card, furnish};
use crate::db::accounts::Role;
use crate::db::{campaigns, items, places, playlists};

const WEEK: [(&str, &str); 7] =
    [("day", "1"), ("day", "2"), ("day", "3"), ("day", "4"), ("day", "5"), ("day", "6"), ("day", "7")];

async fn playlist(editor: &mut Browser, name: &str) -> String {
    let made = editor.post("/playlists", &[("name_zh", name), ("name_en", name)]).await;
    made.place().rsplit('/').next().expect("a name").to_owned()
}

#[tokio::test]
async fn a_rule_says_everything_by_its_form_and_loses_nothing() {
    let house = House::staffed().await;
    let mut editor = house.signed_in(Role::Editor).await;
    furnish(&mut editor).await;
    let list = playlist(&mut editor, "夜间").await;
    let rule = [
        ("name_zh", "单周夜间"),
        ("name_en", "Odd nights"),
        ("playlist", list.as_str()),
        ("place", "city:990100"),
        ("place", "building:A"),
        ("place", "tag:老年友好"),
        ("except", "zone:Z03"),
        ("except", "kind:ward"),
        ("level", "regular"),
        ("weight", "3"),
        ("order", "-1"),
        ("from", "21:00"),
        ("to", "06:30"),
        ("first", "2026-11-01"),
        ("weeks", "odd"),
        ("counts_as", "timetable"),
        ("kind", "workday"),
        ("kind", "makeup_day"),
        ("rrule", "FREQ=WEEKLY;BYDAY=MO,WE"),
        ("on0_day", "6"),
        ("on0_off", "yes"),
        ("on1_kind", "holiday"),
        ("on1_from", "08:00"),
        ("on1_to", "09:00"),
        ("also", "2027-01-01 2027-02-06"),
        ("skip_on", "2026-12-07"),
        ("time_zone", "Asia/Urumqi"),
    ];
    let fields = [&rule[..], &WEEK[..]].concat();
    let made = editor.post("/rules/new", &fields).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    let kept = playlists::rules(&house.state.db).await.expect("asked").remove(0);
    assert_eq!(made.place(), format!("/rules/{}", kept.id), "a changed day is shown at once");
    assert_eq!((kept.weight, kept.order, kept.target.places.len(), kept.target.except.len()), (3, -1, 3, 2));
    assert_eq!((kept.window.hours_on.len(), kept.window.also.len(), kept.window.changes.len()), (2, 2, 1));
    assert!(kept.window.recurrence.is_some() && kept.name.zh == "单周夜间");

    let page = editor.get(made.place()).await.text;
    for told in ["到第二天 06:30", "2026-12-07 周一 取消", "接下来：", "单周夜间", "FREQ=WEEKLY;BYDAY=MO,WE"]
    {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert!(editor.get("/rules").await.text.contains("21:00–次日 06:30"));

    // Undoing the day leaves everything else as it was.
    let again = [&fields[..25], &fields[26..], &[("change", "2026-12-07"), ("undo", "2026-12-07")]].concat();
    editor.post(made.place(), &again).await;
    let after = playlists::rules(&house.state.db).await.expect("asked").remove(0);
    assert!(after.window.changes.is_empty());
    let mut expected = kept;
    expected.window.changes.clear();
    assert_eq!(after, expected);
}

#[tokio::test]
async fn a_recurrence_that_cannot_run_is_refused_in_both_languages() {
    let house = House::staffed().await;
    let mut editor = house.signed_in(Role::Editor).await;
    furnish(&mut editor).await;
    let list = playlist(&mut editor, "列表").await;
    let rule = [
        ("playlist", list.as_str()),
        ("place", "everywhere"),
        ("level", "base"),
        ("from", "00:00"),
        ("to", "24:00"),
        ("first", "2026-11-01"),
        ("rrule", "FREQ=HOURLY"),
    ];
    let refused = editor.post("/rules/new", &[&rule[..], &WEEK[..]].concat()).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("这里不能运行 FREQ=HOURLY"), "{}", refused.text);
    assert!(refused.text.contains("<a href=\"#f-rrule\">") && refused.text.contains("id=\"wrong-rrule\""));
    assert!(
        refused.text.contains("id=\"f-rrule\" aria-invalid=\"true\" aria-describedby=\"wrong-rrule\""),
        "its field says so"
    );
    assert!(!refused.text.contains("id=\"wrong-first\""), "and no other");
    let told =
        editor.get("/recurrence?rrule=FREQ%3DYEARLY%3BBYMONTH%3D10%3BBYMONTHDAY%3D29&first=2022-10-29").await.text;
    assert!(told.contains("2027-10-29"), "{told}");
    assert!(editor.get("/recurrence?rrule=FREQ%3DX&first=").await.text.contains("hint"));
    editor.cookies.insert("anteroom-language".to_owned(), "en".to_owned());
    let told = editor.get("/recurrence?rrule=FREQ%3DHOURLY&first=2022-10-29").await.text;
    assert!(told.contains("does not run here") || told.contains("不能运行"), "{told}");
}

#[tokio::test]
async fn a_recurrence_is_told_in_words_with_its_next_five_dates() {
    let house = House::staffed().await;
    let mut editor = house.signed_in(Role::Editor).await;
    furnish(&mut editor).await;
    let list = playlist(&mut editor, "列表").await;
    let ask = "/recurrence?rrule=FREQ%3DWEEKLY%3BINTERVAL%3D2%3BBYDAY%3DMO%2CWE&first=2026-11-23";
    let told = editor.get(ask).await.text;
    assert!(told.contains("每两周的周一、周三"), "{told}");
    let dates = ["2026-11-25 周三", "2026-12-07 周一", "2026-12-09 周三", "2026-12-21 周一", "2026-12-23 周三"];
    assert!(dates.iter().all(|date| told.contains(date)) && !told.contains("2027"), "five of them: {told}");
    let mondays = editor.get(&format!("{ask}&day=1&change=2026-12-07&last=2026-12-31")).await.text;
    assert!(mondays.contains("2026-12-21") && !mondays.contains("12-07"), "what else the form says counts: {mondays}");
    assert!(!mondays.contains("11-25") && !mondays.contains("2027"), "{mondays}");
    let open = editor.get("/recurrence?rrule=FREQ%3DDAILY").await.text;
    assert!(open.contains("每天") && open.contains("要写开始日期"), "{open}");
    let rule = [
        ("playlist", list.as_str()),
        ("place", "everywhere"),
        ("level", "base"),
        ("from", "00:00"),
        ("to", "24:00"),
        ("first", "2026-11-23"),
        ("rrule", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE"),
    ];
    let made = editor.post("/rules/new", &[&rule[..], &WEEK[..]].concat()).await;
    assert_eq!(made.place(), "/rules", "{}", made.text);
    let rules = editor.get("/rules").await.text;
    assert!(rules.contains("每两周的周一、周三") && !rules.contains("FREQ="), "lists speak words: {rules}");
    editor.post("/preferences", &[("language", "en"), ("back", "/rules")]).await;
    assert!(editor.get("/rules").await.text.contains("every 2 weeks on Monday and Wednesday"));
}

#[tokio::test]
async fn a_campaign_is_made_changed_and_removed_and_its_mistakes_are_told() {
    let house = House::staffed().await;
    let mut editor = house.signed_in(Role::Editor).await;
    furnish(&mut editor).await;
    assert!(editor.get("/campaigns").await.text.contains("还没有投放"));
    let (one, two) = (approved_card(&house, "流感季").await, approved_card(&house, "洗手").await);
    let base = [
        ("name_zh", "流感季公益"),
        ("place", "city:990100"),
        ("goal", "share"),
        ("amount", "8.5"),
        ("per_hour_max", "12"),
        ("from", "00:00"),
        ("to", "24:00"),
        ("first", "2026-11-01"),
        ("last", "2027-01-31"),
        ("phase_from", "2026-12-01"),
        ("phase_weight", "150"),
        ("phase_from", ""),
        ("phase_weight", ""),
        ("item", two.as_str()),
        ("item", one.as_str()),
    ];
    let fields = [&base[..], &WEEK[..]].concat();
    let made = editor.post("/campaigns/new", &fields).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    let kept = campaigns::campaigns(&house.state.db).await.expect("asked").remove(0);
    assert_eq!((kept.goal, kept.items.len(), kept.phases.len()), (Goal::ShareOfAir(85), 2, 1));
    assert_eq!(kept.items[0].as_str(), two, "in the order they were chosen");
    assert_eq!(kept.target.places, [Where::City("990100".into())]);
    let list = editor.get("/campaigns").await.text;
    assert!(list.contains("占播放时间 8.5%") && list.contains("进行中") && list.contains("1 个区域"), "{list}");
    let page = editor.get(made.place()).await.text;
    assert!(page.contains("流感季公益") && page.contains("/forecast"), "{page}");
    assert!(editor.get(&format!("{}/forecast", made.place())).await.text.contains("还没有发布到这里"));
    editor.post("/publish", &[]).await;
    let told = editor.get(&format!("{}/forecast", made.place())).await.text;
    assert!(told.contains("今后排定") && !told.contains("还没有发布到这里"), "{told}");

    let waiting =
        editor.upload("/media/new", &[("class", "notice"), ("title_zh", "等"), ("body_zh", "字")], None).await;
    let waiting = waiting.place().rsplit('/').next().expect("a name").to_owned();
    let with = |more: &[(&'static str, &str)]| {
        let keys: Vec<&str> = more.iter().map(|(key, _)| *key).collect();
        let mut all: Vec<(String, String)> = fields
            .iter()
            .filter(|(key, _)| !keys.contains(key))
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        all.extend(more.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
        all
    };
    for (change, told) in [
        (with(&[("item", waiting.as_str())]), "不能投放：待审核"),
        (with(&[("item", "")]), "请选 1 到 20 个内容"),
        (with(&[("goal", "total"), ("amount", "900"), ("last", "")]), "要写结束日期"),
        (with(&[("goal", "per_hour"), ("amount", "361")]), "1 到 360"),
    ] {
        let change: Vec<(&str, &str)> = change.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let refused = editor.post(made.place(), &change).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{told}");
        assert!(refused.text.contains(told), "{told}: {}", refused.text);
    }
    let mut viewer = house.signed_in(Role::Viewer).await;
    assert!(!viewer.get(made.place()).await.text.contains("id=\"remove-campaign\""));
    assert_eq!(editor.post(&format!("{}/remove", made.place()), &[]).await.place(), "/campaigns");
    assert!(campaigns::campaigns(&house.state.db).await.expect("asked").is_empty());
}

#[tokio::test]
async fn a_playlist_holds_others_and_never_itself() {
    let house = House::staffed().await;
    let mut editor = house.signed_in(Role::Editor).await;
    let (a, b) = (playlist(&mut editor, "甲列表").await, playlist(&mut editor, "乙列表").await);
    let (in_a, in_b) = (format!("/playlists/{a}/add"), format!("/playlists/{b}/add"));
    editor.post(&in_a, &[("list", &format!("playlist:{b}"))]).await;
    editor.post(&in_a, &[("list", "own-networks")]).await;
    editor.post(&in_b, &[("list", &format!("playlist:{a}"))]).await;
    let page = editor.get(&format!("/playlists/{b}")).await.text;
    assert!(page.contains("甲列表 → 乙列表 → 甲列表") || page.contains("乙列表 → 甲列表 → 乙列表"), "{page}");
    let list = async |id: &str| {
        let all = playlists::playlists(&house.state.db).await.expect("asked");
        all.into_iter().find(|list| list.id.as_str() == id).expect("kept")
    };
    assert!(list(&b).await.turns.is_empty(), "nothing was saved");
    assert_eq!(list(&a).await.turns.len(), 2);

    let dates = [("verb", "dates"), ("at", "1"), ("item", "own-networks"), ("weight", "2"), ("first", "2026-12-01")];
    editor.post(&format!("/playlists/{a}/turns"), &dates).await;
    let turn = list(&a).await.turns.remove(1);
    assert_eq!((turn.weight, turn.first.map(|d| d.to_string())), (2, Some("2026-12-01".to_owned())));
    assert_eq!(turn.what, What::OwnNetworks(true));
    editor
        .post(
            &format!("/playlists/{a}/turns"),
            &[("weight", "11"), ("verb", "dates"), ("at", "1"), ("item", "own-networks")],
        )
        .await;
    assert!(editor.get(&format!("/playlists/{a}")).await.text.contains("权重要在 1 到 10 之间"));

    let settings = [("name_zh", "乙列表"), ("order", "shuffle"), ("network", "internal")];
    editor.post(&format!("/playlists/{b}"), &settings).await;
    assert_eq!(list(&b).await.order, Order::Shuffle);
    let taken = [("name_zh", "甲列表"), ("network", "internal")];
    editor.post(&format!("/playlists/{a}"), &taken).await;
    assert!(editor.get(&format!("/playlists/{a}")).await.text.contains("已经有列表“乙列表”"));
    editor.post(&format!("/playlists/{b}/remove"), &[]).await;
    assert!(editor.get(&format!("/playlists/{b}")).await.text.contains("“甲列表”里用到它"));
}

#[tokio::test]
async fn an_advertisement_names_who_pays_and_for_what() {
    let house = House::staffed().await;
    let mut editor = house.signed_in(Role::Editor).await;
    let ad = [("class", "advertisement"), ("title_zh", "含片"), ("body_zh", "广告")];
    let refused = editor.upload("/media/new", &ad, None).await;
    assert!(refused.text.contains("广告要写广告主和行业"), "{}", refused.text);
    let facts = [("advertiser", "示例制药"), ("trade", "medicine"), ("related", "J，J45")];
    let made = editor.upload("/media/new", &[&ad[..], &facts[..]].concat(), None).await;
    let id = made.place().rsplit('/').next().expect("a name").parse().expect("a name");
    let advertiser = async || {
        let newest = items::versions(&house.state.db, &id).await.expect("asked").remove(0);
        newest.item.advertiser.expect("kept")
    };
    assert_eq!((advertiser().await.trade, advertiser().await.related.len()), (Trade::Medicine, 2));
    let page = editor.get(made.place()).await.text;
    assert!(page.contains("示例制药") && page.contains("非处方药"));
    let reworded = [("class", "advertisement"), ("title_zh", "新含片"), ("body_zh", "广告")];
    editor.post(&format!("{}/words", made.place()), &[&reworded[..], &facts[..]].concat()).await;
    assert_eq!(advertiser().await.name, "示例制药", "other words keep who pays");
}

#[tokio::test]
async fn a_site_says_what_it_owes_and_a_zone_when_it_is_open() {
    let house = House::staffed().await;
    let mut editor = house.signed_in(Role::Editor).await;
    furnish(&mut editor).await;
    let site = [("city", "990100"), ("kind", "hospital"), ("name_zh", "医院"), ("time_zone", "Asia/Shanghai")];
    let policy = [
        ("policy", "yes"),
        ("ads", "yes"),
        ("ad_hour", "15.5"),
        ("ad_ten_minutes_secs", "60"),
        ("public_service", "8"),
        ("separation_secs", "300"),
        ("qr_secs", "0"),
        ("stretch", "50"),
        ("shrink", "25"),
        ("transition", "cut"),
        ("block0_kind", "ward"),
        ("block0_trade", "alcohol"),
    ];
    let saved = editor.post("/sites/QLZX", &[&site[..], &policy[..]].concat()).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let kept = async || places::places(&house.state.db).await.expect("asked").sites.remove(0).policy;
    let before = kept().await;
    assert_eq!((before.ads, before.ad_hour_permille, before.qr_min_ms, before.blocks.len()), (true, 155, 0, 1));
    editor.post("/sites/QLZX", &site).await;
    assert_eq!(kept().await, before, "a form without a policy leaves it as it was");
    let wrong = editor.post("/sites/QLZX", &[&site[..], &policy[..2], &[("ad_hour", "120")]].concat()).await;
    assert!(wrong.text.contains("0 到 100"), "{}", wrong.text);

    let mut zone =
        vec![("building", "A"), ("name_zh", "病房"), ("kind", "ward"), ("tags", "安静 老年友好"), ("no_ads", "yes")];
    for (day, _) in WEEK.iter().zip(1..) {
        zone.extend([*day, ("from", "21:00"), ("to", "06:30")]);
    }
    for on in ["", "", "closed", "hours", ""] {
        zone.extend([("on", on), ("on_from", "08:00"), ("on_to", "12:00")]);
    }
    let saved = editor.post("/zones/Z03", &zone).await;
    assert_eq!(saved.place(), "/screens", "{}", saved.text);
    let kept = places::places(&house.state.db).await.expect("asked").zones.remove(0);
    assert_eq!((kept.tags.len(), kept.no_ads, kept.open_on.len()), (2, true, 2));
    assert_eq!(kept.open[0].map(|hours| (hours.from_min, hours.to_min)), Some((1260, 390)));
    assert!(editor.get("/zones/Z03").await.text.contains("到第二天 06:30"));
    assert!(editor.get("/rules/new").await.text.contains("tag:老年友好"), "a rule may aim at it");
}
