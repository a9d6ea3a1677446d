//! From a ledger to a file and back, and the audit's question, on a small hospital with one box.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anteroom_content::clock::{DAY_MS, Fixed, Instant};
use anteroom_content::id::{BoxId, ContentHash, ItemId, ScreenId, ZoneId};
use anteroom_content::manifest::Envelope;
use anteroom_content::play::books::{self, Author};
use anteroom_content::play::{Batch, Ending, LogMark, Play, chain_next, chain_start};
use anteroom_content::trust::PublicKey;
use clap::Parser;
use ed25519_dalek::SigningKey;

use super::command::{PlaysCommand, VerifyArgs, answer, verify};
use crate::db::boxes::{self, NewBox};
use crate::db::tests::on_each_engine;
use crate::db::{Db, certificates};
use crate::ledger::{self, note_reach};
use crate::open::database_file;
use crate::publish;
use crate::reports::{self, NoPlay};
use crate::state::State;
use crate::state::tests::{NOW, furnish, state_on};

/// A log no other has: too high for a signed number.
const EPOCH: u64 = u64::MAX - 5;
/// 2026-11-18 00:00 in Shanghai.
const MIDNIGHT: Instant = Instant(1_794_931_200_000);

#[derive(Parser)]
struct Line {
    #[command(subcommand)]
    command: PlaysCommand,
}

#[derive(Parser)]
struct VerifyLine {
    #[command(flatten)]
    args: VerifyArgs,
}

/// A box that lights two screens and shows ten seconds on each in turn.
struct Box1 {
    id: BoxId,
    key: SigningKey,
    chain: ContentHash,
    next_seq: u64,
}

impl Box1 {
    async fn paired_with(state: &State) -> Self {
        let key = SigningKey::from_bytes(&[7; 32]);
        let id = BoxId::parse("box-1").expect("name");
        let request = rcgen::CertificateParams::default();
        let request = request.serialize_request(&rcgen::KeyPair::generate().expect("a key")).expect("a request");
        let pem = request.pem().expect("pem");
        let signed = state.keys.sign_box(&pem, (&id, &key.verifying_key()), NOW).expect("signed");
        let names = (signed.fingerprint.as_str(), signed.pem.as_str());
        certificates::keep(&state.db, &id, names, signed.until, NOW).await.expect("kept");
        let new = NewBox {
            id: id.clone(),
            fingerprint: signed.fingerprint,
            signing_key: key.verifying_key(),
            description: "test".into(),
            enrolled_by: "installer".into(),
            enrolled_at: NOW,
        };
        boxes::add(&state.db, &new).await.expect("added");
        let chain = chain_start(&id, EPOCH);
        Self { id, key, chain, next_seq: 1 }
    }

    /// Play `seq` begins ten seconds after the one before, the first at midnight; odd ones on `a-1`, even ones on `a-2`.
    fn batch(&mut self, count: u64) -> Batch {
        let first_seq = self.next_seq;
        let chain_before = self.chain;
        let mut plays = Vec::new();
        for seq in first_seq..first_seq + count {
            let started_at = MIDNIGHT.plus_ms(10_000 * (i64::try_from(seq).expect("small") - 1));
            let play = Play {
                seq,
                screen: ScreenId::parse(if seq % 2 == 1 { "a-1" } else { "a-2" }).expect("name"),
                zone: ZoneId::parse("a").expect("name"),
                item: ItemId::parse("C01").expect("name"),
                item_version: 1,
                file: None,
                manifest_version: 1,
                planned_at: started_at,
                planned_ms: 10_000,
                started_at,
                shown_ms: 10_000,
                ending: Ending::Complete,
                proof: None,
            };
            let text = serde_json::to_string(&play).expect("json");
            self.chain = chain_next(&self.chain, &text);
            plays.push(text);
        }
        self.next_seq += count;
        Batch { box_id: self.id.clone(), log_epoch: EPOCH, first_seq, chain_before, plays }
    }

    async fn send(&self, state: &State, batch: &Batch) {
        let paired = boxes::box_by_id(&state.db, &self.id).await.expect("asked").expect("there");
        let sealed = Envelope::seal(batch, &self.key).expect("sealed");
        ledger::receive(state, &paired, &sealed).await.expect("taken");
    }

