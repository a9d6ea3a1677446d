//! The engine and the oracle plan the same day of any programme: what, since when, until when, and by whom.

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use super::super::*;
use super::case::{Case, any_case};
use super::date::Naive;

/// The first slot that differs is told, with the one before it.
fn check(show: &Show, date: Date) -> Result<(), TestCaseError> {
    let given = Timeline::of(Arc::new(show.clone())).day(date);
    let expected = Naive::new(show, date).day();
    let differs = (0..given.len().max(expected.len())).find(|n| given.get(*n) != expected.get(*n));
    if let Some(n) = differs {
        let before = n.checked_sub(1).and_then(|n| given.get(n));
        prop_assert_eq!(given.get(n), expected.get(n), "slot {} of {}, after {:?}", n, date, before);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rules_lists_and_boundaries_are_as_the_oracle_says(case in any_case()) {
        let Case { mut show, date } = case;
        show.campaigns.clear();
        show.site.policy.ads = false;
        show.site.policy.public_service_permille = 0;
        check(&show, date)?;
    }

    #[test]
    fn every_slot_of_any_day_is_as_the_oracle_says(case in any_case()) {
        check(&case.show, case.date)?;
    }
}
