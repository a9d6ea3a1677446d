//! Keys are replaced, the root key is taken away, and what was cut off in the middle is made good.

use std::path::{Path, PathBuf};

use anteroom_content::clock::Instant;
use anteroom_content::manifest::Manifest;
use anteroom_content::trust::{Heard, Trust};

use super::{Office, Seen, TrustCommand, rotate, run};
use crate::config::{ConfigArgs, Settings};
use crate::db::Db;
use crate::db::publications;
use crate::publish::{publish, resign_if_due};
use crate::state::tests::{NOW, furnish, state_on};
use crate::trust::{Folder, Keys, move_root};

const LATER: Instant = NOW.plus_ms(1_000);

fn keys(data: &Path) -> Keys {
    Keys::load_or_make(data, NOW).expect("keys")
}

/// A box that has heard everything until now.
fn believer(keys: &Keys) -> Trust {
    Trust::under(keys.charter.clone())
}

/// The box hears what it has missed, one by one.
fn catch_up(trust: &mut Trust, keys: &Keys) {
    let version = trust.charter().map_or(0, |charter| charter.version);
    for signed in keys.charters_after(version) {
        let Ok(Heard::New(charter)) = trust.accept_charter(signed) else { panic!("refused") };
        trust.raise_charter(charter);
    }
    assert_eq!(trust.charter(), Some(&keys.charter));
}

#[test]
fn each_key_is_replaced_and_a_box_that_slept_through_it_all_follows() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    let mut trust = believer(&keys(data));
    for (office, epoch) in [
        (Office::Alert, 1),
        (Office::Publish, 2),
        (Office::Root, 2),
        (Office::Authority, 2),
        (Office::Publish, 3),
        (Office::Authority, 3),
        (Office::Root, 3),
    ] {
        let before = keys(data).charter;
        let rotated = rotate(data, office, None, Seen::default(), LATER).expect("rotated");
        let after = keys(data).charter;
        assert_eq!((&rotated.charter, after.epoch, after.version), (&after, epoch, before.version + 1), "{office:?}");
        assert_eq!(after.publish != before.publish, office == Office::Publish);
        assert_eq!(after.alert != before.alert, office == Office::Alert);
        assert_eq!(after.root != before.root, office == Office::Root);
        assert_eq!(after.authorities != before.authorities, office == Office::Authority);
    }
    let keys = keys(data);
    assert_eq!(keys.charter.authorities.len(), 2, "the one before the last is believed no more");
    catch_up(&mut trust, &keys);
    let secrets = std::fs::read_dir(data.join("keys")).expect("a folder").count();
    assert_eq!(secrets, 6, "root, publish, alert, two authorities and the charters; what is retired is gone");
}

#[test]
fn without_the_root_key_nothing_is_replaced() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    let made = keys(data);
    let stick = data.join("stick.key");
    move_root(&made.root_here(data).expect("here"), &stick, &made.charter.root).expect("moved");
    let publish_file = Folder::of(data).file_of("publish", &made.charter.publish[0]);
    let try_with = |root: Option<&Path>| rotate(data, Office::Publish, root, Seen::default(), LATER);
    assert!(try_with(None).expect_err("no root").to_string().contains("--root FILE"));
    assert!(try_with(Some(&publish_file)).expect_err("another key").to_string().contains("another key"));
    assert!(try_with(Some(&data.join("nothing"))).is_err());
    assert_eq!(keys(data).charter, made.charter);
    assert_eq!(try_with(Some(&stick)).expect("rotated").charter.epoch, 2);
}

#[test]
fn a_restored_server_goes_above_the_charters_its_boxes_hold() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    let seen = Seen { version: 6, epoch: 4 };
    let charter = rotate(data, Office::Publish, None, seen, LATER).expect("rotated").charter;
    assert_eq!((charter.version, charter.epoch), (7, 5));
    let last = Seen { version: u64::MAX, epoch: u32::MAX };
    assert!(rotate(data, Office::Publish, None, last, LATER).is_err());
}

