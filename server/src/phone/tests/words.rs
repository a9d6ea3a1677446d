//! Every saying a page may need is there in both languages.

use std::collections::BTreeSet;
use std::path::Path;

use anteroom_content::text::Language;

use crate::words::words;

fn keys_in(folder: &Path, keys: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            keys_in(&path, keys);
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a text");
        keys.extend(text.split("\"phone-").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned));
    }
}

#[test]
fn both_languages_say_everything_the_pages_ask_for_and_nothing_else() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut used = BTreeSet::new();
    keys_in(&root.join("src/phone"), &mut used);
    keys_in(&root.join("templates/phone"), &mut used);
    let mut used: BTreeSet<String> =
        used.into_iter().filter(|key| key.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')).collect();
    used.retain(|key| !key.is_empty() && !key.ends_with('-') && key != "renditions");
    used.extend((1..=7).map(|n| format!("weekday-{n}")).chain((1..=12).map(|n| format!("month-{n}"))));
    for language in [Language::Chinese, Language::English] {
        let missing: Vec<_> = used.iter().filter(|key| !words(language).has(&format!("phone-{key}"))).collect();
        assert!(missing.is_empty(), "{language:?} lacks {missing:?}");
        let file = root.join("locales").join(language.tag()).join("phone.ftl");
        let text = std::fs::read_to_string(file).expect("a locale");
        let said = text.lines().filter_map(|line| line.strip_prefix("phone-")?.split_once(" = ").map(|(key, _)| key));
        let unused: Vec<_> = said.filter(|key| !used.contains(*key)).collect();
        assert!(unused.is_empty(), "{language:?} has {unused:?}, which nothing asks for");
    }
}
