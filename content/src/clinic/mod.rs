//! Clinics: the weekly template and its dated overrides make the clinics of a day; the strip shows them in pages.

mod doctor;
mod overrides;
mod strip;
mod timetable;

pub use doctor::{ClinicKind, Department, Doctor, Half, Sitting, Weeks};
pub use overrides::{Change, Override};
pub use strip::{STRIP_PAGE_MS, StripPage, strip_page};
pub use timetable::{Clash, Clinic, Standing, Timetable};
