//! From places to playlists, rules, publishing and taking back, and a clinic that is cancelled: by forms alone.

use anteroom_content::clinic::{ClinicKind, Department, Doctor, Half, Sitting, Weeks};
use anteroom_content::id::{BoxId, DepartmentId, DoctorId, ScreenId, SiteId, ZoneId};
use anteroom_content::text::Text;
use axum::http::StatusCode;
use ed25519_dalek::SigningKey;

use super::harness::{Browser, House, NOW};
use crate::db::accounts::Role;
use crate::db::boxes::{self, NewBox};
use crate::db::{audit, clinics, playlists, publications};
use crate::{assign, publish};

/// Site, building, zone and screen by the forms.
pub(super) async fn furnish(browser: &mut Browser) {
    furnish_where_it_is(browser, "Asia/Shanghai").await;
}

async fn furnish_where_it_is(browser: &mut Browser, time_zone: &str) {
    let site = [
        ("id", "QLZX"),
        ("city", "990100"),
        ("kind", "hospital"),
        ("name_zh", "青岚市中心医院（演示）"),
        ("name_en", "Qinglan Central Hospital (demo)"),
        ("time_zone", time_zone),
        ("booking_url", ""),
    ];
    assert_eq!(browser.post("/sites/new", &site).await.place(), "/sites/QLZX");
    let building = [("building", "A"), ("name_zh", "门诊楼"), ("name_en", "Outpatients")];
    assert_eq!(browser.post("/sites/QLZX/buildings", &building).await.place(), "/sites/QLZX");
    let mut zone =
        vec![("id", "Z03"), ("building", "A"), ("name_zh", "候诊"), ("kind", "waiting"), ("department", "03.04")];
    for day in ["1", "2", "3", "4", "5", "6", "7"] {
        zone.extend([("day", day), ("from", "00:00"), ("to", "24:00")]);
    }
    assert_eq!(browser.post("/zones/new", &zone).await.place(), "/screens");
    let screen = [
        ("id", "Z03-1"),
        ("zone", "Z03"),
        ("name_zh", "候诊 1"),
        ("name_en", "Waiting 1"),
        ("width_px", "1920"),
        ("height_px", "1080"),
        ("width_mm", "1210"),
        ("distance_cm", "300"),
        ("role", "full"),
    ];
    let added = browser.post("/screens/new", &screen).await;
    assert_eq!(added.place(), "/screens/Z03-1", "{}", added.text);
}

/// A text card that was approved.
pub(super) async fn approved_card(house: &House, title: &str) -> String {
    let mut editor = house.signed_in(Role::Editor).await;
    let card = [("class", "notice"), ("title_zh", title), ("body_zh", "请在窗口前排队。")];
    let made = editor.upload("/media/new", &card, None).await;
    let id = made.place().rsplit('/').next().expect("a name").to_owned();
    let mut reviewer = house.signed_in(Role::Reviewer).await;
    let judged = reviewer.post(&format!("/media/{id}/approve"), &[("version", "1")]).await;
    assert_eq!(judged.place(), "/review", "{}", judged.text);
    id
}

/// A playlist with these items and a rule that puts it everywhere.
pub(super) async fn playlist_on_air(editor: &mut Browser, items: &[&str]) -> String {
    let made = editor.post("/playlists", &[("name_zh", "候诊日常"), ("name_en", "Daily")]).await;
    let path = made.place().to_owned();
    for item in items {
        assert_eq!(editor.post(&format!("{path}/add"), &[("item", item)]).await.place(), path);
    }
    let id = path.rsplit('/').next().expect("a name").to_owned();
    let mut rule =
        vec![("playlist", id.as_str()), ("place", "everywhere"), ("from", "00:00"), ("to", "24:00"), ("level", "base")];
    rule.extend(["1", "2", "3", "4", "5", "6", "7"].map(|day| ("day", day)));
    assert_eq!(editor.post("/rules/new", &rule).await.place(), "/rules");
    id
}

