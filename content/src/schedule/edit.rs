//! Changing what recurs: one occurrence, one and those after it, or all. Occurrences go by the date they were planned for,
//! so what was changed before stays changed, whatever is changed around it.

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};

use super::recurrence::{Ends, Until};
use super::{CHANGES_MAX, Calendar, Change, CountsAs, Hours, Moved, Occurrence, Recurrence, Series, Weekdays, Window};

/// How far back an earlier occurrence is looked for, in days: the 29th of February comes again within eight years.
const EARLIER_DAYS_MAX: usize = 8 * 366 + 1;

/// How much of a series is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// One occurrence.
    This,
    /// It and those after it.
    Following,
    /// All of them.
    All,
}

/// What a change leaves.
#[expect(clippy::large_enum_variant, reason = "made once for a change, and taken apart at once")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edited {
    /// The series, changed.
    Changed(Window),
    /// The series up to the day before, and what begins then.
    Split {
        /// What stays.
        before: Window,
        /// What begins; none when it is dropped.
        after: Option<Window>,
    },
    /// Nothing: all of it was dropped.
    Gone,
}

/// Why an occurrence cannot be changed like that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadEdit {
    /// The series has no occurrence of that name.
    #[error("no occurrence is planned for {0}")]
    NoOccurrence(Date),
    /// Minutes that are no wall times of a day, or none between them.
    #[error("minutes {from_min} to {to_min} are no times of a day")]
    NoHours {
        /// First minute.
        from_min: u16,
        /// First minute after the end.
        to_min: u16,
    },
    /// As many single days were changed as a series keeps.
    #[error("{CHANGES_MAX} occurrences were changed singly: change the series instead")]
    Full,
    /// The series does not go by single weekdays, so a move to another date is no change of the whole.
    #[error("the series does not go by weekdays: another date is possible for one occurrence alone")]
    NoOtherDate,
    /// An additional date of a recurrence begins no series of its own.
    #[error("{0} was added to the series: change it alone")]
    Added(Date),
    /// The changed series would not be on the air where it was moved.
    #[error("by its other conditions the series is not on the air on {0}")]
    OffPlan(Date),
}

impl Window {
    /// The occurrence that is called `on`, where it lies now; none when it was dropped or never planned.
    #[must_use]
    pub fn occurrence(&self, on: Date, calendar: &Calendar) -> Option<Occurrence> {
        if !self.is_planned(on, calendar) {
            return None;
        }
        match self.changes.iter().find(|change| change.on == on) {
            Some(change) => change.to.map(|to| Occurrence { on, date: to.date, hours: to.hours }),
            None => self.hours(on, calendar).map(|hours| Occurrence { on, date: on, hours }),
        }
    }

    /// The series after its occurrence `on` was moved, or dropped, alone or with others.
    ///
    /// # Errors
    /// [`BadEdit`] when there is no such occurrence, or the series cannot follow it.
    pub fn edited(&self, calendar: &Calendar, on: Date, to: Option<Moved>, scope: Scope) -> Result<Edited, BadEdit> {
        if !self.is_planned(on, calendar) || self.hours(on, calendar).is_none() {
            return Err(BadEdit::NoOccurrence(on));
        }
        if let Some(Moved { hours: Hours { from_min, to_min }, .. }) = to
            && (from_min > 1439 || to_min > 1440 || to_min == 0 || from_min == to_min)
        {
            return Err(BadEdit::NoHours { from_min, to_min });
        }
        match scope {
            Scope::This => self.with_one(calendar, on, to).map(Edited::Changed),
            Scope::Following if self.has_earlier(on, calendar) => self.split(calendar, on, to),
            Scope::Following | Scope::All => match to {
                Some(to) => self.with_all(calendar, on, to).map(Edited::Changed),
                None => Ok(Edited::Gone),
            },
        }
    }

    /// One occurrence changed; back where it was planned, its change is forgotten.
    fn with_one(&self, calendar: &Calendar, on: Date, to: Option<Moved>) -> Result<Self, BadEdit> {
        let mut window = self.clone();
        window.changes.retain(|change| change.on != on);
        let planned = self.hours(on, calendar).map(|hours| Moved { date: on, hours });
        if to.is_none() || to != planned {
            if window.changes.len() >= CHANGES_MAX {
                return Err(BadEdit::Full);
            }
            window.changes.push(Change { on, to });
            window.changes.sort_unstable_by_key(|change| change.on);
        }
        Ok(window)
    }

    /// An occurrence is planned before `on`.
    fn has_earlier(&self, on: Date, calendar: &Calendar) -> bool {
        let Some(first) = self.first else { return true };
        let before = first.series(1.day()).take_while(|date| *date < on).take(EARLIER_DAYS_MAX);
        before.into_iter().any(|date| self.is_planned(date, calendar))
    }

    fn split(&self, calendar: &Calendar, on: Date, to: Option<Moved>) -> Result<Edited, BadEdit> {
        if self.recurrence.is_some() && !self.recurs_on(on) {
            return Err(BadEdit::Added(on));
        }
        let mut before = self.clone();
        before.last = on.yesterday().ok();
        before.also.retain(|date| *date < on);
        before.changes.retain(|change| change.on < on);
        let Some(to) = to else { return Ok(Edited::Split { before, after: None }) };
        let mut after = self.clone();
        after.recurrence = self.recurrence.as_ref().map(|recurrence| self.rest_of(recurrence, on));
        after.first = Some(on);
        after.also.retain(|date| *date >= on);
        after.changes.retain(|change| change.on >= on);
        let after = after.with_all(calendar, on, to)?;
        Ok(Edited::Split { before, after: Some(after) })
    }

