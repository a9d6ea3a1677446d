//! The theme of a site: its file and its logo, checked before they are kept, with a picture of how a glass looks in it. It is on the glass
//! with the next publication, as everything of a programme is.

use anteroom_content::id::SiteId;
use anteroom_content::item::MediaFile;
use anteroom_content::place::Site;
use anteroom_content::text::Text;
use anteroom_content::theme::{LOGO_BYTES_MAX, LOGO_PX_MAX, Theme, Tint};
use askama::Template;
use axum::extract::{Multipart, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};

use super::desk::Desk;
use super::fault::Fault;
use super::fields::Named;
use super::frame::{Page, show, show_again};
use super::media_form::{entry, receive, text_of, told};
use super::said::Said;
use super::theme_file::{THEME_BYTES_MAX, name_of, read, write};
use super::visitor::Staff;
use crate::db::{items, places};
use crate::library::{self, BadUpload, Checked, Receiving};

/// The most bytes the form may bring: file, logo, and the browser's words around them.
pub(super) const THEME_FORM_BYTES_MAX: usize = 1024 * 1024 + THEME_BYTES_MAX;

/// A colour on the page.
struct Swatch {
    name: Text,
    key: &'static str,
    colour: String,
}

#[derive(Template)]
#[template(path = "theme.html")]
struct ThemePage {
    page: Page,
    site: Site,
    theme: Theme,
    /// The file, as it is kept or as it was sent.
    file: String,
    swatches: Vec<Swatch>,
    problems: Vec<Said>,
}

impl ThemePage {
    fn of(staff: &Staff, site: &Site, file: Option<String>, problems: Vec<Said>) -> Self {
        let theme = site.theme.clone().unwrap_or_default();
        let swatch =
            |tint: Tint| Swatch { name: name_of(tint), key: tint.name(), colour: theme.colours.of(tint).to_string() };
        let (file, swatches) = (file.unwrap_or_else(|| write(&theme)), Tint::ALL.map(swatch).into());
        Self { page: staff.page().at_site(Some(site)), site: site.clone(), theme, file, swatches, problems }
    }

    /// A colour of the picture.
    fn colour(&self, key: &str) -> &str {
        self.swatches.iter().find(|swatch| swatch.key == key).map_or("#000000", |swatch| swatch.colour.as_str())
    }
}

async fn site(desk: &Desk, id: &SiteId) -> Result<Site, Fault> {
    let sites = places::places(&desk.house.db).await?.sites;
    sites.into_iter().find(|site| site.id == *id).ok_or_else(Fault::not_found)
}

/// The page.
pub(super) async fn look(State(desk): State<Desk>, staff: Staff, Named(id): Named<SiteId>) -> Result<Response, Fault> {
    show(&ThemePage::of(&staff, &site(&desk, &id).await?, None, Vec::new()))
}

/// The file, to be changed by a designer.
pub(super) async fn download(
    State(desk): State<Desk>,
    _staff: Staff,
    Named(id): Named<SiteId>,
) -> Result<Response, Fault> {
    let theme = site(&desk, &id).await?.theme.unwrap_or_default();
    let name = format!("attachment; filename=\"theme-{id}.toml\"");
    Ok(([(CONTENT_TYPE, "application/toml".to_owned()), (CONTENT_DISPOSITION, name)], write(&theme)).into_response())
}

/// What a form brought.
#[derive(Default)]
struct Brought {
    /// The file of the text field,
    text: String,
    /// and the one that was chosen, which goes before it.
    chosen: String,
    keeps_no_logo: bool,
    logo: Option<Result<Receiving, BadUpload>>,
    logo_name: String,
}

/// Keeps a theme. Nothing of a refused one is kept.
pub(super) async fn change(
    State(desk): State<Desk>,
    staff: Staff,
    Named(id): Named<SiteId>,
    mut parts: Multipart,
) -> Result<Response, Fault> {
    let was = site(&desk, &id).await?;
    let mut brought = Brought::default();
    while let Some(field) = parts.next_field().await.map_err(|_| Fault::bad_form())? {
        match field.name().unwrap_or_default() {
            "theme" => brought.text = text_of(field, THEME_FORM_BYTES_MAX).await?,
            "file" => brought.chosen = text_of(field, THEME_FORM_BYTES_MAX).await?,
            "no_logo" => brought.keeps_no_logo = !text_of(field, THEME_FORM_BYTES_MAX).await?.is_empty(),
            "logo" => {
                if let Some((name, received)) = receive(&desk, field).await? {
                    (brought.logo_name, brought.logo) = (name, Some(received));
                }
            }
            _ => drop(text_of(field, THEME_FORM_BYTES_MAX).await?),
        }
    }
    let text = if brought.chosen.trim().is_empty() { brought.text } else { brought.chosen };
    let theme = match read(&text) {
        Ok(theme) => theme,
        Err(problems) => return show_again(&ThemePage::of(&staff, &was, Some(text), problems)),
    };
    let logo = match brought.logo {
        None if brought.keeps_no_logo => None,
        None => was.theme.as_ref().and_then(|theme| theme.logo.clone()),
        Some(received) => match take_logo(&desk, &staff, received, &brought.logo_name).await? {
            Ok(logo) => Some(logo),
            Err(problem) => return show_again(&ThemePage::of(&staff, &was, Some(text), vec![problem])),
        },
    };
    let theme = Some(Theme { logo, ..theme }).filter(|theme| *theme != Theme::default());
    let site = Site { theme, ..was };
    places::save_site(&desk.house.db, &site).await?;
    desk.note(&staff.account, "site.theme", id.as_str(), &site.name.zh).await?;
    Ok(Said::new("said-theme-saved").at(&format!("/sites/{id}/theme")))
}

/// A logo is a small picture of the library.
async fn take_logo(
    desk: &Desk,
    staff: &Staff,
    received: Result<Receiving, BadUpload>,
    name: &str,
) -> Result<Result<MediaFile, Said>, Fault> {
    let too_large = || Said::bad("bad-logo").put("pixels", LOGO_PX_MAX).put("size", LOGO_BYTES_MAX / 1_024);
    let received = match received {
        Ok(received) if received.size_bytes() > LOGO_BYTES_MAX => return Ok(Err(too_large())),
        Ok(received) => received,
        Err(error) => return Ok(Err(told(&error)?)),
    };
    let _turn = desk.checking.acquire().await.map_err(Fault::internal)?;
    match library::check(&desk.library, received).await {
        Ok(Checked::Picture(file)) if file.width_px.max(file.height_px) <= LOGO_PX_MAX => {
            let entry = entry(&file, name, "picture", 0);
            items::add_library_file(&desk.house.db, &entry, &staff.account.id, staff.visitor.now).await?;
            Ok(Ok(file))
        }
        Ok(Checked::Picture(_) | Checked::Movie { .. }) => Ok(Err(too_large())),
        Err(error) => Ok(Err(told(&error)?)),
    }
}
