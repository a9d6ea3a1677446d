//! Verdicts and exports in words: what is proven, what only the server says, and what nobody can know from a file.

use std::fmt::Write as _;
use std::path::PathBuf;

use anteroom_content::clock::{Instant, Offsets};
use anteroom_content::evidence::{BoxVerdict, Fault, LogVerdict, Verdict, Vouching};
use anteroom_content::play::books::Span;
use anteroom_content::text::Language;
use anteroom_content::trust::PublicKey;
use serde_json::{Value, json};

use super::gather::Written;
use crate::plan::{Side, columns, length, stamp};

fn say(language: Language, zh: &str, en: &str) -> String {
    if language == Language::Chinese { zh } else { en }.to_owned()
}

/// Bundles go anywhere: their times are told in UTC.
fn utc(at: Instant) -> String {
    format!("{} UTC", stamp(&Offsets::fixed("UTC", 0), at))
}

/// What was written, in words.
pub(super) fn written(
    written: Written,
    files: &[(Option<PathBuf>, Option<u64>)],
    root: &PublicKey,
    language: Language,
) -> String {
    let Written { boxes, batches, gaps, asides, .. } = written;
    let mut text = say(
        language,
        &format!("{boxes} 台盒子，{batches} 个批次；缺口 {gaps} 次播放，未计入 {asides} 次"),
        &format!("{boxes} boxes, {batches} batches; {gaps} plays in gaps, {asides} not counted"),
    );
    if written.missing_manifests > 0 {
        let count = written.missing_manifests;
        let words = (format!("{count} 份节目清单已不在库中"), format!("{count} manifests are no longer in the books"));
        let _ = write!(text, "\n{}", say(language, &words.0, &words.1));
    }
    for (path, bytes) in files {
        if let (Some(path), Some(bytes)) = (path, bytes) {
            let _ = write!(text, "\n{}  {bytes} B", path.display());
        }
    }
    if let Some((Some(path), _)) = files.last() {
        let _ = write!(text, "\nanteroom verify {} --root {root}", path.display());
    }
    text
}

/// The same for programs.
pub(super) fn written_json(written: Written, files: &[(Option<PathBuf>, Option<u64>)]) -> Value {
    let files: Vec<_> = files
        .iter()
        .filter_map(|(path, bytes)| path.as_ref().map(|path| json!({ "path": path, "size_bytes": bytes })))
        .collect();
    json!({
        "boxes": written.boxes,
        "batches": written.batches,
        "batches_left_out": written.spared,
        "plays_in_gaps": written.gaps,
        "plays_not_counted": written.asides,
        "manifests_missing": written.missing_manifests,
        "files": files,
    })
}

/// Why a bundle proves nothing.
pub(super) fn fault(fault: &Fault, language: Language, is_json: bool) -> String {
    let why = fault.say();
    if is_json {
        return json!({ "is_proven": false, "fault": why }).to_string();
    }
    let why = why.in_language(language);
    say(language, &format!("不可信：{why}"), &format!("not proven: {why}"))
}

/// A verdict, with the root it was given by.
pub(super) struct Proven<'a> {
    pub(super) verdict: &'a Verdict,
    pub(super) root: PublicKey,
}

