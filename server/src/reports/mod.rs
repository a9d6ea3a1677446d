//! Reports: from the totals of the books to tables for people and files for spreadsheets.

mod on_screen;
mod planned;
mod plays;
mod table;

pub use on_screen::{Instead, NoPlay, OnScreen, Told, on_screen};
pub use planned::{PlannedLine, PlannedReport, Whose, delivery_permille, planned, planned_csv};
pub use plays::{ItemTotal, Lit, PlaysReport, ReportError, ScreenTotal, plays, today};
pub(crate) use plays::{day, time_zone};
pub use table::{OPENS_CELL_MIN, csv, opens_told};
pub(crate) use table::{safe_cell, seconds};
