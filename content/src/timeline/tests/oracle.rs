//! A second opinion: who may be on the air, and what comes next, worked out minute by minute without the wheel's help.

use proptest::prelude::*;

use super::any::{DAY, any_show, item_of};
use super::*;
use crate::playlist::Order;
use crate::schedule::{DayKind, SpecialKind};

/// A rule's window holds `at`: asked of each date's wall times, knowing nothing of spans and phases.
fn is_on(show: &Show, rule: &Rule, at: Instant) -> bool {
    let local = show.offsets.local(at);
    let minute = u16::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute())).expect("a minute of a day");
    let today = local.date();
    let yesterday = today.yesterday().expect("a date");
    let of = |date: Date| {
        let special = show.calendar.special(date).map(|special| special.kind);
        let own = date.weekday();
        let is_weekend = own.to_monday_zero_offset() >= 5;
        let (kind, weekday) = match special {
            Some(SpecialKind::Holiday | SpecialKind::ExpertsOff) => (DayKind::Holiday, own),
            Some(SpecialKind::Makeup) if is_weekend => (DayKind::MakeupDay, own),
            Some(SpecialKind::Follows(6)) => (DayKind::RestDay, jiff::civil::Weekday::Saturday),
            Some(SpecialKind::Closed) => (DayKind::Closure, own),
            _ => (if is_weekend { DayKind::RestDay } else { DayKind::Workday }, own),
        };
        let window = &rule.window;
        let counted = match window.counts_as {
            crate::schedule::CountsAs::Itself => own,
            crate::schedule::CountsAs::ItsTimetable => weekday,
        };
        if !window.days.holds(counted) || !window.kinds.holds(kind) {
            return None;
        }
        let other = window.hours_on.iter().find(|on| on.days.holds(counted) && on.kinds.holds(kind));
        match other {
            Some(on) => on.hours.map(|hours| (hours.from_min, hours.to_min)),
            None => Some((window.from_min, window.to_min)),
        }
    };
    let starts_today = of(today).is_some_and(|(from, to)| minute >= from && (to <= from || minute < to));
    let from_yesterday = of(yesterday).is_some_and(|(from, to)| to <= from && minute < to);
    starts_today || from_yesterday
}

/// Something of the rule's list may be shown at some time while the rules stand as they stand at `at`.
fn has_something(show: &Show, rule: &Rule, at: Instant) -> bool {
    let list = show.playlists.iter().find(|list| list.id == rule.playlist).expect("of the programme");
    list.turns
        .iter()
        .filter_map(|turn| show.item(turn.item()?))
        .any(|item| item.class != Class::Advertisement && item.is_current(at) && item.ends_at().ms_since(at) > 200_000)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_highest_level_with_something_to_show_is_on_the_air(show in any_show()) {
        let cues = Timeline::of(Arc::new(show.clone())).day(DAY);
        for (n, cue) in cues.iter().enumerate() {
            let Some(Why::Rule { rule, level }) = &cue.why else { continue };
            let winner = show.rules.iter().find(|found| found.id == *rule).expect("of the programme");
            prop_assert!(is_on(&show, winner, cue.since), "{} is not on the air at {:?}", rule, cue);
            // Before a boundary that cannot move, what is shorter may stand in for what is due.
            let soon = cue.since.plus_ms(100_000);
            let is_edge = |next: &Cue| {
                next.showing == Showing::Closed || matches!(next.why, Some(Why::Rule { level: Level::Insert, .. }))
            };
            let ends = cues.last().is_some_and(|last| last.until <= soon)
                || cues[n + 1..].iter().take_while(|next| next.since <= soon).any(is_edge);
            // That boundary is there too when nothing of the insert may be shown.
            let begins = |rule: &Rule| {
                let is_near = (1..=100).any(|secs| is_on(&show, rule, cue.since.plus_ms(secs * 1_000)));
                rule.level >= Level::Insert && !is_on(&show, rule, cue.since) && is_near
            };
            // After an advertisement, what is related to it may not come next.
            let after_ad = n.checked_sub(1).and_then(|n| item_of(&show, &cues[n])).is_some_and(|item| item.advertiser.is_some());
            for other in show.rules.iter().filter(|other| other.level > *level && !ends && !after_ad) {
                let wins = is_on(&show, other, cue.since)
                    && has_something(&show, other, cue.since)
                    && !show.rules.iter().any(begins);
                prop_assert!(!wins, "{} should stand before {:?}", other.id, cue);
            }
        }
    }

    #[test]
    fn a_list_alone_on_the_air_plays_in_its_order(show in any_show()) {
        let mut show = show;
        show.rules.truncate(1);
        // One stretch from opening to closing: at every other edge of a window what fits may go before what is due.
        show.rules.iter_mut().for_each(|rule| rule.window = Window::ALWAYS);
        show.campaigns.clear();
        show.site.policy.public_service_permille = 0;
        for list in &mut show.playlists {
            list.order = Order::Sequence;
            list.turns.retain(|turn| turn.item().is_some_and(|item| item.as_str() != "a" && item.as_str() != "b"));
            list.turns.iter_mut().for_each(|turn| turn.weight = 1);
        }
        let Some(rule) = show.rules.first().cloned() else { return Ok(()) };
        let list = show.playlists.iter().find(|list| list.id == rule.playlist).expect("of the programme");
        let ids: Vec<&ItemId> = list.turns.iter().filter_map(Turn::item).collect();
        let has_ads = ids.iter().any(|id| show.item(id).is_some_and(|item| item.class == Class::Advertisement));
        let repeats = ids.iter().zip(ids.iter().cycle().skip(1)).any(|(one, two)| one == two);
        if has_ads || repeats || ids.is_empty() {
            return Ok(());
        }
        let cues = Timeline::of(Arc::new(show.clone())).day(DAY);
        // In the last minutes before closing, what does not fit gives way to what does; before that, order holds.
        let closing = cues.iter().filter(|cue| cue.showing != Showing::Closed).map(|cue| cue.until).max();
        let is_early = |cue: &&Cue| closing.is_some_and(|closing| closing.ms_since(cue.until) > 200_000);
        let early = cues.iter().filter(is_early).filter_map(|cue| item_of(&show, cue));
        let shown: Vec<&ItemId> = early.map(|item| &item.id).collect();
        for (n, id) in shown.iter().enumerate() {
            prop_assert_eq!(*id, ids[n % ids.len()], "turn {} of {:?}", n, ids);
        }
    }
}
