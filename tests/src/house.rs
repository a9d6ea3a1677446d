//! The rules of the house, held by reading its source: where SQL may stand, which way the arrows point, how long a file
//! may be, what no file may be called. Every breach is told with its file and line. Needs the standard library alone.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The longest file of source, in lines.
const LINES_MAX: usize = 400;
/// The longest file of tests or of a template.
const LONG_LINES_MAX: usize = 600;
/// What no file and no module may be called: the name says nothing about what is in it.
const EMPTY_NAMES: &[&str] = &["util", "utils", "helper", "helpers", "common", "misc"];
/// What `content` must not know: runtimes, databases, networks, renderers.
const NOT_IN_CONTENT: &[&str] = &["tokio", "sqlx", "axum", "quinn", "bevy"];
/// The doors of the server.
const DOORS: &[&str] = &["console", "phone", "link", "api", "upkeep"];
/// The rooms behind them.
const ROOMS: &[&str] = &["calendar", "publish", "delivery", "library", "ledger", "reports", "hands", "calls"];
/// The floor under them.
const FLOOR: &[&str] = &["fleet", "db", "quic"];
/// Where SQL may stand: the server's one room for it, and the two stores of a box.
const SQL_ROOMS: &[&str] =
    &["server/src/db/", "player/src/agent/store", "player/src/agent/playlog", "tests/src/house.rs"];

/// A file of the house.
struct File {
    /// From the root of the workspace, with `/` between the parts.
    path: String,
    text: String,
    /// The text of a Rust file with comments and the insides of strings blanked out; lines stay lines.
    code: String,
    /// Strings of a Rust file with the line they begin on.
    strings: Vec<(usize, String)>,
}

impl File {
    fn read(path: &str, text: String) -> Self {
        let is_rust = has_ending(path, "rs");
        let (code, strings) = if is_rust { parse(&text) } else { (String::new(), Vec::new()) };
        Self { path: path.to_owned(), text, code, strings }
    }

    fn is_rust(&self) -> bool {
        has_ending(&self.path, "rs")
    }

    fn is_in(&self, folder: &str) -> bool {
        self.path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/') || rest == ".rs")
    }

    /// Tells a breach at each line of code that holds `needle`.
    fn forbid(&self, needle: &str, why: &str) -> Vec<String> {
        let at = self.code.lines().enumerate().filter(|(_, line)| line.contains(needle));
        at.map(|(n, _)| format!("{}:{}: {why}", self.path, n + 1)).collect()
    }

    /// The rooms of its own crate that it names, with the line: `crate::db`, and each of `crate::{db, fleet}`.
    fn rooms_named(&self) -> Vec<(usize, String)> {
        let mut named = Vec::new();
        for (at, _) in self.code.match_indices("crate::") {
            let line = self.code[..at].matches('\n').count() + 1;
            let rest = self.code[at + "crate::".len()..].trim_start();
            let paths = rest.strip_prefix('{').map_or_else(|| vec![rest], split_group);
            named.extend(paths.into_iter().map(first_word).filter(|room| !room.is_empty()).map(|room| (line, room)));
        }
        named
    }

    /// Tells a breach for each of `forbidden` that it names.
    fn forbid_rooms(&self, forbidden: &[&str], why: &str) -> Vec<String> {
        let named = self.rooms_named().into_iter().filter(|(_, room)| forbidden.contains(&room.as_str()));
        named.map(|(line, room)| format!("{}:{line}: names `{room}`; {why}", self.path)).collect()
    }
}

fn has_ending(path: &str, ending: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == ending)
}

