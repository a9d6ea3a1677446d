//! What can be wrong with a calendar file, and what is merely worth saying; in both languages, with the line.

use jiff::civil::Date;

use crate::schedule::calendar::import::{DAYS_MAX, EVENT_DAYS_MAX, FILE_BYTES_MAX};
use crate::text::Text;

/// Why a calendar file was refused. Nothing of it is used then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.say().en)]
pub enum ImportError {
    /// More bytes than a calendar has.
    TooLarge {
        /// So many.
        size_bytes: usize,
    },
    /// Neither a notice nor iCalendar.
    UnknownForm,
    /// Not the JSON of a notice.
    Json {
        /// Where.
        line: usize,
        /// What the reader says, in English.
        words: String,
    },
    /// A notice of a year that cannot be.
    BadYear {
        /// Which.
        year: i16,
    },
    /// More days than are read at once.
    TooManyDays,
    /// Bytes that are no UTF-8.
    NotUtf8 {
        /// Where.
        line: usize,
    },
    /// A line that is not `NAME:value`.
    BadLine {
        /// Where.
        line: usize,
    },
    /// A BEGIN or END at the wrong place, or too deep inside others.
    Nesting {
        /// Where.
        line: usize,
    },
    /// The file ends in the middle; perhaps it was cut off.
    Unclosed {
        /// What was open.
        component: String,
    },
    /// An event that lacks something.
    Missing {
        /// Where the event begins.
        line: usize,
        /// What it lacks.
        property: &'static str,
    },
    /// A date that no calendar has.
    BadDate {
        /// Where.
        line: usize,
        /// What stands there.
        value: String,
    },
    /// An event that ends before it starts.
    Backwards {
        /// Where the event begins.
        line: usize,
    },
    /// An event of too many days.
    TooLong {
        /// Where the event begins.
        line: usize,
    },
    /// Something iCalendar has and an import does not: refused, so that no day is missing in silence.
    Unsupported {
        /// Where.
        line: usize,
        /// What, by its name in the file.
        what: String,
    },
}

impl ImportError {
    /// The error for people.
    #[must_use]
    pub fn say(&self) -> Text {
        let (zh, en) = match self {
            Self::TooLarge { size_bytes } => (
                format!("文件有 {size_bytes} 字节，最多 {FILE_BYTES_MAX} 字节"),
                format!("the file has {size_bytes} bytes, at most {FILE_BYTES_MAX} are read"),
            ),
            Self::UnknownForm => (
                "文件既不是放假通知 JSON，也不是 iCalendar（应以 { 或 BEGIN:VCALENDAR 开头）".into(),
                "the file is neither a holiday notice in JSON nor iCalendar (it should begin with { or BEGIN:VCALENDAR)".into(),
            ),
            Self::Json { line, words } => (
                format!("第 {line} 行：不是放假通知的 JSON（{words}）"),
                format!("line {line}: not the JSON of a holiday notice ({words})"),
            ),
            Self::BadYear { year } => (format!("年份 {year} 不可能"), format!("a notice of the year {year} cannot be")),
            Self::TooManyDays => {
                (format!("日期太多，一次最多 {DAYS_MAX} 天"), format!("too many days, at most {DAYS_MAX} are read at once"))
            }
            Self::NotUtf8 { line } => (
                format!("第 {line} 行：不是 UTF-8 编码，请另存为 UTF-8"),
                format!("line {line}: not UTF-8, save the file as UTF-8"),
            ),
            Self::BadLine { line } => {
                (format!("第 {line} 行：应为“名称:值”"), format!("line {line}: should be `NAME:value`"))
            }
            Self::Nesting { line } => {
                (format!("第 {line} 行：BEGIN 与 END 不配对"), format!("line {line}: BEGIN and END do not match"))
            }
            Self::Unclosed { component } => (
                format!("文件不完整：{component} 没有 END"),
                format!("the file is cut off: {component} has no END"),
            ),
            Self::Missing { line, property } => {
                (format!("第 {line} 行的日程缺少 {property}"), format!("line {line}: the event has no {property}"))
            }
            Self::BadDate { line, value } => {
                (format!("第 {line} 行：“{value}”不是日期"), format!("line {line}: `{value}` is not a date"))
            }
            Self::Backwards { line } => {
                (format!("第 {line} 行的日程结束早于开始"), format!("line {line}: the event ends before it starts"))
            }
            Self::TooLong { line } => (
                format!("第 {line} 行的日程超过 {EVENT_DAYS_MAX} 天"),
                format!("line {line}: the event is longer than {EVENT_DAYS_MAX} days"),
            ),
            Self::Unsupported { line, what } => {
                (format!("第 {line} 行：不支持 {what}"), format!("line {line}: {what} is not supported"))
            }
        };
        Text { zh, en }
    }
}

/// What a person should know of a file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// No day in it.
    Empty,
    /// A date that is told twice in different words: the last one holds.
    DoubledDate {
        /// Which.
        date: Date,
    },
    /// A day outside the year of its notice.
    OtherYear {
        /// Which.
        date: Date,
        /// The notice's.
        year: i16,
    },
    /// A name that was cut.
    LongName {
        /// What is left of it.
        name: String,
    },
    /// An event at a time of day: left out.
    AtTime {
        /// Where it begins.
        line: usize,
        /// What it is called.
        name: String,
    },
    /// An event that was cancelled: left out.
    Cancelled {
        /// Where it begins.
        line: usize,
        /// What it is called.
        name: String,
    },
    /// An event of which nobody can tell whether it is rest or work: left out.
    Unclear {
        /// Where it begins.
        line: usize,
        /// What it is called.
        name: String,
    },
}

impl Warning {
    /// The warning for people.
    #[must_use]
    pub fn say(&self) -> Text {
        let (zh, en) = match self {
            Self::Empty => ("文件中没有可用的日期".into(), "the file holds no day that can be used".into()),
            Self::DoubledDate { date } => (
                format!("{date} 出现多次且内容不同，以最后一次为准"),
                format!("{date} is told more than once in different words; the last one holds"),
            ),
            Self::OtherYear { date, year } => {
                (format!("{date} 不在 {year} 年内"), format!("{date} is not a day of {year}"))
            }
            Self::LongName { name } => {
                (format!("名称过长，已截短为“{name}”"), format!("a long name was cut to `{name}`"))
            }
            Self::AtTime { line, name } => (
                format!("第 {line} 行“{name}”不是全天日程，已略过"),
                format!("line {line}: `{name}` has a time of day and is left out"),
            ),
            Self::Cancelled { line, name } => (
                format!("第 {line} 行“{name}”已取消，已略过"),
                format!("line {line}: `{name}` is cancelled and left out"),
            ),
            Self::Unclear { line, name } => (
                format!("第 {line} 行“{name}”看不出是休还是班，已略过（可在名称中写“休”“班”或“停诊”）"),
                format!(
                    "line {line}: `{name}` does not tell rest from work and is left out (write 休, 班, holiday, make-up or closed in its name)"
                ),
            ),
        };
        Text { zh, en }
    }
}
