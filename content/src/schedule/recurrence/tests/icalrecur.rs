//! libical's own vectors: inside our part of RFC 5545 they come out to the letter, outside they are refused by name.

use super::{BadRecurrence, DateTime, Recurrence, Series};

/// What one block of the file says.
struct Block {
    title: String,
    rule: String,
    start: DateTime,
    /// Where the walk is to begin, if not at the start.
    start_at: Option<DateTime>,
    instances: Vec<DateTime>,
}

fn block(text: &str) -> Option<Block> {
    let value = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
    let title: Vec<_> = text.lines().filter_map(|line| line.strip_prefix('#')).map(str::trim).collect();
    Some(Block {
        title: title.join(" "),
        rule: value("RRULE:")?.trim().to_owned(),
        start: wall(value("DTSTART:")?),
        start_at: value("START-AT:").map(wall),
        instances: value("INSTANCES:")?.split(',').map(wall).collect(),
    })
}

/// `19970902`, `19970902T090000` or the same with `Z`: all read as wall times.
fn wall(text: &str) -> DateTime {
    let text = text.trim().trim_end_matches('Z');
    let format = if text.contains('T') { "%Y%m%dT%H%M%S" } else { "%Y%m%d" };
    if text.contains('T') {
        DateTime::strptime(format, text).expect("a time")
    } else {
        jiff::civil::Date::strptime(format, text).expect("a date").into()
    }
}

fn check(block: &Block, rule: Recurrence) {
    let series = Series::new(block.start, Some(rule), vec![], vec![]).expect("a valid series");
    let given: Vec<_> = series.occurrences().take(block.instances.len() + 1).collect();
    assert_eq!(given, block.instances, "{}: {}", block.title, block.rule);
    if let Some(start_at) = block.start_at {
        let wanted: Vec<_> = block.instances.iter().copied().filter(|wall| *wall >= start_at).collect();
        let given: Vec<_> = series.occurrences_from(start_at).take(wanted.len() + 1).collect();
        assert_eq!(given, wanted, "{} from {start_at}", block.rule);
    }
    for wall in &block.instances {
        assert!(series.falls_on(wall.date()), "{} falls on {wall}", block.rule);
    }
}

#[test]
fn vectors_of_libical_come_out_to_the_letter_or_are_refused_by_name() {
    let Ok(folder) = std::env::var("ANTEROOM_TEST_DATA") else {
        eprintln!("skipped: ANTEROOM_TEST_DATA names no folder with rrule/icalrecur.txt");
        return;
    };
    let text = std::fs::read_to_string(format!("{folder}/rrule/icalrecur.txt")).expect("rrule/icalrecur.txt");
    let (mut run, mut refused, mut wrong) = (0, Vec::new(), Vec::new());
    let blocks: Vec<_> = text.split("\n\n").filter_map(block).collect();
    for block in &blocks {
        match Recurrence::parse(&block.rule) {
            Ok(rule) => {
                check(block, rule);
                run += 1;
            }
            Err(BadRecurrence::Unsupported { part }) => refused.push(part),
            Err(other) => wrong.push(format!("{}: {other}", block.rule)),
        }
    }
    eprintln!("{} blocks: {run} run, {} refused by name: {}", blocks.len(), refused.len(), refused.join(" "));
    assert!(wrong.is_empty(), "{wrong:?}");
    let outside = |rule: &str| {
        ["HOURLY", "MINUTELY", "SECONDLY", "BYHOUR", "BYMINUTE", "BYSECOND", "BYYEARDAY", "BYWEEKNO"]
            .iter()
            .any(|part| rule.contains(part))
    };
    assert_eq!(refused.len(), blocks.iter().filter(|block| outside(&block.rule)).count());
    assert_eq!((blocks.len(), run, refused.len()), (73, 41, 32));
}