/// Two doctors of the site, each with a clinic on Wednesday afternoon.
async fn employ_doctors(house: &House) {
    let department = Department {
        id: DepartmentId::parse("03.04").expect("name"),
        name: Text::new("心血管内科", "Cardiology"),
    };
    clinics::save_department(&house.state.db, &department, 1).await.expect("saved");
    for (rank, id) in ["D01", "D02"].into_iter().enumerate() {
        let doctor = Doctor {
            id: DoctorId::parse(id).expect("name"),
            site: SiteId::parse("QLZX").expect("name"),
            department: department.id.clone(),
            name: Text::new(if id == "D01" { "周明" } else { "林晓" }, id),
            title: Text::new("主任医师", "Chief physician"),
            field: Text::default(),
            room: format!("A30{rank}"),
            kind: ClinicKind::Expert,
            quota: 20,
            sittings: vec![Sitting { weekday: 3, half: Half::Afternoon, weeks: Weeks::Every }],
        };
        clinics::save_doctor(&house.state.db, &doctor, i64::try_from(rank).expect("small")).await.expect("saved");
    }
}

#[tokio::test]
async fn from_an_empty_house_to_a_screen_and_back() {
    let house = House::staffed().await;
    let mut editor = house.signed_in(Role::Editor).await;
    assert!(editor.get("/").await.text.contains("还没有屏幕"));
    furnish(&mut editor).await;
    let (one, two) = (approved_card(&house, "排队须知").await, approved_card(&house, "洗手七步").await);
    assert!(editor.get("/publish").await.text.contains("没有可播内容"), "a zone without a rule is warned of");
    playlist_on_air(&mut editor, &[&one, &two]).await;

    let preview = editor.get("/publish").await.text;
    assert!(preview.contains("发布到 1 块屏幕") && !preview.contains("没有可播内容"));
    assert_eq!(editor.post("/publish", &[]).await.place(), "/publish");
    assert!(editor.get("/publish").await.text.contains("已发布到 1 块屏幕"), "told once");
    assert!(!editor.get("/publish").await.text.contains("已发布到 1 块屏幕"), "and not twice");
    let shown = editor.get("/screens/Z03-1").await.text;
    assert!(shown.contains("排队须知") && shown.contains("候诊日常"), "what it shows and why");
    assert!(editor.post("/publish", &[]).await.place() == "/publish");
    assert!(editor.get("/publish").await.text.contains("没有要发布的改动"));

    // A second publication can be taken back, the first not.
    assert!(!editor.get("/publish").await.text.contains("id=\"undo\""));
    let rule = playlists::rules(&house.state.db).await.expect("asked").remove(0);
    editor.post(&format!("/rules/{}/remove", rule.id), &[]).await;
    editor.post("/publish", &[]).await;
    assert!(editor.get("/screens/Z03-1").await.text.contains("内置卡片"));
    assert!(editor.get("/publish").await.text.contains("id=\"undo\""));
    editor.post("/publish/undo", &[]).await;
    house.clock.set(NOW.plus_ms(60_000));
    assert!(editor.get("/screens/Z03-1").await.text.contains("候诊日常"));
    let deeds = audit::deeds(&house.state.db, 0, 50).await.expect("asked");
    for verb in [
        "site.add",
        "zone.add",
        "screen.add",
        "media.add",
        "media.approve",
        "playlist.add",
        "rule.save",
        "publish",
        "publish.undo",
        "rule.remove",
        "sign-in",
    ] {
        assert!(deeds.iter().any(|deed| deed.verb == verb), "{verb} is in the books");
    }
}

#[tokio::test]
async fn a_playlist_is_ordered_timed_and_guarded_against_a_stale_page() {
    let house = House::staffed().await;
    let mut editor = house.signed_in(Role::Editor).await;
    let (a, b) = (approved_card(&house, "甲").await, approved_card(&house, "乙").await);
    let made = editor.post("/playlists", &[("name_zh", "列表")]).await;
    let path = made.place().to_owned();
    for item in [&a, &b, &a] {
        editor.post(&format!("{path}/add"), &[("item", item)]).await;
    }
    let order = async || {
        let list = playlists::playlists(&house.state.db).await.expect("asked").remove(0);
        list.turns.iter().map(|turn| (turn.what.word(), turn.dwell_ms)).collect::<Vec<_>>()
    };
    let turns = format!("{path}/turns");
    editor.post(&turns, &[("verb", "up"), ("at", "1"), ("item", &b)]).await;
    assert_eq!(order().await, [(b.clone(), None), (a.clone(), None), (a.clone(), None)]);
    editor.post(&turns, &[("verb", "dwell"), ("at", "0"), ("item", &b), ("dwell_secs", "20")]).await;
    let stale = editor.post(&turns, &[("verb", "remove"), ("at", "1"), ("item", &b)]).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    editor.post(&turns, &[("verb", "remove"), ("at", "2"), ("item", &a)]).await;
    assert_eq!(order().await, [(b.clone(), Some(20_000)), (a.clone(), None)]);
    let stale = editor.post(&format!("{path}/order"), &[("was", "x"), ("order", "1,0")]).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    editor.post(&format!("{path}/order"), &[("was", &format!("{b},{a}")), ("order", "1,0")]).await;
    assert_eq!(order().await, [(a, None), (b, Some(20_000))]);
    let page = editor.get(&path).await.text;
    assert!(page.contains("2 项") && page.contains("0:2"), "how long it is");
    assert_eq!(editor.post(&format!("{path}/remove"), &[]).await.place(), "/playlists");
}

