//! A rule in words, for those who write it and those who wonder why something is on the air.

use jiff::civil::{DateTime, Weekday};

use super::rule::{ByDay, Ends, Frequency, Recurrence, Until};
use crate::text::Text;

impl Recurrence {
    /// The rule in words: `每两周的周一、周三`, `every 2 weeks on Monday and Wednesday`.
    #[must_use]
    pub fn say(&self) -> Text {
        Text { zh: Chinese(self).say(), en: English(self).say() }
    }

    /// The first weekday changes the dates where weeks are passed over, or days chosen within them.
    fn week_start_matters(&self) -> bool {
        self.frequency == Frequency::Weekly
            && self.week_start != Weekday::Monday
            && (self.interval > 1 || !self.by_set_pos.is_empty())
    }

    fn is_workdays(&self) -> bool {
        let workdays = [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];
        self.by_day.iter().map(|day| (day.nth, day.weekday)).eq(workdays.map(|weekday| (None, weekday)))
    }
}

struct Chinese<'a>(&'a Recurrence);

impl Chinese<'_> {
    fn say(&self) -> String {
        let rule = self.0;
        let days = match rule.frequency {
            Frequency::Daily => format!("{}{}", self.every("天", "天"), self.only(true)),
            Frequency::Weekly => format!("{}{}", self.weekly(), self.only(false)),
            Frequency::Monthly => {
                let of = if rule.interval == 1 { "" } else { "的" };
                format!("{}{of}{}{}", self.every("月", "个月"), self.days_of_month(), self.only(false))
            }
            Frequency::Yearly => self.yearly(),
        };
        let chosen = match rule.by_set_pos.as_slice() {
            [] => String::new(),
            chosen => format!("，每期只取{}", joined(chosen.iter().map(|n| format!("{}个", zh_nth(*n))))),
        };
        let week = if rule.week_start_matters() {
            format!("（一周从{}算起）", zh_weekday(rule.week_start))
        } else {
            String::new()
        };
        format!("{days}{chosen}{week}{}", zh_end(rule.ends))
    }

    fn every(&self, one: &str, more: &str) -> String {
        match self.0.interval {
            1 => format!("每{one}"),
            2 => format!("每两{more}"),
            n => format!("每{}{more}", zh_number(n)),
        }
    }

    /// What takes days away from a day, a week or a month.
    fn only(&self, with_days: bool) -> String {
        let rule = self.0;
        let mut limits = Vec::new();
        if !rule.by_month.is_empty() {
            limits.push(self.months());
        }
        if with_days && !rule.by_month_day.is_empty() {
            limits.push(self.month_days());
        }
        if with_days && !rule.by_day.is_empty() {
            limits.push(self.weekdays(""));
        }
        if limits.is_empty() { String::new() } else { format!("（只限{}）", limits.join("，且为")) }
    }

    fn weekly(&self) -> String {
        let every = self.every("周", "周");
        match (self.0.by_day.is_empty(), self.0.interval) {
            (true, _) => format!("{every}，与首日同一个星期几"),
            (false, 1) => format!("每{}", self.weekdays("")),
            (false, _) => format!("{every}的{}", self.weekdays("")),
        }
    }

    fn yearly(&self) -> String {
        let rule = self.0;
        let every = self.every("年", "年");
        if rule.by_month.is_empty() && rule.by_month_day.is_empty() {
            let days =
                if rule.by_day.is_empty() { "与首日同月同日".to_owned() } else { self.weekdays("每个") };
            return format!("{every}的{days}").replacen("的与", "与", 1);
        }
        let months = if rule.by_month.is_empty() { "首日所在的月份".to_owned() } else { self.months() };
        let within = if rule.by_month.is_empty() && !rule.by_day.is_empty() { "（在全年中数）" } else { "" };
        format!("{every}{months}的{}{within}", self.days_of_month())
    }

    fn days_of_month(&self) -> String {
        match (self.0.by_month_day.is_empty(), self.0.by_day.is_empty()) {
            (true, true) => "与首日同号的那天".to_owned(),
            (true, false) => self.weekdays("每个"),
            (false, true) => self.month_days(),
            (false, false) => format!("{}（须为{}）", self.month_days(), self.weekdays("")),
        }
    }

    fn months(&self) -> String {
        joined(self.0.by_month.iter().map(|month| format!("{month}月")))
    }

    fn month_days(&self) -> String {
        joined(self.0.by_month_day.iter().map(|day| match day {
            1.. => format!("{day}日"),
            -1 => "最后一天".to_owned(),
            _ => format!("倒数第{}天", zh_number(u16::from(day.unsigned_abs()))),
        }))
    }

    fn weekdays(&self, each: &str) -> String {
        if self.0.is_workdays() {
            return format!("{each}周一至周五");
        }
        joined(self.0.by_day.iter().map(|ByDay { nth, weekday }| match nth {
            None => format!("{each}{}", zh_weekday(*weekday)),
            Some(nth) => format!("{}个{}", zh_nth(i16::from(*nth)), zh_weekday(*weekday)),
        }))
    }
}

