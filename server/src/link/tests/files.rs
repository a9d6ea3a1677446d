//! Parts and files: whole, from the middle, and not to those they are not for.

use anteroom_content::id::ContentHash;
use anteroom_content::programme::Show;
use anteroom_content::wire::ALPN_BULK;

use super::booth::fetch;
use super::house::House;
use crate::publish::{publish, undo};

#[tokio::test]
async fn a_box_fetches_its_zones_parts_and_files_from_any_byte_on() {
    let house = House::open().await;
    let picture: Vec<u8> = (0..400_000_u32).map(|n| n.to_le_bytes()[0] ^ n.to_le_bytes()[1]).collect();
    let file = house.show_picture("a", &picture).await;
    publish(&house.state, "editor").await.expect("published");
    let this = house.hung("box-1", "a-1").await;
    let (mut talk, _) = this.talk(&house).await;
    let manifest = talk.manifest(&house).await;

    let (size, part) = fetch(&talk.connection, manifest.show.hash, 0).await;
    assert_eq!((size, ContentHash::of(&part)), (Some(manifest.show.size_bytes), manifest.show.hash));
    let show: Show = serde_json::from_slice(&part).expect("a show");
    assert_eq!(show.files(), [(file, 400_000)]);
    assert_eq!(fetch(&talk.connection, manifest.show.hash, 10).await.1, part[10..]);

    let bulk = this.dial(house.address, ALPN_BULK).await.expect("connected");
    for connection in [&bulk, &talk.connection] {
        assert_eq!(fetch(connection, file, 0).await, (Some(400_000), picture.clone()));
        assert_eq!(fetch(connection, file, 399_990).await, (Some(400_000), picture[399_990..].to_vec()));
        assert_eq!(fetch(connection, file, u64::MAX).await, (Some(400_000), Vec::new()), "nothing is left");
    }
    house.close().await;
}

#[tokio::test]
async fn what_is_not_for_a_zone_is_not_given_to_its_boxes() {
    let house = House::open().await;
    let file = house.show_picture("a", b"only for zone a").await;
    publish(&house.state, "editor").await.expect("published");
    let (first, second) = (house.hung("box-1", "a-1").await, house.hung("box-2", "b-1").await);
    let spare = house.paired("box-3").await;
    let (mut one, _) = first.talk(&house).await;
    let show = one.manifest(&house).await.show.hash;
    let (two, _) = second.talk(&house).await;
    let (three, _) = spare.talk(&house).await;
    for (connection, given) in [(&one.connection, true), (&two.connection, false), (&three.connection, false)] {
        for hash in [show, file] {
            assert_eq!(fetch(connection, hash, 0).await.0.is_some(), given);
        }
    }
    assert_eq!(fetch(&one.connection, ContentHash::of(b"nothing"), 0).await, (None, Vec::new()));
    let unlisted = crate::library::Library::of(&house.state.data).keep(b"an upload nobody approved").expect("kept");
    assert_eq!(fetch(&one.connection, unlisted, 0).await.0, None, "in the library, and on no screen");
    house.close().await;
}

#[tokio::test]
async fn a_file_of_the_show_that_comes_next_is_given_before_it_takes_over() {
    let house = House::open().await;
    publish(&house.state, "editor").await.expect("published");
    let this = house.hung("box-1", "a-1").await;
    let (mut talk, _) = this.talk(&house).await;
    talk.manifest(&house).await;
    let file = house.show_picture("a", b"the next picture").await;
    assert_eq!(fetch(&talk.connection, file, 0).await.0, None, "a draft is nobody's");
    publish(&house.state, "editor").await.expect("published");
    talk.manifest(&house).await;
    assert_eq!(fetch(&talk.connection, file, 0).await.0, Some(16));
    undo(&house.state, "editor").await.expect("taken back");
    talk.manifest(&house).await;
    house.close().await;
}
