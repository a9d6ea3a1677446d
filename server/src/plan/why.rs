//! `anteroom why`: what a screen shows at a time, what put it there, and why everything else is not there.

use std::fmt::Write as _;
use std::sync::Arc;

use anteroom_content::clock::{Instant, Offsets};
use anteroom_content::place::{Screen, Zone};
use anteroom_content::programme::Show;
use anteroom_content::schedule::{Calendar, Level};
use anteroom_content::text::{Language, Text};
use anteroom_content::timeline::{Explanation, Showing, Who};
use anyhow::Context as _;
use serde_json::{Value, json};

use super::ask::moment;
use super::columns::{clock, columns, length, stamp};
use super::house::House;
use crate::publish;

/// Why a screen shows what it shows.
pub(super) struct Why {
    at: Instant,
    screen: Screen,
    zone: Zone,
    show: Arc<Show>,
    offsets: Offsets,
    calendar: Calendar,
    explanation: Explanation,
}

/// Asks the engine.
pub(super) async fn why(house: &House, screen: &str, time: &str) -> anyhow::Result<Why> {
    let (screen, zone, site) = house.screen(screen)?;
    let offsets = house.offsets(site)?;
    let at = moment(time, house.state.now(), &offsets)?;
    let timeline = publish::timeline(&house.state, &zone.id, at).await?;
    let show = timeline.show_at(at).cloned().with_context(|| {
        format!("zone `{}` has no programme yet: publish first, or ask `anteroom diff` what would come", zone.id)
    })?;
    let explanation = timeline.why(&screen.id, at).with_context(|| {
        format!("the programme of zone `{}` at {} does not know screen `{}`", zone.id, stamp(&offsets, at), screen.id)
    })?;
    let calendar = house.calendar(site).await?;
    Ok(Why { at, screen: screen.clone(), zone: zone.clone(), show, offsets, calendar, explanation })
}

impl Why {
    /// For people.
    pub(super) fn words(&self, language: Language) -> String {
        let say = |zh: &'static str, en: &'static str| if language == Language::Chinese { zh } else { en };
        let in_words = |text: &Text| text.in_language(language).to_owned();
        let cue = &self.explanation.cue;
        let date = self.offsets.date(self.at);
        let day = self.calendar.day(date);
        let (until, since) = (cue.until.ms_since(cue.since), clock(&self.offsets, cue.since));
        let until = format!("{} ({})", clock(&self.offsets, cue.until), length(until));
        let mut text = format!(
            "{} {}  ·  {} {}  ·  {} ({})\n\n",
            self.screen.id,
            in_words(&self.screen.name),
            self.zone.id,
            in_words(&self.zone.name),
            stamp(&self.offsets, self.at),
            self.offsets.zone
        );
        let mut facts = vec![
            vec![say("播出", "shows").to_owned(), in_words(&shown(&self.show, &cue.showing))],
            vec![say("时间", "from").to_owned(), format!("{since} – {until}")],
        ];
        let won = self.explanation.contenders.iter().find(|contender| contender.loss.is_none());
        let because =
            won.map(|contender| format!("{}  {}", level(&contender.who, language), who(&contender.who, language)));
        let because = because.unwrap_or_else(|| say("没有任何规则或活动", "nothing put it there").to_owned());
        facts.push(vec![say("原因", "because").to_owned(), because]);
        facts.push(vec![say("日子", "day").to_owned(), format!("{date} {}", in_words(&day.why()))]);
        text.push_str(&columns("", &[], &facts));
        let losers = self.explanation.contenders.iter().filter_map(|one| Some((one, one.loss.as_ref()?)));
        let rows: Vec<Vec<String>> = losers
            .map(|(one, loss)| {
                vec![level(&one.who, language), who(&one.who, language), in_words(&loss.say(&self.show))]
            })
            .collect();
        if rows.is_empty() {
            let _ = write!(text, "\n{}", say("没有其他候选", "nothing else could have been there"));
        } else {
            let _ = write!(text, "\n{}\n{}", say("没有播出的", "not shown"), columns("  ", &[], &rows));
        }
        text.trim_end().to_owned()
    }

