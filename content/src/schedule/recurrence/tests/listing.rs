//! The list a command line prints: local time with offset and zone, and everything its reader should know.

use crate::schedule::BadRecurrence;
use crate::schedule::recurrence::{Ask, Cut, Refusal, list};

fn ask<'a>(rule: &'a str, start: &'a str, zone: &'a str) -> Ask<'a> {
    Ask { rule, start, zone, also: &[], except: &[], count: 3 }
}

fn lines(ask: &Ask<'_>) -> Vec<String> {
    list(ask).expect("a list").occurrences.into_iter().map(|listed| listed.local).collect()
}

#[test]
fn occurrences_are_listed_with_offset_and_zone() {
    let listing = list(&ask("FREQ=WEEKLY;BYDAY=WE", "2026-11-25T08:00", "Asia/Shanghai")).expect("a list");
    let first = listing.occurrences.first().expect("one");
    assert_eq!(first.local, "2026-11-25T08:00:00+08:00[Asia/Shanghai]");
    assert_eq!((first.utc.as_str(), first.offset_secs, first.is_skipped), ("2026-11-25T00:00:00Z", 28_800, false));
    assert_eq!(listing.occurrences.len(), 3);
    assert_eq!((listing.cut, listing.is_start_left_out), (Some(Cut::Count), false));
}

#[test]
fn xibo_1775_an_event_on_the_day_of_the_change_is_shown_at_its_wall_time() {
    assert_eq!(
        lines(&ask("FREQ=DAILY", "2027-03-27T09:00", "Europe/Berlin")),
        [
            "2027-03-27T09:00:00+01:00[Europe/Berlin]",
            "2027-03-28T09:00:00+02:00[Europe/Berlin]",
            "2027-03-29T09:00:00+02:00[Europe/Berlin]",
        ]
    );
    let skipped = list(&ask("FREQ=DAILY;COUNT=2", "2027-03-27T02:30", "Europe/Berlin")).expect("a list");
    let on_the_day = skipped.occurrences.last().expect("two");
    assert_eq!(on_the_day.local, "2027-03-28T03:00:00+02:00[Europe/Berlin]", "the moment of the change");
    assert_eq!((on_the_day.start.to_string().as_str(), on_the_day.is_skipped), ("2027-03-28T02:30:00", true));
    let doubled = lines(&ask("FREQ=DAILY;COUNT=1", "2027-10-31T02:30", "Europe/Berlin"));
    assert_eq!(doubled, ["2027-10-31T02:30:00+02:00[Europe/Berlin]"], "the first pass");
}

#[test]
fn until_in_utc_is_a_moment_where_there_is_a_zone() {
    // 08:00 in Shanghai is 00:00 UTC of the same day.
    let rule = "FREQ=DAILY;UNTIL=20261126T000000Z";
    assert_eq!(lines(&ask(rule, "2026-11-25T08:00", "Asia/Shanghai")).len(), 2);
    assert_eq!(lines(&ask(rule, "2026-11-25T08:01", "Asia/Shanghai")).len(), 1);
    // On the second pass of the doubled hour, at 02:10, the whole of the first pass is over: 02:30 was before.
    let rule = "FREQ=DAILY;UNTIL=20271031T011000Z";
    assert_eq!(lines(&ask(rule, "2027-10-31T02:30", "Europe/Berlin")).len(), 1);
    assert_eq!(lines(&ask(rule, "2027-10-31T03:00", "Europe/Berlin")).len(), 0);
    let rule = "FREQ=DAILY;UNTIL=20271031T002959Z";
    assert_eq!(lines(&ask(rule, "2027-10-31T02:30", "Europe/Berlin")).len(), 0);
}

#[test]
fn moments_end_with_an_until_in_utc_too() {
    let zone = jiff::tz::TimeZone::get("Asia/Shanghai").expect("a known zone");
    let series = super::series("2026-11-25T08:00", "FREQ=DAILY;UNTIL=20261127T000000Z");
    let from = super::wall("2026-11-26T00:00");
    let moments: Vec<_> =
        series.moments(&zone, from, 9).into_iter().map(|(wall, at)| (wall.to_string(), at.0)).collect();
    let days = ["2026-11-26T08:00:00", "2026-11-27T08:00:00"].map(str::to_owned);
    assert_eq!(moments, days.into_iter().zip([1_795_651_200_000, 1_795_737_600_000]).collect::<Vec<_>>());
}

#[test]
fn what_a_reader_may_wonder_about_is_told() {
    let except = ["2026-12-01".to_owned(), "2026-12-05T08:00".to_owned()];
    let also = ["2026-12-24".to_owned()];
    let ask = Ask {
        also: &also,
        except: &except,
        count: 9,
        ..ask("FREQ=WEEKLY;BYDAY=TU;COUNT=3", "2026-11-25T08:00", "UTC")
    };
    let listing = list(&ask).expect("a list");
    let starts: Vec<_> = listing.occurrences.iter().map(|listed| listed.start.to_string()).collect();
    assert_eq!(starts, ["2026-12-08T08:00:00", "2026-12-15T08:00:00", "2026-12-24T08:00:00"]);
    assert!(listing.is_start_left_out);
    assert_eq!(listing.idle.iter().map(ToString::to_string).collect::<Vec<_>>(), ["2026-12-05T08:00:00"]);
    assert_eq!(listing.cut, None);
    assert_eq!(listing.rule.to_string(), "FREQ=WEEKLY;BYDAY=TU;COUNT=3");
}

#[test]
fn what_cannot_be_listed_is_refused_by_name() {
    let refusal = |ask: Ask<'_>| list(&ask).expect_err("refused").to_string();
    let hourly = refusal(ask("FREQ=HOURLY", "2026-11-25", "UTC"));
    assert!(hourly.starts_with("`FREQ=HOURLY` does not run here"), "{hourly}");
    assert!(refusal(ask("FREQ=DAILY", "2026-11-25", "Moon/Tycho")).contains("Moon/Tycho"));
    for start in ["2026-11-25T08:00Z", "2026-11-25T08:00+08:00", "tomorrow", "", "2026-02-29"] {
        assert!(refusal(ask("FREQ=DAILY", start, "UTC")).contains("is not a local time"), "{start}");
    }
    assert_eq!(list(&Ask { count: 0, ..ask("FREQ=DAILY", "2026-11-25", "UTC") }), Err(Refusal::Count { count: 0 }));
    assert_eq!(list(&ask("", "2026-11-25", "UTC")), Err(Refusal::Rule(BadRecurrence::Empty)));
}