    /// It lost plays: they are a gap.
    async fn lose(&mut self, state: &State, count: u64) {
        let _ = self.batch(count);
        let (mark, oldest) = (LogMark { log_epoch: EPOCH, seq: self.next_seq }, self.next_seq);
        books::resume(&state.db, &self.id, mark, oldest, NOW).await.expect("a gap");
    }
}

/// Plays 1 to 20, a gap of five, plays 26 to 35.
async fn fill(state: &State) -> Box1 {
    furnish(state).await;
    let published = publish::publish(state, "maker").await.expect("published");
    assert_eq!(published.version, 1, "which the plays name");
    let mut this = Box1::paired_with(state).await;
    for count in [4, 10, 6] {
        let batch = this.batch(count);
        this.send(state, &batch).await;
    }
    this.lose(state, 5).await;
    let batch = this.batch(10);
    this.send(state, &batch).await;
    this
}

struct Hospital {
    folder: tempfile::TempDir,
    root: PublicKey,
}

impl Hospital {
    async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let db = Db::open_sqlite(&database_file(folder.path())).await.expect("opens");
        let (state, _) = state_on(db, folder.path());
        fill(&state).await;
        let root = state.keys.charter.root;
        state.db.close().await;
        Self { folder, root }
    }

    async fn say(&self, words: &[&str]) -> anyhow::Result<String> {
        let data = self.folder.path().to_str().expect("a path");
        let line = [&["anteroom"], words, &["--data", data]].concat();
        answer(Line::try_parse_from(line)?.command, Arc::new(Fixed::at(NOW))).await
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn verify(&self, file: &Path, words: &[&str]) -> (String, bool) {
        let (file, root) = (file.to_str().expect("a path"), self.root.to_string());
        let line = [&["anteroom", file, "--root", &root], words].concat();
        let told = verify(&VerifyLine::try_parse_from(line).expect("parsed").args).expect("read");
        (told.text, told.is_well)
    }
}

