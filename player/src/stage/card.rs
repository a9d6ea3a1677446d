//! Cards set in type: an item's words, the house's own card, the closed screen, and the code of a box without a place.

use anteroom_content::item::{Class, Item};
use anteroom_content::text::Text;

use super::area::Area;
use super::ink::{CLAY, DEEP, DUSK, EMBER, Ink, LAGOON, MIST, NIGHT, PAPER, PINE, SAND, SLATE, TEAL, WHITE};
use super::ladder::Step;
use super::layout::{Layout, Shape};
use super::mark::{Mark, Style};
use super::rail::ClockFace;
use super::typeset::{Weight, fit, width};
use crate::bridge::{NamePlate, Waiting};

/// Said under every card of health education (DOMAIN §6.4).
const DISCLAIMER: &str = "本内容为健康科普，不能代替医生诊断和治疗。";

/// An item's title and body, in Chinese and English, on paper.
pub(super) fn card(layout: &Layout, item: &Item) -> Vec<Mark> {
    let area = layout.content;
    if layout.shape == Shape::Ribbon {
        return ribbon(layout, item);
    }
    let mut marks = vec![Mark::plate(area, PAPER, 0)];
    let (edge, page) = area.split_left((layout.gap / 2).max(2));
    marks.push(Mark::plate(edge, CLAY, 0));
    let margin = layout.gap * 3;
    let mut rest = page.inset_by(margin, layout.gap * 2);
    if item.class == Class::Education {
        let (above, foot) = rest.split_bottom(layout.small().line());
        marks.push(Style::plain(layout.small().lower(1), SLATE).shrinking(4).line(DISCLAIMER, foot));
        rest = Area::new(above.x, above.y, above.w, above.h - layout.gap);
    }
    marks.extend(headline(layout, item, &mut rest));
    marks.extend(body(layout, item, rest));
    marks
}

fn headline(layout: &Layout, item: &Item, rest: &mut Area) -> Vec<Mark> {
    let mut marks = Vec::new();
    let (top, _) = rest.split_top(rest.h * 2 / 5);
    let title = Style::plain(layout.title().up(2), PINE).strong().shrinking(8);
    let (mark, below) = title.flow(&item.title.zh, top);
    marks.extend(mark);
    let english = Style { least: layout.least(), ..Style::plain(layout.lead(), SLATE) };
    let (mark, below) = if item.title.en.is_empty() { (None, below) } else { english.flow(&item.title.en, below) };
    marks.extend(mark);
    let (_, under) = rest.split_top(below.y - rest.y + layout.gap);
    let (rule, under) = under.split_top((layout.gap / 4).max(1));
    marks.push(Mark::plate(Area::new(rule.x, rule.y, (rule.w / 6).max(1), rule.h), CLAY, 0));
    let (_, under) = under.split_top(layout.gap);
    *rest = under;
    marks
}

/// The Chinese body takes what it needs, the English what is left; both grow while there is room, and shrink together until
/// they fit, but never below what can be read from the seats: what is left over then is on the phone page.
fn body(layout: &Layout, item: &Item, area: Area) -> Vec<Mark> {
    let (zh, en) = (sentences(&item.body.zh), &item.body.en);
    let least = layout.least();
    let mut step = layout.title().up(4);
    let english_step = |step: Step| step.lower(3).max(least);
    loop {
        let english_h = |w: i32| {
            let height = fit(en, Weight::Regular, english_step(step), english_step(step), w, i32::MAX / 2).height();
            if en.is_empty() { 0 } else { height + layout.gap }
        };
        let chinese_h = fit(&zh, Weight::Regular, step, step, area.w, i32::MAX / 2).height();
        if chinese_h + english_h(area.w) <= area.h {
            break;
        }
        match step.down() {
            Some(smaller) if smaller >= least => step = smaller,
            Some(_) | None => break,
        }
    }
    let (first, rest) = Style { least: step, ..Style::plain(step, NIGHT) }.flow(&zh, area);
    let (_, rest) = rest.split_top(layout.gap);
    let english = english_step(step);
    let (second, _) = Style { least: english, ..Style::plain(english, SLATE) }.flow(en, rest);
    first.into_iter().chain(second).collect()
}

/// A sentence a line where the writer numbered them; else as it was written.
fn sentences(text: &str) -> String {
    let mut lines = String::with_capacity(text.len());
    for c in text.chars() {
        if "①②③④⑤⑥⑦⑧⑨".contains(c) && !lines.is_empty() && !lines.ends_with('\n') {
            lines.push('\n');
        }
        lines.push(c);
    }
    lines
}

