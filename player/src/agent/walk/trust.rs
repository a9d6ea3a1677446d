//! Whom a box believes.

use anteroom_content::trust::SignedCharter;
use anteroom_content::wire::TroubleKind;

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_charter_ends_the_old_publish_key_and_what_is_on_the_glass_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = FakeServer::start();
    server.set_time(System.now());
    let agent = Running::start(&server, folder.path(), "");
    server.pair("box-7").await;
    let mut talk = server.talks.recv().await.unwrap();
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
