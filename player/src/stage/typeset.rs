//! Typesetting: how wide words are, where a line may break, and the largest size at which a text fits its place. The
//! house sets its own lines, so that what fits is known before anything is drawn.

use super::ladder::Step;

/// How strong the strokes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    Bold,
}

/// A text set in lines at a size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Setting {
    pub(super) step: Step,
    pub(super) lines: Vec<String>,
}

impl Setting {
    /// Its height, in pixels.
    pub(super) fn height(&self) -> i32 {
        self.step.line() * i32::try_from(self.lines.len()).unwrap_or(i32::MAX)
    }
}

/// Advance widths of the characters from space to tilde, in thousandths of the size: Noto Sans CJK SC, which every
/// package of the player depends on. Everything else is counted as a full square.
const REGULAR: [u16; 95] = [
    224, 323, 474, 555, 555, 921, 680, 278, 338, 338, 467, 555, 278, 347, 278, 392, 555, 555, 555, 555, 555, 555, 555,
    555, 555, 555, 278, 278, 555, 555, 555, 474, 946, 608, 657, 638, 688, 589, 552, 689, 728, 293, 535, 646, 543, 812,
    723, 742, 633, 742, 635, 596, 599, 721, 575, 878, 573, 531, 603, 338, 392, 338, 555, 559, 606, 563, 618, 510, 620,
    554, 325, 564, 607, 275, 275, 552, 284, 926, 610, 606, 620, 620, 388, 468, 377, 607, 521, 802, 498, 521, 475, 338,
    270, 338, 555,
];
const BOLD: [u16; 95] = [
    227, 370, 574, 590, 590, 963, 740, 325, 378, 378, 507, 590, 325, 370, 325, 387, 590, 590, 590, 590, 590, 590, 590,
    590, 590, 590, 325, 325, 590, 590, 590, 514, 1007, 641, 681, 656, 714, 615, 585, 717, 757, 330, 568, 686, 578, 853,
    749, 770, 667, 770, 682, 624, 625, 748, 619, 915, 627, 580, 613, 378, 387, 378, 590, 567, 626, 591, 644, 527, 644,
    581, 372, 597, 640, 304, 306, 604, 315, 964, 641, 626, 644, 644, 436, 495, 421, 637, 576, 863, 562, 574, 511, 378,
    296, 378, 590,
];

/// What may not begin a line.
const NOT_FIRST: &str = "，。、；：？！）」』】》”’…—,.;:?!)]}%℃°·";
/// What may not end a line.
const NOT_LAST: &str = "（「『【《“‘([{¥$#①②③④⑤⑥⑦⑧⑨";

fn advance(c: char, weight: Weight) -> i32 {
    let table = match weight {
        Weight::Regular => &REGULAR,
        Weight::Bold => &BOLD,
    };
    let place = u32::from(c).checked_sub(32).and_then(|n| usize::try_from(n).ok());
    place.and_then(|n| table.get(n)).map_or(1_000, |width| i32::from(*width))
}

/// How wide a line is, in pixels.
pub(super) fn width(line: &str, step: Step, weight: Weight) -> i32 {
    let thousandths: i32 = line.chars().map(|c| advance(c, weight)).sum();
    thousandths.saturating_mul(step.px()).div_euclid(1_000) + 1
}

/// Breaks a text into lines of at most `w` pixels: Latin words stay whole where they can, Han text breaks anywhere but
/// before closing and after opening marks. Line breaks in the text stay.
pub(super) fn break_lines(text: &str, step: Step, weight: Weight, w: i32) -> Vec<String> {
    text.split('\n').flat_map(|paragraph| break_paragraph(paragraph.trim(), step, weight, w)).collect()
}

