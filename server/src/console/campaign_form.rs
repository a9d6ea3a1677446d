//! A campaign as a form: what was promised to whom, where, when and how much, and back. What does not parse is told in words.

use anteroom_content::clock::Instant;
use anteroom_content::id::{CampaignId, ItemId};
use anteroom_content::item::{DWELL_MAX_MS, DWELL_MIN_MS};
use anteroom_content::schedule::{CAMPAIGN_ITEMS_MAX, Campaign, Goal, PER_HOUR_MAX, Phase};

use super::fields::{Filled, both, clean, is_title};
use super::place_form::PlaceForm;
use super::playlist::read_dwell;
use super::rule_form::read_order;
use super::said::Said;
use super::window_form::WindowForm;

/// The most plays anybody may ask for in all: a play every ten seconds for a year.
const TOTAL_MAX: u32 = 3_153_600;
/// The most phases of a campaign; a launch, a steady time and a close are three.
const PHASES_MAX: usize = 12;
/// Empty rows of phases offered below those in use.
const PHASES_FREE: usize = 2;
/// The heaviest a phase may be, beside 100.
const PHASE_WEIGHT_MAX: u16 = 1_000;

/// The fields of a campaign.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct CampaignForm {
    /// Its name.
    pub(super) name_zh: String,
    /// Its name in English.
    pub(super) name_en: String,
    /// What plays, in this order.
    pub(super) items: Vec<String>,
    /// Seconds a still stands, or nothing.
    pub(super) dwell_secs: String,
    /// Where.
    pub(super) place: PlaceForm,
    /// When.
    pub(super) window: WindowForm,
    /// `per_hour`, `share` or `total`.
    pub(super) goal: String,
    /// How much of it.
    pub(super) amount: String,
    /// The most plays in an hour, or nothing.
    pub(super) per_hour_max: String,
    /// From when on how heavy.
    pub(super) phases: Vec<PhaseRow>,
    /// Who goes first.
    pub(super) order: String,
}

/// From a date on, how heavy a day is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct PhaseRow {
    /// From here on.
    pub(super) from: String,
    /// How heavy.
    pub(super) weight: String,
}

impl CampaignForm {
    /// What a new one starts from.
    pub(super) fn fresh() -> Self {
        Self {
            window: WindowForm::fresh(),
            goal: "per_hour".to_owned(),
            amount: "2".to_owned(),
            order: "0".to_owned(),
            phases: phases(Vec::new()),
            ..Self::default()
        }
    }

    /// What the form brought.
    pub(super) fn filled(filled: &Filled) -> Self {
        let (froms, weights) = (filled.all("phase_from"), filled.all("phase_weight"));
        let rows = froms.into_iter().zip(weights).map(|(from, weight)| PhaseRow { from, weight });
        Self {
            name_zh: filled.one("name_zh"),
            name_en: filled.one("name_en"),
            items: filled.all("item"),
            dwell_secs: filled.one("dwell_secs"),
            place: PlaceForm::filled(filled),
            window: WindowForm::filled(filled),
            goal: filled.one("goal"),
            amount: filled.one("amount"),
            per_hour_max: filled.one("per_hour_max"),
            phases: phases(rows.filter(|row| !row.is_free()).collect()),
            order: filled.one("order"),
        }
    }

    /// The fields of a campaign that exists.
    pub(super) fn of(campaign: &Campaign) -> Self {
        let (goal, amount) = match campaign.goal {
            Goal::PerHour(plays) => ("per_hour", plays.to_string()),
            Goal::ShareOfAir(permille) => ("share", percent(permille)),
            Goal::Total(plays) => ("total", plays.to_string()),
        };
        let row = |phase: &Phase| PhaseRow { from: phase.from.to_string(), weight: phase.weight.to_string() };
        Self {
            name_zh: campaign.name.zh.clone(),
            name_en: campaign.name.en.clone(),
            items: campaign.items.iter().map(ToString::to_string).collect(),
            dwell_secs: campaign.dwell_ms.map(|ms| (ms / 1_000).to_string()).unwrap_or_default(),
            place: PlaceForm::of(&campaign.target),
            window: WindowForm::of(&campaign.window),
            goal: goal.to_owned(),
            amount,
            per_hour_max: campaign.per_hour_max.map(|most| most.to_string()).unwrap_or_default(),
            phases: phases(campaign.phases.iter().map(row).collect()),
            order: campaign.order.to_string(),
        }
    }