fn first_word(path: &str) -> String {
    path.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The paths of a group, after its opening brace.
fn split_group(group: &str) -> Vec<&str> {
    let (mut paths, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                paths.push(&group[start..at]);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                paths.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    paths
}

/// Blanks comments and strings out of Rust, and hands the strings over with their lines.
fn parse(text: &str) -> (String, Vec<(usize, String)>) {
    let (mut code, mut strings) = (String::with_capacity(text.len()), Vec::new());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let is_word_before = code.chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_');
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            comment_length(rest)
        } else if c == '"' {
            string_length(rest)
        } else if !is_word_before && raw_string_length(rest).is_some() {
            raw_string_length(rest).unwrap_or(1)
        } else if c == '\'' {
            char_length(rest)
        } else {
            0
        };
        if length == 0 {
            code.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        }
        let (token, after) = rest.split_at(length);
        if c != '/' && c != '\'' {
            let line = code.matches('\n').count() + 1;
            let inside = token.find('"').zip(token.rfind('"')).and_then(|(from, to)| token.get(from + 1..to));
            strings.push((line, inside.unwrap_or_default().to_owned()));
        }
        code.extend(token.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        rest = after;
    }
    (code, strings)
}

fn comment_length(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < text.len() {
        let here = text.as_bytes().get(at..).unwrap_or_default();
        if here.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if here.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn raw_string_length(text: &str) -> Option<usize> {
    let after = text.strip_prefix("br").or_else(|| text.strip_prefix('r'))?;
    let hashes = after.bytes().take_while(|b| *b == b'#').count();
    after[hashes..].strip_prefix('"')?;
    let start = text.len() - after.len() + hashes + 1;
    let end = format!("\"{}", "#".repeat(hashes));
    Some(text[start..].find(&end).map_or(text.len(), |at| start + at + end.len()))
}

/// A character in quotes; 0 when the quote begins a lifetime.
fn char_length(text: &str) -> usize {
    let mut letters = text.char_indices().skip(1);
    match letters.next() {
        Some((_, '\\')) => text[2..].char_indices().skip(1).find(|(_, c)| *c == '\'').map_or(0, |(at, _)| at + 3),
        Some(_) => letters.next().filter(|(_, c)| *c == '\'').map_or(0, |(at, _)| at + 1),
        None => 0,
    }
}

/// Every file of the workspace that belongs to it.
fn house() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(&root)
        .output()
        .ok()
        .filter(|done| done.status.success())
        .and_then(|done| String::from_utf8(done.stdout).ok());
    let mut paths: Vec<String> = match listed {
        Some(listed) => listed.lines().map(str::to_owned).collect(),
        None => walk(&root, &root),
    };
    paths.sort();
    paths.dedup();
    let read = |path: String| Some(File::read(&path, std::fs::read_to_string(root.join(&path)).ok()?));
    let files: Vec<File> = paths.into_iter().filter_map(read).collect();
    assert!(files.iter().filter(|file| file.is_rust()).count() > 20, "the source of the house was not found");
    files
}

/// The files below a folder where there is no git to ask.
fn walk(root: &Path, folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let entries: Vec<PathBuf> = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
    for path in entries {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && !matches!(name.as_str(), "target" | ".git" | "node_modules" | "demo-data") {
            found.extend(walk(root, &path));
        } else if path.is_file() {
            found.extend(path.strip_prefix(root).map(|path| path.to_string_lossy().replace('\\', "/")));
        }
    }
    found
}

/// Checks every file, and fails with each breach on a line of its own.
fn hold(rule: &str, check: impl Fn(&File) -> Vec<String>) {
    let breaches: Vec<String> = house().iter().flat_map(check).collect();
    assert!(breaches.is_empty(), "{rule}\n  {}\n", breaches.join("\n  "));
}

fn unopened(file: &File) -> Vec<String> {
    let is_open = !file.is_rust() || file.text.starts_with("//!");
    if is_open { Vec::new() } else { vec![format!("{}:1: say in `//!` what this room is for", file.path)] }
}

fn badly_named(file: &File) -> Vec<String> {
    if !file.is_rust() {
        return Vec::new();
    }
    let mut breaches = Vec::new();
    let parts = file.path.split('/').map(|part| part.split('.').next().unwrap_or(part));
    if let Some(name) = parts.into_iter().find(|part| EMPTY_NAMES.contains(part)) {
        breaches.push(format!("{}:1: `{name}` says nothing; name it for what is in it", file.path));
    }
    for (n, line) in file.code.lines().enumerate() {
        let declared = line.split_once("mod ").map(|(_, rest)| first_word(rest)).unwrap_or_default();
        if EMPTY_NAMES.contains(&declared.as_str()) {
            breaches.push(format!("{}:{}: `mod {declared}` says nothing", file.path, n + 1));
        }
    }
    breaches
}

fn misplaced_sql(file: &File) -> Vec<String> {
    if SQL_ROOMS.iter().any(|room| file.path.starts_with(room)) {
        return Vec::new();
    }
    let is_sql = |text: &str| {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        (text.starts_with("select ") && text.contains(" from "))
            || (text.starts_with("update ") && text.contains(" set "))
            || ["insert into ", "delete from "].iter().any(|verb| text.starts_with(verb))
    };
    let found = file.strings.iter().filter(|(_, text)| is_sql(text));
    found.map(|(line, _)| format!("{}:{line}: SQL; ask `db` for it", file.path)).collect()
}

fn content_arrows(file: &File) -> Vec<String> {
    if file.path == "content/Cargo.toml" {
        let named = |line: &str| NOT_IN_CONTENT.iter().copied().find(|name| first_word(line).starts_with(name));
        let lines = file.text.lines().enumerate().filter_map(|(n, line)| Some((n, named(line)?)));
        return lines.map(|(n, name)| format!("{}:{}: content must not know {name}", file.path, n + 1)).collect();
    }
    if !file.is_in("content") {
        return Vec::new();
    }
    let told = |name: &&str| file.forbid(&format!("{name}::"), &format!("content must not know {name}"));
    NOT_IN_CONTENT.iter().flat_map(told).collect()
}

fn server_arrows(file: &File) -> Vec<String> {
    let mut breaches = Vec::new();
    let is_in = |room: &&&str| file.is_in(&format!("server/src/{room}"));
    if let Some(door) = DOORS.iter().find(is_in) {
        let others: Vec<&str> = DOORS.iter().copied().filter(|other| other != door).collect();
        breaches.extend(file.forbid_rooms(&others, "doors never name each other"));
    }
    if ROOMS.iter().any(|room| is_in(&room)) {
        breaches.extend(file.forbid_rooms(DOORS, "rooms never name doors"));
    }
    if FLOOR.iter().any(|room| is_in(&room)) {
        breaches.extend(file.forbid_rooms(&[DOORS, ROOMS].concat(), "the floor names no room above it"));
    }
    breaches
}

fn player_arrows(file: &File) -> Vec<String> {
    if file.is_in("player/src/stage") {
        return file.forbid_rooms(&["agent"], "the stage hears the agent over the bridge alone");
    }
    if file.is_in("player/src/agent") && !file.is_in("player/src/agent/supervise") {
        return file.forbid_rooms(&["stage"], "the agent speaks to the stage over the bridge alone");
    }
    if file.is_in("player/src/bridge") {
        return file.forbid_rooms(&["agent", "stage"], "the bridge knows neither of its ends");
    }
    Vec::new()
}

fn too_long(file: &File) -> Vec<String> {
    let is_template = file.path.starts_with("server/templates/");
    if !file.is_rust() && !is_template {
        return Vec::new();
    }
    let is_long_kind = is_template || file.path.contains("tests/") || file.path.ends_with("tests.rs");
    let (lines, lines_max) = (file.text.lines().count(), if is_long_kind { LONG_LINES_MAX } else { LINES_MAX });
    if lines <= lines_max { Vec::new() } else { vec![format!("{}:{lines}: longer than {lines_max} lines", file.path)] }
}

fn silenced(file: &File) -> Vec<String> {
    let why = "say `expect` with a reason instead of `allow`";
    ["#[allow(", "#![allow("].iter().flat_map(|needle| file.forbid(needle, why)).collect()
}

fn ignored(file: &File) -> Vec<String> {
    file.forbid("#[ignore]", "say why: `#[ignore = \"…\"]`")
}

/// A load generator keeps a pace; a test waits for a fact.
fn sleeping(file: &File) -> Vec<String> {
    let paced = ["tests/src/beside", "tests/src/bin", "tests/src/fleet", "tests/src/peers"];
    if !file.is_in("tests") || paced.iter().any(|room| file.is_in(room)) {
        return Vec::new();
    }
    file.forbid("sleep(", "wait for a fact, never for time")
}

fn machine_paths(file: &File) -> Vec<String> {
    // Put together here, so that this file does not breach its own rule.
    let places = [["/ro", "ot"].concat(), ["/wo", "rk"].concat(), ["/ho", "me"].concat()];
    let is_path = |line: &str, place: &str| {
        line.match_indices(place).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            let after = line[at + place.len()..].chars().next();
            let starts = before.is_none_or(|c| c.is_whitespace() || "\"'`=(:[<,".contains(c));
            starts && after.is_some_and(|c| c == '/')
        })
    };
    let lines = file.text.lines().enumerate();
    let found = lines.filter_map(|(n, line)| Some((n, places.iter().find(|place| is_path(line, place))?)));
    found.map(|(n, place)| format!("{}:{}: a path of one machine ({place}/…)", file.path, n + 1)).collect()
}

