//! What holds here on a date, asked of the windows' spans. In words: something changes wherever a span of a rule or of a
//! campaign begins or ends and where the zone opens or closes; in between nothing does, and that is a stretch. A rule is on
//! the air in a stretch that lies in its window, if something of its list may be shown at some time of the stretch. The
//! highest level that is on the air holds; campaigns and the floor count while that is no more than regular. What is on the
//! air may run over a change but for closing, midnight, and where something urgent that outranks what goes before begins.

use super::super::*;
use super::list::{play, written_out};
use super::spot::{Play, Spot};
use crate::schedule::{Campaign, DayKind, Hours};

type Spans = Vec<(Instant, Instant)>;

/// A date of a zone's programme, and what is planned of it so far.
pub(super) struct Naive<'a> {
    pub(super) show: &'a Show,
    pub(super) date: Date,
    /// Its midnight, and the next.
    pub(super) from: Instant,
    pub(super) to: Instant,
    /// Those that hold here, most urgent first, then by their order and name.
    pub(super) rules: Vec<&'a Rule>,
    pub(super) lists: Vec<Vec<Play>>,
    /// Those that aim here, by their order and name.
    pub(super) campaigns: Vec<&'a Campaign>,
    pub(super) plays: Vec<Vec<Play>>,
    /// The pool of the floor.
    pub(super) service: Vec<Play>,
    pub(super) open: Spans,
    rule_spans: Vec<Spans>,
    campaign_spans: Vec<Spans>,
    /// Every stretch of the date; each is told by its instants alone, they are kept only to save time.
    pub(super) stretches: Vec<Stretch>,
    pub(super) spots: Vec<Spot>,
    pub(super) at: Instant,
}

/// Between two changes.
#[derive(Debug, Clone)]
pub(super) struct Stretch {
    pub(super) from: Instant,
    pub(super) to: Instant,
    pub(super) is_open: bool,
    /// Rules on the air.
    pub(super) on: Vec<usize>,
    /// Those of the highest level.
    pub(super) top: Vec<usize>,
    pub(super) level: Option<Level>,
    pub(super) is_wheel: bool,
    /// How far apart the plays of each campaign lie, as a fraction of milliseconds; none where it has none.
    pub(super) apart: Vec<Option<(i64, i64)>>,
}

impl<'a> Naive<'a> {
    pub(super) fn new(show: &'a Show, date: Date) -> Self {
        let (from, to) = (show.offsets.instant(date, 0), show.offsets.instant(date, 1440));
        let mut rules: Vec<&Rule> = show.rules.iter().filter(|r| r.target.holds(&show.zone, &show.site)).collect();
        rules.sort_by_key(|rule| (std::cmp::Reverse(rule.level), rule.order, &rule.id));
        let mut campaigns: Vec<&Campaign> =
            show.campaigns.iter().filter(|c| c.target.holds(&show.zone, &show.site)).collect();
        campaigns.sort_by_key(|campaign| (campaign.order, &campaign.id));
        let plays = campaigns.iter().map(|c| c.items.iter().filter_map(|id| play(show, id, c.dwell_ms)).collect());
        let service = show.items.iter().filter(|item| item.class == Class::PublicService);
        let mut naive = Self {
            show,
            date,
            from,
            to,
            lists: rules.iter().map(|rule| written_out(show, &rule.playlist, date)).collect(),
            plays: plays.collect(),
            service: service.filter_map(|item| play(show, &item.id, None)).collect(),
            open: [date.yesterday().expect("a date"), date].into_iter().filter_map(|d| open(show, d)).collect(),
            rule_spans: rules.iter().map(|rule| spans(show, &rule.window, date)).collect(),
            campaign_spans: campaigns.iter().map(|campaign| spans(show, &campaign.window, date)).collect(),
            rules,
            campaigns,
            stretches: Vec::new(),
            spots: Vec::new(),
            at: from,
        };
        let mut at = from;
        while at < to {
            let stretch = naive.stretch_from(at);
            at = stretch.to;
            naive.stretches.push(stretch);
        }
        for n in 0..naive.stretches.len() {
            naive.stretches[n].apart = naive.distances(&naive.stretches[n]);
        }
        naive
    }

