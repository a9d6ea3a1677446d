//! Uploads and their review: what is refused and why, four eyes, new versions, recall.

use anteroom_content::id::ItemId;
use axum::http::StatusCode;

use super::harness::{House, NOW};
use super::programme::{approved_card, furnish};
use crate::db::accounts::Role;
use crate::db::items::{self, ReviewState};

const WORDS: [(&str, &str); 4] = [
    ("class", "education"),
    ("title_zh", "七步洗手法"),
    ("body_zh", "内外夹弓大立腕。"),
    ("source_zh", "WS/T 313—2019"),
];

fn png() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture = image::RgbImage::from_fn(64, 36, |x, y| {
        image::Rgb([u8::try_from(x * 3).expect("small"), 90, u8::try_from(y).expect("small")])
    });
    picture.write_to(&mut bytes, image::ImageFormat::Png).expect("written");
    bytes.into_inner()
}

#[tokio::test]
async fn what_is_wrong_with_an_upload_is_told_and_the_words_are_kept() {
    let house = House::staffed().await;
    let mut editor = house.signed_in(Role::Editor).await;
    let cut = png()[..60].to_vec();
    for (bytes, told) in [
        (b"".as_slice(), "文件是空的"),
        (b"<html>not a picture</html>".as_slice(), "认不出这个文件"),
        (cut.as_slice(), "文件损坏"),
    ] {
        let answer = editor.upload("/media/new", &WORDS, Some(("x.png", bytes))).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{told}");
        assert!(answer.text.contains(told), "{told}: {}", answer.text);
        assert!(answer.text.contains("七步洗手法") && answer.text.contains("WS/T 313"), "the words are kept");
    }
    let classless = editor.upload("/media/new", &WORDS[1..], Some(("x.png", &png()))).await;
    assert!(classless.text.contains("请选择类别"));
    let bare = editor.upload("/media/new", &[("class", "notice"), ("title_zh", "通知")], None).await;
    assert!(bare.text.contains("没有选文件就是文字卡片"));
    assert!(items::items(&house.state.db).await.expect("asked").is_empty(), "nothing was made");
}

#[tokio::test]
async fn a_picture_is_kept_shown_and_waits_for_other_eyes() {
    let house = House::staffed().await;
    let mut editor = house.signed_in(Role::Editor).await;
    let made = editor.upload("/media/new", &WORDS, Some(("洗手.png", &png()))).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    let path = made.place().to_owned();
    let page = editor.get(&path).await.text;
    assert!(page.contains("待审核") && page.contains("需要另一个账户审核"));
    let (_, rest) = page.split_once("/files/").expect("its picture");
    let hash = rest.split(['"', '/']).next().expect("a hash");
    let small = editor.get(&format!("/files/{hash}/thumbnail")).await;
    assert_eq!((small.status, small.headers["content-type"].to_str().expect("ascii")), (StatusCode::OK, "image/jpeg"));
    let whole = editor.get(&format!("/files/{hash}")).await;
    assert_eq!(whole.headers["content-type"], "image/png");
    assert!(whole.headers["content-security-policy"].to_str().expect("ascii").contains("sandbox"));
    assert!(house.browser().get(&format!("/files/{hash}")).await.place().starts_with("/sign-in"));
}

