//! What an import would change of the days already held.

use crate::schedule::calendar::{Calendar, SpecialDay, SpecialKind};

/// The days of an import, sorted by what becomes of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Difference {
    /// New ones.
    pub added: Vec<SpecialDay>,
    /// Ones that take the place of another: as it was, as it will be.
    pub changed: Vec<(SpecialDay, SpecialDay)>,
    /// Ones that are held already.
    pub unchanged: Vec<SpecialDay>,
    /// Holidays and make-up days of the notice's years that are held but not in the import; they stay.
    pub kept: Vec<SpecialDay>,
}

impl Difference {
    /// Compares `coming` days, and the `years` they are the notice of, with those of `held`.
    #[must_use]
    pub fn of(held: &Calendar, coming: &[SpecialDay], years: &[i16]) -> Self {
        let mut difference = Self::default();
        let coming = Calendar::new(coming.to_vec(), Vec::new());
        let key = |day: &SpecialDay| (day.date, day.site.clone());
        for day in coming.days() {
            match held.days().binary_search_by_key(&key(day), key).ok().and_then(|place| held.days().get(place)) {
                None => difference.added.push(day.clone()),
                Some(before) if before == day => difference.unchanged.push(day.clone()),
                Some(before) => difference.changed.push((before.clone(), day.clone())),
            }
        }
        let is_of_notice = |day: &&SpecialDay| {
            let is_told = matches!(day.kind, SpecialKind::Holiday | SpecialKind::Makeup);
            is_told && day.site.is_none() && years.contains(&day.date.year())
        };
        let is_gone = |day: &&SpecialDay| coming.days().binary_search_by_key(&key(day), key).is_err();
        difference.kept = held.days().iter().filter(is_of_notice).filter(is_gone).cloned().collect();
        difference
    }

    /// Would change nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty()
    }

    /// The days to be written: new and changed ones.
    pub fn to_write(&self) -> impl Iterator<Item = &SpecialDay> {
        self.added.iter().chain(self.changed.iter().map(|(_, after)| after))
    }
}