#[test]
fn every_file_says_what_it_is_for() {
    hold("every file opens with `//!`", unopened);
}

#[test]
fn no_file_has_a_name_that_says_nothing() {
    hold("no utils, helpers, common, misc", badly_named);
}

#[test]
fn sql_stands_in_its_own_rooms() {
    hold("SQL only in `db` and in the stores of a box", misplaced_sql);
}

#[test]
fn content_knows_no_runtime() {
    hold("content: values in, values out", content_arrows);
}

#[test]
fn doors_call_rooms_and_rooms_the_floor() {
    hold("the arrows of the server", server_arrows);
}

#[test]
fn agent_and_stage_meet_at_the_bridge() {
    hold("the arrows of the player", player_arrows);
}

#[test]
fn no_file_is_too_long_to_read() {
    hold("past its limit, look for the second noun", too_long);
}

#[test]
fn no_lint_is_silenced_without_a_reason() {
    hold("lints", silenced);
}

#[test]
fn no_test_is_left_out_without_a_reason() {
    hold("ignored tests", ignored);
}

#[test]
fn tests_wait_for_facts() {
    hold("no sleeping in tests", sleeping);
}

#[test]
fn no_file_names_a_path_of_one_machine() {
    hold("machine paths", machine_paths);
}

#[test]
fn the_rules_see_what_they_forbid() {
    type Rule = fn(&File) -> Vec<String>;
    let sql = "//! x\nfn f() {\n    ask(r#\"\n  select a\n  from b\"#);\n}\n";
    let machine = format!("data = \"{}{}\"\n", ["/ro", "ot"].concat(), "/x");
    let cases: &[(Rule, &str, &str, usize)] = &[
        (unopened, "content/src/a.rs", "// x\n", 1),
        (badly_named, "server/src/console/utils.rs", "//! x\n", 1),
        (badly_named, "server/src/a.rs", "//! x\npub mod misc;\nmod commons;\n", 1),
        (misplaced_sql, "server/src/phone/a.rs", sql, 1),
        (misplaced_sql, "server/src/db/a.rs", sql, 0),
        (misplaced_sql, "server/src/phone/a.rs", "// \"delete from x\"\nf(\"select a playlist\");", 0),
        (content_arrows, "content/src/a.rs", "use tokio::sync;\n// tokio::x\nlet a = \"axum::\";\n", 1),
        (content_arrows, "content/Cargo.toml", "[dependencies]\nbevy_ecs = \"1\"\n", 1),
        (server_arrows, "server/src/phone/a.rs", "use crate::{db::items, console::{a, b}};\n", 1),
        (server_arrows, "server/src/phone.rs", "use crate::db::{link, console};\nuse crate::phone::a;\n", 0),
        (server_arrows, "server/src/reports/a.rs", "fn f() { crate::link::x() }\n", 1),
        (server_arrows, "server/src/db/a.rs", "use crate::publish::x;\nuse crate::phone::y;\n", 2),
        (player_arrows, "player/src/stage/a.rs", "use crate::agent::x;\n", 1),
        (player_arrows, "player/src/agent/a.rs", "use crate::stage::x;\n", 1),
        (player_arrows, "player/src/agent/supervise.rs", "use crate::stage::x;\n", 0),
        (silenced, "player/src/a.rs", "#[allow(unused)]\nlet a = '\"'; // #[allow(\n", 1),
        (ignored, "player/src/a.rs", "#[ignore]\n#[ignore = \"needs a GPU\"]\n", 1),
        (sleeping, "tests/src/a.rs", "fn f<'a>() { tokio::time::sleep(x) }\n", 1),
        (machine_paths, "a.toml", &machine, 1),
        (too_long, "server/src/a.rs", &"\n".repeat(401), 1),
        (too_long, "server/src/a/tests.rs", &"\n".repeat(401), 0),
    ];
    for (rule, path, text, wanted) in cases {
        let breaches = rule(&File::read(path, (*text).to_owned()));
        assert_eq!(breaches.len(), *wanted, "{path} with {text:?}: {breaches:?}");
    }
}
