//! `anteroom diff`: what publishing now would change on which screens, and what looks wrong with it.

use std::fmt::Write as _;

use anteroom_content::clock::{HOUR_MS, MINUTE_MS, Offsets};
use anteroom_content::programme::Show;
use anteroom_content::schedule::problem::Found;
use anteroom_content::text::{Language, Text};
use anteroom_content::timeline::{Difference, Showing, Timeline, Trouble};
use serde_json::{Value, json};

use super::columns::{Side, clock, columns, length, percent, stamp};
use super::house::House;
use super::why::{showing_json, shown, stamp_json};
use crate::publish::{self, Outlook, ScreenOutlook, ZoneOutlook};

/// The most stretches printed of one screen; `--json` has more.
const STRETCHES_MAX: usize = 12;

/// What publishing would do, with the clocks to tell it by.
pub(super) struct Diff {
    outlook: Outlook,
    clocks: Vec<Offsets>,
}

/// Looks at what would come.
pub(super) async fn diff(house: &House, hours: u16) -> anyhow::Result<Diff> {
    let outlook = publish::outlook(&house.state, i64::from(hours) * HOUR_MS).await?;
    let clock = |zone: &ZoneOutlook| house.zone(zone.zone.as_str()).and_then(|(_, site)| house.offsets(site));
    let clocks = outlook.zones.iter().map(clock).collect::<anyhow::Result<_>>()?;
    Ok(Diff { outlook, clocks })
}

impl Diff {
    /// Something must be put right first.
    pub(super) fn is_blocked(&self) -> bool {
        self.outlook.is_blocked()
    }

    /// For people.
    pub(super) fn words(&self, language: Language) -> String {
        let say = |zh: &'static str, en: &'static str| if language == Language::Chinese { zh } else { en };
        let mut text = String::new();
        let rows: Vec<Vec<String>> = self.outlook.problems.iter().map(|found| problem_row(found, language)).collect();
        text.push_str(&columns("", &[], &rows));
        if !rows.is_empty() {
            text.push('\n');
        }
        if self.outlook.zones.is_empty() {
            let nothing = "nothing to publish: every screen already plays what stands in the console";
            text.push_str(say("没有需要发布的更改：各屏播放的已是控制台里的内容", nothing));
            return text;
        }
        for (zone, offsets) in self.outlook.zones.iter().zip(&self.clocks) {
            self.zone_words(&mut text, zone, offsets, language);
        }
        let (zones, screens) = (self.outlook.zones.len(), self.outlook.zones.iter().map(|zone| zone.screens.len()));
        let screens: usize = screens.sum();
        let hours = self.outlook.to.ms_since(self.outlook.from) / HOUR_MS;
        let _ = match language {
            Language::Chinese => write!(text, "{zones} 个区域、{screens} 块屏会改变（看了 {hours} 小时）"),
            Language::English => write!(text, "{zones} zones, {screens} screens would change; looked {hours} h ahead"),
        };
        if self.is_blocked() {
            let _ =
                write!(text, "\n{}", say("先改正上面的错误才能发布", "put the errors above right before publishing"));
        }
        text
    }

    fn zone_words(&self, text: &mut String, zone: &ZoneOutlook, offsets: &Offsets, language: Language) {
        let say = |zh: &'static str, en: &'static str| if language == Language::Chinese { zh } else { en };
        let name = zone.coming().map(|show| show.zone.name.in_language(language).to_owned()).unwrap_or_default();
        let takeover = stamp(offsets, zone.takeover);
        let _ = writeln!(text, "{} {name}  ·  {} {takeover}", zone.zone, say("接管于", "takes over at"));
        let span = self.outlook.to.ms_since(self.outlook.from);
        for (screens, told) in alike(&zone.screens) {
            let minutes = told.changed_ms / MINUTE_MS;
            let share = percent(told.changed_ms, span);
            let _ = match language {
                Language::Chinese => writeln!(text, "  {screens}  {minutes} 分钟会改变（{share}）"),
                Language::English => writeln!(text, "  {screens}  {minutes} min would change ({share})"),
            };
            let stretches = told.differences.iter().take(STRETCHES_MAX);
            let rows: Vec<Vec<String>> =
                stretches.map(|stretch| stretch_row(zone, stretch, offsets, language)).collect();
            text.push_str(&columns("    ", &[Side::Left, Side::Right], &rows));
            let more = told.differences.len().saturating_sub(STRETCHES_MAX) + told.differences_left_out;
            if more > 0 {
                let _ = match language {
                    Language::Chinese => writeln!(text, "    … 还有 {more} 段"),
                    Language::English => writeln!(text, "    … and {more} more stretches"),
                };
            }
        }
        for trouble in &zone.troubles {
            let words = zone.coming().map(|show| trouble_words(trouble, show, offsets)).unwrap_or_default();
            let _ = writeln!(text, "  {}  {}", say("注意", "trouble"), words.in_language(language));
        }
        if zone.troubles_left_out > 0 {
            let _ = match language {
                Language::Chinese => writeln!(text, "  … 还有 {} 处需要注意", zone.troubles_left_out),
                Language::English => writeln!(text, "  … and {} more troubles", zone.troubles_left_out),
            };
        }
        text.push('\n');
    }

