//! Files behind a page: pictures scaled for phones, movies in pieces, captions. Only of items patients may read now.

use std::path::Path as FilePath;

use anteroom_content::clock::Instant;
use anteroom_content::id::ContentHash;
use anteroom_content::item::{Face, Item};
use anteroom_content::media::{Container, Sort, sort_of};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use tokio::io::AsyncReadExt as _;
use tower_http::services::ServeFile;

use super::door::Door;
use super::frame::PhoneError;
use super::glass::is_for_phones;
use super::reader::Reader;
use super::{rendition, start};
use crate::db::handouts::handouts_with_file;
use crate::library::Library;

/// How long a phone may keep a file: a visit, and no longer than a recall may wait.
const KEEP: HeaderValue = HeaderValue::from_static("private, max-age=600");

/// What a file is to an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Still,
    Movie,
    Captions,
}

/// Sends a file.
pub(super) async fn show(
    State(door): State<Door>,
    Path(hash): Path<String>,
    reader: Reader,
    request: Request,
) -> Result<Response, PhoneError> {
    let Ok(hash) = ContentHash::parse(&hash) else { return start::unknown_page(reader).await };
    let now = door.house.now();
    let items = handouts_with_file(&door.house.db, &hash).await?;
    let Some(part) = items.iter().find_map(|item| part_of(item, &hash, now)) else {
        return start::unknown_page(reader).await;
    };
    let file = Library::of(&door.house.data).path(&hash);
    let (mut response, sort) = match part {
        Part::Still => (still(&door, &hash, &file).await?, "image/jpeg"),
        Part::Movie => (served(&file, request).await, movie_type(&file).await),
        Part::Captions => (served(&file, request).await, "text/vtt; charset=utf-8"),
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(sort));
    headers.insert(header::CACHE_CONTROL, KEEP);
    Ok(response)
}

/// What a movie is called; a file that cannot be read is not sent either.
async fn movie_type(file: &FilePath) -> &'static str {
    let mut head = [0; 16];
    let read = async { tokio::fs::File::open(file).await?.read_exact(&mut head).await };
    match read.await.ok().and_then(|_| sort_of(&head).ok()) {
        Some(Sort::Movie(container)) => container.mime_type(),
        Some(Sort::Picture(_)) | None => Container::Mp4.mime_type(),
    }
}

fn part_of(item: &Item, hash: &ContentHash, now: Instant) -> Option<Part> {
    if !is_for_phones(item.class) || !item.is_current(now) {
        return None;
    }
    match &item.face {
        Face::Picture { shapes } => shapes.iter().any(|shape| shape.hash == *hash).then_some(Part::Still),
        Face::Movie { file, captions, poster, .. } => {
            if file.hash == *hash {
                Some(Part::Movie)
            } else if captions.iter().any(|track| track.hash == *hash) {
                Some(Part::Captions)
            } else {
                poster.as_ref().is_some_and(|poster| poster.hash == *hash).then_some(Part::Still)
            }
        }
        Face::Card => None,
    }
}

async fn still(door: &Door, hash: &ContentHash, original: &FilePath) -> Result<Response, PhoneError> {
    let kept = rendition::kept_at(&door.house.data, hash);
    if let Ok(bytes) = tokio::fs::read(&kept).await {
        return Ok(bytes.into_response());
    }
    let _turn = door.drawing.acquire().await.map_err(|error| PhoneError::File(error.to_string()))?;
    let original = original.to_owned();
    let drawn = tokio::task::spawn_blocking(move || rendition::draw(&original, &kept)).await;
    let bytes = drawn.map_err(|error| PhoneError::File(error.to_string()))?.map_err(PhoneError::File)?;
    Ok(bytes.into_response())
}

/// A file as it lies in the library; in pieces when the phone asks for pieces, as some do for every movie.
async fn served(file: &FilePath, request: Request) -> Response {
    match ServeFile::new(file).try_call(request).await {
        Ok(response) => response.into_response(),
        Err(error) => PhoneError::File(error.to_string()).into_response(),
    }
}
