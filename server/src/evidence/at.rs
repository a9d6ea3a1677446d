//! `anteroom plays at`: what was on a screen at a moment, or what is known instead.

use anteroom_content::clock::Offsets;
use anteroom_content::place::{Screen, Zone};
use anteroom_content::play::{Ending, Play};
use anteroom_content::text::Language;
use anteroom_content::timeline::Showing;
use serde_json::{Value, json};

use crate::plan::{House, columns, length, moment, stamp};
use crate::reports::{self, Instead, NoPlay, OnScreen, Told};

/// The answer, with the words around it.
pub(super) struct At {
    screen: Screen,
    zone: Zone,
    offsets: Offsets,
    found: OnScreen,
}

/// Asks the books.
pub(super) async fn at(house: &House, screen: &str, time: &str) -> anyhow::Result<At> {
    let (screen, zone, site) = house.screen(screen)?;
    let at = moment(time, house.state.now(), &house.offsets(site)?)?;
    // The clocks of then, which may be years ago.
    let offsets = Offsets::of_zone(&site.time_zone, at)?;
    let found = reports::on_screen(&house.state, &screen.id, at).await?;
    Ok(At { screen: screen.clone(), zone: zone.clone(), offsets, found })
}

impl At {
    /// For people.
    pub(super) fn words(&self, language: Language) -> String {
        let say = |zh: &str, en: &str| if language == Language::Chinese { zh } else { en }.to_owned();
        let mut text = format!(
            "{} {}  ·  {} {}  ·  {} ({})\n\n",
            self.screen.id,
            self.screen.name.in_language(language),
            self.zone.id,
            self.zone.name.in_language(language),
            stamp(&self.offsets, self.found.at),
            self.offsets.zone
        );
        for told in &self.found.plays {
            text.push_str(&columns("", &[], &self.play(told, language)));
            text.push('\n');
        }
        if let Some(instead) = &self.found.instead {
            let mut rows = vec![vec![say("结论", "answer"), no_play(instead.why, language)]];
            let beside = [(&instead.before, say("之前", "before")), (&instead.after, say("之后", "after"))];
            for (told, name) in beside {
                if let Some(told) = told {
                    let from = stamp(&self.offsets, told.play.started_at);
                    let until = stamp(&self.offsets, told.until());
                    rows.push(vec![name, format!("{}  {from} – {until}", title(told, language))]);
                }
            }
            rows.push(vec![say("计划", "planned"), planned(instead, language)]);
            if let Some((box_id, seen_at)) = &self.found.lit_by {
                let seen = seen_at.map_or_else(|| say("从未", "never"), |at| stamp(&self.offsets, at));
                rows.push(vec![say("盒子", "box"), format!("{box_id}  {} {seen}", say("最后联系", "heard last"))]);
            }
            text.push_str(&columns("", &[], &rows));
        }
        text.trim_end().to_owned()
    }

    fn play(&self, told: &Told, language: Language) -> Vec<Vec<String>> {
        let say = |zh: &str, en: &str| if language == Language::Chinese { zh } else { en }.to_owned();
        let (play, clocks) = (&told.play, &self.offsets);
        let ending = match play.ending {
            Ending::Complete => say("完整", "complete"),
            Ending::Preempted => say("被替换", "preempted"),
            Ending::Interrupted => say("中断", "interrupted"),
        };
        let unknown = say("不详", "not known");
        let published = told.published.as_ref().map(|(by, at)| format!("{by}  {}", stamp(clocks, *at)));
        let signature = match (told.is_signed, told.is_certified) {
            (true, true) => say("盒子签名相符，密钥有证书", "good, by the box; a certificate names its key"),
            (true, false) => say("盒子签名相符，密钥由服务器担保", "good, by the box; the server vouches for its key"),
            (false, _) => say("签名不符，不能作为证据", "wrong: it proves nothing"),
        };
        let (first, last) = (told.batch.first_seq, told.batch.last_seq);
        let batch = say(
            &format!("日志 {} 第 {first} 至 {last} 次，{} 收到", told.log_epoch, stamp(clocks, told.received_at)),
            &format!("plays {first} to {last} of log {}, came {}", told.log_epoch, stamp(clocks, told.received_at)),
        );
        let shown = length(i64::from(play.shown_ms));
        let planned = format!("{} ({})", stamp(clocks, play.planned_at), length(i64::from(play.planned_ms)));
        let times = format!("{} – {} ({shown}, {ending})", stamp(clocks, play.started_at), stamp(clocks, told.until()));
        vec![
            vec![say("播出", "shown"), title(told, language)],
            vec![say("时间", "from"), times],
            vec![say("计划", "planned"), planned],
            vec![say("画面", "rendered"), rendered(play, language)],
            vec![say("亮屏", "lit"), lit(play, language)],
            vec![say("审核", "approved"), told.approved_by.clone().unwrap_or_else(|| unknown.clone())],
            vec![say("发布", "published"), format!("{} {}", play.manifest_version, published.unwrap_or(unknown))],
            vec![say("盒子", "box"), format!("{}  {} {}", told.box_id, say("第", "play"), play.seq)],
            vec![say("批次", "batch"), batch],
            vec![say("签名", "signature"), signature],
        ]
    }

