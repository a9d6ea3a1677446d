//! An item as a page tells it: its words in short paragraphs, its picture or movie, where it comes from.

use anteroom_content::clock::Offsets;
use anteroom_content::item::{Captions, Class, Face, MediaFile};
use anteroom_content::text::{Language, Text};

use super::frame::Frame;
use super::glass::Handout;
use super::paragraphs::paragraphs;
use super::rendition::{self, RENDITION_WIDTH_MAX_PX};
use super::when;

/// An item in the reader's language, with the other one below it.
pub(super) struct Story {
    /// Its class, for people.
    pub(super) class: String,
    /// In the reader's language.
    pub(super) main: Telling,
    /// In the other language, where it is written.
    pub(super) other: Option<Telling>,
    /// Its picture.
    pub(super) picture: Option<Picture>,
    /// Its movie.
    pub(super) movie: Option<Movie>,
    /// Source, author, reviewer, audience, date of review: label and value (L-24).
    pub(super) facts: Vec<(String, String)>,
    /// It is health information and says so.
    pub(super) is_health: bool,
}

/// Words in one language.
pub(super) struct Telling {
    /// Language tag of the words.
    pub(super) language: &'static str,
    /// Headline.
    pub(super) headline: String,
    /// Body.
    pub(super) paragraphs: Vec<String>,
}

/// A still, scaled for a phone.
pub(super) struct Picture {
    /// Where it is.
    pub(super) address: String,
    /// Its width as it comes.
    pub(super) width_px: u32,
    /// Its height as it comes.
    pub(super) height_px: u32,
    /// What it shows, for those who cannot see it.
    pub(super) words: String,
}

/// A movie; nothing of it is loaded before a tap.
pub(super) struct Movie {
    /// Where it is.
    pub(super) address: String,
    /// A still to stand in for it.
    pub(super) poster: Option<String>,
    /// Width of the picture.
    pub(super) width_px: u32,
    /// Height of the picture.
    pub(super) height_px: u32,
    /// Its captions: language tag, name, address.
    pub(super) tracks: Vec<(String, &'static str, String)>,
    /// Length and size, before somebody spends money on it.
    pub(super) note: String,
}

impl Story {
    /// Tells an item.
    pub(super) fn of(frame: &Frame, offsets: &Offsets, handout: &Handout) -> Self {
        let item = &handout.item;
        let first = match frame.language {
            Language::English if !item.title.en.is_empty() => Language::English,
            Language::English | Language::Chinese => Language::Chinese,
        };
        let second = match first {
            Language::Chinese => Language::English,
            Language::English => Language::Chinese,
        };
        let has_second = second == Language::Chinese || !item.title.en.is_empty();
        let (picture, movie) = match &item.face {
            Face::Picture { shapes } => (rendition::best_shape(shapes).map(|file| picture(frame, file, item)), None),
            Face::Movie { file, duration_ms, captions, poster } => {
                (None, Some(movie(frame, file, *duration_ms, captions, poster.as_ref())))
            }
            Face::Card => (None, None),
        };
        Self {
            class: item.class.name().in_language(frame.language).to_owned(),
            main: telling(first, &item.title, &item.body),
            other: has_second.then(|| telling(second, &item.title, &item.body)),
            picture,
            movie,
            facts: facts(frame, offsets, handout),
            is_health: match item.class {
                Class::Education | Class::PublicService => true,
                Class::Clinic | Class::Notice | Class::Advertisement | Class::Emergency => false,
            },
        }
    }
}

fn telling(language: Language, title: &Text, body: &Text) -> Telling {
    let words = |text: &Text| match language {
        Language::Chinese => text.zh.clone(),
        Language::English => text.en.clone(),
    };
    Telling { language: language.tag(), headline: words(title), paragraphs: paragraphs(&words(body)) }
}

fn picture(frame: &Frame, file: &MediaFile, item: &anteroom_content::item::Item) -> Picture {
    let (width_px, height_px) = rendition::size_of(file.width_px, file.height_px);
    let title = item.title.in_language(frame.language);
    Picture {
        address: format!("/media/{}", file.hash),
        width_px,
        height_px,
        words: frame.say_with("phone-picture-of", "title", title),
    }
}

fn movie(
    frame: &Frame,
    file: &MediaFile,
    duration_ms: u32,
    captions: &[Captions],
    poster: Option<&MediaFile>,
) -> Movie {
    let track = |captions: &Captions| {
        let name = if captions.language == Language::English.tag() { "English" } else { "中文" };
        (captions.language.clone(), name, format!("/media/{}", captions.hash))
    };
    // Movies are told in tenths of a megabyte, rounded up: nobody pays more than was said.
    let tenths = file.size_bytes.div_ceil(100_000);
    let size = format!("{}.{}", tenths / 10, tenths % 10);
    let values = [("length", when::length(duration_ms)), ("size", size)];
    Movie {
        address: format!("/media/{}", file.hash),
        poster: poster.map(|poster| format!("/media/{}", poster.hash)),
        width_px: file.width_px.min(RENDITION_WIDTH_MAX_PX),
        height_px: rendition::size_of(file.width_px, file.height_px).1,
        tracks: captions.iter().map(track).collect(),
        note: frame.say_with_all("phone-movie-note", &values.each_ref().map(|(name, value)| (*name, value.as_str()))),
    }
}

fn facts(frame: &Frame, offsets: &Offsets, handout: &Handout) -> Vec<(String, String)> {
    let item = &handout.item;
    let words = |text: &Text| text.in_language(frame.language).to_owned();
    let reviewer = handout.reviewer.clone().unwrap_or_default();
    let all = [
        ("phone-source", words(&item.source)),
        ("phone-author", item.author.clone()),
        ("phone-reviewer", reviewer),
        ("phone-reviewed", when::date(frame, offsets.date(item.reviewed_at))),
        ("phone-audience", words(&item.audience)),
    ];
    all.into_iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| (frame.say(key), value)).collect()
}
