//! Words of a box, fit for a log line and a page: no control characters, no turned writing direction, not too long.

/// Takes out what could not be read or would change how the rest is read, and cuts.
pub(super) fn legible(text: &str, chars_max: usize) -> String {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().filter(|c| !c.is_control() && !turns(*c)).take(chars_max).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_turned_text_are_taken_out() {
        assert_eq!(legible("候诊\u{1b}[2J\u{202e}gnp.exe\n", 64), "候诊[2Jgnp.exe");
        assert_eq!(legible("αβγδ", 2), "αβ");
    }
}
