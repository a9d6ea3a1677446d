//! What can be seen on the box itself: who it is, whom it believes, its clock, its disk, its agent.

use std::path::Path;

use anteroom_content::clock::{Clock as _, DAY_MS, System};
use anteroom_content::text::Text;
use anteroom_content::wire::Carrier;

use super::Known;
use super::report::Finding;
use crate::agent::health::Status;
use crate::agent::limits::{CLOCK_OFF_MAX_MS, DISK_FREE_MIN_BYTES, DISK_FREE_POOR_BYTES};
use crate::agent::link::certificate_until;
use crate::bridge::{Decoder, Fonts};

/// Who the box is, and whom it believes.
pub(super) async fn certificate(known: &Known, findings: &mut Vec<Finding>) {
    let Some(identity) = &known.identity else {
        findings.push(Finding::unknown(
            "certificate",
            Text::new(
                "本机还没有配对：在控制台输入屏幕上的配对码即可",
                "this box is not paired yet: type the code on its screen in the console",
            ),
        ));
        return;
    };
    let days = certificate_until(identity).map(|until| until.ms_since(System.now()) / DAY_MS);
    findings.push(match days {
        Some(days) if days < 0 => Finding::bad(
            "certificate",
            Text::new(
                &format!("{} 的证书已过期 {} 天", identity.box_id, -days),
                &format!("the certificate of {} ran out {} days ago", identity.box_id, -days),
            ),
            Text::new(
                "本机连上服务器后会自动续期；过期半年以上须重新配对。也请核对本机时钟。",
                "It is renewed by itself once the server is reached; after half a year the box must be paired again. Check this machine's clock, too.",
            ),
        ),
        Some(days) => Finding::well(
            "certificate",
            Text::new(
                &format!("{} 的证书还有 {days} 天", identity.box_id),
                &format!("the certificate of {} holds for {days} days", identity.box_id),
            ),
        ),
        None => Finding::bad(
            "certificate",
            Text::new("本机证书不能读取", "the box's certificate cannot be read"),
            Text::new("请换用空的状态目录重新配对。", "Pair again with an empty state folder."),
        ),
    });
    let Some(store) = &known.store else { return };
    let charter = store.charter().await.ok().flatten().and_then(|signed| signed.read().ok());
    findings.push(match charter {
        Some(charter) => Finding::well(
            "charter",
            Text::new(
                &format!("信任章程第 {} 版，纪元 {}", charter.version, charter.epoch),
                &format!("charter version {}, epoch {}", charter.version, charter.epoch),
            ),
        ),
        None => Finding::poor(
            "charter",
            Text::new("没有信任章程", "no charter is known"),
            Text::new("本机连上服务器后会自动取得。", "The server tells it once it is reached."),
        ),
    });
}

/// How far the machine's clock is off, as far as that is known here.
pub(super) async fn clock(known: &Known, findings: &mut Vec<Finding>) {
    let now = System.now();
    let what_to_do = || {
        Text::new(
            "请打开本机的时间同步（NTP），或在 BIOS 中校正时钟；电池没电的机器每次断电都会走错。",
            "Switch time synchronisation (NTP) on, or set the clock; a machine whose battery is empty goes wrong with every power cut.",
        )
    };
    // The agent's clock follows the server's, once it has heard it.
    let heard = known.status.as_ref().filter(|status| status.connected);
    if let Some(status) = heard {
        let off_ms = now.ms_since(status.now);
        let found = Text::new(
            &format!("本机时钟与服务器相差 {off_ms} 毫秒"),
            &format!("this machine's clock is {off_ms} ms from the server's"),
        );
        findings.push(if off_ms.abs() > CLOCK_OFF_MAX_MS {
            Finding::poor("clock", found, what_to_do())
        } else {
            Finding::well("clock", found)
        });
        return;
    }
    let floor = match &known.store {
        Some(store) => store.time_floor().await.ok().flatten(),
        None => None,
    };
    findings.push(match floor {
        Some(floor) if now < floor => {
            let behind = floor.ms_since(now) / 1_000;
            Finding::bad(
                "clock",
                Text::new(
                    &format!("本机时钟至少慢了 {behind} 秒"),
                    &format!("this machine's clock is behind by {behind} s at least"),
                ),
                what_to_do(),
            )
        }
        Some(_) | None => Finding::unknown(
            "clock",
            Text::new("播放器未连接，无从比较", "no player is connected here, so there is nothing to compare it with"),
        ),
    });
}