fn ribbon(layout: &Layout, item: &Item) -> Vec<Mark> {
    let label = if item.class == Class::Advertisement { "广告  " } else { "" };
    let text = format!("{label}{}  {}", item.title.zh, item.title.en);
    let words = Style::plain(layout.body, WHITE).strong().shrinking(6);
    let place = layout.content.inset_by(layout.gap, 0);
    // Beside a call there is less room: the words take more lines, so that none of them is lost.
    let words = if layout.call.is_empty() {
        words.line(text.trim_end(), place)
    } else {
        words.shrinking(14).set(text.trim_end(), place)
    };
    vec![Mark::plate(layout.content, DEEP, 0), words]
}

/// The card that is compiled in: shown when nothing else may be.
pub(super) fn fallback(layout: &Layout) -> Vec<Mark> {
    let area = layout.content;
    let mut marks = vec![Mark::plate(area, TEAL, 0)];
    if layout.shape == Shape::Ribbon {
        let words = Style::plain(layout.body, WHITE).strong().centred().shrinking(6);
        marks.push(words.line("请安静候诊  Please wait quietly", area.inset_by(layout.gap, 0)));
        return marks;
    }
    marks.extend(ripples(area, LAGOON));
    let big = layout.body.up(7);
    let lines: [(&str, Style); 4] = [
        ("请安静候诊", Style::plain(big, WHITE).strong()),
        ("Please wait quietly", Style::plain(layout.body.up(3), SAND)),
        ("如感不适，请立即告诉身边的医护人员", Style::plain(layout.lead(), WHITE)),
        ("If you feel unwell, please tell the staff at once", Style::plain(layout.body, MIST)),
    ];
    marks.extend(stacked(layout, area.inset_by(layout.gap * 3, layout.gap * 2), &lines, &[2]));
    marks
}

/// Which screen this is, for somebody who walks along a corridor: its number as large as the glass allows.
pub(super) fn name_plate(layout: &Layout, plate: &NamePlate) -> Vec<Mark> {
    let area = layout.glass;
    let mut marks = vec![Mark::plate(area, SAND, 0)];
    let words = [&plate.number, &plate.name.zh, &plate.zone.zh, &plate.box_name].map(String::as_str);
    if layout.shape == Shape::Ribbon {
        let text = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join("  ");
        marks.push(Style::plain(layout.body, NIGHT).strong().shrinking(12).line(&text, area.inset_by(layout.gap, 0)));
        return marks;
    }
    let inner = area.inset_by(layout.gap * 2, layout.gap);
    let (upper, lower) = inner.split_top(inner.h * 45 / 100);
    let number = Style::plain(largest(&plate.number, upper), NIGHT).strong().centred();
    marks.push(number.line(&plate.number, upper));
    let both = |text: &Text| format!("{}  {}", text.zh, text.en).trim().to_owned();
    let (name, zone, site) = (both(&plate.name), both(&plate.zone), both(&plate.site));
    let mut lines = [
        (name.as_str(), Style::plain(layout.body.up(5), NIGHT).strong()),
        (zone.as_str(), Style::plain(layout.body.up(3), PINE).strong()),
        (site.as_str(), Style::plain(layout.body, NIGHT)),
        (plate.box_name.as_str(), Style::plain(layout.body.up(1), NIGHT)),
    ]
    .to_vec();
    lines.retain(|(text, _)| !text.is_empty());
    marks.extend(stacked(layout, lower, &lines, &[]));
    marks
}

/// The largest size at which a line in bold fits an area.
pub(super) fn largest(text: &str, area: Area) -> Step {
    let mut step = Step::at_most(f32::INFINITY);
    while let Some(smaller) = step.down().filter(|_| step.line() > area.h || width(text, step, Weight::Bold) > area.w) {
        step = smaller;
    }
    step
}

/// Rings that spread from a lower corner: still water.
fn ripples(area: Area, ink: Ink) -> Vec<Mark> {
    let unit = area.w.min(area.h) / 8;
    let ring = |n: i32| {
        let radius = (5 - n) * unit;
        let area = Area::new(area.right() - radius, area.bottom() - radius, radius, radius);
        Mark::Arc { area, ink: ink.thin(46) }
    };
    (0..4).map(ring).collect()
}

