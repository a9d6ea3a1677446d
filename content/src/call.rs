//! A queue call (叫号): somebody who waits is asked to a room. It is said at once, stands for a moment and is forgotten: no programme
//! holds it and no log. Whoever calls sends a number, and at most a name that is masked already; what does not fit is refused.

use serde::{Deserialize, Serialize};

use crate::text::Text;

/// The longest number, in characters: `内科普通A0123`.
pub const NUMBER_CHARS_MAX: usize = 12;
/// The longest name, in characters.
pub const NAME_CHARS_MAX: usize = 12;
/// The longest room, in characters: `门诊楼三层东区12诊室`.
pub const ROOM_CHARS_MAX: usize = 16;
/// How long a call stands on a glass, in milliseconds: whoever looks down at a child has time to look up.
pub const CALL_STANDS_MS: u64 = 12_000;
/// How long it stands at the least where others wait behind it, in milliseconds: time to read it twice.
pub const CALL_STANDS_LEAST_MS: u64 = 5_000;
/// Calls that wait for a glass; one more, and the oldest of them is not shown. All are seen within a minute.
pub const CALLS_WAITING_MAX: usize = 8;
/// A call that comes to a glass later than this after it was made is not shown any more, in milliseconds: the patient has long
/// been called again.
pub const CALL_FRESH_MS: i64 = 30_000;

/// Somebody is called to a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// The number on the slip, such as `A023`.
    pub number: String,
    /// The name beside it, masked by whoever calls, such as `张*明`; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The room, such as `3 诊室`.
    pub room: String,
    /// Whoever calls wants it spoken, too. No player of this release has a voice: it is shown, and the caller is told so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub speak: bool,
}

/// Why a call cannot be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadCall {
    /// Nobody is called.
    #[error("`number` is empty: say which number is called, such as `A023`")]
    NoNumber,
    /// Called to nowhere.
    #[error("`room` is empty: say where to, such as `3 诊室`")]
    NoRoom,
    /// A field is too long for the glass.
    #[error("`{field}` is too long: at most {chars_max} characters")]
    TooLong {
        /// Which.
        field: &'static str,
        /// So many characters fit.
        chars_max: usize,
    },
}

impl Call {
    /// Reads a call: what nobody can see is taken out of its words, and they fit a glass.
    ///
    /// # Errors
    /// [`BadCall`] when somebody or somewhere is missing, or does not fit.
    pub fn parse(number: &str, name: &str, room: &str, speak: bool) -> Result<Self, BadCall> {
        let (number, name, room) = (seen(number), seen(name), seen(room));
        for (field, text, chars_max) in
            [("number", &number, NUMBER_CHARS_MAX), ("name", &name, NAME_CHARS_MAX), ("room", &room, ROOM_CHARS_MAX)]
        {
            if text.chars().count() > chars_max {
                return Err(BadCall::TooLong { field, chars_max });
            }
        }
        if number.is_empty() {
            return Err(BadCall::NoNumber);
        }
        if room.is_empty() {
            return Err(BadCall::NoRoom);
        }
        Ok(Self { number, name, room, speak })
    }

    /// The same once more, as it came over a wire.
    ///
    /// # Errors
    /// As [`Call::parse`].
    pub fn checked(&self) -> Result<Self, BadCall> {
        Self::parse(&self.number, &self.name, &self.room, self.speak)
    }

    /// It calls the same person: the newer one counts.
    #[must_use]
    pub fn is_for_whom(&self, other: &Self) -> bool {
        self.number == other.number
    }

    /// Who is called, for people: `A023 号 张*明`.
    #[must_use]
    pub fn who(&self) -> String {
        let numeral = if self.number.ends_with('号') { "" } else { " 号" };
        let name = if self.name.is_empty() { String::new() } else { format!(" {}", self.name) };
        format!("{}{numeral}{name}", self.number)
    }

