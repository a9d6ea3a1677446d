//! The command line answers from a small hospital, in columns and as JSON, and changes nothing.

use std::path::Path;
use std::sync::Arc;

use anteroom_content::clock::{Fixed, Instant, Offsets};
use anteroom_content::item::Item;
use clap::Parser;
use serde_json::{Value, json};

use super::command::{PlanCommand, answer};
use super::{ask, columns};
use crate::db::items::{ReviewState, add_item, judge_item};
use crate::db::{Db, campaigns, playlists};
use crate::open::database_file;
use crate::publish;
use crate::state::State;
use crate::state::tests::{NOW, furnish, state_on};

/// 2026-11-18 20:00:00 in Shanghai, a Wednesday.
const EVENING: Instant = Instant(1_795_003_200_000);

#[derive(Parser)]
struct Line {
    #[command(subcommand)]
    command: PlanCommand,
}

async fn say(data: &Path, words: &[&str]) -> anyhow::Result<String> {
    let line = [&["anteroom"], words, &["--data", data.to_str().expect("a path")]].concat();
    Ok(answer(Line::try_parse_from(line)?.command, Arc::new(Fixed::at(EVENING))).await?.text)
}

async fn told(data: &Path, words: &[&str]) -> Value {
    serde_json::from_str(&say(data, &[words, &["--json"]].concat()).await.expect("told")).expect("JSON")
}

async fn keep(state: &State, id: &str, class: &str, title: &str) {
    let item = json!({
        "id": id, "version": 1, "class": class, "title": {"zh": title, "en": ""}, "face": {"kind": "card"},
        "reviewed_at": NOW, "review_by": NOW.plus_ms(400 * 86_400_000),
    });
    let item: Item = serde_json::from_value(item).expect("an item");
    add_item(&state.db, &item, ReviewState::Waiting, "maker", NOW).await.expect("saved");
    let steps = (ReviewState::Waiting, ReviewState::Approved);
    assert!(judge_item(&state.db, (&item.id, 1), steps, "checker", "", NOW).await.expect("judged"));
}

async fn save_list(state: &State, id: &str, items: &[&str]) {
    let turns: Vec<Value> = items.iter().map(|item| json!({"item": item, "dwell_ms": 20_000})).collect();
    let list = json!({"id": id, "name": {"zh": "候诊列表", "en": "Waiting list"}, "turns": turns});
    playlists::save_playlist(&state.db, &serde_json::from_value(list).expect("a list"), NOW).await.expect("saved");
}

async fn save_rule(state: &State, id: &str, level: &str, window: Value) {
    let rule =
        json!({"id": id, "playlist": id, "target": {"places": ["everywhere"]}, "window": window, "level": level});
    playlists::save_rule(&state.db, &serde_json::from_value(rule).expect("a rule"), NOW).await.expect("saved");
}

/// A published hospital: a base list of two items, one at noon, a campaign of one play an hour.
async fn house() -> (tempfile::TempDir, State) {
    let folder = tempfile::tempdir().expect("a folder");
    let db = Db::open_sqlite(&database_file(folder.path())).await.expect("opens");
    let (state, _clock) = state_on(db, folder.path());
    furnish(&state).await;
    for (id, class, title) in [
        ("C01", "education", "七步洗手"),
        ("C02", "education", "防跌倒"),
        ("N01", "notice", "午休通知"),
        ("N02", "notice", "食堂通知"),
        ("P01", "public_service", "流感疫苗"),
    ] {
        keep(&state, id, class, title).await;
    }
    save_list(&state, "base", &["C01", "C02"]).await;
    save_list(&state, "noon", &["N01"]).await;
    save_rule(&state, "base", "base", json!({"from_min": 0, "to_min": 1440})).await;
    save_rule(&state, "noon", "priority", json!({"from_min": 720, "to_min": 780})).await;
    let campaign = json!({
        "id": "flu", "name": {"zh": "流感", "en": "Flu"}, "items": ["P01"], "dwell_ms": 10_000,
        "target": {"places": [{"zone": "a"}]}, "goal": {"per_hour": 1},
        "window": {"from_min": 0, "to_min": 1440, "last": "2026-11-20"},
    });
    campaigns::save_campaign(&state.db, &serde_json::from_value(campaign).expect("a campaign"), NOW)
        .await
        .expect("saved");
    publish::publish(&state, "maker").await.expect("published");
    (folder, state)
}

