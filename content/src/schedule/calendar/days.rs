//! The special days of a site or of all sites, kept in order so that looking one up stays cheap.

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

use crate::id::SiteId;
use crate::schedule::calendar::{Day, DayKind, SpecialDay};

/// Special days, and the years whose official notice is among them. Ordered by date and site, each once.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "Written")]
pub struct Calendar {
    #[serde(skip_serializing_if = "Option::is_none")]
    site: Option<SiteId>,
    days: Vec<SpecialDay>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    years: Vec<i16>,
}

/// A calendar as it was written, in whatever order.
#[derive(Deserialize)]
struct Written {
    #[serde(default)]
    site: Option<SiteId>,
    #[serde(default)]
    days: Vec<SpecialDay>,
    #[serde(default)]
    years: Vec<i16>,
}

impl From<Written> for Calendar {
    fn from(written: Written) -> Self {
        Self { site: written.site, ..Self::new(written.days, written.years) }
    }
}

impl Calendar {
    /// The calendar of all sites: of days with one date and one site the last one wins. `years` are those whose official
    /// notice has been loaded.
    #[must_use]
    pub fn new(mut days: Vec<SpecialDay>, mut years: Vec<i16>) -> Self {
        // The sort is stable: turned round first, the last one said stands before its elders and survives.
        days.reverse();
        days.sort_by(|a, b| (a.date, &a.site).cmp(&(b.date, &b.site)));
        days.dedup_by(|later, kept| (later.date, &later.site) == (kept.date, &kept.site));
        years.sort_unstable();
        years.dedup();
        Self { site: None, days, years }
    }

    /// What concerns one site: its own days, and the general ones it does not overrule.
    #[must_use]
    pub fn of_site(&self, site: &SiteId) -> Self {
        let concerns = |day: &&SpecialDay| match &day.site {
            Some(own) => own == site,
            None => self.find(day.date, Some(site)).is_none(),
        };
        Self {
            site: Some(site.clone()),
            days: self.days.iter().filter(concerns).cloned().collect(),
            years: self.years.clone(),
        }
    }

    /// The special days, by date and site.
    #[must_use]
    pub fn days(&self) -> &[SpecialDay] {
        &self.days
    }

    /// The years whose official notice has been loaded, in order.
    #[must_use]
    pub fn years(&self) -> &[i16] {
        &self.years
    }

    /// The site it is the calendar of; none for the calendar of all sites.
    #[must_use]
    pub const fn site(&self) -> Option<&SiteId> {
        self.site.as_ref()
    }

    /// What `date` is: at the calendar's site, or in general when it is the calendar of all.
    #[must_use]
    pub fn day(&self, date: Date) -> Day<'_> {
        self.seen(date, self.special(date))
    }

    /// What `date` is at `site`.
    #[must_use]
    pub fn day_at(&self, site: &SiteId, date: Date) -> Day<'_> {
        self.seen(date, self.special_at(site, date))
    }

    /// The special day `date` is, if it is one: at the calendar's site, or in general when it is the calendar of all.
    #[must_use]
    pub fn special(&self, date: Date) -> Option<&SpecialDay> {
        let own = self.site.as_ref().and_then(|site| self.find(date, Some(site)));
        own.or_else(|| self.find(date, None))
    }

    /// The special day `date` is at `site`, if it is one.
    #[must_use]
    pub fn special_at(&self, site: &SiteId, date: Date) -> Option<&SpecialDay> {
        self.find(date, Some(site)).or_else(|| self.find(date, None))
    }

    /// The weekday whose plan `date` follows: its own, or another's.
    #[must_use]
    pub fn working_weekday(&self, date: Date) -> Weekday {
        self.day(date).weekday
    }

    fn find(&self, date: Date, site: Option<&SiteId>) -> Option<&SpecialDay> {
        let place = self.days.binary_search_by(|day| (day.date, day.site.as_ref()).cmp(&(date, site))).ok()?;
        self.days.get(place)
    }

    fn seen<'a>(&self, date: Date, special: Option<&'a SpecialDay>) -> Day<'a> {
        let own = date.weekday();
        Day {
            date,
            kind: special.map_or(DayKind::of_weekday(own), |special| special.kind.day_kind(date)),
            weekday: special.and_then(|special| special.kind.follows()).unwrap_or(own),
            special,
            is_published: self.years.binary_search(&date.year()).is_ok(),
        }
    }
}