    /// For programs.
    pub(super) fn json(&self) -> Value {
        let cue = &self.explanation.cue;
        let day = self.calendar.day(self.offsets.date(self.at));
        let contenders: Vec<Value> = self
            .explanation
            .contenders
            .iter()
            .map(|one| {
                let mut told = who_json(&one.who);
                if let Some(told) = told.as_object_mut() {
                    told.insert("shown".to_owned(), one.loss.is_none().into());
                    told.insert("why_not".to_owned(), json!(one.loss.as_ref().map(|loss| loss.say(&self.show))));
                }
                told
            })
            .collect();
        json!({
            "screen": self.screen.id,
            "zone": self.zone.id,
            "at": stamp_json(&self.offsets, self.at),
            "time_zone": self.offsets.zone,
            "day": { "kind": day.kind, "why": day.why() },
            "shows": showing_json(&self.show, &cue.showing),
            "since": stamp_json(&self.offsets, cue.since),
            "until": stamp_json(&self.offsets, cue.until),
            "contenders": contenders,
        })
    }
}

/// What is on the glass, with its headline.
pub(super) fn shown(show: &Show, showing: &Showing) -> Text {
    match showing {
        Showing::Item { item, .. } => {
            let title = show.item(item).map(|item| item.title.clone()).unwrap_or_default();
            let english = if title.en.is_empty() { &title.zh } else { &title.en };
            Text {
                zh: format!("{item} {}", title.zh).trim_end().to_owned(),
                en: format!("{item} {english}").trim_end().to_owned(),
            }
        }
        Showing::Strip => Text::new("门诊时间", "clinic times"),
        Showing::Closed => Text::new("不开放", "closed"),
        Showing::Fallback => Text::new("内置画面", "the built-in card"),
    }
}

/// The same for programs.
pub(super) fn showing_json(show: &Show, showing: &Showing) -> Value {
    match showing {
        Showing::Item { item, version } => {
            let known = show.item(item);
            json!({
                "kind": "item", "item": item, "version": version,
                "title": known.map(|item| &item.title), "class": known.map(|item| item.class),
            })
        }
        Showing::Strip => json!({ "kind": "strip" }),
        Showing::Closed => json!({ "kind": "closed" }),
        Showing::Fallback => json!({ "kind": "built_in_card" }),
    }
}

/// A moment by a place's clocks, as programs read it.
pub(super) fn stamp_json(offsets: &Offsets, at: Instant) -> Value {
    json!({ "local": offsets.local(at).strftime("%Y-%m-%dT%H:%M:%S").to_string(), "unix_ms": at })
}

fn level(who: &Who, language: Language) -> String {
    let name = match who {
        Who::Rule { level, .. } => level.name(),
        Who::Campaign { .. } => Level::Regular.name(),
        Who::Floor => Text::new("公益", "Floor"),
    };
    name.in_language(language).to_owned()
}

fn who(who: &Who, language: Language) -> String {
    let is_chinese = language == Language::Chinese;
    match who {
        Who::Rule { rule, name, .. } => {
            format!("{} {rule}{}", if is_chinese { "规则" } else { "rule" }, quoted(rule.as_str(), name, language))
        }
        Who::Campaign { campaign, name } => {
            let word = if is_chinese { "活动" } else { "campaign" };
            format!("{word} {campaign}{}", quoted(campaign.as_str(), name, language))
        }
        Who::Floor => if is_chinese { "公益下限" } else { "the public-service floor" }.to_owned(),
    }
}

/// A name behind a code, where it says more than the code.
fn quoted(id: &str, name: &Text, language: Language) -> String {
    let name = name.in_language(language);
    if name.is_empty() || name == id { String::new() } else { format!(" “{name}”") }
}

fn who_json(who: &Who) -> Value {
    match who {
        Who::Rule { rule, playlist, name, level } => {
            json!({ "rule": rule, "playlist": playlist, "name": name, "level": level })
        }
        Who::Campaign { campaign, name } => json!({ "campaign": campaign, "name": name, "level": Level::Regular }),
        Who::Floor => json!({ "floor": true }),
    }
}
