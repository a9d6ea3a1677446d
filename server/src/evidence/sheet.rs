//! Plays as a file for spreadsheets: a line for each, and one for each hole; no cell can be a formula.

use std::collections::HashMap;
use std::path::Path;

use anteroom_content::clock::{Instant, Offsets};
use anteroom_content::evidence::Head;
use anteroom_content::id::{BoxId, ItemId, ScreenId};
use anteroom_content::play::books::is_time_proven;
use anteroom_content::play::{Ending, Play};
use anteroom_content::text::{Language, Text};

use super::holes::Hole;
use super::out::Fresh;
use crate::db::items;
use crate::plan::House;
use crate::reports::{safe_cell, seconds, time_zone};

/// A sheet that is written.
pub(super) struct Sheet {
    file: Fresh,
    head: Head,
    language: Language,
    offsets: Offsets,
    screens: HashMap<ScreenId, Text>,
    titles: HashMap<ItemId, Text>,
}

type Row = [String; 21];

impl Sheet {
    pub(super) async fn begin(house: &House, head: &Head, path: &Path, language: Language) -> anyhow::Result<Self> {
        let titles = items::items(&house.state.db).await?.into_iter();
        let screens = house.places.screens.iter();
        let mut sheet = Self {
            file: Fresh::begin(path)?,
            head: head.clone(),
            language,
            offsets: Offsets::of_zone(time_zone(&house.places), head.from)?,
            screens: screens.map(|screen| (screen.id.clone(), screen.name.clone())).collect(),
            titles: titles.map(|record| (record.item.id, record.item.title)).collect(),
        };
        // The mark by which spreadsheets see that Chinese is UTF-8.
        sheet.file.write(b"\xEF\xBB\xBF")?;
        let headings = [
            ("类别", "Kind"),
            ("屏幕", "Screen"),
            ("屏幕名称", "Screen name"),
            ("区域", "Zone"),
            ("内容", "Item"),
            ("版本", "Version"),
            ("标题", "Title"),
            ("开始", "Began"),
            ("时长（秒）", "Time on glass (s)"),
            ("计划时长（秒）", "Planned (s)"),
            ("呈现帧数", "Frames"),
            ("画面指纹", "Print"),
            ("亮屏可知时长（秒）", "Display power known (s)"),
            ("其中亮屏（秒）", "Of that lit (s)"),
            ("结束方式", "Ended"),
            ("节目版本", "Manifest"),
            ("盒子", "Box"),
            ("日志", "Log"),
            ("序号", "Number"),
            ("至序号", "To number"),
            ("收到时间", "Received"),
        ];
        sheet.row(headings.map(|(zh, en)| Text::new(zh, en).in_language(language).to_owned()))?;
        Ok(sheet)
    }

    fn row(&mut self, row: Row) -> anyhow::Result<()> {
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        writer.write_record(row.map(safe_cell))?;
        self.file.write(&writer.into_inner()?)
    }

    fn in_words(&self, zh: &str, en: &str) -> String {
        Text::new(zh, en).in_language(self.language).to_owned()
    }

    fn stamp(&self, at: Instant) -> String {
        self.offsets.local(at).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// The plays that were asked for, and those of that screen and item whose time cannot be true.
    pub(super) fn plays(
        &mut self,
        (box_id, log_epoch): (&BoxId, u64),
        received_at: Instant,
        plays: &[Play],
    ) -> anyhow::Result<()> {
        for play in plays {
            let is_proven = is_time_proven(play.started_at, received_at);
            if !(if is_proven { self.head.asks_for(play) } else { self.head.names(play) }) {
                continue;
            }
            let kind = if is_proven {
                self.in_words("播放", "Play")
            } else {
                self.in_words("时间不可信，未计入", "Time unproven")
            };
            let named = |name: Option<&Text>| name.map(|name| name.in_language(self.language).to_owned());
            let ending = match play.ending {
                Ending::Complete => self.in_words("完整", "Complete"),
                Ending::Preempted => self.in_words("被替换", "Preempted"),
                Ending::Interrupted => self.in_words("中断", "Interrupted"),
            };
            let (proof, lamp) = (play.proof, play.proof.and_then(|proof| proof.lamp));
            self.row([
                kind,
                play.screen.to_string(),
                named(self.screens.get(&play.screen)).unwrap_or_default(),
                play.zone.to_string(),
                play.item.to_string(),
                play.item_version.to_string(),
                named(self.titles.get(&play.item)).unwrap_or_default(),
                self.stamp(play.started_at),
                seconds(u64::from(play.shown_ms)),
                seconds(u64::from(play.planned_ms)),
                proof.map(|proof| proof.frames.to_string()).unwrap_or_default(),
                proof.and_then(|proof| proof.print).map(|print| print.to_string()).unwrap_or_default(),
                lamp.map(|lamp| seconds(u64::from(lamp.read_ms))).unwrap_or_default(),
                lamp.map(|lamp| seconds(u64::from(lamp.lit_ms))).unwrap_or_default(),
                ending,
                play.manifest_version.to_string(),
                box_id.to_string(),
                log_epoch.to_string(),
                play.seq.to_string(),
                play.seq.to_string(),
                self.stamp(received_at),
            ])?;
        }
        Ok(())
    }

    /// What is missing, or was not counted.
    pub(super) fn hole(&mut self, (box_id, log_epoch): (&BoxId, u64), hole: &Hole) -> anyhow::Result<()> {
        let mut row = Row::default();
        let (kind, words) = match hole.reason() {
            None => (self.in_words("缺口", "Gap"), self.in_words("盒子已无这些记录", "the box no longer had them")),
            Some(reason) => (self.in_words("未计入", "Not counted"), reason.to_owned()),
        };
        let [told, _, _, _, _, _, why, .., box_cell, log_cell, from, to, _] = &mut row;
        (*told, *why, *box_cell, *log_cell) = (kind, words, box_id.to_string(), log_epoch.to_string());
        (*from, *to) = (hole.span.first_seq.to_string(), hole.span.last_seq.to_string());
        self.row(row)
    }

    pub(super) fn finish(self) -> anyhow::Result<u64> {
        self.file.finish()
    }
}