#[tokio::test]
async fn nobody_approves_what_he_made_and_a_reason_is_needed_to_send_back() {
    let house = House::staffed().await;
    let mut editor = house.signed_in(Role::Editor).await;
    let made = editor.upload("/media/new", &WORDS, None).await;
    let path = made.place().to_owned();
    let id = ItemId::parse(path.rsplit('/').next().expect("a name")).expect("name");
    let state = async || items::item(&house.state.db, &id, 1).await.expect("asked").expect("there").state;

    // Even a role that may judge does not judge its own: the maker becomes a reviewer.
    crate::db::accounts::set_role(&house.state.db, "a-editor", Role::Reviewer).await.expect("set");
    let own = editor.post(&format!("{path}/approve"), &[("version", "1")]).await;
    assert!(own.text.contains("不能审核自己提交的内容"), "{}", own.text);
    let own = editor.post(&format!("{path}/return"), &[("version", "1"), ("reason", "x")]).await;
    assert!(own.text.contains("不能审核自己提交的内容"));
    assert_eq!(state().await, ReviewState::Waiting);

    let mut reviewer = house.signed_in(Role::Reviewer).await;
    assert!(reviewer.get("/review").await.text.contains("七步洗手法"));
    let mute = reviewer.post(&format!("{path}/return"), &[("version", "1")]).await;
    assert!(mute.text.contains("请写明原因"));
    reviewer.post(&format!("{path}/return"), &[("version", "1"), ("reason", "缺少适用人群")]).await;
    assert_eq!(state().await, ReviewState::Returned);
    let late = reviewer.post(&format!("{path}/approve"), &[("version", "1")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "a version is judged once");
    assert!(reviewer.get(&path).await.text.contains("缺少适用人群"));
}

#[tokio::test]
async fn new_words_are_a_new_version_and_the_old_one_stays_on_the_air() {
    let house = House::staffed().await;
    let id = approved_card(&house, "排队须知").await;
    let mut editor = house.signed_in(Role::Editor).await;
    let words = [("class", "notice"), ("title_zh", "排队须知（新）"), ("body_zh", "请取号。")];
    editor.post(&format!("/media/{id}/words"), &words).await;
    let approved = items::approved_items(&house.state.db).await.expect("asked");
    assert_eq!((approved[0].version, approved[0].title.zh.as_str()), (1, "排队须知"));
    let mut reviewer = house.signed_in(Role::Reviewer).await;
    let judged = reviewer.post(&format!("/media/{id}/approve"), &[("version", "2")]).await;
    assert_eq!(judged.place(), "/review");
    let approved = items::approved_items(&house.state.db).await.expect("asked");
    assert_eq!((approved[0].version, approved[0].title.zh.as_str()), (2, "排队须知（新）"));
    assert_eq!(approved[0].reviewed_at, NOW);
}

#[tokio::test]
async fn a_recall_empties_the_screens_at_once_and_undo_does_not_bring_it_back() {
    let house = House::staffed().await;
    let mut editor = house.signed_in(Role::Editor).await;
    furnish(&mut editor).await;
    let (bad, good) = (approved_card(&house, "坏消息").await, approved_card(&house, "好消息").await);
    let made = editor.post("/playlists", &[("name_zh", "列表")]).await;
    let list = made.place().to_owned();
    let id = list.rsplit('/').next().expect("a name");
    editor.post(&format!("{list}/add"), &[("item", &bad)]).await;
    let rule =
        [("playlist", id), ("place", "zone:Z03"), ("day", "3"), ("from", "00:00"), ("to", "24:00"), ("level", "base")];
    editor.post("/rules/new", &rule).await;
    editor.post("/publish", &[]).await;
    editor.post(&format!("{list}/add"), &[("item", &good)]).await;
    editor.post("/publish", &[]).await;
    assert!(editor.get("/screens/Z03-1").await.text.contains("坏消息"));
    // A draft of somebody else's must not slip out with a recall.
    editor.post(&format!("{list}/add"), &[("item", &good)]).await;

    let mute = editor.post(&format!("/media/{bad}/withdraw"), &[]).await;
    assert!(mute.text.contains("请写明原因"));
    editor.post(&format!("/media/{bad}/withdraw"), &[("reason", "剂量写错")]).await;
    let page = editor.get("/screens/Z03-1").await.text;
    assert!(!page.contains("坏消息") && page.contains("好消息"));
    assert!(editor.get("/publish").await.text.contains("1 块屏幕会改变"), "the draft still waits");
    editor.post("/publish/undo", &[]).await;
    house.clock.set(NOW.plus_ms(60_000));
    assert!(!editor.get("/screens/Z03-1").await.text.contains("坏消息"), "recalled stays recalled");
}

#[tokio::test]
async fn a_form_that_stays_in_the_browser_is_told_only_what_is_wrong() {
    let house = House::staffed().await;
    let mut editor = house.signed_in(Role::Editor).await;
    let body = "--edge\r\nContent-Disposition: form-data; name=\"title_zh\"\r\n\r\n甲\r\n--edge--\r\n";
    let request = axum::http::Request::post("/media/new")
        .header("origin", "http://house.test")
        .header("hx-request", "true")
        .header("content-type", "multipart/form-data; boundary=edge");
    let answer = editor.send(request, axum::body::Body::from(body)).await;
    assert!(answer.text.starts_with("<div id=\"problem\">") && answer.text.contains("请选择类别"), "{}", answer.text);
}
