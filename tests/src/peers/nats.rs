//! As much of the NATS client protocol as a subscriber needs (docs.nats.io, "Client Protocol"): lines, and a payload after
//! those that say one comes.

use super::tongue::{FRAME_BYTES_MAX, Word};
use crate::harness::Outcome;

/// A sign of life.
pub(super) const PING: &[u8] = b"PING\r\n";
/// The answer to one.
pub(super) const PONG: &[u8] = b"PONG\r\n";
/// The longest line a server sends, in bytes: its own description.
pub(super) const LINE_BYTES_MAX: usize = 8 * 1024;

/// Says who is there and asks for a sign of life, which says that the server took it.
pub(super) fn connect() -> Vec<u8> {
    let mut bytes =
        br#"CONNECT {"verbose":false,"pedantic":false,"tls_required":true,"lang":"rust","version":"0","protocol":1}"#
            .to_vec();
    bytes.extend(b"\r\nPING\r\n");
    bytes
}

/// Subscribes, and asks for a sign of life, which says that the server took it.
pub(super) fn subscribe(subject: &str) -> Vec<u8> {
    format!("SUB {subject} 1\r\nPING\r\n").into_bytes()
}

/// Publishes.
pub(super) fn publish(subject: &str, payload: &[u8]) -> Vec<u8> {
    let mut bytes = format!("PUB {subject} {}\r\n", payload.len()).into_bytes();
    bytes.extend_from_slice(payload);
    bytes.extend(b"\r\n");
    bytes
}

/// The first word of what was read, and how long it is; none while it is not whole.
///
/// # Errors
/// When it is none.
pub(super) fn parse(read: &[u8]) -> Outcome<Option<(Word, usize)>> {
    let Some(end) = read.windows(2).position(|two| two == b"\r\n") else {
        anyhow::ensure!(read.len() <= LINE_BYTES_MAX, "a line of more than {LINE_BYTES_MAX} bytes");
        return Ok(None);
    };
    let line = std::str::from_utf8(read.get(..end).unwrap_or_default())?;
    let after = end + 2;
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    let word = match verb {
        "PONG" => Word::Alive,
        "PING" => Word::Asked,
        "-ERR" => Word::Refused(rest.to_owned()),
        "MSG" => {
            let size: usize = rest.rsplit(' ').next().unwrap_or_default().parse()?;
            anyhow::ensure!(size <= FRAME_BYTES_MAX, "a message of {size} bytes");
            let Some(payload) = read.get(after..after + size) else { return Ok(None) };
            let Some(tail) = read.get(after + size..after + size + 2) else { return Ok(None) };
            anyhow::ensure!(tail == b"\r\n", "a message that does not end where it should");
            return Ok(Some((Word::Message(payload.to_vec()), after + size + 2)));
        }
        _ => Word::Other,
    };
    Ok(Some((word, after)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_understood_and_wait_until_they_are_whole() {
        let check = |given: &[u8], expected: Word| {
            assert_eq!(parse(given).expect("a word"), Some((expected, given.len())));
            for cut in 0..given.len() {
                assert_eq!(parse(&given[..cut]).expect("the beginning of one"), None);
            }
        };
        check(b"PONG\r\n", Word::Alive);
        check(b"PING\r\n", Word::Asked);
        check(b"+OK\r\n", Word::Other);
        check(b"INFO {\"server_id\":\"a b\"}\r\n", Word::Other);
        check(b"-ERR 'Authorization Violation'\r\n", Word::Refused("'Authorization Violation'".to_owned()));
        check(b"MSG push 1 5\r\na\r\nbc\r\n", Word::Message(b"a\r\nbc".to_vec()));
        check(b"MSG push 1 reply 0\r\n\r\n", Word::Message(Vec::new()));
    }

    #[test]
    fn what_is_no_word_is_told() {
        for given in [&b"MSG push 1 x\r\n"[..], b"MSG push 1 1\r\nabcd", b"MSG push 1 99999999\r\n", b"\xFF\xFE\r\n"] {
            assert!(parse(given).is_err(), "{given:?}");
        }
        assert!(parse(&vec![b'a'; LINE_BYTES_MAX + 1]).is_err());
    }

    #[test]
    fn what_a_client_says_is_a_line_and_its_payload() {
        assert_eq!(publish("push", b"xyz"), b"PUB push 3\r\nxyz\r\n");
        assert_eq!(subscribe("push"), b"SUB push 1\r\nPING\r\n");
    }
}
