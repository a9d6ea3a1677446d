//! Style, script and pictures of the console: part of the binary, each with its hash as ETag.

use anteroom_content::manifest::to_hex;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::fault::Fault;

#[derive(rust_embed::RustEmbed)]
#[folder = "assets/"]
struct Assets;

/// A file by its path.
pub(super) async fn asset(Path(path): Path<String>, headers: HeaderMap) -> Result<Response, Fault> {
    let file = Assets::get(&path).ok_or_else(Fault::not_found)?;
    let kind = match path.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    };
    let tag = format!("\"{}\"", to_hex(&file.metadata.sha256_hash()));
    let is_known = headers.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(CONTENT_TYPE, kind)], file.data.into_owned()).into_response()
    };
    response.headers_mut().insert(ETAG, HeaderValue::from_str(&tag).map_err(Fault::internal)?);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}
