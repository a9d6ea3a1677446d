//! A rule as a form: where, when and how urgent in fields, and back. What does not parse is told in words.

use anteroom_content::id::{BuildingId, NetworkId, PlaylistId, RuleId, SiteId, ZoneId};
use anteroom_content::place::ZoneKind;
use anteroom_content::schedule::{Level, Rule, Target, Weekdays, Where, Window};
use jiff::civil::Date;
use serde::Deserialize;

use super::moment::{read_wall, wall};
use super::said::Said;

/// The fields of a rule.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(super) struct RuleForm {
    /// Which playlist.
    #[serde(default)]
    pub(super) playlist: String,
    /// `everywhere`, `site:…`, `kind:…`, `network:…`, `zone:…`.
    #[serde(default)]
    pub(super) place: Vec<String>,
    /// Zones left out.
    #[serde(default)]
    pub(super) except: Vec<String>,
    /// Weekdays, 1 is Monday.
    #[serde(default)]
    pub(super) day: Vec<u8>,
    /// `HH:MM`.
    #[serde(default)]
    pub(super) from: String,
    /// `HH:MM`.
    #[serde(default)]
    pub(super) to: String,
    /// First date, or nothing.
    #[serde(default)]
    pub(super) first: String,
    /// Last date, or nothing.
    #[serde(default)]
    pub(super) last: String,
    /// Level by name.
    #[serde(default)]
    pub(super) level: String,
}

impl RuleForm {
    /// What a new rule starts from: every day, all day, an ordinary level.
    pub(super) fn fresh() -> Self {
        Self {
            day: (1..=7).collect(),
            from: "00:00".to_owned(),
            to: "24:00".to_owned(),
            level: level_word(Level::Regular).to_owned(),
            ..Self::default()
        }
    }

    /// The fields of a rule that exists.
    pub(super) fn of(rule: &Rule) -> Self {
        Self {
            playlist: rule.playlist.to_string(),
            place: rule.target.places.iter().map(place_word).collect(),
            except: rule.target.except.iter().map(place_word).collect(),
            day: (1..=7).filter(|day| rule.window.days.0 & (1 << (day - 1)) != 0).collect(),
            from: wall(rule.window.from_min),
            to: wall(rule.window.to_min),
            first: rule.window.first.map(|date| date.to_string()).unwrap_or_default(),
            last: rule.window.last.map(|date| date.to_string()).unwrap_or_default(),
            level: level_word(rule.level).to_owned(),
        }
    }

    /// The rule, or everything that is wrong with the form.
    pub(super) fn read(&self, id: RuleId) -> Result<Rule, Vec<Said>> {
        let mut problems = Vec::new();
        let playlist = PlaylistId::parse(&self.playlist).map_err(|_| problems.push(Said::bad("bad-rule-playlist")));
        let places: Vec<_> = self.place.iter().filter_map(|word| read_place(word)).collect();
        if places.is_empty() || places.len() != self.place.len() {
            problems.push(Said::bad("bad-rule-place"));
        }
        let except: Vec<_> = self.except.iter().filter_map(|word| read_place(word)).collect();
        let days = self.day.iter().filter(|day| (1..=7).contains(*day)).fold(0, |days, day| days | 1 << (day - 1));
        if days == 0 {
            problems.push(Said::bad("bad-rule-days"));
        }
        let (from, to) = (read_wall(&self.from).filter(|minute| *minute < 1440), read_wall(&self.to));
        if from.is_none() || to.is_none() || from == to {
            problems.push(Said::bad("bad-rule-times"));
        }
        let (first, last) = (read_date(&self.first), read_date(&self.last));
        let is_backwards = matches!((&first, &last), (Ok(Some(first)), Ok(Some(last))) if last < first);
        if first.is_err() || last.is_err() || is_backwards {
            problems.push(Said::bad("bad-rule-dates"));
        }
        let level = Level::EDITABLE.into_iter().find(|level| level_word(*level) == self.level);
        if level.is_none() {
            problems.push(Said::bad("bad-rule-level"));
        }
        match (playlist, from, to, first, last, level) {
            (Ok(playlist), Some(from_min), Some(to_min), Ok(first), Ok(last), Some(level)) if problems.is_empty() => {
                let window = Window { first, last, days: Weekdays(days), from_min, to_min, ..Window::ALWAYS };
                Ok(Rule::new(id, playlist, Target { places, except }, window, level))
            }
            _ => Err(problems),
        }
    }

    /// A place is ticked.
    pub(super) fn has_place(&self, word: &str) -> bool {
        self.place.iter().any(|place| place == word)
    }

    /// A zone is left out.
    pub(super) fn leaves_out(&self, zone: &ZoneId) -> bool {
        self.except.iter().any(|except| *except == place_word(&Where::Zone(zone.clone())))
    }
}