fn joined(words: impl Iterator<Item = String>) -> String {
    words.collect::<Vec<_>>().join("、")
}

fn zh_nth(n: i16) -> String {
    match n {
        -1 => "最后一".to_owned(),
        ..0 => format!("倒数第{}", zh_number(n.unsigned_abs())),
        _ => format!("第{}", zh_number(n.unsigned_abs())),
    }
}

/// Small numbers as words, as people write them.
fn zh_number(n: u16) -> String {
    const WORDS: [&str; 10] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];
    let word = usize::from(n).checked_sub(1).and_then(|n| WORDS.get(n));
    word.map_or_else(|| n.to_string(), |word| (*word).to_owned())
}

const fn zh_weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "周一",
        Weekday::Tuesday => "周二",
        Weekday::Wednesday => "周三",
        Weekday::Thursday => "周四",
        Weekday::Friday => "周五",
        Weekday::Saturday => "周六",
        Weekday::Sunday => "周日",
    }
}

fn zh_end(ends: Ends) -> String {
    let time = |wall: DateTime| wall.strftime("%Y年%-m月%-d日 %H:%M:%S").to_string();
    match ends {
        Ends::Never => String::new(),
        Ends::After(count) => format!("，共{count}次"),
        Ends::Until(Until::Date(date)) => format!("，到{}为止", date.strftime("%Y年%-m月%-d日")),
        Ends::Until(Until::Local(wall)) => format!("，到{}为止", time(wall)),
        Ends::Until(Until::Utc(wall)) => format!("，到{}（UTC）为止", time(wall)),
    }
}

struct English<'a>(&'a Recurrence);

