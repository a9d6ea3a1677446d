//! The strip: the clinics a patient can still reach today, in pages that turn by the clock.

use crate::clinic::{Clinic, Timetable};
use crate::clock::{Instant, Offsets};

/// How long one page of the strip stands, in milliseconds.
pub const STRIP_PAGE_MS: i64 = 10_000;

/// One page of the strip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripPage<'a> {
    /// The clinics on it, cancelled ones among them until they would have ended.
    pub clinics: Vec<Clinic<'a>>,
    /// Which page, from 0.
    pub page: usize,
    /// Of how many.
    pub pages: usize,
}

/// The page of the strip at `at`, `per_page` clinics a page: today's clinics that have not ended; when none is left,
/// the next day's that has any, up to a week ahead. Every clinic gets the same share of time.
#[must_use]
pub fn strip_page<'a>(timetable: &'a Timetable, offsets: &Offsets, at: Instant, per_page: usize) -> StripPage<'a> {
    let clinics = ahead(timetable, offsets, at);
    let per_page = per_page.max(1);
    let pages = clinics.len().div_ceil(per_page).max(1);
    let turn = at.0.div_euclid(STRIP_PAGE_MS);
    let page = usize::try_from(turn.rem_euclid(i64::try_from(pages).unwrap_or(1))).unwrap_or(0);
    StripPage { clinics: clinics.into_iter().skip(page * per_page).take(per_page).collect(), page, pages }
}

fn ahead<'a>(timetable: &'a Timetable, offsets: &Offsets, at: Instant) -> Vec<Clinic<'a>> {
    let mut date = offsets.date(at);
    for _ in 0..7 {
        let mut clinics = timetable.clinics(date);
        clinics.retain(|clinic| offsets.instant(date, i32::from(clinic.half.minutes().1)) > at);
        if !clinics.is_empty() {
            return clinics;
        }
        let Ok(next) = date.tomorrow() else { break };
        date = next;
    }
    Vec::new()
}