/// Lines in the middle of an area, one under another; a wider space after the first `lead` of them.
fn stacked(layout: &Layout, area: Area, lines: &[(&str, Style)], leads: &[usize]) -> Vec<Mark> {
    let mut set = Vec::new();
    let mut total = 0;
    for (n, (text, style)) in lines.iter().enumerate() {
        let setting = fit(text, style.weight, style.most, style.most.lower(9), area.w, area.h / 2);
        let space = if leads.contains(&n) { layout.gap * 2 } else { 0 };
        total += space + setting.height();
        set.push((space, setting, style));
    }
    let mut rest = area.centred(area.w, total.min(area.h));
    let mut marks = Vec::new();
    for (space, setting, style) in set {
        let (_, below) = rest.split_top(space);
        let (place, below) = below.split_top(setting.height());
        rest = below;
        if place.h >= setting.height() {
            let (weight, ink) = (style.weight, style.ink);
            marks.push(Mark::Words { area: place, setting, weight, ink, align: super::mark::Align::Centre });
        }
    }
    marks
}

/// A closed zone: dim, quiet, and the time for whoever passes.
pub(super) fn closed(layout: &Layout, face: &ClockFace) -> Vec<Mark> {
    let mut marks = vec![Mark::plate(layout.glass, DUSK, 0)];
    // Whoever is called late in the day is called beside the time.
    let area = layout.glass.largest_beside(layout.call);
    if layout.shape == Shape::Ribbon {
        marks.push(
            Style::plain(layout.body, EMBER).centred().shrinking(6).line(&face.time, area.inset_by(layout.gap, 0)),
        );
        return marks;
    }
    let lines = [
        (face.time.as_str(), Style::plain(layout.body.up(8), EMBER)),
        (face.date.zh.as_str(), Style::plain(layout.lead(), EMBER)),
        (face.date.en.as_str(), Style::plain(layout.small(), EMBER)),
    ];
    marks.extend(stacked(layout, area.inset(layout.gap * 2), &lines, &[]));
    marks
}

/// For the installer before the glass: what happened, why, and what to do about it.
fn blocked(port: u16) -> Text {
    Text::new(
        &format!(
            "UDP 端口 {port} 被防火墙拦截，已改用 TCP：配对和播放照常，但网络不好时恢复较慢。请网络管理员放行到服务器的 UDP {port}。"
        ),
        &format!(
            "A firewall blocks UDP port {port}, so this box uses TCP. It works, and recovers more slowly on a bad network. Have UDP {port} to the server let through."
        ),
    )
}

/// A glass nobody has told anything yet.
pub(super) fn dark(layout: &Layout) -> Vec<Mark> {
    vec![Mark::plate(layout.glass, DEEP, 0)]
}

/// A box that has no place yet: its code, large enough to be read from a ladder and from the floor.
pub(super) fn waiting(layout: &Layout, waiting: &Waiting) -> Vec<Mark> {
    let area = layout.glass;
    let mut marks = vec![Mark::plate(area, DEEP, 0)];
    let code = waiting.code.map_or_else(String::new, |code| code.grouped().replace('-', "  "));
    if layout.shape == Shape::Ribbon {
        let text = match (code.is_empty(), waiting.blocked_port) {
            (true, _) => waiting.text.zh.clone(),
            (false, None) => format!("{code}  {}", waiting.server),
            (false, Some(port)) => format!("{code}  防火墙拦截 UDP {port}，已用 TCP"),
        };
        marks.push(Style::plain(layout.body, WHITE).strong().shrinking(9).line(&text, area.inset_by(layout.gap, 0)));
        return marks;
    }
    marks.extend(ripples(area, TEAL));
    let mut lines = Vec::new();
    if !code.is_empty() {
        lines.push(("配对码", Style::plain(layout.body.up(3), SAND).strong()));
        lines.push(("Pairing code", Style::plain(layout.body, MIST)));
        lines.push((code.as_str(), Style::plain(layout.body.up(14), WHITE).strong()));
    }
    lines.push((waiting.text.zh.as_str(), Style::plain(layout.body.up(2), WHITE)));
    lines.push((waiting.text.en.as_str(), Style::plain(layout.body, MIST)));
    let server = format!("服务器 Server  {}", waiting.server);
    lines.push((server.as_str(), Style::plain(layout.body, SAND)));
    lines.retain(|(text, _)| !text.trim().is_empty());
    let mut leads = if code.is_empty() { Vec::new() } else { vec![3] };
    let blocked = waiting.blocked_port.map(blocked);
    if let Some(blocked) = &blocked {
        leads.push(lines.len());
        lines.push((blocked.zh.as_str(), Style::plain(layout.body, SAND)));
        lines.push((blocked.en.as_str(), Style::plain(layout.body.lower(2), MIST)));
    }
    marks.extend(stacked(layout, area.inset(layout.gap * 2), &lines, &leads));
    marks
}
