//! Whom a box believes, and what it does about a file that is not what its name says.

use anteroom_content::id::ContentHash;
use anteroom_content::trust::SignedCharter;
use anteroom_content::wire::TroubleKind;

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_charter_ends_the_old_publish_key_and_what_is_on_the_glass_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (mut server, agent, mut talk) = paired(folder.path(), "").await;
    supply(&server, &mut talk, b"a picture", 4).await;
    agent.until(|status| status.manifest_version == 4).await;

    // A stolen publish key runs the numbers up; the root key ends it.
    let (stolen, epoch_of_then) = (server.publish.clone(), server.charter.clone());
    let charter = server.rotate_publish();
    let forged = SignedCharter::seal(&server.charter, &[&stolen]).unwrap();
    talk.say(ToPlayer::Charter(forged)).await;
    assert!(trouble(&mut talk).await.text.contains("not signed by the root key"));
    talk.say(ToPlayer::Charter(charter)).await;
    let (key, own) =
        (std::mem::replace(&mut server.publish, stolen), std::mem::replace(&mut server.charter, epoch_of_then));
    supply(&server, &mut talk, b"a forged picture", u64::MAX >> 1).await;
    let told = trouble(&mut talk).await;
    assert!(told.kind == TroubleKind::Trust && told.text.contains("not signed by a key that may"), "{}", told.text);
    assert_eq!(agent.status().await.manifest_version, 4);
    agent.stop().await;

    // It wakes up with what it had, although nobody would sign that today, and takes the new key's word.
    (server.publish, server.charter) = (key, own);
    let agent = Running::start(&server, folder.path(), "");
    let mut talk = server.talks.recv().await.unwrap();
    assert_eq!((talk.hello.held.charter_version, talk.hello.held.epoch), (2, 2));
    assert_eq!(agent.status().await.manifest_version, 4);
    supply(&server, &mut talk, b"another picture", 3).await;
    agent.until(|status| status.manifest_version == 3).await;
    agent.stop().await;
}

/// Turns one bit of a file of the box over.
fn flip(state: &Path, hash: ContentHash) -> PathBuf {
    let name = hash.to_hex();
    let path = state.join("files").join(&name[..2]).join(&name);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[3] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    path
}

async fn until_whole(path: &Path, hash: ContentHash) {
    while std::fs::read(path).map(|bytes| ContentHash::of(&bytes)).ok() != Some(hash) {
        tokio::time::sleep(POLL).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flipped_bit_is_found_on_the_first_show_and_at_the_next_start_and_the_file_comes_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = FakeServer::start();
    server.set_time(System.now());
    let hash = ContentHash::of(b"a picture");
    // The stage reads the file, finds other bytes than its name says, and is told when to try again.
    let script = format!(
        r#"told stand; until [ -e flipped ]; do frames; done
        frame '{{"type":"fault","file":"{hash}","text":"its bytes have another hash"}}'
        until [ "$(grep -ao '"type":"stand"' told.$$ | wc -l)" -ge 2 ]; do frames; done; touch told-again"#,
        hash = hash.to_hex()
    );
    let agent = Running::start(&server, folder.path(), &script);
    server.pair("box-7").await;
    let mut talk = server.talks.recv().await.unwrap();
    supply(&server, &mut talk, b"a picture", 4).await;
    agent.until(|status| status.manifest_version == 4).await;
    let path = flip(&agent.state, hash);
    std::fs::write(folder.path().join("flipped"), b"").unwrap();
    let told = trouble(&mut talk).await;
    assert!(told.file == Some(hash) && told.text.contains("fetched again"), "{}", told.text);
    until_whole(&path, hash).await;
    while !folder.path().join("told-again").exists() {
        tokio::time::sleep(POLL).await;
    }
    agent.stop().await;

    flip(&folder.path().join("state"), hash);
    let agent = Running::start(&server, folder.path(), "");
    let _talk = server.talks.recv().await.unwrap();
    until_whole(&path, hash).await;
    agent.stop().await;
}
