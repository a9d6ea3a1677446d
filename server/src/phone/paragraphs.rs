//! A text in short paragraphs: on a phone a sentence a paragraph is read, a block is not. No word is changed.

/// Splits at line breaks, at circled numbers, and after sentences.
pub(super) fn paragraphs(text: &str) -> Vec<String> {
    let mut paragraphs = Vec::new();
    for line in text.lines() {
        let mut paragraph = String::new();
        let mut letters = line.chars().peekable();
        while let Some(letter) = letters.next() {
            if is_circled(letter) {
                finish(&mut paragraph, &mut paragraphs);
            }
            paragraph.push(letter);
            let next = letters.peek().copied();
            if is_sentence_end(&paragraph, letter, next) {
                finish(&mut paragraph, &mut paragraphs);
            }
        }
        finish(&mut paragraph, &mut paragraphs);
    }
    paragraphs
}

fn finish(paragraph: &mut String, paragraphs: &mut Vec<String>) {
    let text = std::mem::take(paragraph);
    if !text.trim().is_empty() {
        paragraphs.push(text.trim().to_owned());
    }
}

fn is_circled(letter: char) -> bool {
    matches!(u32::from(letter), 0x2460..=0x2473)
}

/// A Chinese sentence ends with its mark, unless a closing mark follows; an English one with a dot behind a word of
/// three letters or more (not behind `Dr` or `2`) and a space behind the dot.
fn is_sentence_end(so_far: &str, letter: char, next: Option<char>) -> bool {
    match letter {
        '。' | '！' | '？' => !next.is_some_and(|c| matches!(c, '」' | '”' | '）' | '』' | '"')),
        '.' | '!' | '?' => {
            let word = so_far.trim_end_matches(['.', '!', '?']).chars().rev();
            next == Some(' ') && word.take_while(char::is_ascii_alphabetic).count() >= 3
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_paragraphs_and_keeps_every_word() {
        let check = |text: &str, wanted: &[&str]| assert_eq!(paragraphs(text), wanted, "{text}");
        check("口诀：内、外。就诊前后都要洗手。", &["口诀：内、外。", "就诊前后都要洗手。"]);
        check("没有能“治愈。”的产品。", &["没有能“治愈。”的产品。"]);
        check("①摇匀②慢慢呼气", &["①摇匀", "②慢慢呼气"]);
        check("一行\n\n两行", &["一行", "两行"]);
        check("Below 37.5 °C. Dry well. Ask Dr. Li.", &["Below 37.5 °C. Dry well.", "Ask Dr. Li."]);
        check("", &[]);
    }
}