impl Proven<'_> {
    /// For people.
    pub(super) fn words(&self, language: Language) -> String {
        let verdict = self.verdict;
        let mut text = say(
            language,
            &format!("可信：{} 次播放，{} 个签名批次", verdict.plays(), verdict.batches()),
            &format!("proven: {} plays, in {} signed batches", verdict.plays(), verdict.batches()),
        );
        let _ = write!(text, "\n\n{}\n", say(language, "问的是", "asked"));
        text.push_str(&list(&self.asked(language)));
        let _ = write!(text, "\n{}\n", say(language, "已证明", "proven"));
        text.push_str(&list(&self.proven(language)));
        let _ = write!(text, "\n{}\n", say(language, "未证明", "not proven"));
        text.push_str(&list(&self.unproven(language)));
        let heads =
            [("屏幕", "screen"), ("内容", "item"), ("版本", "version"), ("次数", "plays"), ("完整", "complete")];
        let mut rows = vec![heads.map(|(zh, en)| say(language, zh, en)).to_vec()];
        if let Some(row) = rows.first_mut() {
            row.push(say(language, "时长", "time on glass"));
        }
        rows.extend(verdict.totals.iter().map(|((screen, item, version), sum)| {
            let time = length(i64::try_from(sum.shown_ms).unwrap_or(i64::MAX));
            vec![
                screen.to_string(),
                item.to_string(),
                version.to_string(),
                sum.plays.to_string(),
                sum.complete.to_string(),
                time,
            ]
        }));
        let sides = [Side::Left, Side::Left, Side::Right, Side::Right, Side::Right, Side::Right];
        let _ = write!(text, "\n{}\n{}", say(language, "合计", "totals"), columns("  ", &sides, &rows));
        text.trim_end().to_owned()
    }

    fn asked(&self, language: Language) -> Vec<String> {
        let head = &self.verdict.head;
        let all = say(language, "全部", "all");
        let names = |names: Vec<String>| if names.is_empty() { all.clone() } else { names.join(", ") };
        let screens = names(head.screens.iter().map(ToString::to_string).collect());
        let items = names(head.items.iter().map(ToString::to_string).collect());
        vec![
            format!("{} – {}", utc(head.from), utc(head.to)),
            format!("{}{screens}", say(language, "屏幕：", "screens: ")),
            format!("{}{items}", say(language, "内容：", "items: ")),
        ]
    }

    fn proven(&self, language: Language) -> Vec<String> {
        let (verdict, root) = (self.verdict, self.root.short());
        let (charters, version) = (verdict.charters, verdict.index.charter_version);
        let made_at = utc(verdict.index.made_at);
        let mut lines = vec![say(
            language,
            &format!(
                "根密钥 {root} 经 {charters} 份章程（至第 {version} 版）指定了签署本证据包的发布密钥，签署时间 {made_at}"
            ),
            &format!(
                "root key {root} named, by {charters} charters up to version {version}, the publish key that signed this bundle at {made_at}"
            ),
        )];
        for one in &verdict.boxes {
            if let Vouching::Certificate { until, is_authority_current } = one.vouching {
                let until = utc(until);
                let mut line = say(
                    language,
                    &format!("{}：设备证书写明其签名密钥，有效至 {until}", one.box_id),
                    &format!("{}: its certificate, good until {until}, names the key it signs with", one.box_id),
                );
                if !is_authority_current {
                    line.push_str(&say(language, "（签发机构已更换）", " (by an authority that was replaced since)"));
                }
                lines.push(line);
            }
            lines.extend(one.logs.iter().filter_map(|log| signed(one, log, language)));
        }
        let manifests = verdict.manifests;
        if manifests > 0 {
            lines.push(say(
                language,
                &format!("播放所依据的 {manifests} 份节目清单由发布密钥签署"),
                &format!("{manifests} manifests that plays name are signed by a publish key"),
            ));
        }
        lines.push(say(
            language,
            "合计由签名的播放记录重新相加得出",
            "totals are added up from the signed plays themselves",
        ));
        lines
    }

    fn unproven(&self, language: Language) -> Vec<String> {
        let verdict = self.verdict;
        let mut lines = Vec::new();
        for one in &verdict.boxes {
            if one.vouching == Vouching::Server {
                lines.push(say(
                    language,
                    &format!("{}：没有写明密钥的证书，只有服务器为其密钥担保", one.box_id),
                    &format!("{}: no certificate names its key; the server alone vouches for it", one.box_id),
                ));
            }
            for log in &one.logs {
                lines.extend(holes(one, log, language));
            }
        }
        if verdict.time_unproven > 0 {
            let count = verdict.time_unproven;
            lines.push(say(
                language,
                &format!("{count} 次播放已签名，但时间不可能正确，未计入"),
                &format!("{count} plays are signed, and not counted: their times cannot be true"),
            ));
        }
        if verdict.without_manifest > 0 {
            let count = verdict.without_manifest;
            lines.push(say(
                language,
                &format!("{count} 次播放所依据的节目清单不在包中"),
                &format!("{count} plays name a manifest that is not here"),
            ));
        }
        lines.push(say(
            language,
            "开始时间出自盒子的时钟，收到时间出自服务器的时钟",
            "when plays began is by the clock of the box, when batches came by the clock of the server",
        ));
        lines.push(say(
            language,
            "是否已有更新的章程：请与 anteroom trust show 的版本对照",
            "that no newer charter exists: compare its version with anteroom trust show",
        ));
        lines.push(say(
            language,
            "播放表示画面已由播放端呈现，不表示有人看到",
            "a play says that a player presented it, not that anybody looked",
        ));
        lines
    }

    /// For programs.
    pub(super) fn json(&self) -> Value {
        let verdict = self.verdict;
        let totals: Vec<_> = verdict
            .totals
            .iter()
            .map(|((screen, item, version), sum)| {
                json!({ "screen": screen, "item": item, "version": version, "plays": sum.plays,
                        "complete": sum.complete, "shown_ms": sum.shown_ms })
            })
            .collect();
        json!({
            "is_proven": true,
            "root": self.root,
            "asked": verdict.head,
            "made_at": verdict.index.made_at,
            "charter": verdict.index.charter_version,
            "plays": verdict.plays(),
            "batches": verdict.batches(),
            "time_unproven": verdict.time_unproven,
            "manifests": verdict.manifests,
            "plays_without_manifest": verdict.without_manifest,
            "boxes": verdict.boxes.iter().map(box_json).collect::<Vec<_>>(),
            "totals": totals,
        })
    }
}

