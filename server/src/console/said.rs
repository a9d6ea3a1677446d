//! Short sayings to a person: what an action did, shown once on the next page, and what is wrong with a form.

use anteroom_content::manifest::to_hex;
use anteroom_content::text::Text;
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};

use crate::words::Words;

/// The cookie that carries sayings over a redirect.
pub(super) const SAID_COOKIE: &str = "anteroom-said";
/// How long it lives: as long as a redirect may take.
const SAID_SECS: u32 = 30;
/// The longest cookie that is believed, in characters.
const SAID_CHARS_MAX: usize = 3_000;

/// A saying by key, with its variables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Said {
    /// Its key in the locale files.
    pub(super) key: String,
    /// Its variables; texts that are numbers choose plural forms.
    #[serde(default)]
    pub(super) variables: Vec<(String, String)>,
    /// Variables that read differently in each language.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) texts: Vec<(String, Text)>,
    /// Something is wrong.
    #[serde(default)]
    pub(super) is_bad: bool,
    /// The field of a form it is about; empty where it is about the whole.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) field: String,
}

impl Said {
    /// Something went well.
    pub(super) fn new(key: &str) -> Self {
        Self { key: key.to_owned(), variables: Vec::new(), texts: Vec::new(), is_bad: false, field: String::new() }
    }

    /// Something is wrong.
    pub(super) fn bad(key: &str) -> Self {
        Self { is_bad: true, ..Self::new(key) }
    }

    /// It is about a field of the form, and is told beside it too.
    pub(super) fn of(self, field: &str) -> Self {
        Self { field: field.to_owned(), ..self }
    }

    /// Fills a variable in.
    #[expect(clippy::needless_pass_by_value, reason = "numbers and names are handed over as they are")]
    pub(super) fn put(mut self, name: &str, value: impl ToString) -> Self {
        self.variables.push((name.to_owned(), value.to_string()));
        self
    }

    /// Fills a variable in that reads differently in each language.
    pub(super) fn put_text(mut self, name: &str, text: Text) -> Self {
        self.texts.push((name.to_owned(), text));
        self
    }

    /// The words.
    pub(super) fn in_words(&self, words: &Words) -> String {
        let mut saying = words.say(&self.key);
        for (name, value) in &self.variables {
            saying = match value.parse::<i64>() {
                Ok(number) => saying.put(name, number),
                Err(_) => saying.put(name, value),
            };
        }
        for (name, text) in &self.texts {
            saying = saying.put(name, text.in_language(words.language()));
        }
        saying.to_string()
    }

    /// Goes to a page and is shown there.
    pub(super) fn at(self, path: &str) -> Response {
        let mut response = go(path);
        let document = serde_json::to_vec(&self).unwrap_or_default();
        let cookie =
            format!("{SAID_COOKIE}={}; Path=/; Max-Age={SAID_SECS}; HttpOnly; SameSite=Strict", to_hex(&document));
        if cookie.len() <= SAID_CHARS_MAX
            && let Ok(value) = HeaderValue::from_str(&cookie)
        {
            response.headers_mut().append(SET_COOKIE, value);
        }
        response
    }

    /// Reads what [`Said::at`] wrote.
    pub(super) fn read(cookie: &str) -> Option<Self> {
        if cookie.len() > SAID_CHARS_MAX || !cookie.is_ascii() || !cookie.len().is_multiple_of(2) {
            return None;
        }
        let bytes: Option<Vec<u8>> =
            (0..cookie.len()).step_by(2).map(|n| u8::from_str_radix(cookie.get(n..n + 2)?, 16).ok()).collect();
        serde_json::from_slice(&bytes?).ok()
    }
}

/// Goes to a page of the console after something was done.
pub(super) fn go(path: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let place = HeaderValue::from_str(path).unwrap_or_else(|_| HeaderValue::from_static("/"));
    response.headers_mut().insert(LOCATION, place);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_saying_survives_its_cookie() {
        let said = Said::new("said-saved").put("name", "候诊一区; \"x\"").put("count", 3);
        let response = said.clone().at("/playlists");
        let cookie = response.headers()[SET_COOKIE].to_str().expect("ascii").to_owned();
        let value = cookie.split(['=', ';']).nth(1).expect("a value");
        assert_eq!(Said::read(value), Some(said));
        assert_eq!(Said::read("zz"), None);
        assert_eq!(Said::read("é"), None);
    }
}