#[tokio::test]
async fn names_with_markup_stay_text() {
    let house = House::staffed().await;
    let mut editor = house.signed_in(Role::Editor).await;
    let nasty = "\"><img src=x onerror=alert(1)>{{7*7}}";
    let made = editor.post("/playlists", &[("name_zh", nasty)]).await;
    for path in ["/playlists", made.place()] {
        let text = editor.get(path).await.text;
        assert!(!text.contains("<img src=x") && text.contains("{{7*7}}"), "{path}");
    }
}

#[tokio::test]
async fn a_cancelled_clinic_reaches_its_zone_at_once_and_a_clash_is_asked_about() {
    let house = House::staffed().await;
    let mut editor = house.signed_in(Role::Editor).await;
    employ_doctors(&house).await;
    furnish(&mut editor).await;
    editor.post("/publish", &[]).await;
    let zone = ZoneId::parse("Z03").expect("name");
    let told = async || publications::of_zone(&house.state.db, &zone, 9).await.expect("asked").len();
    assert_eq!(told().await, 1);

    let mut office = house.signed_in(Role::Clinic).await;
    assert!(office.get("/clinics").await.text.contains("周明"));
    let base = [("doctor", "D01"), ("date", "2026-11-25"), ("half", "afternoon")];
    let with = |more: &[(&'static str, &'static str)]| [base.as_slice(), more].concat();
    let clash = office.post("/clinics", &with(&[("change", "substituted"), ("substitute", "D02")])).await;
    assert_eq!(clash.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(clash.text.contains("A301") && clash.text.contains("name=\"anyway\""), "{}", clash.text);
    assert_eq!(told().await, 1, "nothing was entered");
    let past = office.post("/clinics", &[("doctor", "D01"), ("date", "2026-11-24"), ("change", "stopped")]).await;
    assert!(past.text.contains("已经过去"));

    let entered = office.post("/clinics", &with(&[("change", "stopped"), ("reason_zh", "外出会诊")])).await;
    assert_eq!(entered.place(), "/clinics?date=2026-11-25");
    assert_eq!(told().await, 2, "its zone was told without a publication");
    let page = office.get("/clinics?date=2026-11-25").await.text;
    assert!(page.contains("停诊") && page.contains("外出会诊") && page.contains("1 个区域"), "{page}");
    let (_, after) = page.split_once("/clinics/o-").expect("a way to withdraw it");
    let id = format!("o-{}", after.split('/').next().expect("a name"));
    office.post(&format!("/clinics/{id}/withdraw"), &[("date", "2026-11-25")]).await;
    assert_eq!(told().await, 3);
    assert_eq!(publish::refresh_clinics(&house.state, "x").await.expect("asked"), 0, "nothing is left to tell");
}

#[tokio::test]
async fn pages_about_one_site_go_by_its_own_wall_clocks() {
    let house = House::staffed().await;
    let mut editor = house.signed_in(Role::Editor).await;
    employ_doctors(&house).await;
    // Ten in the morning of the 25th in the house is nine in the evening of the 24th there.
    furnish_where_it_is(&mut editor, "America/New_York").await;
    let paired = NewBox {
        id: BoxId::parse("B01").expect("name"),
        fingerprint: "f".to_owned(),
        signing_key: SigningKey::from_bytes(&[7; 32]).verifying_key(),
        description: "a box".to_owned(),
        enrolled_by: "a-editor".to_owned(),
        enrolled_at: NOW,
    };
    boxes::add(&house.state.db, &paired).await.expect("added");
    let screen = ScreenId::parse("Z03-1").expect("name");
    assign::attach(&house.state, &paired.id, &screen).await.expect("attached");

    let mut office = house.signed_in(Role::Clinic).await;
    let page = office.get("/clinics").await.text;
    assert!(page.contains("2026-11-24 周二") && page.contains("/clinics?date=2026-11-25"), "{page}");
    let evening = [("doctor", "D01"), ("date", "2026-11-24"), ("half", "evening"), ("change", "added")];
    assert_eq!(office.post("/clinics", &evening).await.place(), "/clinics?date=2026-11-24");
    let past = office.post("/clinics", &[("doctor", "D01"), ("date", "2026-11-23"), ("change", "stopped")]).await;
    assert!(past.text.contains("已经过去"), "{}", past.text);
    let shown = editor.get("/screens/Z03-1").await.text;
    assert!(shown.contains("2026-11-24 周二 21:00"), "when its box was paired: {shown}");
    let report = editor.get("/report").await.text;
    assert!(report.contains("from=2026-11-18&amp;to=2026-11-24"), "the week that ends today: {report}");
}

#[tokio::test]
async fn a_report_is_told_and_taken_away_as_a_file() {
    let house = House::staffed().await;
    let mut viewer = house.signed_in(Role::Viewer).await;
    assert!(viewer.get("/report").await.text.contains("2026-11-19"));
    let file = viewer.get("/report.csv?from=2026-11-01&to=2026-11-25").await;
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    assert!(file.text.starts_with('\u{feff}'));
    let compared = viewer.get("/report/planned?date=2026-11-25").await.text;
    assert!(compared.contains("id=\"planned-form\"") && compared.contains("value=\"2026-11-25\""), "{compared}");
    let compared = viewer.get("/report/planned.csv?date=2026-11-25&place=site:nowhere").await;
    assert!(compared.text.starts_with("\u{feff}屏幕,屏幕名称,"), "{}", compared.text);
    let wrong = viewer.get("/report?from=2026-11-25&to=2026-11-01").await;
    assert!(wrong.text.contains("早于开始日期"));
    assert!(viewer.get("/report?from=2020-01-01&to=2026-11-01").await.text.contains("最多看 400 天"));
}

#[tokio::test]
async fn what_was_on_a_screen_is_asked_in_a_form() {
    let house = House::staffed().await;
    let mut editor = house.signed_in(Role::Editor).await;
    furnish(&mut editor).await;
    let empty = editor.get("/report/at").await.text;
    assert!(empty.contains("id=\"at-form\"") && empty.contains("2026-11-25T10:00:00"), "{empty}");
    let told = editor.get("/report/at?screen=Z03-1&at=2026-11-25T09:03").await.text;
    assert!(told.contains("此前没有收到过该屏幕的播放") && told.contains("value=\"2026-11-25T09:03\""), "{told}");
    assert!(editor.get("/report/at?screen=Z03-1&at=2026-11-25T11:03:10").await.text.contains("时间未到"));
    assert!(editor.get("/report/at?screen=nowhere&at=2026-11-25T09:03").await.text.contains("没有这块屏幕"));
    assert!(editor.get("/report/at?screen=Z03-1&at=soon").await.text.contains("请填写日期和时间"));
    assert!(editor.get("/report").await.text.contains("href=\"/report/at\""));
}

#[tokio::test]
async fn a_wrong_pairing_code_is_told_and_the_form_keeps_it() {
    let house = House::staffed().await;
    let mut editor = house.signed_in(Role::Editor).await;
    furnish(&mut editor).await;
    let slip = editor.post("/pair", &[("code", "hello"), ("screen", "Z03-1")]).await;
    assert!(slip.text.contains("这不是配对码") && slip.text.contains("hello"));
    for tries_left in (1..5).rev() {
        let wrong = editor.post("/pair", &[("code", "AB3C-4D5E"), ("screen", "Z03-1")]).await;
        assert!(wrong.text.contains(&format!("还可以试 {tries_left} 次")), "{}", wrong.text);
    }
    let locked = editor.post("/pair", &[("code", "AB3C-4D5E"), ("screen", "Z03-1")]).await;
    assert!(locked.text.contains("配对暂停") && locked.text.contains("10:00"), "{}", locked.text);
    assert!(editor.post("/pair", &[("code", "AB3C-4D5E")]).await.text.contains("请选择要配对的屏幕"));
}
