//! The command line answers in words and as JSON, and changes nothing when it may not.

use std::path::Path;

use clap::Parser;

use super::command::{CalendarCommand, run};

#[derive(Parser)]
struct Line {
    #[command(subcommand)]
    command: CalendarCommand,
}

const NOTICE: &str = r#"{"year": 2031, "papers": ["https://example.test/notice"], "days": [
    {"name": "元旦", "date": "2031-01-01", "isOffDay": true},
    {"name": "春节", "date": "2031-01-25", "isOffDay": false}]}"#;

async fn say(data: &Path, words: &[&str]) -> anyhow::Result<String> {
    let line = [&["calendar"], words, &["--data", data.to_str().expect("a path")]].concat();
    run(Line::try_parse_from(line)?.command).await
}

/// A data folder with a small hospital in it, and a notice beside it.
async fn house() -> (tempfile::TempDir, std::path::PathBuf, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    std::fs::create_dir(&data).expect("a folder");
    let db = crate::db::Db::open_sqlite(&crate::open::database_file(&data)).await.expect("opens");
    let (state, _clock) = crate::state::tests::state_on(db.clone(), &data);
    crate::state::tests::furnish(&state).await;
    db.close().await;
    let file = folder.path().join("2031.json");
    std::fs::write(&file, NOTICE).expect("written");
    let file = file.to_str().expect("a path").to_owned();
    (folder, data, file)
}

#[tokio::test]
async fn a_notice_is_shown_brought_in_and_then_nothing_is_new() {
    let (_folder, data, file) = house().await;
    let shown = say(&data, &["import", &file, "--dry-run"]).await.expect("shown");
    assert_eq!(
        shown,
        "https://example.test/notice\n\
         added     2031-01-01  statutory holiday  元旦 / New Year's Day\n\
         added     2031-01-25  make-up workday  春节 / Spring Festival\n\
         notice of 2031\n\
         2 added, 0 changed, 0 unchanged\n\
         dry run: nothing was written"
    );
    let before = say(&data, &["day", "2031-01-01"]).await.expect("told");
    assert!(before.contains("2031: State Council notice not loaded"), "{before}");
    let brought = say(&data, &["import", &file]).await.expect("brought in");
    assert!(brought.ends_with("clinics told to 0 zones; rules follow with the next publication"), "{brought}");
    let again: serde_json::Value =
        serde_json::from_str(&say(&data, &["import", &file, "--json"]).await.expect("again")).expect("JSON");
    assert_eq!(again["added"], serde_json::json!([]));
    assert_eq!(again["unchanged"].as_array().map(Vec::len), Some(2));
    assert_eq!((&again["is_written"], &again["years"]), (&true.into(), &serde_json::json!([2031])));
}

#[tokio::test]
async fn a_day_is_told_in_both_languages() {
    let (folder, data, file) = house().await;
    say(&data, &["import", &file]).await.expect("brought in");
    let told = say(&data, &["day", "2031-01-25"]).await.expect("told");
    assert_eq!(
        told,
        "2031-01-25 周六 Saturday\n\
         调休上班日  春节：调休上班日\n\
         make-up workday  Spring Festival: make-up workday\n\
         plan of 周六 Saturday"
    );
    let closure = folder.path().join("closed.ics");
    let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20310125\nSUMMARY:停诊\nEND:VEVENT\nEND:VCALENDAR\n";
    std::fs::write(&closure, text).expect("written");
    let closure = closure.to_str().expect("a path");
    let brought = say(&data, &["import", closure, "--site", "h"]).await.expect("brought in");
    assert!(brought.contains("added     2031-01-25  closed  停诊  at h"), "{brought}");
    let told: serde_json::Value =
        serde_json::from_str(&say(&data, &["day", "2031-01-25", "--site", "h", "--json"]).await.expect("told"))
            .expect("JSON");
    assert_eq!((&told["kind"], &told["is_worked"], &told["weekday"]), (&"closure".into(), &false.into(), &6.into()));
    let elsewhere = say(&data, &["import", closure, "--site", "moon"]).await.expect_err("refused");
    assert!(elsewhere.to_string().contains("no site `moon`"), "{elsewhere}");
}

#[tokio::test]
async fn a_running_server_and_a_folder_without_a_hospital_are_told() {
    let (folder, data, file) = house().await;
    let nowhere = say(&folder.path().join("typo"), &["import", &file]).await.expect_err("refused");
    assert!(nowhere.to_string().contains("no hospital in"), "{nowhere}");
    assert!(!folder.path().join("typo").exists(), "and none was made");
    let lock = std::fs::File::create(data.join("lock")).expect("a file");
    lock.try_lock().expect("free");
    let busy = say(&data, &["import", &file]).await.expect_err("refused");
    assert!(busy.to_string().contains("bring the file in at the console"), "{busy}");
    assert!(say(&data, &["import", &file, "--dry-run"]).await.is_ok(), "looking is allowed");
    let wrong = folder.path().join("wrong.json");
    std::fs::write(&wrong, "{\n}").expect("written");
    let wrong = say(&data, &["import", wrong.to_str().expect("a path")]).await.expect_err("refused");
    assert!(format!("{wrong:#}").contains("line 2: not the JSON of a holiday notice"), "{wrong:#}");
}
