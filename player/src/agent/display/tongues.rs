//! Tongues: what displays with a serial line are told, byte by byte, and how their answers read.

use anteroom_content::power::Lamp;

/// What is said to a display.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    IsLit,
    Switch(Lamp),
}

/// What was heard so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// No whole answer yet.
    More,
    /// An answer that says how it is.
    Says(Lamp),
    /// It will.
    Yes,
    /// It will not.
    No,
    /// A whole answer that means nothing.
    Garbage,
}

/// A maker's tongue.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tongue {
    pub(super) question: fn(Question) -> Vec<u8>,
    pub(super) read: fn(&[u8], Question) -> Heard,
}

/// LG commercial displays, set 01: `ka 01 01`.
pub(super) const LG: Tongue = Tongue { question: lg_question, read: lg_read };
/// Samsung Multiple Display Control, display 1.
pub(super) const SAMSUNG: Tongue = Tongue { question: samsung_question, read: samsung_read };
/// NEC external control, monitor 1.
pub(super) const NEC: Tongue = Tongue { question: nec_question, read: nec_read };

const fn is_on(lamp: Lamp) -> bool {
    matches!(lamp, Lamp::Lit)
}

fn lg_question(question: Question) -> Vec<u8> {
    let data = match question {
        Question::IsLit => "FF",
        Question::Switch(lamp) if is_on(lamp) => "01",
        Question::Switch(_) => "00",
    };
    format!("ka 01 {data}\r").into_bytes()
}

/// `a 01 OK01x`, or `a 01 NG01x`.
fn lg_read(heard: &[u8], question: Question) -> Heard {
    let Some(end) = heard.iter().position(|byte| *byte == b'x') else { return Heard::More };
    let text = String::from_utf8_lossy(heard.get(..end).unwrap_or_default()).into_owned();
    // A line that was just opened may begin with noise.
    let mut words = text.split(|c: char| c.is_whitespace() || c == '\0').filter(|word| !word.is_empty()).rev();
    let (said, set, command) = (words.next().unwrap_or_default(), words.next(), words.next().unwrap_or_default());
    if set != Some("01") || !command.ends_with('a') {
        return Heard::Garbage;
    }
    match (said, question) {
        ("OK01", Question::IsLit) => Heard::Says(Lamp::Lit),
        ("OK00", Question::IsLit) => Heard::Says(Lamp::Dark),
        ("OK01" | "OK00", Question::Switch(_)) => Heard::Yes,
        (said, _) if said.starts_with("NG") => Heard::No,
        _ => Heard::Garbage,
    }
}

const SAMSUNG_HEAD: u8 = 0xAA;
const SAMSUNG_POWER: u8 = 0x11;

fn sum(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum: u8, byte| sum.wrapping_add(*byte))
}

fn samsung_question(question: Question) -> Vec<u8> {
    let body = match question {
        Question::IsLit => vec![SAMSUNG_POWER, 1, 0],
        Question::Switch(lamp) => vec![SAMSUNG_POWER, 1, 1, u8::from(is_on(lamp))],
    };
    let check = sum(&body);
    [vec![SAMSUNG_HEAD], body, vec![check]].concat()
}

/// `AA FF 01 03 'A' 11 value check`, or `'N'` in the place of `'A'`.
fn samsung_read(heard: &[u8], question: Question) -> Heard {
    let Some(begin) = heard.windows(2).position(|pair| pair == [SAMSUNG_HEAD, 0xFF]) else {
        return if heard.len() > 8 { Heard::Garbage } else { Heard::More };
    };
    let frame = heard.get(begin..).unwrap_or_default();
    let Some(length) = frame.get(3).map(|length| usize::from(*length)) else { return Heard::More };
    let Some(whole) = frame.get(..length + 5) else { return Heard::More };
    let Some((check, [_, body @ ..])) = whole.split_last() else { return Heard::Garbage };
    if sum(body) != *check {
        return Heard::Garbage;
    }
    match (body, question) {
        ([0xFF, 1, _, b'N', ..], _) => Heard::No,
        ([0xFF, 1, 3, b'A', SAMSUNG_POWER, 1], Question::IsLit) => Heard::Says(Lamp::Lit),
        ([0xFF, 1, 3, b'A', SAMSUNG_POWER, 0], Question::IsLit) => Heard::Says(Lamp::Dark),
        ([0xFF, 1, 3, b'A', SAMSUNG_POWER, 0 | 1], Question::Switch(_)) => Heard::Yes,
        _ => Heard::Garbage,
    }
}

const SOH: u8 = 0x01;
const STX: u8 = 0x02;
const ETX: u8 = 0x03;
const CR: u8 = 0x0D;

fn nec_frame(kind: u8, text: &str) -> Vec<u8> {
    let length = format!("{:02X}", text.len() + 2);
    let body = [&[b'0', b'A', b'0', kind][..], length.as_bytes(), &[STX], text.as_bytes(), &[ETX]].concat();
    let check = body.iter().fold(0, |check, byte| check ^ byte);
    [vec![SOH], body, vec![check, CR]].concat()
}

fn nec_question(question: Question) -> Vec<u8> {
    match question {
        Question::IsLit => nec_frame(b'A', "01D6"),
        Question::Switch(lamp) if is_on(lamp) => nec_frame(b'A', "C203D60001"),
        Question::Switch(_) => nec_frame(b'A', "C203D60004"),
    }
}

