//! `anteroom forecast`: the plays a campaign will have in each zone, beside those promised.

use std::fmt::Write as _;

use anteroom_content::id::{CampaignId, ZoneId};
use anteroom_content::place::Zone;
use anteroom_content::schedule::{Campaign, Goal};
use anteroom_content::text::Language;
use anteroom_content::timeline::{self, Forecast, Timeline};
use serde_json::{Value, json};

use super::ask::no_such;
use super::columns::{Side, columns, percent};
use super::house::House;
use crate::db::campaigns;
use crate::publish;

/// What will come of a campaign.
pub(super) struct Foretold {
    campaign: Campaign,
    zones: Vec<(Zone, Forecast)>,
}

/// Asks the engine, zone by zone.
pub(super) async fn forecast(house: &House, id: &str, of_draft: bool) -> anyhow::Result<Foretold> {
    let all = campaigns::campaigns(&house.state.db).await?;
    let found = CampaignId::parse(id).ok().and_then(|id| all.iter().find(|campaign| campaign.id == id));
    let campaign = found.ok_or_else(|| no_such("campaign", id, all.iter().map(|campaign| campaign.id.as_str())))?;
    let now = house.state.now();
    let coming = if of_draft { publish::outlook(&house.state, 0).await?.zones } else { Vec::new() };
    let mut zones = Vec::new();
    for zone in &house.places.zones {
        let change = coming.iter().find(|coming| coming.zone == zone.id);
        let told = match change {
            Some(change) => timeline::forecast(&change.after, &campaign.id, change.takeover),
            None => timeline::forecast(&published(house, &zone.id).await?, &campaign.id, now),
        };
        zones.extend(told.map(|told| (zone.clone(), told)));
    }
    anyhow::ensure!(
        !zones.is_empty(),
        "campaign `{id}` is in no programme {}",
        if of_draft {
            "that would be published: look at its places and dates"
        } else {
            "yet: publish first, or ask with --draft what would come"
        }
    );
    Ok(Foretold { campaign: campaign.clone(), zones })
}

async fn published(house: &House, zone: &ZoneId) -> anyhow::Result<Timeline> {
    Ok(publish::timeline(&house.state, zone, house.state.now()).await?)
}

impl Foretold {
    /// For people.
    pub(super) fn words(&self, language: Language) -> String {
        let say = |zh: &'static str, en: &'static str| if language == Language::Chinese { zh } else { en };
        let Campaign { id, name, window, .. } = &self.campaign;
        let date = |date: Option<jiff::civil::Date>| date.map_or_else(|| "…".to_owned(), |date| date.to_string());
        let mut text = format!(
            "{id} {}  ·  {} – {}  ·  {}\n\n",
            name.in_language(language),
            date(window.first),
            date(window.last),
            self.goal(language)
        );
        let head = [
            say("区域", "zone"),
            "",
            say("天数", "days"),
            say("已播计划", "so far"),
            say("还会播", "planned"),
            say("承诺", "promised"),
            say("兑现", "kept"),
            "",
        ];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        for (zone, told) in &self.zones {
            let short = if told.is_short() { say("不足", "short") } else { "" };
            rows.push(vec![
                zone.id.to_string(),
                zone.name.in_language(language).to_owned(),
                told.days.len().to_string(),
                told.before.to_string(),
                told.planned.to_string(),
                told.promised.to_string(),
                percent(i64::from(told.planned), i64::from(told.promised)),
                short.to_owned(),
            ]);
        }
        let right = Side::Right;
        text.push_str(&columns("", &[Side::Left, Side::Left, right, right, right, right, right], &rows));
        let short = self.zones.iter().filter(|(_, told)| told.is_short()).count();
        if short > 0 {
            let _ = match language {
                Language::Chinese => write!(text, "\n{short} 个区域不足：请延长时段、减少承诺，或提高次序"),
                Language::English => {
                    write!(
                        text,
                        "\nshort in {short} zones: give it longer hours, promise less, or let it go before others"
                    )
                }
            };
        }
        text.trim_end().to_owned()
    }

    fn goal(&self, language: Language) -> String {
        match (self.campaign.goal, language) {
            (Goal::PerHour(plays), Language::Chinese) => format!("每小时 {plays} 次"),
            (Goal::PerHour(plays), Language::English) => format!("{plays} plays an hour"),
            (Goal::ShareOfAir(share), Language::Chinese) => format!("时长占 {}", percent(i64::from(share), 1_000)),
            (Goal::ShareOfAir(share), Language::English) => {
                format!("{} of the airtime", percent(i64::from(share), 1_000))
            }
            (Goal::Total(plays), Language::Chinese) => format!("每区域共 {plays} 次"),
            (Goal::Total(plays), Language::English) => format!("{plays} plays in each zone"),
        }
    }

    /// For programs.
    pub(super) fn json(&self) -> Value {
        let zone = |(zone, told): &(Zone, Forecast)| {
            let day = |day: &timeline::ForecastDay| json!({ "date": day.date, "planned": day.planned, "promised": day.promised });
            json!({
                "zone": zone.id,
                "before": told.before,
                "planned": told.planned,
                "promised": told.promised,
                "is_short": told.is_short(),
                "days": told.days.iter().map(day).collect::<Vec<_>>(),
            })
        };
        json!({
            "campaign": self.campaign.id,
            "name": self.campaign.name,
            "goal": self.campaign.goal,
            "zones": self.zones.iter().map(zone).collect::<Vec<_>>(),
        })
    }
}
