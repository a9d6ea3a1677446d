//! Why a rule is refused, in words for logs and in words for people.

use crate::schedule::recurrence::{Frequency, INTERVAL_MAX, LIST_MAX, OCCURRENCES_MAX, TEXT_BYTES_MAX};
use crate::text::Text;

/// Why a text is not a recurrence rule that runs here. Texts in it are cut to a printable length.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadRecurrence {
    /// Nothing is written.
    #[error("the rule is empty: write at least FREQ, such as `FREQ=WEEKLY;BYDAY=MO`")]
    Empty,
    /// More text than any rule needs.
    #[error("the rule has {bytes} bytes, at most {TEXT_BYTES_MAX} are read: leave out what it does not need")]
    TooLong {
        /// How long it is.
        bytes: usize,
    },
    /// Something between semicolons that is no `NAME=VALUE`.
    #[error("`{text}` is not a part of a rule: parts are `NAME=VALUE` with `;` between them")]
    NotAPart {
        /// What stands there.
        text: String,
    },
    /// There is no FREQ.
    #[error("the rule has no FREQ: begin with FREQ=DAILY, WEEKLY, MONTHLY or YEARLY")]
    NoFrequency,
    /// A part, or a frequency, that does not run here.
    #[error("`{part}` does not run here: {}", instead(.part).1)]
    Unsupported {
        /// The part by its name; with its value where it is FREQ.
        part: String,
    },
    /// A part stands twice.
    #[error("{part} stands twice: write it once, its values with `,` between them")]
    Duplicate {
        /// The part.
        part: &'static str,
    },
    /// A value its part does not take.
    #[error("{part} cannot be `{value}`: {}", wanted(.part).1)]
    BadValue {
        /// The part.
        part: &'static str,
        /// The value.
        value: String,
    },
    /// A list longer than any that says something.
    #[error("{part} has {entries} entries, at most {LIST_MAX} are read")]
    TooMany {
        /// The part.
        part: &'static str,
        /// How many.
        entries: usize,
    },
    /// `INTERVAL=0`.
    #[error("INTERVAL=0 would never go on: use INTERVAL=1 for every period")]
    IntervalZero,
    /// `COUNT=0`.
    #[error("COUNT=0 would never fire: use COUNT=1 or more, or leave COUNT out")]
    CountZero,
    /// COUNT and UNTIL together.
    #[error("COUNT and UNTIL exclude each other: keep the one that says when the rule ends")]
    CountAndUntil,
    /// `2TU` in days or weeks.
    #[error("`{day}` counts weekdays, FREQ={} has no count of them: use FREQ=MONTHLY or FREQ=YEARLY", .frequency.word())]
    OrdinalNotAllowed {
        /// The entry of BYDAY.
        day: String,
        /// The rule's frequency.
        frequency: Frequency,
    },
    /// `0TU`.
    #[error("`{day}`: weekdays are counted from 1 or from -1")]
    OrdinalZero {
        /// The entry of BYDAY.
        day: String,
    },
    /// BYMONTHDAY in weeks.
    #[error("BYMONTHDAY does not go with FREQ=WEEKLY: use FREQ=MONTHLY, or FREQ=DAILY;BYMONTHDAY=…")]
    MonthDayWeekly,
    /// BYSETPOS without a list to choose from.
    #[error("BYSETPOS chooses among the days of another part: add BYDAY, BYMONTHDAY or BYMONTH")]
    SetPosAlone,
    /// No date ever fits.
    #[error("the rule never fires: {}", .why.say().1)]
    NeverFires {
        /// What cannot be.
        why: Never,
    },
}

/// What keeps a rule from ever firing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Never {
    /// No month it names has such a day.
    MonthDay,
    /// The weekdays never fall so.
    Weekday,
    /// A period never holds so many days.
    Position,
}

impl Never {
    const fn say(self) -> (&'static str, &'static str) {
        match self {
            Self::MonthDay => ("所写的月份里没有这一天", "no month it names has a day of BYMONTHDAY"),
            Self::Weekday => ("没有一天符合 BYDAY 与其余条件", "no day fits BYDAY and the other parts"),
            Self::Position => {
                ("每个周期里都没有 BYSETPOS 所指的那么多天", "no period holds as many days as BYSETPOS asks for")
            }
        }
    }
}