fn read_date(text: &str) -> Result<Option<Date>, jiff::Error> {
    let text = text.trim();
    if text.is_empty() { Ok(None) } else { text.parse().map(Some) }
}

/// A kind of zone as it stands in forms.
pub(super) const fn kind_word(kind: ZoneKind) -> &'static str {
    match kind {
        ZoneKind::Entrance => "entrance",
        ZoneKind::Waiting => "waiting",
        ZoneKind::Payment => "payment",
        ZoneKind::Examination => "examination",
        ZoneKind::Pharmacy => "pharmacy",
        ZoneKind::ConsultingDoor => "consulting_door",
        ZoneKind::Ward => "ward",
        ZoneKind::Emergency => "emergency",
        ZoneKind::Shop => "shop",
    }
}

/// A level as it stands in forms.
pub(super) const fn level_word(level: Level) -> &'static str {
    match level {
        Level::Fallback => "fallback",
        Level::Base => "base",
        Level::Regular => "regular",
        Level::Priority => "priority",
        Level::Insert => "insert",
        Level::Alert => "alert",
    }
}

fn place_word(place: &Where) -> String {
    match place {
        Where::Everywhere => "everywhere".to_owned(),
        Where::Site(id) => format!("site:{id}"),
        Where::Zone(id) => format!("zone:{id}"),
        Where::Kind(kind) => format!("kind:{}", kind_word(*kind)),
        Where::Network(id) => format!("network:{id}"),
        Where::City(code) => format!("city:{code}"),
        Where::Building(id) => format!("building:{id}"),
        Where::Tag(tag) => format!("tag:{tag}"),
    }
}

fn read_place(word: &str) -> Option<Where> {
    if word == "everywhere" {
        return Some(Where::Everywhere);
    }
    let (sort, name) = word.split_once(':')?;
    match sort {
        "site" => SiteId::parse(name).ok().map(Where::Site),
        "zone" => ZoneId::parse(name).ok().map(Where::Zone),
        "network" => NetworkId::parse(name).ok().map(Where::Network),
        "city" => Some(Where::City(name.to_owned())),
        "building" => BuildingId::parse(name).ok().map(Where::Building),
        "tag" => Some(Where::Tag(name.to_owned())),
        "kind" => ZoneKind::ALL.into_iter().find(|kind| kind_word(*kind) == name).map(Where::Kind),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn rule() -> Rule {
        Rule::new(
            RuleId::parse("r-1").expect("name"),
            PlaylistId::parse("p-1").expect("name"),
            Target {
                places: vec![
                    Where::Everywhere,
                    Where::Site(SiteId::parse("QLZX").expect("name")),
                    Where::Kind(ZoneKind::ConsultingDoor),
                    Where::Network(NetworkId::parse("N1").expect("name")),
                    Where::Zone(ZoneId::parse("Z03").expect("name")),
                ],
                except: vec![Where::Zone(ZoneId::parse("Z07").expect("name"))],
            },
            Window {
                first: Some(date(2026, 11, 22)),
                last: Some(date(2026, 12, 31)),
                days: Weekdays(0b101_0101),
                from_min: 22 * 60,
                to_min: 6 * 60 + 30,
                ..Window::ALWAYS
            },
            Level::Insert,
        )
    }

    #[test]
    fn a_rule_survives_its_form() {
        let mut rule = rule();
        assert_eq!(RuleForm::of(&rule).read(rule.id.clone()), Ok(rule.clone()));
        rule.window = Window::ALWAYS;
        assert_eq!(RuleForm::of(&rule).read(rule.id.clone()), Ok(rule));
    }

    #[test]
    fn each_mistake_is_told() {
        let id = || RuleId::parse("r-1").expect("name");
        let good = RuleForm::of(&rule());
        let check = |change: &dyn Fn(&mut RuleForm), key: &str| {
            let mut form = good.clone();
            change(&mut form);
            let told: Vec<_> = form.read(id()).expect_err(key).into_iter().map(|said| said.key).collect();
            assert_eq!(told, [key]);
        };
        check(&|f| f.playlist.clear(), "bad-rule-playlist");
        check(&|f| f.place.clear(), "bad-rule-place");
        check(&|f| f.place.push("moon:1".into()), "bad-rule-place");
        check(&|f| f.day = vec![9], "bad-rule-days");
        check(&|f| f.to.clone_from(&f.from.clone()), "bad-rule-times");
        check(&|f| f.from = "24:00".into(), "bad-rule-times");
        check(&|f| f.last = "2026-11-01".into(), "bad-rule-dates");
        check(&|f| f.first = "morgen".into(), "bad-rule-dates");
        check(&|f| f.level = "alert".into(), "bad-rule-level");
    }
}
