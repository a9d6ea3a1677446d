//! Who reads, as far as a page may know: a language, a size of type, an earlier item; and whether this open counts.

use std::convert::Infallible;

use anteroom_content::id::ItemId;
use anteroom_content::text::Language;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};

/// What the address asks for.
#[derive(Debug, Clone, Default)]
pub(super) struct Reader {
    /// Which language comes first.
    pub(super) language: Language,
    /// Type for tired eyes.
    pub(super) big: bool,
    /// An item this screen showed before.
    pub(super) item: Option<ItemId>,
    /// A person opened a page, and not the same one again in another language or size.
    pub(super) counts: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        // Messengers add parameters of their own to what is shared: what is not known is passed over.
        let asked: Vec<(String, String)> =
            Query::try_from_uri(&parts.uri).map(|Query(pairs)| pairs).unwrap_or_default();
        let value = |name: &str| asked.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        Ok(Self {
            language: if value("lang") == Some("en") { Language::English } else { Language::Chinese },
            big: value("big") == Some("1"),
            item: value("item").and_then(|text| ItemId::parse(text).ok()),
            counts: parts.method == Method::GET && value("again").is_none() && !is_prefetch(&parts.headers),
        })
    }
}

/// A browser that only looks ahead says so in one of these.
fn is_prefetch(headers: &HeaderMap) -> bool {
    ["purpose", "sec-purpose", "x-purpose", "x-moz"].iter().any(|name| {
        headers.get_all(*name).iter().filter_map(|value| value.to_str().ok()).any(|value| {
            let value = value.to_ascii_lowercase();
            value.contains("prefetch") || value.contains("preview") || value.contains("prerender")
        })
    })
}