/// `SOH 0 0 A B length STX 0200D60000040001 ETX check CR`: the last four say lit (1), standing by (2, 3) or off (4).
fn nec_read(heard: &[u8], question: Question) -> Heard {
    let Some(begin) = heard.iter().position(|byte| *byte == SOH) else {
        return if heard.len() > 8 { Heard::Garbage } else { Heard::More };
    };
    let frame = heard.get(begin + 1..).unwrap_or_default();
    let Some(end) = frame.iter().position(|byte| *byte == ETX) else { return Heard::More };
    let (Some(body), Some(check)) = (frame.get(..=end), frame.get(end + 1)) else { return Heard::More };
    if body.iter().fold(0, |check, byte| check ^ byte) != *check {
        return Heard::Garbage;
    }
    let text = body.iter().position(|byte| *byte == STX).and_then(|stx| body.get(stx + 1..end));
    match (text.unwrap_or_default(), question) {
        // A null message: it does not know the question.
        (b"BE", _) => Heard::No,
        (b"0200D60000040001", Question::IsLit) => Heard::Says(Lamp::Lit),
        (b"0200D60000040002" | b"0200D60000040003" | b"0200D60000040004", Question::IsLit) => Heard::Says(Lamp::Dark),
        (b"00C203D60001" | b"00C203D60004", Question::Switch(_)) => Heard::Yes,
        (text, _) if text.starts_with(b"01") => Heard::No,
        _ => Heard::Garbage,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SET_LIT: Question = Question::Switch(Lamp::Lit);
    const SET_DARK: Question = Question::Switch(Lamp::Dark);

    #[test]
    fn each_maker_is_spoken_to_as_its_handbook_says() {
        let said = |tongue: Tongue| [SET_LIT, SET_DARK, Question::IsLit].map(|question| (tongue.question)(question));
        assert_eq!(said(LG), [b"ka 01 01\r", b"ka 01 00\r", b"ka 01 FF\r"]);
        let samsung: [&[u8]; 3] =
            [&[0xAA, 0x11, 1, 1, 1, 0x14], &[0xAA, 0x11, 1, 1, 0, 0x13], &[0xAA, 0x11, 1, 0, 0x12]];
        assert_eq!(said(SAMSUNG), samsung);
        let nec: [&[u8]; 3] = [
            b"\x010A0A0C\x02C203D60001\x03\x73\r",
            b"\x010A0A0C\x02C203D60004\x03\x76\r",
            b"\x010A0A06\x0201D6\x03\x74\r",
        ];
        assert_eq!(said(NEC), nec);
    }

    #[test]
    fn answers_are_read_and_what_is_cut_short_is_waited_for() {
        let ask = Question::IsLit;
        let check = |tongue: Tongue, answer: &[u8], question: Question, wanted: Heard| {
            assert_eq!((tongue.read)(answer, question), wanted, "{}", String::from_utf8_lossy(answer));
            for end in 0..answer.len() {
                let heard = (tongue.read)(&answer[..end], question);
                assert!(matches!(heard, Heard::More | Heard::Garbage) || heard == wanted, "{answer:?} up to {end}");
            }
        };
        check(LG, b"a 01 OK01x", ask, Heard::Says(Lamp::Lit));
        check(LG, b"\0a 01 OK00x", ask, Heard::Says(Lamp::Dark));
        check(LG, b"a 01 OK00x", SET_DARK, Heard::Yes);
        check(LG, b"a 01 NG00x", SET_DARK, Heard::No);
        check(LG, b"b 01 OK00x", SET_DARK, Heard::Garbage);
        let answer = |middle: &[u8]| [&[0xAA][..], middle, &[sum(middle)]].concat();
        check(SAMSUNG, &answer(&[0xFF, 1, 3, b'A', 0x11, 1]), ask, Heard::Says(Lamp::Lit));
        check(SAMSUNG, &answer(&[0xFF, 1, 3, b'A', 0x11, 0]), ask, Heard::Says(Lamp::Dark));
        check(SAMSUNG, &answer(&[0xFF, 1, 3, b'A', 0x11, 1]), SET_LIT, Heard::Yes);
        check(SAMSUNG, &answer(&[0xFF, 1, 3, b'N', 0x11, 1]), SET_LIT, Heard::No);
        check(SAMSUNG, &[0xAA, 0xFF, 1, 3, b'A', 0x11, 1, 0], ask, Heard::Garbage);
        let nec = |text: &str| {
            let mut frame = nec_frame(b'B', text);
            frame[2] = b'0';
            let end = frame.len() - 2;
            frame[end] = frame[1..end].iter().fold(0, |check, byte| check ^ byte);
            frame
        };
        check(NEC, &nec("0200D60000040001"), ask, Heard::Says(Lamp::Lit));
        check(NEC, &nec("0200D60000040004"), ask, Heard::Says(Lamp::Dark));
        check(NEC, &nec("00C203D60001"), SET_LIT, Heard::Yes);
        check(NEC, &nec("BE"), SET_LIT, Heard::No);
        check(NEC, &nec("7777"), SET_LIT, Heard::Garbage);
    }
}