/// Room for files and the log of plays.
pub(super) fn disk(folder: &Path, findings: &mut Vec<Finding>) {
    let there = folder.ancestors().find(|place| place.is_dir()).unwrap_or(folder);
    let free = match rustix::fs::statvfs(there) {
        Ok(found) => found.f_bavail.saturating_mul(found.f_frsize),
        Err(error) => {
            findings.push(Finding::unknown(
                "disk",
                Text::new(&format!("磁盘不能查询：{error}"), &format!("the disk cannot be asked: {error}")),
            ));
            return;
        }
    };
    let megabytes = free / 1_048_576;
    let found = Text::new(&format!("还有 {megabytes} MB 可用"), &format!("{megabytes} MB are free"));
    let what_to_do = || {
        Text::new(
            "请清理磁盘，或换用更大的磁盘：节目放不下时新内容无法播出。",
            "Make room, or take a larger disk: what does not fit cannot be shown.",
        )
    };
    findings.push(if rustix::fs::access(there, rustix::fs::Access::WRITE_OK).is_err() {
        Finding::bad(
            "disk",
            Text::new("状态目录不可写", "the state folder cannot be written"),
            Text::new("请检查目录权限，以及磁盘是否只读。", "Check its owner, and whether the disk is read-only."),
        )
    } else if free < DISK_FREE_MIN_BYTES {
        Finding::bad("disk", found, what_to_do())
    } else if free < DISK_FREE_POOR_BYTES {
        Finding::poor("disk", found, what_to_do())
    } else {
        Finding::well("disk", found)
    });
}

/// Whether words can be shown.
pub(super) fn fonts(fonts: &Fonts, findings: &mut Vec<Finding>) {
    let found = fonts.words();
    let what_to_do = || {
        Text::new(
            "请安装字体：apt install fonts-noto-cjk，然后重启播放器。",
            "Install the font: apt install fonts-noto-cjk, then restart the player.",
        )
    };
    findings.push(match fonts {
        Fonts::Usual => Finding::well("fonts", found),
        Fonts::Other(_) => Finding::poor("fonts", found, what_to_do()),
        Fonts::Core | Fonts::None => Finding::bad("fonts", found, what_to_do()),
    });
}

/// Whether movies can be decoded. Every server takes H.264; the other codecs are for machines that have them.
pub(super) fn decoders(decoders: &[Decoder], findings: &mut Vec<Finding>) {
    let said = |decoder: &Decoder, none: &str, hardware: &str| match &decoder.name {
        Some(name) if decoder.is_hardware => format!("{} {name} ({hardware})", decoder.codec),
        Some(name) => format!("{} {name}", decoder.codec),
        None => format!("{} {none}", decoder.codec),
    };
    let all =
        |none, hardware| decoders.iter().map(|decoder| said(decoder, none, hardware)).collect::<Vec<_>>().join(", ");
    let found = Text::new(&all("无", "硬件"), &all("–", "hardware"));
    let lacks = |codec: &str| decoders.iter().any(|decoder| decoder.codec == codec && decoder.name.is_none());
    let what_to_do = |package: &str| {
        Text::new(
            &format!("请安装解码器：apt install {package}，然后重启播放器。"),
            &format!("Install decoders: apt install {package}, then restart the player."),
        )
    };
    findings.push(if lacks("H.264") {
        Finding::bad("decoders", found, what_to_do("gstreamer1.0-libav"))
    } else if decoders.iter().any(|decoder| decoder.name.is_none()) {
        Finding::poor("decoders", found, what_to_do("gstreamer1.0-plugins-bad"))
    } else {
        Finding::well("decoders", found)
    });
}

/// What the agent says of itself.
pub(super) fn agent(status: Option<&Status>, findings: &mut Vec<Finding>) {
    let Some(status) = status else {
        findings.push(Finding::unknown("agent", Text::new("播放器没有运行", "no player runs on this folder")));
        return;
    };
    findings.push(match (status.connected, status.carrier) {
        (true, Some(Carrier::Tcp)) => Finding::poor(
            "agent",
            Text::new("播放器已连接，经 TCP（UDP 被拦截）", "the player is connected over TCP (UDP is blocked)"),
            Text::new("请网络管理员放行 UDP。", "Have UDP let through."),
        ),
        (true, Some(Carrier::Udp) | None) => {
            Finding::well("agent", Text::new("播放器已连接", "the player is connected"))
        }
        (false, _) if status.box_id.is_none() => {
            Finding::well("agent", Text::new("播放器在运行，等待配对", "the player runs and waits to be paired"))
        }
        (false, _) => Finding::bad(
            "agent",
            Text::new("播放器在运行，但没有连接", "the player runs, and is not connected"),
            Text::new(
                "按上面的故障项处理；播放器会自动重连。",
                "Put right what is bad above; the player connects by itself.",
            ),
        ),
    });
}
