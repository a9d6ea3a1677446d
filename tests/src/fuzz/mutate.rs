//! Bends bytes: as bytes, as JSON, and as lines of text.

use super::chance::Chance;

/// No bent input is longer; what is read has limits far below.
const BYTES_MAX: usize = 256 * 1024;
/// Values that are at the edge of something.
const VALUES: &[&str] = &[
    "0",
    "-1",
    "1",
    "-0",
    "2147483647",
    "-2147483648",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "1e308",
    "1e999",
    "-1e-999",
    "0.1",
    "99999999999999999999999999999999",
    "253402300799999",
    "-377705116800000",
    "\"\"",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\"\\ud83d\\ude00\"",
    "\"洗手\"",
    "null",
    "true",
    "[]",
    "{}",
    "[[[[[[[[]]]]]]]]",
    "{\"a\":{\"a\":{}}}",
];
/// Words that mean something to one reader or another.
const WORDS: &[&str] = &[
    "\r\n",
    "\n\n",
    "\u{feff}",
    "\0",
    "-->",
    "00:00.000",
    "9999999:59:59.999",
    "WEBVTT",
    "BEGIN:VCALENDAR",
    "BEGIN:VEVENT",
    "END:VEVENT",
    "DTSTART;VALUE=DATE:20260230",
    "DTSTART:99991231T235959Z",
    "RRULE:FREQ=YEARLY;COUNT=65535",
    "FREQ=DAILY",
    "INTERVAL=65535",
    "BYSETPOS=-366",
    "BYMONTHDAY=31",
    "BYDAY=-53MO",
    "UNTIL=99991231T235959",
    "9999-12-31",
    "-9999-01-01",
    "0000-02-30",
    "2026-11-25T24:00",
    "Asia/Shanghai",
    "Etc/Unknown",
    "America/Sao_Paulo",
    "\\",
    "\"",
    "<",
    "&lt;",
    ";",
    ":",
    ",",
];

/// Bends `seed`, with `other` as what may be put into it.
pub(super) fn bend(seed: &[u8], other: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    // Half of them keep their form, so that what is behind the form is tried too.
    if chance.below(2) == 0 {
        replace_value(&mut bytes, chance);
        return bytes;
    }
    for _ in 0..=chance.below(4) {
        once(&mut bytes, other, chance);
        bytes.truncate(BYTES_MAX);
    }
    bytes
}

fn once(bytes: &mut Vec<u8>, other: &[u8], chance: &mut Chance) {
    let at = chance.below(bytes.len() + 1);
    match chance.below(13) {
        0 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << chance.below(8);
            }
        }
        1 => bytes.truncate(at),
        2 => {
            let end = at + chance.below(bytes.len().saturating_sub(at).min(64) + 1);
            bytes.drain(at..end);
        }
        3 => {
            // Says something again, perhaps very often.
            let end = at + chance.below(bytes.len().saturating_sub(at).min(200) + 1);
            let again = bytes.get(at..end).unwrap_or_default().repeat(1 << chance.below(9));
            bytes.splice(at..at, again);
        }
        4 => {
            let from = chance.below(other.len() + 1);
            let end = from + chance.below(other.len().saturating_sub(from).min(2_000) + 1);
            bytes.splice(at..at, other.get(from..end).unwrap_or_default().iter().copied());
        }
        5 => insert(bytes, at, chance.one_of(WORDS)),
        6 => insert(bytes, at, chance.one_of(VALUES)),
        7..=9 => replace_value(bytes, chance),
        10 => swap_lines(bytes, chance),
        11 => {
            let deep = 1 << chance.below(12);
            let (open, close) = *chance.one_of(&[("[", "]"), ("{\"a\":", "}")]).unwrap_or(&("[", "]"));
            let nest = format!("{}{}", open.repeat(deep), close.repeat(deep));
            bytes.splice(at..at, nest.into_bytes());
        }
        _ => bytes.splice(at..at, std::iter::repeat_n(b'a', 1 << chance.below(16))).for_each(drop),
    }
}

fn insert(bytes: &mut Vec<u8>, at: usize, word: Option<&&str>) {
    bytes.splice(at..at, word.map(|word| word.bytes()).into_iter().flatten());
}

/// Puts an edge in the place of a number, a string or a word of JSON.
fn replace_value(bytes: &mut Vec<u8>, chance: &mut Chance) {
    let values = values(bytes);
    let Some(place) = chance.one_of(&values).cloned() else { return };
    let value = chance.one_of(VALUES).map(|value| value.bytes());
    bytes.splice(place, value.into_iter().flatten());
}

/// Where values of JSON stand, and what looks like one elsewhere.
fn values(bytes: &[u8]) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let length = match byte {
            b'"' => {
                let rest = bytes.get(at + 1..).unwrap_or_default();
                let mut is_escaped = false;
                let inside = rest.iter().take_while(|byte| {
                    let goes_on = is_escaped || **byte != b'"';
                    is_escaped = **byte == b'\\' && !is_escaped;
                    goes_on
                });
                inside.count() + 2
            }
            b'0'..=b'9' | b'-' => bytes.iter().skip(at).take_while(|byte| b"0123456789-+.eE".contains(byte)).count(),
            _ => 0,
        };
        if length == 0 {
            at += 1;
        } else {
            let end = (at + length).min(bytes.len());
            found.push(at..end);
            at = end;
        }
    }
    found
}

fn swap_lines(bytes: &mut Vec<u8>, chance: &mut Chance) {
    let mut lines: Vec<Vec<u8>> = bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let (one, two) = (chance.below(lines.len()), chance.below(lines.len()));
    if lines.len() > 1 {
        lines.swap(one, two);
    }
    *bytes = lines.concat();
}