#[tokio::test]
async fn a_new_publish_key_signs_every_zone_anew_at_the_new_epoch() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    let open = || async { Db::open_sqlite(&data.join("anteroom.db")).await.expect("opens") };
    let (state, _clock) = state_on(open().await, data);
    furnish(&state).await;
    let first = publish(&state, "editor").await.expect("published").version;
    assert_eq!(resign_if_due(&state, "server").await.expect("asked"), None);
    let mut trust = believer(&state.keys);
    state.db.close().await;

    rotate(data, Office::Publish, None, Seen::default(), LATER).expect("rotated");
    let (state, _clock) = state_on(open().await, data);
    let resigned = resign_if_due(&state, "server").await.expect("signed").expect("was due");
    assert_eq!((resigned.zones, resigned.boxes), (2, 0));
    assert_eq!(resign_if_due(&state, "server").await.expect("asked"), None, "once");
    let told = publications::current(&state.db).await.expect("asked");
    for zone in told {
        assert!(trust.accept_manifest(&zone.zone, &zone.envelope).is_err(), "before the charter was heard");
        let key = state.keys.publish.verifying_key();
        let manifest: Manifest = zone.envelope.open(&key).expect("signed by the new key");
        assert!(manifest.epoch == 2 && manifest.version > first);
        let earlier = publications::of_zone(&state.db, &zone.zone, 2).await.expect("asked");
        assert_eq!((earlier[0].show, earlier[0].effective_at), (earlier[1].show, earlier[1].effective_at));
    }
    catch_up(&mut trust, &state.keys);
    for zone in publications::current(&state.db).await.expect("asked") {
        assert!(matches!(trust.accept_manifest(&zone.zone, &zone.envelope), Ok(Heard::New(_))));
    }
    let history = publications::last(&state.db, 9).await.expect("asked");
    assert_eq!(history.len(), 1, "a new signature is no publication");
    state.db.close().await;
}

fn args(data: &Path) -> ConfigArgs {
    let settings = Settings { data: Some(data.to_owned()), ..Settings::default() };
    // A file that is there, so that the machine's own configuration is not looked at.
    let file = data.join("server.toml");
    std::fs::write(&file, "").expect("written");
    ConfigArgs { config: Some(file), settings }
}

#[tokio::test]
async fn the_command_shows_moves_and_replaces_keys_in_words_and_json() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    let config = || args(data);
    let show = |json| run(TrustCommand::Show { json, config: config() });
    let said = show(false).await.expect_err("nothing here").to_string();
    assert!(said.contains("--data"), "{said}");
    let made = keys(data);
    let said = show(false).await.expect("shown");
    assert!(said.contains("epoch 1") && said.contains("trust root --out FILE"), "{said}");

    let out = data.join("stick.key");
    let root = |out: PathBuf| run(TrustCommand::Root { out, json: false, config: config() });
    root(out.clone()).await.expect("moved");
    assert!(root(data.join("other.key")).await.is_err(), "it is gone already");
    let json: serde_json::Value = serde_json::from_str(&show(true).await.expect("shown")).expect("JSON");
    assert_eq!(
        (&json["root_file"], json["root"].as_str()),
        (&serde_json::Value::Null, Some(&*made.charter.root.to_string()))
    );

    let rotate = |root| run(TrustCommand::Rotate { office: Office::Publish, root, json: true, config: config() });
    assert!(rotate(None).await.is_err());
    let json: serde_json::Value = serde_json::from_str(&rotate(Some(out)).await.expect("rotated")).expect("JSON");
    assert_eq!((json["epoch"].as_u64(), json["is_new_epoch"].as_bool()), (Some(2), Some(true)));
    let said = show(false).await.expect("shown");
    assert!(said.contains("epoch 2") && said.contains("as it should be"), "{said}");
    let resigned = run(TrustCommand::Resign { json: false, config: config() }).await.expect("signed");
    assert!(resigned.starts_with("0 zones and 0 boxes"), "{resigned}");
}
