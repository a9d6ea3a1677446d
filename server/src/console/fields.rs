//! Forms and names from outside, parsed at the door: what does not fit becomes a page that says so, never a bare status.

use std::str::FromStr;

use anteroom_content::manifest::to_hex;
use anteroom_content::text::Text;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum_extra::extract::{Form, Query};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::fault::Fault;

/// The longest text a form may bring, in bytes.
pub(super) const TEXT_BYTES_MAX: usize = 4_096;
/// The longest name of a thing, in characters.
pub(super) const TITLE_CHARS_MAX: usize = 80;

/// A form; fields may come several times.
pub(super) struct Fields<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Fields<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        let form = Form::<T>::from_request(request, state).await;
        form.map(|Form(fields)| Self(fields)).map_err(|_| Fault::bad_form())
    }
}

/// A form whose fields are named by their place in it, as rows of a table are: its fields as they came.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Filled(Vec<(String, String)>);

impl Filled {
    /// A field's first value; nothing where it did not come.
    pub(super) fn one(&self, name: &str) -> String {
        self.all(name).into_iter().next().unwrap_or_default()
    }

    /// Every value of a field, in the order they came.
    pub(super) fn all(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value.clone()).collect()
    }

    /// Numbers among the values of a field.
    pub(super) fn numbers(&self, name: &str) -> Vec<u8> {
        self.all(name).iter().filter_map(|value| value.parse().ok()).collect()
    }
}

/// What stands behind the question mark.
pub(super) struct Asked<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        let query = Query::<T>::from_request_parts(parts, state).await;
        query.map(|Query(asked)| Self(asked)).map_err(|_| Fault::bad_form())
    }
}

/// A name in the path.
pub(super) struct Named<T>(pub(super) T);

impl<S: Send + Sync, T: FromStr> FromRequestParts<S> for Named<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        let Path(text) = Path::<String>::from_request_parts(parts, state).await.map_err(|_| Fault::not_found())?;
        text.parse().map(Self).map_err(|_| Fault::not_found())
    }
}

/// What a person typed, without what nobody can see: control characters and marks that turn the direction of writing.
pub(super) fn clean(text: &str) -> String {
    let is_seen = |c: &char| {
        let turns = matches!(u32::from(*c), 0x200E | 0x200F | 0x202A..=0x202E | 0x2066..=0x2069);
        *c == '\n' || !(c.is_control() || turns)
    };
    let seen: String = text.replace("\r\n", "\n").chars().filter(is_seen).collect();
    let mut seen = seen.trim().to_owned();
    while seen.len() > TEXT_BYTES_MAX {
        seen.pop();
    }
    seen
}

/// Both languages of a text.
pub(super) fn both(zh: &str, en: &str) -> Text {
    Text { zh: clean(zh), en: clean(en) }
}

/// Fits into a list.
pub(super) fn is_title(text: &str) -> bool {
    !text.is_empty() && text.chars().count() <= TITLE_CHARS_MAX && !text.contains('\n')
}

/// A new name that nobody typed: `p-4f21b07c9a`.
pub(super) fn new_name(prefix: &str) -> Result<String, Fault> {
    let mut chance = [0; 5];
    getrandom::fill(&mut chance).map_err(Fault::internal)?;
    Ok(format!("{prefix}-{}", to_hex(&chance)))
}

/// A path of this console to go back to; anything else is the first page.
pub(super) fn way_back(path: &str) -> String {
    let is_ours = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains(['\\', '\r', '\n'])
        && path.bytes().all(|b| b.is_ascii_graphic());
    if is_ours { path.to_owned() } else { "/".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_can_see_is_taken_out() {
        assert_eq!(clean("  七步\u{202e}洗手\u{0}\r\n第二行 "), "七步洗手\n第二行");
        assert_eq!(clean(&"手".repeat(5_000)).len(), 4_095);
    }

    #[test]
    fn the_way_back_never_leads_to_another_house() {
        for path in ["//evil.example", "https://evil.example", "/\\evil", "", "javascript:alert(1)", "/a\nb"] {
            assert_eq!(way_back(path), "/", "{path}");
        }
        assert_eq!(way_back("/screens/Z03-1?x=1"), "/screens/Z03-1?x=1");
    }
}
