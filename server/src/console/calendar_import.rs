//! Bringing a calendar file in: chosen, looked at, and only then applied.

use anteroom_content::id::SiteId;
use anteroom_content::place::Site;
use anteroom_content::schedule::calendar::import::{self, DAYS_MAX, FILE_BYTES_MAX, ImportError, Warning};
use anteroom_content::schedule::calendar::{Difference, SPECIAL_NAME_CHARS_MAX};
use anteroom_content::text::Text;
use askama::Template;
use axum::extract::multipart::Field;
use axum::extract::{Multipart, State};
use axum::response::Response;

use super::calendar_form::told;
use super::desk::Desk;
use super::fault::Fault;
use super::fields::{TITLE_CHARS_MAX, clean};
use super::frame::{Page, show, show_again};
use super::said::Said;
use super::visitor::Staff;
use crate::calendar::{BringError, Prepared};
use crate::db::places;

/// The largest form: a file or the days that were read from it, which are a little longer, with its words.
pub(super) const IMPORT_BYTES_MAX: usize = 2 * FILE_BYTES_MAX;

#[derive(Template)]
#[template(path = "calendar_import.html")]
struct ImportPage {
    page: Page,
    sites: Vec<Site>,
    site: String,
    /// What is wrong with the file, with its line.
    wrong: Option<Text>,
    problems: Vec<Said>,
}

#[derive(Template)]
#[template(path = "calendar_preview.html")]
struct PreviewPage {
    page: Page,
    file: String,
    source: String,
    /// The site it is for, by its name; none is every site.
    site: Option<Text>,
    years: Vec<i16>,
    warnings: Vec<Text>,
    difference: Difference,
    /// Everything, as it is sent back to be applied.
    prepared: String,
}

/// What the form brought.
#[derive(Default)]
struct Brought {
    file: String,
    bytes: Vec<u8>,
    site: String,
    prepared: Vec<u8>,
}

async fn brought(mut parts: Multipart) -> Result<Brought, Fault> {
    let mut brought = Brought::default();
    while let Some(field) = parts.next_field().await.map_err(|_| Fault::bad_form())? {
        match field.name().unwrap_or_default().to_owned().as_str() {
            "file" => {
                brought.file = clean(field.file_name().unwrap_or_default()).chars().take(TITLE_CHARS_MAX).collect();
                brought.bytes = bytes_of(field).await?;
            }
            "site" => brought.site = String::from_utf8(bytes_of(field).await?).map_err(|_| Fault::bad_form())?,
            "prepared" => brought.prepared = bytes_of(field).await?,
            _ => {}
        }
    }
    Ok(brought)
}

/// A field's bytes; the body as a whole has its own limit.
async fn bytes_of(field: Field<'_>) -> Result<Vec<u8>, Fault> {
    Ok(field.bytes().await.map_err(|_| Fault::bad_form())?.to_vec())
}

async fn form(
    desk: &Desk,
    staff: &Staff,
    site: String,
    wrong: Option<&ImportError>,
    problems: Vec<Said>,
) -> Result<ImportPage, Fault> {
    let sites = places::places(&desk.house.db).await?.sites;
    Ok(ImportPage { page: staff.page(), sites, site, wrong: wrong.map(ImportError::say), problems })
}

/// An empty form.
pub(super) async fn start(State(desk): State<Desk>, staff: Staff) -> Result<Response, Fault> {
    show(&form(&desk, &staff, String::new(), None, Vec::new()).await?)
}

/// What a file would change. Nothing is written yet.
pub(super) async fn preview(State(desk): State<Desk>, staff: Staff, parts: Multipart) -> Result<Response, Fault> {
    let Brought { file, bytes, site, .. } = brought(parts).await?;
    if file.is_empty() {
        let problems = vec![Said::bad("bad-calendar-no-file")];
        return show_again(&form(&desk, &staff, site, None, problems).await?);
    }
    let read = match import::read(&bytes) {
        Ok(read) => read,
        Err(error) => return show_again(&form(&desk, &staff, site, Some(&error), Vec::new()).await?),
    };
    let warnings = read.warnings.iter().map(Warning::say).collect();
    let at = if site.is_empty() { None } else { Some(SiteId::parse(&site).map_err(|_| Fault::bad_form())?) };
    let prepared = match Prepared::of(&desk.house.db, read, &file, at.as_ref()).await {
        Ok(prepared) => prepared,
        Err(BringError::Db(error)) => return Err(error.into()),
        Err(BringError::NoSite(_) | BringError::Import(_)) => {
            let problems = vec![Said::bad("bad-calendar-site")];
            return show_again(&form(&desk, &staff, site, None, problems).await?);
        }
    };
    let sites = places::places(&desk.house.db).await?.sites;
    show(&PreviewPage {
        page: staff.page(),
        file,
        source: prepared.source.clone(),
        site: at.and_then(|id| sites.into_iter().find(|site| site.id == id)).map(|site| site.name),
        years: prepared.years.clone(),
        warnings,
        difference: prepared.difference(&desk.house.db).await?,
        prepared: serde_json::to_string(&prepared).map_err(Fault::internal)?,
    })
}

/// What a browser sends back is what it was given, or else is refused.
fn is_sound(prepared: &Prepared, sites: &[Site]) -> bool {
    let fits = |text: &str| text.chars().count() <= SPECIAL_NAME_CHARS_MAX;
    let is_here = |id: &SiteId| sites.iter().any(|site| site.id == *id);
    prepared.days.len() <= DAYS_MAX
        && prepared.years.len() <= prepared.days.len()
        && prepared
            .days
            .iter()
            .all(|day| fits(&day.name.zh) && fits(&day.name.en) && day.site.as_ref().is_none_or(is_here))
}

/// Brings in what was looked at.
pub(super) async fn apply(State(desk): State<Desk>, staff: Staff, parts: Multipart) -> Result<Response, Fault> {
    let Brought { prepared, .. } = brought(parts).await?;
    let prepared: Prepared = serde_json::from_slice(&prepared).map_err(|_| Fault::bad_form())?;
    let sites = places::places(&desk.house.db).await?.sites;
    let first = prepared.days.first().filter(|_| is_sound(&prepared, &sites)).ok_or_else(Fault::bad_form)?;
    let difference = prepared.difference(&desk.house.db).await?;
    prepared.bring_in(&desk.house.db, staff.visitor.now).await?;
    let counts = format!("+{} ~{}", difference.added.len(), difference.changed.len());
    desk.note(&staff.account, "calendar.import", &prepared.source, &counts).await?;
    told(&desk, &staff, "said-calendar-imported", &format!("/calendar?year={}", first.date.year())).await
}
