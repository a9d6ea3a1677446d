//! Days that a rule names and not every month or year has: said before somebody waits for them.

use jiff::civil::Date;

use super::rule::{Frequency, Recurrence};

/// A day that a rule takes only where there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Missed {
    /// 29 February: leap years alone.
    CommonYears,
    /// The 29th, 30th or 31st: months that are shorter are left out.
    ShortMonths(i8),
}

impl Recurrence {
    /// The latest day the rule names that some of its months lack, when it begins on `first`.
    #[must_use]
    pub fn missed(&self, first: Date) -> Option<Missed> {
        if !self.by_set_pos.is_empty() || !self.by_day.is_empty() {
            return None;
        }
        let (days, months) = match self.frequency {
            Frequency::Daily | Frequency::Weekly => return None,
            Frequency::Monthly | Frequency::Yearly if !self.by_month_day.is_empty() => {
                (self.by_month_day.clone(), self.by_month.clone())
            }
            Frequency::Monthly | Frequency::Yearly => (vec![first.day()], self.by_month.clone()),
        };
        let months = match self.frequency {
            Frequency::Yearly if months.is_empty() => vec![first.month()],
            Frequency::Monthly if months.is_empty() => (1..=12).collect(),
            Frequency::Daily | Frequency::Weekly | Frequency::Monthly | Frequency::Yearly => months,
        };
        let latest = days.into_iter().max()?;
        let shortest = months.iter().copied().map(shortest_days).min()?;
        if latest <= shortest {
            None
        } else if latest == 29 && months == [2] {
            Some(Missed::CommonYears)
        } else {
            Some(Missed::ShortMonths(latest))
        }
    }
}

/// The fewest days a month of the calendar has.
const fn shortest_days(month: i8) -> i8 {
    match month {
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
