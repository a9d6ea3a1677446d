//! The evergreen set by forms: pinned, carried by every programme of its site, recalled from it, warned of, unpinned.

use anteroom_content::clock::DAY_MS;
use anteroom_content::id::ItemId;
use anteroom_content::programme::Show;

use super::harness::{Browser, House, NOW};
use super::programme::{approved_card, furnish, playlist_on_air};
use crate::db::accounts::Role;
use crate::db::publications;

/// An approved text card of health education.
async fn approved_lesson(house: &House, title: &str) -> String {
    let mut editor = house.signed_in(Role::Editor).await;
    let card = [("class", "education"), ("title_zh", title), ("body_zh", "每天走路半小时。"), ("source_zh", "指南")];
    let made = editor.upload("/media/new", &card, None).await;
    let id = made.place().rsplit('/').next().expect("a name").to_owned();
    let mut reviewer = house.signed_in(Role::Reviewer).await;
    let judged = reviewer.post(&format!("/media/{id}/approve"), &[("version", "1")]).await;
    assert_eq!(judged.place(), "/review", "{}", judged.text);
    id
}

async fn list_of(editor: &mut Browser, items: &[&str]) -> String {
    let path = editor.post("/playlists", &[("name_zh", "常备"), ("name_en", "Always")]).await.place().to_owned();
    for item in items {
        assert_eq!(editor.post(&format!("{path}/add"), &[("item", item)]).await.place(), path);
    }
    path
}

async fn told(house: &House) -> (String, Vec<String>) {
    let current = publications::current(&house.state.db).await.expect("read");
    let show = current.first().expect("told").show;
    let bytes = publications::part(&house.state.db, &show).await.expect("read").expect("there");
    let show: Show = serde_json::from_slice(&bytes).expect("a show");
    let set = show.evergreen.iter().flat_map(|set| &set.turns).map(|turn| turn.item.id.to_string()).collect();
    (String::from_utf8(bytes).expect("text"), set)
}

#[tokio::test]
async fn a_pinned_set_travels_with_the_programme_and_what_is_recalled_leaves_it() {
    let house = House::staffed().await;
    let mut editor = house.signed_in(Role::Editor).await;
    furnish(&mut editor).await;
    let notice = approved_card(&house, "排队须知").await;
    let (walking, salt) = (approved_lesson(&house, "走路").await, approved_lesson(&house, "少盐").await);
    playlist_on_air(&mut editor, &[&notice]).await;
    editor.post("/publish", &[]).await;
    assert!(!told(&house).await.0.contains("evergreen"), "absent where nothing is pinned");
    assert!(editor.get("/sites/QLZX").await.text.contains("还没有常青组"));

    let notices = list_of(&mut editor, &[&notice]).await;
    editor.post(&format!("{notices}/evergreen"), &[("site", "QLZX")]).await;
    assert!(editor.get(&notices).await.text.contains("没有固定"), "a notice is no health education");
    let list = list_of(&mut editor, &[&walking, &notice, &salt]).await;
    assert_eq!(editor.post(&format!("{list}/evergreen"), &[("site", "QLZX")]).await.place(), list);
    assert!(editor.get(&list).await.text.contains("可播 2 条"));
    editor.post("/publish", &[]).await;
    assert_eq!(told(&house).await.1, [walking.clone(), salt.clone()]);
    let page = editor.get("/sites/QLZX").await.text;
    assert!(page.contains("常备") && page.contains("不播：不是健康宣教"), "{page}");
    assert!(!page.contains("到期</span>"), "nothing ends soon");
    assert_eq!(editor.post(&format!("{list}/remove"), &[]).await.place(), list);
    assert!(editor.get(&list).await.text.contains("请先在该医院的页面取消"));

    let walking = ItemId::parse(&walking).expect("a name");
    crate::publish::recall(&house.state, &walking, "reviewer").await.expect("recalled");
    assert_eq!(told(&house).await.1, [salt], "at once, and past every draft");
    editor.post("/sites/QLZX/evergreen/remove", &[]).await;
    assert!(editor.get("/sites/QLZX").await.text.contains("还没有常青组"));
    editor.post("/publish", &[]).await;
    assert!(!told(&house).await.0.contains("evergreen"));
}

#[tokio::test]
async fn what_of_a_set_ends_soon_is_warned_of_on_the_page_of_its_site() {
    let house = House::staffed().await;
    let mut editor = house.signed_in(Role::Editor).await;
    furnish(&mut editor).await;
    let walking = approved_lesson(&house, "走路").await;
    let list = list_of(&mut editor, &[&walking]).await;
    editor.post(&format!("{list}/evergreen"), &[("site", "QLZX")]).await;
    let ends_at = crate::db::items::approved_items(&house.state.db).await.expect("read")[0].ends_at();
    house.clock.set(ends_at.plus_ms(-20 * DAY_MS));
    assert!(house.state.now() > NOW);
    let mut editor = house.signed_in(Role::Editor).await;
    assert!(editor.get("/sites/QLZX").await.text.contains("到期</span>"));
    house.clock.set(ends_at);
    let mut editor = house.signed_in(Role::Editor).await;
    let page = editor.get("/sites/QLZX").await.text;
    assert!(page.contains("不播：已到期") && page.contains("没有一条能播"), "{page}");
}