#[tokio::test]
async fn why_names_the_winner_and_every_loser_while_the_server_runs() {
    let (folder, _state) = house().await;
    let lock = std::fs::File::create(folder.path().join("lock")).expect("a file");
    lock.try_lock().expect("free");
    let told_now = say(folder.path(), &["why", "a-1"]).await.expect("told");
    let lines: Vec<&str> = told_now.lines().collect();
    assert_eq!(lines[0], "a-1 Screen  ·  a Waiting  ·  2026-11-18 20:00:00 (Asia/Shanghai)");
    assert!(told_now.contains("because  Base  rule base “Waiting list”"), "{told_now}");
    assert!(told_now.contains("Priority  rule noon “Waiting list”"), "{told_now}");
    assert!(told_now.contains("it is not on the air now; it is next at 2026-11-19 12:00:00"), "{told_now}");
    assert!(told_now.contains("Wednesday, workday"), "{told_now}");
    let noon = say(folder.path(), &["why", "a-1", "2026-11-19T12:30", "--lang", "zh"]).await.expect("told");
    assert!(noon.contains("播出  N01 午休通知"), "{noon}");
    assert!(noon.contains("级别较低：“优先”级内容正在播出"), "{noon}");
    let json = told(folder.path(), &["why", "a-1", "12:30"]).await;
    assert_eq!(json["at"]["local"], "2026-11-18T12:30:00", "a time without a date is today's");
    let json = told(folder.path(), &["why", "b-1", "2026-11-19 12:30:10"]).await;
    assert_eq!((&json["shows"]["item"], &json["contenders"][0]["rule"]), (&"N01".into(), &"noon".into()));
    assert_eq!(json["contenders"][0]["why_not"], Value::Null);
}

#[tokio::test]
async fn a_day_is_a_list_that_adds_up() {
    let (folder, _state) = house().await;
    let json = told(folder.path(), &["day", "a", "2026-11-19"]).await;
    let cues = json["cues"].as_array().expect("a list");
    let midnight = |n: usize, end: &str| cues[n][end]["local"].as_str().expect("a time").to_owned();
    assert_eq!(midnight(0, "since"), "2026-11-19T00:00:00");
    assert_eq!(midnight(cues.len() - 1, "until"), "2026-11-20T00:00:00");
    assert!(cues.windows(2).all(|pair| pair[0]["until"] == pair[1]["since"]), "without a gap");
    let of = |item: &str| json["by_item"].as_array().expect("a list").iter().find(|sum| sum["item"] == item).cloned();
    assert_eq!(of("P01").expect("shown")["plays"], 23, "every hour but the one at noon");
    assert_eq!(of("N01").expect("shown")["shown_ms"], 3_600_000);
    let words = say(folder.path(), &["day", "a", "tomorrow"]).await.expect("told");
    assert!(words.starts_with("a Waiting  ·  2026-11-19 Thursday, workday"), "{words}");
    let line = words.lines().find(|line| line.starts_with("12:00:00")).expect("noon");
    assert!(line.ends_with("N01 午休通知  noon (Priority)"), "{line}");
    assert!(words.contains("by class\n"), "{words}");
}

#[tokio::test]
async fn a_difference_is_told_by_screen_and_an_error_fails() {
    let (folder, state) = house().await;
    let nothing = say(folder.path(), &["diff"]).await.expect("told");
    assert_eq!(nothing, "nothing to publish: every screen already plays what stands in the console");
    save_list(&state, "noon", &["N02"]).await;
    let json = told(folder.path(), &["diff", "--hours", "24"]).await;
    let screens: Vec<_> = json["zones"]
        .as_array()
        .expect("zones")
        .iter()
        .filter_map(|zone| zone["screens"].as_array())
        .flatten()
        .collect();
    assert_eq!(screens.len(), 3);
    assert!(screens.iter().all(|screen| screen["changed_ms"] == 3_600_000), "the hour at noon alone");
    let words = say(folder.path(), &["diff"]).await.expect("told");
    assert!(words.contains("a-1, a-2  60 min would change (4.1 %)"), "{words}");
    assert!(words.contains("N01 午休通知  → N02 食堂通知"), "{words}");
    assert!(words.ends_with("2 zones, 3 screens would change; looked 24 h ahead"), "{words}");
    save_list(&state, "late", &["C01"]).await;
    save_rule(
        &state,
        "late",
        "base",
        json!({"from_min": 0, "to_min": 60, "first": "2027-01-02", "last": "2027-01-01"}),
    )
    .await;
    let words = say(folder.path(), &["diff", "--lang", "zh"]).await.expect("told");
    assert!(words.starts_with("错误  规则 late  结束日期 2027-01-01 早于开始日期 2027-01-02，请改正"), "{words}");
    assert!(words.ends_with("先改正上面的错误才能发布"), "{words}");
    assert!(publish::publish(&state, "maker").await.is_err(), "and publishing says the same");
}

