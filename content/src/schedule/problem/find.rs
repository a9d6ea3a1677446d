//! Finding problems: a pure look at what is written, without composing a day.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{Counted, Found, Items, Problem, Subject, Written};
use crate::id::{ItemId, PlaylistId, SiteId};
use crate::playlist::{NESTING_MAX, Playlist, TURNS_MAX, Turn, What, circle};
use crate::schedule::campaign::{CAMPAIGN_ITEMS_MAX, PER_HOUR_MAX, ZONE_CAMPAIGNS_MAX};
use crate::schedule::rule::ZONE_RULES_MAX;
use crate::schedule::window::CHANGES_MAX;
use crate::schedule::{Calendar, Campaign, Goal, Hours, Target, Where, Window};

/// A rule that is on the air on none of so many days never fires, as far as anybody plans.
const YEAR_DAYS: usize = 366;
/// The next date of a rule is looked for so many days: eight years lie between two leap days around 2100.
const NEXT_DAYS_MAX: usize = 8 * 366;
/// All of the air, in thousandths.
const WHOLE_AIR: u16 = 1_000;
/// The most problems that are told; more than these nobody reads at once.
const PROBLEMS_MAX: usize = 500;

/// What is wrong, or worth knowing, from a date on: errors first, then notes; each by rules, playlists, campaigns, zones.
#[must_use]
pub fn problems(written: Written<'_>, from: Date) -> Vec<Found> {
    let mut found = Vec::new();
    rules(&written, from, &mut found);
    playlists(&written, &mut found);
    campaigns(&written, from, &mut found);
    zones(&written, from, &mut found);
    found.sort_by(|a, b| (!a.problem.is_error(), &a.subject).cmp(&(!b.problem.is_error(), &b.subject)));
    found.truncate(PROBLEMS_MAX);
    found
}

fn has_ended(window: &Window, from: Date) -> Option<Date> {
    let is_upside_down = window.first.zip(window.last).is_some_and(|(first, last)| last < first);
    window.last.filter(|last| *last < from && !is_upside_down)
}

fn rules(written: &Written<'_>, from: Date, found: &mut Vec<Found>) {
    for rule in written.rules {
        let mut tell = |problem| found.push(Found { subject: Subject::Rule(rule.id.clone()), problem });
        // What is over does no harm any more, whatever it names.
        if let Some(last) = has_ended(&rule.window, from) {
            tell(Problem::Ended(last));
            continue;
        }
        if !written.playlists.iter().any(|list| list.id == rule.playlist) {
            tell(Problem::NoPlaylist(rule.playlist.clone()));
        }
        target(written, &rule.target, &mut tell);
        window(written, &rule.target, &rule.window, from, &mut tell);
    }
}

fn playlists(written: &Written<'_>, found: &mut Vec<Found>) {
    let circles = circles(written.playlists);
    for way in &circles {
        if let Some(list) = way.first() {
            let subject = Subject::Playlist(list.clone());
            found.push(Found { subject, problem: Problem::Circle(way.clone()) });
        }
    }
    for list in written.playlists {
        let mut tell = |problem| found.push(Found { subject: Subject::Playlist(list.id.clone()), problem });
        if list.turns.len() > TURNS_MAX {
            tell(Problem::TooMany(Counted::Turns, list.turns.len(), TURNS_MAX));
        }
        if list.turns.is_empty() && written.rules.iter().any(|rule| rule.playlist == list.id) {
            tell(Problem::EmptyPlaylist);
        }
        items(list.turns.iter().flat_map(Turn::items), written.items, &mut tell);
        for turn in &list.turns {
            match &turn.what {
                What::Playlist(id) if !written.playlists.iter().any(|inner| inner.id == *id) => {
                    tell(Problem::NoPlaylist(id.clone()));
                }
                What::Network(id) if !written.playlists.iter().any(|inner| inner.network.as_ref() == Some(id)) => {
                    tell(Problem::NoNetworkPlaylist(id.clone()));
                }
                What::Item(_) | What::Playlist(_) | What::Network(_) | What::OwnNetworks(_) | What::Series(_) => {}
            }
        }
        // Lists in a circle have no depth.
        if circles.is_empty() && is_too_deep(list, written.playlists) {
            tell(Problem::TooDeep);
        }
    }
}

