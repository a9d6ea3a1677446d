//! `anteroom day`: a zone's day from its first cue to its last, and what it adds up to.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anteroom_content::clock::Offsets;
use anteroom_content::id::ItemId;
use anteroom_content::item::Class;
use anteroom_content::place::Zone;
use anteroom_content::schedule::Calendar;
use anteroom_content::text::{Language, Text};
use anteroom_content::timeline::{Cue, Showing, Timeline, Why};
use jiff::civil::Date;
use serde_json::{Value, json};

use super::ask;
use super::columns::{Side, clock, columns, length, percent};
use super::house::House;
use super::why::{showing_json, shown, stamp_json};
use crate::publish;

/// The most cues of a day: one every second, and none stands shorter.
const CUES_MAX: usize = 90_000;

/// A zone's day.
pub(super) struct Day {
    zone: Zone,
    date: Date,
    offsets: Offsets,
    calendar: Calendar,
    timeline: Timeline,
    cues: Vec<Cue>,
}

/// What an item or a class had of a day.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    plays: i64,
    ms: i64,
}

/// Asks the engine.
pub(super) async fn day(house: &House, zone: &str, date: &str) -> anyhow::Result<Day> {
    let (zone, site) = house.zone(zone)?;
    let offsets = house.offsets(site)?;
    let date = ask::date(date, offsets.date(house.state.now()))?;
    let (from, to) = (offsets.instant(date, 0), offsets.instant(date, 1440));
    let timeline = publish::timeline(&house.state, &zone.id, from).await?;
    anyhow::ensure!(
        timeline.shows().next().is_some(),
        "zone `{}` has no programme yet: publish first, or ask `anteroom diff` what would come",
        zone.id
    );
    let mut cues = timeline.zone_cues(from, to, CUES_MAX);
    for cue in &mut cues {
        // A cue that runs over midnight is told as far as the day goes.
        (cue.since, cue.until) = (cue.since.max(from), cue.until.min(to));
    }
    let calendar = house.calendar(site).await?;
    Ok(Day { zone: zone.clone(), date, offsets, calendar, timeline, cues })
}

impl Day {
    /// For people.
    pub(super) fn words(&self, language: Language) -> String {
        let say = |zh: &'static str, en: &'static str| if language == Language::Chinese { zh } else { en };
        let in_words = |text: Text| text.in_language(language).to_owned();
        let day = in_words(self.calendar.day(self.date).why());
        let mut text = format!(
            "{} {}  ·  {} {day}  ·  {}\n\n",
            self.zone.id,
            self.zone.name.in_language(language),
            self.date,
            self.offsets.zone
        );
        let rows: Vec<Vec<String>> = self.cues.iter().map(|cue| self.row(cue, language)).collect();
        text.push_str(&columns("", &[Side::Left, Side::Right], &rows));
        let mut heading = |words: &str| {
            let _ = writeln!(text, "\n{words}");
        };
        heading(say("按内容", "by item"));
        let (items, classes) = self.sums();
        let whole: i64 = self.cues.iter().map(|cue| cue.until.ms_since(cue.since)).sum();
        let sum = |name: String, sum: Sum| vec![name, sum.plays.to_string(), length(sum.ms), percent(sum.ms, whole)];
        let sides = [Side::Left, Side::Right, Side::Right, Side::Right];
        let head =
            || ["", say("次数", "plays"), say("时长", "airtime"), say("占全天", "of the day")].map(str::to_owned);
        let title = |item: &ItemId| in_words(self.title(item));
        let mut rows = vec![head().to_vec()];
        rows.extend(items.iter().map(|(item, total)| sum(format!("{item} {}", title(item)), *total)));
        text.push_str(&columns("  ", &sides, &rows));
        let _ = writeln!(text, "\n{}", say("按类别", "by class"));
        let mut rows = vec![head().to_vec()];
        rows.extend(classes.iter().map(|(class, total)| sum(in_words(class.name()), *total)));
        text.push_str(&columns("  ", &sides, &rows));
        text.trim_end().to_owned()
    }

    fn row(&self, cue: &Cue, language: Language) -> Vec<String> {
        let shown = self.shown(cue).in_language(language).to_owned();
        let by = match &cue.why {
            Some(Why::Rule { rule, level }) => format!("{rule} ({})", level.name().in_language(language)),
            Some(Why::Campaign(campaign)) => {
                format!("{campaign} ({})", Text::new("活动", "campaign").in_language(language))
            }
            Some(Why::Floor) => Text::new("公益下限", "public-service floor").in_language(language).to_owned(),
            None => String::new(),
        };
        let span = format!("{}–{}", clock(&self.offsets, cue.since), clock(&self.offsets, cue.until));
        vec![span, length(cue.until.ms_since(cue.since)), shown, by]
    }

    fn shown(&self, cue: &Cue) -> Text {
        self.timeline.show_at(cue.since).map(|show| shown(show, &cue.showing)).unwrap_or_default()
    }

    fn title(&self, item: &ItemId) -> Text {
        let shows = self.timeline.shows().rev();
        shows.filter_map(|(_, show)| show.item(item)).map(|item| item.title.clone()).next().unwrap_or_default()
    }

    fn sums(&self) -> (BTreeMap<ItemId, Sum>, BTreeMap<Class, Sum>) {
        let (mut items, mut classes) = (BTreeMap::<ItemId, Sum>::new(), BTreeMap::<Class, Sum>::new());
        for cue in &self.cues {
            let Showing::Item { item, .. } = &cue.showing else { continue };
            let class = self.timeline.show_at(cue.since).and_then(|show| show.item(item)).map(|item| item.class);
            let sums =
                [Some(items.entry(item.clone()).or_default()), class.map(|class| classes.entry(class).or_default())];
            for sum in sums.into_iter().flatten() {
                sum.plays += 1;
                sum.ms += cue.until.ms_since(cue.since);
            }
        }
        (items, classes)
    }

    /// For programs.
    pub(super) fn json(&self) -> Value {
        let cue = |cue: &Cue| {
            let show = self.timeline.show_at(cue.since);
            let by = match &cue.why {
                Some(Why::Rule { rule, level }) => json!({ "rule": rule, "level": level }),
                Some(Why::Campaign(campaign)) => json!({ "campaign": campaign }),
                Some(Why::Floor) => json!({ "floor": true }),
                None => Value::Null,
            };
            json!({
                "since": stamp_json(&self.offsets, cue.since),
                "until": stamp_json(&self.offsets, cue.until),
                "shows": show.map(|show| showing_json(show, &cue.showing)),
                "by": by,
            })
        };
        let (items, classes) = self.sums();
        let item = |(item, sum): (&ItemId, &Sum)| json!({ "item": item, "plays": sum.plays, "shown_ms": sum.ms });
        let class = |(class, sum): (&Class, &Sum)| json!({ "class": class, "plays": sum.plays, "shown_ms": sum.ms });
        let day = self.calendar.day(self.date);
        json!({
            "zone": self.zone.id,
            "date": self.date,
            "time_zone": self.offsets.zone,
            "day": { "kind": day.kind, "why": day.why() },
            "cues": self.cues.iter().map(cue).collect::<Vec<_>>(),
            "by_item": items.iter().map(item).collect::<Vec<_>>(),
            "by_class": classes.iter().map(class).collect::<Vec<_>>(),
        })
    }
}
