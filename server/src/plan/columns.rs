//! Words in columns on a terminal, where a Chinese letter is as wide as two Latin ones.

use anteroom_content::clock::{Instant, Offsets, SECOND_MS};

/// The gap between columns.
const GAP: &str = "  ";

/// To which side a column's words stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// Rows in columns, each line begun by `indent`; nothing stands after the last word of a line.
pub(crate) fn columns(indent: &str, sides: &[Side], rows: &[Vec<String>]) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let wide = |n: usize| rows.iter().filter_map(|row| row.get(n)).map(|cell| width(cell)).max().unwrap_or(0);
    let widths: Vec<usize> = (0..count).map(wide).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = indent.to_owned();
        for (n, (cell, wide)) in row.iter().zip(&widths).enumerate() {
            let fill = " ".repeat(wide.saturating_sub(width(cell)));
            if n > 0 {
                line.push_str(GAP);
            }
            match sides.get(n).copied().unwrap_or(Side::Left) {
                Side::Left => line.extend([cell.as_str(), &fill]),
                Side::Right => line.extend([fill.as_str(), cell]),
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// How many columns a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum()
}

/// East Asian Wide and Fullwidth (UAX 11), as far as Chinese text needs.
fn is_wide(c: char) -> bool {
    matches!(
        u32::from(c),
        0x1100..=0x115F | 0x2E80..=0x303E | 0x3041..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE6F
            | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x1_F300..=0x1_FAFF | 0x2_0000..=0x3_FFFD
    )
}

/// `2026-11-25 09:05:00` by a place's clocks.
pub(crate) fn stamp(offsets: &Offsets, at: Instant) -> String {
    offsets.local(at).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// `09:05:00` by a place's clocks.
pub(crate) fn clock(offsets: &Offsets, at: Instant) -> String {
    offsets.local(at).strftime("%H:%M:%S").to_string()
}

/// `1:02:05` or `2:05`.
pub(crate) fn length(ms: i64) -> String {
    let secs = ms.max(0) / SECOND_MS;
    let (hours, minutes, secs) = (secs / 3_600, secs / 60 % 60, secs % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{secs:02}") } else { format!("{minutes}:{secs:02}") }
}

/// A part of a whole in per cent, with one digit after the point.
pub(crate) fn percent(part: i64, whole: i64) -> String {
    if whole <= 0 {
        return "–".to_owned();
    }
    let permille = part.saturating_mul(1_000) / whole;
    format!("{}.{} %", permille / 10, permille % 10)
}