/// Every circle among playlists: a list of the one that was found is left out, and the rest looked at again.
fn circles(all: &[Playlist]) -> Vec<Vec<PlaylistId>> {
    let mut rest = all.to_vec();
    let mut ways = Vec::new();
    while let Some(way) = circle(&rest) {
        rest.retain(|list| Some(&list.id) != way.first());
        ways.push(way);
    }
    ways
}

fn is_too_deep(list: &Playlist, all: &[Playlist]) -> bool {
    let mut level: Vec<&Playlist> = vec![list];
    for _ in 0..=NESTING_MAX {
        let mut seen = BTreeSet::new();
        level = level.into_iter().flat_map(|list| list.nested(all)).filter(|inner| seen.insert(&inner.id)).collect();
    }
    !level.is_empty()
}

fn campaigns(written: &Written<'_>, from: Date, found: &mut Vec<Found>) {
    for campaign in written.campaigns {
        let mut tell = |problem| found.push(Found { subject: Subject::Campaign(campaign.id.clone()), problem });
        if let Some(last) = has_ended(&campaign.window, from) {
            tell(Problem::Ended(last));
            continue;
        }
        goal(campaign, &mut tell);
        if campaign.items.is_empty() {
            tell(Problem::NoItems);
        }
        if campaign.items.len() > CAMPAIGN_ITEMS_MAX {
            tell(Problem::TooMany(Counted::Items, campaign.items.len(), CAMPAIGN_ITEMS_MAX));
        }
        items(campaign.items.iter(), written.items, &mut tell);
        target(written, &campaign.target, &mut tell);
        window(written, &campaign.target, &campaign.window, from, &mut tell);
    }
}

fn goal(campaign: &Campaign, tell: &mut impl FnMut(Problem)) {
    match campaign.goal {
        Goal::PerHour(0) | Goal::ShareOfAir(0) | Goal::Total(0) => tell(Problem::NoGoal),
        Goal::PerHour(plays) if plays > PER_HOUR_MAX => tell(Problem::GoalTooHigh(plays, PER_HOUR_MAX)),
        Goal::ShareOfAir(share) if share > WHOLE_AIR => tell(Problem::GoalTooHigh(share, WHOLE_AIR)),
        Goal::Total(_) if campaign.window.last.is_none() => tell(Problem::NoLastDate),
        Goal::PerHour(_) | Goal::ShareOfAir(_) | Goal::Total(_) => {}
    }
}

fn zones(written: &Written<'_>, from: Date, found: &mut Vec<Found>) {
    for zone in written.zones {
        let Some(site) = written.sites.iter().find(|site| site.id == zone.site) else { continue };
        let holds = |target: &Target, window: &Window| target.holds(zone, site) && has_ended(window, from).is_none();
        let rules = written.rules.iter().filter(|rule| holds(&rule.target, &rule.window)).count();
        let campaigns = written.campaigns.iter().filter(|one| holds(&one.target, &one.window)).count();
        let counts = [(Counted::Rules, rules, ZONE_RULES_MAX), (Counted::Campaigns, campaigns, ZONE_CAMPAIGNS_MAX)];
        for (what, given, max) in counts.into_iter().filter(|(_, given, max)| given > max) {
            let subject = Subject::Zone(zone.id.clone());
            found.push(Found { subject, problem: Problem::TooMany(what, given, max) });
        }
    }
}

fn items<'a>(named: impl Iterator<Item = &'a ItemId>, items: Option<Items<'_>>, tell: &mut impl FnMut(Problem)) {
    let Some(items) = items else { return };
    let named: BTreeSet<&ItemId> = named.collect();
    for id in named {
        if !items.known.contains(id) {
            tell(Problem::NoItem(id.clone()));
        } else if !items.approved.contains(id) {
            tell(Problem::NotApproved(id.clone()));
        }
    }
}

fn target(written: &Written<'_>, target: &Target, tell: &mut impl FnMut(Problem)) {
    for place in target.places.iter().chain(&target.except).filter(|place| !is_there(written, place)) {
        tell(Problem::NoPlace(place.clone()));
    }
    let site = |id: &SiteId| written.sites.iter().find(|site| site.id == *id);
    if !written.zones.iter().any(|zone| site(&zone.site).is_some_and(|site| target.holds(zone, site))) {
        tell(Problem::AimsNowhere);
    }
}

