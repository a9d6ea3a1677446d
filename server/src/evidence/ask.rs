//! What is asked for: days, screens, items, and items by campaign or advertiser.

use std::ops::Range;

use anteroom_content::clock::{Instant, Offsets};
use anteroom_content::evidence::{FORMAT, Head};
use anteroom_content::id::{ItemId, ScreenId};
use anyhow::Context as _;
use clap::Args;

use crate::db::{campaigns, items, reach};
use crate::plan::{House, date, no_such};
use crate::reports::{day, time_zone};

/// The most days of one export: three years, which is how long advertising evidence is kept.
const DAYS_MAX: i64 = 3 * 366;

/// What is asked for.
#[derive(Debug, Clone, Args)]
pub struct Asked {
    /// The first day: `today`, `yesterday` or `2026-11-25`, by the site's own clocks
    #[arg(long, value_name = "DATE")]
    from: String,
    /// The last day, whole [default: the first]
    #[arg(long, value_name = "DATE")]
    to: Option<String>,
    /// Of this screen alone; may be given more than once
    #[arg(long, value_name = "SCREEN")]
    screen: Vec<String>,
    /// Of this item alone; may be given more than once
    #[arg(long, value_name = "ITEM")]
    item: Vec<String>,
    /// Of the items of this campaign, as they stand in the console
    #[arg(long, value_name = "CAMPAIGN")]
    campaign: Vec<String>,
    /// Of the advertisements of this advertiser
    #[arg(long, value_name = "NAME")]
    advertiser: Vec<String>,
}

impl Asked {
    /// As a bundle says it. Screens nobody knows are refused: a slip would look like a screen that never played.
    pub(super) async fn head(&self, house: &House) -> anyhow::Result<Head> {
        let span = self.span(house)?;
        let mut items = self.items(house).await?;
        items.sort();
        items.dedup();
        let mut screens: Vec<ScreenId> = Vec::new();
        for name in &self.screen {
            let id = ScreenId::parse(name)?;
            // A screen that was taken down long ago has plays, and no place.
            let is_known = house.places.screen(&id).is_some() || reach::has_plays(&house.state.db, &id).await?;
            let names = house.places.screens.iter().map(|screen| screen.id.as_str());
            anyhow::ensure!(is_known, no_such("screen", name, names));
            screens.push(id);
        }
        screens.sort();
        screens.dedup();
        Ok(Head { format: FORMAT, from: span.start, to: span.end, screens, items })
    }

    fn span(&self, house: &House) -> anyhow::Result<Range<Instant>> {
        let zone = time_zone(&house.places);
        let now = house.state.now();
        let today = Offsets::of_zone(zone, now)?.date(now);
        let from = date(&self.from, today)?;
        let to = self.to.as_ref().map_or(Ok(from), |text| date(text, today))?;
        anyhow::ensure!(from <= to, "the last day, {to}, lies before the first, {from}");
        let span = day(zone, from)?.start..day(zone, to)?.end;
        let days = span.end.ms_since(span.start) / anteroom_content::clock::DAY_MS;
        anyhow::ensure!(days <= DAYS_MAX, "{days} days are asked for, at most {DAYS_MAX} are told at once");
        Ok(span)
    }

    async fn items(&self, house: &House) -> anyhow::Result<Vec<ItemId>> {
        let db = &house.state.db;
        let mut asked = self.item.iter().map(|name| ItemId::parse(name)).collect::<Result<Vec<_>, _>>()?;
        if !self.campaign.is_empty() {
            let known = campaigns::campaigns(db).await?;
            for name in &self.campaign {
                let found = known.iter().find(|one| one.id.as_str() == name);
                let names = known.iter().map(|one| one.id.as_str());
                asked.extend(found.ok_or_else(|| no_such("campaign", name, names))?.items.iter().cloned());
            }
        }
        if !self.advertiser.is_empty() {
            let known = items::items(db).await?;
            for name in &self.advertiser {
                let of = |record: &&items::ItemRecord| {
                    record.item.advertiser.as_ref().is_some_and(|advertiser| advertiser.name == *name)
                };
                let found: Vec<ItemId> = known.iter().filter(of).map(|record| record.item.id.clone()).collect();
                let names = known.iter().filter_map(|record| Some(record.item.advertiser.as_ref()?.name.as_str()));
                anyhow::ensure!(!found.is_empty(), no_such("advertiser", name, names));
                asked.extend(found);
            }
        }
        let is_narrowed = self.campaign.len() + self.advertiser.len() + self.item.len() > 0;
        anyhow::ensure!(!is_narrowed || !asked.is_empty(), "nothing that was named has any item");
        Ok(asked)
    }
}

/// The screens that are asked for; all that played, where none is named.
pub(super) async fn screens(house: &House, head: &Head) -> anyhow::Result<Vec<ScreenId>> {
    if !head.screens.is_empty() {
        return Ok(head.screens.clone());
    }
    let hours = head.from.hour()..head.to.hour().saturating_add(1);
    reach::screens_played(&house.state.db, hours).await.context("the screens cannot be listed")
}
