//! What each screen was to play on a day, beside what its box proved that it played.

use std::collections::BTreeMap;

use anteroom_content::clock::{HOUR_MS, Instant};
use anteroom_content::id::{ItemId, ScreenId, SiteId, ZoneId};
use anteroom_content::place::Zone;
use anteroom_content::text::{Language, Text};
use anteroom_content::timeline::Showing;
use jiff::civil::Date;

use super::ReportError;
use super::plays::day;
use super::table::{safe_cell, seconds};
use crate::db::take_downs::{self, TakeDown};
use crate::db::{items, places, totals};
use crate::publish;
use crate::state::State;

/// The most cues of a screen's day: one every second, and none stands shorter.
const CUES_MAX: usize = 90_000;

/// Whose screens are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// Every zone of a site.
    Site(SiteId),
    /// One zone.
    Zone(ZoneId),
}

/// A day, planned and played.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlannedReport {
    /// By screen and item.
    pub lines: Vec<PlannedLine>,
    /// The day is not over: it was looked at up to now.
    pub is_running: bool,
    /// What people had taken down of these screens that day.
    pub downs: Vec<TakeDown>,
}

/// One item on one screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedLine {
    /// Which screen.
    pub screen: ScreenId,
    /// What people call it.
    pub screen_name: Text,
    /// Which item.
    pub item: ItemId,
    /// Its headline now; its code when nobody knows it any more.
    pub title: Text,
    /// Showings the programme begins that day.
    pub planned: u64,
    /// Their time, in milliseconds.
    pub planned_ms: u64,
    /// Those of them that were to begin while people had the screen taken down.
    pub planned_down: u64,
    /// Showings that were proven.
    pub played: u64,
    /// Their time, in milliseconds.
    pub played_ms: u64,
}

impl PlannedLine {
    /// Plays more than planned; below zero, fewer.
    #[must_use]
    pub fn difference(&self) -> i64 {
        let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        number(self.played) - number(self.planned)
    }
}

/// Thousandths of what was planned that were played; none where nothing was planned.
#[must_use]
pub fn delivery_permille(planned: u64, played: u64) -> Option<u64> {
    played.saturating_mul(1_000).checked_div(planned)
}

impl PlannedReport {
    /// What was planned and what was played, in all.
    #[must_use]
    pub fn sums(&self) -> (u64, u64) {
        (self.lines.iter().map(|line| line.planned).sum(), self.lines.iter().map(|line| line.played).sum())
    }

    /// How many were planned while a screen was taken down.
    #[must_use]
    pub fn planned_down(&self) -> u64 {
        self.lines.iter().map(|line| line.planned_down).sum()
    }
}

/// Compares a day, whole by the wall clock of each site; a day that is not over, up to now.
///
/// # Errors
/// [`ReportError`] when a time zone is unknown, a programme cannot be read or the database does not answer.
pub async fn planned(state: &State, date: Date, whose: &Whose) -> Result<PlannedReport, ReportError> {
    let places = places::places(&state.db).await?;
    let items = items::items(&state.db).await?;
    let is_asked = |zone: &&Zone| match whose {
        Whose::Site(site) => zone.site == *site,
        Whose::Zone(id) => zone.id == *id,
    };
    let mut report = PlannedReport::default();
    for zone in places.zones.iter().filter(is_asked) {
        let Some(site) = places.site_of(zone) else { continue };
        let span = day(&site.time_zone, date)?;
        let end = span.end.min(state.now());
        report.is_running |= span.start < end && end < span.end;
        let mut downs = take_downs::between(&state.db, span.start, end).await?;
        downs.retain(|one| places.screens_of(&zone.id).any(|screen| one.scope.holds(screen, &places)));
        let is_down = |screen: &ScreenId, at: Instant| {
            let held = |one: &TakeDown| {
                one.from <= at
                    && one.until.is_none_or(|until| at < until)
                    && places.screen(screen).is_some_and(|screen| one.scope.holds(screen, &places))
            };
            downs.iter().any(held)
        };
        let mut sums = by_plan(state, &zone.id, (span.start, end), is_down).await?;
        let hours = span.start.plus_ms(HOUR_MS - 1).hour()..span.end.plus_ms(HOUR_MS - 1).hour();
        for (screen, item, played) in totals::plays_in_zone(&state.db, &zone.id, hours).await? {
            let sum = sums.entry((screen, item)).or_default();
            (sum.played, sum.played_ms) = (played.plays, played.shown_ms);
        }
        report.lines.extend(sums.into_iter().map(|((screen, item), sum)| {
            let known = places.screen(&screen).map(|known| known.name.clone());
            let title = items.iter().find(|record| record.item.id == item).map(|record| record.item.title.clone());
            PlannedLine {
                screen_name: known.unwrap_or_else(|| Text::new(screen.as_str(), "")),
                title: title.unwrap_or_else(|| Text::new(item.as_str(), "")),
                planned: sum.planned,
                planned_ms: sum.planned_ms,
                planned_down: sum.planned_down,
                played: sum.played,
                played_ms: sum.played_ms,
                screen,
                item,
            }
        }));
        let news = downs.into_iter().filter(|one| !report.downs.contains(one)).collect::<Vec<_>>();
        report.downs.extend(news);
    }
    Ok(report)
}

