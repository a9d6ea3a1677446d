//! Bringing an item: its words in both languages, its class, and a picture, a movie or nothing (then it is a text card). What is
//! wrong is told beside the form, and the form keeps what was typed.

use anteroom_content::clock::DAY_MS;
use anteroom_content::id::ItemId;
use anteroom_content::item::{Face, Item, MediaFile};
use anteroom_content::media::{BadMedia, MOVIE_BYTES_MAX};
use anteroom_content::text::Text;
use askama::Template;
use axum::extract::multipart::Field;
use axum::extract::{Multipart, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;

use super::desk::Desk;
use super::fault::Fault;
use super::fields::{Fields, Named, TEXT_BYTES_MAX, TITLE_CHARS_MAX, clean, new_name};
use super::frame::{Page, show, show_again};
use super::media;
use super::media::classes;
use super::media_words::Sayings;
pub(super) use super::media_words::{WordsForm, trade_word, trades};
use super::said::{Said, go};
use super::visitor::Staff;
use crate::db::items::{self, LibraryFile, ReviewState};
use crate::library::{self, BadUpload, Checked, LibraryError, Receiving};

/// The largest upload with its words, in bytes.
#[expect(clippy::cast_possible_truncation, reason = "two GiB; the server runs on 64-bit machines")]
pub(super) const UPLOAD_BYTES_MAX: usize = MOVIE_BYTES_MAX as usize + 1024 * 1024;
/// An item must be reviewed again after so long (DOMAIN §5).
pub(super) const REVIEW_MS: i64 = 180 * DAY_MS;

#[derive(Template)]
#[template(path = "media_new.html")]
struct NewMediaPage {
    page: Page,
    form: WordsForm,
    classes: Vec<(&'static str, Text)>,
    trades: Vec<(&'static str, Text)>,
    problems: Vec<Said>,
}

/// What is wrong, for a page whose form stays as it is.
#[derive(Template)]
#[template(path = "problem.html")]
struct Problem {
    page: Page,
    problems: Vec<Said>,
}

/// An empty form.
pub(super) async fn start(staff: Staff) -> Result<Response, Fault> {
    show(&NewMediaPage {
        page: staff.page(),
        form: WordsForm::default(),
        classes: classes(),
        trades: trades(),
        problems: Vec::new(),
    })
}

/// What an upload brought.
#[derive(Default)]
struct Brought {
    form: WordsForm,
    name: String,
    file: Option<Result<Receiving, BadUpload>>,
}

/// The form. Nothing of a refused file is kept; an item that was made waits for a second person.
pub(super) async fn bring(State(desk): State<Desk>, staff: Staff, mut parts: Multipart) -> Result<Response, Fault> {
    let mut brought = Brought::default();
    while let Some(field) = parts.next_field().await.map_err(|_| Fault::bad_form())? {
        match field.name().unwrap_or_default().to_owned().as_str() {
            "file" => {
                if let Some((name, received)) = receive(&desk, field).await? {
                    (brought.name, brought.file) = (name, Some(received));
                }
            }
            name => {
                let text = text_of(field, TEXT_BYTES_MAX * 2).await?;
                brought.form.put(name, text);
            }
        }
    }
    let Brought { form, name, file } = brought;
    let mut problems = Vec::new();
    let sayings = form.read(file.is_none(), staff.visitor.now).map_err(|all| problems.extend(all));
    let received = match file {
        None => None,
        Some(Ok(received)) => Some(received),
        Some(Err(error)) => {
            problems.insert(0, told(&error)?);
            None
        }
    };
    let Some(sayings) = sayings.ok().filter(|_| problems.is_empty()) else {
        return refuse(&staff, form, problems);
    };
    let face = match received {
        None => Face::Card,
        Some(received) => match take_in(&desk, &staff, received, &name).await? {
            Ok(face) => face,
            Err(error) => return refuse(&staff, form, vec![told(&error)?]),
        },
    };
    let id = ItemId::parse(&new_name("u")?).map_err(Fault::internal)?;
    let item = item_of(id, 1, sayings, face, &staff);
    items::add_item(&desk.house.db, &item, ReviewState::Waiting, &staff.account.id, staff.visitor.now).await?;
    desk.note(&staff.account, "media.add", item.id.as_str(), &item.title.zh).await?;
    let response = Said::new("said-media-added").at(&format!("/media/{}", item.id));
    Ok(if staff.visitor.is_part { by_htmx(response) } else { response })
}

/// A page asked by htmx goes on by itself.
fn by_htmx(mut response: Response) -> Response {
    let place = response.headers_mut().remove(axum::http::header::LOCATION);
    *response.status_mut() = StatusCode::OK;
    response
        .headers_mut()
        .insert(HeaderName::from_static("hx-redirect"), place.unwrap_or(HeaderValue::from_static("/media")));
    response
}

fn refuse(staff: &Staff, form: WordsForm, problems: Vec<Said>) -> Result<Response, Fault> {
    if staff.visitor.is_part {
        // The words and the chosen file stay as they are in the browser; only what is wrong is drawn anew.
        return show_again(&Problem { page: staff.page(), problems });
    }
    show_again(&NewMediaPage { page: staff.page(), form, classes: classes(), trades: trades(), problems })
}

/// A field of words, of at most so many bytes.
pub(super) async fn text_of(mut field: Field<'_>, bytes_max: usize) -> Result<String, Fault> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|_| Fault::bad_form())? {
        if bytes.len() + chunk.len() > bytes_max {
            return Err(Fault::bad_form());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Takes a file in, or reads past it: a browser that is cut off in the middle would show an error of its own. Its name, and what there
/// is of it; none where no file was chosen.
pub(super) async fn receive(
    desk: &Desk,
    mut field: Field<'_>,
) -> Result<Option<(String, Result<Receiving, BadUpload>)>, Fault> {
    let name = clean(field.file_name().unwrap_or_default());
    let is_chosen = !name.is_empty();
    let mut receiving = Receiving::begin(&desk.library);
    while let Some(chunk) = field.chunk().await.map_err(|_| Fault::bad_form())? {
        if let Ok(file) = &mut receiving
            && let Err(error) = file.push(&chunk)
        {
            receiving = Err(error);
        }
    }
    Ok(is_chosen.then(|| (name.chars().take(TITLE_CHARS_MAX).collect(), receiving)))
}

/// A file of the library, as the database knows it.
pub(super) fn entry(file: &MediaFile, name: &str, sort: &str, duration_ms: u32) -> LibraryFile {
    LibraryFile {
        hash: file.hash,
        name: name.to_owned(),
        sort: sort.to_owned(),
        size_bytes: file.size_bytes,
        width_px: file.width_px,
        height_px: file.height_px,
        duration_ms,
    }
}

async fn take_in(
    desk: &Desk,
    staff: &Staff,
    received: Receiving,
    name: &str,
) -> Result<Result<Face, BadUpload>, Fault> {
    let _turn = desk.checking.acquire().await.map_err(Fault::internal)?;
    let checked = match library::check(&desk.library, received).await {
        Ok(checked) => checked,
        Err(error) => return Ok(Err(error)),
    };
    let (face, sort, file, duration_ms) = match checked {
        Checked::Picture(file) => (Face::Picture { shapes: vec![file.clone()] }, "picture", file, 0),
        Checked::Movie { file, duration_ms, poster } => {
            let poster = Some(poster);
            let face = Face::Movie { file: file.clone(), duration_ms, captions: Vec::new(), poster };
            (face, "movie", file, duration_ms)
        }
    };
    let mut entries = vec![entry(&file, name, sort, duration_ms)];
    if let Face::Movie { poster: Some(poster), .. } = &face {
        entries.push(entry(poster, name, "picture", 0));
    }
    for one in entries {
        items::add_library_file(&desk.house.db, &one, &staff.account.id, staff.visitor.now).await?;
    }
    Ok(Ok(face))
}

fn item_of(id: ItemId, version: u32, sayings: Sayings, face: Face, staff: &Staff) -> Item {
    let now = staff.visitor.now;
    Item {
        id,
        version,
        class: sayings.class,
        title: sayings.title,
        body: sayings.body,
        source: sayings.source,
        audience: sayings.audience,
        author: staff.account.display_name.clone(),
        layer: None,
        networks: Vec::new(),
        tags: Vec::new(),
        advertiser: sayings.advertiser,
        face,
        reviewed_at: now,
        review_by: now.plus_ms(REVIEW_MS),
        valid_from: None,
        expires_at: sayings.expires_at,
    }
}

/// What happened, why, and what to do.
pub(super) fn told(error: &BadUpload) -> Result<Said, Fault> {
    const MIB: u64 = 1024 * 1024;
    Ok(match error {
        BadUpload::Media(BadMedia::Empty) => Said::bad("bad-file-empty"),
        BadUpload::Media(BadMedia::Unknown) => Said::bad("bad-file-unknown"),
        BadUpload::Media(BadMedia::Damaged(why)) => Said::bad("bad-file-damaged").put("why", why),
        BadUpload::Media(BadMedia::TooLarge { width, height }) => {
            Said::bad("bad-picture-large").put("width", width).put("height", height)
        }
        BadUpload::TooManyBytes { max_bytes } => Said::bad("bad-file-large").put("max", max_bytes / MIB),
        BadUpload::NoFfmpeg => Said::bad("bad-no-ffmpeg"),
        BadUpload::Codec { found } => Said::bad("bad-movie-codec").put("found", found),
        BadUpload::MovieSize { width, height } => Said::bad("bad-movie-size").put("width", width).put("height", height),
        BadUpload::MovieLength { seconds } => Said::bad("bad-movie-length").put("seconds", seconds),
        BadUpload::MovieTurned => Said::bad("bad-movie-turned"),
        BadUpload::Slow { seconds } => Said::bad("bad-movie-slow").put("seconds", seconds),
        BadUpload::Library(LibraryError::DiskFull) => Said::bad("bad-disk-full"),
        BadUpload::Library(LibraryError::Disk { .. }) | BadUpload::Internal(_) => return Err(Fault::internal(error)),
    })
}

/// Changes the words of an item: a new version with the same face, which waits for a second person. What is on the air stays
/// there until then.
pub(super) async fn reword(
    State(desk): State<Desk>,
    staff: Staff,
    Named(id): Named<ItemId>,
    Fields(form): Fields<WordsForm>,
) -> Result<Response, Fault> {
    let records = items::versions(&desk.house.db, &id).await?;
    let was = &records.first().ok_or_else(Fault::not_found)?.item;
    let sayings = match form.read(was.face == Face::Card, staff.visitor.now) {
        Ok(sayings) => sayings,
        Err(problems) => return media::again(&desk, &staff, &id, Some(form), problems).await,
    };
    if form == WordsForm::of(was) {
        return Ok(go(&format!("/media/{id}")));
    }
    let item = Item {
        layer: was.layer,
        networks: was.networks.clone(),
        tags: was.tags.clone(),
        valid_from: was.valid_from,
        ..item_of(id.clone(), was.version + 1, sayings, was.face.clone(), &staff)
    };
    items::add_item(&desk.house.db, &item, ReviewState::Waiting, &staff.account.id, staff.visitor.now).await?;
    desk.note(&staff.account, "media.reword", id.as_str(), &item.version.to_string()).await?;
    Ok(Said::new("said-media-added").at(&format!("/media/{id}")))
}
