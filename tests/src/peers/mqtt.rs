//! As much of MQTT 3.1.1 as a subscriber needs (OASIS mqtt-v3.1.1): quality of service 0, clean sessions.

use super::tongue::Word;
use crate::harness::Outcome;

/// A sign of life (§3.12).
pub(super) const PINGREQ: &[u8] = &[0xC0, 0];
/// After how long without one the broker lets go, in seconds: as long as a QUIC connection may be silent.
const KEEP_ALIVE_SECS: u16 = 60;
/// The identifier of the one subscription of a connection.
const SUBSCRIPTION: u16 = 1;
/// The most bytes of a remaining length (§2.2.3).
const LENGTH_BYTES_MAX: usize = 4;

/// Opens a clean session (§3.1).
pub(super) fn connect(n: usize) -> Vec<u8> {
    const CLEAN_SESSION: u8 = 2;
    let mut rest = text("MQTT");
    rest.extend([4, CLEAN_SESSION]);
    rest.extend(KEEP_ALIVE_SECS.to_be_bytes());
    rest.extend(text(&format!("box-{n}")));
    packet(0x10, &rest)
}

/// Subscribes with quality of service 0 (§3.8).
pub(super) fn subscribe(topic: &str) -> Vec<u8> {
    let mut rest = SUBSCRIPTION.to_be_bytes().to_vec();
    rest.extend(text(topic));
    rest.push(0);
    packet(0x82, &rest)
}

/// Publishes with quality of service 0 (§3.3).
pub(super) fn publish(topic: &str, payload: &[u8]) -> Vec<u8> {
    let mut rest = text(topic);
    rest.extend_from_slice(payload);
    packet(0x30, &rest)
}

/// The first packet of what was read, and how long it is; none while it is not whole.
///
/// # Errors
/// When it is no packet.
pub(super) fn parse(read: &[u8]) -> Outcome<Option<(Word, usize)>> {
    let Some((kind, after)) = read.split_first() else { return Ok(None) };
    let Some((length, length_bytes)) = remaining_length(after)? else { return Ok(None) };
    let Some(rest) = after.get(length_bytes..length_bytes + length) else { return Ok(None) };
    let word = match kind >> 4 {
        2 => match rest {
            [_, 0] => Word::Greeted,
            _ => Word::Refused(format!("CONNACK {rest:?}")),
        },
        3 => Word::Message(payload(*kind, rest)?),
        9 => match rest {
            [_, _, 0..=2] => Word::Subscribed,
            _ => Word::Refused(format!("SUBACK {rest:?}")),
        },
        13 => Word::Alive,
        _ => Word::Other,
    };
    Ok(Some((word, 1 + length_bytes + length)))
}

fn payload(kind: u8, rest: &[u8]) -> Outcome<Vec<u8>> {
    let Some((head, after)) = rest.split_first_chunk::<2>() else { anyhow::bail!("a PUBLISH without a topic") };
    let packet_id_bytes = if kind & 0b110 == 0 { 0 } else { 2 };
    let at = usize::from(u16::from_be_bytes(*head)) + packet_id_bytes;
    Ok(after.get(at..).ok_or_else(|| anyhow::anyhow!("a PUBLISH shorter than its topic"))?.to_vec())
}

fn text(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
    let mut bytes = length.to_be_bytes().to_vec();
    bytes.extend(text.bytes().take(usize::from(length)));
    bytes
}

fn packet(kind: u8, rest: &[u8]) -> Vec<u8> {
    let mut bytes = vec![kind];
    let mut left = rest.len();
    loop {
        let low = u8::try_from(left % 128).unwrap_or(0);
        left /= 128;
        bytes.push(if left > 0 { low | 0x80 } else { low });
        if left == 0 {
            break;
        }
    }
    bytes.extend_from_slice(rest);
    bytes
}

/// The remaining length and how many bytes it takes; none while they are not all there.
fn remaining_length(bytes: &[u8]) -> Outcome<Option<(usize, usize)>> {
    let mut length = 0;
    for (n, byte) in bytes.iter().take(LENGTH_BYTES_MAX).enumerate() {
        length |= usize::from(byte & 0x7F) << (7 * n);
        if byte & 0x80 == 0 {
            return Ok(Some((length, n + 1)));
        }
    }
    anyhow::ensure!(bytes.len() < LENGTH_BYTES_MAX, "a length of more than {LENGTH_BYTES_MAX} bytes");
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_are_those_of_the_standard() {
        let hello = [0x10, 17, 0, 4, b'M', b'Q', b'T', b'T', 4, 2, 0, 60, 0, 5, b'b', b'o', b'x', b'-', b'7'];
        assert_eq!(connect(7), hello);
        assert_eq!(subscribe("push"), [0x82, 9, 0, 1, 0, 4, b'p', b'u', b's', b'h', 0]);
        assert_eq!(publish("a", b"xy"), [0x30, 5, 0, 1, b'a', b'x', b'y']);
    }

    #[test]
    fn answers_are_understood_and_wait_until_they_are_whole() {
        let check = |given: &[u8], expected: Word| {
            assert_eq!(parse(given).expect("a packet"), Some((expected, given.len())));
            for cut in 0..given.len() {
                assert_eq!(parse(&given[..cut]).expect("the beginning of one"), None);
            }
        };
        check(&[0x20, 2, 0, 0], Word::Greeted);
        check(&[0x90, 3, 0, 1, 0], Word::Subscribed);
        check(&[0xD0, 0], Word::Alive);
        check(&[0x20, 2, 0, 5], Word::Refused("CONNACK [0, 5]".to_owned()));
        check(&[0x90, 3, 0, 1, 0x80], Word::Refused("SUBACK [0, 1, 128]".to_owned()));
        let long = vec![7; 2_048];
        check(&publish("push", &long), Word::Message(long.clone()));
        check(&[0x32, 6, 0, 1, b'a', 0, 9, b'x'], Word::Message(b"x".to_vec()));
    }

    #[test]
    fn what_is_no_packet_is_told() {
        for given in [&[0x30, 0xFF, 0xFF, 0xFF, 0xFF, 1][..], &[0x30, 1, 0], &[0x30, 2, 0, 9]] {
            assert!(parse(given).is_err(), "{given:?}");
        }
    }
}
