//! Names of things, parsed once at the door: a name that exists is well formed, and nobody checks it again.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The longest name of a thing, in characters; long enough for any building sign, short enough for a log line.
pub const NAME_CHARS_MAX: usize = 64;

/// Why a text is not a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a name: use 1 to {NAME_CHARS_MAX} of the letters a–z, A–Z, digits, `.`, `_` and `-`")]
pub struct BadName {
    /// The text that was refused, cut to a printable length.
    pub text: String,
}

fn parse_name(text: &str) -> Result<&str, BadName> {
    let well_formed = (1..=NAME_CHARS_MAX).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
    if well_formed { Ok(text) } else { Err(BadName { text: text.chars().take(NAME_CHARS_MAX).collect() }) }
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// Parses a name.
            ///
            /// # Errors
            /// [`BadName`] when the text is empty, too long, or holds another character than a name may.
            pub fn parse(text: &str) -> Result<Self, BadName> {
                parse_name(text).map(|name| Self(name.into()))
            }

            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadName;
            fn try_from(text: String) -> Result<Self, BadName> {
                Self::parse(&text)
            }
        }

        impl std::str::FromStr for $name {
            type Err = BadName;
            fn from_str(text: &str) -> Result<Self, BadName> {
                Self::parse(text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0.as_ref().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

names! {
    /// A hospital or pharmacy.
    SiteId,
    /// A building of a site.
    BuildingId,
    /// A place where people wait: it has one programme.
    ZoneId,
    /// One piece of glass.
    ScreenId,
    /// One machine with one identity, certificate and play log; it drives one or more screens.
    BoxId,
    /// A network (联播网) of zones that share playlists.
    NetworkId,
    /// One piece of content, through all its versions.
    ItemId,
    /// A list of items in an order.
    PlaylistId,
    /// What × where × when × level.
    RuleId,
    /// Plays promised to somebody until a date.
    CampaignId,
    /// A doctor, by the hospital's own code.
    DoctorId,
    /// A department, by its catalogue code.
    DepartmentId,
    /// A change to the clinic timetable on one date.
    OverrideId,
    /// A few words of the hospital to those who wait.
    NoticeId,
}

/// The blake3 hash of a file or a document: its only name on every disk and wire.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ContentHash([u8; 32]);

impl ContentHash {
    /// Hashes bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }

    /// Takes a finished hash.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Parses 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`BadHash`] for anything else.
    pub fn parse(text: &str) -> Result<Self, BadHash> {
        blake3::Hash::from_hex(text).map(|hash| Self(*hash.as_bytes())).map_err(|_| BadHash)
    }

    /// The 64 hexadecimal digits.
    #[must_use]
    pub fn to_hex(&self) -> String {
        blake3::Hash::from_bytes(self.0).to_hex().to_string()
    }
}

/// A text that is not a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a hash: 64 hexadecimal digits are needed")]
pub struct BadHash;

impl TryFrom<String> for ContentHash {
    type Error = BadHash;
    fn try_from(text: String) -> Result<Self, BadHash> {
        Self::parse(&text)
    }
}

impl From<ContentHash> for String {
    fn from(hash: ContentHash) -> Self {
        hash.to_hex()
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContentHash({}…)", self.to_hex().get(..8).unwrap_or_default())
    }
}

/// Letters of every code a person types: no 0/O, 1/I/L, U/V trouble on a far screen.
pub const CODE_LETTERS: &[u8; 30] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A code of `N` letters of [`CODE_LETTERS`], upper case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code<const N: usize>([u8; N]);

/// The code under a QR: six letters that stand for one screen.
pub type ShortCode = Code<6>;
/// The code on a box that waits for its place: eight letters (DESIGN §4).
pub type PairCode = Code<8>;

impl<const N: usize> Code<N> {
    /// Draws a code from bytes of a hash or of chance; needs at least `N * 2` bytes to be even.
    #[must_use]
    pub fn from_entropy(bytes: &[u8; 32]) -> Self {
        let pairs = bytes.iter().zip(bytes.iter().cycle().skip(1)).step_by(2).cycle();
        let mut letters = [b'2'; N];
        for (letter, (high, low)) in letters.iter_mut().zip(pairs) {
            let place = usize::from(u16::from_be_bytes([*high, *low])) % CODE_LETTERS.len();
            *letter = CODE_LETTERS.get(place).copied().unwrap_or(b'2');
        }
        Self(letters)
    }

    /// Parses what a person typed: case, spaces and dashes do not matter.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut letters = [0; N];
        let mut count = 0;
        for byte in text.bytes().filter(|b| !matches!(b, b' ' | b'-')) {
            let upper = byte.to_ascii_uppercase();
            if !CODE_LETTERS.contains(&upper) {
                return None;
            }
            *letters.get_mut(count)? = upper;
            count += 1;
        }
        (count == N).then_some(Self(letters))
    }

    /// The letters without a gap.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The letters in groups, as they stand on a screen: `AB3-C4D` or `AB3C-4D5E`.
    #[must_use]
    pub fn grouped(&self) -> String {
        let (left, right) = self.as_str().split_at(N / 2);
        format!("{left}-{right}")
    }
}

impl<const N: usize> fmt::Display for Code<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<const N: usize> fmt::Debug for Code<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<const N: usize> Serialize for Code<N> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de, const N: usize> Deserialize<'de> for Code<N> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a code"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_path_in_it_is_refused() {
        for text in ["", "../etc", "a/b", "门诊", "a b", &"x".repeat(65)] {
            assert!(ScreenId::parse(text).is_err(), "{text}");
        }
        assert_eq!(ScreenId::parse("Z03-1").map(String::from), Ok("Z03-1".into()));
    }

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = PairCode::parse("ab3c-4d5e").expect("well formed");
        assert_eq!(code.as_str(), "AB3C4D5E");
        assert_eq!(code.grouped(), "AB3C-4D5E");
        assert_eq!(PairCode::parse("AB3C 4D5"), None);
        assert_eq!(PairCode::parse("AB3C-4D5O"), None, "the letter O is not used");
    }

    #[test]
    fn a_hash_survives_its_text() {
        let hash = ContentHash::of(b"seven steps");
        assert_eq!(ContentHash::parse(&hash.to_hex()), Ok(hash));
        assert_eq!(ContentHash::parse("beef"), Err(BadHash));
    }
}
