//! The plays report as a file for spreadsheets: one flat table, in the reader's language.

use anteroom_content::text::{Language, Text};

use super::{ItemTotal, PlaysReport, ScreenTotal};

/// Fewer opens than this are told as "fewer than": a small number on a ward's screen may point at a person (DESIGN §9).
pub const OPENS_CELL_MIN: u64 = 5;

/// A number of opens as a report may tell it: `0`, `<5`, `12`.
#[must_use]
pub fn opens_told(opens: u64) -> String {
    if (1..OPENS_CELL_MIN).contains(&opens) { format!("<{OPENS_CELL_MIN}") } else { opens.to_string() }
}

/// The report as CSV: UTF-8 with a byte-order mark, so that spreadsheets read the Chinese; no cell can be a formula.
#[must_use]
pub fn csv(report: &PlaysReport, language: Language) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(b"\xEF\xBB\xBF".to_vec());
    let mut rows = vec![headings(language)];
    rows.extend(report.by_item.iter().map(|total| item_row(total, language)));
    rows.extend(report.by_screen.iter().map(|total| screen_row(total, language)));
    rows.push(count_row(&Text::new("无法证实的播放", "Plays that cannot be proven"), report.gaps, language));
    rows.push(count_row(&Text::new("未计入的批次", "Batches not counted"), report.quarantined, language));
    for row in rows {
        // Writing to memory fails only when rows differ in length, and all have the headings' length by their type.
        if let Err(error) = writer.write_record(row.map(safe_cell)) {
            tracing::error!(%error, "a report line was left out");
        }
    }
    writer.into_inner().unwrap_or_default()
}

/// Cells of a line.
type Row = [String; 10];

fn headings(language: Language) -> Row {
    [
        Text::new("类别", "Kind"),
        Text::new("编号", "Code"),
        Text::new("名称", "Name"),
        Text::new("播放次数", "Plays"),
        Text::new("完整播放", "Complete plays"),
        Text::new("播放时长（秒）", "Time on glass (s)"),
        Text::new("亮屏可知时长（秒）", "Display power known (s)"),
        Text::new("其中亮屏（秒）", "Of that lit (s)"),
        Text::new("科普页打开", "Education page opens"),
        Text::new("门诊页打开", "Clinic page opens"),
    ]
    .map(|text| text.in_language(language).to_owned())
}

fn item_row(total: &ItemTotal, language: Language) -> Row {
    [
        Text::new("内容", "Item").in_language(language).to_owned(),
        total.item.to_string(),
        total.title.in_language(language).to_owned(),
        total.plays.to_string(),
        total.complete.to_string(),
        seconds(total.shown_ms),
        seconds(total.lit.lamp_ms),
        seconds(total.lit.lit_ms),
        opens_told(total.opens),
        String::new(),
    ]
}

fn screen_row(total: &ScreenTotal, language: Language) -> Row {
    [
        Text::new("屏幕", "Screen").in_language(language).to_owned(),
        total.screen.to_string(),
        total.name.in_language(language).to_owned(),
        total.plays.to_string(),
        total.complete.to_string(),
        seconds(total.shown_ms),
        seconds(total.lit.lamp_ms),
        seconds(total.lit.lit_ms),
        opens_told(total.opens),
        opens_told(total.clinic_opens),
    ]
}

fn count_row(name: &Text, count: u64, language: Language) -> Row {
    let mut row = Row::default();
    let [kind, _, told, plays, ..] = &mut row;
    Text::new("说明", "Note").in_language(language).clone_into(kind);
    name.in_language(language).clone_into(told);
    *plays = count.to_string();
    row
}

pub(crate) fn seconds(ms: u64) -> String {
    format!("{}.{}", ms / 1_000, ms % 1_000 / 100)
}

/// A spreadsheet takes a cell that begins like a formula for one; a quotation mark in front keeps it text.
pub(crate) fn safe_cell(cell: String) -> String {
    let is_formula = cell.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    if is_formula || cell.starts_with(['\t', '\r', '\n']) { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use anteroom_content::id::{ItemId, ScreenId};

    use super::*;
    use crate::reports::Lit;

    fn report(title: &str) -> PlaysReport {
        PlaysReport {
            by_item: vec![ItemTotal {
                item: ItemId::parse("C01").expect("name"),
                title: Text::new(title, ""),
                plays: 7,
                complete: 6,
                shown_ms: 105_250,
                lit: Lit { lamp_ms: 90_000, lit_ms: 88_100 },
                opens: 4,
            }],
            by_screen: vec![ScreenTotal {
                screen: ScreenId::parse("Z03-1").expect("name"),
                name: Text::new("候诊 1", "Waiting 1"),
                plays: 7,
                complete: 6,
                shown_ms: 105_250,
                lit: Lit { lamp_ms: 90_000, lit_ms: 88_100 },
                opens: 12,
                clinic_opens: 0,
            }],
            gaps: 3,
            quarantined: 0,
        }
    }

    #[test]
    fn a_report_reads_well_in_a_spreadsheet() {
        let text = String::from_utf8(csv(&report("七步洗手"), Language::Chinese)).expect("UTF-8");
        let lines: Vec<_> = text.lines().collect();
        let headings =
            "类别,编号,名称,播放次数,完整播放,播放时长（秒）,亮屏可知时长（秒）,其中亮屏（秒）,科普页打开,门诊页打开";
        assert_eq!(lines[0].trim_start_matches('\u{feff}'), headings);
        assert_eq!(lines[1], "内容,C01,七步洗手,7,6,105.2,90.0,88.1,<5,");
        assert_eq!(lines[2], "屏幕,Z03-1,候诊 1,7,6,105.2,90.0,88.1,12,0");
        assert_eq!(lines[3], "说明,,无法证实的播放,3,,,,,,");
        let english = String::from_utf8(csv(&report("七步洗手"), Language::English)).expect("UTF-8");
        assert!(english.contains("\r\nScreen,Z03-1,Waiting 1,7,6,"), "{english}");
    }

    #[test]
    fn no_cell_is_ever_a_formula() {
        for title in ["=1+1", "+86", "-2", "@SUM(A1)", "\t=1", " =1", "＝1", "\r\n=1"] {
            let bytes = csv(&report(title), Language::Chinese);
            let mut reader = ::csv::ReaderBuilder::new().flexible(false).from_reader(bytes.as_slice());
            let row = reader.records().next().expect("a line").expect("well formed");
            assert_eq!(row.get(2), Some(format!("'{title}").as_str()));
        }
    }
}