#[tokio::test]
async fn what_is_exported_is_proven_with_the_root_key_alone() {
    let hospital = Hospital::open().await;
    let (bundle, sheet) = (hospital.file("a.evidence"), hospital.file("a.csv"));
    let (bundle_name, sheet_name) = (bundle.to_str().expect("a path"), sheet.to_str().expect("a path"));
    let words = ["export", "--from", "2026-11-18", "--csv", sheet_name, "--evidence", bundle_name];
    let told = hospital.say(&words).await.expect("written");
    assert!(told.contains("1 boxes, 4 batches; 5 plays in gaps, 0 not counted"), "{told}");
    let (told, is_well) = hospital.verify(&bundle, &[]);
    assert!(is_well && told.starts_with("proven: 30 plays, in 4 signed batches"), "{told}");
    for words in [
        "box-1: its certificate, good until 2031-12-31",
        "plays 1 to 35: 30 in 4 batches are signed by the box",
        "plays 21 to 25 are lost",
        "1 manifests that plays name are signed by a publish key",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert!(hospital.verify(&bundle, &["--lang", "zh"]).0.contains("第 21 至 25 次播放已丢失"));
    let json: serde_json::Value = serde_json::from_str(&hospital.verify(&bundle, &["--json"]).0).expect("JSON");
    assert_eq!(json["boxes"][0]["logs"][0]["gaps"], serde_json::json!([[21, 25]]));
    let sheet = std::fs::read_to_string(&sheet).expect("read");
    assert!(sheet.starts_with("\u{feff}Kind,Screen,"), "{sheet}");
    assert_eq!(sheet.lines().filter(|line| line.starts_with("Play,")).count(), 30);
    assert!(sheet.contains("\r\nGap,,,,,,the box no longer had them,") && sheet.contains(",21,25,"), "{sheet}");

    let again = hospital.say(&words).await.expect_err("nothing is written over");
    assert!(again.to_string().contains("is there already"), "{again}");
}

#[tokio::test]
async fn a_bent_bundle_is_refused_with_its_place_and_a_filtered_one_holds() {
    let hospital = Hospital::open().await;
    let bundle = hospital.file("b.evidence");
    let name = bundle.to_str().expect("a path");
    hospital.say(&["export", "--from", "2026-11-18", "--screen", "a-2", "--evidence", name]).await.expect("written");
    let (told, is_well) = hospital.verify(&bundle, &[]);
    assert!(is_well && told.starts_with("proven: 15 plays"), "{told}");
    let text = std::fs::read_to_string(&bundle).expect("read");
    let bent = hospital.file("bent.evidence");
    std::fs::write(&bent, text.replacen("\\\\\\\"C01\\\\\\\"", "\\\\\\\"C02\\\\\\\"", 1)).expect("written");
    let (told, is_well) = hospital.verify(&bent, &[]);
    assert!(!is_well, "{told}");
    assert_eq!(
        told,
        format!("not proven: box box-1, log {EPOCH}, batch from play 1: the signature is not by the key of this box")
    );
    let (told, _) = hospital.verify(&bent, &["--lang", "zh"]);
    assert!(told.starts_with("不可信：盒子 box-1 日志"), "{told}");
    std::fs::write(&bent, vec![b'x'; 3_000_000]).expect("written");
    assert_eq!(hospital.verify(&bent, &[]).0, "not proven: line 1 is too long");
    let empty = hospital.file("none.evidence");
    let name = empty.to_str().expect("a path");
    hospital.say(&["export", "--from", "2026-11-18", "--item", "C99", "--evidence", name]).await.expect("written");
    let (told, is_well) = hospital.verify(&empty, &[]);
    assert!(is_well && told.starts_with("proven: 0 plays") && told.contains("30 plays are left out"), "{told}");
}

#[tokio::test]
async fn a_slip_in_what_is_asked_is_told() {
    let hospital = Hospital::open().await;
    let file = hospital.file("c.csv");
    let name = file.to_str().expect("a path");
    let refused = |words: Vec<&'static str>| {
        let words = [vec!["export"], words, vec!["--csv", name]].concat();
        let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
        let hospital = &hospital;
        async move {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            hospital.say(&words).await.expect_err("refused").to_string()
        }
    };
    assert!(refused(vec!["--from", "someday"]).await.contains("is not a date"));
    assert!(refused(vec!["--from", "2026-11-18", "--to", "2026-11-17"]).await.contains("lies before the first"));
    assert!(refused(vec!["--from", "2020-01-01", "--to", "2026-11-17"]).await.contains("at most 1098"));
    assert!(refused(vec!["--from", "today", "--screen", "a-9"]).await.contains("no screen `a-9`"));
    assert!(refused(vec!["--from", "today", "--campaign", "flu"]).await.contains("no campaign `flu`"));
    assert!(refused(vec!["--from", "today", "--advertiser", "flu"]).await.contains("no advertiser `flu`"));
    assert!(!file.exists(), "nothing was written");
    assert!(hospital.say(&["export", "--from", "today"]).await.is_err(), "a file is needed");
}

#[tokio::test]
async fn an_auditor_asks_what_a_screen_showed_at_a_moment() {
    let hospital = Hospital::open().await;
    let at = |time: &'static str| {
        let hospital = &hospital;
        async move { hospital.say(&["at", "--screen", "a-1", "--at", time]).await.expect("told") }
    };
    let told = at("2026-11-18T00:00:25").await;
    for words in [
        "C01 (version 1)",
        "2026-11-18 00:00:20 – 2026-11-18 00:00:30 (0:10, complete)",
        "box-1  play 3",
        "plays 1 to 4 of log",
        "good, by the box; a certificate names its key",
        "published  1 maker  2026-11-18 19:06:40",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert!(at("2026-11-18T00:00:15").await.contains("nothing was shown: the log goes on without a hole"));
    assert!(at("2026-11-18T00:03:25").await.contains("plays in between are lost"));
    assert!(at("2026-11-17T23:00").await.contains("no play of this screen was received"));
    assert!(at("2026-11-18T01:00").await.contains("the box has sent nothing of so late"));
    assert!(at("2026-11-19T01:00").await.contains("has not come"));
    let chinese = hospital.say(&["at", "--screen", "a-2", "--at", "00:00:15", "--lang", "zh"]).await.expect("told");
    assert!(chinese.contains("盒子签名相符，密钥有证书"), "{chinese}");
    let json = hospital.say(&["at", "--screen", "a-2", "--at", "00:00:15", "--json"]).await.expect("told");
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&json["plays"][0]["play"]["seq"], &json["instead"]), (&2.into(), &serde_json::Value::Null));
    let slip = hospital.say(&["at", "--screen", "a-9", "--at", "now"]).await.expect_err("no such screen");
    assert!(slip.to_string().contains("no screen `a-9`"), "{slip}");
}

