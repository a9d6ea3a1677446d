//! Rules and campaigns of the demo, dated from the day of the first run.

use anteroom_content::clinic::Weeks;
use anteroom_content::id::{CampaignId, ItemId, PlaylistId, RuleId};
use anteroom_content::schedule::{
    Campaign, CountsAs, DayKinds, Goal, Level, Recurrence, Rule, Target, Weekdays, Where, Window,
};
use anteroom_content::text::Text;
use jiff::civil::Date;
use serde::Deserialize;

use super::{DemoDataError, DemoDate};

/// A rule, dated from the first run.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoRule {
    id: RuleId,
    #[serde(default)]
    name: Text,
    /// Which playlist it puts on the air.
    pub playlist: PlaylistId,
    places: Vec<Where>,
    #[serde(default)]
    except: Vec<Where>,
    level: Level,
    #[serde(default)]
    window: DemoWindow,
}

/// A window, dated from the first run; where nothing is said it holds always.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct DemoWindow {
    first: Option<DemoDate>,
    last: Option<DemoDate>,
    days: Weekdays,
    counts_as: CountsAs,
    weeks: Weeks,
    kinds: DayKinds,
    recurrence: Option<Recurrence>,
    from_min: u16,
    to_min: Option<u16>,
}

/// A campaign, dated from the first run.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoCampaign {
    /// Its name.
    pub id: CampaignId,
    /// Its name for people.
    pub name: Text,
    /// What plays.
    pub items: Vec<ItemId>,
    #[serde(default)]
    dwell_ms: Option<u32>,
    target: Target,
    window: DemoWindow,
    goal: Goal,
    #[serde(default)]
    per_hour_max: Option<u16>,
    #[serde(default)]
    order: i32,
}

impl DemoRule {
    /// The rule as it stands when the first run is on `first_run`.
    ///
    /// # Errors
    /// [`DemoDataError::NoSuchDate`] for a date that no calendar has.
    pub fn dated(&self, first_run: Date) -> Result<Rule, DemoDataError> {
        let target = Target { places: self.places.clone(), except: self.except.clone() };
        let window = self.window.dated(first_run)?;
        let rule = Rule::new(self.id.clone(), self.playlist.clone(), target, window, self.level);
        Ok(Rule { name: self.name.clone(), ..rule })
    }
}

impl DemoCampaign {
    /// The campaign as it stands when the first run is on `first_run`.
    ///
    /// # Errors
    /// [`DemoDataError::NoSuchDate`] for a date that no calendar has.
    pub fn dated(&self, first_run: Date) -> Result<Campaign, DemoDataError> {
        Ok(Campaign {
            id: self.id.clone(),
            name: self.name.clone(),
            items: self.items.clone(),
            dwell_ms: self.dwell_ms,
            target: self.target.clone(),
            window: self.window.dated(first_run)?,
            goal: self.goal,
            per_hour_max: self.per_hour_max,
            phases: Vec::new(),
            order: self.order,
        })
    }
}

impl DemoWindow {
    fn dated(&self, first_run: Date) -> Result<Window, DemoDataError> {
        let date = |date: &DemoDate| date.resolve(first_run);
        Ok(Window {
            first: self.first.as_ref().map(date).transpose()?,
            last: self.last.as_ref().map(date).transpose()?,
            days: self.days,
            counts_as: self.counts_as,
            weeks: self.weeks,
            kinds: self.kinds,
            recurrence: self.recurrence.clone(),
            from_min: self.from_min,
            to_min: self.to_min.unwrap_or(1440),
            ..Window::ALWAYS
        })
    }
}
