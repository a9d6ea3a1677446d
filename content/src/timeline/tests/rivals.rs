//! What went wrong in other systems' schedulers, each as a test of ours. Their recurrence faults stand beside recurrence.

use super::any::{DAY, campaign, class_of, movie};
use super::*;
use crate::clock::{HOUR_MS, MINUTE_MS};
use crate::schedule::DayKinds;

fn plays(timeline: &Timeline, id: &str, from: Instant, to: Instant) -> usize {
    let by = Some(Why::Campaign(CampaignId::parse(id).expect("name")));
    timeline.zone_cues(from, to, usize::MAX).iter().filter(|cue| cue.why == by && cue.since >= from).count()
}

fn with_campaigns(goals: &[(&str, Goal)]) -> Show {
    let mut show =
        show(vec![rule("base", Level::Base, Window::ALWAYS)], vec![playlist("base", &[("a", 10_000), ("b", 10_000)])]);
    for (id, goal) in goals {
        show.items.push(Item { class: Class::PublicService, ..movie(id, 10) });
        show.campaigns.push(campaign(id, id, *goal));
    }
    show
}

#[test]
fn xibo_3736_shares_of_air_are_kept_in_proportion() {
    let show = with_campaigns(&[("big", Goal::ShareOfAir(400)), ("small", Goal::ShareOfAir(40))]);
    let timeline = Timeline::of(Arc::new(show.clone()));
    let (from, to) = (at(&show, 8, 0), at(&show, 17, 0));
    let of = |id: &str| {
        let ms: i64 = timeline
            .zone_cues(from, to, usize::MAX)
            .iter()
            .filter(|cue| cue.why == Some(Why::Campaign(CampaignId::parse(id).expect("name"))))
            .map(|cue| cue.until.ms_since(cue.since))
            .sum();
        ms * 1_000 / to.ms_since(from)
    };
    assert!((of("big") - 400).abs() <= 5, "{} of 400 thousandths", of("big"));
    assert!((of("small") - 40).abs() <= 5, "{} of 40 thousandths", of("small"));
}

#[test]
fn xibo_3773_an_insert_never_shares_the_screen_with_what_is_below_it() {
    let drill = Window { from_min: 600, to_min: 630, ..Window::ALWAYS };
    let mut show = with_campaigns(&[("k", Goal::PerHour(12))]);
    show.rules.push(rule("drill", Level::Insert, drill));
    show.playlists.push(playlist("drill", &[("c", 20_000)]));
    let timeline = Timeline::of(Arc::new(show.clone()));
    for cue in timeline.zone_cues(at(&show, 10, 0), at(&show, 10, 30), usize::MAX) {
        assert_eq!(cue.showing, Showing::Item { item: ItemId::parse("c").expect("name"), version: 1 }, "{cue:?}");
    }
    assert_eq!(timeline.zone_cue(at(&show, 10, 0)).expect("a cue").since, at(&show, 10, 0), "on the dot");
}

#[test]
fn max_plays_hold_after_a_restart_and_do_not_come_in_a_burst() {
    let mut show = with_campaigns(&[("k", Goal::PerHour(30))]);
    show.campaigns[0].per_hour_max = Some(6);
    let show = Arc::new(show);
    for hour in 8..17 {
        // Every question is put to an engine that was just started.
        let fresh = || Timeline::of(show.clone());
        let (from, to) = (at(&show, hour, 0), at(&show, hour + 1, 0));
        assert_eq!(plays(&fresh(), "k", from, to), 6, "hour {hour}");
        for part in 0..6 {
            let from = from.plus_ms(part * 10 * MINUTE_MS);
            assert_eq!(plays(&fresh(), "k", from, from.plus_ms(10 * MINUTE_MS)), 1, "one every ten minutes");
        }
    }
}

#[test]
fn a_screen_without_a_server_keeps_its_day_parts_for_months_not_two_days() {
    let mut show = two_rules();
    show.rules[1].window.days = Weekdays::WORKDAYS;
    let timeline = Timeline::of(Arc::new(show.clone()));
    for days in [3, 30, 90, 360] {
        let date = DAY.checked_add(jiff::Span::new().days(days)).expect("a date");
        let noon = timeline.zone_cue(show.offsets.instant(date, 12 * 60 + 5)).expect("a cue");
        let is_lunch = matches!(&noon.why, Some(Why::Rule { rule, .. }) if rule.as_str() == "lunch");
        assert_eq!(is_lunch, Weekdays::WORKDAYS.holds(date.weekday()), "{date}");
    }
}

