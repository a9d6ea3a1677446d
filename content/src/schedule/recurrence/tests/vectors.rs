//! Our own vectors, one file of them: each part of a rule, leap days, month ends, exceptions and additions.

use super::{DateTime, Recurrence, Series, wall};

#[test]
fn own_vectors_come_out_to_the_letter() {
    let blocks: Vec<_> = include_str!("vectors.txt").split("\n\n").filter(|block| block.contains("RRULE")).collect();
    for block in &blocks {
        let value = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let walls = |name: &str| -> Vec<DateTime> {
            value(name).map_or_else(Vec::new, |list| list.split_whitespace().map(wall).collect())
        };
        let rule: Recurrence = value("RRULE:").expect(block).parse().expect(block);
        let start = wall(value("START:").expect(block));
        let series = Series::new(start, Some(rule), walls("ALSO:"), walls("EXCEPT:")).expect("a valid series");
        let wanted = walls("GIVES:");
        let is_over = block.contains("\nOVER");
        let given: Vec<_> = series.occurrences().take(wanted.len() + usize::from(is_over)).collect();
        assert_eq!(given, wanted, "{block}");
    }
    assert_eq!(blocks.len(), 40);
}
