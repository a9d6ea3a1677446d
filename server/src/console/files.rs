//! Files of the library for the console's own pages: small pictures, originals, and movies piece by piece.

use std::io::{Read as _, Seek as _, SeekFrom};

use anteroom_content::id::ContentHash;
use anteroom_content::media::{Sort, sort_of};
use axum::extract::{Path, State};
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_RANGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, RANGE,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::desk::Desk;
use super::fault::Fault;
use crate::library;

/// So much of a file goes into one answer; players of movies ask for the next piece by themselves.
const PIECE_BYTES_MAX: u64 = 2 * 1024 * 1024;
/// A file named by its hash never changes.
const FOR_EVER: &str = "private, max-age=31536000, immutable";
/// Whatever a file is, it can do nothing here but be looked at.
const SANDBOX: &str = "default-src 'none'; sandbox";

fn hash_of(text: &str) -> Result<ContentHash, Fault> {
    ContentHash::parse(text).map_err(|_| Fault::not_found())
}

/// The small picture of a picture.
pub(super) async fn thumbnail(
    State(desk): State<Desk>,
    Path(hash): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let hash = hash_of(&hash)?;
    let tag = format!("\"{hash}\"");
    let mut response = if headers.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let _turn = desk.checking.acquire().await.map_err(Fault::internal)?;
        let files = desk.library.clone();
        let drawn = tokio::task::spawn_blocking(move || library::thumbnail(&files, &hash)).await;
        let bytes = drawn.map_err(Fault::internal)??.ok_or_else(Fault::not_found)?;
        ([(CONTENT_TYPE, "image/jpeg")], bytes).into_response()
    };
    response.headers_mut().insert(ETAG, HeaderValue::from_str(&tag).map_err(Fault::internal)?);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(FOR_EVER));
    Ok(response)
}

/// A file, or the piece of it that was asked for.
pub(super) async fn original(
    State(desk): State<Desk>,
    Path(hash): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let path = desk.library.path(&hash_of(&hash)?);
    let range = headers.get(RANGE).and_then(|range| range.to_str().ok()).and_then(first_byte);
    let read = tokio::task::spawn_blocking(move || read_piece(&path, range)).await.map_err(Fault::internal)?;
    let (head, bytes, from, size) = read.map_err(|_| Fault::not_found())?;
    let kind = match sort_of(&head) {
        Ok(Sort::Picture(format)) => format.to_mime_type(),
        Ok(Sort::Movie(container)) => container.mime_type(),
        Err(_) => "text/plain; charset=utf-8",
    };
    let is_whole = from == 0 && u64::try_from(bytes.len()) == Ok(size);
    let last = from + u64::try_from(bytes.len()).unwrap_or(0).saturating_sub(1);
    let mut response = ([(CONTENT_TYPE, kind)], bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(SANDBOX));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(FOR_EVER));
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if !is_whole {
        let range = format!("bytes {from}-{last}/{size}");
        headers.insert(CONTENT_RANGE, HeaderValue::from_str(&range).map_err(Fault::internal)?);
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    Ok(response)
}

/// `bytes=N-…`: where the piece begins, and where the browser would have it end.
fn first_byte(range: &str) -> Option<(u64, Option<u64>)> {
    let (from, to) = range.strip_prefix("bytes=")?.split_once('-')?;
    Some((from.parse().ok()?, to.parse().ok()))
}

type Piece = (Vec<u8>, Vec<u8>, u64, u64);

fn read_piece(path: &std::path::Path, range: Option<(u64, Option<u64>)>) -> std::io::Result<Piece> {
    let mut file = std::fs::File::open(path)?;
    let size = file.metadata()?.len();
    let mut head = Vec::new();
    std::io::Read::by_ref(&mut file).take(12).read_to_end(&mut head)?;
    let (from, to) = range.unwrap_or((0, None));
    let from = from.min(size.saturating_sub(1));
    // Without a range the whole file is wanted; only pictures are asked for like that, and those are small.
    let most = if range.is_some() { PIECE_BYTES_MAX } else { size };
    let length = to.map_or(most, |to| to.saturating_sub(from).saturating_add(1).min(most));
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(from))?;
    file.take(length).read_to_end(&mut bytes)?;
    Ok((head, bytes, from, size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_of_a_file_is_what_was_asked_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("f");
        std::fs::write(&path, b"0123456789abcdef").expect("written");
        let piece = |range| read_piece(&path, range).map(|(_, bytes, from, _)| (String::from_utf8(bytes), from));
        assert_eq!(piece(None).expect("read"), (Ok("0123456789abcdef".into()), 0));
        assert_eq!(piece(first_byte("bytes=4-7")).expect("read"), (Ok("4567".into()), 4));
        assert_eq!(piece(first_byte("bytes=14-")).expect("read"), (Ok("ef".into()), 14));
        assert_eq!(piece(first_byte("bytes=99-")).expect("read"), (Ok("f".into()), 15));
        assert_eq!(first_byte("bytes=-5"), None);
    }
}