#[test]
fn an_overnight_operating_window_is_open_on_both_sides_of_midnight() {
    let mut show = two_rules();
    show.zone.open = [None; 7];
    show.zone.open[2] = Some(OpenHours { from_min: 22 * 60, to_min: 6 * 60 });
    let timeline = Timeline::of(Arc::new(show.clone()));
    let at = |minute| timeline.zone_cue(show.offsets.instant(DAY, minute)).expect("a cue").showing;
    assert_eq!(at(21 * 60 + 59), Showing::Closed);
    assert!(matches!(at(22 * 60), Showing::Item { .. }));
    assert!(matches!(at(1440 + 5 * 60 + 59), Showing::Item { .. }), "Thursday morning belongs to Wednesday's night");
    assert_eq!(at(1440 + 6 * 60), Showing::Closed);
    assert_eq!(at(60), Showing::Closed, "Tuesday had no night");
    let strip = ScreenId::parse("Z03-S").expect("name");
    let early = timeline.cue(&strip, show.offsets.instant(DAY, 1440 + 60)).expect("a cue");
    assert_eq!(early.showing, Showing::Strip);
}

#[test]
fn day_kinds_follow_the_calendar_and_a_closed_site_is_closed() {
    use crate::schedule::{DayKind, SpecialDay, SpecialKind};
    let mut show = two_rules();
    show.rules[1].window.kinds = DayKinds::from_iter([DayKind::Holiday]);
    let day = |date, kind| SpecialDay { date, kind, name: Text::default(), site: None };
    show.calendar = Calendar::new(
        vec![day(DAY, SpecialKind::Holiday), day(DAY.tomorrow().expect("a date"), SpecialKind::Closed)],
        vec![2026],
    );
    let timeline = Timeline::of(Arc::new(show.clone()));
    let noon = |days: i64| {
        let date = DAY.checked_add(jiff::Span::new().days(days)).expect("a date");
        timeline.zone_cue(show.offsets.instant(date, 12 * 60 + 5)).expect("a cue")
    };
    assert!(matches!(noon(0).why, Some(Why::Rule { level: Level::Priority, .. })));
    assert_eq!(noon(1).showing, Showing::Closed);
    assert!(matches!(noon(2).why, Some(Why::Rule { level: Level::Base, .. })));
}

#[test]
fn xibo_1775_the_hour_that_clocks_skip_or_repeat_has_one_plan() {
    let mut show = two_rules();
    show.offsets = Offsets::of_zone("Europe/Berlin", at(&show, 0, 0)).expect("a zone");
    show.zone.open = [Some(OpenHours::ALWAYS); 7];
    show.rules[1].window = Window { from_min: 150, to_min: 210, ..Window::ALWAYS };
    let timeline = Timeline::of(Arc::new(show.clone()));
    for (date, lunch_hours, day_hours) in
        [(date(2027, 3, 27), 60, 24), (date(2027, 3, 28), 30, 23), (date(2027, 10, 31), 120, 25)]
    {
        let cues = timeline.day(date);
        let span = cues.last().expect("cues").until.ms_since(cues.first().expect("cues").since);
        assert_eq!(span, day_hours * HOUR_MS, "{date}");
        let lunch = cues.iter().filter(|cue| matches!(cue.why, Some(Why::Rule { level: Level::Priority, .. })));
        let minutes = lunch.map(|cue| cue.until.ms_since(cue.since)).sum::<i64>() / MINUTE_MS;
        assert!((minutes - lunch_hours).abs() <= 1, "{date}: {minutes} minutes of {lunch_hours}");
    }
}

#[test]
fn a_certificate_that_ends_at_midnight_ends_on_the_glass_at_midnight() {
    use super::any::ad;
    let mut show = two_rules();
    show.site.policy.ads = true;
    show.zone.open = [Some(OpenHours::ALWAYS); 7];
    show.items.push(ad("k4", 15, "Sample", crate::item::Trade::Medicine, &[]));
    let midnight = show.offsets.instant(DAY, 0);
    show.items.last_mut().expect("an item").expires_at = Some(midnight);
    show.campaigns.push(campaign("k", "k4", Goal::PerHour(4)));
    let timeline = Timeline::of(Arc::new(show.clone()));
    let yesterday = timeline.day(DAY.yesterday().expect("a date"));
    assert!(yesterday.iter().any(|cue| class_of(&show, cue) == Some(Class::Advertisement)));
    assert!(!timeline.day(DAY).iter().any(|cue| class_of(&show, cue) == Some(Class::Advertisement)));
    let screen = ScreenId::parse("Z03-1").expect("name");
    let why = timeline.why(&screen, midnight.plus_ms(HOUR_MS)).expect("a screen");
    let lost = why.contenders.iter().find(|c| matches!(&c.who, Who::Campaign { .. })).expect("the campaign");
    let words = lost.loss.as_ref().expect("lost").say(&show);
    assert!(words.en.contains("ended at 2026-11-25 00:00:00"), "{}", words.en);
    assert!(words.zh.contains("到期"), "{}", words.zh);
}