/// What to write in place of a part that does not run here.
fn instead(part: &str) -> (&'static str, &'static str) {
    match part {
        "FREQ=SECONDLY" | "FREQ=MINUTELY" | "FREQ=HOURLY" => {
            ("请用 FREQ=DAILY，并用时间段写明一天里的钟点", "use FREQ=DAILY, and a window for the hours of the day")
        }
        "BYHOUR" | "BYMINUTE" | "BYSECOND" => (
            "一天里的钟点由开始时间决定；另一个钟点请另写一条规则",
            "the time of day is the start's; write another rule for another time",
        ),
        "BYYEARDAY" => ("请用 BYMONTH 加 BYMONTHDAY 写明日期", "name the dates with BYMONTH and BYMONTHDAY"),
        "BYWEEKNO" => (
            "请用 FREQ=WEEKLY 加 INTERVAL 和写明的开始日期，或用 BYMONTH 加 BYDAY",
            "use FREQ=WEEKLY with INTERVAL and a written start, or BYMONTH with BYDAY",
        ),
        "RSCALE" => {
            ("只用公历；农历日期请写成附加日期", "rules run in the Gregorian calendar; add other dates one by one")
        }
        "SKIP" => (
            "没有这一天的月份会跳过；要月末请用 BYMONTHDAY=-1",
            "months without the day are passed over; use BYMONTHDAY=-1 for the last day",
        ),
        _ if part.starts_with("FREQ=") => {
            ("请用 DAILY、WEEKLY、MONTHLY 或 YEARLY", "use DAILY, WEEKLY, MONTHLY or YEARLY")
        }
        _ => (
            "请去掉它；可用的是 FREQ、INTERVAL、BYMONTH、BYMONTHDAY、BYDAY、BYSETPOS、WKST、COUNT、UNTIL",
            "leave it out; there are FREQ, INTERVAL, BYMONTH, BYMONTHDAY, BYDAY, BYSETPOS, WKST, COUNT and UNTIL",
        ),
    }
}

/// What a part takes.
fn wanted(part: &str) -> (&'static str, &'static str) {
    match part {
        "INTERVAL" => ("请写 1 到 10000 的整数", "write a whole number from 1 to 10000"),
        "COUNT" => {
            ("请写 1 到 10000 的整数；更久请用 UNTIL", "write a whole number from 1 to 10000, or UNTIL for longer")
        }
        "UNTIL" => (
            "请写 20261231、20261231T235959 或 20261231T155959Z 这样的日期或时间",
            "write a date or a time such as 20261231, 20261231T235959 or 20261231T155959Z",
        ),
        "BYMONTH" => ("请写 1 到 12", "write 1 to 12"),
        "BYMONTHDAY" => ("请写 1 到 31，或 -1 到 -31", "write 1 to 31, or -1 to -31"),
        "BYSETPOS" => ("请写 1 到 366，或 -1 到 -366", "write 1 to 366, or -1 to -366"),
        "WKST" => ("请写 MO TU WE TH FR SA SU 之一", "write one of MO TU WE TH FR SA SU"),
        _ => (
            "请写 MO TU WE TH FR SA SU，按月或按年时可带次序 1 到 53、-1 到 -53",
            "write MO TU WE TH FR SA SU, by month or year with a count of 1 to 53 or -1 to -53",
        ),
    }
}

// The words above name these limits as numbers.
const _: () = assert!(INTERVAL_MAX == 10_000 && OCCURRENCES_MAX == 10_000);

impl BadRecurrence {
    /// The refusal in words for the people who wrote the rule.
    #[must_use]
    pub fn say(&self) -> Text {
        Text { zh: self.chinese(), en: self.to_string() }
    }

    fn chinese(&self) -> String {
        match self {
            Self::Empty => "规则是空的：至少要写 FREQ，例如 FREQ=WEEKLY;BYDAY=MO".to_owned(),
            Self::TooLong { bytes } => format!("规则有 {bytes} 字节，最多 {TEXT_BYTES_MAX} 字节：请去掉不需要的部分"),
            Self::NotAPart { text } => format!("“{text}”不是规则的一部分：每部分写成 NAME=VALUE，用分号隔开"),
            Self::NoFrequency => "规则没有 FREQ：请以 FREQ=DAILY、WEEKLY、MONTHLY 或 YEARLY 开头".to_owned(),
            Self::Unsupported { part } => format!("这里不能运行 {part}：{}", instead(part).0),
            Self::Duplicate { part } => format!("{part} 写了两次：只写一次，多个值用逗号隔开"),
            Self::BadValue { part, value } => format!("{part} 不能是“{value}”：{}", wanted(part).0),
            Self::TooMany { part, entries } => format!("{part} 有 {entries} 个值，最多 {LIST_MAX} 个"),
            Self::IntervalZero => "INTERVAL=0 不会前进：每个周期都要请用 INTERVAL=1".to_owned(),
            Self::CountZero => "COUNT=0 一次也不会发生：请写 COUNT=1 或更多，或去掉 COUNT".to_owned(),
            Self::CountAndUntil => "COUNT 和 UNTIL 不能同时写：请留下决定何时结束的那一个".to_owned(),
            Self::OrdinalNotAllowed { day, frequency } => {
                let word = frequency.word();
                format!("“{day}”是第几个星期几，FREQ={word} 里没有第几个：请用 FREQ=MONTHLY 或 FREQ=YEARLY")
            }
            Self::OrdinalZero { day } => format!("“{day}”：第几个从 1 或 -1 数起"),
            Self::MonthDayWeekly => {
                "BYMONTHDAY 不能与 FREQ=WEEKLY 同用：请用 FREQ=MONTHLY，或 FREQ=DAILY;BYMONTHDAY=…".to_owned()
            }
            Self::SetPosAlone => "BYSETPOS 要从别的部分所定的日子里挑：请加上 BYDAY、BYMONTHDAY 或 BYMONTH".to_owned(),
            Self::NeverFires { why } => format!("这条规则永远不会发生：{}", why.say().0),
        }
    }
}
