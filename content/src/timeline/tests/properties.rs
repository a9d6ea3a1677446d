//! What the engine promises of every programme (DESIGN's contract), ten thousand programmes each.

use std::collections::HashMap;

use proptest::prelude::*;

use super::any::{DAY, any_feasible, any_show, class_of, item_of, ten_minutes, within};
use super::*;
use crate::clock::{HOUR_MS, MINUTE_MS};
use crate::schedule::{DayKinds, SpecialDay, SpecialKind};

const CASES: u32 = 10_000;

fn day_of(show: &Show) -> Vec<Cue> {
    Timeline::of(Arc::new(show.clone())).day(DAY)
}

/// Dates where clocks or calendars turn: leap days, ends of months and years, changes of clocks; and any other.
fn any_turn() -> impl Strategy<Value = Date> {
    let leaps = [date(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 1), date(2027, 2, 28), date(2026, 12, 31)];
    let clocks = [date(2026, 10, 25), date(2027, 3, 28), date(2026, 11, 1), date(2027, 3, 14), date(2027, 4, 4)];
    let any = (0i64..1_000).prop_map(|days| DAY.checked_add(jiff::Span::new().days(days)).expect("a date"));
    prop_oneof![2 => prop::sample::select([leaps, clocks].concat()), 1 => any]
}

