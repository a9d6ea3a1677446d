//! The `rrule` crate as a second opinion, in UTC. It stands here alone: what it brings with it (another calendar and
//! another time-zone database) is for this test and nothing else.
//!
//! Where it differs from RFC 5545 or from libical, drafts are bent until it does not:
//! - `FREQ=YEARLY;BYMONTHDAY` without BYMONTH means every month there, DTSTART's month in libical and here;
//! - a list with both `MO` and `1MO` means days that are both there, days that are either in the RFC;
//! - `FREQ=WEEKLY;BYSETPOS` begins its first week on DTSTART there, on WKST in the RFC: left to the naive reader;
//! - a fifth weekday of a month and a BYSETPOS past 31 in months are refused there: such drafts are drawn again;
//! - the n-th weekday together with BYMONTHDAY is left to the naive reader.

use jiff::civil::DateTime;
use proptest::prelude::*;
use rrule::RRuleSet;

use super::random::{CASES, Draft, End, Period, draft};

/// How many occurrences are compared.
const COMPARED: u16 = 12;

fn bent(mut draft: Draft) -> Draft {
    if draft.weekdays.iter().any(|(nth, _)| *nth == 0) || !draft.month_days.is_empty() {
        for (nth, _) in &mut draft.weekdays {
            *nth = 0;
        }
    }
    if draft.period == Period::Week {
        draft.positions.clear();
    }
    if draft.period == Period::Year && !draft.month_days.is_empty() && draft.months.is_empty() {
        draft.months.push(draft.start.month());
    }
    draft
}

/// What the crate gives up to the draft's horizon.
fn others(draft: &Draft) -> Option<Vec<DateTime>> {
    let text = format!("DTSTART:{}\nRRULE:{}", draft.start_wall().strftime("%Y%m%dT%H%M%SZ"), draft.text());
    let set: RRuleSet = text.parse().ok()?;
    let given = set.into_iter().take(usize::from(COMPARED));
    let walls = given.map(|at| at.format("%Y-%m-%dT%H:%M:%S").to_string().parse().expect("a time"));
    Some(walls.take_while(|wall: &DateTime| wall.date() <= draft.horizon()).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, ..ProptestConfig::default() })]

    #[test]
    fn another_implementation_agrees(draft in draft().prop_map(bent)) {
        let Some(series) = draft.series() else { return Ok(()) };
        // The open end would walk for years to find nothing: it ends at the horizon, as what is compared does.
        let draft = if draft.end == End::Open { Draft { end: End::Days(1_500), ..draft } } else { draft };
        let ours = series.occurrences().take(usize::from(COMPARED)).take_while(|wall| wall.date() <= draft.horizon());
        let ours: Vec<_> = ours.collect();
        let others = others(&draft);
        prop_assume!(others.is_some());
        prop_assert_eq!(Some(ours), others, "{} from {}", draft.text(), draft.start);
    }
}
