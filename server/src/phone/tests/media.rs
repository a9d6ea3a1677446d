//! Files behind a page: small pictures, movies in pieces, and nothing that is not on the air.

use anteroom_content::id::ItemId;
use axum::http::{Method, StatusCode};

use super::house::{DWELL_MS, House};
use super::{ask, get};
use crate::db::items::{ReviewState, judge_item};
use crate::phone::router;

fn addresses(page: &str) -> Vec<&str> {
    page.split("\"/media/").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[tokio::test]
async fn a_picture_comes_small_and_is_drawn_once() {
    let house = House::open(&["C03"]).await;
    let door = router(house.state.clone());
    let page = get(&door, "/s/AB3C4D").await;
    assert!(page.text().contains("width=\"720\" height=\"405\""));
    let address = format!("/media/{}", addresses(page.text())[0]);
    let first = get(&door, &address).await;
    assert_eq!((first.status, first.header("content-type")), (StatusCode::OK, "image/jpeg"));
    assert!(first.bytes.len() < 100 * 1024, "{} bytes", first.bytes.len());
    let picture = image::load_from_memory(&first.bytes).expect("a picture");
    assert_eq!((picture.width(), picture.height()), (720, 405));
    let kept = std::fs::read_dir(house.state.data.join("phone-renditions")).expect("a folder").count();
    assert_eq!(kept, 1);
    assert_eq!(get(&door, &address).await.bytes, first.bytes);
}

#[tokio::test]
async fn a_movie_waits_for_a_tap_and_comes_in_pieces_with_captions() {
    let house = House::open(&["C06"]).await;
    let door = router(house.state.clone());
    let page = get(&door, "/s/AB3C4D").await;
    let text = page.text();
    assert!(text.contains("preload=\"none\"") && !text.contains("autoplay"));
    assert!(text.contains("1:05") && text.contains("kind=\"captions\" srclang=\"zh-CN\""));
    let [poster, movie, captions]: [&str; 3] = addresses(text).try_into().expect("three files");
    let piece = ask(&door, Method::GET, &format!("/media/{movie}"), &[("range", "bytes=4-7")]).await;
    assert_eq!((piece.status, piece.text()), (StatusCode::PARTIAL_CONTENT, "ftyp"));
    assert_eq!(piece.header("content-type"), "video/mp4");
    let captions = get(&door, &format!("/media/{captions}")).await;
    assert!(captions.text().starts_with("WEBVTT") && captions.header("content-type").starts_with("text/vtt"));
    assert_eq!(get(&door, &format!("/media/{poster}")).await.header("content-type"), "image/jpeg");
}

#[tokio::test]
async fn a_recalled_file_is_gone_at_once() {
    let house = House::open(&["C03"]).await;
    let door = router(house.state.clone());
    let address = format!("/media/{}", addresses(get(&door, "/s/AB3C4D").await.text())[0]);
    assert_eq!(get(&door, &address).await.status, StatusCode::OK);
    house.after_ms(DWELL_MS);
    let (approved, withdrawn) = (ReviewState::Approved, ReviewState::Withdrawn);
    for id in ["C03", "C06"] {
        let id = ItemId::parse(id).expect("name");
        let at = house.state.now();
        judge_item(&house.state.db, (&id, 1), (approved, withdrawn), "reviewer", "wrong", at).await.expect("judged");
    }
    assert_eq!(get(&door, &address).await.status, StatusCode::NOT_FOUND);
    assert_eq!(get(&door, &format!("/media/{}", "0".repeat(64))).await.status, StatusCode::NOT_FOUND);
}