fn list(lines: &[String]) -> String {
    lines.iter().flat_map(|line| ["  ", line.as_str(), "\n"]).collect()
}

fn signed(one: &BoxVerdict, log: &LogVerdict, language: Language) -> Option<String> {
    let Span { first_seq, last_seq } = log.span?;
    let LogVerdict { log_epoch, batches, plays, asked, .. } = log;
    let box_id = &one.box_id;
    (*batches > 0).then(|| {
        say(
            language,
            &format!("{box_id} 日志 {log_epoch}，第 {first_seq} 至 {last_seq} 次：{batches} 个批次、{plays} 次播放签名与链值相符，其中 {asked} 次符合所问"),
            &format!(
                "{box_id}, log {log_epoch}, plays {first_seq} to {last_seq}: {plays} in {batches} batches are signed by the box, each follows from the one before; {asked} of them were asked for"
            ),
        )
    })
}

fn holes(one: &BoxVerdict, log: &LogVerdict, language: Language) -> Vec<String> {
    let place = say(
        language,
        &format!("{} 日志 {}：", one.box_id, log.log_epoch),
        &format!("{}, log {}: ", one.box_id, log.log_epoch),
    );
    let span = |span: &Span| {
        let Span { first_seq, last_seq } = span;
        say(language, &format!("第 {first_seq} 至 {last_seq} 次播放"), &format!("plays {first_seq} to {last_seq} "))
    };
    let mut lines = Vec::new();
    let gap = say(language, "已丢失，盒子不再持有", "are lost: the box no longer had them");
    lines.extend(log.gaps.iter().map(|one| format!("{place}{}{gap}", span(one))));
    for aside in &log.asides {
        let told = span(&Span { first_seq: aside.first_seq, last_seq: aside.last_seq });
        let words = if aside.is_second_story {
            say(language, "被盒子讲述了两次且不一致", "were told a second time, otherwise")
        } else {
            say(language, "已签名但未计入", "are signed and not counted")
        };
        lines.push(format!("{place}{told}{words}: {}", aside.reason));
    }
    let lost = say(language, "已收到但证据未保留", "came, and their evidence was not kept");
    lines.extend(log.lost.iter().map(|one| format!("{place}{}{lost}", span(one))));
    if !log.spared.is_empty() {
        let count: u64 = log.spared.iter().map(|span| span.last_seq - span.first_seq + 1).sum();
        lines.push(say(
            language,
            &format!("{place}省略 {count} 次播放，服务器称其中没有所问的内容"),
            &format!("{place}{count} plays are left out; the server says that none of them was asked for"),
        ));
    }
    lines
}

fn box_json(one: &BoxVerdict) -> Value {
    let spans = |spans: &[Span]| spans.iter().map(|span| json!([span.first_seq, span.last_seq])).collect::<Vec<_>>();
    let logs = one.logs.iter().map(|log| {
        let asides = log.asides.iter().map(|aside| {
            json!({ "first": aside.first_seq, "last": aside.last_seq, "reason": aside.reason,
                    "is_second_story": aside.is_second_story })
        });
        json!({
            "log_epoch": log.log_epoch.to_string(),
            "span": log.span.map(|span| [span.first_seq, span.last_seq]),
            "batches": log.batches, "plays": log.plays, "asked": log.asked,
            "gaps": spans(&log.gaps), "not_counted": asides.collect::<Vec<_>>(),
            "left_out": spans(&log.spared), "lost": spans(&log.lost),
        })
    });
    let vouching = match one.vouching {
        Vouching::Certificate { until, is_authority_current } => {
            json!({ "by": "certificate", "until": until, "is_authority_current": is_authority_current })
        }
        Vouching::Server => json!({ "by": "server" }),
    };
    json!({
        "box": one.box_id, "vouching": vouching, "unpaired_at": one.unpaired_at,
        "logs": logs.collect::<Vec<_>>(),
    })
}
