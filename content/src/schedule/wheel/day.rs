//! A date of a zone, cut into phases: stretches in which nothing about the rules changes.

use jiff::civil::Date;

use super::list::write_out;
use super::plan::{Entry, Plan};
use crate::clock::Instant;
use crate::place::{OpenHours, Zone};
use crate::schedule::{Calendar, DayKind, Hours, Level, Window};

/// A date of a zone.
#[derive(Debug)]
pub(crate) struct Day {
    pub(super) date: Date,
    /// Midnight, or where a programme took over later that day.
    pub(super) from: Instant,
    /// The next midnight.
    pub(super) to: Instant,
    pub(super) phases: Vec<Phase>,
    /// What each rule that is on the air that day plays, by its place among the plan's rules.
    pub(super) lists: Vec<Vec<Entry>>,
    /// When the zone is open.
    pub(super) open: Vec<(Instant, Instant)>,
    /// Its midnight, where the zone is open since the day before: how that day ended is not known here.
    pub(super) goes_on: Option<Instant>,
    /// How long each campaign of the plan can play that day, in milliseconds.
    pub(super) campaign_ms: Vec<i64>,
}

/// A stretch of a day in which nothing about the rules changes.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Debug, Clone)]
pub(super) struct Phase {
    pub(super) from: Instant,
    pub(super) to: Instant,
    pub(super) is_open: bool,
    /// Places among the plan's rules, most urgent first; those with something written out alone.
    pub(super) rules: Vec<u16>,
    /// How many of them are of the highest level.
    pub(super) top: usize,
    /// Places among the plan's campaigns; none while something urgent is on the air.
    pub(super) campaigns: Vec<u16>,
    /// Campaigns and floors count here.
    pub(super) is_wheel: bool,
    /// Where what is on the air changes next; an item may run a little over it.
    pub(super) align: Instant,
    /// What no item may run over.
    pub(super) hard: Instant,
    /// At `hard` something urgent begins, which may cut.
    pub(super) cuts: bool,
    /// It has something urgent to show that is no advertisement: nothing else cuts.
    is_urgent: bool,
    /// The shortest time anything of it needs, in milliseconds.
    pub(super) smallest_ms: i64,
}

type Spans = Vec<(Instant, Instant)>;

impl Day {
    /// The day `date`; where a programme took over that day, from there on.
    pub(crate) fn new(plan: &Plan, date: Date, takeover: Option<Instant>) -> Self {
        let show = plan.show();
        let midnight = show.offsets.instant(date, 0);
        let to = show.offsets.instant(date, 1440);
        let from = takeover.unwrap_or(midnight).max(midnight);
        let open = open_spans(&show.zone, &show.calendar, date, |hours, date| hours.span(date, &show.offsets));
        let goes_on = open.iter().any(|(begin, end)| *begin < midnight && *end > midnight);
        let rule_spans: Vec<Spans> = plan
            .rules
            .iter()
            .map(|n| plan.rule(*n).map_or(Spans::new(), |rule| spans(plan, &rule.window, date)))
            .collect();
        let campaign_spans: Vec<Spans> = plan
            .campaigns
            .iter()
            .map(|c| plan.campaign(c).map_or(Spans::new(), |campaign| spans(plan, &campaign.window, date)))
            .collect();
        let is_on_today = |spans: &Spans| spans.iter().any(|(begin, end)| *begin < to && *end > from);
        let lists: Vec<Vec<Entry>> = plan
            .rules
            .iter()
            .zip(&rule_spans)
            .map(|(n, spans)| if is_on_today(spans) { list_of(plan, *n, date) } else { Vec::new() })
            .collect();
        let mut day = Self {
            date,
            from,
            to,
            phases: Vec::new(),
            lists,
            open: open
                .iter()
                .map(|(begin, end)| ((*begin).max(midnight), (*end).min(to)))
                .filter(|(b, e)| b < e)
                .collect(),
            goes_on: goes_on.then_some(midnight),
            campaign_ms: vec![0; plan.campaigns.len()],
        };
        day.cut(plan, &open, &rule_spans, &campaign_spans);
        day.look_ahead(plan);
        day
    }

    fn cut(&mut self, plan: &Plan, open: &Spans, rules: &[Spans], campaigns: &[Spans]) {
        let all = || std::iter::once(open).chain(rules).chain(campaigns).flatten();
        let mut edges: Vec<Instant> = all().flat_map(|(begin, end)| [*begin, *end]).collect();
        edges.extend([self.from, self.to]);
        edges.retain(|edge| *edge >= self.from && *edge <= self.to);
        edges.sort_unstable();
        edges.dedup();
        for (from, to) in edges.iter().zip(edges.iter().skip(1)) {
            let phase = self.phase(plan, (*from, *to), open, rules, campaigns);
            if phase.is_wheel {
                for campaign in &phase.campaigns {
                    if let Some(ms) = self.campaign_ms.get_mut(usize::from(*campaign)) {
                        *ms += to.ms_since(*from);
                    }
                }
            }
            self.phases.push(phase);
        }
    }