#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    planned: u64,
    planned_ms: u64,
    planned_down: u64,
    played: u64,
    played_ms: u64,
}

type Sums = BTreeMap<(ScreenId, ItemId), Sum>;

/// What the programmes of a zone put on its screens; a showing counts where it begins.
async fn by_plan(
    state: &State,
    zone: &ZoneId,
    (from, to): (Instant, Instant),
    is_down: impl Fn(&ScreenId, Instant) -> bool,
) -> Result<Sums, ReportError> {
    let timeline = publish::timeline(state, zone, from).await?;
    let mut screens: Vec<ScreenId> =
        timeline.shows().flat_map(|(_, show)| &show.screens).map(|screen| screen.id.clone()).collect();
    screens.sort();
    screens.dedup();
    // Before the first programme of a zone there is no plan, though the engine would answer with it.
    let first = timeline.shows().next().map_or(to, |(effective_at, _)| effective_at);
    let mut sums = Sums::new();
    for screen in screens {
        for cue in timeline.cues(&screen, from.max(first), to, CUES_MAX) {
            let Showing::Item { item, .. } = cue.showing else { continue };
            let (since, until) = (cue.since.max(from), cue.until.min(to));
            let sum = sums.entry((screen.clone(), item)).or_default();
            sum.planned += u64::from(cue.since >= from);
            sum.planned_down += u64::from(cue.since >= from && is_down(&screen, cue.since));
            sum.planned_ms += u64::try_from(until.ms_since(since)).unwrap_or(0);
        }
    }
    Ok(sums)
}

