//! What holds where one programme takes over from another, where one day follows another, and where plays were lost: caps,
//! distances and bars must not forget.

use proptest::prelude::*;

use super::any::{DAY, ad, any_show, campaign, movie, within};
use super::*;
use crate::clock::{HOUR_MS, MINUTE_MS};
use crate::item::Trade;

fn base(list: &[(&str, u32)]) -> Show {
    let mut show = show(vec![rule("base", Level::Base, Window::ALWAYS)], vec![playlist("base", list)]);
    show.site.policy.ads = true;
    show
}

/// Programmes that were published one after another, each so many minutes after midnight.
fn published(shows: &[(i32, Show)]) -> Timeline {
    let mut editions: Vec<Edition> = Vec::new();
    for (minute, show) in shows {
        let show = Arc::new(show.clone());
        let next = if editions.is_empty() {
            Edition::new(Instant(i64::MIN), show)
        } else {
            let before = Timeline::new(editions.clone());
            let effective_at = before.handover(show.offsets.instant(DAY, *minute));
            Edition { effective_at, show, carry: Arc::new(before.carry(effective_at)) }
        };
        editions.push(next);
    }
    Timeline::new(editions)
}

/// Items of these names that stand between two instants, with the milliseconds that lie between them.
fn shown_ms(timeline: &Timeline, ids: &[&str], (from, to): (Instant, Instant)) -> i64 {
    let is_one = |cue: &&Cue| matches!(&cue.showing, Showing::Item { item, .. } if ids.contains(&item.as_str()));
    timeline.zone_cues(from, to, usize::MAX).iter().filter(is_one).map(|cue| within(cue, from, to)).sum()
}

#[test]
fn plays_that_were_lost_are_not_made_up_for_in_a_burst() {
    let mut show = base(&[("a", 10_000), ("b", 10_000)]);
    let noon = at(&show, 12, 0);
    show.items.push(Item { class: Class::PublicService, valid_from: Some(noon), ..movie("k", 10) });
    show.campaigns = vec![campaign("k", "k", Goal::PerHour(12))];
    let timeline = Timeline::of(Arc::new(show));
    let plays = shown_ms(&timeline, &["k"], (noon, noon.plus_ms(HOUR_MS))) / 10_000;
    assert!((11..=15).contains(&plays), "{plays} plays in the first hour of twelve an hour");
}

#[test]
fn no_advertisement_follows_the_night_though_a_programme_takes_over_after_midnight() {
    let mut show = base(&[("a", 10_000), ("b", 10_000)]);
    show.zone.open = [Some(OpenHours::ALWAYS); 7];
    show.items.push(ad("x", 15, "甲", Trade::Medicine, &[]));
    show.campaigns = vec![campaign("x", "x", Goal::PerHour(12))];
    let timeline = published(&[(0, show.clone()), (2, show.clone())]);
    let midnight = show.offsets.instant(DAY, 0);
    assert_eq!(shown_ms(&timeline, &["x"], (midnight, midnight.plus_ms(10 * MINUTE_MS))), 0);
    assert!(shown_ms(&timeline, &["x"], (midnight, midnight.plus_ms(HOUR_MS))) > 0);
}

#[test]
fn an_advertisement_that_was_withdrawn_counts_under_the_hour_s_cap_for_good() {
    let mut show = base(&[("a", 10_000), ("b", 10_000)]);
    (show.site.policy.ad_hour_permille, show.site.policy.separation_ms) = (20, 0);
    let selling = |id: &str, show: &Show| {
        let mut show = show.clone();
        show.items.push(ad(id, 12, id, Trade::Medicine, &[]));
        show.campaigns = vec![campaign(id, id, Goal::PerHour(60))];
        show
    };
    let timeline = published(&[(0, selling("x", &show)), (490, show.clone()), (500, selling("y", &show))]);
    let hour = (at(&show, 8, 0), at(&show, 9, 0));
    assert!(shown_ms(&timeline, &["x"], hour) > 0);
    assert!(shown_ms(&timeline, &["x", "y"], hour) <= 72_000, "{} ms", shown_ms(&timeline, &["x", "y"], hour));
}

#[test]
fn a_related_seller_does_not_follow_an_education_item_that_was_withdrawn() {
    let mut show = base(&[("a", 60_000)]);
    show.items[0].tags = vec!["J45.9".into()];
    show.items.push(ad("x", 15, "甲", Trade::Medicine, &["J"]));
    show.campaigns = vec![campaign("x", "x", Goal::PerHour(30))];
    // Beside the item about asthma the inhaler never stands, so that it is overdue when that item goes.
    let mut after = show.clone();
    after.playlists = vec![playlist("base", &[("b", 10_000)])];
    after.items.retain(|item| item.id.as_str() != "a");
    let timeline = published(&[(0, show.clone()), (539, after)]);
    let (from, to) = (at(&show, 9, 0), at(&show, 9, 5));
    let after_a = timeline.zone_cue(from).expect("a cue");
    assert_eq!(after_a.since, from, "the programme took over here");
    assert_eq!(after_a.showing, Showing::Item { item: ItemId::parse("b").expect("name"), version: 1 });
    assert!(shown_ms(&timeline, &["x"], (from, to)) > 0, "it may stand later");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_campaign_plays_oftener_in_a_clock_hour_than_it_may(show in any_show(), most in 1u16..5) {
        let mut show = show;
        for campaign in &mut show.campaigns {
            campaign.per_hour_max = Some(most);
        }
        let timeline = Timeline::of(Arc::new(show.clone()));
        let midnight = show.offsets.instant(DAY, 0);
        for campaign in &show.campaigns {
            let by = Some(Why::Campaign(campaign.id.clone()));
            let mut hours = [0u16; 24];
            for cue in timeline.zone_cues(midnight, midnight.plus_ms(DAY_MS), usize::MAX).iter().filter(|cue| cue.why == by) {
                hours[usize::try_from(cue.since.ms_since(midnight) / HOUR_MS).expect("an hour")] += 1;
            }
            prop_assert!(hours.iter().all(|plays| *plays <= most), "{:?} of {}", hours, most);
        }
    }

    #[test]
    fn nothing_of_a_recalled_item_is_shown_from_that_instant_on(show in any_show(), minute in 0i32..1440, ms in 0i64..60_000, which in 0usize..64) {
        let recalled = show.items[which % show.items.len()].id.clone();
        let mut after = show.clone();
        after.items.retain(|item| item.id != recalled);
        let at = show.offsets.instant(DAY, minute).plus_ms(ms);
        let editions = [Edition::new(Instant(i64::MIN), Arc::new(show.clone()))];
        let carry = Arc::new(Timeline::new(editions.clone()).carry(at));
        let next = Edition { effective_at: at, show: Arc::new(after), carry };
        let timeline = Timeline::new(editions.into_iter().chain([next]));
        let is_recalled = |cue: &Cue| matches!(&cue.showing, Showing::Item { item, .. } if *item == recalled);
        let cues = timeline.zone_cues(at, show.offsets.instant(DAY, 1440), usize::MAX);
        let again = cues.iter().find(|cue| cue.since >= at && is_recalled(cue));
        prop_assert!(again.is_none(), "{:?}", again);
        prop_assert!(timeline.zone_cue(at).is_none_or(|cue| !is_recalled(&cue)), "{:?}", timeline.zone_cue(at));
    }
}