    /// The stretch that holds now.
    pub(super) fn stretch(&self) -> &Stretch {
        self.stretch_at(self.at)
    }

    pub(super) fn stretch_at(&self, at: Instant) -> &Stretch {
        self.stretches.iter().find(|stretch| stretch.from <= at && at < stretch.to).expect("of the date")
    }

    pub(super) fn is_open(&self, at: Instant) -> bool {
        holds(&self.open, at)
    }

    pub(super) fn is_campaign_on(&self, campaign: usize, at: Instant) -> bool {
        holds(&self.campaign_spans[campaign], at)
    }

    fn stretch_from(&self, from: Instant) -> Stretch {
        let spans = self.rule_spans.iter().chain(&self.campaign_spans).flatten();
        let ends = spans.flat_map(|(from, to)| [*from, *to]);
        let doors = self.open.iter().flat_map(|(from, to)| [*from, *to]);
        let doors = doors.filter(|end| self.is_open(*end) != self.is_open(end.plus_ms(-1)));
        let to = ends.chain(doors).filter(|end| *end > from).min().unwrap_or(self.to).min(self.to);
        let is_open = self.is_open(from);
        let has_something = |rule: usize| {
            self.lists[rule].iter().any(|play| {
                let item = &self.show.items[play.item];
                !self.is_barred(play.item) && item.valid_from.is_none_or(|begin| begin < to) && item.ends_at() > from
            })
        };
        let on: Vec<usize> = (0..self.rules.len())
            .filter(|rule| is_open && holds(&self.rule_spans[*rule], from) && has_something(*rule))
            .collect();
        let level = on.iter().map(|rule| self.rules[*rule].level).max();
        let top = on.iter().copied().filter(|rule| Some(self.rules[*rule].level) == level).collect();
        let is_wheel = is_open && level <= Some(Level::Regular);
        Stretch { from, to, is_open, on, top, level, is_wheel, apart: Vec::new() }
    }

    /// What nothing may run over, and whether it is something urgent that may cut.
    pub(super) fn wall(&self) -> (Instant, bool) {
        let after = |stretch: &Stretch| self.stretches.iter().find(|next| next.from == stretch.to);
        let mut here = self.stretch();
        while let Some(next) = after(here) {
            if !next.is_open {
                return (next.from, false);
            }
            if next.level >= Some(Level::Insert) && next.level > here.level && self.shows_more_than_ads(next) {
                return (next.from, true);
            }
            here = next;
        }
        (self.to, false)
    }

    /// Where other rules have the air, or the wall.
    pub(super) fn change(&self) -> Instant {
        let here = self.stretch();
        let later = self.stretches.iter().filter(|next| next.from > self.at);
        later.filter(|next| !next.is_open || next.top != here.top).map(|next| next.from).min().unwrap_or(self.to)
    }
}

fn holds(spans: &Spans, at: Instant) -> bool {
    spans.iter().any(|(from, to)| *from <= at && at < *to)
}

/// The spans that may touch `date`; wall times of elsewhere may lie a day further off.
fn spans(show: &Show, window: &Window, date: Date) -> Spans {
    let offsets = show.offsets_of(window.time_zone.as_deref());
    let days = if window.time_zone.is_some() { -2i64..=1 } else { -1..=0 };
    days.flat_map(|n| {
        let date = date.checked_add(jiff::Span::new().days(n)).expect("a date");
        window.spans(date, &show.calendar, offsets)
    })
    .collect()
}

/// The hours of a date: those the zone keeps on such days, none on a closure, else those of the weekday.
pub(super) fn hours(show: &Show, date: Date) -> Option<Hours> {
    let kind = show.calendar.day(date).kind;
    let hours = match show.zone.open_on.iter().find(|on| on.kinds.holds(kind)) {
        Some(on) => on.hours,
        None if kind == DayKind::Closure => None,
        None => show.zone.open[usize::try_from(date.weekday().to_monday_zero_offset()).expect("a weekday")],
    };
    hours.map(|hours| Hours { from_min: hours.from_min, to_min: hours.to_min })
}

fn open(show: &Show, date: Date) -> Option<(Instant, Instant)> {
    hours(show, date).map(|hours| hours.span(date, &show.offsets))
}
