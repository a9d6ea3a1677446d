//! What time is it: the two datagrams by which a box disciplines its clock.

use serde::{Deserialize, Serialize};

/// The largest such datagram, in bytes: room for fields of years to come.
pub const TIME_BYTES_MAX: usize = 512;
/// How often a box asks once it knows, in seconds: sooner than [`super::KEEP_ALIVE_SECS`], whose packets it makes needless.
pub const TIME_EVERY_SECS: u64 = 16;

/// The question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeAsked {
    /// When it was asked, by a clock of the box that means nothing to others; comes back as it is.
    pub tick_us: i64,
}

/// The answer. Times are microseconds since 1970-01-01 UTC by the network's time, which never jumps while the server runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeTold {
    /// Of the question.
    pub tick_us: i64,
    /// When the question was heard.
    pub heard_us: i64,
    /// When this was said.
    pub told_us: i64,
}

/// Writes such a datagram.
#[must_use]
pub fn to_datagram<T: Serialize>(word: &T) -> Vec<u8> {
    // Integers alone: nothing of it can fail.
    serde_json::to_vec(word).unwrap_or_default()
}

/// Reads such a datagram; none for what is too long or something else.
#[must_use]
pub fn from_datagram<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    if bytes.len() > TIME_BYTES_MAX { None } else { serde_json::from_slice(bytes).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_not_an_answer_and_rubbish_is_neither() {
        let asked = to_datagram(&TimeAsked { tick_us: 7 });
        assert_eq!(from_datagram(&asked), Some(TimeAsked { tick_us: 7 }));
        assert_eq!(from_datagram::<TimeTold>(&asked), None);
        for bytes in [&b""[..], b"{", b"[]", &[0xff; 64]] {
            assert_eq!(from_datagram::<TimeAsked>(bytes), None);
        }
        let long = format!("{{\"tick_us\":1,\"more\":\"{}\"}}", "x".repeat(TIME_BYTES_MAX));
        assert_eq!(from_datagram::<TimeAsked>(long.as_bytes()), None);
    }
}
