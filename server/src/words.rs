//! The words of console and phone pages, in both languages: one key, one saying, with its variables filled in.

use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;

use anteroom_content::text::Language;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

/// The files of both languages: `zh-CN/console.ftl`, `en/console.ftl`, and so on.
#[derive(rust_embed::RustEmbed)]
#[folder = "locales/"]
struct Locales;

/// The words of one language.
pub struct Words {
    language: Language,
    bundle: FluentBundle<FluentResource>,
}

/// The words of a language, read once.
#[must_use]
pub fn words(language: Language) -> &'static Words {
    static CHINESE: OnceLock<Words> = OnceLock::new();
    static ENGLISH: OnceLock<Words> = OnceLock::new();
    match language {
        Language::Chinese => CHINESE.get_or_init(|| Words::read(language)),
        Language::English => ENGLISH.get_or_init(|| Words::read(language)),
    }
}

impl Words {
    fn read(language: Language) -> Self {
        let tag = language.tag();
        let mut bundle = FluentBundle::new_concurrent(tag.parse().into_iter().collect());
        // The marks around variables are for mixed directions of writing; here they only disturb searching and copying.
        bundle.set_use_isolating(false);
        for name in Locales::iter().filter(|name| name.starts_with(tag)) {
            let Some(file) = Locales::get(&name) else { continue };
            let text = String::from_utf8_lossy(&file.data).into_owned();
            let resource = FluentResource::try_new(text).unwrap_or_else(|(read, errors)| {
                tracing::error!(locale.file = %name, locale.errors = errors.len(), "a locale file has mistakes");
                read
            });
            if let Err(errors) = bundle.add_resource(resource) {
                tracing::error!(locale.file = %name, locale.errors = errors.len(), "a locale file repeats keys");
            }
        }
        Self { language, bundle }
    }

    /// The language they are in.
    #[must_use]
    pub const fn language(&self) -> Language {
        self.language
    }

    /// A saying without variables.
    #[must_use]
    pub fn get(&self, key: &str) -> String {
        self.say(key).to_string()
    }

    /// A saying whose variables are [`Saying::put`] in one by one.
    #[must_use]
    pub fn say<'a>(&'a self, key: &str) -> Saying<'a> {
        Saying { words: self, key: key.to_owned(), variables: FluentArgs::new() }
    }

    /// Knows a key.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.bundle.has_message(key)
    }
}

/// A saying on its way to a page.
pub struct Saying<'a> {
    words: &'a Words,
    key: String,
    variables: FluentArgs<'a>,
}

impl<'a> Saying<'a> {
    /// Fills a variable in.
    #[must_use]
    pub fn put<V: Variable>(mut self, name: &'a str, value: V) -> Self {
        self.variables.set(name, value.to_value());
        self
    }
}

impl fmt::Display for Saying<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pattern = self.words.bundle.get_message(&self.key).and_then(|message| message.value());
        let Some(pattern) = pattern else {
            tracing::error!(locale.key = %self.key, "a saying is missing");
            return f.write_str(&self.key);
        };
        let mut errors = Vec::new();
        let said: Cow<'_, str> = self.words.bundle.format_pattern(pattern, Some(&self.variables), &mut errors);
        if !errors.is_empty() {
            tracing::error!(locale.key = %self.key, "a saying lacks a variable");
        }
        f.write_str(&said)
    }
}

/// What may stand in a variable: numbers, which choose plural forms, and texts.
pub trait Variable {
    /// As fluent takes it.
    fn to_value(&self) -> FluentValue<'static>;
}

impl<T: Variable + ?Sized> Variable for &T {
    fn to_value(&self) -> FluentValue<'static> {
        (**self).to_value()
    }
}

impl Variable for str {
    fn to_value(&self) -> FluentValue<'static> {
        FluentValue::from(self.to_owned())
    }
}

impl Variable for String {
    fn to_value(&self) -> FluentValue<'static> {
        FluentValue::from(self.clone())
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Variable for $number {
            fn to_value(&self) -> FluentValue<'static> {
                FluentValue::from(*self)
            }
        }
    )*};
}

numbers!(usize, u64, i64, u32, i32, u16, u8);

#[cfg(test)]
mod tests;