/// The comparison as CSV: UTF-8 with a byte-order mark, so that spreadsheets read the Chinese; no cell can be a formula.
#[must_use]
pub fn planned_csv(report: &PlannedReport, language: Language) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(b"\xEF\xBB\xBF".to_vec());
    let headings = [
        Text::new("屏幕", "Screen"),
        Text::new("屏幕名称", "Screen name"),
        Text::new("内容", "Item"),
        Text::new("标题", "Title"),
        Text::new("计划次数", "Planned plays"),
        Text::new("计划时长（秒）", "Planned time (s)"),
        Text::new("实播次数", "Plays"),
        Text::new("实播时长（秒）", "Played time (s)"),
        Text::new("相差次数", "Difference"),
        Text::new("兑现率（%）", "Delivered (%)"),
        Text::new("撤下时段内计划次数", "Planned while taken down"),
    ];
    let mut rows = vec![headings.map(|text| text.in_language(language).to_owned())];
    rows.extend(report.lines.iter().map(|line| {
        let texts = [line.screen.to_string(), line.screen_name.in_language(language).to_owned()];
        let [screen, screen_name] = texts.map(safe_cell);
        let [item, title] = [line.item.to_string(), line.title.in_language(language).to_owned()].map(safe_cell);
        let delivered = delivery_permille(line.planned, line.played);
        [
            screen,
            screen_name,
            item,
            title,
            line.planned.to_string(),
            seconds(line.planned_ms),
            line.played.to_string(),
            seconds(line.played_ms),
            line.difference().to_string(),
            delivered.map(|permille| format!("{}.{}", permille / 10, permille % 10)).unwrap_or_default(),
            line.planned_down.to_string(),
        ]
    }));
    for row in rows {
        // Writing to memory fails only when rows differ in length, and all have the headings' length by their type.
        if let Err(error) = writer.write_record(row) {
            tracing::error!(%error, "a report line was left out");
        }
    }
    writer.into_inner().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use serde_json::json;

    use super::*;
    use crate::db::items::{ReviewState, add_item, judge_item};
    use crate::db::playlists;
    use crate::db::tests::on_each_engine;
    use crate::db::totals::tests::book_in;
    use crate::state::tests::{NOW, furnish, state_on};

    /// 2026-11-19 00:00 in Shanghai, the day after [`NOW`].
    const MIDNIGHT: Instant = Instant(1_795_017_600_000);

    #[tokio::test]
    async fn a_day_is_compared_screen_by_screen() {
        on_each_engine(|db| async move {
            let folder = tempfile::tempdir().expect("a folder");
            let (state, clock) = state_on(db.clone(), folder.path());
            furnish(&state).await;
            let item = json!({
                "id": "C01", "version": 1, "class": "education", "title": {"zh": "洗手", "en": "Hands"},
                "face": {"kind": "card"}, "reviewed_at": NOW, "review_by": NOW.plus_ms(HOUR_MS * 24 * 400),
            });
            let item = serde_json::from_value(item).expect("an item");
            add_item(&db, &item, ReviewState::Waiting, "maker", NOW).await.expect("saved");
            let steps = (ReviewState::Waiting, ReviewState::Approved);
            assert!(judge_item(&db, (&item.id, 1), steps, "checker", "", NOW).await.expect("judged"));
            let list = json!({"id": "p", "name": {"zh": "列表"}, "turns": [{"item": "C01", "dwell_ms": 60_000}]});
            playlists::save_playlist(&db, &serde_json::from_value(list).expect("a list"), NOW).await.expect("saved");
            let rule = json!({"id": "r", "playlist": "p", "target": {"places": [{"zone": "a"}]}, "level": "base",
                "window": {"from_min": 480, "to_min": 540}});
            playlists::save_rule(&db, &serde_json::from_value(rule).expect("a rule"), NOW).await.expect("saved");
            publish::publish(&state, "maker").await.expect("published");
            clock.set(MIDNIGHT.plus_ms(48 * HOUR_MS));
            book_in(&db, "a", MIDNIGHT.hour() + 8, "a-1", "C01", 30, 1_800_000).await;
            book_in(&db, "a", MIDNIGHT.hour() + 9, "a-1", "X", 2, 20_000).await;
            book_in(&db, "a", MIDNIGHT.hour() + 24, "a-1", "C01", 50, 1_000).await;

            let zone = Whose::Zone(ZoneId::parse("a").expect("name"));
            let day = date(2026, 11, 19);
            let report = planned(&state, day, &zone).await.expect("a report");
            let told = |line: &PlannedLine| {
                (line.screen.to_string(), line.item.to_string(), line.planned, line.played, line.difference())
            };
            let line = |screen: &str, item: &str, planned, played, difference| {
                (screen.to_owned(), item.to_owned(), planned, played, difference)
            };
            let wanted = [line("a-1", "C01", 60, 30, -30), line("a-1", "X", 0, 2, 2), line("a-2", "C01", 60, 0, -60)];
            assert_eq!(report.lines.iter().map(told).collect::<Vec<_>>(), wanted);
            assert_eq!((report.sums(), report.is_running), ((120, 32), false));
            assert_eq!((report.lines[0].planned_ms, report.lines[0].played_ms), (3_600_000, 1_800_000));
            let whole = planned(&state, day, &Whose::Site(SiteId::parse("h").expect("name"))).await.expect("a report");
            assert_eq!(whole.lines, report.lines, "the other zone has nothing to play");
            let text = String::from_utf8(planned_csv(&report, Language::English)).expect("UTF-8");
            assert!(text.contains("\r\na-1,Screen,C01,Hands,60,3600.0,30,1800.0,-30,50.0,0\r\n"), "{text}");

            // The zone was taken down from 8:10 until 8:25.
            let scope = "zone:a".parse().expect("a scope");
            let at = |minute: i64| MIDNIGHT.plus_ms(8 * HOUR_MS + minute * HOUR_MS / 60);
            assert!(take_downs::add(&db, &scope, "anna", "", at(10)).await.expect("taken"));
            assert!(take_downs::end(&db, &scope, "anna", at(25)).await.expect("put back"));
            let told = planned(&state, day, &zone).await.expect("a report");
            assert_eq!(told.lines.iter().map(|line| line.planned_down).collect::<Vec<_>>(), [15, 0, 15]);
            assert_eq!((told.planned_down(), told.downs.len()), (30, 1));

            clock.set(MIDNIGHT.plus_ms(8 * HOUR_MS + HOUR_MS / 2));
            let running = planned(&state, day, &zone).await.expect("a report");
            assert_eq!((running.lines[0].planned, running.is_running), (30, true), "the plan counts up to now");
            let before = planned(&state, date(2026, 11, 17), &zone).await.expect("a report");
            assert!(before.lines.is_empty(), "before anything was published nothing was planned: {before:?}");
        })
        .await;
    }

    #[test]
    fn delivery_is_told_where_something_was_planned() {
        assert_eq!(delivery_permille(0, 5), None);
        assert_eq!(delivery_permille(3, 2), Some(666));
        assert_eq!(delivery_permille(2, 3), Some(1_500));
    }
}
