//! The frame around every page: words, navigation, who is signed in, what was said, times for people.

use anteroom_content::clinic::Half;
use anteroom_content::clock::{Instant, MINUTE_MS};
use anteroom_content::place::Site;
use anteroom_content::text::{Language, Text};
use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use jiff::tz::TimeZone;

use super::access::Permission;
use super::clinic_form::half_word;
use super::fault::Fault;
use super::glass::{Now, Standing, What};
use super::moment;
use super::said::Said;
use super::visitor::{Theme, Visitor};
use crate::db::accounts::Role;
use crate::words::{Saying, Words, words};

/// An older picture of a glass is shown as old.
const PICTURE_OLD_MS: i64 = MINUTE_MS;

/// What a template needs beside its own subject.
pub(super) struct Page {
    /// Its words.
    pub(super) words: &'static Words,
    /// Their language.
    pub(super) language: Language,
    /// Light, dark, or as the system is.
    pub(super) theme: Theme,
    /// Who is signed in.
    pub(super) who: Option<(String, Role)>,
    /// What to say once.
    pub(super) said: Vec<Said>,
    /// The path of the page, with its query.
    pub(super) path: String,
    /// The number of the request.
    pub(super) request_id: String,
    /// When it is drawn.
    pub(super) now: Instant,
    /// Whose wall clocks its times are told by.
    pub(super) time_zone: TimeZone,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    clippy::unused_self,
    reason = "templates call methods, and hand their fields on by reference"
)]
impl Page {
    /// The frame for a visitor.
    pub(super) fn of(visitor: &Visitor) -> Self {
        Self {
            words: words(visitor.language),
            language: visitor.language,
            theme: visitor.theme,
            who: visitor.who.as_ref().map(|who| (who.account.display_name.clone(), who.account.role)),
            said: visitor.said.clone(),
            path: visitor.path.clone(),
            request_id: visitor.request_id.clone(),
            now: visitor.now,
            time_zone: moment::of_house(),
        }
    }

    /// The same frame around something of one site: times are told by the wall clocks there.
    pub(super) fn at_site(self, site: Option<&Site>) -> Self {
        Self { time_zone: moment::of_site(site), ..self }
    }

