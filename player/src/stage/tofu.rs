//! Tofu: characters for which no font has a shape stand on the glass as empty boxes. Found in what was set, counted for each item,
//! and told once.

use std::collections::{BTreeMap, BTreeSet};

use anteroom_content::item::Item;
use bevy::prelude::*;
use bevy::text::{ComputedTextBlock, TextLayoutInfo};

use super::cast::Cast;
use super::pipe::Outbox;
use crate::bridge::{Amiss, FromStage};

/// Characters told so far; beyond it all are forgotten, and may be told again.
const TOLD_MAX: usize = 4_096;
/// Characters named in a message.
const NAMED_MAX: usize = 12;

/// What was told, by item; none for the words of the house and of clinics.
#[derive(Debug, Default, Resource)]
struct Lacking(BTreeMap<Option<String>, BTreeSet<char>>);

impl Lacking {
    /// Takes those that are new; in words, if there are any.
    fn note(&mut self, item: Option<String>, lacking: BTreeSet<char>) -> Option<String> {
        if self.0.values().map(BTreeSet::len).sum::<usize>() > TOLD_MAX {
            self.0.clear();
        }
        let told = self.0.entry(item.clone()).or_default();
        let new: Vec<char> = lacking.into_iter().filter(|c| told.insert(*c)).collect();
        if new.is_empty() {
            return None;
        }
        let named = new.iter().take(NAMED_MAX).map(|c| format!("{c} (U+{:04X})", u32::from(*c)));
        let named = named.collect::<Vec<_>>().join(", ");
        let more = if new.len() > NAMED_MAX { " and more" } else { "" };
        let whose = item.map_or_else(|| "the screen".to_owned(), |item| format!("item {item}"));
        let count = told.len();
        Some(format!("{whose}: no font has {count} of its characters, they show as empty boxes: {named}{more}"))
    }
}

pub(super) fn add(app: &mut App) {
    app.init_resource::<Lacking>().add_systems(Last, look);
}

fn look(
    words: Query<(&Text, &ComputedTextBlock), Changed<TextLayoutInfo>>,
    mut lacking: ResMut<Lacking>,
    cast: Res<Cast>,
    outbox: Res<Outbox>,
) {
    let mut found: BTreeMap<Option<String>, BTreeSet<char>> = BTreeMap::new();
    for (text, block) in &words {
        let mut boxes = String::new();
        for run in block.buffer().lines().flat_map(|line| line.runs().collect::<Vec<_>>()) {
            for cluster in run.clusters().filter(|cluster| cluster.glyphs().any(|glyph| glyph.id == 0)) {
                boxes.push_str(text.0.get(cluster.text_range()).unwrap_or_default());
            }
        }
        for c in boxes.chars().filter(|c| is_seen(*c)) {
            let item = cast.on_glass.as_ref().and_then(|act| act.item.as_ref()).filter(|item| says(item, c));
            found.entry(item.map(|item| item.id.to_string())).or_default().insert(c);
        }
    }
    for (item, characters) in found {
        if let Some(text) = lacking.note(item, characters) {
            outbox.tell(FromStage::Amiss { sort: Amiss::Words, file: None, text });
        }
    }
}

fn says(item: &Item, c: char) -> bool {
    [&item.title, &item.body].into_iter().any(|text| text.zh.contains(c) || text.en.contains(c))
}

/// Not one of those that have no shape by their nature.
fn is_seen(c: char) -> bool {
    let is_shaper = matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{E0100}'..='\u{E01EF}');
    !c.is_control() && !c.is_whitespace() && !is_shaper
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_is_told_once_for_each_item() {
        let mut lacking = Lacking::default();
        let set = |text: &str| text.chars().collect::<BTreeSet<_>>();
        let told = lacking.note(Some("washing".into()), set("ab")).unwrap();
        assert!(told.starts_with("item washing: no font has 2 of its characters"), "{told}");
        assert!(told.ends_with("a (U+0061), b (U+0062)"), "{told}");
        assert_eq!(lacking.note(Some("washing".into()), set("ba")), None);
        assert!(
            lacking
                .note(Some("washing".into()), set("bc"))
                .unwrap()
                .ends_with("has 3 of its characters, they show as empty boxes: c (U+0063)")
        );
        assert!(lacking.note(None, set("a")).unwrap().starts_with("the screen: no font has 1"));
        let many = (0..40).filter_map(|n| char::from_u32(0x4E00 + n)).collect();
        assert!(lacking.note(Some("many".into()), many).unwrap().ends_with(" and more"));
    }

    #[test]
    fn what_has_no_shape_by_its_nature_is_not_missed() {
        assert!("\n\t \u{3000}\u{200D}\u{FE0F}".chars().all(|c| !is_seen(c)) && is_seen('䶮'));
    }
}