impl English<'_> {
    fn say(&self) -> String {
        let rule = self.0;
        let days = match rule.frequency {
            Frequency::Daily => format!("{}{}", self.every("day"), self.only(true)),
            Frequency::Weekly => {
                let days =
                    if rule.by_day.is_empty() { "the first date's weekday".to_owned() } else { self.weekdays("") };
                format!("{} on {days}{}", self.every("week"), self.only(false))
            }
            Frequency::Monthly => format!("{} on {}{}", self.every("month"), self.days_of_month(), self.only(false)),
            Frequency::Yearly => self.yearly(),
        };
        let chosen = match rule.by_set_pos.as_slice() {
            [] => String::new(),
            chosen => format!(", each time only the {} of them", listed(chosen.iter().map(|n| en_nth(*n)))),
        };
        let week = if rule.week_start_matters() {
            format!(" (weeks begin on {})", en_weekday(rule.week_start))
        } else {
            String::new()
        };
        format!("{days}{chosen}{week}{}", en_end(rule.ends))
    }

    fn every(&self, period: &str) -> String {
        match self.0.interval {
            1 => format!("every {period}"),
            n => format!("every {n} {period}s"),
        }
    }

    fn only(&self, with_days: bool) -> String {
        let rule = self.0;
        let mut limits = Vec::new();
        if !rule.by_month.is_empty() {
            limits.push(format!("in {}", self.months()));
        }
        if with_days && !rule.by_month_day.is_empty() {
            limits.push(format!("on {}", self.month_days()));
        }
        if with_days && !rule.by_day.is_empty() {
            limits.push(format!("on {}", self.weekdays("")));
        }
        if limits.is_empty() { String::new() } else { format!(", only {}", limits.join(" if ")) }
    }

    fn yearly(&self) -> String {
        let rule = self.0;
        let every = self.every("year");
        if rule.by_month.is_empty() && rule.by_month_day.is_empty() {
            let days = if rule.by_day.is_empty() { "the first date".to_owned() } else { self.weekdays("each ") };
            return format!("{every} on {days}");
        }
        let months = if rule.by_month.is_empty() { "the first date's month".to_owned() } else { self.months() };
        let within = if rule.by_month.is_empty() && !rule.by_day.is_empty() { ", counted in the year" } else { "" };
        format!("{every} on {} of {months}{within}", self.days_of_month())
    }

    fn days_of_month(&self) -> String {
        match (self.0.by_month_day.is_empty(), self.0.by_day.is_empty()) {
            (true, true) => "the first date's day".to_owned(),
            (true, false) => self.weekdays("each "),
            (false, true) => self.month_days(),
            (false, false) => format!("{} (if it is {})", self.month_days(), self.weekdays("a ")),
        }
    }

    fn months(&self) -> String {
        listed(self.0.by_month.iter().map(|month| en_month(*month).to_owned()))
    }

    fn month_days(&self) -> String {
        listed(self.0.by_month_day.iter().map(|day| match day {
            1.. => format!("the {}", en_nth(i16::from(*day))),
            _ => format!("the {} day", en_nth(i16::from(*day))),
        }))
    }

    fn weekdays(&self, each: &str) -> String {
        if self.0.is_workdays() {
            return format!("{each}Monday to Friday");
        }
        listed(self.0.by_day.iter().map(|ByDay { nth, weekday }| match nth {
            None => format!("{each}{}", en_weekday(*weekday)),
            Some(nth) => format!("the {} {}", en_nth(i16::from(*nth)), en_weekday(*weekday)),
        }))
    }
}

/// `a`, `a and b`, `a, b and c`.
fn listed(words: impl Iterator<Item = String>) -> String {
    let words: Vec<_> = words.collect();
    match words.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
    }
}

fn en_nth(n: i16) -> String {
    let count = n.unsigned_abs();
    let ending = match (count % 10, count % 100) {
        (1, tens) if tens != 11 => "st",
        (2, tens) if tens != 12 => "nd",
        (3, tens) if tens != 13 => "rd",
        _ => "th",
    };
    match n {
        -1 => "last".to_owned(),
        ..0 => format!("{count}{ending}-last"),
        _ => format!("{count}{ending}"),
    }
}

const fn en_weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

fn en_month(month: i8) -> &'static str {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    usize::try_from(month - 1).ok().and_then(|n| NAMES.get(n)).copied().unwrap_or_default()
}

fn en_end(ends: Ends) -> String {
    let time = |wall: DateTime| wall.strftime("%Y-%m-%d %H:%M:%S").to_string();
    match ends {
        Ends::Never => String::new(),
        Ends::After(1) => ", once".to_owned(),
        Ends::After(count) => format!(", {count} times"),
        Ends::Until(Until::Date(date)) => format!(", until {date}"),
        Ends::Until(Until::Local(wall)) => format!(", until {}", time(wall)),
        Ends::Until(Until::Utc(wall)) => format!(", until {} UTC", time(wall)),
    }
}
