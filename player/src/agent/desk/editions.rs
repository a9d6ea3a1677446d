//! Which show parts a zone keeps when another one is complete: the one in force, and those that take over later.

use anteroom_content::clock::Instant;

use crate::agent::limits::EDITIONS_MAX;
use crate::agent::store::EditionRow;

/// The show parts to keep, the oldest first, when `new` is complete at `now`.
pub fn admit(kept: &[EditionRow], new: EditionRow, now: Instant) -> Vec<EditionRow> {
    // A newer word takes back older ones that would take over at the same moment or later.
    let is_before = |row: &&EditionRow| row.version < new.version && row.effective_at < new.effective_at;
    let is_before: Vec<_> = kept.iter().filter(is_before).cloned().collect();
    let mut rows: Vec<_> = is_before.into_iter().chain([new]).collect();
    rows.sort_unstable_by_key(|row| (row.effective_at, row.version));
    let in_force = rows.iter().rposition(|row| row.effective_at <= now).unwrap_or(0);
    let oldest = in_force.max(rows.len().saturating_sub(EDITIONS_MAX));
    rows.split_off(oldest)
}

#[cfg(test)]
mod tests {
    use anteroom_content::id::ContentHash;

    use super::*;

    #[test]
    fn the_one_in_force_stays_until_the_next_takes_over_and_newer_words_take_back_older_ones() {
        let row = |(version, at)| EditionRow {
            version,
            effective_at: Instant(at),
            show: ContentHash::of(b"show"),
            carry: anteroom_content::schedule::Carry::default(),
        };
        let check = |kept: &[(u64, i64)], new, now, wanted: &[(u64, i64)]| {
            let kept: Vec<_> = kept.iter().copied().map(row).collect();
            let given = admit(&kept, row(new), Instant(now));
            assert_eq!(given, wanted.iter().copied().map(row).collect::<Vec<_>>(), "{new:?} at {now}");
        };
        check(&[], (1, 10), 0, &[(1, 10)]);
        check(&[(1, 10)], (2, 20), 15, &[(1, 10), (2, 20)]);
        check(&[(1, 10), (2, 20)], (3, 30), 25, &[(2, 20), (3, 30)]);
        check(&[(1, 10)], (2, 20), 25, &[(2, 20)]);
        check(&[(1, 10), (2, 20)], (3, 18), 15, &[(1, 10), (3, 18)]);
        check(&[(1, 10), (2, 20)], (3, 20), 15, &[(1, 10), (3, 20)]);
        check(&[(1, 1), (2, 2), (3, 3), (4, 4)], (5, 5), 0, &[(2, 2), (3, 3), (4, 4), (5, 5)]);
        check(&[(1, 10), (2, 20)], (2, 20), 15, &[(1, 10), (2, 20)]);
    }
}