fn is_there(written: &Written<'_>, place: &Where) -> bool {
    match place {
        // A kind of zone is a word of the house: that nobody has such a zone yet is told by aiming nowhere.
        Where::Everywhere | Where::Kind(_) => true,
        Where::City(code) => written.sites.iter().any(|site| site.city == *code),
        Where::Site(id) => written.sites.iter().any(|site| site.id == *id),
        Where::Building(id) => written.buildings.iter().any(|building| building.id == *id),
        Where::Zone(id) => written.zones.iter().any(|zone| zone.id == *id),
        Where::Tag(tag) => written.zones.iter().any(|zone| zone.tags.contains(tag)),
        Where::Network(id) => {
            written.networks.iter().any(|network| network.id == *id)
                || written.zones.iter().any(|zone| zone.networks.iter().any(|member| member.network == *id))
        }
    }
}

fn window(written: &Written<'_>, target: &Target, window: &Window, from: Date, tell: &mut impl FnMut(Problem)) {
    if let (Some(first), Some(last)) = (window.first, window.last)
        && last < first
    {
        return tell(Problem::EndsBeforeStart(first, last));
    }
    if window.changes.len() > CHANGES_MAX {
        tell(Problem::TooMany(Counted::Changes, window.changes.len(), CHANGES_MAX));
    }
    if window.also.len() > CHANGES_MAX {
        tell(Problem::TooMany(Counted::Additions, window.also.len(), CHANGES_MAX));
    }
    if let Some(recurrence) = &window.recurrence {
        let Some(first) = window.first else { return tell(Problem::NoFirstDate) };
        if let Some(missed) = recurrence.missed(first) {
            tell(Problem::Missed(missed));
        }
    }
    let calendars = calendars(written, target);
    let begin = window.first.map_or(from, |first| first.max(from));
    let fires = |date: &Date| calendars.iter().any(|calendar| window.minutes(*date, calendar) > 0);
    let dates = || std::iter::successors(Some(begin), |date| date.tomorrow().ok());
    if !dates().take(YEAR_DAYS).any(|date| fires(&date)) {
        // Only a rule that names days of the year can come back later than in a year.
        let mut far = dates().take(NEXT_DAYS_MAX).skip(YEAR_DAYS);
        let next = if window.recurrence.is_some() { far.find(fires) } else { None };
        tell(Problem::NotWithinAYear(next));
    }
    for date in moved_onto_its_own(window, &calendars, from) {
        tell(Problem::PlaysOnce(date));
    }
}

/// The calendars of the sites a target reaches; the general one where it reaches none.
fn calendars(written: &Written<'_>, target: &Target) -> Vec<Calendar> {
    let reaches =
        |site: &&crate::place::Site| written.zones.iter().any(|zone| zone.site == site.id && target.holds(zone, site));
    let mut calendars: Vec<Calendar> =
        written.sites.iter().filter(reaches).map(|site| written.calendar.of_site(&site.id)).collect();
    if calendars.is_empty() {
        calendars.push(written.calendar.clone());
    }
    calendars
}

/// Dates from `from` on onto which an occurrence was moved while another one is on the air at that time.
fn moved_onto_its_own(window: &Window, calendars: &[Calendar], from: Date) -> BTreeSet<Date> {
    let mut dates = BTreeSet::new();
    for (n, change) in window.changes.iter().enumerate() {
        let Some(to) = change.to.filter(|to| to.date >= from) else { continue };
        for calendar in calendars.iter().filter(|calendar| window.is_planned(change.on, calendar)) {
            let is_changed = window.changes.iter().any(|other| other.on == to.date);
            let own = (!is_changed && window.is_planned(to.date, calendar))
                .then(|| window.hours(to.date, calendar))
                .flatten();
            let earlier = window.changes.iter().take(n).filter_map(|other| other.to);
            let others = earlier.filter(|other| other.date == to.date).map(|other| other.hours);
            if own.into_iter().chain(others).any(|hours| overlap(hours, to.hours)) {
                dates.insert(to.date);
            }
        }
    }
    dates
}

fn overlap(one: Hours, two: Hours) -> bool {
    let end = |hours: Hours| u32::from(hours.from_min) + hours.minutes();
    u32::from(one.from_min) < end(two) && u32::from(two.from_min) < end(one)
}
