//! Both languages say the same things with the same variables, and nothing on a page is without words.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::*;

/// Key → variables, read from the text of a language's files.
fn keys(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let mut keys = BTreeMap::new();
    for name in Locales::iter().filter(|name| name.starts_with(language.tag())) {
        let file = Locales::get(&name).expect("listed");
        let mut current = None;
        for line in String::from_utf8_lossy(&file.data).lines() {
            if let Some((key, _)) = line.split_once('=')
                && key.starts_with(|c: char| c.is_ascii_lowercase())
            {
                let key = key.trim().to_owned();
                assert!(keys.insert(key.clone(), BTreeSet::new()).is_none(), "{name} says {key} twice");
                current = Some(key);
            }
            let variables = line.split('$').skip(1).map(|rest| {
                rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_').collect::<String>()
            });
            if let Some(set) = current.as_ref().and_then(|key| keys.get_mut(key)) {
                set.extend(variables);
            }
        }
    }
    keys
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// Every key that templates and doors name between quotes.
fn keys_in_use() -> BTreeSet<String> {
    let mut found = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    files(&root.join("templates"), &mut found);
    files(&root.join("src"), &mut found);
    let mut keys = BTreeSet::new();
    for file in found.into_iter().filter(|file| !file.ends_with("words/tests.rs")) {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        for call in [
            ".t(\"",
            ".get_word(\"",
            ".say(\"",
            "words.get(\"",
            "(language).get(\"",
            "Said::new(\"",
            "Fault::new(\"",
            "bad(\"",
        ] {
            keys.extend(text.split(call).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned));
        }
    }
    keys
}

#[test]
fn both_languages_have_the_same_keys_with_the_same_variables() {
    let (zh, en) = (keys(Language::Chinese), keys(Language::English));
    assert!(!zh.is_empty());
    for (key, variables) in &zh {
        assert_eq!(en.get(key), Some(variables), "{key}");
    }
    assert_eq!(zh.len(), en.len(), "English has words that Chinese lacks");
}

#[test]
fn every_key_a_page_uses_has_words() {
    for key in keys_in_use() {
        assert!(words(Language::Chinese).has(&key), "no words for `{key}`");
    }
}

#[test]
fn a_number_chooses_its_form() {
    let words = words(Language::English);
    assert_eq!(words.say("screens-count").put("count", 1_usize).to_string(), "1 screen");
    assert_eq!(words.say("screens-count").put("count", 12_usize).to_string(), "12 screens");
}