    /// For programs.
    pub(super) fn json(&self) -> Value {
        let zones = self.outlook.zones.iter().zip(&self.clocks).map(|(zone, offsets)| zone_json(zone, offsets));
        let problem = |found: &Found| json!({ "subject": found.subject.id(), "is_error": found.problem.is_error(), "says": found.say() });
        json!({
            "from_unix_ms": self.outlook.from,
            "to_unix_ms": self.outlook.to,
            "is_blocked": self.is_blocked(),
            "problems": self.outlook.problems.iter().map(problem).collect::<Vec<_>>(),
            "zones": zones.collect::<Vec<_>>(),
        })
    }
}

/// Screens with the same differences are told once.
fn alike(screens: &[ScreenOutlook]) -> Vec<(String, &ScreenOutlook)> {
    let mut groups: Vec<(String, &ScreenOutlook)> = Vec::new();
    for screen in screens {
        match groups.iter_mut().find(|(_, first)| first.differences == screen.differences) {
            Some((names, _)) => {
                let _ = write!(names, ", {}", screen.screen);
            }
            None => groups.push((screen.screen.to_string(), screen)),
        }
    }
    groups
}

fn problem_row(found: &Found, language: Language) -> Vec<String> {
    let weight = if found.problem.is_error() { Text::new("错误", "error") } else { Text::new("说明", "note") };
    [weight, found.subject.say(), found.problem.say()].map(|text| text.in_language(language).to_owned()).to_vec()
}

fn stretch_row(zone: &ZoneOutlook, stretch: &Difference, offsets: &Offsets, language: Language) -> Vec<String> {
    let shown_in = |timeline: &Timeline, showing: &Option<Showing>| {
        let show = timeline.show_at(stretch.from);
        let told = show.zip(showing.as_ref()).map(|(show, showing)| shown(show, showing));
        told.unwrap_or_else(|| Text::new("没有节目单", "no programme")).in_language(language).to_owned()
    };
    vec![
        format!("{}–{}", clock(offsets, stretch.from), clock(offsets, stretch.to)),
        length(stretch.to.ms_since(stretch.from)),
        shown_in(&zone.before, &stretch.before),
        format!("→ {}", shown_in(&zone.after, &stretch.after)),
    ]
}

fn trouble_words(trouble: &Trouble, show: &Show, offsets: &Offsets) -> Text {
    match trouble {
        Trouble::Short(forecast) => Text {
            zh: format!("活动 {} 计划 {} 次，少于承诺的 {} 次", forecast.campaign, forecast.planned, forecast.promised),
            en: format!(
                "campaign {} gets {} plays of {} promised",
                forecast.campaign, forecast.planned, forecast.promised
            ),
        },
        Trouble::Empty { from, to } => {
            let (from, to) = (stamp(offsets, *from), stamp(offsets, *to));
            Text {
                zh: format!("{from} – {to} 开放但没有内容可播"),
                en: format!("open from {from} to {to} with nothing to show"),
            }
        }
        Trouble::Ends { item, at } => {
            let title = shown(show, &Showing::Item { item: item.clone(), version: 0 });
            let at = stamp(offsets, *at);
            Text { zh: format!("内容 {} 于 {at} 到期", title.zh), en: format!("item {} ends at {at}", title.en) }
        }
    }
}

fn zone_json(zone: &ZoneOutlook, offsets: &Offsets) -> Value {
    let showing = |timeline: &Timeline, stretch: &Difference, showing: &Option<Showing>| {
        timeline.show_at(stretch.from).zip(showing.as_ref()).map(|(show, showing)| showing_json(show, showing))
    };
    let stretch = |one: &Difference| {
        json!({
            "from": stamp_json(offsets, one.from),
            "to": stamp_json(offsets, one.to),
            "before": showing(&zone.before, one, &one.before),
            "after": showing(&zone.after, one, &one.after),
        })
    };
    let screen = |screen: &ScreenOutlook| {
        json!({
            "screen": screen.screen,
            "changed_ms": screen.changed_ms,
            "differences": screen.differences.iter().map(stretch).collect::<Vec<_>>(),
            "differences_left_out": screen.differences_left_out,
        })
    };
    let trouble = |trouble: &Trouble| zone.coming().map(|show| trouble_words(trouble, show, offsets));
    json!({
        "zone": zone.zone,
        "takeover": stamp_json(offsets, zone.takeover),
        "screens": zone.screens.iter().map(screen).collect::<Vec<_>>(),
        "troubles": zone.troubles.iter().filter_map(trouble).collect::<Vec<_>>(),
        "troubles_left_out": zone.troubles_left_out,
    })
}
