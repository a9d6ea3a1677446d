//! What the words of an event say of its kind, and the names everybody knows.

use std::collections::BTreeMap;

use crate::schedule::calendar::{SpecialDay, SpecialKind};
use crate::text::Text;

/// The statutory holidays in both languages.
const STATUTORY: [(&str, &str); 7] = [
    ("元旦", "New Year's Day"),
    ("春节", "Spring Festival"),
    ("清明节", "Qingming Festival"),
    ("劳动节", "Labour Day"),
    ("端午节", "Dragon Boat Festival"),
    ("中秋节", "Mid-Autumn Festival"),
    ("国庆节", "National Day"),
];

/// So many of the seven holidays make a file the notice of a year: a hospital's own list rarely names them all, and a list
/// of closures names none.
const NOTICE_HOLIDAYS_MIN: usize = 5;

/// Marks at the end of a name that tell its kind and are no part of it.
const MARKS: [&str; 10] =
    ["（休）", "（班）", "(休)", "(班)", "【休】", "【班】", "[休]", "[班]", "（补班）", "(补班)"];

const WEEKDAYS: [(&str, &str); 7] = [
    ("一", "monday"),
    ("二", "tuesday"),
    ("三", "wednesday"),
    ("四", "thursday"),
    ("五", "friday"),
    ("六", "saturday"),
    ("日", "sunday"),
];

/// The kind an event's summary or categories tell; none when they tell nothing. The summary goes before.
pub(super) fn kind(summary: &str, categories: &str) -> Option<SpecialKind> {
    kind_of(summary).or_else(|| kind_of(categories))
}

fn kind_of(words: &str) -> Option<SpecialKind> {
    // 调休 alone may be either side of the exchange; 值班 is duty on any day; 不上班 is the opposite of 上班.
    let words = words.to_lowercase().replace("不上班", "休").replace("值班", "").replace("调休", "调");
    let says = |hints: &[&str]| hints.iter().any(|hint| words.contains(hint));
    if let Some(weekday) = followed(&words) {
        return Some(SpecialKind::Follows(weekday));
    }
    if says(&["专家停诊", "experts off"]) {
        return Some(SpecialKind::ExpertsOff);
    }
    if says(&["停诊", "停业", "闭馆", "闭院", "关闭", "closed", "closure"]) {
        return Some(SpecialKind::Closed);
    }
    if says(&["补班", "上班", "（班）", "(班)", "【班】", "[班]", "make-up", "makeup", "working day", "workday"])
        || words.trim() == "班"
        || words.trim_end().ends_with(" 班")
    {
        return Some(SpecialKind::Makeup);
    }
    let is_known = STATUTORY.iter().any(|(zh, en)| words.contains(zh) || words.contains(&en.to_lowercase()));
    let is_rest = says(&["休", "放假", "假日", "假期", "holiday", "day off"]);
    (is_known || is_rest).then_some(SpecialKind::Holiday)
}

/// The weekday in words like 按周四排班 and "follows Thursday".
fn followed(words: &str) -> Option<u8> {
    let after = ["按周", "按星期"].iter().find_map(|word| words.split_once(word)).map(|(_, after)| after);
    let english = words.split_once("follows ").map(|(_, after)| after);
    (1..).zip(WEEKDAYS).find_map(|(number, (zh, en))| {
        let is_zh = after.is_some_and(|after| after.starts_with(zh) || (number == 7 && after.starts_with('天')));
        (is_zh || english.is_some_and(|after| after.starts_with(en))).then_some(number)
    })
}

/// A name without the mark of its kind at the end.
pub(super) fn without_hint(name: &str) -> &str {
    let name = name.trim();
    let bare = MARKS.iter().find_map(|mark| name.strip_suffix(mark)).unwrap_or(name).trim_end();
    if bare.is_empty() { name } else { bare }
}

/// A name in both languages, where everybody knows the other one; English alone stands for both.
pub(super) fn both_languages(name: &str) -> Text {
    let english_of = |part: &str| STATUTORY.iter().find(|(zh, _)| *zh == part).map(|(_, en)| *en);
    let parts: Option<Vec<_>> = name.split('、').map(english_of).collect();
    if let Some(english) = parts {
        return Text { zh: name.to_owned(), en: english.join(" and ") };
    }
    let chinese = STATUTORY.iter().find(|(_, en)| en.eq_ignore_ascii_case(name)).map(|(zh, _)| *zh);
    match chinese {
        Some(zh) => Text::new(zh, name),
        None => Text::new(name, ""),
    }
}

/// The years of which so many statutory holidays are named that the file is their notice.
pub(super) fn years_of_notices(days: &[SpecialDay]) -> Vec<i16> {
    let mut named: BTreeMap<i16, [bool; STATUTORY.len()]> = BTreeMap::new();
    for day in days.iter().filter(|day| day.kind == SpecialKind::Holiday) {
        let of_year = named.entry(day.date.year()).or_default();
        for (is_named, (zh, _)) in of_year.iter_mut().zip(STATUTORY) {
            *is_named |= day.name.zh.contains(zh);
        }
    }
    let count = |named: &[bool; STATUTORY.len()]| named.iter().filter(|is_named| **is_named).count();
    named.iter().filter(|(_, named)| count(named) >= NOTICE_HOLIDAYS_MIN).map(|(year, _)| *year).collect()
}
