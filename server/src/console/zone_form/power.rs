//! The power plan in the form of a zone: whether its displays are switched, and how long before and after its hours they are lit.

use anteroom_content::place::Zone;
use anteroom_content::power::{MARGIN_MIN_MAX, PowerPlan};

use super::ZoneForm;
use crate::console::desk::Desk;
use crate::console::fault::Fault;
use crate::console::fields::clean;
use crate::console::said::Said;
use crate::console::visitor::Staff;

/// What is offered to a zone whose displays were left alone, in minutes.
const USUAL: PowerPlan = PowerPlan { on_before_min: 15, off_after_min: 30 };

impl ZoneForm {
    /// The same form with a plan in it.
    pub(super) fn with_power(self, plan: Option<PowerPlan>) -> Self {
        let minutes = plan.unwrap_or(USUAL);
        Self {
            power: Some(if plan.is_some() { "yes" } else { "no" }.to_owned()),
            power_before: minutes.on_before_min.to_string(),
            power_after: minutes.off_after_min.to_string(),
            ..self
        }
    }

    /// When its displays are lit; none leaves them alone.
    pub(super) fn power(&self, was: Option<&Zone>) -> Result<Option<PowerPlan>, Said> {
        match self.power.as_deref() {
            None => return Ok(was.and_then(|was| was.power)),
            Some("yes") => {}
            Some(_) => return Ok(None),
        }
        let minutes = |text: &str| {
            let minutes = clean(text).parse::<u16>().ok().filter(|minutes| *minutes <= MARGIN_MIN_MAX);
            minutes.ok_or_else(|| Said::bad("bad-power").put("max", MARGIN_MIN_MAX))
        };
        Ok(Some(PowerPlan { on_before_min: minutes(&self.power_before)?, off_after_min: minutes(&self.power_after)? }))
    }
}

fn in_words(plan: Option<PowerPlan>) -> String {
    plan.map_or_else(|| "-".to_owned(), |plan| format!("-{} min +{} min", plan.on_before_min, plan.off_after_min))
}

/// Writes down who changed when displays are lit.
pub(super) async fn note(desk: &Desk, staff: &Staff, was: Option<&Zone>, zone: &Zone) -> Result<(), Fault> {
    let before = was.and_then(|was| was.power);
    if before == zone.power {
        return Ok(());
    }
    let detail = format!("{} → {}", in_words(before), in_words(zone.power));
    desk.note(&staff.account, "zone.power", zone.id.as_str(), &detail).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_survives_its_form_and_minutes_nobody_can_mean_are_told() {
        let plan = PowerPlan { on_before_min: 20, off_after_min: 0 };
        for plan in [None, Some(plan)] {
            assert_eq!(ZoneForm::default().with_power(plan).power(None).ok(), Some(plan));
        }
        assert_eq!(ZoneForm::default().power(None).ok(), Some(None));
        for minutes in ["721", "-1", "soon", ""] {
            let form = ZoneForm { power_after: minutes.to_owned(), ..ZoneForm::default().with_power(Some(plan)) };
            assert_eq!(form.power(None).map_err(|said| said.key), Err("bad-power".to_owned()), "{minutes}");
        }
    }
}
