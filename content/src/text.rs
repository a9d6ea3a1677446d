//! Words in both languages of the house.

use serde::{Deserialize, Serialize};

/// The languages of the product, the first one first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Language {
    /// Simplified Chinese.
    #[default]
    #[serde(rename = "zh-CN")]
    Chinese,
    /// English.
    #[serde(rename = "en")]
    English,
}

impl Language {
    /// The BCP 47 tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }
}

/// One saying in Chinese and English.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Text {
    /// Simplified Chinese; always there.
    pub zh: String,
    /// English; empty when nobody has written it yet.
    #[serde(default)]
    pub en: String,
}

impl Text {
    /// Both languages at once.
    #[must_use]
    pub fn new(zh: &str, en: &str) -> Self {
        Self { zh: zh.to_owned(), en: en.to_owned() }
    }

    /// The words in one language; Chinese where English is missing.
    #[must_use]
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::English if !self.en.is_empty() => &self.en,
            Language::English | Language::Chinese => &self.zh,
        }
    }
}

/// How long a person at reading distance needs for a text (DOMAIN §2.7): 0.3 s for each Chinese character, a quarter
/// of a second for each Latin word, two seconds to look up; at least five seconds.
#[must_use]
pub fn reading_time_ms(text: &str) -> u32 {
    let han = text.chars().filter(|c| is_han(*c)).count();
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).count();
    let ms = 2_000 + 300 * han + 250 * words;
    u32::try_from(ms).unwrap_or(u32::MAX).max(5_000)
}

fn is_han(c: char) -> bool {
    matches!(u32::from(c), 0x3400..=0x9FFF | 0xF900..=0xFAFF | 0x2_0000..=0x3_FFFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_takes_longer_for_longer_text_and_never_under_five_seconds() {
        assert_eq!(reading_time_ms("洗手"), 5_000);
        assert_eq!(reading_time_ms(&"手".repeat(20)), 8_000);
        assert_eq!(reading_time_ms(&"wash hands ".repeat(10)), 7_000);
    }

    #[test]
    fn english_falls_back_to_chinese() {
        assert_eq!(Text::new("停诊", "").in_language(Language::English), "停诊");
        assert_eq!(Text::new("停诊", "Cancelled").in_language(Language::English), "Cancelled");
    }
}