fn break_paragraph(text: &str, step: Step, weight: Weight, w: i32) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for piece in pieces(text) {
        if !line.is_empty() && width(&format!("{line}{}", piece.trim_end()), step, weight) > w {
            lines.push(line.trim_end().to_owned());
            line.clear();
        }
        let fresh = if line.is_empty() { piece.trim_start() } else { piece.as_str() };
        if width(fresh.trim_end(), step, weight) <= w {
            line.push_str(fresh);
            continue;
        }
        // A word wider than the place is broken where it must be.
        for c in fresh.chars() {
            if !line.is_empty() && width(&format!("{line}{c}"), step, weight) > w {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
    }
    if !line.trim().is_empty() || lines.is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// The text in pieces between which a line may break.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut last: Option<char> = None;
    for c in text.chars() {
        let breaks = last.is_some_and(|last| may_break(last, c));
        match pieces.last_mut() {
            Some(piece) if !breaks => piece.push(c),
            Some(_) | None => pieces.push(c.to_string()),
        }
        last = Some(c);
    }
    pieces
}

fn may_break(left: char, right: char) -> bool {
    if right == ' ' || NOT_FIRST.contains(right) || NOT_LAST.contains(left) {
        return false;
    }
    left == ' ' || left == '-' || !left.is_ascii() || !right.is_ascii()
}

/// Sets a text as large as it fits, from `most` down to `least`; at `least` what does not fit ends in an ellipsis.
pub(super) fn fit(text: &str, weight: Weight, most: Step, least: Step, w: i32, h: i32) -> Setting {
    let mut step = most;
    loop {
        let lines = break_lines(text, step, weight, w);
        let setting = Setting { step, lines };
        if setting.height() <= h && setting.lines.iter().all(|line| width(line, step, weight) <= w) {
            return setting;
        }
        match step.down() {
            Some(smaller) if smaller >= least => step = smaller,
            Some(_) | None => return cut(setting, weight, w, h),
        }
    }
}

/// One line, as large as it fits.
pub(super) fn fit_line(text: &str, weight: Weight, most: Step, least: Step, w: i32) -> Setting {
    let mut step = most;
    while width(text, step, weight) > w {
        match step.down() {
            Some(smaller) if smaller >= least => step = smaller,
            Some(_) | None => break,
        }
    }
    cut(Setting { step, lines: vec![text.to_owned()] }, weight, w, step.line())
}

fn cut(mut setting: Setting, weight: Weight, w: i32, h: i32) -> Setting {
    let lines_max = usize::try_from(h / setting.step.line().max(1)).unwrap_or(0).max(1);
    let is_cut = setting.lines.len() > lines_max;
    setting.lines.truncate(lines_max);
    if let Some(last) = setting.lines.last_mut()
        && (is_cut || width(last, setting.step, weight) > w)
    {
        while !last.is_empty() && width(&format!("{last}…"), setting.step, weight) > w {
            last.pop();
        }
        last.push('…');
    }
    setting
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, w: i32, expected: &[&str]) {
        assert_eq!(break_lines(text, Step::at_most(10.0), Weight::Regular, w), expected, "{text} in {w}");
    }

    #[test]
    fn lines_break_where_a_reader_expects_it() {
        check("七步洗手人人做到", 41, &["七步洗手", "人人做到"]);
        check("七步洗手，人人做到", 41, &["七步洗", "手，人人", "做到"]);
        check("说「好」了", 31, &["说", "「好」", "了"]);
        check("Clean hands protect", 60, &["Clean hands", "protect"]);
        check("上\n下", 100, &["上", "下"]);
        check("", 100, &[""]);
    }

    #[test]
    fn what_does_not_fit_at_the_smallest_size_ends_in_an_ellipsis() {
        let step = Step::at_most(10.0);
        let set = fit("一二三四五六七八九十", Weight::Regular, step, step, 31, 2 * step.line());
        assert_eq!(set.lines, ["一二三", "四五…"]);
        let line = fit_line("一二三四五", Weight::Regular, Step::at_most(20.0), step, 42);
        assert_eq!((line.step.px(), line.lines[0].as_str()), (10, "一二三…"));
    }

    proptest! {
        #[test]
        fn a_setting_never_leaves_its_place(text in "[ a-zA-Z0-9，。一-龥\\n]{0,60}", w in 40i32..600, h in 30i32..300) {
            let set = fit(&text, Weight::Bold, Step::at_most(64.0), Step::at_most(8.0), w, h);
            prop_assert!(set.height() <= h);
            for line in &set.lines {
                prop_assert!(width(line, set.step, Weight::Bold) <= w, "{line:?} at {}", set.step.px());
            }
        }
    }
}
