//! Publishing at any instant keeps what has been shown, takes over at an item boundary, and re-paces what is left.

use proptest::prelude::*;

use super::any::{DAY, any_show, campaign, class_of, movie, ten_minutes, within};
use super::*;
use crate::clock::HOUR_MS;

/// What a server does: the next edition takes over at the boundary, with the carry.
fn publish(editions: &[Edition], show: &Arc<Show>, at: Instant) -> Edition {
    let before = Timeline::new(editions.to_vec());
    let effective_at = before.handover(at);
    Edition { effective_at, show: show.clone(), carry: Arc::new(before.carry(effective_at)) }
}

fn first(show: &Arc<Show>) -> Edition {
    Edition::new(Instant(i64::MIN), show.clone())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_shown_stays_and_nothing_is_cut(old in any_show(), new in any_show(), minute in 0i32..1440, ms in 0i64..60_000) {
        let (old, new) = (Arc::new(old), Arc::new(new));
        let at = old.offsets.instant(DAY, minute).plus_ms(ms);
        let editions = [first(&old)];
        let next = publish(&editions, &new, at);
        let from = next.effective_at;
        prop_assert!(from >= at);
        let (before, after) = (Timeline::new(editions.clone()), Timeline::new(editions.into_iter().chain([next])));
        for cue in before.day(DAY).iter().filter(|cue| cue.since < from) {
            let stays = after.zone_cue(cue.since).expect("always a cue");
            prop_assert_eq!((&stays.showing, stays.since), (&cue.showing, cue.since));
            let is_whole = stays.until == cue.until || !matches!(cue.showing, Showing::Item { .. });
            prop_assert!(is_whole, "{:?} is cut", stays);
        }
        prop_assert!(after.zone_cue(from).is_none_or(|cue| cue.since <= from));
    }

    #[test]
    fn caps_hold_over_a_takeover(show in any_show(), new in any_show(), minutes in prop::collection::vec(0i32..1440, 1..4)) {
        let (mut old, mut new) = (show, new);
        new.site.policy = old.site.policy.clone();
        new.items = old.items.clone();
        (old.zone.child, new.zone.child) = (false, false);
        let policy = old.site.policy.clone();
        let shows = [Arc::new(old), Arc::new(new)];
        let mut editions = vec![first(&shows[0])];
        let mut minutes = minutes;
        minutes.sort_unstable();
        for (n, minute) in minutes.into_iter().enumerate() {
            let at = shows[0].offsets.instant(DAY, minute).plus_ms(777);
            let next = publish(&editions, &shows[(n + 1) % 2], at);
            editions.retain(|edition| edition.effective_at < next.effective_at);
            editions.push(next);
        }
        let timeline = Timeline::new(editions);
        let midnight = shows[0].offsets.instant(DAY, 0);
        let cues = timeline.zone_cues(midnight, midnight.plus_ms(24 * HOUR_MS), usize::MAX);
        let ads: Vec<&Cue> =
            cues.iter().filter(|cue| class_of(&shows[0], cue) == Some(Class::Advertisement)).collect();
        for hour in 0..24 {
            let from = midnight.plus_ms(hour * HOUR_MS);
            let ms: i64 = ads.iter().map(|cue| within(cue, from, from.plus_ms(HOUR_MS))).sum();
            prop_assert!(ms * 1_000 <= i64::from(policy.ad_hour_permille) * HOUR_MS, "{} ms in hour {}", ms, hour);
        }
        for end in &ads {
            let from = end.until.plus_ms(-ten_minutes());
            let ms: i64 = ads.iter().map(|cue| within(cue, from, end.until)).sum();
            prop_assert!(ms <= i64::from(policy.ad_ten_minutes_ms), "{} ms in ten minutes", ms);
        }
    }

    #[test]
    fn the_same_programme_again_changes_nothing_of_the_loop(dwells in prop::collection::vec(8u32..60, 2..4), weights in (1u8..4, 1u8..4), minute in 430i32..1070) {
        let turns: Vec<_> = super::any::STILLS.iter().zip(&dwells).map(|(id, secs)| (*id, secs * 1_000)).collect();
        let mut one = show(
            vec![rule("r1", Level::Base, Window::ALWAYS), rule("r2", Level::Base, Window::ALWAYS)],
            vec![playlist("r1", &turns), playlist("r2", &[("a", 11_000), ("b", 13_000)])],
        );
        one.items = super::any::STILLS.iter().map(|id| item(id)).collect();
        (one.rules[0].weight, one.rules[1].weight) = weights;
        let show = Arc::new(one);
        let editions = [first(&show)];
        let next = publish(&editions, &show, show.offsets.instant(DAY, minute));
        let before = Timeline::new(editions.clone()).day(DAY);
        let after = Timeline::new(editions.into_iter().chain([next])).day(DAY);
        prop_assert_eq!(before, after);
    }

    #[test]
    fn a_total_is_met_whatever_is_published_on_the_way(plays in 5u32..40, days in 2i8..8, minutes in prop::collection::vec(0i32..8_000, 1..4)) {
        let mut one = show(vec![rule("base", Level::Base, Window::ALWAYS)], vec![playlist("base", &[("a", 20_000), ("b", 15_000)])]);
        one.items.push(Item { class: Class::PublicService, ..movie("k", 15) });
        let last = DAY.checked_add(jiff::Span::new().days(days - 1)).expect("a date");
        let mut promised = campaign("k", "k", Goal::Total(plays));
        promised.window = Window { first: Some(DAY), last: Some(last), ..Window::ALWAYS };
        one.campaigns = vec![promised];
        one.zone.open = [Some(OpenHours { from_min: 480, to_min: 600 }); 7];
        let show = Arc::new(one);
        let start = show.offsets.instant(DAY, 0);
        let mut editions = vec![Edition::new(start, show.clone())];
        let mut minutes = minutes;
        minutes.sort_unstable();
        for minute in minutes {
            let next = publish(&editions, &show, start.plus_ms(i64::from(minute) * 60_000));
            editions.retain(|edition| edition.effective_at < next.effective_at);
            editions.push(next);
        }
        let timeline = Timeline::new(editions);
        let end = show.offsets.instant(last, 1440);
        let by = Some(Why::Campaign(CampaignId::parse("k").expect("name")));
        let shown = timeline.zone_cues(start, end, usize::MAX).iter().filter(|cue| cue.why == by).count();
        let shown = u32::try_from(shown).expect("few");
        // A day's share of what is left is rounded anew by each publication; the last day settles it.
        prop_assert!(shown.abs_diff(plays) <= 1, "{} of {}", shown, plays);
    }
}
