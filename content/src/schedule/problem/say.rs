//! Problems in words: what is wrong, and what to do.

use super::{Counted, Found, Problem, Subject};
use crate::id::PlaylistId;
use crate::schedule::Where;
use crate::schedule::recurrence::Missed;
use crate::text::Text;

impl Found {
    /// In words, with the thing it is about.
    #[must_use]
    pub fn say(&self) -> Text {
        let (subject, problem) = (self.subject.say(), self.problem.say());
        both(format!("{}：{}", subject.zh, problem.zh), format!("{}: {}", subject.en, problem.en))
    }
}

impl Subject {
    /// Its name in URLs and files.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Rule(id) => id.as_str(),
            Self::Playlist(id) => id.as_str(),
            Self::Campaign(id) => id.as_str(),
            Self::Zone(id) => id.as_str(),
        }
    }

    /// In words.
    #[must_use]
    pub fn say(&self) -> Text {
        let (zh, en) = match self {
            Self::Rule(_) => ("规则", "rule"),
            Self::Playlist(_) => ("播放列表", "playlist"),
            Self::Campaign(_) => ("投放活动", "campaign"),
            Self::Zone(_) => ("区域", "zone"),
        };
        let id = self.id();
        both(format!("{zh} {id}"), format!("{en} {id}"))
    }
}

impl Problem {
    /// In words: what is wrong, and what to do.
    #[must_use]
    pub fn say(&self) -> Text {
        match self {
            Self::Ended(_)
            | Self::NotWithinAYear(_)
            | Self::EndsBeforeStart(..)
            | Self::NoFirstDate
            | Self::NoLastDate
            | Self::Missed(_)
            | Self::PlaysOnce(_) => self.say_dates(),
            Self::NoPlaylist(id) => both(
                format!("播放列表 {id} 不存在，请另选一个"),
                format!("there is no playlist `{id}`: choose another"),
            ),
            Self::NoPlace(place) => no_place(place),
            Self::AimsNowhere => {
                Text::new("没有选中任何区域，哪里都不会播出", "no zone is among its places, so it plays nowhere")
            }
            Self::Circle(way) => {
                let way: Vec<&str> = way.iter().map(PlaylistId::as_str).collect();
                let way = way.join(" → ");
                both(
                    format!("列表包含了自己（{way}），请去掉其中一环"),
                    format!("it contains itself ({way}): take one of these out"),
                )
            }
            Self::TooDeep => Text::new(
                "列表嵌套超过四层，更深的内容不会播出，请减少层数",
                "playlists are nested more than four deep, and what lies deeper is not shown: use fewer levels",
            ),
            Self::EmptyPlaylist => Text::new("列表是空的，不会播出任何内容", "it is empty, so nothing of it is shown"),
            Self::NoItem(id) => {
                both(format!("内容 {id} 不存在，请移除"), format!("there is no item `{id}`: take it out"))
            }
            Self::NotApproved(id) => both(
                format!("内容 {id} 未通过审核或已撤回，不会播出"),
                format!("item `{id}` is not approved or was withdrawn, and is not shown"),
            ),
            Self::NoNetworkPlaylist(id) => {
                both(format!("联播网 {id} 还没有播放列表"), format!("network `{id}` has no playlist yet"))
            }
            Self::NoItems => Text::new("没有可播的内容，请至少加入一条", "it has no items: add at least one"),
            Self::NoGoal => Text::new("目标是 0 次，请填写播放目标", "it asks for no play at all: say how many"),
            Self::GoalTooHigh(given, max) => both(
                format!("目标 {given} 超过上限 {max}，请调低"),
                format!("it asks for {given}, at most {max} can be shown: ask for less"),
            ),
            Self::TooMany(what, given, max) => {
                let what = what.say();
                both(
                    format!("{} {given}，上限 {max}，请减少", what.zh),
                    format!("{given} {}, at most {max} are allowed: use fewer", what.en),
                )
            }
        }
    }

    fn say_dates(&self) -> Text {
        match self {
            Self::Ended(last) => both(format!("已于 {last} 结束"), format!("it ended on {last}")),
            Self::NotWithinAYear(Some(next)) => both(
                format!("一年内没有播出日期，下次是 {next}"),
                format!("it is not on the air within a year; it is next on {next}"),
            ),
            Self::NotWithinAYear(None) => Text::new(
                "今后没有播出日期：已经播完，或日期、星期、日子类型互相矛盾",
                "it has no date to come: it is over, or its dates, weekdays and kinds of day never meet",
            ),
            Self::EndsBeforeStart(first, last) => both(
                format!("结束日期 {last} 早于开始日期 {first}，请改正"),
                format!("it ends on {last}, before it begins on {first}: correct one of them"),
            ),
            Self::NoFirstDate => Text::new(
                "重复规则从开始日期算起，请填写开始日期",
                "its repetition counts from the first date: say when it begins",
            ),
            Self::NoLastDate => Text::new(
                "总次数要平摊到结束日期，请填写结束日期",
                "a number of plays in all is spread up to the last date: say when it ends",
            ),
            Self::Missed(Missed::CommonYears) => {
                Text::new("2 月 29 日只有闰年才有，平年不播", "29 February comes in leap years alone")
            }
            Self::Missed(Missed::ShortMonths(day)) => {
                both(format!("没有 {day} 日的月份不播"), format!("months without a day {day} are left out"))
            }
            Self::PlaysOnce(date) => both(
                format!("移到 {date} 的一次与当天原有的时段重叠，重叠部分只播一次"),
                format!("the occurrence moved to {date} overlaps with that day's own, and plays once"),
            ),
            Self::NoPlaylist(_)
            | Self::NoPlace(_)
            | Self::AimsNowhere
            | Self::Circle(_)
            | Self::TooDeep
            | Self::EmptyPlaylist
            | Self::NoItem(_)
            | Self::NotApproved(_)
            | Self::NoNetworkPlaylist(_)
            | Self::NoItems
            | Self::NoGoal
            | Self::GoalTooHigh(..)
            | Self::TooMany(..) => Text::default(),
        }
    }
}

impl Counted {
    fn say(self) -> Text {
        match self {
            Self::Changes => Text::new("取消或移动的日子", "days dropped or moved"),
            Self::Additions => Text::new("增加的日子", "days added"),
            Self::Rules => Text::new("此区域的规则", "rules in this zone"),
            Self::Campaigns => Text::new("此区域的投放活动", "campaigns in this zone"),
            Self::Items => Text::new("内容", "items"),
            Self::Turns => Text::new("列表条目", "turns"),
        }
    }
}

fn no_place(place: &Where) -> Text {
    let (zh, en, id) = match place {
        Where::Everywhere => ("地点", "place", "*"),
        Where::City(code) => ("城市", "city", code.as_str()),
        Where::Site(id) => ("院区", "site", id.as_str()),
        Where::Building(id) => ("楼宇", "building", id.as_str()),
        Where::Zone(id) => ("区域", "zone", id.as_str()),
        Where::Kind(kind) => {
            let kind = kind.name();
            return both(format!("没有“{}”类区域", kind.zh), format!("there is no zone of kind “{}”", kind.en));
        }
        Where::Tag(tag) => ("标签", "tag", tag.as_str()),
        Where::Network(id) => ("联播网", "network", id.as_str()),
    };
    both(format!("{zh} {id} 不存在，请从地点中去掉"), format!("there is no {en} `{id}`: take it out of the places"))
}

fn both(zh: String, en: String) -> Text {
    Text { zh, en }
}