    /// The campaign, or everything that is wrong with the form.
    pub(super) fn read(&self, id: CampaignId, now: Instant) -> Result<Campaign, Vec<Said>> {
        let mut problems = Vec::new();
        let name = both(&self.name_zh, &self.name_en);
        if !is_title(&name.zh) {
            problems.push(Said::bad("bad-name").of("name_zh"));
        }
        let items: Vec<ItemId> = self.items.iter().filter_map(|id| ItemId::parse(id).ok()).collect();
        if items.is_empty() || items.len() > CAMPAIGN_ITEMS_MAX {
            problems.push(Said::bad("bad-campaign-items").of("item").put("max", CAMPAIGN_ITEMS_MAX));
        }
        let dwell_ms = read_dwell(&self.dwell_secs).map_err(|()| {
            let said = Said::bad("bad-dwell")
                .of("dwell_secs")
                .put("min", DWELL_MIN_MS / 1_000)
                .put("max", DWELL_MAX_MS / 1_000);
            problems.push(said);
        });
        let target = self.place.read().map_err(|problem| problems.push(problem));
        let window = self.window.read(now).map_err(|all| problems.extend(all));
        let goal = self.goal().map_err(|problem| problems.push(problem));
        if matches!((goal, &window), (Ok(Goal::Total(_)), Ok(window)) if window.last.is_none()) {
            problems.push(Said::bad("bad-goal-total-last").of("last"));
        }
        let per_hour_max = self.per_hour_max().map_err(|problem| problems.push(problem));
        let phases: Option<Vec<Phase>> = self.phases.iter().filter(|row| !row.is_free()).map(PhaseRow::read).collect();
        let phases = phases.filter(|phases| phases.len() <= PHASES_MAX);
        if phases.is_none() {
            problems.push(Said::bad("bad-phases").of("phases").put("max", PHASE_WEIGHT_MAX));
        }
        let order = read_order(&self.order).ok_or_else(|| problems.push(Said::bad("bad-order").of("order")));
        match (dwell_ms, target, window, goal, per_hour_max, phases, order) {
            (Ok(dwell_ms), Ok(target), Ok(window), Ok(goal), Ok(per_hour_max), Some(phases), Ok(order))
                if problems.is_empty() =>
            {
                Ok(Campaign { id, name, items, dwell_ms, target, window, goal, per_hour_max, phases, order })
            }
            _ => Err(problems),
        }
    }

    fn goal(&self) -> Result<Goal, Said> {
        let amount = clean(&self.amount);
        match self.goal.as_str() {
            "per_hour" => {
                let plays = amount.parse().ok().filter(|plays| (1..=PER_HOUR_MAX).contains(plays));
                plays
                    .map(Goal::PerHour)
                    .ok_or_else(|| Said::bad("bad-goal-per-hour").of("amount").put("max", PER_HOUR_MAX))
            }
            "share" => {
                let share = read_percent(&amount).filter(|share| *share > 0);
                share.map(Goal::ShareOfAir).ok_or_else(|| Said::bad("bad-goal-share").of("amount"))
            }
            "total" => {
                let plays = amount.parse().ok().filter(|plays| (1..=TOTAL_MAX).contains(plays));
                plays.map(Goal::Total).ok_or_else(|| Said::bad("bad-goal-total").of("amount").put("max", TOTAL_MAX))
            }
            _ => Err(Said::bad("bad-goal").of("goal")),
        }
    }

    fn per_hour_max(&self) -> Result<Option<u16>, Said> {
        let text = clean(&self.per_hour_max);
        if text.is_empty() {
            return Ok(None);
        }
        let most = text.parse().ok().filter(|most| (1..=PER_HOUR_MAX).contains(most));
        most.map(Some).ok_or_else(|| Said::bad("bad-per-hour-max").of("per_hour_max").put("max", PER_HOUR_MAX))
    }
}

impl PhaseRow {
    fn is_free(&self) -> bool {
        self.from.trim().is_empty() && self.weight.trim().is_empty()
    }

    fn read(&self) -> Option<Phase> {
        let weight = self.weight.trim().parse().ok().filter(|weight| *weight <= PHASE_WEIGHT_MAX)?;
        Some(Phase { from: self.from.trim().parse().ok()?, weight })
    }
}

