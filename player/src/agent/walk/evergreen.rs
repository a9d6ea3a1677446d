//! The evergreen set with a stage made of shell: kept in its own place, it stands in when every programme is damaged, follows the
//! newest word, and says so in the beat.

use anteroom_content::evergreen::{Evergreen, EvergreenTurn};
use anteroom_content::id::{ContentHash, PlaylistId};
use anteroom_content::wire::Rung;

use super::*;

/// A programme whose site has pinned these pictures.
fn with_set(server: &FakeServer, pictures: &[&str]) -> Show {
    let turn = |name: &&str| {
        let (hash, size_bytes) = server.keep(name.as_bytes());
        let shapes = vec![MediaFile { hash, size_bytes, width_px: 16, height_px: 9 }];
        let item = Item::plain(ItemId::parse(name).unwrap(), text(name), Face::Picture { shapes });
        EvergreenTurn { item, dwell_ms: 8_000 }
    };
    let turns = pictures.iter().map(turn).collect();
    let set = Evergreen { playlist: PlaylistId::parse("always").unwrap(), turns };
    Show { evergreen: Some(set), ..show(server.keep(b"a picture")) }
}

/// The set on the disk holds all of this.
async fn pinned(folder: &Path, wanted: &[&str]) {
    let document = folder.join("state/evergreen/pinned");
    while !std::fs::read_to_string(&document).is_ok_and(|document| holds_all(&document, wanted)) {
        tokio::time::sleep(POLL).await;
    }
}

/// What the stage was told last holds all of this.
async fn told(folder: &Path, wanted: &[&str]) {
    loop {
        let files = std::fs::read_dir(folder).unwrap().flatten();
        let heard = files.filter(|file| file.file_name().to_string_lossy().starts_with("told."));
        if heard.filter_map(|file| std::fs::read(file.path()).ok()).any(|heard| holds_all(&last_stand(&heard), wanted))
        {
            return;
        }
        tokio::time::sleep(POLL).await;
    }
}

fn holds_all(stand: &str, wanted: &[&str]) -> bool {
    wanted.iter().all(|wanted| stand.contains(wanted))
}

fn last_stand(heard: &[u8]) -> String {
    let heard = String::from_utf8_lossy(heard);
    heard.rfind(r#""type":"stand""#).map(|at| heard[at..].to_owned()).unwrap_or_default()
}

fn files_of(folder: &Path, place: &str) -> Vec<String> {
    let shelves = std::fs::read_dir(folder.join("state").join(place)).unwrap().flatten();
    let files = shelves.filter_map(|shelf| std::fs::read_dir(shelf.path()).ok()).flatten().flatten();
    files.map(|file| file.file_name().to_string_lossy().into_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_every_programme_is_damaged_the_set_stands_in_and_the_server_hears_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let (server, agent, mut talk) = paired(folder.path(), "").await;
    supply_show(&server, &mut talk, &with_set(&server, &["lunch", "stairs"]), 4).await;
    pinned(folder.path(), &["lunch", "stairs"]).await;
    assert_eq!(files_of(folder.path(), "evergreen").len(), 2);
    // Unpinned in part, at once; its files are swept, and no others.
    supply_show(&server, &mut talk, &with_set(&server, &["stairs"]), 5).await;
    agent.until(|status| status.manifest_version == 5).await;
    let kept = ContentHash::of(b"stairs").to_hex();
    while files_of(folder.path(), "evergreen") != [kept.clone()] {
        tokio::time::sleep(POLL).await;
    }
    agent.stop().await;
    server.endpoint.close(0u32.into(), b"gone");

    // Both programmes and the clinics are bent on the disk; so is every file of theirs.
    for shelf in std::fs::read_dir(folder.path().join("state/files")).unwrap().flatten() {
        for file in std::fs::read_dir(shelf.path()).unwrap().flatten() {
            let mut bytes = std::fs::read(file.path()).unwrap();
            bytes[0] ^= 1;
            std::fs::write(file.path(), bytes).unwrap();
        }
    }
    for file in std::fs::read_dir(folder.path()).unwrap().flatten() {
        if file.file_name().to_string_lossy().starts_with("told.") {
            std::fs::remove_file(file.path()).unwrap();
        }
    }
    let script =
        r#"told '"type":"stand"'; frame '{"type":"frames","count":9,"item":"stairs","rung":"evergreen"}'; sleep 60"#;
    let agent = Running::start(&server, folder.path(), script);
    let status = agent.until(|status| status.rung == Some(Rung::Evergreen)).await;
    assert!(status.lines().contains("the evergreen set: no programme has anything to show"), "{}", status.lines());
    assert_eq!((status.manifest_version, status.connected), (0, false), "no programme is in force");
    told(folder.path(), &[r#""manifest_version":0"#, "stairs"]).await;
    assert_eq!(files_of(folder.path(), "evergreen"), [kept], "nothing of it went with the programmes");
    agent.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_newest_programme_does_not_name_stands_in_no_more_though_the_next_has_not_come() {
    let folder = tempfile::tempdir().unwrap();
    let (server, agent, mut talk) = paired(folder.path(), "").await;
    supply_show(&server, &mut talk, &with_set(&server, &["recalled", "stairs"]), 4).await;
    pinned(folder.path(), &["recalled", "stairs"]).await;
    // The next set names a file that the server has not got.
    let mut next = with_set(&server, &["stairs"]);
    let lost = MediaFile { hash: ContentHash::of(b"never kept"), size_bytes: 10, width_px: 16, height_px: 9 };
    let lost = Item::plain(ItemId::parse("lost").unwrap(), text("lost"), Face::Picture { shapes: vec![lost] });
    next.evergreen.as_mut().unwrap().turns.push(EvergreenTurn { item: lost, dwell_ms: 8_000 });
    supply_show(&server, &mut talk, &next, 5).await;
    agent.until(|status| status.manifest_version == 5).await;
    let missing = trouble(&mut talk).await;
    assert!(missing.text.contains("the server has no file"), "{}", missing.text);
    agent.stop().await;
    let document = std::fs::read_to_string(folder.path().join("state/evergreen/pinned")).unwrap();
    assert!(document.contains("stairs") && !document.contains("recalled") && !document.contains("lost"));
}
