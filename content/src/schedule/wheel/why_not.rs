//! Asks the wheel, as it stands before a slot, why something else is not put in.

use super::compose::Composer;
use super::reason::NotNow;
use super::state::hour_of;
use crate::clock::Instant;
use crate::schedule::{Campaign, Rule, Window};
use crate::timeline::Loss;

/// The most items whose own reasons are told of one loser.
const ITEMS_TOLD_MAX: usize = 12;
/// How far ahead the next opening of a window is looked for, in days.
const NEXT_DAYS_MAX: i64 = 366;

impl Composer<'_> {
    /// Why a rule did not win the slot that holds `at`.
    pub(crate) fn why_not_rule(&self, rule: &Rule, at: Instant) -> Loss {
        let show = self.plan.show();
        if !rule.target.holds(&show.zone, &show.site) {
            return Loss::NotHere;
        }
        let index = show.rules.iter().position(|other| other.id == rule.id);
        let place = self.plan.rules.iter().position(|n| Some(usize::from(*n)) == index);
        let Some((place, phase)) = place.zip(self.day.phases.iter().find(|phase| phase.from <= at && at < phase.to))
        else {
            return Loss::Empty;
        };
        let list = self.day.lists.get(place).map(Vec::as_slice).unwrap_or_default();
        if !self.is_open(&rule.window, at) {
            return Loss::OffAir(self.next(&rule.window, at));
        }
        if list.is_empty() {
            return Loss::Empty;
        }
        let highest = phase.rules.first().and_then(|place| self.plan.rules.get(usize::from(*place)));
        let mut reasons = Vec::new();
        let mut seen = Vec::new();
        for entry in list {
            if seen.contains(&entry.item) || seen.len() >= ITEMS_TOLD_MAX {
                continue;
            }
            seen.push(entry.item);
            let fits = self.room(entry, phase).and_then(|until| self.company(entry, until));
            let Err(why) = fits else {
                let level = highest.map(|n| self.plan.level(*n)).filter(|level| *level > rule.level);
                return level.map_or(Loss::WaitsItsTurn, Loss::LowerLevel);
            };
            if let Some(item) = show.items.get(usize::from(entry.item)) {
                reasons.push((item.id.clone(), why));
            }
        }
        Loss::Nothing(reasons)
    }

    /// Why a campaign did not win the slot that holds `at`.
    pub(crate) fn why_not_campaign(&self, campaign: &Campaign, at: Instant) -> Loss {
        let show = self.plan.show();
        if !campaign.target.holds(&show.zone, &show.site) {
            return Loss::NotHere;
        }
        if !self.is_open(&campaign.window, at) {
            return Loss::OffAir(self.next(&campaign.window, at));
        }
        let place = self
            .plan
            .campaigns
            .iter()
            .position(|plan| self.plan.campaign(plan).is_some_and(|found| found.id == campaign.id));
        let phase = self.day.phases.iter().find(|phase| phase.from <= at && at < phase.to);
        let (Some(place), Some(phase)) = (place, phase) else { return Loss::Empty };
        if !phase.is_wheel {
            let highest = phase.rules.first().and_then(|place| self.plan.rules.get(usize::from(*place)));
            return highest.map_or(Loss::Empty, |n| Loss::LowerLevel(self.plan.level(*n)));
        }
        let (Some(plan), Some(state)) = (self.plan.campaigns.get(place), self.state.campaigns.get(place)) else {
            return Loss::Empty;
        };
        if plan.entries.is_empty() {
            let missing = campaign.items.iter().take(ITEMS_TOLD_MAX).map(|id| (id.clone(), NotNow::NotInProgramme));
            return Loss::Nothing(missing.collect());
        }
        let is_this_hour = state.hour == hour_of(self.day, self.state.at);
        if campaign.per_hour_max.is_some_and(|most| is_this_hour && state.this_hour >= most) {
            return Loss::Held(NotNow::HourMax);
        }
        let mut why = None;
        for entry in &plan.entries {
            match self.room(entry, phase).and_then(|until| self.company(entry, until)) {
                Ok(()) => {
                    why = None;
                    break;
                }
                Err(reason) => why = Some(reason),
            }
        }
        if let Some(why @ (NotNow::Barred(_) | NotNow::NotBegun(_) | NotNow::Over(_))) = why {
            return Loss::Held(why);
        }
        if state.due > self.state.at {
            return Loss::Held(NotNow::NotDue(state.due));
        }
        Loss::Held(why.unwrap_or(NotNow::LaterThanOthers))
    }

    fn is_open(&self, window: &Window, at: Instant) -> bool {
        self.spans(window, self.day.date, -2, 1).any(|(from, to)| from <= at && at < to)
    }

    fn next(&self, window: &Window, at: Instant) -> Option<Instant> {
        self.spans(window, self.day.date, -1, NEXT_DAYS_MAX).map(|(from, _)| from).find(|from| *from > at)
    }

    fn spans<'a>(
        &'a self,
        window: &'a Window,
        date: jiff::civil::Date,
        first: i64,
        last: i64,
    ) -> impl Iterator<Item = (Instant, Instant)> + 'a {
        let show = self.plan.show();
        let offsets = show.offsets_of(window.time_zone.as_deref());
        (first..=last)
            .filter_map(move |days| date.checked_add(jiff::Span::new().days(days)).ok())
            .flat_map(move |date| window.spans(date, &show.calendar, offsets))
    }
}