    /// A saying by key.
    pub(super) fn t(&self, key: &str) -> Saying<'_> {
        self.words.say(key)
    }

    /// A text of the house in the visitor's language.
    pub(super) fn text<T: Bilingual>(&self, text: T) -> String {
        text.both().in_language(self.language).to_owned()
    }

    /// A saying on the page.
    pub(super) fn tell(&self, said: &Said) -> String {
        said.in_words(self.words)
    }

    /// What tells a reader of screens that a field is wrong, and where that is said.
    pub(super) fn marks(&self, problems: &[Said], field: &str) -> String {
        let is_wrong = problems.iter().any(|said| said.field == field);
        if is_wrong { format!(r#" aria-invalid="true" aria-describedby="wrong-{field}""#) } else { String::new() }
    }

    /// `2026-11-22 周日 14:05`.
    pub(super) fn when(&self, at: &Instant) -> String {
        moment::stamp(self.words, &self.time_zone, *at)
    }

    /// `14:05:09`.
    pub(super) fn clock(&self, at: &Instant) -> String {
        moment::clock(&self.time_zone, *at)
    }

    /// `3 分钟前`.
    pub(super) fn ago(&self, at: &Instant) -> String {
        moment::ago(self.words, self.now.ms_since(*at))
    }

    /// `1:05`, of a length in milliseconds.
    pub(super) fn length(&self, ms: &i64) -> String {
        moment::length(*ms)
    }

    /// A saying whose key the page has.
    pub(super) fn word(&self, key: &str) -> String {
        self.words.get(key)
    }

    /// A weekday, 1 is Monday.
    pub(super) fn weekday(&self, day: &u8) -> String {
        self.words.get(&format!("weekday-{day}"))
    }

    /// A half-day as it stands in forms.
    pub(super) fn half(&self, half: &Half) -> &'static str {
        half_word(*half)
    }

    /// The word of a standing.
    pub(super) fn standing(&self, word: &str) -> String {
        self.words.get(&format!("standing-{word}"))
    }

    /// How a screen stands, with its age: `离线 2 小时`.
    pub(super) fn stands(&self, standing: &Standing) -> String {
        let since = standing.since().map(|since| self.ago(&since));
        match (standing, since) {
            (Standing::Offline(_), Some(ago)) => self.words.say("offline-since").put("ago", ago).to_string(),
            (Standing::Offline(_), None) => self.words.get("offline-never-seen"),
            (Standing::Online(_), Some(ago)) => self.words.say("online-since").put("ago", ago).to_string(),
            (Standing::Updating(bytes), _) if *bytes > 0 => {
                self.words.say("updating-left").put("mib", bytes.div_ceil(1024 * 1024)).to_string()
            }
            (Standing::Updating(_) | Standing::Online(_) | Standing::Unpaired, _) => self.standing(standing.word()),
        }
    }

    /// What stands on a glass.
    pub(super) fn showing(&self, now: &Now) -> String {
        match &now.title {
            What::Item(_, title, _) => self.text(title),
            What::Strip => self.words.get("showing-strip"),
            What::Closed => self.words.get("showing-closed"),
            What::Fallback => self.words.get("showing-fallback"),
        }
    }

    /// A picture that is no longer of now.
    pub(super) fn is_old(&self, at: &Instant) -> bool {
        self.now.ms_since(*at) > PICTURE_OLD_MS
    }

    /// The word of a state of review.
    pub(super) fn review_state(&self, state: &str) -> String {
        self.words.get(&format!("review-{state}"))
    }

    /// The word of a sort of publication.
    pub(super) fn kind_of_publication(&self, kind: &str) -> String {
        self.words.get(&format!("publication-{kind}"))
    }

    /// A role's name.
    pub(super) fn role(&self, role: &Role) -> String {
        self.words.get(&format!("role-{}", role.as_str()))
    }

    /// The page, or one under it, is at `path`.
    pub(super) fn is_at(&self, path: &str) -> bool {
        let here = self.path.split('?').next().unwrap_or_default();
        here == path || (path != "/" && here.strip_prefix(path).is_some_and(|rest| rest.starts_with('/')))
    }

    fn may(&self, permission: Permission) -> bool {
        self.who.as_ref().is_some_and(|(_, role)| permission.is_held_by(*role))
    }

    /// May change places and pair.
    pub(super) fn may_arrange(&self) -> bool {
        self.may(Permission::Arrange)
    }

    /// May upload.
    pub(super) fn may_upload(&self) -> bool {
        self.may(Permission::Upload)
    }

    /// May approve and return.
    pub(super) fn may_judge(&self) -> bool {
        self.may(Permission::Judge)
    }

    /// May recall.
    pub(super) fn may_withdraw(&self) -> bool {
        self.may(Permission::Withdraw)
    }

    /// May take screens down at once.
    pub(super) fn may_take_down(&self) -> bool {
        self.may(Permission::TakeDown)
    }

    /// May change playlists and rules.
    pub(super) fn may_compose(&self) -> bool {
        self.may(Permission::Compose)
    }

    /// May publish.
    pub(super) fn may_publish(&self) -> bool {
        self.may(Permission::Publish)
    }

    /// May change clinics.
    pub(super) fn may_clinics(&self) -> bool {
        self.may(Permission::Clinics)
    }

    /// May see accounts and audit.
    pub(super) fn may_administer(&self) -> bool {
        self.may(Permission::Administer)
    }
}

/// A text, through however many references a template hands it on.
pub(super) trait Bilingual {
    /// The text.
    fn both(&self) -> &Text;
}

impl Bilingual for Text {
    fn both(&self) -> &Text {
        self
    }
}

impl<T: Bilingual + ?Sized> Bilingual for &T {
    fn both(&self) -> &Text {
        (**self).both()
    }
}

/// Draws a page.
pub(super) fn show(template: &impl Template) -> Result<Response, Fault> {
    Ok(Html(template.render()?).into_response())
}

/// Draws a form again, with what is wrong.
pub(super) fn show_again(template: &impl Template) -> Result<Response, Fault> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(template.render()?)).into_response())
}