fn is_ad(show: &Show, cue: &Cue) -> bool {
    class_of(show, cue) == Some(Class::Advertisement)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_millisecond_has_exactly_one_cue_and_closing_is_sharp(show in any_show()) {
        let cues = day_of(&show);
        let (midnight, next) = (show.offsets.instant(DAY, 0), show.offsets.instant(DAY, 1440));
        prop_assert_eq!(cues.first().map(|cue| cue.since), Some(midnight));
        prop_assert_eq!(cues.last().map(|cue| cue.until), Some(next));
        let hours = show.zone.open[2].expect("open");
        let open = show.offsets.instant(DAY, i32::from(hours.from_min))..show.offsets.instant(DAY, i32::from(hours.to_min));
        for pair in cues.windows(2) {
            prop_assert_eq!(pair[0].until, pair[1].since, "no gap and no overlap");
        }
        for cue in &cues {
            prop_assert!(cue.since < cue.until);
            let is_open = open.contains(&cue.since);
            prop_assert_eq!(cue.showing != Showing::Closed, is_open, "{:?}", cue);
            prop_assert_eq!(open.contains(&cue.until.plus_ms(-1)), is_open, "nothing reaches over closing: {:?}", cue);
        }
    }

    #[test]
    fn the_answer_is_the_same_in_any_order_of_asking_and_after_any_restart(show in any_show(), seed in any::<u64>()) {
        let cues = day_of(&show);
        let screen = ScreenId::parse("Z03-1").expect("name");
        let show = Arc::new(show);
        let mut state = seed;
        let mut timeline = Timeline::of(show.clone());
        for _ in 0..24 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let known = &cues[usize::try_from(state >> 33).expect("small") % cues.len()];
            if state & 0x100 != 0 {
                timeline = Timeline::of(show.clone());
            }
            for at in [known.since, Instant(i64::midpoint(known.since.0, known.until.0 - 1)), known.until.plus_ms(-1)] {
                prop_assert_eq!(timeline.cue(&screen, at), Some(known.clone()));
            }
        }
    }

    #[test]
    fn not_one_millisecond_of_what_may_not_be_shown(show in any_show()) {
        for cue in day_of(&show) {
            let Showing::Item { item: id, .. } = &cue.showing else { continue };
            let item = show.item(id).expect("of the programme");
            prop_assert!(item.is_current(cue.since) && item.is_current(cue.until.plus_ms(-1)), "{:?}", cue);
            if item.class == Class::Advertisement {
                let trade = item.advertiser.as_ref().expect("named").trade;
                prop_assert!(show.site.policy.ads && !show.zone.no_ads);
                prop_assert!(!(show.zone.child && trade.is_barred_from_children()));
                let is_blocked = show.site.policy.blocks.iter().any(|block| block.trades.contains(&trade));
                prop_assert!(!is_blocked, "{:?} is blocked here", trade);
            }
        }
    }

    #[test]
    fn caps_on_advertisements_are_never_exceeded(show in any_show()) {
        let cues = day_of(&show);
        let policy = &show.site.policy;
        let ads: Vec<&Cue> = cues.iter().filter(|cue| is_ad(&show, cue)).collect();
        let midnight = show.offsets.instant(DAY, 0);
        for hour in 0..24 {
            let (from, to) = (midnight.plus_ms(hour * HOUR_MS), midnight.plus_ms((hour + 1) * HOUR_MS));
            let ms: i64 = ads.iter().map(|cue| within(cue, from, to)).sum();
            prop_assert!(ms * 1_000 <= i64::from(policy.ad_hour_permille) * HOUR_MS, "{} ms in hour {}", ms, hour);
        }
        for end in &ads {
            for from in [end.until.plus_ms(-ten_minutes()), end.since] {
                let ms: i64 = ads.iter().map(|cue| within(cue, from, from.plus_ms(ten_minutes()))).sum();
                prop_assert!(ms <= i64::from(policy.ad_ten_minutes_ms), "{} ms in ten minutes", ms);
            }
        }
    }

    #[test]
    fn rivals_are_apart_and_sellers_stand_beside_no_related_education(show in any_show()) {
        let cues = day_of(&show);
        let seller = |cue: &Cue| item_of(&show, cue).filter(|item| item.class == Class::Advertisement)?.advertiser.clone();
        for (n, cue) in cues.iter().enumerate() {
            let Some(this) = seller(cue) else { continue };
            for other in &cues[n + 1..] {
                if other.since.ms_since(cue.until) >= i64::from(show.site.policy.separation_ms) {
                    break;
                }
                let is_rival = seller(other).is_some_and(|that| that.trade == this.trade && that.name != this.name);
                prop_assert!(!is_rival, "{:?} too soon after {:?}", other, cue);
            }
            let beside = [n.checked_sub(1).map(|n| &cues[n]), cues.get(n + 1)];
            for other in beside.into_iter().flatten().filter_map(|cue| item_of(&show, cue)) {
                let touches = |tag: &String| this.related.iter().any(|start| tag.starts_with(start.as_str()));
                prop_assert!(other.class != Class::Education || !other.tags.iter().any(touches));
            }
        }
    }

    #[test]
    fn nothing_is_cut_but_by_an_insert_and_stills_give_within_bounds(show in any_show()) {
        let cues = day_of(&show);
        let policy = &show.site.policy;
        for (n, cue) in cues.iter().enumerate() {
            let Some(item) = item_of(&show, cue) else { continue };
            let ms = cue.until.ms_since(cue.since);
            let by_insert = cues.get(n + 1).is_some_and(|next| {
                matches!(next.why, Some(Why::Rule { level: Level::Insert, .. }))
            });
            match &item.face {
                Face::Movie { duration_ms, .. } => {
                    let whole = i64::from(*duration_ms);
                    // Less than a second before a boundary the last frame stands.
                    prop_assert!((whole..whole + 1_000).contains(&ms) || by_insert && ms < whole, "{:?}", cue);
                }
                Face::Card | Face::Picture { .. } => {
                    let longest = 90_000 * (1_000 + i64::from(policy.stretch_permille)) / 1_000 + 1_000;
                    prop_assert!(ms <= longest, "{:?}", cue);
                    prop_assert!(ms >= i64::from(policy.qr_min_ms) || by_insert, "{:?}", cue);
                }
            }
        }
    }

    #[test]
    fn nothing_follows_itself_where_there_is_a_choice(show in any_show()) {
        let cues = day_of(&show);
        for pair in cues.windows(2) {
            let (Some(one), Some(two)) = (item_of(&show, &pair[0]), item_of(&show, &pair[1])) else { continue };
            let Some(Why::Rule { rule, .. }) = pair[1].why.as_ref().filter(|_| one.id == two.id) else {
                prop_assert!(one.id != two.id || pair[1].why == Some(Why::Floor), "a campaign repeats {:?}", pair);
                continue;
            };
            // Whoever repeats has nothing else that may be shown for as long as the shortest turn takes.
            let rule = show.rules.iter().find(|r| r.id == *rule).expect("of the programme");
            let list = show.playlists.iter().find(|l| l.id == rule.playlist).expect("of the programme");
            let at = pair[1].since;
            for turn in &list.turns {
                let item = show.item(turn.item().expect("an item")).expect("of the programme");
                let could = item.id != two.id && item.class != Class::Advertisement && item.is_current(at);
                let ends = item.ends_at().min(pair[1].until);
                let room = ends.ms_since(at) >= i64::from(crate::playlist::dwell_ms(item, turn.dwell_ms));
                let related = one.class == Class::Advertisement && !item.tags.is_empty();
                prop_assert!(!could || !room || related, "{} could have stood in for {:?}", item.id, pair[1]);
            }
        }
    }

    #[test]
    fn plays_per_hour_are_met_within_one_and_evenly_spaced(show in any_feasible()) {
        let cues = day_of(&show);
        for campaign in &show.campaigns {
            let Goal::PerHour(goal) = campaign.goal else { unreachable!() };
            let by = Some(Why::Campaign(campaign.id.clone()));
            let starts: Vec<Instant> = cues.iter().filter(|cue| cue.why == by).map(|cue| cue.since).collect();
            for hour in 7..18 {
                let (from, to) = (at(&show, hour, 0), at(&show, hour + 1, 0));
                let plays = starts.iter().filter(|start| (from..to).contains(*start)).count();
                prop_assert!(plays.abs_diff(usize::from(goal)) <= 1, "{} plays of {} in hour {}", plays, goal, hour);
            }
            let distance = HOUR_MS / i64::from(goal);
            for pair in starts.windows(2) {
                let off = (pair[1].ms_since(pair[0]) - distance).abs();
                prop_assert!(off <= 2 * MINUTE_MS, "{} ms off a distance of {} ms", off, distance);
            }
        }
    }

    #[test]
    fn what_holds_elsewhere_moves_nothing_here(show in any_show(), other in any_show()) {
        let mut more = show.clone();
        let elsewhere = Target::zone(ZoneId::parse("Z99").expect("name"));
        for (n, rule) in other.rules.into_iter().enumerate() {
            let id = RuleId::parse(&format!("z{n}")).expect("name");
            more.rules.insert(0, Rule { id, target: elsewhere.clone(), ..rule });
        }
        for (n, campaign) in other.campaigns.into_iter().enumerate() {
            let id = CampaignId::parse(&format!("z{n}")).expect("name");
            more.campaigns.insert(0, crate::schedule::Campaign { id, target: elsewhere.clone(), ..campaign });
        }
        prop_assert_eq!(day_of(&show), day_of(&more));
    }

    #[test]
    fn the_public_service_floor_holds_from_the_first_minutes_on(show in any_show()) {
        let floor = i64::from(show.site.policy.public_service_permille);
        let cues = day_of(&show);
        // While something urgent has the air, or would have it but for a cap, the floor does not count.
        if floor == 0 || show.rules.iter().any(|rule| rule.level >= Level::Priority) {
            return Ok(());
        }
        let (mut air, mut served) = (0, 0);
        for cue in cues.iter().filter(|cue| cue.showing != Showing::Closed) {
            let ms = cue.until.ms_since(cue.since);
            air += ms;
            served += if class_of(&show, cue) == Some(Class::PublicService) { ms } else { 0 };
            // One item may be on its way, and near a boundary one may not fit: two of the longest, then it is made up for.
            prop_assert!((served + 200_000) * 1_000 >= floor * air, "{} of {} ms at {:?}", served, air, cue);
        }
    }

    #[test]
    fn wall_times_and_worked_days_hold_across_changes_of_clocks_and_calendars(
        zone in prop::sample::select(vec!["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
        turn in any_turn(),
        special in prop::option::of(prop::sample::select(vec![SpecialKind::Holiday, SpecialKind::Makeup])),
        // No hour that clocks leave out or tell twice: what such an end means is a case of its own.
        opening in (prop::sample::select(vec![0u16, 4, 7]), 8u16..=24),
        hours in (prop::sample::select(vec![0u16, 5, 9]), 10u16..=24),
    ) {
        let minutes = |(from, to): (u16, u16)| from * 60..to * 60;
        let (opening, hours) = (minutes(opening), minutes(hours));
        let window = Window { kinds: DayKinds::WORKED, from_min: hours.start, to_min: hours.end, ..Window::ALWAYS };
        let mut show = show(
            vec![rule("base", Level::Base, Window::ALWAYS), rule("worked", Level::Priority, window)],
            vec![playlist("base", &[("a", 20_000), ("b", 20_000)]), playlist("worked", &[("c", 20_000)])],
        );
        let clocks = jiff::tz::TimeZone::get(zone).expect("a zone");
        let local = |at: Instant| clocks.to_datetime(jiff::Timestamp::from_millisecond(at.0).expect("an instant"));
        let minute = |at| u16::try_from(i32::from(local(at).hour()) * 60 + i32::from(local(at).minute())).expect("a minute");
        let noon = turn.at(12, 0, 0, 0).to_zoned(clocks.clone()).expect("a noon").timestamp().as_millisecond();
        show.offsets = Offsets::of_zone(zone, Instant(noon)).expect("a zone");
        show.zone.open = [Some(OpenHours { from_min: opening.start, to_min: opening.end }); 7];
        let named = special.map(|kind| SpecialDay { date: turn, kind, name: Text::default(), site: None });
        show.calendar = Calendar::new(named.into_iter().collect(), vec![2026, 2027, 2028, 2029]);
        let is_worked = |date: Date| match special.filter(|_| date == turn) {
            Some(SpecialKind::Holiday) => false,
            Some(SpecialKind::Makeup) => true,
            _ => date.weekday().to_monday_zero_offset() < 5,
        };
        let timeline = Timeline::of(Arc::new(show));
        for date in [turn.yesterday().expect("a date"), turn, turn.tomorrow().expect("a date")] {
            let cues = timeline.day(date);
            let (begin, end) = (cues[0].since, cues[cues.len() - 1].until);
            prop_assert_eq!(local(begin), date.at(0, 0, 0, 0), "a date begins at its midnight");
            prop_assert_eq!(local(end), date.tomorrow().expect("a date").at(0, 0, 0, 0), "and ends at the next");
            for cue in &cues {
                for at in [cue.since, cue.until.plus_ms(-1)] {
                    prop_assert_eq!(cue.showing != Showing::Closed, opening.contains(&minute(at)), "{:?}", cue);
                }
                let is_worked = is_worked(date) && hours.contains(&minute(cue.since));
                let by_worked = matches!(&cue.why, Some(Why::Rule { level: Level::Priority, .. }));
                prop_assert_eq!(by_worked, is_worked && cue.showing != Showing::Closed, "{:?}", cue);
            }
        }
    }

    #[test]
    fn totals_are_paced_to_their_end(plays in 5u32..40, days in 1i8..20, dwell in 8u32..30) {
        let mut show = show(
            vec![rule("base", Level::Base, Window::ALWAYS)],
            vec![playlist("base", &[("a", dwell * 1_000), ("b", dwell * 1_000)])],
        );
        show.items.push(Item { class: Class::PublicService, ..super::any::movie("k", 15) });
        let first = date(2026, 11, 20);
        let last = first.checked_add(jiff::Span::new().days(days - 1)).expect("a date");
        let mut campaign = super::any::campaign("k", "k", Goal::Total(plays));
        campaign.window = Window { first: Some(first), last: Some(last), ..Window::ALWAYS };
        show.campaigns = vec![campaign];
        show.zone.open = [Some(OpenHours { from_min: 480, to_min: 600 }); 7];
        let timeline = Timeline::of(Arc::new(show));
        let mut by_day: HashMap<Date, u32> = HashMap::new();
        for date in first.series(jiff::Span::new().days(1)).take(22) {
            let ours = timeline.day(date).iter().filter(|cue| matches!(cue.why, Some(Why::Campaign(_)))).count();
            by_day.insert(date, u32::try_from(ours).expect("few"));
        }
        prop_assert_eq!(by_day.values().sum::<u32>(), plays, "every play, and not one more");
        let even = f64::from(plays) / f64::from(days);
        let is_even = |(date, n): (&Date, &u32)| if *date <= last { (f64::from(*n) - even).abs() < 1.01 } else { *n == 0 };
        prop_assert!(by_day.iter().all(is_even));
    }
}
