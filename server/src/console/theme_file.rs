//! The theme of a hospital as a file: TOML that a designer writes, read with everything that is wrong with it, and written so that it can be
//! changed and read again.

use std::fmt::Write as _;

use anteroom_content::text::Text;
use anteroom_content::theme::{CONTRAST_MIN_TENTHS, Colours, TYPE_PERCENT, Theme, Tint, Unreadable};
use toml::{Table, Value};

use super::said::Said;

/// The longest file, in bytes.
pub(super) const THEME_BYTES_MAX: usize = 16 * 1024;
/// So many faults are told at a time.
const FAULTS_MAX: usize = 12;

/// What a colour is for, in words.
pub(super) fn name_of(tint: Tint) -> Text {
    match tint {
        Tint::Ground => Text::new("底色", "ground"),
        Tint::Rail => Text::new("侧栏底色", "rail"),
        Tint::Plate => Text::new("色块", "plate"),
        Tint::Soft => Text::new("深色上的次要文字", "second words on dark"),
        Tint::Accent => Text::new("深色上的强调色", "accent on dark"),
        Tint::Mark => Text::new("标记色", "mark"),
        Tint::Paper => Text::new("纸色", "paper"),
        Tint::Text => Text::new("纸上正文", "words on paper"),
        Tint::Second => Text::new("纸上次要文字", "second words on paper"),
        Tint::Title => Text::new("纸上标题", "titles on paper"),
    }
}

fn white() -> Text {
    Text::new("白色", "white")
}

/// A theme from its file, without the logo, which is a file of its own.
///
/// # Errors
/// Everything that is wrong with it, each with what to do.
pub(super) fn read(text: &str) -> Result<Theme, Vec<Said>> {
    if text.len() > THEME_BYTES_MAX {
        return Err(vec![Said::bad("bad-theme-long").put("max", THEME_BYTES_MAX / 1_024)]);
    }
    // Editors that mark their files so are as welcome as others.
    let text = text.trim_start_matches('\u{FEFF}');
    let table: Table = text.parse().map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        vec![Said::bad("bad-theme-toml").put("line", line).put("why", error.message())]
    })?;
    let (mut theme, mut faults) = (Theme::default(), Vec::new());
    for (key, value) in &table {
        match (key.as_str(), value) {
            ("type_percent", value) => match size_of(value) {
                Some(percent) => theme.type_percent = percent,
                None => faults.push(bad_size()),
            },
            ("colours", Value::Table(colours)) => faults.extend(dye(&mut theme.colours, colours)),
            _ => faults.push(Said::bad("bad-theme-key").put("key", key)),
        }
    }
    faults.extend(theme.colours.unreadable().into_iter().map(too_faint));
    faults.truncate(FAULTS_MAX);
    if faults.is_empty() { Ok(theme) } else { Err(faults) }
}

fn size_of(value: &Value) -> Option<u16> {
    value.as_integer().and_then(|percent| u16::try_from(percent).ok()).filter(|percent| TYPE_PERCENT.contains(percent))
}

fn bad_size() -> Said {
    Said::bad("bad-theme-type").put("least", TYPE_PERCENT.start()).put("most", TYPE_PERCENT.end())
}

fn dye(colours: &mut Colours, named: &Table) -> Vec<Said> {
    let mut faults = Vec::new();
    for (key, value) in named {
        let Some(tint) = Tint::ALL.into_iter().find(|tint| tint.name() == key) else {
            faults.push(Said::bad("bad-theme-key").put("key", format!("colours.{key}")));
            continue;
        };
        match value.as_str().and_then(|text| text.parse().ok()) {
            Some(colour) => *colours = colours.with(tint, colour),
            None => faults.push(Said::bad("bad-theme-colour").put("key", key).put("value", value)),
        }
    }
    faults
}

/// Words that cannot be read on what they stand on.
fn too_faint(pair: Unreadable) -> Said {
    let named = |tint: Option<Tint>| tint.map_or_else(white, name_of);
    let tenths = |tenths: u32| format!("{}.{}", tenths / 10, tenths % 10);
    Said::bad("bad-theme-contrast")
        .put_text("words", named(pair.words))
        .put_text("ground", named(pair.on))
        .put("contrast", format!("{} : 1", tenths(pair.contrast_tenths)))
        .put("least", format!("{} : 1", tenths(CONTRAST_MIN_TENTHS)))
}

/// A theme as a file; read again it is the same one.
pub(super) fn write(theme: &Theme) -> String {
    let mut text = String::new();
    let most = TYPE_PERCENT.end();
    let _ = writeln!(text, "# 字号，100 到 {most}，以舒适字号为 100 · type, in percent of the comfortable size");
    let _ = writeln!(text, "type_percent = {}\n\n[colours]", theme.type_percent);
    for tint in Tint::ALL {
        let name = name_of(tint);
        let _ = writeln!(text, "{:8} = \"{}\" # {} · {}", tint.name(), theme.colours.of(tint), name.zh, name.en);
    }
    text
}

#[cfg(test)]
mod tests {
    use anteroom_content::theme::Rgb;

    use super::*;

    fn faults(text: &str) -> Vec<String> {
        read(text).expect_err("it is refused").into_iter().map(|said| said.key).collect()
    }

    #[test]
    fn a_theme_is_read_as_it_was_written_and_an_empty_file_is_the_usual_one() {
        let theme = Theme {
            colours: Colours { rail: Rgb(20, 20, 60), mark: Rgb(220, 180, 120), ..Colours::USUAL },
            type_percent: 120,
            logo: None,
        };
        assert_eq!(read(&write(&theme)), Ok(theme));
        assert_eq!(read(""), Ok(Theme::default()));
        assert_eq!(read(&["\u{FEFF}", &write(&Theme::default())].concat()), Ok(Theme::default()));
        assert_eq!(read(&write(&Theme::default())), Ok(Theme::default()));
    }

    #[test]
    fn everything_that_is_wrong_with_a_file_is_told_at_once() {
        assert_eq!(faults("type_percent = 90"), ["bad-theme-type"]);
        assert_eq!(faults("type_percent = \"large\""), ["bad-theme-type"]);
        assert_eq!(faults("logo = \"x.png\"\ncolours = 3"), ["bad-theme-key", "bad-theme-key"]);
        assert_eq!(
            faults("[colours]\nrail = \"blue\"\nglow = \"#FFFFFF\"\nplate = 12"),
            ["bad-theme-key", "bad-theme-colour", "bad-theme-colour"]
        );
        assert_eq!(faults("[colours]\nplate = \"#9FE0E8\""), ["bad-theme-contrast"; 3]);
        assert_eq!(faults(&"#".repeat(THEME_BYTES_MAX + 1)), ["bad-theme-long"]);
        let told = read("a = 1\n[colours\n").expect_err("it is refused");
        assert_eq!(told[0].key, "bad-theme-toml");
        assert!(told[0].variables.contains(&("line".to_owned(), "2".to_owned())), "{told:?}");
    }
}
