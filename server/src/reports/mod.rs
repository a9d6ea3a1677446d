//! Reports: from the totals of the books to tables for people and files for spreadsheets.

mod planned;
mod plays;
mod table;

pub use planned::{PlannedLine, PlannedReport, Whose, delivery_permille, planned, planned_csv};
pub use plays::{ItemTotal, PlaysReport, ReportError, ScreenTotal, plays, today};
pub use table::{OPENS_CELL_MIN, csv, opens_told};