    /// For programs.
    pub(super) fn json(&self) -> Value {
        let instead = self.found.instead.as_ref().map(|instead| {
            let planned = instead.planned.as_ref().map(|(showing, title)| match showing {
                Showing::Item { item, version } => json!({ "item": item, "version": version, "title": title }),
                Showing::Strip => json!({ "kind": "strip" }),
                Showing::Closed => json!({ "kind": "closed" }),
                Showing::Fallback => json!({ "kind": "built_in_card" }),
            });
            json!({
                "why": instead.why.as_str(),
                "before": instead.before.as_ref().map(told_json),
                "after": instead.after.as_ref().map(told_json),
                "planned": planned,
            })
        });
        json!({
            "screen": self.screen.id,
            "zone": self.zone.id,
            "at": { "local": stamp(&self.offsets, self.found.at), "unix_ms": self.found.at },
            "time_zone": self.offsets.zone,
            "plays": self.found.plays.iter().map(told_json).collect::<Vec<_>>(),
            "instead": instead,
            "box": self.found.lit_by.as_ref().map(|(id, seen)| json!({ "id": id, "last_seen_at": seen })),
        })
    }
}

/// Frames and print, as the box saw them.
fn rendered(play: &Play, language: Language) -> String {
    let say = |zh: String, en: String| if language == Language::Chinese { zh } else { en };
    let Some(proof) = play.proof else {
        return say("播放器版本较旧，没有记录".into(), "not told: the player is older".into());
    };
    let frames = say(format!("{} 帧", proof.frames), format!("{} frames", proof.frames));
    let print = proof.print.map(|print| say(format!("，画面指纹 {print}"), format!(", print {print}")));
    frames + &print.unwrap_or_else(|| say("，时间太短没有取画面指纹".into(), ", too short for a print".into()))
}

/// How long the display had power, where that could be read.
fn lit(play: &Play, language: Language) -> String {
    let say = |zh: String, en: String| if language == Language::Chinese { zh } else { en };
    let Some(lamp) = play.proof.and_then(|proof| proof.lamp) else {
        return say("无法得知".into(), "not known".into());
    };
    let [lit, read] = [lamp.lit_ms, lamp.read_ms].map(|ms| length(i64::from(ms)));
    say(format!("可读出 {read}，其中亮屏 {lit}"), format!("{lit} of the {read} it could be read"))
}

fn title(told: &Told, language: Language) -> String {
    let title = told.title.as_ref().map_or("", |title| title.in_language(language));
    let version = told.play.item_version;
    let version =
        if language == Language::Chinese { format!("第 {version} 版") } else { format!("version {version}") };
    let words = format!("{} {title}", told.play.item);
    format!("{} ({version})", words.trim_end())
}

fn planned(instead: &Instead, language: Language) -> String {
    let say = |zh: &str, en: &str| if language == Language::Chinese { zh } else { en }.to_owned();
    match &instead.planned {
        None => say("没有节目", "no programme"),
        Some((Showing::Item { item, .. }, title)) => format!("{item} {}", title.in_language(language)),
        Some((Showing::Strip, _)) => say("门诊时间", "clinic times"),
        Some((Showing::Closed, _)) => say("不开放", "closed"),
        Some((Showing::Fallback, _)) => say("内置画面", "the built-in card"),
    }
}

fn no_play(why: NoPlay, language: Language) -> String {
    let (zh, en) = match why {
        NoPlay::Future => ("时间未到", "that moment has not come"),
        NoPlay::Never => ("此前没有收到过该屏幕的播放", "no play of this screen was received of then or before"),
        NoPlay::Nothing => {
            ("没有播放：日志前后相连，中间没有内容", "nothing was shown: the log goes on without a hole")
        }
        NoPlay::Gap => ("无法证实：其间的记录已丢失", "not known: plays in between are lost"),
        NoPlay::NotCounted => {
            ("无法证实：其间的记录未能计入", "not known: plays in between came and could not be counted")
        }
        NoPlay::OtherLog => ("无法证实：其后换了日志或盒子", "not known: another log or another box came after"),
        NoPlay::Away => ("尚未收到：盒子还没有送来这么晚的记录", "not known yet: the box has sent nothing of so late"),
    };
    if language == Language::Chinese { zh } else { en }.to_owned()
}

fn told_json(told: &Told) -> Value {
    json!({
        "play": told.play,
        "until": told.until(),
        "title": told.title,
        "class": told.class,
        "approved_by": told.approved_by,
        "published_by": told.published.as_ref().map(|(by, _)| by),
        "published_at": told.published.as_ref().map(|(_, at)| at),
        "box": told.box_id,
        "log_epoch": told.log_epoch.to_string(),
        "batch": [told.batch.first_seq, told.batch.last_seq],
        "received_at": told.received_at,
        "is_signed": told.is_signed,
        "is_certified": told.is_certified,
    })
}
