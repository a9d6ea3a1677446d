//! Notices (通知): the hospital's own words on a line of their own along the lower edge. What one line cannot hold is turned line by line,
//! slowly enough to be read; nothing runs, and nothing is cut.

use anteroom_content::clock::Instant;
use anteroom_content::notice::{Notice, in_force, line_at, next_change};

use super::area::Area;
use super::ink::{LAGOON, MIST, NIGHT, SAND, WHITE};
use super::ladder::Step;
use super::layout::{Layout, Shape};
use super::mark::{Mark, Style};
use super::told::Told;
use super::typeset::{Weight, break_lines, width};

/// What stands on the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NoticeFacts {
    line: String,
    /// Which line, from 0, of how many.
    turn: (usize, usize),
}

/// Where the parts of the line are.
struct Parts {
    label: Area,
    words: Area,
    turn: Area,
}

impl Parts {
    fn of(layout: &Layout) -> Self {
        let em = layout.body.px();
        let label_w = if layout.shape == Shape::Ribbon { 0 } else { em * 3 };
        let (label, rest) = layout.notice.split_left(label_w);
        let (words, turn) = rest.inset_by(layout.gap, 0).split_right(layout.small().px() * 3);
        Self { label, words, turn }
    }
}

/// A ribbon has one line for everything: smaller type, fewer turns.
fn step(layout: &Layout) -> Step {
    if layout.shape == Shape::Ribbon { layout.small() } else { layout.body }
}

/// The lines of the notices in force. Setting them takes a while, frames come thirty times a second, and they change with what was told,
/// the layout, and where a notice begins or ends.
#[derive(Debug)]
pub(super) struct NoticeLines {
    lines: Vec<String>,
    set_for: Option<(u64, Layout)>,
    since: Instant,
    until: Option<Instant>,
}

impl NoticeLines {
    pub(super) const NONE: Self = Self { lines: Vec::new(), set_for: None, since: Instant(0), until: None };

    /// The line that stands at `at`; none where there is no notice, or no room for one.
    pub(super) fn at(&mut self, layout: &Layout, told: &Told, at: Instant) -> Option<NoticeFacts> {
        let key = Some((told.serial, *layout));
        if self.set_for != key || at < self.since || self.until.is_some_and(|until| at >= until) {
            let all = told.stand().map(|stand| stand.clinic.notices.as_slice()).unwrap_or_default();
            self.lines = lines(layout, in_force(all, at));
            (self.set_for, self.since, self.until) = (key, at, next_change(all, at));
        }
        NoticeFacts::of(&self.lines, at)
    }
}

/// Notices line by line, as they are told in turn; none without room for them.
pub(super) fn lines<'a>(layout: &Layout, notices: impl Iterator<Item = &'a Notice>) -> Vec<String> {
    if layout.notice.is_empty() {
        return Vec::new();
    }
    let w = Parts::of(layout).words.w;
    let texts = notices.flat_map(|notice| [notice.text.zh.as_str(), notice.text.en.as_str()]);
    texts.flat_map(|text| even_lines(layout, text, w)).collect()
}

impl NoticeFacts {
    /// Which of some lines stands at `at`.
    pub(super) fn of(lines: &[String], at: Instant) -> Option<Self> {
        let (turn, _) = line_at(lines, at)?;
        Some(Self { line: lines.get(turn)?.clone(), turn: (turn, lines.len()) })
    }
}

/// A text in as few lines as hold it, all about as long: a last line of one character helps nobody.
fn even_lines(layout: &Layout, text: &str, w: i32) -> Vec<String> {
    let lines_of = |w: i32| {
        let mut lines = break_lines(text, step(layout), Weight::Bold, w);
        lines.retain(|line| !line.trim().is_empty());
        lines
    };
    let fewest = lines_of(w);
    let count = i32::try_from(fewest.len()).unwrap_or(i32::MAX).max(1);
    let em = step(layout).px().max(1);
    let mut narrow = width(text, step(layout), Weight::Bold) / count;
    while narrow < w {
        let lines = lines_of(narrow);
        if lines.len() == fewest.len() {
            return lines;
        }
        narrow += em;
    }
    fewest
}

/// The marks of the line.
pub(super) fn notice(layout: &Layout, facts: &NoticeFacts) -> Vec<Mark> {
    let parts = Parts::of(layout);
    let mut marks = vec![Mark::plate(layout.notice, LAGOON, 0)];
    if !parts.label.is_empty() {
        marks.push(Mark::plate(parts.label, SAND, 0));
        marks.push(Style::plain(layout.body, NIGHT).strong().centred().shrinking(4).line("通知", parts.label));
    }
    marks.push(Style::plain(step(layout), WHITE).strong().shrinking(8).line(&facts.line, parts.words));
    let (turn, count) = facts.turn;
    if count > 1 {
        let style = Style::plain(layout.small(), MIST).right().shrinking(6);
        marks.push(style.line(&format!("{}/{count}", turn + 1), parts.turn));
    }
    marks
}

#[cfg(test)]
mod tests {
    use anteroom_content::id::NoticeId;
    use anteroom_content::place::Role;
    use anteroom_content::text::Text;

    use super::*;
    use crate::stage::layout::{Look, Sight};

    #[test]
    fn every_word_has_its_turn_whole_and_none_stands_alone() {
        let zh = "门诊楼一号电梯检修，请乘二号电梯或走东侧楼梯；行动不便者请告诉导诊台，我们陪您上楼。".repeat(2);
        let en = "Lift 1 is under repair: please take lift 2 or the east stairs, or ask at the desk for help.";
        let id = NoticeId::parse("n").expect("a name");
        let notice = Notice { id, text: Text::new(&zh, en), from: Instant(0), until: Instant(i64::MAX) };
        for (width_px, height_px) in [(1_920, 1_080), (1_080, 1_920), (768, 384), (960, 64), (320, 180)] {
            let (width_mm, distance_cm, role, has_clinics) = (1_200, 400, Role::Full, true);
            let look = Look::USUAL;
            let layout =
                Layout::with_notice(&Sight { width_px, height_px, width_mm, distance_cm, role, has_clinics, look });
            let w = Parts::of(&layout).words.w;
            let all_lines = lines(&layout, std::iter::once(&notice));
            let mut told = Vec::new();
            let mut at = Instant(0);
            while let Some(facts) = NoticeFacts::of(&all_lines, at) {
                if facts.turn.0 < told.len() {
                    break;
                }
                assert!(width(&facts.line, step(&layout), Weight::Bold) <= w, "{}", facts.line);
                told.push(facts.line.clone());
                at = at.plus_ms(anteroom_content::notice::line_ms(&facts.line));
            }
            let all: String = told.concat();
            assert_eq!(all.replace(' ', ""), format!("{zh}{en}").replace(' ', ""), "{width_px}×{height_px}");
            let chinese: Vec<_> = told.iter().filter(|line| line.contains(|c: char| !c.is_ascii())).collect();
            let longest = chinese.iter().map(|line| line.chars().count()).max().unwrap_or(0);
            let shortest = chinese.iter().map(|line| line.chars().count()).min().unwrap_or(0);
            assert!(longest <= 3 || shortest * 3 >= longest, "{width_px}×{height_px}: {chinese:?}");
        }
    }
}