    /// Where to, for people: a bare number is that of a room.
    #[must_use]
    pub fn place(&self) -> Text {
        let is_bare = self.room.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        let zh = if is_bare { format!("{} 诊室", self.room) } else { self.room.clone() };
        let bare =
            ["诊室", "诊间"].iter().find_map(|ending| self.room.strip_suffix(ending)).unwrap_or(&self.room).trim();
        // What English lacks is found by its shape: the same characters stand on the door.
        let en = if bare.is_ascii() { format!("Room {bare}") } else { self.room.clone() };
        Text { zh, en }
    }

    /// The whole sentence: `请 A023 号到 3 诊室就诊`.
    #[must_use]
    pub fn sentence(&self) -> Text {
        let Text { zh, en } = self.place();
        let gap = if zh.starts_with(|c: char| c.is_ascii()) { " " } else { "" };
        let who = self.who();
        Text { zh: format!("请 {who}到{gap}{zh}就诊"), en: format!("{}, please go to {en}", self.number) }
    }
}

/// A line without what nobody can see: control characters, and marks that join, hide or turn the direction of writing.
fn seen(text: &str) -> String {
    let is_hidden = |c: char| {
        let turns = matches!(u32::from(c), 0x00AD | 0x061C | 0x180E | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0xFE00..=0xFE0F | 0xFEFF | 0xFFF9..=0xFFFB | 0xE0000..=0xE0FFF);
        turns || (c.is_control() && !c.is_whitespace())
    };
    let shown: String = text.chars().filter(|c| !is_hidden(*c)).collect();
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_call_reads_as_people_say_it() {
        let said = |number, name, room| {
            let text = Call::parse(number, name, room, false).expect("a call").sentence();
            (text.zh, text.en)
        };
        let check = |(zh, en): (String, String), zh_wanted: &str, en_wanted: &str| {
            assert_eq!((zh.as_str(), en.as_str()), (zh_wanted, en_wanted));
        };
        check(said("A023", "", "3 诊室"), "请 A023 号到 3 诊室就诊", "A023, please go to Room 3");
        check(said("A023", "张*明", "302"), "请 A023 号 张*明到 302 诊室就诊", "A023, please go to Room 302");
        check(said("15号", "", "超声二室"), "请 15号到超声二室就诊", "15号, please go to 超声二室");
    }

    #[test]
    fn what_does_not_fit_is_refused_by_name_and_what_nobody_sees_is_taken_out() {
        let read = |number: &str, name: &str, room: &str| Call::parse(number, name, room, false);
        assert_eq!(read(" \u{202e}\n", "", "3"), Err(BadCall::NoNumber));
        assert_eq!(read("A1", "", "\t"), Err(BadCall::NoRoom));
        let long = |field, chars_max| Err(BadCall::TooLong { field, chars_max });
        assert_eq!(read(&"9".repeat(13), "", "3"), long("number", NUMBER_CHARS_MAX));
        assert_eq!(read("A1", &"张".repeat(13), "3"), long("name", NAME_CHARS_MAX));
        assert_eq!(read("A1", "", &"室".repeat(17)), long("room", ROOM_CHARS_MAX));
        let call = read("A\u{0}0\u{200b}2\r\n3", " 张\u{202e}*明 ", "3\u{7}  诊室").expect("a call");
        assert_eq!((call.number.as_str(), call.name.as_str(), call.room.as_str()), ("A02 3", "张*明", "3 诊室"));
    }

    #[test]
    fn a_call_without_name_and_voice_is_as_short_as_can_be() {
        let call = Call::parse("A1", "", "3", false).expect("a call");
        assert_eq!(serde_json::to_string(&call).expect("written"), r#"{"number":"A1","room":"3"}"#);
        assert_eq!(serde_json::from_str::<Call>(r#"{"number":"A1","room":"3","later":1}"#).expect("read"), call);
    }

    proptest! {
        #[test]
        fn a_call_that_was_read_reads_the_same_again(number in ".{0,16}", name in ".{0,16}", room in ".{0,20}") {
            if let Ok(call) = Call::parse(&number, &name, &room, true) {
                prop_assert_eq!(call.checked(), Ok(call.clone()));
                prop_assert!(!call.sentence().zh.chars().any(char::is_control));
            }
        }
    }
}