#[tokio::test]
async fn a_campaign_is_told_beside_its_promise() {
    let (folder, _state) = house().await;
    let json = told(folder.path(), &["forecast", "flu"]).await;
    let zones = json["zones"].as_array().expect("zones");
    assert_eq!(zones.len(), 1, "it aims at one zone");
    assert_eq!(zones[0]["days"].as_array().map(Vec::len), Some(3));
    let words = say(folder.path(), &["forecast", "flu"]).await.expect("told");
    assert!(words.starts_with("flu Flu  ·  … – 2026-11-20  ·  1 plays an hour"), "{words}");
    let wrong = say(folder.path(), &["forecast", "flue"]).await.expect_err("refused");
    assert_eq!(wrong.to_string(), "no campaign `flue`; there are flu");
}

#[tokio::test]
async fn what_cannot_be_read_is_answered_with_what_can() {
    let (folder, _state) = house().await;
    let wrong = say(folder.path(), &["why", "A-3"]).await.expect_err("refused").to_string();
    assert_eq!(wrong, "no screen `A-3`; there are a-1, a-2, b-1");
    let wrong = say(folder.path(), &["why", "a-1", "noon"]).await.expect_err("refused").to_string();
    assert!(wrong.contains("`now`, `09:05` (today) or `2026-11-25T09:05`"), "{wrong}");
    let wrong = say(folder.path(), &["day", "a", "25.11."]).await.expect_err("refused").to_string();
    assert!(wrong.contains("`2026-11-25`"), "{wrong}");
    let nowhere = say(&folder.path().join("typo"), &["diff"]).await.expect_err("refused").to_string();
    assert!(nowhere.contains("no hospital in"), "{nowhere}");
    assert!(!folder.path().join("typo").exists(), "and none was made");
}

#[test]
fn columns_stand_under_each_other_in_both_scripts() {
    let rows = [["洗手", "20", "a"], ["hands", "5", ""]].map(|row| row.map(str::to_owned).to_vec());
    let sides = [columns::Side::Left, columns::Side::Right];
    assert_eq!(columns::columns("  ", &sides, &rows), "  洗手   20  a\n  hands   5\n");
    assert_eq!(columns::width("门诊 9:00，“早”"), 15);
}

#[test]
fn the_nearest_names_come_first() {
    let names = ["Z01-1", "Z03-1", "Z03-2", "Z13-1", "Z09-1", "A", "B"];
    let said = ask::no_such("screen", "z03-1x", names.into_iter()).to_string();
    assert!(said.starts_with("no screen `z03-1x`; the nearest are Z03-1, "), "{said}");
}

#[test]
fn a_moment_with_a_date_keeps_it() {
    let offsets = Offsets::of_zone("Asia/Shanghai", EVENING).expect("known");
    let told = |text: &str| ask::moment(text, EVENING, &offsets).map(|at| columns::stamp(&offsets, at)).ok();
    for (text, wanted) in [
        ("now", Some("2026-11-18 20:00:00")),
        ("09:05", Some("2026-11-18 09:05:00")),
        ("09:05:30", Some("2026-11-18 09:05:30")),
        ("2026-11-25T09:05", Some("2026-11-25 09:05:00")),
        ("2026-11-17 23:00:01", Some("2026-11-17 23:00:01")),
        ("2026-11-25", None),
        ("soon", None),
    ] {
        assert_eq!(told(text).as_deref(), wanted, "{text}");
    }
}

#[tokio::test]
async fn how_far_a_publication_has_come_is_told_from_the_books() {
    let (folder, state) = house().await;
    let version = crate::db::publications::last(&state.db, 1).await.expect("asked")[0].version;
    let text = say(folder.path(), &["delivery"]).await.expect("told");
    assert!(text.starts_with("3 screens: 3 have no box\n\n3 of 3 have not applied their newest revision\n"), "{text}");
    assert!(
        text.contains("a-1  No box    No box is paired with this screen. Pair a box, or remove the screen."),
        "{text}"
    );
    let text = say(folder.path(), &["delivery", "--zone", "b", "--lang", "zh"]).await.expect("told");
    assert!(text.starts_with("1 块屏：1 块没有盒子"), "{text}");
    let told = told(folder.path(), &["delivery", "--publication", &version.to_string()]).await;
    assert_eq!(
        (&told["screens"], &told["counts"]["unlit"], &told["publication"]),
        (&json!(3), &json!(3), &json!(version))
    );
    assert_eq!(told["lines"][0]["screen"], "a-1");
    let wrong = say(folder.path(), &["delivery", "--publication", "99"]).await.expect_err("there is none");
    assert!(wrong.to_string().contains(&format!("no publication 99; the newest are {version}")), "{wrong}");
    let wrong = say(folder.path(), &["delivery", "--zone", "c"]).await.expect_err("there is none");
    assert!(wrong.to_string().contains("no zone `c`"), "{wrong}");
}