fn phases(mut used: Vec<PhaseRow>) -> Vec<PhaseRow> {
    used.resize(used.len() + PHASES_FREE, PhaseRow::default());
    used
}

/// Thousandths as a percentage: `8`, `8.5`.
pub(super) fn percent(permille: u16) -> String {
    match permille % 10 {
        0 => (permille / 10).to_string(),
        tenth => format!("{}.{tenth}", permille / 10),
    }
}

/// A percentage of at most 100 with at most one decimal, in thousandths.
pub(super) fn read_percent(text: &str) -> Option<u16> {
    let text = text.trim().trim_end_matches(['%', '％']).trim_end();
    let (whole, tenth) = text.split_once('.').unwrap_or((text, "0"));
    let is_digits =
        |text: &str, most: usize| (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole, 3) || !is_digits(tenth, 1) {
        return None;
    }
    let permille = whole.parse::<u16>().ok()? * 10 + tenth.parse::<u16>().ok()?;
    (permille <= 1_000).then_some(permille)
}

#[cfg(test)]
mod tests {
    use anteroom_content::schedule::{Target, Where, Window};
    use anteroom_content::text::Text;
    use jiff::civil::date;

    use super::*;

    const NOW: Instant = Instant(1_795_572_000_000);

    fn campaign() -> Campaign {
        Campaign {
            id: CampaignId::parse("k-1").expect("name"),
            name: Text::new("流感季", "Flu season"),
            items: ["K2", "K1"].map(|id| ItemId::parse(id).expect("name")).into(),
            dwell_ms: Some(20_000),
            target: Target { places: vec![Where::City("990100".into())], except: Vec::new() },
            window: Window { last: Some(date(2027, 1, 31)), ..Window::ALWAYS },
            goal: Goal::ShareOfAir(85),
            per_hour_max: Some(12),
            phases: vec![Phase { from: date(2026, 12, 1), weight: 150 }, Phase { from: date(2027, 1, 1), weight: 0 }],
            order: 2,
        }
    }

    #[test]
    fn a_campaign_survives_its_form() {
        for goal in [Goal::ShareOfAir(85), Goal::PerHour(2), Goal::Total(9_000)] {
            let campaign = Campaign { goal, ..campaign() };
            assert_eq!(CampaignForm::of(&campaign).read(campaign.id.clone(), NOW), Ok(campaign));
        }
    }

    #[test]
    fn each_mistake_is_told() {
        let good = CampaignForm::of(&campaign());
        let check = |change: &dyn Fn(&mut CampaignForm), key: &str| {
            let mut form = good.clone();
            change(&mut form);
            let told = form.read(CampaignId::parse("k-1").expect("name"), NOW).expect_err(key);
            assert_eq!(told.into_iter().map(|said| said.key).collect::<Vec<_>>(), [key]);
        };
        check(&|f| f.name_zh.clear(), "bad-name");
        check(&|f| f.items.clear(), "bad-campaign-items");
        check(&|f| f.items = vec!["K1".into(); 21], "bad-campaign-items");
        check(&|f| f.dwell_secs = "0".into(), "bad-dwell");
        check(&|f| f.place.place.clear(), "bad-rule-place");
        check(&|f| f.amount = "100.1".into(), "bad-goal-share");
        check(&|f| (f.goal, f.amount) = ("per_hour".into(), "361".into()), "bad-goal-per-hour");
        check(&|f| (f.goal, f.amount) = ("total".into(), "0".into()), "bad-goal-total");
        check(
            &|f| {
                (f.goal, f.amount) = ("total".into(), "9".into());
                f.window.last.clear();
            },
            "bad-goal-total-last",
        );
        check(&|f| f.goal = "moon".into(), "bad-goal");
        check(&|f| f.per_hour_max = "many".into(), "bad-per-hour-max");
        check(&|f| f.phases[0].weight.clear(), "bad-phases");
        check(&|f| f.order = "x".into(), "bad-order");
    }

    #[test]
    fn percentages_are_read_as_they_are_written() {
        for permille in [0, 5, 80, 85, 1_000] {
            assert_eq!(read_percent(&percent(permille)), Some(permille));
        }
        assert_eq!(read_percent("8 %"), Some(80));
        for text in ["", "101", "8.55", "-1", "8,5", "x", "100.1"] {
            assert_eq!(read_percent(text), None, "{text}");
        }
    }
}
