//! A survey: the screens somebody asks about, each with how far it is, and their sum. All of it comes from memory.

use std::collections::HashSet;

use anteroom_content::clock::Instant;
use anteroom_content::id::{SiteId, ZoneId};

use super::ground::{Ground, ScreenGround, ZoneGround};
use super::how_far::{HowFar, Standing};
use super::sum::Sum;
use crate::fleet::Fleet;

/// Which screens are listed; all that are asked about are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Listed {
    /// None.
    Nobody,
    /// Those that do not show it.
    #[default]
    Behind,
    /// Those that are just so far.
    Only(HowFar),
    /// All of them.
    Everybody,
}

/// What is asked.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// A publication and the zones it told; none asks of each zone what it was told last.
    pub publication: Option<(u64, HashSet<ZoneId>)>,
    /// One zone alone.
    pub zone: Option<ZoneId>,
    /// One site alone.
    pub site: Option<SiteId>,
    /// Who is listed.
    pub listed: Listed,
    /// Those alone are listed that are found by this, in lower case.
    pub word: String,
}

impl Question {
    fn lists(&self, screen: &ScreenGround, how_far: HowFar) -> bool {
        let is_so_far = match self.listed {
            Listed::Nobody => false,
            Listed::Behind => how_far != HowFar::Shown,
            Listed::Only(asked) => how_far == asked,
            Listed::Everybody => true,
        };
        is_so_far && (self.word.is_empty() || screen.found_by.contains(&self.word))
    }
}

/// A screen and how far it is.
#[derive(Debug, Clone)]
pub struct Line<'a> {
    /// The screen.
    pub screen: &'a ScreenGround,
    /// Its zone.
    pub zone: &'a ZoneGround,
    /// What it is to show.
    pub version: u64,
    /// How it stands.
    pub standing: Standing,
}

/// The answer.
#[derive(Debug, Clone, Default)]
pub struct Survey<'a> {
    /// The screens that are listed, the most troubled first, then by code.
    pub lines: Vec<Line<'a>>,
    /// The sum over all that were asked about.
    pub sum: Sum,
}

/// Answers. Zones that were never told anything are left out: nothing is on its way to them. `is_heard` says whether a box
/// that is not connected here counts as connected, by when it was heard last: no, in a running server.
#[must_use]
pub fn survey<'a>(
    ground: &'a Ground,
    fleet: &Fleet,
    question: &Question,
    is_heard: impl Fn(Instant) -> bool + Copy,
) -> Survey<'a> {
    let targets = targets(ground, fleet, question);
    let mut survey = Survey::default();
    fleet.look_through(|roster| {
        for screen in &ground.screens {
            let Some((version, told_at)) = targets.get(screen.zone).copied().flatten() else { continue };
            let Some(zone) = ground.zone_of(screen) else { continue };
            let known = screen.stand.as_ref().and_then(|stand| roster.of(&stand.box_id));
            let standing = Standing::of(screen, known, (version, told_at), is_heard);
            survey.sum.add(&standing, screen.stand.as_ref().and_then(|stand| stand.last_seen_at));
            if question.lists(screen, standing.how_far) {
                survey.lines.push(Line { screen, zone, version, standing });
            }
        }
    });
    // By code they are already.
    survey.lines.sort_by_key(|line| line.standing.how_far);
    survey
}

/// What each zone is asked about, in the order of the zones: a version, and when it was told.
fn targets(ground: &Ground, fleet: &Fleet, question: &Question) -> Vec<Option<(u64, Instant)>> {
    let news = fleet.told_versions();
    let target = |zone: &ZoneGround| {
        let is_asked = question.zone.as_ref().is_none_or(|asked| *asked == zone.id)
            && question.site.as_ref().is_none_or(|asked| zone.site.as_ref().is_some_and(|site| site.id == *asked));
        if !is_asked {
            return None;
        }
        let told = zone.told.map_or(Instant(0), |(_, at)| at);
        if let Some((version, zones)) = &question.publication {
            return zones.contains(&zone.id).then_some((*version, told));
        }
        let newest = news.get(&zone.id).copied().max(zone.told.map(|(version, _)| version));
        newest.map(|version| (version, told))
    };
    ground.zones.iter().map(target).collect()
}
