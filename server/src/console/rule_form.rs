//! A rule as a form: what, where, when and how urgent in fields, and back. What does not parse is told in words.

use anteroom_content::clock::Instant;
use anteroom_content::id::{PlaylistId, RuleId};
use anteroom_content::schedule::{Level, RULE_WEIGHT_MAX, Rule};
use anteroom_content::text::Text;

use super::fields::{Filled, TITLE_CHARS_MAX, both};
use super::place_form::PlaceForm;
use super::said::Said;
use super::window_form::WindowForm;

/// The fields of a rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct RuleForm {
    /// Its name, or nothing.
    pub(super) name_zh: String,
    /// Its name in English.
    pub(super) name_en: String,
    /// Which playlist.
    pub(super) playlist: String,
    /// Where.
    pub(super) place: PlaceForm,
    /// When.
    pub(super) window: WindowForm,
    /// Level by name.
    pub(super) level: String,
    /// Its place among equals.
    pub(super) order: String,
    /// Turns for every turn of a rule of weight 1.
    pub(super) weight: String,
}

impl RuleForm {
    /// What a new rule starts from: every day, all day, an ordinary level.
    pub(super) fn fresh() -> Self {
        Self {
            window: WindowForm::fresh(),
            level: level_word(Level::Regular).to_owned(),
            order: "0".to_owned(),
            weight: "1".to_owned(),
            ..Self::default()
        }
    }

    /// What the form brought.
    pub(super) fn filled(filled: &Filled) -> Self {
        Self {
            name_zh: filled.one("name_zh"),
            name_en: filled.one("name_en"),
            playlist: filled.one("playlist"),
            place: PlaceForm::filled(filled),
            window: WindowForm::filled(filled),
            level: filled.one("level"),
            order: filled.one("order"),
            weight: filled.one("weight"),
        }
    }

    /// The fields of a rule that exists.
    pub(super) fn of(rule: &Rule) -> Self {
        Self {
            name_zh: rule.name.zh.clone(),
            name_en: rule.name.en.clone(),
            playlist: rule.playlist.to_string(),
            place: PlaceForm::of(&rule.target),
            window: WindowForm::of(&rule.window),
            level: level_word(rule.level).to_owned(),
            order: rule.order.to_string(),
            weight: rule.weight.to_string(),
        }
    }

    /// The rule, or everything that is wrong with the form.
    pub(super) fn read(&self, id: RuleId, now: Instant) -> Result<Rule, Vec<Said>> {
        let mut problems = Vec::new();
        let name = both(&self.name_zh, &self.name_en);
        if !is_name(&name) {
            problems.push(Said::bad("bad-rule-name").of("name_zh").put("max", TITLE_CHARS_MAX));
        }
        let playlist =
            PlaylistId::parse(&self.playlist).map_err(|_| problems.push(Said::bad("bad-rule-playlist").of("playlist")));
        let target = self.place.read().map_err(|problem| problems.push(problem));
        let window = self.window.read(now).map_err(|all| problems.extend(all));
        let level = Level::EDITABLE.into_iter().find(|level| level_word(*level) == self.level);
        if level.is_none() {
            problems.push(Said::bad("bad-rule-level").of("level"));
        }
        let order = read_order(&self.order).ok_or_else(|| problems.push(Said::bad("bad-order").of("order")));
        let weight = self.weight.trim();
        let weight = if weight.is_empty() { Ok(1) } else { weight.parse() };
        let weight = weight.ok().filter(|weight| (1..=RULE_WEIGHT_MAX).contains(weight));
        if weight.is_none() {
            problems.push(Said::bad("bad-weight").of("weight").put("max", RULE_WEIGHT_MAX));
        }
        match (playlist, target, window, level, order, weight) {
            (Ok(playlist), Ok(target), Ok(window), Some(level), Ok(order), Some(weight)) if problems.is_empty() => {
                Ok(Rule { id, name, playlist, target, window, level, order, weight })
            }
            _ => Err(problems),
        }
    }
}

/// A name that may be left out, and fits into a list where it is not.
fn is_name(name: &Text) -> bool {
    [&name.zh, &name.en].iter().all(|name| name.chars().count() <= TITLE_CHARS_MAX && !name.contains('\n'))
        && (name.en.is_empty() || !name.zh.is_empty())
}

/// A place among equals; nothing is the usual one.
pub(super) fn read_order(text: &str) -> Option<i32> {
    let text = text.trim();
    if text.is_empty() { Some(0) } else { text.parse().ok() }
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

#[cfg(test)]
mod tests {
    use anteroom_content::id::{BuildingId, NetworkId, SiteId, ZoneId};
    use anteroom_content::place::ZoneKind;
    use anteroom_content::schedule::{Target, Where, Window};

    use super::*;

    const NOW: Instant = Instant(1_795_572_000_000);

    fn rule() -> Rule {
        Rule {
            id: RuleId::parse("r-1").expect("name"),
            name: Text::new("夜间", "At night"),
            playlist: PlaylistId::parse("p-1").expect("name"),
            target: Target {
                places: vec![
                    Where::Everywhere,
                    Where::City("990100".into()),
                    Where::Site(SiteId::parse("QLZX").expect("name")),
                    Where::Building(BuildingId::parse("QLZX-A").expect("name")),
                    Where::Kind(ZoneKind::ConsultingDoor),
                    Where::Network(NetworkId::parse("N1").expect("name")),
                    Where::Tag("老年友好".into()),
                    Where::Zone(ZoneId::parse("Z03").expect("name")),
                ],
                except: vec![
                    Where::Zone(ZoneId::parse("Z07").expect("name")),
                    Where::Kind(ZoneKind::Ward),
                    Where::Tag("安静".into()),
                ],
            },
            window: Window { from_min: 1260, to_min: 390, ..Window::ALWAYS },
            level: Level::Insert,
            order: -3,
            weight: 4,
        }
    }

    #[test]
    fn a_rule_with_everything_survives_its_form() {
        let rule = rule();
        assert_eq!(RuleForm::of(&rule).read(rule.id.clone(), NOW), Ok(rule));
    }

    #[test]
    fn each_mistake_is_told() {
        let good = RuleForm::of(&rule());
        let check = |change: &dyn Fn(&mut RuleForm), key: &str| {
            let mut form = good.clone();
            change(&mut form);
            let told = form.read(RuleId::parse("r-1").expect("name"), NOW).expect_err(key);
            assert_eq!(told.into_iter().map(|said| said.key).collect::<Vec<_>>(), [key]);
        };
        check(&|f| f.playlist.clear(), "bad-rule-playlist");
        check(&|f| f.place.place.clear(), "bad-rule-place");
        check(&|f| f.place.place.push("moon:1".into()), "bad-rule-place");
        check(&|f| f.place.except.push("moon:1".into()), "bad-rule-place");
        check(&|f| f.window.day = vec![9], "bad-rule-days");
        check(&|f| f.level = "alert".into(), "bad-rule-level");
        check(&|f| f.order = "first".into(), "bad-order");
        check(&|f| f.weight = "11".into(), "bad-weight");
        check(&|f| f.name_zh = "名".repeat(81), "bad-rule-name");
    }
}