    fn phase(
        &self,
        plan: &Plan,
        (from, to): (Instant, Instant),
        open: &Spans,
        rules: &[Spans],
        campaigns: &[Spans],
    ) -> Phase {
        let holds = |spans: &Spans| spans.iter().any(|(begin, end)| *begin <= from && from < *end);
        let is_open = holds(open);
        // A rule that has nothing to show leaves the air to the others, whatever its level.
        let may_play = |entry: &&Entry| {
            plan.facts(entry.item).is_some_and(|f| f.barred.is_none() && f.valid_from < to && f.ends_at > from)
        };
        let mut on: Vec<u16> = Vec::new();
        for (n, (spans, list)) in (0_u16..).zip(rules.iter().zip(&self.lists)) {
            if is_open && holds(spans) && list.iter().any(|entry| may_play(&entry)) {
                on.push(n);
            }
        }
        let level_of = |place: &u16| plan.rules.get(usize::from(*place)).map_or(Level::Fallback, |n| plan.level(*n));
        let highest = on.first().map(level_of);
        let is_wheel = is_open && highest.is_none_or(|level| level <= Level::Regular);
        let top = on.iter().take_while(|n| Some(level_of(n)) == highest).count();
        let of_top = || on.iter().take(top).filter_map(|n| self.lists.get(usize::from(*n))).flatten().filter(may_play);
        let smallest = of_top().map(|entry| i64::from(entry.min_ms)).min();
        let sells = |entry: &&Entry| plan.facts(entry.item).is_some_and(|facts| facts.seller.is_some());
        let is_urgent = highest.is_some_and(|level| level >= Level::Insert) && !of_top().all(|entry| sells(&entry));
        Phase {
            from,
            to,
            is_open,
            top,
            rules: on,
            campaigns: if is_wheel {
                (0_u16..).zip(campaigns).filter(|(_, spans)| holds(spans)).map(|(n, _)| n).collect()
            } else {
                Vec::new()
            },
            is_wheel,
            align: to,
            hard: to,
            cuts: false,
            is_urgent,
            smallest_ms: smallest.unwrap_or(0),
        }
    }

    /// Tells every phase what comes: walked from the end of the day.
    fn look_ahead(&mut self, plan: &Plan) {
        let level =
            |phase: &Phase| phase.rules.first().and_then(|n| plan.rules.get(usize::from(*n))).map(|n| plan.level(*n));
        let mut told: Vec<Phase> = Vec::with_capacity(self.phases.len());
        while let Some(mut phase) = self.phases.pop() {
            if let Some(next) = told.last() {
                let (here, there) = (level(&phase), level(next));
                let is_cut = next.is_open && next.is_urgent && there > here;
                if is_cut || !next.is_open {
                    phase.cuts = is_cut;
                } else if phase.is_open {
                    phase.hard = next.hard;
                    phase.cuts = next.cuts;
                    let same = phase.rules.get(..phase.top) == next.rules.get(..next.top);
                    if same {
                        phase.align = next.align;
                    }
                }
            }
            told.push(phase);
        }
        told.reverse();
        self.phases = told;
    }

    /// About how many slots the day will have: as many as the shortest of what is on the air would make, and a quarter more
    /// for campaigns.
    pub(super) fn slots_about(&self, most: usize) -> usize {
        let open = self.phases.iter().filter(|phase| phase.smallest_ms > 0);
        let slots = open.map(|phase| phase.to.ms_since(phase.from) / phase.smallest_ms).sum::<i64>();
        usize::try_from(slots + slots / 4).unwrap_or(most).min(most)
    }
}

fn list_of(plan: &Plan, rule: u16, date: Date) -> Vec<Entry> {
    let playlist = plan.rule(rule).and_then(|rule| plan.show().playlists.iter().find(|list| list.id == rule.playlist));
    playlist.map(|playlist| write_out(plan, playlist, date)).unwrap_or_default()
}

/// The spans of a window that may touch `date`; one over midnight began the day before.
fn spans(plan: &Plan, window: &Window, date: Date) -> Spans {
    let show = plan.show();
    let offsets = show.offsets_of(window.time_zone.as_deref());
    let around = if window.time_zone.is_some() { -2..=1 } else { -1..=0 };
    let dates = around.filter_map(|days| date.checked_add(jiff::Span::new().days(days)).ok());
    dates.flat_map(|date| window.spans(date, &show.calendar, offsets)).collect()
}

/// The hours a zone opens on `date`, by its calendar: none on a closure, unless the zone says otherwise of such days.
#[must_use]
pub fn open_hours(zone: &Zone, calendar: &Calendar, date: Date) -> Option<OpenHours> {
    let kind = calendar.day(date).kind;
    if let Some(other) = zone.open_on.iter().find(|on| on.kinds.holds(kind)) {
        return other.hours;
    }
    if kind == DayKind::Closure {
        return None;
    }
    zone.open.get(usize::try_from(date.weekday().to_monday_zero_offset()).ok()?).copied().flatten()
}

fn open_spans(zone: &Zone, calendar: &Calendar, date: Date, span: impl Fn(Hours, Date) -> (Instant, Instant)) -> Spans {
    let days = [date.yesterday().ok(), Some(date)];
    let hours = days.into_iter().flatten().filter_map(|date| {
        let open = open_hours(zone, calendar, date)?;
        Some(span(Hours { from_min: open.from_min, to_min: open.to_min }, date))
    });
    let mut spans: Spans = hours.filter(|(from, to)| from < to).collect();
    spans.sort_unstable();
    // A night that runs into the next day's hours is one span.
    let mut joined: Spans = Vec::with_capacity(spans.len());
    for (from, to) in spans {
        match joined.last_mut().filter(|(_, end)| *end >= from) {
            Some((_, end)) => *end = (*end).max(to),
            None => joined.push((from, to)),
        }
    }
    joined
}
