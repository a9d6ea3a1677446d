//! What every page has around it: whose house it is, the links to the other language and size, the one stylesheet.

use std::sync::OnceLock;

use anteroom_content::id::{ItemId, ShortCode};
use anteroom_content::text::Language;
use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use sha2::{Digest as _, Sha256};

use super::reader::Reader;
use super::visit::Visit;
use crate::db::DbError;
use crate::publish::PublishError;
use crate::words::{Words, words};

/// The stylesheet; it stands in the page itself, so that a page is one request.
const STYLE: &str = include_str!("../../templates/phone/style.css");

/// Why a page cannot be shown.
#[derive(Debug, thiserror::Error)]
pub(super) enum PhoneError {
    /// The database did not answer.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The programme of a zone cannot be read.
    #[error(transparent)]
    Programme(#[from] PublishError),
    /// A site's time zone is unknown.
    #[error(transparent)]
    TimeZone(#[from] anteroom_content::clock::UnknownZone),
    /// A file cannot be read or drawn.
    #[error("cannot show a file: {0}")]
    File(String),
    /// A page cannot be written.
    #[error(transparent)]
    Page(#[from] askama::Error),
}

impl IntoResponse for PhoneError {
    fn into_response(self) -> Response {
        tracing::error!(error = %self, "a phone page failed");
        unavailable()
    }
}

/// The page behind every failure: it says what to do instead.
pub(super) fn unavailable() -> Response {
    let frame = Frame::of_start(&Reader::default(), "/");
    let page = Unavailable { title: frame.say("phone-failed-title"), frame };
    let html = page.render().unwrap_or_else(|_| page.frame.say("phone-failed-text"));
    (StatusCode::SERVICE_UNAVAILABLE, Html(html)).into_response()
}

#[derive(Template)]
#[template(path = "phone/unavailable.html")]
struct Unavailable {
    frame: Frame,
    title: String,
}

/// Where the reader stands.
pub(super) struct Place {
    /// The hospital.
    pub(super) site: String,
    /// The area, with its floor.
    pub(super) zone: String,
    /// The code of the screen.
    pub(super) code: ShortCode,
}

/// What stands around a page.
pub(super) struct Frame {
    words: &'static Words,
    /// Which language comes first.
    pub(super) language: Language,
    big: bool,
    path: String,
    item: Option<ItemId>,
    /// Whose page it is; none on pages of no screen.
    pub(super) place: Option<Place>,
}

impl Frame {
    /// The frame of a page of no screen.
    pub(super) fn of_start(reader: &Reader, path: &str) -> Self {
        Self {
            words: words(reader.language),
            language: reader.language,
            big: reader.big,
            path: path.to_owned(),
            item: None,
            place: None,
        }
    }

    /// The frame of a page of a screen; `door` is `s` or `c`.
    pub(super) fn of_visit(reader: &Reader, visit: &Visit, door: &str) -> Self {
        let zone = visit.zone.name.in_language(reader.language);
        let floor = &visit.zone.floor;
        let place = Place {
            site: visit.site.name.in_language(reader.language).to_owned(),
            zone: if floor.is_empty() { zone.to_owned() } else { format!("{zone} · {floor}") },
            code: visit.screen.short_code,
        };
        let path = format!("/{door}/{}", place.code);
        Self { item: reader.item.clone(), place: Some(place), ..Self::of_start(reader, &path) }
    }

    /// Words of the page's language.
    pub(super) fn say(&self, key: &str) -> String {
        self.words.get(key)
    }

    /// Words with a value in their place.
    pub(super) fn say_with(&self, key: &str, name: &str, value: &str) -> String {
        self.words.say(key).put(name, value).to_string()
    }

    /// Words with several values in their places.
    pub(super) fn say_with_all(&self, key: &str, values: &[(&str, &str)]) -> String {
        values.iter().fold(self.words.say(key), |saying, (name, value)| saying.put(name, *value)).to_string()
    }

    /// The stylesheet, whose hash the policy names.
    pub(super) fn stylesheet(&self) -> &'static str {
        let _ = self;
        STYLE
    }

    /// The size of type, as the stylesheet names it.
    pub(super) fn size_class(&self) -> &'static str {
        if self.big { "big" } else { "usual" }
    }

    /// An address that keeps language and size.
    pub(super) fn link(&self, path: &str, item: Option<&ItemId>) -> String {
        address(path, self.language, self.big, item, false)
    }

    /// The same page in the other language.
    pub(super) fn other_language_link(&self) -> String {
        let other = match self.language {
            Language::Chinese => Language::English,
            Language::English => Language::Chinese,
        };
        address(&self.path, other, self.big, self.item.as_ref(), true)
    }

    /// The tag of the other language.
    pub(super) fn other_language_tag(&self) -> &'static str {
        match self.language {
            Language::Chinese => Language::English.tag(),
            Language::English => Language::Chinese.tag(),
        }
    }

    /// The same page in the other size.
    pub(super) fn other_size_link(&self) -> String {
        address(&self.path, self.language, !self.big, self.item.as_ref(), true)
    }

    /// What the other size is called.
    pub(super) fn other_size(&self) -> String {
        self.say(if self.big { "phone-usual" } else { "phone-larger" })
    }

    /// The code of the screen, for people to compare.
    pub(super) fn code(&self) -> Option<String> {
        self.place.as_ref().map(|place| self.say_with("phone-code", "code", &place.code.grouped()))
    }

    /// Writes a page with its language beside it.
    pub(super) fn respond(&self, status: StatusCode, page: &impl Template) -> Result<Response, PhoneError> {
        let language = [(header::CONTENT_LANGUAGE, self.language.tag())];
        Ok((status, language, Html(page.render()?)).into_response())
    }
}

fn address(path: &str, language: Language, big: bool, item: Option<&ItemId>, again: bool) -> String {
    let asked = [
        item.map(|item| format!("item={item}")),
        (language == Language::English).then(|| "lang=en".to_owned()),
        big.then(|| "big=1".to_owned()),
        again.then(|| "again=1".to_owned()),
    ];
    let asked: Vec<String> = asked.into_iter().flatten().collect();
    if asked.is_empty() { path.to_owned() } else { format!("{path}?{}", asked.join("&")) }
}

/// What a page may load and where it may send anybody: itself, and the one stylesheet it carries.
pub(super) fn content_security_policy() -> &'static str {
    static POLICY: OnceLock<String> = OnceLock::new();
    POLICY.get_or_init(|| {
        let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
        format!(
            "default-src 'none'; style-src 'sha256-{hash}'; img-src 'self'; media-src 'self'; form-action 'self'; \
             frame-ancestors 'none'; base-uri 'none'"
        )
    })
}