/// How often the same is asked where its time is looked at.
const ASKED: usize = 5;

#[tokio::test]
async fn a_moment_is_found_in_a_second_among_millions_of_plays() {
    on_each_engine(|db| async move {
        let folder = tempfile::tempdir().expect("a folder");
        let (state, _) = state_on(db.clone(), folder.path());
        fill(&state).await;
        // A year of ten screens, a batch of twenty plays every five minutes: a million rows stand for twenty million plays.
        // All of them name the one batch that is there to be read.
        crate::db::reach::asked::crowd(&db, (EPOCH, 1), MIDNIGHT, 100_000).await;
        let screen = ScreenId::parse("a-1").expect("name");
        // The fastest of a few: a machine that is busy with other tests says nothing about the index.
        let mut both = Duration::MAX;
        for _ in 0..ASKED {
            let began = tokio::time::Instant::now();
            let found = reports::on_screen(&state, &screen, MIDNIGHT.plus_ms(25_000)).await.expect("told");
            assert_eq!(found.plays.iter().map(|told| told.play.seq).collect::<Vec<_>>(), [3]);
            let far = reports::on_screen(&state, &screen, MIDNIGHT.plus_ms(-900 * DAY_MS)).await.expect("told");
            assert!(far.plays.is_empty());
            both = both.min(began.elapsed());
        }
        eprintln!("what was on a screen, and on another moment of which nothing is known: {both:?}");
        assert!(both.as_secs() < 1, "two answers took {both:?}");
    })
    .await;
}

#[tokio::test]
async fn batches_of_before_are_noted_once() {
    on_each_engine(|db| async move {
        let folder = tempfile::tempdir().expect("a folder");
        let (state, _) = state_on(db.clone(), folder.path());
        fill(&state).await;
        crate::db::reach::asked::forget(&db).await;
        let screen = ScreenId::parse("a-1").expect("name");
        let ask = || async {
            let found = reports::on_screen(&state, &screen, MIDNIGHT.plus_ms(25_000)).await.expect("told");
            (found.plays.len(), found.instead.map(|instead| instead.why))
        };
        assert_eq!(ask().await, (0, Some(NoPlay::Never)));
        note_reach(&state).await.expect("noted");
        assert_eq!(ask().await, (1, None));
        crate::db::reach::asked::forget(&db).await;
        note_reach(&state).await.expect("done already");
        assert_eq!(ask().await, (0, Some(NoPlay::Never)));
    })
    .await;
}

#[tokio::test]
async fn a_box_is_only_its_own_author() {
    on_each_engine(|db| async move {
        let folder = tempfile::tempdir().expect("a folder");
        let (state, _) = state_on(db.clone(), folder.path());
        let mut this = fill(&state).await;
        let batch = this.batch(2);
        let sealed = Envelope::seal(&batch, &SigningKey::from_bytes(&[8; 32])).expect("sealed");
        let key = this.key.verifying_key();
        let author = Author { box_id: &this.id, key: &key };
        assert!(books::receive(&state.db, author, &sealed, NOW).await.is_err());
        let screen = ScreenId::parse("a-2").expect("name");
        let at = MIDNIGHT.plus_ms(355_000);
        let found = reports::on_screen(&state, &screen, at).await.expect("told");
        assert_eq!(found.instead.map(|instead| instead.why), Some(NoPlay::Away), "a forged batch leaves no trace");
    })
    .await;
}