    /// The recurrence as it goes on from `on`: what has happened counts no more.
    fn rest_of(&self, recurrence: &Recurrence, on: Date) -> Recurrence {
        let Ends::After(count) = recurrence.ends() else { return recurrence.clone() };
        let happened = self.series().map_or(0, |series| {
            let before = on.to_datetime(jiff::civil::Time::MIN);
            series.occurrences().take_while(|wall| *wall < before).count()
        });
        let left = count.saturating_sub(u16::try_from(happened).unwrap_or(u16::MAX)).max(1);
        recurrence.clone().ending(Ends::After(left))
    }

    /// Every occurrence at other times, and those of one weekday on another.
    fn with_all(&self, calendar: &Calendar, on: Date, to: Moved) -> Result<Self, BadEdit> {
        let mut window = self.clone();
        // Measured from where it lies now: a change of times alone moves no date.
        let here = self.occurrence(on, calendar).map_or(on, |one| one.date);
        window.changes.retain(|change| change.on != on);
        window.set_hours(calendar, on, to.hours);
        let days = (to.date - here).get_days();
        let mut fell_on = on;
        if days != 0 {
            window.move_dates(calendar, on, days)?;
            fell_on = on.checked_add(days.days()).map_err(|_| BadEdit::OffPlan(to.date))?;
        }
        let is_there = window.is_planned(fell_on, calendar) && window.hours(fell_on, calendar) == Some(to.hours);
        if is_there { Ok(window) } else { Err(BadEdit::OffPlan(to.date)) }
    }

    /// Sets the times that hold on `on`: the window's own, or those of days like it.
    fn set_hours(&mut self, calendar: &Calendar, on: Date, hours: Hours) {
        let (weekday, kind) = (self.weekday_of(calendar, on), calendar.day(on).kind);
        let other = self.hours_on.iter_mut().find(|other| other.days.holds(weekday) && other.kinds.holds(kind));
        if let Some(other) = other {
            other.hours = Some(hours);
            return;
        }
        // A recurrence that ends at a wall time ends with the same occurrence as before.
        if let Some(recurrence) = &self.recurrence
            && let Ends::Until(Until::Local(wall) | Until::Utc(wall)) = recurrence.ends()
        {
            let minute = u16::try_from(i32::from(wall.hour()) * 60 + i32::from(wall.minute())).unwrap_or(0);
            let date = if minute >= self.from_min { Some(wall.date()) } else { wall.date().yesterday().ok() };
            let until = date.unwrap_or_else(|| wall.date());
            self.recurrence = Some(recurrence.clone().ending(Ends::Until(Until::Date(until))));
        }
        (self.from_min, self.to_min) = (hours.from_min, hours.to_min);
    }

    /// Moves a window of one day, or one weekday of many, by so many days; the changes of those days go along.
    fn move_dates(&mut self, calendar: &Calendar, on: Date, days: i32) -> Result<(), BadEdit> {
        let shift = |date: Date| date.checked_add(days.days()).map_err(|_| BadEdit::NoOtherDate);
        let is_one_day = self.first.is_some() && self.first == self.last;
        if is_one_day && self.recurrence.is_none() {
            self.first = self.first.map(shift).transpose()?;
            self.last = self.last.map(shift).transpose()?;
            self.also.clear();
            self.changes.clear();
            if self.days != Weekdays::ALL {
                self.days = Weekdays(self.days.0 | bit(self.weekday_of(calendar, shift(on)?)));
            }
            return Ok(());
        }
        let old = self.weekday_of(calendar, on);
        let by_weekdays = self.recurrence.is_none() && self.days != Weekdays::ALL && self.days.holds(old);
        if !by_weekdays || self.also.contains(&on) {
            return Err(BadEdit::NoOtherDate);
        }
        let new = self.weekday_of(calendar, shift(on)?);
        let is_alone = self.days.0 == bit(old);
        let counts_as = self.counts_as;
        for change in &mut self.changes {
            if weekday_of(counts_as, calendar, change.on) == old {
                change.on = shift(change.on)?;
            }
        }
        self.changes.sort_unstable_by_key(|change| change.on);
        self.changes.dedup_by_key(|change| change.on);
        self.days = Weekdays(self.days.0 & !bit(old) | bit(new));
        if is_alone {
            self.first = self.first.map(shift).transpose()?;
            self.last = self.last.map(shift).transpose()?;
        } else {
            let there = shift(on)?;
            self.first = self.first.map(|first| first.min(there));
            self.last = self.last.map(|last| last.max(there));
        }
        Ok(())
    }

    fn weekday_of(&self, calendar: &Calendar, date: Date) -> Weekday {
        weekday_of(self.counts_as, calendar, date)
    }

    /// Its recurrence as a series; none where it has none.
    fn series(&self) -> Option<Series> {
        Series::new(self.start()?, self.recurrence.clone(), Vec::new(), Vec::new()).ok()
    }
}

fn weekday_of(counts_as: CountsAs, calendar: &Calendar, date: Date) -> Weekday {
    match counts_as {
        CountsAs::Itself => date.weekday(),
        CountsAs::ItsTimetable => calendar.day(date).weekday,
    }
}

fn bit(day: Weekday) -> u8 {
    1 << day.to_monday_zero_offset()
}

#[cfg(test)]
mod tests;
