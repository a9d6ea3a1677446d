//! Faults in words: what is wrong, and where.

use super::certificate::BadCertificate;
use super::fault::{BadBatchLine, BadIndex, Fault};
use crate::text::Text;

fn both(zh: impl Into<String>, en: impl Into<String>) -> Text {
    Text { zh: zh.into(), en: en.into() }
}

impl Fault {
    /// In words.
    #[must_use]
    pub fn say(&self) -> Text {
        match self {
            Self::TooLong { line } => both(format!("第 {line} 行过长"), format!("line {line} is too long")),
            Self::TooMany(what) => {
                both(format!("证据包超出上限（{what}）"), format!("the bundle holds too many {what}"))
            }
            Self::Truncated { lines } => both(
                format!("证据包不完整：读完 {lines} 行后中断，没有索引"),
                format!("the bundle is cut off: it ends after {lines} whole lines, before its index"),
            ),
            Self::Trailing => both("索引之后还有内容", "something stands behind the index"),
            Self::Unreadable { line, why } => {
                both(format!("第 {line} 行无法读取：{why}"), format!("line {line} cannot be read: {why}"))
            }
            Self::Format(found) => both(
                format!("证据包格式为 {found}，本程序不认识，请使用更新的版本"),
                format!("the bundle has form {found}, which is not known here: use a newer version"),
            ),
            Self::Misplaced { line } => {
                both(format!("第 {line} 行的位置不对"), format!("line {line} stands where it must not"))
            }
            Self::Root { root } => both(
                format!("没有任何章程由所给的根密钥 {root} 签署：证据包来自别处，或密钥给错了"),
                format!("no charter is by the root key {root}: the bundle is of another house, or the key is wrong"),
            ),
            Self::Charter { held, why } => both(
                format!("第 {held} 版之后的章程不可信：{why}"),
                format!("the charter after version {held} is not to be believed: {why}"),
            ),
            Self::Certificate { box_id, why } => {
                let why = why.say();
                both(
                    format!("盒子 {box_id} 的证书：{}", why.zh),
                    format!("the certificate of box {box_id}: {}", why.en),
                )
            }
            Self::Batch { box_id, log_epoch, first_seq, why } => {
                let why = why.say();
                both(
                    format!("盒子 {box_id} 日志 {log_epoch} 从第 {first_seq} 次播放起的批次：{}", why.zh),
                    format!("box {box_id}, log {log_epoch}, batch from play {first_seq}: {}", why.en),
                )
            }
            Self::Missing { box_id, log_epoch, first_seq, last_seq } => both(
                format!("盒子 {box_id} 日志 {log_epoch} 缺少第 {first_seq} 至 {last_seq} 次播放，且没有任何说明"),
                format!(
                    "box {box_id}, log {log_epoch}: plays {first_seq} to {last_seq} are missing, and nothing says why"
                ),
            ),
            Self::Manifest { line } => both(
                format!("第 {line} 行的节目清单不是由发布密钥签署"),
                format!("the manifest on line {line} is not signed by a publish key of its epoch"),
            ),
            Self::Total((screen, item, version)) => both(
                format!("屏幕 {screen} 上内容 {item} 第 {version} 版的合计与播放记录不符"),
                format!(
                    "the total of item {item} version {version} on screen {screen} is not what the plays add up to"
                ),
            ),
            Self::Index(why) => why.say(),
        }
    }
}

impl BadCertificate {
    fn say(self) -> Text {
        match self {
            Self::Unreadable => both("无法读取", "it cannot be read"),
            Self::Authority => {
                both("不是由章程中的设备签发机构签署", "it is not signed by a device authority that a charter names")
            }
            Self::OtherBox => both("属于另一台盒子", "it is another box's"),
            Self::OtherKey => both("没有写明这把签名密钥", "it does not name the key the bundle gives"),
        }
    }
}

impl BadBatchLine {
    fn say(&self) -> Text {
        match self {
            Self::Signature => both("签名不是该盒子的", "the signature is not by the key of this box"),
            Self::Document(why) => {
                both(format!("已签名但无法读取：{why}"), format!("it is signed and cannot be read: {why}"))
            }
            Self::OtherLog => both("属于另一台盒子或另一份日志", "it belongs to another box or another log"),
            Self::Chain => both("与前一次播放的链值不符", "its chain value does not follow from the play before it"),
            Self::Plays(why) => both(format!("播放记录不符：{why}"), format!("its plays are not as told: {why}")),
            Self::Expired => both("收到时盒子的证书已过期", "it came after the certificate of its box had run out"),
        }
    }
}

impl BadIndex {
    fn say(self) -> Text {
        match self {
            Self::Signature => both(
                "索引不是由最新章程中的发布密钥为此用途签署",
                "the index is not signed by a publish key of the newest charter, for this purpose",
            ),
            Self::Unreadable => both("索引已签名但无法读取", "the index is signed and cannot be read"),
            Self::OtherCharter => {
                both("索引出自另一版章程", "the index is of another charter than the newest one here")
            }
            Self::OtherLines => both(
                "内容在签署之后被改动：行数或哈希与索引不符",
                "something was changed after it was signed: the lines are not those the index is of",
            ),
            Self::OtherPlays => both("播放总数与索引不符", "the plays are not as many as the index says"),
        }
    }
}
