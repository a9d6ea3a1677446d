//! The lines of iCalendar (RFC 5545 §3.1): unfolded, then split into name, parameters and value.
//!
//! A parser of our own: the known crates bring a second date library and a second time-zone database, and an all-day
//! calendar needs neither.

use crate::schedule::calendar::import::ImportError;

/// One content line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Its first physical line in the file, from 1.
    pub(super) number: usize,
    /// Its name in upper case.
    pub(super) name: String,
    /// What stands after the colon, still escaped.
    pub(super) value: String,
}

/// Reads all lines. Folding is undone on bytes, for it may cut a letter in two.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Line>, ImportError> {
    let mut unfolded: Vec<(usize, Vec<u8>)> = Vec::new();
    for (number, physical) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        let physical = physical.strip_suffix(b"\r").unwrap_or(physical);
        match (physical.split_first(), unfolded.last_mut()) {
            (Some((b' ' | b'\t', rest)), Some((_, line))) => line.extend_from_slice(rest),
            (None, _) => {}
            (Some(_), _) => unfolded.push((number, physical.to_vec())),
        }
    }
    unfolded.into_iter().map(|(number, line)| split(number, line)).collect()
}

fn split(number: usize, line: Vec<u8>) -> Result<Line, ImportError> {
    let text = String::from_utf8(line).map_err(|_| ImportError::NotUtf8 { line: number })?;
    let bad = ImportError::BadLine { line: number };
    let mut is_quoted = false;
    let colon = text.find(|letter| {
        is_quoted ^= letter == '"';
        letter == ':' && !is_quoted
    });
    let Some((head, value)) = colon.and_then(|place| Some((text.get(..place)?, text.get(place + 1..)?))) else {
        return Err(bad);
    };
    // Parameters say nothing an all-day event needs: that a value is a date is seen from its eight digits.
    let name = head.split(';').next().unwrap_or_default();
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err(bad);
    }
    Ok(Line { number, name: name.to_ascii_uppercase(), value: value.to_owned() })
}

/// Undoes the escapes of a text value (RFC 5545 §3.3.11).
pub(super) fn unescaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        match if letter == '\\' { letters.next() } else { Some(letter) } {
            // A line break has no place in a name.
            Some('n' | 'N') if letter == '\\' => text.push(' '),
            Some(letter) => text.push(letter),
            None => {}
        }
    }
    text
}
