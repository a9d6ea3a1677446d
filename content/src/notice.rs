//! Notices (通知): a few words of the hospital to those who wait, from one instant until another. They travel in the clinic part of a
//! programme, so they are on the glass at once, survive a cut cable, and end by themselves.

use serde::{Deserialize, Serialize};

use crate::clock::{DAY_MS, Instant};
use crate::id::NoticeId;
use crate::text::Text;

/// The longest notice, in Chinese characters: read in less than a minute.
pub const NOTICE_ZH_CHARS_MAX: usize = 120;
/// The same in English letters.
pub const NOTICE_EN_CHARS_MAX: usize = 300;
/// Notices a zone tells in turn at one time: with more, nobody waits for the last.
pub const NOTICES_MAX: usize = 6;
/// The longest a notice may stand, in milliseconds: what holds longer is no notice.
pub const NOTICE_STANDS_MAX_MS: i64 = 92 * DAY_MS;
/// A Chinese character is read in so many milliseconds: three a second (DOMAIN §2.7).
const ZH_CHAR_MS: i64 = 334;
/// A letter of English.
const EN_CHAR_MS: i64 = 90;
/// To find the line again after it turned, in milliseconds.
const TURN_MS: i64 = 2_000;
/// No line stands for less, in milliseconds.
const LINE_LEAST_MS: i64 = 5_000;

/// Words of the hospital.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Its name.
    pub id: NoticeId,
    /// What it says, in one paragraph.
    pub text: Text,
    /// From here on.
    pub from: Instant,
    /// Until here, and no longer.
    pub until: Instant,
}

impl Notice {
    /// It holds at an instant.
    #[must_use]
    pub fn holds(&self, at: Instant) -> bool {
        self.from <= at && at < self.until
    }
}

/// The notices that hold at an instant, as they are told in turn.
pub fn in_force(notices: &[Notice], at: Instant) -> impl Iterator<Item = &Notice> {
    notices.iter().filter(move |notice| notice.holds(at)).take(NOTICES_MAX)
}

/// The first instant after `at` at which another notice holds, or one does not any more.
#[must_use]
pub fn next_change(notices: &[Notice], at: Instant) -> Option<Instant> {
    notices.iter().flat_map(|notice| [notice.from, notice.until]).filter(|edge| *edge > at).min()
}

/// How long a line stands, in milliseconds: as long as it takes to read it calmly.
#[must_use]
pub fn line_ms(line: &str) -> i64 {
    let read: i64 = line.chars().map(|c| if c.is_ascii() { EN_CHAR_MS } else { ZH_CHAR_MS }).sum();
    (read + TURN_MS).max(LINE_LEAST_MS)
}

/// Which of some lines stands at an instant, and until when: they take turns by the clock, so that every screen shows the same.
#[must_use]
pub fn line_at(lines: &[String], at: Instant) -> Option<(usize, Instant)> {
    let round_ms: i64 = lines.iter().map(|line| line_ms(line)).sum();
    let mut into_ms = at.0.checked_rem_euclid(round_ms)?;
    for (n, line) in lines.iter().enumerate() {
        let stands_ms = line_ms(line);
        if into_ms < stands_ms {
            return Some((n, at.plus_ms(stands_ms - into_ms)));
        }
        into_ms -= stands_ms;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(from: i64, until: i64) -> Notice {
        let id = NoticeId::parse(&format!("n-{from}")).expect("a name");
        Notice { id, text: Text::new("电梯检修", "Lift under repair"), from: Instant(from), until: Instant(until) }
    }

    #[test]
    fn a_notice_holds_from_its_beginning_and_not_at_its_end() {
        let notices = [notice(10, 20), notice(15, 30)];
        let held = |at| in_force(&notices, Instant(at)).count();
        assert_eq!([9, 10, 15, 19, 20, 29, 30].map(held), [0, 1, 2, 2, 1, 1, 0]);
        let change = |at| next_change(&notices, Instant(at)).map(|at| at.0);
        assert_eq!([0, 10, 16, 20, 30].map(change), [Some(10), Some(15), Some(20), Some(30), None]);
        let many: Vec<_> = (0..20).map(|from| notice(from, 99)).collect();
        assert_eq!(in_force(&many, Instant(50)).count(), NOTICES_MAX);
    }

    #[test]
    fn nobody_has_to_read_more_than_three_characters_a_second_and_all_lines_have_their_turn() {
        for count in 1..=40 {
            let line = "字".repeat(count);
            assert!(i64::try_from(count).expect("few") * 1_000 <= line_ms(&line) * 3, "{count}");
        }
        let lines =
            ["门诊一号电梯检修".to_owned(), "请走东侧楼梯".to_owned(), "Please take the east stairs".to_owned()];
        let round: i64 = lines.iter().map(|line| line_ms(line)).sum();
        let start = Instant(1_795_572_480_000 / round * round);
        let mut at = start;
        for n in [0, 1, 2, 0, 1] {
            let (line, until) = line_at(&lines, at).expect("there are lines");
            assert_eq!(line, n);
            assert_eq!(until.ms_since(at), line_ms(&lines[n]));
            at = until;
        }
        assert_eq!(line_at(&[], start), None);
        assert!(line_at(&lines, Instant(-5)).is_some());
    }
}
