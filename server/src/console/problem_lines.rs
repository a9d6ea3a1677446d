//! What is wrong with the draft, or worth knowing, as lines of a page: which thing, where it holds, what to do, and the way to it.

use anteroom_content::schedule::Target;
use anteroom_content::schedule::problem::{Found, Subject};
use anteroom_content::text::Text;

use super::frame::Page;
use super::place_form::place_in_words;
use super::timeline_row::name_of;
use crate::publish::Draft;

/// Lines that stand open on a page; those after them are folded away.
const OPEN_MAX: usize = 8;
/// The most lines of a page; what lies beyond is counted, and comes into sight as others are put right.
const LINES_MAX: usize = 100;

/// One problem.
pub(super) struct Line {
    /// What sort of thing it is about.
    pub(super) sort: Text,
    /// What people call it.
    pub(super) name: String,
    /// Its name in URLs and files.
    pub(super) id: String,
    /// Where it holds; empty for what is no place's own.
    pub(super) place: String,
    /// What is wrong, and what to do.
    pub(super) words: Text,
    /// The page on which it is put right; none where the visitor may not go.
    pub(super) path: Option<String>,
    /// It must be put right before anything is published.
    pub(super) is_error: bool,
}

/// Problems, errors first.
#[derive(Default)]
pub(super) struct ProblemLines {
    /// Those in sight.
    pub(super) open: Vec<Line>,
    /// Those folded away.
    pub(super) folded: Vec<Line>,
    /// How many more there are.
    pub(super) left_out: usize,
    /// How many of all must be put right.
    pub(super) errors: usize,
}

impl ProblemLines {
    /// What was found in a draft.
    pub(super) fn of(page: &Page, draft: &Draft, found: &[Found]) -> Self {
        let mut open: Vec<Line> = found.iter().take(LINES_MAX).map(|one| line(page, draft, one)).collect();
        Self {
            folded: open.split_off(open.len().min(OPEN_MAX)),
            open,
            left_out: found.len().saturating_sub(LINES_MAX),
            errors: found.iter().filter(|one| one.problem.is_error()).count(),
        }
    }

    /// Nothing was found.
    pub(super) const fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Nothing can be published.
    pub(super) const fn is_blocked(&self) -> bool {
        self.errors > 0
    }
}

fn line(page: &Page, draft: &Draft, found: &Found) -> Line {
    let (sort, name, place, path) = told(page, draft, &found.subject);
    let id = found.subject.id().to_owned();
    Line {
        sort,
        name: name.map_or_else(|| id.clone(), |name| page.text(&name)),
        place,
        words: found.problem.say(),
        path,
        is_error: found.problem.is_error(),
        id,
    }
}

fn told(page: &Page, draft: &Draft, subject: &Subject) -> (Text, Option<Text>, String, Option<String>) {
    let place = |target: &Target| place_in_words(target, &draft.places, page.words);
    match subject {
        Subject::Rule(id) => {
            let rule = draft.rules.iter().find(|rule| rule.id == *id);
            let name = rule.map(|rule| name_of(rule, &draft.playlists));
            let place = rule.map(|rule| place(&rule.target)).unwrap_or_default();
            (Text::new("规则", "Rule"), name, place, Some(format!("/rules/{id}")))
        }
        Subject::Playlist(id) => {
            let name = draft.playlists.iter().find(|list| list.id == *id).map(|list| list.name.clone());
            (Text::new("播放列表", "Playlist"), name, String::new(), Some(format!("/playlists/{id}")))
        }
        Subject::Campaign(id) => {
            let campaign = draft.campaigns.iter().find(|campaign| campaign.id == *id);
            let place = campaign.map(|campaign| place(&campaign.target)).unwrap_or_default();
            let name = campaign.map(|campaign| campaign.name.clone());
            (Text::new("投放活动", "Campaign"), name, place, Some(format!("/campaigns/{id}")))
        }
        Subject::Zone(id) => {
            let zone = draft.places.zone(id);
            let site = zone.and_then(|zone| draft.places.site_of(zone));
            let place = site.map(|site| page.text(&site.name)).unwrap_or_default();
            let path = page.may_arrange().then(|| format!("/zones/{id}"));
            (Text::new("区域", "Zone"), zone.map(|zone| zone.name.clone()), place, path)
        }
    }
}
