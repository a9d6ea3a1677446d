//! The education page: what this very screen shows now, in full, and what it showed before. No way from here leads to a
//! clinic or a booking (DOMAIN §0.2b); the strip's own code does that.

use anteroom_content::place::OpenHours;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::door::Door;
use super::frame::{Frame, PhoneError};
use super::glass::{Glass, Handout, OnGlass, Others, glass};
use super::reader::Reader;
use super::start;
use super::story::Story;
use super::visit::Visit;
use super::when;
use crate::db::scans::Step;

#[derive(Template)]
#[template(path = "phone/education.html")]
struct EducationPage {
    frame: Frame,
    title: String,
    /// Since when this page knows what it says.
    opened_at: String,
    story: Option<Story>,
    /// The story is not what the screen shows now.
    is_earlier: bool,
    /// What a page without a story says instead.
    lines: Vec<String>,
    /// Heading of the list of other items.
    others_heading: String,
    /// Headline and address of other items.
    others: Vec<(String, String)>,
    refresh: String,
    /// The clinic page; only where the screen shows nothing but clinic times.
    clinic: Option<String>,
}

/// Shows what the screen with a code shows.
pub(super) async fn show(
    State(door): State<Door>,
    Path(code): Path<String>,
    reader: Reader,
) -> Result<Response, PhoneError> {
    let Some(visit) = Visit::by_code(&door.house, &code).await? else { return start::unknown_code(&reader) };
    let found = glass(&door.house, &visit, reader.item.as_ref()).await?;
    let story = found.earlier.as_deref().or(match &found.on {
        OnGlass::Item(handout) => Some(handout.as_ref()),
        OnGlass::Withdrawn | OnGlass::Advertisement | OnGlass::Strip | OnGlass::Closed | OnGlass::Nothing => None,
    });
    if reader.counts {
        let item = story.map(|handout| (handout.item.id.clone(), handout.item.version));
        door.opens.note(visit.scan(Step::Open, item));
    }
    let frame = Frame::of_visit(&reader, &visit, "s");
    let page = page_of(frame, &visit, &found, story);
    page.frame.respond(StatusCode::OK, &page)
}

fn page_of(frame: Frame, visit: &Visit, found: &Glass, handout: Option<&Handout>) -> EducationPage {
    let story = handout.map(|handout| Story::of(&frame, &visit.offsets, handout));
    let (title, lines) = match &story {
        Some(story) => (story.main.headline.clone(), Vec::new()),
        None => instead(&frame, visit, &found.on),
    };
    let path = format!("/s/{}", visit.screen.short_code);
    let is_strip = matches!(found.on, OnGlass::Strip);
    let others =
        found.others.items().iter().filter(|item| !is_strip && handout.is_none_or(|shown| shown.item.id != item.id));
    EducationPage {
        opened_at: frame.say_with("phone-opened-at", "time", &when::time(&visit.offsets, visit.now)),
        is_earlier: found.earlier.is_some(),
        others_heading: frame.say(match found.others {
            Others::Before(_) => "phone-before",
            Others::Here(_) => "phone-others",
        }),
        others: others
            .map(|item| (item.title.in_language(frame.language).to_owned(), frame.link(&path, Some(&item.id))))
            .collect(),
        refresh: frame.link(&path, None),
        clinic: is_strip.then(|| frame.link(&format!("/c/{}", visit.screen.short_code), None)),
        title,
        story,
        lines,
        frame,
    }
}

/// What to say where there is no item to tell.
fn instead(frame: &Frame, visit: &Visit, on: &OnGlass) -> (String, Vec<String>) {
    match on {
        OnGlass::Withdrawn => (frame.say("phone-withdrawn-title"), vec![frame.say("phone-withdrawn-text")]),
        OnGlass::Advertisement => (frame.say("phone-advertisement-title"), vec![frame.say("phone-advertisement-text")]),
        OnGlass::Strip => (frame.say("phone-strip-title"), Vec::new()),
        OnGlass::Closed => (frame.say("phone-closed-title"), vec![hours(frame, visit)]),
        OnGlass::Nothing | OnGlass::Item(_) => {
            (frame.say("phone-nothing-title"), vec![frame.say("phone-nothing-text")])
        }
    }
}

fn hours(frame: &Frame, visit: &Visit) -> String {
    let weekday = visit.offsets.date(visit.now).weekday().to_monday_zero_offset();
    let today = usize::try_from(weekday).ok().and_then(|day| visit.zone.open.get(day).copied().flatten());
    let Some(OpenHours { from_min, to_min }) = today else { return frame.say("phone-closed-day") };
    let (from, to) = (when::minutes(from_min), when::minutes(to_min));
    frame.say_with_all("phone-closed-hours", &[("from", &from), ("to", &to)])
}
